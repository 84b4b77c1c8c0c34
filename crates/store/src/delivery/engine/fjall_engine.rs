//! The embedded engine: fjall in a directory, and a log file in front of it.
//!
//! A batch that is one record of the young generation goes into the log file: one write, one sync.
//! Everything else goes into fjall, the record too when other changes come with it, so that a batch
//! is always in one place. A checkpoint removes the records: fjall then holds the number of the next
//! generation, and is synced, before the log file is begun anew.
//!
//! fjall refuses all writes after a failed one. [`FjallEngine::recover`] then closes the database and
//! opens it again, which replays the journal up to the last whole batch. The nonces of each
//! generation have a keyspace of their own, so that the old ones go at once.

use std::{
    collections::BTreeMap,
    fmt,
    path::{Path, PathBuf},
    sync::{
        Mutex, MutexGuard, PoisonError, RwLock,
        atomic::{AtomicBool, Ordering},
    },
};

use bytes::Bytes;
use fjall::{Database, Keyspace, KeyspaceCreateOptions, PersistMode, config::CompressionPolicy};

use super::{Batch, Change, Engine, Slice, Table, Visit, log_file::LogFile};
use crate::{
    ErrorKind, StoreError,
    delivery::codec::{decode_number, decode_number_key},
    limits::{ENGINE_CACHE_BYTES, ENGINE_JOURNAL_BYTES, ENGINE_MEMTABLE_BYTES, ENGINE_WORKERS},
};

/// fjall in a directory.
pub struct FjallEngine {
    directory: PathBuf,
    /// None while the disk doesn't let the database be opened again.
    open: RwLock<Option<Handles>>,
    log: Mutex<LogFile>,
    /// Whether fjall holds a batch that isn't synced. What comes later may rest on it (the cursors
    /// that were reserved), so that no record in the log is durable before it.
    has_unsynced: AtomicBool,
}

impl fmt::Debug for FjallEngine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FjallEngine").finish_non_exhaustive()
    }
}

struct Handles {
    database: Database,
    meta: Keyspace,
    conversation: Keyspace,
    group_state: Keyspace,
    sequence: Keyspace,
    membership: Keyspace,
    party: Keyspace,
    mailbox: Keyspace,
    payload: Keyspace,
    share: Keyspace,
    charge: Keyspace,
    log: Keyspace,
    nonce_generation: u64,
    nonce: Keyspace,
    nonce_before: Keyspace,
}

const NONCE_PREFIX: &str = "nonce-";
const LOG_FILE: &str = "young.log";
const LOG_GENERATION_KEY: &[u8] = b"log-generation";

impl FjallEngine {
    /// Opens or makes the database in a directory.
    ///
    /// # Errors
    /// Fails when the disk does, or when the directory holds something else.
    pub fn open(directory: &Path) -> Result<Self, StoreError> {
        std::fs::create_dir_all(directory)?;
        let open = Handles::open(directory)?;
        let log = LogFile::open(&directory.join(LOG_FILE), open.log_generation()?)?;
        Ok(Self {
            directory: directory.to_owned(),
            open: RwLock::new(Some(open)),
            log: Mutex::new(log),
            has_unsynced: AtomicBool::new(false),
        })
    }

    fn log(&self) -> MutexGuard<'_, LogFile> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn with<T>(
        &self,
        work: impl FnOnce(&Handles) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        match &*self.open.read().unwrap_or_else(PoisonError::into_inner) {
            Some(open) => work(open),
            None => Err(StoreError::new(ErrorKind::Io, "the mailboxes couldn't be opened again")),
        }
    }
}

impl Engine for FjallEngine {
    fn get(&self, table: Table, key: &[u8]) -> Result<Option<Slice>, StoreError> {
        self.with(|open| open.keyspace(table).get(key).map_err(engine_error))
    }

    fn scan(
        &self,
        table: Table,
        from: &[u8],
        to: &[u8],
        visit: Visit<'_>,
    ) -> Result<(), StoreError> {
        if table == Table::Log {
            return self.scan_log(from, to, visit);
        }
        self.with(|open| {
            for pair in open.keyspace(table).range(from..=to) {
                let (key, value) = pair.into_inner().map_err(engine_error)?;
                if visit(&key, value)?.is_break() {
                    break;
                }
            }
            Ok(())
        })
    }

