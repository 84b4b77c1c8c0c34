//! Both whole flows by keyboard alone: nothing is clicked, and no script moves the focus.

use std::path::Path;

use tresen_testkit::browser::{Error, Key, Options, Page};

use super::stage::{COMPOSER, Stage, hear, native_business, on_stage, say_yes};

/// More presses of Tab than any page needs.
const MOST: usize = 120;

/// What is wrong with the place of the focus, or an empty text: it must be in sight, and something
/// around it must show it.
const FOCUS_SEEN: &str = "(() => {
    const el = document.activeElement;
    if (!el || el === document.body) return '';
    const ring = (one) => {
        const style = getComputedStyle(one);
        return style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 1;
    };
    const around = [el, el.closest('label'), el.closest('.searchf')].filter(Boolean);
    const shown = around.find(ring) ?? el.closest('[role=menu]');
    if (!shown) return `nothing shows the focus of ${el.outerHTML.slice(0, 200)}`;
    const box = shown.getBoundingClientRect();
    const isIn = box.width > 0 && box.height > 0 && box.bottom > 0 && box.right > 0 &&
        box.top < innerHeight && box.left < innerWidth;
    return isIn ? '' : `out of sight: ${el.outerHTML.slice(0, 200)}`;
})()";

/// Presses Tab, or Shift and Tab, until the thing with the focus is called so.
async fn go(page: &Page, key: Key, words: &str) -> Result<(), Error> {
    let mut seen = Vec::new();
    for _ in 0..MOST {
        page.press(key).await?;
        let wrong = page.eval(FOCUS_SEEN).await?;
        assert_eq!(wrong, "", "on the way to {words}");
        let focused = page.focused().await?;
        if focused.to_lowercase().contains(&words.to_lowercase()) {
            return Ok(());
        }
        seen.push(focused);
    }
    let state = seen.join(" | ");
    Err(Error::Timeout { what: format!("the focus on {words}"), state })
}

async fn tab_to(page: &Page, words: &str) -> Result<(), Error> {
    go(page, Key::Tab, words).await
}

async fn back_to(page: &Page, words: &str) -> Result<(), Error> {
    go(page, Key::BackTab, words).await
}

/// Goes to something and presses it.
pub(super) async fn press(page: &Page, words: &str) -> Result<(), Error> {
    tab_to(page, words).await?;
    page.press(Key::Enter).await
}

/// Waits until the focus went by itself to something of this name.
pub(super) async fn focus_on(page: &Page, words: &str) -> Result<(), Error> {
    let words = serde_json::json!(words.to_lowercase());
    page.wait_until(&format!(
        "((el) => `${{el.getAttribute('aria-label') ?? ''}} ${{el.textContent}}`.toLowerCase()\
         .includes({words}) && el !== document.body)(document.activeElement)"
    ))
    .await?;
    assert_eq!(page.eval(FOCUS_SEEN).await?, "");
    Ok(())
}

/// Writes into the field with the focus and sends by Enter.
async fn send(page: &Page, text: &str) -> Result<(), Error> {
    page.strike(text).await?;
    page.press(Key::Enter).await?;
    hear(page, text).await
}

/// The sheet's title is announced, Esc shuts it, and the focus is where it was.
async fn shut(page: &Page, opener: &str) -> Result<(), Error> {
    page.press(Key::Escape).await?;
    page.wait_gone("dialog").await?;
    focus_on(page, opener).await
}

#[test]
fn a_customer_needs_no_mouse() {
    on_stage(async |stage| {
        let (mut owner, link) = native_business(stage).await;
        let page = stage.browser.profile(Options::phone()).await?.open(&link).await?;
        page.wait_for("#name").await?;
        tab_to(&page, "Your name").await?;
        page.strike("Emma").await?;
        press(&page, "Yes, open the chat").await?;
        page.wait_for(COMPOSER).await?;

        tab_to(&page, "textarea").await?;
        send(&page, "Do you have rye bread?").await?;
        let (conversation, _) = owner.hear("Do you have rye bread?").await;
        owner.say(conversation, "Two loaves are left.").await;
        hear(&page, "Two loaves are left.").await?;

        back_to(&page, "log").await?;
        page.press(Key::ArrowUp).await?;
        focus_on(&page, "Two loaves").await?;
        page.press(Key::Enter).await?;
        focus_on(&page, "Reply").await?;
        page.press(Key::Enter).await?;
        page.wait_for("button=Don’t reply to this message").await?;
        focus_on(&page, "Message").await?;
        send(&page, "One for me.").await?;
        owner.hear("One for me.").await;

        attach(&page).await?;
        search(&page).await?;
        limits(&page).await?;
        settings(&page).await?;
        page.assert_clean()
    });
}

/// A file from the browser's own question.
async fn attach(page: &Page) -> Result<(), Error> {
    let folder = tempfile::tempdir().map_err(Error::File)?;
    let list = folder.path().join("wishes.txt");
    std::fs::write(&list, "two rye breads").map_err(Error::File)?;
    page.choose_files(&[Path::new(&list)]).await?;
    back_to(page, "Add a photo or file").await?;
    page.press(Key::Enter).await?;
    page.wait_for_text("wishes.txt").await?;
    tab_to(page, "textarea").await?;
    page.press(Key::Enter).await?;
    page.wait_for(".msg.me .filec").await
}

async fn search(page: &Page) -> Result<(), Error> {
    back_to(page, "More about this chat").await?;
    page.press(Key::Enter).await?;
    focus_on(page, "Search in this chat").await?;
    page.press(Key::Enter).await?;
    page.wait_for("dialog input[type=search]").await?;
    tab_to(page, "input").await?;
    page.strike("rye bread").await?;
    page.wait_for(".hit mark").await?;
    tab_to(page, "Do you have").await?;
    page.press(Key::Enter).await?;
    page.wait_gone("dialog").await?;
    focus_on(page, "Do you have rye bread?").await
}

