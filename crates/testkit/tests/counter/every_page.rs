//! Every page, on both screens: axe finds nothing, nothing is cut off, nothing is left untranslated.

use std::collections::BTreeSet;

use tresen_testkit::{
    browser::{Error, Page, Size},
    tour,
};

use super::stage::on_stage;

/// The router's source: a page that is added there must be added below too.
const ROUTER: &str = include_str!("../../../web/src/router.rs");

/// Where the walk passes each page of the router.
const STOPS: [(&str, &str); 29] = [
    ("Home", "chats"),
    ("Entry", "entry"),
    ("Chat", "chat"),
    ("Settings", "settings"),
    ("Devices", "devices"),
    ("Limits", "all-limits"),
    ("Delete", "delete"),
    ("Recover", "recover"),
    ("Claim", "claim"),
    ("Link", "join"),
    ("Business", "inbox"),
    ("NotFound", "not-found"),
    ("Inbox", "inbox"),
    ("Chat", "inbox-chat"),
    ("FirstRun", "first-sign"),
    ("Links", "codes"),
    ("Poster", "poster"),
    ("Devices", "team"),
    ("Profile", "shop"),
    ("Settings", "business-settings"),
    ("Orders", "orders"),
    ("Bookings", "bookings"),
    ("Statistics", "statistics"),
    ("Broadcasts", "broadcasts"),
    ("Usage", "usage"),
    ("Templates", "templates"),
    ("NewTemplate", "new-template"),
    ("Teamwork", "teamwork"),
    // Built with the feature `gallery` only, for those who work on the components.
    ("Gallery", ""),
];

/// The names of the pages in the router's two lists.
fn pages() -> Vec<&'static str> {
    let mut pages = Vec::new();
    let mut is_inside = false;
    for line in ROUTER.lines() {
        match line {
            "pub enum Route {" | "pub enum BusinessRoute {" => is_inside = true,
            "}" => is_inside = false,
            _ => {}
        }
        let indented = line.strip_prefix("    ").filter(|rest| !rest.starts_with(' '));
        if let Some(name) = indented.filter(|_| is_inside)
            && name.starts_with(|first: char| first.is_ascii_uppercase())
        {
            pages.extend(name.split(|letter: char| !letter.is_ascii_alphanumeric()).next());
        }
    }
    pages
}

#[test]
fn every_page_is_usable_by_everybody() {
    on_stage(async |stage| {
        let mut passed = BTreeSet::new();
        let mut wrong = Vec::new();
        let words = &tour::WORDS[0];
        tour::walk(&stage.world, &stage.browser, words, async |page, name| {
            passed.insert(name);
            if page.count(".strip").await? > 0 {
                wrong.push(format!("{name} says that there is no network"));
            }
            for size in [Size::Desktop, Size::Phone] {
                page.resize(size).await?;
                tour::settled(page).await?;
                wrong.extend(look(page, name, size).await?);
            }
            Ok(())
        })
        .await?;
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        let known = STOPS.iter().map(|(page, _)| *page).collect::<Vec<_>>();
        let mut missing = pages();
        missing.retain(|page| !known.contains(page));
        assert!(missing.is_empty(), "pages without a stop on the walk: {missing:?}");
        for (page, stop) in STOPS {
            assert!(stop.is_empty() || passed.contains(stop), "the walk doesn't pass {page}");
        }
        Ok(())
    });
}

/// What is wrong with a page on this screen, in both colour schemes and with large text.
async fn look(page: &Page, name: &str, size: Size) -> Result<Vec<String>, Error> {
    let mut wrong = Vec::new();
    for dark in [false, true] {
        page.prefer_dark(dark).await?;
        tour::settled(page).await?;
        for found in page.axe().await? {
            wrong.push(format!("{name}, {size:?}, dark {dark}: {found:?}"));
        }
    }
    page.prefer_dark(false).await?;
    if size == Size::Phone {
        page.eval("document.documentElement.style.fontSize = '200%'").await?;
        let wide = page.eval(TOO_WIDE).await?;
        if wide != "" {
            wrong.push(format!("{name} at 200 %: {wide}"));
        }
        page.eval("document.documentElement.style.fontSize = ''").await?;
    }
    page.assert_clean()?;
    Ok(wrong)
}

/// The element that makes the page scroll sideways, if any.
const TOO_WIDE: &str = "(() => {
    const over = document.querySelector('dialog[open]');
    const root = over ?? document.scrollingElement;
    const width = over ? over.clientWidth : innerWidth;
    if (root.scrollWidth <= width + 1) return '';
    const left = over ? over.getBoundingClientRect().left : 0;
    const wide = [...root.querySelectorAll('*')].filter(
        (one) => one.getBoundingClientRect().right > left + width + 1 && one.checkVisibility());
    return `${root.scrollWidth} wide: ${wide.slice(0, 3).map((one) => one.outerHTML.slice(0, 160)).join(' ; ')}`;
})()";
