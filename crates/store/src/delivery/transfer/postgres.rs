//! The tables in a database that no node has open.

use bytes::Bytes;
use tokio::runtime::{Builder, Runtime};
use tresen_types::{AccountId, ConversationId, DeviceId};

use super::{
    Progress, Row, Section, Tables,
    embedded::{join_sequence, split_sequence},
};
use crate::{
    StoreError,
    delivery::{
        codec,
        postgres::{
            connection::{Connection, Parameters, Step, parameter},
            from_sql, schema, to_sql,
            trouble::Trouble,
        },
    },
    sql::Address,
};

/// The tables, with a connection of their own.
pub(super) struct PostgresTables {
    runtime: Runtime,
    connection: Connection,
    /// The generation of nonces that is the present one.
    generation: i64,
}

const GENERATION: &str = "SELECT nonce_generation, cursor_floor FROM delivery.meta WHERE id = 1";
const READ_CONVERSATIONS: &str = "SELECT id, sequence, head FROM delivery.conversation
    WHERE id > $1 ORDER BY id LIMIT $2";
const READ_GROUP_STATE: &str = "SELECT conversation, part, value FROM delivery.group_state
    WHERE (conversation, part) > ($1, $2) ORDER BY conversation, part LIMIT $3";
const READ_MEMBERSHIPS: &str = "SELECT device, conversation FROM delivery.membership
    WHERE (device, conversation) > ($1, $2) ORDER BY device, conversation LIMIT $3";
const READ_PARTIES: &str = "SELECT account, conversation FROM delivery.party
    WHERE (account, conversation) > ($1, $2) ORDER BY account, conversation LIMIT $3";
const READ_ENTRIES: &str = "SELECT e.device, e.cursor, coalesce(p.value, e.value)
    FROM (SELECT device, cursor, payload, value FROM delivery.entry
        WHERE (device, cursor) > ($1, $2) ORDER BY device, cursor LIMIT $3) AS e
    LEFT JOIN delivery.payload AS p ON p.id = e.payload
    ORDER BY e.device, e.cursor";
const READ_CHARGES: &str =
    "SELECT key, number, value FROM delivery.charge WHERE key > $1 ORDER BY key LIMIT $2";
const PUT_CHARGES: &str = "INSERT INTO delivery.charge (key, number, value)
    SELECT u.key, u.number, u.value
    FROM unnest($1::bytea[], $2::bigint[], $3::bytea[]) AS u(key, number, value)
    ON CONFLICT DO NOTHING";
const READ_NONCES_EVEN: &str =
    "SELECT key, answer FROM delivery.nonce_even WHERE key > $1 ORDER BY key LIMIT $2";
const READ_NONCES_ODD: &str =
    "SELECT key, answer FROM delivery.nonce_odd WHERE key > $1 ORDER BY key LIMIT $2";
const PUT_CONVERSATIONS: &str = "INSERT INTO delivery.conversation (id, sequence, head)
    SELECT u.id, u.sequence, u.head
    FROM unnest($1::bytea[], $2::bigint[], $3::bytea[]) AS u(id, sequence, head)
    ON CONFLICT DO NOTHING";
const PUT_GROUP_STATE: &str = "INSERT INTO delivery.group_state (conversation, part, value)
    SELECT u.conversation, u.part, u.value
    FROM unnest($1::bytea[], $2::bigint[], $3::bytea[]) AS u(conversation, part, value)
    ON CONFLICT DO NOTHING";
const PUT_MEMBERSHIPS: &str = "INSERT INTO delivery.membership (device, conversation)
    SELECT u.device, u.conversation FROM unnest($1::bytea[], $2::bytea[]) AS u(device, conversation)
    ON CONFLICT DO NOTHING";
const PUT_PARTIES: &str = "INSERT INTO delivery.party (account, conversation)
    SELECT u.account, u.conversation FROM unnest($1::bytea[], $2::bytea[]) AS u(account, conversation)
    ON CONFLICT DO NOTHING";
