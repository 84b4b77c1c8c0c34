//! What the business says about itself: the profile, its imprint, what customers can ask, and whether they
//! are welcomed. It is signed by the account's key, so owners alone change it.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Map, Value, json};
use tresen_types::{
    limits::LOGO_BYTES_MAX,
    profile::{ChatCommand, Imprint, Reach},
};
use tresen_view::{Answer, Command, FailureKind, ProfileDraft};

use super::{Caller, project, upload};
use crate::{
    api_error::ApiError,
    error::Error,
    gateway::Gateway,
    http::{answer::success, router::Call},
    limits::{
        COMMAND_ABOUT_CHARS_MAX, COMMAND_NAME_CHARS_MAX, COMMANDS_MAX, ENTITY_CHARS_MAX,
        PROMPT_CHARS_MAX, PROMPTS_MAX, VERTICAL_CHARS_MAX,
    },
    watch,
};

/// Changes the profile, signs it anew and publishes it.
pub(super) async fn change(
    call: &Call,
    caller: &Caller,
    change: impl FnOnce(&mut ProfileDraft) -> Result<(), ApiError>,
) -> Result<Value, ApiError> {
    let gateway = &call.gateway;
    caller.may_manage(gateway)?;
    if !gateway.is_owner() {
        let details = "the profile is signed by an owner; this gateway was let in as a colleague";
        return Err(ApiError::with(131_005, details));
    }
    let mut profile = known(gateway).await?;
    let before = profile.clone();
    change(&mut profile)?;
    if profile == before {
        return Ok(success());
    }
    let command = Command::PublishProfile(Box::new(profile));
    let answer = gateway.client.call(command).await.map_err(|failure| match failure.kind {
        FailureKind::Invalid | FailureKind::TooLarge => {
            ApiError::parameter(format!("Invalid parameter: {}", failure.detail))
        }
        _ => failure.into(),
    })?;
    let Answer::Profile(published) = answer else { return Err(Error::unexpected().into()) };
    watch::see_profile(gateway, published.profile)?;
    Ok(success())
}

async fn known(gateway: &Gateway) -> Result<ProfileDraft, ApiError> {
    match gateway.client.call(Command::OwnProfile).await? {
        Answer::Profile(view) => Ok(view.profile),
        _ => Err(Error::unexpected().into()),
    }
}

/// `GET` and `POST /{number}/whatsapp_business_profile`.
pub(crate) async fn profile(call: &Call, caller: &Caller) -> Result<Value, ApiError> {
    let gateway = &call.gateway;
    if call.method == http::Method::POST {
        return publish(call, caller).await;
    }
    caller.may_read(gateway)?;
    let profile = known(gateway).await?;
    let vertical = gateway.settings.borrow().vertical.clone();
    let mut shown = json!({
        "messaging_product": "whatsapp",
        "about": profile.line,
        "address": profile.address,
        "description": profile.about,
        "email": profile.more.email,
        "websites": profile.websites,
        "vertical": if vertical.is_empty() { "OTHER" } else { &vertical },
    });
    let logo = profile.logo_base64.zip(profile.logo_media_type);
    if let (Some((bytes, media_type)), Value::Object(fields)) = (logo, &mut shown) {
        let url = format!("data:{media_type};base64,{bytes}");
        fields.insert("profile_picture_url".to_owned(), url.into());
    }
    let Value::Object(mut chosen) = project(&call.params, shown) else {
        return Err(Error::unexpected().into());
    };
    chosen.insert("messaging_product".to_owned(), "whatsapp".into());
    Ok(json!({ "data": [chosen] }))
}

