//! A customer's report: the messages it opens, each with the server's proof that it was sent.
//!
//! An item holds the decrypted content and the acceptance receipt. [`ReportItem::open`] recomputes
//! the franking tag from the content and compares it with the one that the server franked when it
//! took the message (PROTOCOL 4.1): nothing else can be shown to anybody as having been sent.

use hmac::{Hmac, Mac as _};
use sha2::Sha256;
use tresen_types::{AccountId, AccountKind, ConversationId, DeviceId, Timestamp};

use crate::{
    cbor::{Reader, Writer},
    error::Error,
    limits::{ORIGIN_BYTES_MAX, RECEIPT_BYTES_MAX, REPORT_ITEMS_MAX, REPORT_NOTE_BYTES_MAX},
    receipt::{Acceptance, FrankKey, UnverifiedReceipt},
    signed::Statement,
    text,
};

/// The content of one message, in bytes.
const CONTENT_BYTES_MAX: usize = 60 << 10;
/// The elements of MIMI content; the first is its salt.
const CONTENT_ELEMENTS: usize = 7;

byte_enum! {
    /// What a customer says is wrong.
    ReportReason {
        /// It wasn't asked for.
        Unwanted = 0,
        /// It cheats or steals.
        Fraud = 1,
        /// The sender pretends to be somebody else.
        Impersonation = 2,
        /// It insults or threatens.
        Abuse = 3,
        /// It is something else that isn't allowed.
        Illegal = 4,
    }
}

/// One reported message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportItem {
    /// The decrypted content, as it was received.
    pub content: Vec<u8>,
    /// The server's acceptance receipt.
    pub receipt: Vec<u8>,
}

impl ReportItem {
    /// Proves that the server accepted exactly this content, and tells from whom and when.
    ///
    /// # Errors
    /// [`Error::Signature`] when the receipt isn't the server's, the frank isn't its own, or the
    /// content isn't what was committed to.
    pub fn open(&self, server_key: &[u8; 32], frank_key: &FrankKey) -> Result<Acceptance, Error> {
        let receipt = UnverifiedReceipt::decode(&self.receipt)?.verify(server_key)?;
        let leaf = receipt.leaf();
        let is_franked = leaf.acceptance.frank(frank_key) == leaf.frank;
        if is_franked && franking_tag(&self.content)? == leaf.acceptance.franking_tag {
            Ok(leaf.acceptance)
        } else {
            Err(Error::Signature)
        }
    }
}

/// The commitment to content, made with the salt in its head.
fn franking_tag(content: &[u8]) -> Result<[u8; 32], Error> {
    let mut reader = Reader::new(content);
    reader.array(CONTENT_ELEMENTS)?;
    let salt: [u8; 16] = reader.fixed()?;
    let mac = Hmac::<Sha256>::new_from_slice(&salt).expect("HMAC takes keys of any length");
    Ok(mac.chain_update(content).finalize().into_bytes().into())
}

/// A report. Signed by the customer's device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// The server that is to judge.
    pub origin: String,
    /// Who is reported.
    pub business: AccountId,
    /// Who reports.
    pub reporter: AccountId,
    /// The device that signs.
    pub device: DeviceId,
    /// The conversation.
    pub conversation: ConversationId,
    /// What is wrong.
    pub reason: ReportReason,
    /// The same in words; may be empty.
    pub note: String,
    /// The messages that the reporter opens.
    pub items: Vec<ReportItem>,
    /// When, by the device's clock.
    pub at: Timestamp,
}

impl Report {
    /// Opens all items; every one must be a message of the reported business in this conversation.
    ///
    /// # Errors
    /// [`Error::Signature`] when one of them isn't.
    pub fn open(
        &self,
        server_key: &[u8; 32],
        frank_key: &FrankKey,
    ) -> Result<Vec<Acceptance>, Error> {
        self.items
            .iter()
            .map(|item| {
                let acceptance = item.open(server_key, frank_key)?;
                let is_theirs = acceptance.sender_account == self.business
                    && acceptance.conversation == self.conversation;
                if is_theirs { Ok(acceptance) } else { Err(Error::Signature) }
            })
            .collect()
    }
}

impl Statement for Report {
    const LABEL: &'static str = "tresen/report/1";
    const FIELDS: usize = 9;

    fn write(&self, writer: &mut Writer) {
        writer.text(&self.origin);
        writer.bytes(self.business.as_bytes());
        writer.bytes(self.reporter.as_bytes());
        writer.bytes(self.device.as_bytes());
        writer.bytes(self.conversation.as_bytes());
        writer.uint(self.reason.as_byte());
        writer.text(&self.note);
        writer.list(&self.items, |writer, item| {
            writer.array(2);
            writer.bytes(&item.content);
            writer.bytes(&item.receipt);
        });
        writer.time(self.at);
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, Error> {
        let report = Self {
            origin: text::origin(reader.text(ORIGIN_BYTES_MAX)?)?,
            business: AccountId::new(reader.fixed()?),
            reporter: AccountId::new(reader.fixed()?),
            device: DeviceId::new(reader.fixed()?),
            conversation: ConversationId::new(reader.fixed()?),
            reason: reader.byte(ReportReason::from_byte)?,
            note: text::lines(reader.text(REPORT_NOTE_BYTES_MAX)?)?,
            items: reader.list(REPORT_ITEMS_MAX, |reader| {
                reader.array(2)?;
                Ok(ReportItem {
                    content: reader.bytes(CONTENT_BYTES_MAX)?.to_vec(),
                    receipt: reader.bytes(RECEIPT_BYTES_MAX)?.to_vec(),
                })
            })?,
            at: reader.time()?,
        };
        let is_of_customer = report.business.kind() == AccountKind::Business
            && report.reporter.kind() == AccountKind::Person;
        if is_of_customer && !report.items.is_empty() { Ok(report) } else { Err(Error::Value) }
    }
}
