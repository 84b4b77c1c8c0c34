//! A page, on which a test acts as a person would.

use std::{
    fs,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use tokio::time::{Instant, timeout};

use super::{
    Authenticator, Engine, Error, Key, Link, PATIENCE, Size, chromium, firefox, watch::Record,
};

/// The script that finds and waits, as a function of an operation and its arguments.
const SCRIPT: &str = include_str!("page.js");

/// The accessibility checker.
const AXE: &str =
    include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/axe/axe.min.js"));

/// How much of a page an error shows.
const STATE_LETTERS: usize = 1500;

/// What a browser says when a page goes away while a script waits in it.
const GONE: &[&str] = &[
    "context was destroyed",
    "navigated or closed",
    "Cannot find context",
    "Cannot find default execution context",
    "actor",
    "discarded",
    "no such frame",
    "aborted",
];

/// An open page.
#[derive(Debug)]
pub struct Page {
    engine: Engine,
    link: Link,
    target: Target,
    presses: AtomicU32,
    fields: AtomicU32,
    keys: AtomicU32,
}

/// What a person has done on a page with finger, mouse and keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Effort {
    /// Clicks and taps on what acts.
    pub presses: u32,
    /// Fields that were gone into.
    pub fields: u32,
    /// Keys that were struck.
    pub keys: u32,
}

/// What the browser calls the page.
#[derive(Debug)]
pub(super) struct Target {
    pub(super) id: String,
    pub(super) session: String,
    pub(super) touch: bool,
    pub(super) record: Arc<Record>,
}

/// Something that makes a page hard to use for somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// The rule's short name.
    pub rule: String,
    /// What is wrong.
    pub help: String,
    /// The elements that break it, as HTML.
    pub elements: Vec<String>,
}

impl Target {
    /// Sends a command about this page (Chromium).
    pub(super) async fn call(
        &self,
        link: &Link,
        method: &str,
        params: Value,
    ) -> Result<Value, Error> {
        link.wire.call(Some(&self.session), method, params).await
    }
}

impl Page {
    pub(super) fn new(engine: Engine, link: Link, target: Target) -> Self {
        let none = || AtomicU32::new(0);
        Self { engine, link, target, presses: none(), fields: none(), keys: none() }
    }

    /// Goes to an address and comes back when the answer begins to arrive.
    pub async fn set_out(&self, address: &str) -> Result<(), Error> {
        match self.engine {
            Engine::Chromium => chromium::navigate(&self.link, &self.target, address).await,
            Engine::Firefox => firefox::navigate(&self.link, &self.target, address).await,
        }
    }

    /// Waits until something matches the locator; returns the time since the page was asked for.
    pub async fn seen_after(&self, locator: &str) -> Result<Duration, Error> {
        let value = self.operate("when", json!({ "locator": locator }), locator).await?;
        match value.as_f64() {
            Some(milliseconds) => Ok(Duration::from_secs_f64(milliseconds / 1000.0)),
            None => Err(self.timeout(locator).await),
        }
    }

    /// Goes to an address and waits until it is loaded.
    pub async fn goto(&self, address: &str) -> Result<(), Error> {
        self.set_out(address).await?;
        self.require("loaded", json!({}), address).await
    }

    /// Loads the page again and waits until it is there.
    pub async fn reload(&self) -> Result<(), Error> {
        match self.engine {
            Engine::Chromium => chromium::reload(&self.link, &self.target).await?,
            Engine::Firefox => firefox::reload(&self.link, &self.target).await?,
        }
        self.require("loaded", json!({}), "the page again").await
    }

    /// Waits until something visible matches the locator: a CSS selector, `text=WORDS`,
    /// `button=NAME` or `field=NAME`.
    pub async fn wait_for(&self, locator: &str) -> Result<(), Error> {
        self.require("there", json!({ "locator": locator }), locator).await
    }

    /// Waits until these words are visible somewhere.
    pub async fn wait_for_text(&self, words: &str) -> Result<(), Error> {
        self.wait_for(&format!("text={words}")).await
    }

    /// Waits until nothing visible matches the locator.
    pub async fn wait_gone(&self, locator: &str) -> Result<(), Error> {
        let what = format!("the end of {locator}");
        self.require("gone", json!({ "locator": locator }), &what).await
    }

    /// Waits until a JavaScript expression is true. It is tried when the page changes.
    pub async fn wait_until(&self, expression: &str) -> Result<(), Error> {
        let arguments = format!("{{ms: MS, check: () => ({expression})}}");
        let found = self.patiently("is", &arguments, expression).await?;
        self.expect(found == true, expression).await
    }

