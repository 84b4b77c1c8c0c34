//! Conversations, messages and commits.

use tresen_mls::Received;
use tresen_proto::{
    Commit, CreateConversation, EntryKind, ErrorCode, ListConversations, ReplyBody, RequestBody,
    Send, ServerBody, Signal, aad::MessageClass,
};
use tresen_statement::receipt::UnverifiedReceipt;
use tresen_types::{Category, EntryId};

use crate::{
    device::{Chat, Device},
    world::{World, code_of},
};

/// A shop and a customer who have talked; the shop has joined.
pub(crate) async fn talking(world: &World) -> (Device, Device, Chat, EntryId) {
    let mut shop = world.shop().await;
    let entry = world.entry(&mut shop).await;
    let mut customer = world.customer(entry).await;
    let devices = [shop.device];
    let chat = customer.converse(world, &shop, entry, &devices).await;
    assert_eq!(shop.join().await, chat);
    assert_eq!(shop.text(chat).await, b"hello");
    (shop, customer, chat, entry)
}

#[tokio::test]
async fn a_message_arrives_once_in_order_with_a_receipt() {
    let world = World::new().await;
    let (mut shop, mut customer, chat, _entry) = talking(&world).await;
    let message = shop.message(chat, b"good morning");
    let accepted = shop.accepted(message.clone()).await;
    let repeated = shop.accepted(message).await;
    assert_eq!(repeated.sequence, accepted.sequence);
    let next = shop.message(chat, b"what can I do for you?");
    let second = shop.accepted(next).await;
    assert_eq!(second.sequence, accepted.sequence + 1);

    let server_key: [u8; 32] = customer.hello.server_key.as_slice().try_into().unwrap();
    let entry = customer.entry_of(EntryKind::Application).await;
    assert_eq!(entry.receipt, accepted.receipt);
    let receipt = UnverifiedReceipt::decode(&entry.receipt).unwrap().verify(&server_key).unwrap();
    assert_eq!(receipt.acceptance().sender_device, shop.device);
    assert_eq!(receipt.acceptance().franking_tag, [7; 32]);
    assert_eq!(receipt.acceptance().accepted_at.as_millis(), entry.accepted_at_ms);
    let Received::Application { plaintext, .. } = customer.process(chat, &entry) else {
        panic!("a message")
    };
    assert_eq!(plaintext, b"good morning");
    assert_eq!(customer.text(chat).await, b"what can I do for you?");
}

#[tokio::test]
async fn a_message_past_its_time_to_live_is_not_delivered() {
    let world = World::new().await;
    let (mut shop, mut customer, chat, _entry) = talking(&world).await;
    shop.reconnect(&world.server).await;
    for (time_to_live_s, text) in
        [(60, b"minute"), (0, b"always"), (61, b"sixty1"), (60, b"latest")]
    {
        let mut group = customer.group(chat);
        let message = customer.encrypt_for(&mut group, time_to_live_s, text);
        let send = Send { conversation: chat.conversation.as_bytes().to_vec(), message };
        customer.accepted(RequestBody::Send(send)).await;
    }
    world.pass(60_000);
    shop.authenticate().await;
    shop.drain().await;
    let mut texts = Vec::new();
    while let Some(entry) = shop.entries.pop_front() {
        // What was taken in before comes again: it wasn't acknowledged.
        if entry.sequence > 2
            && let Received::Application { plaintext, .. } = shop.process(chat, &entry)
        {
            texts.push(plaintext);
        }
    }
    assert_eq!(texts, [b"always".to_vec(), b"sixty1".to_vec()]);
}

#[tokio::test]
async fn what_is_acknowledged_goes_and_the_rest_waits() {
    let world = World::new().await;
    let (mut shop, mut customer, chat, _entry) = talking(&world).await;
    for text in [b"one", b"two"] {
        let message = customer.message(chat, text);
        customer.accepted(message).await;
    }
    let first = shop.entry_of(EntryKind::Application).await;
    shop.acknowledge(first.cursor).await;
    // The acknowledgement is done when a later request is answered.
    let message = shop.message(chat, b"got it");
    shop.accepted(message).await;
    let world = world.restart().await;
    shop.reconnect(&world.server).await;
    shop.authenticate().await;
    assert_eq!(shop.session.cursor, first.cursor, "what it has acknowledged");
    let left = shop.entry().await;
    assert!(left.cursor > first.cursor);
    shop.drain().await;
    assert!(shop.entries.is_empty());
    shop.acknowledge(left.cursor).await;
    customer.reconnect(&world.server).await;
    customer.authenticate().await;
    assert_eq!(customer.text(chat).await, b"got it");
}

