//! The board of orders: what has come, what is being made, what waits; heard, on both screens, by keyboard.

use std::{fs, path::Path};

use tresen_testkit::{
    browser::{Error, Key, Page, Size},
    tour,
    world::Actor,
};
use tresen_types::ConversationId;
use tresen_view::{Answer, CartLine, Command, OrderDraft};

use super::{
    pizza::shop,
    stage::{accessible, native_customer, on_stage},
};

/// Counts the tones that the page's sound is made of.
const LISTEN: &str = "(() => {
    globalThis.tones = 0;
    const start = OscillatorNode.prototype.start;
    OscillatorNode.prototype.start = function (...rest) { tones += 1; start.apply(this, rest); };
})()";

/// Tones of one new order.
const ONCE: u32 = 3;

#[test]
fn a_new_order_is_heard_where_somebody_switched_it_on() {
    on_stage(async |stage| {
        let (owner, link) = stage.owner("Anna", "Korn").await?;
        offer(&owner, "Rye bread", "4.50", ["Add", "Publish catalogue"]).await?;
        let emma = native_customer(stage, &link, "Emma").await;

        owner.eval(LISTEN).await?;
        order(&emma, "").await;
        owner.wait_for("[data-ticket]").await?;
        owner.wait_for("nav a[href='/business/orders'] .badge").await?;
        assert_eq!(owner.eval("tones").await?, 0, "nobody has switched the sound on");

        // By keyboard; what was switched on is heard at once.
        owner.tab_to("Sound for new orders").await?;
        owner.press(Key::Enter).await?;
        heard(&owner, ONCE).await?;
        accessible(&owner).await?;
        order(&emma, "").await;
        heard(&owner, 2 * ONCE).await?;
        owner
            .wait_until("document.querySelector('[data-came]').innerText.includes('Emma')")
            .await?;

        // On every page of the desk, and once for an order.
        owner.click("button=Inbox").await?;
        owner.wait_for("[data-row]").await?;
        order(&emma, "").await;
        heard(&owner, 3 * ONCE).await?;

        // Remembered; until the page is touched the browser keeps it silent, and the page says so.
        owner.goto(&format!("{}/business/orders", stage.world.origin())).await?;
        owner.wait_for_text("The browser keeps it silent").await?;
        owner.eval(LISTEN).await?;
        order(&emma, "").await;
        owner.wait_until("document.querySelectorAll('[data-ticket]').length == 4").await?;
        assert_eq!(owner.eval("tones").await?, 0, "not before the page was touched");
        owner.press(Key::Tab).await?;
        owner.wait_gone("text=The browser keeps it silent").await?;
        order(&emma, "").await;
        heard(&owner, ONCE).await?;

        owner.click("button=Sound for new orders").await?;
        order(&emma, "").await;
        owner.wait_until("document.querySelectorAll('[data-ticket]').length == 6").await?;
        assert_eq!(owner.eval("tones").await?, ONCE, "it was switched off");
        owner.reload().await?;
        owner.wait_for("[role=switch][aria-checked=false]").await?;
        owner.assert_clean()
    });
}

