//! Orders as webhooks, bills, and how far both have come.

use serde_json::{Value, json};
use tresen_testkit::world::{Actor, run};
use tresen_types::{ConversationId, MessageId};
use tresen_view::{
    Answer, CartLine, CatalogueDraft, Command, Event, ItemView, MessageBody, OrderDraft,
    OrderStateView, OrderView, PaymentStepView, PaymentView,
};

use super::{
    desk::{Desk, code_of},
    receiver::Receiver,
};

pub(super) async fn publish(owner: &Actor) -> u64 {
    let item = |id: &str, price: i64| ItemView {
        id: id.to_owned(),
        name: id.to_owned(),
        price,
        ..ItemView::default()
    };
    let items = vec![item("rye", 480), item("cake", 3_000)];
    let draft = CatalogueDraft { currency: "EUR".to_owned(), days: 30, items };
    let publish = Command::PublishCatalogue(Box::new(draft));
    let Answer::Catalogue(view) = owner.call(publish).await else { panic!("a catalogue") };
    view.edition
}

async fn order(customer: &Actor, conversation: ConversationId, edition: u64) -> MessageId {
    let line = |item: &str, quantity| CartLine {
        item: item.to_owned(),
        variant: String::new(),
        options: Vec::new(),
        quantity,
    };
    let order = OrderDraft {
        edition,
        lines: vec![line("rye", 2), line("cake", 1)],
        total: 3_960,
        note: "sliced".to_owned(),
        address: None,
        wanted_at: None,
    };
    let send = Command::SendOrder { conversation, order: Box::new(order) };
    let Answer::Message(message) = customer.call(send).await else { panic!("an order") };
    message.message
}

fn bill(reference: &str, total: i64) -> Value {
    json!({
        "type": "order_details",
        "body": { "text": "Your bread" },
        "action": { "name": "review_and_pay", "parameters": {
            "reference_id": reference, "type": "physical-goods", "currency": "EUR",
            "total_amount": { "value": total, "offset": 100 },
            "order": {
                "status": "pending",
                "items": [
                    { "name": "Rye", "quantity": 2, "amount": { "value": 480, "offset": 100 } },
                    { "name": "Cake", "quantity": 1, "amount": { "value": 3_000, "offset": 100 } },
                ],
                "subtotal": { "value": 3_960, "offset": 100 },
                "tax": { "value": 40, "offset": 100 },
            },
        }},
    })
}

fn status(reference: &str, status: &str) -> Value {
    json!({
        "type": "order_status",
        "body": { "text": format!("Now: {status}") },
        "action": { "name": "review_order", "parameters": {
            "reference_id": reference, "order": { "status": status } } },
    })
}

async fn send(desk: &Desk, to: &str, interactive: &Value, context: Option<&str>) -> (u16, Value) {
    let mut body = json!({ "messaging_product": "whatsapp", "to": to, "type": "interactive",
        "interactive": interactive });
    if let Some(id) = context {
        body["context"] = json!({ "message_id": id });
    }
    desk.post(&format!("/v23.0/{}/messages", desk.phone()), &body).await
}

async fn paid_with(customer: &mut Actor) -> PaymentView {
    customer
        .until("a bill", |event| match event {
            Event::Message { message, .. } => match &message.body {
                MessageBody::Payment(payment) => Some(payment.as_ref().clone()),
                _ => None,
            },
            _ => None,
        })
        .await
}

/// The next status of a payment; others are passed over.
async fn payment(receiver: &mut Receiver) -> Value {
    loop {
        let value = receiver.value().await;
        if value["statuses"][0]["type"] == "payment" {
            return value["statuses"][0].clone();
        }
    }
}

async fn orders(actor: &Actor) -> Vec<OrderView> {
    let asked = Command::Orders { conversation: None, limit: 10 };
    let Answer::Orders(orders) = actor.call(asked).await else { panic!("orders") };
    orders
}

