//! The statements that write a batch.
//!
//! Their order is the same on every node: after the locks of conversations and mailboxes, whatever one
//! transaction may wait for comes in this order, each kind sorted, so that no two wait for each other.

use std::collections::BTreeMap;

use tokio_postgres::Row;

use super::{
    batch::Batch,
    charge::charge_steps,
    connection::{Parameters, Step, parameter},
    to_sql,
};
use crate::{
    StoreError,
    delivery::{Delivered, codec},
    limits::SHARED_RECIPIENTS_MIN,
};

const INSERT_CONVERSATIONS: &str = "INSERT INTO delivery.conversation (id, head, sequence)
    SELECT u.id, u.head, u.sequence
    FROM unnest($1::bytea[], $2::bytea[], $3::bigint[]) AS u(id, head, sequence)";
const UPDATE_CONVERSATIONS: &str = "UPDATE delivery.conversation AS c
    SET head = u.head, sequence = u.sequence
    FROM unnest($1::bytea[], $2::bytea[], $3::bigint[]) AS u(id, head, sequence)
    WHERE c.id = u.id";
const UPDATE_SEQUENCES: &str = "UPDATE delivery.conversation AS c SET sequence = u.sequence
    FROM unnest($1::bytea[], $2::bigint[]) AS u(id, sequence)
    WHERE c.id = u.id";
const PUT_GROUP_STATE: &str = "INSERT INTO delivery.group_state (conversation, part, value)
    SELECT u.conversation, u.part, u.value
    FROM unnest($1::bytea[], $2::bigint[], $3::bytea[]) AS u(conversation, part, value)
    ON CONFLICT (conversation, part) DO UPDATE SET value = EXCLUDED.value";
const PUT_PARTIES: &str = "INSERT INTO delivery.party (account, conversation)
    SELECT u.account, u.conversation FROM unnest($1::bytea[], $2::bytea[]) AS u(account, conversation)
    ON CONFLICT DO NOTHING";
const PUT_MEMBERSHIPS: &str = "INSERT INTO delivery.membership (device, conversation)
    SELECT u.device, u.conversation FROM unnest($1::bytea[], $2::bytea[]) AS u(device, conversation)
    ON CONFLICT DO NOTHING";
const REMOVE_MEMBERSHIPS: &str = "DELETE FROM delivery.membership WHERE (device, conversation) IN
    (SELECT u.device, u.conversation
     FROM unnest($1::bytea[], $2::bytea[]) AS u(device, conversation))";
/// Fails when somebody else has made one of the mailboxes meanwhile: nobody had locked it.
const INSERT_MAILBOXES: &str = "INSERT INTO delivery.mailbox (device, last_cursor)
    SELECT u.device, u.last_cursor FROM unnest($1::bytea[], $2::bigint[]) AS u(device, last_cursor)";
const UPDATE_MAILBOXES: &str = "UPDATE delivery.mailbox AS m SET last_cursor = u.last_cursor
    FROM unnest($1::bytea[], $2::bigint[]) AS u(device, last_cursor)
    WHERE m.device = u.device";
const INSERT_NONCES_EVEN: &str = "INSERT INTO delivery.nonce_even (key, answer)
    SELECT u.key, u.answer FROM unnest($1::bytea[], $2::bytea[]) AS u(key, answer)";
const INSERT_NONCES_ODD: &str = "INSERT INTO delivery.nonce_odd (key, answer)
    SELECT u.key, u.answer FROM unnest($1::bytea[], $2::bytea[]) AS u(key, answer)";
const INSERT_PAYLOADS: &str = "INSERT INTO delivery.payload (id, value)
    SELECT u.id, u.value FROM unnest($1::bytea[], $2::bytea[]) AS u(id, value)";
const INSERT_SHARES: &str = "INSERT INTO delivery.share (id, holders)
    SELECT u.id, u.holders FROM unnest($1::bytea[], $2::bigint[]) AS u(id, holders)";
const INSERT_ENTRIES: &str =
    "INSERT INTO delivery.entry (device, cursor, accepted_at, time_to_live_s, size, payload, value)
    SELECT u.device, u.cursor, $7, u.time_to_live_s, u.size, u.payload, u.value
    FROM unnest($1::bytea[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bytea[], $6::bytea[])
        AS u(device, cursor, time_to_live_s, size, payload, value)";
/// Locks in the order of the ids: the members of a group acknowledge on several nodes at once.
const RELEASE_SHARES: &str = "WITH released AS (
        SELECT s.id, u.holders FROM unnest($1::bytea[], $2::bigint[]) AS u(id, holders)
        JOIN delivery.share AS s ON s.id = u.id ORDER BY s.id FOR UPDATE OF s)
    UPDATE delivery.share AS s SET holders = s.holders - r.holders
    FROM released AS r WHERE s.id = r.id";
