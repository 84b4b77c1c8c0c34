//! From a command to what does it: the `match` here and the one of [`seldom`] are the index of the SDK.

pub(crate) mod seldom;

use std::rc::Rc;

use tresen_view::{Answer, Command, FirstCommand};

use crate::{
    account, client::Inner, consent, conversation, draft, error::Result, inbox, settings, timeline,
    typing,
};

/// Does what a command asks. `call` is the number under which it may be repeated.
pub(crate) async fn run(inner: &Rc<Inner>, call: Option<u64>, command: Command) -> Result<Answer> {
    match command.into_first() {
        Ok(command) => run_first(inner, call, command).await,
        Err(command) => {
            let asked = seldom::Asked::Command(command);
            seldom::answer(Rc::clone(inner), call, asked).await?.await
        }
    }
}

/// Does what a command of a first visit asks.
pub(crate) async fn run_first(
    inner: &Rc<Inner>,
    call: Option<u64>,
    command: FirstCommand,
) -> Result<Answer> {
    match command {
        FirstCommand::Account => Ok(Answer::Account(account::account_view(inner))),
        FirstCommand::OpenConversation {
            entry,
            fingerprint,
            display_name,
            categories,
            wording,
            language,
        } => {
            let wish = conversation::OpenWish {
                entry,
                fingerprint,
                display_name,
                categories,
                wording,
                language,
            };
            conversation::open(inner, wish).await
        }
        FirstCommand::Profile { account } => account::profile(inner, account),
        FirstCommand::ConversationPage(query) => inbox::page(inner, &query),
        FirstCommand::Header { conversation } => inbox::header(inner, conversation),
        FirstCommand::Messages { conversation, before, limit } => {
            timeline::messages(inner, conversation, before, limit)
        }
        FirstCommand::SendText { conversation, text, reply_to } => {
            let answer = timeline::send_text(inner, call, conversation, text.clone(), reply_to)?;
            consent::notice_stop(inner, conversation, &text).await?;
            Ok(answer)
        }
        FirstCommand::MarkRead { conversation, through } => {
            timeline::mark_read(inner, conversation, through)
        }
        FirstCommand::Typing { conversation } => typing::send(inner, conversation),
        FirstCommand::SaveDraft { conversation, text } => draft::save(inner, conversation, text),
        FirstCommand::Settings => settings::settings(inner).map(Answer::Settings),
    }
}
