//! What the operator does: claim links for businesses, decisions about templates and reports, the secrets of
//! several nodes.

mod billing;

use std::path::Path;

pub use billing::{
    AccountState, Movement, Totals, account_states, add_rate_card, book_fees, books, move_money,
    plan, rate_cards, set_cap, set_plan, set_tier, totals, usage,
};
use sha2::{Digest as _, Sha256};
pub use tresen_admission::Tier;
use tresen_proto::ErrorCode;
use tresen_statement::{
    Approval, ApprovalProfile, ApprovalStatus, DecisionKind, DecisionNotice, RejectionReason,
    Report, Signed, TemplateDoc, Unverified, receipt::Acceptance,
};
use tresen_store::{
    SharedClock,
    control::{ApprovalRecord, DecisionRecord, DomainClaimRecord, ReportDecision},
};
use tresen_types::{AccountId, Categories, Timestamp, crockford, limits::DAY_MS};

use crate::{
    Config, ServerError,
    app::{App, keys::ServerKeys, make_private_directory, open_control, open_keys, random_secret},
    domain,
    error::refused,
    limits::CLAIM_LIFETIME_MS,
};

/// Makes a one-time claim link for one business; it counts for 24 hours. The secret stands in the
/// fragment, as 52 characters, and is stored as a hash only.
///
/// # Errors
/// Fails when the store does.
pub async fn create_claim_link(app: &App) -> Result<String, ServerError> {
    let secret = random_secret()?;
    let expires_at = app.now().plus_millis(CLAIM_LIFETIME_MS);
    app.control.create_claim_link(Sha256::digest(*secret).into(), expires_at).await?;
    Ok(claim_url(app.origin(), secret.as_slice()))
}

/// Whether no business was ever claimed on this server: then the first start prints a claim link.
///
/// # Errors
/// Fails when the store does.
pub async fn is_unclaimed(app: &App) -> Result<bool, ServerError> {
    Ok(app.control.claim_links_used().await? == 0)
}

/// Makes claim links for a server that may be running: the control store takes several processes.
///
/// # Errors
/// Fails when the data directory isn't a server's, or the store fails.
pub async fn create_claim_links(
    config: &Config,
    clock: &SharedClock,
    count: usize,
) -> Result<Vec<String>, ServerError> {
    make_private_directory(&config.data_dir)?;
    let control = open_control(config)?;
    let origin = config.origin_at(config.listen);
    let expires_at = clock.now().plus_millis(CLAIM_LIFETIME_MS);
    let mut links = Vec::with_capacity(count);
    for _ in 0..count {
        let secret = random_secret()?;
        control.create_claim_link(Sha256::digest(*secret).into(), expires_at).await?;
        links.push(claim_url(&origin, secret.as_slice()));
    }
    Ok(links)
}

/// What an operator says about a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// It may be sent for so many days.
    Approve {
        /// How many.
        days: u16,
    },
    /// It may not.
    Reject {
        /// Why.
        reason: RejectionReason,
    },
    /// Not for now.
    Pause {
        /// Why.
        reason: RejectionReason,
    },
}

/// How long a decision against a template is told, in days.
const REFUSAL_DAYS: u16 = 365;

/// The templates of a business with their newest approvals, for an operator; also while the server
/// runs.
///
/// # Errors
/// Fails when the store does.
pub async fn templates(
    config: &Config,
    account: AccountId,
) -> Result<Vec<(TemplateDoc, Option<Approval>)>, ServerError> {
    let control = open_control(config)?;
    let mut templates = Vec::new();
    for record in control.templates(account).await? {
        let approval = control.approval(account, record.hash).await?;
        let approval = approval
            .map(|record| Unverified::<Approval>::decode(&record.bytes))
            .transpose()?
            .map(|approval| approval.claimed().clone());
        templates.push((TemplateDoc::decode(&record.document)?, approval));
    }
    Ok(templates)
}

