//! A server's control plane and blobs move from SQLite and files to PostgreSQL and S3, and back.
#![expect(clippy::unwrap_used, reason = "a test may panic, in its helpers too")]

use std::sync::Arc;

use bytes::Bytes;
use tempfile::TempDir;
use tresen_store::{
    BlobStore, ControlStore, ErrorKind, SharedClock,
    control::{BlobClass, BlobRecord, DeviceListRecord, KeyPackageRecord, NewDevice, Registration},
    transfer::{Progress, Side, Transferred, transfer},
};
use tresen_testkit::{postgres::Postgres, s3::S3};
use tresen_types::{AccountId, AccountKind, BlobId, DeviceId, Timestamp};

const NOW: Timestamp = Timestamp::from_millis(1_760_000_000_000);
const ACCOUNTS: u32 = 1_100;

/// The stores of one side, with what they stand on.
struct Stores {
    control: ControlStore,
    blobs: BlobStore,
}

impl Stores {
    fn embedded(directory: &TempDir, name: &str) -> Self {
        let path = directory.path().join(name);
        let blobs = BlobStore::open(&path).unwrap();
        Self { control: ControlStore::open(&path.join("control")).unwrap(), blobs }
    }

    fn cluster(database: &str, s3: &S3) -> Self {
        let clock: SharedClock = Arc::new(|| NOW);
        let blobs = BlobStore::connect(&s3.url("shop/blobs"), Some(s3.credentials()), clock);
        Self { control: ControlStore::connect(database).unwrap(), blobs: blobs.unwrap() }
    }

    const fn side(&self) -> Side<'_> {
        Side { control: &self.control, blobs: &self.blobs }
    }

    async fn fill(&self) {
        for number in 0..ACCOUNTS {
            self.control.register_account(registration(number)).await.unwrap();
        }
        let packages = (0..20)
            .map(|number| KeyPackageRecord {
                hash: [number; 32],
                bytes: vec![number; 1_000],
                is_last_resort: number == 19,
                not_after: NOW,
            })
            .collect();
        let first = registration(0);
        let device = first.device.id;
        self.control.upload_key_packages(first.account, device, packages, NOW).await.unwrap();
        for (number, (size, received)) in
            (1..).zip([(3, 3), (7_000_000, 7_000_000), (9_000_000, 5_300_000), (5, 0)])
        {
            let id = BlobId::new([number; 16]);
            let blob = BlobRecord {
                id,
                account: first.account,
                class: BlobClass::Media,
                size,
                received: 0,
                is_finished: false,
                expires_at: Some(NOW),
                created_at: NOW,
            };
            self.control.create_blob(blob, u64::MAX).await.unwrap();
            let mut at = 0;
            while at < received {
                let length = (received - at).min(u64::try_from(self.blobs.piece_bytes()).unwrap());
                let piece: Vec<u8> =
                    (at..at + length).map(|it| u8::try_from(it * 13 % 251).unwrap()).collect();
                at += length;
                let piece = Bytes::from(piece);
                self.blobs.append(&self.control, id, at - length, piece).await.unwrap();
            }
        }
    }
}

fn registration(number: u32) -> Registration {
    // Spread over the keys' order, as random ids are.
    let spread = number.wrapping_mul(2_654_435_761).to_be_bytes();
    let (mut random, mut device) = ([0; 16], [0; 8]);
    random[..4].copy_from_slice(&spread);
    device[..4].copy_from_slice(&spread);
    Registration {
        account: AccountId::from_random(AccountKind::Person, random),
        account_key: vec![1; 32],
        entry: None,
        device: NewDevice {
            id: DeviceId::new(device),
            certificate: vec![2; 100],
            certificate_hash: vec![3; 32],
        },
        device_list: DeviceListRecord { sequence: 1, bytes: b"list".to_vec() },
        now: NOW,
    }
}

const fn expected() -> Transferred {
    // An account, a device and a list each, and the key packages.
    Transferred { rows: 3 * ACCOUNTS as u64 + 20, blobs: 4, blob_bytes: 12_300_003 }
}

#[tokio::test]
async fn a_server_moves_to_the_cluster_and_back() {
    let directory = TempDir::new().unwrap();
    let here = Stores::embedded(&directory, "here");
    here.fill().await;
    let mut postgres = Postgres::start().unwrap();
    let s3 = S3::start().await.unwrap();
    let there = Stores::cluster(&postgres.fresh_database().unwrap(), &s3);

    // The database dies in the middle of the rows.
    let mut told = Vec::new();
    let outcome = transfer(here.side(), there.side(), |progress| {
        told.push(progress);
        if told.len() == 2 {
            postgres.kill().unwrap();
        }
    });
    assert_eq!(outcome.await.unwrap_err().kind(), ErrorKind::Unavailable);
    assert_eq!(told[1], Progress::Rows { table: "account", count: 1_000 });
    postgres.restart().unwrap();

    // The object store goes away in the middle of the blobs.
    let mut told = Vec::new();
    let outcome = transfer(here.side(), there.side(), |progress| {
        told.push(progress);
        if matches!(progress, Progress::Blob { .. }) {
            s3.refuse_next(usize::MAX, 503);
        }
    });
    assert_eq!(outcome.await.unwrap_err().kind(), ErrorKind::Unavailable);
    let rest = u64::from(ACCOUNTS) - 1_000;
    assert_eq!(told[0], Progress::Rows { table: "account", count: rest }, "it goes on");
    s3.refuse_next(0, 503);

    let moved = transfer(here.side(), there.side(), |_progress| {}).await.unwrap();
    assert_eq!(moved, expected());
    // Moved already: only compared.
    let moved = transfer(here.side(), there.side(), |progress| {
        assert!(!matches!(progress, Progress::Rows { .. }));
    });
    assert_eq!(moved.await.unwrap(), expected());

    let back = Stores::embedded(&directory, "back");
    let moved = transfer(there.side(), back.side(), |_progress| {}).await.unwrap();
    assert_eq!(moved, expected());
    let moved = transfer(here.side(), back.side(), |_progress| {}).await.unwrap();
    assert_eq!(moved, expected(), "what came back is what went");
}

#[tokio::test]
async fn what_changed_meanwhile_is_noticed() {
    let directory = TempDir::new().unwrap();
    let here = Stores::embedded(&directory, "here");
    let there = Stores::embedded(&directory, "there");
    here.control.register_account(registration(1)).await.unwrap();
    // The target has an account of its own.
    there.control.register_account(registration(2)).await.unwrap();
    let outcome = transfer(here.side(), there.side(), |_progress| {}).await;
    assert_eq!(outcome.unwrap_err().kind(), ErrorKind::Conflict);

    let there = Stores::embedded(&directory, "other");
    transfer(here.side(), there.side(), |_progress| {}).await.unwrap();
    let account = registration(1).account;
    let suspended = tresen_store::control::AccountState::Suspended;
    here.control.set_account_state(account, suspended).await.unwrap();
    let outcome = transfer(here.side(), there.side(), |_progress| {}).await;
    assert_eq!(outcome.unwrap_err().kind(), ErrorKind::Conflict);
}
