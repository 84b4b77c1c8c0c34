//! Measures a business's account with 100,000 messages in 500 conversations: `cargo xtask big-account`; with
//! two numbers, one with as many conversations and as many messages in each (`10000 50`).
//!
//! The app is built with the feature `sample`, whose worker fills its account when it is asked to. Then the
//! app is opened again; the inbox is filtered, a chat is found by its name, the list is scrolled to its end
//! and back; a chat is opened and scrolled to its beginning, and messages are searched for. Prints one line
//! of JSON with the bars of DESIGN section 8 and fails when one is missed.
#![expect(clippy::print_stdout, reason = "the measurement is the output")]

use std::{error::Error, path::PathBuf};

use serde_json::{Map, Value, json};
use tresen_server::admin;
use tresen_testkit::{
    browser::{Browser, Engine, Key, Options, Page},
    world::{World, run},
};

const OPENINGS: usize = 3;
/// A row of the list of chats.
const ROW: &str = ".crow";
/// Messages that the worker makes at a time: it has to answer its page's pings.
const FILLED_AT_ONCE: u32 = 10_000;
/// One in so many of the sample's conversations is closed: it isn't in the list of open ones.
const CLOSED: (u32, u32) = (6, 7);
/// What is measured, and at most how many milliseconds it may be; gaps are frames without a row or a
/// message, lacking are rows that aren't drawn when the end is reached.
const BARS: [(&str, u64); 8] = [
    ("open_ms", 1_000),
    ("filter_ms", 100),
    ("find_name_ms", 100),
    ("list_gaps", 0),
    ("list_lacking", 0),
    ("search_rare_ms", 100),
    ("search_common_ms", 100),
    ("scroll_gaps", 0),
];

/// Asks the worker to fill its account.
const FILL: &str = "new Promise((resolve) => {
  const channel = new BroadcastChannel('tresen-sample');
  channel.onmessage = (event) => resolve(event.data);
  channel.postMessage('fill FROM UNTIL MESSAGES');
})";

/// Shows the other parts of the inbox one after the other, all chats last, and waits each time until the
/// first row is another one; the longest time.
const FILTER: &str = "(async () => {
  const [queue, mine, all, closed] = document.querySelectorAll('.inbox-head input[type=radio]');
  const first = () => document.querySelector('a[data-row]')?.dataset.row;
  const frame = () => new Promise(requestAnimationFrame);
  let slowest = 0;
  for (const part of [mine, queue, closed, all]) {
    const before = first(), start = performance.now();
    part.click();
    while (first() === before && performance.now() - start < 5000) await frame();
    slowest = Math.max(slowest, performance.now() - start);
  }
  return slowest;
})()";

/// Opens what goes to a chat by its name.
const SWITCH: &str =
    "window.dispatchEvent(new KeyboardEvent('keydown', { key: 'k', ctrlKey: true })), 0";

/// Types a name's end and waits until the first that is found has it; the time in between.
const FIND: &str = "new Promise((resolve) => {
  const field = document.querySelector('#switch-name');
  const seen = () => document.querySelector('dialog .wide-btn bdi')?.textContent ?? '';
  const start = performance.now();
  const watch = () => {
    if (seen().endsWith(NAME)) resolve(performance.now() - start);
    else requestAnimationFrame(watch);
  };
  field.value = NAME;
  field.dispatchEvent(new Event('input', { bubbles: true }));
  watch();
})";

/// Scrolls the list, one window in each frame, and counts the frames that show no row; says whether it is
/// at the end after a thousand frames.
const SCROLL_LIST: &str = "new Promise((resolve) => {
  const pane = document.querySelector('.inbox .scroll');
  let gaps = 0, frames = 0, still = 0;
  const step = () => {
    const box = pane.getBoundingClientRect();
    const at = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
    if (!at?.closest('a[data-row]')) gaps += 1;
    const before = pane.scrollTop;
    pane.scrollTop += DIRECTION * pane.clientHeight;
    still = before === pane.scrollTop ? still + 1 : 0;
    frames += 1;
    const rows = document.querySelectorAll('a[data-row]').length;
    if (still > 60 || frames > 1000) resolve({ gaps, frames, rows, ended: still > 60 });
    else requestAnimationFrame(step);
  };
  step();
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