#[tokio::test]
async fn the_sender_must_be_the_session() {
    let world = World::new().await;
    let (mut shop, mut customer, chat, entry) = talking(&world).await;
    let foreign = shop.message(chat, b"from the shop");
    assert_eq!(code_of(customer.ask(foreign).await), ErrorCode::Forbidden);
    let mut stranger = world.customer(entry).await;
    let own = customer.message(chat, b"hello");
    let RequestBody::Send(own) = own else { unreachable!() };
    assert_eq!(code_of(stranger.ask(RequestBody::Send(own)).await), ErrorCode::Forbidden);
    // A message in which the stranger names itself, for a conversation that isn't its own.
    let (mut group, ..) = stranger.make_group(&world, chat.group(), &[]);
    let message = stranger.encrypt(&mut group, Category::Service, MessageClass::Chat, b"hi");
    let conversation = chat.conversation.as_bytes().to_vec();
    let send = RequestBody::Send(Send { conversation, message });
    assert_eq!(code_of(stranger.ask(send).await), ErrorCode::NotFound);
}

#[tokio::test]
async fn classes_that_are_not_served_and_long_control_messages_are_refused() {
    let world = World::new().await;
    let (mut shop, mut customer, chat, _entry) = talking(&world).await;
    for class in [MessageClass::Payment, MessageClass::Call] {
        let message = shop.message_of(chat, Category::Service, class, b"x");
        assert_eq!(code_of(shop.ask(message).await), ErrorCode::Unsupported);
    }
    let long = customer.message_of(chat, Category::Service, MessageClass::Control, &[0; 5_000]);
    assert_eq!(code_of(customer.ask(long).await), ErrorCode::LimitExceeded);
    let short = customer.message_of(chat, Category::Service, MessageClass::Control, b"read");
    customer.accepted(short).await;
    let garbage =
        Send { conversation: chat.conversation.as_bytes().to_vec(), message: "no".into() };
    assert_eq!(code_of(customer.ask(RequestBody::Send(garbage)).await), ErrorCode::Malformed);
}

#[tokio::test]
async fn steps_come_after_the_window_and_not_by_the_million() {
    let world = World::with(|config| config.rates.step_per_pair.burst = 3).await;
    let (mut shop, mut customer, chat, _entry) = talking(&world).await;
    let hello = customer.message(chat, b"hello");
    customer.accepted(hello).await;
    world.pass(25 * 60 * 60 * 1_000);
    let service = Category::Service;
    let late = shop.message(chat, b"words");
    assert_eq!(code_of(shop.ask(late).await), ErrorCode::NotAdmitted);
    for _step in 0..3 {
        let step = shop.message_of(chat, service, MessageClass::Step, b"received");
        shop.accepted(step).await;
    }
    let more = shop.message_of(chat, service, MessageClass::Step, b"received");
    let ReplyBody::Error(refused) = shop.ask(more).await else { panic!("refused") };
    assert_eq!((refused.code(), refused.retry_after_ms), (ErrorCode::RateLimited, 900_000));
    let long = shop.message_of(chat, service, MessageClass::Step, &[0; 3_000]);
    assert_eq!(code_of(shop.ask(long).await), ErrorCode::LimitExceeded);
    let own = customer.message_of(chat, service, MessageClass::Step, b"mine");
    assert_eq!(code_of(customer.ask(own).await), ErrorCode::Forbidden);
    world.pass(180 * 24 * 60 * 60 * 1_000);
    let forgotten = shop.message_of(chat, service, MessageClass::Step, b"received");
    assert_eq!(code_of(shop.ask(forgotten).await), ErrorCode::NotAdmitted);
}

#[tokio::test]
async fn a_business_that_writes_too_fast_to_one_customer_waits() {
    let world = World::with(|config| config.rates.send_per_pair.burst = 2).await;
    let (mut shop, mut customer, chat, _entry) = talking(&world).await;
    for text in [b"one", b"two"] {
        let message = shop.message(chat, text);
        shop.accepted(message).await;
    }
    let message = shop.message(chat, b"three");
    let ReplyBody::Error(refused) = shop.ask(message.clone()).await else { panic!("refused") };
    assert_eq!((refused.code(), refused.retry_after_ms), (ErrorCode::RateLimited, 6_000));
    for _message in 0..5 {
        let message = customer.message(chat, b"customers may");
        customer.accepted(message).await;
    }
    world.pass(6_000);
    shop.accepted(message).await;
}

