//! What accounts, businesses and operators sign in public; deterministic CBOR.
//!
//! The flow is the same for every kind: a value is built, [`Signed::sign`] encodes it and signs the
//! label of its kind, a zero byte and the encoding; the receiver calls [`Unverified::decode`], which
//! checks form and limits, and [`Unverified::verify`] with the key that it trusts. Only the
//! [`Signed`] that comes out of it gives the value freely, so that nobody uses an unchecked one by
//! accident. Acceptance receipts ([`receipt`]) share one signature among many and have types of
//! their own, along the same lines.
//!
//! Times, keys and nonces are arguments: nothing in here reads a clock or draws randomness.
#![deny(missing_docs)]
#![deny(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

#[macro_use]
mod byte_enum;
mod approval;
mod catalogue;
mod cbor;
mod consent;
mod decision;
mod device;
mod device_list;
mod domain;
mod entry;
mod error;
mod fingerprint;
mod hours;
mod invitation;
pub mod limits;
mod notice;
mod profile;
mod proof;
mod quotation;
pub mod receipt;
mod report;
mod signed;
mod skeleton;
mod template;
mod text;

pub use approval::{Approval, ApprovalProfile, ApprovalStatus, RejectionReason};
pub use catalogue::{CatalogueChoice, CatalogueItem, CataloguePage};
pub use consent::{
    CategoryMax, Consent, ConsentProof, ConsentState, QuietHours, Terms, WayIn, WeeklyDigest,
};
pub use decision::{DecisionKind, DecisionNotice};
pub use device::{DeviceCertificate, DeviceKind, Role};
pub use device_list::{DeviceList, ListedDevice};
pub use domain::{
    DomainClaim, DomainMethod, DomainRecord, DomainState, WELL_KNOWN_PATH, claims_domain, dns_name,
    dns_text,
};
pub use entry::EntryLink;
pub use error::Error;
pub use fingerprint::{fingerprint, fingerprint_of_text, fingerprint_text, key_hash, wording_hash};
pub use hours::{Date, HoursException, Interval, LocalTime, OpenState, OpeningHours};
pub use invitation::LinkInvitation;
pub use notice::{BlockNotice, LeaveNotice};
pub use profile::{LogoMime, Mark, Profile, SignColour};
pub use proof::{RegistrationProof, SessionProof};
pub use quotation::QuotationAcceptance;
pub use report::{Report, ReportItem, ReportReason};
pub use signed::{Signed, SigningKey, Statement, Unverified};
pub use skeleton::skeleton;
pub use template::{
    Button, Card, Charset, Header, LimitedTimeOffer, MediaKind, Parameter, ParameterKind, Piece,
    Place, Problem, Rule, TemplateDoc, TemplateText, is_domain, is_under, link_hosts,
};
