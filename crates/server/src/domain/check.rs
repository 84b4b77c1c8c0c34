//! Looks for a claim and writes down what was found.

use tresen_statement::{DomainMethod, DomainRecord, DomainState, Signed, key_hash};
use tresen_store::{
    ControlStore, ErrorKind,
    control::{DomainClaimRecord, DomainClaimState},
};
use tresen_types::{AccountId, Timestamp};

use super::{
    fetch::NEVER,
    look::{self, Trouble},
};
use crate::{
    Config, ServerError,
    app::{App, keys::ServerKeys},
    limits::{
        DOMAIN_AGAIN_MS, DOMAIN_GIVE_UP_MS, DOMAIN_GRACE_MS, DOMAIN_RECORD_MS, DOMAIN_RETRY_MS,
    },
};

/// Looks for one business's claim.
pub(super) async fn check_now(app: &App, account: AccountId) -> Result<(), ServerError> {
    let Some(claim) = app.control.domain_claim(account).await? else { return Ok(()) };
    check(&app.control, &app.keys, app.config(), claim, app.now()).await
}

/// Looks for all claims that are due; tells how many.
pub(crate) async fn check_due(
    control: &ControlStore,
    keys: &ServerKeys,
    config: &Config,
    now: Timestamp,
) -> Result<usize, ServerError> {
    let due = control.take_due_domain_claims(now, now.plus_millis(DOMAIN_RETRY_MS)).await?;
    let count = due.len();
    for claim in due {
        check(control, keys, config, claim, now).await?;
    }
    Ok(count)
}

async fn check(
    control: &ControlStore,
    keys: &ServerKeys,
    config: &Config,
    before: DomainClaimRecord,
    now: Timestamp,
) -> Result<(), ServerError> {
    let account = control.account(before.account).await?;
    let Some(account) = account else { return Ok(()) };
    let key = <[u8; 32]>::try_from(account.account_key)
        .map_err(|_length| ServerError::Statement(tresen_statement::Error::Value))?;
    let method = DomainMethod::from_byte(before.method).unwrap_or(DomainMethod::Dns);
    let found = look::look(&config.domains, &before.domain, method, before.account, &key).await;
    let mut after = settle(&before, found, now);
    if after.sequence != before.sequence {
        after.record = sign(keys, &after, method, &key)?;
    }
    match control.settle_domain_claim(before.clone(), after).await {
        // Whoever is confirmed first has the domain.
        Err(error) if error.kind() == ErrorKind::Conflict => {
            let after = settle(&before, Err(Trouble::Taken), now);
            control.settle_domain_claim(before, after).await?;
        }
        // Changed or taken back while it was looked for.
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        settled => settled?,
    }
    Ok(())
}

/// What becomes of a claim.
fn settle(
    before: &DomainClaimRecord,
    found: Result<(), Trouble>,
    now: Timestamp,
) -> DomainClaimRecord {
    let after = DomainClaimRecord { checked_at: now, ..before.clone() };
    let is_confirmed = before.state == DomainClaimState::Confirmed;
    let Err(trouble) = found else {
        return DomainClaimRecord {
            state: DomainClaimState::Confirmed,
            sequence: before.sequence.saturating_add(1),
            since: if is_confirmed { before.since } else { now },
            found_at: now,
            next_at: now.plus_millis(DOMAIN_AGAIN_MS),
            trouble: String::new(),
            ..after
        };
    };
    let last = before.found_at.max(before.claimed_at);
    let missing_ms = now.millis_since(last);
    let is_lost = is_confirmed && missing_ms >= DOMAIN_GRACE_MS;
    DomainClaimRecord {
        state: if is_lost { DomainClaimState::Lost } else { before.state },
        sequence: before.sequence.saturating_add(u64::from(is_lost)),
        next_at: if missing_ms >= DOMAIN_GIVE_UP_MS {
            NEVER
        } else {
            now.plus_millis(DOMAIN_RETRY_MS)
        },
        trouble: trouble.as_str().to_owned(),
        ..after
    }
}

fn sign(
    keys: &ServerKeys,
    claim: &DomainClaimRecord,
    method: DomainMethod,
    account_key: &[u8; 32],
) -> Result<Vec<u8>, ServerError> {
    let state = match claim.state {
        DomainClaimState::Confirmed => DomainState::Confirmed,
        DomainClaimState::Waiting | DomainClaimState::Lost => DomainState::Lost,
    };
    let record = DomainRecord {
        account: claim.account,
        key_hash: key_hash(account_key),
        domain: claim.domain.clone(),
        method,
        state,
        sequence: claim.sequence,
        since: claim.since,
        checked_at: claim.checked_at,
        not_after: claim.checked_at.plus_millis(DOMAIN_RECORD_MS),
    };
    Ok(Signed::sign(record, keys.signing())?.encode())
}

#[cfg(test)]
mod tests {
    use tresen_types::{AccountKind, limits::DAY_MS};

    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

    fn claim(state: DomainClaimState) -> DomainClaimRecord {
        DomainClaimRecord {
            account: AccountId::from_random(AccountKind::Business, [1; 16]),
            domain: "korn.example".to_owned(),
            method: 0,
            claim: Vec::new(),
            claimed_at: NOW,
            state,
            sequence: 3,
            since: NOW,
            found_at: NOW,
            checked_at: NOW,
            next_at: NOW,
            trouble: String::new(),
            record: Vec::new(),
        }
    }

    #[test]
    fn a_confirmed_claim_survives_short_trouble_only() {
        let known = claim(DomainClaimState::Confirmed);
        let later = |days: i64| NOW.plus_millis(days * DAY_MS);
        let still = settle(&known, Err(Trouble::TimedOut), later(2));
        assert_eq!((still.state, still.sequence), (DomainClaimState::Confirmed, 3));
        assert_eq!(still.trouble, "timed_out");
        let lost = settle(&known, Err(Trouble::NotFound), later(3));
        assert_eq!((lost.state, lost.sequence), (DomainClaimState::Lost, 4));
        let again = settle(&lost, Ok(()), later(4));
        assert_eq!((again.state, again.since), (DomainClaimState::Confirmed, later(4)));
        let found = settle(&still, Ok(()), later(2));
        assert_eq!((found.since, found.found_at), (NOW, later(2)), "no break");
    }

    #[test]
    fn nobody_looks_for_ever_for_what_is_not_there() {
        let known = claim(DomainClaimState::Waiting);
        let soon = settle(&known, Err(Trouble::NotFound), NOW.plus_millis(DAY_MS));
        assert!(soon.next_at < NOW.plus_millis(2 * DAY_MS));
        let end = settle(&known, Err(Trouble::NotFound), NOW.plus_millis(30 * DAY_MS));
        assert_eq!(end.next_at, NEVER);
    }
}
