//! A walk through every page of the web app, for those who look at each of them.
//!
//! ```text
//! the owner claims, takes the first steps, prints the code → a colleague joins
//! → a customer looks, says yes, writes → both look around → whoever has no account
//! ```
//!
//! At every stop the visitor gets the page and the stop's name. Pages are found by what they are
//! made of and not by their words, so that the walk is the same in every language.

use std::path::Path;

use serde_json::json;
use tresen_server::{
    Config,
    admin::{self, Verdict},
};
use tresen_types::{Categories, Category};

use crate::{
    browser::{Browser, Error, Options, Page, Profile, Size},
    world::World,
};

mod words;

pub use words::{WORDS, Words};

const COMPOSER: &str = ".comp textarea";
const SUBMIT: &str = "button[type=submit]";
/// A switch that only the worker knows.
const SWITCH: &str = "label.sw-row:nth-child(3)";

/// Somebody who walks and shows the pages to a visitor.
struct Tour<'a, V> {
    world: &'a World,
    browser: &'a Browser,
    origin: &'a str,
    words: &'a Words,
    visit: V,
}

/// Starts a server that gives the web app, which `cargo xtask web` has built.
///
/// # Panics
/// When it isn't built.
pub async fn open_house() -> World {
    open_house_with(|config| config.templates.self_approval = true).await
}

/// Starts such a server with a changed configuration.
///
/// # Panics
/// When the web app isn't built.
pub async fn open_house_with(change: impl Fn(&mut Config)) -> World {
    let dist = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/web/dist");
    assert!(dist.join("index.html").exists(), "the web app isn't built: run `cargo xtask web`");
    World::start_with(|config| {
        config.web_dist = Some(dist.clone());
        // As the browser names this machine: it holds what comes from there for safe.
        let origin = config.origin.take();
        config.origin = origin.map(|origin| origin.replace("127.0.0.1", "localhost"));
        // Nobody answers there: domains of walks don't exist.
        config.domains.resolver = Some(([127, 0, 0, 1], 9).into());
        change(config);
    })
    .await
}

/// A page hears of its new size when the next frame is made, and shows it in the one after; a page that
/// isn't in sight makes none.
const TWO_FRAMES: &str = "new Promise((done) => { \
    requestAnimationFrame(() => requestAnimationFrame(done)); setTimeout(done, 250); })";

/// Waits until nothing is missing and nothing moves any more.
pub async fn settled(page: &Page) -> Result<(), Error> {
    page.eval(TWO_FRAMES).await?;
    page.eval("document.querySelector('[data-tour]')?.scrollIntoView() ?? null").await?;
    page.wait_gone(".sk").await?;
    page.wait_until(
        "document.getAnimations().every((one) => one.playState !== 'running' || \
         one.effect.getTiming().iterations === Infinity) && \
         [...document.images].every((one) => one.complete)",
    )
    .await
}

