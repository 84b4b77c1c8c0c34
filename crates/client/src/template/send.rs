//! A message of a template, into a conversation.

use std::rc::Rc;

use tresen_content::{
    Content, Message,
    template::{TemplateMessage, TemplateValue},
};
use tresen_statement::TemplateDoc;
use tresen_types::ConversationId;
use tresen_view::{Answer, ValueDraft};

use super::{draft, search_text};
use crate::{
    attachment::{
        beside::{self, Beside},
        place_of,
    },
    client::Inner,
    error::{Error, Result},
    limits::TEMPLATE_FILES_MAX,
    timeline,
};

/// Queues an instance; the server decides whether it may go now.
pub(crate) async fn send(
    inner: &Rc<Inner>,
    call: Option<u64>,
    conversation: ConversationId,
    template: &str,
    values: Vec<ValueDraft>,
) -> Result<Answer> {
    let own = inner.own()?;
    if !own.is_business() {
        return Err(Error::Forbidden);
    }
    let hash = unhex(template).ok_or(Error::Invalid("64 hexadecimal digits name a template"))?;
    let record = inner.store.read(|tx| tx.template(own.account, hash))?;
    let template = TemplateDoc::decode(&record.ok_or(Error::NotFound("template"))?.document)?;
    let (mut ready, mut files) = (Vec::with_capacity(values.len()), Vec::new());
    for (part, value) in (0_u8..).zip(values) {
        ready.push(match value {
            ValueDraft::File(_) if files.len() >= TEMPLATE_FILES_MAX => {
                return Err(Error::TooLarge("files of a template"));
            }
            ValueDraft::File(file) => {
                let beside = beside::upload(inner, *file).await?;
                let value = TemplateValue::Media(Box::new(beside.attachment.clone()));
                files.push((part, beside));
                value
            }
            other => draft::value(other)?,
        });
    }
    let instance = TemplateMessage {
        template: hash,
        version: template.version,
        values: ready,
        campaign: None,
    };
    let sent = queue(inner, call, conversation, &template, instance);
    finish(inner, conversation, &template, &files, &sent)?;
    sent
}

fn queue(
    inner: &Inner,
    call: Option<u64>,
    conversation: ConversationId,
    template: &TemplateDoc,
    instance: TemplateMessage,
) -> Result<Answer> {
    // What a customer's device would refuse isn't sent.
    instance.check(template).map_err(|violation| Error::Mismatch(violation.mismatch))?;
    let text = search_text(template, &instance);
    let content = Content::new(Message::Template(Box::new(instance)));
    timeline::send_content(inner, call, conversation, &content, template.category, &text)
}

/// Keeps the uploaded files beside the message, or forgets them with it.
fn finish(
    inner: &Inner,
    conversation: ConversationId,
    template: &TemplateDoc,
    files: &[(u8, Beside)],
    sent: &Result<Answer>,
) -> Result<()> {
    for (part, file) in files {
        match sent {
            Ok(Answer::Message(message)) => {
                // The file above the words is the message's own; those of cards are parts of it.
                let place = if template.carousel.is_empty() {
                    message.message
                } else {
                    place_of(message.message, *part)
                };
                beside::keep(inner, file, conversation, place)?;
            }
            _ => beside::drop_file(inner, file)?,
        }
    }
    Ok(())
}

pub(crate) fn unhex(text: &str) -> Option<[u8; 32]> {
    let mut hash = [0; 32];
    let (pairs, []) = text.as_bytes().as_chunks::<2>() else { return None };
    if pairs.len() != hash.len() {
        return None;
    }
    for (byte, pair) in hash.iter_mut().zip(pairs) {
        let digits = std::str::from_utf8(pair).ok()?;
        *byte = u8::from_str_radix(digits, 16).ok()?;
    }
    Some(hash)
}
