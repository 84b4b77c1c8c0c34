//! Takes the pictures of the documentation: `cargo xtask screenshots [LANGUAGE]`.
//!
//! Every page of a walk through the web app is saved under `docs/screenshots`, named by language,
//! screen and page.

mod small;

use std::path::Path;

use tresen_testkit::{
    browser::{Browser, Engine, Error, Size},
    tour,
    world::run,
};

fn main() -> Result<(), Error> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/screenshots");
    let only = std::env::args().nth(1);
    run(async {
        for words in &tour::WORDS {
            if only.as_ref().is_some_and(|only| only != words.language) {
                continue;
            }
            let world = tour::open_house().await;
            let browser = Browser::launch(Engine::Chromium).await?;
            tour::walk(&world, &browser, words, async |page, name| {
                for (size, screen) in [(Size::Desktop, "desktop"), (Size::Phone, "phone")] {
                    page.resize(size).await?;
                    tour::settled(page).await?;
                    let file = format!("{}-{screen}-{name}.png", words.language);
                    let file = folder.join(file);
                    page.screenshot(&file).await?;
                    small::shrink(&file).expect("a picture that was just written");
                }
                Ok(())
            })
            .await?;
        }
        Ok(())
    })
}
