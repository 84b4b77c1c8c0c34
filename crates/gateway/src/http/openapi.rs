//! The gateway's description of itself (`OpenAPI` 3.1), made from the index of the API.

use serde_json::{Map, Value, json};

use super::routes::{Answers, Body, ROUTES, Route};
use crate::ids::BusinessIds;

/// The statuses of errors, as the API documents them.
const STATUSES: &[(&str, &str)] = &[
    ("400", "The request can't be done as it is."),
    ("401", "The token doesn't count."),
    ("403", "The token or the gateway may not do this."),
    ("404", "There is no such template."),
    ("500", "Not served here, or the server can't be reached."),
    ("503", "Later."),
];

/// The description, with this gateway's own ids.
pub(crate) fn description(ids: &BusinessIds, url: &str) -> Value {
    let mut paths: Map<String, Value> = Map::new();
    for route in ROUTES {
        let at = paths.entry(route.path).or_insert_with(|| json!({}));
        if let Value::Object(verbs) = at {
            verbs.insert(route.method.to_ascii_lowercase(), operation(ids, route));
        }
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Tresen gateway",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "The WhatsApp Cloud API with a business's own keys. Any version may \
                            stand before a path.",
        },
        "servers": [{ "url": url }],
        "security": [{ "bearer": [] }],
        "paths": paths,
        "components": {
            "securitySchemes": { "bearer": { "type": "http", "scheme": "bearer" } },
            "schemas": schemas(),
        },
    })
}

fn operation(ids: &BusinessIds, route: &Route) -> Value {
    let mut parameters: Vec<Value> = path_names(route.path).map(|name| path(ids, name)).collect();
    parameters.extend(route.query.iter().map(|name| {
        let required = name.ends_with('!');
        let name = name.trim_end_matches('!');
        json!({ "name": name, "in": "query", "required": required,
            "schema": { "type": "string" } })
    }));
    let mut operation = json!({
        "summary": route.about,
        "parameters": parameters,
        "responses": responses(route.answers),
    });
    let Value::Object(fields) = &mut operation else { return operation };
    if let Some(body) = body(route.body) {
        fields.insert("requestBody".to_owned(), body);
    }
    if [
        "/health",
        "/openapi.json",
        "/oauth/access_token",
        "/download/{media}",
        "/providers/{provider}/webhook",
    ]
    .contains(&route.path)
    {
        fields.insert("security".to_owned(), json!([]));
    }
    operation
}

fn path_names(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
}

fn path(ids: &BusinessIds, name: &str) -> Value {
    let schema = match name {
        "number" => json!({ "type": "string", "enum": [ids.phone] }),
        "business" => json!({ "type": "string", "enum": [ids.business] }),
        "firm" => json!({ "type": "string", "enum": [ids.portfolio] }),
        "app" => json!({ "type": "string", "enum": [ids.app, "app"] }),
        "template" => json!({ "type": "string", "pattern": "^5[0-9]{15}$" }),
        "media" => json!({ "type": "string", "pattern": "^4[0-9]{15}$" }),
        "upload" => json!({ "type": "string", "pattern": "^upload:[A-Za-z0-9_-]{1,64}$" }),
        _ => json!({ "type": "string", "pattern": "^[A-Za-z0-9]{1,64}$" }),
    };
    json!({ "name": name, "in": "path", "required": true, "schema": schema })
}

fn body(body: Body) -> Option<Value> {
    let content = match body {
        Body::Nothing => return None,
        Body::Json(schema) => {
            let schema: Value = serde_json::from_str(schema).unwrap_or_default();
            json!({ "application/json": { "schema": schema } })
        }
        Body::Multipart => json!({ "multipart/form-data": { "schema": {
            "type": "object",
            "required": ["file", "messaging_product"],
            "properties": {
                "file": { "type": "string", "format": "binary" },
                "messaging_product": { "type": "string", "enum": ["whatsapp"] },
                "type": { "type": "string" },
            },
        }}}),
        Body::Bytes => json!({ "application/octet-stream": {
            "schema": { "type": "string", "format": "binary" } } }),
    };
    Some(json!({ "required": false, "content": content }))
}

fn responses(answers: Answers) -> Value {
    let schema = |name: &str| json!({ "$ref": format!("#/components/schemas/{name}") });
    let content = match answers {
        Answers::Success => json!({ "application/json": { "schema": schema("Success") } }),
        Answers::List => json!({ "application/json": { "schema": schema("List") } }),
        Answers::Object => json!({ "application/json": { "schema": { "type": "object" } } }),
        Answers::File => json!({ "*/*": { "schema": { "type": "string", "format": "binary" } } }),
        Answers::Text => json!({ "text/plain": { "schema": { "type": "string" } } }),
    };
    let mut responses = Map::new();
    responses.insert("200".to_owned(), json!({ "description": "Done.", "content": content }));
    for (status, about) in STATUSES {
        let content = json!({ "application/json": { "schema": schema("Error") } });
        let told = json!({ "description": about, "content": content });
        responses.insert((*status).to_owned(), told);
    }
    Value::Object(responses)
}

fn schemas() -> Value {
    json!({
        "Success": { "type": "object", "required": ["success"],
            "properties": { "success": { "type": "boolean" } } },
        "List": { "type": "object", "required": ["data"],
            "properties": { "data": { "type": "array" }, "paging": { "type": "object" } } },
        "Error": { "type": "object", "required": ["error"], "properties": { "error": {
            "type": "object",
            "required": ["message", "type", "code", "fbtrace_id"],
            "properties": {
                "message": { "type": "string" },
                "type": { "type": "string" },
                "code": { "type": "integer" },
                "error_subcode": { "type": "integer" },
                "error_data": { "type": "object", "required": ["messaging_product", "details"] },
                "is_transient": { "type": "boolean" },
                "fbtrace_id": { "type": "string" },
            },
        }}},
    })
}
