//! Chromium over its debugging protocol.

use std::path::Path;

use serde_json::{Value, json};
use tokio::process::Command;

use super::{
    Error, Link, Options, Size,
    keys::Definition,
    page::Target,
    process::Process,
    watch::{auto_attach, exception_text},
};

/// The Debian package installs it under this name.
const PROGRAM: &str = "chromium";

/// Modifier bit of the Shift key.
const SHIFT: u32 = 8;

const FLAGS: &[&str] = &[
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-extensions",
    "--disable-dev-shm-usage",
    // Several people's pages are visible at the same time.
    "--disable-backgrounding-occluded-windows",
    "--disable-renderer-backgrounding",
    "--disable-background-timer-throttling",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--password-store=basic",
    "--remote-debugging-port=0",
];

/// Starts the process; the result names its WebSocket.
pub(super) async fn start(folder: &Path) -> Result<(Process, String), Error> {
    let mut command = Command::new(PROGRAM);
    command.args(FLAGS).arg(format!("--user-data-dir={}", folder.display())).arg("about:blank");
    Process::start(&mut command, "DevTools listening on ").await
}

/// Makes a profile that shares nothing with others.
pub(super) async fn create_context(link: &Link) -> Result<String, Error> {
    let answer = link.wire.call(None, "Target.createBrowserContext", json!({})).await?;
    text(&answer, "browserContextId")
}

/// Opens an empty page and applies the profile's settings.
pub(super) async fn open(
    link: &Link,
    context: Option<&str>,
    options: &Options,
) -> Result<Target, Error> {
    let (width, height) = options.size.points();
    let mut params =
        json!({ "url": "about:blank", "newWindow": true, "width": width, "height": height });
    if let Some(context) = context {
        params["browserContextId"] = context.into();
    }
    let answer = link.wire.call(None, "Target.createTarget", params).await?;
    let id = text(&answer, "targetId")?;
    let params = json!({ "targetId": id, "flatten": true });
    let answer = link.wire.call(None, "Target.attachToTarget", params).await?;
    let session = text(&answer, "sessionId")?;
    let record = link.watch.page(&session);
    let target = Target { id, session, touch: options.size == Size::Phone, record };
    for (method, params) in settings(options) {
        target.call(link, method, params).await?;
    }
    language(link, &target, options).await?;
    grant(link, context).await?;
    Ok(target)
}

fn settings(options: &Options) -> Vec<(&'static str, Value)> {
    let (width, height) = options.size.points();
    let mobile = options.size == Size::Phone;
    let metrics = json!({
        "width": width,
        "height": height,
        "deviceScaleFactor": options.density,
        "mobile": mobile,
    });
    vec![
        ("Page.enable", json!({})),
        ("Runtime.enable", json!({})),
        ("Log.enable", json!({})),
        ("Network.enable", json!({})),
        ("Target.setAutoAttach", auto_attach()),
        ("Emulation.setDeviceMetricsOverride", metrics),
        ("Emulation.setTouchEmulationEnabled", json!({ "enabled": mobile, "maxTouchPoints": 5 })),
        ("Emulation.setFocusEmulationEnabled", json!({ "enabled": true })),
        ("Emulation.setEmulatedMedia", media(options.dark)),
        ("Emulation.setLocaleOverride", json!({ "locale": options.language })),
    ]
}

/// Colours, and no motion.
pub(super) fn media(dark: bool) -> Value {
    let scheme = if dark { "dark" } else { "light" };
    json!({ "features": [
        { "name": "prefers-color-scheme", "value": scheme },
        { "name": "prefers-reduced-motion", "value": "reduce" },
    ]})
}

/// Sets the language in requests and in `navigator.language`.
async fn language(link: &Link, target: &Target, options: &Options) -> Result<(), Error> {
    let agent = evaluate(link, target, "navigator.userAgent").await?;
    let params = json!({ "userAgent": agent, "acceptLanguage": options.language });
    target.call(link, "Emulation.setUserAgentOverride", params).await?;
    Ok(())
}

/// Permits what a person would be asked for.
async fn grant(link: &Link, context: Option<&str>) -> Result<(), Error> {
    let names = ["notifications", "clipboardReadWrite", "videoCapture", "durableStorage"];
    let mut params = json!({ "permissions": names });
    if let Some(context) = context {
        params["browserContextId"] = context.into();
    }
    link.wire.call(None, "Browser.grantPermissions", params).await?;
    Ok(())
}

/// Goes to an address; comes back when the new page has begun.
pub(super) async fn navigate(link: &Link, target: &Target, address: &str) -> Result<(), Error> {
    let answer = target.call(link, "Page.navigate", json!({ "url": address })).await?;
    match answer["errorText"].as_str() {
        Some(message) => {
            let method = "Page.navigate".to_owned();
            Err(Error::Refused { method, message: message.to_owned() })
        }
        None => Ok(()),
    }
}

/// Loads the page again.
pub(super) async fn reload(link: &Link, target: &Target) -> Result<(), Error> {
    target.call(link, "Page.reload", json!({})).await.map(|_| ())
}

