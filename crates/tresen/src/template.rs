//! `tresen admin template`: what an operator sees of templates, and decides about them.

use std::sync::Arc;

use anyhow::Context as _;
use serde::Serialize;
use tresen_content::template::lint::lint;
use tresen_server::{
    SystemClock,
    admin::{self, Decision},
};
use tresen_statement::{Approval, ApprovalStatus, RejectionReason, TemplateDoc};
use tresen_store::SharedClock;
use tresen_types::Category;

use crate::{
    cli::{OneTemplateArgs, TemplateArgs, TemplateCommand, TemplateReason},
    output, serve,
};

/// One template in the list.
#[derive(Serialize)]
struct Line {
    hash: String,
    name: String,
    language: String,
    version: u32,
    category: Category,
    status: &'static str,
    until_ms: Option<i64>,
    body: String,
    findings: Vec<String>,
}

pub(crate) fn run(command: &TemplateCommand) -> anyhow::Result<()> {
    match command {
        TemplateCommand::List(args) => list(args),
        TemplateCommand::Approve { template, days } => {
            decide(template, Decision::Approve { days: *days })
        }
        TemplateCommand::Reject { template, reason } => {
            decide(template, Decision::Reject { reason: reason_of(*reason) })
        }
        TemplateCommand::Pause { template, reason } => {
            decide(template, Decision::Pause { reason: reason_of(*reason) })
        }
    }
}

fn list(args: &TemplateArgs) -> anyhow::Result<()> {
    let config = serve::load(&args.server)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    for (template, approval) in runtime.block_on(admin::templates(&config, args.account))? {
        output::last_line(&line(&template, approval.as_ref()))?;
    }
    Ok(())
}

fn decide(args: &OneTemplateArgs, decision: Decision) -> anyhow::Result<()> {
    let config = serve::load(&args.of.server)?;
    let clock: SharedClock = Arc::new(SystemClock);
    let hash = hash_of(&args.hash).context("a hash has 64 hexadecimal digits")?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let account = args.of.account;
    let deciding = admin::decide_template(&config, &clock, account, hash, decision);
    let approval = runtime.block_on(deciding)?;
    output::last_line(&serde_json::json!({
        "hash": args.hash,
        "status": status_of(Some(&approval)),
        "sequence": approval.sequence,
        "until_ms": approval.not_after.as_millis(),
    }))
}

fn line(template: &TemplateDoc, approval: Option<&Approval>) -> Line {
    let name = |number: u8| match template.parameter(number) {
        Some(parameter) if !parameter.name.is_empty() => parameter.name.clone(),
        _positional => number.saturating_add(1).to_string(),
    };
    Line {
        hash: template.hash().iter().map(|byte| format!("{byte:02x}")).collect(),
        name: template.name.clone(),
        language: template.language.clone(),
        version: template.version,
        category: template.category,
        status: status_of(approval),
        until_ms: approval.map(|approval| approval.not_after.as_millis()),
        body: template.body.source(name),
        findings: lint(template).iter().map(|finding| format!("{finding:?}")).collect(),
    }
}

const fn status_of(approval: Option<&Approval>) -> &'static str {
    match approval {
        None => "pending",
        Some(approval) => match approval.status {
            ApprovalStatus::Approved => "approved",
            ApprovalStatus::Rejected => "rejected",
            ApprovalStatus::Paused => "paused",
            ApprovalStatus::Disabled => "disabled",
        },
    }
}

const fn reason_of(reason: TemplateReason) -> RejectionReason {
    match reason {
        TemplateReason::AbusiveContent => RejectionReason::AbusiveContent,
        TemplateReason::InvalidFormat => RejectionReason::InvalidFormat,
        TemplateReason::Promotional => RejectionReason::Promotional,
        TemplateReason::ContentMismatch => RejectionReason::ContentMismatch,
        TemplateReason::IncorrectCategory => RejectionReason::IncorrectCategory,
        TemplateReason::Scam => RejectionReason::Scam,
    }
}

pub(crate) fn hash_of(text: &str) -> Option<[u8; 32]> {
    let digits = text.as_bytes().chunks_exact(2).map(|pair| {
        let pair = str::from_utf8(pair).ok()?;
        u8::from_str_radix(pair, 16).ok()
    });
    let bytes: Vec<u8> = digits.collect::<Option<_>>()?;
    if text.len() == 64 { bytes.try_into().ok() } else { None }
}
