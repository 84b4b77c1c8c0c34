//! Linking a device: invitations and link mailboxes.

use tresen_proto::{
    CreateInvitation, ErrorCode, FetchLink, ListEntryLinks, OpenLink, PostLink, ReplyBody,
    RequestBody,
};
use tresen_statement::{LinkInvitation, Role, Signed};

use crate::{
    device::Device,
    world::{World, code_of},
};

const MAILBOX: [u8; 16] = [0xab; 16];

fn invitation(world: &World, owner: &Device) -> Vec<u8> {
    let invitation = LinkInvitation {
        account: owner.account,
        invitation: [0x1d; 16],
        role: Role::Agent,
        name: "Ben".to_owned(),
        expires_at: world.now().plus_millis(60_000),
        issued_by: owner.device,
    };
    Signed::sign(invitation, &owner.device_key()).unwrap().encode()
}

fn open() -> RequestBody {
    RequestBody::OpenLink(OpenLink { invitation: vec![0x1d; 16] })
}

fn post(slot: u32, payload: &'static [u8]) -> RequestBody {
    RequestBody::PostLink(PostLink { mailbox: MAILBOX.to_vec(), slot, payload: payload.into() })
}

fn fetch(slot: u32, wait_ms: u32) -> RequestBody {
    RequestBody::FetchLink(FetchLink { mailbox: MAILBOX.to_vec(), slot, wait_ms })
}

async fn payload(device: &mut Device, request: RequestBody) -> Vec<u8> {
    match device.ask(request).await {
        ReplyBody::LinkPayload(payload) => payload.payload.to_vec(),
        other => panic!("no payload: {other:?}"),
    }
}

#[tokio::test]
async fn an_invited_device_links_and_can_do_nothing_else() {
    let world = World::new().await;
    let mut owner = world.shop().await;
    let signed = invitation(&world, &owner);
    let create = CreateInvitation { invitation: signed.clone() };
    owner.done(RequestBody::CreateInvitation(create)).await;
    let mut newcomer = Device::sibling(&world, &owner, Role::Agent).await;
    assert_eq!(payload(&mut newcomer, open()).await, signed);
    let refused = newcomer.ask(RequestBody::ListEntryLinks(ListEntryLinks {})).await;
    assert_eq!(code_of(refused), ErrorCode::Forbidden);

    newcomer.done(post(0, b"ephemeral key")).await;
    assert_eq!(payload(&mut owner, fetch(0, 0)).await, b"ephemeral key");
    assert_eq!(code_of(newcomer.ask(post(0, b"again")).await), ErrorCode::Conflict);
    assert_eq!(code_of(newcomer.ask(fetch(1, 0)).await), ErrorCode::NotFound);
    // A wait ends with the write, and doesn't hold up the connection.
    let waiting = newcomer.request(fetch(1, 30_000)).await;
    newcomer.client.send(tresen_proto::ClientBody::Ping(tresen_proto::Ping { id: 9 })).await;
    let pong = newcomer.client.body().await;
    assert!(matches!(pong, tresen_proto::ServerBody::Pong(_)));
    owner.done(post(1, b"nonce")).await;
    let tresen_proto::ServerBody::Reply(reply) = newcomer.client.body().await else {
        panic!("a reply")
    };
    assert_eq!(reply.id, waiting);
    assert!(matches!(reply.body, Some(ReplyBody::LinkPayload(it)) if it.payload == "nonce"));

    // The linked device goes on from here on the same connection.
    let list = owner.list(&world, 2, &[owner.signed_certificate(), newcomer.signed_certificate()]);
    owner.publish_list(&list, &[newcomer.certificate.clone()]).await;
    newcomer.authenticate().await;
    assert_eq!(newcomer.session.device_list_sequence, 2);
}

#[tokio::test]
async fn an_invitation_counts_once_and_ends() {
    let world = World::new().await;
    let mut owner = world.shop().await;
    let mut newcomer = Device::sibling(&world, &owner, Role::Agent).await;
    assert_eq!(code_of(newcomer.ask(open()).await), ErrorCode::LinkUnavailable);
    let create = CreateInvitation { invitation: invitation(&world, &owner) };
    owner.done(RequestBody::CreateInvitation(create)).await;
    payload(&mut newcomer, open()).await;
    let mut second = Device::sibling(&world, &owner, Role::Agent).await;
    assert_eq!(code_of(second.ask(open()).await), ErrorCode::LinkUnavailable);
    let mut agent = world.second_device(&mut owner, Role::Agent).await;
    let create = CreateInvitation { invitation: invitation(&world, &agent) };
    let refused = agent.ask(RequestBody::CreateInvitation(create)).await;
    assert_eq!(code_of(refused), ErrorCode::Forbidden);
}

#[tokio::test]
async fn an_old_invitation_is_over() {
    let world = World::new().await;
    let mut owner = world.shop().await;
    let create = CreateInvitation { invitation: invitation(&world, &owner) };
    owner.done(RequestBody::CreateInvitation(create)).await;
    world.pass(60_000);
    let mut newcomer = Device::sibling(&world, &owner, Role::Agent).await;
    assert_eq!(code_of(newcomer.ask(open()).await), ErrorCode::LinkUnavailable);
}

#[tokio::test]
async fn a_link_mailbox_is_the_accounts_own() {
    let world = World::new().await;
    let mut owner = world.shop().await;
    let mut other = world.shop().await;
    owner.done(post(0, b"a step")).await;
    assert_eq!(code_of(other.ask(fetch(0, 0)).await), ErrorCode::LinkUnavailable);
    let mut stranger = Device::person(&world).await;
    assert_eq!(code_of(stranger.ask(fetch(0, 0)).await), ErrorCode::Unauthenticated);
    world.pass(2 * 60 * 1000);
    assert_eq!(code_of(owner.ask(fetch(0, 0)).await), ErrorCode::LinkUnavailable);
}
