//! The own group: the account's devices among themselves (PROTOCOL D6).

use std::rc::Rc;

use tresen_mls::{Group, NewGroup, ServerKey, Suite};
use tresen_proto::{CreateConversation, SERVER_IDENTITY};
use tresen_types::{ConversationId, GroupId, Nonce};

use super::{
    create::{encode, send_create},
    sync_members,
};
use crate::{
    client::Inner,
    error::{Error, Result},
    runtime,
    store::{
        ConversationKind, ConversationRecord, ConversationState, HandshakeKind, HandshakeRecord,
    },
};

/// Makes the own group on the account's first device, if there is none yet.
pub(crate) async fn ensure_own_group(inner: &Rc<Inner>) -> Result<ConversationId> {
    let own = inner.own()?;
    if let Some(existing) = own.record.own_group {
        let record = inner.store.read(|tx| tx.known_conversation(existing))?;
        if record.state == ConversationState::Creating {
            send_create(inner, existing).await?;
        }
        return Ok(existing);
    }
    let listed = inner.store.read(|tx| tx.certificates(own.account))?;
    if listed.iter().filter(|known| known.is_listed).count() > 1 {
        // Another device has made it and lets this one in.
        return Err(Error::NotFound("own group"));
    }
    let now = inner.now();
    let conversation = ConversationId::new(runtime::random());
    let group_id = GroupId::new(runtime::random());
    let server =
        ServerKey { public_key: inner.link.server_key()?, identity: SERVER_IDENTITY.to_vec() };
    inner.store.write(|tx| {
        let new =
            NewGroup { group_id, suite: Suite::default(), external_sender: Some(&server), now };
        let group = Group::create(tx, &own.keys, &own.certificate, &new)?;
        let (group_info, ratchet_tree) = group.export_group_info(&own.keys)?;
        let record =
            ConversationRecord::new(conversation, group_id, ConversationKind::Own, None, now);
        tx.put_conversation(&record)?;
        sync_members(tx, &record, &group, now, None)?;
        let mut account = tx.account()?.ok_or(Error::NoAccount)?;
        account.own_group = Some(conversation);
        tx.put_account(&account)?;
        let request = CreateConversation {
            conversation: conversation.as_bytes().to_vec(),
            counterpart: Vec::new(),
            group_info: group_info.into(),
            ratchet_tree: ratchet_tree.into(),
            welcomes: Vec::new(),
            consent: Vec::new(),
            messages: Vec::new(),
            nonce: Nonce::new(runtime::random()).as_bytes().to_vec(),
        };
        tx.put_handshake(&HandshakeRecord {
            conversation,
            kind: HandshakeKind::Create,
            request: encode(&request),
            renews_leaf: true,
        })
    })?;
    inner.reload_own()?;
    let sent = send_create(inner, conversation).await;
    if sent.is_err() {
        inner.reload_own()?;
    }
    sent.map(|()| conversation)
}
