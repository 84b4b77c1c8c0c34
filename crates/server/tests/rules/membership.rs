//! Devices come and go: lists, removal, leaving.

use std::sync::Arc;

use tresen_mls::{ProposalSummary, Received};
use tresen_proto::{
    EntryKind, ErrorCode, Leave, ListConversations, PublishDeviceList, ReplyBody, RequestBody,
    ServerBody,
};
use tresen_server::SystemClock;
use tresen_statement::{LeaveNotice, Role, Signed};
use tresen_store::{
    ControlStore, DeliveryOptions, DeliveryStore as _, EmbeddedDelivery,
    control::{DeviceListRecord, NewDeviceList},
};

use crate::{
    delivery::talking,
    device::Device,
    world::{World, code_of},
};

#[tokio::test]
async fn a_colleague_is_added_to_a_conversation_and_reads_from_then_on() {
    let world = World::new().await;
    let (mut shop, mut customer, chat, _entry) = talking(&world).await;
    let mut agent = world.second_device(&mut shop, Role::Agent).await;
    let list = customer.entry_of(EntryKind::DeviceList).await;
    assert_eq!(list.body, shop.device_list);
    add(&world, &mut shop, &mut agent, chat).await;
    let entry = customer.entry_of(EntryKind::Commit).await;
    customer.process(chat, &entry);
    let message = customer.message(chat, b"to both of you");
    customer.accepted(message).await;
    assert_eq!(shop.text(chat).await, b"to both of you");
    assert_eq!(agent.text(chat).await, b"to both of you");
}

/// Adds a device to a conversation and lets it join.
pub(crate) async fn add(
    world: &World,
    by: &mut Device,
    newcomer: &mut Device,
    chat: crate::device::Chat,
) {
    let packages = by.claim_packages(newcomer.account, &[newcomer.device], None).await;
    let bundle = by.group(chat).commit_add(&by.store, &by.keys(), &packages, true).unwrap();
    let RequestBody::Commit(good) = by.commit(chat, &bundle, &[newcomer.device]) else {
        unreachable!()
    };
    let without = tresen_proto::Commit { welcomes: Vec::new(), ..good.clone() };
    let refused = by.ask(RequestBody::Commit(without)).await;
    assert_eq!(code_of(refused), ErrorCode::InvalidGroup);
    by.accepted(RequestBody::Commit(good)).await;
    by.confirm(chat);
    assert_eq!(newcomer.join().await, chat);
    let _now = world.now();
}

#[tokio::test]
async fn a_removed_device_is_cut_off_at_once_and_its_removal_is_proposed() {
    let world = World::new().await;
    let (mut shop, mut customer, chat, _entry) = talking(&world).await;
    let mut agent = world.second_device(&mut shop, Role::Agent).await;
    add(&world, &mut shop, &mut agent, chat).await;
    let entry = customer.entry_of(EntryKind::Commit).await;
    customer.process(chat, &entry);
    let written_before = customer.message(chat, b"written before the removal");

    let list = shop.list(&world, 3, &[shop.signed_certificate()]);
    shop.publish_list(&list, &[]).await;
    let mut closing = agent.client.body().await;
    while !matches!(closing, ServerBody::Closing(_)) {
        closing = agent.client.body().await;
    }
    let ServerBody::Closing(closing) = closing else { unreachable!() };
    assert_eq!(closing.code(), ErrorCode::DeviceRevoked);
    agent.reconnect(&world.server).await;
    let authentication = agent.authentication();
    assert_eq!(code_of(agent.ask(authentication).await), ErrorCode::DeviceRevoked);

    // Everybody learns of it, and the next commit takes the leaf out.
    assert_eq!(customer.entry_of(EntryKind::DeviceList).await.body, list);
    let proposal = customer.entry_of(EntryKind::Proposal).await;
    let Received::Proposal(ProposalSummary::Remove { by_server: true, .. }) =
        customer.process(chat, &proposal)
    else {
        panic!("the server's removal")
    };
    let proposal = shop.entry_of(EntryKind::Proposal).await;
    shop.process(chat, &proposal);
    let bundle = shop.group(chat).commit_pending_proposals(&shop.store, &shop.keys()).unwrap();
    let commit = shop.commit(chat, &bundle, &[]);
    let epoch = shop.accepted(commit).await.epoch;
    shop.confirm(chat);
    // What was written in an epoch before the removal is refused from now on, whoever wrote it.
    let ReplyBody::Error(refused) = customer.ask(written_before).await else { panic!("refused") };
    assert_eq!((refused.code(), refused.current_epoch), (ErrorCode::EpochTooOld, epoch));
    let commit = customer.entry_of(EntryKind::Commit).await;
    customer.process(chat, &commit);
    let message = customer.message(chat, b"among ourselves");
    customer.accepted(message).await;
    assert_eq!(shop.text(chat).await, b"among ourselves");
}

