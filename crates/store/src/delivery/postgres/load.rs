//! What a batch reads, under which locks, and what it removes first.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use tokio_postgres::Row;
use tresen_types::{AccountId, ConversationId, DeviceId, Timestamp};

use super::{
    attempt::{Attempt, ExpireFrom, Setback},
    batch::{Batch, Conversation, Mailbox},
    connection::{Step, parameter},
    from_sql, id_from_sql,
    plan::{Plan, recipients},
    to_sql,
};
use crate::{
    StoreError,
    delivery::{
        codec::{self, Stored},
        event::DeliveryEvent,
        record::is_over,
    },
    limits::EXPIRE_KEYS_MAX,
};

const SET_WRITER: &str = "INSERT INTO delivery.writer (id, batch, seen_at) VALUES ($1, $2, $3)
    ON CONFLICT (id) DO UPDATE SET batch = EXCLUDED.batch, seen_at = EXCLUDED.seen_at
    RETURNING (SELECT m.nonce_generation FROM delivery.meta AS m WHERE m.id = 1),
        (SELECT m.cursor_floor FROM delivery.meta AS m WHERE m.id = 1)";
const LOCK_CONVERSATIONS: &str = "SELECT id, head, sequence FROM delivery.conversation
    WHERE id = ANY($1::bytea[]) ORDER BY id FOR UPDATE";
const LOCK_MAILBOXES: &str = "SELECT device, last_cursor FROM delivery.mailbox
    WHERE device = ANY($1::bytea[]) ORDER BY device FOR UPDATE";
const READ_NONCES: &str = "SELECT key, answer FROM delivery.nonce_even WHERE key = ANY($1::bytea[])
    UNION ALL SELECT key, answer FROM delivery.nonce_odd WHERE key = ANY($1::bytea[])";
const READ_ENTRIES: &str = "SELECT e.device, e.cursor, coalesce(p.value, e.value)
    FROM unnest($1::bytea[], $2::bigint[]) AS u(device, cursor)
    JOIN delivery.entry AS e ON e.device = u.device AND e.cursor = u.cursor
    LEFT JOIN delivery.payload AS p ON p.id = e.payload";
const READ_PARTS: &str = "SELECT conversation, value, part FROM delivery.group_state
    WHERE conversation = ANY($1::bytea[]) AND part IN (1, 2)";
/// Waits for another node that makes the same.
const MAKE_PURSES: &str = "INSERT INTO delivery.group_state (conversation, part, value)
    SELECT u.account, 3, ''::bytea FROM unnest($1::bytea[]) AS u(account) ORDER BY u.account
    ON CONFLICT DO NOTHING";
const LOCK_PURSES: &str = "SELECT conversation, value FROM delivery.group_state
    WHERE conversation = ANY($1::bytea[]) AND part = 3 ORDER BY conversation FOR UPDATE";
const READ_MEMBERSHIPS: &str =
    "SELECT conversation FROM delivery.membership WHERE device = $1 ORDER BY conversation";
const READ_PAGE: &str = "SELECT device, cursor, accepted_at, time_to_live_s FROM delivery.entry
    WHERE (device, cursor) > ($1, $2) ORDER BY device, cursor LIMIT $3";
/// The lower bound keeps the search away from what was removed before.
const ACKNOWLEDGE: &str = "WITH removed AS (
        DELETE FROM delivery.entry WHERE (device, cursor) IN
        (SELECT e.device, e.cursor
         FROM unnest($1::bytea[], $2::bigint[], $3::bigint[]) AS u(device, low, through)
         JOIN delivery.entry AS e
            ON e.device = u.device AND e.cursor > u.low AND e.cursor <= u.through)
        RETURNING device, cursor, substr(value, 3, 1) AS flags, payload
    ), noted AS (
        INSERT INTO delivery.acknowledged AS a (device, through)
        SELECT r.device, max(r.cursor) FROM removed AS r GROUP BY r.device ORDER BY r.device
        ON CONFLICT (device) DO UPDATE SET through = greatest(a.through, EXCLUDED.through))
    SELECT device, cursor, flags, payload FROM removed";
