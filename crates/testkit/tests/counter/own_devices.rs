//! A person's phone and laptop in real Chromium.

use tresen_testkit::browser::{Error, Options};

use super::stage::{accessible, hear, native_business, on_stage, say, say_yes};

/// Goes to the devices and counts the heights at which the button below the list stood until the list came.
const PLACES: &str = "new Promise((done) => {
    const places = new Set();
    const look = () => {
        const button = document.querySelector('.page-in > .btn.pri');
        if (button) places.add(Math.round(button.getBoundingClientRect().top));
        if (button && document.querySelector('[data-device]')) done(places.size);
    };
    new MutationObserver(look).observe(document.body, { childList: true, subtree: true });
    document.querySelector('a[href=\"/settings/devices\"]').click();
})";

#[test]
fn a_laptop_is_added_to_a_phone() {
    on_stage(async |stage| {
        let (mut korn, link) = native_business(stage).await;
        let phone = stage.browser.profile(Options::phone()).await?;
        let emma = say_yes(&phone, &link, "Emma").await?;
        say(&emma, "Two rolls, please").await?;
        let (conversation, _message) = korn.hear("Two rolls, please").await;

        emma.goto(&format!("{}/settings", stage.world.origin())).await?;
        emma.wait_for("a[href='/settings/devices']").await?;
        assert_eq!(emma.eval(PLACES).await?, 1, "the button below the list moves");
        emma.click("button=Add a device").await?;
        let invitation = emma.text(".link-t").await?;
        accessible(&emma).await?;
        let desktop = stage.browser.profile(Options::desktop()).await?;
        let laptop = desktop.open(&invitation).await?;
        laptop.wait_for_text("Your chats on this device too").await?;
        accessible(&laptop).await?;
        laptop.click("button=Add this device").await?;
        laptop.wait_for(".digits").await?;
        accessible(&laptop).await?;
        let digits =
            laptop.eval("document.querySelector('.digits').getAttribute('aria-label')").await?;
        let digits = digits.as_str().ok_or(Error::Malformed("digits"))?;
        emma.type_into("#device-digits", digits).await?;
        accessible(&emma).await?;
        emma.click("button=Add the device").await?;
        emma.wait_for_text("The device is added").await?;
        accessible(&emma).await?;

        laptop.wait_for_text("Your chats are here too").await?;
        accessible(&laptop).await?;
        laptop.click("button=Go to your chats").await?;
        laptop.click("[data-row]").await?;
        hear(&laptop, "Two rolls, please").await?;
        say(&laptop, "From my desk").await?;
        korn.hear("From my desk").await;
        korn.say(conversation, "Ready at nine").await;
        hear(&laptop, "Ready at nine").await?;
        laptop.assert_clean()?;
        emma.assert_clean()
    });
}

#[test]
fn without_an_account_the_list_says_so() {
    on_stage(async |stage| {
        let page = stage.browser.profile(Options::phone()).await?.blank().await?;
        page.goto(&format!("{}/settings/devices", stage.world.origin())).await?;
        page.wait_for("[data-failed]").await?;
        page.wait_for_text("There is no account on this device").await?;
        assert_eq!(page.count(".sk").await?, 0);
        accessible(&page).await?;
        // It is really asked again: the row goes and comes.
        page.eval("document.querySelector('[data-failed]').dataset.failed = 'old'").await?;
        page.click("button=Try again").await?;
        page.wait_gone("[data-failed=old]").await?;
        page.wait_for("[data-failed]").await?;
        page.assert_clean()
    });
}
