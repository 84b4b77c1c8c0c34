//! Limits of the stores; those that both sides of the wire share stand in `tresen_types::limits`.

use std::time::Duration;

/// Events that one batch of the delivery store takes: bounds how long the first one waits for its
/// answer (PERFORMANCE, lever 5).
pub const BATCH_EVENTS_MAX: usize = 256;
/// Payload that one batch takes before it is committed, in bytes: bounds the memory of a batch.
pub const BATCH_BYTES_MAX: usize = 8 << 20;
/// Events that may wait for the writer of the delivery store.
pub const QUEUE_EVENTS_MAX: usize = 16_384;
/// Payload that may wait for the writer of the delivery store, in bytes.
pub const QUEUE_BYTES_MAX: usize = 64 << 20;
/// Conversations whose members and epoch stay in memory, about 1 KiB each.
pub const CONVERSATIONS_CACHED: usize = 50_000;
/// Devices whose mailbox bounds stay in memory, about 100 bytes each when empty.
pub const DEVICES_CACHED: usize = 200_000;
/// Unacknowledged entries of one device that are remembered in memory, so that acknowledging needs
/// no scan; a longer mailbox is scanned.
pub const PENDING_CACHED: usize = 64;
/// From this number of recipients on, the payload is written once and the mailboxes refer to it.
pub const SHARED_RECIPIENTS_MIN: usize = 3;
/// Messages between two checkpoints of the young generation: bounds how long a checkpoint holds up the
/// writer, about 10 ms.
pub const YOUNG_MESSAGES_MAX: usize = 8_192;
/// Records between two checkpoints.
pub const YOUNG_RECORDS_MAX: usize = 2_048;
/// Bytes of the records between two checkpoints: bounds their memory.
pub const YOUNG_BYTES_MAX: usize = 32 << 20;
/// Entries that stay young at a checkpoint: about as many as connected devices have not acknowledged yet.
pub const YOUNG_KEPT_MAX: usize = 2_048;
/// Their bytes, which each checkpoint copies.
pub const YOUNG_KEPT_BYTES_MAX: usize = 4 << 20;
/// Bytes of one record of the young generation: a batch with what stands around its messages.
pub const LOG_RECORD_BYTES_MAX: usize = 4 * BATCH_BYTES_MAX;
/// Nonces up to which a filter in memory (8 MiB) answers for the tables.
pub const NONCES_FILTERED_MAX: usize = 4 << 20;
/// Cursors that are reserved at once; a crash leaves a gap of at most this many.
pub const CURSORS_RESERVED: u64 = 1 << 16;
/// Entries that one read of a mailbox returns.
pub const READ_ENTRIES_MAX: usize = 1_000;
/// Keys that one step of the expiry looks at, so that it doesn't hold up messages.
pub const EXPIRE_KEYS_MAX: usize = 4_096;
/// Devices of one notice.
pub const NOTICE_DEVICES_MAX: usize = 1_024;
/// Pending proposals of one conversation.
pub const PENDING_PROPOSALS_MAX: usize = 64;
/// Accounts of one conversation (the customer's and the business's).
pub const CONVERSATION_ACCOUNTS_MAX: usize = 2;
/// First messages that come with the creation of a conversation.
pub const FIRST_MESSAGES_MAX: usize = 16;
/// Unused space on the disk below which nothing new is taken, in bytes, so that what was accepted
/// can still be moved about and acknowledged.
pub const DISK_RESERVE_BYTES: u64 = 64 << 20;

/// Block cache of the embedded engine, in bytes (PERFORMANCE, storage settings).
pub const ENGINE_CACHE_BYTES: u64 = 256 << 20;
/// Memtable of the embedded engine, in bytes.
pub const ENGINE_MEMTABLE_BYTES: u64 = 64 << 20;
/// All journals of the embedded engine, in bytes.
pub const ENGINE_JOURNAL_BYTES: u64 = 512 << 20;
/// Threads of the embedded engine that flush and compact.
pub const ENGINE_WORKERS: usize = 1;

/// How long one round trip of a batch may take, locks and the sync included.
pub const DATABASE_ROUND_WAIT: Duration = Duration::from_secs(15);
/// How long a read may take.
pub const DATABASE_READ_WAIT: Duration = Duration::from_secs(10);
/// How long nobody tries to connect after a failure, so that what waits is refused at once.
pub const DATABASE_PAUSE: Duration = Duration::from_millis(250);
/// Connections for reads that a node keeps to the database of its mailboxes; each carries many reads
/// at once.
pub const DELIVERY_READERS: usize = 3;
/// Reads of mailboxes that may wait for the database.
pub const DELIVERY_READS_MAX: usize = 4_096;
/// How often a batch that met another transaction or lost its connection is tried.
pub const BATCH_ATTEMPTS_MAX: u32 = 12;
/// The longest pause between two of these attempts; the first ones are shorter.
pub const BATCH_PAUSE_MAX: Duration = Duration::from_millis(200);
/// How often a node asks what became of a batch whose commit wasn't answered.
pub const FIND_OUT_ATTEMPTS_MAX: u32 = 60;
/// The pause between two of these questions.
pub const FIND_OUT_PAUSE: Duration = Duration::from_millis(500);
/// How often the tables are tried to be made, when several nodes do it at once.
pub const MIGRATION_ATTEMPTS_MAX: u32 = 20;

