//! Places, people, offers with what is chosen of them, stickers and the customer's reactions.

use serde_json::{Value, json};
use tresen_server::admin::Decision;
use tresen_testkit::world::{Actor, run};
use tresen_types::{
    ConversationId,
    card::{Card, Contact, Labelled, OfferAction, PlaceOnMap},
};
use tresen_view::{Answer, AttachmentKind, Command, Event, MessageBody, MessageView, OutgoingFile};

use super::{
    desk::{Desk, code_of},
    media::{until_file, upload_file},
    receiver::Receiver,
};

const WEBP: &[u8] = b"RIFF\x10\0\0\0WEBPVP8 and more";

async fn send(desk: &Desk, to: &str, kind: &str, content: &Value) -> (u16, Value) {
    let path = format!("/v23.0/{}/messages", desk.phone());
    let mut body = json!({ "messaging_product": "whatsapp", "to": to, "type": kind });
    body[kind] = content.clone();
    desk.post(&path, &body).await
}

async fn sent(desk: &Desk, to: &str, kind: &str, content: &Value) -> String {
    let (status, answer) = send(desk, to, kind, content).await;
    assert_eq!(status, 200, "{answer}");
    answer["messages"][0]["id"].as_str().expect("an id").to_owned()
}

async fn heard_card(actor: &mut Actor) -> (MessageView, Card) {
    actor
        .until("a card", |event| match event {
            Event::Message { message, .. } if !message.is_own => match &message.body {
                MessageBody::Card(card) => Some((message.as_ref().clone(), card.as_ref().clone())),
                _ => None,
            },
            _ => None,
        })
        .await
}

/// The next message of the customer; statuses between are passed over.
async fn told(receiver: &mut Receiver) -> Value {
    loop {
        let value = receiver.value().await;
        if value.get("messages").is_some() {
            return value["messages"][0].clone();
        }
    }
}

async fn choose(actor: &Actor, message: &MessageView, choice: &str) {
    let choose = Command::Choose { message: message.message, choice: choice.to_owned() };
    assert!(matches!(actor.call(choose).await, Answer::Message(_)));
}

fn interactive(kind: &str, action: &Value) -> Value {
    json!({
        "type": kind,
        "header": { "type": "text", "text": "Bread" },
        "body": { "text": "Which *one*?" },
        "footer": { "text": "Until six" },
        "action": action,
    })
}

#[test]
fn what_a_customer_chooses_comes_back_with_its_id() {
    run(async {
        let mut desk = Desk::open().await;
        let mut receiver = desk.receiver().await;
        let (mut priya, _, wa_id) = desk.known_customer(&mut receiver, "Priya").await;
        let reply = |id: &str| json!({ "type": "reply", "reply": { "id": id, "title": id } });
        let buttons = json!({ "buttons": [reply("rye"), reply("wheat")] });
        let asked = sent(&desk, &wa_id, "interactive", &interactive("button", &buttons)).await;
        let (message, card) = heard_card(&mut priya).await;
        let Card::Offer(offer) = card else { panic!("an offer") };
        assert_eq!((offer.header.as_str(), offer.body.as_str()), ("Bread", "Which *one*?"));
        assert_eq!(offer.action.rows().count(), 2);
        choose(&priya, &message, "wheat").await;
        let answer = told(&mut receiver).await;
        assert_eq!(answer["type"], "interactive");
        assert_eq!(answer["context"]["id"], asked.as_str());
        let expected =
            json!({ "type": "button_reply", "button_reply": { "id": "wheat", "title": "wheat" } });
        assert_eq!(answer["interactive"], expected);
        let nothing = Command::Choose { message: message.message, choice: "oat".to_owned() };
        assert!(priya.try_call(nothing).await.is_err(), "what wasn't offered");

        let row = json!({ "id": "7", "title": "Rye", "description": "Fresh" });
        let list = json!({ "button": "Choose", "sections": [{ "title": "Dark", "rows": [row] }] });
        sent(&desk, &wa_id, "interactive", &interactive("list", &list)).await;
        let (message, _) = heard_card(&mut priya).await;
        choose(&priya, &message, "7").await;
        let answer = told(&mut receiver).await;
        let expected = json!({ "id": "7", "title": "Rye", "description": "Fresh" });
        assert_eq!(answer["interactive"]["list_reply"], expected);

        let link = json!({ "name": "cta_url",
            "parameters": { "display_text": "Open", "url": "https://korn.example" } });
        sent(&desk, &wa_id, "interactive", &interactive("cta_url", &link)).await;
        let (_, card) = heard_card(&mut priya).await;
        let Card::Offer(offer) = card else { panic!("an offer") };
        assert!(matches!(offer.action, OfferAction::Link { .. }));
    });
}

