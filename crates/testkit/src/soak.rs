//! Kills a browser again and again while it sends and receives, and looks at what is left.
//!
//! ```text
//! each round: open the chat → both sides write → at a random moment kill -9 → start again
//! at the end: both sides tell the same, in the same order, nothing twice
//! ```
//!
//! A text counts as *accepted* when its bubble stands in the chat: from then on it may never be lost.
//! What was written when the browser died may or may not be there, but once at most.

use std::{cell::Cell, collections::BTreeSet, fmt, time::Duration};

use tresen_types::ConversationId;
use tresen_view::{Answer, Command};

use crate::{
    browser::{Browser, Engine, Error, Options, Page},
    dice::Dice,
    tour,
    world::{Actor, World, text_of},
};

const COMPOSER: &str = ".comp textarea";
/// The earliest and the latest moment of a kill, counted from the start of the browser's page.
const KILL_MS: (u64, u64) = (150, 4_000);
/// How often the business writes.
const BUSINESS_WRITES: Duration = Duration::from_millis(120);
const PAGE: u32 = 200;

/// What came of it.
#[derive(Debug)]
pub struct Report {
    /// How often the browser was killed.
    pub kills: u32,
    /// What the moments came from.
    pub seed: u64,
    /// Texts of the customer that were accepted.
    pub accepted: usize,
    /// Texts of the customer that the browser died over, and that arrived all the same.
    pub rescued: usize,
    /// Texts of the business.
    pub received: usize,
    /// Everything that is not as it should be.
    pub wrong: Vec<String>,
}

/// What the customer tried to say.
#[derive(Debug, Default)]
struct Said {
    tried: Vec<String>,
    accepted: Vec<String>,
}

fn moment(dice: &mut Dice) -> Duration {
    Duration::from_millis(dice.within(KILL_MS))
}

/// Kills the browser of a customer so many times.
///
/// # Errors
/// What the browser says, when it wasn't killed.
///
/// # Panics
/// When the business can't do its part.
pub async fn kill_browsers(kills: u32, seed: u64) -> Result<Report, Error> {
    let mut world = tour::open_house_with(|config| {
        // Both sides write more than a shop may.
        config.rates.send_per_pair.burst = u32::MAX;
        config.rates.send_per_device.burst = u32::MAX;
    })
    .await;
    let mut browser = Browser::launch(Engine::Chromium).await?;
    let (mut business, link) = business(&mut world).await;
    let page = browser.default_profile(Options::phone()).open(&link).await?;
    page.type_into("#name", "Emma").await?;
    page.click("button[type=submit]").await?;
    page.wait_for(COMPOSER).await?;
    let mut said = Said::default();
    say(&page, "c-hello", &mut said).await?;
    let (conversation, _) = business.hear("c-hello").await;
    let chat = page.eval("location.href").await?;
    let chat = chat.as_str().ok_or(Error::Malformed("an address"))?.to_owned();

    let mut dice = Dice::new(seed);
    let mut told = Vec::new();
    for round in 0..kills {
        let moment = moment(&mut dice);
        let is_over = Cell::new(false);
        let customer = async {
            let ended = tokio::select! {
                ended = write(&browser, &chat, round, &mut said) => ended,
                () = tokio::time::sleep(moment) => browser.kill().await,
            };
            is_over.set(true);
            ended
        };
        let business = answer(&business, conversation, round, &mut told, &is_over);
        let (ended, ()) = tokio::join!(customer, business);
        ended?;
        browser.restart().await?;
    }
    let page = browser.default_profile(Options::phone()).open(&chat).await?;
    page.wait_for(COMPOSER).await?;
    say(&page, "c-end", &mut said).await?;
    business.hear("c-end").await;
    business.say(conversation, "b-end").await;
    told.push("b-end".to_owned());
    until_shown(&page, "b-end").await?;
    page.wait_gone(".msg.me [data-state=queued], .msg.me [data-state=failed]").await?;
    let here = texts_on(&page).await?;
    let there = all_texts(&business, conversation).await;
    Ok(compare(kills, seed, &said, &told, &here, &there))
}

async fn business(world: &mut World) -> (Actor, String) {
    let (business, _poster) = world.business("Korn").await;
    let create = Command::CreateEntryLink {
        label: "counter".to_owned(),
        prefilled: String::new(),
        uses_max: None,
        days: None,
    };
    match business.call(create).await {
        Answer::EntryLink(link) => (business, link.url),
        other => panic!("not an entry link: {other:?}"),
    }
}

