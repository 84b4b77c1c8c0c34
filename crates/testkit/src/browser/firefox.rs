//! Firefox over WebDriver BiDi.

use std::{fs, path::Path};

use serde_json::{Value, json};
use tokio::process::Command;

use super::{Error, Link, Options, Size, keys::Definition, page::Target, process::Process};

/// The Debian package installs it under this name.
const PROGRAM: &str = "firefox-esr";

/// The Shift key in WebDriver.
const SHIFT: &str = "\u{E008}";

/// Settings of the test's profile: nothing in the background, no questions after a crash.
const PREFERENCES: &str = "\
user_pref('app.update.enabled', false);
user_pref('browser.aboutwelcome.enabled', false);
user_pref('browser.sessionstore.resume_from_crash', false);
user_pref('browser.shell.checkDefaultBrowser', false);
user_pref('browser.safebrowsing.malware.enabled', false);
user_pref('browser.safebrowsing.phishing.enabled', false);
user_pref('browser.startup.homepage_override.mstone', 'ignore');
user_pref('datareporting.policy.dataSubmissionEnabled', false);
user_pref('dom.ipc.processPrelaunch.enabled', false);
user_pref('extensions.update.enabled', false);
user_pref('network.captive-portal-service.enabled', false);
user_pref('network.connectivity-service.enabled', false);
user_pref('network.http.http3.enable', false);
user_pref('services.settings.server', 'data:,');
user_pref('toolkit.startup.max_resumed_crashes', -1);
user_pref('toolkit.telemetry.reportingpolicy.firstRun', false);
user_pref('ui.prefersReducedMotion', 1);
";

/// Starts the process; the result names its WebSocket.
pub(super) async fn start(folder: &Path) -> Result<(Process, String), Error> {
    fs::write(folder.join("user.js"), PREFERENCES).map_err(Error::Start)?;
    let mut command = Command::new(PROGRAM);
    command
        .args(["--headless", "--no-remote", "--new-instance", "--remote-debugging-port", "0"])
        .arg("--profile")
        .arg(folder);
    let (process, address) = Process::start(&mut command, "WebDriver BiDi listening on ").await?;
    Ok((process, format!("{address}/session")))
}

/// Opens the session that all commands belong to.
pub(super) async fn begin(link: &Link) -> Result<(), Error> {
    link.wire.call(None, "session.new", json!({ "capabilities": {} })).await?;
    let events = json!({ "events": ["log.entryAdded"] });
    link.wire.call(None, "session.subscribe", events).await?;
    Ok(())
}

/// Makes a profile that shares nothing with others.
pub(super) async fn create_context(link: &Link) -> Result<String, Error> {
    let answer = link.wire.call(None, "browser.createUserContext", json!({})).await?;
    text(&answer, "userContext")
}

/// Opens an empty page and applies the profile's settings.
pub(super) async fn open(
    link: &Link,
    context: Option<&str>,
    options: &Options,
) -> Result<Target, Error> {
    let mut params = json!({ "type": "window" });
    if let Some(context) = context {
        params["userContext"] = context.into();
    }
    let answer = link.wire.call(None, "browsingContext.create", params).await?;
    let id = text(&answer, "context")?;
    let record = link.watch.page(&id);
    let target = Target { session: id.clone(), id, touch: options.size == Size::Phone, record };
    view(link, &target, options.size, options.density).await?;
    let locale = json!({ "locale": options.language, "contexts": [target.id] });
    link.wire.call(None, "emulation.setLocaleOverride", locale).await?;
    Ok(target)
}

/// Gives the page another screen, of one pixel per point.
pub(super) async fn resize(link: &Link, target: &Target, size: Size) -> Result<(), Error> {
    view(link, target, size, 1).await
}

async fn view(link: &Link, target: &Target, size: Size, density: u32) -> Result<(), Error> {
    let (width, height) = size.points();
    let viewport = json!({
        "context": target.id,
        "viewport": { "width": width, "height": height },
        "devicePixelRatio": density,
    });
    link.wire.call(None, "browsingContext.setViewport", viewport).await.map(|_| ())
}

/// Goes to an address; comes back when the page is loaded.
pub(super) async fn navigate(link: &Link, target: &Target, address: &str) -> Result<(), Error> {
    let params = json!({ "context": target.id, "url": address, "wait": "interactive" });
    link.wire.call(None, "browsingContext.navigate", params).await.map(|_| ())
}

