//! A passkey in real Chromium: the browser's storage is gone, one touch brings the chats back.

use tresen_testkit::browser::Options;

use super::stage::{COMPOSER, accessible, hear, native_business, on_stage, say, say_yes};

#[test]
fn one_touch_brings_an_evicted_browser_back() {
    on_stage(async |stage| {
        let (mut korn, link) = native_business(stage).await;
        let phone = stage.browser.profile(Options::phone()).await?;
        let customer = say_yes(&phone, &link, "Emma").await?;
        let authenticator = customer.authenticator().await?;
        say(&customer, "Two rolls, please").await?;
        let (conversation, _message) = korn.hear("Two rolls, please").await;

        customer.goto(&format!("{}/settings", stage.world.origin())).await?;
        customer.wait_for("[data-passkey]").await?;
        accessible(&customer).await?;
        customer.click("button=Make a passkey").await?;
        customer.wait_for_text("The passkey is made").await?;
        customer.wait_for("button=Make another").await?;
        assert_eq!(authenticator.passkeys().await?.len(), 1);
        accessible(&customer).await?;
        customer.assert_clean()?;

        // The worker lets go of its files when the page is another one.
        customer.goto("about:blank").await?;
        customer.evict(stage.world.origin()).await?;
        korn.say(conversation, "Are you still there?").await;
        customer.goto(&format!("{}/recover", stage.world.origin())).await?;
        customer.wait_for("button=Use your passkey").await?;
        accessible(&customer).await?;
        customer.click("button=Use your passkey").await?;
        customer.wait_for("[data-row]").await?;
        customer.click("[data-row]").await?;
        hear(&customer, "Two rolls, please").await?;
        customer.wait_for(COMPOSER).await?;
        say(&customer, "I am back").await?;
        korn.hear("I am back").await;
        korn.say(conversation, "Welcome back").await;
        hear(&customer, "Welcome back").await?;
        customer.assert_clean()
    });
}

#[test]
fn somebody_who_proves_nothing_stays_outside() {
    on_stage(async |stage| {
        let phone = stage.browser.profile(Options::phone()).await?;
        let page = phone.open(&format!("{}/recover", stage.world.origin())).await?;
        let authenticator = page.authenticator().await?;
        authenticator.set_verified(false).await?;
        page.click("button=Use your passkey").await?;
        page.wait_for_text("No passkey was used. Nothing has changed.").await?;
        page.forgive("the authenticator");
        accessible(&page).await
    });
}
