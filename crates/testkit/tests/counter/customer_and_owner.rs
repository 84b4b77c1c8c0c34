//! A customer on a phone and the owner on a desktop.

use tresen_testkit::browser::{Engine, Error, Key, Options, Page};

use super::stage::{COMPOSER, accessible, hear, on_stage_in, photo, say, say_yes, until_state};

#[test]
fn customer_and_owner() {
    in_a_browser(Engine::Chromium);
}

/// The same in real Firefox. Its driver emulates neither touch nor the network; the phone is a small
/// window there.
#[test]
fn customer_and_owner_in_firefox() {
    in_a_browser(Engine::Firefox);
}

fn in_a_browser(engine: Engine) {
    on_stage_in(engine, async |stage| {
        let (owner, link) = stage.owner("Anna", "Korn").await?;
        let phone = stage.browser.profile(Options::phone()).await?;
        let entry = phone.open(&link).await?;
        entry.wait_for_text("Only you and Korn can read this").await?;
        accessible(&entry).await?;
        entry.close().await?;

        let customer = say_yes(&phone, &link, "Emma").await?;
        say(&customer, "Do you have rye bread?").await?;
        accessible(&customer).await?;

        owner.click("[data-row]").await?;
        hear(&owner, "Do you have rye bread?").await?;
        until_state(&customer, "Do you have rye bread?", "read").await?;
        accessible(&owner).await?;

        say(&owner, "Two loaves are left.").await?;
        hear(&customer, "Two loaves are left.").await?;
        until_state(&owner, "Two loaves are left.", "read").await?;

        field_shrinks(&customer).await?;
        quote(&owner, &customer).await?;
        files(&owner, &customer).await?;
        search(&customer).await?;
        search(&owner).await?;

        for page in [&owner, &customer] {
            page.reload().await?;
            hear(page, "Do you have rye bread?").await?;
            hear(page, "Two loaves are left.").await?;
            page.wait_for(".pic img").await?;
            accessible(page).await?;
        }
        say(&customer, "See you at five.").await?;
        hear(&owner, "See you at five.").await
    });
}

/// The field grows with a long text and is a single line again when it was sent.
async fn field_shrinks(page: &Page) -> Result<(), Error> {
    let height = "document.querySelector('.comp textarea').offsetHeight";
    let before = page.eval(height).await?;
    let long = "I need it for a large breakfast with the whole house on Sunday. ".repeat(3);
    page.type_into(COMPOSER, &long).await?;
    page.wait_until(&format!("{height} > {before}")).await?;
    page.click("button=Send").await?;
    page.wait_until(&format!("{height} === {before}")).await
}

/// The owner answers one message with a quote of it.
async fn quote(owner: &Page, customer: &Page) -> Result<(), Error> {
    owner.eval("document.querySelector('.msg:not(.me)').focus()").await?;
    owner.press(Key::Enter).await?;
    owner.click("button=Reply").await?;
    owner.wait_for("button=Don’t reply to this message").await?;
    say(owner, "I keep one for you.").await?;
    customer
        .wait_until(
            "[...document.querySelectorAll('.msg:not(.me) .bub')].some((one) => \
             one.innerText.includes('I keep one for you.') && \
             one.innerText.includes('Do you have rye bread?'))",
        )
        .await
}

/// A photo goes one way, a file the other.
async fn files(owner: &Page, customer: &Page) -> Result<(), Error> {
    let folder = tempfile::tempdir().map_err(Error::File)?;
    let picture = photo(customer, folder.path()).await?;
    customer.upload("input[data-role=attach]", &[&picture]).await?;
    customer.wait_for(".tray img").await?;
    accessible(customer).await?;
    customer.click("button=Send").await?;
    owner.wait_for(".msg:not(.me) .pic img").await?;
    owner
        .wait_until("document.querySelector('.msg:not(.me) .pic img').naturalWidth === 320")
        .await?;

    let list = folder.path().join("prices.txt");
    std::fs::write(&list, "rye 4.20").map_err(Error::File)?;
    owner.upload("input[data-role=attach]", &[&list]).await?;
    owner.wait_for_text("prices.txt").await?;
    owner.click("button=Send").await?;
    customer.wait_for(".filec").await?;
    hear(customer, "prices.txt").await?;
    accessible(owner).await?;
    accessible(customer).await
}

/// An old message is found again.
async fn search(page: &Page) -> Result<(), Error> {
    page.click("button=More about this chat").await?;
    page.click("button=Search in this chat").await?;
    page.type_into("field=Search in this chat", "rye bread").await?;
    page.wait_for(".hit mark").await?;
    accessible(page).await?;
    page.click(".hit").await?;
    page.wait_gone("dialog").await?;
    hear(page, "Do you have rye bread?").await?;
    has_focus(page, "Do you have rye bread?").await
}

/// The message that was found is the one with the focus.
async fn has_focus(page: &Page, text: &str) -> Result<(), Error> {
    let text = serde_json::json!(text);
    page.wait_until(&format!(
        "document.activeElement.matches('article.msg') && \
         document.activeElement.innerText.includes({text})"
    ))
    .await
}
