//! An address book becomes a table of invitations in the owner's browser.

use std::{fs, path::Path};

use tresen_testkit::browser::{Error, Key, Page};

use super::stage::{accessible, on_stage};

/// Keeps the text of what the page hands out as a file, instead of handing it out.
const CATCH: &str = "(() => { URL.createObjectURL = (blob) => { blob.text().then((text) => { \
                     window.__file = text; }); return 'blob:caught'; }; \
                     HTMLAnchorElement.prototype.click = function () {}; })()";

const BOOK: &str = "BEGIN:VCARD\r\nVERSION:4.0\r\nFN:Jürgen Groß\r\nEMAIL:jg@example.org\r\nEND:VCARD\r\n\
                    BEGIN:VCARD\r\nVERSION:3.0\r\nFN:प्रिया\r\nTEL:+91 98765 43210\r\nEND:VCARD\r\n";

async fn choose(page: &Page, folder: &Path, bytes: &[u8]) -> Result<(), Error> {
    let file = folder.join("contacts.vcf");
    fs::write(&file, bytes).map_err(Error::File)?;
    page.upload("#address-book", &[file.as_path()]).await
}

#[test]
fn an_address_book_becomes_a_table() {
    on_stage(async |stage| {
        let (owner, link) = stage.owner("Anna", "Korn").await?;
        let folder = tempfile::tempdir().map_err(Error::File)?;
        owner.click("button=Codes").await?;
        owner.click("[data-entry]").await?;
        owner.wait_for_text("The file stays on this device").await?;
        owner.eval(CATCH).await?;

        choose(&owner, folder.path(), b"PK\x03\x04 a packed file").await?;
        owner.wait_for_text("Unpack it first").await?;
        accessible(&owner).await?;
        choose(&owner, folder.path(), b"milk\neggs\n").await?;
        owner.wait_for_text("This is no address book").await?;
        choose(&owner, folder.path(), BOOK.as_bytes()).await?;
        owner.wait_for_text("The table has 2 people").await?;
        owner.wait_gone("text=This is no address book").await?;
        owner.wait_until("window.__file").await?;
        let table = owner.eval("window.__file").await?;
        let table = table.as_str().unwrap_or_default();
        let rows: Vec<_> = table.lines().collect();
        assert_eq!(rows.len(), 3, "{table}");
        assert!(rows[1].contains("Jürgen Groß") && rows[2].contains("+919876543210"), "{table}");
        assert!(rows[1..].iter().all(|row| row.contains(&link)), "{table}");
        // Nobody is known because of it.
        owner.press(Key::Escape).await?;
        owner.click("button=Inbox").await?;
        owner.wait_for_text("No chats yet").await?;
        owner.assert_clean()
    });
}
