//! A message of a template: it may go where free words may not.

use std::{borrow::Cow, rc::Rc};

use tresen_view::{
    Answer, Call as SdkCall, Command, ConversationHeader, MessageView, TemplateView, ValueDraft,
};

use super::{file, goods};
use crate::{
    api_error::ApiError,
    error::Error,
    gateway::Gateway,
    ids,
    request::template::TemplateSend,
    templates::{Ready, find, values},
};

/// The template and its values, if they fit and the customer allows its category.
pub(super) async fn checked<'a>(
    gateway: &Rc<Gateway>,
    header: &ConversationHeader,
    wanted: &'a TemplateSend,
) -> Result<(TemplateView, Cow<'a, TemplateSend>), ApiError> {
    let template = find(gateway, wanted).await?;
    let wanted = goods::named_in(gateway, wanted).await?;
    values(&template, &wanted.values)?;
    if !header.consent.is_some_and(|allowed| allowed.contains(template.category)) {
        return Err(ApiError::with(131_050, "the customer doesn't allow this category"));
    }
    Ok((template, wanted))
}

/// Sends it; what the customer doesn't allow is refused at once.
pub(super) async fn send(
    gateway: &Rc<Gateway>,
    header: &ConversationHeader,
    wanted: &TemplateSend,
    number: Option<u64>,
) -> Result<(MessageView, String), ApiError> {
    let (template, wanted) = checked(gateway, header, wanted).await?;
    let id = ids::template_id(&template.template);
    let mut ready = Vec::new();
    for value in values(&template, &wanted.values)? {
        ready.push(match value {
            Ready::Value(value) => value,
            Ready::File(wanted) => {
                let name = wanted.filename.as_deref();
                let file = file::offer(gateway, wanted.kind, &wanted.source, name, false).await?;
                ValueDraft::File(Box::new(file))
            }
        });
    }
    let conversation = header.row.conversation;
    let command =
        Command::SendTemplate { conversation, template: template.template, values: ready };
    let answer = match number {
        Some(id) => gateway.client.answer(SdkCall { id, command }).await,
        None => gateway.client.call(command).await,
    };
    match answer {
        Ok(Answer::Message(message)) => Ok((*message, id)),
        Ok(_) => Err(Error::unexpected().into()),
        // A value that the customer's device would refuse.
        Err(failure) if failure.kind == tresen_view::FailureKind::Invalid => {
            Err(ApiError::with(132_012, failure.detail))
        }
        Err(failure) => Err(failure.into()),
    }
}
