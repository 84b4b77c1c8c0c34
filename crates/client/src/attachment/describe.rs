//! Reads the attachment out of a message's content: the file itself, or the one above a template.

use tresen_content::{Content, Message, message::Attachment, template::TemplateValue};

use crate::{
    client::Inner,
    error::{Error, Result},
    store::{MessageKind, MessageRecord},
};

/// The content of a message that has an attachment.
pub(super) fn content_of(inner: &Inner, record: &MessageRecord) -> Result<(Content, Attachment)> {
    let content = decode(inner, record)?;
    let attachment = match &content.message {
        Message::Attachment(attachment) => Some(attachment.as_ref().clone()),
        Message::Template(instance) => instance.values.iter().find_map(file_of),
        _said => None,
    };
    let attachment = attachment.ok_or(Error::NotFound("attachment"))?;
    Ok((content, attachment))
}

/// The file that is this value of a template's message.
pub(super) fn part_of(inner: &Inner, record: &MessageRecord, part: u8) -> Result<Attachment> {
    let content = decode(inner, record)?;
    let Message::Template(instance) = &content.message else {
        return Err(Error::NotFound("attachment"));
    };
    let value = instance.values.get(usize::from(part));
    value.and_then(file_of).ok_or(Error::NotFound("attachment"))
}

fn file_of(value: &TemplateValue) -> Option<Attachment> {
    match value {
        TemplateValue::Media(attachment) => Some(attachment.as_ref().clone()),
        _said => None,
    }
}

fn decode(inner: &Inner, record: &MessageRecord) -> Result<Content> {
    if record.kind != MessageKind::Content {
        return Err(Error::NotFound("attachment"));
    }
    let scope = tresen_content::Scope {
        host: inner.host(),
        sender: record.sender_account,
        conversation: record.conversation,
    };
    Ok(Content::decode(&record.content, &scope)?.content)
}
