//! Notices while no page is open: real Firefox, woken by this server through a push service on this machine.

use tresen_testkit::{
    browser::{Browser, Engine, Error, Options, Page},
    push_service::{DELIVERED, Happened, PushService},
    tour,
    world::Actor,
};
use tresen_types::ConversationId;

use super::stage::{Stage, accessible, hear, in_turn, native_business, say, say_yes};

/// The switch in the settings.
const SWITCH: &str = "field=Tell me about new messages";
/// An address of the origin that is no page of the app.
const BESIDE: &str = "/v1/beside";
/// Waits until the browser has a subscription, and the server knows.
async fn switch_on(page: &Page, service: &mut PushService) -> Result<(), Error> {
    page.click(SWITCH).await?;
    let Happened::Registered { key } = service.next().await else { panic!("a subscription") };
    let length = key.trim_end_matches('=').len();
    assert_eq!(length, 87, "an uncompressed point of P-256: {key}");
    page.wait_until("localStorage.getItem('tresen.notices') === 'yes'").await
}

/// A push comes, and the browser has decrypted it.
async fn woken(service: &mut PushService) {
    let Happened::Posted { headers, length } = service.next().await else { panic!("a push") };
    assert_eq!(headers["content-encoding"], "aes128gcm");
    assert_eq!(length, 86 + 1 + 1 + 16, "head, one character, its end, the tag");
    let Happened::Acknowledged(code) = service.next().await else { panic!("an acknowledgement") };
    assert_eq!(code, DELIVERED);
}

async fn chat_of(owner: &Actor) -> ConversationId {
    owner.conversations().await[0].conversation
}

#[test]
fn firefox_is_woken_decrypts_the_push_and_is_left_alone_again() {
    in_turn(async {
        let mut service = PushService::start().await;
        let origin = service.origin();
        let world = tour::open_house_with(|config| {
            config.push.allowed_origins = vec![origin.clone()];
        })
        .await;
        let folder = tempfile::tempdir().map_err(Error::File)?;
        std::fs::write(folder.path().join("prefs.js"), service.preferences())
            .map_err(Error::File)?;
        let browser = Browser::launch_in(Engine::Firefox, folder.path()).await?;
        let mut stage = Stage { world, browser };
        let (mut owner, link) = native_business(&mut stage).await;
        let address = stage.world.origin().to_owned();

        let phone = stage.browser.profile(Options::phone()).await?;
        let page = say_yes(&phone, &link, "Emma").await?;
        say(&page, "Is my bread ready?").await?;
        owner.hear("Is my bread ready?").await;
        let chat = chat_of(&owner).await;
        page.goto(&format!("{address}/settings")).await?;
        page.wait_for(SWITCH).await?;
        accessible(&page).await?;
        switch_on(&page, &mut service).await?;

        // While the page is there, nothing is pushed: the message comes by itself.
        owner.say(chat, "In ten minutes.").await;
        page.goto(&format!("{address}/")).await?;
        page.wait_for_text("In ten minutes.").await?;

        // Nobody has the app open.
        page.goto(&format!("{address}{BESIDE}")).await?;
        owner.say(chat, "It is ready: 4.20, please.").await;
        woken(&mut service).await;
        // A second message before the first was looked at makes no second push.
        owner.say(chat, "Are you coming?").await;
        page.goto(&format!("{address}/c/{chat}")).await?;
        hear(&page, "Are you coming?").await?;

        // Off again.
        page.goto(&format!("{address}/settings")).await?;
        page.click(SWITCH).await?;
        assert!(matches!(service.next().await, Happened::Unregistered));
        page.wait_until("localStorage.getItem('tresen.notices') === null").await?;
        assert!(service.is_quiet());
        page.assert_clean()
    });
}