    fn append(&self, key: u64, record: &Bytes, sync: bool) -> Result<(), StoreError> {
        if sync && self.has_unsynced.load(Ordering::Relaxed) {
            // What this record relies on, a reservation of cursors, must not be younger than it.
            let mode = PersistMode::SyncData;
            self.with(|open| open.database.persist(mode).map_err(engine_error))?;
            self.has_unsynced.store(false, Ordering::Relaxed);
        }
        self.log().append(key, record, sync)
    }

    fn commit(&self, batch: &Batch, sync: bool) -> Result<(), StoreError> {
        let result = self.with(|open| open.commit(batch, sync))?;
        let next = match result {
            // Poisoned by work in the background, before anything of this batch was written.
            Err(fjall::Error::Poisoned) => {
                self.recover()?;
                self.with(|open| open.commit(batch, sync)?.map_err(engine_error))?
            }
            other => other.map_err(engine_error)?,
        };
        self.has_unsynced.store(!sync && next.is_none(), Ordering::Relaxed);
        if let Some(generation) = next {
            self.log().restart(generation);
        }
        Ok(())
    }

    fn recover(&self) -> Result<(), StoreError> {
        let mut open = self.open.write().unwrap_or_else(PoisonError::into_inner);
        // The old handles hold the directory's lock: they go first.
        *open = None;
        let handles = Handles::open(&self.directory)?;
        let generation = handles.log_generation()?;
        let mut log = self.log();
        if log.generation() == generation {
            log.rewind();
        } else {
            // The checkpoint that seemed to fail was made.
            log.restart(generation);
        }
        *open = Some(handles);
        tracing::warn!("the mailboxes were opened again after an error");
        Ok(())
    }

    fn rotate_nonces(&self, generation: u64) -> Result<(), StoreError> {
        let mut guard = self.open.write().unwrap_or_else(PoisonError::into_inner);
        let Some(open) = guard.as_mut() else { return Ok(()) };
        if generation <= open.nonce_generation {
            return Ok(());
        }
        open.use_generation(generation)
    }

    fn free_space(&self) -> Option<u64> {
        free_space(&self.directory)
    }
}

impl FjallEngine {
    /// Visits the records of both places in the order of their keys.
    fn scan_log(&self, from: &[u8], to: &[u8], visit: Visit<'_>) -> Result<(), StoreError> {
        let mut records: BTreeMap<u64, Slice> = BTreeMap::new();
        for (key, record) in self.log().records()? {
            records.insert(key, Slice::from(&*record));
        }
        self.with(|open| {
            for pair in open.log.range(from..=to) {
                let (key, record) = pair.into_inner().map_err(engine_error)?;
                records.insert(decode_number_key(&key)?, record);
            }
            Ok(())
        })?;
        for (key, record) in records {
            let key = key.to_be_bytes();
            if (from..=to).contains(&&key[..]) && visit(&key, record)?.is_break() {
                break;
            }
        }
        Ok(())
    }
}

/// The free bytes of the file system that a path lies on; none when that can't be known.
#[must_use]
pub fn free_space(path: &Path) -> Option<u64> {
    let status = rustix::fs::statvfs(path).ok()?;
    Some(status.f_bavail.saturating_mul(status.f_frsize))
}

impl Handles {
    fn open(directory: &Path) -> Result<Self, StoreError> {
        let database = Database::builder(directory)
            .cache_size(ENGINE_CACHE_BYTES)
            .max_journaling_size(ENGINE_JOURNAL_BYTES)
            .worker_threads(ENGINE_WORKERS)
            .open()
            .map_err(engine_error)?;
        let newest = database
            .list_keyspace_names()
            .iter()
            .filter_map(|name| name.strip_prefix(NONCE_PREFIX)?.parse().ok())
            .max()
            .unwrap_or(0);
        let mut open = Self {
            meta: keyspace(&database, "meta")?,
            conversation: keyspace(&database, "conversation")?,
            group_state: keyspace(&database, "group-state")?,
            sequence: keyspace(&database, "sequence")?,
            membership: keyspace(&database, "membership")?,
            party: keyspace(&database, "party")?,
            mailbox: keyspace(&database, "mailbox")?,
            payload: keyspace(&database, "payload")?,
            share: keyspace(&database, "share")?,
            charge: keyspace(&database, "charge")?,
            log: keyspace(&database, "log")?,
            nonce_generation: newest,
            nonce: nonce_keyspace(&database, newest)?,
            nonce_before: nonce_keyspace(&database, newest.saturating_sub(1))?,
            database,
        };
        open.use_generation(newest)?;
        // What a process that was killed had written and not synced counts from now on.
        open.database.persist(PersistMode::SyncAll).map_err(engine_error)?;
        Ok(open)
    }

