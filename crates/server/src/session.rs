//! Who is on a connection, and the tokens by which the blob store knows a session.
//!
//! ```text
//! Anonymous ──Authenticate | RegisterPerson | ClaimBusiness | RegisterDevice──▶ Device
//!     └──────OpenLink──▶ LinkOnly
//! ```
//!
//! A token is 32 random bytes, in memory only, and lives as long as its connection: dropping the
//! [`DeviceSession`] forgets it. Removing a device revokes its sessions at once: requests that are
//! already on their way find [`DeviceSession::check_live`] closed.
//!
//! Where nodes share the store, an upload may reach another node than the one that the device is
//! connected to. There a token also names its device and time under a tag that only the nodes can
//! make; another node takes it as long as the device is listed.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{
        Arc, Mutex, PoisonError, Weak,
        atomic::{AtomicBool, Ordering},
    },
};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest as _, Sha256};
use tresen_proto::ErrorCode;
use tresen_statement::{DeviceKind, Role};
use tresen_store::delivery::Sender;
use tresen_types::{AccountId, AccountKind, DeviceId, Timestamp};
use zeroize::Zeroizing;

mod token;

pub(crate) use token::TokenKey;

use crate::{
    ServerError,
    error::refused,
    mailbox::{Feed, Feeds},
};

/// Who is on a connection.
#[derive(Debug)]
pub enum SessionState {
    /// Nobody has proved anything.
    Anonymous(Anonymous),
    /// A device that an invitation admitted: it may link itself and do nothing else.
    LinkOnly(LinkOnly),
    /// A device of an account.
    Device(DeviceSession),
}

/// A connection whose device is unknown.
#[derive(Debug)]
pub struct Anonymous {
    /// What the session proof must sign.
    pub nonce: [u8; 32],
    /// The passkey challenge that was given out last on this connection.
    pub passkey_challenge: Option<[u8; 32]>,
    /// The account whose passkey was proved on this connection.
    pub proved: Option<AccountId>,
}

/// A connection that may only link.
#[derive(Debug)]
pub struct LinkOnly {
    /// What the session proof must sign once the device is linked.
    pub nonce: [u8; 32],
    /// The account that invited.
    pub account: AccountId,
}

/// A connection whose device is proved.
#[derive(Debug)]
pub struct DeviceSession {
    /// The account.
    pub account: AccountId,
    /// The device.
    pub device: DeviceId,
    /// What it is to others.
    pub kind: DeviceKind,
    /// What it may do in its account.
    pub role: Role,
    /// The passkey challenge that was given out last on this connection.
    pub passkey_challenge: Option<[u8; 32]>,
    /// When it was last looked up that the device is listed.
    pub(crate) checked_at: Timestamp,
    /// The device's mailbox on its way to this connection.
    pub(crate) feed: Attachment,
    /// The token; dropping it ends the session for the blob store.
    pub(crate) ticket: Arc<Ticket>,
}

impl SessionState {
    /// The state of a new connection; `nonce` goes into its hello.
    #[must_use]
    pub const fn new(nonce: [u8; 32]) -> Self {
        Self::Anonymous(Anonymous { nonce, passkey_challenge: None, proved: None })
    }

    /// The device, if it is proved and not removed since.
    ///
    /// # Errors
    /// `Unauthenticated`, or `DeviceRevoked`.
    pub fn device(&self) -> Result<&DeviceSession, ServerError> {
        match self {
            Self::Device(session) => session.check_live().map(|()| session),
            Self::Anonymous(_) => {
                Err(refused(ErrorCode::Unauthenticated, "this needs an authenticated session"))
            }
            Self::LinkOnly(_) => {
                Err(refused(ErrorCode::Forbidden, "this session may only link a device"))
            }
        }
    }

    /// The nonce that a proof on this connection must sign; none once a device is proved.
    pub(crate) fn proof_nonce(&self) -> Result<[u8; 32], ServerError> {
        match self {
            Self::Anonymous(anonymous) => Ok(anonymous.nonce),
            Self::LinkOnly(link) => Ok(link.nonce),
            Self::Device(_) => {
                Err(refused(ErrorCode::Conflict, "this connection has a session already"))
            }
        }
    }
}

