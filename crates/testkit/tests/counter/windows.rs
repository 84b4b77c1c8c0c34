//! One window at a time holds the keys; the other may take over.

use tresen_testkit::browser::Options;

use super::stage::{COMPOSER, accessible, hear, native_business, on_stage, say, say_yes};

#[test]
fn a_second_window_takes_over_and_gives_back() {
    on_stage(async |stage| {
        let (mut owner, link) = native_business(stage).await;
        let phone = stage.browser.profile(Options::phone()).await?;
        let first = say_yes(&phone, &link, "Emma").await?;
        say(&first, "From the first window").await?;
        owner.hear("From the first window").await;
        let chat = first.eval("location.href").await?;

        let second = phone.open(chat.as_str().unwrap_or_default()).await?;
        second.wait_for_text("Tresen is open in another window").await?;
        accessible(&second).await?;
        second.click("button=Use here").await?;
        hear(&second, "From the first window").await?;
        first.wait_for_text("Tresen is open in another window").await?;
        say(&second, "From the second window").await?;
        owner.hear("From the second window").await;

        first.click("button=Use here").await?;
        first.wait_for(COMPOSER).await?;
        hear(&first, "From the second window").await?;
        second.wait_for_text("Tresen is open in another window").await?;
        second.close().await?;
        say(&first, "From the first again").await?;
        owner.hear("From the first again").await;
        first.assert_clean()
    });
}