/// Threads that read from the control store.
pub const CONTROL_READERS: usize = 2;
/// Jobs that may wait for the control store.
pub const CONTROL_QUEUE_MAX: usize = 4_096;
/// Writes of the control store that share one commit.
pub const CONTROL_BATCH_MAX: usize = 64;
/// Rows that one listing returns.
pub const LIST_ROWS_MAX: usize = 1_000;
/// Bytes of one signed record (profile, list, consent, entry link, invitation, recovery).
pub const RECORD_BYTES_MAX: usize = tresen_types::limits::STATEMENT_BYTES_MAX;
/// One report: the messages that it opens, each with its receipt.
pub const REPORT_BYTES_MAX: usize = 640 << 10;
/// A plan or a rate card, in bytes.
pub const BILLING_TEXT_BYTES_MAX: usize = 256 << 10;
/// Rate cards of one operator.
pub const RATE_CARDS_MAX: i64 = 200;
/// Reports of one person that nobody has decided about.
pub const REPORTS_OPEN_MAX: i64 = 20;
/// One encrypted archive segment's description, in bytes.
pub const ARCHIVE_SEGMENT_BYTES_MAX: usize = 4 << 10;
/// Entry links of one business.
pub const ENTRY_LINKS_MAX: i64 = 1_000;
/// Passkeys of one account.
pub const PASSKEYS_MAX: i64 = 20;
/// Recovery records of one account: its code's, its passkeys'.
pub const RECOVERIES_MAX: i64 = 32;
/// Accounts that one account may block.
pub const BLOCKS_MAX: i64 = 10_000;
/// How long a statement of SQLite waits for a lock.
pub const SQL_BUSY_WAIT: Duration = Duration::from_secs(5);
/// Templates of one business, all names, languages and versions together.
pub const TEMPLATES_MAX: i64 = 6_000;

/// Bytes of a blob that are written to the disk at once.
pub const BLOB_PIECE_BYTES: usize = 1 << 20;
/// Bytes of a blob that make one object in S3 at most: as much as one request of an upload brings, in
/// memory while it is sent.
pub const BLOB_OBJECT_BYTES_MAX: usize = tresen_types::limits::UPLOAD_PART_BYTES_MAX;
/// Bytes of a blob that are read at once: bounds the memory of a download.
pub const BLOB_READ_BYTES: u64 = 256 << 10;
/// Objects that one blob may be in: ten times what the largest needs, for uploads that broke off often.
pub const BLOB_PARTS_MAX: i64 = 4_096;
/// Rows that a transfer between stores moves in one transaction.
pub const TRANSFER_ROWS: usize = 500;
/// Locks that the blobs of one node share.
pub const BLOB_LOCKS: usize = 64;
/// How often a request to S3 is made.
pub const S3_ATTEMPTS_MAX: u32 = 4;
/// The wait before the second attempt, halved; it doubles with each.
pub const S3_RETRY_WAIT: Duration = Duration::from_millis(50);
/// How long connecting to S3 may take.
pub const S3_CONNECT_WAIT: Duration = Duration::from_secs(3);
/// How long one request to S3 may take.
pub const S3_REQUEST_WAIT: Duration = Duration::from_secs(20);
/// Connections to S3 that are kept.
pub const S3_IDLE_CONNECTIONS_MAX: usize = 16;
/// An answer of S3, in bytes: a piece that was asked for, or an error.
pub const S3_ANSWER_BYTES_MAX: usize = 1 << 20;

/// Connections that one node has to PostgreSQL for its control store: what its writes do at once. A
/// server takes 100 unless it is told otherwise.
pub const POSTGRES_CONNECTIONS: usize = 8;
/// How long connecting to one host of PostgreSQL may take.
pub const POSTGRES_CONNECT_WAIT: Duration = Duration::from_secs(3);
/// How long PostgreSQL may work on one statement.
pub const POSTGRES_STATEMENT_WAIT: Duration = Duration::from_secs(8);
/// How long a statement waits for a lock of PostgreSQL.
pub const POSTGRES_LOCK_WAIT: Duration = Duration::from_secs(4);
/// How long an answer of PostgreSQL is waited for, longer than its own time-outs: then the connection
/// is given up.
pub const POSTGRES_ANSWER_WAIT: Duration = Duration::from_secs(12);
/// How long a job may wait for a connection before it is refused.
pub const POSTGRES_QUEUE_WAIT: Duration = Duration::from_secs(10);
/// How often a transaction that met another is run again.
pub const POSTGRES_RETRIES_MAX: u32 = 20;
/// The longest wait before the first of these runs, and what it grows to.
pub const POSTGRES_RETRY_WAIT_MIN: Duration = Duration::from_millis(1);
/// See [`POSTGRES_RETRY_WAIT_MIN`].
pub const POSTGRES_RETRY_WAIT_MAX: Duration = Duration::from_millis(100);
/// Prepared statements of one connection: all that the control store has, and room.
pub const POSTGRES_STATEMENTS_MAX: usize = 256;
/// How long one migration may take, and another node's be waited for.
pub const POSTGRES_MIGRATION_WAIT: Duration = Duration::from_secs(600);
/// Link mailboxes of one account at a time.
pub const LINK_MAILBOXES_PER_ACCOUNT_MAX: i64 = 16;
/// Link mailboxes at a time: bounds what strangers with invitations can make the database hold.
pub const LINK_MAILBOXES_MAX: i64 = 10_000;
/// A picture of a catalogue, in bytes: a page of them fits into one frame.
pub const PICTURE_BYTES_MAX: usize = 48 << 10;
/// Pictures of one business.
pub const PICTURES_MAX: u64 = 2_000;
