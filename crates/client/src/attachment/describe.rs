//! Reads the attachment out of a message's content.

use tresen_content::{Content, Message, message::Attachment};

use crate::{
    client::Inner,
    error::{Error, Result},
    store::{MessageKind, MessageRecord},
};

/// The content of a message that is an attachment.
pub(super) fn content_of(inner: &Inner, record: &MessageRecord) -> Result<(Content, Attachment)> {
    if record.kind != MessageKind::Content {
        return Err(Error::NotFound("attachment"));
    }
    let scope = tresen_content::Scope {
        host: inner.host(),
        sender: record.sender_account,
        conversation: record.conversation,
    };
    let content = Content::decode(&record.content, &scope)?.content;
    let Message::Attachment(attachment) = &content.message else {
        return Err(Error::NotFound("attachment"));
    };
    let attachment = attachment.as_ref().clone();
    Ok((content, attachment))
}