/// Decides about a template, signed with the server's key; also while the server runs.
///
/// # Errors
/// Fails when there is no such template, or the store fails.
pub async fn decide_template(
    config: &Config,
    clock: &SharedClock,
    account: AccountId,
    hash: [u8; 32],
    decision: Decision,
) -> Result<Approval, ServerError> {
    let control = open_control(config)?;
    let now = clock.now();
    let record = control
        .template(account, hash)
        .await?
        .ok_or_else(|| refused(ErrorCode::NotFound, "no such template"))?;
    // Not before the template was found: a wrong folder gets no key.
    let keys = open_keys(config)?;
    let known = control.approval(account, hash).await?.map_or(0, |approval| approval.sequence);
    let (status, reason, days) = match decision {
        Decision::Approve { days } => (ApprovalStatus::Approved, None, days),
        Decision::Reject { reason } => (ApprovalStatus::Rejected, Some(reason), REFUSAL_DAYS),
        Decision::Pause { reason } => (ApprovalStatus::Paused, Some(reason), REFUSAL_DAYS),
    };
    let approval = Approval {
        business: account,
        template: hash,
        name: record.name,
        language: record.language,
        category: record.category,
        profile: ApprovalProfile::Reviewed,
        status,
        reason,
        sequence: known.saturating_add(1),
        not_before: now,
        not_after: now.plus_millis(i64::from(days).saturating_mul(DAY_MS)),
    };
    let signed = Signed::sign(approval, keys.signing())?;
    let record = ApprovalRecord {
        account,
        hash,
        sequence: signed.value().sequence,
        bytes: signed.encode(),
        stored_at: now,
    };
    control.put_approval(record).await?;
    Ok(signed.into_value())
}

/// A report in the operator's queue, opened: every message in it is proven to have been sent.
#[derive(Clone, Debug)]
pub struct OpenedReport {
    /// Names it.
    pub id: [u8; 32],
    /// The report.
    pub report: Report,
    /// What the server said to each of its messages.
    pub acceptances: Vec<Acceptance>,
    /// The documents of the templates among them.
    pub templates: Vec<Vec<u8>>,
}

/// What an operator says about a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing is wrong.
    Dismiss,
    /// The business is warned.
    Warn,
    /// The business may not send these categories until it is lifted.
    Suspend {
        /// Which.
        categories: Categories,
    },
}

/// The reports that nobody has decided about, oldest first; also while the server runs. One whose
/// proofs don't hold isn't shown.
///
/// # Errors
/// Fails when the store does, or the server's key can't be read.
pub async fn reports(config: &Config) -> Result<Vec<OpenedReport>, ServerError> {
    let control = open_control(config)?;
    let keys = open_keys(config)?;
    let mut opened = Vec::new();
    for record in control.open_reports().await? {
        // Its signature was verified when it came; the device may be gone since.
        let report = Unverified::<Report>::decode(&record.bytes)?.claimed().clone();
        let Ok(acceptances) = report.open(&keys.public(), keys.frank()) else {
            tracing::warn!("a report doesn't open and isn't shown");
            continue;
        };
        let mut templates = Vec::new();
        for hash in acceptances.iter().filter_map(|acceptance| acceptance.template_hash) {
            let template = control.template(report.business, hash).await?;
            templates.extend(template.map(|template| template.document));
        }
        opened.push(OpenedReport { id: record.id, report, acceptances, templates });
    }
    Ok(opened)
}

/// Decides about a report and tells the business, unless it is dismissed; also while the server runs,
/// where it counts after a few seconds.
///
/// # Errors
/// Fails when there is no such report, it was decided otherwise, the note is too long, or the store
/// fails.
pub async fn decide_report(
    config: &Config,
    clock: &SharedClock,
    id: [u8; 32],
    verdict: Verdict,
    note: &str,
) -> Result<(), ServerError> {
    let control = open_control(config)?;
    let (decision, kind, categories) = match verdict {
        Verdict::Dismiss => (ReportDecision::Dismissed, None, Categories::NONE),
        Verdict::Warn => (ReportDecision::Warned, Some(DecisionKind::Warned), Categories::NONE),
        Verdict::Suspend { categories } => {
            (ReportDecision::Suspended, Some(DecisionKind::Suspended), categories)
        }
    };
    let (now, report) = (clock.now(), control.report(id).await?);
    let notice = match (kind, report) {
        (Some(kind), Some(report)) => {
            let mut notice = notice(report.business, kind, note, now);
            (notice.categories, notice.report) = (categories, Some(id));
            Some(sign(config, notice)?)
        }
        _ => None,
    };
    control.decide_report(id, decision, categories, now, notice).await?;
    Ok(())
}

