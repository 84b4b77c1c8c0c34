//! The fields that a program may subscribe to.

use crate::{
    api_error::ApiError,
    error::Result,
    store::{Level, MAIN, Tx},
};

/// Messages of customers, and statuses of own ones.
pub(crate) const MESSAGES: &str = "messages";
/// Messages that colleagues wrote in the app.
pub(crate) const ECHOES: &str = "smb_message_echoes";

/// What was decided about templates.
pub(crate) const TEMPLATE_STATUS: &str = "message_template_status_update";

/// Whether the app has ended its subscription to the business: `yes` or `no`.
pub(crate) const UNSUBSCRIBED: &str = "app_unsubscribed";

/// Whether a customer wants offers.
pub(crate) const PREFERENCES: &str = "user_preferences";

/// How customers see the number, and to how many it may write.
pub(crate) const QUALITY: &str = "phone_number_quality_update";

/// To how many the business may write.
pub(crate) const CAPABILITY: &str = "business_capability_update";

/// The text of a template is another.
pub(crate) const TEMPLATE_COMPONENTS: &str = "message_template_components_update";

/// The category of a template is another.
pub(crate) const TEMPLATE_CATEGORY: &str = "template_category_update";

/// The business has another name.
pub(crate) const NAME: &str = "phone_number_name_update";

/// Who has devices of the business.
pub(crate) const SECURITY: &str = "security";

/// What makes customers dissatisfied.
pub(crate) const ALERTS: &str = "account_alerts";

/// What the operator decided about the account.
pub(crate) const ACCOUNT: &str = "account_update";

/// Customers that the app knows.
pub(crate) const APP_STATE: &str = "smb_app_state_sync";

/// Messages from before the gateway was there.
pub(crate) const HISTORY: &str = "history";

/// Fields that are accepted; events come for those that have a name here.
const KNOWN: &[&str] = &[
    MESSAGES,
    ECHOES,
    TEMPLATE_STATUS,
    TEMPLATE_COMPONENTS,
    TEMPLATE_CATEGORY,
    PREFERENCES,
    QUALITY,
    CAPABILITY,
    NAME,
    SECURITY,
    ALERTS,
    ACCOUNT,
    APP_STATE,
    HISTORY,
    "account_review_update",
    "account_settings_update",
    "calls",
    "flows",
    "group_lifecycle_update",
    "group_participants_update",
    "group_settings_update",
    "group_status_update",
    "message_template_quality_update",
    "partner_solutions",
    "payment_configuration_update",
    "user_id_update",
];

/// What a program gets that names no fields.
pub(crate) fn default() -> Vec<String> {
    vec![MESSAGES.to_owned(), ECHOES.to_owned()]
}

/// The named fields, if all are known.
pub(crate) fn known(names: &[String]) -> Result<Vec<String>, ApiError> {
    let mut fields: Vec<String> = Vec::new();
    for name in names {
        if !KNOWN.contains(&name.as_str()) {
            let name: String = name.chars().take(64).collect();
            return Err(ApiError::parameter(format!("Param fields: '{name}' is not a field.")));
        }
        if !fields.contains(name) {
            fields.push(name.clone());
        }
    }
    Ok(fields)
}

/// The receivers that want a field now.
pub(crate) fn wanted_by(tx: &Tx<'_>, field: &str) -> Result<Vec<i64>> {
    let is_in = |fields: &[String]| fields.iter().any(|wanted| wanted == field);
    let main = is_in(&of_main(tx)?).then_some(MAIN);
    let others = tx.subscribers()?.into_iter();
    let others = others.filter(|one| is_in(&one.callback.fields)).map(|one| one.id);
    Ok(main.into_iter().chain(others).collect())
}

/// The fields that the app wants; none without a receiver.
fn of_main(tx: &Tx<'_>) -> Result<Vec<String>> {
    if tx.meta(UNSUBSCRIBED)?.as_deref() == Some("yes") {
        return Ok(Vec::new());
    }
    Ok(match (tx.callback(Level::App)?, tx.receiver()?) {
        (Some(app), _) => app.fields,
        (None, Some(_override)) => default(),
        (None, None) => Vec::new(),
    })
}
