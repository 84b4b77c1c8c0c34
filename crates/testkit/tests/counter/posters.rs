//! What a code is printed on, and that each can have a code of its own.

use std::{fs, path::Path};

use tresen_testkit::{
    browser::{Error, Page, Size},
    tour,
};

use super::stage::{accessible, native_customer, on_stage};

#[test]
fn posters_and_table_cards_are_counted_apart() {
    on_stage(async |stage| {
        let (owner, poster) = stage.owner("Anna", "Korn").await?;
        owner.click("button=Codes").await?;
        owner.click("[data-entry]").await?;
        owner.click("button=Print a poster").await?;
        owner.wait_for(".poster").await?;
        look(&owner, "a5").await?;
        owner.click("button=Poster A4").await?;
        owner.wait_for(".poster.a4").await?;
        look(&owner, "a4").await?;
        owner.click("button=Table cards").await?;
        owner.wait_until("document.querySelectorAll('.poster.table-card').length == 4").await?;
        look(&owner, "cards").await?;
        let printed = owner.text(".poster-u").await?;
        assert!(poster.ends_with(&printed), "{printed} isn't of {poster}");

        // A code of its own for the cards; what is printed stays table cards.
        owner.click("button=A code of its own for this").await?;
        owner.wait_for_text("is counted by itself").await?;
        owner.wait_for_text("Code: Poster · Table cards").await?;
        owner.wait_until("document.querySelectorAll('.poster.table-card').length == 4").await?;
        let own = owner.text(".poster-u").await?;
        assert_ne!(own, printed);
        let origin = stage.world.origin();
        let scheme = origin.split_once("://").map_or("http", |(scheme, _)| scheme).to_owned();
        native_customer(stage, &format!("{scheme}://{own}"), "Emma").await;

        owner.goto(&format!("{}/business/links", stage.world.origin())).await?;
        owner.wait_until("document.querySelectorAll('[data-entry]').length == 2").await?;
        let rows = owner
            .eval("[...document.querySelectorAll('[data-entry]')].map((one) => one.innerText)");
        let rows = rows.await?.to_string();
        let counted = |label: &str, uses: &str| {
            let row = rows.split("\",\"").find(|row| row.contains(label));
            assert!(row.is_some_and(|row| row.contains(uses)), "{label}: {rows}");
        };
        counted("Table cards", "1 chat");
        owner.assert_clean()
    });
}

/// Axe finds nothing on either screen, and there are pictures of both.
async fn look(page: &Page, name: &str) -> Result<(), Error> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("posters");
    fs::create_dir_all(&folder).map_err(Error::File)?;
    for (size, word) in [(Size::Phone, "phone"), (Size::Desktop, "desktop")] {
        page.resize(size).await?;
        tour::settled(page).await?;
        accessible(page).await?;
        page.screenshot(&folder.join(format!("{name}-{word}.png"))).await?;
    }
    Ok(())
}
