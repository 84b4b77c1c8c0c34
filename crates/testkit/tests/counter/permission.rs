//! Permission as a customer and a shop live it: from the first refusal to the report.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use tresen_server::admin;
use tresen_statement::ConsentProof;
use tresen_testkit::{
    browser::{Error, Options, Page},
    tour,
};
use tresen_types::Category;

use super::{
    stage::{Stage, accessible, hear, in_turn, say, say_yes},
    templates::{approve, choose, write_template},
};

/// The third cell of the strip of trust.
const ALLOWED: &str = ".trust button:nth-child(3)";
/// The switch for offers.
const OFFERS: &str = "dialog label.sw-row:nth-of-type(3)";

/// Sends the only approved template, whose one blank gets this value.
async fn send_offer(owner: &Page, value: &str) -> Result<(), Error> {
    owner.click("button=Send a template").await?;
    owner.click("dialog [data-template]").await?;
    owner.type_into("#tpl-1", value).await?;
    owner.click("dialog .btn.pri").await?;
    owner.wait_gone("dialog").await?;
    hear(owner, value).await
}

/// Waits until an own message with this text was refused, and for which reason.
async fn until_refused(owner: &Page, text: &str, reason: &str) -> Result<(), Error> {
    let (text, reason) = (serde_json::json!(text), serde_json::json!(reason));
    owner
        .wait_until(&format!(
            "[...document.querySelectorAll('.msg.me')].some((one) => one.innerText.includes({text}) \
             && one.querySelector('[data-refusal=' + {reason} + ']'))"
        ))
        .await
}

async fn shut(page: &Page) -> Result<(), Error> {
    page.eval("history.back()").await?;
    page.wait_gone("dialog").await
}

/// The customer allows offers, one a week.
async fn allow_offers(customer: &Page) -> Result<(), Error> {
    customer.click(ALLOWED).await?;
    customer.wait_for(OFFERS).await?;
    accessible(customer).await?;
    customer.click(OFFERS).await?;
    choose(customer, "#limits-often", 3).await?;
    customer.wait_until("document.querySelector('#limits-often').value === '3'").await?;
    customer.click("dialog details.consents summary").await?;
    customer.wait_until("document.querySelectorAll('dialog details li').length === 3").await?;
    accessible(customer).await?;
    shut(customer).await
}

/// The customer saves the yes as a file: it proves itself to anybody, and nothing that was changed does.
async fn hand_on_the_yes(customer: &Page) -> Result<(), Error> {
    // What the page gives to be saved is kept here instead.
    customer
        .eval(
            "(() => { URL.createObjectURL = (blob) => { blob.arrayBuffer().then((bytes) => { \
             window.__saved = btoa(String.fromCharCode(...new Uint8Array(bytes))); }); \
             return location.href; }; \
             HTMLAnchorElement.prototype.click = function () { window.__name = this.download; }; \
             return true; })()",
        )
        .await?;
    customer.click(ALLOWED).await?;
    customer.click("button=Save my yes as a file").await?;
    customer.wait_until("!!window.__saved && !!window.__name").await?;
    let name = customer.eval("window.__name").await?;
    assert!(name.as_str().is_some_and(|name| name.ends_with(".tresen")), "{name}");
    let base64 = customer.eval("window.__saved").await?;
    let bytes = STANDARD.decode(base64.as_str().expect("text")).expect("base64");
    let proof = ConsentProof::verify(&bytes).expect("it proves itself");
    assert!(proof.consent.value().categories.contains(Category::Marketing));
    let said = verify_consent(&bytes).expect("the program verifies it");
    assert!(said.contains("\"valid\":true") && said.contains("marketing"), "{said}");
    for place in (0..bytes.len()).step_by(5) {
        let mut changed = bytes.clone();
        changed[place] ^= 1;
        assert!(ConsentProof::verify(&changed).is_err(), "byte {place}");
    }
    let mut changed = bytes;
    *changed.last_mut().expect("a byte") ^= 1;
    assert_eq!(verify_consent(&changed), None);
    shut(customer).await
}

