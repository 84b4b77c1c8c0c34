//! Domains: the own business's claim, and what the server signed about others.

use std::rc::Rc;

use tresen_proto::{ClaimDomain, Domain, FetchDomain, ReplyBody, RequestBody, WithdrawDomain};
use tresen_statement::{
    DomainClaim, DomainMethod, DomainRecord, Signed, Unverified, WELL_KNOWN_PATH, dns_name,
    dns_text, key_hash,
};
use tresen_types::{AccountId, Timestamp, limits::DAY_MS};
use tresen_view::{Answer, DomainClaimView, DomainClaimed, DomainMark, DomainWay, Event};

use super::{fetch_directory, profile::profile};
use crate::{
    client::Inner,
    connection::Phase,
    error::{Error, Result},
    store::{ContactRecord, Tx},
};

/// Keeps what a directory says about a business's domain; what doesn't verify is nothing.
pub(super) fn keep(
    inner: &Inner,
    tx: &Tx<'_>,
    contact: &ContactRecord,
    record: &[u8],
) -> Result<()> {
    let is_signed = inner.link.server_key().is_ok_and(|server_key| {
        let record = Unverified::<DomainRecord>::decode(record);
        let record = record.and_then(|record| record.verify(&server_key));
        record.is_ok_and(|record| record.value().account == contact.account)
    });
    let record = if is_signed { record } else { &[] };
    tx.put_domain(contact.account, record, inner.now())
}

/// The checked domain of a business that may be shown now.
pub(crate) fn mark_of(
    tx: &Tx<'_>,
    contact: &ContactRecord,
    now: Timestamp,
) -> Result<Option<DomainMark>> {
    let Some((record, _)) = tx.domain(contact.account)? else { return Ok(None) };
    // It was verified before it was kept.
    Ok(Unverified::<DomainRecord>::decode(&record)
        .ok()
        .and_then(|record| mark(record.claimed(), &contact.account_key, now)))
}

/// Whether a business's profile wasn't fetched for a day.
pub(crate) fn is_old(tx: &Tx<'_>, account: AccountId, now: Timestamp) -> Result<bool> {
    let fetched = tx.domain(account)?;
    Ok(fetched.is_none_or(|(_, fetched_at)| now.millis_since(fetched_at) > DAY_MS))
}

fn mark(record: &DomainRecord, account_key: &[u8; 32], now: Timestamp) -> Option<DomainMark> {
    record.holds_at(now, account_key).then(|| DomainMark {
        domain: record.domain.clone(),
        method: way(record.method),
        since: record.since,
        checked_at: record.checked_at,
    })
}

/// Fetches a business's profile and domain anew.
pub(crate) async fn refresh_profile(inner: &Rc<Inner>, account: AccountId) -> Result<Answer> {
    inner.link.reach(Phase::Authenticated).await?;
    fetch_directory(inner, account).await?;
    let conversation = inner.store.read(|tx| tx.conversation_with(account))?;
    if let Some(record) = conversation {
        inner.emit(Event::HeaderChanged { conversation: record.id });
    }
    profile(inner, account)
}

/// How the own claim stands; without a connection, what has to be published.
pub(crate) async fn domain(inner: &Rc<Inner>) -> Result<Answer> {
    inner.link.reach(Phase::Authenticated).await?;
    ask(inner, RequestBody::FetchDomain(FetchDomain {})).await
}

/// Signs a claim; the server looks for it before it answers.
pub(crate) async fn claim_domain(
    inner: &Rc<Inner>,
    domain: &str,
    method: DomainWay,
) -> Result<Answer> {
    inner.link.reach(Phase::Authenticated).await?;
    let own = inner.own()?;
    let key = own.account_key()?;
    let claim = DomainClaim {
        account: own.account,
        key_hash: key_hash(&key.public()),
        domain: host_of(domain),
        method: match method {
            DomainWay::Dns => DomainMethod::Dns,
            DomainWay::WellKnown => DomainMethod::WellKnown,
        },
        at: inner.now(),
    };
    let signed = Signed::sign(claim, key).map_err(|_rule| Error::Invalid("a domain"))?;
    ask(inner, RequestBody::ClaimDomain(ClaimDomain { claim: signed.encode() })).await
}

/// Takes the own claim back.
pub(crate) async fn withdraw_domain(inner: &Rc<Inner>) -> Result<Answer> {
    inner.link.reach(Phase::Authenticated).await?;
    let request = RequestBody::WithdrawDomain(WithdrawDomain {});
    let ReplyBody::Done(_) = inner.link.request(request).await? else {
        return Err(Error::Answer("domain"));
    };
    view(inner, &Domain::default())
}

async fn ask(inner: &Rc<Inner>, request: RequestBody) -> Result<Answer> {
    let ReplyBody::Domain(domain) = inner.link.request(request).await? else {
        return Err(Error::Answer("domain"));
    };
    view(inner, &domain)
}

fn view(inner: &Inner, domain: &Domain) -> Result<Answer> {
    let own = inner.own()?;
    let contact = inner.store.read(|tx| tx.contact(own.account))?;
    let account_key = contact.ok_or(Error::Damaged("own account"))?.account_key;
    let server_key = inner.link.server_key()?;
    let claim = if domain.claim.is_empty() {
        None
    } else {
        Some(Unverified::<DomainClaim>::decode(&domain.claim)?.verify(&account_key)?.into_value())
    };
    let record = Unverified::<DomainRecord>::decode(&domain.record)
        .and_then(|record| record.verify(&server_key))
        .ok();
    let claim = claim.map(|claim| DomainClaimed {
        method: way(claim.method),
        place: match claim.method {
            DomainMethod::Dns => dns_name(&claim.domain),
            DomainMethod::WellKnown => format!("https://{}{WELL_KNOWN_PATH}", claim.domain),
        },
        mark: record
            .filter(|record| record.value().domain == claim.domain)
            .and_then(|record| mark(record.value(), &account_key, inner.now())),
        trouble: domain.trouble.clone(),
        checked_at: (domain.checked_at > 0).then(|| Timestamp::from_millis(domain.checked_at)),
        domain: claim.domain,
    });
    let text = dns_text(own.account, &account_key);
    Ok(Answer::Domain(Box::new(DomainClaimView { text, claim })))
}

/// The host of what people type or paste: an address, with capitals, with a slash at its end.
fn host_of(typed: &str) -> String {
    let typed = typed.trim().to_lowercase();
    let rest = typed.split_once("://").map_or(typed.as_str(), |(_, rest)| rest);
    let host = rest.split(['/', '?', '#', ':']).next().unwrap_or_default();
    host.trim_end_matches('.').to_owned()
}

const fn way(method: DomainMethod) -> DomainWay {
    match method {
        DomainMethod::Dns => DomainWay::Dns,
        DomainMethod::WellKnown => DomainWay::WellKnown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_a_domain_with_something_around_it() {
        for typed in
            ["korn.example", " Https://KORN.example/about?x ", "korn.example.", "korn.example:443"]
        {
            assert_eq!(host_of(typed), "korn.example", "{typed}");
        }
    }
}