/// A time that a script has taken.
async fn time(page: &Page, script: &str) -> Result<u64, Box<dyn Error>> {
    let taken = page.eval(script).await?.as_f64().ok_or("a time")?;
    Ok(u64::try_from(std::time::Duration::from_secs_f64(taken / 1000.0).as_millis())?)
}

/// From the last letter to the hits.
async fn search(page: &Page, word: &str) -> Result<u64, Box<dyn Error>> {
    time(page, &SEARCH.replace("WORD", &json!(word).to_string())).await
}

async fn fill(page: &Page, conversations: u32, messages: u32) -> Result<(), Box<dyn Error>> {
    let step = (FILLED_AT_ONCE / messages.max(1)).max(1);
    let mut from = 0;
    while from < conversations {
        let until = conversations.min(from + step);
        let numbers = [("FROM", from), ("UNTIL", until), ("MESSAGES", messages)];
        let mut script = FILL.to_owned();
        for (word, number) in numbers {
            script = script.replace(word, &number.to_string());
        }
        let filled = page.eval(&script).await?;
        if filled != "filled" {
            return Err(format!("the account wasn't filled: {filled}").into());
        }
        from = until;
    }
    Ok(())
}

/// Scrolls the list to an end: the frames without a row, and how many rows are drawn there.
async fn scroll_list(page: &Page, direction: i32) -> Result<(u64, u64), Box<dyn Error>> {
    let script = SCROLL_LIST.replace("DIRECTION", &direction.to_string());
    let mut gaps = 0;
    loop {
        let scrolled = page.eval(&script).await?;
        println!("{scrolled}");
        gaps += scrolled["gaps"].as_u64().ok_or("gaps")?;
        if scrolled["ended"] == true {
            return Ok((gaps, scrolled["rows"].as_u64().ok_or("rows")?));
        }
    }
}

/// The inbox: filtered, searched for a name, scrolled to its end and back.
async fn measure_inbox(page: &Page, conversations: u32) -> Result<[u64; 4], Box<dyn Error>> {
    page.wait_for(ROW).await?;
    let filter = time(page, FILTER).await?;
    page.eval(SWITCH).await?;
    page.wait_for("#switch-name").await?;
    let name = json!(format!(" {}", conversations.saturating_sub(1))).to_string();
    let find = time(page, &FIND.replace("NAME", &name)).await?;
    page.press(Key::Escape).await?;
    page.wait_gone("#switch-name").await?;
    let (closed, in_so_many) = CLOSED;
    let open = (0..conversations).filter(|number| number % in_so_many != closed).count();
    let (down, rows) = scroll_list(page, 1).await?;
    let (up, _) = scroll_list(page, -1).await?;
    Ok([filter, find, down + up, u64::try_from(open)?.abs_diff(rows)])
}

async fn measure() -> Result<(), Box<dyn Error>> {
    let app = PathBuf::from(std::env::var_os("TRESEN_WEB_DIST").ok_or("TRESEN_WEB_DIST is unset")?);
    let world = World::start_with(|config| config.web_dist = Some(app.clone())).await;
    let claim = admin::create_claim_link(world.server().app()).await?;
    let browser = Browser::launch(Engine::Chromium).await?;
    let profile = browser.default_profile(Options::desktop());
    let page = profile.blank().await?;
    claim_business(&page, &claim).await?;
    let mut numbers = std::env::args().skip(1).map(|number| number.parse::<u32>());
    let conversations = numbers.next().transpose()?.unwrap_or(500);
    let messages = numbers.next().transpose()?.unwrap_or(200);
    fill(&page, conversations, messages).await?;
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
    let [filter, find, list_gaps, lacking] = measure_inbox(&page, conversations).await?;
    page.assert_clean()?;
    page.close().await?;

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

    let gaps = scrolled["gaps"].as_u64().unwrap_or(u64::MAX);
    let values = [open, filter, find, list_gaps, lacking, rare, common, gaps];
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
