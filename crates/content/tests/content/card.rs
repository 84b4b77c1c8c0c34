//! Cards: what breaks a limit is neither sent nor taken in, and the rest comes back.

use proptest::prelude::*;
use tresen_content::{
    Content, Error, Message,
    limits::{CONTACTS_MAX, OFFER_ROWS_MAX, OFFER_TEXT_BYTES_MAX},
    preview_line, search_text,
};
use tresen_types::card::{
    Card, ChoiceOf, Contact, OfferAction, OfferRow, OfferSection, PlaceOnMap,
};

use crate::samples::{self, SALT, card, choice, contact, link, list, offer, place, row, scope};

fn refused(message: Message) -> Option<Error> {
    Content::new(message).encode(SALT, &scope()).err()
}

#[test]
fn what_breaks_a_limit_is_not_sent() {
    let rows = |count: usize| (0..count).map(|number| row(&number.to_string())).collect();
    let sections = |count: usize| OfferAction::List {
        button: "Auswählen".to_owned(),
        sections: vec![OfferSection { title: String::new(), rows: rows(count) }],
    };
    assert_eq!(refused(offer(list())), None);
    assert_eq!(refused(offer(sections(OFFER_ROWS_MAX))), None);
    for wrong in [
        OfferAction::Buttons(Vec::new()),
        OfferAction::Buttons(rows(4)),
        OfferAction::Buttons(vec![row("1"), row("1")]),
        OfferAction::Buttons(vec![row("")]),
        OfferAction::Buttons(vec![OfferRow { title: " ".to_owned(), ..row("1") }]),
        sections(0),
        sections(OFFER_ROWS_MAX + 1),
        link("javascript:alert(1)"),
        link("https://a b"),
        link(""),
    ] {
        assert!(refused(offer(wrong.clone())).is_some(), "{wrong:?}");
    }
    let long = OfferRow { title: "ä".repeat(OFFER_TEXT_BYTES_MAX), ..row("1") };
    assert_eq!(refused(offer(OfferAction::Buttons(vec![long]))), Some(Error::Limit));
    assert!(refused(card(Card::Contacts(Vec::new()))).is_some());
    assert!(refused(card(Card::Contacts(vec![contact(); CONTACTS_MAX + 1]))).is_some());
    assert!(refused(card(Card::Contacts(vec![Contact::default()]))).is_some(), "without a name");
    let north = PlaceOnMap { latitude_e7: 900_000_001, ..place() };
    assert!(refused(card(Card::Place(north))).is_some(), "beyond the pole");
}

#[test]
fn what_a_sender_made_of_its_own_is_not_taken_in() {
    let encoded = Content::new(choice(ChoiceOf::List)).encode(SALT, &scope()).expect("a choice");
    let place = encoded.bytes.iter().rposition(|byte| *byte == b'2').expect("the title's end");
    // One kind of choice more than there is.
    let mut bytes = encoded.bytes.clone();
    let start = bytes.windows(3).position(|part| part == [0x85, 1, 1]).expect("the array");
    bytes[start + 2] = 9;
    assert!(Content::decode(&bytes, &scope()).is_err());
    let mut bytes = encoded.bytes;
    bytes[place] = 0xff;
    assert!(Content::decode(&bytes, &scope()).is_err(), "no text");
}

#[test]
fn programs_that_know_no_cards_have_the_words() {
    for (name, content) in samples::all() {
        let Message::Card(_) = &content.message else { continue };
        let bytes = content.encode(SALT, &scope()).expect("a sample").bytes;
        let has = |words: &str| bytes.windows(words.len()).any(|part| part == words.as_bytes());
        assert!(has("text/plain"), "{name}");
        assert!(preview_line(&content.message).is_some_and(|line| !line.text.is_empty()));
        assert!(search_text(&content.message).is_some());
    }
}

proptest! {
    #[test]
    fn offers_come_back(
        titles in proptest::collection::vec("[^ ]{1,20}", 1..=3),
        body in "[a-zä]{1,200}",
        header in ".{0,60}",
        salt: [u8; 16],
    ) {
        let rows = titles.iter().enumerate().map(|(number, title)| OfferRow {
            id: number.to_string(),
            title: format!("a{title}"),
            description: String::new(),
        });
        let Message::Card(made) = offer(OfferAction::Buttons(rows.collect())) else { panic!() };
        let Card::Offer(mut made) = *made else { panic!() };
        (made.header, made.body) = (header, body);
        let content = Content::new(card(Card::Offer(made)));
        let encoded = content.encode(salt, &scope()).expect("within all limits");
        let received = Content::decode(&encoded.bytes, &scope()).expect("our own encoding");
        prop_assert_eq!(received.content, content);
    }
}
