//! Goods of the catalogue as messages, carousels, and what customers are asked for.

use serde_json::{Value, json};
use tresen_testkit::world::{Actor, run};
use tresen_types::{
    Category,
    card::{Card, Contact, Labelled, Offer, OfferAction, PostalAddress, SlideAction},
};
use tresen_view::{Command, Event, MessageBody, MessageView, TemplateAction, TemplateHeader};

use super::{
    desk::{Desk, code_of},
    receiver::Receiver,
    shelf::{made, template_seen},
    shop::publish,
    templates::approve,
};

async fn send(desk: &Desk, to: &str, interactive: &Value) -> (u16, Value) {
    let path = format!("/v23.0/{}/messages", desk.phone());
    let body = json!({ "messaging_product": "whatsapp", "to": to, "type": "interactive",
        "interactive": interactive });
    desk.post(&path, &body).await
}

async fn sent(desk: &Desk, to: &str, interactive: &Value) -> String {
    let (status, answer) = send(desk, to, interactive).await;
    assert_eq!(status, 200, "{answer}");
    answer["messages"][0]["id"].as_str().expect("an id").to_owned()
}

async fn heard(actor: &mut Actor) -> (MessageView, Offer) {
    actor
        .until("an offer", |event| match event {
            Event::Message { message, .. } if !message.is_own => match &message.body {
                MessageBody::Card(card) => match card.as_ref() {
                    Card::Offer(offer) => Some((message.as_ref().clone(), offer.as_ref().clone())),
                    _ => None,
                },
                _ => None,
            },
            _ => None,
        })
        .await
}

async fn told(receiver: &mut Receiver) -> Value {
    loop {
        let value = receiver.value().await;
        if value.get("messages").is_some() {
            return value["messages"][0].clone();
        }
    }
}

fn named(offer: &Offer) -> Vec<(&str, &str)> {
    offer.action.products().map(|one| (one.item.as_str(), one.name.as_str())).collect()
}

#[test]
fn goods_of_the_catalogue_are_sent_with_the_names_that_it_has() {
    run(async {
        let mut desk = Desk::open().await;
        let mut receiver = desk.receiver().await;
        let (mut priya, _, wa_id) = desk.known_customer(&mut receiver, "Priya").await;
        let catalogue = desk.gateway.ids.catalogue.clone();
        let one = |catalogue: &str, item: &str| {
            json!({ "type": "product", "footer": { "text": "Fresh" },
                "action": { "catalog_id": catalogue, "product_retailer_id": item } })
        };
        let (status, answer) = send(&desk, &wa_id, &one(&catalogue, "rye")).await;
        assert_eq!((status, code_of(&answer)), (400, 131_009), "no catalogue yet: {answer}");
        publish(&desk.owner).await;
        sent(&desk, &wa_id, &one(&catalogue, "rye")).await;
        let (_, offer) = heard(&mut priya).await;
        assert_eq!(named(&offer), [("rye", "rye")]);
        assert_eq!((offer.body.as_str(), offer.footer.as_str()), ("rye", "Fresh"));
        for wrong in [one("7999", "rye"), one(&catalogue, "oat")] {
            let (status, answer) = send(&desk, &wa_id, &wrong).await;
            assert_eq!((status, code_of(&answer)), (400, 131_009), "{answer}");
        }
        let list = json!({ "type": "product_list",
            "header": { "type": "text", "text": "Today" }, "body": { "text": "All fresh" },
            "action": { "catalog_id": catalogue, "sections": [
                { "title": "Bread", "product_items": [{ "product_retailer_id": "rye" }] },
                { "title": "Sweet", "product_items": [{ "product_retailer_id": "cake" }] } ] } });
        sent(&desk, &wa_id, &list).await;
        let (_, offer) = heard(&mut priya).await;
        let OfferAction::Products(sections) = &offer.action else { panic!("goods") };
        assert_eq!(sections.len(), 2);
        assert_eq!(named(&offer), [("rye", "rye"), ("cake", "cake")]);
        let mut no_header = list.clone();
        no_header.as_object_mut().expect("an object").remove("header");
        let refused = send(&desk, &wa_id, &no_header).await;
        assert_eq!((refused.0, code_of(&refused.1)), (400, 131_008));
        let all = json!({ "type": "catalog_message", "body": { "text": "Have a look" },
            "action": { "name": "catalog_message",
                "parameters": { "thumbnail_product_retailer_id": "cake" } } });
        sent(&desk, &wa_id, &all).await;
        let (_, offer) = heard(&mut priya).await;
        assert!(
            matches!(&offer.action, OfferAction::Catalogue(Some(shown)) if shown.item == "cake")
        );
        // What an echo would say is what was sent.
        let dry = format!("/{}/messages?dry_run=true", desk.phone());
        let body = json!({ "messaging_product": "whatsapp", "to": wa_id, "type": "interactive",
            "interactive": one(&catalogue, "oat") });
        assert_eq!(code_of(&desk.post(&dry, &body).await.1), 131_009);
    });
}

