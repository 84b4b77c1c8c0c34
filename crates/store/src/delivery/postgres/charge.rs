//! The statements of charges.

use std::collections::BTreeSet;

use tokio_postgres::Row;
use tresen_types::{AccountId, DeviceId, Timestamp};

use super::{
    batch::Batch,
    connection::{Step, parameter},
    from_sql, id_from_sql, to_sql,
};
use crate::{
    StoreError,
    delivery::{ChargeId, codec, postgres::trouble::Trouble},
};

const PUT_PURSES: &str = "UPDATE delivery.group_state AS g SET value = u.value
    FROM unnest($1::bytea[], $2::bytea[]) AS u(account, value)
    WHERE g.conversation = u.account AND g.part = 3";
const PUT_CHARGES: &str = "INSERT INTO delivery.charge (key, number, value)
    SELECT u.key, u.number, u.value
    FROM unnest($1::bytea[], $2::bigint[], $3::bytea[]) AS u(key, number, value)";
/// The first device that has the message takes the open charge; the others find none.
const CAPTURE: &str = "WITH due AS (
        DELETE FROM delivery.charge WHERE key = ANY($1::bytea[]) RETURNING value
    ), taken AS (
        DELETE FROM delivery.charge WHERE key IN (SELECT '\\x02'::bytea || d.value FROM due AS d)
        RETURNING key, value)
    INSERT INTO delivery.charge (key, number, value)
    SELECT '\\x03'::bytea || substr(t.key, 2), $2, '\\x01'::bytea || t.value FROM taken AS t";
const COUNT_DOWN: &str = "WITH due AS (
        DELETE FROM delivery.charge WHERE key = ANY($1::bytea[]) RETURNING value
    ), lost AS (
        SELECT '\\x02'::bytea || d.value AS key, count(*) AS devices FROM due AS d GROUP BY d.value)
    UPDATE delivery.charge AS c SET number = c.number - l.devices
    FROM lost AS l WHERE c.key = l.key";
const RELEASE: &str = "WITH gone AS (
        DELETE FROM delivery.charge WHERE number <= 0 RETURNING key, value)
    INSERT INTO delivery.charge (key, number, value)
    SELECT '\\x03'::bytea || substr(g.key, 2), $1, '\\x00'::bytea || g.value FROM gone AS g";
const FORGET: &str = "DELETE FROM delivery.charge WHERE key = ANY($1::bytea[])";

/// What writes the purses and charges of a batch.
pub(super) fn charge_steps(batch: &Batch, steps: &mut Vec<Step>) {
    let changed = batch.purses.iter().filter(|(_account, (_purse, is_changed))| *is_changed);
    let of = |(account, (purse, _)): (&AccountId, &(bytes::Bytes, bool))| {
        (account.as_bytes().to_vec(), purse.to_vec())
    };
    let (accounts, purses): (Vec<_>, Vec<_>) = changed.map(of).unzip();
    if !accounts.is_empty() {
        steps.push(Step::new(PUT_PURSES, vec![parameter(accounts), parameter(purses)]));
    }
    let (mut keys, mut numbers, mut values) = (vec![], vec![], vec![]);
    for charge in &batch.charges {
        for device in &charge.devices {
            keys.push(codec::due_key(*device, charge.cursor).to_vec());
            numbers.push(to_sql(codec::DUE_NUMBER));
            values.push(charge.id.to_vec());
        }
        keys.push(codec::open_key(&charge.id).to_vec());
        numbers.push(i64::try_from(charge.devices.len()).unwrap_or(i64::MAX));
        values.push(charge.usage.to_vec());
    }
    if !keys.is_empty() {
        let columns = vec![parameter(keys), parameter(numbers), parameter(values)];
        steps.push(Step::new(PUT_CHARGES, columns));
    }
}

/// What settles the charges of removed entries: their rows begin with device, cursor and flags.
pub(super) fn settle_steps(
    rows: &[Row],
    is_delivered: bool,
    now: Timestamp,
) -> Result<Vec<Step>, StoreError> {
    let mut keys = Vec::new();
    for row in rows {
        // An entry whose value lies elsewhere tells no flags.
        let flags: &[u8] = row.try_get(2).map_err(Trouble::from)?;
        if flags.first().is_none_or(|flags| flags & codec::IS_CHARGED != 0) {
            let device: &[u8] = row.try_get(0).map_err(Trouble::from)?;
            let cursor = from_sql(row.try_get(1).map_err(Trouble::from)?)?;
            keys.push(codec::due_key(DeviceId::new(id_from_sql(device)?), cursor).to_vec());
        }
    }
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    keys.sort_unstable();
    let at = now.as_millis();
    Ok(if is_delivered {
        vec![Step::new(CAPTURE, vec![parameter(keys), parameter(at)])]
    } else {
        vec![Step::new(COUNT_DOWN, vec![parameter(keys)]), Step::new(RELEASE, vec![parameter(at)])]
    })
}

/// What forgets charges that are in the books.
pub(super) fn booked_step(booked: &BTreeSet<ChargeId>) -> Option<Step> {
    let keys: Vec<_> = booked.iter().map(|id| codec::settled_key(id).to_vec()).collect();
    (!keys.is_empty()).then(|| Step::new(FORGET, vec![parameter(keys)]))
}