const PUT_ENTRIES: &str =
    "INSERT INTO delivery.entry (device, cursor, accepted_at, time_to_live_s, size, payload, value)
    SELECT u.device, u.cursor, u.accepted_at, u.time_to_live_s, u.size, u.payload, u.value
    FROM unnest($1::bytea[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bytea[],
        $7::bytea[])
        AS u(device, cursor, accepted_at, time_to_live_s, size, payload, value)
    ON CONFLICT DO NOTHING";
const PUT_PAYLOADS: &str = "INSERT INTO delivery.payload (id, value)
    SELECT u.id, u.value FROM unnest($1::bytea[], $2::bytea[]) AS u(id, value)
    ON CONFLICT DO NOTHING";
const PUT_NONCES_EVEN: &str = "INSERT INTO delivery.nonce_even (key, answer)
    SELECT u.key, u.answer FROM unnest($1::bytea[], $2::bytea[]) AS u(key, answer)
    ON CONFLICT DO NOTHING";
const PUT_NONCES_ODD: &str = "INSERT INTO delivery.nonce_odd (key, answer)
    SELECT u.key, u.answer FROM unnest($1::bytea[], $2::bytea[]) AS u(key, answer)
    ON CONFLICT DO NOTHING";
const PUT_PROGRESS: &str = "INSERT INTO delivery.move (id, section, after) VALUES (1, $1, $2)
    ON CONFLICT (id) DO UPDATE SET section = EXCLUDED.section, after = EXCLUDED.after";
const READ_PROGRESS: &str = "SELECT section, after FROM delivery.move WHERE id = 1";
const HIGHEST_CURSOR: &str = "SELECT coalesce(max(last_cursor), 0) FROM delivery.mailbox";
const COUNT_SHARES: &str = "INSERT INTO delivery.share (id, holders)
    SELECT payload, count(*) FROM delivery.entry WHERE payload <> '' GROUP BY payload";
const SET_FLOOR: &str = "UPDATE delivery.meta SET cursor_floor = $1 WHERE id = 1";
const END_MOVE: &str = "DELETE FROM delivery.move WHERE id = 1";

impl PostgresTables {
    pub(super) fn open(url: &str) -> Result<Self, StoreError> {
        let address = Address::parse(url)?;
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let connection = runtime.block_on(async {
            let connection = Connection::open(&address).await?;
            schema::migrate(&connection).await?;
            Ok::<_, StoreError>(connection)
        })?;
        let mut tables = Self { runtime, connection, generation: 0 };
        tables.generation = tables.generation_and_floor()?.0;
        Ok(tables)
    }

    fn generation_and_floor(&mut self) -> Result<(i64, i64), StoreError> {
        let rows = self.query(GENERATION, Vec::new())?;
        let row = rows.first().ok_or(StoreError::corrupt("the database has no generation"))?;
        Ok((get(row, 0)?, get(row, 1)?))
    }

    fn query(
        &self,
        sql: &'static str,
        parameters: Parameters,
    ) -> Result<Vec<tokio_postgres::Row>, StoreError> {
        Ok(self.runtime.block_on(self.connection.query(sql, parameters))?)
    }

    /// Runs statements in one transaction.
    fn transact(&self, steps: Vec<Step>) -> Result<(), StoreError> {
        let mut all = vec![Step::bare("BEGIN")];
        all.extend(steps);
        all.push(Step::bare("COMMIT"));
        let done = self.runtime.block_on(self.connection.round_all(all));
        if done.is_err() {
            drop(self.runtime.block_on(self.connection.run("ROLLBACK")));
        }
        Ok(done.map(|_rows| ())?)
    }

    fn nonces(&self, is_present: bool, even: &'static str, odd: &'static str) -> &'static str {
        if (self.generation % 2 == 0) == is_present { even } else { odd }
    }
}

/// A column.
fn get<'row, T: tokio_postgres::types::FromSql<'row>>(
    row: &'row tokio_postgres::Row,
    column: usize,
) -> Result<T, StoreError> {
    Ok(row.try_get(column).map_err(Trouble::from)?)
}

/// The two columns of a key, the first of `length` bytes; the lowest ones before the first row.
fn columns(key: &[u8], length: usize) -> (Vec<u8>, Vec<u8>) {
    match key.split_at_checked(length) {
        Some((head, tail)) => (head.to_vec(), tail.to_vec()),
        None => (Vec::new(), Vec::new()),
    }
}

/// A cursor as the last bytes of a key.
fn cursor_of(tail: &[u8]) -> i64 {
    <[u8; 8]>::try_from(tail).map_or(-1, |bytes| to_sql(u64::from_be_bytes(bytes)))
}

