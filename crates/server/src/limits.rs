//! How much of everything: named limits of this crate, and the token buckets that enforce rates.
//!
//! A rate is a bucket of `burst` tokens that gains one token every `interval_ms`. All buckets stand
//! in one table in memory: what a restart forgets is a burst, not more. A full table forgets the
//! buckets that are full again.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use serde::{Deserialize, Serialize};
use tresen_types::{
    AccountId, ConversationId, DeviceId, EntryId, Timestamp,
    limits::{DAY_MS, FRAME_BYTES_MAX},
};

use crate::ServerError;

/// Life of a claim link, in milliseconds.
pub const CLAIM_LIFETIME_MS: i64 = 24 * 60 * 60 * 1000;
/// Certificates that one device list may bring.
pub const CERTIFICATES_MAX: usize = 32;
/// First messages that a new conversation may bring.
pub const FIRST_MESSAGES_MAX: usize = 4;
/// Welcomes of one bundle.
pub const WELCOMES_MAX: usize = 64;
/// Bytes of what must travel to a client in one piece: a welcome with its tree, or a group info with
/// its tree. What is over it would never reach its reader, whose frames are limited; 64 KiB of the
/// frame are left for identifiers, a receipt and waiting proposals.
pub const PIECE_BYTES_MAX: usize = FRAME_BYTES_MAX - (64 << 10);
/// Bytes of a class Control message: receipts and the like need no more.
pub const CONTROL_BYTES_MAX: usize = 4 << 10;
/// Bytes of a class Step message: it has no words.
pub const STEP_BYTES_MAX: usize = 2 << 10;
/// Bytes of a signal's ciphertext.
pub const SIGNAL_BYTES_MAX: usize = 1 << 10;
/// Bytes of a payload in a link mailbox.
pub const LINK_PAYLOAD_BYTES_MAX: usize = 16 << 10;
/// Slots of a link mailbox.
pub const LINK_SLOTS: u32 = 8;
/// Life of a link mailbox after it was opened, in milliseconds (PROTOCOL 6.2).
pub const LINK_LIFETIME_MS: i64 = 2 * 60 * 1000;
/// How often who waits for a step of a linking looks by itself, where another node may write it.
pub const LINK_LOOK_INTERVAL: Duration = Duration::from_secs(1);
/// How long what one node knows of accounts, consents and blocks counts where other nodes may change
/// it, in milliseconds: another node's word of a change may be lost.
pub const SHARED_CACHE_AGE_MS: i64 = 5_000;
/// How long a session of a shared store counts until it is looked up again whether its device is
/// still listed, in milliseconds. With [`SHARED_CACHE_AGE_MS`] on top this bounds what a removed device
/// may still do when nobody told.
pub const SESSION_RECHECK_MS: i64 = 10_000;
/// Life of a session's token at other nodes than its own, in milliseconds. It is as good as its
/// device: who isn't listed any more is refused.
pub const SHARED_TOKEN_LIFETIME_MS: i64 = 7 * 24 * 60 * 60 * 1000;
/// A notice that a device has connected elsewhere counts for this time, in milliseconds: bounds what a
/// repeated one can do, and is more than the clocks of nodes differ.
pub const ATTACHED_NOTICE_AGE_MS_MAX: i64 = 10_000;
/// Mailboxes that a node reads at the same time from a shared store: fewer than the pool has
/// connections for everything else.
pub const MAILBOX_READERS_MAX: usize = 16;
/// Longest life of an invitation, in milliseconds.
pub const INVITATION_LIFETIME_MS_MAX: i64 = 7 * 24 * 60 * 60 * 1000;
/// Longest wait of a fetch, in milliseconds.
pub const LINK_WAIT_MS_MAX: u32 = 30_000;
/// Bytes of a recovery record.
pub const RECOVERY_BYTES_MAX: usize = 16 << 10;
/// Bytes of a recovery lookup key.
pub const LOOKUP_KEY_BYTES: usize = 32;
/// Fetches of one recovery record in a window.
pub const RECOVERY_ATTEMPTS_MAX: u64 = 10;
/// The window in which fetches of a recovery record are counted, in milliseconds.
pub const RECOVERY_WINDOW_MS: i64 = 60 * 60 * 1000;
/// Bytes of an archive segment's header.
pub const ARCHIVE_HEADER_BYTES_MAX: usize = 1 << 10;
/// How often an append is tried when other devices append too.
pub const ARCHIVE_APPEND_ATTEMPTS_MAX: usize = 8;
/// Archive segments in one answer.
pub const ARCHIVE_PAGE: usize = 256;
/// Bytes of a credential id (WebAuthn level 2, section 5.8.3).
pub const CREDENTIAL_ID_BYTES_MAX: usize = 1_023;
/// Bytes of WebAuthn's client data and attestation object.
pub const WEBAUTHN_BYTES_MAX: usize = 8 << 10;
/// Conversations in one answer.
pub const CONVERSATIONS_PAGE: usize = 10_000;
/// Consents in one answer: what fits into one frame.
pub const CONSENTS_MAX: usize = 2_000;
/// Revocations that the end of an account may bring: as many as one answer lists consents.
pub const CONSENTS_REVOKED_MAX: usize = tresen_store::limits::LIST_ROWS_MAX;
/// How long consents of an account that has ended are kept as a proof, in days: five years.
pub const ENDED_PROOF_DAYS: i64 = 5 * 365;
/// Accounts whose verified device lists stay in memory, about 1 KiB a device.
pub const ACCOUNTS_CACHED: usize = 20_000;
/// Pairs whose consent and blocks stay in memory.
pub const PERMISSIONS_CACHED: usize = 200_000;
/// Templates whose approval stays in memory.
pub const APPROVALS_CACHED: usize = 20_000;
/// Pictures of a catalogue in one answer: they fit into one frame.
pub const PICTURES_PAGE: usize = 16;
/// Conversations whose accounts stay in memory.
pub const PARTIES_CACHED: usize = 200_000;
/// Domains that a node looks at at a time.
pub const DOMAIN_CHECKS_MAX: usize = 4;
/// How long a look at a domain may take.
pub const DOMAIN_CHECK_WAIT: Duration = Duration::from_secs(10);
/// How long a resolver may take for one question.
pub const DNS_WAIT: Duration = Duration::from_secs(3);
/// An answer of a resolver, in bytes.
pub const DNS_ANSWER_BYTES_MAX: usize = 4 << 10;
/// Records of an answer that are read.
pub const DNS_RECORDS_MAX: usize = 64;
/// The file on a claimed domain, in bytes.
pub const DOMAIN_FILE_BYTES_MAX: usize = 16 << 10;
/// Addresses of a domain that are tried.
pub const DOMAIN_ADDRESSES_MAX: usize = 3;
/// How long a record of a domain may be shown after the look.
pub const DOMAIN_RECORD_MS: i64 = 7 * DAY_MS;
/// How long a confirmed claim may not be found before it is lost.
pub const DOMAIN_GRACE_MS: i64 = 3 * DAY_MS;
/// After how long a claim that was found is looked for again.
pub const DOMAIN_AGAIN_MS: i64 = DAY_MS;
/// After how long one that wasn't found is looked for again.
pub const DOMAIN_RETRY_MS: i64 = 60 * 60 * 1000;
/// After how long nobody looks any more for what isn't found.
pub const DOMAIN_GIVE_UP_MS: i64 = 30 * DAY_MS;
/// How often a node looks which claims are due.
pub const DOMAIN_INTERVAL: Duration = Duration::from_secs(10 * 60);
/// The URL of a push resource, in bytes; those of the large push services have about 200.
pub const PUSH_ENDPOINT_BYTES_MAX: usize = 1 << 10;
/// How long a push service keeps a push for a device that is away, in seconds: a long weekend.
pub const PUSH_TIME_TO_LIVE_S: u32 = 4 * 24 * 60 * 60;
/// A device that doesn't come after a push gets no other for this time, in milliseconds.
pub const PUSH_AGAIN_MS: i64 = 15 * 60 * 1000;
/// Whether a device wants pushes is asked again after this time where other nodes may be told so, in
/// milliseconds.
pub const PUSH_KNOWN_MS: i64 = 60 * 1000;
/// How long a device that was there a moment ago has to fetch by itself what came; a page that is
/// loaded anew does. A device of another node has as long to acknowledge.
pub const PUSH_DELAY: Duration = Duration::from_secs(2);
/// Entries that are read to see whether one of them is worth a push.
pub const PUSH_LOOK_ENTRIES: usize = 16;
/// Bytes that are read for that.
pub const PUSH_LOOK_BYTES: usize = 256 << 10;
/// Pushes that are made at the same time.
pub const PUSH_SENDERS_MAX: usize = 16;
/// Devices that wait for their push. Whoever comes when it is full is woken by the next message.
pub const PUSH_QUEUE_MAX: usize = 10_000;
/// Devices of which is known whether they want a push now; about 100 bytes each.
pub const PUSH_MARKS_MAX: usize = 200_000;
/// How long one attempt at a push service may take.
pub const PUSH_POST_WAIT: Duration = Duration::from_secs(10);
/// How often a push is tried.
pub const PUSH_ATTEMPTS_MAX: u32 = 4;
/// Pause after the first attempt that failed; four times as long after each further one.
pub const PUSH_RETRY_PAUSE: Duration = Duration::from_secs(1);
/// The longest pause that a push service may ask for.
pub const PUSH_RETRY_PAUSE_MAX: Duration = Duration::from_secs(5 * 60);
/// An answer of a push service, in bytes.
pub const PUSH_ANSWER_BYTES_MAX: usize = 16 << 10;
/// Life of the proof of who this server is, in seconds; a day at most (RFC 8292, section 2).
pub const PUSH_PROOF_S: i64 = 12 * 60 * 60;
/// A subscription that wasn't registered again for this time is forgotten, in milliseconds: its device
/// wasn't there (DESIGN 5).
pub const PUSH_UNUSED_MS: i64 = 30 * DAY_MS;
/// What a business says against a decision, in bytes.
pub const OBJECTION_BYTES_MAX: usize = 4 << 10;
/// Messages of one quote.
pub const QUOTE_MESSAGES_MAX: u64 = 200_000;
/// Buckets in memory; at 100 bytes each about 100 MB at most.
const BUCKETS_MAX: usize = 1 << 20;

