//! The tables, row by row. Those of blobs are left out: the blobs' own way writes them.

use sha2::{Digest as _, Sha256};

use super::{DIFFERENT, Progress};
use crate::{
    ControlStore, StoreError,
    limits::TRANSFER_ROWS,
    sql::{Row, Value},
};

/// A table with its columns; the key's stand first, in its order.
pub(super) struct Table {
    pub(super) name: &'static str,
    pub(super) key: usize,
    pub(super) columns: &'static [&'static str],
}

/// Every table that is copied. A test holds it against the migrations.
pub(super) const TABLES: &[Table] = &[
    Table {
        name: "account",
        key: 1,
        columns: &["id", "kind", "account_key", "created_at", "state", "entry"],
    },
    Table {
        name: "device",
        key: 2,
        columns: &["account", "id", "certificate", "certificate_hash", "added_at", "revoked_at"],
    },
    Table { name: "device_list", key: 1, columns: &["account", "sequence", "bytes"] },
    Table {
        name: "key_package",
        key: 3,
        columns: &[
            "account",
            "device",
            "hash",
            "bytes",
            "last_resort",
            "not_after",
            "uploaded_at",
            "position",
        ],
    },
    Table {
        name: "key_package_claimed",
        key: 3,
        columns: &["account", "device", "hash", "not_after"],
    },
    Table { name: "catalogue", key: 2, columns: &["account", "page", "sequence", "bytes"] },
    Table { name: "picture", key: 2, columns: &["account", "hash", "bytes", "stored_at"] },
    Table {
        name: "domain_claim",
        key: 1,
        columns: &[
            "account",
            "domain",
            "method",
            "claim",
            "claimed_at",
            "state",
            "sequence",
            "since",
            "found_at",
            "checked_at",
            "next_at",
            "trouble",
            "record",
        ],
    },
    Table {
        name: "decision_notice",
        key: 1,
        columns: &["id", "account", "answers", "bytes", "decided_at", "objection", "objected_at"],
    },
    Table {
        name: "push_subscription",
        key: 1,
        columns: &["device", "account", "endpoint", "public_key", "auth", "registered_at"],
    },
    Table { name: "profile_look", key: 1, columns: &["account", "skeleton"] },
    Table { name: "profile", key: 1, columns: &["account", "sequence", "bytes"] },
    Table {
        name: "entry_link",
        key: 1,
        columns: &[
            "entry",
            "account",
            "sequence",
            "bytes",
            "uses",
            "uses_max",
            "clicks",
            "expires_at",
            "revoked",
        ],
    },
    Table {
        name: "consent",
        key: 2,
        columns: &["business", "customer", "sequence", "bytes", "categories", "state", "stored_at"],
    },
    Table { name: "block", key: 2, columns: &["account", "blocked", "blocked_at"] },
    Table { name: "claim_link", key: 1, columns: &["token_hash", "expires_at", "used_at"] },
    Table {
        name: "invitation",
        key: 1,
        columns: &["id", "account", "expires_at", "used_at", "bytes"],
    },
    Table {
        name: "recovery",
        key: 1,
        columns: &["lookup_hash", "account", "bytes", "updated_at", "attempts", "attempts_since"],
    },
    Table { name: "archive_segment", key: 2, columns: &["account", "sequence", "blob", "bytes"] },
    Table {
        name: "passkey",
        key: 2,
        columns: &["account", "credential_id", "public_key", "sign_count", "wrapped"],
    },
    Table {
        name: "template",
        key: 2,
        columns: &[
            "account",
            "hash",
            "name",
            "language",
            "version",
            "category",
            "document",
            "stored_at",
        ],
    },
    Table {
        name: "template_approval",
        key: 2,
        columns: &["account", "hash", "sequence", "bytes", "stored_at"],
    },
    Table {
        name: "report",
        key: 1,
        columns: &["id", "business", "reporter", "bytes", "stored_at", "decision", "decided_at"],
    },
    Table { name: "suspension", key: 1, columns: &["account", "categories", "decided_at"] },
    Table { name: "link_mailbox", key: 1, columns: &["id", "account", "expires_at"] },
    Table { name: "link_step", key: 2, columns: &["mailbox", "slot", "payload"] },
    Table { name: "installation", key: 1, columns: &["id", "server_key", "origin"] },
    Table {
        name: "business_tier",
        key: 1,
        columns: &["account", "tier", "is_fixed", "changed_at"],
    },
    Table { name: "rate_card", key: 1, columns: &["valid_from", "document", "stored_at"] },
    Table { name: "billing_account", key: 1, columns: &["account", "plan", "is_prepaid", "cap"] },
    Table {
        name: "billing_entry",
        key: 2,
        columns: &["account", "id", "kind", "amount", "booked_at"],
    },
    Table {
        name: "charge",
        key: 2,
        columns: &[
            "account",
            "id",
            "customer",
            "country",
            "category",
            "template",
            "in_window",
            "price",
            "accepted_at",
            "settled_at",
            "is_delivered",
        ],
    },
    Table {
        name: "charge_total",
        key: 2,
        columns: &["account", "month", "delivered", "captured", "lost", "released"],
    },
];

/// Copies what the target doesn't have yet.
pub(super) async fn copy(
    from: &ControlStore,
    to: &ControlStore,
    progress: &mut (dyn FnMut(Progress) + Send),
) -> Result<(), StoreError> {
    for table in TABLES {
        let mut after = last_key(to, table).await?;
        let mut count = 0;
        loop {
            let rows = rows_after(from, table, after.clone()).await?;
            let Some(last) = rows.last() else { break };
            after = Some(last.get(..table.key).unwrap_or_default().to_vec());
            let length = u64::try_from(rows.len()).unwrap_or(u64::MAX);
            insert(to, table, rows).await?;
            count += length;
            progress(Progress::Rows { table: table.name, count });
        }
    }
    Ok(())
}

