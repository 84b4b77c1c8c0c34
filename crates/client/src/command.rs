//! From a command to what does it: the `match` here and the one of [`seldom`] are the index of the SDK.

pub(crate) mod seldom;

use std::rc::Rc;

use tresen_view::{Answer, Command};

use crate::{
    account, attachment, booking, client::Inner, consent, conversation, devices, draft,
    error::Result, inbox, settings, shop, template, timeline, typing,
};

/// Does what a command asks. `call` is the number under which it may be repeated.
pub(crate) async fn run(inner: &Rc<Inner>, call: Option<u64>, command: Command) -> Result<Answer> {
    match command {
        Command::Account => Ok(Answer::Account(account::account_view(inner))),
        Command::OpenConversation {
            entry,
            fingerprint,
            display_name,
            categories,
            wording,
            language,
        } => {
            let wish = conversation::OpenWish {
                entry,
                fingerprint,
                display_name,
                categories,
                wording,
                language,
            };
            conversation::open(inner, wish).await
        }
        Command::OwnProfile => account::own_profile(inner),
        Command::Profile { account } => account::profile(inner, account),
        Command::Conversations { filter } => inbox::conversations(inner, filter),
        Command::Header { conversation } => inbox::header(inner, conversation),
        Command::Messages { conversation, before, limit } => {
            timeline::messages(inner, conversation, before, limit)
        }
        Command::MessagesAround { conversation, message, limit } => {
            timeline::messages_around(inner, conversation, message, limit)
        }
        Command::SendText { conversation, text, reply_to } => {
            let answer = timeline::send_text(inner, call, conversation, text.clone(), reply_to)?;
            consent::notice_stop(inner, conversation, &text).await?;
            Ok(answer)
        }
        Command::SendCard { conversation, card, reply_to } => {
            timeline::send_card(inner, call, conversation, *card, reply_to)
        }
        Command::Choose { message, choice } => timeline::choose(inner, call, message, &choice),
        Command::SendTemplate { conversation, template, values } => {
            template::send(inner, call, conversation, &template, values).await
        }
        Command::Retry { message } => match attachment::retry(inner, message)? {
            Some(answer) => Ok(answer),
            None => timeline::retry(inner, message),
        },
        Command::SendFile { conversation, file, reply_to } => {
            attachment::send_file(inner, conversation, *file, reply_to).await
        }
        Command::CancelTransfer { message } => attachment::cancel_transfer(inner, message),
        Command::OpenAttachment { message } => attachment::open_attachment(inner, message).await,
        Command::React { message, emoji } => timeline::react(inner, message, emoji),
        Command::MarkRead { conversation, through } => {
            timeline::mark_read(inner, conversation, through)
        }
        Command::Typing { conversation } => typing::send(inner, conversation),
        Command::SaveDraft { conversation, text } => draft::save(inner, conversation, text),
        Command::Search { query, conversation, limit } => {
            timeline::search(inner, &query, conversation, limit)
        }
        Command::WhoCanRead { conversation } => inbox::who_can_read(inner, conversation),
        Command::Consent { conversation } => consent::consent(inner, conversation),
        Command::Consents { conversation } => consent::history(inner, conversation),
        Command::ExportConsent { conversation } => consent::export(inner, conversation),
        Command::Why { message } => consent::why(inner, message),
        Command::SetConsent { conversation, categories, wording, language } => {
            consent::set_consent(inner, conversation, categories, &wording, &language).await
        }
        Command::SetLimits { conversation, limits, wording, language } => {
            consent::set_limits(inner, conversation, *limits, &wording, &language).await
        }
        Command::Limits => consent::limits(inner),
        Command::UndoStop { conversation } => consent::undo_stop(inner, conversation).await,
        Command::SetBlocked { conversation, is_blocked } => {
            consent::set_blocked(inner, conversation, is_blocked).await
        }
        Command::Leave { conversation } => conversation::leave(inner, conversation).await,
        Command::Catalogue { account } => shop::catalogue(inner, account).await,
        Command::Pictures { account, hashes } => shop::pictures(inner, account, &hashes).await,
        Command::SendOrder { conversation, order } => {
            shop::send_order(inner, call, conversation, *order).await
        }
        Command::StepOrder { order, step } => shop::step_order(inner, call, order, step),
        Command::Orders { conversation, limit } => shop::orders(inner, conversation, limit),
        Command::RequestPayment { conversation, payment } => {
            shop::request_payment(inner, call, conversation, &payment)
        }
        Command::StepPayment { payment, step } => shop::step_payment(inner, call, payment, step),
        Command::Payments { conversation, limit } => shop::payments(inner, conversation, limit),
        Command::Book { offer, slot, note } => booking::book(inner, call, offer, slot, &note),
        Command::StepBooking { booking, step } => booking::step_booking(inner, call, booking, step),
        Command::Bookings { conversation, from, limit } => {
            booking::bookings(inner, conversation, from, limit)
        }
        Command::Settings => settings::settings(inner).map(Answer::Settings),
        Command::SetSettings(wish) => settings::set_settings(inner, wish).map(Answer::Settings),
        Command::Assign { conversation, to } => inbox::assign(inner, conversation, to),
        Command::SetClosed { conversation, is_closed } => {
            inbox::set_closed(inner, conversation, is_closed)
        }
        Command::Devices => devices::devices(inner),
        command @ (Command::ClaimBusiness { .. }
        | Command::PublishProfile(_)
        | Command::CreateEntryLink { .. }
        | Command::RevokeEntryLink { .. }
        | Command::EntryLinks
        | Command::CreateTemplate(_)
        | Command::PreviewTemplate(_)
        | Command::ApproveTemplate { .. }
        | Command::Templates
        | Command::PreviewBroadcast(_)
        | Command::StartBroadcast(_)
        | Command::Broadcasts
        | Command::PauseBroadcast { .. }
        | Command::ResumeBroadcast { .. }
        | Command::CancelBroadcast { .. }
        | Command::Standing
        | Command::Usage { .. }
        | Command::SetSpendingCap { .. }
        | Command::PublishCatalogue(_)
        | Command::ReadCatalogue { .. }
        | Command::WriteCatalogue
        | Command::Schedule
        | Command::ChangeSchedule(_)
        | Command::FreeSlots { .. }
        | Command::OfferSlots { .. }
        | Command::Rails
        | Command::SetRails(_)
        | Command::ImportStatement { .. }
        | Command::Team(_)
        | Command::Everyday(_)
        | Command::Report { .. }
        | Command::RemoveDevice { .. }
        | Command::Invite { .. }
        | Command::AcceptInvitation { .. }
        | Command::ApproveLink { .. }
        | Command::CreateRecoveryCode
        | Command::PreparePasskey
        | Command::AddPasskey(_)
        | Command::RecoverWithPasskey { .. }
        | Command::ProvePasskey(_)
        | Command::Recover { .. }) => seldom::answer(Rc::clone(inner), command).await?.await,
    }
}