const REMOVE_PAYLOADS: &str = "DELETE FROM delivery.payload WHERE id IN
    (SELECT s.id FROM delivery.share AS s WHERE s.id = ANY($1::bytea[]) AND s.holders <= 0)";
const REMOVE_SHARES: &str =
    "DELETE FROM delivery.share WHERE id = ANY($1::bytea[]) AND holders <= 0";

/// A unique prefix for the payloads of a batch: the beginning of the writer's id, and the number.
pub(super) struct PayloadIds {
    pub(super) writer: [u8; 8],
    pub(super) batch: u64,
}

impl PayloadIds {
    fn id(&self, index: usize) -> Vec<u8> {
        const INDEX_BITS: u32 = 16;
        let index = u64::try_from(index).unwrap_or(u64::MAX);
        debug_assert!(index < 1 << INDEX_BITS, "a batch has fewer payloads");
        [self.writer, ((self.batch << INDEX_BITS) | index).to_be_bytes()].concat()
    }
}

/// Adds a statement, unless it has nothing to do.
fn step(steps: &mut Vec<Step>, sql: &'static str, is_empty: bool, parameters: Parameters) {
    if !is_empty {
        steps.push(Step::new(sql, parameters));
    }
}

/// What writes the batch, without the commit.
pub(super) fn steps(
    batch: &Batch,
    delivered: &[Delivered],
    generation: i64,
    payload_ids: &PayloadIds,
) -> Result<Vec<Step>, StoreError> {
    let mut steps = Vec::new();
    conversation_steps(batch, &mut steps);
    mailbox_steps(batch, generation, &mut steps);
    charge_steps(batch, &mut steps);
    entry_steps(batch, delivered, payload_ids, &mut steps)?;
    Ok(steps)
}

fn conversation_steps(batch: &Batch, steps: &mut Vec<Step>) {
    let (mut new, mut heads, mut sequences) =
        ((vec![], vec![], vec![]), (vec![], vec![], vec![]), (vec![], vec![]));
    for (id, conversation) in &batch.conversations {
        let id = id.as_bytes().to_vec();
        let sequence = to_sql(conversation.sequence);
        if conversation.has_new_head {
            let columns = if conversation.is_new { &mut new } else { &mut heads };
            columns.0.push(id);
            columns.1.push(codec::encode_head(&conversation.head));
            columns.2.push(sequence);
        } else if conversation.has_new_sequence {
            sequences.0.push(id);
            sequences.1.push(sequence);
        }
    }
    for (sql, columns) in [(INSERT_CONVERSATIONS, new), (UPDATE_CONVERSATIONS, heads)] {
        let is_empty = columns.0.is_empty();
        let columns = vec![parameter(columns.0), parameter(columns.1), parameter(columns.2)];
        step(steps, sql, is_empty, columns);
    }
    let is_empty = sequences.0.is_empty();
    step(steps, UPDATE_SEQUENCES, is_empty, vec![parameter(sequences.0), parameter(sequences.1)]);

    let (mut ids, mut parts, mut values) = (vec![], vec![], vec![]);
    for (id, part) in &batch.changed_parts {
        if let Some(value) = batch.parts.get(&(*id, *part)) {
            ids.push(id.as_bytes().to_vec());
            parts.push(i64::from(*part));
            values.push(value.to_vec());
        }
    }
    let is_empty = ids.is_empty();
    step(
        steps,
        PUT_GROUP_STATE,
        is_empty,
        vec![parameter(ids), parameter(parts), parameter(values)],
    );

    let (accounts, ids): (Vec<_>, Vec<_>) = batch
        .parties
        .iter()
        .map(|(account, id)| (account.as_bytes().to_vec(), id.as_bytes().to_vec()))
        .unzip();
    step(steps, PUT_PARTIES, ids.is_empty(), vec![parameter(accounts), parameter(ids)]);
    for (sql, wanted) in [(PUT_MEMBERSHIPS, true), (REMOVE_MEMBERSHIPS, false)] {
        let (devices, ids): (Vec<_>, Vec<_>) = batch
            .memberships
            .iter()
            .filter(|(_key, is_put)| **is_put == wanted)
            .map(|((device, id), _is_put)| (device.as_bytes().to_vec(), id.as_bytes().to_vec()))
            .unzip();
        step(steps, sql, ids.is_empty(), vec![parameter(devices), parameter(ids)]);
    }
}