/// The list is stored, and the node ends before anything else happens.
#[tokio::test]
async fn a_removal_that_a_crash_broke_off_is_finished_at_the_start() {
    let world = World::new().await;
    let (mut shop, mut customer, chat, _entry) = talking(&world).await;
    let mut agent = world.second_device(&mut shop, Role::Agent).await;
    add(&world, &mut shop, &mut agent, chat).await;
    let commit = customer.entry_of(EntryKind::Commit).await;
    customer.process(chat, &commit);
    let message = customer.message(chat, b"for both");
    customer.accepted(message).await;
    let list = shop.list(&world, 3, &[shop.signed_certificate()]);
    let update = NewDeviceList {
        account: shop.account,
        expected_sequence: 2,
        device_list: DeviceListRecord { sequence: 3, bytes: list.clone() },
        added: Vec::new(),
        renewed: Vec::new(),
        revoked: vec![agent.device],
        now: world.now(),
    };
    let world = world
        .restart_after(async move |folder| {
            let control = ControlStore::open(&folder.join("data/control.sqlite")).unwrap();
            control.publish_device_list(update).await.unwrap();
        })
        .await;
    customer.reconnect(&world.server).await;
    customer.authenticate().await;
    // What was delivered before comes first again: the list that brought the agent.
    assert_ne!(customer.entry_of(EntryKind::DeviceList).await.body, list);
    assert_eq!(customer.entry_of(EntryKind::DeviceList).await.body, list);
    let proposal = customer.entry_of(EntryKind::Proposal).await;
    let Received::Proposal(ProposalSummary::Remove { by_server: true, .. }) =
        customer.process(chat, &proposal)
    else {
        panic!("the server's removal")
    };
    // A further start has nothing left to do.
    let world = world
        .restart_after(async |folder| {
            let options = DeliveryOptions::new(Arc::new(SystemClock));
            let delivery = EmbeddedDelivery::open(&folder.join("data/delivery"), options).unwrap();
            assert_eq!(delivery.stats(agent.device).await.unwrap().entries, 0);
            assert!(delivery.conversations_of(agent.device).await.unwrap().is_empty());
            delivery.shutdown().await.unwrap();
        })
        .await;
    customer.reconnect(&world.server).await;
    customer.authenticate().await;
    customer.drain().await;
    let proposals = customer.entries.iter().filter(|entry| entry.kind() == EntryKind::Proposal);
    assert_eq!(proposals.count(), 1);
}

#[tokio::test]
async fn a_removal_that_a_commit_did_not_take_up_is_proposed_again() {
    let world = World::new().await;
    let (mut shop, mut customer, chat, _entry) = talking(&world).await;
    let mut agent = world.second_device(&mut shop, Role::Agent).await;
    add(&world, &mut shop, &mut agent, chat).await;
    let entry = customer.entry_of(EntryKind::Commit).await;
    customer.process(chat, &entry);
    // Made before the customer hears of the removal.
    let bundle = customer.update(chat);
    let list = shop.list(&world, 3, &[shop.signed_certificate()]);
    shop.publish_list(&list, &[]).await;
    let commit = customer.commit(chat, &bundle, &[]);
    customer.accepted(commit).await;
    customer.confirm(chat);
    let first = customer.entry_of(EntryKind::Proposal).await;
    let again = customer.entry_of(EntryKind::Proposal).await;
    assert_ne!(first.body, again.body);
    assert!(matches!(customer.process(chat, &again), Received::Proposal(_)));
    assert_eq!(customer.group_state(chat).await.proposals, [again.body]);
}