#[tokio::test]
async fn many_messages_may_be_outstanding_and_stay_in_order() {
    let world = World::new().await;
    let (mut shop, mut customer, chat, _entry) = talking(&world).await;
    let mut ids = Vec::new();
    for number in 0..40_u8 {
        let message = customer.message(chat, &[number]);
        ids.push(customer.request(message).await);
    }
    let mut sequences = Vec::new();
    while sequences.len() < ids.len() {
        if let ServerBody::Reply(reply) = customer.client.body().await {
            let Some(ReplyBody::Accepted(accepted)) = reply.body else { panic!("{reply:?}") };
            sequences.push((reply.id, accepted.sequence));
        }
    }
    assert!(sequences.is_sorted());
    for number in 0..40 {
        assert_eq!(shop.text(chat).await, [number]);
    }
}

#[tokio::test]
async fn two_commits_for_one_epoch_have_one_winner() {
    let world = World::new().await;
    let (mut shop, mut customer, chat, _entry) = talking(&world).await;
    let (one, two) = (shop.update(chat), customer.update(chat));
    let (one, two) = (shop.commit(chat, &one, &[]), customer.commit(chat, &two, &[]));
    let accepted = shop.accepted(one.clone()).await;
    assert_eq!(accepted.epoch, 2);
    let ReplyBody::Error(refused) = customer.ask(two).await else { panic!("refused") };
    assert_eq!((refused.code(), refused.current_epoch), (ErrorCode::EpochConflict, 2));
    // The winner's answer may have been lost: it asks again.
    assert_eq!(shop.accepted(one).await.sequence, accepted.sequence);
    shop.confirm(chat);

    let entry = customer.entry_of(EntryKind::Commit).await;
    customer.group(chat).discard_commit(&customer.store).unwrap();
    assert!(matches!(customer.process(chat, &entry), Received::Commit(_)));
    let message = customer.message(chat, b"in the new epoch");
    customer.accepted(message).await;
    assert_eq!(shop.text(chat).await, b"in the new epoch");
}

#[tokio::test]
async fn messages_two_epochs_old_pass_and_three_epochs_old_do_not() {
    let world = World::new().await;
    let (mut shop, mut customer, chat, _entry) = talking(&world).await;
    let (two_old, three_old) = (customer.message(chat, b"two"), customer.message(chat, b"three"));
    for epoch in 2..=4 {
        let bundle = shop.update(chat);
        let commit = shop.commit(chat, &bundle, &[]);
        assert_eq!(shop.accepted(commit).await.epoch, epoch);
        shop.confirm(chat);
        if epoch == 3 {
            customer.accepted(two_old.clone()).await;
        }
    }
    let ReplyBody::Error(refused) = customer.ask(three_old).await else { panic!("refused") };
    assert_eq!((refused.code(), refused.current_epoch), (ErrorCode::EpochTooOld, 4));
    assert_eq!(shop.text(chat).await, b"two");
}

#[tokio::test]
async fn a_commit_must_validate_and_be_the_sessions_own() {
    let world = World::new().await;
    let (mut shop, mut customer, chat, _entry) = talking(&world).await;
    let bundle = shop.update(chat);
    let of_shop = shop.commit(chat, &bundle, &[]);
    assert_eq!(code_of(customer.ask(of_shop.clone()).await), ErrorCode::Forbidden);
    let RequestBody::Commit(good) = of_shop.clone() else { unreachable!() };
    let mut damaged = good.commit.to_vec();
    // Not at the end: the membership tag there is for the members to check.
    let middle = damaged.len() / 2;
    damaged[middle] ^= 1;
    let broken = Commit { commit: damaged.into(), ..good.clone() };
    assert_eq!(code_of(shop.ask(RequestBody::Commit(broken)).await), ErrorCode::InvalidGroup);
    let state = shop.group_state(chat).await;
    let old_info = Commit { group_info: state.group_info, ..good.clone() };
    assert_eq!(code_of(shop.ask(RequestBody::Commit(old_info)).await), ErrorCode::InvalidGroup);
    let with_welcome = {
        let packages = shop.key_packages(world.now(), 1, false);
        let (_, _, _, welcome) = customer.make_group(&world, [0x77; 16].into_group(), &packages);
        let welcome = tresen_proto::WelcomeFor {
            devices: vec![customer.device.as_bytes().to_vec()],
            welcome: welcome.unwrap().into(),
        };
        Commit { welcomes: vec![welcome], ..good }
    };
    let refused = shop.ask(RequestBody::Commit(with_welcome)).await;
    assert_eq!(code_of(refused), ErrorCode::InvalidGroup);
    shop.accepted(of_shop).await;
}

