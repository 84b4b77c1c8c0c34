//! The server's decision, row by row.

use tresen_admission::{
    Attempt, History, Reason, Refusal, STEPS_MS, Standing, Window, admit, stop_word,
};
use tresen_statement::{
    Approval, ApprovalProfile, ApprovalStatus, CategoryMax, Consent, ConsentState, Date, LocalTime,
    QuietHours, RejectionReason, Terms,
};
use tresen_types::{
    AccountId, AccountKind, Categories, Category, DeviceId, MessageClass, Timestamp, limits::DAY_MS,
};

const HASH: [u8; 32] = [7; 32];

fn now() -> Timestamp {
    Timestamp::from_millis(1_793_000_000_000)
}

fn ago(millis: i64) -> Timestamp {
    now().plus_millis(-millis)
}

fn consent(categories: &[Category]) -> Consent {
    Consent {
        origin: "https://tresen.example".to_owned(),
        business: AccountId::from_random(AccountKind::Business, [1; 16]),
        business_key_hash: [0; 32],
        customer: AccountId::from_random(AccountKind::Person, [2; 16]),
        device: DeviceId::new([3; 8]),
        sequence: 1,
        categories: categories.iter().copied().collect(),
        monthly_max: CategoryMax::default(),
        wording_hash: [0; 32],
        language: "de".to_owned(),
        at: ago(DAY_MS),
        entry: None,
        state: ConsentState::Given,
        terms: Terms::default(),
    }
}

fn approval(category: Category) -> Approval {
    Approval {
        business: AccountId::from_random(AccountKind::Business, [1; 16]),
        template: HASH,
        name: "order_ready".to_owned(),
        language: "de".to_owned(),
        category,
        profile: ApprovalProfile::Reviewed,
        status: ApprovalStatus::Approved,
        reason: None,
        sequence: 1,
        not_before: ago(DAY_MS),
        not_after: now().plus_millis(DAY_MS),
    }
}

fn chat() -> Attempt {
    Attempt {
        sender: AccountKind::Business,
        class: MessageClass::Chat,
        category: Category::Service,
        template: None,
        at: now(),
    }
}

fn of_template(category: Category) -> Attempt {
    Attempt { class: MessageClass::Template, category, template: Some(HASH), ..chat() }
}

fn standing<'a>(consent: &'a Consent, approval: &'a Approval) -> Standing<'a> {
    Standing {
        consent: Some(consent),
        is_blocked: false,
        window: Window { opened_at: Some(ago(60_000)) },
        approval: Some(approval),
        history: History::default(),
        local: None,
        suspended: Categories::NONE,
        tier_full_until: None,
        is_paid: true,
    }
}

fn refused(attempt: &Attempt, standing: &Standing<'_>) -> Refusal {
    admit(attempt, standing).expect_err("refused")
}

#[test]
fn free_text_needs_the_window_and_is_told_what_goes_instead() {
    let consent = consent(&[Category::Service, Category::Utility]);
    let approval = approval(Category::Utility);
    let open = standing(&consent, &approval);
    assert!(admit(&chat(), &open).expect("within the window").in_window);
    for window in [Window { opened_at: None }, Window { opened_at: Some(ago(DAY_MS)) }] {
        let closed = Standing { window, ..open };
        let refusal = refused(&chat(), &closed);
        assert_eq!(refusal.reason, Reason::WindowClosed);
        assert!(!refusal.instead.free_text);
        assert!(refusal.instead.templates.contains(Category::Utility));
        let sent = admit(&of_template(Category::Utility), &closed).expect("a template goes");
        assert!(sent.is_counted && !sent.in_window);
        for class in [MessageClass::Payment, MessageClass::Call] {
            let attempt = Attempt { class, ..chat() };
            assert_eq!(refused(&attempt, &closed).reason, Reason::WindowClosed);
        }
    }
    let just = Standing { window: Window { opened_at: Some(ago(DAY_MS - 1)) }, ..open };
    assert!(admit(&chat(), &just).is_ok());
}

