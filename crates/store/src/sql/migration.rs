//! Numbered migrations, embedded in the binary and applied when a database is opened.
//!
//! They expand first and contract in a later release, so that the release before still runs on the
//! new schema. The text is one for all back ends; [`for_sqlite`] makes strict tables of it.

use rusqlite::Connection;

use super::transaction::sqlite_error;
use crate::StoreError;

/// The migrations in their order; a number is never used again.
const MIGRATIONS: &[(i64, &str)] = &[
    (1, include_str!("../../migrations/0001_control.sql")),
    (2, include_str!("../../migrations/0002_template.sql")),
];

/// Applies what is missing, each migration in a transaction of its own.
pub(super) fn migrate(connection: &mut Connection) -> Result<(), StoreError> {
    connection
        .execute_batch("CREATE TABLE IF NOT EXISTS migration (number INTEGER PRIMARY KEY) STRICT")
        .map_err(sqlite_error)?;
    let applied: i64 = connection
        .query_row("SELECT COALESCE(MAX(number), 0) FROM migration", [], |row| row.get(0))
        .map_err(sqlite_error)?;
    for (number, text) in MIGRATIONS.iter().filter(|(number, _text)| *number > applied) {
        let transaction = connection.transaction().map_err(sqlite_error)?;
        transaction.execute_batch(&for_sqlite(text)).map_err(sqlite_error)?;
        transaction
            .execute("INSERT INTO migration (number) VALUES ($1)", [number])
            .map_err(sqlite_error)?;
        transaction.commit().map_err(sqlite_error)?;
    }
    Ok(())
}

/// SQLite's strict tables know no BIGINT; its INTEGER has the same 64 bits. Every table becomes
/// strict.
fn for_sqlite(text: &str) -> String {
    text.replace("BIGINT", "INTEGER").replace("\n);", "\n) STRICT;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_table_is_strict_and_nothing_is_null() {
        let mut connection = Connection::open_in_memory().unwrap();
        migrate(&mut connection).unwrap();
        migrate(&mut connection).unwrap();
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
