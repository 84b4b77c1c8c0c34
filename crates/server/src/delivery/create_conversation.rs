//! Creates a conversation: group, welcomes, consent and first messages in one bundle (PROTOCOL D3).

use std::collections::BTreeSet;

use bytes::Bytes;
use tresen_mls_public::{Opened, open_group};
use tresen_proto::{Accepted, CreateConversation, ErrorCode, read_id};
use tresen_statement::Consent;
use tresen_store::{
    DeliveryEvent,
    delivery::{
        ConversationKind, ConversationRecord, CreateConversation as NewConversation, MemberRecord,
        NewMessage,
    },
};
use tresen_types::{
    AccountId, AccountKind, Category, ConversationId, DeviceId, Nonce, limits::HANDSHAKE_BYTES_MAX,
};

use super::{
    group::{self, Eligible},
    message, outcome, welcomes,
};
use crate::{
    ServerError,
    app::App,
    consent::{self, check},
    directory,
    error::refused,
    limits::{FIRST_MESSAGES_MAX, Subject},
    session::DeviceSession,
};

/// Checks the whole bundle, then stores the consent, counts the entry link's use, and creates the
/// conversation with everything in it. A repeated request changes nothing more.
pub(crate) async fn create_conversation(
    app: &App,
    session: &DeviceSession,
    request: CreateConversation,
) -> Result<Accepted, ServerError> {
    app.rates.take(Subject::CreateDevice(session.device), app.now())?;
    let conversation: ConversationId = read_id(&request.conversation)?;
    let nonce: Nonce = read_id(&request.nonce)?;
    if request.group_info.len().max(request.ratchet_tree.len()) > HANDSHAKE_BYTES_MAX {
        return Err(refused(ErrorCode::LimitExceeded, "the group is too large"));
    }
    welcomes::check_one_piece(&request.group_info, &request.ratchet_tree)?;
    let counterpart = counterpart(session, &request.counterpart)?;
    let accounts: Vec<AccountId> = [session.account].into_iter().chain(counterpart).collect();
    let eligible = Eligible::load(app, accounts.iter().copied()).await?;
    let opened = open_group(&request.group_info, &request.ratchet_tree, &group::server_key(app))?;
    let members = members(session, &eligible, &opened, counterpart)?;
    let newcomers: BTreeSet<DeviceId> =
        members.iter().map(|it| it.device).filter(|it| *it != session.device).collect();
    let welcomes = welcomes::check(&request.welcomes, &newcomers, &request.ratchet_tree)?;
    let messages = first_messages(session, &opened, request.messages)?;
    if let Some(business) = counterpart {
        permit(app, session, business, request.consent).await?;
    } else if !request.consent.is_empty() {
        return Err(refused(ErrorCode::Malformed, "an own group needs no consent"));
    }
    let record = ConversationRecord {
        id: conversation,
        kind: match counterpart {
            Some(_business) => ConversationKind::Business,
            None => ConversationKind::Own,
        },
        accounts,
        group_id: opened.group_id,
        epoch: opened.epoch,
        epoch_floor: 0,
        suite: opened.suite,
        members,
        sequence: 0,
        group_info: Bytes::from(opened.state.to_bytes()),
        ratchet_tree: request.ratchet_tree,
        pending_proposals: Vec::new(),
    };
    let event = DeliveryEvent::CreateConversation(Box::new(NewConversation {
        conversation: record,
        sender: session.sender(),
        nonce,
        welcomes,
        messages,
    }));
    let result = app.delivery.submit(event).await?;
    app.parties.forget(&conversation);
    outcome::accepted(result, opened.epoch)
}

/// The business to talk with; none for the account's own group. Customers begin conversations.
fn counterpart(session: &DeviceSession, bytes: &[u8]) -> Result<Option<AccountId>, ServerError> {
    if bytes.is_empty() {
        return Ok(None);
    }
    let business: AccountId = read_id(bytes)?;
    let is_first_contact =
        session.account.kind() == AccountKind::Person && business.kind() == AccountKind::Business;
    if is_first_contact {
        Ok(Some(business))
    } else {
        Err(refused(ErrorCode::Forbidden, "a customer begins a conversation with a business"))
    }
}

/// The group's members, each a listed device of one of the two accounts, each once.
fn members(
    session: &DeviceSession,
    eligible: &Eligible,
    opened: &Opened,
    counterpart: Option<AccountId>,
) -> Result<Vec<MemberRecord>, ServerError> {
    let mut members = Vec::with_capacity(opened.members.len());
    let mut seen = BTreeSet::new();
    for leaf in &opened.members {
        let (account, device) = eligible.device_of(leaf)?;
        if !seen.insert(device) {
            return Err(refused(ErrorCode::InvalidGroup, "a device has two leaves"));
        }
        members.push(MemberRecord {
            account,
            device,
            leaf_index: leaf.leaf_index,
            joined_epoch: opened.epoch,
            has_left: false,
        });
    }
    let has = |account: AccountId| members.iter().any(|member| member.account == account);
    if !seen.contains(&session.device) || !counterpart.is_none_or(has) {
        return Err(refused(ErrorCode::InvalidGroup, "the group lacks one of its sides"));
    }
    Ok(members)
}

fn first_messages(
    session: &DeviceSession,
    opened: &Opened,
    messages: Vec<Bytes>,
) -> Result<Vec<NewMessage>, ServerError> {
    if messages.len() > FIRST_MESSAGES_MAX {
        return Err(refused(ErrorCode::LimitExceeded, "too many first messages"));
    }
    messages
        .into_iter()
        .map(|body| {
            let checked = message::check(session, &body)?;
            if checked.group == opened.group_id && checked.epoch == opened.epoch {
                Ok(checked.message)
            } else {
                Err(refused(ErrorCode::InvalidGroup, "a first message is for another group"))
            }
        })
        .collect()
}

/// The customer's yes: a consent in the bundle is stored and uses its entry link; else one must be on
/// record. Either must cover the category service.
async fn permit(
    app: &App,
    session: &DeviceSession,
    business: AccountId,
    bytes: Vec<u8>,
) -> Result<(), ServerError> {
    if !bytes.is_empty() {
        let consent = consent::verify(app, session, &bytes).await?;
        if consent.business != business || !consent.allows(Category::Service) {
            return Err(refused(ErrorCode::ConsentMissing, "the consent isn't for this"));
        }
        // The same consent again is the same customer again, whose first try broke off: the use is
        // counted already.
        let known = app.control.consent(business, session.account).await?;
        if known.is_none_or(|known| known.bytes != bytes) {
            use_entry(app, &consent).await?;
        }
        consent::store(app, session, &consent, bytes).await?;
    }
    let permission = check::permission(app, session.account, business).await?;
    permission.check(AccountKind::Person, Category::Service)?;
    permission.check(AccountKind::Business, Category::Service)
}

async fn use_entry(app: &App, consent: &Consent) -> Result<(), ServerError> {
    let Some(entry) = consent.entry else { return Ok(()) };
    let business = directory::entry_of(&app.control.consume_use(entry, app.now()).await?)?;
    if business == consent.business {
        Ok(())
    } else {
        Err(refused(ErrorCode::NotFound, "the entry link is another business's"))
    }
}
