//! The tables. Version 1 is the first; later versions append steps to [`MIGRATIONS`].

use rusqlite::Connection;

use crate::error::{Error, Result};

/// Each step leads from its index to the next version.
const MIGRATIONS: &[&str] = &[
    VERSION_1, VERSION_2, VERSION_3, VERSION_4, VERSION_5, VERSION_6, VERSION_7, VERSION_8,
    VERSION_9, VERSION_10,
];

const VERSION_1: &str = "
CREATE TABLE meta (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE token (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    hash BLOB NOT NULL UNIQUE,
    scopes TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    revoked_at INTEGER
) STRICT;

CREATE TABLE callback (
    level INTEGER PRIMARY KEY,
    url TEXT NOT NULL,
    verify_token TEXT NOT NULL,
    fields TEXT NOT NULL,
    is_local INTEGER NOT NULL
) STRICT;

CREATE TABLE customer (
    account BLOB PRIMARY KEY,
    conversation BLOB NOT NULL,
    wa_id TEXT NOT NULL UNIQUE,
    user_id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE message (
    wamid TEXT PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    conversation BLOB NOT NULL,
    position INTEGER NOT NULL,
    origin INTEGER NOT NULL,
    told INTEGER NOT NULL,
    callback_data TEXT,
    at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX message_by_position ON message (conversation, position);
CREATE INDEX message_to_follow ON message (at) WHERE origin = 1 AND told < 3;

CREATE TABLE webhook (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    lane BLOB NOT NULL,
    field TEXT NOT NULL,
    value TEXT NOT NULL,
    media BLOB,
    at INTEGER NOT NULL,
    attempts INTEGER NOT NULL
) STRICT;
CREATE INDEX webhook_by_lane ON webhook (lane, number);

CREATE TABLE idempotency (
    key BLOB PRIMARY KEY,
    request BLOB NOT NULL,
    answer TEXT,
    at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX idempotency_by_age ON idempotency (at);
";

/// Files: uploads, and what came with messages.
const VERSION_2: &str = "
CREATE TABLE media (
    id TEXT PRIMARY KEY,
    message BLOB UNIQUE,
    media_type TEXT NOT NULL,
    sha256 BLOB NOT NULL,
    size INTEGER NOT NULL,
    name TEXT NOT NULL,
    at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
";

/// Which reactions were told.
const VERSION_3: &str = "
CREATE TABLE reaction (
    message BLOB PRIMARY KEY,
    emoji TEXT NOT NULL
) STRICT, WITHOUT ROWID;
";

/// A log of events, with a delivery for each receiver that wants one.
const VERSION_4: &str = "
CREATE TABLE event (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    lane BLOB NOT NULL,
    field TEXT NOT NULL,
    value TEXT NOT NULL,
    media BLOB,
    at INTEGER NOT NULL
) STRICT;
CREATE INDEX event_by_age ON event (at);

CREATE TABLE delivery (
    event INTEGER NOT NULL,
    subscriber INTEGER NOT NULL,
    lane BLOB NOT NULL,
    state INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    status INTEGER,
    at INTEGER NOT NULL,
    PRIMARY KEY (event, subscriber)
) STRICT, WITHOUT ROWID;
CREATE INDEX delivery_that_waits ON delivery (subscriber, lane, event) WHERE state = 0;

CREATE TABLE subscriber (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    url TEXT NOT NULL,
    verify_token TEXT NOT NULL,
    fields TEXT NOT NULL,
    is_local INTEGER NOT NULL
) STRICT;

INSERT INTO event (number, lane, field, value, media, at)
    SELECT number, lane, field, value, media, at FROM webhook;
INSERT INTO delivery (event, subscriber, lane, state, attempts, status, at)
    SELECT number, 0, lane, 0, attempts, NULL, at FROM webhook;
DROP TABLE webhook;
";

/// Which decisions about templates were told.
const VERSION_5: &str = "
CREATE TABLE template (
    hash TEXT PRIMARY KEY,
    status TEXT NOT NULL
) STRICT, WITHOUT ROWID;
";

/// Bills, templates that are gone, uploads in parts, and of which template a message is.
const VERSION_6: &str = "
CREATE TABLE bill (
    reference TEXT PRIMARY KEY,
    message BLOB NOT NULL UNIQUE,
    conversation BLOB NOT NULL,
    order_message BLOB,
    told TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE gone_template (
    hash TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE upload (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    media_type TEXT NOT NULL,
    size INTEGER NOT NULL,
    at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX customer_by_conversation ON customer (conversation);
ALTER TABLE message ADD COLUMN template TEXT;
CREATE INDEX message_by_age ON message (at) WHERE origin = 1;
";

/// Whether a customer wants offers, as it was told last.
const VERSION_7: &str = "
ALTER TABLE customer ADD COLUMN wants_offers INTEGER;
";

/// What customers made of messages that were told.
const VERSION_8: &str = "
CREATE TABLE change (
    message BLOB PRIMARY KEY,
    text TEXT NOT NULL
) STRICT, WITHOUT ROWID;
";

/// The hashes of customers' keys, the links by which they came, what a message asks for, templates that were put away, and which version
/// of a template was told last.
const VERSION_9: &str = "
ALTER TABLE customer ADD COLUMN key_hash TEXT NOT NULL DEFAULT '';
ALTER TABLE customer ADD COLUMN entry TEXT NOT NULL DEFAULT '';
ALTER TABLE message ADD COLUMN asks TEXT;
ALTER TABLE gone_template ADD COLUMN is_archived INTEGER NOT NULL DEFAULT 0;
CREATE INDEX event_by_lane ON event (lane, number);

CREATE TABLE told_version (
    name TEXT NOT NULL,
    language TEXT NOT NULL,
    hash TEXT NOT NULL,
    category TEXT NOT NULL,
    PRIMARY KEY (name, language)
) STRICT, WITHOUT ROWID;
";

/// Pages of providers, refunds through them, and which of their webhooks were taken.
const VERSION_10: &str = "
CREATE TABLE hosted_page (
    provider TEXT NOT NULL,
    page TEXT NOT NULL,
    payment BLOB NOT NULL,
    currency TEXT NOT NULL,
    charge TEXT,
    PRIMARY KEY (provider, page)
) STRICT, WITHOUT ROWID;
CREATE INDEX hosted_page_by_payment ON hosted_page (payment);
CREATE INDEX hosted_page_by_charge ON hosted_page (provider, charge);

CREATE TABLE hosted_refund (
    step BLOB PRIMARY KEY,
    refund TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE hosted_event (
    provider TEXT NOT NULL,
    event TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (provider, event)
) STRICT, WITHOUT ROWID;
";

/// Brings the tables to the newest version.
pub(super) fn migrate(connection: &Connection) -> Result<()> {
    let version: i64 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    let version = usize::try_from(version).map_err(|_negative| Error::Damaged("version"))?;
    let Some(steps) = MIGRATIONS.get(version..) else {
        return Err(Error::Invalid("the gateway's store was made by a newer version"));
    };
    for step in steps {
        connection.execute_batch(step)?;
    }
    let newest = i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX);
    connection.pragma_update(None, "user_version", newest)?;
    Ok(())
}
