//! Templates over the API: made, listed, shown, deleted.

mod code;
mod draft;
pub(crate) mod library;
pub(crate) mod shelf;

use draft::draft;
use serde_json::{Value, json};
use tresen_types::Category;
use tresen_view::{Answer, Command, TemplateDraft, TemplateView};

use super::{Caller, project};
use crate::{
    api_error::ApiError,
    error::Error,
    http::{answer::success, params::Params, router::Call},
    ids,
    limits::{TEMPLATES_PAGE, TEMPLATES_PAGE_MAX, UPSERT_LANGUAGES_MAX},
    templates::{category, kept, object, status},
};

/// `GET` and `POST /{business}/message_templates`.
pub(crate) async fn edge(call: &Call, caller: &Caller) -> Result<Value, ApiError> {
    match call.method.as_str() {
        "GET" => {
            caller.may_read(&call.gateway)?;
            list(call).await
        }
        "POST" => {
            caller.may_manage(&call.gateway)?;
            create(call).await
        }
        "DELETE" => {
            caller.may_manage(&call.gateway)?;
            delete(call).await
        }
        _ => Err(call.unknown("message_templates")),
    }
}

/// `POST /{business}/upsert_message_templates`: one of each language, as a next version where there is
/// one.
pub(crate) async fn upsert(call: &Call, caller: &Caller) -> Result<Value, ApiError> {
    caller.may_manage(&call.gateway)?;
    let languages = call.params.names("languages").unwrap_or_default();
    if languages.is_empty() || languages.len() > UPSERT_LANGUAGES_MAX {
        return Err(ApiError::parameter("Param languages must have one entry or some."));
    }
    let mut data = Vec::with_capacity(languages.len());
    for language in languages {
        let mut fields = call.params.fields().clone();
        fields.insert("language".to_owned(), language.clone().into());
        let made = publish(call, draft(&Params::from(fields))?).await?;
        data.push(json!({
            "id": ids::template_id(&made.template),
            "status": status(made.status),
            "language": language,
        }));
    }
    Ok(json!({ "data": data }))
}

/// Deletes by name, in every language, or the one that `hsm_id` names: it is listed and sent no more.
/// Colleagues go on seeing it in the app, since a template that was signed stays as it is.
async fn delete(call: &Call) -> Result<Value, ApiError> {
    let gateway = &call.gateway;
    let name = call.params.required("name")?;
    let one = call.params.text("hsm_id").filter(|id| !id.is_empty());
    let is_meant = |known: &TemplateView| {
        known.name == name && one.as_ref().is_none_or(|id| ids::template_id(&known.template) == *id)
    };
    let known = kept(gateway).await?;
    let gone: Vec<&TemplateView> = known.iter().filter(|known| is_meant(known)).collect();
    if gone.is_empty() {
        return Err(call.unknown(one.as_deref().unwrap_or(&name)));
    }
    let now = gateway.now();
    gateway.store.write(|tx| {
        gone.iter().try_for_each(|known| tx.put_gone_template(&known.template, &known.name, now))
    })?;
    gateway.templates.forget();
    Ok(success())
}

/// `GET` and `POST /{template}`; what is changed is the next version, which is decided about anew.
pub(crate) async fn node(call: &Call, caller: &Caller, id: &str) -> Result<Value, ApiError> {
    let known = kept(&call.gateway).await?;
    let found = known.iter().find(|one| ids::template_id(&one.template) == id);
    let found = found.ok_or_else(|| call.unknown(id))?;
    match call.method.as_str() {
        "GET" => {
            caller.may_read(&call.gateway)?;
            Ok(project(&call.params, object(found)))
        }
        "POST" => {
            caller.may_manage(&call.gateway)?;
            let made = publish(call, next_version(call, found)?).await?;
            Ok(json!({
                "success": true,
                "id": ids::template_id(&made.template),
                "name": made.name,
                "category": category(made.category),
            }))
        }
        _ => Err(call.unknown(id)),
    }
}