/// Opens the chat and writes until the browser dies.
async fn write(browser: &Browser, chat: &str, round: u32, said: &mut Said) -> Result<(), Error> {
    let page = browser.default_profile(Options::phone()).open(chat).await?;
    page.wait_for(COMPOSER).await?;
    for number in 0_u32.. {
        say(&page, &format!("c-{round}-{number}"), said).await?;
    }
    Ok(())
}

/// Says something in place of what the field holds, which may be a draft from before the kill.
async fn say(page: &Page, text: &str, said: &mut Said) -> Result<(), Error> {
    let field = format!("document.querySelector('{COMPOSER}')");
    page.eval(&format!("({field}.focus(), {field}.select())")).await?;
    said.tried.push(text.to_owned());
    page.type_text(text).await?;
    page.click(".comp button[type=submit]").await?;
    until_shown(page, text).await?;
    said.accepted.push(text.to_owned());
    Ok(())
}

/// Writes until the other side's browser has died.
async fn answer(
    business: &Actor,
    conversation: ConversationId,
    round: u32,
    told: &mut Vec<String>,
    is_over: &Cell<bool>,
) {
    for number in 0_u32.. {
        tokio::time::sleep(BUSINESS_WRITES).await;
        if is_over.get() {
            return;
        }
        let text = format!("b-{round}-{number}");
        business.say(conversation, &text).await;
        told.push(text);
    }
}

/// The texts of the bubbles on the page, in their order.
const TEXTS: &str = "[...document.querySelectorAll('.msg .bub')].map((one) => \
                     (one.innerText.match(/[bc]-[a-z0-9]+(-[0-9]+)?/) ?? [one.innerText])[0])";

async fn until_shown(page: &Page, text: &str) -> Result<(), Error> {
    page.wait_until(&format!("{TEXTS}.includes('{text}')")).await
}

/// Everything in the chat, from its beginning.
async fn texts_on(page: &Page) -> Result<Vec<String>, Error> {
    page.wait_until(
        "(document.querySelector('.talk').scrollTop = 0, \
         document.querySelector('.talk-in > .sys button') !== null)",
    )
    .await?;
    let texts = page.eval(TEXTS).await?;
    let texts = texts.as_array().ok_or(Error::Malformed("texts"))?;
    Ok(texts.iter().filter_map(|text| text.as_str().map(ToOwned::to_owned)).collect())
}

async fn all_texts(business: &Actor, conversation: ConversationId) -> Vec<String> {
    let mut texts = Vec::new();
    let mut before = None;
    loop {
        let command = Command::Messages { conversation, before, limit: PAGE };
        let Answer::Messages(page) = business.call(command).await else { return texts };
        let older = page.messages.iter().filter_map(|message| text_of(message));
        let mut older = older.map(ToOwned::to_owned).collect::<Vec<_>>();
        before = page.messages.first().map(|message| message.position);
        older.append(&mut texts);
        texts = older;
        if !page.has_older || before.is_none() {
            return texts;
        }
    }
}

fn compare(
    kills: u32,
    seed: u64,
    said: &Said,
    told: &[String],
    here: &[String],
    there: &[String],
) -> Report {
    let mut wrong = Vec::new();
    let own = |texts: &[String], first: char| {
        texts.iter().filter(|text| text.starts_with(first)).cloned().collect::<Vec<_>>()
    };
    let sent = own(there, 'c');
    for (place, texts) in [("the browser", here), ("the business", there)] {
        let mut seen = BTreeSet::new();
        for text in texts.iter().filter(|text| !seen.insert(*text)) {
            wrong.push(format!("{place} has {text} twice"));
        }
        for text in said.accepted.iter().chain(told).filter(|text| !texts.contains(text)) {
            wrong.push(format!("{place} lost {text}"));
        }
        if own(texts, 'b') != told {
            wrong.push(format!("{place} has the business's texts in another order"));
        }
        let in_order = said.tried.iter().filter(|text| texts.contains(text)).collect::<Vec<_>>();
        if own(texts, 'c').iter().ne(in_order) {
            wrong.push(format!("{place} has the customer's texts in another order"));
        }
    }
    if own(here, 'c') != sent {
        wrong.push("the two sides don't tell the same".to_owned());
    }
    let accepted = said.accepted.len();
    let rescued = sent.len().saturating_sub(accepted);
    Report { kills, seed, accepted, rescued, received: told.len(), wrong }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kills, seed, accepted, rescued, received, wrong } = self;
        write!(
            f,
            "{kills} kills (seed {seed}): {accepted} texts accepted, {rescued} more rescued, \
             {received} received, {} wrong",
            wrong.len()
        )?;
        wrong.iter().try_for_each(|what| write!(f, "\n{what}"))
    }
}
