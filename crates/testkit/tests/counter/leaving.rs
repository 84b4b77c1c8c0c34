//! A customer leaves for good: the account is deleted in the browser, and the shop sees it.

use tresen_testkit::browser::{Error, Key, Options, Page};

use super::{
    keyboard::{focus_on, press},
    stage::{COMPOSER, accessible, hear, native_business, on_stage, say, say_yes},
};

/// Nothing is left in the browser's plain storage: no count of visits, no wish for notices.
const NOTHING_REMEMBERED: &str = "localStorage.length === 0";

/// From the chat to the page, as a person goes.
async fn to_the_page(page: &Page) -> Result<(), Error> {
    page.click("a[aria-label=Back]").await?;
    page.wait_for("[data-row]").await?;
    page.click("a[href='/settings']").await?;
    page.click("button=Delete my account").await?;
    page.wait_for_text("What stays").await
}

#[test]
fn a_customer_deletes_the_account() {
    on_stage(async |stage| {
        let (owner, link) = stage.owner("Anna", "Korn").await?;
        let phone = stage.browser.profile(Options::phone()).await?;
        let emma = say_yes(&phone, &link, "Emma").await?;
        say(&emma, "Two rolls, please").await?;
        owner.click("[data-row]").await?;
        hear(&owner, "Two rolls, please").await?;
        owner.wait_for(COMPOSER).await?;
        // As if notices had been switched on here.
        emma.eval("localStorage.setItem('tresen.notices', 'yes')").await?;

        to_the_page(&emma).await?;
        accessible(&emma).await?;
        // Without the tick, nothing is even asked, and the tick is shown.
        emma.click("main .btn.danger").await?;
        emma.wait_for_text("Tick the box first").await?;
        accessible(&emma).await?;
        focus_on_box(&emma).await?;
        assert_eq!(emma.count("dialog").await?, 0);
        emma.press(Key::Space).await?;
        emma.wait_gone("text=Tick the box first").await?;
        emma.click("main .btn.danger").await?;
        emma.wait_for_text("Delete your account now?").await?;
        accessible(&emma).await?;
        emma.press(Key::Escape).await?;
        emma.wait_gone("dialog").await?;
        focus_on(&emma, "Delete my account").await?;
        emma.press(Key::Enter).await?;
        emma.wait_for("dialog").await?;
        press(&emma, "Delete for good").await?;
        emma.wait_for("[data-goodbye]").await?;
        emma.wait_until("document.activeElement.textContent === 'Your account is deleted'").await?;
        accessible(&emma).await?;

        owner.wait_for_text("Emma has deleted the account").await?;
        owner.wait_gone(COMPOSER).await?;
        hear(&owner, "Two rolls, please").await?;
        accessible(&owner).await?;

        emma.wait_until(NOTHING_REMEMBERED).await?;
        emma.reload().await?;
        emma.wait_for_text("There is no account on this device").await?;
        accessible(&emma).await?;
        emma.goto(stage.world.origin()).await?;
        emma.wait_for(".empty a[href='/recover']").await?;
        assert_eq!(emma.count("[data-row]").await?, 0);
        let text = emma.text("body").await?;
        assert!(!text.contains("Korn") && !text.contains("rolls"), "{text}");
        owner.assert_clean()?;
        emma.assert_clean()
    });
}

/// Waits until the box has the focus.
async fn focus_on_box(page: &Page) -> Result<(), Error> {
    page.wait_until("document.activeElement.type === 'checkbox'").await
}

#[test]
fn without_a_network_nothing_is_deleted() {
    on_stage(async |stage| {
        let (mut korn, link) = native_business(stage).await;
        let phone = stage.browser.profile(Options::phone()).await?;
        let emma = say_yes(&phone, &link, "Emma").await?;
        say(&emma, "Two rolls, please").await?;
        korn.hear("Two rolls, please").await;
        to_the_page(&emma).await?;
        for part in ["ERR_EMPTY_RESPONSE", "ERR_CONNECTION", "WebSocket connection to"] {
            emma.forgive(part);
        }
        // A part of the worker that is fetched after the first message.
        emma.forgive("Failed to fetch");
        stage.world.wire.unplug();
        emma.click("label.opt").await?;
        emma.click("main .btn.danger").await?;
        emma.click("dialog .btn.danger").await?;
        emma.wait_for_text("On this device everything is as before").await?;
        accessible(&emma).await?;
        emma.click("a[aria-label=Back]").await?;
        emma.click("a[aria-label=Back]").await?;
        emma.wait_for("[data-row]").await?;

        stage.world.wire.cut();
        emma.click("[data-row]").await?;
        say(&emma, "Still here").await?;
        korn.hear("Still here").await;
        emma.assert_clean()
    });
}

#[test]
fn a_shop_is_told_why_its_account_stays() {
    on_stage(async |stage| {
        let (owner, _link) = stage.owner("Anna", "Korn").await?;
        owner.goto(&format!("{}/settings/delete", stage.world.origin())).await?;
        owner.wait_for_text("A shop’s account isn’t deleted here").await?;
        assert_eq!(owner.count("input[type=checkbox]").await?, 0);
        accessible(&owner).await
    });
}