trait IntoGroup {
    fn into_group(self) -> tresen_types::GroupId;
}

impl IntoGroup for [u8; 16] {
    fn into_group(self) -> tresen_types::GroupId {
        tresen_types::GroupId::new(self)
    }
}

#[tokio::test]
async fn nobody_throws_out_the_other_side() {
    let world = World::new().await;
    let (shop, mut customer, chat, _entry) = talking(&world).await;
    let leaf = shop.group(chat).own_leaf();
    let bundle =
        customer.group(chat).commit_remove(&customer.store, &customer.keys(), &[leaf]).unwrap();
    let commit = customer.commit(chat, &bundle, &[]);
    assert_eq!(code_of(customer.ask(commit).await), ErrorCode::Forbidden);
}

#[tokio::test]
async fn a_device_comes_back_by_an_external_commit_a_few_times_at_once_then_once_an_hour() {
    let world = World::new().await;
    let (mut shop, mut customer, chat, entry) = talking(&world).await;
    let (commit, _bundle) = customer.come_back(chat).await;
    assert_eq!(customer.accepted(commit).await.epoch, 2);
    let entry_of_commit = shop.entry_of(EntryKind::Commit).await;
    assert!(matches!(shop.process(chat, &entry_of_commit), Received::Commit(_)));
    let message = shop.message(chat, b"welcome back");
    shop.accepted(message).await;
    assert_eq!(customer.text(chat).await, b"welcome back");

    // Its answer may get lost with the window that waited for it.
    for epoch in [3, 4] {
        let (commit, _bundle) = customer.come_back(chat).await;
        assert_eq!(customer.accepted(commit).await.epoch, epoch);
    }
    let (commit, _bundle) = customer.come_back(chat).await;
    assert_eq!(code_of(customer.ask(commit.clone()).await), ErrorCode::RateLimited);
    let mut stranger = world.customer(entry).await;
    assert_eq!(code_of(stranger.ask(commit.clone()).await), ErrorCode::NotFound);
    world.pass(60 * 60 * 1000);
    assert_eq!(customer.accepted(commit).await.epoch, 5);
}

#[tokio::test]
async fn a_bundle_is_refused_as_a_whole_when_one_part_is_wrong() {
    let world = World::new().await;
    let mut shop = world.shop().await;
    let entry = world.entry(&mut shop).await;
    let mut customer = world.customer(entry).await;
    let devices = [shop.device];
    let good = customer.first_contact(&world, &shop, Some(entry), &devices).await;
    let mut stranger = world.customer(entry).await;
    let cases: Vec<(CreateConversation, ErrorCode)> = vec![
        (CreateConversation { consent: Vec::new(), ..good.clone() }, ErrorCode::ConsentMissing),
        (CreateConversation { welcomes: Vec::new(), ..good.clone() }, ErrorCode::InvalidGroup),
        (
            CreateConversation { ratchet_tree: "tree".into(), ..good.clone() },
            ErrorCode::InvalidGroup,
        ),
        (CreateConversation { counterpart: Vec::new(), ..good.clone() }, ErrorCode::InvalidGroup),
        (
            CreateConversation {
                counterpart: stranger.account.as_bytes().to_vec(),
                ..good.clone()
            },
            ErrorCode::Forbidden,
        ),
        (CreateConversation { nonce: vec![1], ..good.clone() }, ErrorCode::Malformed),
    ];
    for (wrong, code) in cases {
        let refused = customer.ask(RequestBody::CreateConversation(wrong)).await;
        assert_eq!(code_of(refused), code);
    }
    let taken = stranger.ask(RequestBody::CreateConversation(good.clone())).await;
    assert_eq!(code_of(taken), ErrorCode::InvalidGroup);
    let first = customer.accepted(RequestBody::CreateConversation(good.clone())).await;
    let again = customer.accepted(RequestBody::CreateConversation(good.clone())).await;
    assert_eq!(first.sequence, again.sequence);
    assert!(!first.receipt.is_empty());
    let mut other = customer.first_contact(&world, &shop, Some(entry), &devices).await;
    other.conversation = good.conversation.clone();
    let refused = customer.ask(RequestBody::CreateConversation(other)).await;
    assert_eq!(code_of(refused), ErrorCode::Conflict);
    assert_eq!(shop.join().await, Chat::of(&good));
}