#[test]
fn a_step_without_words_goes_for_half_a_year_and_needs_the_same_yes() {
    let (given, approval) = (consent(&[Category::Service]), approval(Category::Utility));
    let open = standing(&given, &approval);
    let step = Attempt { class: MessageClass::Step, ..chat() };
    let late = Standing { window: Window { opened_at: Some(ago(30 * DAY_MS)) }, ..open };
    let sent = admit(&step, &late).expect("it goes");
    assert!(!sent.is_counted && !sent.in_window);
    assert_eq!(refused(&chat(), &late).reason, Reason::WindowClosed);
    for opened_at in [None, Some(ago(STEPS_MS))] {
        let never = Standing { window: Window { opened_at }, ..open };
        assert_eq!(refused(&step, &never).reason, Reason::WindowClosed);
    }
    let offer = Attempt { category: Category::Marketing, ..step };
    let all = consent(&Category::ALL);
    let willing = Standing { consent: Some(&all), ..late };
    assert_eq!(refused(&offer, &willing).reason, Reason::TemplateRequired);
    let mut revoked = consent(&[]);
    revoked.state = ConsentState::Revoked;
    let stopped = Standing { consent: Some(&revoked), ..late };
    assert_eq!(refused(&step, &stopped).reason, Reason::NoConsent);
    let blocked = Standing { is_blocked: true, ..late };
    assert_eq!(refused(&step, &blocked).reason, Reason::Blocked);
}

#[test]
fn no_live_consent_no_delivery() {
    let (given, approval) = (consent(&[Category::Service]), approval(Category::Marketing));
    let open = standing(&given, &approval);
    let refusal = refused(&of_template(Category::Marketing), &open);
    assert_eq!(refusal.reason, Reason::NoConsent);
    assert!(refusal.instead.free_text && !refusal.instead.invitation);

    let mut revoked = consent(&[]);
    revoked.state = ConsentState::Revoked;
    let none = Standing { consent: None, ..open };
    for nothing in [Standing { consent: Some(&revoked), ..open }, none] {
        let refusal = refused(&chat(), &nothing);
        assert_eq!(refusal.reason, Reason::NoConsent);
        assert!(refusal.instead.invitation, "an invitation link is all that is left");
    }
    let blocked = Standing { is_blocked: true, ..none };
    let refusal = refused(&chat(), &blocked);
    assert_eq!((refusal.reason, refusal.instead.invitation), (Reason::Blocked, false));
}

#[test]
fn marketing_labelled_as_utility_is_refused() {
    let consent = consent(&[Category::Service, Category::Utility, Category::Marketing]);
    let approved = approval(Category::Marketing);
    let open = standing(&consent, &approved);
    let labelled = refused(&of_template(Category::Utility), &open);
    assert_eq!(labelled.reason, Reason::CategoryMismatch);
    // Nor does free text carry another category.
    let text = Attempt { category: Category::Utility, ..chat() };
    assert_eq!(refused(&text, &open).reason, Reason::TemplateRequired);
}

#[test]
fn only_an_approved_template_goes() {
    let consent = consent(&[Category::Service, Category::Utility]);
    let good = approval(Category::Utility);
    let attempt = of_template(Category::Utility);
    let reason = |approval: Option<&Approval>| {
        refused(&attempt, &Standing { approval, ..standing(&consent, &good) }).reason
    };
    assert_eq!(reason(None), Reason::TemplateUnknown);
    // Changed after the approval: another hash.
    let other = Approval { template: [8; 32], ..good.clone() };
    assert_eq!(reason(Some(&other)), Reason::TemplateUnknown);
    let early = Approval { not_before: now().plus_millis(1), ..good.clone() };
    let late = Approval { not_after: now(), ..good.clone() };
    let paused = Approval {
        status: ApprovalStatus::Paused,
        reason: Some(RejectionReason::Promotional),
        ..good.clone()
    };
    for never in [early, late, paused] {
        assert_eq!(reason(Some(&never)), Reason::TemplateNotApproved);
    }
}