/// A bucket's size and how fast it fills.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rate {
    /// Tokens of a full bucket.
    pub burst: u32,
    /// Milliseconds until one token is back.
    pub interval_ms: u32,
}

impl Rate {
    const fn new(burst: u32, interval_ms: u32) -> Self {
        Self { burst, interval_ms }
    }
}

/// The rates of a node; all configurable.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RateLimits {
    /// Registrations of persons through one entry link.
    pub register_per_entry: Rate,
    /// Registrations and claims of businesses from one network prefix.
    pub register_per_prefix: Rate,
    /// Failed or successful session proofs from one network prefix.
    pub authenticate_per_prefix: Rate,
    /// Looks at entry links from one network prefix.
    pub entry_per_prefix: Rate,
    /// Key packages that one account claims of another.
    pub claim_per_pair: Rate,
    /// Key packages that are claimed of one account by all.
    pub claim_per_account: Rate,
    /// Messages of a business to one customer (PRODUCT, policy constants).
    pub send_per_pair: Rate,
    /// Steps without words of a business to one customer, which may come after the window.
    pub step_per_pair: Rate,
    /// Messages of one device to all.
    pub send_per_device: Rate,
    /// Commits of one device.
    pub commit_per_device: Rate,
    /// External commits of one device in one conversation (PROTOCOL D9).
    pub external_commit: Rate,
    /// Conversations that one device creates.
    pub create_per_device: Rate,
    /// Signals of one device.
    pub signal_per_device: Rate,
    /// Statements that one device publishes: lists, profiles, links, consents, blocks.
    pub publish_per_device: Rate,
    /// Everything else that a device asks.
    pub query_per_device: Rate,
    /// Look-ups of recovery records from one network prefix.
    pub recovery_per_prefix: Rate,
    /// Invitations opened, and link mailboxes used, from one network prefix.
    pub link_per_prefix: Rate,
    /// Passkey challenges and proofs from one network prefix.
    pub passkey_per_prefix: Rate,
    /// Claims on domains by one account.
    pub domain_per_account: Rate,
    /// Requests over HTTP from one network prefix.
    pub http_per_prefix: Rate,
}