/// The value of an expression, or of what it promises.
pub(super) async fn evaluate(
    link: &Link,
    target: &Target,
    expression: &str,
) -> Result<Value, Error> {
    let params = json!({
        "expression": expression,
        "awaitPromise": true,
        "returnByValue": true,
        "userGesture": true,
    });
    let mut answer = target.call(link, "Runtime.evaluate", params).await?;
    match answer.get("exceptionDetails") {
        Some(details) => Err(Error::Script(exception_text(details))),
        None => Ok(answer["result"]["value"].take()),
    }
}

/// Presses and releases at a point: a finger on a phone, the mouse elsewhere.
pub(super) async fn click(link: &Link, target: &Target, x: f64, y: f64) -> Result<(), Error> {
    if target.touch {
        let points = json!([{ "x": x, "y": y }]);
        let press = json!({ "type": "touchStart", "touchPoints": points });
        target.call(link, "Input.dispatchTouchEvent", press).await?;
        let release = json!({ "type": "touchEnd", "touchPoints": [] });
        return target.call(link, "Input.dispatchTouchEvent", release).await.map(|_| ());
    }
    for kind in ["mouseMoved", "mousePressed", "mouseReleased"] {
        let button = if kind == "mouseMoved" { "none" } else { "left" };
        let params = json!({ "type": kind, "x": x, "y": y, "button": button, "clickCount": 1 });
        target.call(link, "Input.dispatchMouseEvent", params).await?;
    }
    Ok(())
}

/// Types into what has the focus.
pub(super) async fn insert(link: &Link, target: &Target, text: &str) -> Result<(), Error> {
    target.call(link, "Input.insertText", json!({ "text": text })).await.map(|_| ())
}

/// Presses and releases the keys of a text.
pub(super) async fn strike(link: &Link, target: &Target, text: &str) -> Result<(), Error> {
    for letter in text.chars() {
        let letter = letter.to_string();
        let press = json!({ "type": "keyDown", "key": letter, "text": letter });
        target.call(link, "Input.dispatchKeyEvent", press).await?;
        let release = json!({ "type": "keyUp", "key": letter });
        target.call(link, "Input.dispatchKeyEvent", release).await?;
    }
    Ok(())
}

/// Presses and releases a key.
pub(super) async fn press(link: &Link, target: &Target, key: &Definition) -> Result<(), Error> {
    for kind in ["keyDown", "keyUp"] {
        let mut params = json!({
            "type": kind,
            "key": key.key,
            "code": key.code,
            "windowsVirtualKeyCode": key.number,
            "modifiers": if key.shift { SHIFT } else { 0 },
        });
        if let Some(text) = key.text.filter(|_| kind == "keyDown") {
            params["text"] = text.into();
        }
        target.call(link, "Input.dispatchKeyEvent", params).await?;
    }
    Ok(())
}

/// Gives the page another screen, of one pixel per point.
pub(super) async fn resize(link: &Link, target: &Target, size: Size) -> Result<(), Error> {
    let (width, height) = size.points();
    let metrics = json!({
        "width": width,
        "height": height,
        "deviceScaleFactor": 1,
        "mobile": size == Size::Phone,
    });
    target.call(link, "Emulation.setDeviceMetricsOverride", metrics).await.map(|_| ())
}

/// Puts files into the input that a CSS selector finds.
pub(super) async fn set_files(
    link: &Link,
    target: &Target,
    selector: &str,
    files: &[String],
) -> Result<(), Error> {
    let expression = format!("document.querySelector({})", json!(selector));
    let answer = target.call(link, "Runtime.evaluate", json!({ "expression": expression })).await?;
    let object = text(&answer["result"], "objectId")?;
    let params = json!({ "files": files, "objectId": object });
    target.call(link, "DOM.setFileInputFiles", params).await.map(|_| ())
}

/// A picture of what is visible, as PNG in base64.
pub(super) async fn screenshot(link: &Link, target: &Target) -> Result<String, Error> {
    let answer = target.call(link, "Page.captureScreenshot", json!({ "format": "png" })).await?;
    text(&answer, "data")
}

/// Sets the network for the page and its workers.
pub(super) async fn network(link: &Link, target: &Target, network: Value) -> Result<(), Error> {
    const METHOD: &str = "Network.emulateNetworkConditions";
    for worker in target.record.set_network(network.clone()) {
        // Workers that have ended are still in the list.
        drop(link.wire.call(Some(&worker), METHOD, network.clone()).await);
    }
    target.call(link, METHOD, network).await.map(|_| ())
}

/// Closes the page.
pub(super) async fn close(link: &Link, target: &Target) -> Result<(), Error> {
    link.wire.call(None, "Target.closeTarget", json!({ "targetId": target.id })).await.map(|_| ())
}

fn text(answer: &Value, key: &'static str) -> Result<String, Error> {
    answer[key].as_str().map(str::to_owned).ok_or(Error::Malformed(key))
}
