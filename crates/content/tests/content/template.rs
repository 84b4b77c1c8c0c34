//! Messages of templates: what is refused, what is shown, and what a lint says.

use tresen_content::{
    Content, Error, Message,
    template::{
        Mismatch, PlaceOnMap, TemplateMessage, TemplateValue,
        lint::{Finding, lint},
        render::{Action, Span, plain, render},
    },
};
use tresen_statement::{Button, Header, MediaKind, Parameter, ParameterKind, Piece, TemplateDoc};
use tresen_types::{
    Category, Currency, Money, Timestamp,
    card::{Product, ProductSection},
};

use crate::samples::{self, SALT, scope};

fn checked(change: impl FnOnce(&mut TemplateMessage)) -> Result<(), (Mismatch, Option<u8>)> {
    let mut message = samples::template_message();
    change(&mut message);
    message.check(&samples::template()).map_err(|wrong| (wrong.mismatch, wrong.parameter))
}

fn text(text: &str) -> TemplateValue {
    TemplateValue::Text(text.to_owned())
}

#[test]
fn an_instance_of_the_template_passes_and_is_rendered() {
    assert_eq!(checked(|_same| {}), Ok(()));
    let (template, message) = (samples::template(), samples::template_message());
    let rendered = render(&template, &message.values, &plain);
    assert_eq!(
        rendered.text(),
        "Ihre Bestellung\nHallo Anna *K*, Bestellung B-4711 liegt bereit.\nZu zahlen: 12.50 EUR an \
         der Theke.\nBäckerei Korn"
    );
    // The marks of a value are no marks: it stays apart from the words.
    assert_eq!(rendered.body[1], Span::Value("Anna *K*".to_owned()));
    let url = "https://korn.example/o/4711?x=1".to_owned();
    assert_eq!(rendered.buttons[1].action, Action::Open { url });
    assert_eq!(rendered.buttons[0].action, Action::Reply { payload: "coming".to_owned() });
}

#[test]
fn a_parameter_that_does_not_belong_is_refused_with_its_reason() {
    for (value, mismatch) in [
        ("https://evil.example", Mismatch::Link),
        ("evil.example", Mismatch::Link),
        ("korn.example", Mismatch::Link),
        ("two\nlines", Mismatch::Character),
        ("turned \u{202e}dnuor", Mismatch::Character),
        ("hid\u{200b}den", Mismatch::Character),
        ("   ", Mismatch::Character),
        ("", Mismatch::Length),
        ("a text that goes on and on and on and on and on", Mismatch::Length),
    ] {
        let found = checked(|message| message.values[0] = text(value));
        assert_eq!(found, Err((mismatch, Some(0))), "{value}");
    }
    let outside = checked(|message| message.values[1] = text("Nr_4711"));
    assert_eq!(outside, Err((Mismatch::Character, Some(1))), "outside its charset");
    for (value, mismatch) in [
        ("a b", Mismatch::Character),
        ("@evil.example", Mismatch::Character),
        ("../../x", Mismatch::Link),
        ("/\u{2f}evil.example", Mismatch::Link),
        ("ü", Mismatch::Character),
    ] {
        let suffix = TemplateValue::UrlSuffix(value.to_owned());
        assert_eq!(checked(|message| message.values[3] = suffix), Err((mismatch, Some(3))));
    }
    let wrong_kind = checked(|message| message.values[2] = text("12,50 €"));
    assert_eq!(wrong_kind, Err((Mismatch::Kind, Some(2))));
    let short = checked(|message| drop(message.values.pop()));
    assert_eq!(short, Err((Mismatch::Count, None)));
    let other = checked(|message| message.template = [1; 32]);
    assert_eq!(other, Err((Mismatch::Template, None)));
    let version = checked(|message| message.version = 2);
    assert_eq!(version, Err((Mismatch::Template, None)));
}

#[test]
fn ten_thousand_characters_are_no_content() {
    let mut message = samples::template_message();
    message.values[0] = text(&"x".repeat(10_000));
    let encoded = Content::new(Message::Template(Box::new(message))).encode(SALT, &scope());
    let bytes = encoded.expect("within the limit of all content").bytes;
    assert_eq!(Content::decode(&bytes, &scope()).err(), Some(Error::Limit));
}

#[test]
fn words_and_values_together_make_no_link() {
    let mut template = samples::template();
    template.body.0[2] = Piece::Fixed(".evil Bestellung ".to_owned());
    let mut message = samples::template_message();
    message.values[0] = text("kuchen");
    message.template = template.hash();
    let wrong = message.check(&template).expect_err("kuchen.evil");
    assert_eq!(wrong.mismatch, Mismatch::Link);
}

#[test]
fn a_header_s_file_is_of_its_kind() {
    let mut template = samples::template();
    template.header = Some(Header::Media { kind: MediaKind::Image, parameter: 5 });
    template.parameters.push(Parameter {
        name: "picture".to_owned(),
        kind: ParameterKind::Media,
        length_max: 1,
        charset: tresen_statement::Charset::Any,
        example: String::new(),
    });
    assert_eq!(template.problems(), []);
    let mut message = samples::template_message();
    message.template = template.hash();
    let mut file = samples::attachment();
    message.values.push(TemplateValue::Media(Box::new(file.clone())));
    assert_eq!(message.check(&template), Ok(()));
    file.mime = "image/svg+xml".to_owned();
    message.values[5] = TemplateValue::Media(Box::new(file));
    let wrong = message.check(&template).expect_err("a program, not a picture");
    assert_eq!((wrong.mismatch, wrong.parameter), (Mismatch::Media, Some(5)));
}

