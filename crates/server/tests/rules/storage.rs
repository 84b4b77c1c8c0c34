//! Recovery records, archive segments and passkeys over the socket.

use sha2::{Digest as _, Sha256};
use tresen_proto::{
    AppendArchive, ErrorCode, FetchArchive, FetchPasskeyChallenge, FetchRecovery, ProvePasskey,
    RegisterPasskey, ReplyBody, RequestBody, StoreRecovery,
};

use crate::{
    device::Device,
    world::{World, code_of},
};

fn fetch(lookup_key: [u8; 32]) -> RequestBody {
    RequestBody::FetchRecovery(FetchRecovery { lookup_key: lookup_key.to_vec() })
}

fn store(lookup_key: [u8; 32], record: &'static [u8]) -> RequestBody {
    let lookup_hash = Sha256::digest(lookup_key).to_vec();
    RequestBody::StoreRecovery(StoreRecovery { lookup_hash, record: record.into() })
}

#[tokio::test]
async fn a_recovery_record_is_found_by_its_key_and_fetches_are_limited() {
    let world = World::with(|config| config.rates.recovery_per_prefix.burst = 4).await;
    let mut shop = world.shop().await;
    shop.done(store([1; 32], b"by code")).await;
    shop.done(store([2; 32], b"by passkey")).await;
    shop.done(store([1; 32], b"by new code")).await;
    let mut stranger = Device::person(&world).await;
    for (key, expected) in [([1; 32], "by new code"), ([2; 32], "by passkey")] {
        let ReplyBody::RecoveryRecord(found) = stranger.ask(fetch(key)).await else {
            panic!("a record")
        };
        assert_eq!(
            (found.record.as_ref(), found.account.as_slice()),
            (expected.as_bytes(), shop.account.as_bytes().as_slice())
        );
    }
    assert_eq!(code_of(stranger.ask(fetch([3; 32])).await), ErrorCode::NotFound);
    let mut other = world.shop().await;
    assert_eq!(code_of(other.ask(store([1; 32], b"mine")).await), ErrorCode::Conflict);
    assert_eq!(code_of(stranger.ask(fetch([3; 32])).await), ErrorCode::NotFound);
    assert_eq!(code_of(stranger.ask(fetch([3; 32])).await), ErrorCode::RateLimited);
}

#[tokio::test]
async fn an_archive_takes_own_finished_segments_only() {
    let world = World::new().await;
    let mut shop = world.shop().await;
    let append = AppendArchive { segment: vec![1; 16], blob: vec![2; 16], header: "header".into() };
    let refused = shop.ask(RequestBody::AppendArchive(append.clone())).await;
    assert_eq!(code_of(refused), ErrorCode::NotFound);
    let long = AppendArchive { header: vec![0; 1_025].into(), ..append.clone() };
    let refused = shop.ask(RequestBody::AppendArchive(long)).await;
    assert_eq!(code_of(refused), ErrorCode::LimitExceeded);

    let blob = upload(&world, &shop, b"segment").await;
    let append = AppendArchive { blob, ..append };
    for _repeated in 0..2 {
        shop.done(RequestBody::AppendArchive(append.clone())).await;
    }
    let fetch = |after| RequestBody::FetchArchive(FetchArchive { after });
    let ReplyBody::ArchiveSegments(page) = shop.ask(fetch(0)).await else { panic!("segments") };
    assert_eq!((page.segments.len(), page.is_complete), (1, true));
    assert_eq!(page.segments[0].segment, append.segment);
    assert_eq!(page.segments[0].header, append.header);
    assert_eq!(page.segments[0].blob, append.blob);
    let after = page.segments[0].position;
    let ReplyBody::ArchiveSegments(rest) = shop.ask(fetch(after)).await else { panic!("none") };
    assert!(rest.segments.is_empty() && rest.is_complete);
}

/// Uploads a blob of class archive over HTTP; returns its id.
async fn upload(world: &World, device: &Device, bytes: &[u8]) -> Vec<u8> {
    let mut http = crate::client::Client::connect(&world.server).await;
    let token = &device.session.token;
    let announce = format!(
        "POST /v1/blob HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n\
         Upload-Length: {}\r\nTresen-Class: archive\r\nContent-Length: 0\r\n\r\n",
        bytes.len()
    );
    http.write(announce.as_bytes()).await;
    let head = http.read_head().await.to_ascii_lowercase();
    assert!(head.starts_with("http/1.1 201"), "{head}");
    let location = head.lines().find_map(|line| line.strip_prefix("location: ")).unwrap();
    let part = format!(
        "PATCH {location} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n\
         Upload-Offset: 0\r\nContent-Length: {}\r\n\r\n",
        bytes.len()
    );
    http.write(part.as_bytes()).await;
    http.write(bytes).await;
    let head = http.read_head().await;
    assert!(head.starts_with("HTTP/1.1 204"), "{head}");
    let id: tresen_types::BlobId = location.rsplit('/').next().unwrap().parse().unwrap();
    id.as_bytes().to_vec()
}

