//! Looks at a domain: the TXT record, or the file.

use tresen_statement::{DomainMethod, claims_domain, dns_name};
use tresen_types::AccountId;

use super::{
    dns::{self, Kind},
    file, guard,
};
use crate::{
    config::DomainsConfig,
    limits::{DOMAIN_ADDRESSES_MAX, DOMAIN_CHECK_WAIT},
};

/// Why a claim wasn't found, or a host not reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// There is no such record or file.
    NotFound,
    /// There is one, with something else in it.
    OtherText,
    /// The domain leads into a network that isn't public.
    PrivateAddress,
    /// The web server sends elsewhere.
    Redirect,
    /// The answer is too large.
    TooLarge,
    /// Nobody answers in time.
    TimedOut,
    /// Nobody answers.
    Unreachable,
    /// The web server's certificate isn't valid for the domain.
    Certificate,
    /// Another business has the domain.
    Taken,
}

impl Trouble {
    /// The stable word for it.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::NotFound => "not_found",
            Self::OtherText => "other_text",
            Self::PrivateAddress => "private_address",
            Self::Redirect => "redirect",
            Self::TooLarge => "too_large",
            Self::TimedOut => "timed_out",
            Self::Unreachable => "unreachable",
            Self::Certificate => "certificate",
            Self::Taken => "taken",
        }
    }
}

/// Whether the domain claims the account.
pub(super) async fn look(
    config: &DomainsConfig,
    domain: &str,
    method: DomainMethod,
    account: AccountId,
    account_key: &[u8; 32],
) -> Result<(), Trouble> {
    let looking = async {
        let found = match method {
            DomainMethod::Dns => txt(config, domain).await?,
            DomainMethod::WellKnown => file_of(config, domain).await?,
        };
        if found.iter().any(|text| claims_domain(text, account, account_key)) {
            Ok(())
        } else if found.is_empty() {
            Err(Trouble::NotFound)
        } else {
            Err(Trouble::OtherText)
        }
    };
    let looked = tokio::time::timeout(DOMAIN_CHECK_WAIT, looking).await;
    looked.unwrap_or(Err(Trouble::TimedOut))
}

async fn txt(config: &DomainsConfig, domain: &str) -> Result<Vec<String>, Trouble> {
    let resolver = dns::resolver(config)?;
    let records = dns::ask(resolver, &dns_name(domain), Kind::Txt).await?;
    Ok(records.iter().filter_map(dns::Record::text).collect())
}

async fn file_of(config: &DomainsConfig, domain: &str) -> Result<Vec<String>, Trouble> {
    let addresses = guard::addresses(config, domain, config.private_addresses).await?;
    let mut last = Trouble::Unreachable;
    for address in addresses.into_iter().take(DOMAIN_ADDRESSES_MAX) {
        match file::fetch(config, domain, address).await {
            Ok(text) => return Ok(vec![text]),
            Err(Trouble::Unreachable) => {}
            Err(trouble) => last = trouble,
        }
        if last != Trouble::Unreachable {
            break;
        }
    }
    Err(last)
}
