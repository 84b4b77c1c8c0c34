//! The building blocks of all pages, one file each. They know tokens and texts, but no worker.

mod attachment;
mod avatar;
mod awning;
mod badge;
mod booking_card;
mod bubble;
mod business;
mod button;
mod card;
mod chat_row;
mod choice;
mod composer;
mod consent_slip;
mod deal_card;
mod empty_state;
mod field;
mod formatted_text;
mod icon;
mod mark;
mod message_menu;
mod offline_bar;
mod paper;
mod qr_code;
mod quote_block;
mod readers;
mod sheet;
mod sign;
mod skeleton;
mod slides;
mod slip;
mod slot_picker;
mod system_line;
mod template_card;
mod template_cards;
mod ticks;
mod toast;
mod viewer;
mod voice;

pub use attachment::{FileCard, PhotoCard, Progress};
pub use avatar::{Avatar, avatar_colour, initials};
pub use awning::Awning;
pub use badge::{Badge, BadgeKind, Pill, PillKind};
pub use booking_card::{BookingCard, SlotsCard, TermsLine, booking_word};
pub(crate) use booking_card::{booking_line, booking_times};
pub use bubble::{Bubble, BubbleActions};
pub use business::{
    HoursEditor, Logo, LogoPicker, RowTags, ShopFront, ShortcutsSheet, SignPicker, Steps,
    opening_now,
};
pub use button::{Button, ButtonKind, ButtonSize, IconButton};
pub use card::{ChoiceNote, OfferCard, PeopleCard, PlaceCard};
pub use chat_row::{ChatRow, RowFace, roving_keys};
pub use choice::{Checkbox, Segment, Switch};
pub(crate) use composer::dropped;
pub use composer::{Composer, ReplyDraft, StagedFile};
pub use consent_slip::ConsentSlip;
pub(crate) use consent_slip::category_label;
pub use deal_card::{
    OrderCard, PaymentCard, QuotationCard, deal_text, payment_word, quotation_word,
};
pub use empty_state::{EmptyState, ErrorState};
pub use field::{Field, FieldKind};
pub use formatted_text::FormattedText;
pub use icon::{Glyph, Icon};
pub use mark::Mark;
pub use message_menu::{MenuItem, MessageMenu, below};
pub use offline_bar::OfflineBar;
pub use paper::BillTable;
pub use qr_code::QrCode;
pub use quote_block::QuoteBlock;
pub use readers::ReadersSheet;
pub use sheet::{Confirm, Sheet};
pub use sign::Sign;
pub use skeleton::{SkeletonRows, SkeletonTalk};
pub use slides::Slides;
pub use slip::{Slip, SlipLine};
pub use slot_picker::SlotPicker;
pub use system_line::system_text;
pub use template_card::TemplateCard;
pub use template_cards::TemplateExtras;
pub use ticks::{Ticks, state_word};
pub use toast::ToastHost;
pub use viewer::Viewer;
pub use voice::VoiceCard;
pub(crate) use voice::clock as voice_clock;