#[tokio::test]
async fn a_passkey_is_registered_and_proved_by_an_authenticator() {
    let world = World::new().await;
    let mut shop = world.shop().await;
    let authenticator = p256::ecdsa::SigningKey::from_slice(&[3; 32]).unwrap();
    let without = register(&shop, &authenticator, &[0; 32]);
    assert_eq!(code_of(shop.ask(without).await), ErrorCode::Conflict);
    let challenge = challenge(&mut shop).await;
    let request = register(&shop, &authenticator, &challenge);
    shop.done(request.clone()).await;
    assert_eq!(code_of(shop.ask(request).await), ErrorCode::Conflict);

    let label = [b"tresen/passkey-recovery/1\0".as_slice(), b"credential"].concat();
    let record = StoreRecovery {
        lookup_hash: Sha256::digest(label).to_vec(),
        record: "wrapped root".into(),
    };
    shop.done(RequestBody::StoreRecovery(record)).await;
    let mut elsewhere = Device::person(&world).await;
    let challenge = self::challenge(&mut elsewhere).await;
    let request = prove(&elsewhere, &authenticator, &challenge);
    let ReplyBody::RecoveryRecord(found) = elsewhere.ask(request).await else { panic!("a record") };
    assert_eq!(found.record, "wrapped root");
    assert_eq!(found.account, shop.account.as_bytes());
    let challenge = self::challenge(&mut elsewhere).await;
    let thief = p256::ecdsa::SigningKey::from_slice(&[4; 32]).unwrap();
    let request = prove(&elsewhere, &thief, &challenge);
    assert_eq!(code_of(elsewhere.ask(request).await), ErrorCode::InvalidStatement);
}

async fn challenge(device: &mut Device) -> [u8; 32] {
    let request = RequestBody::FetchPasskeyChallenge(FetchPasskeyChallenge {});
    match device.ask(request).await {
        ReplyBody::PasskeyChallenge(it) => it.challenge.as_slice().try_into().unwrap(),
        other => panic!("no challenge: {other:?}"),
    }
}

fn client_data(device: &Device, kind: &str, challenge: &[u8]) -> Vec<u8> {
    use base64::Engine as _;
    let challenge = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(challenge);
    let origin = &device.origin;
    format!(r#"{{"type":"{kind}","challenge":"{challenge}","origin":"{origin}"}}"#).into_bytes()
}

fn authenticator_data(flags: u8) -> Vec<u8> {
    [Sha256::digest("localhost").as_slice(), &[flags], &[0; 4]].concat()
}

fn register(
    device: &Device,
    authenticator: &p256::ecdsa::SigningKey,
    challenge: &[u8],
) -> RequestBody {
    let point = authenticator.verifying_key().to_encoded_point(false);
    let mut cose = minicbor::Encoder::new(Vec::new());
    cose.map(5).unwrap().i64(1).unwrap().i64(2).unwrap().i64(3).unwrap().i64(-7).unwrap();
    cose.i64(-1).unwrap().i64(1).unwrap().i64(-2).unwrap().bytes(point.x().unwrap()).unwrap();
    cose.i64(-3).unwrap().bytes(point.y().unwrap()).unwrap();
    let data = [
        authenticator_data(0x45),
        vec![0; 16],
        vec![0, 10],
        b"credential".to_vec(),
        cose.into_writer(),
    ]
    .concat();
    let mut object = minicbor::Encoder::new(Vec::new());
    object.map(3).unwrap().str("fmt").unwrap().str("none").unwrap();
    object.str("attStmt").unwrap().map(0).unwrap().str("authData").unwrap().bytes(&data).unwrap();
    RequestBody::RegisterPasskey(RegisterPasskey {
        credential_id: b"credential".to_vec(),
        attestation_object: object.into_writer(),
        client_data: client_data(device, "webauthn.create", challenge),
    })
}

fn prove(
    device: &Device,
    authenticator: &p256::ecdsa::SigningKey,
    challenge: &[u8],
) -> RequestBody {
    let authenticator_data = authenticator_data(0x05);
    let client_data = client_data(device, "webauthn.get", challenge);
    let message = [&authenticator_data[..], Sha256::digest(&client_data).as_slice()].concat();
    let signature: p256::ecdsa::Signature =
        p256::ecdsa::signature::Signer::sign(authenticator, &message);
    RequestBody::ProvePasskey(ProvePasskey {
        credential_id: b"credential".to_vec(),
        authenticator_data,
        client_data,
        signature: signature.to_der().as_bytes().to_vec(),
    })
}
