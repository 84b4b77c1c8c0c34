//! The browser driver against small pages.
#![expect(clippy::unwrap_used, reason = "a test ends where it is surprised")]

use std::{fs, net::SocketAddr};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};
use tresen_testkit::browser::{Browser, Engine, Error, Key, Options, Page};

const PAGE: &str = r#"<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><title>Counter</title>
<link rel="icon" href="data:,"></head><body><main>
<h1>Good morning</h1>
<label>Name <input id="name"></label>
<button id="greet">Say hello</button>
<label>File <input type="file" id="file"></label>
<p id="out"></p>
</main><script>
const out = document.getElementById("out");
document.getElementById("greet").onclick = (event) =>
  setTimeout(() => out.textContent = `Hello, ${document.getElementById("name").value}! ${event.pointerType}`, 20);
document.getElementById("file").onchange = async (event) =>
  out.textContent = await event.target.files[0].text();
</script></body></html>"#;

/// Serves `PAGE`, and at `/bad` a page with errors, for as long as the test runs.
async fn serve() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(answer(stream));
        }
    });
    address
}

async fn answer(mut stream: TcpStream) {
    let mut request = Vec::new();
    while !request.ends_with(b"\r\n\r\n") {
        let mut buffer = [0; 4096];
        let read = stream.read(&mut buffer).await.unwrap_or(0);
        if read == 0 {
            return;
        }
        request.extend_from_slice(buffer.get(..read).unwrap());
    }
    let request = String::from_utf8(request).unwrap();
    let path = request.split(' ').nth(1).unwrap();
    let (kind, body) = match path {
        "/bad" => ("text/html", "<script>console.error('spilt milk'); null.x</script>".to_owned()),
        "/worker" => ("text/html", "<script>new Worker('/worker.js')</script>".to_owned()),
        "/worker.js" => ("text/javascript", "throw new Error('a worker fell')".to_owned()),
        "/axe" => ("text/html", "<img src='data:,'>".to_owned()),
        _ => ("text/html", PAGE.to_owned()),
    };
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    // The browser may have gone away.
    drop(stream.write_all(format!("{head}{body}").as_bytes()).await);
}

/// What a person does on the page, in any browser.
async fn greet(page: &Page) -> Result<(), Error> {
    page.wait_for_text("Good morning").await?;
    page.type_into("field=Name", "Émile अमित").await?;
    page.click("button=Say hello").await?;
    page.wait_for_text("Hello, Émile अमित!").await?;

    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("order.txt");
    fs::write(&file, "two croissants").unwrap();
    page.upload("#file", &[&file]).await?;
    page.wait_for_text("two croissants").await?;

    // From the top again: the keyboard goes on where the mouse was.
    page.eval("(document.activeElement.blur(), getSelection().collapse(document.body, 0))").await?;
    page.tab_to("Say hello").await?;
    page.press(Key::Enter).await?;
    page.wait_for_text("Hello, Émile").await?;
    page.press(Key::BackTab).await?;
    assert_eq!(page.focused().await?, "input Name");
    assert_eq!(page.text("#name").await?, "Émile अमित");

    let picture = folder.path().join("picture.png");
    page.screenshot(&picture).await?;
    assert!(fs::read(&picture).unwrap().starts_with(b"\x89PNG"));
    page.assert_clean()
}

#[tokio::test]
async fn chromium_on_a_phone_does_what_a_person_does() -> Result<(), Error> {
    let address = serve().await;
    let browser = Browser::launch(Engine::Chromium).await?;
    let profile = browser.profile(Options::phone().language("de").dark()).await?;
    let page = profile.open(&format!("http://{address}/")).await?;
    greet(&page).await?;
    page.click("button=Say hello").await?;
    page.wait_for_text("touch").await?;
    let facts = "[innerWidth, devicePixelRatio, navigator.language, \
                 matchMedia('(prefers-color-scheme: dark)').matches]";
    assert_eq!(page.eval(facts).await?, serde_json::json!([390, 2, "de", true]));
    assert_eq!(page.axe().await?, []);
    page.assert_clean()
}

#[tokio::test]
async fn firefox_does_what_a_person_does() -> Result<(), Error> {
    let address = serve().await;
    let browser = Browser::launch(Engine::Firefox).await?;
    let profile = browser.profile(Options::desktop().language("de")).await?;
    let page = profile.open(&format!("http://{address}/")).await?;
    greet(&page).await?;
    assert_eq!(
        page.eval("[innerWidth, navigator.language]").await?,
        serde_json::json!([1280, "de"])
    );
    page.goto(&format!("http://{address}/bad")).await?;
    page.wait_until("true").await?;
    assert_eq!(page.problems().len(), 2, "{:?}", page.problems());
    Ok(())
}

