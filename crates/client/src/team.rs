//! What a team does with its conversations: notes, labels, customer cards, quick replies, filters, and
//! what happens without a person. All of it is told in the business's own group alone.

mod auto;
mod label;
mod marks;
mod note;
mod shared;

use std::rc::Rc;

pub(crate) use auto::{consider, settle};
pub(crate) use marks::{Labels, has_label, marks_of, seen_mention};
pub(crate) use note::{search_text as note_text, take_in as take_in_note};
use tresen_view::{Answer, Event, TeamCommand};

use crate::{
    client::Inner,
    error::{Error, Result},
};

/// Does what a team's command asks.
pub(crate) fn run(inner: &Rc<Inner>, command: TeamCommand) -> Result<Answer> {
    if !inner.own()?.is_business() {
        return Err(Error::Forbidden);
    }
    let events = match command {
        TeamCommand::View => {
            return inner.store.read(|tx| Ok(Answer::Team(Box::new(shared::view(tx)?))));
        }
        TeamCommand::Card { conversation } => {
            return inner.store.read(|tx| shared::card(tx, conversation)).map(Answer::CardFields);
        }
        TeamCommand::AddNote { conversation, text, mentions } => {
            note::add(inner, conversation, &text, mentions)?
        }
        TeamCommand::SetLabel { conversation, label, is_set } => {
            label::set(inner, conversation, &label, is_set)?
        }
        TeamCommand::PutLabel(draft) => label::put(inner, &draft)?,
        TeamCommand::RemoveLabel { label } => label::remove(inner, &label)?,
        TeamCommand::SetField { conversation, field } => {
            shared::set_field(inner, conversation, &field)?
        }
        TeamCommand::Snooze { conversation, until } => shared::snooze(inner, conversation, until)?,
        TeamCommand::Remind { conversation, reminder } => {
            shared::remind(inner, conversation, reminder.as_ref())?
        }
        TeamCommand::PutReply(reply) => shared::put_reply(inner, reply)?,
        TeamCommand::RemoveReply { reply } => shared::remove_reply(inner, &reply)?,
        TeamCommand::PutFilter(filter) => shared::put_filter(inner, filter)?,
        TeamCommand::RemoveFilter { filter } => shared::remove_filter(inner, &filter)?,
        TeamCommand::SetRules(rules) => shared::set_rules(inner, &rules)?,
    };
    announce(inner, events);
    Ok(Answer::Done)
}

fn announce(inner: &Inner, events: Vec<Event>) {
    inner.emit_all(events);
    inner.outbox_wake.notify();
}
