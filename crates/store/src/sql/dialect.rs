//! Where SQLite and PostgreSQL differ: the one text that we write is translated here.

/// SQLite takes `$1` for a name and numbers names as they come; `?1` is what `$1` means elsewhere.
pub(super) fn statement_for_sqlite(sql: &str) -> String {
    sql.replace('$', "?")
}

/// SQLite's strict tables know no BIGINT; its INTEGER has the same 64 bits. Every table becomes
/// strict.
pub(super) fn schema_for_sqlite(text: &str) -> String {
    text.replace(" BIGINT ", " INTEGER ").replace("\n);", "\n) STRICT;")
}

/// PostgreSQL calls a byte string BYTEA, and orders text by a language unless it is told to compare
/// bytes.
pub(super) fn schema_for_postgres(text: &str) -> String {
    text.replace(" BLOB ", " BYTEA ").replace(" TEXT ", " TEXT COLLATE \"C\" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_translated_and_names_are_not() {
        let text = "CREATE TABLE blob (\n    blob BLOB NOT NULL,\n    a TEXT NOT NULL,\n    size \
                    BIGINT NOT NULL\n);";
        assert_eq!(
            schema_for_postgres(text),
            "CREATE TABLE blob (\n    blob BYTEA NOT NULL,\n    a TEXT COLLATE \"C\" NOT NULL,\n    size \
             BIGINT NOT NULL\n);"
        );
        assert_eq!(
            schema_for_sqlite(text),
            "CREATE TABLE blob (\n    blob BLOB NOT NULL,\n    a TEXT NOT NULL,\n    size \
             INTEGER NOT NULL\n) STRICT;"
        );
        assert_eq!(statement_for_sqlite("a = $1 AND b = $12"), "a = ?1 AND b = ?12");
    }
}