    /// Clicks, or taps on a phone, once the thing is there, stands still and isn't covered. When it
    /// moves away under the press, what came in its place isn't pressed, and the thing is looked for
    /// again.
    pub async fn click(&self, locator: &str) -> Result<(), Error> {
        self.presses.fetch_add(1, Ordering::Relaxed);
        let what = format!("{locator}, ready to be clicked");
        let end = Instant::now() + PATIENCE;
        loop {
            let point = self.operate("point", json!({ "locator": locator }), &what).await?;
            let (Some(x), Some(y)) = (point["x"].as_f64(), point["y"].as_f64()) else {
                return Err(self.timeout(&what).await);
            };
            match self.engine {
                Engine::Chromium => chromium::click(&self.link, &self.target, x, y).await?,
                Engine::Firefox => firefox::click(&self.link, &self.target, x, y).await?,
            }
            // A page that is gone was left by this press.
            let missed = self.operate("missed", json!({}), &what).await.is_ok_and(|it| it == true);
            if !missed {
                return Ok(());
            }
            if Instant::now() > end {
                return Err(self.timeout(&what).await);
            }
        }
    }

    /// How much of what was drawn has moved since the page was loaded (Chromium): the sum of its
    /// layout shifts, each the part of the window that moved times how far (Layout Instability API).
    pub async fn shifts(&self) -> Result<f64, Error> {
        const SUM: &str = "(() => {
            const watch = new PerformanceObserver(() => {});
            watch.observe({ type: 'layout-shift', buffered: true });
            const shifts = watch.takeRecords();
            watch.disconnect();
            return shifts.reduce((sum, shift) => sum + shift.value, 0);
        })()";
        let found = self.eval(SUM).await?;
        Ok(found.as_f64().unwrap_or_default())
    }

    /// Puts the focus into a field and types.
    pub async fn type_into(&self, locator: &str, text: &str) -> Result<(), Error> {
        self.fields.fetch_add(1, Ordering::Relaxed);
        self.require("focus", json!({ "locator": locator }), locator).await?;
        self.type_text(text).await
    }

    /// Types into whatever has the focus.
    pub async fn type_text(&self, text: &str) -> Result<(), Error> {
        self.count_keys(text);
        match self.engine {
            Engine::Chromium => chromium::insert(&self.link, &self.target, text).await,
            Engine::Firefox => firefox::insert(&self.link, &self.target, text).await,
        }
    }

    /// Types plain letters into whatever has the focus, key by key.
    pub async fn strike(&self, text: &str) -> Result<(), Error> {
        self.count_keys(text);
        match self.engine {
            Engine::Chromium => chromium::strike(&self.link, &self.target, text).await,
            Engine::Firefox => firefox::insert(&self.link, &self.target, text).await,
        }
    }

    /// What was done on this page so far.
    #[must_use]
    pub fn effort(&self) -> Effort {
        Effort {
            presses: self.presses.load(Ordering::Relaxed),
            fields: self.fields.load(Ordering::Relaxed),
            keys: self.keys.load(Ordering::Relaxed),
        }
    }

    fn count_keys(&self, text: &str) {
        let keys = u32::try_from(text.chars().count()).unwrap_or(u32::MAX);
        self.keys.fetch_add(keys, Ordering::Relaxed);
    }

    /// Answers every question for files that the page asks from now on with these (Chromium).
    pub async fn choose_files(&self, files: &[&Path]) -> Result<(), Error> {
        if self.engine == Engine::Firefox {
            return Err(Error::Unsupported("answering the question for files"));
        }
        self.target.record.set_files(paths(files)?);
        let params = json!({ "enabled": true });
        self.target.call(&self.link, "Page.setInterceptFileChooserDialog", params).await?;
        Ok(())
    }

    /// Presses and releases a key.
    pub async fn press(&self, key: Key) -> Result<(), Error> {
        self.keys.fetch_add(1, Ordering::Relaxed);
        let key = key.definition();
        match self.engine {
            Engine::Chromium => chromium::press(&self.link, &self.target, &key).await,
            Engine::Firefox => firefox::press(&self.link, &self.target, &key).await,
        }
    }

    /// Presses Tab until the thing with the focus is described by these words, as a person without
    /// a mouse would; see [`Page::focused`]. In Firefox it must lie ahead: past the last element
    /// the focus goes to the browser's own buttons, and keys don't press anything from there.
    pub async fn tab_to(&self, words: &str) -> Result<(), Error> {
        const MOST: usize = 200;
        let mut seen = Vec::new();
        for _ in 0..MOST {
            self.press(Key::Tab).await?;
            let focused = self.focused().await?;
            if focused.to_lowercase().contains(&words.to_lowercase()) {
                return Ok(());
            }
            seen.push(focused);
        }
        seen.truncate(40);
        let what = format!("the focus on {words}; it went to {}", seen.join(" | "));
        Err(self.timeout(&what).await)
    }

    /// The role and name of what has the focus; empty if nothing has.
    pub async fn focused(&self) -> Result<String, Error> {
        let value = self.operate("focused", json!({}), "the focus").await?;
        Ok(value.as_str().unwrap_or_default().to_owned())
    }

    /// Waits for the element and returns its visible text, or the value of an input.
    pub async fn text(&self, locator: &str) -> Result<String, Error> {
        let value = self.operate("text", json!({ "locator": locator }), locator).await?;
        match value["text"].as_str() {
            Some(text) => Ok(text.to_owned()),
            None => Err(self.timeout(locator).await),
        }
    }

    /// How many visible elements a CSS selector finds right now.
    pub async fn count(&self, selector: &str) -> Result<u64, Error> {
        let value = self.operate("count", json!({ "locator": selector }), selector).await?;
        value.as_u64().ok_or(Error::Malformed("a number"))
    }

    /// Chooses files in the input that a CSS selector finds; the input may be hidden.
    pub async fn upload(&self, selector: &str, files: &[&Path]) -> Result<(), Error> {
        let paths = paths(files)?;
        let present = format!("document.querySelector({}) != null", json!(selector));
        self.wait_until(&present).await?;
        match self.engine {
            Engine::Chromium => {
                chromium::set_files(&self.link, &self.target, selector, &paths).await
            }
            Engine::Firefox => firefox::set_files(&self.link, &self.target, selector, &paths).await,
        }
    }

    /// The value of a JavaScript expression, or of what it promises, through JSON.
    pub async fn eval(&self, expression: &str) -> Result<Value, Error> {
        let wrapped = format!("(async () => JSON.stringify(await ({expression}) ?? null))()");
        let value = match self.engine {
            Engine::Chromium => chromium::evaluate(&self.link, &self.target, &wrapped).await?,
            Engine::Firefox => firefox::evaluate(&self.link, &self.target, &wrapped).await?,
        };
        let text = value.as_str().ok_or(Error::Malformed("a value"))?;
        serde_json::from_str(text).map_err(|_malformed| Error::Malformed("JSON"))
    }

    /// Turns the page's screen into another one. Fingers and the mouse stay what they were.
    pub async fn resize(&self, size: Size) -> Result<(), Error> {
        match self.engine {
            Engine::Chromium => chromium::resize(&self.link, &self.target, size).await,
            Engine::Firefox => firefox::resize(&self.link, &self.target, size).await,
        }
    }

    /// Prefers dark colours, or light ones (Chromium).
    pub async fn prefer_dark(&self, dark: bool) -> Result<(), Error> {
        if self.engine == Engine::Firefox {
            return Err(Error::Unsupported("choosing colours"));
        }
        let media = chromium::media(dark);
        self.target.call(&self.link, "Emulation.setEmulatedMedia", media).await.map(|_| ())
    }

    /// The screen that the page was opened with.
    #[must_use]
    pub fn own_size(&self) -> Size {
        if self.target.touch { Size::Phone } else { Size::Desktop }
    }

    /// Saves a picture of what is visible, as PNG.
    pub async fn screenshot(&self, path: &Path) -> Result<(), Error> {
        let data = match self.engine {
            Engine::Chromium => chromium::screenshot(&self.link, &self.target).await?,
            Engine::Firefox => firefox::screenshot(&self.link, &self.target).await?,
        };
        let bytes = STANDARD.decode(data).map_err(|_malformed| Error::Malformed("base64"))?;
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(Error::File)?;
        }
        fs::write(path, bytes).map_err(Error::File)
    }

    /// What the page and its workers reported as errors so far.
    #[must_use]
    pub fn problems(&self) -> Vec<String> {
        self.target.record.problems()
    }

    /// Errors that contain these words are part of the test.
    pub fn forgive(&self, part: &str) {
        self.target.record.forgive(part);
    }

    /// Fails if the page or one of its workers reported an error.
    pub fn assert_clean(&self) -> Result<(), Error> {
        let problems = self.problems();
        if problems.is_empty() { Ok(()) } else { Err(Error::Problems(problems.join("\n"))) }
    }

    /// Checks the page as it is now with axe.
    pub async fn axe(&self) -> Result<Vec<Violation>, Error> {
        if self.eval("typeof axe === 'object'").await? != true {
            // The page's policy doesn't apply to scripts of the debugger.
            self.eval(&format!("(() => {{ {AXE}\n }})()")).await?;
        }
        let found = self.operate("axe", json!({}), "axe").await?;
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
        Ok(list(&found)
            .iter()
            .map(|violation| Violation {
                rule: text(&violation["rule"]),
                help: text(&violation["help"]),
                elements: list(&violation["elements"]).iter().map(text).collect(),
            })
            .collect())
    }

    /// Cuts the page and its workers off the network, or connects them again (Chromium).
    pub async fn offline(&self, offline: bool) -> Result<(), Error> {
        self.network(json!({
            "offline": offline,
            "latency": 0,
            "downloadThroughput": -1,
            "uploadThroughput": -1,
        }))
        .await
    }

    /// Makes the page's thread slower by a factor; its workers stay as fast as they are (Chromium).
    pub async fn slow_down(&self, factor: u32) -> Result<(), Error> {
        if self.engine == Engine::Firefox {
            return Err(Error::Unsupported("a slower processor"));
        }
        let rate = json!({ "rate": factor });
        self.target.call(&self.link, "Emulation.setCPUThrottlingRate", rate).await.map(|_| ())
    }

    async fn network(&self, network: Value) -> Result<(), Error> {
        if self.engine == Engine::Firefox {
            return Err(Error::Unsupported("emulating the network"));
        }
        chromium::network(&self.link, &self.target, network).await
    }

    /// Throws away everything that the browser keeps for an origin, as when it makes room (Chromium).
    pub async fn evict(&self, origin: &str) -> Result<(), Error> {
        if self.engine == Engine::Firefox {
            return Err(Error::Unsupported("clearing an origin"));
        }
        let params = json!({ "origin": origin, "storageTypes": "all" });
        self.target.call(&self.link, "Storage.clearDataForOrigin", params).await.map(|_| ())
    }

    /// Plugs an authenticator for passkeys into the page's machine (Chromium).
    pub async fn authenticator(&self) -> Result<Authenticator, Error> {
        if self.engine == Engine::Firefox {
            return Err(Error::Unsupported("a virtual authenticator"));
        }
        Authenticator::plug_in(self.link.wire.clone(), self.target.session.clone()).await
    }

    /// Closes the page.
    pub async fn close(self) -> Result<(), Error> {
        match self.engine {
            Engine::Chromium => chromium::close(&self.link, &self.target).await,
            Engine::Firefox => firefox::close(&self.link, &self.target).await,
        }
    }

    /// Runs an operation that answers yes or, when the time is over, no.
    async fn require(&self, operation: &str, arguments: Value, what: &str) -> Result<(), Error> {
        let found = self.operate(operation, arguments, what).await?;
        self.expect(found == true, what).await
    }

    async fn expect(&self, found: bool, what: &str) -> Result<(), Error> {
        if found { Ok(()) } else { Err(self.timeout(what).await) }
    }

    async fn operate(&self, operation: &str, arguments: Value, what: &str) -> Result<Value, Error> {
        let arguments = format!("{{ms: MS, ...{arguments}}}");
        self.patiently(operation, &arguments, what).await
    }

    /// Runs an operation of the script, again when the page was replaced meanwhile.
    async fn patiently(
        &self,
        operation: &str,
        arguments: &str,
        what: &str,
    ) -> Result<Value, Error> {
        let end = Instant::now() + PATIENCE;
        loop {
            let left = end.saturating_duration_since(Instant::now());
            let arguments = arguments.replacen("MS", &left.as_millis().to_string(), 1);
            let expression = format!("({SCRIPT}\n)({}, {arguments})", json!(operation));
            // The page keeps the time itself, unless it hangs.
            let patience = left + Duration::from_secs(5);
            match timeout(patience, self.eval(&expression)).await {
                Ok(Err(Error::Refused { message, .. } | Error::Script(message)))
                    if is_gone(&message) && Instant::now() < end =>
                {
                    tokio::task::yield_now().await;
                }
                Ok(result) => return result,
                Err(_elapsed) => return Err(self.timeout(what).await),
            }
        }
    }

    /// The error for something that didn't come, with what the page showed instead.
    async fn timeout(&self, what: &str) -> Error {
        let expression = format!("({SCRIPT}\n)('state', {{}})");
        let state = timeout(Duration::from_secs(5), self.eval(&expression)).await;
        let mut state = match state {
            Ok(Ok(state)) => {
                state.as_str().unwrap_or_default().chars().take(STATE_LETTERS).collect()
            }
            Ok(Err(error)) => error.to_string(),
            Err(_elapsed) => {
                format!("the page hangs; the browser owes: {}", self.link.wire.unanswered())
            }
        };
        for problem in self.problems() {
            state.push_str("\nreported: ");
            state.push_str(&problem);
        }
        Error::Timeout { what: what.to_owned(), state }
    }
}

fn paths(files: &[&Path]) -> Result<Vec<String>, Error> {
    let whole = |file: &&Path| fs::canonicalize(file).map_err(Error::File);
    files.iter().map(|file| Ok(whole(file)?.to_string_lossy().into_owned())).collect()
}

fn is_gone(message: &str) -> bool {
    GONE.iter().any(|words| message.contains(words))
}
