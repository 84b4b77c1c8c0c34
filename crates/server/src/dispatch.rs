//! From a request to its operation: the one `match` here is the index of the server.
//!
//! A connection hands in its requests one after the other. Most are answered when [`handle`] returns.
//! Messages are not: they are put into the store's queue in the order of their arrival, and the reply
//! is sent through the [`ConnectionHandle`] once the batch is durable, together with all others of that
//! batch, so that a client may have many messages outstanding. The same goes for a fetch that waits.

use std::sync::Arc;

use tresen_proto::{Acknowledge, ReplyBody, RequestBody, Signal};

use crate::{
    ServerError, account, app::App, archive, billing, block, catalogue,
    cluster::local::ConnectionHandle, consent, decision, delivery, directory, domain, key_package,
    link, mailbox, metrics::Metrics, passkey, push, recovery, report, session::SessionState,
    standing, template,
};

/// Does what a request asks. None when the reply, with this `request_id`, follows by itself through
/// [`ConnectionHandle::reply`].
pub(crate) async fn handle(
    app: &Arc<App>,
    connection: &ConnectionHandle,
    state: &mut SessionState,
    request_id: u64,
    body: RequestBody,
) -> Option<ReplyBody> {
    app.metrics().requests.increment();
    let name = name_of(&body);
    if let Err(error) = account::recheck(app, state).await {
        return Some(refusal(app.metrics(), name, &error));
    }
    match route(app, connection, state, request_id, body).await {
        Ok(reply) => reply,
        Err(error) => Some(refusal(app.metrics(), name, &error)),
    }
}

/// The reply to a request that was refused: the one place where errors are logged and converted.
pub(crate) fn refusal(metrics: &Metrics, request: &'static str, error: &ServerError) -> ReplyBody {
    if error.is_fault_of_server() {
        metrics.requests_failed.increment();
        tracing::error!(request, %error, "a request failed");
    } else {
        metrics.requests_refused.increment();
        tracing::debug!(request, %error, "a request was refused");
    }
    ReplyBody::Error(error.reply())
}

/// Notes what the device has persisted.
pub(crate) fn acknowledge(app: &Arc<App>, state: &SessionState, acknowledge: Acknowledge) {
    if let Ok(session) = state.device() {
        mailbox::acknowledge::acknowledge(app, session, acknowledge.cursor);
    }
}

/// Relays typing or presence to the members that are connected.
pub(crate) async fn signal(app: &Arc<App>, state: &SessionState, signal: Signal) {
    let relayed = match state.device() {
        Ok(session) => delivery::signal(app, session, signal).await,
        Err(error) => Err(error),
    };
    if let Err(error) = relayed {
        tracing::debug!(%error, "a signal was dropped");
    }
}