impl DeviceSession {
    /// Fails when the device was removed after the session began.
    ///
    /// # Errors
    /// `DeviceRevoked`.
    pub fn check_live(&self) -> Result<(), ServerError> {
        if self.ticket.is_revoked.load(Ordering::Acquire) {
            Err(refused(ErrorCode::DeviceRevoked, "the device was removed from its account"))
        } else {
            Ok(())
        }
    }

    /// Fails unless the account is a business's.
    pub(crate) fn check_business(&self) -> Result<(), ServerError> {
        match self.account.kind() {
            AccountKind::Business => Ok(()),
            AccountKind::Person => Err(refused(ErrorCode::Forbidden, "this is for businesses")),
        }
    }

    /// Fails unless the device may change the account: an owner's, or a person's own.
    pub(crate) fn check_owner(&self) -> Result<(), ServerError> {
        match self.role {
            Role::Owner | Role::Member => Ok(()),
            Role::Agent => Err(refused(ErrorCode::Forbidden, "this is for an owner's device")),
        }
    }

    /// The sender of what this session sends.
    pub(crate) const fn sender(&self) -> Sender {
        Sender { account: self.account, device: self.device }
    }
}

/// Keeps a feed among the connected ones as long as the session lives.
#[derive(Debug)]
pub(crate) struct Attachment {
    feeds: Arc<Feeds>,
    feed: Arc<Feed>,
}

impl Attachment {
    pub(crate) fn new(feeds: &Arc<Feeds>, feed: Arc<Feed>) -> Self {
        feeds.attach(Arc::clone(&feed));
        Self { feeds: Arc::clone(feeds), feed }
    }

    pub(crate) const fn feed(&self) -> &Arc<Feed> {
        &self.feed
    }
}

impl Drop for Attachment {
    fn drop(&mut self) {
        self.feeds.detach(&self.feed);
    }
}

/// What a session is to the blob store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TokenHolder {
    /// The account.
    pub account: AccountId,
    /// The device.
    pub device: DeviceId,
}

/// One session's token. Forgotten when it is dropped.
pub(crate) struct Ticket {
    holder: TokenHolder,
    token_hash: [u8; 32],
    is_revoked: AtomicBool,
    tickets: Arc<Tickets>,
}

impl fmt::Debug for Ticket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ticket").field("holder", &self.holder).finish_non_exhaustive()
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        self.tickets.lock().remove(&self.token_hash);
    }
}

/// All live sessions' tokens, by the hash of the token: a look-up by hash needs no constant time.
#[derive(Debug, Default)]
pub(crate) struct Tickets {
    live: Mutex<BTreeMap<[u8; 32], Weak<Ticket>>>,
    /// Makes tokens that other nodes take.
    shared: Option<TokenKey>,
}

