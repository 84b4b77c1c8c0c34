//! Being woken up while no page is open: where, and with which keys, is the browser's; the server is told.

use std::rc::Rc;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use tresen_proto::{FetchPush, RegisterPush, ReplyBody, RequestBody, WithdrawPush};
use tresen_view::{Answer, PushCommand};

use crate::{
    client::Inner,
    connection::Phase,
    error::{Error, Result},
};

/// Does what is asked, as soon as there is a connection.
pub(crate) async fn run(inner: &Rc<Inner>, command: PushCommand) -> Result<Answer> {
    let request = match command {
        PushCommand::Terms => RequestBody::FetchPush(FetchPush {}),
        PushCommand::Withdraw => RequestBody::WithdrawPush(WithdrawPush {}),
        PushCommand::Register { endpoint, public_key, auth } => {
            let bytes = |text: &str| {
                let text = text.trim_end_matches('=');
                URL_SAFE_NO_PAD.decode(text).map_err(|_other| Error::Invalid("base64url"))
            };
            let (public_key, auth) = (bytes(&public_key)?, bytes(&auth)?);
            RequestBody::RegisterPush(RegisterPush { endpoint, public_key, auth })
        }
    };
    inner.link.reach(Phase::Authenticated).await?;
    match inner.link.request(request).await? {
        ReplyBody::PushTerms(terms) => Ok(Answer::Text(URL_SAFE_NO_PAD.encode(terms.server_key))),
        ReplyBody::Done(_) => Ok(Answer::Done),
        _ => Err(Error::Answer("push")),
    }
}
