//! `/{number}/message_qrdls`: the business's entry links, as codes with a picture.

use http::Method;
use serde_json::{Map, Value, json};
use tresen_view::{Answer, Command, EntryLinkView};

use super::{Caller, project};
use crate::{
    api_error::ApiError,
    error::Error,
    http::{answer::success, router::Call},
};

/// `GET`, `POST` and `DELETE`, of all or of one code.
pub(crate) async fn edge(call: &Call, caller: &Caller, code: &str) -> Result<Value, ApiError> {
    match call.method {
        Method::GET => caller.may_read(&call.gateway)?,
        _ => caller.may_manage(&call.gateway)?,
    }
    let named = if code.is_empty() { call.params.text("code") } else { Some(code.to_owned()) };
    match (&call.method, named) {
        (&Method::GET, None) => {
            let data: Vec<Value> = links(call).await?.iter().map(|one| shown(call, one)).collect();
            Ok(json!({ "data": data }))
        }
        (&Method::GET, Some(code)) => {
            let known = links(call).await?;
            let found = known.iter().find(|one| one.entry.to_string() == code);
            let found = found.ok_or_else(|| call.unknown(&code))?;
            Ok(json!({ "data": [shown(call, found)] }))
        }
        (&Method::POST, None) => create(call).await,
        (&Method::POST, Some(_)) => {
            Err(ApiError::parameter("A printed code keeps its words; make another one."))
        }
        (&Method::DELETE, Some(code)) => {
            let known = links(call).await?;
            let found = known.iter().find(|one| one.entry.to_string() == code);
            let entry = found.ok_or_else(|| call.unknown(&code))?.entry;
            needs_owner(call)?;
            call.gateway.client.call(Command::RevokeEntryLink { entry }).await?;
            Ok(success())
        }
        _ => Err(call.unknown("message_qrdls")),
    }
}

async fn links(call: &Call) -> Result<Vec<EntryLinkView>, ApiError> {
    let Answer::EntryLinks(links) = call.gateway.client.call(Command::EntryLinks).await? else {
        return Err(Error::unexpected().into());
    };
    Ok(links.into_iter().filter(|one| !one.is_revoked).collect())
}

async fn create(call: &Call) -> Result<Value, ApiError> {
    needs_owner(call)?;
    let prefilled = call.params.required("prefilled_message")?;
    if prefilled.trim().is_empty() {
        return Err(ApiError::parameter("The parameter prefilled_message is required."));
    }
    let command =
        Command::CreateEntryLink { label: "API".to_owned(), prefilled, uses_max: None, days: None };
    let Answer::EntryLink(link) =
        call.gateway.client.call(command).await.map_err(|failure| match failure.kind {
            tresen_view::FailureKind::TooLarge | tresen_view::FailureKind::Invalid => {
                ApiError::parameter("Param prefilled_message is too long.")
            }
            _ => failure.into(),
        })?
    else {
        return Err(Error::unexpected().into());
    };
    Ok(shown(call, &link))
}

fn needs_owner(call: &Call) -> Result<(), ApiError> {
    if call.gateway.is_owner() {
        return Ok(());
    }
    let details = "entry links are made by an owner; this gateway was let in as a colleague";
    Err(ApiError::with(131_005, details))
}

fn shown(call: &Call, link: &EntryLinkView) -> Value {
    let mut fields = Map::new();
    let code = link.entry.to_string();
    // Pictures are drawn as SVG, whatever was asked: every browser and printer takes it.
    if call.params.text("generate_qr_image").is_some()
        && let Some(svg) = picture(&link.url)
    {
        fields.insert("qr_image_url".to_owned(), svg.into());
    }
    fields.insert("code".to_owned(), code.into());
    fields.insert("prefilled_message".to_owned(), link.prefilled.clone().into());
    fields.insert("deep_link_url".to_owned(), link.url.clone().into());
    project(&call.params, Value::Object(fields))
}

/// The code as a `data:` URL.
fn picture(url: &str) -> Option<String> {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    use qrcodegen::{QrCode, QrCodeEcc};
    let code = QrCode::encode_text(url, QrCodeEcc::Medium).ok()?;
    let mut path = String::new();
    for y in 0..code.size() {
        for x in 0..code.size() {
            if code.get_module(x, y) {
                path.push_str(&format!("M{} {}h1v1h-1z", x + 4, y + 4));
            }
        }
    }
    let side = code.size() + 8;
    let svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {side} {side}\"><path fill=\"#fff\" \
         d=\"M0 0h{side}v{side}H0z\"/><path d=\"{path}\"/></svg>"
    );
    Some(format!("data:image/svg+xml;base64,{}", STANDARD.encode(svg)))
}
