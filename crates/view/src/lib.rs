//! What passes between the SDK and a user interface: commands in, answers and events out, and the
//! view models inside them.
//!
//! The SDK (crate `client`) lives in a worker or on a thread of its own; the interface never touches
//! its store or its keys. Everything here is plain data with a JSON form, so the web page's two
//! WebAssembly modules, the command line and tests speak the same language.
//!
//! ```text
//! interface → SDK   Call{id, Command}
//! SDK → interface   Output::Answer{id, Result<Answer, Failure>}    one for each call
//! SDK → interface   Output::Event(Event)                           whenever something changed
//! ```
//!
//! File contents don't travel in here: a [`FileRef`] names bytes that the runtime hands over beside
//! the message (a `File` or `Blob` in the browser, a path natively).
#![deny(missing_docs)]

mod account;
mod booking;
mod broadcast;
mod command;
mod conversation;
mod decision;
mod event;
mod first;
mod message;
mod paging;
pub mod passkey;
mod permission;
mod push;
pub mod quick_reply;
mod shop;
mod statistics;
mod team;
mod template;
mod trade;
mod usage;

pub use account::{
    AccountView, ClosedDay, ConsentView, DeviceView, DomainClaimView, DomainClaimed, DomainMark,
    DomainWay, EntryLinkView, HoursView, LinkStep, OpeningView, ProfileDraft, ProfileView, Role,
    Settings,
};
pub use booking::{
    BookingRulesView, BookingStateView, BookingStepView, BookingView, EntryView, PersonView,
    ScheduleChange, ScheduleView, ServiceView, SlotView, SlotsDraft, SlotsView, TermsView,
};
pub use broadcast::{
    BroadcastDraft, BroadcastPreview, BroadcastState, BroadcastView, LeftOut, QuoteView,
};
pub use command::{Answer, Call, Command, Failure, FailureKind, Output};
pub use conversation::{
    ConversationHeader, ConversationPage, ConversationRow, InboxCounts, InboxFilter, InboxQuery,
    PreviewKind, Reader, SearchHit,
};
pub use decision::{DecisionAnswer, DecisionView, DecisionWord};
pub use event::{Connection, Event};
pub use first::FirstCommand;
pub use message::{
    AttachmentKind, AttachmentView, FileRef, MessageBody, MessageMarks, MessagePage, MessageState,
    MessageView, OutgoingFile, Quote, Reaction, SystemLine, TransferState, VoiceView,
};
pub use paging::{PAGE_ROWS, Paging, SLACK_ROWS};
pub use permission::{
    CampaignView, DigestView, LimitsDraft, LimitsView, MaxView, QuietView, RefusalView,
    ReportCause, SpanView, TemplateAction, TemplateButton, TemplateCardView, TemplateContent,
    TemplateHeader, TemplateOffer, WhyView, WindowView,
};
pub use push::PushCommand;
pub use shop::{
    BookingEvent, CartLine, CatalogueDraft, CatalogueView, ChoiceView, DealLine, ImportView,
    ItemView, LineView, MoneyView, OrderDraft, OrderStateView, OrderStepView, OrderView,
    PaymentDraft, PaymentStateView, PaymentStepView, PaymentView, PictureView, RailDraft, WayView,
};
pub use statistics::{AgentCount, AnswerTimes, DayCount, StatisticsView};
pub use team::{
    CardField, EverydayCommand, LabelView, QuickReplyView, ReminderView, RowMarks, SavedFilter,
    TeamCommand, TeamRules, TeamView,
};
pub use template::{
    ButtonDraft, CardDraft, HeaderFile, OfferDraft, ParameterDraft, ParameterType, RemarkView,
    TemplateDraft, TemplatePreview, TemplateStatus, TemplateView, ValueDraft,
};
pub use trade::{
    BillDraft, BillView, HostedView, MovementSource, MovementView, QuotationDraft,
    QuotationStateView, QuotationStepView, QuotationView, TaxView, TradeCommand, TradeView,
};
pub use usage::{StandingView, UsageMessageView, UsageMonthView, UsageView};

#[cfg(test)]
mod tests {
    use tresen_types::{ConversationId, MessageId};

    use super::*;

    #[test]
    fn a_page_is_asked_for_in_few_words() {
        let json = r#"{"id":1,"command":{"do":"conversation_page","filter":"mine"}}"#;
        let query = InboxQuery { filter: InboxFilter::Mine, ..InboxQuery::default() };
        let call = Call { id: 1, command: Command::ConversationPage(query) };
        assert_eq!(serde_json::from_str::<Call>(json).unwrap(), call);
    }

    #[test]
    fn calls_and_outputs_have_a_stable_json_form() {
        let conversation = ConversationId::new([1; 16]);
        let call = Call {
            id: 7,
            command: Command::SendText { conversation, text: "Guten Tag".into(), reply_to: None },
        };
        let json = serde_json::to_string(&call).unwrap();
        assert_eq!(
            json,
            r#"{"id":7,"command":{"do":"send_text","conversation":"c_040g2081040g2081040g208104","text":"Guten Tag","reply_to":null}}"#
        );
        assert_eq!(serde_json::from_str::<Call>(&json).unwrap(), call);

        let output = Output::Event(Event::Transfer {
            conversation,
            message: MessageId::new([2; 32]),
            transfer: TransferState::Uploading { done_bytes: 5, total_bytes: 10 },
        });
        let json = serde_json::to_string(&output).unwrap();
        assert_eq!(serde_json::from_str::<Output>(&json).unwrap(), output);
        let done = Output::Answer { id: 1, result: Ok(Answer::Done) };
        assert_eq!(
            serde_json::to_string(&done).unwrap(),
            r#"{"answer":{"id":1,"result":{"Ok":{"is":"done"}}}}"#
        );
    }
}
