//! Measures how fast an entry link opens on a slow phone: `cargo xtask first-load [LINK]`.
//!
//! Without a link it starts the demonstration town and takes the first one that this prints. The
//! phone is four times slower than this machine, behind a line of 1.6 Mbit/s with 150 ms of delay.
//! Prints one line of JSON and fails when a bar of ARCHITECTURE is missed.
#![expect(clippy::print_stdout, reason = "the measurement is the output")]

use std::{error::Error, process::Stdio, time::Duration};

use serde_json::json;
use tokio::{
    io::{AsyncBufReadExt as _, BufReader},
    process::{Child, Command},
};
use tresen_testkit::browser::{Browser, Engine, Options, Page, Profile};

const SLOWER: u32 = 4;
const DELAY: Duration = Duration::from_millis(150);
const BYTES_PER_SECOND: u32 = 200_000;

/// Who the business is, and the question.
const QUESTION: &str = "#name";
const YES: &str = "button[type=submit]";
/// Where messages are typed.
const COMPOSER: &str = ".comp textarea";

const QUESTION_BAR: Duration = Duration::from_millis(2500);
const FIRST_BAR: Duration = Duration::from_secs(8);
const LATER_BAR: Duration = Duration::from_millis(1500);

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let (link, _town) = match std::env::args().nth(1) {
        Some(link) => (link, None),
        None => {
            let (link, town) = demonstration(folder.path()).await?;
            (link, Some(town))
        }
    };
    let browser = Browser::launch(Engine::Chromium).await?;
    let profile = browser.default_profile(Options::phone());

    let page = slow(&profile).await?;
    page.set_out(&link).await?;
    let question = page.seen_after(QUESTION).await?;
    page.type_into(QUESTION, "Ada").await?;
    page.click(YES).await?;
    let first = page.seen_after(COMPOSER).await?;
    let chat = page.eval("location.href").await?;
    let chat = chat.as_str().unwrap_or(&link).to_owned();
    page.assert_clean()?;
    page.close().await?;

    let page = slow(&profile).await?;
    page.set_out(&chat).await?;
    let later = page.seen_after(COMPOSER).await?;
    page.assert_clean()?;

    println!(
        "{}",
        json!({
            "question_ms": question.as_millis(),
            "ready_first_ms": first.as_millis(),
            "ready_later_ms": later.as_millis(),
        })
    );
    if question > QUESTION_BAR || first > FIRST_BAR || later > LATER_BAR {
        return Err("slower than the bar: 2500 ms, 8000 ms, 1500 ms".into());
    }
    Ok(())
}

/// An empty page on the slow phone.
async fn slow(profile: &Profile) -> Result<Page, Box<dyn Error>> {
    let page = profile.blank().await?;
    page.throttle(SLOWER, DELAY, BYTES_PER_SECOND).await?;
    Ok(page)
}

/// Starts the town and returns its first entry link; the town closes when it is dropped.
async fn demonstration(folder: &std::path::Path) -> Result<(String, Child), Box<dyn Error>> {
    let binary = std::env::var_os("TRESEN_BINARY").ok_or("TRESEN_BINARY names the program")?;
    let mut town = Command::new(binary)
        .args(["demo", "--listen", "127.0.0.1:0", "--data"])
        .arg(folder)
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()?;
    let output = town.stdout.take().ok_or("the town prints its links")?;
    let mut lines = BufReader::new(output).lines();
    while let Some(line) = lines.next_line().await? {
        let link = line.split_whitespace().find(|word| word.contains("/e/") && word.contains('#'));
        if let Some(link) = link {
            let link = link.to_owned();
            tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
            return Ok((link, town));
        }
    }
    Err("the town printed no entry link".into())
}
