//! Measures an account with 100,000 messages in 500 conversations: `cargo xtask big-account`; with two
//! numbers, one with as many conversations and as many messages in each.
//!
//! The app is built with the feature `sample`, whose worker fills its account when it is asked to. Then
//! the app is opened again, a chat is opened and scrolled to its beginning, and messages are searched
//! for. Prints one line of JSON with the bars of DESIGN section 8 and fails when one is missed.
#![expect(clippy::print_stdout, reason = "the measurement is the output")]

use std::{error::Error, path::PathBuf};

use serde_json::{Map, Value, json};
use tresen_server::admin;
use tresen_testkit::{
    browser::{Browser, Engine, Options, Page},
    world::{World, run},
};

const OPENINGS: usize = 3;
/// A row of the list of chats.
const ROW: &str = ".crow";
/// What is measured, and at most how many milliseconds it may be; gaps are frames without a message.
const BARS: [(&str, u64); 4] =
    [("open_ms", 1_000), ("search_rare_ms", 100), ("search_common_ms", 100), ("scroll_gaps", 0)];

/// Asks the worker to fill its account.
const FILL: &str = "new Promise((resolve) => {
  const channel = new BroadcastChannel('tresen-sample');
  channel.onmessage = (event) => resolve(event.data);
  channel.postMessage('fill CONVERSATIONS MESSAGES');
})";

/// Types into the field and waits for the hits; the time in between.
const SEARCH: &str = "new Promise((resolve) => {
  const field = document.querySelector('input[type=search]');
  const seen = () => document.querySelector('.hit mark')?.textContent.toLowerCase() ?? '';
  const start = performance.now();
  const watch = () => {
    if (WORD.startsWith(seen()) && seen() !== '') resolve(performance.now() - start);
    else requestAnimationFrame(watch);
  };
  field.value = WORD;
  field.dispatchEvent(new Event('input', { bubbles: true }));
  watch();
})";

/// Scrolls to the beginning, one window in each frame, and counts the frames that show no message.
const SCROLL: &str = "new Promise((resolve) => {
  const log = document.querySelector('.talk');
  let gaps = 0, frames = 0, still = 0;
  const step = () => {
    const box = log.getBoundingClientRect();
    const at = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
    if (!at || !log.contains(at)) gaps += 1;
    const before = log.scrollTop;
    log.scrollTop -= log.clientHeight;
    still = before === log.scrollTop ? still + 1 : 0;
    frames += 1;
    if (still > 60 || frames > 2000) resolve({ gaps, frames });
    else requestAnimationFrame(step);
  };
  step();
})";

fn main() -> Result<(), Box<dyn Error>> {
    run(measure())
}

/// Claims a business, as far as the worker is concerned.
async fn claim_business(page: &Page, claim: &str) -> Result<(), Box<dyn Error>> {
    page.goto(claim).await?;
    page.type_into("#first-name", "Anna").await?;
    page.type_into("#business-name", "Korn & Kruste").await?;
    page.click("button=Open the counter").await?;
    Ok(page.wait_for_text("Put up your sign").await?)
}

/// From the last letter to the hits.
async fn search(page: &Page, word: &str) -> Result<u64, Box<dyn Error>> {
    let taken = page.eval(&SEARCH.replace("WORD", &json!(word).to_string())).await?;
    let taken = taken.as_f64().ok_or("a time")?;
    Ok(u64::try_from(std::time::Duration::from_secs_f64(taken / 1000.0).as_millis())?)
}

async fn measure() -> Result<(), Box<dyn Error>> {
    let app = PathBuf::from(std::env::var_os("TRESEN_WEB_DIST").ok_or("TRESEN_WEB_DIST is unset")?);
    let world = World::start_with(|config| config.web_dist = Some(app.clone())).await;
    let claim = admin::create_claim_link(world.server().app()).await?;
    let browser = Browser::launch(Engine::Chromium).await?;
    let profile = browser.default_profile(Options::desktop());
    let page = profile.blank().await?;
    claim_business(&page, &claim).await?;
    let mut numbers = std::env::args().skip(1);
    let conversations = numbers.next().unwrap_or_else(|| "500".to_owned());
    let messages = numbers.next().unwrap_or_else(|| "200".to_owned());
    let fill = FILL.replace("CONVERSATIONS", &conversations).replace("MESSAGES", &messages);
    let filled = page.eval(&fill).await?;
    if filled != "filled" {
        return Err(format!("the account wasn't filled: {filled}").into());
    }
    page.close().await?;

    let mut openings = Vec::new();
    for _ in 0..OPENINGS {
        let page = profile.blank().await?;
        page.set_out(&format!("{}/business", world.origin())).await?;
        openings.push(u64::try_from(page.seen_after(ROW).await?.as_millis())?);
        page.close().await?;
    }
    openings.sort_unstable();
    let open = openings.get(OPENINGS / 2).copied().unwrap_or(u64::MAX);
    println!("{openings:?}");

    let page = profile.blank().await?;
    page.goto(&format!("{}/business", world.origin())).await?;
    page.click(ROW).await?;
    page.wait_for(".talk .bub").await?;
    let scrolled = page.eval(SCROLL).await?;
    println!("{scrolled}");
    page.click(".inbox-head button.ib").await?;
    page.wait_for("input[type=search]").await?;
    let rare = search(&page, "pumpernickel").await?;
    let common = search(&page, "bread").await?;
    page.assert_clean()?;

    let values = [open, rare, common, scrolled["gaps"].as_u64().unwrap_or(u64::MAX)];
    let mut report = Map::new();
    let mut missed = Vec::new();
    for ((name, bar), value) in BARS.into_iter().zip(values) {
        report.insert(name.to_owned(), json!({ "measured": value, "bar": bar }));
        if value > bar {
            missed.push(name);
        }
    }
    println!("{}", Value::Object(report));
    if missed.is_empty() {
        Ok(())
    } else {
        Err(format!("over the bar: {}", missed.join(", ")).into())
    }
}