/// Reads both sides; returns the rows of all tables.
pub(super) async fn compare(
    from: &ControlStore,
    to: &ControlStore,
    progress: &mut (dyn FnMut(Progress) + Send),
) -> Result<u64, StoreError> {
    let mut total: u64 = 0;
    for table in TABLES {
        let (rows, checksum) = digest(from, table).await?;
        if (rows, checksum) != digest(to, table).await? {
            tracing::error!(table = table.name, "the two sides differ");
            return Err(DIFFERENT);
        }
        total = total.saturating_add(rows);
        progress(Progress::Verified { table: table.name, rows });
    }
    Ok(total)
}

impl Table {
    /// The first columns, with what separates them.
    fn list(&self, count: usize, separator: &str) -> String {
        self.columns.iter().take(count).copied().collect::<Vec<_>>().join(separator)
    }

    fn rows_after(&self, has_key: bool) -> String {
        let (columns, key) = (self.list(self.columns.len(), ", "), self.list(self.key, ", "));
        let name = self.name;
        let after = if has_key {
            format!("WHERE ({key}) > ({}) ", parameters(self.key))
        } else {
            String::new()
        };
        format!("SELECT {columns} FROM {name} {after}ORDER BY {key} LIMIT {TRANSFER_ROWS}")
    }

    fn last_key(&self) -> String {
        let key = self.list(self.key, ", ");
        let descending = format!("{} DESC", self.list(self.key, " DESC, "));
        format!("SELECT {key} FROM {} ORDER BY {descending} LIMIT 1", self.name)
    }

    fn insert(&self) -> String {
        let (columns, key) = (self.list(self.columns.len(), ", "), self.list(self.key, ", "));
        format!(
            "INSERT INTO {} ({columns}) VALUES ({}) ON CONFLICT ({key}) DO NOTHING",
            self.name,
            parameters(self.columns.len())
        )
    }
}

fn parameters(count: usize) -> String {
    (1..=count).map(|number| format!("${number}")).collect::<Vec<_>>().join(", ")
}

async fn last_key(
    store: &ControlStore,
    table: &'static Table,
) -> Result<Option<Vec<Value>>, StoreError> {
    let sql = table.last_key();
    let row = store.database.read(move |transaction| transaction.query_one(&sql, &[])).await?;
    Ok(row.map(Row::into_values))
}

async fn rows_after(
    store: &ControlStore,
    table: &'static Table,
    key: Option<Vec<Value>>,
) -> Result<Vec<Vec<Value>>, StoreError> {
    let sql = table.rows_after(key.is_some());
    let key = key.unwrap_or_default();
    let rows = store.database.read(move |transaction| transaction.query(&sql, &key)).await?;
    Ok(rows.into_iter().map(Row::into_values).collect())
}

async fn insert(
    store: &ControlStore,
    table: &'static Table,
    rows: Vec<Vec<Value>>,
) -> Result<(), StoreError> {
    let sql = table.insert();
    store
        .database
        .write(move |transaction| {
            for row in &rows {
                transaction.execute(&sql, row)?;
            }
            Ok(())
        })
        .await
}

/// The number of rows, and a checksum of them in the order of their key.
async fn digest(
    store: &ControlStore,
    table: &'static Table,
) -> Result<(u64, [u8; 32]), StoreError> {
    let mut hash = Sha256::new();
    let mut count: u64 = 0;
    let mut after = None;
    loop {
        let rows = rows_after(store, table, after).await?;
        let Some(last) = rows.last() else { return Ok((count, hash.finalize().into())) };
        after = Some(last.get(..table.key).unwrap_or_default().to_vec());
        for value in rows.iter().flatten() {
            let (kind, bytes) = match value {
                Value::Integer(number) => (0_u8, number.to_be_bytes().to_vec()),
                Value::Text(text) => (1, text.as_bytes().to_vec()),
                Value::Blob(bytes) => (2, bytes.clone()),
            };
            hash.update([kind]);
            hash.update(u64::try_from(bytes.len()).unwrap_or(u64::MAX).to_be_bytes());
            hash.update(&bytes);
        }
        count = count.saturating_add(u64::try_from(rows.len()).unwrap_or(u64::MAX));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conformance::wait;

    #[test]
    fn every_table_and_column_is_listed() {
        let store = ControlStore::in_memory().unwrap();
        let sql = "SELECT t.name, c.name, c.pk FROM pragma_table_list AS t \
                   JOIN pragma_table_info(t.name) AS c WHERE t.type = 'table' \
                   AND t.name NOT LIKE 'sqlite_%' \
                   AND t.name NOT IN ('migration', 'blob', 'blob_part') ORDER BY t.name, c.cid";
        let rows = wait(store.database.read(move |it| it.query(sql, &[]))).unwrap();
        let found: Vec<_> = rows.into_iter().map(Row::into_values).collect();
        let mut listed = Vec::new();
        let mut tables: Vec<_> = TABLES.iter().collect();
        tables.sort_by_key(|table| table.name);
        for table in tables {
            for (at, column) in table.columns.iter().enumerate() {
                let key = if at < table.key { i64::try_from(at).unwrap() + 1 } else { 0 };
                listed.push(vec![table.name.into(), Value::from(*column), key.into()]);
            }
        }
        assert_eq!(found, listed);
    }
}