#[tokio::test]
async fn profiles_share_nothing() -> Result<(), Error> {
    let address = serve().await;
    let browser = Browser::launch(Engine::Chromium).await?;
    let url = format!("http://{address}/");
    let one = browser.profile(Options::desktop()).await?.open(&url).await?;
    let other = browser.profile(Options::phone()).await?.open(&url).await?;
    one.eval("localStorage.setItem('who', 'one')").await?;
    assert_eq!(other.eval("localStorage.getItem('who')").await?, serde_json::Value::Null);
    assert_eq!(one.eval("localStorage.getItem('who')").await?, "one");
    Ok(())
}

#[tokio::test]
async fn errors_of_pages_and_workers_are_seen() -> Result<(), Error> {
    let address = serve().await;
    let browser = Browser::launch(Engine::Chromium).await?;
    let profile = browser.profile(Options::desktop()).await?;
    let page = profile.open(&format!("http://{address}/bad")).await?;
    assert!(page.assert_clean().is_err());
    page.forgive("spilt milk");
    page.forgive("null");
    page.forgive("favicon");
    page.assert_clean()?;

    let page = profile.blank().await?;
    page.goto(&format!("http://{address}/worker")).await?;
    while !page.problems().iter().any(|problem| problem.contains("a worker fell")) {
        tokio::task::yield_now().await;
    }
    Ok(())
}

#[tokio::test]
async fn axe_finds_a_picture_without_words() -> Result<(), Error> {
    let address = serve().await;
    let browser = Browser::launch(Engine::Chromium).await?;
    let page =
        browser.profile(Options::desktop()).await?.open(&format!("http://{address}/axe")).await?;
    let violations = page.axe().await?;
    assert!(violations.iter().any(|violation| violation.rule == "image-alt"), "{violations:?}");
    Ok(())
}

#[tokio::test]
async fn the_default_profile_survives_a_kill() -> Result<(), Error> {
    let address = serve().await;
    let url = format!("http://{address}/");
    let mut browser = Browser::launch(Engine::Chromium).await?;
    let page = browser.default_profile(Options::desktop()).open(&url).await?;
    page.eval(
        "navigator.storage.getDirectory().then(async (root) => {
        const file = await root.getFileHandle('note', { create: true });
        const stream = await file.createWritable();
        await stream.write('still here');
        await stream.close();
    })",
    )
    .await?;
    browser.kill().await?;
    assert!(matches!(page.eval("1").await, Err(Error::Closed)));
    browser.restart().await?;
    let page = browser.default_profile(Options::desktop()).open(&url).await?;
    let read = "navigator.storage.getDirectory()\
                .then((root) => root.getFileHandle('note')).then((file) => file.getFile())\
                .then((file) => file.text())";
    assert_eq!(page.eval(read).await?, "still here");
    Ok(())
}

#[tokio::test]
async fn the_network_goes_and_comes_back() -> Result<(), Error> {
    let address = serve().await;
    let browser = Browser::launch(Engine::Chromium).await?;
    let page =
        browser.profile(Options::desktop()).await?.open(&format!("http://{address}/")).await?;
    let fetches = "fetch('/').then(() => true, () => false)";
    page.forgive("ERR_INTERNET_DISCONNECTED");
    page.offline(true).await?;
    assert_eq!(page.eval(fetches).await?, false);
    assert_eq!(page.eval("navigator.onLine").await?, false);
    page.offline(false).await?;
    assert_eq!(page.eval(fetches).await?, true);
    page.assert_clean()
}

#[tokio::test]
async fn passkeys_derive_the_same_secret_again() -> Result<(), Error> {
    let address = serve().await;
    let browser = Browser::launch(Engine::Chromium).await?;
    let page = browser
        .profile(Options::desktop())
        .await?
        .open(&format!("http://localhost:{}/", address.port()))
        .await?;
    let authenticator = page.authenticator().await?;
    page.eval(
        "navigator.credentials.create({ publicKey: {
            challenge: new Uint8Array(32), rp: { name: 'Tresen' },
            user: { id: new Uint8Array(16), name: 'a', displayName: 'A' },
            pubKeyCredParams: [{ type: 'public-key', alg: -7 }],
            authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
            extensions: { prf: {} },
        } }).then(() => true)",
    )
    .await?;
    assert_eq!(authenticator.passkeys().await?.len(), 1);
    let secret = "navigator.credentials.get({ publicKey: {
            challenge: new Uint8Array(32), userVerification: 'required',
            extensions: { prf: { eval: { first: new Uint8Array(32) } } },
        } }).then((key) => [...new Uint8Array(key.getClientExtensionResults().prf.results.first)])";
    let first = page.eval(secret).await?;
    assert_eq!(first.as_array().unwrap().len(), 32);
    assert_eq!(page.eval(secret).await?, first);
    Ok(())
}
