//! Places, people and offers, and what is chosen of them.

use tresen_content::{Content, Message, search_text};
use tresen_types::{
    Category, ConversationId, MessageId,
    card::{Card, Choice, ChoiceOf, OfferAction},
};
use tresen_view::Answer;

use super::{send::send_content, view::content_of};
use crate::{
    client::Inner,
    error::{Error, Result},
    template,
};

/// Queues a card; a repeated call answers the message that it has made.
pub(crate) fn send_card(
    inner: &Inner,
    call: Option<u64>,
    conversation: ConversationId,
    card: Card,
    reply_to: Option<MessageId>,
) -> Result<Answer> {
    if matches!(card, Card::Offer(_)) && !inner.own()?.is_business() {
        return Err(Error::Forbidden);
    }
    let message = Message::Card(Box::new(card));
    let content = Content { in_reply_to: reply_to, ..Content::new(message) };
    send(inner, call, conversation, &content)
}

/// Answers an offer or a template with what is chosen.
pub(crate) fn choose(
    inner: &Inner,
    call: Option<u64>,
    message: MessageId,
    id: &str,
) -> Result<Answer> {
    let (conversation, choice) = inner.store.read(|tx| {
        let record = tx.known_message(message)?;
        if record.is_own {
            return Err(Error::Invalid("nobody chooses of the own offer"));
        }
        let choice = match content_of(inner, &record)?.message {
            Message::Card(card) => match *card {
                Card::Offer(offer) => of_offer(&offer.action, id),
                Card::Place(_) | Card::Contacts(_) => None,
            },
            Message::Template(instance) => {
                template::reply_of(tx, record.sender_account, &instance, id)?
            }
            _ => None,
        };
        Ok((record.conversation, choice.ok_or(Error::NotFound("choice"))?))
    })?;
    let message_of = Message::Choice(Box::new(choice));
    let content = Content { in_reply_to: Some(message), ..Content::new(message_of) };
    send(inner, call, conversation, &content)
}

fn of_offer(action: &OfferAction, id: &str) -> Option<Choice> {
    let of = match action {
        OfferAction::Buttons(_) | OfferAction::Slides(_) => ChoiceOf::Buttons,
        _ => ChoiceOf::List,
    };
    let row = action.rows().find(|row| row.id == id)?;
    Some(Choice {
        of,
        id: row.id.clone(),
        title: row.title.clone(),
        description: row.description.clone(),
    })
}

fn send(
    inner: &Inner,
    call: Option<u64>,
    conversation: ConversationId,
    content: &Content,
) -> Result<Answer> {
    let words = search_text(&content.message).unwrap_or_default();
    send_content(inner, call, conversation, content, Category::Service, &words)
}
