//! First contact: the customer said yes (DESIGN section 6).
//!
//! The entry is fetched and checked against the fingerprint in the link; then the account is made,
//! the consent signed, key packages claimed, the group made, and all of it sent as one bundle.

use std::rc::Rc;

use bytes::Bytes;
use tresen_content::{Content, Message};
use tresen_mls::{Group, NewGroup, ServerKey, Suite};
use tresen_proto::{
    CreateConversation, EntryDescription, ErrorCode, FetchEntry, ReplyBody, RequestBody,
    SERVER_IDENTITY, WelcomeFor,
};
use tresen_statement::{
    CategoryMax, Consent, ConsentState, EntryLink, Signed, Terms, Unverified, fingerprint_of_text,
    key_hash, wording_hash,
};
use tresen_types::{
    AccountId, AccountKind, Categories, ConversationId, DeviceId, EntryId, GroupId, Nonce,
};
use tresen_view::{Answer, SystemLine};

use super::{
    create::{self, send_create},
    sync_members,
};
use crate::{
    account::{Own, PinRule, claim_key_packages, pin_with_domain, register_person},
    client::Inner,
    connection::Phase,
    error::{Error, Result},
    lines::{self, Place},
    outgoing, runtime,
    store::{
        ContactRecord, ConversationKind, ConversationRecord, ConversationState, HandshakeKind,
        HandshakeRecord,
    },
};

/// What the customer agreed to.
#[derive(Clone, Debug)]
pub(crate) struct OpenWish {
    pub(crate) entry: EntryId,
    pub(crate) fingerprint: String,
    pub(crate) display_name: String,
    pub(crate) categories: Categories,
    pub(crate) wording: String,
    pub(crate) language: String,
}

/// Opens the conversation behind an entry link, or finds the one that is there.
pub(crate) async fn open(inner: &Rc<Inner>, wish: OpenWish) -> Result<Answer> {
    let _opening = inner.opening.lock().await;
    inner.link.reach(Phase::Greeted).await?;
    let business = fetch_entry(inner, &wish).await?;
    if let Some(existing) = existing(inner, business.account).await? {
        return Ok(Answer::Conversation(existing));
    }
    let own = register_person(inner, wish.entry, &wish.display_name, &wish.language).await?;
    let listed = inner.store.read(|tx| tx.certificates(business.account))?;
    let devices: Vec<DeviceId> =
        listed.iter().filter(|known| known.is_listed).map(|known| known.device).collect();
    let key_packages =
        claim_key_packages(inner, business.account, &devices, Some(wish.entry)).await?;
    if key_packages.is_empty() {
        return Err(Error::Refused {
            code: ErrorCode::KeyPackageMissing,
            detail: "no device of the business can be reached".to_owned(),
            current_epoch: 0,
            retry_after_ms: 0,
            refusal: None,
        });
    }
    let conversation = prepare(inner, &own, &business, &wish, key_packages)?;
    send_create(inner, conversation).await?;
    Ok(Answer::Conversation(conversation))
}

/// Fetches what is behind the link and checks all of it before anything is made.
async fn fetch_entry(inner: &Rc<Inner>, wish: &OpenWish) -> Result<ContactRecord> {
    let expected = fingerprint_of_text(&wish.fingerprint).ok_or(Error::FingerprintMismatch)?;
    let request = FetchEntry { entry: wish.entry.as_bytes().to_vec() };
    let reply = inner.link.request(RequestBody::FetchEntry(request)).await?;
    let ReplyBody::Entry(EntryDescription { entry_link, profile, directory }) = reply else {
        return Err(Error::Answer("entry"));
    };
    let mut directory = directory.ok_or(Error::Answer("entry without a directory"))?;
    if directory.profile.is_empty() {
        directory.profile = profile;
    }
    inner.store.write(|tx| {
        let business = pin_with_domain(inner, tx, &directory, PinRule::Fingerprint(expected))?;
        let link = Unverified::<EntryLink>::decode(&entry_link)?.verify(&business.account_key)?;
        let is_right = link.value().entry == wish.entry && link.value().account == business.account;
        if !is_right || business.account.kind() != AccountKind::Business {
            return Err(Error::Untrusted("the entry is another one"));
        }
        Ok(business)
    })
}