#[test]
fn goods_are_named_without_links_and_tricks_and_are_not_too_many() {
    let mut template = samples::template();
    template.category = Category::Marketing;
    template.buttons.push(Button::Goods { text: "Ansehen".to_owned(), goods: Some(5) });
    template.parameters.push(Parameter {
        name: "goods".to_owned(),
        kind: ParameterKind::Goods,
        length_max: 2,
        charset: tresen_statement::Charset::Any,
        example: String::new(),
    });
    assert_eq!(template.problems(), []);
    let goods = |names: &[&str]| {
        let product = |name: &&str| Product { item: "rye".to_owned(), name: (*name).to_owned() };
        let products = names.iter().map(product).collect();
        TemplateValue::Goods(vec![ProductSection { title: "Brot".to_owned(), products }])
    };
    let message = |value: TemplateValue| {
        let mut message = samples::template_message();
        message.template = template.hash();
        message.values.push(value);
        message
    };
    let right = message(goods(&["Roggen", "Dinkel"]));
    assert_eq!(right.check(&template), Ok(()));
    let rendered = render(&template, &right.values, &plain);
    let items = vec!["rye".to_owned(), "rye".to_owned()];
    assert_eq!(rendered.buttons.last().map(|last| &last.action), Some(&Action::Goods { items }));
    assert_eq!(plain(&right.values[5]), "Roggen, Dinkel");
    let content = Content::new(Message::Template(Box::new(right)));
    let bytes = content.encode(SALT, &scope()).expect("an encoding").bytes;
    assert_eq!(Content::decode(&bytes, &scope()).expect("content").content, content);
    for (value, mismatch) in [
        (goods(&[]), Mismatch::Length),
        (goods(&["a", "b", "c"]), Mismatch::Length),
        (goods(&[""]), Mismatch::Length),
        (goods(&["evil.example"]), Mismatch::Link),
        (goods(&["turned \u{202e}dnuor"]), Mismatch::Character),
        (text("Roggen"), Mismatch::Kind),
    ] {
        let wrong = message(value).check(&template).expect_err("refused");
        assert_eq!((wrong.mismatch, wrong.parameter), (mismatch, Some(5)));
    }
}

#[test]
fn values_have_a_plain_form() {
    let amount = |minor, code| {
        let currency = Currency::parse(code).expect("a currency");
        TemplateValue::Amount(Money { minor, currency })
    };
    let number = |digits, decimals| TemplateValue::Number { digits, decimals };
    let date = |millis| TemplateValue::Date(Timestamp::from_millis(millis));
    for (value, shown) in [
        (amount(1_250, "JPY"), "1250 JPY"),
        (amount(1_250, "KWD"), "1.250 KWD"),
        (number(1_250, 2), "12.50"),
        (number(-5, 2), "-0.05"),
        (number(7, 0), "7"),
        (date(1_793_000_000_000), "2026-10-26"),
        (date(951_782_400_000), "2000-02-29"),
        (date(-1), "1969-12-31"),
    ] {
        assert_eq!(plain(&value), shown);
    }
    let place = PlaceOnMap {
        latitude_e7: 1,
        longitude_e7: 2,
        name: "Theke".to_owned(),
        address: String::new(),
    };
    assert_eq!(plain(&TemplateValue::Location(place)), "Theke");
}

#[test]
fn the_lint_says_why_a_text_looks_like_marketing() {
    let with = |words: &str, category| {
        let mut template = samples::template();
        template.body.0[6] = Piece::Fixed(words.to_owned());
        TemplateDoc { category, ..template }
    };
    let words = |template: &TemplateDoc| {
        lint(template)
            .into_iter()
            .filter_map(|finding| match finding {
                Finding::MarketingWord { word, .. } => Some(word),
                _other => None,
            })
            .collect::<Vec<_>>()
    };
    assert_eq!(lint(&samples::template()), []);
    assert_eq!(
        words(&with(" an der Theke. Jetzt sichern: Rabatt!", Category::Utility)),
        ["rabatt", "jetzt sichern"]
    );
    assert_eq!(words(&with(" Today: special OFFER", Category::Utility)), ["special offer"]);
    assert_eq!(words(&with(" आज भारी छूट है", Category::Utility)), ["छूट"]);
    assert_eq!(words(&with(" der Windows-Gewinn", Category::Utility)), [] as [&str; 0]);
    assert_eq!(words(&with(" Rabatt!", Category::Marketing)), [] as [&str; 0]);
    let rebate = lint(&with(" heute 20 % weniger", Category::Utility));
    assert!(rebate.iter().any(|finding| matches!(finding, Finding::Rebate { .. })));
}

#[test]
fn a_text_that_is_mostly_parameters_is_found() {
    let mut template = samples::template();
    template.header = None;
    template.body = tresen_statement::TemplateText(vec![
        Piece::Fixed("Hi ".to_owned()),
        Piece::Parameter(0),
        Piece::Fixed(" ok ".to_owned()),
        Piece::Parameter(1),
        Piece::Fixed(", ".to_owned()),
        Piece::Parameter(2),
        Piece::Fixed(".".to_owned()),
    ]);
    assert_eq!(template.problems(), []);
    assert!(lint(&template).iter().any(|finding| !finding.is_marketing()));
}