#[tokio::test]
async fn an_entry_link_is_used_up_by_conversations() {
    let world = World::new().await;
    let mut shop = world.shop().await;
    let entry = EntryId::new([0xe7; 8]);
    let link = tresen_statement::EntryLink {
        uses_max: Some(1),
        ..crate::world::entry_link(&world, &shop, entry)
    };
    world.publish_entry(&mut shop, link).await;
    let (mut first, mut second) = (world.customer(entry).await, world.customer(entry).await);
    let devices = [shop.device];
    let late = second.first_contact(&world, &shop, Some(entry), &devices).await;
    let create = first.first_contact(&world, &shop, Some(entry), &devices).await;
    first.accepted(RequestBody::CreateConversation(create.clone())).await;
    first.accepted(RequestBody::CreateConversation(create)).await;
    let refused = second.ask(RequestBody::CreateConversation(late)).await;
    assert_eq!(code_of(refused), ErrorCode::EntryUsedUp);
}

#[tokio::test]
async fn a_full_disk_is_told_and_the_same_bundle_passes_when_there_is_space() {
    let world = World::new().await;
    let mut shop = world.shop().await;
    let entry = EntryId::new([0xe8; 8]);
    let link = tresen_statement::EntryLink {
        uses_max: Some(1),
        ..crate::world::entry_link(&world, &shop, entry)
    };
    world.publish_entry(&mut shop, link).await;
    let mut customer = world.customer(entry).await;
    let devices = [shop.device];
    let create = customer.first_contact(&world, &shop, Some(entry), &devices).await;
    let request = RequestBody::CreateConversation(create.clone());
    let world = world.restart_with(|config| config.retention.disk_reserve_bytes = u64::MAX).await;
    customer.reconnect(&world.server).await;
    customer.authenticate().await;
    assert_eq!(code_of(customer.ask(request.clone()).await), ErrorCode::StorageFull);
    let listed = customer.ask(RequestBody::ListConversations(ListConversations {})).await;
    assert!(matches!(listed, ReplyBody::Conversations(it) if it.conversations.is_empty()));

    let world = world.restart().await;
    customer.reconnect(&world.server).await;
    customer.authenticate().await;
    customer.accepted(request).await;
    shop.reconnect(&world.server).await;
    shop.authenticate().await;
    assert_eq!(shop.join().await, Chat::of(&create));
    assert_eq!(shop.text(Chat::of(&create)).await, b"hello");
}

#[tokio::test]
async fn an_own_group_of_one_holds_the_accounts_private_messages() {
    let world = World::new().await;
    let mut shop = world.shop().await;
    let (_group, group_info, ratchet_tree, _none) =
        shop.make_group(&world, tresen_types::GroupId::new([0x55; 16]), &[]);
    let create = CreateConversation {
        conversation: vec![0x55; 16],
        group_info: group_info.into(),
        ratchet_tree: ratchet_tree.into(),
        nonce: shop.nonce().as_bytes().to_vec(),
        ..CreateConversation::default()
    };
    let chat = Chat::of(&create);
    shop.accepted(RequestBody::CreateConversation(create)).await;
    let message = shop.message(chat, b"a draft");
    shop.accepted(message).await;
    let listed = shop.ask(RequestBody::ListConversations(ListConversations {})).await;
    let ReplyBody::Conversations(listed) = listed else { panic!("conversations") };
    assert_eq!(listed.conversations.len(), 1);
    assert!(listed.conversations[0].is_own_group && listed.conversations[0].is_member);
}

#[tokio::test]
async fn typing_reaches_the_members_that_are_connected() {
    let world = World::new().await;
    let (mut shop, mut customer, chat, _entry) = talking(&world).await;
    let signal = Signal {
        conversation: chat.conversation.as_bytes().to_vec(),
        ciphertext: "typing".into(),
        sender_device: vec![1; 8],
    };
    customer.client.send(tresen_proto::ClientBody::Signal(signal)).await;
    let ServerBody::Signal(relayed) = shop.client.body().await else { panic!("a signal") };
    assert_eq!(relayed.sender_device, customer.device.as_bytes());
    assert_eq!(relayed.ciphertext, "typing");
}
