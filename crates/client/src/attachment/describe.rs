//! Reads the attachment out of a message's content: the file itself, or the one above a template.

use tresen_content::{Content, Message, message::Attachment, template::TemplateValue};

use crate::{
    client::Inner,
    error::{Error, Result},
    store::{MessageKind, MessageRecord},
};

/// The content of a message that has an attachment.
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
    let attachment = match &content.message {
        Message::Attachment(attachment) => Some(attachment.as_ref().clone()),
        Message::Template(instance) => instance.values.iter().find_map(|value| match value {
            TemplateValue::Media(attachment) => Some(attachment.as_ref().clone()),
            _said => None,
        }),
        _said => None,
    };
    let attachment = attachment.ok_or(Error::NotFound("attachment"))?;
    Ok((content, attachment))
}
