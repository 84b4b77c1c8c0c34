//! The nails story, in Hindi: a slot is offered and picked, held for a deposit by UPI, confirmed, moved once;
//! the customer is reminded a day before, and doesn't come.

use std::{fs, path::Path};

use tresen_testkit::browser::{Engine, Error, Options, Page};

use super::{
    pizza::shop,
    stage::{COMPOSER, Stage, accessible, on_stage_in},
    templates::{choose, set_value},
};

const HOUR_MS: i64 = 3_600_000;

#[test]
fn nails() {
    on_stage_in(Engine::Chromium, async |stage| {
        let (owner, link) = shop(stage, "hi-IN", "मीरा", "मीरा नेल स्टूडियो").await?;
        reminder(&owner).await?;
        set_up(&owner).await?;
        call(&owner).await?;

        let phone = stage.browser.profile(Options::phone().language("hi-IN")).await?;
        let customer = phone.open(&link).await?;
        customer.click("text=सूचनाएँ").await?;
        customer.type_into("#name", "प्रिया").await?;
        customer.click("button=हाँ, चैट खोलें").await?;
        say(&customer, "नमस्ते, जेल मैनीक्योर के लिए समय चाहिए").await?;

        offer(&owner).await?;
        pick(&customer).await?;
        pay(&owner, &customer).await?;
        let start = r#move(&customer).await?;
        owner.goto(&format!("{}/business/bookings", stage.world.origin())).await?;
        next_week(&owner).await?;
        accessible(&owner).await?;
        picture(&owner, "calendar").await?;

        remind(stage, &owner, &customer, start).await?;
        no_show(stage, &owner, &customer).await
    });
}

async fn say(page: &Page, text: &str) -> Result<(), Error> {
    page.wait_for(COMPOSER).await?;
    page.type_into(COMPOSER, text).await?;
    page.click("button=भेजें").await?;
    page.wait_for_text(text).await
}

/// A template that reminds of a booking.
async fn reminder(owner: &Page) -> Result<(), Error> {
    owner.click("a[href='/business/templates']").await?;
    owner.click("button=नया टेम्पलेट").await?;
    owner.type_into("#tpl-name", "Booking tomorrow").await?;
    let body = "नमस्ते {{name}}, {{service}} के लिए आपकी बुकिंग {{date}} को {{time}} बजे है। मिलते हैं!";
    owner.type_into("#tpl-body", body).await?;
    for (mark, example) in
        [("name", "प्रिया"), ("service", "मैनीक्योर"), ("date", "2026-11-28"), ("time", "16:30")]
    {
        owner.type_into(&format!("[data-mark={mark}] input"), example).await?;
    }
    owner.click("button=स्वीकृति के लिए भेजें").await?;
    owner.wait_for("[data-template] .pill.wait").await?;
    owner.click("[data-template]").await?;
    owner.click("button=खुद स्वीकृत करें").await?;
    owner.wait_for("dialog .pill.ok").await?;
    owner.eval("history.back()").await?;
    owner.wait_gone("dialog").await
}

/// How it is paid, and what can be booked.
async fn set_up(owner: &Page) -> Result<(), Error> {
    owner.click("a[href='/business/orders']").await?;
    owner.type_into("#rail-name", "Meera Nail Studio").await?;
    owner.type_into("#rail-upi", "meera@bank").await?;
    owner.click(".card:has(#rail-upi) .btn").await?;
    owner.wait_for_text("सेव हो गया").await?;

    owner.click("a[href='/business/bookings']").await?;
    owner.wait_for("#bk-zone").await?;
    set_value(owner, "#bk-zone", "Asia/Kolkata").await?;
    set_value(owner, "#bk-grid", "60").await?;
    owner.wait_until("document.querySelectorAll('#bk-reminder option').length > 1").await?;
    choose(owner, "#bk-reminder", 1).await?;
    owner.click("button=नियम सेव करें").await?;
    owner.type_into("#bk-person", "मीरा").await?;
    owner.click("button=व्यक्ति जोड़ें").await?;
    owner.wait_for("button=मीरा हटाएँ").await?;
    owner.type_into("#bk-service", "जेल मैनीक्योर").await?;
    set_value(owner, "#bk-buffer", "15").await?;
    owner.type_into("#bk-price", "900").await?;
    owner.type_into("#bk-deposit", "300").await?;
    set_value(owner, "#bk-currency", "INR").await?;
    accessible(owner).await?;
    picture(owner, "setup").await?;
    owner.click("button=सेवा जोड़ें").await?;
    owner.wait_for(".calendar").await
}

/// Somebody calls: without a name or a time nothing is written down; struck out, it is gone.
async fn call(owner: &Page) -> Result<(), Error> {
    owner.click("button=किसी का समय लिखें").await?;
    owner.wait_for("dialog [data-start]").await?;
    accessible(owner).await?;
    owner.click("dialog .btn.pri").await?;
    owner.wait_for_text("लिखें कि कौन आएगा").await?;
    owner.wait_for_text("समय चुनें").await?;
    owner.type_into("#entry-title", "सीमा जी, 98765 43210").await?;
    // A day of the next week, whatever today is.
    owner.click("dialog .slots.days .slot:nth-child(9)").await?;
    owner.click("dialog [data-start]").await?;
    picture(owner, "entry-new").await?;
    owner.click("dialog .btn.pri").await?;
    owner.wait_gone("dialog").await?;
    next_week(owner).await?;
    owner.wait_for_text("बिना चैट").await?;
    accessible(owner).await?;
    picture(owner, "entry").await?;
    owner.click("button=सीमा जी").await?;
    owner.wait_for("dialog .btn.danger").await?;
    accessible(owner).await?;
    owner.click("dialog .btn.danger").await?;
    owner.wait_gone("dialog").await?;
    owner.wait_gone("text=सीमा जी").await
}

