//! What each call does: one file an object.

pub(crate) mod analytics;
pub(crate) mod app_data;
pub(crate) mod auth;
pub(crate) mod business;
pub(crate) mod customers;
pub(crate) mod entry;
pub(crate) mod events;
pub(crate) mod media;
pub(crate) mod messages;
pub(crate) mod people;
pub(crate) mod phone;
pub(crate) mod profile;
pub(crate) mod subscriptions;
pub(crate) mod templates;
pub(crate) mod tokens;
pub(crate) mod upload;

pub(crate) use auth::Caller;
use serde_json::{Map, Value};

use crate::http::params::Params;

/// Leaves of an object what `fields` names; its id always.
pub(crate) fn project(params: &Params, object: Value) -> Value {
    let (Some(names), Value::Object(fields)) = (params.names("fields"), &object) else {
        return object;
    };
    let wanted = |name: &str| name == "id" || names.iter().any(|wanted| wanted == name);
    let chosen: Map<String, Value> = fields
        .iter()
        .filter(|(name, _)| wanted(name))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    Value::Object(chosen)
}
