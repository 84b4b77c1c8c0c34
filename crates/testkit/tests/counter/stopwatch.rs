//! How long a shop needs to open, and a customer to write: what people do themselves, by the
//! Keystroke-Level Model (Card, Moran, Newell: The Keystroke-Level Model for User Performance Time with
//! Interactive Systems, CACM 23(7), 1980). What machine and network need is measured elsewhere
//! (`cargo xtask first-load`), so that this gives the same answer on every machine.

use tresen_testkit::browser::{Effort, Options, Page};

use super::stage::{COMPOSER, hear, on_stage, scan};

/// Striking a key, for somebody who types as most people do.
const KEY_MS: u32 = 280;
/// Pointing, pressing and letting go.
const POINT_MS: u32 = 1_100 + 200;
/// Making up one's mind, before each press of a button; into a field one goes without.
const THINK_MS: u32 = 1_350;
/// From the claim link to the first answer.
const OPENING_MS_MAX: u32 = 120_000;
/// From the code to the first message.
const FIRST_MESSAGE_MS_MAX: u32 = 10_000;

fn time_of(page: &Page) -> u32 {
    let Effort { presses, fields, keys } = page.effort();
    presses * (THINK_MS + POINT_MS) + fields * POINT_MS + keys * KEY_MS
}

#[test]
fn a_shop_opens_in_two_minutes_and_a_customer_writes_in_ten_seconds() {
    on_stage(async |stage| {
        let desktop = stage.browser.profile(Options::desktop()).await?;
        let owner = desktop.open(&stage.claim_link().await).await?;
        owner.type_into("#first-name", "Anna").await?;
        owner.type_into("#business-name", "Bakery Korn").await?;
        owner.click("button=Open the counter").await?;
        owner.click("button=Next: opening hours").await?;
        owner.click("button=Next: print your code").await?;
        owner.wait_for(".step-qr").await?;
        let codes = scan(&owner, "first-code").await?;
        let link = codes.first().expect("a code").clone();

        let phone = stage.browser.profile(Options::phone()).await?;
        let customer = phone.open(&link).await?;
        customer.type_into("#name", "Emma").await?;
        customer.click("button=Yes, open the chat").await?;
        // Who said yes can write at once.
        customer.wait_until("document.activeElement.matches('.comp textarea')").await?;
        customer.type_text("Hello!").await?;
        customer.click("button=Send").await?;
        hear(&customer, "Hello!").await?;
        let first_message = time_of(&customer);

        owner.click("button=Open the inbox").await?;
        owner.click("[data-row]").await?;
        owner.type_into(COMPOSER, "Hello Emma, what can I do for you?").await?;
        owner.click("button=Send").await?;
        hear(&customer, "what can I do for you?").await?;
        let opening = time_of(&owner) + first_message;

        assert!(
            first_message <= FIRST_MESSAGE_MS_MAX,
            "the first message takes {first_message} ms"
        );
        assert!(opening <= OPENING_MS_MAX, "opening takes {opening} ms");
        customer.assert_clean()?;
        owner.assert_clean()
    });
}
