//! The pizza story, in German: a catalogue, a cart, an order, the board, payment by EPC code, and the
//! bank's word for it.

use std::{fs, path::Path};

use tresen_testkit::browser::{Engine, Error, Key, Options, Page};

use super::stage::{Stage, accessible, on_stage_in};

#[test]
fn pizza() {
    on_stage_in(Engine::Chromium, async |stage| {
        let (owner, link) = shop(stage, "de-DE", "Anna", "Pizzeria Zum Ofen").await?;
        catalogue(&owner).await?;

        let phone = stage.browser.profile(Options::phone().language("de-DE")).await?;
        let customer = phone.open(&link).await?;
        customer.type_into("#name", "Emma").await?;
        customer.click("button=Ja, Chat öffnen").await?;
        customer.wait_for(".comp textarea").await?;
        order(&customer).await?;

        // The board: new, accepted.
        owner.wait_for("text=Emma").await?;
        accessible(&owner).await?;
        picture(&owner, "pizza-board").await?;
        owner.click("button=Annehmen").await?;
        owner.wait_for_text("Wann ist sie fertig?").await?;
        accessible(&owner).await?;
        owner.click("button=in 30 Minuten").await?;
        customer.wait_for_text("Angenommen").await?;
        owner.click("button=Um Zahlung bitten").await?;
        customer.wait_for_text("Mit der Banking-App scannen").await?;
        customer.wait_for(".deal svg").await?;
        accessible(&customer).await?;
        picture(&customer, "pizza-pay").await?;
        customer.click("button=Ich habe bezahlt").await?;
        customer.wait_for_text("noch nicht eingegangen").await?;
        let reference =
            customer.eval("document.body.innerText.match(/RF\\d\\d[0-9A-F]{12}/)[0]").await?;
        let reference = reference.as_str().unwrap_or_default().to_owned();

        // The bank's file says that the money is here.
        let statement =
            format!("Buchungstag;Verwendungszweck;Betrag\n22.11.2026;SVWZ+{reference};19,50\n");
        let file = stage.world.config(0).data_dir.join("statement.csv");
        fs::write(&file, statement).map_err(Error::File)?;
        owner.upload("#statement-file", &[file.as_path()]).await?;
        owner.wait_for_text("1 Zahlungen zugeordnet").await?;
        customer.wait_for_text("Bezahlt").await?;

        owner.click("button=Fertig").await?;
        customer.wait_for_text("Fertig").await?;
        owner.click("button=Übergeben").await?;
        customer.wait_for_text("Erledigt").await?;
        accessible(&customer).await?;
        picture(&customer, "pizza-done").await?;
        receipt(&customer).await?;
        sold_out(&owner, &customer).await
    });
}

/// What was paid and how, to keep or to print.
async fn receipt(customer: &Page) -> Result<(), Error> {
    customer.click("[data-payment] button.ghost").await?;
    customer.wait_for_text("aus dem Kontoauszug, gelesen von Anna").await?;
    customer.wait_for("button=Drucken oder als PDF sichern").await?;
    accessible(customer).await?;
    picture(customer, "pizza-receipt").await?;
    customer.press(Key::Escape).await?;
    customer.wait_gone("dialog").await
}

/// A second order, which the shop can't take; the customer reads why.
async fn sold_out(owner: &Page, customer: &Page) -> Result<(), Error> {
    customer.click("button=Katalog").await?;
    customer.click("button=Margherita dazu").await?;
    customer.click("button=Bestellung senden").await?;
    customer.wait_gone("dialog").await?;
    owner.click("button=Ablehnen").await?;
    owner.wait_for("#order-reason").await?;
    accessible(owner).await?;
    owner.click("button=Ausverkauft").await?;
    owner.click("button=Bestellung ablehnen").await?;
    customer.wait_for_text("Ausverkauft").await?;
    customer.wait_for_text("Abgelehnt").await
}

/// A shop, whose owner reads this language, and the link of its code.
pub(super) async fn shop(
    stage: &Stage,
    language: &'static str,
    owner: &str,
    name: &str,
) -> Result<(Page, String), Error> {
    let profile = stage.browser.profile(Options::desktop().language(language)).await?;
    let page = profile.open(&stage.claim_link().await).await?;
    page.type_into("#first-name", owner).await?;
    page.type_into("#business-name", name).await?;
    page.click("button[type=submit]").await?;
    page.wait_for("form.step .signs, form.step [role=radiogroup], form.step fieldset").await?;
    let title = page.text("form.step h1").await?;
    page.click("form.step button[type=submit]").await?;
    page.wait_gone(&format!("text={title}")).await?;
    page.click("form.step button[type=submit]").await?;
    page.wait_for(".step-qr").await?;
    page.goto(&format!("{}/business/links", stage.world.origin())).await?;
    page.click("[data-entry]").await?;
    let link = page.text(".link-t").await?;
    page.press(Key::Escape).await?;
    page.wait_gone("dialog").await?;
    Ok((page, link))
}

/// What the shop offers, and how it is paid.
async fn catalogue(owner: &Page) -> Result<(), Error> {
    owner.click("a[href='/business/orders']").await?;
    for (name, price) in [("Margherita", "8,50"), ("Cola", "2,50")] {
        owner.click("#item-new").await?;
        owner.type_into("#item-name", name).await?;
        owner.type_into("#item-price", price).await?;
        owner.click("button=Hinzufügen").await?;
        owner.wait_gone("dialog").await?;
        owner.wait_for(&format!("button={name} entfernen")).await?;
    }
    owner.click("button=Katalog veröffentlichen").await?;
    owner.wait_for_text("Der Katalog ist veröffentlicht.").await?;
    owner.type_into("#rail-name", "Pizzeria Zum Ofen").await?;
    owner.type_into("#rail-iban", "DE02 1203 0000 0000 2020 51").await?;
    owner.click("button=Zahlungsweg speichern").await?;
    owner.wait_for_text("Gespeichert").await?;
    accessible(owner).await
}

/// Two pizzas and a cola, to be brought.
async fn order(customer: &Page) -> Result<(), Error> {
    customer.click("button=Katalog").await?;
    customer.wait_for("[data-item]").await?;
    accessible(customer).await?;
    picture(customer, "pizza-catalogue").await?;
    customer.click("button=Margherita dazu").await?;
    customer.click("button=Margherita dazu").await?;
    customer.click("button=Cola dazu").await?;
    customer.wait_for_text("2 × Margherita").await?;
    customer.click("text=Bitte liefern").await?;
    customer.type_into("#order-address", "Lindenweg 4").await?;
    accessible(customer).await?;
    picture(customer, "pizza-cart").await?;
    customer.click("button=Bestellung senden").await?;
    customer.wait_gone("dialog").await?;
    customer.wait_for_text("Wartet auf Antwort").await
}

/// Keeps a picture beside the documentation, when it is asked for.
async fn picture(page: &Page, name: &str) -> Result<(), Error> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("pizza");
    fs::create_dir_all(&folder).map_err(Error::File)?;
    page.screenshot(&folder.join(format!("{name}.png"))).await
}
