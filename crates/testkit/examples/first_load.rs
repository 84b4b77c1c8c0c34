//! Measures how fast an entry link opens on a slow phone: `cargo xtask first-load`.
//!
//! A customer who was never there opens a link, reads who the business is and what it asks, says yes
//! and gets to the field where messages are typed; then the same person comes back. The phone's
//! processor is four times slower than this machine's, and everything goes over one line of 1.6 Mbit/s
//! with a round trip of 150 ms ([`Line`]). Three people, one after the other, each with a browser of
//! their own; the medians count. Prints one line of JSON with the bars of DESIGN section 8 and fails
//! when one is missed.
#![expect(clippy::print_stdout, reason = "the measurement is the output")]

use std::{error::Error, path::PathBuf, time::Duration};

use serde_json::{Map, Value, json};
use tresen_testkit::{
    browser::{Browser, Engine, Options},
    proxy::Line,
    world::{World, run},
};

const SLOWER: u32 = 4;
const LINE: Line = Line { bytes_per_second: 200_000, round_trip: Duration::from_millis(150) };
const PEOPLE: usize = 3;

/// The question's first field, below who the business is.
const QUESTION: &str = "#name";
const YES: &str = "button[type=submit]";
/// Where messages are typed.
const COMPOSER: &str = ".comp textarea";

/// What is measured, and at most how many milliseconds (or bytes) it may be.
const BARS: [(&str, u64); 4] = [
    ("question_ms", 2_500),
    ("ready_first_ms", 8_000),
    ("ready_later_ms", 1_500),
    ("first_visit_bytes", 1_100 << 10),
];

fn main() -> Result<(), Box<dyn Error>> {
    run(measure())
}

async fn measure() -> Result<(), Box<dyn Error>> {
    let app = PathBuf::from(std::env::var_os("TRESEN_WEB_DIST").ok_or("TRESEN_WEB_DIST is unset")?);
    let mut world = World::start_with(|config| config.web_dist = Some(app.clone())).await;
    let (_owner, link) = world.business("Korn & Kruste").await;
    let mut visits = Vec::new();
    for _ in 0..PEOPLE {
        visits.push(visit(&world, &link.url).await?);
    }
    let mut report = Map::new();
    let mut missed = Vec::new();
    for (index, (name, bar)) in BARS.into_iter().enumerate() {
        let mut measured: Vec<u64> =
            visits.iter().filter_map(|visit| visit.get(index).copied()).collect();
        measured.sort_unstable();
        let median = measured.get(measured.len() / 2).copied().unwrap_or(u64::MAX);
        report.insert(name.to_owned(), json!({ "median": median, "all": measured, "bar": bar }));
        if median > bar {
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

/// One person's first visit and the next one, in the order of [`BARS`].
async fn visit(world: &World, link: &str) -> Result<[u64; 4], Box<dyn Error>> {
    let browser = Browser::launch(Engine::Chromium).await?;
    let profile = browser.default_profile(Options::phone());
    world.wire.set_line(Some(LINE));
    let before = world.wire.bytes_answered();

    let page = profile.blank().await?;
    page.slow_down(SLOWER).await?;
    page.set_out(link).await?;
    let question = page.seen_after(QUESTION).await?;
    page.type_into(QUESTION, "Ada").await?;
    page.click(YES).await?;
    let first = page.seen_after(COMPOSER).await?;
    let bytes = world.wire.bytes_answered() - before;
    let chat = page.eval("location.href").await?;
    let chat = chat.as_str().ok_or("a page has an address")?.to_owned();
    page.assert_clean()?;
    page.close().await?;

    let page = profile.blank().await?;
    page.slow_down(SLOWER).await?;
    page.set_out(&chat).await?;
    let later = page.seen_after(COMPOSER).await?;
    page.assert_clean()?;
    page.close().await?;
    world.wire.set_line(None);
    Ok([milliseconds(question), milliseconds(first), milliseconds(later), bytes])
}

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
