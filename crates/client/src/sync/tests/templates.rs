//! A hostile business and a hostile server together: the server has taken everything here, and its receipts
//! are good. The rows of the design's table of attacks on templates, each against a whole device.

use tresen_content::template::TemplateValue;
use tresen_proto::Entry;
use tresen_statement::{Charset, Parameter, ParameterKind, Piece};

use super::*;

/// A message of a template, as its business would send it, with authenticated data that may be spoilt.
fn instance(
    business: &Device,
    template: &TemplateDoc,
    values: Vec<TemplateValue>,
    change: impl FnOnce(&mut AuthenticatedData),
) -> Vec<u8> {
    let hash = template.hash();
    let instance =
        TemplateMessage { template: hash, version: template.version, values, campaign: None };
    let content = business.encode(Message::Template(Box::new(instance)));
    business.encrypt(&content, |data| {
        data.class = MessageClass::Template;
        data.category = template.category;
        data.template = Some(hash);
        change(data);
    })
}

/// Keeps a document under a hash, with an approval of that hash.
fn keep(customer: &Device, template: &TemplateDoc, document: &TemplateDoc, approval: &Approval) {
    let record = TemplateRecord {
        account: template.business,
        hash: template.hash(),
        document: document.encode().unwrap(),
        approval: Signed::sign(approval.clone(), &server_key()).unwrap().encode(),
        counts_self_signed: false,
    };
    customer.inner().store.write(|tx| tx.put_template(&record)).unwrap();
}

/// The operator's word for it, for a day.
pub(super) fn approval_of(template: &TemplateDoc) -> Approval {
    Approval {
        business: template.business,
        template: template.hash(),
        name: template.name.clone(),
        language: template.language.clone(),
        category: template.category,
        profile: ApprovalProfile::Reviewed,
        status: ApprovalStatus::Approved,
        reason: None,
        sequence: 1,
        not_before: NOW.plus_millis(-1),
        not_after: NOW.plus_millis(DAY_MS),
    }
}

/// A customer who allows everything, a business, and the business's approved offer.
fn scene() -> (Device, Device, TemplateDoc) {
    let (customer, business) = pair();
    let template = approved_offer(&customer, &business);
    allow(&customer, &business, 1, Category::ALL.into_iter().collect());
    (customer, business, template)
}

fn is_shown(body: &MessageBody) -> bool {
    matches!(body, MessageBody::Template(_))
}

#[test]
fn marketing_that_is_sent_as_something_else_is_not_shown() {
    on_one_thread(|| {
        let (customer, business, offer) = scene();
        for (cursor, category) in [(2, Category::Utility), (3, Category::Service)] {
            let body = instance(&business, &offer, Vec::new(), |data| data.category = category);
            customer.take(&[application(cursor, &business, body)]).unwrap();
        }
        let honest = instance(&business, &offer, Vec::new(), |_data| {});
        customer.take(&[application(4, &business, honest)]).unwrap();
        let bodies = customer.bodies();
        assert_eq!(bodies[..2], [refused("category"), refused("category")]);
        assert!(is_shown(&bodies[2]));
    });
}

#[test]
fn a_category_that_was_rewritten_on_the_way_opens_nothing() {
    on_one_thread(|| {
        let (customer, business, offer) = scene();
        let mut class = Vec::new();
        let honest = instance(&business, &offer, Vec::new(), |data| {
            class = [0x80, 0x02, 4, data.class as u8, data.category.as_byte()].to_vec();
        });
        let at = honest.windows(class.len()).position(|window| window == class).unwrap();
        let mut cheaper = honest.clone();
        cheaper[at + 4] = Category::Service.as_byte();
        // The server signs a receipt for what it made of it.
        let forged = application(2, &business, cheaper);
        assert_ne!(forged.receipt, application(2, &business, honest.clone()).receipt);
        customer.take(&[forged]).unwrap();
        assert_eq!(customer.bodies(), [MessageBody::System(SystemLine::Unreadable)]);
        // Nothing was used up by it.
        customer.take(&[application(3, &business, honest)]).unwrap();
        assert!(customer.bodies().last().is_some_and(is_shown));
    });
}

#[test]
fn other_words_under_the_same_hash_are_not_shown() {
    on_one_thread(|| {
        let (customer, business) = pair();
        allow(&customer, &business, 1, Category::ALL.into_iter().collect());
        // The customer's device has never seen the real one: once kept, a document stays.
        let offer = approved_offer(&business, &business);
        let body = TemplateText::fixed("Your parcel waits, pay here.");
        let swapped = TemplateDoc { body, ..offer.clone() };
        keep(&customer, &offer, &swapped, &approval_of(&offer));
        let message = instance(&business, &offer, Vec::new(), |_data| {});
        customer.take(&[application(2, &business, message)]).unwrap();
        assert_eq!(customer.bodies(), [refused("template_changed")]);
    });
}

