//! Templates with cards and with an offer that ends: written, approved, sent, seen and chosen of.

use tresen_testkit::browser::{Error, Options, Page};

use super::{
    stage::{COMPOSER, Stage, accessible, hear, on_stage, photo, say},
    templates::{approve, set_value, write_template},
};

/// Says yes to answers and to this too, and writes; the owner's page shows the chat.
async fn emma(stage: &Stage, owner: &Page, link: &str, yes: &str) -> Result<Page, Error> {
    let customer = stage.browser.profile(Options::phone()).await?.open(link).await?;
    customer.click(yes).await?;
    customer.type_into("#name", "Emma").await?;
    customer.click("button=Yes, open the chat").await?;
    customer.wait_for(COMPOSER).await?;
    say(&customer, "What is there today?").await?;
    owner.click("button=Inbox").await?;
    owner.click("[data-row]").await?;
    hear(owner, "What is there today?").await?;
    Ok(customer)
}

/// Waits until the field with this id has the focus.
async fn focus_on(page: &Page, id: &str) -> Result<(), Error> {
    page.wait_until(&format!("document.activeElement.id === '{id}'")).await
}

#[test]
fn a_template_with_cards_is_written_and_chosen_of() {
    on_stage(async |stage| {
        let (owner, link) = stage.owner("Anna", "Korn").await?;
        write_template(&owner, "Today", "Hello {{1}}, this is what we bake.", "Priya").await?;
        owner.click("button=Add cards").await?;
        // Two cards come, the first one is written at once, and what they replace is gone.
        focus_on(&owner, "tpl-card-1").await?;
        assert_eq!(owner.count("[data-card]").await?, 2);
        assert_eq!(owner.count("#tpl-header, #tpl-footer, [data-button]").await?, 0);
        owner.strike("Rye, fresh from the oven").await?;
        owner.type_into("[data-card='1'] [data-words='0']", "Order rye").await?;
        owner.click("button=Send for approval").await?;
        owner.wait_for("#tpl-card-2[aria-invalid=true]").await?;
        focus_on(&owner, "tpl-card-2").await?;
        assert_eq!(owner.count("#tpl-card-1[aria-invalid=true]").await?, 0);
        accessible(&owner).await?;
        owner.strike("Spelt, with seeds").await?;
        owner.type_into("[data-card='2'] [data-words='0']", "Order spelt").await?;
        owner.wait_gone("[aria-invalid=true]").await?;
        owner.click("button=Add a card").await?;
        focus_on(&owner, "tpl-card-3").await?;
        owner.click("button=Remove card 3").await?;
        focus_on(&owner, "tpl-card-2").await?;
        owner
            .wait_until(
                "[...document.querySelectorAll('.tpl-stage .tpl-card')]\
                 .map((one) => one.innerText.split('\\n')[0]).join('; ') === \
                 'Rye, fresh from the oven; Spelt, with seeds'",
            )
            .await?;
        accessible(&owner).await?;
        owner.click("button=Send for approval").await?;
        approve(&owner, "Today").await?;

        let customer = emma(stage, &owner, &link, "text=Notices").await?;
        owner.click("button=Send a template").await?;
        owner.click("dialog [data-template]").await?;
        owner.type_into("#tpl-1", "Emma").await?;
        // Without its pictures it doesn't go.
        owner.click("dialog .btn.pri").await?;
        owner.wait_until("document.activeElement.textContent === 'Choose a picture'").await?;
        assert_eq!(owner.count("dialog [data-wrong]").await?, 2);
        accessible(&owner).await?;
        let folder = tempfile::tempdir().map_err(Error::File)?;
        let bread = photo(&owner, folder.path()).await?;
        for card in ["Picture of card 1", "Picture of card 2"] {
            let field = format!("dialog [aria-label='{card}'] input");
            owner.upload(&field, &[&bread]).await?;
        }
        owner.wait_until("document.querySelectorAll('dialog .tpl-pic').length === 2").await?;
        owner.wait_gone("dialog [data-wrong]").await?;
        accessible(&owner).await?;
        owner.click("dialog .btn.pri").await?;
        owner.wait_gone("dialog").await?;

        hear(&customer, "Hello Emma, this is what we bake.").await?;
        let has_pictures = "[...document.querySelectorAll('.msg .tpl-card')].length === 2 && \
             [...document.querySelectorAll('.msg .tpl-card img')]\
             .filter((one) => one.complete && one.naturalWidth === 320).length === 2";
        customer.wait_until(has_pictures).await?;
        owner.wait_until(has_pictures).await?;
        accessible(&customer).await?;
        accessible(&owner).await?;
        customer.click("button=Order spelt").await?;
        // The card itself has these words too: what counts is what came.
        owner
            .wait_until(
                "[...document.querySelectorAll('.msg:not(.me) .bub')]\
                 .some((one) => one.innerText.includes('Order spelt'))",
            )
            .await?;

        // A next version begins with what this one has.
        owner.click("button=Templates").await?;
        owner.click("[data-template]").await?;
        owner.click("button=Next version").await?;
        owner
            .wait_until("document.getElementById('tpl-card-2')?.value === 'Spelt, with seeds'")
            .await?;
        customer.assert_clean()?;
        owner.assert_clean()
    });
}

