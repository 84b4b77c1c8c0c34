//! From a command to what does it: the `match` here and the one of [`seldom`] are the index of the SDK.

pub(crate) mod seldom;

use std::rc::Rc;

use tresen_view::{Answer, Command};

use crate::{
    account, attachment, client::Inner, consent, conversation, draft, error::Result, inbox,
    settings, timeline, typing,
};

/// Does what a command asks. `call` is the number under which it may be repeated.
pub(crate) async fn run(inner: &Rc<Inner>, call: Option<u64>, command: Command) -> Result<Answer> {
    match command {
        Command::Account => Ok(Answer::Account(account::account_view(inner))),
        Command::OpenConversation {
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
        Command::Profile { account } => account::profile(inner, account),
        Command::Conversations { filter } => inbox::conversations(inner, filter),
        Command::Header { conversation } => inbox::header(inner, conversation),
        Command::Messages { conversation, before, limit } => {
            timeline::messages(inner, conversation, before, limit)
        }
        Command::MessagesAround { conversation, message, limit } => {
            timeline::messages_around(inner, conversation, message, limit)
        }
        Command::SendText { conversation, text, reply_to } => {
            let answer = timeline::send_text(inner, call, conversation, text.clone(), reply_to)?;
            consent::notice_stop(inner, conversation, &text).await?;
            Ok(answer)
        }
        Command::Choose { message, choice } => timeline::choose(inner, call, message, &choice),
        Command::Retry { message } => match attachment::retry(inner, message)? {
            Some(answer) => Ok(answer),
            None => timeline::retry(inner, message),
        },
        Command::SendFile { conversation, file, reply_to } => {
            attachment::send_file(inner, conversation, *file, reply_to).await
        }
        Command::CancelTransfer { message } => attachment::cancel_transfer(inner, message),
        Command::OpenAttachment { message } => attachment::open_attachment(inner, message).await,
        Command::React { message, emoji } => timeline::react(inner, message, emoji),
        Command::MarkRead { conversation, through } => {
            timeline::mark_read(inner, conversation, through)
        }
        Command::Typing { conversation } => typing::send(inner, conversation),
        Command::SaveDraft { conversation, text } => draft::save(inner, conversation, text),
        Command::Settings => settings::settings(inner).map(Answer::Settings),
        command => seldom::answer(Rc::clone(inner), call, command).await?.await,
    }
}
