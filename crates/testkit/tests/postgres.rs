//! The harness itself: a private PostgreSQL keeps what it committed when it is killed, and leaves
//! nothing behind.

use tresen_testkit::postgres::{Postgres, PostgresError};

#[test]
fn what_is_committed_outlives_a_kill() {
    let mut postgres = Postgres::start().unwrap();
    let url = postgres.fresh_database().unwrap();
    let name = url.rsplit('/').next().unwrap().to_owned();
    postgres.execute(&name, "CREATE TABLE kept (number BIGINT PRIMARY KEY)").unwrap();
    for number in 0..3 {
        postgres.execute(&name, &format!("INSERT INTO kept VALUES ({number})")).unwrap();
        postgres.kill().unwrap();
        assert!(postgres.execute(&name, "SELECT 1").is_err(), "it is gone");
        postgres.restart().unwrap();
        let count = postgres.execute(&name, "SELECT COUNT(*) FROM kept").unwrap();
        assert_eq!(count, (number + 1).to_string());
        assert_eq!(postgres.url(&name), url, "the port stays");
    }
    postgres.stop().unwrap();
    assert!(matches!(postgres.stop(), Err(PostgresError::Stopped)));
    postgres.restart().unwrap();
    assert_eq!(postgres.execute(&name, "SELECT COUNT(*) FROM kept").unwrap(), "3");
    let directory = postgres.data_directory();
    assert!(directory.exists());
    drop(postgres);
    assert!(!directory.exists(), "nothing stays");
}