#[test]
fn a_carousel_has_cards_and_what_is_tapped_comes_back() {
    run(async {
        let mut desk = Desk::open().await;
        let mut receiver = desk.receiver().await;
        let (mut priya, _, wa_id) = desk.known_customer(&mut receiver, "Priya").await;
        publish(&desk.owner).await;
        let reply =
            |id: &str| json!({ "type": "quick_reply", "quick_reply": { "id": id, "title": id } });
        let link = json!({ "name": "cta_url",
            "parameters": { "display_text": "Open", "url": "https://korn.example" } });
        let product =
            json!({ "product_retailer_id": "rye", "catalog_id": desk.gateway.ids.catalogue });
        let cards = json!([
            { "card_index": 1, "type": "cta_url", "body": { "text": "Second" }, "action": link },
            { "card_index": 0, "body": { "text": "First" },
                "action": { "buttons": [reply("yes"), reply("no")] } },
            { "card_index": 2, "type": "product", "action": product },
        ]);
        let carousel = json!({ "type": "carousel", "body": { "text": "Three things" },
            "action": { "cards": cards } });
        let asked = sent(&desk, &wa_id, &carousel).await;
        let (message, offer) = heard(&mut priya).await;
        let OfferAction::Slides(slides) = &offer.action else { panic!("cards") };
        let bodies: Vec<&str> = slides.iter().map(|slide| slide.body.as_str()).collect();
        assert_eq!(bodies, ["First", "Second", ""]);
        assert!(matches!(&slides[2].action, SlideAction::Product(rye) if rye.name == "rye"));
        let choose = Command::Choose { message: message.message, choice: "no".to_owned() };
        priya.call(choose).await;
        let answer = told(&mut receiver).await;
        assert_eq!(answer["interactive"]["button_reply"], json!({ "id": "no", "title": "no" }));
        assert_eq!(answer["context"]["id"], asked.as_str());
        let one = json!({ "type": "carousel", "body": { "text": "One" },
            "action": { "cards": [{ "action": { "buttons": [reply("yes")] } }] } });
        let twice = json!({ "type": "carousel", "body": { "text": "Twice" },
            "action": { "cards": [{ "action": { "buttons": [reply("yes")] } },
                { "action": { "buttons": [reply("yes")] } }] } });
        for wrong in [one, twice] {
            let (status, answer) = send(&desk, &wa_id, &wrong).await;
            assert_eq!((status, code_of(&answer)), (400, 131_009), "{answer}");
        }
    });
}