#[test]
fn an_order_is_told_billed_paid_and_brought_to_its_end() {
    run(async {
        let mut desk = Desk::open().await;
        let mut receiver = desk.receiver().await;
        let (mut priya, conversation, wa_id) = desk.known_customer(&mut receiver, "Priya").await;
        let edition = publish(&desk.owner).await;
        order(&priya, conversation, edition).await;
        let told = receiver.value().await["messages"][0].clone();
        assert_eq!(told["type"], "order");
        assert_eq!(told["order"]["text"], "sliced");
        let items = json!([
            { "product_retailer_id": "rye", "quantity": 2, "item_price": 4.8, "currency": "EUR" },
            { "product_retailer_id": "cake", "quantity": 1, "item_price": 30, "currency": "EUR" },
        ]);
        assert_eq!(told["order"]["product_items"], items);
        let ordered = told["id"].as_str().expect("an id");

        // Sums that don't fit are refused; so is a reference that was used.
        let wrong = send(&desk, &wa_id, &bill("7", 4_001), None).await;
        assert_eq!((wrong.0, code_of(&wrong.1)), (400, 131_009), "{}", wrong.1);
        let (code, answer) = send(&desk, &wa_id, &bill("7", 4_000), Some(ordered)).await;
        assert_eq!(code, 200, "{answer}");
        let again = send(&desk, &wa_id, &bill("7", 4_000), None).await;
        assert_eq!((again.0, code_of(&again.1)), (400, 131_009));
        let seen = paid_with(&mut priya).await;
        assert_eq!((seen.amount.minor, seen.amount.currency.as_str()), (4_000, "EUR"));
        assert_eq!(seen.note, "Your bread\n2 × Rye\n1 × Cake");
        assert!(seen.order.is_some());

        // Her word, and then the money.
        let step = PaymentStepView::Claim;
        priya.call(Command::StepPayment { payment: seen.payment, step }).await;
        let claimed = payment(&mut receiver).await;
        assert_eq!(
            (&claimed["status"], &claimed["id"]),
            (&json!("pending"), &answer["messages"][0]["id"])
        );
        assert_eq!(claimed["payment"]["reference_id"], "7");
        let step = PaymentStepView::Received { minor: 4_000 };
        desk.owner.call(Command::StepPayment { payment: seen.payment, step }).await;
        let captured = payment(&mut receiver).await;
        assert_eq!(captured["status"], "captured");
        assert_eq!(captured["payment"]["amount"], json!({ "value": 4_000, "offset": 100 }));
        assert_eq!(captured["payment"]["transaction"]["status"], "success");

        // The order goes on with the words that the program sends.
        for (word, state) in [
            ("processing", OrderStateView::Accepted),
            ("shipped", OrderStateView::Ready),
            ("completed", OrderStateView::Done),
        ] {
            let (code, answer) = send(&desk, &wa_id, &status("7", word), None).await;
            assert_eq!(code, 200, "{answer}");
            let (_, view) = priya.hear(&format!("Now: {word}")).await;
            assert_eq!(view.quote.map(|quote| quote.message), Some(seen.payment));
            assert_eq!(orders(&priya).await.first().map(|order| order.state), Some(state));
        }
        let late = send(&desk, &wa_id, &status("7", "processing"), None).await;
        assert_eq!((late.0, code_of(&late.1)), (400, 131_009));
        let unknown = send(&desk, &wa_id, &status("8", "processing"), None).await;
        assert_eq!((unknown.0, code_of(&unknown.1)), (400, 131_009));
    });
}

#[test]
fn a_payment_is_told_after_the_gateway_was_away_and_a_bill_is_taken_back() {
    run(async {
        let mut desk = Desk::open().await;
        let mut receiver = desk.receiver().await;
        let (mut priya, _, wa_id) = desk.known_customer(&mut receiver, "Priya").await;
        let (code, answer) = send(&desk, &wa_id, &bill("A-1", 4_000), None).await;
        assert_eq!(code, 200, "{answer}");
        let seen = paid_with(&mut priya).await;
        assert_eq!(seen.order, None);
        // Many words later, so that catching up doesn't begin with the bill.
        priya.read(seen.conversation, &view_of(&priya, &seen).await).await;
        for expected in ["sent", "delivered", "read"] {
            assert_eq!(receiver.value().await["statuses"][0]["status"], expected);
        }
        desk.send_text(&wa_id, "Thank you").await;
        priya.hear("Thank you").await;
        let step = PaymentStepView::Received { minor: 4_000 };
        let owner_pays = Command::StepPayment { payment: seen.payment, step };
        let meanwhile = async |owner: &Actor| {
            owner.call(owner_pays).await;
        };
        desk = desk.restart_while(meanwhile).await;
        assert_eq!(payment(&mut receiver).await["status"], "captured");

        let (code, _) = send(&desk, &wa_id, &bill("A-2", 4_000), None).await;
        assert_eq!(code, 200);
        let (code, answer) = send(&desk, &wa_id, &status("A-2", "canceled"), None).await;
        assert_eq!(code, 200, "{answer}");
        assert_eq!(payment(&mut receiver).await["status"], "failed");
        priya.hear("Now: canceled").await;
    });
}

async fn view_of(actor: &Actor, payment: &PaymentView) -> tresen_view::MessageView {
    let conversation = payment.conversation;
    let asked = Command::Messages { conversation, before: None, limit: 20 };
    let Answer::Messages(page) = actor.call(asked).await else { panic!("messages") };
    page.messages.into_iter().find(|one| one.message == payment.payment).expect("the bill")
}
