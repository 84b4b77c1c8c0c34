//! The stage of these tests: a server with the web app, a browser, and what people do again and again.

use std::{
    fs::File,
    io::BufReader,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use tresen_server::admin;
use tresen_testkit::{
    browser::{Browser, Engine, Error, Key, Options, Page, Profile},
    tour,
    world::{Actor, World, run},
};
use tresen_types::ConversationId;
use tresen_view::{Answer, Command, Connection};

/// The field of a chat.
pub(super) const COMPOSER: &str = ".comp textarea";

/// A server with the web app.
pub(super) struct Stage {
    pub(super) world: World,
    pub(super) browser: Browser,
}

/// One stage at a time: several browsers on two cores only make each other wait.
static TURN: Mutex<()> = Mutex::new(());

/// Runs a test on a stage with Chromium; what a browser says is told in full when it fails.
pub(super) fn on_stage(test: impl AsyncFnOnce(&mut Stage) -> Result<(), Error>) {
    on_stage_in(Engine::Chromium, test);
}

/// Runs a test on a stage with this browser.
pub(super) fn on_stage_in(engine: Engine, test: impl AsyncFnOnce(&mut Stage) -> Result<(), Error>) {
    in_turn(async {
        let mut stage = Stage::start(engine).await?;
        test(&mut stage).await
    });
}

/// Runs something with a stage of its own when no other one is played on.
pub(super) fn in_turn<T>(test: impl Future<Output = Result<T, Error>>) -> T {
    // A test that failed before has ended its stage too.
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    run(test).unwrap_or_else(|error| panic!("{error}"))
}

impl Stage {
    /// A stage on this server, with Chromium.
    pub(super) async fn with(world: impl Future<Output = World>) -> Result<Self, Error> {
        Ok(Self { world: world.await, browser: Browser::launch(Engine::Chromium).await? })
    }

    async fn start(engine: Engine) -> Result<Self, Error> {
        Ok(Self { world: tour::open_house().await, browser: Browser::launch(engine).await? })
    }

    /// A link that makes whoever opens it the owner of a business.
    pub(super) async fn claim_link(&self) -> String {
        admin::create_claim_link(self.world.server().app()).await.expect("a claim link")
    }

    /// Claims a business on a desktop and takes the first steps; gives the page, which shows the
    /// inbox, and the link of the first code.
    pub(super) async fn owner(&self, name: &str, business: &str) -> Result<(Page, String), Error> {
        let profile = self.browser.profile(Options::desktop()).await?;
        let page = profile.open(&self.claim_link().await).await?;
        page.type_into("#first-name", name).await?;
        page.type_into("#business-name", business).await?;
        accessible(&page).await?;
        page.click("button=Open the counter").await?;
        page.wait_for_text("Put up your sign").await?;
        accessible(&page).await?;
        page.click("button=Next: opening hours").await?;
        page.wait_for_text("When are you open?").await?;
        accessible(&page).await?;
        page.click("button=Next: print your code").await?;
        page.wait_for(".step-qr").await?;
        accessible(&page).await?;
        page.click("button=Open the inbox").await?;
        page.wait_for_text("No chats yet").await?;
        accessible(&page).await?;
        page.click("button=Codes").await?;
        page.click("[data-entry]").await?;
        let link = page.text(".link-t").await?;
        accessible(&page).await?;
        page.press(Key::Escape).await?;
        page.wait_gone("dialog").await?;
        accessible(&page).await?;
        page.click("button=Inbox").await?;
        page.wait_for_text("No chats yet").await?;
        Ok((page, link))
    }
}

/// Opens a code's link and says yes; the page shows the chat.
pub(super) async fn say_yes(profile: &Profile, link: &str, name: &str) -> Result<Page, Error> {
    let page = profile.open(link).await?;
    page.type_into("#name", name).await?;
    page.click("button=Yes, open the chat").await?;
    page.wait_for(COMPOSER).await?;
    Ok(page)
}

/// The codes on the visible part of the page as a camera reads them, by a decoder that isn't ours.
/// `name` is the picture's.
pub(super) async fn scan(page: &Page, name: &str) -> Result<Vec<String>, Error> {
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("scanned-{name}.png"));
    page.screenshot(&file).await?;
    let file = File::open(file).map_err(Error::File)?;
    let mut picture = png::Decoder::new(BufReader::new(file));
    picture.set_transformations(png::Transformations::normalize_to_color8());
    let mut picture = picture.read_info().expect("a picture");
    let mut pixels = vec![0; picture.output_buffer_size().expect("a size")];
    let frame = picture.next_frame(&mut pixels).expect("a frame");
    let (width, height) = (frame.width as usize, frame.height as usize);
    let samples = frame.color_type.samples();
    let mut image = rqrr::PreparedImage::prepare_from_greyscale(width, height, |x, y| {
        pixels[(y * width + x) * samples]
    });
    let read = |grid: rqrr::Grid<_>| grid.decode().expect("a code that can be read").1;
    Ok(image.detect_grids().into_iter().map(read).collect())
}