    /// The generation of the log file's records that no checkpoint has moved yet.
    fn log_generation(&self) -> Result<u64, StoreError> {
        match self.meta.get(LOG_GENERATION_KEY).map_err(engine_error)? {
            Some(value) => decode_number(&value),
            None => Ok(0),
        }
    }

    /// Opens the keyspaces of a generation and the one before, and deletes the others.
    fn use_generation(&mut self, generation: u64) -> Result<(), StoreError> {
        self.nonce = nonce_keyspace(&self.database, generation)?;
        self.nonce_before = nonce_keyspace(&self.database, generation.saturating_sub(1))?;
        self.nonce_generation = generation;
        for name in self.database.list_keyspace_names() {
            let number = name.strip_prefix(NONCE_PREFIX).and_then(|text| text.parse::<u64>().ok());
            if number.is_some_and(|number| number.saturating_add(1) < generation) {
                let old = keyspace(&self.database, &name)?;
                self.database.delete_keyspace(old).map_err(engine_error)?;
            }
        }
        Ok(())
    }

    const fn keyspace(&self, table: Table) -> &Keyspace {
        match table {
            Table::Meta => &self.meta,
            Table::Conversation => &self.conversation,
            Table::GroupState => &self.group_state,
            Table::Sequence => &self.sequence,
            Table::Membership => &self.membership,
            Table::Party => &self.party,
            Table::Mailbox => &self.mailbox,
            Table::Payload => &self.payload,
            Table::Share => &self.share,
            Table::Charge => &self.charge,
            Table::Log => &self.log,
            Table::Nonce => &self.nonce,
            Table::NonceBefore => &self.nonce_before,
        }
    }

    /// Commits a batch. Returns the log file's next generation when the batch is a checkpoint.
    fn commit(&self, batch: &Batch, sync: bool) -> Result<fjall::Result<Option<u64>>, StoreError> {
        let is_checkpoint = batch
            .iter()
            .any(|(table, _key, change)| *table == Table::Log && !matches!(change, Change::Put(_)));
        let next =
            if is_checkpoint { Some(self.log_generation()?.saturating_add(1)) } else { None };
        let durability =
            if sync || is_checkpoint { PersistMode::SyncData } else { PersistMode::Buffer };
        let mut write =
            fjall::OwnedWriteBatch::with_capacity(self.database.clone(), batch.len() + 1)
                .durability(Some(durability));
        for (table, key, change) in batch {
            let keyspace = self.keyspace(*table);
            match change {
                Change::Put(value) => write.insert(keyspace, key.clone(), value.clone()),
                Change::Remove => write.remove(keyspace, key.clone()),
                // Most records were never in the tables.
                Change::RemoveOnce if *table == Table::Log && !self.has_record(key)? => {}
                Change::RemoveOnce => write.remove_weak(keyspace, key.clone()),
            }
        }
        if let Some(generation) = next {
            write.insert(&self.meta, LOG_GENERATION_KEY, generation.to_le_bytes());
        }
        Ok(write.commit().map(|()| next))
    }

    fn has_record(&self, key: &[u8]) -> Result<bool, StoreError> {
        self.log.contains_key(key).map_err(engine_error)
    }
}

fn keyspace(database: &Database, name: &str) -> Result<Keyspace, StoreError> {
    database
        .keyspace(name, || {
            KeyspaceCreateOptions::default()
                .max_memtable_size(ENGINE_MEMTABLE_BYTES)
                .data_block_compression_policy(CompressionPolicy::disabled())
        })
        .map_err(engine_error)
}

fn nonce_keyspace(database: &Database, generation: u64) -> Result<Keyspace, StoreError> {
    keyspace(database, &format!("{NONCE_PREFIX}{generation}"))
}

/// The one border between the engine's errors and ours.
fn engine_error(error: fjall::Error) -> StoreError {
    match error {
        fjall::Error::Io(error) | fjall::Error::Storage(fjall::LsmError::Io(error)) => error.into(),
        fjall::Error::Poisoned | fjall::Error::Locked | fjall::Error::KeyspaceDeleted => {
            StoreError::new(ErrorKind::Io, "the mailboxes can't be written at the moment")
        }
        error => {
            tracing::error!(%error, "the mailboxes are damaged");
            drop(error);
            StoreError::corrupt("the mailboxes are damaged")
        }
    }
}