async fn route(
    app: &Arc<App>,
    connection: &ConnectionHandle,
    state: &mut SessionState,
    request_id: u64,
    body: RequestBody,
) -> Result<Option<ReplyBody>, ServerError> {
    let prefix = connection.remote_prefix();
    if takes_space(&body) {
        app.require_space()?;
    }
    Ok(Some(match body {
        // Messages, by far the most, come first; their reply follows by itself.
        RequestBody::Send(it) => {
            delivery::send(app, connection, state.device()?, request_id, it).await?;
            return Ok(None);
        }
        RequestBody::ClaimDomain(it) => {
            domain::claim(app, connection, state.device()?, request_id, it).await?;
            return Ok(None);
        }
        RequestBody::DeleteAccount(it) => {
            account::delete_account(app, connection, state.device()?, request_id, it).await?;
            return Ok(None);
        }
        RequestBody::FetchLink(it) => {
            link::fetch(app, connection, state, request_id, &it)?;
            return Ok(None);
        }

        // Into a session.
        RequestBody::Authenticate(it) => {
            ReplyBody::Session(account::authenticate(app, connection, state, it).await?)
        }
        RequestBody::RegisterPerson(it) => {
            ReplyBody::Session(account::register_person(app, connection, state, it).await?)
        }
        RequestBody::ClaimBusiness(it) => {
            ReplyBody::Session(account::claim_business(app, connection, state, it).await?)
        }
        RequestBody::RegisterDevice(it) => {
            ReplyBody::Session(account::register_device(app, connection, state, it).await?)
        }

        // Without a session.
        RequestBody::FetchEntry(it) => {
            ReplyBody::Entry(directory::fetch_entry(app, prefix, it).await?)
        }
        RequestBody::FetchRecovery(it) => {
            ReplyBody::RecoveryRecord(recovery::fetch(app, prefix, it).await?)
        }
        RequestBody::FetchPasskeyChallenge(_) => {
            ReplyBody::PasskeyChallenge(passkey::challenge(app, prefix, state)?)
        }
        RequestBody::ProvePasskey(it) => {
            ReplyBody::RecoveryRecord(passkey::prove(app, prefix, state, it).await?)
        }
        RequestBody::OpenLink(it) => {
            ReplyBody::LinkPayload(link::open(app, prefix, state, it).await?)
        }
        RequestBody::PostLink(it) => ReplyBody::Done(link::post(app, prefix, state, it).await?),

        // With a device's session.
        RequestBody::FetchDirectory(it) => {
            ReplyBody::Directory(directory::fetch_directory(app, state.device()?, it).await?)
        }
        RequestBody::PublishProfile(it) => {
            ReplyBody::Done(directory::publish_profile(app, state.device()?, it).await?)
        }
        RequestBody::FetchDecisions(_) => {
            ReplyBody::Decisions(decision::fetch(app, state.device()?).await?)
        }
        RequestBody::ObjectDecision(it) => {
            ReplyBody::Done(decision::object(app, state.device()?, it).await?)
        }
        RequestBody::FetchDomain(_) => {
            ReplyBody::Domain(domain::fetch(app, state.device()?).await?)
        }
        RequestBody::WithdrawDomain(_) => {
            ReplyBody::Done(domain::withdraw(app, state.device()?).await?)
        }
        RequestBody::RegisterPush(it) => {
            ReplyBody::Done(push::register(app, state.device()?, it).await?)
        }
        RequestBody::WithdrawPush(_) => {
            ReplyBody::Done(push::withdraw(app, state.device()?).await?)
        }
        RequestBody::FetchPush(_) => ReplyBody::PushTerms(push::fetch(app, state.device()?)?),
        RequestBody::PublishCatalogue(it) => {
            ReplyBody::Done(catalogue::publish(app, state.device()?, it).await?)
        }
        RequestBody::FetchCatalogue(it) => {
            ReplyBody::Catalogue(catalogue::fetch(app, state.device()?, it).await?)
        }
        RequestBody::StorePicture(it) => {
            ReplyBody::Done(catalogue::store_picture(app, state.device()?, it).await?)
        }
        RequestBody::FetchPictures(it) => {
            ReplyBody::Pictures(catalogue::fetch_pictures(app, state.device()?, it).await?)
        }
        RequestBody::PublishDeviceList(it) => {
            ReplyBody::Done(account::publish_device_list(app, state.device()?, it).await?)
        }
        RequestBody::PublishEntryLink(it) => {
            ReplyBody::Done(directory::publish_entry_link(app, state.device()?, it).await?)
        }
        RequestBody::ListEntryLinks(_) => {
            ReplyBody::EntryLinks(directory::list_entry_links(app, state.device()?).await?)
        }
        RequestBody::PublishConsent(it) => {
            ReplyBody::Done(consent::publish(app, state.device()?, it).await?)
        }
        RequestBody::FetchConsents(it) => {
            ReplyBody::Consents(consent::fetch(app, state.device()?, it).await?)
        }
        RequestBody::SetBlock(it) => ReplyBody::Done(block::set(app, state.device()?, it).await?),
        RequestBody::FetchBlocks(_) => ReplyBody::Blocks(block::fetch(app, state.device()?).await?),
        RequestBody::UploadKeyPackages(it) => {
            ReplyBody::Done(key_package::upload(app, state.device()?, it).await?)
        }
        RequestBody::ClaimKeyPackages(it) => {
            ReplyBody::ClaimedKeyPackages(key_package::claim(app, state.device()?, it).await?)
        }
        RequestBody::CreateConversation(it) => {
            ReplyBody::Accepted(delivery::create_conversation(app, state.device()?, it).await?)
        }
        RequestBody::Commit(it) => {
            ReplyBody::Accepted(delivery::commit(app, state.device()?, it).await?)
        }
        RequestBody::FetchGroup(it) => {
            ReplyBody::GroupState(delivery::fetch_group(app, state.device()?, it).await?)
        }
        RequestBody::Leave(it) => ReplyBody::Done(delivery::leave(app, state.device()?, it).await?),
        RequestBody::ListConversations(_) => {
            ReplyBody::Conversations(delivery::list_conversations(app, state.device()?).await?)
        }
        RequestBody::CreateInvitation(it) => {
            ReplyBody::Done(link::create_invitation(app, state.device()?, it).await?)
        }
        RequestBody::StoreRecovery(it) => {
            ReplyBody::Done(recovery::store(app, state.device()?, it).await?)
        }
        RequestBody::AppendArchive(it) => {
            ReplyBody::Done(archive::append(app, state.device()?, it).await?)
        }
        RequestBody::FetchArchive(it) => {
            ReplyBody::ArchiveSegments(archive::fetch(app, state.device()?, it).await?)
        }
        RequestBody::PublishTemplate(it) => {
            ReplyBody::Done(template::publish(app, state.device()?, it).await?)
        }
        RequestBody::PublishApproval(it) => {
            ReplyBody::Done(template::approve(app, state.device()?, it).await?)
        }
        RequestBody::PublishReport(it) => {
            ReplyBody::Done(report::publish(app, state.device()?, it).await?)
        }
        RequestBody::FetchUsage(it) => {
            ReplyBody::Usage(billing::fetch_usage(app, state.device()?, it).await?)
        }
        RequestBody::FetchStanding(_) => {
            ReplyBody::Standing(standing::fetch_standing(app, state.device()?).await?)
        }
        RequestBody::QuoteMessages(it) => {
            ReplyBody::Quote(billing::quote_messages(app, state.device()?, it).await?)
        }
        RequestBody::SetSpendingCap(it) => {
            ReplyBody::Done(billing::set_spending_cap(app, state.device()?, it).await?)
        }
        RequestBody::ListTemplates(_) => {
            ReplyBody::Templates(template::list(app, state.device()?).await?)
        }
        RequestBody::FetchTemplate(it) => {
            ReplyBody::Template(template::fetch(app, state.device()?, it).await?)
        }
        RequestBody::RegisterPasskey(it) => {
            ReplyBody::Done(passkey::register(app, state, it).await?)
        }
    }))
}

