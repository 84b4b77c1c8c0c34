//! `tresen admin report`: what customers have opened for the operator, and what comes of it. Nothing
//! is shown that the server can't prove to have taken.

use std::sync::Arc;

use anyhow::Context as _;
use serde::Serialize;
use tresen_content::{Content, Message, Scope, preview_line, uri::host_of_origin};
use tresen_server::{
    SystemClock,
    admin::{self, LoggedDecision, OpenedReport, Verdict},
};
use tresen_statement::{DecisionKind, ReportReason, TemplateDoc, receipt::Acceptance};
use tresen_store::SharedClock;
use tresen_types::{Categories, Category};

use crate::{
    cli::{ObjectionOutcome, ReportCommand, ReportVerdict, TemplateCategory},
    output, serve,
    template::hash_of,
};

/// One report in the queue.
#[derive(Serialize)]
struct Line {
    report: String,
    business: String,
    reporter: String,
    reason: &'static str,
    note: String,
    at_ms: i64,
    messages: Vec<Item>,
}

/// One message that was opened.
#[derive(Serialize)]
struct Item {
    accepted_at_ms: i64,
    category: Category,
    template: Option<String>,
    text: String,
}

pub(crate) fn run(command: &ReportCommand) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    match command {
        ReportCommand::List(args) => {
            let config = serve::load(args)?;
            for report in runtime.block_on(admin::reports(&config))? {
                output::last_line(&line(&report))?;
            }
        }
        ReportCommand::Decide { server, report, verdict, categories, note } => {
            let config = serve::load(server)?;
            let clock: SharedClock = Arc::new(SystemClock);
            let id = hash_of(report).context("a report has 64 hexadecimal digits")?;
            let categories: Categories = categories.iter().copied().map(category_of).collect();
            let verdict = match verdict {
                ReportVerdict::Dismiss => Verdict::Dismiss,
                ReportVerdict::Warn => Verdict::Warn,
                ReportVerdict::Suspend if categories.is_empty() => {
                    Verdict::Suspend { categories: Category::ALL.into_iter().collect() }
                }
                ReportVerdict::Suspend => Verdict::Suspend { categories },
            };
            runtime.block_on(admin::decide_report(&config, &clock, id, verdict, note))?;
        }
        ReportCommand::Lift { server, account, note } => {
            let config = serve::load(server)?;
            let clock: SharedClock = Arc::new(SystemClock);
            runtime.block_on(admin::lift_suspension(&config, &clock, *account, note))?;
        }
        ReportCommand::Log { server, open } => {
            let config = serve::load(server)?;
            for decision in runtime.block_on(admin::decisions(&config, *open))? {
                output::last_line(&log_line(&decision))?;
            }
        }
        ReportCommand::Answer { server, decision, outcome, note } => {
            let config = serve::load(server)?;
            let clock: SharedClock = Arc::new(SystemClock);
            let id = hash_of(decision).context("a decision has 64 hexadecimal digits")?;
            let is_withdrawn = matches!(outcome, ObjectionOutcome::Withdraw);
            let answering = admin::answer_objection(&config, &clock, id, is_withdrawn, note);
            runtime.block_on(answering)?;
        }
    }
    Ok(())
}

fn log_line(decision: &LoggedDecision) -> serde_json::Value {
    let notice = &decision.notice;
    serde_json::json!({
        "decision": hex(&decision.id),
        "business": notice.business.to_string(),
        "kind": match notice.kind {
            DecisionKind::Warned => "warned",
            DecisionKind::Suspended => "suspended",
            DecisionKind::Tier => "tier",
            DecisionKind::Lifted => "lifted",
            DecisionKind::Upheld => "upheld",
            DecisionKind::Withdrawn => "withdrawn",
        },
        "categories": notice.categories,
        "customers_max": notice.customers_max,
        "report": notice.report.map(|id| hex(&id)),
        "answers": notice.answers.map(|id| hex(&id)),
        "note": notice.note,
        "at_ms": notice.at.as_millis(),
        "objection": decision.objection.as_ref().map(|(text, _)| text),
    })
}

fn line(report: &OpenedReport) -> Line {
    let value = &report.report;
    let host = host_of_origin(&value.origin).unwrap_or_default();
    let item = |(acceptance, content): (&Acceptance, &Vec<u8>)| Item {
        accepted_at_ms: acceptance.accepted_at.as_millis(),
        category: acceptance.category,
        template: acceptance.template_hash.map(|hash| hex(&hash)),
        text: text_of(report, host, acceptance, content),
    };
    let contents = value.items.iter().map(|item| &item.content);
    Line {
        report: hex(&report.id),
        business: value.business.to_string(),
        reporter: value.reporter.to_string(),
        reason: reason_of(value.reason),
        note: value.note.clone(),
        at_ms: value.at.as_millis(),
        messages: report.acceptances.iter().zip(contents).map(item).collect(),
    }
}

/// The words of a message; a template's with its values.
fn text_of(report: &OpenedReport, host: &str, acceptance: &Acceptance, content: &[u8]) -> String {
    use tresen_content::template::render::{plain, render};
    let scope =
        Scope { host, sender: acceptance.sender_account, conversation: acceptance.conversation };
    let Ok(received) = Content::decode(content, &scope) else { return String::new() };
    if let Message::Template(instance) = &received.content.message {
        let document = report.templates.iter().find_map(|document| {
            let is_it = TemplateDoc::hash_of(document) == instance.template;
            is_it.then(|| TemplateDoc::decode(document).ok()).flatten()
        });
        return document
            .filter(|document| instance.check(document).is_ok())
            .map(|document| render(&document, &instance.values, &plain).text())
            .unwrap_or_default();
    }
    preview_line(&received.content.message).map(|preview| preview.text).unwrap_or_default()
}

const fn reason_of(reason: ReportReason) -> &'static str {
    match reason {
        ReportReason::Unwanted => "unwanted",
        ReportReason::Fraud => "fraud",
        ReportReason::Impersonation => "impersonation",
        ReportReason::Abuse => "abuse",
        ReportReason::Illegal => "illegal",
    }
}

const fn category_of(category: TemplateCategory) -> Category {
    match category {
        TemplateCategory::Service => Category::Service,
        TemplateCategory::Utility => Category::Utility,
        TemplateCategory::Marketing => Category::Marketing,
        TemplateCategory::Authentication => Category::Authentication,
    }
}

fn hex(bytes: &[u8; 32]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
