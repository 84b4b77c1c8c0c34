//! The tables, and how they come into a database that several nodes open at once.
//!
//! Everything lies in the schema `delivery`. Values that only this crate reads are in the encoding of
//! the embedded store ([`super::super::codec`]). The tables of nonces take turns: a generation of 30
//! days writes into one of them, and the next but one begins with emptying it. A mailbox that is new
//! begins after `cursor_floor`, which a move from another store raises over all that it has given out.

use super::{connection::Connection, trouble::Trouble};
use crate::{StoreError, limits::MIGRATION_ATTEMPTS_MAX};

/// What a version of the tables is called in `delivery.meta`.
const VERSION: i64 = 2;

/// Makes room for the version. Creating what is there does nothing.
const PREPARE: &str = "
BEGIN;
CREATE SCHEMA IF NOT EXISTS delivery;
CREATE TABLE IF NOT EXISTS delivery.meta (
    id BIGINT PRIMARY KEY,
    version BIGINT NOT NULL,
    nonce_generation BIGINT NOT NULL,
    cursor_floor BIGINT NOT NULL
);
INSERT INTO delivery.meta (id, version, nonce_generation, cursor_floor) VALUES (1, 0, 0, 0)
    ON CONFLICT DO NOTHING;
COMMIT;";

const READ_VERSION: &str = "SELECT version FROM delivery.meta WHERE id = 1";
const LOCK_VERSION: &str = "SELECT version FROM delivery.meta WHERE id = 1 FOR UPDATE";

/// The first version. `fillfactor` leaves room for the new versions of rows that change all the time,
/// and entries are vacuumed often, because most live for moments.
const CREATE: &str = "
-- One row for each open store, with the number of its last committed batch.
CREATE TABLE delivery.writer (
    id BYTEA PRIMARY KEY,
    batch BIGINT NOT NULL,
    seen_at BIGINT NOT NULL
) WITH (fillfactor = 50);
-- A conversation's head (encoded: kind, accounts, group, epoch, members) and its last sequence number.
CREATE TABLE delivery.conversation (
    id BYTEA PRIMARY KEY,
    head BYTEA NOT NULL,
    sequence BIGINT NOT NULL
) WITH (fillfactor = 60, autovacuum_vacuum_scale_factor = 0.05);
-- Public group state: part 0 is group info and ratchet tree, part 1 the pending proposals,
-- part 2 the standing: the customer's clock and what counts. Part 3 is a business's purse, under the
-- account in place of a conversation.
CREATE TABLE delivery.group_state (
    conversation BYTEA NOT NULL,
    part BIGINT NOT NULL,
    value BYTEA NOT NULL,
    PRIMARY KEY (conversation, part)
);
-- The conversations that are delivered to a device.
CREATE TABLE delivery.membership (
    device BYTEA NOT NULL,
    conversation BYTEA NOT NULL,
    PRIMARY KEY (device, conversation)
);
-- The conversations in which an account takes part.
CREATE TABLE delivery.party (
    account BYTEA NOT NULL,
    conversation BYTEA NOT NULL,
    PRIMARY KEY (account, conversation)
);
-- A mailbox's lock, and the last cursor that was given out in it. Stays when the device is dropped.
CREATE TABLE delivery.mailbox (
    device BYTEA PRIMARY KEY,
    last_cursor BIGINT NOT NULL
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05);
-- The last cursor that was removed from a mailbox because its device has it.
CREATE TABLE delivery.acknowledged (
    device BYTEA PRIMARY KEY,
    through BIGINT NOT NULL
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05);
-- The entries. `payload` names the payload that has the value, or is empty.
CREATE TABLE delivery.entry (
    device BYTEA NOT NULL,
    cursor BIGINT NOT NULL,
    accepted_at BIGINT NOT NULL,
    time_to_live_s BIGINT NOT NULL,
    size BIGINT NOT NULL,
    payload BYTEA NOT NULL,
    value BYTEA NOT NULL,
    PRIMARY KEY (device, cursor)
) WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.2);
-- Entries that several mailboxes refer to.
CREATE TABLE delivery.payload (
    id BYTEA PRIMARY KEY,
    value BYTEA NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0.02);
