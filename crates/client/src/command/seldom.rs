//! What nobody needs to write a first message: work behind the counter, orders, permission, settings,
//! search, files, devices, ways back, reports, the archive, lost groups, what a live device does beside,
//! and what others send.
//!
//! In a browser this is a second part of the SDK's module, which is fetched when it is first needed
//! (docs/decisions/0015); anywhere else it is a call like others. From the second visit on it is kept, and
//! so is here without a network too.

use std::rc::Rc;

use futures::future::{FutureExt as _, LocalBoxFuture};
use tresen_proto::Entry;
use tresen_view::{Answer, Command};
use wasm_split_helpers::{SplitLoaderError, wasm_split};

use crate::{
    account, archive, attachment, booking, broadcast,
    client::Inner,
    consent, conversation, decision, devices,
    error::{Error, Result},
    inbox, linking, push, recovery, report, settings, shop, sync, team, template, timeline, usage,
};

/// A command, or its bytes by position (postcard).
#[derive(Debug)]
pub(crate) enum Asked {
    Command(Box<Command>),
    Packed(Vec<u8>),
}

/// Does what a command asks. Everything here has to be called from the first part: what isn't would
/// become a part of it.
#[wasm_split(seldom, fallible)]
pub(crate) fn answer(
    inner: Rc<Inner>,
    call: Option<u64>,
    asked: Asked,
) -> Result<LocalBoxFuture<'static, Result<Answer>>> {
    let command = match asked {
        Asked::Command(command) => *command,
        Asked::Packed(bytes) => {
            postcard::from_bytes(&bytes).map_err(|_malformed| Error::Invalid("a command"))?
        }
    };
    Ok(run(inner, call, command).boxed_local())
}

/// Brings the archive and the ways back up to date.
#[wasm_split(seldom, fallible)]
pub(crate) fn keep_archive(inner: Rc<Inner>) -> Result<LocalBoxFuture<'static, Result<()>>> {
    Ok(async move { archive::keep(&inner).await }.boxed_local())
}

/// Takes in what the mailbox brings.
#[wasm_split(seldom, fallible)]
pub(crate) fn take_in(
    inner: Rc<Inner>,
    entries: Vec<Entry>,
) -> Result<LocalBoxFuture<'static, Result<()>>> {
    Ok(async move { sync::take_in(&inner, &entries).await }.boxed_local())
}

/// Does what is due beside, once; says how it went.
#[wasm_split(seldom, fallible)]
pub(crate) fn do_duties(
    inner: Rc<Inner>,
    due: sync::Due,
) -> Result<LocalBoxFuture<'static, sync::Left>> {
    Ok(async move { sync::do_duties(&inner, due).await }.boxed_local())
}

/// Uploads the files that wait, for as long as the client lives.
#[wasm_split(seldom, fallible)]
pub(crate) fn upload(inner: Rc<Inner>) -> Result<LocalBoxFuture<'static, ()>> {
    Ok(attachment::upload(inner).boxed_local())
}

/// Waits for the devices that were invited when the client was closed.
#[wasm_split(seldom, fallible)]
pub(crate) fn watch_invitations(inner: Rc<Inner>) -> Result<Result<()>> {
    Ok(linking::resume_watching(&inner))
}

/// Sends what broadcasts have to send, for as long as the client lives.
#[wasm_split(seldom, fallible)]
pub(crate) fn pump(inner: Rc<Inner>) -> Result<LocalBoxFuture<'static, ()>> {
    Ok(broadcast::pump(inner).boxed_local())
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
        Command::FreeSlots { service, person, from, days, without_notice } => {
            booking::free(&inner, &service, person.as_deref(), from, days, without_notice)
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
        Command::Push(command) => push::run(&inner, command).await,
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
        Command::DecisionsSeen { until } => decision::seen(&inner, until),
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
        Command::Conversations { filter } => inbox::conversations(&inner, filter),
        Command::FindConversations { name, limit } => {
            inbox::find_conversations(&inner, &name, limit)
        }
        Command::Assign { conversation, to } => inbox::assign(&inner, conversation, to),
        Command::SetClosed { conversation, is_closed } => {
            inbox::set_closed(&inner, conversation, is_closed)
        }
        Command::DeleteAccount => account::delete_account(&inner).await,
        Command::Devices => devices::devices(&inner),
        Command::Book { offer, slot, note } => booking::book(&inner, call, offer, slot, &note),
        Command::StepBooking { booking, step } => {
            booking::step_booking(&inner, call, booking, step)
        }
        Command::Bookings { conversation, from, limit } => {
            booking::bookings(&inner, conversation, from, limit)
        }
        Command::MessagesAround { conversation, message, limit } => {
            timeline::messages_around(&inner, conversation, message, limit)
        }
        Command::Choose { message, choice } => timeline::choose(&inner, call, message, &choice),
        Command::Retry { message } => match attachment::retry(&inner, message)? {
            Some(answer) => Ok(answer),
            None => timeline::retry(&inner, message),
        },
        Command::SendFile { conversation, file, reply_to } => {
            attachment::send_file(&inner, conversation, *file, reply_to).await
        }
        Command::CancelTransfer { message } => attachment::cancel_transfer(&inner, message),
        Command::OpenAttachment { message } => attachment::open_attachment(&inner, message).await,
        Command::React { message, emoji } => timeline::react(&inner, message, emoji),
        Command::Account
        | Command::OpenConversation { .. }
        | Command::Profile { .. }
        | Command::ConversationPage(_)
        | Command::Header { .. }
        | Command::Messages { .. }
        | Command::SendText { .. }
        | Command::MarkRead { .. }
        | Command::Typing { .. }
        | Command::SaveDraft { .. }
        | Command::Settings => Err(Error::Internal("a command of the first part")),
    }
}

/// The second part can't be fetched: the server is away, or has a newer app by now.
impl From<SplitLoaderError> for Error {
    fn from(_unreachable: SplitLoaderError) -> Self {
        Self::Offline
    }
}
