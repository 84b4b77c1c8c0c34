//! The account, its devices, profile, links, consents and settings, as an interface shows them.

use serde::{Deserialize, Serialize};
use tresen_types::{
    AccountId, AccountKind, Categories, DeviceId, EntryId, Timestamp, profile::More,
};

/// Who this device belongs to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountView {
    /// The account.
    pub account: AccountId,
    /// Person or business.
    pub kind: AccountKind,
    /// The person's chosen name, or the agent's first name.
    pub name: String,
    /// This device.
    pub device: DeviceId,
    /// What this device may do; `None` for a person.
    pub role: Option<Role>,
    /// The business's name; empty for a person.
    pub business_name: String,
    /// Whether a recovery code was made.
    pub has_recovery: bool,
    /// Whether a passkey leads back.
    pub has_passkey: bool,
    /// Whether this device holds the account key: it adds and removes devices and makes ways back.
    pub is_primary: bool,
}

/// What an agent's device may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Everything: holds the account key.
    Owner,
    /// Works in the inbox.
    Agent,
}

/// A device of the own account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceView {
    /// The device.
    pub device: DeviceId,
    /// The agent's name; empty for a person's device.
    pub name: String,
    /// What it may do; `None` for a person.
    pub role: Option<Role>,
    /// Since when.
    pub added_at: Timestamp,
    /// Whether it is this one.
    pub is_this: bool,
}

/// A business's profile as its owner edits it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProfileDraft {
    /// The business's name.
    pub name: String,
    /// What it is, in a word or two: "Bakery".
    pub line: String,
    /// A few sentences.
    pub about: String,
    /// Street and town, in one line.
    pub address: String,
    /// Web sites, https.
    pub websites: Vec<String>,
    /// Name of one of the ten sign colours, like `crust`.
    pub sign_colour: String,
    /// A logo of at most 24 KiB (WebP, PNG, JPEG), base64; `None` keeps the letters.
    pub logo_base64: Option<String>,
    /// The logo's media type.
    pub logo_media_type: Option<String>,
    /// Opening hours; `None` when none are given.
    pub hours: Option<HoursView>,
    /// Address of mail, imprint, what can be asked.
    pub more: More,
}

/// Opening hours.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HoursView {
    /// IANA time zone, like `Europe/Berlin`.
    pub time_zone: String,
    /// Monday first: intervals in minutes since midnight; the end may be up to 2,880 (past midnight).
    pub weekly: [Vec<(u16, u16)>; 7],
    /// Days that differ.
    pub exceptions: Vec<ClosedDay>,
}

/// A day with hours of its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClosedDay {
    /// Year, month, day.
    pub date: (i32, u8, u8),
    /// Intervals in minutes; empty when closed.
    pub intervals: Vec<(u16, u16)>,
}

/// A verified profile.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProfileView {
    /// The business.
    pub account: AccountId,
    /// The fingerprint of its key, 26 characters.
    pub fingerprint: String,
    /// What it says about itself.
    pub profile: ProfileDraft,
    /// The domain that was checked; `None` while nobody has.
    pub verified: Option<DomainMark>,
}

/// A domain of which the server has signed that it found the business's claim there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DomainMark {
    /// The domain.
    pub domain: String,
    /// Where the claim stands.
    pub method: DomainWay,
    /// Since when it has been found without a break.
    pub since: Timestamp,
    /// When it was looked for last.
    pub checked_at: Timestamp,
}

/// Where a claim on a domain stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DomainWay {
    /// In a TXT record.
    Dns,
    /// In a file on the domain's web server.
    WellKnown,
}

/// The own business's claim on a domain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DomainClaimView {
    /// What has to be published: the text of a TXT record, or a line of the file.
    pub text: String,
    /// The claim; `None` while there is none.
    pub claim: Option<DomainClaimed>,
}

/// A claim on a domain, and how it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DomainClaimed {
    /// The domain.
    pub domain: String,
    /// Where it is looked for.
    pub method: DomainWay,
    /// The name of the record, or the address of the file.
    pub place: String,
    /// What customers see; `None` while it wasn't found, or not any more.
    pub mark: Option<DomainMark>,
    /// Why it wasn't found the last time, as a stable word: `not_found`, `other_text`, `private_address`,
    /// `redirect`, `too_large`, `timed_out`, `unreachable`, `certificate`, `taken`; empty when it was.
    pub trouble: String,
    /// When it was looked for last.
    pub checked_at: Option<Timestamp>,
}

/// Whether a business is open, in its own time zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OpeningView {
    /// No hours are given.
    Unknown,
    /// Open until this minute of the day.
    OpenUntil(u16),
    /// Open, and never closes.
    AlwaysOpen,
    /// Closed; opens on this weekday (0 is Monday) at this minute.
    OpensOn(u8, u16),
    /// Closed for longer than a week.
    Closed,
}

/// An entry link with its counters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntryLinkView {
    /// The link's id.
    pub entry: EntryId,
    /// The whole link, with fragment.
    pub url: String,
    /// Private name.
    pub label: String,
    /// What the customer's composer starts with.
    pub prefilled: String,
    /// Conversations that began through it.
    pub uses: u64,
    /// How many may.
    pub uses_max: Option<u32>,
    /// Times that it was looked at.
    pub visits: u64,
    /// Until when.
    pub expires_at: Option<Timestamp>,
    /// Whether it was revoked.
    pub is_revoked: bool,
}

/// A consent, as its chat shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsentView {
    /// What is allowed; empty after a revocation.
    pub categories: Categories,
    /// When it was signed.
    pub at: Timestamp,
    /// Language of the wording.
    pub language: String,
    /// Whether this account signed it (else the customer did).
    pub is_own: bool,
    /// Where the customer said it, as a stable word: `entry`, `chat`, `sheet`, `stop_word`, `undo`.
    pub way_in: String,
}

/// A step of linking a device (PROTOCOL 6.2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(not(feature = "compact"), serde(tag = "step"))]
pub enum LinkStep {
    /// On the owner's device: hand this link (or its QR code) to the colleague.
    Invitation {
        /// `ORIGIN/link#TOKEN`.
        url: String,
        /// Until when.
        expires_at: Timestamp,
    },
    /// On the owner's device: the new device is there; type the code that it shows.
    EnterCode {
        /// Name in the invitation.
        name: String,
    },
    /// On the new device: show these digits; they are typed into the owner's device.
    ShowCode {
        /// The business's name.
        business_name: String,
        /// Six digits.
        code: String,
        /// Until when.
        expires_at: Timestamp,
    },
    /// The new device belongs to the account.
    Linked {
        /// The new device.
        device: DeviceId,
    },
    /// History arrives.
    Restoring {
        /// Messages so far.
        messages: u64,
    },
    /// It didn't work; the invitation is used up.
    Failed,
}

/// What a person can switch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// Whether others see that this account has read their messages (and it sees theirs).
    pub read_receipts: bool,
    /// Whether others see typing.
    pub typing: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self { read_receipts: true, typing: true }
    }
}
