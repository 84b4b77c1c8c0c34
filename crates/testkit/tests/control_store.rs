//! The control store on PostgreSQL: the suite, and what only a server can do: go away, come back, be
//! shared by nodes that start at once, and speak TLS.
#![expect(clippy::unwrap_used, reason = "a test may panic, in its helpers too")]

use std::sync::{Arc, Barrier, mpsc};

use tresen_store::{
    ControlStore, ErrorKind, StoreError,
    conformance::{self, ControlOpener},
    control::{DeviceListRecord, NewDevice, Registration},
};
use tresen_testkit::postgres::{Postgres, PostgresOptions};
use tresen_types::{AccountId, AccountKind, DeviceId, Timestamp};

const WRITERS: u32 = 6;

fn registration(number: u32) -> Registration {
    let mut random = [0; 16];
    random[..4].copy_from_slice(&number.to_be_bytes());
    let mut device = [0; 8];
    device[..4].copy_from_slice(&number.to_be_bytes());
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
        now: Timestamp::from_millis(1_760_000_000_000),
    }
}

fn register(store: &ControlStore, number: u32) -> Result<(), StoreError> {
    conformance::wait(store.register_account(registration(number)))
}

fn is_registered(store: &ControlStore, number: u32) -> bool {
    conformance::wait(store.account(registration(number).account)).unwrap().is_some()
}

#[test]
fn postgresql_conforms() {
    let options = PostgresOptions { fsync: false, ..PostgresOptions::default() };
    let postgres = Postgres::start_with(options).unwrap();
    conformance::control(&mut || -> ControlOpener {
        let url = postgres.fresh_database().unwrap();
        Box::new(move || Arc::new(ControlStore::connect(&url).unwrap()))
    });
}

#[test]
fn a_server_that_went_away_is_found_again() {
    let mut postgres = Postgres::start().unwrap();
    let url = postgres.fresh_database().unwrap();
    let store = ControlStore::connect(&url).unwrap();
    register(&store, 1).unwrap();
    for number in 2..5 {
        postgres.kill().unwrap();
        let refused = register(&store, number).unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Unavailable);
        let refused = conformance::wait(store.account(registration(1).account)).unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Unavailable);
        let refused = ControlStore::connect(&url).unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Unavailable);
        postgres.restart().unwrap();
        assert!(!is_registered(&store, number), "unavailable means that nothing was written");
        register(&store, number).unwrap();
        assert!(is_registered(&store, 1));
    }
    // Restarted in between: the connections that broke meanwhile are nobody's trouble.
    postgres.stop().unwrap();
    postgres.restart().unwrap();
    register(&store, 9).unwrap();
}

#[test]
fn what_was_answered_outlives_a_kill_in_the_middle() {
    let mut postgres = Postgres::start().unwrap();
    let store = Arc::new(ControlStore::connect(&postgres.fresh_database().unwrap()).unwrap());
    let mut next = 0;
    let mut unclear = 0;
    for _round in 0..4 {
        let (sender, outcomes) = mpsc::channel();
        let writers: Vec<_> = (0..WRITERS)
            .map(|writer| {
                let (store, sender) = (Arc::clone(&store), sender.clone());
                std::thread::spawn(move || {
                    // Until the server is gone.
                    for number in (next + writer..).step_by(6) {
                        let outcome = register(&store, number);
                        let is_over = outcome.is_err();
                        sender.send((number, outcome)).unwrap();
                        if is_over {
                            return;
                        }
                    }
                })
            })
            .collect();
        drop(sender);
        let mut heard: Vec<_> = outcomes.iter().take(60).collect();
        postgres.kill().unwrap();
        heard.extend(outcomes);
        for writer in writers {
            writer.join().unwrap();
        }
        postgres.restart().unwrap();
        for (number, outcome) in heard {
            next = next.max(number + 1);
            match outcome.map_err(|error| error.kind()) {
                Ok(()) => assert!(is_registered(&store, number), "{number} was answered"),
                Err(ErrorKind::Unavailable) => {
                    assert!(!is_registered(&store, number), "{number} was refused");
                }
                Err(ErrorKind::InDoubt) => unclear += 1,
                Err(other) => panic!("{other:?}"),
            }
            // Whatever became of it: asked again, it stands.
            register(&store, number).unwrap();
            assert!(is_registered(&store, number));
        }
    }
    assert!(unclear <= 4 * WRITERS);
}

#[test]
fn nodes_that_start_at_once_migrate_once() {
    let options = PostgresOptions { fsync: false, ..PostgresOptions::default() };
    let postgres = Postgres::start_with(options).unwrap();
    for _round in 0..3 {
        let url = postgres.fresh_database().unwrap();
        let start = Barrier::new(5);
        let stores: Vec<_> = std::thread::scope(|scope| {
            let nodes: Vec<_> = (0..5)
                .map(|_node| {
                    scope.spawn(|| {
                        start.wait();
                        ControlStore::connect(&url).unwrap()
                    })
                })
                .collect();
            nodes.into_iter().map(|node| node.join().unwrap()).collect()
        });
        for (number, store) in (0..).zip(&stores) {
            register(store, number).unwrap();
        }
        let (_server, database) = url.rsplit_once('/').unwrap();
        let counted = "SELECT COUNT(*) = MAX(number) FROM migration";
        assert_eq!(postgres.execute(database, counted).unwrap(), "t");
        assert_eq!(postgres.execute(database, "SELECT COUNT(*) FROM account").unwrap(), "5");
    }
}

#[test]
fn tls_is_used_and_checked_when_the_url_asks_for_it() {
    let certified = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
    let directory = tempfile::tempdir().unwrap();
    let authority = directory.path().join("authority.pem");
    std::fs::write(&authority, certified.cert.pem()).unwrap();
    let postgres = Postgres::start_with(PostgresOptions {
        fsync: false,
        tls: Some((certified.cert.pem(), certified.signing_key.serialize_pem())),
        ..PostgresOptions::default()
    })
    .unwrap();
    let url = postgres.fresh_database().unwrap();
    let (_server, database) = url.rsplit_once('/').unwrap();
    let encrypted = "SELECT COUNT(*) > 0 FROM pg_stat_ssl NATURAL JOIN pg_stat_activity \
                     WHERE ssl AND application_name = 'tresen'";
    {
        let store = ControlStore::connect(&url).unwrap();
        register(&store, 1).unwrap();
        assert_eq!(postgres.execute(database, encrypted).unwrap(), "f");
    }
    // The certificate is nobody's whom browsers trust.
    let refused = ControlStore::connect(&format!("{url}?sslmode=require")).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Unavailable);
    let trusted = format!("{url}?sslmode=verify-full&sslrootcert={}", authority.display());
    let store = ControlStore::connect(&trusted).unwrap();
    assert!(is_registered(&store, 1));
    assert_eq!(postgres.execute(database, encrypted).unwrap(), "t");
    // Its name is part of the check.
    let other_name = trusted.replace("@127.0.0.1:", "@localhost:");
    let refused = ControlStore::connect(&other_name).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Unavailable);
}