/// Gives a business back what was taken from it, and tells it.
///
/// # Errors
/// Fails when the note is too long, or the store fails.
pub async fn lift_suspension(
    config: &Config,
    clock: &SharedClock,
    account: AccountId,
    note: &str,
) -> Result<(), ServerError> {
    let notice = sign(config, notice(account, DecisionKind::Lifted, note, clock.now()))?;
    open_control(config)?.lift_suspension(account, Some(notice)).await?;
    Ok(())
}

/// A decision in the operator's log.
#[derive(Clone, Debug)]
pub struct LoggedDecision {
    /// Names it.
    pub id: [u8; 32],
    /// What was decided.
    pub notice: DecisionNotice,
    /// What the business says against it, and when.
    pub objection: Option<(String, Timestamp)>,
}

/// What was decided about businesses, newest first; only what waits for an answer, if asked.
///
/// # Errors
/// Fails when the store does.
pub async fn decisions(
    config: &Config,
    is_open_only: bool,
) -> Result<Vec<LoggedDecision>, ServerError> {
    let mut logged = Vec::new();
    for record in open_control(config)?.all_decisions(is_open_only).await? {
        // This program has signed it.
        let notice = Unverified::<DecisionNotice>::decode(&record.bytes)?.claimed().clone();
        logged.push(LoggedDecision { id: record.id, notice, objection: record.objection });
    }
    Ok(logged)
}

/// Answers an objection: the decision stays, or is taken back with what it has suspended.
///
/// # Errors
/// Fails when nobody objects to that, it was answered before, the note is too long, or the store fails.
pub async fn answer_objection(
    config: &Config,
    clock: &SharedClock,
    id: [u8; 32],
    is_withdrawn: bool,
    note: &str,
) -> Result<(), ServerError> {
    let control = open_control(config)?;
    let known = control.decision(id).await?;
    let known = known.ok_or(refused(ErrorCode::NotFound, "no such decision"))?;
    let kind = if is_withdrawn { DecisionKind::Withdrawn } else { DecisionKind::Upheld };
    let mut notice = notice(known.account, kind, note, clock.now());
    notice.answers = Some(id);
    control.answer_objection(sign(config, notice)?, is_withdrawn).await?;
    Ok(())
}

fn notice(business: AccountId, kind: DecisionKind, note: &str, at: Timestamp) -> DecisionNotice {
    DecisionNotice {
        business,
        kind,
        categories: Categories::NONE,
        customers_max: None,
        report: None,
        answers: None,
        note: note.to_owned(),
        at,
    }
}

fn sign(config: &Config, notice: DecisionNotice) -> Result<DecisionRecord, ServerError> {
    let signed = Signed::sign(notice, open_keys(config)?.signing())?;
    Ok(DecisionRecord {
        id: signed.hash(),
        account: signed.value().business,
        answers: signed.value().answers,
        decided_at: signed.value().at,
        objection: None,
        bytes: signed.encode(),
    })
}

/// All claims of businesses on domains.
///
/// # Errors
/// Fails when the store does.
pub async fn domain_claims(config: &Config) -> Result<Vec<DomainClaimRecord>, ServerError> {
    Ok(open_control(config)?.domain_claims().await?)
}

/// Looks now at the domains that are due; also while the server runs, which does so by itself. Tells
/// how many there were.
///
/// # Errors
/// Fails when the store does, or the server's key can't be read.
pub async fn check_domains(config: &Config, clock: &SharedClock) -> Result<usize, ServerError> {
    domain::check_due(&open_control(config)?, &open_keys(config)?, config, clock.now()).await
}

/// Takes a business's claim on a domain away.
///
/// # Errors
/// Fails when the store does.
pub async fn remove_domain(config: &Config, account: AccountId) -> Result<(), ServerError> {
    open_control(config)?.delete_domain_claim(account).await?;
    Ok(())
}

/// Makes the secrets that all nodes of an installation share. The file is for their user alone.
///
/// # Errors
/// Fails when there is such a file already: whoever loses the old secrets breaks the proofs that were
/// made with them.
pub fn create_server_key(path: &Path) -> Result<(), ServerError> {
    if path.exists() {
        return Err(ServerError::File {
            what: "there is a server's key file already",
            source: std::io::ErrorKind::AlreadyExists.into(),
        });
    }
    ServerKeys::make(path).map(|_keys| ())
}

fn claim_url(origin: &str, secret: &[u8]) -> String {
    format!("{origin}/claim#{}", crockford::encode(secret))
}