#[test]
fn a_template_that_was_changed_after_its_approval_is_not_shown() {
    on_one_thread(|| {
        let (customer, business, offer) = scene();
        let body = TemplateText::fixed("New bread on Friday, and a loan.");
        let changed = TemplateDoc { body, version: 2, ..offer.clone() };
        keep(&customer, &changed, &changed, &approval_of(&offer));
        let message = instance(&business, &changed, Vec::new(), |_data| {});
        let entry = application(2, &business, message);
        let asked = Asked { templates: [changed.hash()].into(), ..Asked::default() };
        customer.take_asked(&[entry], &asked).unwrap();
        assert_eq!(customer.bodies(), [refused("not_approved")]);
    });
}

#[test]
fn values_that_are_links_too_long_turned_or_broken_are_not_shown() {
    on_one_thread(|| {
        let (customer, business, offer) = scene();
        let name = Parameter {
            name: String::new(),
            kind: ParameterKind::Text,
            length_max: 20,
            charset: Charset::Any,
            example: "Priya".to_owned(),
        };
        let [before, after] = ["It is ready for ", ", at the counter."].map(str::to_owned);
        let body = [Piece::Fixed(before), Piece::Parameter(0), Piece::Fixed(after)];
        let body = TemplateText(body.into());
        let template = TemplateDoc { body, parameters: vec![name], ..offer };
        keep(&customer, &template, &template, &approval_of(&template));
        let long = "a".repeat(10_000);
        let values = ["evil.example", &long, "\u{202e}ayirP", "two\nlines", "Priya"];
        for (cursor, value) in (2..).zip(values) {
            let value = TemplateValue::Text(value.to_owned());
            let message = instance(&business, &template, vec![value], |_data| {});
            customer.take(&[application(cursor, &business, message)]).unwrap();
        }
        let bodies = customer.bodies();
        // What is far too long is no content at all.
        let reasons = ["parameters", "content", "parameters", "parameters"];
        assert_eq!(bodies[..4], reasons.map(refused));
        assert!(is_shown(&bodies[4]));
    });
}

#[test]
fn a_server_that_back_dates_an_answer_is_seen_through_by_a_device_that_was_there() {
    on_one_thread(|| {
        let (customer, business) = pair();
        let now = customer.inner().now();
        // The window ended a day ago; the device has been there all the time.
        let opened = now.plus_millis(-2 * DAY_MS);
        let store = &customer.inner().store;
        store
            .write(|tx| tx.change_conversation(CONVERSATION, |it| it.window_at = Some(opened)))
            .unwrap();
        customer.inner().link.set_live(opened);
        let at = opened.plus_millis(60_000);
        let dated = accepted_at(application(2, &business, business.text("late")), at);
        customer.take(&[dated]).unwrap();
        assert_eq!(customer.bodies(), [refused("back_dated")]);
    });
}

/// The same entry with a receipt of another time.
fn accepted_at(entry: Entry, at: Timestamp) -> Entry {
    let honest = receipt::UnverifiedReceipt::decode(&entry.receipt).unwrap();
    let acceptance = *honest.verify(&server_key().public()).unwrap().acceptance();
    let dated = Acceptance { accepted_at: at, ..acceptance };
    let frank = FrankKey::new(&[8; 32]);
    let receipts = receipt::seal(&[dated], at, &frank, &server_key()).unwrap();
    let receipt = receipts.into_iter().next().unwrap().into();
    Entry { accepted_at_ms: at.as_millis(), receipt, ..entry }
}

#[test]
fn a_stop_that_the_server_hides_from_the_business_counts_on_the_device() {
    on_one_thread(|| {
        let (customer, business, offer) = scene();
        let message = |cursor| {
            application(cursor, &business, instance(&business, &offer, Vec::new(), |_data| {}))
        };
        customer.take(&[message(2)]).unwrap();
        allow(&customer, &business, 2, Categories::NONE.with(Category::Service));
        customer.take(&[message(3)]).unwrap();
        let shelved: Vec<_> = customer
            .inner()
            .store
            .read(|tx| {
                let records = tx.messages_from(CONVERSATION, 0, 100)?;
                let views = records.iter().map(|one| timeline::view_of(customer.inner(), tx, one));
                views.map(|view| Ok(view?.is_unrequested)).collect::<Result<_>>()
            })
            .unwrap();
        assert_eq!(shelved, [false, true]);
    });
}

#[test]
fn the_same_message_of_a_template_twice_is_shown_once() {
    on_one_thread(|| {
        let (customer, business, offer) = scene();
        let body = instance(&business, &offer, Vec::new(), |_data| {});
        customer.take(&[application(2, &business, body.clone())]).unwrap();
        customer.take(&[application(2, &business, body.clone())]).unwrap();
        customer.take(&[application(3, &business, body)]).unwrap();
        let bodies = customer.bodies();
        assert_eq!(bodies.iter().filter(|body| is_shown(body)).count(), 1, "{bodies:?}");
    });
}
