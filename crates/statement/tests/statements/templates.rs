//! What templates, approvals, reports, domain claims and consents with limits must keep.

use tresen_statement::{
    Approval, ApprovalStatus, Button, Charset, ConsentProof, DomainClaim, DomainState, Error,
    Header, Parameter, ParameterKind, Piece, Place, QuietHours, RejectionReason, Report,
    ReportItem, Rule, Signed, TemplateDoc, TemplateText, Unverified, WeeklyDigest, claims_domain,
    dns_text, receipt::FrankKey,
};
use tresen_types::{Categories, Category};

use crate::samples;

fn problems(change: impl FnOnce(&mut TemplateDoc)) -> Vec<(Place, Rule)> {
    let mut template = samples::template();
    change(&mut template);
    let problems = template.problems();
    let encoded = template.encode();
    assert_eq!(encoded.is_ok(), problems.is_empty(), "the encoder and the rules agree");
    problems.into_iter().map(|problem| (problem.place, problem.rule)).collect()
}

fn words(text: &str) -> Piece {
    Piece::Fixed(text.to_owned())
}

fn code(name: &str) -> Parameter {
    Parameter {
        name: name.to_owned(),
        kind: ParameterKind::Code,
        length_max: 8,
        charset: Charset::Digits,
        example: "123456".to_owned(),
    }
}

#[test]
fn every_change_changes_the_hash() {
    let hash = samples::template().hash();
    for change in [
        |template: &mut TemplateDoc| template.version += 1,
        |template: &mut TemplateDoc| template.category = Category::Service,
        |template: &mut TemplateDoc| template.footer.push('!'),
        |template: &mut TemplateDoc| template.parameters[0].length_max -= 1,
        |template: &mut TemplateDoc| template.link_domains.push("kornshop.example".to_owned()),
    ] {
        let mut changed = samples::template();
        change(&mut changed);
        assert_ne!(changed.hash(), hash);
        assert!(!samples::approval().is_for(&changed));
    }
    assert!(samples::approval().is_for(&samples::template()));
}

#[test]
fn the_limits_of_the_cloud_api_hold() {
    let body = |text: String| TemplateText(vec![Piece::Fixed(text)]);
    assert_eq!(problems(|_same| {}), []);
    assert_eq!(problems(|t| t.name = "Order".to_owned()), [(Place::Template, Rule::Name)]);
    assert_eq!(problems(|t| t.footer = "x".repeat(61)), [(Place::Footer, Rule::TooLong)]);
    assert_eq!(
        problems(|t| t.header = Some(Header::Text(body("x".repeat(61))))),
        [(Place::Header, Rule::TooLong)]
    );
    let long = problems(|t| t.body.0[6] = words(&"ä".repeat(1_024)));
    assert_eq!(long, [(Place::Body, Rule::TooLong)]);
    let phone = |number: &str| Button::Phone { text: "x".to_owned(), number: number.to_owned() };
    assert_eq!(problems(|t| t.buttons[2] = phone("0761 12345")), [(Place::Button(2), Rule::Phone)]);
    assert_eq!(
        problems(|t| t.buttons.push(phone("+4976112345"))),
        [(Place::Template, Rule::Buttons)]
    );
    let reply = Button::QuickReply { text: "Nein".to_owned(), payload: None };
    assert_eq!(problems(|t| t.buttons.push(reply)), [(Place::Template, Rule::Buttons)]);
    assert_eq!(problems(|t| t.time_to_live_s = 31 * 86_400), [(Place::Template, Rule::TimeToLive)]);
}

#[test]
fn parameters_stand_among_words_and_are_all_used() {
    assert_eq!(
        problems(|t| t.body.0[0] = Piece::Parameter(0)),
        [(Place::Body, Rule::LooseParameter)]
    );
    assert_eq!(
        problems(|t| t.body.0.push(Piece::Parameter(9))),
        [(Place::Body, Rule::LooseParameter), (Place::Body, Rule::UnknownParameter)]
    );
    assert_eq!(
        problems(|t| t.parameters.push(code("spare"))),
        [(Place::Parameter(5), Rule::UnusedParameter)]
    );
    assert_eq!(
        problems(|t| t.parameters[1].name.clear()),
        [(Place::Parameter(1), Rule::ParameterName)]
    );
    assert_eq!(
        problems(|t| t.parameters[0].length_max = 61),
        [(Place::Parameter(0), Rule::ParameterBounds)]
    );
    assert_eq!(
        problems(|t| t.parameters[0].example.clear()),
        [(Place::Parameter(0), Rule::Example)]
    );
    let hidden = problems(|t| t.body.0[1] = Piece::Parameter(4));
    assert!(hidden.contains(&(Place::Body, Rule::ParameterKind)), "a payload is never shown");
}

