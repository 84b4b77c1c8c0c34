//! Takes the pictures of the documentation: `cargo xtask screenshots`.
//!
//! A bakery and its customer meet in real browsers at a real server, in three languages; every page
//! they pass is saved under `docs/screenshots`, named by language and screen.

use std::path::{Path, PathBuf};

use serde_json::json;
use tresen_server::admin;
use tresen_testkit::{
    browser::{Browser, Engine, Error, Options, Page},
    world::{World, run},
};

/// What people say and are called in a language.
struct Words {
    language: &'static str,
    shop: &'static str,
    owner: &'static str,
    customer: &'static str,
    question: &'static str,
    answer: &'static str,
    thanks: &'static str,
}

const WORDS: [Words; 3] = [
    Words {
        language: "en",
        shop: "Lindner Bakery",
        owner: "Anna",
        customer: "Emma",
        question: "Good morning! Is there rye bread left today?",
        answer: "Good morning Emma. Two loaves are left, shall I keep one for you?",
        thanks: "Yes please, I come at five.",
    },
    Words {
        language: "de",
        shop: "Backstube Lindner",
        owner: "Anna",
        customer: "Emma",
        question: "Guten Morgen! Gibt es heute noch Roggenbrot?",
        answer: "Guten Morgen, Emma. Zwei Laibe sind noch da, soll ich einen zurücklegen?",
        thanks: "Ja gerne, ich komme um fünf.",
    },
    Words {
        language: "hi",
        shop: "शर्मा बेकरी",
        owner: "अनीता",
        customer: "रोहन",
        question: "नमस्ते! क्या आज राई की रोटी बची है?",
        answer: "नमस्ते रोहन। दो बची हैं, क्या एक आपके लिए रख दूँ?",
        thanks: "जी हाँ, मैं पाँच बजे आऊँगा।",
    },
];

/// Where the pictures of a person's screen go.
struct Album<'a> {
    page: &'a Page,
    folder: &'a Path,
    name: String,
}

impl Album<'_> {
    /// Saves what is seen, once nothing moves any more.
    async fn keep(&self, what: &str) -> Result<(), Error> {
        self.page
            .wait_until(
                "document.getAnimations().every((one) => one.playState !== 'running' || \
                 one.effect.getTiming().iterations === Infinity)",
            )
            .await?;
        let file = format!("{}-{what}.png", self.name);
        self.page.screenshot(&self.folder.join(file)).await
    }

    async fn shut(&self) -> Result<(), Error> {
        self.page.eval("history.back()").await?;
        self.page.wait_gone("dialog").await
    }
}

fn main() -> Result<(), Error> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let folder = root.join("docs/screenshots");
    let dist = root.join("target/web/dist");
    assert!(dist.join("index.html").exists(), "the web app isn't built: run `cargo xtask web`");
    run(async {
        let browser = Browser::launch(Engine::Chromium).await?;
        for words in &WORDS {
            meet(&browser, words, &dist, &folder).await?;
        }
        Ok(())
    })
}

/// A business opens, a customer comes in, they talk.
async fn meet(browser: &Browser, words: &Words, dist: &Path, folder: &Path) -> Result<(), Error> {
    let dist = PathBuf::from(dist);
    let world = World::start_with(|config| {
        config.web_dist = Some(dist);
        let origin = config.origin.take();
        config.origin = origin.map(|origin| origin.replace("127.0.0.1", "localhost"));
    })
    .await;
    let claim = admin::create_claim_link(world.server().app()).await.expect("a claim link");
    let desktop = browser.profile(Options::desktop().language(words.language)).await?;
    let owner = desktop.open(&claim).await?;
    let desk = album(&owner, folder, words, "desktop");
    let link = open_counter(&desk, words, world.origin()).await?;

    let options = Options::phone().language(words.language).plain();
    let phone = browser.profile(options).await?.open(&link).await?;
    let hand = album(&phone, folder, words, "phone");
    enter(&hand, words).await?;
    say(&phone, words.question).await?;

    owner.goto(&format!("{}/business", world.origin())).await?;
    owner.click("[data-row]").await?;
    hear(&owner, words.question).await?;
    say(&owner, words.answer).await?;
    hear(&phone, words.answer).await?;
    say(&phone, words.thanks).await?;
    hear(&owner, words.thanks).await?;
    phone.wait_for("[data-state=read]").await?;
    desk.keep("inbox").await?;
    hand.keep("chat").await?;
    look_around(&hand, world.origin()).await
}

fn album<'a>(page: &'a Page, folder: &'a Path, words: &Words, screen: &str) -> Album<'a> {
    Album { page, folder, name: format!("{}-{screen}", words.language) }
}

/// The owner's first minutes; gives the first code's link.
async fn open_counter(desk: &Album<'_>, words: &Words, origin: &str) -> Result<String, Error> {
    let page = desk.page;
    page.type_into("#first-name", words.owner).await?;
    page.type_into("#business-name", words.shop).await?;
    desk.keep("claim").await?;
    page.click("button[type=submit]").await?;
    page.wait_for("form.step").await?;
    desk.keep("sign").await?;
    let title = page.text("form.step h1").await?;
    page.click("form.step button[type=submit]").await?;
    page.wait_gone(&format!("text={title}")).await?;
    desk.keep("hours").await?;
    page.click("form.step button[type=submit]").await?;
    page.wait_for(".step-qr").await?;
    page.click(".step-counter a.pri").await?;
    page.wait_for(".poster").await?;
    desk.keep("poster").await?;
    page.goto(&format!("{origin}/business/devices")).await?;
    page.wait_for("[data-device]").await?;
    desk.keep("team").await?;
    page.goto(&format!("{origin}/business/settings")).await?;
    page.wait_for("h1").await?;
    desk.keep("settings").await?;
    page.goto(&format!("{origin}/business/links")).await?;
    page.click("[data-entry]").await?;
    let link = page.text(".link-t").await?;
    desk.keep("code").await?;
    desk.shut().await?;
    desk.keep("codes").await?;
    Ok(link)
}

/// The customer reads what is asked and says yes.
async fn enter(hand: &Album<'_>, words: &Words) -> Result<(), Error> {
    let page = hand.page;
    page.type_into("#name", words.customer).await?;
    hand.keep("entry").await?;
    page.click("button[type=submit]").await?;
    page.wait_for(".comp textarea").await
}

/// The sheets of a chat, and the customer's other pages.
async fn look_around(hand: &Album<'_>, origin: &str) -> Result<(), Error> {
    let page = hand.page;
    for (cell, what) in [(2, "readers"), (3, "limits")] {
        page.click(&format!(".trust button:nth-child({cell})")).await?;
        page.wait_for("dialog[open]").await?;
        hand.keep(what).await?;
        hand.shut().await?;
    }
    for (path, found, what) in [
        ("/", "[data-row]", "chats"),
        ("/settings", "h1", "settings"),
        ("/settings/devices", "h1", "devices"),
    ] {
        page.goto(&format!("{origin}{path}")).await?;
        page.wait_for(found).await?;
        page.wait_gone(".sk").await?;
        hand.keep(what).await?;
    }
    Ok(())
}

async fn say(page: &Page, text: &str) -> Result<(), Error> {
    page.type_into(".comp textarea", text).await?;
    page.click(".comp button[type=submit]").await?;
    hear(page, text).await
}

async fn hear(page: &Page, text: &str) -> Result<(), Error> {
    let text = json!(text);
    page.wait_until(&format!(
        "[...document.querySelectorAll('.msg .bub')].some((one) => one.innerText.includes({text}))"
    ))
    .await
}