#[test]
fn the_customer_s_limits_hold_and_say_until_when() {
    let mut consent = consent(&[Category::Service, Category::Marketing]);
    let approval = approval(Category::Marketing);
    let attempt = of_template(Category::Marketing);
    let sent = [ago(20 * DAY_MS), ago(3 * DAY_MS)];
    let until = |consent: &Consent, sent: &[Timestamp]| {
        let standing = Standing { history: History(sent), ..standing(consent, &approval) };
        admit(&attempt, &standing).err().map(|refusal| {
            assert_eq!(refusal.reason, Reason::CustomerLimit);
            refusal.until.expect("a limit ends")
        })
    };
    // Two a month unless the customer says otherwise.
    assert_eq!(until(&consent, &sent[..1]), None);
    assert_eq!(until(&consent, &sent), Some(ago(20 * DAY_MS).plus_millis(30 * DAY_MS)));
    // One a week: the third of the month goes, the second of the week is held for next week.
    consent.terms.weekly_max = CategoryMax::default().with(Category::Marketing, 1);
    assert_eq!(until(&consent, &sent[..1]), None);
    assert_eq!(until(&consent, &sent), Some(ago(3 * DAY_MS).plus_millis(7 * DAY_MS)));
    // None at all.
    consent.terms.weekly_max = CategoryMax::default().with(Category::Marketing, 0);
    assert!(until(&consent, &[]).is_some());
}

#[test]
fn quiet_hours_are_the_customer_s_own_clock() {
    let mut consent = consent(&[Category::Service, Category::Utility, Category::Marketing]);
    let marketing = Categories::NONE.with(Category::Marketing);
    consent.terms.quiet = Some(QuietHours { start: 1_320, end: 420, categories: marketing });
    consent.terms.time_zone = "Europe/Berlin".to_owned();
    let (utility, offer) = (approval(Category::Utility), approval(Category::Marketing));
    let local = |minute| LocalTime { date: Date::from_days(20_000).expect("a day"), minute };
    let night = Standing { local: Some(local(1_380)), ..standing(&consent, &offer) };
    let refusal = refused(&of_template(Category::Marketing), &night);
    assert_eq!(refusal.reason, Reason::QuietHours);
    assert_eq!(refusal.until, Some(now().plus_millis(8 * 60 * 60 * 1_000)));
    let day = Standing { local: Some(local(720)), ..night };
    assert!(admit(&of_template(Category::Marketing), &day).is_ok());
    let other = Standing { approval: Some(&utility), ..night };
    assert!(admit(&of_template(Category::Utility), &other).is_ok());
    let unknown = Standing { local: None, ..night };
    assert_eq!(refused(&of_template(Category::Marketing), &unknown).reason, Reason::QuietHours);
}

#[test]
fn suspension_tier_and_balance_stop_templates_only() {
    let consent = consent(&[Category::Service, Category::Utility]);
    let approval = approval(Category::Utility);
    let attempt = of_template(Category::Utility);
    let open = standing(&consent, &approval);
    let utility = Categories::NONE.with(Category::Utility);
    let suspended = Standing { suspended: utility, ..open };
    let refusal = refused(&attempt, &suspended);
    assert_eq!(refusal.reason, Reason::CategorySuspended);
    assert!(!refusal.instead.templates.contains(Category::Utility) && refusal.instead.free_text);
    let later = now().plus_millis(1_000);
    let tier = Standing { tier_full_until: Some(later), ..open };
    assert!(admit(&attempt, &tier).is_ok(), "within the window no tier counts");
    let tier = Standing { window: Window::default(), ..tier };
    assert_eq!(refused(&attempt, &tier).until, Some(later));
    let unpaid = Standing { is_paid: false, ..open };
    assert_eq!(refused(&attempt, &unpaid).reason, Reason::Unpaid);
    assert!(admit(&chat(), &unpaid).is_ok());
}

#[test]
fn customers_and_receipts_are_never_held() {
    let consent = consent(&[]);
    let approval = approval(Category::Utility);
    let closed = Standing { window: Window::default(), ..standing(&consent, &approval) };
    let customer = Attempt { sender: AccountKind::Person, ..chat() };
    assert!(admit(&customer, &closed).is_ok());
    let receipt = Attempt { class: MessageClass::Control, ..chat() };
    assert!(admit(&receipt, &closed).is_ok());
}

#[test]
fn stop_words_are_whole_messages_in_every_language() {
    for text in ["stop", "STOPP!", "Bitte stopp", "  Keine Werbung mehr. ", "बंद करो", "कृपया बंद करें।"]
    {
        assert!(stop_word(text).is_some(), "{text}");
    }
    for text in ["please stop at the second door", "Wann ist Schluss?", "", "bitte", "दुकान बंद है?"]
    {
        assert_eq!(stop_word(text), None, "{text}");
    }
}
