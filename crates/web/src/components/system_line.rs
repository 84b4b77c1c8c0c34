//! What happened, in the words of a line of its own.

use tresen_view::SystemLine;

use crate::i18n::{fill, t};

/// The sentence. `own_name` is this device's person, for lines that are about them.
#[must_use]
pub fn system_text(line: &SystemLine, own_name: &str) -> String {
    let t = t();
    let named = |text: &str, name: &str| fill(text, &[("name", name)]);
    match line {
        SystemLine::Began { label: Some(label) } if !label.is_empty() => {
            fill(t.sys_began_label, &[("label", label)])
        }
        SystemLine::Began { .. } => t.sys_began.to_owned(),
        SystemLine::Joined { name } => named(t.sys_joined, or_unknown(name)),
        SystemLine::Removed { name } => named(t.sys_removed, or_unknown(name)),
        SystemLine::Left { name } => named(t.sys_left, or_unknown(name)),
        SystemLine::AccountEnded { name } => named(t.sys_account_ended, or_unknown(name)),
        SystemLine::ConsentChanged { is_given: true } => t.sys_consent_given.to_owned(),
        SystemLine::ConsentChanged { is_given: false } => t.sys_consent_revoked.to_owned(),
        SystemLine::Resynced => t.sys_resynced.to_owned(),
        SystemLine::Unreadable => t.sys_unreadable.to_owned(),
        SystemLine::Assigned { name: Some(name) } if name == own_name => {
            t.sys_assigned_me.to_owned()
        }
        SystemLine::Assigned { name: Some(name) } => named(t.sys_assigned, or_unknown(name)),
        SystemLine::Note { text, .. } => text.clone(),
        SystemLine::Assigned { name: None } => t.sys_unassigned.to_owned(),
    }
}

fn or_unknown(name: &str) -> &str {
    if name.is_empty() { t().unknown_name } else { name }
}
