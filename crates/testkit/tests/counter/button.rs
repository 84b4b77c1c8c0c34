//! The chat button on a shop's own web site, which is another origin and strict about what it loads.

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
};
use tresen_testkit::browser::{Error, Options};

use super::stage::on_stage;

/// A web site with one page; gives its address.
async fn site(origin: &str, link: &str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    let html = format!(
        "<!doctype html><html lang=en><title>Korn</title><main><h1>Korn</h1></main>\
         <script src=\"{origin}/button.js\" defer data-link=\"{link}\" \
         data-label=\"Chat with us\"></script></html>"
    );
    let answer = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {}\r\nConnection: close\r\n\
         Content-Security-Policy: default-src 'none'; script-src {origin}\r\n\r\n{html}",
        html.len()
    );
    tokio::task::spawn_local(async move {
        loop {
            let (mut socket, _) = listener.accept().await.expect("a socket");
            let mut head = [0; 4_096];
            // Whatever is asked for, there is one page.
            if socket.read(&mut head).await.is_ok() {
                socket.write_all(answer.as_bytes()).await.ok();
            }
        }
    });
    format!("http://{address}/")
}

#[test]
fn chat_button() {
    on_stage(async |stage| {
        let (_owner, link) = stage.owner("Anna", "Korn").await?;
        let origin = stage.world.origin().to_owned();
        let page = stage.browser.profile(Options::phone()).await?;
        let page = page.open(&site(&origin, &link).await).await?;
        let anchor = "document.querySelector('body > aside')?.shadowRoot?.querySelector('a')";
        page.wait_until(anchor).await?;
        let href = page.eval(&format!("{anchor}.href")).await?;
        assert_eq!(href.as_str(), Some(link.as_str()));
        let words = page.eval(&format!("{anchor}.textContent")).await?;
        assert_eq!(words.as_str(), Some("Chat with us"));
        super::stage::accessible(&page).await?;
        // A link that leads elsewhere is no button.
        page.goto(&site(&origin, "https://elsewhere.example/e/x").await).await?;
        let ready = "document.readyState === 'complete'";
        page.wait_until(ready).await?;
        let none = page.eval(&format!("{anchor} === undefined")).await?;
        assert_eq!(none.as_bool(), Some(true));
        Ok::<(), Error>(())
    });
}