#[test]
fn an_address_and_a_number_are_asked_for_and_come_back_as_answers() {
    run(async {
        let mut desk = Desk::open().await;
        let mut receiver = desk.receiver().await;
        let (mut priya, conversation, wa_id) = desk.known_customer(&mut receiver, "Priya").await;
        let question = json!({ "type": "address_message", "body": { "text": "Where to?" },
            "action": { "name": "address_message", "parameters": { "country": "IN",
                "values": { "name": "Priya", "house_number": "12", "address": "MG Road",
                    "in_pin_code": "560001" },
                "validation_errors": { "in_pin_code": "We don't go there" } } } });
        let asked = sent(&desk, &wa_id, &question).await;
        let (message, offer) = heard(&mut priya).await;
        assert_eq!(offer.body, "Where to?\nin pin code: We don't go there");
        let OfferAction::AskAddress { country, known } = offer.action else { panic!("a question") };
        assert_eq!((country.as_str(), known.addresses[0].street.as_str()), ("IN", "12, MG Road"));
        let contact = Contact {
            name: "Priya Sharma".to_owned(),
            phones: vec![Labelled { value: "+91 80 1".to_owned(), label: String::new() }],
            addresses: vec![PostalAddress {
                street: "12 MG Road".to_owned(),
                city: "Bengaluru".to_owned(),
                zip: "560002".to_owned(),
                ..PostalAddress::default()
            }],
            ..Contact::default()
        };
        let answer = |message: &MessageView| Command::SendCard {
            conversation,
            card: Box::new(Card::Contacts(vec![contact.clone()])),
            reply_to: Some(message.message),
        };
        priya.call(answer(&message)).await;
        let said = told(&mut receiver).await;
        assert_eq!((&said["type"], &said["context"]["id"]), (&json!("interactive"), &json!(asked)));
        let reply = &said["interactive"]["nfm_reply"];
        assert_eq!(reply["name"], "address_message");
        assert_eq!(reply["body"], "Priya Sharma\n12 MG Road\n560002\nBengaluru");
        let values: Value =
            serde_json::from_str(reply["response_json"].as_str().expect("text")).expect("JSON");
        assert_eq!(
            values["values"],
            json!({ "name": "Priya Sharma", "phone_number": "+91 80 1",
            "address": "12 MG Road", "in_pin_code": "560002", "city": "Bengaluru" })
        );

        let question = json!({ "type": "request_contact_info", "body": { "text": "Your number?" },
            "action": { "name": "request_contact_info" } });
        sent(&desk, &wa_id, &question).await;
        let (message, offer) = heard(&mut priya).await;
        assert_eq!(offer.action, OfferAction::AskContact);
        priya.call(answer(&message)).await;
        let said = told(&mut receiver).await;
        assert_eq!(said["contacts"][0]["origin"], "contact_request");
        assert_eq!(said["contacts"][0]["phones"][0]["phone"], "+91 80 1");
        // The same people without a question are just people.
        let card = Box::new(Card::Contacts(vec![contact.clone()]));
        priya.call(Command::SendCard { conversation, card, reply_to: None }).await;
        assert!(told(&mut receiver).await["contacts"][0].get("origin").is_none());
    });
}

fn about_goods(name: &str, header: Option<Value>, button: &Value) -> Value {
    let body = json!({ "type": "BODY", "text": "Fresh from the oven." });
    let buttons = json!({ "type": "BUTTONS", "buttons": [button] });
    let components: Vec<Value> = header.into_iter().chain([body, buttons]).collect();
    json!({ "name": name, "language": "en", "category": "MARKETING", "components": components })
}

fn action(index: u64, kind: &str, action: &Value) -> Value {
    json!({ "type": "button", "sub_type": kind, "index": index,
        "parameters": [{ "type": "action", "action": action }] })
}

async fn who_wants_offers(desk: &mut Desk, receiver: &mut Receiver, name: &str) -> (Actor, String) {
    let (actor, conversation, wa_id) = desk.known_customer(receiver, name).await;
    let categories = [Category::Service, Category::Marketing].into_iter().collect();
    let (wording, language) = ("Yes".to_owned(), "en".to_owned());
    actor.call(Command::SetConsent { conversation, categories, wording, language }).await;
    (actor, wa_id)
}

/// What the customer's app opens, and what stands above the words.
async fn opened(priya: &mut Actor) -> (Option<TemplateHeader>, Vec<String>) {
    let (_, template) = template_seen(priya).await;
    let found = template.buttons.into_iter().find_map(|button| match button.action {
        TemplateAction::Goods(items) => Some(items),
        _ => None,
    });
    (template.header, found.expect("a button of the catalogue"))
}

