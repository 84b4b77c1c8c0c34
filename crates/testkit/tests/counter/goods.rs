//! An item with variants and options, written by its owner; and pictures that want to be more than that.

use std::{fs, path::Path};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use tresen_testkit::{
    browser::{Error, Key, Options, Page, Size},
    tour,
    world::Actor,
};
use tresen_view::{Answer, CatalogueView, ChoiceView, Command};

use super::{
    pizza::shop,
    stage::{accessible, native_customer, on_stage, photo, say_yes},
    templates::set_value,
};

/// A picture that would run, if anything ran it.
const SVG: &str = "<svg xmlns='http://www.w3.org/2000/svg' width='64' height='64' \
    onload='globalThis.ran = 1'><script>globalThis.ran = 1</script>\
    <foreignObject><img src='x' onerror='globalThis.ran = 1'/></foreignObject></svg>";

#[test]
fn variants_and_options_are_written_and_changed() {
    on_stage(async |stage| {
        let (owner, link) = shop(stage, "de-DE", "Anna", "Pizzeria Zum Ofen").await?;
        let (priya, _conversation) = native_customer(stage, &link, "Priya").await;
        owner.click("a[href='/business/orders']").await?;
        owner.click("#item-new").await?;

        // Nothing is there: each error stands at its field, and the first of them has the focus.
        owner.click("button=Hinzufügen").await?;
        owner.wait_until("document.activeElement.id == 'item-name'").await?;
        assert_eq!(owner.text("#item-name-error").await?, "Hier fehlt ein Name.");
        owner.wait_for("#item-price[aria-invalid=true]").await?;
        accessible(&owner).await?;

        owner.type_into("#item-name", "Margherita").await?;
        for (number, name, price) in [(1, "klein", "8,50"), (2, "groß", "viel")] {
            owner.click("button=Weitere Variante").await?;
            owner.type_into(&format!("#variant-{number}-name"), name).await?;
            owner.type_into(&format!("#variant-{number}-value"), price).await?;
        }
        owner.click("button=Weiteres Extra").await?;
        owner.type_into("#option-3-name", "extra Käse").await?;
        owner.type_into("#option-3-value", "1,50").await?;
        owner.click("button=Weitere Angabe").await?;
        owner.type_into("#fact-4-name", "Allergene").await?;
        owner.type_into("#fact-4-value", "Gluten, Milch").await?;
        owner.click("button=Hinzufügen").await?;
        owner.wait_until("document.activeElement.id == 'variant-2-value'").await?;
        assert_eq!(owner.count("[aria-invalid=true]").await?, 1);
        look(&owner, "item").await?;
        fill(&owner, "#variant-2-value", "10,50").await?;
        owner.click("button=Hinzufügen").await?;
        owner.wait_gone("dialog").await?;
        owner.wait_for_text("ab 8,50").await?;
        owner.wait_for_text("Geändert, noch nicht veröffentlicht.").await?;
        publish(&owner).await?;

        let item = catalogue(&priya).await.items.remove(0);
        assert_eq!(item.variants, [choice("klein", 850), choice("groß", 1_050)]);
        assert_eq!(item.options, [choice("extra Käse", 150)]);
        assert_eq!(item.facts, [("Allergene".to_owned(), "Gluten, Milch".to_owned())]);

        // Changed in its place; the rest stays.
        owner.click("button=Margherita ändern").await?;
        assert_eq!(owner.text("#variant-1-value").await?, "8,50");
        fill(&owner, "#variant-1-value", "9").await?;
        owner.click("button=extra Käse entfernen").await?;
        owner.click("button=Übernehmen").await?;
        owner.wait_gone("dialog").await?;
        // A currency that hasn't the prices' decimals is refused at its field.
        fill(&owner, "#catalogue-currency", "JPY").await?;
        owner.wait_for("#catalogue-currency[aria-invalid=true]").await?;
        accessible(&owner).await?;
        fill(&owner, "#catalogue-currency", "INR").await?;
        owner.wait_gone("#catalogue-currency[aria-invalid=true]").await?;
        publish(&owner).await?;
        let changed = catalogue(&priya).await;
        assert_eq!((&*changed.currency, changed.items.len()), ("INR", 1));
        assert_eq!(changed.items[0].id, item.id);
        assert_eq!(changed.items[0].variants, [choice("klein", 900), choice("groß", 1_050)]);
        assert!(changed.items[0].options.is_empty());
        look(&owner, "catalogue").await?;

        // What comes back on a day can't be ordered before, and says so.
        let phone = stage.browser.profile(Options::phone()).await?;
        let emma = say_yes(&phone, &link, "Emma").await?;
        emma.click("button=Catalogue").await?;
        emma.wait_for("button=Add Margherita").await?;
        emma.press(Key::Escape).await?;
        emma.wait_gone("dialog").await?;
        owner.click("button=Margherita ändern").await?;
        set_value(&owner, "#item-again", "2099-12-31").await?;
        owner.click("button=Übernehmen").await?;
        owner.wait_gone("dialog").await?;
        publish(&owner).await?;
        emma.click("button=Catalogue").await?;
        emma.wait_for_text("Available again on 31 Dec 2099").await?;
        accessible(&emma).await?;
        assert_eq!(emma.count("dialog [data-item] .btn").await?, 0);
        emma.assert_clean()
    });
}

