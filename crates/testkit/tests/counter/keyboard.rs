//! A customer without a mouse.

use tresen_testkit::browser::{Key, Options};

use super::stage::{COMPOSER, hear, native_business, on_stage, until_state};

#[test]
fn a_customer_needs_no_mouse() {
    on_stage(async |stage| {
        let (mut owner, link) = native_business(stage).await;
        let desktop = stage.browser.profile(Options::desktop()).await?;
        let page = desktop.open(&link).await?;
        page.wait_for("#name").await?;
        page.tab_to("Your name, as Korn sees it").await?;
        page.type_text("Emma").await?;
        page.press(Key::Enter).await?;
        page.wait_for(COMPOSER).await?;

        page.tab_to("Message to Korn").await?;
        page.type_text("Do you have rye bread?").await?;
        page.tab_to("Send").await?;
        page.press(Key::Enter).await?;
        hear(&page, "Do you have rye bread?").await?;
        let (conversation, message) = owner.hear("Do you have rye bread?").await;
        owner.read(conversation, &message).await;
        until_state(&page, "Do you have rye bread?", "read").await?;
        assert_eq!(page.focused().await?, "textarea Message to Korn");

        page.tab_to("can read").await?;
        page.press(Key::Enter).await?;
        page.wait_for_text("Who can read this?").await?;
        page.press(Key::Escape).await?;
        page.wait_gone("dialog").await?;
        assert!(page.focused().await?.contains("can read"));

        page.tab_to("More about this chat").await?;
        page.press(Key::Enter).await?;
        page.wait_for("[role=menu]").await?;
        assert!(page.focused().await?.contains("Search in this chat"));
        page.press(Key::Enter).await?;
        page.tab_to("Search in this chat").await?;
        page.type_text("rye").await?;
        page.wait_for(".hit mark").await?;
        page.tab_to("rye bread").await?;
        page.press(Key::Enter).await?;
        page.wait_gone("dialog").await?;
        hear(&page, "Do you have rye bread?").await?;
        page.assert_clean()
    });
}
