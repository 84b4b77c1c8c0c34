//! A business makes a template, approves it and sends it; the customer's device shows it.

use tresen_testkit::{
    browser::{Error, Options, Page},
    tour,
};

use super::stage::{COMPOSER, Stage, accessible, hear, in_turn, say};

/// Chooses an option of a native list by its number.
pub(super) async fn choose(page: &Page, list: &str, number: u32) -> Result<(), Error> {
    page.wait_for(list).await?;
    let list = serde_json::json!(list);
    page.eval(&format!(
        "(() => {{ const list = document.querySelector({list}); \
         list.selectedIndex = {number}; \
         list.dispatchEvent(new Event('change', {{ bubbles: true }})); }})()"
    ))
    .await?;
    Ok(())
}

/// Puts a value into a field in the place of what is there.
pub(super) async fn set_value(page: &Page, field: &str, value: &str) -> Result<(), Error> {
    page.wait_for(field).await?;
    let (field, value) = (serde_json::json!(field), serde_json::json!(value));
    page.eval(&format!(
        "(() => {{ const field = document.querySelector({field}); field.value = {value}; \
         field.dispatchEvent(new Event('input', {{ bubbles: true }})); }})()"
    ))
    .await?;
    Ok(())
}

/// Writes a template with one blank and sends it for approval; the list shows it.
pub(super) async fn write_template(
    page: &Page,
    name: &str,
    body: &str,
    example: &str,
) -> Result<(), Error> {
    page.click("button=Templates").await?;
    page.click("button=New template").await?;
    page.type_into("#tpl-name", name).await?;
    page.type_into("#tpl-body", body).await?;
    page.type_into("[data-mark] input", example).await
}

/// Approves the template with this title.
pub(super) async fn approve(page: &Page, title: &str) -> Result<(), Error> {
    page.click(&format!("button={title}")).await?;
    page.click("button=Approve it yourself").await?;
    page.wait_for("dialog .pill.ok").await?;
    page.eval("history.back()").await?;
    page.wait_gone("dialog").await
}

#[test]
fn a_template_is_written_approved_and_sent() {
    in_turn(async {
        let house = tour::open_house_with(|config| config.templates.self_approval = true);
        let stage = Stage::with(house).await?;
        let (owner, link) = stage.owner("Anna", "Korn").await?;

        owner.click("button=Templates").await?;
        owner.wait_for_text("No template yet").await?;
        accessible(&owner).await?;
        write_template(&owner, "Table ready", "Your table {{1}} is free", "4").await?;
        owner
            .wait_until("document.querySelector('.tpl-stage').innerText.includes('table 4 is')")
            .await?;
        accessible(&owner).await?;
        // It says why it reads like an offer, and what to do.
        owner.type_into("#tpl-body", " and everything has a discount of 20 %!").await?;
        owner.wait_for("[data-finding=rebate]").await?;
        accessible(&owner).await?;
        owner.click("button=Make it an offer").await?;
        owner.wait_gone("[data-finding=rebate]").await?;
        // What can't be published is said at its field.
        set_value(&owner, "#tpl-name", "").await?;
        owner.click("button=Send for approval").await?;
        owner.wait_for("#tpl-name[aria-invalid=true]").await?;
        accessible(&owner).await?;

        write_template(
            &owner,
            "Order ready",
            "Your order over {{total}} is ready until {{day}}.",
            "12.50 EUR",
        )
        .await?;
        choose(&owner, "[data-mark=total] select", 2).await?;
        choose(&owner, "[data-mark=day] select", 3).await?;
        owner.type_into("[data-mark=day] input", "24 December").await?;
        owner.click("button=Send for approval").await?;
        owner.wait_for("[data-template] .pill.wait").await?;
        accessible(&owner).await?;
        approve(&owner, "Order ready").await?;
        owner.wait_for("[data-template] .pill.ok").await?;

        let phone = stage.browser.profile(Options::phone()).await?;
        let customer = phone.open(&link).await?;
        customer.click("text=Notices").await?;
        customer.type_into("#name", "Emma").await?;
        customer.click("button=Yes, open the chat").await?;
        customer.wait_for(COMPOSER).await?;
        say(&customer, "Is it ready?").await?;
        owner.click("button=Inbox").await?;
        owner.click("[data-row]").await?;
        owner.wait_for("[data-window=open]").await?;
        accessible(&owner).await?;
        owner.click("button=Send a template").await?;
        owner.wait_for("dialog [data-template]").await?;
        accessible(&owner).await?;
        owner.click("dialog [data-template]").await?;
        // What isn't an amount is said at its field.
        owner.type_into("#tpl-1", "much").await?;
        owner.click("dialog .btn.pri").await?;
        owner.wait_for("#tpl-1[aria-invalid=true]").await?;
        accessible(&owner).await?;
        set_value(&owner, "#tpl-1", "12,50 EUR").await?;
        set_value(&owner, "#tpl-2", "2026-12-24").await?;
        owner
            .wait_until("document.querySelector('dialog .tpl').innerText.includes('12,50 EUR')")
            .await?;
        owner.click("dialog .btn.pri").await?;
        owner.wait_gone("dialog").await?;
        hear(&owner, "Your order over 12.50 EUR").await?;
        hear(&customer, "Your order over 12.50 EUR").await?;
        accessible(&owner).await?;
        accessible(&customer).await
    });
}