async fn list(call: &Call) -> Result<Value, ApiError> {
    let params = &call.params;
    let is_wanted = |name: &str, value: &str| {
        params
            .names(name)
            .is_none_or(|wanted| wanted.iter().any(|wanted| wanted.eq_ignore_ascii_case(value)))
    };
    let part = params.text("name_or_content").unwrap_or_default();
    let away = shelf::archived(call).await?;
    let status_of = |one: &TemplateView| {
        let is_away = away.iter().any(|other| other.template == one.template);
        if is_away { "ARCHIVED" } else { status(one.status) }
    };
    let mut found: Vec<TemplateView> = kept(&call.gateway).await?;
    found.extend(away.iter().cloned());
    found.retain(|one| {
        is_wanted("name", &one.name)
            && is_wanted("language", &one.language.replace('-', "_"))
            && is_wanted("status", status_of(one))
            && is_wanted("category", category(one.category))
            && (one.name.contains(&part) || one.body.contains(&part))
    });
    if let Some(after) = params.text("after") {
        let place = found.iter().position(|one| ids::template_id(&one.template) == after);
        found.drain(..place.map_or(0, |place| place.saturating_add(1)));
    }
    let limit = params.text("limit").and_then(|text| text.parse().ok());
    let limit: usize = limit.unwrap_or(TEMPLATES_PAGE).clamp(1, TEMPLATES_PAGE_MAX);
    let has_more = found.len() > limit;
    found.truncate(limit);
    let cursor = |one: Option<&TemplateView>| {
        one.map(|one| ids::template_id(&one.template)).unwrap_or_default()
    };
    let (before, after) = (cursor(found.first()), cursor(found.last()));
    let mut paging = json!({ "cursors": { "before": before, "after": after } });
    if let (true, Value::Object(paging)) = (has_more, &mut paging) {
        let base = call.gateway.config.public_url.as_deref().unwrap_or_default();
        let business = &call.gateway.ids.business;
        let next = format!("{base}/{business}/message_templates?limit={limit}&after={after}");
        paging.insert("next".to_owned(), next.into());
    }
    let shown = |one: &TemplateView| {
        let mut shown = object(one);
        shown["status"] = status_of(one).into();
        project(params, shown)
    };
    let data: Vec<Value> = found.iter().map(shown).collect();
    Ok(json!({ "data": data, "paging": paging }))
}

async fn create(call: &Call) -> Result<Value, ApiError> {
    let made = publish(call, draft(&library::filled(&call.params)?)?).await?;
    Ok(json!({
        "id": ids::template_id(&made.template),
        "status": status(made.status),
        "category": category(made.category),
    }))
}

/// The next version of a template, with what the call changes.
fn next_version(call: &Call, known: &TemplateView) -> Result<TemplateDraft, ApiError> {
    let mut fields = call.params.fields().clone();
    if !fields.contains_key("components") {
        let named = call.params.required("category")?.to_ascii_uppercase();
        let wanted = [Category::Utility, Category::Marketing, Category::Authentication];
        let wanted = wanted.into_iter().find(|one| category(*one) == named);
        let category = wanted.ok_or_else(|| ApiError::parameter("Param category is wrong."))?;
        return Ok(TemplateDraft { category, ..known.draft() });
    }
    fields.insert("name".to_owned(), known.name.clone().into());
    fields.insert("language".to_owned(), known.language.clone().into());
    fields.entry("category").or_insert_with(|| category(known.category).into());
    draft(&Params::from(fields))
}

async fn publish(call: &Call, draft: TemplateDraft) -> Result<TemplateView, ApiError> {
    if !call.gateway.is_owner() {
        let details = "templates are made by an owner; this gateway was let in as a colleague";
        return Err(ApiError::with(131_005, details));
    }
    let command = Command::CreateTemplate(Box::new(draft));
    let Answer::Template(made) = call.gateway.client.call(command).await.map_err(|failure| {
        let title = format!("Invalid parameter: {}", failure.detail);
        match failure.kind {
            tresen_view::FailureKind::Invalid | tresen_view::FailureKind::TooLarge => {
                ApiError::parameter(title)
            }
            _ => failure.into(),
        }
    })?
    else {
        return Err(Error::unexpected().into());
    };
    // What is decided about it from now on is news.
    let word = status(made.status);
    call.gateway.store.write(|tx| tx.put_told_template(&made.template, word))?;
    Ok(*made)
}