/// Loads the page again.
pub(super) async fn reload(link: &Link, target: &Target) -> Result<(), Error> {
    let params = json!({ "context": target.id, "wait": "interactive" });
    link.wire.call(None, "browsingContext.reload", params).await.map(|_| ())
}

/// The value of an expression, or of what it promises, which must be a string.
pub(super) async fn evaluate(
    link: &Link,
    target: &Target,
    expression: &str,
) -> Result<Value, Error> {
    let mut answer = script(link, target, expression).await?;
    Ok(answer["value"].take())
}

async fn script(link: &Link, target: &Target, expression: &str) -> Result<Value, Error> {
    let params = json!({
        "expression": expression,
        "target": { "context": target.id },
        "awaitPromise": true,
        "userActivation": true,
    });
    let mut answer = link.wire.call(None, "script.evaluate", params).await?;
    if answer["type"] == "exception" {
        let message = answer["exceptionDetails"]["text"].as_str().unwrap_or("an exception");
        return Err(Error::Script(message.to_owned()));
    }
    Ok(answer["result"].take())
}

/// Presses and releases at a point.
pub(super) async fn click(link: &Link, target: &Target, x: f64, y: f64) -> Result<(), Error> {
    let (x, y) = (x.round(), y.round());
    let actions = json!([
        { "type": "pointerMove", "x": x, "y": y },
        { "type": "pointerDown", "button": 0 },
        { "type": "pointerUp", "button": 0 },
    ]);
    let pointer = if target.touch { "touch" } else { "mouse" };
    let source = json!({
        "type": "pointer",
        "id": pointer,
        "parameters": { "pointerType": pointer },
        "actions": actions,
    });
    act(link, target, source).await
}

/// Types into what has the focus.
pub(super) async fn insert(link: &Link, target: &Target, text: &str) -> Result<(), Error> {
    let actions = text.chars().flat_map(|letter| {
        ["keyDown", "keyUp"].map(|kind| json!({ "type": kind, "value": letter.to_string() }))
    });
    keys(link, target, actions.collect()).await
}

/// Presses and releases a key.
pub(super) async fn press(link: &Link, target: &Target, key: &Definition) -> Result<(), Error> {
    let value = key.webdriver.to_string();
    let mut actions = vec![
        json!({ "type": "keyDown", "value": value }),
        json!({ "type": "keyUp", "value": value }),
    ];
    if key.shift {
        actions.insert(0, json!({ "type": "keyDown", "value": SHIFT }));
        actions.push(json!({ "type": "keyUp", "value": SHIFT }));
    }
    keys(link, target, actions).await
}

async fn keys(link: &Link, target: &Target, actions: Vec<Value>) -> Result<(), Error> {
    act(link, target, json!({ "type": "key", "id": "keyboard", "actions": actions })).await
}

async fn act(link: &Link, target: &Target, source: Value) -> Result<(), Error> {
    let params = json!({ "context": target.id, "actions": [source] });
    link.wire.call(None, "input.performActions", params).await.map(|_| ())
}

/// Puts files into the input that a CSS selector finds.
pub(super) async fn set_files(
    link: &Link,
    target: &Target,
    selector: &str,
    files: &[String],
) -> Result<(), Error> {
    let expression = format!("document.querySelector({})", json!(selector));
    let node = script(link, target, &expression).await?;
    let params = json!({
        "context": target.id,
        "element": { "sharedId": text(&node, "sharedId")? },
        "files": files,
    });
    link.wire.call(None, "input.setFiles", params).await.map(|_| ())
}

/// A picture of what is visible, as PNG in base64.
pub(super) async fn screenshot(link: &Link, target: &Target) -> Result<String, Error> {
    let params = json!({ "context": target.id });
    let answer = link.wire.call(None, "browsingContext.captureScreenshot", params).await?;
    text(&answer, "data")
}

/// Closes the page.
pub(super) async fn close(link: &Link, target: &Target) -> Result<(), Error> {
    let params = json!({ "context": target.id });
    link.wire.call(None, "browsingContext.close", params).await.map(|_| ())
}

fn text(answer: &Value, key: &'static str) -> Result<String, Error> {
    answer[key].as_str().map(str::to_owned).ok_or(Error::Malformed(key))
}