const REMOVE_ALL: &str = "WITH forgotten AS (DELETE FROM delivery.acknowledged WHERE device = $1)
    DELETE FROM delivery.entry WHERE device = $1
    RETURNING device, cursor, substr(value, 3, 1), payload";
const REMOVE_ENTRIES: &str = "DELETE FROM delivery.entry WHERE (device, cursor) IN
    (SELECT u.device, u.cursor FROM unnest($1::bytea[], $2::bigint[]) AS u(device, cursor))
    RETURNING device, cursor, substr(value, 3, 1), payload";

/// What was read under the locks.
pub(super) struct Loaded {
    pub(super) batch: Batch,
    pub(super) generation: i64,
    /// The rows of what was removed; the last column is the payload.
    pub(super) removed: Vec<Row>,
    /// The conversations of the device that is dropped.
    pub(super) memberships: Vec<ConversationId>,
    pub(super) page: Option<Page>,
}

/// One step of the expiry.
pub(super) struct Page {
    old: Vec<(Vec<u8>, i64)>,
    pub(super) next: Option<ExpireFrom>,
}

impl Attempt<'_> {
    /// Takes the locks and reads what the rules will ask for.
    pub(super) async fn load(
        &self,
        plan: &Plan,
        taken: &[&DeliveryEvent],
    ) -> Result<Loaded, Setback> {
        let mut batch = Batch { now: self.now, ..Batch::default() };
        let set_writer = vec![
            parameter(self.writer.to_vec()),
            parameter(to_sql(self.number)),
            parameter(self.now.as_millis()),
        ];
        let mut steps = vec![Step::bare("BEGIN"), Step::new(SET_WRITER, set_writer)];
        if let Some(device) = plan.dropped {
            steps.push(Step::new(READ_MEMBERSHIPS, vec![parameter(device.as_bytes().to_vec())]));
        } else if plan.expires.is_some() {
            let (device, cursor) = self.expire_from.clone();
            let limit = i64::try_from(EXPIRE_KEYS_MAX).unwrap_or(i64::MAX);
            let parameters = vec![parameter(device), parameter(cursor), parameter(limit)];
            steps.push(Step::new(READ_PAGE, parameters));
        } else if !plan.conversations.is_empty() {
            steps.push(lock_conversations(&plan.conversations));
        }
        let mut rows = self.connection.round_all(steps).await?.into_iter().skip(1);
        let generation: i64 = match rows.next().as_deref() {
            Some([row, ..]) => {
                batch.cursor_floor = from_sql(row.try_get(1)?)?;
                row.try_get(0)?
            }
            _ => return Err(StoreError::corrupt("the database has no generation of nonces").into()),
        };
        if generation < self.generation {
            return Err(Setback::OldGeneration);
        }
        let first = rows.next().unwrap_or_default();
        let (mut memberships, mut page) = (Vec::new(), None);
        if plan.dropped.is_some() {
            for row in &first {
                memberships.push(ConversationId::new(id_from_sql(row.try_get(0)?)?));
            }
            let ids: BTreeSet<ConversationId> = memberships.iter().copied().collect();
            let locked = self.connection.round_all(vec![lock_conversations(&ids)]).await?;
            batch.take_conversations(locked.first().map_or(&[], Vec::as_slice))?;
        } else if let Some(before) = plan.expires {
            page = Some(read_page(&first, before, self.now)?);
        } else {
            batch.take_conversations(&first)?;
        }
        let removed = self.load_rest(plan, taken, page.as_ref(), &mut batch).await?;
        Ok(Loaded { batch, generation, removed, memberships, page })
    }

    /// Locks the mailboxes, reads nonces and proposals, and removes what is to be removed.
    async fn load_rest(
        &self,
        plan: &Plan,
        taken: &[&DeliveryEvent],
        page: Option<&Page>,
        batch: &mut Batch,
    ) -> Result<Vec<Row>, Setback> {
        let heads = batch.heads();
        let mut devices = recipients(taken, &heads);
        devices.extend(plan.dropped);
        let ids = |devices: &mut dyn Iterator<Item = &[u8]>| -> Vec<Vec<u8>> {
            devices.map(<[u8]>::to_vec).collect()
        };
        let mut steps = Vec::new();
        let mut kinds = Vec::new();
        if !devices.is_empty() {
            let devices = ids(&mut devices.iter().map(|device| &device.as_bytes()[..]));
            steps.push(Step::new(LOCK_MAILBOXES, vec![parameter(devices)]));
            kinds.push(Kind::Mailboxes);
        }
        if !plan.nonces.is_empty() {
            let keys = ids(&mut plan.nonces.iter().map(|key| &key[..]));
            steps.push(Step::new(READ_NONCES, vec![parameter(keys)]));
            kinds.push(Kind::Nonces);
        }
        if !plan.parts.is_empty() {
            let parts = ids(&mut plan.parts.iter().map(|id| &id.as_bytes()[..]));
            steps.push(Step::new(READ_PARTS, vec![parameter(parts)]));
            kinds.push(Kind::Parts);
        }
        if !plan.purses.is_empty() {
            let accounts = ids(&mut plan.purses.iter().map(|account| &account.as_bytes()[..]));
            steps.push(Step::new(MAKE_PURSES, vec![parameter(accounts.clone())]));
            kinds.push(Kind::Nothing);
            steps.push(Step::new(LOCK_PURSES, vec![parameter(accounts)]));
            kinds.push(Kind::Purses);
        }
        if let Some(removal) = self.removal(plan, page) {
            steps.push(removal);
            kinds.push(Kind::Removed);
        }
        for device in devices {
            let new = Mailbox { last: batch.cursor_floor, ..Mailbox::default() };
            batch.mailboxes.insert(device, new);
        }
        let mut removed = Vec::new();
        let mut seen = Vec::new();
        if steps.is_empty() {
            return Ok(removed);
        }
        for (kind, rows) in kinds.into_iter().zip(self.connection.round_all(steps).await?) {
            match kind {
                Kind::Mailboxes => batch.take_mailboxes(&rows)?,
                Kind::Nonces => seen = rows,
                Kind::Parts => batch.take_parts(&rows)?,
                Kind::Purses => batch.take_purses(&rows)?,
                Kind::Nothing => {}
                Kind::Removed => removed = rows,
            }
        }
        if !seen.is_empty() {
            self.load_receipts(&seen, batch).await?;
        }
        Ok(removed)
    }

    /// Which entries go with this batch.
    fn removal(&self, plan: &Plan, page: Option<&Page>) -> Option<Step> {
        if let Some(device) = plan.dropped {
            return Some(Step::new(REMOVE_ALL, vec![parameter(device.as_bytes().to_vec())]));
        }
        if let Some(page) = page.filter(|page| !page.old.is_empty()) {
            let (devices, cursors): (Vec<_>, Vec<_>) = page.old.iter().cloned().unzip();
            return Some(Step::new(REMOVE_ENTRIES, vec![parameter(devices), parameter(cursors)]));
        }
        self.acknowledge_step(plan)
    }

    pub(super) fn acknowledge_step(&self, plan: &Plan) -> Option<Step> {
        if plan.acknowledged.is_empty() {
            return None;
        }
        let (mut devices, mut lows, mut throughs) = (vec![], vec![], vec![]);
        for (device, through) in &plan.acknowledged {
            devices.push(device.as_bytes().to_vec());
            lows.push(to_sql(self.lows.peek(device).copied().unwrap_or(0)));
            throughs.push(to_sql(*through));
        }
        let parameters = vec![parameter(devices), parameter(lows), parameter(throughs)];
        Some(Step::new(ACKNOWLEDGE, parameters))
    }

    /// Takes over the nonces that were seen before, with the receipts that some mailbox still holds.
    async fn load_receipts(&self, rows: &[Row], batch: &mut Batch) -> Result<(), Setback> {
        let (mut devices, mut cursors) = (vec![], vec![]);
        for row in rows {
            let key: [u8; 24] = id_from_sql(row.try_get(0)?)?;
            let seen = codec::decode_nonce(row.try_get(1)?)?;
            devices.push(seen.recipient.as_bytes().to_vec());
            cursors.push(to_sql(seen.cursor));
            batch.seen.insert(key, (seen, Bytes::new()));
        }
        let step = Step::new(READ_ENTRIES, vec![parameter(devices), parameter(cursors)]);
        let found = self.connection.round_all(vec![step]).await?;
        for row in found.iter().flatten() {
            let device = DeviceId::new(id_from_sql(row.try_get(0)?)?);
            let cursor = from_sql(row.try_get(1)?)?;
            let value = Bytes::from(row.try_get::<_, Vec<u8>>(2)?);
            let Stored::Inline(entry) = codec::decode_entry(cursor, &value)? else { continue };
            for (seen, receipt) in batch.seen.values_mut() {
                if (seen.recipient, seen.cursor) == (device, cursor) {
                    *receipt = entry.receipt.clone();
                }
            }
        }
        Ok(())
    }
}