impl Tables for PostgresTables {
    fn page(&mut self, section: Section, after: &[u8]) -> Result<Vec<Row>, StoreError> {
        let limit = i64::try_from(section.page_rows()).unwrap_or(i64::MAX);
        let (sql, mut parameters): (_, Parameters) = match section {
            Section::Conversation => (READ_CONVERSATIONS, vec![parameter(after.to_vec())]),
            Section::GroupState => {
                let (id, part) = columns(after, ConversationId::LENGTH);
                let part = part.first().map_or(-1, |part| i64::from(*part));
                (READ_GROUP_STATE, vec![parameter(id), parameter(part)])
            }
            Section::Membership => {
                let (device, id) = columns(after, DeviceId::LENGTH);
                (READ_MEMBERSHIPS, vec![parameter(device), parameter(id)])
            }
            Section::Party => {
                let (account, id) = columns(after, AccountId::LENGTH);
                (READ_PARTIES, vec![parameter(account), parameter(id)])
            }
            Section::Mailbox => {
                let (device, cursor) = columns(after, DeviceId::LENGTH);
                (READ_ENTRIES, vec![parameter(device), parameter(cursor_of(&cursor))])
            }
            Section::Charge => (READ_CHARGES, vec![parameter(after.to_vec())]),
            Section::Nonce | Section::NonceBefore => {
                let is_present = section == Section::Nonce;
                let sql = self.nonces(is_present, READ_NONCES_EVEN, READ_NONCES_ODD);
                (sql, vec![parameter(after.to_vec())])
            }
        };
        parameters.push(parameter(limit));
        self.query(sql, parameters)?.iter().map(|row| read_row(section, row)).collect()
    }

    fn put(
        &mut self,
        section: Section,
        rows: &[Row],
        progress: &Progress,
    ) -> Result<(), StoreError> {
        let mut steps = match section {
            Section::Conversation => vec![put_conversations(rows)?],
            Section::GroupState => vec![put_group_state(rows)],
            Section::Membership => vec![put_pairs(PUT_MEMBERSHIPS, rows, DeviceId::LENGTH)],
            Section::Party => vec![put_pairs(PUT_PARTIES, rows, AccountId::LENGTH)],
            Section::Mailbox => put_entries(rows)?,
            Section::Charge => vec![put_charges(rows)?],
            Section::Nonce | Section::NonceBefore => {
                let sql = self.nonces(true, PUT_NONCES_EVEN, PUT_NONCES_ODD);
                let keys: Vec<_> = rows.iter().map(|row| row.key.clone()).collect();
                let values: Vec<_> = rows.iter().map(|row| row.value.to_vec()).collect();
                vec![Step::new(sql, vec![parameter(keys), parameter(values)])]
            }
        };
        steps.push(Step::new(
            PUT_PROGRESS,
            vec![parameter(progress.section), parameter(progress.after.clone())],
        ));
        self.transact(steps)
    }

    fn progress(&mut self) -> Result<Option<Progress>, StoreError> {
        let rows = self.query(READ_PROGRESS, Vec::new())?;
        let Some(row) = rows.first() else { return Ok(None) };
        Ok(Some(Progress { section: get(row, 0)?, after: get(row, 1)? }))
    }

    fn begin(&mut self, generation: u64) -> Result<(), StoreError> {
        let generation = to_sql(generation);
        self.runtime.block_on(schema::rotate_nonces(&self.connection, generation))?;
        self.generation = self.generation_and_floor()?.0;
        self.transact(vec![Step::new(
            PUT_PROGRESS,
            vec![parameter(0_i64), parameter(Vec::<u8>::new())],
        )])
    }

    fn cursor_ceiling(&mut self) -> Result<u64, StoreError> {
        let rows = self.query(HIGHEST_CURSOR, Vec::new())?;
        let highest: i64 = rows.first().map_or(Ok(0), |row| get(row, 0))?;
        let floor = self.generation_and_floor()?.1;
        Ok(from_sql(highest.max(floor))?.saturating_add(1))
    }

    fn finish(&mut self, ceiling: u64) -> Result<(), StoreError> {
        self.transact(vec![
            Step::bare(COUNT_SHARES),
            Step::new(SET_FLOOR, vec![parameter(to_sql(ceiling))]),
            Step::bare(END_MOVE),
        ])
    }
}

