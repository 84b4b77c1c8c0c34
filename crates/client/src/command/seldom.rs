//! What nobody needs to read and write a first message: work behind the counter, orders, permission,
//! settings, search, devices, ways back, reports, the archive, lost groups.
//!
//! In a browser this is a second part of the SDK's module, which is fetched when it is first needed
//! (docs/decisions/0015); anywhere else it is a call like others. From the second visit on it is kept, and
//! so is here without a network too.

use std::rc::Rc;

use futures::future::{FutureExt as _, LocalBoxFuture};
use tresen_view::{Answer, Command};
use wasm_split_helpers::{SplitLoaderError, wasm_split};

use crate::{
    account, archive, attachment, booking, broadcast,
    client::Inner,
    consent, conversation, decision, devices,
    error::{Error, Result},
    inbox, linking, recovery, report, settings, shop,
    store::ConversationRecord,
    team, template, timeline, usage,
};

/// Does what a command asks.
#[wasm_split(seldom, fallible)]
pub(crate) fn answer(
    inner: Rc<Inner>,
    call: Option<u64>,
    command: Command,
) -> Result<LocalBoxFuture<'static, Result<Answer>>> {
    Ok(run(inner, call, command).boxed_local())
}

/// Brings the archive and the ways back up to date.
#[wasm_split(seldom, fallible)]
pub(crate) fn keep_archive(inner: Rc<Inner>) -> Result<LocalBoxFuture<'static, Result<()>>> {
    Ok(async move { archive::keep(&inner).await }.boxed_local())
}

/// Does what is due about a business's bookings.
#[wasm_split(seldom, fallible)]
pub(crate) fn keep_bookings(inner: Rc<Inner>) -> Result<Result<()>> {
    Ok(booking::keep(&inner))
}

/// Sends what broadcasts have to send, for as long as the client lives.
#[wasm_split(seldom, fallible)]
pub(crate) fn pump(inner: Rc<Inner>) -> Result<LocalBoxFuture<'static, ()>> {
    Ok(broadcast::pump(inner).boxed_local())
}

/// Comes back into conversations whose state is lost.
#[wasm_split(seldom, fallible)]
pub(crate) fn come_back(
    inner: Rc<Inner>,
    lost: Vec<ConversationRecord>,
) -> Result<LocalBoxFuture<'static, Result<()>>> {
    Ok(async move { conversation::resync_all(&inner, lost).await }.boxed_local())
}

