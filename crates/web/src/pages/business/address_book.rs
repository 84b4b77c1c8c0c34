//! The owner's address book becomes a table of invitations, on this device alone.

use js_sys::Uint8Array;
use leptos::{prelude::*, task::spawn_local};
use tresen_content::{
    contacts::{self, ContactsError},
    limits::ADDRESS_BOOK_BYTES_MAX,
};
use wasm_bindgen_futures::JsFuture;
use web_sys::File;

use crate::{
    components::{ButtonKind, FilePicker, Glyph, Wrong},
    i18n::b,
    pages::save_text,
    state::app,
};

/// Asks for an address book and hands back a table with this link for everybody in it. Who stands in
/// an address book has said yes to nothing: the table is for a mail program, and nobody is written to.
#[component]
pub(super) fn AddressBook(link: String) -> impl IntoView {
    let wrong = RwSignal::new(None::<String>);
    let is_busy = RwSignal::new(false);
    let take = move |file: File| {
        let link = link.clone();
        wrong.set(None);
        is_busy.set(true);
        spawn_local(async move {
            match table(&file, &link).await {
                Ok((table, people)) => {
                    save_text(&table, "text/csv", "invitations.csv");
                    app().tell(b().book_people.of(people));
                }
                Err(error) => {
                    wrong.try_set(Some(reason(error).to_owned()));
                }
            }
            is_busy.try_set(false);
        });
    };
    view! {
        <FilePicker
            id="address-book"
            accept=".vcf,.csv,.txt,text/vcard,text/csv"
            name=b().book_invite
            label=b().book_invite.to_owned()
            on_file=take
            glyph=Glyph::Users
            kind=ButtonKind::Text
            busy=is_busy
        />
        <p class="hint">{b().book_hint}</p>
        <Wrong error=wrong />
    }
}

/// The table and how many rows it has.
async fn table(file: &File, link: &str) -> Result<(String, u64), ContactsError> {
    if file.size() > ADDRESS_BOOK_BYTES_MAX as f64 {
        return Err(ContactsError::TooLarge);
    }
    let read = JsFuture::from(file.array_buffer()).await;
    // It was moved or changed since it was chosen.
    let bytes = Uint8Array::new(&read.map_err(|_gone| ContactsError::BrokenOff)?).to_vec();
    let book = contacts::read(&bytes)?;
    Ok((book.invitations(link), book.contacts.len() as u64))
}

fn reason(error: ContactsError) -> &'static str {
    let b = b();
    match error {
        ContactsError::TooLarge => b.book_too_large,
        ContactsError::Packed => b.book_packed,
        ContactsError::NotText | ContactsError::NoColumns => b.book_unknown,
        ContactsError::BrokenOff => b.book_broken,
    }
}
