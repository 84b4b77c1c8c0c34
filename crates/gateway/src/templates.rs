//! The business's templates as the API names them.

mod components;
mod values;

use std::cell::RefCell;

use serde_json::{Value, json};
use tresen_types::{Category, Timestamp};
use tresen_view::{Answer, Command, TemplateStatus, TemplateView};
pub(crate) use values::{Ready, values};

use crate::{
    api_error::ApiError,
    error::{Error, Result},
    gateway::Gateway,
    ids,
    limits::TEMPLATES_FRESH_MS,
    request::template::TemplateSend,
};

/// What is known of the templates, and since when.
#[derive(Debug, Default)]
pub(crate) struct Templates(RefCell<Option<(Timestamp, Vec<TemplateView>)>>);

impl Templates {
    /// Nothing is known any more.
    pub(crate) fn forget(&self) {
        *self.0.borrow_mut() = None;
    }
}

/// All templates, fresh from the server if it is there.
pub(crate) async fn all(gateway: &Gateway) -> Result<Vec<TemplateView>> {
    let Answer::Templates(templates) = gateway.client.call(Command::Templates).await? else {
        return Err(Error::unexpected());
    };
    Ok(templates)
}

/// Those that weren't deleted over the API.
pub(crate) async fn kept(gateway: &Gateway) -> Result<Vec<TemplateView>> {
    let mut known = all(gateway).await?;
    let gone = gateway.store.read(|tx| tx.gone_templates())?;
    known.retain(|one| !gone.contains(&one.template));
    *gateway.templates.0.borrow_mut() = Some((gateway.now(), known.clone()));
    Ok(known)
}

/// The newest approved template of a name and language.
pub(crate) async fn find(
    gateway: &Gateway,
    wanted: &TemplateSend,
) -> Result<TemplateView, ApiError> {
    let now = gateway.now();
    let remembered = gateway.templates.0.borrow().as_ref().and_then(|(at, known)| {
        let is_fresh = now.millis_since(*at) < TEMPLATES_FRESH_MS;
        is_fresh.then(|| newest(known, wanted)).flatten()
    });
    if let Some(found) = remembered {
        return Ok(found);
    }
    let known = kept(gateway).await?;
    newest(&known, wanted).ok_or_else(|| {
        let of_name = known.iter().rev().find(|one| is_named(one, wanted));
        match of_name.map(|one| one.status) {
            Some(TemplateStatus::Paused) => ApiError::new(132_015),
            Some(TemplateStatus::Disabled) => ApiError::new(132_016),
            Some(TemplateStatus::Pending | TemplateStatus::Approved | TemplateStatus::Rejected) => {
                ApiError::with(132_001, "the template isn't approved")
            }
            None => ApiError::with(132_001, "there is no template of this name and language"),
        }
    })
}

fn newest(known: &[TemplateView], wanted: &TemplateSend) -> Option<TemplateView> {
    let is_right =
        |one: &&TemplateView| one.status == TemplateStatus::Approved && is_named(one, wanted);
    known.iter().filter(is_right).max_by_key(|one| one.version).cloned()
}

fn is_named(one: &TemplateView, wanted: &TemplateSend) -> bool {
    one.name == wanted.name && one.language.eq_ignore_ascii_case(&wanted.language.replace('_', "-"))
}

/// A template as the API shows it.
pub(crate) fn object(template: &TemplateView) -> Value {
    let is_named = template.parameters.iter().any(|parameter| !parameter.name.is_empty());
    json!({
        "id": ids::template_id(&template.template),
        "name": template.name,
        "language": template.language.replace('-', "_"),
        "status": status(template.status),
        "category": category(template.category),
        "parameter_format": if is_named { "NAMED" } else { "POSITIONAL" },
        "rejected_reason": reason(template),
        "components": components::components(template),
    })
}

/// Why a template isn't approved, as the API writes it.
pub(crate) fn reason(template: &TemplateView) -> String {
    template.reason.as_deref().map_or("NONE".to_owned(), |reason| match reason {
        "content_mismatch" => "TAG_CONTENT_MISMATCH".to_owned(),
        other => other.to_ascii_uppercase(),
    })
}

/// The status as the API writes it.
pub(crate) const fn status(status: TemplateStatus) -> &'static str {
    match status {
        TemplateStatus::Pending => "PENDING",
        TemplateStatus::Approved => "APPROVED",
        TemplateStatus::Rejected => "REJECTED",
        TemplateStatus::Paused => "PAUSED",
        TemplateStatus::Disabled => "DISABLED",
    }
}

/// The category as the API writes it.
pub(crate) const fn category(category: Category) -> &'static str {
    match category {
        Category::Service => "SERVICE",
        Category::Utility => "UTILITY",
        Category::Marketing => "MARKETING",
        Category::Authentication => "AUTHENTICATION",
    }
}
