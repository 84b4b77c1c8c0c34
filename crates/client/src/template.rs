//! Templates: made and sent by a business, fetched and verified by those who get their messages.
//!
//! ```text
//! create, list   a business's own, at the server; the operator decides about them
//! preview        a draft as it would look, with what speaks against it
//! send           an instance, with values that were checked before it is queued
//! fetch          a document by its hash, hashed again before it is kept
//! body           what is shown: the template's words, with the values in their places
//! ```

mod approve;
mod create;
mod draft;
mod list;
mod preview;
mod remark;
mod send;

use std::rc::Rc;

pub(crate) use approve::approve;
use base64::{Engine as _, engine::general_purpose::STANDARD};
pub(crate) use create::create;
pub(crate) use draft::values;
pub(crate) use list::list;
pub(crate) use preview::preview;
pub(crate) use send::{send, unhex};
use tresen_content::{
    message::{Attachment, AttachmentKind as ContentKind},
    template::{
        TemplateMessage,
        render::{Action, ButtonView, HeaderView, Span, plain, render},
    },
};
use tresen_proto::{FetchTemplate, ReplyBody, RequestBody};
use tresen_statement::TemplateDoc;
use tresen_types::{
    AccountId,
    card::{Choice, ChoiceOf},
};
use tresen_view::{
    AttachmentKind, AttachmentView, MessageBody, SpanView, TemplateAction, TemplateButton,
    TemplateCardView, TemplateContent, TemplateHeader, TemplateOffer, TransferState,
};

use crate::{
    client::Inner,
    error::{Error, Result},
    store::{TemplateRecord, Tx},
};

/// Asks the server for a template, and keeps it if it is what the hash names.
pub(crate) async fn fetch(inner: &Rc<Inner>, account: AccountId, hash: [u8; 32]) -> Result<()> {
    let request = FetchTemplate { account: account.as_bytes().to_vec(), hash: hash.to_vec() };
    let reply = inner.link.request(RequestBody::FetchTemplate(request)).await?;
    let ReplyBody::Template(template) = reply else { return Err(Error::Answer("template")) };
    if TemplateDoc::hash_of(&template.document) != hash {
        return Err(Error::Untrusted("a template with another hash"));
    }
    inner.store.write(|tx| {
        tx.put_template(&TemplateRecord {
            account,
            hash,
            document: template.document,
            approval: template.approval,
            counts_self_signed: template.counts_self_signed,
        })
    })
}

/// What is shown of an instance; it was checked before it was kept.
pub(crate) fn body(
    tx: &Tx<'_>,
    business: AccountId,
    instance: &TemplateMessage,
) -> Result<MessageBody> {
    let Some(record) = tx.template(business, instance.template)? else {
        // It came with the archive; its template is fetched with the next message of it.
        return Ok(MessageBody::Unsupported { text: String::new() });
    };
    let template = TemplateDoc::decode(&record.document)?;
    Ok(MessageBody::Template(Box::new(content(&template, instance))))
}

/// The words of an instance, to be found again.
pub(crate) fn search_text(template: &TemplateDoc, instance: &TemplateMessage) -> String {
    render(template, &instance.values, &plain).text()
}

/// What a quick reply of an instance answers: its text, and the value that it hands back.
pub(crate) fn reply_of(
    tx: &Tx<'_>,
    business: AccountId,
    instance: &TemplateMessage,
    text: &str,
) -> Result<Option<Choice>> {
    let Some(record) = tx.template(business, instance.template)? else { return Ok(None) };
    let template = TemplateDoc::decode(&record.document)?;
    let rendered = render(&template, &instance.values, &plain);
    // In a carousel the same words stand on every card: the number of the card comes first.
    let in_card = text.split_once('/').and_then(|(card, text)| {
        let at = card.parse::<usize>().ok()?.checked_sub(1)?;
        Some((rendered.cards.get(at)?.buttons.clone(), text))
    });
    let (buttons, text) = in_card.unwrap_or((rendered.buttons, text));
    Ok(buttons.into_iter().filter(|button| button.text == text).find_map(|button| {
        let Action::Reply { payload } = button.action else { return None };
        let id = if payload.is_empty() { button.text.clone() } else { payload };
        let description = String::new();
        Some(Choice { of: ChoiceOf::Template, id, title: button.text, description })
    }))
}

fn content(template: &TemplateDoc, instance: &TemplateMessage) -> TemplateContent {
    let rendered = render(template, &instance.values, &plain);
    let cards =
        template.carousel.iter().zip(rendered.cards).map(|(card, shown)| TemplateCardView {
            part: card.media,
            file: shown.file.map(|file| Box::new(file_view(*file))),
            body: spans(shown.body),
            buttons: buttons(shown.buttons),
        });
    TemplateContent {
        name: template.name.clone(),
        category: template.category,
        language: template.language.clone(),
        header: rendered.header.map(|header| match header {
            HeaderView::Text(text) => TemplateHeader::Text(spans(text)),
            HeaderView::Media { file, .. } => TemplateHeader::File(Box::new(file_view(*file))),
            HeaderView::Location(place) => TemplateHeader::Place(place.name, place.address),
            HeaderView::Goods(product) => TemplateHeader::Goods(product.name),
        }),
        body: spans(rendered.body),
        footer: rendered.footer,
        buttons: buttons(rendered.buttons),
        cards: cards.collect(),
        offer: rendered
            .offer
            .map(|offer| TemplateOffer { text: offer.text, ends_at: offer.ends_at }),
    }
}

fn buttons(buttons: Vec<ButtonView>) -> Vec<TemplateButton> {
    let action = |action| match action {
        Action::Reply { .. } => TemplateAction::Reply,
        Action::Open { url } => TemplateAction::Open(url),
        Action::Call { number } => TemplateAction::Call(number),
        Action::Copy { code } => TemplateAction::Copy(code),
        Action::Goods { items } => TemplateAction::Goods(items),
    };
    let button =
        |button: ButtonView| TemplateButton { text: button.text, action: action(button.action) };
    buttons.into_iter().map(button).collect()
}

/// The file above the words, fetched when it is opened.
fn file_view(file: Attachment) -> AttachmentView {
    AttachmentView {
        kind: match file.kind {
            ContentKind::Photo => AttachmentKind::Photo,
            ContentKind::Sticker => AttachmentKind::Sticker,
            ContentKind::Video | ContentKind::Voice | ContentKind::File => AttachmentKind::File,
        },
        name: file.name,
        media_type: file.mime,
        size_bytes: file.size,
        dimensions: file.dimensions,
        thumbhash: (!file.thumbhash.is_empty()).then(|| STANDARD.encode(&file.thumbhash)),
        voice: None,
        caption: String::new(),
        transfer: TransferState::Remote,
    }
}

fn spans(spans: Vec<Span>) -> Vec<SpanView> {
    spans
        .into_iter()
        .map(|span| match span {
            Span::Words(text) => SpanView { text, is_value: false },
            Span::Value(text) => SpanView { text, is_value: true },
        })
        .collect()
}