async fn run(inner: Rc<Inner>, call: Option<u64>, command: Command) -> Result<Answer> {
    match command {
        Command::ClaimBusiness { token, agent_name, business_name, language } => {
            account::claim_business(&inner, &token, &agent_name, &business_name, &language).await
        }
        Command::PublishProfile(draft) => account::publish_profile(&inner, *draft).await,
        Command::CreateEntryLink { label, prefilled, uses_max, days } => {
            account::create_entry_link(&inner, label, prefilled, uses_max, days).await
        }
        Command::RevokeEntryLink { entry } => account::revoke_entry_link(&inner, entry).await,
        Command::EntryLinks => account::entry_links(&inner).await,
        Command::CreateTemplate(draft) => template::create(&inner, *draft).await,
        Command::PreviewTemplate(draft) => template::preview(&inner, &draft),
        Command::ApproveTemplate { template } => template::approve(&inner, &template).await,
        Command::Templates => template::list(&inner).await,
        Command::PreviewBroadcast(draft) => broadcast::preview(&inner, *draft).await,
        Command::StartBroadcast(draft) => broadcast::start(&inner, &draft),
        Command::Broadcasts => broadcast::broadcasts(&inner),
        Command::PauseBroadcast { broadcast } => broadcast::pause(&inner, broadcast),
        Command::ResumeBroadcast { broadcast } => broadcast::resume(&inner, broadcast),
        Command::CancelBroadcast { broadcast } => broadcast::cancel(&inner, broadcast),
        Command::Standing => usage::standing(&inner).await,
        Command::Usage { after } => usage::usage(&inner, after).await,
        Command::SetSpendingCap { monthly } => usage::set_spending_cap(&inner, monthly).await,
        Command::PublishCatalogue(draft) => shop::publish(&inner, *draft).await,
        Command::ReadCatalogue { csv, currency } => shop::read_csv(&inner, &csv, &currency),
        Command::WriteCatalogue => shop::write_csv(&inner),
        Command::Schedule => booking::schedule(&inner),
        Command::ChangeSchedule(change) => booking::change_schedule(&inner, *change),
        Command::FreeSlots { service, person, from, days } => {
            booking::free(&inner, &service, person.as_deref(), from, days)
        }
        Command::OfferSlots { conversation, offer } => {
            booking::offer(&inner, None, conversation, *offer)
        }
        Command::Rails => shop::rails(&inner),
        Command::SetRails(rails) => shop::set_rails(&inner, rails),
        Command::ImportStatement { csv, currency } => {
            shop::import_statement(&inner, &csv, &currency)
        }
        Command::Team(command) => team::run(&inner, *command),
        Command::Trade(command) => shop::trade(&inner, call, *command),
        Command::Everyday(command) => timeline::everyday(&inner, command),
        Command::Report { conversation, messages, cause, note } => {
            report::report(&inner, conversation, &messages, cause, note).await
        }
        Command::RemoveDevice { device } => devices::remove_device(&inner, device).await,
        Command::Invite { role, name } => linking::invite(&inner, role, &name).await,
        Command::AcceptInvitation { token } => linking::accept_invitation(&inner, &token).await,
        Command::ApproveLink { code } => linking::approve_link(&inner, &code).await,
        Command::CreateRecoveryCode => recovery::create_recovery_code(&inner).await,
        Command::PreparePasskey => recovery::prepare_passkey(&inner).await,
        Command::AddPasskey(passkey) => recovery::add_passkey(&inner, &passkey).await,
        Command::RecoverWithPasskey { proof, agent_name } => {
            recovery::recover_with_passkey(&inner, &proof, agent_name).await
        }
        Command::ProvePasskey(proof) => recovery::prove_passkey(&inner, &proof).await,
        Command::Recover { code, agent_name } => recovery::recover(&inner, &code, agent_name).await,
        Command::RefreshProfile { account } => account::refresh_profile(&inner, account).await,
        Command::Decisions => decision::decisions(&inner).await,
        Command::ObjectDecision { decision, text } => {
            decision::object(&inner, &decision, text).await
        }
        Command::Domain => account::domain(&inner).await,
        Command::ClaimDomain { domain, method } => {
            account::claim_domain(&inner, &domain, method).await
        }
        Command::WithdrawDomain => account::withdraw_domain(&inner).await,
        Command::OwnProfile => account::own_profile(&inner).await,
        Command::SendTemplate { conversation, template, values } => {
            template::send(&inner, call, conversation, &template, values).await
        }
        Command::OpenPart { message, part } => attachment::open_part(&inner, message, part).await,
        Command::SendCard { conversation, card, reply_to } => {
            timeline::send_card(&inner, call, conversation, *card, reply_to)
        }
        Command::Search { query, conversation, limit } => {
            timeline::search(&inner, &query, conversation, limit)
        }
        Command::WhoCanRead { conversation } => inbox::who_can_read(&inner, conversation),
        Command::Consent { conversation } => consent::consent(&inner, conversation),
        Command::Consents { conversation } => consent::history(&inner, conversation),
        Command::ExportConsent { conversation } => consent::export(&inner, conversation),
        Command::Why { message } => consent::why(&inner, message),
        Command::SetConsent { conversation, categories, wording, language } => {
            consent::set_consent(&inner, conversation, categories, &wording, &language).await
        }
        Command::SetLimits { conversation, limits, wording, language } => {
            consent::set_limits(&inner, conversation, *limits, &wording, &language).await
        }
        Command::Limits => consent::limits(&inner),
        Command::UndoStop { conversation } => consent::undo_stop(&inner, conversation).await,
        Command::SetBlocked { conversation, is_blocked } => {
            consent::set_blocked(&inner, conversation, is_blocked).await
        }
        Command::Leave { conversation } => conversation::leave(&inner, conversation).await,
        Command::Catalogue { account } => shop::catalogue(&inner, account).await,
        Command::Pictures { account, hashes } => shop::pictures(&inner, account, &hashes).await,
        Command::SendOrder { conversation, order } => {
            shop::send_order(&inner, call, conversation, *order).await
        }
        Command::StepOrder { order, step } => shop::step_order(&inner, call, order, step),
        Command::Orders { conversation, limit } => shop::orders(&inner, conversation, limit),
        Command::RequestPayment { conversation, payment } => {
            shop::request_payment(&inner, call, conversation, &payment)
        }
        Command::StepPayment { payment, step } => shop::step_payment(&inner, call, payment, step),
        Command::Payments { conversation, limit } => shop::payments(&inner, conversation, limit),
        Command::SetSettings(wish) => settings::set_settings(&inner, wish).map(Answer::Settings),
        Command::Assign { conversation, to } => inbox::assign(&inner, conversation, to),
        Command::SetClosed { conversation, is_closed } => {
            inbox::set_closed(&inner, conversation, is_closed)
        }
        Command::Devices => devices::devices(&inner),
        Command::Book { offer, slot, note } => booking::book(&inner, call, offer, slot, &note),
        Command::StepBooking { booking, step } => {
            booking::step_booking(&inner, call, booking, step)
        }
        Command::Bookings { conversation, from, limit } => {
            booking::bookings(&inner, conversation, from, limit)
        }
        Command::Account
        | Command::OpenConversation { .. }
        | Command::Profile { .. }
        | Command::Conversations { .. }
        | Command::Header { .. }
        | Command::Messages { .. }
        | Command::MessagesAround { .. }
        | Command::SendText { .. }
        | Command::Choose { .. }
        | Command::Retry { .. }
        | Command::SendFile { .. }
        | Command::CancelTransfer { .. }
        | Command::OpenAttachment { .. }
        | Command::React { .. }
        | Command::MarkRead { .. }
        | Command::Typing { .. }
        | Command::SaveDraft { .. }
        | Command::Settings => Err(Error::Internal("an everyday command")),
    }
}

/// The second part can't be fetched: the server is away, or has a newer app by now.
impl From<SplitLoaderError> for Error {
    fn from(_unreachable: SplitLoaderError) -> Self {
        Self::Offline
    }
}
