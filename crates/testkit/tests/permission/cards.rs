//! Carousels and offers that end, from the draft to the customer's choice.

use std::rc::Rc;

use tresen_client::FileBytes;
use tresen_testkit::world::{Actor, World, run};
use tresen_types::{Categories, Category, ConversationId, Timestamp};
use tresen_view::{
    Answer, AttachmentKind, ButtonDraft, CardDraft, Command, Event, HeaderFile, MessageBody,
    OfferDraft, OutgoingFile, ParameterDraft, ParameterType, TemplateAction, TemplateDraft,
    ValueDraft,
};

use super::{approved_as, create, draft, template_heard};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n picture";

fn parameter(name: &str, kind: ParameterType) -> ParameterDraft {
    let example = if kind == ParameterType::File { "" } else { "example" };
    ParameterDraft { name: name.to_owned(), kind, length_max: 0, example: example.to_owned() }
}

fn carousel() -> TemplateDraft {
    let card = |media: &str, what: &str| CardDraft {
        kind: HeaderFile::Image,
        media: media.to_owned(),
        body: format!("{what}, fresh from the oven"),
        buttons: vec![ButtonDraft::QuickReply {
            text: "Order".to_owned(),
            payload: Some(format!("order_{media}")),
        }],
    };
    TemplateDraft {
        body: "Hello {{name}}, this is what we bake today.".to_owned(),
        footer: String::new(),
        cards: vec![card("first", "Rye"), card("second", "Spelt")],
        parameters: vec![
            parameter("name", ParameterType::Text),
            parameter("first", ParameterType::File),
            parameter("order_first", ParameterType::Payload),
            parameter("second", ParameterType::File),
            parameter("order_second", ParameterType::Payload),
        ],
        ..draft("today", Category::Marketing)
    }
}

fn picture(actor: &Actor, bytes: &[u8]) -> ValueDraft {
    ValueDraft::File(Box::new(OutgoingFile {
        file: actor.client.offer_file(Rc::new(FileBytes(bytes.to_vec().into()))),
        kind: AttachmentKind::Photo,
        name: "bread.png".to_owned(),
        media_type: "image/png".to_owned(),
        size_bytes: bytes.len() as u64,
        dimensions: None,
        thumbhash: None,
        voice: None,
        caption: String::new(),
    }))
}

#[test]
fn a_card_of_a_carousel_is_seen_and_chosen() {
    run(async {
        let mut world = World::start().await;
        let (mut korn, link) = world.business("Korn").await;
        let (mut priya, conversation) = world.customer(&link, "Priya").await;
        priya.say(conversation, "hello").await;
        korn.hear("hello").await;
        let categories = [Category::Service, Category::Marketing].into_iter().collect();
        allow(&priya, conversation, categories).await;
        let template = approved_as(&world, &korn, carousel()).await;
        assert_eq!(template.draft().cards, carousel().cards, "it reads back as it was written");

        let second = [PNG, b" of the second"].concat();
        let values = vec![
            ValueDraft::Text("Priya".to_owned()),
            picture(&korn, PNG),
            ValueDraft::Payload("rye-1".to_owned()),
            picture(&korn, &second),
            ValueDraft::Payload("spelt-1".to_owned()),
        ];
        let template = template.template;
        korn.call(Command::SendTemplate { conversation, template, values }).await;
        let (message, shown) = template_heard(&mut priya).await;
        assert_eq!(shown.cards.len(), 2);
        let card = &shown.cards[1];
        let words: String = card.body.iter().map(|span| span.text.as_str()).collect();
        assert_eq!(words, "Spelt, fresh from the oven");
        assert_eq!(card.buttons[0].action, TemplateAction::Reply);
        assert_eq!(card.file.as_ref().map(|file| file.size_bytes), Some(second.len() as u64));
        let open = Command::OpenPart { message: message.message, part: card.part };
        for actor in [&priya, &korn] {
            let Answer::File { file, media_type, .. } = actor.call(open.clone()).await else {
                panic!("the picture")
            };
            assert_eq!(media_type, "image/png");
            assert_eq!(actor.client.read_file(file, 0, 100).expect("bytes"), second);
        }
        let none = Command::OpenPart { message: message.message, part: 0 };
        assert!(priya.try_call(none).await.is_err(), "a name is no file");

        let choice = "2/Order".to_owned();
        priya.call(Command::Choose { message: message.message, choice }).await;
        let chosen = korn.until("a choice", |event| match event {
            Event::Message { message, .. } if !message.is_own => match &message.body {
                MessageBody::Choice(choice) => Some(choice.as_ref().clone()),
                _ => None,
            },
            _ => None,
        });
        let chosen = chosen.await;
        assert_eq!((chosen.title.as_str(), chosen.id.as_str()), ("Order", "spelt-1"));
        let no_card = Command::Choose { message: message.message, choice: "3/Order".to_owned() };
        assert!(priya.try_call(no_card).await.is_err());
    });
}