/// What a statement of the second round trip was for.
#[derive(Clone, Copy)]
enum Kind {
    Mailboxes,
    Nonces,
    Parts,
    Purses,
    Removed,
    Nothing,
}

fn lock_conversations(ids: &BTreeSet<ConversationId>) -> Step {
    let ids: Vec<Vec<u8>> = ids.iter().map(|id| id.as_bytes().to_vec()).collect();
    Step::new(LOCK_CONVERSATIONS, vec![parameter(ids)])
}

fn read_page(rows: &[Row], before: Timestamp, now: Timestamp) -> Result<Page, Setback> {
    let mut page = Page { old: Vec::new(), next: None };
    for row in rows {
        let key = (row.try_get::<_, Vec<u8>>(0)?, row.try_get::<_, i64>(1)?);
        let accepted_at = Timestamp::from_millis(row.try_get(2)?);
        let lives_s = u32::try_from(row.try_get::<_, i64>(3)?).unwrap_or(u32::MAX);
        if accepted_at < before || is_over(accepted_at, lives_s, now) {
            page.old.push(key.clone());
        }
        page.next = Some(key);
    }
    if rows.len() < EXPIRE_KEYS_MAX {
        page.next = None;
    }
    Ok(page)
}

impl Batch {
    fn take_conversations(&mut self, rows: &[Row]) -> Result<(), Setback> {
        for row in rows {
            let id = ConversationId::new(id_from_sql(row.try_get(0)?)?);
            let conversation = Conversation {
                head: codec::decode_head(row.try_get(1)?)?,
                sequence: from_sql(row.try_get(2)?)?,
                is_new: false,
                has_new_head: false,
                has_new_sequence: false,
            };
            self.conversations.insert(id, conversation);
        }
        Ok(())
    }