#[test]
fn a_picture_is_only_a_picture() {
    on_stage(async |stage| {
        let (owner, link) = stage.owner("Anna", "Korn").await?;
        let (priya, _conversation) = native_customer(stage, &link, "Priya").await;
        let folder = stage.world.config(0).data_dir.clone();
        owner.click("a[href='/business/orders']").await?;
        owner.click("#item-new").await?;
        owner.type_into("#item-name", "Rye bread").await?;
        owner.type_into("#item-price", "4.50").await?;

        // Drawn nowhere, under whichever name it comes.
        for name in ["bread.svg", "bread.png"] {
            let file = folder.join(name);
            fs::write(&file, SVG).map_err(Error::File)?;
            owner.upload("dialog #logo", &[&file]).await?;
            owner.wait_for(".toast").await?;
            owner.wait_gone("button=Another picture").await?;
            owner.wait_gone(".toast").await?;
        }
        // What hangs on a sound picture is gone when it was drawn anew.
        let file = photo(&owner, &folder).await?;
        let mut bytes = fs::read(&file).map_err(Error::File)?;
        bytes.extend_from_slice(SVG.as_bytes());
        fs::write(&file, bytes).map_err(Error::File)?;
        owner.upload("dialog #logo", &[&file]).await?;
        owner.wait_for("button=Another picture").await?;
        owner.click("button=Add").await?;
        owner.wait_gone("dialog").await?;
        owner.click("button=Publish catalogue").await?;
        owner.wait_for_text("The catalogue is published.").await?;
        assert_eq!(owner.eval("globalThis.ran ?? 0").await?, 0, "the picture ran");

        let published = catalogue(&priya).await;
        let hashes: Vec<String> =
            published.items.iter().filter_map(|item| item.picture.clone()).collect();
        assert_eq!(hashes.len(), 1);
        let wanted = Command::Pictures { account: published.account, hashes };
        let Answer::Pictures(pictures) = priya.call(wanted).await else { panic!("pictures") };
        let (head, picture) = pictures[0].url.split_once(";base64,").expect("a data URL");
        assert!(matches!(head, "data:image/webp" | "data:image/jpeg"), "{head}");
        let picture = STANDARD.decode(picture).expect("base64");
        let hangs_on = |part: &[u8]| picture.windows(part.len()).any(|window| window == part);
        assert!(!hangs_on(b"<svg") && !hangs_on(b"script"), "something came along");
        owner.assert_clean()
    });
}

fn choice(name: &str, price: i64) -> ChoiceView {
    ChoiceView { name: name.to_owned(), price }
}

async fn catalogue(customer: &Actor) -> CatalogueView {
    let business = customer.conversations().await[0].counterpart;
    let asked = Command::Catalogue { account: Some(business) };
    let Answer::Catalogue(found) = customer.call(asked).await else { panic!("a catalogue") };
    *found
}

async fn publish(owner: &Page) -> Result<(), Error> {
    owner.click("button=Katalog veröffentlichen").await?;
    owner.wait_gone("text=Geändert, noch nicht veröffentlicht.").await
}

/// Puts a value in the place of what a field has.
async fn fill(page: &Page, field: &str, value: &str) -> Result<(), Error> {
    let quoted = serde_json::json!(field);
    page.eval(&format!("document.querySelector({quoted}).select()")).await?;
    page.type_into(field, value).await
}

/// Axe finds nothing on either screen, and there are pictures of both.
async fn look(page: &Page, name: &str) -> Result<(), Error> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("goods");
    fs::create_dir_all(&folder).map_err(Error::File)?;
    for (size, word) in [(Size::Phone, "phone"), (Size::Desktop, "desktop")] {
        page.resize(size).await?;
        tour::settled(page).await?;
        accessible(page).await?;
        page.screenshot(&folder.join(format!("{name}-{word}.png"))).await?;
    }
    Ok(())
}
