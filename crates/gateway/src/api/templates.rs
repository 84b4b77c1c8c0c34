//! Templates over the API: made, listed, shown.

use serde_json::{Map, Value, json};
use tresen_types::Category;
use tresen_view::{
    Answer, ButtonDraft, Command, ParameterDraft, ParameterType, TemplateDraft, TemplateView,
};

use super::{Caller, project};
use crate::{
    api_error::ApiError,
    error::Error,
    http::{params::Params, router::Call},
    ids,
    limits::{TEMPLATES_PAGE, TEMPLATES_PAGE_MAX},
    templates::{all, category, object, status},
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
        _ => Err(ApiError::with(3, "a template that was published stays as it is")),
    }
}

/// `GET` and `POST /{template}`; what is changed is the next version, which is decided about anew.
pub(crate) async fn node(call: &Call, caller: &Caller, id: &str) -> Result<Value, ApiError> {
    let known = all(&call.gateway).await?;
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
        _ => Err(ApiError::with(3, "a template that was published can't be deleted")),
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
    let mut found: Vec<TemplateView> = all(&call.gateway).await?;
    found.retain(|one| {
        is_wanted("name", &one.name)
            && is_wanted("language", &one.language.replace('-', "_"))
            && is_wanted("status", status(one.status))
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
    let data: Vec<Value> = found.iter().map(|one| project(params, object(one))).collect();
    Ok(json!({ "data": data, "paging": paging }))
}

async fn create(call: &Call) -> Result<Value, ApiError> {
    let made = publish(call, draft(&call.params)?).await?;
    Ok(json!({
        "id": ids::template_id(&made.template),
        "status": status(made.status),
        "category": category(made.category),
    }))
}

/// The next version of a template, with what the call changes.
fn next_version(call: &Call, known: &TemplateView) -> Result<TemplateDraft, ApiError> {
    let mut fields = call.params.fields().clone();
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
    Ok(*made)
}

fn draft(params: &Params) -> Result<TemplateDraft, ApiError> {
    let named = params.required("category")?.to_ascii_uppercase();
    let known = [Category::Utility, Category::Marketing, Category::Authentication];
    let of = known.into_iter().find(|one| category(*one) == named).ok_or_else(|| {
        ApiError::parameter("Param category must be one of {UTILITY, MARKETING, AUTHENTICATION}.")
    })?;
    let listed = match params.fields().get("components") {
        Some(Value::Array(components)) => components.clone(),
        Some(Value::String(text)) => serde_json::from_str(text)
            .map_err(|_json| ApiError::parameter("Param components must be an array."))?,
        _ => return Err(ApiError::parameter("The parameter components is required.")),
    };
    let mut draft = TemplateDraft {
        name: params.required("name")?,
        language: params.required("language")?.replace('_', "-"),
        category: of,
        header: String::new(),
        body: String::new(),
        footer: String::new(),
        buttons: Vec::new(),
        parameters: Vec::new(),
        link_domains: Vec::new(),
        time_to_live_s: 0,
    };
    // Header, body, footer, buttons: that is the order in which parameters are counted.
    for wanted in ["HEADER", "BODY", "FOOTER", "BUTTONS"] {
        for component in &listed {
            let Value::Object(component) = component else { return Err(odd("components")) };
            let kind = word(component, "type");
            if kind == wanted {
                add(&mut draft, wanted, component)?;
            } else if !["HEADER", "BODY", "FOOTER", "BUTTONS"].contains(&kind.as_str()) {
                return Err(ApiError::with(3, "this kind of component isn't supported here"));
            }
        }
    }
    if draft.body.is_empty() {
        return Err(ApiError::parameter("The component BODY with a text is required."));
    }
    Ok(draft)
}

fn add(
    draft: &mut TemplateDraft,
    kind: &str,
    component: &Map<String, Value>,
) -> Result<(), ApiError> {
    let text = component.get("text").and_then(Value::as_str).unwrap_or_default();
    match kind {
        "HEADER" if word(component, "format") == "TEXT" => {
            draft.header = numbered(draft, text, &examples(component, "header_text"))?;
        }
        "HEADER" => return Err(ApiError::with(3, "headers with files aren't supported here")),
        "BODY" => draft.body = numbered(draft, text, &examples(component, "body_text"))?,
        "FOOTER" => text.clone_into(&mut draft.footer),
        _ => {
            let Some(Value::Array(buttons)) = component.get("buttons") else {
                return Err(odd("buttons"));
            };
            for button in buttons {
                let Value::Object(button) = button else { return Err(odd("buttons")) };
                let button = read_button(draft, button)?;
                draft.buttons.push(button);
            }
        }
    }
    Ok(())
}

fn read_button(
    draft: &mut TemplateDraft,
    button: &Map<String, Value>,
) -> Result<ButtonDraft, ApiError> {
    let of = |name: &str| button.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let text = of("text");
    let example = match button.get("example") {
        Some(Value::Array(examples)) => {
            examples.first().and_then(Value::as_str).unwrap_or_default().to_owned()
        }
        Some(Value::String(example)) => example.clone(),
        _ => String::new(),
    };
    match word(button, "type").as_str() {
        "QUICK_REPLY" => Ok(ButtonDraft::QuickReply { text, payload: None }),
        "PHONE_NUMBER" => Ok(ButtonDraft::Phone { text, number: of("phone_number") }),
        "URL" => {
            let whole = of("url");
            let host = url::Url::parse(&whole.replace("{{1}}", "x"))
                .ok()
                .and_then(|url| url.host_str().map(ToOwned::to_owned));
            draft.link_domains.push(host.ok_or_else(|| odd("url"))?);
            Ok(match whole.strip_suffix("{{1}}") {
                None => ButtonDraft::Url { text, url: whole, suffix: None },
                Some(start) => {
                    // An example may be the whole URL.
                    let end = example.strip_prefix(start).unwrap_or(&example).to_owned();
                    let suffix = Some(parameter(draft, ParameterType::UrlSuffix, end));
                    ButtonDraft::Url { text, url: start.to_owned(), suffix }
                }
            })
        }
        "COPY_CODE" => {
            let code = parameter(draft, ParameterType::Code, example);
            let text = if text.is_empty() { "Copy code".to_owned() } else { text };
            Ok(ButtonDraft::CopyCode { text, code })
        }
        _ => Err(ApiError::with(3, "this kind of button isn't supported here")),
    }
}

/// Adds a parameter; gives the number that names it.
fn parameter(draft: &mut TemplateDraft, kind: ParameterType, example: String) -> String {
    draft.parameters.push(ParameterDraft { name: String::new(), kind, length_max: 0, example });
    draft.parameters.len().to_string()
}

/// Adds a text's parameters, and gives the text with its marks counted through the whole template.
fn numbered(
    draft: &mut TemplateDraft,
    text: &str,
    examples: &[(String, String)],
) -> Result<String, ApiError> {
    let (mut shown, mut rest) = (String::new(), text);
    let before = draft.parameters.len();
    while let Some((words, tail)) = rest.split_once("{{") {
        let (mark, tail) = tail.split_once("}}").ok_or_else(|| odd("text"))?;
        let mark = mark.trim();
        shown.push_str(words);
        match mark.parse::<usize>() {
            Ok(number) => {
                let place = before.saturating_add(number);
                if place > draft.parameters.len().saturating_add(1) || number == 0 {
                    return Err(ApiError::parameter("Variables must be counted from 1 on."));
                }
                if place > draft.parameters.len() {
                    let example = examples.get(number.saturating_sub(1));
                    let example = example.map(|(_, example)| example.clone()).unwrap_or_default();
                    drop(parameter(draft, ParameterType::Text, example));
                }
                shown.push_str(&format!("{{{{{place}}}}}"));
            }
            Err(_name) => {
                if draft.parameters.iter().all(|known| known.name != mark) {
                    let example = examples.iter().find(|(name, _)| name == mark);
                    draft.parameters.push(ParameterDraft {
                        name: mark.to_owned(),
                        kind: ParameterType::Text,
                        length_max: 0,
                        example: example.map(|(_, example)| example.clone()).unwrap_or_default(),
                    });
                }
                shown.push_str(&format!("{{{{{mark}}}}}"));
            }
        }
        rest = tail;
    }
    shown.push_str(rest);
    Ok(shown)
}

/// The examples of a text, with names where parameters have names.
fn examples(component: &Map<String, Value>, name: &str) -> Vec<(String, String)> {
    let Some(example) = component.get("example") else { return Vec::new() };
    if let Some(Value::Array(named)) = example.get(format!("{name}_named_params")) {
        let of = |one: &Value, field: &str| {
            one.get(field).and_then(Value::as_str).unwrap_or_default().to_owned()
        };
        return named.iter().map(|one| (of(one, "param_name"), of(one, "example"))).collect();
    }
    let Some(Value::Array(listed)) = example.get(name) else { return Vec::new() };
    // The body's examples are a list in a list.
    let listed = match listed.first() {
        Some(Value::Array(inner)) => inner,
        _ => listed,
    };
    let text = |one: &Value| (String::new(), one.as_str().unwrap_or_default().to_owned());
    listed.iter().map(text).collect()
}

fn word(fields: &Map<String, Value>, name: &str) -> String {
    fields.get(name).and_then(Value::as_str).unwrap_or_default().to_ascii_uppercase()
}

fn odd(name: &str) -> ApiError {
    ApiError::parameter(format!("Param {name} has a value of the wrong kind."))
}