impl Tickets {
    /// Tickets of a node on a shared store.
    pub(crate) fn shared(key: TokenKey) -> Self {
        Self { live: Mutex::default(), shared: Some(key) }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<[u8; 32], Weak<Ticket>>> {
        self.live.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes a token of a random secret and returns it with its text.
    pub(crate) fn issue(
        self: &Arc<Self>,
        holder: TokenHolder,
        secret: &Zeroizing<[u8; 32]>,
        now: Timestamp,
    ) -> (Arc<Ticket>, String) {
        let token = match &self.shared {
            Some(key) => key.write(holder, now, secret),
            None => Zeroizing::new(secret.to_vec()),
        };
        let token_hash = Sha256::digest(&token).into();
        let is_revoked = AtomicBool::new(false);
        let ticket = Arc::new(Ticket { holder, token_hash, is_revoked, tickets: Arc::clone(self) });
        self.lock().insert(token_hash, Arc::downgrade(&ticket));
        (ticket, URL_SAFE_NO_PAD.encode(&token))
    }

    /// Who holds the token of this text; none when it isn't one of a live session, here or at another
    /// node.
    pub(crate) fn holder_of(&self, text: &str, now: Timestamp) -> Option<TokenHolder> {
        if text.len() > TOKEN_TEXT_BYTES_MAX {
            return None;
        }
        let token = Zeroizing::new(URL_SAFE_NO_PAD.decode(text).ok()?);
        let hash: [u8; 32] = Sha256::digest(token.as_slice()).into();
        // The last reference may go here: the map must not be locked then.
        let ticket = self.lock().get(&hash).and_then(Weak::upgrade);
        match ticket {
            Some(ticket) => (!ticket.is_revoked.load(Ordering::Acquire)).then_some(ticket.holder),
            None => self.shared.as_ref()?.read(&token, now),
        }
    }

    /// Ends all sessions of a device.
    pub(crate) fn revoke(&self, device: DeviceId) {
        let tickets: Vec<_> = self.lock().values().filter_map(Weak::upgrade).collect();
        for ticket in tickets.iter().filter(|ticket| ticket.holder.device == device) {
            ticket.is_revoked.store(true, Ordering::Release);
        }
    }
}

/// Longest text that is looked at.
const TOKEN_TEXT_BYTES_MAX: usize = 256;

/// Fails when a signed time is further from the server's clock than clocks may be.
pub(crate) fn check_clock(signed: Timestamp, now: Timestamp) -> Result<(), ServerError> {
    let skew_ms = signed.millis_since(now).saturating_abs();
    if skew_ms > tresen_types::limits::CLOCK_SKEW_MS_MAX {
        Err(refused(ErrorCode::ClockSkew, "a signed time is too far from the server's clock"))
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::SHARED_TOKEN_LIFETIME_MS;

    const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);

    #[test]
    fn nodes_with_the_same_secret_take_each_others_tokens() {
        let node = |secret: u8| Arc::new(Tickets::shared(TokenKey::new(&[secret; 32])));
        let (one, two, stranger) = (node(1), node(1), node(2));
        let (ticket, text) = one.issue(holder(), &Zeroizing::new([9; 32]), NOW);
        assert_eq!(one.holder_of(&text, NOW), Some(holder()));
        assert_eq!(two.holder_of(&text, NOW), Some(holder()));
        assert_eq!(stranger.holder_of(&text, NOW), None);
        assert_eq!(Arc::new(Tickets::default()).holder_of(&text, NOW), None);
        let mut token = URL_SAFE_NO_PAD.decode(&text).unwrap();
        for at in 0..token.len() {
            token[at] ^= 1;
            assert_eq!(two.holder_of(&URL_SAFE_NO_PAD.encode(&token), NOW), None, "byte {at}");
            token[at] ^= 1;
        }
        let end = NOW.plus_millis(SHARED_TOKEN_LIFETIME_MS);
        assert_eq!(two.holder_of(&text, end), None);
        // Its own node knows better.
        assert_eq!(one.holder_of(&text, end), Some(holder()));
        one.revoke(holder().device);
        assert_eq!(one.holder_of(&text, NOW), None);
        drop(ticket);
    }

    fn holder() -> TokenHolder {
        TokenHolder { account: AccountId::new([1; 16]), device: DeviceId::new([2; 8]) }
    }

    #[test]
    fn a_token_counts_while_its_session_lives() {
        let tickets = Arc::new(Tickets::default());
        let (ticket, text) = tickets.issue(holder(), &Zeroizing::new([9; 32]), NOW);
        assert_eq!(tickets.holder_of(&text, NOW), Some(holder()));
        assert_eq!(tickets.holder_of("nonsense", NOW), None);
        assert_eq!(tickets.holder_of("", NOW), None);
        drop(ticket);
        assert_eq!(tickets.holder_of(&text, NOW), None);
        assert!(tickets.lock().is_empty());
    }

    #[test]
    fn a_revoked_device_has_no_token() {
        let tickets = Arc::new(Tickets::default());
        let (_ticket, text) = tickets.issue(holder(), &Zeroizing::new([9; 32]), NOW);
        tickets.revoke(DeviceId::new([3; 8]));
        assert!(tickets.holder_of(&text, NOW).is_some());
        tickets.revoke(holder().device);
        assert_eq!(tickets.holder_of(&text, NOW), None);
    }

    #[test]
    fn signed_times_may_be_off_by_what_clocks_are_off() {
        let now = Timestamp::from_millis(1_700_000_000_000);
        let day_ms = tresen_types::limits::DAY_MS;
        assert!(check_clock(now.plus_millis(day_ms), now).is_ok());
        assert!(check_clock(now.plus_millis(-day_ms), now).is_ok());
        let late = check_clock(now.plus_millis(2 * day_ms), now).unwrap_err();
        assert_eq!(late.code(), ErrorCode::ClockSkew);
        assert!(check_clock(Timestamp::from_millis(i64::MIN), now).is_err());
    }
}