#[tokio::test]
async fn a_device_list_must_follow_the_newest_and_be_the_accounts_own() {
    let world = World::new().await;
    let (mut shop, mut customer, _chat, _entry) = talking(&world).await;
    let publish = |list: Vec<u8>| {
        RequestBody::PublishDeviceList(PublishDeviceList {
            device_list: list,
            certificates: Vec::new(),
        })
    };
    let stale = shop.list(&world, 1, &[]);
    assert_eq!(code_of(shop.ask(publish(stale)).await), ErrorCode::Conflict);
    let foreign = customer.list(&world, 2, &[]);
    assert_eq!(code_of(shop.ask(publish(foreign)).await), ErrorCode::InvalidStatement);
    let stranger = Device::sibling(&world, &shop, Role::Agent).await;
    let lacking = shop.list(&world, 2, &[stranger.signed_certificate()]);
    assert_eq!(code_of(shop.ask(publish(lacking)).await), ErrorCode::InvalidStatement);
    let same = publish(shop.device_list.clone());
    shop.done(same).await;
    let mut agent = world.second_device(&mut shop, Role::Agent).await;
    let by_agent = publish(shop.list(&world, 3, &[shop.signed_certificate()]));
    assert_eq!(code_of(agent.ask(by_agent).await), ErrorCode::Forbidden);
    let message = customer.list(&world, 2, &[customer.signed_certificate()]);
    customer.publish_list(&message, &[]).await;
}

#[tokio::test]
async fn a_recovered_account_key_brings_a_new_device_back_to_the_conversations() {
    let world = World::new().await;
    let (mut shop, customer, chat, _entry) = talking(&world).await;
    let mut recovered = Device::sibling(&world, &customer, Role::Member).await;
    let list = customer.list(&world, 2, &[recovered.signed_certificate()]);
    let mut forged = recovered.register_device(list.clone());
    forged.proof = customer.proof();
    let refused = recovered.ask(RequestBody::RegisterDevice(forged)).await;
    assert_eq!(code_of(refused), ErrorCode::InvalidStatement);
    let register = RequestBody::RegisterDevice(recovered.register_device(list.clone()));
    recovered.begin_session(register).await;
    assert_eq!(shop.entry_of(EntryKind::DeviceList).await.body, list);
    let listed = recovered.ask(RequestBody::ListConversations(ListConversations {})).await;
    let ReplyBody::Conversations(listed) = listed else { panic!("conversations") };
    assert_eq!(listed.conversations.len(), 1);
    assert_eq!(listed.conversations[0].conversation, chat.conversation.as_bytes());
    assert!(!listed.conversations[0].is_member);
    let (commit, _bundle) = recovered.come_back(chat).await;
    recovered.accepted(commit).await;
    let proposal = shop.entry_of(EntryKind::Proposal).await;
    shop.process(chat, &proposal);
    let commit = shop.entry_of(EntryKind::Commit).await;
    shop.process(chat, &commit);
    let proposal = shop.entry_of(EntryKind::Proposal).await;
    shop.process(chat, &proposal);
    let bundle = shop.group(chat).commit_pending_proposals(&shop.store, &shop.keys()).unwrap();
    let commit = shop.commit(chat, &bundle, &[]);
    shop.accepted(commit).await;
    shop.confirm(chat);
    let proposal = recovered.entry_of(EntryKind::Proposal).await;
    recovered.process(chat, &proposal);
    let commit = recovered.entry_of(EntryKind::Commit).await;
    recovered.process(chat, &commit);
    let message = shop.message(chat, b"welcome back");
    shop.accepted(message).await;
    assert_eq!(recovered.text(chat).await, b"welcome back");
}

#[tokio::test]
async fn who_leaves_gets_nothing_more_and_the_others_learn_of_it() {
    let world = World::new().await;
    let (mut shop, mut customer, chat, _entry) = talking(&world).await;
    let notice = LeaveNotice {
        conversation: chat.conversation,
        account: customer.account,
        device: customer.device,
        at: world.now(),
    };
    let conversation = chat.conversation.as_bytes().to_vec();
    let forged = Signed::sign(notice, &shop.device_key()).unwrap().encode();
    let leave = RequestBody::Leave(Leave { conversation: conversation.clone(), notice: forged });
    assert_eq!(code_of(customer.ask(leave).await), ErrorCode::InvalidStatement);
    let signed = Signed::sign(notice, &customer.device_key()).unwrap().encode();
    let leave = RequestBody::Leave(Leave { conversation, notice: signed.clone() });
    customer.done(leave).await;
    assert_eq!(shop.entry_of(EntryKind::Leave).await.body, signed);
    let message = shop.message(chat, b"are you there?");
    shop.accepted(message).await;
    let message = customer.message(chat, b"no");
    assert_eq!(code_of(customer.ask(message).await), ErrorCode::NotMember);
    assert!(customer.entries.is_empty());
    // The shop may take the leaf out now, although it is the other side's.
    let leaf = customer.group(chat).own_leaf();
    let bundle = shop.group(chat).commit_remove(&shop.store, &shop.keys(), &[leaf]).unwrap();
    let commit = shop.commit(chat, &bundle, &[]);
    shop.accepted(commit).await;
}