fn read_row(section: Section, row: &tokio_postgres::Row) -> Result<Row, StoreError> {
    let first: Vec<u8> = get(row, 0)?;
    let (key, value) = match section {
        Section::Conversation => {
            let head: Vec<u8> = get(row, 2)?;
            (first, join_sequence(from_sql(get(row, 1)?)?, &head))
        }
        Section::GroupState => {
            let part = u8::try_from(get::<i64>(row, 1)?)
                .map_err(|_large| StoreError::corrupt("a part of the group state is unknown"))?;
            ([&*first, &[part]].concat(), get::<Vec<u8>>(row, 2)?.into())
        }
        Section::Membership | Section::Party => {
            ([first, get::<Vec<u8>>(row, 1)?].concat(), Bytes::new())
        }
        Section::Mailbox => {
            let cursor = from_sql(get(row, 1)?)?.to_be_bytes();
            ([&*first, &cursor].concat(), get::<Vec<u8>>(row, 2)?.into())
        }
        Section::Charge => {
            let value: Vec<u8> = get(row, 2)?;
            (first, join_sequence(from_sql(get(row, 1)?)?, &value))
        }
        Section::Nonce | Section::NonceBefore => (first, get::<Vec<u8>>(row, 1)?.into()),
    };
    Ok(Row { place: key.clone(), key, value, shared: None })
}

fn put_conversations(rows: &[Row]) -> Result<Step, StoreError> {
    let (mut ids, mut sequences, mut heads) = (vec![], vec![], vec![]);
    for row in rows {
        let (sequence, head) = split_sequence(&row.value)?;
        ids.push(row.key.clone());
        sequences.push(to_sql(sequence));
        heads.push(head.to_vec());
    }
    let columns = vec![parameter(ids), parameter(sequences), parameter(heads)];
    Ok(Step::new(PUT_CONVERSATIONS, columns))
}

fn put_charges(rows: &[Row]) -> Result<Step, StoreError> {
    let (mut keys, mut numbers, mut values) = (vec![], vec![], vec![]);
    for row in rows {
        let (number, value) = split_sequence(&row.value)?;
        keys.push(row.key.clone());
        numbers.push(to_sql(number));
        values.push(value.to_vec());
    }
    let columns = vec![parameter(keys), parameter(numbers), parameter(values)];
    Ok(Step::new(PUT_CHARGES, columns))
}

fn put_group_state(rows: &[Row]) -> Step {
    let (mut ids, mut parts, mut values) = (vec![], vec![], vec![]);
    for row in rows {
        let (id, part) = columns(&row.key, ConversationId::LENGTH);
        ids.push(id);
        parts.push(part.first().map_or(0, |part| i64::from(*part)));
        values.push(row.value.to_vec());
    }
    let columns = vec![parameter(ids), parameter(parts), parameter(values)];
    Step::new(PUT_GROUP_STATE, columns)
}

fn put_pairs(sql: &'static str, rows: &[Row], first: usize) -> Step {
    let (heads, tails): (Vec<_>, Vec<_>) = rows.iter().map(|row| columns(&row.key, first)).unzip();
    Step::new(sql, vec![parameter(heads), parameter(tails)])
}

fn put_entries(rows: &[Row]) -> Result<Vec<Step>, StoreError> {
    let (mut devices, mut cursors, mut times, mut lives) = (vec![], vec![], vec![], vec![]);
    let (mut sizes, mut payloads, mut values) = (vec![], vec![], vec![]);
    let (mut shared_ids, mut shared_values) = (vec![], vec![]);
    for row in rows {
        let (device, cursor) = columns(&row.key, DeviceId::LENGTH);
        let peeked = codec::peek_entry(&row.value)?;
        devices.push(device);
        cursors.push(cursor_of(&cursor));
        times.push(peeked.accepted_at.as_millis());
        lives.push(i64::from(peeked.time_to_live_s));
        sizes.push(to_sql(peeked.size));
        match row.shared {
            Some(id) => {
                payloads.push(id.to_vec());
                values.push(Vec::new());
                shared_ids.push(id.to_vec());
                shared_values.push(row.value.to_vec());
            }
            None => {
                payloads.push(Vec::new());
                values.push(row.value.to_vec());
            }
        }
    }
    let columns = vec![
        parameter(devices),
        parameter(cursors),
        parameter(times),
        parameter(lives),
        parameter(sizes),
        parameter(payloads),
        parameter(values),
    ];
    Ok(vec![
        Step::new(PUT_PAYLOADS, vec![parameter(shared_ids), parameter(shared_values)]),
        Step::new(PUT_ENTRIES, columns),
    ])
}