impl Default for RateLimits {
    fn default() -> Self {
        Self {
            register_per_entry: Rate::new(100, 2_000),
            register_per_prefix: Rate::new(50, 10_000),
            authenticate_per_prefix: Rate::new(500, 50),
            entry_per_prefix: Rate::new(200, 200),
            claim_per_pair: Rate::new(64, 60_000),
            claim_per_account: Rate::new(1_000, 1_000),
            send_per_pair: Rate::new(45, 6_000),
            step_per_pair: Rate::new(40, 15 * 60 * 1000),
            send_per_device: Rate::new(600, 20),
            commit_per_device: Rate::new(600, 100),
            // A window that is closed before it has the answer mustn't lock its device out
            // (docs/decisions/0030).
            external_commit: Rate::new(3, 60 * 60 * 1000),
            create_per_device: Rate::new(30, 10_000),
            signal_per_device: Rate::new(60, 200),
            publish_per_device: Rate::new(60, 2_000),
            query_per_device: Rate::new(1_000, 20),
            recovery_per_prefix: Rate::new(10, 60_000),
            link_per_prefix: Rate::new(120, 250),
            passkey_per_prefix: Rate::new(20, 10_000),
            domain_per_account: Rate::new(5, 10 * 60 * 1000),
            http_per_prefix: Rate::new(2_000, 10),
        }
    }
}