#[test]
fn links_lie_under_the_template_s_domains() {
    assert_eq!(problems(|t| t.footer = "evil.example".to_owned()), [(Place::Footer, Rule::Link)]);
    assert_eq!(
        problems(|t| t.body.0[6] = words(" siehe http://korn.example")),
        [(Place::Body, Rule::Link)]
    );
    assert_eq!(problems(|t| t.footer = "shop.korn.example".to_owned()), []);
    // The value of the parameter would complete the host.
    assert_eq!(problems(|t| t.body.0[2] = words(".korn.evil ")), [(Place::Body, Rule::Link)]);
    let url =
        |url: &str| Button::Url { text: "x".to_owned(), url: url.to_owned(), suffix: Some(3) };
    for wrong in ["https://korn.example", "https://evil.example/", "http://korn.example/"] {
        assert_eq!(problems(|t| t.buttons[1] = url(wrong)), [(Place::Button(1), Rule::Link)]);
    }
    for domains in [&["b.example", "a.example"][..], &["Korn.example"], &["localhost"]] {
        let domains: Vec<_> = domains.iter().map(|&domain| domain.to_owned()).collect();
        let found = problems(|t| t.link_domains = domains);
        assert!(found.contains(&(Place::LinkDomains, Rule::Domain)));
    }
}

#[test]
fn offers_and_coupons_are_marketing_and_codes_stand_alone() {
    let carousel = samples::carousel();
    let utility = TemplateDoc { category: Category::Utility, ..carousel.clone() };
    assert_eq!(utility.problems().len(), 1);
    assert_eq!(utility.problems()[0].place, Place::Offer);
    let mut uneven = carousel;
    uneven.carousel[1].buttons.clear();
    assert!(uneven.problems().iter().any(|problem| problem.rule == Rule::Cards));

    let login = |with_link: bool| TemplateDoc {
        category: Category::Authentication,
        header: None,
        body: TemplateText(vec![words("Ihr Code: "), Piece::Parameter(0), words(".")]),
        buttons: vec![Button::OneTimeCode { text: "Kopieren".to_owned(), code: 0 }],
        parameters: vec![code("code")],
        link_domains: with_link.then(|| "korn.example".to_owned()).into_iter().collect(),
        ..samples::template()
    };
    assert_eq!(login(false).problems(), []);
    assert_eq!(login(true).problems()[0].rule, Rule::Category);
    let no_button = TemplateDoc { buttons: Vec::new(), ..login(false) };
    assert_eq!(no_button.problems()[0].rule, Rule::Code);
}

#[test]
fn goods_are_marketing_and_what_stands_above_is_what_is_opened() {
    let goods = |length_max: u16| Parameter {
        name: String::new(),
        kind: ParameterKind::Goods,
        length_max,
        charset: Charset::Any,
        example: String::new(),
    };
    let button = |goods: Option<u8>| Button::Goods { text: "Ansehen".to_owned(), goods };
    let base = |header, button: Button, length_max: Option<u16>| TemplateDoc {
        category: Category::Marketing,
        header,
        body: TemplateText::fixed("Frisch aus dem Ofen."),
        buttons: vec![button],
        parameters: length_max.map(goods).into_iter().collect(),
        link_domains: Vec::new(),
        ..samples::template()
    };
    let above = || Some(Header::Goods { parameter: 0 });
    let one = base(above(), button(Some(0)), Some(1));
    let some = base(None, button(Some(0)), Some(30));
    let all = base(None, button(None), None);
    for template in [&one, &some, &all] {
        assert_eq!(template.problems(), []);
        let bytes = template.encode().expect("an encoding");
        assert_eq!(TemplateDoc::decode(&bytes).as_ref(), Ok(template));
        let utility = TemplateDoc { category: Category::Utility, ..template.clone() };
        assert_eq!(utility.problems()[0].rule, Rule::Category);
    }
    let rules = |template: &TemplateDoc| -> Vec<Rule> {
        template.problems().into_iter().map(|problem| problem.rule).collect()
    };
    assert_eq!(rules(&base(above(), button(Some(0)), Some(2))), [Rule::ParameterBounds]);
    assert_eq!(rules(&base(above(), button(None), Some(1))), [Rule::Buttons]);
    let twice = TemplateDoc { buttons: vec![button(None), button(None)], ..all };
    assert_eq!(rules(&twice), [Rule::Buttons]);
    let mut in_card = samples::carousel();
    for card in &mut in_card.carousel {
        card.buttons = vec![button(None)];
    }
    assert!(rules(&in_card).contains(&Rule::Buttons));
}

#[test]
fn direction_tricks_are_refused_by_the_decoder() {
    let mut template = samples::template();
    template.footer = "Korn\u{202e}".to_owned();
    assert_eq!(template.encode(), Err(Error::Value));
}

#[test]
fn approvals_hold_within_their_time_and_by_their_own_key() {
    let approval = samples::approval();
    let (operator, business) = (samples::server_key(), samples::account_key());
    assert!(approval.allows_at(approval.not_before));
    assert!(!approval.allows_at(approval.not_after));
    assert_eq!(approval.key(&operator.public(), &business.public()), &operator.public());
    let own = samples::signed(approval.clone(), &business).encode();
    let claimed = Unverified::<Approval>::decode(&own).expect("an approval");
    let key = *claimed.claimed().key(&operator.public(), &business.public());
    assert_eq!(claimed.verify(&key), Err(Error::Signature), "the business can't review itself");

    let paused = Approval {
        status: ApprovalStatus::Paused,
        reason: Some(RejectionReason::IncorrectCategory),
        sequence: 2,
        ..approval.clone()
    };
    assert!(paused.supersedes(&approval) && !paused.allows_at(approval.not_before));
    let silent = Approval { reason: None, ..paused };
    assert_eq!(Signed::sign(silent, &operator), Err(Error::Value));
    let endless = Approval { not_after: approval.not_before.plus_millis(i64::MAX), ..approval };
    assert_eq!(Signed::sign(endless, &operator), Err(Error::Value));
}