#[test]
fn orders_move_over_the_board_by_keyboard() {
    on_stage(async |stage| {
        let (owner, link) = shop(stage, "de-DE", "Anna", "Backstube Lindner").await?;
        offer(&owner, "Schrippe", "0,45", ["Hinzufügen", "Katalog veröffentlichen"]).await?;
        let mut customers = Vec::new();
        for name in ["Café Ost", "Fatma Demir", "Thuy Nguyen", "Heike Krüger"] {
            customers.push(native_customer(stage, &link, name).await);
        }
        for (customer, note) in customers.iter().zip(["", "Bitte geschnitten", "", ""]) {
            order(customer, note).await;
        }
        owner.wait_until("document.querySelectorAll('.board .new .ticket').length == 4").await?;
        // Whoever waits longest comes first.
        let first = owner.text(".board .new .ticket a").await?;
        assert_eq!(first, "Café Ost");
        printed(&owner).await?;

        // Three go on, by keyboard; the focus goes with the order.
        for parts in [&["Fertig", "Übergeben"][..], &["Fertig"], &[]] {
            owner.eval("document.querySelector('.board .new .ticket').focus()").await?;
            owner.tab_to("Annehmen").await?;
            owner.press(Key::Enter).await?;
            owner.tab_to("in 20 Minuten").await?;
            owner.press(Key::Enter).await?;
            owner.wait_gone("dialog").await?;
            for part in parts {
                on_ticket(&owner).await?;
                owner.tab_to(part).await?;
                owner.press(Key::Enter).await?;
            }
        }
        on_ticket(&owner).await?;
        owner.wait_for(".ended").await?;
        assert_eq!(counts(&owner, ".board h2 .badge").await?, "1 1 1 1");
        owner.wait_until("document.querySelectorAll('.board > section.stack').length == 4").await?;
        look(&owner, "de").await?;

        // A phone shows one part at a time, which the arrow keys choose.
        owner.resize(Size::Phone).await?;
        assert_eq!(counts(&owner, ".parts .badge").await?, "1 1 1 1");
        assert_eq!(owner.count(".board .ticket").await?, 1);
        owner.eval("document.querySelector('.parts input:checked').focus()").await?;
        owner.press(Key::ArrowRight).await?;
        owner.wait_for("button=Fertig").await?;
        assert_eq!(owner.count(".board .ticket").await?, 1);
        for _ in 0..2 {
            owner.press(Key::ArrowRight).await?;
        }
        owner.click(".ended summary").await?;
        owner.wait_for(".ended .ticket").await?;
        look(&owner, "de-ended").await?;
        owner.eval("localStorage.setItem('tresen.language', 'hi')").await?;
        owner.reload().await?;
        owner.wait_for(".board .ticket").await?;
        look(&owner, "hi").await
    });
}

/// Something to order.
async fn offer(owner: &Page, name: &str, price: &str, words: [&str; 2]) -> Result<(), Error> {
    owner.click("a[href='/business/orders']").await?;
    owner.click("#item-new").await?;
    owner.type_into("#item-name", name).await?;
    owner.type_into("#item-price", price).await?;
    owner.click(&format!("button={}", words[0])).await?;
    owner.wait_gone("dialog").await?;
    owner.click(&format!("button={}", words[1])).await?;
    owner.wait_for(".toast").await
}

/// Two of the first thing that there is.
async fn order((customer, conversation): &(Actor, ConversationId), note: &str) {
    let business = customer.conversations().await[0].counterpart;
    let asked = Command::Catalogue { account: Some(business) };
    let Answer::Catalogue(found) = customer.call(asked).await else { panic!("a catalogue") };
    let item = &found.items[0];
    let line = CartLine {
        item: item.id.clone(),
        variant: String::new(),
        options: Vec::new(),
        quantity: 2,
    };
    let order = Box::new(OrderDraft {
        edition: found.edition,
        lines: vec![line],
        total: 2 * item.price,
        note: note.to_owned(),
        address: None,
        wanted_at: None,
    });
    customer.call(Command::SendOrder { conversation: *conversation, order }).await;
}

async fn heard(page: &Page, tones: u32) -> Result<(), Error> {
    page.wait_until(&format!("tones == {tones}")).await
}

/// Waits until the focus is on a ticket, after the order under it has moved.
async fn on_ticket(page: &Page) -> Result<(), Error> {
    page.wait_until("document.activeElement.matches('[data-ticket]')").await
}

/// The numbers beside the parts' names.
async fn counts(page: &Page, badges: &str) -> Result<String, Error> {
    let badges = serde_json::json!(badges);
    let found = page
        .eval(&format!(
            "[...document.querySelectorAll({badges})].map((one) => one.innerText).join(' ')"
        ))
        .await?;
    Ok(found.as_str().unwrap_or_default().to_owned())
}

/// One ticket goes to the printer, and nothing else of the page.
async fn printed(owner: &Page) -> Result<(), Error> {
    owner
        .eval(
            "(window.print = () => {
                globalThis.paper = document.querySelectorAll('.ticket.printed').length;
            }, null)",
        )
        .await?;
    owner.click("button=Drucken").await?;
    owner.wait_until("globalThis.paper == 1").await?;
    owner.wait_gone(".ticket.printed").await
}

/// Axe finds nothing on either screen, and there are pictures of both.
async fn look(page: &Page, name: &str) -> Result<(), Error> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("orders");
    fs::create_dir_all(&folder).map_err(Error::File)?;
    for (size, word) in [(Size::Desktop, "desktop"), (Size::Phone, "phone")] {
        page.resize(size).await?;
        tour::settled(page).await?;
        accessible(page).await?;
        page.screenshot(&folder.join(format!("{name}-{word}.png"))).await?;
    }
    Ok(())
}
