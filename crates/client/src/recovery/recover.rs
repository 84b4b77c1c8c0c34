//! Comes back by the recovery code or a passkey: a new device in the place of the lost one.

use std::rc::Rc;

use tresen_proto::{
    ErrorCode, FetchRecovery, PROTOCOL_VERSION, RegisterDevice, ReplyBody, RequestBody, read_id,
};
use tresen_statement::{
    DeviceCertificate, DeviceKind, DeviceList, ListedDevice, Role, SessionProof, Signed,
    SigningKey, Unverified,
};
use tresen_types::{AccountId, AccountKind, ConversationId, DeviceId, Timestamp};
use tresen_view::Answer;
use zeroize::Zeroizing;

use super::{
    code::RecoveryCode,
    record::{Content, Pinned, lookup_hash},
};
use crate::{
    account::{NewDevice, account_view, certify, fetch_directory, pin_own_devices},
    archive,
    client::Inner,
    config::Seed,
    connection::Phase,
    conversation::lost,
    error::{Error, Result},
    limits::MILLIS_PER_SECOND,
    runtime,
    store::{AccountRecord, ArchiveKeyRecord, ContactRecord, ConversationKind, Tx, WayBackRecord},
};

/// A device in the making.
struct Comeback {
    content: Content,
    account: AccountId,
    account_key: SigningKey,
    device: DeviceId,
    device_seed: Seed,
    name: String,
    certificate: Signed<DeviceCertificate>,
    list: Signed<DeviceList>,
}

/// Fetches the code's record, registers this device, and lets history and conversations follow.
pub(crate) async fn recover(
    inner: &Rc<Inner>,
    code: &str,
    agent_name: Option<String>,
) -> Result<Answer> {
    let _opening = inner.opening.lock().await;
    if inner.own_or_none().is_some() {
        return Err(Error::AccountExists);
    }
    let code = RecoveryCode::read(code)?;
    let lookup_key = code.lookup_key()?;
    let wrap_key = code.wrap_key()?;
    inner.link.reach(Phase::Greeted).await?;
    let request = FetchRecovery { lookup_key: lookup_key.to_vec() };
    let record = match inner.link.request(RequestBody::FetchRecovery(request)).await {
        Ok(ReplyBody::RecoveryRecord(record)) => record,
        Ok(_) => return Err(Error::Answer("recovery record")),
        // A well-formed code that nobody has made, or one that was replaced.
        Err(error) if error.is_refused_with(ErrorCode::NotFound) => return Err(Error::WrongCode),
        Err(error) => return Err(error),
    };
    let content = Content::open(&wrap_key, &record.record)?;
    come_back(inner, content, agent_name, |device| WayBackRecord {
        lookup_hash: lookup_hash(&lookup_key),
        wrap_key: wrap_key.clone(),
        stored_hash: [0; 32],
        credential: None,
        device,
        made_at: inner.now(),
    })
    .await
}

/// Registers this device with what a record holds; `way` is the way that led here, for the new device.
pub(super) async fn come_back(
    inner: &Rc<Inner>,
    content: Content,
    agent_name: Option<String>,
    way: impl Fn(DeviceId) -> WayBackRecord,
) -> Result<Answer> {
    let mut comeback = prepare(inner, content, agent_name)?;
    let way = way(comeback.device);
    match register(inner, &comeback, &way).await {
        // The record is older than a removal: its list names devices that the account has no more.
        Err(error) if error.is_refused_with(ErrorCode::InvalidStatement) => {
            stand_alone(&mut comeback)?;
            register(inner, &comeback, &way).await?;
        }
        registered => registered?,
    }
    archive::wake(inner);
    inner.duties.all();
    Ok(Answer::Account(account_view(inner)))
}

fn prepare(inner: &Inner, content: Content, agent_name: Option<String>) -> Result<Comeback> {
    let malformed = |_length| Error::Untrusted("recovery record");
    let account: AccountId = read_id(&content.account)?;
    let seed: [u8; 32] = content.account_seed.as_slice().try_into().map_err(malformed)?;
    let account_key = SigningKey::from_seed(&Zeroizing::new(seed));
    let device = DeviceId::new(runtime::random());
    let device_seed: Seed = Zeroizing::new(runtime::random());
    let name = agent_name
        .map(|name| name.trim().to_owned())
        .filter(|name| !name.is_empty())
        .unwrap_or_else(|| content.name.clone());
    let (kind, role, device_name) = match account.kind() {
        AccountKind::Person => (DeviceKind::Customer, Role::Member, ""),
        AccountKind::Business => (DeviceKind::Agent, Role::Owner, name.as_str()),
    };
    let now = inner.now();
    let signature_key = SigningKey::from_seed(&device_seed).public();
    let new = NewDevice { account, device, signature_key, kind, role, name: device_name };
    let certificate = certify(&account_key, new, now)?;
    let list = Unverified::<DeviceList>::decode(&content.device_list)?
        .verify(&account_key.public())?
        .into_value();
    let list = successor(list, &content, &certificate, now)?;
    let list = Signed::sign(list, &account_key)?;
    Ok(Comeback { content, account, account_key, device, device_seed, name, certificate, list })
}