#[test]
fn only_what_the_server_franked_opens_in_a_report() {
    let report = samples::report();
    let key = samples::server_key().public();
    let opened = report.open(&key, &samples::frank_key()).expect("a true report");
    assert_eq!(opened[0].sender_account, samples::business());

    let item = &report.items[0];
    let mut forged = item.content.clone();
    *forged.last_mut().expect("content") = 7;
    let forged = ReportItem { content: forged, ..item.clone() };
    assert_eq!(forged.open(&key, &samples::frank_key()), Err(Error::Signature));
    assert_eq!(
        item.open(&key, &FrankKey::new(&[0; 32])),
        Err(Error::Signature),
        "another server's frank"
    );
    assert_eq!(
        item.open(&samples::account_key().public(), &samples::frank_key()),
        Err(Error::Signature)
    );
    let elsewhere =
        Report { conversation: tresen_types::ConversationId::new([9; 16]), ..report.clone() };
    assert_eq!(elsewhere.open(&key, &samples::frank_key()), Err(Error::Signature));
    let empty = Report { items: Vec::new(), ..report };
    assert_eq!(Signed::sign(empty, &samples::device_key()), Err(Error::Value));
}

#[test]
fn a_domain_is_claimed_by_account_and_key() {
    let key = samples::account_key().public();
    let text = dns_text(samples::business(), &key);
    assert!(claims_domain(&format!("# our shop\n {text} \n"), samples::business(), &key));
    assert!(!claims_domain(&text, samples::business(), &samples::device_key().public()));
    assert!(!claims_domain(&text, samples::customer(), &key));

    let record = samples::domain_record();
    assert!(record.holds_at(record.checked_at, &key));
    assert!(!record.holds_at(record.not_after, &key));
    assert!(!record.holds_at(record.checked_at, &samples::device_key().public()));
    let mut lost = record;
    lost.state = DomainState::Lost;
    assert!(!lost.holds_at(lost.checked_at, &key));
    let foreign = Signed::sign(samples::domain_claim(), &samples::device_key());
    assert_eq!(foreign, Err(Error::Signature));
    let wrong = DomainClaim { domain: "Korn.example".to_owned(), ..samples::domain_claim() };
    assert_eq!(Signed::sign(wrong, &samples::account_key()), Err(Error::Value));
}

#[test]
fn consents_with_limits_are_another_version_and_the_old_ones_stay() {
    let old = samples::signed(samples::consent(), &samples::device_key()).encode();
    let new = samples::signed(samples::consent_with_terms(), &samples::device_key()).encode();
    let version = |bytes: &[u8]| bytes[4];
    assert_eq!((version(&old), version(&new)), (1, 2));

    let mut wrong = samples::consent_with_terms();
    let quiet = |start, end, categories| Some(QuietHours { start, end, categories });
    let marketing = Categories::NONE.with(Category::Marketing);
    for never in [
        quiet(60, 60, marketing),
        quiet(1_440, 0, marketing),
        quiet(0, 60, Categories::NONE),
        quiet(0, 60, marketing.with(Category::Authentication)),
    ] {
        wrong.terms.quiet = never;
        assert_eq!(Signed::sign(wrong.clone(), &samples::device_key()), Err(Error::Value));
    }
    wrong.terms.quiet = None;
    wrong.terms.digest = Some(WeeklyDigest { weekday: 7, minute: 0, categories: marketing });
    assert_eq!(Signed::sign(wrong.clone(), &samples::device_key()), Err(Error::Value));
    wrong.terms.digest = None;
    assert_eq!(
        Signed::sign(wrong, &samples::device_key()),
        Err(Error::Value),
        "a zone for nothing"
    );
}

#[test]
fn quiet_hours_go_over_midnight() {
    let quiet = QuietHours { start: 1_320, end: 420, categories: Categories::NONE };
    assert!(quiet.contains(1_320) && quiet.contains(0) && quiet.contains(419));
    assert!(!quiet.contains(420) && !quiet.contains(1_319));
    assert_eq!((quiet.minutes_left(1_380), quiet.minutes_left(0)), (480, 420));
    assert_eq!(quiet.minutes_left(720), 0);
}

#[test]
fn one_changed_byte_of_a_consent_file_is_refused() {
    let bytes = samples::consent_proof().encode();
    let proof = ConsentProof::verify(&bytes).expect("a true proof");
    assert!(proof.consent.value().allows(Category::Service));
    for at in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[at] ^= 1;
        assert!(ConsentProof::verify(&changed).is_err(), "byte {at}");
    }
}
