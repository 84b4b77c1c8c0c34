//! What is drawn stays where it is: a page that moves while it loads takes away what a finger is about
//! to touch.

use tresen_testkit::browser::{Error, Options, Page};

use super::stage::{native_business, on_stage, say, say_yes};

/// How much may move: nothing that an eye sees, a tenth of what Core Web Vitals call good.
const SHIFTS: f64 = 0.01;

/// Loads a page, waits until it is whole, and says how much moved.
async fn moved(page: &Page, address: &str, whole: &str) -> Result<f64, Error> {
    page.goto(address).await?;
    page.wait_for(whole).await?;
    page.shifts().await
}

#[test]
fn what_is_drawn_stays_where_it_is() {
    on_stage(async |stage| {
        let (mut shop, link) = native_business(stage).await;
        let phone = stage.browser.profile(Options::phone()).await?;
        let emma = say_yes(&phone, &link, "Emma").await?;
        say(&emma, "Two rolls, please").await?;
        shop.hear("Two rolls, please").await;
        let origin = stage.world.origin().to_owned();
        for (path, whole) in [
            ("/settings", "input.sw:not([disabled])"),
            ("/settings/limits", "[data-limits], .card"),
            ("/settings/devices", "[data-device], .card"),
            ("/", "[data-row]"),
        ] {
            let shifts = moved(&emma, &format!("{origin}{path}"), whole).await?;
            assert!(shifts < SHIFTS, "{path} moved by {shifts}");
        }
        emma.assert_clean()
    });
}