/// The conversation that is there already; one that waits for the server is finished first.
async fn existing(inner: &Rc<Inner>, business: AccountId) -> Result<Option<ConversationId>> {
    let find = || inner.store.read(|tx| tx.conversation_with(business));
    let Some(record) = find()? else { return Ok(None) };
    if record.state == ConversationState::Creating {
        inner.link.reach(Phase::Authenticated).await?;
        send_create(inner, record.id).await?;
    }
    let usable = |record: &ConversationRecord| record.state != ConversationState::Left;
    Ok(find()?.filter(usable).map(|record| record.id))
}

/// Makes group, consent and first message, and keeps the request until it is answered.
fn prepare(
    inner: &Inner,
    own: &Own,
    business: &ContactRecord,
    wish: &OpenWish,
    key_packages: Vec<(DeviceId, Vec<u8>)>,
) -> Result<ConversationId> {
    let now = inner.now();
    let conversation = ConversationId::new(runtime::random());
    let group_id = GroupId::new(runtime::random());
    let server =
        ServerKey { public_key: inner.link.server_key()?, identity: SERVER_IDENTITY.to_vec() };
    let (devices, packages): (Vec<_>, Vec<_>) = key_packages.into_iter().unzip();
    let name = Content::new(Message::ProfileName { name: own.record.name.clone() });
    let encoded = outgoing::encode(inner, own, conversation, &name)?;
    let first = outgoing::outbox_record(conversation, &name, &encoded, None, now);
    inner.store.write(|tx| {
        let sequence = match tx.consent(business.account, own.account)? {
            Some(known) => {
                Unverified::<Consent>::decode(&known)?.claimed().sequence.saturating_add(1)
            }
            None => 1,
        };
        let consent = Consent {
            origin: inner.origin.as_str().to_owned(),
            business: business.account,
            business_key_hash: key_hash(&business.account_key),
            customer: own.account,
            device: own.device,
            sequence,
            categories: wish.categories,
            monthly_max: CategoryMax::default(),
            wording_hash: wording_hash(&wish.wording),
            language: wish.language.clone(),
            at: now,
            entry: Some(wish.entry),
            state: ConsentState::Given,
            terms: Terms::default(),
        };
        let consent = Signed::sign(consent, &own.signer)?.encode();
        tx.put_consent(business.account, own.account, sequence, &consent)?;
        tx.put_wording(wording_hash(&wish.wording), &wish.wording)?;
        let new =
            NewGroup { group_id, suite: Suite::default(), external_sender: Some(&server), now };
        let mut group = Group::create(tx, &own.keys, &own.certificate, &new)?;
        let bundle = group.commit_add(tx, &own.keys, &packages, true)?;
        group.confirm_commit(tx)?;
        let message = outgoing::encrypt(tx, own, &mut group, &first)?;
        let mut record = ConversationRecord::new(
            conversation,
            group_id,
            ConversationKind::Business,
            Some(business.account),
            now,
        );
        record.entry = Some(wish.entry);
        record.epoch = group.epoch();
        tx.put_conversation(&record)?;
        sync_members(tx, &record, &group, now, None)?;
        let place =
            Place { conversation, at: now, cause: 0, account: own.account, device: own.device };
        lines::add(tx, place, &SystemLine::Began { label: None })?;
        let welcome = bundle.welcome.ok_or(Error::Internal("a group without a welcome"))?;
        let request = CreateConversation {
            conversation: conversation.as_bytes().to_vec(),
            counterpart: business.account.as_bytes().to_vec(),
            group_info: bundle.group_info.into(),
            ratchet_tree: bundle.ratchet_tree.into(),
            welcomes: vec![WelcomeFor {
                devices: devices.iter().map(|device| device.as_bytes().to_vec()).collect(),
                welcome: welcome.into(),
            }],
            consent,
            messages: vec![Bytes::from(message)],
            nonce: Nonce::new(runtime::random()).as_bytes().to_vec(),
        };
        tx.put_handshake(&HandshakeRecord {
            conversation,
            kind: HandshakeKind::Create,
            request: create::encode(&request),
            renews_leaf: true,
        })
    })?;
    Ok(conversation)
}