-- How many mailboxes still refer to a payload.
CREATE TABLE delivery.share (
    id BYTEA PRIMARY KEY,
    holders BIGINT NOT NULL
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02);
-- How far a move into this database has come; no row when none is under way.
CREATE TABLE delivery.move (
    id BIGINT PRIMARY KEY,
    section BIGINT NOT NULL,
    after BYTEA NOT NULL
);
-- Device and nonce, and what was answered; even and odd generations.
CREATE TABLE delivery.nonce_even (key BYTEA PRIMARY KEY, answer BYTEA NOT NULL);
CREATE TABLE delivery.nonce_odd (key BYTEA PRIMARY KEY, answer BYTEA NOT NULL);
UPDATE delivery.meta SET version = 1 WHERE id = 1;";

/// The second version: charges. Those that nobody holds any more are found by an index of their own.
const CHARGES: &str = "
-- What is due, open or settled (codec::charge): the number says how many mailboxes an open one still
-- lies in, or when a settled one was settled.
CREATE TABLE delivery.charge (
    key BYTEA PRIMARY KEY,
    number BIGINT NOT NULL,
    value BYTEA NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0.05);
CREATE INDEX charge_lost ON delivery.charge (key) WHERE number <= 0;
UPDATE delivery.meta SET version = 2 WHERE id = 1;";

/// Brings the tables to this version. A later version is left alone: its tables serve this one too,
/// until all nodes have the later program.
pub(in crate::delivery) async fn migrate(connection: &Connection) -> Result<(), StoreError> {
    let mut last = StoreError::corrupt("the tables couldn't be made");
    for _attempt in 0..MIGRATION_ATTEMPTS_MAX {
        match try_migrate(connection).await {
            Ok(()) => return Ok(()),
            Err(trouble) => {
                if connection.is_closed() {
                    return Err(trouble.into());
                }
                // Another node makes the same at this moment: even `IF NOT EXISTS` fails then.
                connection.run("ROLLBACK").await?;
                last = trouble.into();
            }
        }
    }
    Err(last)
}

async fn try_migrate(connection: &Connection) -> Result<(), Trouble> {
    if stored_version(connection, READ_VERSION).await.is_ok_and(|version| version >= VERSION) {
        return Ok(());
    }
    connection.run(PREPARE).await?;
    connection.run("BEGIN").await?;
    let version = stored_version(connection, LOCK_VERSION).await?;
    for (number, statements) in [(1, CREATE), (2, CHARGES)] {
        if version < number {
            connection.run(statements).await?;
        }
    }
    connection.run("COMMIT").await
}

async fn stored_version(connection: &Connection, sql: &'static str) -> Result<i64, Trouble> {
    let rows = connection.query(sql, Vec::new()).await?;
    let row = rows.first().ok_or(Trouble::Conflict)?;
    Ok(row.try_get(0)?)
}

/// Makes a generation of nonces the present one, unless somebody else has done it.
pub(in crate::delivery) async fn rotate_nonces(
    connection: &Connection,
    generation: i64,
) -> Result<(), Trouble> {
    const LOCK: &str = "SELECT nonce_generation FROM delivery.meta WHERE id = 1 FOR UPDATE";
    const SET: &str = "UPDATE delivery.meta SET nonce_generation = $1 WHERE id = 1";
    connection.run("BEGIN").await?;
    let rows = connection.query(LOCK, Vec::new()).await?;
    let present: i64 = rows.first().ok_or(Trouble::Conflict)?.try_get(0)?;
    if present < generation {
        connection.run(if generation % 2 == 0 { EMPTY_EVEN } else { EMPTY_ODD }).await?;
        if generation - present > 1 {
            connection.run(if generation % 2 == 0 { EMPTY_ODD } else { EMPTY_EVEN }).await?;
        }
        connection.query(SET, vec![Box::new(generation)]).await?;
    }
    connection.run("COMMIT").await
}

const EMPTY_EVEN: &str = "TRUNCATE delivery.nonce_even";
const EMPTY_ODD: &str = "TRUNCATE delivery.nonce_odd";