async fn offer(owner: &Page) -> Result<(), Error> {
    owner.click("a[href='/business']").await?;
    owner.click("[data-row]").await?;
    owner.click("button=समय भेजें").await?;
    owner.wait_for("dialog [data-start]").await?;
    accessible(owner).await?;
    picture(owner, "offer").await?;
    owner.click("button=अगले समय चुनें").await?;
    owner.click("dialog .btn.pri").await?;
    owner.wait_gone("dialog").await
}

/// The customer takes the first time of the last day.
async fn pick(customer: &Page) -> Result<(), Error> {
    customer.click("button=समय चुनें").await?;
    customer.wait_for("dialog [data-start]").await?;
    customer.click("dialog .slots.days .slot:last-child").await?;
    customer.click("dialog [data-start]").await?;
    accessible(customer).await?;
    picture(customer, "pick").await?;
    customer.click("button=यह समय माँगें").await?;
    customer.wait_gone("dialog").await?;
    customer.wait_for_text("आपके लिए रखा है").await
}

/// The deposit is asked for by UPI; the shop says that it came, and the booking is confirmed by itself.
async fn pay(owner: &Page, customer: &Page) -> Result<(), Error> {
    customer.wait_for("a[href^='upi://pay']").await?;
    accessible(customer).await?;
    picture(customer, "deposit").await?;
    customer.click("button=मैंने भुगतान कर दिया").await?;
    owner.click("button=पैसा आ गया").await?;
    customer.wait_until("document.querySelector('[data-booking] .pill.ok') !== null").await
}

/// Moved once, within the rule; gives when it is now.
async fn r#move(customer: &Page) -> Result<i64, Error> {
    customer.click("button=विवरण").await?;
    customer.wait_for("dialog .btn").await?;
    accessible(customer).await?;
    picture(customer, "booking").await?;
    customer.click("button=समय बदलें").await?;
    customer.wait_for("dialog [data-start]").await?;
    customer.click("dialog .slots.days .slot:last-child").await?;
    let start = customer
        .eval("Number([...document.querySelectorAll('dialog [data-start]')].at(-1).dataset.start)")
        .await?;
    let start = start.as_i64().ok_or(Error::Malformed("a time"))?;
    customer.click(&format!("dialog [data-start='{start}']")).await?;
    customer.click("button=यह समय माँगें").await?;
    customer.wait_gone("dialog").await?;
    customer.wait_for_text("समय बदला गया").await?;
    accessible(customer).await?;
    picture(customer, "moved").await?;
    Ok(start)
}

/// The calendar of the booking's week.
async fn next_week(owner: &Page) -> Result<(), Error> {
    owner.wait_for(".calendar").await?;
    owner.click("button=बाद में").await?;
    owner.wait_for(".cal-card").await
}

/// A day before, the shop's device sends the template.
async fn remind(stage: &mut Stage, owner: &Page, customer: &Page, start: i64) -> Result<(), Error> {
    let now = owner.eval("Date.now()").await?.as_i64().ok_or(Error::Malformed("a time"))?;
    stage.world.pass(start - now - 23 * HOUR_MS);
    owner.reload().await?;
    customer.reload().await?;
    customer.wait_for(".tpl-mark-line").await?;
    customer.wait_for_text("मिलते हैं!").await?;
    accessible(customer).await?;
    picture(customer, "reminder").await
}

/// She writes that she is late, and doesn't come.
async fn no_show(stage: &mut Stage, owner: &Page, customer: &Page) -> Result<(), Error> {
    say(customer, "थोड़ी देर होगी").await?;
    customer.wait_for(".msg.me [data-state=delivered], .msg.me [data-state=read]").await?;
    stage.world.pass(23 * HOUR_MS + HOUR_MS / 2);
    owner.reload().await?;
    next_week(owner).await?;
    owner.click(".cal-card").await?;
    owner.wait_for("dialog .btn").await?;
    accessible(owner).await?;
    picture(owner, "desk").await?;
    owner.click("button=नहीं आए").await?;
    owner.wait_gone("dialog").await?;
    customer.reload().await?;
    customer
        .wait_until(
            "[...document.querySelectorAll('[data-booking] .pill')].some((one) => \
             one.innerText.includes('नहीं आए'))",
        )
        .await?;
    accessible(customer).await?;
    picture(customer, "no-show").await
}

/// Keeps a picture beside the documentation, when it is asked for.
async fn picture(page: &Page, name: &str) -> Result<(), Error> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("nails");
    fs::create_dir_all(&folder).map_err(Error::File)?;
    page.screenshot(&folder.join(format!("{name}.png"))).await
}