/// What a bucket belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Subject {
    RegisterEntry(EntryId),
    RegisterPrefix(u64),
    AuthenticatePrefix(u64),
    EntryPrefix(u64),
    ClaimPair(AccountId, AccountId),
    ClaimAccount(AccountId),
    SendPair(AccountId, AccountId),
    StepPair(AccountId, AccountId),
    SendDevice(DeviceId),
    CommitDevice(DeviceId),
    ExternalCommit(DeviceId, ConversationId),
    CreateDevice(DeviceId),
    SignalDevice(DeviceId),
    PublishDevice(DeviceId),
    QueryDevice(DeviceId),
    RecoveryPrefix(u64),
    LinkPrefix(u64),
    PasskeyPrefix(u64),
    DomainAccount(AccountId),
    HttpPrefix(u64),
}

impl RateLimits {
    const fn of(&self, subject: Subject) -> Rate {
        match subject {
            Subject::RegisterEntry(_) => self.register_per_entry,
            Subject::RegisterPrefix(_) => self.register_per_prefix,
            Subject::AuthenticatePrefix(_) => self.authenticate_per_prefix,
            Subject::EntryPrefix(_) => self.entry_per_prefix,
            Subject::ClaimPair(..) => self.claim_per_pair,
            Subject::ClaimAccount(_) => self.claim_per_account,
            Subject::SendPair(..) => self.send_per_pair,
            Subject::StepPair(..) => self.step_per_pair,
            Subject::SendDevice(_) => self.send_per_device,
            Subject::CommitDevice(_) => self.commit_per_device,
            Subject::ExternalCommit(..) => self.external_commit,
            Subject::CreateDevice(_) => self.create_per_device,
            Subject::SignalDevice(_) => self.signal_per_device,
            Subject::PublishDevice(_) => self.publish_per_device,
            Subject::QueryDevice(_) => self.query_per_device,
            Subject::RecoveryPrefix(_) => self.recovery_per_prefix,
            Subject::LinkPrefix(_) => self.link_per_prefix,
            Subject::PasskeyPrefix(_) => self.passkey_per_prefix,
            Subject::DomainAccount(_) => self.domain_per_account,
            Subject::HttpPrefix(_) => self.http_per_prefix,
        }
    }
}

/// All token buckets of a node.
#[derive(Debug)]
pub(crate) struct RateTable {
    rates: RateLimits,
    /// For each subject: when its bucket will be full again.
    full_at: Mutex<BTreeMap<Subject, Timestamp>>,
}