fn mailbox_steps(batch: &Batch, generation: i64, steps: &mut Vec<Step>) {
    for (sql, is_stored) in [(INSERT_MAILBOXES, false), (UPDATE_MAILBOXES, true)] {
        let (devices, cursors): (Vec<_>, Vec<_>) = batch
            .mailboxes
            .iter()
            .filter(|(_device, mailbox)| mailbox.is_changed && mailbox.is_stored == is_stored)
            .map(|(device, mailbox)| (device.as_bytes().to_vec(), to_sql(mailbox.last)))
            .unzip();
        step(steps, sql, devices.is_empty(), vec![parameter(devices), parameter(cursors)]);
    }
    let (keys, answers): (Vec<_>, Vec<_>) = batch
        .nonces
        .iter()
        .map(|(key, seen)| (key.to_vec(), codec::encode_nonce(seen).to_vec()))
        .unzip();
    let sql = if generation % 2 == 0 { INSERT_NONCES_EVEN } else { INSERT_NONCES_ODD };
    step(steps, sql, keys.is_empty(), vec![parameter(keys), parameter(answers)]);
}

fn entry_steps(
    batch: &Batch,
    delivered: &[Delivered],
    payload_ids: &PayloadIds,
    steps: &mut Vec<Step>,
) -> Result<(), StoreError> {
    let (mut shared_ids, mut shared_values, mut holders) = (vec![], vec![], vec![]);
    let (mut devices, mut cursors, mut lives, mut sizes) = (vec![], vec![], vec![], vec![]);
    let (mut payloads, mut values) = (vec![], vec![]);
    for one in delivered {
        let mut value = Vec::new();
        codec::encode_entry(&one.entry, &mut value);
        let size = to_sql(codec::peek_entry(&value)?.size);
        let mut payload = Vec::new();
        if one.devices.len() >= SHARED_RECIPIENTS_MIN {
            payload = payload_ids.id(shared_ids.len());
            shared_ids.push(payload.clone());
            shared_values.push(std::mem::take(&mut value));
            holders.push(i64::try_from(one.devices.len()).unwrap_or(i64::MAX));
        }
        for device in &one.devices {
            devices.push(device.as_bytes().to_vec());
            cursors.push(to_sql(one.entry.cursor));
            lives.push(i64::from(one.entry.time_to_live_s));
            sizes.push(size);
            payloads.push(payload.clone());
            values.push(value.clone());
        }
    }
    let is_empty = shared_ids.is_empty();
    let columns = vec![parameter(shared_ids.clone()), parameter(shared_values)];
    step(steps, INSERT_PAYLOADS, is_empty, columns);
    step(steps, INSERT_SHARES, is_empty, vec![parameter(shared_ids), parameter(holders)]);
    let is_empty = devices.is_empty();
    let columns: Parameters = vec![
        parameter(devices),
        parameter(cursors),
        parameter(lives),
        parameter(sizes),
        parameter(payloads),
        parameter(values),
        parameter(batch.now.as_millis()),
    ];
    step(steps, INSERT_ENTRIES, is_empty, columns);
    Ok(())
}

/// What gives back the payloads of entries that were removed: `rows` has their ids in its last column.
pub(super) fn release_steps(rows: &[Row]) -> Result<Vec<Step>, tokio_postgres::Error> {
    let mut released: BTreeMap<Vec<u8>, i64> = BTreeMap::new();
    for row in rows {
        let payload: &[u8] = row.try_get(row.len().saturating_sub(1))?;
        if !payload.is_empty() {
            *released.entry(payload.to_vec()).or_default() += 1;
        }
    }
    if released.is_empty() {
        return Ok(Vec::new());
    }
    let (ids, counts): (Vec<_>, Vec<_>) = released.into_iter().unzip();
    Ok(vec![
        Step::new(RELEASE_SHARES, vec![parameter(ids.clone()), parameter(counts)]),
        Step::new(REMOVE_PAYLOADS, vec![parameter(ids.clone())]),
        Step::new(REMOVE_SHARES, vec![parameter(ids)]),
    ])
}
