//! A customer on a phone and the owner on a desktop.

use tresen_testkit::browser::{Error, Key, Options, Page};

use super::stage::{accessible, hear, on_stage, photo, say, say_yes, until_state};

#[test]
fn customer_and_owner() {
    on_stage(async |stage| {
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
    hear(page, "Do you have rye bread?").await
}