async fn publish(call: &Call, caller: &Caller) -> Result<Value, ApiError> {
    let params = &call.params;
    let picture = match params.text("profile_picture_handle") {
        Some(handle) if !handle.is_empty() => Some(picture(call, &handle).await?),
        _ => None,
    };
    let answer = change(call, caller, |profile| {
        for (name, place) in [
            ("about", &mut profile.line),
            ("address", &mut profile.address),
            ("description", &mut profile.about),
            ("email", &mut profile.more.email),
        ] {
            if let Some(text) = params.text(name) {
                *place = text;
            }
        }
        if let Some(websites) = params.names("websites") {
            profile.websites = websites;
        }
        if let Some((bytes, media_type)) = picture {
            (profile.logo_base64, profile.logo_media_type) = (Some(bytes), Some(media_type));
        }
        Ok(())
    })
    .await?;
    if let Some(vertical) = params.text("vertical") {
        let is_word = vertical.chars().all(|one| one.is_ascii_uppercase() || one == '_');
        if !is_word || vertical.len() > VERTICAL_CHARS_MAX {
            return Err(ApiError::parameter("Param vertical is not one of the known words."));
        }
        call.gateway.change_settings(|settings| settings.vertical = vertical)?;
    }
    Ok(answer)
}

/// An uploaded picture, base64, and its type.
async fn picture(call: &Call, handle: &str) -> Result<(String, String), ApiError> {
    let (bytes, media_type) = upload::finished(call, handle, LOGO_BYTES_MAX).await?;
    if !["image/png", "image/jpeg", "image/webp"].contains(&media_type.as_str()) {
        return Err(ApiError::parameter("The profile's picture is a PNG, JPEG or WebP."));
    }
    Ok((STANDARD.encode(bytes), media_type))
}

/// Whether customers are welcomed, and what they can ask.
pub(super) fn automation_object(gateway: &Gateway) -> Value {
    let profile = gateway.profile.borrow();
    let of = |command: &ChatCommand| json!({ "command_name": command.name, "command_description": command.about });
    json!({
        "id": gateway.ids.phone,
        "enable_welcome_message": gateway.settings.borrow().welcomes,
        "prompts": profile.more.prompts,
        "commands": profile.more.commands.iter().map(of).collect::<Vec<_>>(),
    })
}

/// `POST /{number}/conversational_automation`.
pub(crate) async fn automate(call: &Call, caller: &Caller) -> Result<Value, ApiError> {
    let params = &call.params;
    let fields = params.fields();
    let prompts = params.names("prompts");
    let commands = fields.get("commands").map(commands).transpose()?;
    if let Some(prompts) = &prompts {
        let is_sound =
            |one: &String| !one.trim().is_empty() && one.chars().count() <= PROMPT_CHARS_MAX;
        if prompts.len() > PROMPTS_MAX || !prompts.iter().all(is_sound) {
            let words =
                format!("Param prompts has up to {PROMPTS_MAX} of {PROMPT_CHARS_MAX} characters.");
            return Err(ApiError::parameter(words));
        }
    }
    let welcomes = match params.text("enable_welcome_message") {
        None => None,
        Some(word) => Some(word.parse().map_err(|_word: std::str::ParseBoolError| {
            ApiError::parameter("Param enable_welcome_message must be true or false.")
        })?),
    };
    caller.may_manage(&call.gateway)?;
    if prompts.is_some() || commands.is_some() {
        change(call, caller, |profile| {
            if let Some(prompts) = prompts {
                profile.more.prompts = prompts;
            }
            if let Some(commands) = commands {
                profile.more.commands = commands;
            }
            Ok(())
        })
        .await?;
    }
    if let Some(welcomes) = welcomes {
        call.gateway.change_settings(|settings| settings.welcomes = welcomes)?;
    }
    Ok(success())
}

fn commands(given: &Value) -> Result<Vec<ChatCommand>, ApiError> {
    let wrong = || ApiError::parameter("Param commands must be an array of commands.");
    let parsed: Value;
    let listed = match given {
        Value::Array(listed) => listed,
        Value::String(text) => {
            parsed = serde_json::from_str(text).map_err(|_json| wrong())?;
            parsed.as_array().ok_or_else(wrong)?
        }
        _ => return Err(wrong()),
    };
    if listed.len() > COMMANDS_MAX {
        return Err(ApiError::parameter(format!("Param commands has up to {COMMANDS_MAX}.")));
    }
    let mut commands: Vec<ChatCommand> = Vec::new();
    for one in listed {
        let of = |name: &str| one.get(name).and_then(Value::as_str).map(ToOwned::to_owned);
        let name = of("command_name").ok_or_else(wrong)?.trim_start_matches('/').to_owned();
        let about = of("command_description").unwrap_or_default();
        let is_sound = !name.is_empty()
            && !name.chars().any(char::is_whitespace)
            && name.chars().count() <= COMMAND_NAME_CHARS_MAX
            && about.chars().count() <= COMMAND_ABOUT_CHARS_MAX
            && commands.iter().all(|known| known.name != name);
        if !is_sound {
            return Err(ApiError::parameter("A command has a wrong name or description."));
        }
        commands.push(ChatCommand { name, about });
    }
    Ok(commands)
}

