//! A message of a template: it may go where free words may not.

use std::rc::Rc;

use tresen_view::{
    Answer, Call as SdkCall, Command, ConversationHeader, MessageView, TemplateView,
};

use crate::{
    api_error::ApiError,
    error::Error,
    gateway::Gateway,
    request::template::TemplateSend,
    templates::{find, values},
};

/// The template, if the values fit and the customer allows its category.
pub(super) async fn checked(
    gateway: &Rc<Gateway>,
    header: &ConversationHeader,
    wanted: &TemplateSend,
) -> Result<TemplateView, ApiError> {
    let template = find(gateway, wanted).await?;
    values(&template, &wanted.values)?;
    if !header.consent.is_some_and(|allowed| allowed.contains(template.category)) {
        return Err(ApiError::with(131_050, "the customer doesn't allow this category"));
    }
    Ok(template)
}

/// Sends it; what the customer doesn't allow is refused at once.
pub(super) async fn send(
    gateway: &Rc<Gateway>,
    header: &ConversationHeader,
    wanted: &TemplateSend,
    number: Option<u64>,
) -> Result<MessageView, ApiError> {
    let template = checked(gateway, header, wanted).await?;
    let values = values(&template, &wanted.values)?;
    let conversation = header.row.conversation;
    let command = Command::SendTemplate { conversation, template: template.template, values };
    let answer = match number {
        Some(id) => gateway.client.answer(SdkCall { id, command }).await,
        None => gateway.client.call(command).await,
    };
    match answer {
        Ok(Answer::Message(message)) => Ok(*message),
        Ok(_) => Err(Error::unexpected().into()),
        // A value that the customer's device would refuse.
        Err(failure) if failure.kind == tresen_view::FailureKind::Invalid => {
            Err(ApiError::with(132_012, failure.detail))
        }
        Err(failure) => Err(failure.into()),
    }
}