    fn take_mailboxes(&mut self, rows: &[Row]) -> Result<(), Setback> {
        for row in rows {
            let device = DeviceId::new(id_from_sql(row.try_get(0)?)?);
            let last = from_sql(row.try_get(1)?)?;
            self.mailboxes.insert(device, Mailbox { last, is_stored: true, is_changed: false });
        }
        Ok(())
    }

    fn take_parts(&mut self, rows: &[Row]) -> Result<(), Setback> {
        for row in rows {
            let id = ConversationId::new(id_from_sql(row.try_get(0)?)?);
            let value = Bytes::from(row.try_get::<_, Vec<u8>>(1)?);
            let part = u8::try_from(row.try_get::<_, i64>(2)?).unwrap_or(u8::MAX);
            self.parts.insert((id, part), value);
        }
        Ok(())
    }

    fn take_purses(&mut self, rows: &[Row]) -> Result<(), Setback> {
        for row in rows {
            let account = AccountId::new(id_from_sql(row.try_get(0)?)?);
            let purse = Bytes::from(row.try_get::<_, Vec<u8>>(1)?);
            self.purses.insert(account, (purse, false));
        }
        Ok(())
    }

    fn heads(&self) -> BTreeMap<ConversationId, codec::ConversationHead> {
        self.conversations
            .iter()
            .map(|(id, conversation)| (*id, conversation.head.clone()))
            .collect()
    }
}