#[test]
fn places_and_people_go_both_ways() {
    run(async {
        let mut desk = Desk::open().await;
        let mut receiver = desk.receiver().await;
        let (mut priya, conversation, wa_id) = desk.known_customer(&mut receiver, "Priya").await;
        let question = json!({ "name": "send_location" });
        let question = json!({ "type": "location_request_message", "body": { "text": "Where?" },
                "action": question });
        let asked = sent(&desk, &wa_id, "interactive", &question).await;
        let (message, _) = heard_card(&mut priya).await;
        let place = PlaceOnMap {
            latitude_e7: 525_200_000,
            longitude_e7: 134_050_000,
            name: "Home".to_owned(),
            address: String::new(),
        };
        say(&priya, conversation, Card::Place(place), Some(&message)).await;
        let answer = told(&mut receiver).await;
        assert_eq!(answer["context"]["id"], asked.as_str());
        let expected = json!({ "latitude": 52.52, "longitude": 13.405, "name": "Home" });
        assert_eq!(answer["location"], expected);

        let anna = Contact {
            name: "Anna".to_owned(),
            phones: vec![Labelled { value: "+49 30 1".to_owned(), label: "WORK".to_owned() }],
            ..Contact::default()
        };
        say(&priya, conversation, Card::Contacts(vec![anna]), None).await;
        let contacts = told(&mut receiver).await["contacts"].clone();
        let expected = json!([{ "name": { "formatted_name": "Anna" },
            "phones": [{ "phone": "+49 30 1", "type": "WORK" }] }]);
        assert_eq!(contacts, expected);
        // What a program was told it can send on.
        sent(&desk, &wa_id, "contacts", &contacts).await;
        let (_, card) = heard_card(&mut priya).await;
        assert!(matches!(card, Card::Contacts(contacts) if contacts.len() == 1));
        let place = json!({ "latitude": "52.52", "longitude": 13.405 });
        sent(&desk, &wa_id, "location", &place).await;
        let (_, card) = heard_card(&mut priya).await;
        assert!(matches!(card, Card::Place(place) if place.latitude_e7 == 525_200_000));
        let nowhere = send(&desk, &wa_id, "location", &json!({ "latitude": 95 })).await;
        assert_eq!((nowhere.0, code_of(&nowhere.1)), (400, 131_009));
    });
}

async fn say(
    actor: &Actor,
    conversation: ConversationId,
    card: Card,
    reply_to: Option<&MessageView>,
) {
    let card = Box::new(card);
    let reply_to = reply_to.map(|message| message.message);
    actor.call(Command::SendCard { conversation, card, reply_to }).await;
}

#[test]
fn stickers_go_both_ways() {
    run(async {
        let mut desk = Desk::open().await;
        let mut receiver = desk.receiver().await;
        let (mut priya, conversation, wa_id) = desk.known_customer(&mut receiver, "Priya").await;
        let id = upload_file(&desk, "image/webp", WEBP).await;
        sent(&desk, &wa_id, "sticker", &json!({ "id": id })).await;
        let (_, view) = until_file(&mut priya).await;
        assert_eq!(view.kind, AttachmentKind::Sticker);
        let bytes = tresen_client::FileBytes(WEBP.to_vec().into());
        let file = Box::new(OutgoingFile {
            file: priya.client.offer_file(std::rc::Rc::new(bytes)),
            kind: AttachmentKind::Sticker,
            name: "sticker.webp".to_owned(),
            media_type: "image/webp".to_owned(),
            size_bytes: 0,
            dimensions: None,
            thumbhash: None,
            voice: None,
            caption: String::new(),
        });
        priya.call(Command::SendFile { conversation, file, reply_to: None }).await;
        let message = told(&mut receiver).await;
        assert_eq!(message["type"], "sticker");
        assert_eq!(message["sticker"]["mime_type"], "image/webp");
        assert_eq!(message["sticker"]["animated"], false);
    });
}

#[test]
fn a_customers_reaction_is_told_once_and_so_is_taking_it_back() {
    run(async {
        let mut desk = Desk::open().await;
        let mut receiver = desk.receiver().await;
        let (mut priya, _, wa_id) = desk.known_customer(&mut receiver, "Priya").await;
        let id = desk.send_text(&wa_id, "Good morning").await;
        let (_, view) = priya.hear("Good morning").await;
        for emoji in [Some("👍"), Some("❤️"), None] {
            let emoji_owned = emoji.map(ToOwned::to_owned);
            priya.call(Command::React { message: view.message, emoji: emoji_owned }).await;
            let message = told(&mut receiver).await;
            assert_eq!(message["type"], "reaction");
            assert_eq!(message["reaction"]["message_id"], id.as_str());
            assert_eq!(message["reaction"].get("emoji").and_then(Value::as_str), emoji);
            assert_eq!(message["from"], wa_id.as_str());
        }
        // Told already, also for a gateway that was started again.
        let desk = desk.restart(|_config| {}).await;
        desk.send_text(&wa_id, "After").await;
        priya.hear("After").await;
        assert!(receiver.value().await.get("statuses").is_some());
    });
}

#[test]
fn a_templates_quick_reply_hands_back_its_payload() {
    run(async {
        let mut desk = Desk::open_as_owner().await;
        let mut receiver = desk.receiver().await;
        let (mut priya, _, wa_id) = desk.known_customer(&mut receiver, "Priya").await;
        let template = json!({
            "name": "pick_up", "language": "en", "category": "UTILITY",
            "components": [
                { "type": "BODY", "text": "Your order is ready at the counter." },
                { "type": "BUTTONS", "buttons": [{ "type": "QUICK_REPLY", "text": "Coming" }] },
            ],
        });
        let path = format!("/{}/message_templates", desk.credentials.waba_id);
        let (status, answer) = desk.post(&path, &template).await;
        assert_eq!(status, 200, "{answer}");
        let Answer::Templates(known) = desk.owner.call(Command::Templates).await else {
            panic!("templates")
        };
        let hash = known.first().expect("the template").template.clone();
        desk.world.decide(&desk.owner, &hash, Decision::Approve { days: 90 }).await;
        let content = json!({ "name": "pick_up", "language": { "code": "en" } });
        let asked = sent(&desk, &wa_id, "template", &content).await;
        let message = priya
            .until("the template", |event| match event {
                Event::Message { message, .. } => matches!(message.body, MessageBody::Template(_))
                    .then(|| message.as_ref().clone()),
                _ => None,
            })
            .await;
        choose(&priya, &message, "Coming").await;
        let answer = told(&mut receiver).await;
        assert_eq!(answer["type"], "button");
        assert_eq!(answer["button"], json!({ "payload": "Coming", "text": "Coming" }));
        assert_eq!(answer["context"]["id"], asked.as_str());
    });
}