#[test]
fn an_offer_shows_its_end_and_its_code() {
    run(async {
        let mut world = World::start().await;
        let (mut korn, link) = world.business("Korn").await;
        let (mut priya, conversation) = world.customer(&link, "Priya").await;
        priya.say(conversation, "hello").await;
        korn.hear("hello").await;
        let categories = [Category::Service, Category::Marketing].into_iter().collect();
        allow(&priya, conversation, categories).await;
        let offer = TemplateDraft {
            body: "Hello {{name}}, all rye loaves for half.".to_owned(),
            footer: String::new(),
            buttons: vec![ButtonDraft::CopyCode {
                text: "Copy the code".to_owned(),
                code: "code".to_owned(),
            }],
            offer: Some(OfferDraft {
                text: "Until we close".to_owned(),
                ends: Some("end".to_owned()),
            }),
            parameters: vec![
                parameter("name", ParameterType::Text),
                parameter("end", ParameterType::Date),
                parameter("code", ParameterType::Code),
            ],
            ..draft("half", Category::Marketing)
        };
        // Beside a footer there is no room for it, and it is advertising whatever one calls it.
        for wrong in [
            TemplateDraft { footer: "Korn".to_owned(), ..offer.clone() },
            TemplateDraft { category: Category::Utility, ..offer.clone() },
        ] {
            let made = korn.try_call(Command::CreateTemplate(Box::new(wrong))).await;
            assert!(made.is_err());
        }
        let template = approved_as(&world, &korn, offer).await.template;
        let end = Timestamp::from_millis(2_000_000_000_000);
        let values = vec![
            ValueDraft::Text("Priya".to_owned()),
            ValueDraft::Date(end),
            ValueDraft::Code("RYE50".to_owned()),
        ];
        korn.call(Command::SendTemplate { conversation, template, values }).await;
        let (_, shown) = template_heard(&mut priya).await;
        let offer = shown.offer.expect("an offer");
        assert_eq!((offer.text.as_str(), offer.ends_at), ("Until we close", Some(end)));
        assert_eq!(shown.buttons[0].action, TemplateAction::Copy("RYE50".to_owned()));
    });
}

#[test]
fn cards_that_differ_or_stand_beside_buttons_are_not_made() {
    run(async {
        let mut world = World::start().await;
        let (korn, _link) = world.business("Korn").await;
        let mut one = carousel();
        one.cards.truncate(1);
        one.parameters.truncate(3);
        let mut unlike = carousel();
        unlike.cards[1].buttons.push(ButtonDraft::QuickReply { text: "No".into(), payload: None });
        let footer = TemplateDraft { footer: "Korn".to_owned(), ..carousel() };
        let mut long = carousel();
        long.cards[0].body = "x".repeat(161);
        let mut document = carousel();
        document.cards[0].kind = HeaderFile::Document;
        for wrong in [one, unlike, footer, long, document] {
            let made = korn.try_call(Command::CreateTemplate(Box::new(wrong))).await;
            assert!(made.is_err());
        }
        assert_eq!(create(&korn, carousel()).await.cards.len(), 2);
    });
}

async fn allow(customer: &Actor, conversation: ConversationId, categories: Categories) {
    customer
        .call(Command::SetConsent {
            conversation,
            categories,
            wording: "They may send me this.".to_owned(),
            language: "en".to_owned(),
        })
        .await;
}