#[test]
fn goods_in_templates_have_the_catalogues_names_and_are_opened_from_it() {
    run(async {
        let mut desk = Desk::open_as_owner().await;
        let mut receiver = desk.receiver().await;
        // Each gets two messages: more offers nobody wants.
        let (mut priya, wa_id) = who_wants_offers(&mut desk, &mut receiver, "Priya").await;
        let (mut anna, to_anna) = who_wants_offers(&mut desk, &mut receiver, "Anna").await;
        let above = json!({ "type": "HEADER", "format": "PRODUCT" });
        let line = json!({ "type": "HEADER", "format": "TEXT", "text": "Today" });
        let button = |kind: &str, text: &str| json!({ "type": kind, "text": text });
        let all = [
            ("one_bread", Some(above), button("SPM", "View")),
            ("some_bread", Some(line), button("MPM", "View items")),
            ("all_bread", None, button("CATALOG", "View catalog")),
        ];
        for (name, header, button) in all {
            let template = about_goods(name, header.clone(), &button);
            let id = made(&desk, &template).await;
            let (_, shown) = desk.get(&format!("/{id}")).await;
            let last = shown["components"].as_array().and_then(|all| all.last()).cloned();
            assert_eq!(last.expect("buttons")["buttons"][0], button, "{shown}");
            if let Some(header) = header {
                assert_eq!(shown["components"][0]["format"], header["format"]);
            }
            approve(&desk, name).await;
        }
        let path = format!("/{}/messages", desk.phone());
        let message = |name: &str, components: Value| {
            json!({ "messaging_product": "whatsapp", "to": wa_id, "type": "template",
            "template": { "name": name, "language": { "code": "en" }, "components": components } })
        };
        let one = |catalogue: &str, item: &str| {
            json!([{ "type": "header", "parameters": [{ "type": "product", "product": {
                "catalog_id": catalogue, "product_retailer_id": item } }] }])
        };
        let catalogue = desk.gateway.ids.catalogue.clone();
        let early = desk.post(&path, &message("one_bread", one(&catalogue, "rye"))).await;
        assert_eq!((early.0, code_of(&early.1)), (400, 131_009), "no catalogue yet: {}", early.1);
        publish(&desk.owner).await;
        let sent = desk.post(&path, &message("one_bread", one(&catalogue, "rye"))).await;
        assert_eq!(sent.0, 200, "{}", sent.1);
        let (header, items) = opened(&mut priya).await;
        assert_eq!(header, Some(TemplateHeader::Goods("rye".to_owned())));
        assert_eq!(items, ["rye"]);

        let sections = json!([
            { "title": "Bread", "product_items": [{ "product_retailer_id": "rye" }] },
            { "title": "Sweet", "product_items": [{ "product_retailer_id": "cake" }] } ]);
        let some = json!({ "thumbnail_product_retailer_id": "rye", "sections": sections });
        let body = message("some_bread", json!([action(0, "mpm", &some)]));
        let sent = desk.post(&path, &body).await;
        assert_eq!(sent.0, 200, "{}", sent.1);
        assert_eq!(opened(&mut priya).await.1, ["rye", "cake"]);

        let shown = json!({ "thumbnail_product_retailer_id": "cake" });
        for components in [json!([action(0, "CATALOG", &shown)]), json!([])] {
            let mut body = message("all_bread", components);
            body["to"] = json!(to_anna);
            let sent = desk.post(&path, &body).await;
            assert_eq!(sent.0, 200, "{}", sent.1);
            assert_eq!(opened(&mut anna).await.1, Vec::<String>::new());
        }

        let oat = json!({ "thumbnail_product_retailer_id": "oat" });
        for (body, code) in [
            (message("one_bread", one(&catalogue, "oat")), 131_009),
            (message("one_bread", one("7999", "rye")), 131_009),
            (message("one_bread", json!([])), 132_000),
            (message("some_bread", json!([action(0, "mpm", &shown)])), 132_012),
            (message("all_bread", json!([action(0, "catalog", &oat)])), 131_009),
            (message("all_bread", json!([action(0, "catalog", &some)])), 132_000),
        ] {
            for query in ["", "?dry_run=true"] {
                let (status, answer) = desk.post(&format!("{path}{query}"), &body).await;
                assert_eq!((status, code_of(&answer)), (400, code), "{query} {body}: {answer}");
            }
        }
        let make = format!("/{}/message_templates", desk.credentials.waba_id);
        let mut utility = about_goods("no_offer", None, &button("CATALOG", "View"));
        utility["category"] = json!("UTILITY");
        let alone = about_goods("alone", None, &button("SPM", "View"));
        for template in [utility, alone] {
            let (status, answer) = desk.post(&make, &template).await;
            assert_eq!((status, code_of(&answer)), (400, 100), "{answer}");
        }
    });
}