/// Whether a request adds to the control store. Consents, blocks, and device lists aren't among them:
/// they take rights away. What goes into mailboxes is the delivery store's to refuse.
const fn takes_space(body: &RequestBody) -> bool {
    matches!(
        body,
        RequestBody::RegisterPerson(_)
            | RequestBody::ClaimBusiness(_)
            | RequestBody::PublishProfile(_)
            | RequestBody::ClaimDomain(_)
            | RequestBody::PublishCatalogue(_)
            | RequestBody::StorePicture(_)
            | RequestBody::PublishEntryLink(_)
            | RequestBody::UploadKeyPackages(_)
            | RequestBody::CreateInvitation(_)
            | RequestBody::StoreRecovery(_)
            | RequestBody::AppendArchive(_)
            | RequestBody::RegisterPasskey(_)
            | RequestBody::RegisterPush(_)
    )
}

/// The request's name, for the log.
const fn name_of(body: &RequestBody) -> &'static str {
    match body {
        RequestBody::Authenticate(_) => "Authenticate",
        RequestBody::RegisterPerson(_) => "RegisterPerson",
        RequestBody::ClaimBusiness(_) => "ClaimBusiness",
        RequestBody::RegisterDevice(_) => "RegisterDevice",
        RequestBody::FetchEntry(_) => "FetchEntry",
        RequestBody::FetchDirectory(_) => "FetchDirectory",
        RequestBody::PublishProfile(_) => "PublishProfile",
        RequestBody::PublishDeviceList(_) => "PublishDeviceList",
        RequestBody::PublishEntryLink(_) => "PublishEntryLink",
        RequestBody::ListEntryLinks(_) => "ListEntryLinks",
        RequestBody::PublishConsent(_) => "PublishConsent",
        RequestBody::FetchConsents(_) => "FetchConsents",
        RequestBody::SetBlock(_) => "SetBlock",
        RequestBody::FetchBlocks(_) => "FetchBlocks",
        RequestBody::UploadKeyPackages(_) => "UploadKeyPackages",
        RequestBody::ClaimKeyPackages(_) => "ClaimKeyPackages",
        RequestBody::CreateConversation(_) => "CreateConversation",
        RequestBody::Commit(_) => "Commit",
        RequestBody::Send(_) => "Send",
        RequestBody::FetchGroup(_) => "FetchGroup",
        RequestBody::Leave(_) => "Leave",
        RequestBody::ListConversations(_) => "ListConversations",
        RequestBody::CreateInvitation(_) => "CreateInvitation",
        RequestBody::OpenLink(_) => "OpenLink",
        RequestBody::PostLink(_) => "PostLink",
        RequestBody::FetchLink(_) => "FetchLink",
        RequestBody::StoreRecovery(_) => "StoreRecovery",
        RequestBody::FetchRecovery(_) => "FetchRecovery",
        RequestBody::AppendArchive(_) => "AppendArchive",
        RequestBody::FetchArchive(_) => "FetchArchive",
        RequestBody::FetchPasskeyChallenge(_) => "FetchPasskeyChallenge",
        RequestBody::RegisterPasskey(_) => "RegisterPasskey",
        RequestBody::ProvePasskey(_) => "ProvePasskey",
        RequestBody::PublishTemplate(_) => "PublishTemplate",
        RequestBody::FetchTemplate(_) => "FetchTemplate",
        RequestBody::ListTemplates(_) => "ListTemplates",
        RequestBody::PublishReport(_) => "PublishReport",
        RequestBody::PublishApproval(_) => "PublishApproval",
        RequestBody::FetchUsage(_) => "FetchUsage",
        RequestBody::SetSpendingCap(_) => "SetSpendingCap",
        RequestBody::QuoteMessages(_) => "QuoteMessages",
        RequestBody::PublishCatalogue(_) => "PublishCatalogue",
        RequestBody::FetchCatalogue(_) => "FetchCatalogue",
        RequestBody::StorePicture(_) => "StorePicture",
        RequestBody::FetchPictures(_) => "FetchPictures",
        RequestBody::FetchStanding(_) => "FetchStanding",
        RequestBody::ClaimDomain(_) => "ClaimDomain",
        RequestBody::FetchDecisions(_) => "FetchDecisions",
        RequestBody::ObjectDecision(_) => "ObjectDecision",
        RequestBody::DeleteAccount(_) => "DeleteAccount",
        RequestBody::FetchDomain(_) => "FetchDomain",
        RequestBody::WithdrawDomain(_) => "WithdrawDomain",
        RequestBody::RegisterPush(_) => "RegisterPush",
        RequestBody::WithdrawPush(_) => "WithdrawPush",
        RequestBody::FetchPush(_) => "FetchPush",
    }
}