/// Writes and sends a text.
pub(super) async fn say(page: &Page, text: &str) -> Result<(), Error> {
    page.type_into(COMPOSER, text).await?;
    page.click("button=Send").await?;
    hear(page, text).await
}

/// Waits until a text stands in the open chat.
pub(super) async fn hear(page: &Page, text: &str) -> Result<(), Error> {
    let text = serde_json::json!(text);
    page.wait_until(&format!(
        "[...document.querySelectorAll('.msg .bub')].some((one) => one.innerText.includes({text}))"
    ))
    .await
}

/// Waits until an own message has this state, as its ticks show it.
pub(super) async fn until_state(page: &Page, text: &str, state: &str) -> Result<(), Error> {
    let text = serde_json::json!(text);
    page.wait_until(&format!(
        "[...document.querySelectorAll('.msg.me .bub')].some((one) => \
         one.innerText.includes({text}) && one.querySelector('[data-state={state}]'))"
    ))
    .await
}

/// Fails when axe finds something or the page reported an error.
pub(super) async fn accessible(page: &Page) -> Result<(), Error> {
    // Colours on their way to others are no one's colours.
    page.wait_until(
        "document.getAnimations().every((one) => one.playState !== 'running' || \
         one.effect.getTiming().iterations === Infinity)",
    )
    .await?;
    let found = page.axe().await?;
    let address = page.eval("location.pathname").await?;
    assert!(found.is_empty(), "at {address}: {found:#?}");
    page.assert_clean()
}

/// Makes a photo, which the browser draws, and gives its file.
pub(super) async fn photo(page: &Page, folder: &Path) -> Result<PathBuf, Error> {
    use base64::Engine as _;
    let drawn = page
        .eval(
            "(() => { const canvas = document.createElement('canvas');
            canvas.width = 320; canvas.height = 200;
            const pen = canvas.getContext('2d');
            pen.fillStyle = '#8a5a2b'; pen.fillRect(0, 0, 320, 200);
            pen.fillStyle = '#f4c95d'; pen.fillRect(40, 40, 160, 90);
            return canvas.toDataURL('image/png').split(',')[1]; })()",
        )
        .await?;
    let drawn = drawn.as_str().ok_or(Error::Malformed("a picture"))?;
    let bytes = base64::engine::general_purpose::STANDARD
        .decode(drawn)
        .map_err(|_malformed| Error::Malformed("base64"))?;
    let path = folder.join("bread.png");
    std::fs::write(&path, bytes).map_err(Error::File)?;
    Ok(path)
}

/// A business without a browser, for tests that look at customers: its device and a code's link.
pub(super) async fn native_business(stage: &mut Stage) -> (Actor, String) {
    let (owner, _link) = stage.world.business("Korn").await;
    let create = Command::CreateEntryLink {
        label: "counter".to_owned(),
        prefilled: String::new(),
        uses_max: None,
        days: None,
    };
    let Answer::EntryLink(link) = owner.call(create).await else { panic!("an entry link") };
    (owner, link.url)
}

/// A customer without a browser, who has said yes to what a link asks.
pub(super) async fn native_customer(
    stage: &mut Stage,
    link: &str,
    name: &str,
) -> (Actor, ConversationId) {
    let mut customer = stage.world.device().await;
    let (path, fingerprint) = link.split_once('#').expect("a fragment");
    let entry = path.rsplit('/').next().expect("an entry").parse().expect("an entry's id");
    let opened = customer.open_entry(entry, fingerprint.to_owned(), name).await;
    customer.until_connection(Connection::Live).await;
    (customer, opened.expect("a conversation"))
}