/// `GET` and `POST /{number}/business_compliance_info`.
pub(crate) async fn compliance(call: &Call, caller: &Caller) -> Result<Value, ApiError> {
    let gateway = &call.gateway;
    if call.method == http::Method::POST {
        let imprint = imprint(call.params.fields())?;
        return change(call, caller, |profile| {
            profile.more.imprint = Some(imprint);
            Ok(())
        })
        .await;
    }
    caller.may_read(gateway)?;
    let profile = known(gateway).await?;
    let mut shown = json!({
        "whatsapp_business_account_id": gateway.ids.business,
        "messaging_product": "whatsapp",
        "is_registered": profile.more.imprint.as_ref().is_some_and(|known| known.is_registered),
    });
    if let (Some(imprint), Value::Object(fields)) = (&profile.more.imprint, &mut shown) {
        let is_known = ENTITIES.contains(&imprint.form.as_str());
        let (form, custom) =
            if is_known { (imprint.form.as_str(), "") } else { ("OTHER", imprint.form.as_str()) };
        let reach = |reach: &Reach| json!({ "email": reach.email, "mobile_number": reach.mobile, "landline_number": reach.landline });
        let mut officer = reach(&imprint.officer_reach);
        officer["name"] = imprint.officer.clone().into();
        fields.insert("entity_name".to_owned(), imprint.name.clone().into());
        fields.insert("entity_type".to_owned(), form.into());
        if !custom.is_empty() {
            fields.insert("entity_type_custom".to_owned(), custom.into());
        }
        fields.insert("grievance_officer_details".to_owned(), officer);
        fields.insert("customer_care_details".to_owned(), reach(&imprint.care));
    }
    Ok(json!({ "data": [project(&call.params, shown)] }))
}

/// The forms that the API names; others are told in own words.
const ENTITIES: &[&str] = &[
    "LIMITED_LIABILITY_PARTNERSHIP",
    "SOLE_PROPRIETORSHIP",
    "PARTNERSHIP",
    "PUBLIC_COMPANY",
    "PRIVATE_COMPANY",
];

fn imprint(fields: &Map<String, Value>) -> Result<Imprint, ApiError> {
    let text = |of: &Map<String, Value>, name: &str| {
        let text = of.get(name).and_then(Value::as_str).unwrap_or_default().trim().to_owned();
        if text.chars().count() > ENTITY_CHARS_MAX {
            return Err(ApiError::parameter(format!("Param {name} is too long.")));
        }
        Ok(text)
    };
    let needed = |of: &Map<String, Value>, name: &str| match text(of, name)? {
        empty if empty.is_empty() => {
            Err(ApiError::parameter(format!("The parameter {name} is required.")))
        }
        found => Ok(found),
    };
    let none = Map::new();
    let object = |name: &str| fields.get(name).and_then(Value::as_object).unwrap_or(&none);
    let reach = |of: &Map<String, Value>| {
        Ok::<_, ApiError>(Reach {
            email: text(of, "email")?,
            mobile: text(of, "mobile_number")?,
            landline: text(of, "landline_number")?,
        })
    };
    let form = match needed(fields, "entity_type")?.to_ascii_uppercase().as_str() {
        "OTHER" => needed(fields, "entity_type_custom")?,
        known if ENTITIES.contains(&known) => known.to_owned(),
        _ => return Err(ApiError::parameter("Param entity_type is not one of the known words.")),
    };
    let officer = object("grievance_officer_details");
    Ok(Imprint {
        name: needed(fields, "entity_name")?,
        form,
        is_registered: fields.get("is_registered").and_then(Value::as_bool).unwrap_or_default(),
        care: reach(object("customer_care_details"))?,
        officer: text(officer, "name")?,
        officer_reach: reach(officer)?,
    })
}