#[test]
fn an_offer_that_ends_is_written_and_shows_its_day() {
    on_stage(async |stage| {
        let (owner, link) = stage.owner("Anna", "Korn").await?;
        write_template(&owner, "Half price", "Hello {{1}}, all rye for half.", "Priya").await?;
        owner.click("button=Add an offer that ends").await?;
        focus_on(&owner, "tpl-offer").await?;
        assert_eq!(owner.count("#tpl-footer").await?, 0);
        owner.click("button=Send for approval").await?;
        owner.wait_for("#tpl-offer[aria-invalid=true]").await?;
        accessible(&owner).await?;
        owner.type_into("#tpl-offer", "Until we close").await?;
        owner.wait_gone("#tpl-offer[aria-invalid=true]").await?;
        // It is about offers, whatever is chosen afterwards.
        owner.click("button=Notices").await?;
        owner.wait_for("#tpl-offer[aria-invalid=true]").await?;
        owner.wait_for_text("Choose above that it is about offers").await?;
        owner.click("button=Offers").await?;
        owner.wait_gone("#tpl-offer[aria-invalid=true]").await?;
        let year =
            "document.querySelector('.tpl-stage .tpl-offer').innerText.match(/Ends .*20\\d\\d/)";
        owner.wait_until(&format!("{year} !== null")).await?;
        accessible(&owner).await?;
        owner.click("button=Send for approval").await?;
        approve(&owner, "Half price").await?;

        let customer = emma(stage, &owner, &link, "text=Offers").await?;
        owner.click("button=Send a template").await?;
        owner.click("dialog [data-template]").await?;
        owner.wait_for_text("The offer ends on").await?;
        owner.type_into("#tpl-1", "Emma").await?;
        owner.click("dialog .btn.pri").await?;
        owner.wait_for("#tpl-2[aria-invalid=true]").await?;
        owner.wait_for_text("Choose a day").await?;
        accessible(&owner).await?;
        // The error goes with the first word that is typed.
        set_value(&owner, "#tpl-2", "2031-12-24").await?;
        owner.wait_gone("#tpl-2[aria-invalid=true]").await?;
        owner
            .wait_until("document.querySelector('dialog .tpl-offer').innerText.includes('2031')")
            .await?;
        owner.click("dialog .btn.pri").await?;
        owner.wait_gone("dialog").await?;
        hear(&customer, "Hello Emma, all rye for half.").await?;
        customer.wait_for(".msg .tpl-offer").await?;
        let offer = customer.text(".msg .tpl-offer").await?;
        assert!(offer.contains("Until we close") && offer.contains("Ends"), "{offer}");
        assert!(offer.contains("24") && offer.contains("2031") && offer.contains("59"), "{offer}");
        accessible(&customer).await?;
        customer.assert_clean()?;
        owner.assert_clean()
    });
}

#[test]
fn what_has_no_field_of_its_own_is_said_too() {
    on_stage(async |stage| {
        let (owner, _link) = stage.owner("Anna", "Korn").await?;
        owner.click("button=Templates").await?;
        owner.click("button=New template").await?;
        owner.type_into("#tpl-name", "Look").await?;
        owner.type_into("#tpl-body", "Look at http://korn.example for more").await?;
        owner.click("button=Send for approval").await?;
        owner.wait_for("[data-wrong]").await?;
        owner.wait_until("document.activeElement.matches('[data-wrong]')").await?;
        owner.wait_for_text("A link begins with https://").await?;
        accessible(&owner).await?;
        set_value(&owner, "#tpl-body", "Look at https://korn.example for more").await?;
        owner.wait_gone("[data-wrong]").await?;
        owner.click("button=Send for approval").await?;
        owner.wait_for("[data-template]").await?;
        owner.assert_clean()
    });
}
