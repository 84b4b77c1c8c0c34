//! Reads, beside the writer: a few connections, each with many reads at once.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use bytes::Bytes;
use tokio::sync::{Mutex, Semaphore};
use tokio_postgres::{Row, types::FromSql};
use tresen_types::{AccountId, ConversationId, DeviceId, Timestamp};

use super::{
    connection::{Connection, Parameters},
    from_sql, id_from_sql, to_sql,
    trouble::Trouble,
};
use crate::{
    StoreError,
    delivery::{
        ConversationRecord, MailboxEntry, MailboxStats, Settled,
        codec::{self, Stored},
        jobs::OVERLOADED,
        rules::current_proposals,
    },
    limits::{DELIVERY_READERS, DELIVERY_READS_MAX, READ_ENTRIES_MAX},
    sql::Address,
};

const CONVERSATION: &str = "SELECT c.head, c.sequence, s.value, p.value
    FROM delivery.conversation AS c
    JOIN delivery.group_state AS s ON s.conversation = c.id AND s.part = 0
    LEFT JOIN delivery.group_state AS p ON p.conversation = c.id AND p.part = 1
    WHERE c.id = $1";
const OF_DEVICE: &str =
    "SELECT conversation FROM delivery.membership WHERE device = $1 ORDER BY conversation";
const OF_ACCOUNT: &str =
    "SELECT conversation FROM delivery.party WHERE account = $1 ORDER BY conversation";
/// All that begin before the limit of bytes: the last may go over it.
const ENTRIES: &str = "SELECT e.cursor, coalesce(p.value, e.value) FROM (
        SELECT t.cursor, t.payload, t.value,
            sum(t.size) OVER (ORDER BY t.cursor) - t.size AS bytes_before
        FROM (SELECT cursor, payload, value, size FROM delivery.entry
            WHERE device = $1 AND cursor > $2 ORDER BY cursor LIMIT $3) AS t
    ) AS e LEFT JOIN delivery.payload AS p ON p.id = e.payload
    WHERE e.bytes_before < $4::bigint OR e.bytes_before = 0 ORDER BY e.cursor";
const STATS: &str = "SELECT count(*), coalesce(sum(size), 0)::bigint, coalesce(min(accepted_at), 0)
    FROM delivery.entry WHERE device = $1";

const PURSE: &str = "SELECT value FROM delivery.group_state WHERE conversation = $1 AND part = 3";
const SETTLED: &str = "SELECT key, number, value FROM delivery.charge
    WHERE key >= $1 AND key < '\\x04'::bytea ORDER BY key LIMIT $2";
const ACKNOWLEDGED: &str = "SELECT through FROM delivery.acknowledged WHERE device = $1";

/// The connections for reads.
pub(super) struct Reader {
    address: Arc<Address>,
    connections: Vec<Mutex<Option<Arc<Connection>>>>,
    next: AtomicUsize,
    permits: Semaphore,
}

const NO_STATE: StoreError = StoreError::corrupt("a conversation has no public group state");

impl Reader {
    pub(super) fn new(address: Arc<Address>) -> Self {
        Self {
            address,
            connections: (0..DELIVERY_READERS).map(|_number| Mutex::default()).collect(),
            next: AtomicUsize::new(0),
            permits: Semaphore::new(DELIVERY_READS_MAX),
        }
    }

    pub(super) async fn conversation(
        &self,
        id: ConversationId,
    ) -> Result<Option<ConversationRecord>, StoreError> {
        let rows = self.query(CONVERSATION, id.as_bytes(), Vec::new).await?;
        let Some(row) = rows.first() else { return Ok(None) };
        let head = codec::decode_head(get(row, 0)?)?;
        let sequence = from_sql(get(row, 1)?)?;
        let (epoch, state) = codec::decode_parts(&Bytes::from(get::<Vec<u8>>(row, 2)?))?;
        if epoch != head.epoch {
            return Err(NO_STATE);
        }
        let [group_info, ratchet_tree] = <[_; 2]>::try_from(state).map_err(|_parts| NO_STATE)?;
        let pending_proposals = match get::<Option<Vec<u8>>>(row, 3)? {
            None => Vec::new(),
            Some(value) => current_proposals(epoch, &Bytes::from(value))?,
        };
        Ok(Some(ConversationRecord {
            id,
            kind: head.kind,
            accounts: head.accounts,
            group_id: head.group_id,
            epoch: head.epoch,
            epoch_floor: head.epoch_floor,
            suite: head.suite,
            members: head.members,
            sequence,
            group_info,
            ratchet_tree,
            pending_proposals,
        }))
    }

    pub(super) async fn conversations_of(
        &self,
        device: DeviceId,
    ) -> Result<Vec<ConversationId>, StoreError> {
        ids(&self.query(OF_DEVICE, device.as_bytes(), Vec::new).await?)
    }

    pub(super) async fn conversations_of_account(
        &self,
        account: AccountId,
    ) -> Result<Vec<ConversationId>, StoreError> {
        ids(&self.query(OF_ACCOUNT, account.as_bytes(), Vec::new).await?)
    }

