//! `GET /message_template_library`: texts that are written already, and templates that are made of them.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::super::Caller;
use crate::{
    api_error::ApiError,
    error::Error,
    http::{params::Params, router::Call},
    ids,
};

const LIBRARY: &str = include_str!("library.json");

#[derive(Debug, Deserialize)]
struct Entry {
    name: String,
    topic: String,
    usecase: String,
    category: String,
    industry: Vec<String>,
    languages: std::collections::BTreeMap<String, Words>,
}

#[derive(Debug, Deserialize)]
struct Words {
    body: String,
    params: Vec<String>,
    buttons: Vec<Value>,
}

fn library() -> Result<Vec<Entry>, ApiError> {
    serde_json::from_str(LIBRARY).map_err(|_json| Error::Damaged("library").into())
}

/// `GET /message_template_library`.
pub(crate) fn list(call: &Call, caller: &Caller) -> Result<Value, ApiError> {
    caller.may_read(&call.gateway)?;
    let params = &call.params;
    let is_wanted = |name: &str, value: &str| {
        params
            .names(name)
            .is_none_or(|wanted| wanted.iter().any(|one| one.eq_ignore_ascii_case(value)))
    };
    let search = params.text("search").or_else(|| params.text("name_or_content"));
    let search = search.unwrap_or_default().to_lowercase();
    let mut data = Vec::new();
    for entry in library()? {
        for (language, words) in &entry.languages {
            let is_found = is_wanted("topic", &entry.topic)
                && is_wanted("usecase", &entry.usecase)
                && is_wanted("name", &entry.name)
                && is_wanted("language", language)
                && (entry.industry.iter().any(|one| is_wanted("industry", one)))
                && (entry.name.contains(&search) || words.body.to_lowercase().contains(&search));
            if is_found {
                data.push(object(&entry, language, words));
            }
        }
    }
    Ok(json!({ "data": data }))
}

fn object(entry: &Entry, language: &str, words: &Words) -> Value {
    json!({
        "id": ids::template_id(&format!("library/{}/{language}", entry.name)),
        "name": entry.name,
        "language": language,
        "category": entry.category,
        "topic": entry.topic,
        "usecase": entry.usecase,
        "industry": entry.industry,
        "body": words.body,
        "body_params": words.params,
        "body_param_types": vec!["TEXT"; words.params.len()],
        "buttons": words.buttons,
    })
}

/// The call with the components of the library's template that it names, if it names one.
pub(super) fn filled(params: &Params) -> Result<Params, ApiError> {
    let Some(wanted) = params.text("library_template_name") else { return Ok(params.clone()) };
    let language = params.required("language")?;
    let short = language.split(['_', '-']).next().unwrap_or_default();
    let library = library()?;
    let entry = library.iter().find(|entry| entry.name == wanted);
    let words = entry.and_then(|entry| entry.languages.get(short));
    let (Some(entry), Some(words)) = (entry, words) else {
        return Err(ApiError::parameter("The library has no such template in that language."));
    };
    let mut components = vec![json!({
        "type": "BODY",
        "text": words.body,
        "example": { "body_text": [words.params] },
    })];
    if !words.buttons.is_empty() {
        let buttons = buttons(params, &words.buttons)?;
        components.push(json!({ "type": "BUTTONS", "buttons": buttons }));
    }
    let mut fields: Map<String, Value> = params.fields().clone();
    fields.insert("components".to_owned(), components.into());
    fields.entry("category").or_insert_with(|| entry.category.clone().into());
    Ok(Params::from(fields))
}

/// A button with an address gets the caller's.
fn buttons(params: &Params, wanted: &[Value]) -> Result<Vec<Value>, ApiError> {
    let given = match params.fields().get("library_template_button_inputs") {
        Some(Value::Array(given)) => given.clone(),
        Some(Value::String(text)) => serde_json::from_str(text).map_err(|_json| {
            ApiError::parameter("Param library_template_button_inputs must be an array.")
        })?,
        _ => Vec::new(),
    };
    let mut urls = given
        .iter()
        .filter(|one| one["type"].as_str().is_some_and(|kind| kind.eq_ignore_ascii_case("url")));
    let mut buttons = Vec::with_capacity(wanted.len());
    for button in wanted {
        let mut button = button.clone();
        if button["type"] == "URL" {
            let given = urls.next().ok_or_else(|| {
                ApiError::parameter("Param library_template_button_inputs lacks a URL.")
            })?;
            let base = given["url"]["base_url"].as_str().unwrap_or_default();
            button["url"] = base.into();
            if let Some(example) = given["url"]["url_suffix_example"].as_str() {
                button["example"] = json!([example]);
            }
        }
        buttons.push(button);
    }
    Ok(buttons)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_library_is_read_and_an_address_is_put_in() {
        let Value::Object(fields) = json!({ "name": "sent", "language": "de_DE",
            "library_template_name": "order_shipped",
            "library_template_button_inputs": [{ "type": "URL", "url": {
                "base_url": "https://korn.example/{{1}}",
                "url_suffix_example": "https://korn.example/A7" } }] })
        else {
            panic!("an object")
        };
        let made = filled(&Params::from(fields)).unwrap();
        let components = made.fields()["components"].clone();
        assert_eq!(components[1]["buttons"][0]["url"], "https://korn.example/{{1}}");
        assert_eq!(made.text("category").as_deref(), Some("UTILITY"));
        let wrong = json!({ "language": "xx", "library_template_name": "order_shipped" });
        let Value::Object(wrong) = wrong else { panic!("an object") };
        assert_eq!(filled(&Params::from(wrong)).unwrap_err().code, 100);
    }
}