/// Walks through everything in a language.
///
/// # Errors
/// What the browser or the visitor says.
///
/// # Panics
/// When the server makes no claim link.
pub async fn walk<V>(world: &World, browser: &Browser, words: &Words, visit: V) -> Result<(), Error>
where
    V: AsyncFnMut(&Page, &'static str) -> Result<(), Error>,
{
    let claim = admin::create_claim_link(world.server().app()).await.expect("a claim link");
    let mut tour = Tour { world, browser, origin: world.origin(), words, visit };
    let desktop = tour.profile(Options::desktop()).await?;
    let owner = desktop.open(&claim).await?;
    let link = tour.open_counter(&owner).await?;
    tour.behind_the_counter(&owner).await?;
    tour.invite(&owner).await?;
    let phone = tour.profile(Options::phone()).await?;
    let customer = tour.enter(&phone, &link).await?;
    tour.talk(&owner, &customer).await?;
    tour.in_the_inbox(&owner).await?;
    tour.in_the_chat(&customer).await?;
    tour.decided(&owner).await?;
    tour.at_home(&phone, &customer).await?;
    tour.strangers().await
}

impl<V> Tour<'_, V>
where
    V: AsyncFnMut(&Page, &'static str) -> Result<(), Error>,
{
    async fn profile(&self, options: Options) -> Result<Profile, Error> {
        self.browser.profile(options.language(self.words.language).plain()).await
    }

    async fn show(&mut self, page: &Page, name: &'static str) -> Result<(), Error> {
        settled(page).await?;
        (self.visit)(page, name).await?;
        // The visitor may have looked at it on another screen.
        page.resize(page.own_size()).await
    }

    async fn go(&self, page: &Page, path: &str, found: &str) -> Result<(), Error> {
        page.goto(&format!("{}{path}", self.origin)).await?;
        page.wait_for(found).await
    }

    /// Opens what lies over the page, shows it and shuts it.
    async fn show_over(
        &mut self,
        page: &Page,
        button: &str,
        found: &str,
        name: &'static str,
    ) -> Result<(), Error> {
        page.click(button).await?;
        page.wait_for(found).await?;
        self.show(page, name).await?;
        shut(page).await
    }

    /// The owner's first minutes; gives the first code's link.
    async fn open_counter(&mut self, page: &Page) -> Result<String, Error> {
        page.type_into("#first-name", self.words.owner).await?;
        page.type_into("#business-name", self.words.shop).await?;
        self.show(page, "claim").await?;
        page.click(SUBMIT).await?;
        page.wait_for("form.step .signs, form.step [role=radiogroup], form.step fieldset").await?;
        self.show(page, "first-sign").await?;
        let title = page.text("form.step h1").await?;
        page.click("form.step button[type=submit]").await?;
        page.wait_gone(&format!("text={title}")).await?;
        self.show(page, "first-hours").await?;
        page.click("form.step button[type=submit]").await?;
        page.wait_for(".step-qr").await?;
        self.show(page, "first-code").await?;
        page.click(".step-counter a.pri").await?;
        page.wait_for(".poster").await?;
        self.show(page, "poster").await?;
        self.go(page, "/business", ".empty a[href='/business/links']").await?;
        self.show(page, "inbox-empty").await?;
        self.go(page, "/business/links", "[data-entry]").await?;
        self.show(page, "codes").await?;
        page.click("[data-entry]").await?;
        let link = page.text(".link-t").await?;
        self.show(page, "code").await?;
        shut(page).await?;
        self.show_over(page, ".page-head button", "#code-label", "new-code").await?;
        Ok(link)
    }

    async fn behind_the_counter(&mut self, page: &Page) -> Result<(), Error> {
        self.go(page, "/business/profile", "form.shop").await?;
        self.show(page, "shop").await?;
        self.domain(page).await?;
        self.go(page, "/business/settings", SWITCH).await?;
        self.show(page, "business-settings").await?;
        self.show_over(page, "main button.lrow", "dialog[open]", "shortcuts").await?;
        self.go(page, "/business/orders", "#item-new").await?;
        self.show(page, "orders").await?;
        page.click("#item-new").await?;
        page.click("dialog .rows button").await?;
        page.wait_for("dialog .choice-row").await?;
        self.show(page, "item").await?;
        shut(page).await?;
        self.go(page, "/business/bookings", "#bk-zone").await?;
        self.show(page, "bookings").await?;
        self.go(page, "/business/statistics", ".stats").await?;
        self.show(page, "statistics").await?;
        self.go(page, "/business/teamwork", "#reply-shortcut").await?;
        self.show(page, "teamwork").await?;
        page.type_into("#label-name", self.words.label).await?;
        page.click("#labels button[type=submit]").await?;
        page.wait_for(&format!("text={}", self.words.label)).await?;
        self.go(page, "/business/usage", "[data-rating]").await?;
        self.show(page, "usage").await?;
        self.go(page, "/business/broadcasts", ".page-head button").await?;
        self.show_over(page, ".page-head button", "dialog[open] #bc-template", "broadcasts")
            .await?;
        self.templates(page).await?;
        self.cards(page).await
    }

    /// A domain is claimed; nobody answers for it.
    async fn domain(&mut self, page: &Page) -> Result<(), Error> {
        page.type_into("#shop-domain", "lindner.example").await?;
        page.click("#domain .btn.pri").await?;
        page.wait_for("#domain [data-trouble]").await?;
        scroll_to(page, "#domain").await?;
        self.show(page, "domain").await
    }

    /// A template with cards is written, then one with an offer that ends.
    async fn cards(&mut self, page: &Page) -> Result<(), Error> {
        self.go(page, "/business/templates/new", "#tpl-name").await?;
        page.type_into("#tpl-name", "Today").await?;
        page.type_into("#tpl-body", self.words.cards).await?;
        page.type_into("[data-mark] input", self.words.customer).await?;
        page.click("#tpl-add-cards").await?;
        for (card, (body, button)) in ["1", "2"].into_iter().zip(self.words.card) {
            page.type_into(&format!("#tpl-card-{card}"), body).await?;
            page.type_into(&format!("[data-card='{card}'] [data-words]"), button).await?;
        }
        let last = json!(self.words.card[1].1);
        page.wait_until(&format!(
            "[...document.querySelectorAll('.tpl-stage .tpl-btn')].some((one) => \
             one.innerText.includes({last}))"
        ))
        .await?;
        scroll_to(page, "[data-card]").await?;
        self.show(page, "new-cards").await?;
        page.click("#tpl-add-offer").await?;
        page.type_into("#tpl-offer", self.words.offer).await?;
        page.wait_for(".tpl-stage .tpl-offer").await?;
        self.show(page, "new-offer").await
    }

    /// A template is written.
    async fn templates(&mut self, page: &Page) -> Result<(), Error> {
        self.go(page, "/business/templates/new", "#tpl-name").await?;
        page.type_into("#tpl-name", "Order ready").await?;
        page.type_into("#tpl-body", self.words.template).await?;
        page.type_into("[data-mark] input", self.words.example).await?;
        page.wait_for(&format!("text={}", self.words.example)).await?;
        self.show(page, "new-template").await?;
        page.click(SUBMIT).await?;
        page.wait_for("[data-template]").await?;
        self.show(page, "templates").await?;
        page.click("[data-template]").await?;
        page.wait_for("dialog .tpl").await?;
        self.show(page, "template").await?;
        page.click("dialog .btn.pri").await?;
        page.wait_for("dialog .pill.ok").await?;
        shut(page).await
    }

    /// A colleague joins.
    async fn invite(&mut self, owner: &Page) -> Result<(), Error> {
        self.go(owner, "/business/devices", "[data-device]").await?;
        self.show(owner, "team").await?;
        owner.click(".page-head button").await?;
        owner.type_into("#invite-name", self.words.colleague).await?;
        self.show(owner, "invite").await?;
        owner.click("dialog button[type=submit]").await?;
        let link = owner.text(".link-t").await?;
        self.show(owner, "invitation").await?;
        let stops = ["join", "join-code", "join-digits", "joined-owner", "joined"];
        self.join(owner, &link, "#link-digits", stops).await
    }

    /// A new device uses an invitation, and its digits are typed where it was invited.
    async fn join(
        &mut self,
        inviting: &Page,
        link: &str,
        field: &str,
        [asked, code, typed, done, joined]: [&'static str; 5],
    ) -> Result<(), Error> {
        let profile = self.profile(Options::desktop()).await?;
        let new = profile.open(link).await?;
        new.wait_for(".step-counter button").await?;
        self.show(&new, asked).await?;
        new.click(".step-counter button").await?;
        new.wait_for(".digits").await?;
        self.show(&new, code).await?;
        let digits = "document.querySelector('.digits').getAttribute('aria-label')";
        let digits = new.eval(digits).await?;
        let digits = digits.as_str().ok_or(Error::Malformed("digits"))?;
        inviting.type_into(field, digits).await?;
        self.show(inviting, typed).await?;
        inviting.click("dialog button[type=submit]").await?;
        inviting.wait_for("dialog .empty, dialog .in .btn.pri:not([type=submit])").await?;
        self.show(inviting, done).await?;
        shut(inviting).await?;
        new.wait_for(".steps-page a.btn.pri").await?;
        self.show(&new, joined).await?;
        new.close().await
    }

    /// The customer looks, then says yes.
    async fn enter(&mut self, phone: &Profile, link: &str) -> Result<Page, Error> {
        let page = phone.open(link).await?;
        page.type_into("#name", self.words.customer).await?;
        self.show(&page, "entry").await?;
        page.click("form .btn:not([type=submit])").await?;
        page.wait_gone("#name").await?;
        self.show(&page, "entry-look").await?;
        page.click(".counter .btn.pri").await?;
        page.type_into("#name", self.words.customer).await?;
        // Notices too.
        page.click("form label.opt").await?;
        page.click(SUBMIT).await?;
        page.wait_for(COMPOSER).await?;
        Ok(page)
    }

    async fn talk(&mut self, owner: &Page, customer: &Page) -> Result<(), Error> {
        say(customer, self.words.question).await?;
        self.go(owner, "/business", &format!("text={}", self.words.question)).await?;
        self.show(owner, "inbox").await?;
        owner.click("[data-row]").await?;
        hear(owner, self.words.question).await?;
        say(owner, self.words.answer).await?;
        hear(customer, self.words.answer).await?;
        let folder = tempfile::tempdir().map_err(Error::File)?;
        let list = folder.path().join(self.words.file);
        std::fs::write(&list, vec![b' '; 18_400]).map_err(Error::File)?;
        owner.upload("input[data-role=attach]", &[&list]).await?;
        owner.wait_for(".tray").await?;
        self.show(owner, "attach").await?;
        owner.click(".comp button[type=submit]").await?;
        customer.wait_for(".filec").await?;
        say(customer, self.words.thanks).await?;
        hear(owner, self.words.thanks).await?;
        customer.wait_for("[data-state=read]").await?;
        self.show(owner, "inbox-chat").await?;
        self.show(customer, "chat").await?;
        self.send_template(owner, customer).await
    }

    /// The owner sends the template that was written.
    async fn send_template(&mut self, owner: &Page, customer: &Page) -> Result<(), Error> {
        owner.click("[data-window] .btn").await?;
        owner.wait_for("dialog [data-template]").await?;
        self.show(owner, "choose-template").await?;
        owner.click("dialog [data-template]").await?;
        owner.type_into("#tpl-1", self.words.example).await?;
        owner.wait_for("dialog .tpl").await?;
        self.show(owner, "send-template").await?;
        owner.click("dialog .btn.pri").await?;
        owner.wait_gone("dialog").await?;
        customer.wait_for("[data-why]").await?;
        self.show(customer, "chat-template").await
    }

    /// Why a message came, reporting it, and a stop word.
    async fn permission(&mut self, page: &Page) -> Result<(), Error> {
        page.click("[data-why]").await?;
        page.wait_for("dialog .why").await?;
        self.show(page, "why").await?;
        page.click("dialog .btn.danger").await?;
        page.wait_for("dialog .report-which").await?;
        self.show(page, "report").await?;
        page.click("dialog .in .btn.fill").await?;
        page.wait_gone("dialog").await?;
        say(page, self.words.stop).await?;
        page.wait_for("[data-stopped]").await?;
        self.show(page, "stopped").await?;
        page.click("[data-stopped] .btn").await?;
        page.wait_gone("[data-stopped]").await
    }

    /// The operator decides about the report, and the shop may object.
    async fn decided(&mut self, page: &Page) -> Result<(), Error> {
        let (config, clock) = (self.world.config(0).clone(), self.world.clock());
        let reports = admin::reports(&config).await.expect("a queue");
        let report = reports.first().expect("the customer's report").id;
        let categories = Categories::NONE.with(Category::Marketing);
        let verdict = Verdict::Suspend { categories };
        let reason = self.words.reason;
        admin::decide_report(&config, &clock, report, verdict, reason).await.expect("a decision");
        self.go(page, "/business/usage", "[data-decision] summary").await?;
        page.click("[data-decision] summary").await?;
        scroll_to(page, "[data-decision]").await?;
        self.show(page, "decisions").await
    }

    async fn in_the_inbox(&mut self, page: &Page) -> Result<(), Error> {
        page.resize(Size::Phone).await?;
        self.show_over(page, ".chat-title", "dialog[open]", "customer-card").await?;
        page.click(".bar button[aria-haspopup=menu]:last-child").await?;
        page.wait_for("[role=menuitem]").await?;
        self.show(page, "chat-menu").await?;
        shut(page).await?;
        self.go(page, "/business", "[data-row]").await?;
        page.click(".inbox-head button.ib").await?;
        page.type_into("input[type=search]", self.words.found).await?;
        page.wait_for(".hit").await?;
        self.show(page, "inbox-search").await
    }

    /// What lies over a chat.
    async fn in_the_chat(&mut self, page: &Page) -> Result<(), Error> {
        for (cell, name) in [(1, "about"), (2, "readers"), (3, "limits")] {
            let button = format!(".trust button:nth-child({cell})");
            self.show_over(page, &button, "dialog[open] .in > *", name).await?;
        }
        page.click(".bar button[aria-haspopup=menu]").await?;
        page.wait_for("[role=menuitem]").await?;
        page.click("[role=menuitem]").await?;
        page.type_into("dialog input[type=search]", self.words.found).await?;
        page.wait_for(".hit").await?;
        self.show(page, "search").await?;
        shut(page).await?;
        self.permission(page).await
    }

    /// The customer's other pages.
    async fn at_home(&mut self, phone: &Profile, page: &Page) -> Result<(), Error> {
        self.go(page, "/", "[data-row]").await?;
        self.show(page, "chats").await?;
        self.go(page, "/settings", SWITCH).await?;
        self.show(page, "settings").await?;
        self.show_over(page, "[data-passkey] ~ .lrow .btn", "dialog .code", "recovery-code")
            .await?;
        self.go(page, "/settings/limits", "[data-limits]").await?;
        self.show(page, "all-limits").await?;
        self.go(page, "/settings/devices", "[data-device]").await?;
        self.show(page, "devices").await?;
        page.click(".page-in > .btn.pri").await?;
        let link = page.text(".link-t").await?;
        self.show(page, "own-invitation").await?;
        let stops =
            ["own-join", "own-join-code", "own-join-digits", "own-joined-here", "own-joined"];
        self.join(page, &link, "#device-digits", stops).await?;
        let second = phone.blank().await?;
        self.go(&second, "/", ".empty .btn.pri").await?;
        self.show(&second, "other-window").await?;
        second.close().await?;
        self.leave(page).await
    }

    /// The customer's account ends.
    async fn leave(&mut self, page: &Page) -> Result<(), Error> {
        self.go(page, "/settings/delete", "#delete-yes").await?;
        self.show(page, "delete").await?;
        page.click("#delete-yes label").await?;
        page.click("main .btn.danger").await?;
        page.wait_for("dialog .btn.danger.fill").await?;
        self.show(page, "delete-sure").await?;
        page.click("dialog .btn.danger.fill").await?;
        page.wait_for("[data-goodbye]").await?;
        self.show(page, "deleted").await
    }

    /// Whoever has no account here.
    async fn strangers(&mut self) -> Result<(), Error> {
        let page = self.profile(Options::phone()).await?.blank().await?;
        for (path, found, name) in [
            ("/", ".empty a[href='/recover']", "no-chats"),
            ("/recover", "#recover-code", "recover"),
            ("/business", ".empty a[href='/recover']", "no-business"),
            ("/claim", ".empty", "link-cut"),
            ("/nowhere", ".empty a.pri", "not-found"),
        ] {
            self.go(&page, path, found).await?;
            self.show(&page, name).await?;
        }
        // The server says that there is no such link, which the browser reports.
        page.forgive("404");
        page.forgive("400");
        self.go(&page, "/e/0410g20820g42#0123456789abcdefghjkmnpqrs", ".empty").await?;
        self.show(&page, "entry-broken").await?;
        page.close().await
    }
}

/// Brings something to the top of what is in sight, on every screen on which it is looked at.
async fn scroll_to(page: &Page, selector: &str) -> Result<(), Error> {
    let selector = json!(selector);
    page.eval(&format!("document.querySelector({selector}).dataset.tour = 'top'")).await?;
    Ok(())
}

async fn shut(page: &Page) -> Result<(), Error> {
    page.eval("history.back()").await?;
    page.wait_gone("dialog").await
}

async fn say(page: &Page, text: &str) -> Result<(), Error> {
    page.type_into(COMPOSER, text).await?;
    page.click(".comp button[type=submit]").await?;
    hear(page, text).await
}

async fn hear(page: &Page, text: &str) -> Result<(), Error> {
    let text = json!(text);
    page.wait_until(&format!(
        "[...document.querySelectorAll('.msg .bub')].some((one) => one.innerText.includes({text}))"
    ))
    .await
}