/// What `tresen verify-consent` says of a file; nothing where it refuses. The program is the one that was
/// built beside this test.
fn verify_consent(bytes: &[u8]) -> Option<String> {
    let file = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(file.path(), bytes).expect("it is written");
    let test = std::env::current_exe().expect("this test's own path");
    let program = test.ancestors().nth(2).expect("the folder of programs").join("tresen");
    let output = std::process::Command::new(&program)
        .arg("verify-consent")
        .arg(file.path())
        .output()
        .expect("the program is built with the workspace");
    output.status.success().then(|| String::from_utf8(output.stdout).expect("text"))
}

/// Writes a stop word, sees what it did, and takes it back.
async fn stop(customer: &Page, word: &str) -> Result<(), Error> {
    say(customer, word).await?;
    customer.wait_for("[data-stopped=yes]").await?;
    accessible(customer).await
}

#[test]
fn offers_are_refused_allowed_limited_stopped_and_reported() {
    in_turn(async {
        let house = tour::open_house_with(|config| config.templates.self_approval = true);
        let stage = Stage::with(house).await?;
        let (owner, link) = stage.owner("Anna", "Korn").await?;
        write_template(
            &owner,
            "Spring",
            "Our spring bread: {{1}}, until Sunday at the counter.",
            "rye",
        )
        .await?;
        owner.click("button=Offers").await?;
        owner.click("button=Send for approval").await?;
        approve(&owner, "Spring").await?;

        // Only answers are allowed: an offer is refused, with the reason.
        let phone = stage.browser.profile(Options::phone()).await?;
        let customer = say_yes(&phone, &link, "Priya").await?;
        say(&customer, "Good morning").await?;
        owner.click("button=Inbox").await?;
        owner.click("[data-row]").await?;
        hear(&owner, "Good morning").await?;
        say(&owner, "Good morning Priya").await?;
        hear(&customer, "Good morning Priya").await?;
        send_offer(&owner, "oat").await?;
        until_refused(&owner, "oat", "no_consent").await?;
        accessible(&owner).await?;

        // One a week is allowed: one comes, the next is held.
        allow_offers(&customer).await?;
        owner.wait_for_text("What the shop may send was changed").await?;
        send_offer(&owner, "spelt").await?;
        hear(&customer, "spelt").await?;
        send_offer(&owner, "barley").await?;
        until_refused(&owner, "barley", "customer_limit").await?;
        accessible(&owner).await?;

        hand_on_the_yes(&customer).await?;

        // Why it came.
        customer.click("[data-why]").await?;
        customer.wait_for_text("Sent by Korn").await?;
        customer.wait_for_text("spring, version 1").await?;
        accessible(&customer).await?;
        shut(&customer).await?;

        // Stop, back, and stop in another language.
        stop(&customer, "stopp").await?;
        customer.click("button=Undo").await?;
        customer.wait_gone("[data-stopped=yes]").await?;
        stop(&customer, "बंद करो").await?;
        hear(&owner, "बंद करो").await?;
        send_offer(&owner, "millet").await?;
        until_refused(&owner, "millet", "no_consent").await?;

        report(&stage, &customer).await
    });
}

/// The customer reports the offer; the operator sees that one message.
async fn report(stage: &Stage, customer: &Page) -> Result<(), Error> {
    customer.click("[data-why]").await?;
    customer.click("button=Report").await?;
    customer.wait_for("dialog .report-which").await?;
    accessible(customer).await?;
    customer.type_into("#report-note", "I had said stop").await?;
    customer.click("button=Report 1 message").await?;
    customer.wait_gone("dialog").await?;
    customer.wait_for_text("Reported").await?;
    let queue = admin::reports(stage.world.config(0)).await.expect("the queue");
    assert_eq!(queue.len(), 1);
    assert_eq!(queue[0].report.items.len(), 1);
    assert_eq!(queue[0].report.note, "I had said stop");
    let shown = String::from_utf8_lossy(&queue[0].report.items[0].content).into_owned();
    assert!(shown.contains("spelt") && !shown.contains("Good morning"));
    // What is allowed stands in one place for all shops.
    customer.goto(&format!("{}/settings/limits", stage.world.origin())).await?;
    customer.wait_for("[data-limits]").await?;
    accessible(customer).await
}
