//! `tresen invite`: a table for a mail program, made of an address book and the shop's link.
//!
//! Whoever stands in an address book has said yes to nothing (PRODUCT, principles): the table opens no
//! conversation. The people in it are written to outside of here, and decide at the link.

use std::{
    fs::{File, OpenOptions},
    io::{Read as _, Write as _},
    os::unix::fs::OpenOptionsExt as _,
};

use anyhow::Context as _;
use serde::Serialize;
use tresen_content::{contacts, limits::ADDRESS_BOOK_BYTES_MAX};

use crate::{chat, cli::InviteArgs, output};

/// What was made of the address book.
#[derive(Serialize)]
struct Report {
    /// Rows of the table.
    people: usize,
    /// Who stood there again, word for word.
    doubled: usize,
    /// Who had neither a name nor a number nor an address.
    empty: usize,
}

/// Writes the table, which must not be there yet, and prints how many are in it.
pub(crate) fn write(args: &InviteArgs) -> anyhow::Result<()> {
    chat::check_entry_link(&args.link).map_err(|failure| anyhow::anyhow!(failure.detail))?;
    let name = args.file.display();
    let mut bytes = Vec::new();
    let file = File::open(&args.file).with_context(|| format!("opening {name}"))?;
    file.take(u64::try_from(ADDRESS_BOOK_BYTES_MAX)?.saturating_add(1)).read_to_end(&mut bytes)?;
    let book = contacts::read(&bytes).with_context(|| format!("reading {name}"))?;
    let table = args.out.display();
    // Names and numbers of people: the owner's alone.
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&args.out)
        .and_then(|mut file| file.write_all(book.invitations(&args.link).as_bytes()))
        .with_context(|| format!("writing {table}"))?;
    output::last_line(&Report {
        people: book.contacts.len(),
        doubled: book.doubled,
        empty: book.empty,
    })
}
