//! The tables. Version 1 is the first; later versions append steps to [`MIGRATIONS`].

use rusqlite::Connection;

use crate::error::{Error, Result};

/// Each step leads from its index to the next version.
const MIGRATIONS: &[&str] = &[
    VERSION_1,
    VERSION_2,
    VERSION_3,
    VERSION_4,
    VERSION_5,
    VERSION_6,
    VERSION_7,
    super::broadcast::TABLES,
    super::booking::TABLES,
    super::record::TABLES,
    super::domain::TABLES,
    super::search::TABLES,
    super::message::UNREAD_INDEX,
    super::due::INDEXES,
    super::list::INDEXES,
];

/// The search was one of FTS5's tables; of these, version 12 needs the one with the text.
const VERSION_1: &str = "
CREATE TABLE meta (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE mls (
    kind INTEGER NOT NULL,
    grp BLOB NOT NULL,
    key BLOB NOT NULL,
    value BLOB NOT NULL,
    PRIMARY KEY (grp, kind, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE account (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    account BLOB NOT NULL,
    device BLOB NOT NULL,
    name TEXT NOT NULL,
    business_name TEXT NOT NULL,
    language TEXT NOT NULL,
    account_seed BLOB,
    device_seed BLOB NOT NULL,
    certificate BLOB NOT NULL,
    own_group BLOB,
    is_registered INTEGER NOT NULL,
    has_recovery INTEGER NOT NULL,
    is_revoked INTEGER NOT NULL
) STRICT;

CREATE TABLE contact (
    account BLOB PRIMARY KEY,
    account_key BLOB NOT NULL,
    device_list BLOB NOT NULL,
    device_list_sequence INTEGER NOT NULL,
    profile BLOB NOT NULL,
    name TEXT NOT NULL,
    is_blocked INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE certificate (
    account BLOB NOT NULL,
    device BLOB NOT NULL,
    certificate BLOB NOT NULL,
    name TEXT NOT NULL,
    signature_key BLOB NOT NULL,
    is_listed INTEGER NOT NULL,
    PRIMARY KEY (account, device)
) STRICT, WITHOUT ROWID;

CREATE TABLE conversation (
    id BLOB PRIMARY KEY,
    grp BLOB NOT NULL,
    kind INTEGER NOT NULL,
    state INTEGER NOT NULL,
    counterpart BLOB,
    entry BLOB,
    label TEXT,
    since INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    needs_leaf_update INTEGER NOT NULL,
    leaf_updated_at INTEGER NOT NULL,
    resynced_at INTEGER NOT NULL,
    epoch INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    gaps INTEGER NOT NULL,
    read_position INTEGER NOT NULL,
    is_closed INTEGER NOT NULL,
    assignee BLOB,
    waiting_since INTEGER,
    draft TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE member (
    conversation BLOB NOT NULL,
    device BLOB NOT NULL,
    account BLOB NOT NULL,
    since INTEGER NOT NULL,
    PRIMARY KEY (conversation, device)
) STRICT, WITHOUT ROWID;

CREATE TABLE message (
    position INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    conversation BLOB NOT NULL,
    kind INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    at INTEGER NOT NULL,
    sender_account BLOB NOT NULL,
    sender_device BLOB NOT NULL,
    is_own INTEGER NOT NULL,
    state INTEGER,
    content BLOB NOT NULL,
    nonce BLOB NOT NULL,
    receipt BLOB NOT NULL,
    is_reportable INTEGER NOT NULL,
    owes INTEGER NOT NULL
) STRICT;
CREATE INDEX message_by_conversation ON message (conversation, position);
CREATE INDEX message_by_sequence ON message (conversation, sequence);
CREATE INDEX message_by_nonce ON message (nonce);
CREATE INDEX message_that_owes ON message (owes) WHERE owes > 0;

CREATE TABLE message_fts_content (
    id INTEGER PRIMARY KEY,
    c0 TEXT
);

CREATE TABLE reaction (
    message BLOB NOT NULL,
    reactor BLOB NOT NULL,
    is_own INTEGER NOT NULL,
    emoji TEXT NOT NULL,
    id BLOB NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (message, reactor)
) STRICT, WITHOUT ROWID;

CREATE TABLE outbox (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    conversation BLOB NOT NULL,
    nonce BLOB NOT NULL UNIQUE,
    message BLOB,
    class INTEGER NOT NULL,
    content BLOB NOT NULL,
    franking_tag BLOB NOT NULL,
    at INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    is_failed INTEGER NOT NULL,
    epoch INTEGER,
    ciphertext BLOB
) STRICT;

CREATE TABLE handshake (
    conversation BLOB PRIMARY KEY,
    kind INTEGER NOT NULL,
    request BLOB NOT NULL,
    renews_leaf INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE call (
    id INTEGER PRIMARY KEY,
    message BLOB NOT NULL
) STRICT;

CREATE TABLE consent (
    business BLOB NOT NULL,
    customer BLOB NOT NULL,
    sequence INTEGER NOT NULL,
    consent BLOB NOT NULL,
    PRIMARY KEY (business, customer)
) STRICT, WITHOUT ROWID;

CREATE TABLE entry_link (
    entry BLOB PRIMARY KEY,
    label TEXT NOT NULL,
    link BLOB NOT NULL,
    sequence INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE left_device (
    conversation BLOB NOT NULL,
    device BLOB NOT NULL,
    PRIMARY KEY (conversation, device)
) STRICT, WITHOUT ROWID;

CREATE TABLE attachment (
    message BLOB PRIMARY KEY,
    conversation BLOB NOT NULL,
    state INTEGER NOT NULL,
    blob BLOB
) STRICT, WITHOUT ROWID;

CREATE TABLE file_chunk (
    message BLOB NOT NULL,
    number INTEGER NOT NULL,
    bytes BLOB NOT NULL,
    PRIMARY KEY (message, number)
) STRICT;

CREATE TABLE private_order (
    conversation BLOB NOT NULL,
    field INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (conversation, field)
) STRICT, WITHOUT ROWID;

CREATE TABLE archive_key (
    id BLOB PRIMARY KEY,
    key BLOB NOT NULL,
    made_at INTEGER NOT NULL,
    is_retired INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE archived (
    message BLOB PRIMARY KEY
) STRICT, WITHOUT ROWID;

CREATE TABLE archive_segment (
    blob BLOB PRIMARY KEY,
    position INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE recovery (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    lookup_hash BLOB NOT NULL,
    wrap_key BLOB NOT NULL,
    stored_hash BLOB NOT NULL
) STRICT;

CREATE TABLE invitation (
    id BLOB PRIMARY KEY,
    role INTEGER NOT NULL,
    name TEXT NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
";

/// Several ways back, which all devices with the account key keep up to date; lines and reactions in
/// the archive.
const VERSION_2: &str = "
ALTER TABLE account RENAME COLUMN has_recovery TO has_archive;

CREATE TABLE way_back (
    lookup_hash BLOB PRIMARY KEY,
    wrap_key BLOB NOT NULL,
    stored_hash BLOB NOT NULL,
    credential BLOB,
    device BLOB NOT NULL,
    made_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO way_back (lookup_hash, wrap_key, stored_hash, credential, device, made_at)
    SELECT lookup_hash, wrap_key, stored_hash, NULL, account.device, 0 FROM recovery, account;
DROP TABLE recovery;
";

/// The service window, templates, and what the server says to a business's message.
const VERSION_3: &str = "
ALTER TABLE conversation ADD COLUMN window_at INTEGER;
UPDATE conversation SET window_at = updated_at;
ALTER TABLE outbox ADD COLUMN category INTEGER NOT NULL DEFAULT 0;
ALTER TABLE outbox ADD COLUMN flags INTEGER NOT NULL DEFAULT 0;
ALTER TABLE outbox ADD COLUMN template BLOB;
ALTER TABLE outbox ADD COLUMN refusal TEXT;

CREATE TABLE template (
    account BLOB NOT NULL,
    hash BLOB NOT NULL,
    document BLOB NOT NULL,
    approval BLOB NOT NULL,
    counts_self_signed INTEGER NOT NULL,
    PRIMARY KEY (account, hash)
) STRICT, WITHOUT ROWID;
";

/// Consents that the server hasn't heard of yet.
const VERSION_4: &str = "
ALTER TABLE consent ADD COLUMN is_due INTEGER NOT NULL DEFAULT 0;
";

/// What a customer allowed before, and the words that were read.
const VERSION_5: &str = "
CREATE TABLE consent_history (
    business BLOB NOT NULL,
    customer BLOB NOT NULL,
    sequence INTEGER NOT NULL,
    consent BLOB NOT NULL,
    PRIMARY KEY (business, customer, sequence)
) STRICT, WITHOUT ROWID;
INSERT INTO consent_history (business, customer, sequence, consent)
    SELECT business, customer, sequence, consent FROM consent;

CREATE TABLE wording (
    hash BLOB PRIMARY KEY,
    words TEXT NOT NULL
) STRICT, WITHOUT ROWID;
";

/// Messages held for a weekly digest.
const VERSION_6: &str = "
ALTER TABLE message ADD COLUMN held_until INTEGER;
CREATE INDEX message_that_is_held ON message (held_until) WHERE held_until IS NOT NULL;
";

/// Catalogues, and the index of orders and payments.
const VERSION_7: &str = "
CREATE TABLE catalogue (
    account BLOB NOT NULL,
    page INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    bytes BLOB NOT NULL,
    PRIMARY KEY (account, page)
) STRICT, WITHOUT ROWID;

CREATE TABLE picture (
    hash BLOB PRIMARY KEY,
    bytes BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE deal (
    root BLOB NOT NULL,
    message BLOB NOT NULL,
    conversation BLOB NOT NULL,
    is_payment INTEGER NOT NULL,
    pays BLOB,
    PRIMARY KEY (root, message)
) STRICT, WITHOUT ROWID;
CREATE INDEX deal_that_pays ON deal (pays) WHERE pays IS NOT NULL;
";

/// Brings the tables to the newest version.
pub(super) fn migrate(connection: &Connection) -> Result<()> {
    let version: i64 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    let version = usize::try_from(version).map_err(|_negative| Error::Damaged("version"))?;
    let Some(steps) = MIGRATIONS.get(version..) else {
        return Err(Error::StoreUnavailable("made by a newer version of this program".to_owned()));
    };
    for step in steps {
        connection.execute_batch(step)?;
    }
    let newest = i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX);
    connection.pragma_update(None, "user_version", newest)?;
    Ok(())
}

/// The tables as version 11 had them.
#[cfg(test)]
pub(super) fn migrate_to_11(connection: &Connection) {
    let content =
        "CREATE TABLE message_fts_content (\n    id INTEGER PRIMARY KEY,\n    c0 TEXT\n);";
    let search = "CREATE VIRTUAL TABLE message_fts USING fts5 (
        text, tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3'
    );";
    assert!(VERSION_1.contains(content));
    connection.execute_batch(&VERSION_1.replace(content, search)).unwrap();
    for step in &MIGRATIONS[1..11] {
        connection.execute_batch(step).unwrap();
    }
    connection.pragma_update(None, "user_version", 11).unwrap();
}
