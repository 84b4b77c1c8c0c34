//! The line breaks, the browser dies: what was written arrives, once.

use tresen_testkit::browser::{Error, Options, Page};

use super::stage::{COMPOSER, Stage, hear, native_business, on_stage, say, say_yes, until_state};

/// What a page may report while the server can't be reached.
fn forgive_the_line(page: &Page) {
    page.forgive("ERR_INTERNET_DISCONNECTED");
    page.forgive("ERR_EMPTY_RESPONSE");
    page.forgive("ERR_CONNECTION");
    page.forgive("WebSocket connection to");
    // A part of the worker that is fetched after the first message.
    page.forgive("Failed to fetch");
}

#[test]
fn what_is_written_offline_arrives_once() {
    on_stage(async |stage| {
        let (mut owner, link) = native_business(stage).await;
        let phone = stage.browser.profile(Options::phone()).await?;
        let customer = say_yes(&phone, &link, "Emma").await?;
        say(&customer, "Good morning").await?;
        let (conversation, _) = owner.hear("Good morning").await;

        forgive_the_line(&customer);
        stage.world.wire.unplug();
        say(&customer, "Written in the tunnel").await?;
        until_state(&customer, "Written in the tunnel", "queued").await?;
        customer.wait_for_text("No network").await?;

        stage.world.wire.cut();
        until_state(&customer, "Written in the tunnel", "delivered").await?;
        owner.hear("Written in the tunnel").await;
        customer.wait_gone("text=No network").await?;
        say(&customer, "Out again").await?;
        owner.hear("Out again").await;
        assert_eq!(
            owner.texts(conversation).await,
            ["Good morning", "Written in the tunnel", "Out again"]
        );
        customer.assert_clean()
    });
}

#[test]
fn whoever_only_looks_keeps_no_service_worker() {
    on_stage(async |stage| {
        let (_owner, link) = native_business(stage).await;
        let phone = stage.browser.profile(Options::phone()).await?;
        let customer = phone.open(&link).await?;
        customer.type_into("#name", "Emma").await?;
        // A second window shows that the first one's worker stands.
        let second = phone.open(&link).await?;
        second.wait_for_text("Tresen is open in another window").await?;
        second.close().await?;
        let kept = "navigator.serviceWorker.getRegistrations().then((all) => all.length)";
        assert_eq!(customer.eval(kept).await?, 0);
        customer.click("button=Yes, open the chat").await?;
        customer.wait_for(COMPOSER).await?;
        customer.eval("navigator.serviceWorker.ready.then(() => true)").await?;
        assert_eq!(customer.eval(kept).await?, 1);
        customer.assert_clean()
    });
}

#[test]
fn a_killed_browser_loses_and_doubles_nothing() {
    on_stage(async |stage| {
        let (mut owner, link) = native_business(stage).await;
        let phone = stage.browser.default_profile(Options::phone());
        let customer = say_yes(&phone, &link, "Emma").await?;
        say(&customer, "one").await?;
        let (conversation, _) = owner.hear("one").await;
        let chat = customer.eval("location.href").await?;
        let chat = chat.as_str().ok_or(Error::Malformed("an address"))?.to_owned();

        // The server takes what is sent, but nobody is told.
        stage.world.wire.swallow_answers();
        for text in ["two", "three", "four"] {
            say(&customer, text).await?;
        }
        kill_and_restart(stage).await?;

        let customer = stage.browser.default_profile(Options::phone()).open(&chat).await?;
        customer.wait_for(COMPOSER).await?;
        for text in ["one", "two", "three", "four"] {
            hear(&customer, text).await?;
            until_state(&customer, text, "delivered").await?;
        }
        say(&customer, "five").await?;
        owner.hear("five").await;
        let told = ["one", "two", "three", "four", "five"];
        assert_eq!(owner.texts(conversation).await, told);
        assert_eq!(customer.count(".msg.me").await?, 5);
        customer.assert_clean()
    });
}

/// Kills the browser, mends the line, and starts the browser again.
async fn kill_and_restart(stage: &mut Stage) -> Result<(), Error> {
    stage.browser.kill().await?;
    stage.world.wire.cut();
    stage.browser.restart().await
}