impl RateTable {
    pub(crate) const fn new(rates: RateLimits) -> Self {
        Self { rates, full_at: Mutex::new(BTreeMap::new()) }
    }

    /// Takes one token.
    pub(crate) fn take(&self, subject: Subject, now: Timestamp) -> Result<(), ServerError> {
        self.take_many(subject, 1, now)
    }

    /// Takes `tokens` at once, or none.
    pub(crate) fn take_many(
        &self,
        subject: Subject,
        tokens: u32,
        now: Timestamp,
    ) -> Result<(), ServerError> {
        let rate = self.rates.of(subject);
        let capacity_ms = i64::from(rate.burst).saturating_mul(i64::from(rate.interval_ms));
        let cost_ms = i64::from(tokens).saturating_mul(i64::from(rate.interval_ms));
        let mut full_at = self.full_at.lock().unwrap_or_else(PoisonError::into_inner);
        let filled = full_at.get(&subject).copied().unwrap_or(now).max(now);
        let after = filled.plus_millis(cost_ms);
        let excess_ms = after.millis_since(now).saturating_sub(capacity_ms);
        if excess_ms > 0 {
            let retry_after_ms = u64::try_from(excess_ms).unwrap_or(0);
            return Err(ServerError::RateLimited { retry_after_ms });
        }
        if full_at.len() >= BUCKETS_MAX {
            full_at.retain(|_subject, at| *at > now);
            if full_at.len() >= BUCKETS_MAX {
                return Err(ServerError::RateLimited { retry_after_ms: 1_000 });
            }
        }
        full_at.insert(subject, after);
        Ok(())
    }

    /// Gives back what [`RateTable::take`] took, when the request changed nothing.
    pub(crate) fn give_back(&self, subject: Subject) {
        let interval_ms = i64::from(self.rates.of(subject).interval_ms);
        let mut full_at = self.full_at.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(at) = full_at.get_mut(&subject) {
            *at = at.plus_millis(interval_ms.saturating_neg());
        }
    }

    /// Forgets the buckets that are full again.
    pub(crate) fn sweep(&self, now: Timestamp) {
        let mut full_at = self.full_at.lock().unwrap_or_else(PoisonError::into_inner);
        full_at.retain(|_subject, at| *at > now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(burst: u32, interval_ms: u32) -> RateTable {
        let send_per_device = Rate::new(burst, interval_ms);
        RateTable::new(RateLimits { send_per_device, ..RateLimits::default() })
    }

    #[test]
    fn a_bucket_gives_its_burst_and_then_one_token_an_interval() {
        let table = table(3, 1_000);
        let subject = Subject::SendDevice(DeviceId::new([1; 8]));
        let start = Timestamp::from_millis(50_000);
        for _token in 0..3 {
            table.take(subject, start).unwrap();
        }
        let refused = table.take(subject, start.plus_millis(400)).unwrap_err();
        assert!(matches!(refused, ServerError::RateLimited { retry_after_ms: 600 }));
        table.take(subject, start.plus_millis(1_000)).unwrap();
        assert!(table.take(subject, start.plus_millis(1_000)).is_err());
        let other = Subject::SendDevice(DeviceId::new([2; 8]));
        table.take(other, start).unwrap();
    }

    #[test]
    fn many_tokens_are_taken_at_once_or_not_at_all() {
        let table = table(3, 1_000);
        let subject = Subject::SendDevice(DeviceId::new([1; 8]));
        let now = Timestamp::from_millis(0);
        assert!(table.take_many(subject, 4, now).is_err());
        table.take_many(subject, 3, now).unwrap();
        table.give_back(subject);
        table.take(subject, now).unwrap();
        assert!(table.take(subject, now).is_err());
    }

    #[test]
    fn sweeping_forgets_full_buckets_only() {
        let table = table(1, 1_000);
        let subject = Subject::SendDevice(DeviceId::new([1; 8]));
        table.take(subject, Timestamp::from_millis(0)).unwrap();
        table.sweep(Timestamp::from_millis(999));
        assert!(table.take(subject, Timestamp::from_millis(999)).is_err());
        table.sweep(Timestamp::from_millis(1_000));
        assert!(table.full_at.lock().unwrap().is_empty());
    }
}
