//! The business's templates as the API names them.

mod components;

use std::cell::RefCell;

use serde_json::{Value, json};
use tresen_types::{Category, Currency, Timestamp};
use tresen_view::{
    Answer, Command, ParameterDraft, ParameterType, TemplateStatus, TemplateView, ValueDraft,
};

use crate::{
    api_error::ApiError,
    error::{Error, Result},
    gateway::Gateway,
    ids,
    limits::TEMPLATES_FRESH_MS,
    request::template::{Given, GivenValue, TemplateSend},
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
    *gateway.templates.0.borrow_mut() = Some((gateway.now(), templates.clone()));
    Ok(templates)
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
    let known = all(gateway).await?;
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

/// The values in the order of the template's parameters.
pub(crate) fn values(
    template: &TemplateView,
    given: &[Given],
) -> Result<Vec<ValueDraft>, ApiError> {
    let takes_payload =
        template.parameters.iter().any(|parameter| parameter.kind == ParameterType::Payload);
    // A quick reply without a parameter hands back its text.
    let counted: Vec<&Given> = given
        .iter()
        .filter(|given| takes_payload || !matches!(given.value, GivenValue::Payload(_)))
        .collect();
    if counted.len() != template.parameters.len() {
        let details = format!(
            "the template has {} parameters, {} are given",
            template.parameters.len(),
            counted.len()
        );
        return Err(ApiError::with(132_000, details));
    }
    let of = |(place, parameter): (usize, &ParameterDraft)| {
        let by_name = counted.iter().find(|given| {
            !parameter.name.is_empty() && given.name.as_deref() == Some(parameter.name.as_str())
        });
        let given = by_name.or_else(|| counted.get(place).filter(|given| given.name.is_none()));
        let given = given.ok_or_else(|| {
            ApiError::with(132_000, format!("the parameter '{}' isn't given", parameter.name))
        })?;
        value(parameter, &given.value)
    };
    template.parameters.iter().enumerate().map(of).collect()
}

fn value(parameter: &ParameterDraft, given: &GivenValue) -> Result<ValueDraft, ApiError> {
    let mismatch =
        || ApiError::with(132_012, "a parameter's value isn't of the kind that the template says");
    match (parameter.kind, given) {
        (ParameterType::Text, GivenValue::Text(text)) => Ok(ValueDraft::Text(text.clone())),
        (ParameterType::Code, GivenValue::Text(code)) => Ok(ValueDraft::Code(code.clone())),
        (ParameterType::UrlSuffix, GivenValue::Text(suffix)) => {
            Ok(ValueDraft::UrlSuffix(suffix.clone()))
        }
        (ParameterType::Payload, GivenValue::Payload(payload)) => {
            Ok(ValueDraft::Payload(payload.clone()))
        }
        (ParameterType::Number, GivenValue::Text(number)) => {
            let (whole, part) = number.split_once('.').unwrap_or((number, ""));
            let digits = format!("{whole}{part}").parse().map_err(|_words| mismatch())?;
            let decimals = u8::try_from(part.len()).map_err(|_long| mismatch())?;
            Ok(ValueDraft::Number { digits, decimals })
        }
        (ParameterType::Amount, GivenValue::Amount { code, amount_1000 }) => {
            let currency = Currency::parse(code).map_err(|_unknown| mismatch())?;
            // Thousandths of a unit, down to the smallest unit that the currency has.
            let minor = amount_1000.saturating_mul(currency.minor_per_unit());
            if minor % 1_000 != 0 {
                return Err(mismatch());
            }
            Ok(ValueDraft::Amount { minor: minor / 1_000, currency: code.clone() })
        }
        _ => Err(mismatch()),
    }
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