/// The list with this device in the place of the lost one.
fn successor(
    mut list: DeviceList,
    content: &Content,
    certificate: &Signed<DeviceCertificate>,
    now: Timestamp,
) -> Result<DeviceList> {
    let lost: DeviceId = read_id(&content.device)?;
    list.devices.retain(|listed| listed.device != lost);
    // The record may be older than the newest list; the clock is ahead of any count of lists.
    let seconds = now.as_millis().checked_div(MILLIS_PER_SECOND).unwrap_or(0);
    let seconds = u64::try_from(seconds).unwrap_or(0);
    list.sequence = list.sequence.saturating_add(1).max(seconds);
    list.issued_at = now;
    list.devices.push(ListedDevice {
        device: certificate.value().device,
        certificate_hash: certificate.hash(),
        added_at: now,
    });
    list.devices.sort_by_key(|listed| listed.device);
    Ok(list)
}

/// Takes all other devices off the list; colleagues are invited again.
fn stand_alone(comeback: &mut Comeback) -> Result<()> {
    let mut list = comeback.list.value().clone();
    list.devices.retain(|listed| listed.device == comeback.device);
    comeback.list = Signed::sign(list, &comeback.account_key)?;
    Ok(())
}

/// Registers at the server, then writes the account: both happen again with the same code if the
/// process ends between.
async fn register(inner: &Rc<Inner>, comeback: &Comeback, way: &WayBackRecord) -> Result<()> {
    let hello = inner.link.hello()?;
    let nonce = <[u8; 32]>::try_from(&hello.nonce[..]).map_err(|_length| Error::Answer("nonce"))?;
    let proof = SessionProof {
        origin: hello.origin,
        account: comeback.account,
        device: comeback.device,
        nonce,
    };
    let request = RegisterDevice {
        version: PROTOCOL_VERSION,
        device_list: comeback.list.encode(),
        certificate: comeback.certificate.encode(),
        proof: Signed::sign(proof, &SigningKey::from_seed(&comeback.device_seed))?.encode(),
    };
    let reply = inner.link.request(RequestBody::RegisterDevice(request)).await?;
    let ReplyBody::Session(session) = reply else { return Err(Error::Answer("registration")) };
    inner.store.write(|tx| keep(inner, tx, comeback, way))?;
    inner.link.set_session(session);
    inner.reload_own()?;
    fetch_directory(inner, comeback.account).await
}

fn keep(inner: &Inner, tx: &Tx<'_>, comeback: &Comeback, way: &WayBackRecord) -> Result<()> {
    let content = &comeback.content;
    let own_group = match content.own_group.as_slice() {
        [] => None,
        id => Some(read_id::<ConversationId>(id)?),
    };
    tx.put_account(&AccountRecord {
        account: comeback.account,
        device: comeback.device,
        name: comeback.name.clone(),
        business_name: content.business_name.clone(),
        language: content.language.clone(),
        account_seed: Some(Zeroizing::new(*comeback.account_key.seed())),
        device_seed: comeback.device_seed.clone(),
        certificate: comeback.certificate.encode(),
        own_group,
        is_registered: true,
        has_archive: true,
        is_revoked: false,
    })?;
    let own_name =
        if content.business_name.is_empty() { &comeback.name } else { &content.business_name };
    tx.put_contact(&contact(comeback.account, comeback.account_key.public(), own_name))?;
    let certificate = comeback.certificate.encode();
    pin_own_devices(tx, comeback.account, &comeback.list, &[certificate])?;
    if let Some(own_group) = own_group {
        lost(tx, own_group, ConversationKind::Own, None, inner.now())?;
    }
    for pinned in &content.conversations {
        keep_pinned(tx, pinned)?;
    }
    for key in &content.keys {
        // The lost device knows them: for reading alone.
        tx.add_archive_key(&ArchiveKeyRecord { is_retired: true, ..key.record()? })?;
    }
    tx.put_way_back(way)?;
    // What the record had no room for.
    tx.set_conversations_unknown(true)?;
    archive::ask_to_come_back(tx)
}

fn keep_pinned(tx: &Tx<'_>, pinned: &Pinned) -> Result<()> {
    let counterpart: AccountId = read_id(&pinned.counterpart)?;
    let key = pinned.counterpart_key.as_slice().try_into();
    let key = key.map_err(|_length| Error::Untrusted("recovery record"))?;
    if tx.contact(counterpart)?.is_none() {
        tx.put_contact(&contact(counterpart, key, &pinned.name))?;
    }
    let since = Timestamp::from_millis(pinned.since_ms);
    lost(tx, read_id(&pinned.id)?, ConversationKind::Business, Some(counterpart), since)
}

fn contact(account: AccountId, account_key: [u8; 32], name: &str) -> ContactRecord {
    ContactRecord {
        account,
        account_key,
        device_list: Vec::new(),
        device_list_sequence: 0,
        profile: Vec::new(),
        name: name.to_owned(),
        is_blocked: false,
    }
}