    pub(super) async fn purse(&self, account: AccountId) -> Result<Bytes, StoreError> {
        let rows = self.query(PURSE, account.as_bytes(), Vec::new).await?;
        Ok(rows.first().map_or(Ok(Vec::new()), |row| get(row, 0))?.into())
    }

    pub(super) async fn settled(&self, limit: usize) -> Result<Vec<Settled>, StoreError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let first = codec::settled_key(&[0; 24]);
        let rows = self.query(SETTLED, &first, || vec![Box::new(limit)]).await?;
        let read = |row: &Row| {
            let value = Bytes::from(get::<Vec<u8>>(row, 2)?);
            codec::read_settled(get(row, 0)?, from_sql(get(row, 1)?)?, &value)
        };
        rows.iter().map(read).collect()
    }

    pub(super) async fn read_after(
        &self,
        device: DeviceId,
        cursor: u64,
        limit: usize,
        bytes_max: usize,
    ) -> Result<Vec<MailboxEntry>, StoreError> {
        let limit = i64::try_from(limit.min(READ_ENTRIES_MAX)).unwrap_or(i64::MAX);
        if limit == 0 {
            return Ok(Vec::new());
        }
        let bytes_max = i64::try_from(bytes_max).unwrap_or(i64::MAX);
        let bounds = || -> Parameters {
            vec![Box::new(to_sql(cursor)), Box::new(limit), Box::new(bytes_max)]
        };
        let rows = self.query(ENTRIES, device.as_bytes(), bounds).await?;
        let mut entries = Vec::with_capacity(rows.len());
        for row in &rows {
            let cursor = from_sql(get(row, 0)?)?;
            let value = Bytes::from(get::<Vec<u8>>(row, 1)?);
            match codec::decode_entry(cursor, &value)? {
                Stored::Inline(entry) => entries.push(entry),
                Stored::Reference { .. } => {
                    return Err(StoreError::corrupt("an entry refers to nothing"));
                }
            }
        }
        Ok(entries)
    }

    pub(super) async fn stats(&self, device: DeviceId) -> Result<MailboxStats, StoreError> {
        let rows = self.query(STATS, device.as_bytes(), Vec::new).await?;
        let Some(row) = rows.first() else { return Ok(MailboxStats::default()) };
        let entries = from_sql(get(row, 0)?)?;
        Ok(MailboxStats {
            entries,
            bytes: from_sql(get(row, 1)?)?,
            oldest: if entries == 0 { None } else { Some(Timestamp::from_millis(get(row, 2)?)) },
        })
    }

    pub(super) async fn acknowledged(&self, device: DeviceId) -> Result<u64, StoreError> {
        let rows = self.query(ACKNOWLEDGED, device.as_bytes(), Vec::new).await?;
        rows.first().map_or(Ok(0), |row| from_sql(get(row, 0)?))
    }

    /// Runs a statement whose first parameter is a key, on another connection if the first is gone.
    async fn query(
        &self,
        sql: &'static str,
        key: &[u8],
        others: impl Fn() -> Parameters,
    ) -> Result<Vec<Row>, StoreError> {
        let _permit = self.permits.try_acquire().map_err(|_none| OVERLOADED)?;
        let first = self.next.fetch_add(1, Ordering::Relaxed);
        for attempt in 0..=self.connections.len() {
            let index = first.wrapping_add(attempt) % self.connections.len().max(1);
            let Some(place) = self.connections.get(index) else { break };
            let connection = self.connection(place).await?;
            let mut parameters: Parameters = vec![Box::new(key.to_vec())];
            parameters.extend(others());
            match connection.query(sql, parameters).await {
                Ok(rows) => return Ok(rows),
                Err(Trouble::Lost) => {
                    let mut place = place.lock().await;
                    if place.as_ref().is_some_and(|known| Arc::ptr_eq(known, &connection)) {
                        *place = None;
                    }
                }
                Err(trouble) => return Err(trouble.into()),
            }
        }
        Err(Trouble::Lost.into())
    }

    async fn connection(
        &self,
        place: &Mutex<Option<Arc<Connection>>>,
    ) -> Result<Arc<Connection>, StoreError> {
        let mut place = place.lock().await;
        if let Some(connection) = place.as_ref().filter(|connection| !connection.is_closed()) {
            return Ok(Arc::clone(connection));
        }
        let connection = Arc::new(Connection::open(&self.address).await?);
        *place = Some(Arc::clone(&connection));
        Ok(connection)
    }
}

fn get<'row, T: FromSql<'row>>(row: &'row Row, column: usize) -> Result<T, StoreError> {
    row.try_get(column)
        .map_err(|_wrong| StoreError::corrupt("a column isn't what this version writes"))
}

fn ids(rows: &[Row]) -> Result<Vec<ConversationId>, StoreError> {
    rows.iter().map(|row| Ok(ConversationId::new(id_from_sql(get(row, 0)?)?))).collect()
}
