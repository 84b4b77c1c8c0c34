//! Numbered migrations, embedded in the binary and applied when a database is opened.
//!
//! They expand first and contract in a later release, so that the release before still runs on the
//! new schema. The text is one for all back ends. Several nodes may start at once: the row in
//! `migration` is written first and its key is unique, so the second node waits for the first and
//! then finds its work done. Every statement can be repeated, for databases that can't undo one.

use rusqlite::Connection;

use super::{dialect, postgres, sqlite::sqlite_error};
use crate::StoreError;

/// The migrations in their order; a number is never used again.
const MIGRATIONS: &[(i64, &str)] = &[
    (1, include_str!("../../migrations/0001_control.sql")),
    (2, include_str!("../../migrations/0002_template.sql")),
    (3, include_str!("../../migrations/0003_blob_part.sql")),
    (4, include_str!("../../migrations/0004_nodes.sql")),
    (5, include_str!("../../migrations/0005_report.sql")),
    (6, include_str!("../../migrations/0006_billing.sql")),
    (7, include_str!("../../migrations/0007_tier.sql")),
    (8, include_str!("../../migrations/0008_catalogue.sql")),
    (9, include_str!("../../migrations/0009_domain.sql")),
    (10, include_str!("../../migrations/0010_decision.sql")),
    (11, include_str!("../../migrations/0011_push.sql")),
];

/// Applies what is missing, each migration in a transaction of its own.
pub(super) fn migrate_sqlite(connection: &mut Connection) -> Result<(), StoreError> {
    connection
        .execute_batch("CREATE TABLE IF NOT EXISTS migration (number INTEGER PRIMARY KEY) STRICT")
        .map_err(sqlite_error)?;
    for (number, text) in MIGRATIONS {
        let transaction = connection
            .transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)
            .map_err(sqlite_error)?;
        let is_new = transaction
            .execute("INSERT INTO migration (number) VALUES ($1) ON CONFLICT DO NOTHING", [number])
            .map_err(sqlite_error)?;
        if is_new > 0 {
            transaction.execute_batch(&dialect::schema_for_sqlite(text)).map_err(sqlite_error)?;
        }
        transaction.commit().map_err(sqlite_error)?;
    }
    Ok(())
}

/// Applies what is missing, each migration in a transaction of its own.
pub(super) fn migrate_postgres(session: &postgres::Session) -> Result<(), StoreError> {
    session.create_migration_table(
        "CREATE TABLE IF NOT EXISTS migration (number BIGINT NOT NULL, PRIMARY KEY (number))",
    )?;
    for (number, text) in MIGRATIONS {
        session.migrate(*number, &dialect::schema_for_postgres(text))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_table_is_strict_and_nothing_is_null() {
        let mut connection = Connection::open_in_memory().unwrap();
        migrate_sqlite(&mut connection).unwrap();
        migrate_sqlite(&mut connection).unwrap();
        let tables: Vec<(String, i64)> = connection
            .prepare("SELECT name, strict FROM pragma_table_list WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
            .unwrap()
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
            .unwrap()
            .collect::<Result<_, _>>()
            .unwrap();
        assert!(tables.len() > 14, "{tables:?}");
        for (table, strict) in &tables {
            assert_eq!(*strict, 1, "{table}");
            let nullable: i64 = connection
                .query_row(
                    "SELECT COUNT(*) FROM pragma_table_info($1) WHERE \"notnull\" = 0 AND pk = 0",
                    [table],
                    |row| row.get(0),
                )
                .unwrap();
            assert_eq!(nullable, 0, "{table}");
        }
    }

    #[test]
    fn numbers_rise_without_gaps() {
        for (at, (number, _text)) in MIGRATIONS.iter().enumerate() {
            assert_eq!(usize::try_from(*number).unwrap(), at + 1);
        }
    }
}
