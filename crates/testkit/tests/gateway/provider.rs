//! Pages of payment providers, against a stand-in: made once, believed only when the provider's own word
//! is verified, given back through it.

use tresen_gateway::{Provider, ProviderKeys};
use tresen_testkit::{
    provider::{self, SECRET, WEBHOOK_SECRET, paid_event},
    world::{Actor, run},
};
use tresen_types::{ConversationId, Timestamp};
use tresen_view::{
    Answer, Command, Event, MoneyView, MovementSource, PaymentDraft, PaymentStateView,
    PaymentStepView, PaymentView, RailDraft,
};
use zeroize::Zeroizing;

use super::desk::Desk;

/// A desk whose gateway works with the stand-in.
async fn desk(which: Provider) -> (Desk, provider::Provider) {
    let stand_in = provider::Provider::start().await;
    let desk = Desk::open().await;
    let secret = match which {
        Provider::Stripe => SECRET.to_owned(),
        Provider::Razorpay => format!("key:{SECRET}"),
    };
    let keys = ProviderKeys {
        secret: Zeroizing::new(secret),
        webhook_secret: Zeroizing::new(WEBHOOK_SECRET.to_owned()),
        api: stand_in.url(),
    };
    desk.commands().set_provider(which, Some(&keys)).expect("keys");
    let desk = desk.restart(|config| config.has_private_reach = true).await;
    (desk, stand_in)
}

async fn payments(actor: &Actor) -> Vec<PaymentView> {
    let Answer::Payments(found) =
        actor.call(Command::Payments { conversation: None, limit: 50 }).await
    else {
        panic!("payments")
    };
    found
}

/// Waits until the newest payment is as wanted.
async fn until(actor: &mut Actor, wanted: impl Fn(&PaymentView) -> bool) -> PaymentView {
    loop {
        if let Some(found) = payments(actor).await.into_iter().find(|known| wanted(known)) {
            return found;
        }
        actor.until("a payment", |event| (*event == Event::DealsChanged).then_some(())).await;
    }
}

async fn until_offered(owner: &mut Actor, which: Provider) {
    let wanted = RailDraft::Hosted { provider: which.as_str().to_owned() };
    loop {
        let Answer::Rails(rails) = owner.call(Command::Rails).await else { panic!("rails") };
        if rails.contains(&wanted) {
            return;
        }
        owner.until("a way to pay", |event| (*event == Event::AccountChanged).then_some(())).await;
    }
}

/// Asks a customer for money; gives the payment as the customer has it, with its page.
async fn asked(
    desk: &mut Desk,
    which: Provider,
    minor: i64,
    currency: &str,
) -> (Actor, ConversationId, PaymentView) {
    until_offered(&mut desk.owner, which).await;
    let (mut emma, conversation) = desk.customer("Emma").await;
    emma.say(conversation, "How much is it?").await;
    desk.owner.hear("How much is it?").await;
    let draft = PaymentDraft {
        order: None,
        amount: MoneyView { minor, currency: currency.to_owned() },
        note: "Repair".to_owned(),
        days: None,
        bill: None,
    };
    let ask = Command::RequestPayment { conversation, payment: Box::new(draft) };
    desk.owner.call(ask).await;
    let payment = until(&mut emma, |known| known.ways.iter().any(|way| way.link.is_some())).await;
    (emma, conversation, payment)
}

fn now_s() -> i64 {
    let since = std::time::UNIX_EPOCH.elapsed().expect("a clock");
    i64::try_from(since.as_secs()).expect("a time")
}

