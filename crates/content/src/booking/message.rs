//! Offers of slots, bookings and their steps, as messages of the conversation.

use tresen_types::{MessageId, Timestamp};

use super::terms::{ServiceTerms, Slot};
use crate::{
    cbor::{Reader, Writer},
    error::Error,
    limits::{NOTE_BYTES_MAX, SLOTS_MAX},
    shop::write_bare,
};

/// The business offers slots, for a while.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SlotOffer {
    /// What for.
    pub service: ServiceTerms,
    /// The slots, earliest first.
    pub slots: Vec<Slot>,
    /// Until when they can be picked. None of them is held until then.
    pub expires_at: Timestamp,
    /// The booking that they are for, when there is one already.
    pub booking: Option<MessageId>,
}

/// The customer picks a slot, or waits for one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Booking {
    /// The offer.
    pub offer: MessageId,
    /// The service, as it was offered.
    pub service: ServiceTerms,
    /// The slot; `None` for the waiting list.
    pub slot: Option<Slot>,
    /// A few words; may be empty.
    pub note: String,
}

/// Why a slot can't be had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeclineReason {
    /// Somebody else was faster.
    Taken,
    /// The offer was over, or isn't known.
    Expired,
    /// A person of the business says so.
    Other,
}

/// A step of a booking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BookingStep {
    /// The customer asks for this slot instead.
    Ask {
        /// The offer that it is of.
        offer: MessageId,
        /// The slot.
        slot: Slot,
    },
    /// The business gives a slot: the own group has granted it.
    Grant {
        /// The slot.
        slot: Slot,
        /// Whether the booking is confirmed with it; otherwise it is held.
        is_confirmed: bool,
        /// The sequence that the own group has granted it with: of two grants the later one counts.
        turn: u64,
    },
    /// The business confirms what is held.
    Confirm,
    /// The business can't give the slot that was asked for.
    Decline {
        /// The message that asked.
        ask: MessageId,
        /// Why.
        reason: DeclineReason,
        /// The same in words; may be empty.
        note: String,
    },
    /// Either side cancels.
    Cancel {
        /// Why; may be empty.
        note: String,
    },
    /// The customer didn't come.
    NoShow,
    /// The deposit for what is held didn't come in time. It counts only as long as it is held: a
    /// confirmation that was ordered before it stands.
    Lapse,
}

impl SlotOffer {
    pub(crate) fn write(&self, writer: &mut Writer) {
        writer.array(4);
        self.service.write(writer);
        writer.list(&self.slots, |writer, slot| slot.write(writer));
        writer.time(self.expires_at);
        writer.optional(self.booking, Writer::message_id);
    }

    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Self, Error> {
        reader.array(4)?;
        let offer = Self {
            service: ServiceTerms::read(reader)?,
            slots: reader.list(SLOTS_MAX, Slot::read)?,
            expires_at: reader.time()?,
            booking: reader.optional(Reader::message_id)?,
        };
        if offer.slots.is_sorted() { Ok(offer) } else { Err(Error::Value) }
    }
}

impl Booking {
    pub(crate) fn write(&self, writer: &mut Writer) {
        writer.array(4);
        writer.message_id(self.offer);
        self.service.write(writer);
        writer.optional(self.slot.as_ref(), |writer, slot| slot.write(writer));
        writer.text(&self.note);
    }

    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Self, Error> {
        reader.array(4)?;
        Ok(Self {
            offer: reader.message_id()?,
            service: ServiceTerms::read(reader)?,
            slot: reader.optional(Slot::read)?,
            note: reader.text(NOTE_BYTES_MAX)?,
        })
    }
}

const ASK: u8 = 0;
const GRANT: u8 = 1;
const CONFIRM: u8 = 2;
const DECLINE: u8 = 3;
const CANCEL: u8 = 4;
const NO_SHOW: u8 = 5;
const LAPSE: u8 = 6;

impl BookingStep {
    pub(crate) fn write(&self, writer: &mut Writer) {
        match self {
            Self::Ask { offer, slot } => {
                writer.array(3);
                writer.uint(ASK);
                writer.message_id(*offer);
                slot.write(writer);
            }
            Self::Grant { slot, is_confirmed, turn } => {
                writer.array(4);
                writer.uint(GRANT);
                slot.write(writer);
                writer.bool(*is_confirmed);
                writer.uint(*turn);
            }
            Self::Confirm => write_bare(writer, CONFIRM),
            Self::Decline { ask, reason, note } => {
                writer.array(4);
                writer.uint(DECLINE);
                writer.message_id(*ask);
                writer.uint(match reason {
                    DeclineReason::Taken => 0_u8,
                    DeclineReason::Expired => 1,
                    DeclineReason::Other => 2,
                });
                writer.text(note);
            }
            Self::Cancel { note } => {
                writer.array(2);
                writer.uint(CANCEL);
                writer.text(note);
            }
            Self::NoShow => write_bare(writer, NO_SHOW),
            Self::Lapse => write_bare(writer, LAPSE),
        }
    }

    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Self, Error> {
        let length = reader.array_up_to(4)?;
        Ok(match (length, reader.u8()?) {
            (3, ASK) => Self::Ask { offer: reader.message_id()?, slot: Slot::read(reader)? },
            (4, GRANT) => Self::Grant {
                slot: Slot::read(reader)?,
                is_confirmed: reader.bool()?,
                turn: reader.u64()?,
            },
            (1, CONFIRM) => Self::Confirm,
            (4, DECLINE) => {
                let ask = reader.message_id()?;
                let reason = match reader.u8()? {
                    0 => DeclineReason::Taken,
                    1 => DeclineReason::Expired,
                    2 => DeclineReason::Other,
                    _unknown => return Err(Error::Value),
                };
                Self::Decline { ask, reason, note: reader.text(NOTE_BYTES_MAX)? }
            }
            (2, CANCEL) => Self::Cancel { note: reader.text(NOTE_BYTES_MAX)? },
            (1, NO_SHOW) => Self::NoShow,
            (1, LAPSE) => Self::Lapse,
            _unknown => return Err(Error::Value),
        })
    }
}
