//! On what the worlds of a test run stand: one machine's stores, or two nodes on PostgreSQL and NATS.
//!
//! `TESTKIT_STORE=postgres cargo test -p tresen-testkit` runs the same tests on two nodes. One
//! PostgreSQL and one NATS serve all tests of a process; each world has a database of its own, and
//! subjects of its own by its server key.

use std::sync::{Mutex, OnceLock, PoisonError};

use crate::{
    nats::NatsServer,
    postgres::{Postgres, PostgresOptions},
};

/// The variable that says so.
const VARIABLE: &str = "TESTKIT_STORE";

/// Whether worlds are two nodes on PostgreSQL and NATS.
///
/// # Panics
/// When the variable has another value than `postgres` or `embedded`.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "the one place where the tests read it")]
pub fn is_cluster() -> bool {
    match std::env::var(VARIABLE).as_deref() {
        Ok("postgres") => true,
        Ok("embedded") | Err(_) => false,
        Ok(other) => panic!("{VARIABLE} is postgres or embedded, not {other}"),
    }
}

struct Backend {
    postgres: Postgres,
    nats: NatsServer,
}

/// A fresh database, and the bus, of servers that last as long as the process.
///
/// # Panics
/// When PostgreSQL or NATS can't be started.
#[must_use]
pub fn shared() -> (String, Vec<String>) {
    static BACKEND: OnceLock<Mutex<Backend>> = OnceLock::new();
    let backend = BACKEND.get_or_init(|| {
        // A thread that stays: the servers end with the thread that started them.
        let (sender, started) = std::sync::mpsc::channel();
        let starter = std::thread::Builder::new().name("backend".to_owned()).spawn(move || -> ! {
            // None of these tests pulls the plug.
            let options = PostgresOptions { fsync: false, ..PostgresOptions::default() };
            let postgres = Postgres::start_with(options).expect("PostgreSQL");
            let nats = NatsServer::start().expect("NATS");
            sender.send(Backend { postgres, nats }).expect("somebody waits");
            loop {
                std::thread::park();
            }
        });
        starter.expect("a thread");
        Mutex::new(started.recv().expect("the servers"))
    });
    let backend = backend.lock().unwrap_or_else(PoisonError::into_inner);
    (backend.postgres.fresh_database().expect("a database"), vec![backend.nats.url()])
}