#[test]
fn a_page_is_paid_when_the_provider_says_so_and_signs_it() {
    run(async {
        let (mut desk, stripe) = desk(Provider::Stripe).await;
        let (mut emma, _conversation, payment) =
            asked(&mut desk, Provider::Stripe, 14_000, "EUR").await;
        let pages = stripe.pages();
        assert_eq!((pages.len(), pages[0].amount, pages[0].currency.as_str()), (1, 14_000, "EUR"));
        assert_eq!(pages[0].reference, payment.reference);
        let way = payment.ways.iter().find(|way| way.rail == "stripe").expect("a way");
        assert_eq!(way.link, Some(format!("{}/pay/{}", stripe.url(), pages[0].id)));
        let (gateway, page) = (desk.gateway.local_addr, pages[0].id.clone());
        let event = paid_event(&page, true);

        // Forged: another secret, another body, none, an old one, one of the future.
        let body = event.to_string();
        for header in ["", "t=1,v1=00", "v1=00", "t=x,v1=00"] {
            let headers = [("stripe-signature", header)];
            let path = "/providers/stripe/webhook";
            let (status, _) = desk.call_as("POST", path, &headers, &body).await;
            assert_eq!(status, 400, "{header}");
        }
        assert_eq!(stripe.bring(gateway, true, &event, now_s() - 301).await, 400);
        assert_eq!(stripe.bring(gateway, true, &event, now_s() + 310).await, 400);
        // Signed, but Stripe itself says that nobody has paid.
        assert_eq!(stripe.bring(gateway, true, &paid_event(&page, true), now_s()).await, 200);
        assert_eq!(payments(&emma).await[0].state, PaymentStateView::Requested);

        stripe.pay(&page);
        let mut real = event.clone();
        real["id"] = "evt_real".into();
        // While Stripe can't be asked, the webhook isn't taken, and comes again.
        stripe.fail(1);
        assert_eq!(stripe.bring(gateway, true, &real, now_s()).await, 503);
        assert_eq!(stripe.bring(gateway, true, &real, now_s()).await, 200);
        let paid = until(&mut emma, |known| known.state == PaymentStateView::Paid).await;
        assert_eq!((paid.received, paid.movements[0].source), (14_000, MovementSource::Provider));
        // Replayed, and told by another event: it counts once.
        assert_eq!(stripe.bring(gateway, true, &real, now_s()).await, 200);
        real["id"] = "evt_other".into();
        assert_eq!(stripe.bring(gateway, true, &real, now_s()).await, 200);
        assert_eq!(payments(&emma).await[0].received, 14_000);

        // A part back, through Stripe; never more than it collected.
        let back = |minor| Command::StepPayment {
            payment: payment.payment,
            step: PaymentStepView::RefundThrough { minor },
        };
        until(&mut desk.owner, |known| known.refundable == 14_000).await;
        assert!(desk.owner.try_call(back(14_001)).await.is_err());
        desk.owner.call(back(4_000)).await;
        let given = until(&mut emma, |known| known.refunded == 4_000).await;
        assert_eq!(given.state, PaymentStateView::PartlyRefunded);
        assert_eq!(stripe.refunds(), [(format!("pi_{page}"), 4_000)]);
        assert!(desk.owner.try_call(back(10_001)).await.is_err());

        // Given back on Stripe's own site.
        let dashboard = serde_json::json!({
            "id": "evt_refund", "type": "refund.created", "data": { "object": {
                "id": "re_dashboard", "status": "succeeded", "amount": 1_000, "currency": "eur",
                "payment_intent": format!("pi_{page}"),
            }},
        });
        assert_eq!(stripe.bring(gateway, true, &dashboard, now_s()).await, 200);
        until(&mut emma, |known| known.refunded == 5_000).await;
        // After a restart nothing is done twice.
        let desk = desk.restart(|config| config.has_private_reach = true).await;
        drop(desk);
        assert_eq!((stripe.pages().len(), stripe.refunds().len()), (1, 1));
    });
}

#[test]
fn a_link_of_razorpay_is_paid_and_given_back() {
    run(async {
        let (mut desk, razorpay) = desk(Provider::Razorpay).await;
        let (mut priya, _conversation, payment) =
            asked(&mut desk, Provider::Razorpay, 250_000, "INR").await;
        let page = razorpay.pages()[0].id.clone();
        let gateway = desk.gateway.local_addr;
        let event = paid_event(&page, false);
        let headers = [("x-razorpay-signature", "00")];
        let path = "/providers/razorpay/webhook";
        let (status, _) = desk.call_as("POST", path, &headers, &event.to_string()).await;
        assert_eq!(status, 400);
        let (status, _) = desk.call_as("POST", "/providers/stripe/webhook", &[], "{}").await;
        assert_eq!(status, 400, "Stripe isn't set up");
        razorpay.pay(&page);
        assert_eq!(razorpay.bring(gateway, false, &event, 0).await, 200);
        until(&mut priya, |known| known.state == PaymentStateView::Paid).await;
        assert_eq!(razorpay.bring(gateway, false, &event, 0).await, 200);
        until(&mut desk.owner, |known| known.refundable == 250_000).await;
        let step = PaymentStepView::RefundThrough { minor: 250_000 };
        desk.owner.call(Command::StepPayment { payment: payment.payment, step }).await;
        until(&mut priya, |known| known.state == PaymentStateView::Refunded).await;
        assert_eq!(razorpay.refunds(), [(format!("pay_{page}"), 250_000)]);
    });
}

const STRIPE: &str =
    "t=1700000000,v1=d65021ecfe1b8a761944b72e30208554a6328b24d18e62e95465debadb1e578d";
const RAZORPAY: &str = "5f0548423e4bd8e032c7dd0e999376db4d8f8bbce15b8ab1c1a7c44a76ef433f";

#[test]
fn signatures_count_for_their_bytes_and_their_time() {
    let now = Timestamp::from_millis(1_700_000_000_000);
    // Made by the official libraries: stripe 16.1.0 and razorpay 2.0.1.
    let body = br#"{"id":"evt_1","note":"Gr\u00fc\u00dfe"}"#;
    let stripe =
        |header: &str, body: &[u8], now| Provider::Stripe.signs("whsec_test", header, body, now);
    assert!(stripe(STRIPE, body, now));
    let two = format!("{},v1=00,v0=11", STRIPE);
    assert!(stripe(&two, body, now), "one of several is enough");
    assert!(!stripe(STRIPE, b"{}", now));
    assert!(!Provider::Stripe.signs("whsec_other", STRIPE, body, now));
    assert!(stripe(STRIPE, body, now.plus_millis(300_000)));
    assert!(!stripe(STRIPE, body, now.plus_millis(300_001)));
    assert!(!stripe(STRIPE, body, now.plus_millis(-300_001)));
    assert!(!stripe(&STRIPE.replace("v1", "v0"), body, now));
    let razorpay = |header: &str| Provider::Razorpay.signs("whsec_test", header, body, now);
    assert!(razorpay(RAZORPAY));
    assert!(!razorpay(&RAZORPAY.replace('a', "b")));
}