/// What is allowed is taken back, and given again.
async fn limits(page: &Page) -> Result<(), Error> {
    back_to(page, "Answers").await?;
    page.press(Key::Enter).await?;
    page.wait_for("dialog .acts").await?;
    shut(page, "Answers").await?;
    page.press(Key::Enter).await?;
    page.wait_for("dialog .acts").await?;
    press(page, "Take back my yes").await?;
    page.wait_gone("button=Take back my yes").await?;
    page.press(Key::Escape).await?;
    page.wait_gone("dialog").await
}

async fn settings(page: &Page) -> Result<(), Error> {
    back_to(page, "a Back").await?;
    page.press(Key::Enter).await?;
    page.wait_for("[data-row]").await?;
    press(page, "a Me").await?;
    page.wait_for_text("Enter sends").await?;
    tab_to(page, "Enter sends").await?;
    let is_on = "document.activeElement.checked ?? \
                 document.activeElement.getAttribute('aria-checked') === 'true'";
    assert_eq!(page.eval(is_on).await?, true);
    page.press(Key::Space).await?;
    page.wait_until(&format!("!({is_on})")).await?;
    back_to(page, "As the system").await?;
    page.press(Key::ArrowRight).await?;
    page.wait_until("document.documentElement.dataset.theme === 'light'").await
}

#[test]
fn an_owner_needs_no_mouse() {
    on_stage(async |stage| {
        let profile = stage.browser.profile(Options::desktop()).await?;
        let page = profile.open(&stage.claim_link().await).await?;
        page.wait_for("#first-name").await?;
        first_steps(&page).await?;
        let link = codes(&page).await?;
        let phone = stage.browser.profile(Options::phone()).await?;
        let customer = say_yes(&phone, &link, "Emma").await?;
        super::stage::say(&customer, "Do you have rye bread?").await?;
        answer(&page).await?;
        hear(&customer, "Two loaves are left.").await?;
        search_everywhere(&page).await?;
        invite(stage, &page).await?;
        page.assert_clean()
    });
}

async fn first_steps(page: &Page) -> Result<(), Error> {
    tab_to(page, "input Your first name").await?;
    page.strike("Anna").await?;
    tab_to(page, "input").await?;
    page.strike("Korn").await?;
    press(page, "Open the counter").await?;
    page.wait_for_text("Put up your sign").await?;
    tab_to(page, "input Crust").await?;
    page.press(Key::ArrowRight).await?;
    press(page, "Next: opening hours").await?;
    page.wait_for_text("When are you open?").await?;
    press(page, "Next: print your code").await?;
    page.wait_for(".step-qr").await?;
    press(page, "Open the inbox").await?;
    page.wait_for_text("No chats yet").await
}

/// Looks at a code and makes another one, whose link comes back.
async fn codes(page: &Page) -> Result<String, Error> {
    press(page, "a Codes").await?;
    page.wait_for("[data-entry]").await?;
    press(page, "0 chats").await?;
    page.wait_for(".link-t").await?;
    shut(page, "0 chats").await?;
    back_to(page, "New code").await?;
    page.press(Key::Enter).await?;
    page.wait_for("#code-label").await?;
    tab_to(page, "input").await?;
    page.strike("Window").await?;
    press(page, "Make the code").await?;
    let link = page.text(".link-t").await?;
    page.press(Key::Escape).await?;
    page.wait_gone("dialog").await?;
    Ok(link)
}

async fn answer(page: &Page) -> Result<(), Error> {
    back_to(page, "a Inbox").await?;
    page.press(Key::Enter).await?;
    page.wait_for("[data-row]").await?;
    press(page, "Emma").await?;
    hear(page, "Do you have rye bread?").await?;
    tab_to(page, "textarea").await?;
    send(page, "Two loaves are left.").await
}

async fn search_everywhere(page: &Page) -> Result<(), Error> {
    back_to(page, "button Search").await?;
    page.press(Key::Enter).await?;
    page.wait_until("document.activeElement.matches('input[type=search]')").await?;
    page.strike("loaves").await?;
    page.wait_for(".hit mark").await?;
    tab_to(page, "Two loaves").await?;
    page.press(Key::Enter).await?;
    focus_on(page, "Two loaves are left.").await
}

async fn invite(stage: &Stage, page: &Page) -> Result<(), Error> {
    back_to(page, "a Team").await?;
    page.press(Key::Enter).await?;
    page.wait_for("[data-device]").await?;
    press(page, "Invite a colleague").await?;
    page.wait_for("#invite-name").await?;
    tab_to(page, "input").await?;
    page.strike("Ben").await?;
    press(page, "Make an invitation").await?;
    let link = page.text(".link-t").await?;

    let colleague = stage.browser.profile(Options::desktop()).await?.open(&link).await?;
    colleague.wait_for("button=Add this device").await?;
    press(&colleague, "Add this device").await?;
    colleague.wait_for(".digits").await?;
    let digits = "document.querySelector('.digits').getAttribute('aria-label')";
    let digits = colleague.eval(digits).await?;

    page.wait_until("document.activeElement.id === 'link-digits'").await?;
    page.strike(digits.as_str().ok_or(Error::Malformed("digits"))?).await?;
    page.press(Key::Enter).await?;
    page.wait_for_text("Ben can answer now").await?;
    page.press(Key::Escape).await?;
    page.wait_gone("dialog").await?;
    colleague.wait_for_text("You are at the counter").await?;
    press(&colleague, "Open the inbox").await?;
    colleague.wait_for("[data-row]").await
}
