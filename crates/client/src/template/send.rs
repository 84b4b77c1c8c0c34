//! A message of a template, into a conversation.

use tresen_content::{Content, Message, template::TemplateMessage};
use tresen_statement::TemplateDoc;
use tresen_types::ConversationId;
use tresen_view::{Answer, ValueDraft};

use super::{draft, search_text};
use crate::{
    client::Inner,
    error::{Error, Result},
    timeline,
};

/// Queues an instance; the server decides whether it may go now.
pub(crate) fn send(
    inner: &Inner,
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
    let values = draft::values(values)?;
    let instance = TemplateMessage { template: hash, version: template.version, values };
    // What a customer's device would refuse isn't sent.
    instance.check(&template).map_err(|violation| Error::Mismatch(violation.mismatch))?;
    let text = search_text(&template, &instance);
    let content = Content::new(Message::Template(Box::new(instance)));
    timeline::send_content(inner, call, conversation, &content, template.category, &text)
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
