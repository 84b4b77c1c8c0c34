//! Every call that the gateway serves: the index of the API, from which requests find their way and the
//! gateway's own description is made.

use crate::ids::BusinessIds;

/// What a call does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Op {
    SendMessage,
    SendMarketing,
    UploadMedia,
    Media,
    Download,
    BeginUpload,
    ContinueUpload,
    ShowUpload,
    Templates,
    UpsertTemplates,
    Template,
    ArchiveTemplates,
    UnarchiveTemplates,
    UnpauseTemplate,
    CompareTemplates,
    Library,
    TemplateAnalytics,
    Number,
    Profile,
    Automation,
    Compliance,
    AppData,
    AssignedUsers,
    Activities,
    Settings,
    Commerce,
    Official,
    BlockUsers,
    Customers,
    Codes,
    Code,
    Business,
    Numbers,
    SubscribedApps,
    Firm,
    OwnedBusinesses,
    ClientBusinesses,
    App,
    Subscriptions,
    AccessToken,
    DebugToken,
    Me,
    Permissions,
    Root,
    Events,
    Deliveries,
    Replay,
    TestDelivery,
    Subscribers,
    Subscriber,
    ProviderHook,
    Health,
    Metrics,
    Description,
}

/// What a call's body may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Body {
    /// Nothing.
    Nothing,
    /// JSON, or the same as a form; the schema as JSON.
    Json(&'static str),
    /// A file with fields.
    Multipart,
    /// Bytes.
    Bytes,
}

/// What a call answers when all is well.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answers {
    /// `{"success": true}`.
    Success,
    /// `{"data": […]}`.
    List,
    /// An object.
    Object,
    /// Bytes of a file.
    File,
    /// Plain text.
    Text,
}

/// One call.
#[derive(Clone, Copy, Debug)]
pub struct Route {
    /// The verb.
    pub method: &'static str,
    /// The path; `{…}` stands for an id.
    pub path: &'static str,
    /// What it does.
    pub about: &'static str,
    /// The names of parameters in the query; one with `!` must be there.
    pub query: &'static [&'static str],
    /// Its body.
    pub body: Body,
    /// Its answer.
    pub answers: Answers,
    pub(crate) op: Op,
}

const fn get(
    path: &'static str,
    op: Op,
    query: &'static [&'static str],
    answers: Answers,
    about: &'static str,
) -> Route {
    Route { method: "GET", path, about, query, body: Body::Nothing, answers, op }
}

const fn post(
    path: &'static str,
    op: Op,
    body: Body,
    answers: Answers,
    about: &'static str,
) -> Route {
    Route { method: "POST", path, about, query: &[], body, answers, op }
}

const fn delete(
    path: &'static str,
    op: Op,
    query: &'static [&'static str],
    about: &'static str,
) -> Route {
    let (body, answers) = (Body::Nothing, Answers::Success);
    Route { method: "DELETE", path, about, query, body, answers, op }
}

const MESSAGE: &str = r#"{"type":"object","required":["messaging_product"],"properties":{
"messaging_product":{"type":"string","enum":["whatsapp"]},"recipient_type":{"type":"string",
"enum":["individual"]},"to":{"type":"string"},"recipient":{"type":"string"},"type":{"type":"string"},
"text":{"type":"object","properties":{"body":{"type":"string"},"preview_url":{"type":"boolean"}}},
"image":{"type":"object"},"video":{"type":"object"},"audio":{"type":"object"},
"document":{"type":"object"},"sticker":{"type":"object"},"location":{"type":"object"},
"contacts":{"type":"array","items":{"type":"object"}},"reaction":{"type":"object"},
"interactive":{"type":"object"},"template":{"type":"object"},"context":{"type":"object",
"properties":{"message_id":{"type":"string"}}},"biz_opaque_callback_data":{"type":"string"},
"status":{"type":"string","enum":["read"]},"message_id":{"type":"string"},
"typing_indicator":{"type":"object"}}}"#;
const MARKETING: &str = r#"{"type":"object","required":["messaging_product","template"],"properties":{
"messaging_product":{"type":"string","enum":["whatsapp"]},"to":{"type":"string"},
"type":{"type":"string","enum":["template"]},"template":{"type":"object"},
"product_policy":{"type":"string"},"message_activity_sharing":{"type":"boolean"}}}"#;
const TEMPLATE: &str = r#"{"type":"object","required":["name","language","category","components"],
"properties":{"name":{"type":"string"},"language":{"type":"string"},"category":{"type":"string",
"enum":["UTILITY","MARKETING","AUTHENTICATION"]},"parameter_format":{"type":"string"},
"components":{"type":"array","items":{"type":"object"}}}}"#;
const TEMPLATES: &str = r#"{"type":"object","required":["name","languages","category","components"],
"properties":{"name":{"type":"string"},"languages":{"type":"array","items":{"type":"string"}},
"category":{"type":"string"},"components":{"type":"array","items":{"type":"object"}}}}"#;
const TEMPLATE_CHANGE: &str = r#"{"type":"object","properties":{"category":{"type":"string"},
"components":{"type":"array","items":{"type":"object"}}}}"#;
const ARCHIVED: &str = r#"{"type":"object","required":["hsm_ids"],"properties":{
"hsm_ids":{"type":"string"}}}"#;
const NUMBER: &str = r#"{"type":"object","properties":{"new_display_name":{"type":"string"},
"webhook_configuration":{"type":"object","properties":{"override_callback_uri":{"type":"string"},
"verify_token":{"type":"string"}}}}}"#;
const SETTINGS: &str = r#"{"type":"object","properties":{"user_identity_change":{"type":"object",
"properties":{"enable_identity_key_check":{"type":"boolean"}}}}}"#;
const AUTOMATION: &str = r#"{"type":"object","properties":{"enable_welcome_message":{"type":"boolean"},
"prompts":{"type":"array","items":{"type":"string"}},"commands":{"type":"array","items":{
"type":"object","required":["command_name"],"properties":{"command_name":{"type":"string"},
"command_description":{"type":"string"}}}}}}"#;
const COMPLIANCE: &str = r#"{"type":"object","required":["entity_name","entity_type"],"properties":{
"messaging_product":{"type":"string"},"entity_name":{"type":"string"},"entity_type":{"type":"string"},
"entity_type_custom":{"type":"string"},"is_registered":{"type":"boolean"},
"grievance_officer_details":{"type":"object"},"customer_care_details":{"type":"object"}}}"#;
const APP_DATA: &str = r#"{"type":"object","required":["sync_type"],"properties":{
"messaging_product":{"type":"string"},"sync_type":{"type":"string",
"enum":["smb_app_state_sync","history"]}}}"#;
const PROFILE: &str = r#"{"type":"object","properties":{"messaging_product":{"type":"string"},
"about":{"type":"string"},"address":{"type":"string"},"description":{"type":"string"},
"email":{"type":"string"},"vertical":{"type":"string"},"profile_picture_handle":{"type":"string"},
"websites":{"type":"array","items":{"type":"string"}}}}"#;
const BLOCK: &str = r#"{"type":"object","required":["block_users"],"properties":{
"messaging_product":{"type":"string"},"block_users":{"type":"array","items":{"type":"object",
"properties":{"user":{"type":"string"},"user_id":{"type":"string"}}}}}}"#;
const CODE: &str = r#"{"type":"object","required":["prefilled_message"],"properties":{
"prefilled_message":{"type":"string"},"generate_qr_image":{"type":"string"}}}"#;
const OVERRIDE: &str = r#"{"type":"object","properties":{"override_callback_uri":{"type":"string"},
"verify_token":{"type":"string"}}}"#;
const SUBSCRIPTION: &str = r#"{"type":"object","required":["object","callback_url","verify_token"],
"properties":{"object":{"type":"string","enum":["whatsapp_business_account"]},
"callback_url":{"type":"string"},"verify_token":{"type":"string"},"fields":{"type":"string"}}}"#;
const SUBSCRIBER: &str = r#"{"type":"object","required":["callback_url","verify_token"],"properties":{
"callback_url":{"type":"string"},"verify_token":{"type":"string"},"fields":{"type":"string"}}}"#;
const REPLAY: &str = r#"{"type":"object","required":["event"],"properties":{"event":{"type":"string"},
"subscriber":{"type":"string"}}}"#;
const TEST: &str = r#"{"type":"object","properties":{"subscriber":{"type":"string"}}}"#;
const GRANT: &str = r#"{"type":"object","required":["grant_type","client_id","client_secret"],
"properties":{"grant_type":{"type":"string"},"client_id":{"type":"string"},
"client_secret":{"type":"string"}}}"#;
const UPLOAD: &str = r#"{"type":"object","required":["file_length","file_type"],"properties":{
"file_name":{"type":"string"},"file_length":{"type":"integer"},"file_type":{"type":"string"}}}"#;

/// All calls.
pub const ROUTES: &[Route] = &[
    Route {
        query: &["dry_run"],
        ..post(
            "/{number}/messages",
            Op::SendMessage,
            Body::Json(MESSAGE),
            Answers::Object,
            "Sends a message, or marks one as read and shows typing.",
        )
    },
    Route {
        query: &["dry_run"],
        ..post(
            "/{number}/marketing_messages",
            Op::SendMarketing,
            Body::Json(MARKETING),
            Answers::Object,
            "Sends a message of a template.",
        )
    },
    post("/{number}/media", Op::UploadMedia, Body::Multipart, Answers::Object, "Keeps a file."),
    get("/{media}", Op::Media, &["phone_number_id"], Answers::Object, "Describes a file."),
    delete("/{media}", Op::Media, &["phone_number_id"], "Deletes a file."),
    get("/download/{media}", Op::Download, &["ext!", "hash!"], Answers::File, "A file's bytes."),
    post(
        "/{app}/uploads",
        Op::BeginUpload,
        Body::Json(UPLOAD),
        Answers::Object,
        "Begins an upload.",
    ),
    post("/{upload}", Op::ContinueUpload, Body::Bytes, Answers::Object, "Goes on with an upload."),
    get("/{upload}", Op::ShowUpload, &[], Answers::Object, "How far an upload is."),
    get(
        "/{business}/message_templates",
        Op::Templates,
        &[
            "name",
            "name_or_content",
            "category",
            "language",
            "status",
            "content",
            "limit",
            "after",
            "fields",
            "summary",
        ],
        Answers::List,
        "The templates.",
    ),
    post(
        "/{business}/message_templates",
        Op::Templates,
        Body::Json(TEMPLATE),
        Answers::Object,
        "Makes a template.",
    ),
    delete(
        "/{business}/message_templates",
        Op::Templates,
        &["name!", "hsm_id"],
        "Deletes templates by name.",
    ),
    post(
        "/{business}/upsert_message_templates",
        Op::UpsertTemplates,
        Body::Json(TEMPLATES),
        Answers::List,
        "Makes a template in several languages.",
    ),
    get("/{template}", Op::Template, &["fields"], Answers::Object, "One template."),
    post(
        "/{template}",
        Op::Template,
        Body::Json(TEMPLATE_CHANGE),
        Answers::Object,
        "Makes a template's next version.",
    ),
    post(
        "/{business}/message_templates/archive",
        Op::ArchiveTemplates,
        Body::Json(ARCHIVED),
        Answers::Object,
        "Puts templates away.",
    ),
    post(
        "/{business}/message_templates/unarchive",
        Op::UnarchiveTemplates,
        Body::Json(ARCHIVED),
        Answers::Object,
        "Takes templates out again.",
    ),
    post(
        "/{template}/unpause",
        Op::UnpauseTemplate,
        Body::Nothing,
        Answers::Object,
        "Lets a paused template on again, where the business may decide that.",
    ),
    get(
        "/{template}/compare",
        Op::CompareTemplates,
        &["template_ids!", "start!", "end!"],
        Answers::List,
        "How often templates were sent and read.",
    ),
    get(
        "/message_template_library",
        Op::Library,
        &["search", "name", "topic", "usecase", "industry", "language"],
        Answers::List,
        "Texts that are written already.",
    ),
    get(
        "/{business}/template_analytics",
        Op::TemplateAnalytics,
        &["start!", "end!", "granularity", "template_ids!"],
        Answers::List,
        "What became of templates' messages, by day.",
    ),
    get("/{number}", Op::Number, &["fields"], Answers::Object, "The number."),
    post(
        "/{number}",
        Op::Number,
        Body::Json(NUMBER),
        Answers::Success,
        "The number's own receiver, or another name.",
    ),
    get(
        "/{number}/whatsapp_business_profile",
        Op::Profile,
        &["fields"],
        Answers::List,
        "The profile.",
    ),
    post(
        "/{number}/whatsapp_business_profile",
        Op::Profile,
        Body::Json(PROFILE),
        Answers::Success,
        "Changes the profile.",
    ),
    get("/{number}/settings", Op::Settings, &["fields"], Answers::Object, "The settings."),
    post(
        "/{number}/settings",
        Op::Settings,
        Body::Json(SETTINGS),
        Answers::Success,
        "Whether webhooks tell the hashes of customers' keys.",
    ),
    post(
        "/{number}/conversational_automation",
        Op::Automation,
        Body::Json(AUTOMATION),
        Answers::Success,
        "What customers can ask, and whether who comes in is told of.",
    ),
    get(
        "/{number}/business_compliance_info",
        Op::Compliance,
        &["fields"],
        Answers::List,
        "The imprint.",
    ),
    post(
        "/{number}/business_compliance_info",
        Op::Compliance,
        Body::Json(COMPLIANCE),
        Answers::Success,
        "Changes the imprint.",
    ),
    post(
        "/{number}/smb_app_data",
        Op::AppData,
        Body::Json(APP_DATA),
        Answers::Object,
        "Tells the customers or the messages that the app had before.",
    ),
    get(
        "/{number}/whatsapp_commerce_settings",
        Op::Commerce,
        &["fields"],
        Answers::List,
        "Whether there is a catalogue.",
    ),
    get(
        "/{number}/official_business_account",
        Op::Official,
        &[],
        Answers::Object,
        "Whether somebody has verified the name.",
    ),
    get(
        "/{number}/block_users",
        Op::BlockUsers,
        &["limit", "after"],
        Answers::List,
        "Who is blocked.",
    ),
    post("/{number}/block_users", Op::BlockUsers, Body::Json(BLOCK), Answers::Object, "Blocks."),
    Route {
        method: "DELETE",
        ..post(
            "/{number}/block_users",
            Op::BlockUsers,
            Body::Json(BLOCK),
            Answers::Object,
            "Unblocks.",
        )
    },
    get(
        "/{number}/customers",
        Op::Customers,
        &["user", "after"],
        Answers::List,
        "Window, permission and what may be sent now.",
    ),
    get("/{number}/message_qrdls", Op::Codes, &["code", "fields"], Answers::List, "Entry links."),
    post(
        "/{number}/message_qrdls",
        Op::Codes,
        Body::Json(CODE),
        Answers::Object,
        "Makes an entry link.",
    ),
    delete("/{number}/message_qrdls", Op::Codes, &["code!"], "Revokes an entry link."),
    get("/{number}/message_qrdls/{code}", Op::Code, &["fields"], Answers::List, "One entry link."),
    delete("/{number}/message_qrdls/{code}", Op::Code, &[], "Revokes an entry link."),
    get(
        "/{business}",
        Op::Business,
        &["fields"],
        Answers::Object,
        "The business account; with `fields=analytics…` what was sent.",
    ),
    get("/{business}/phone_numbers", Op::Numbers, &["fields"], Answers::List, "Its numbers."),
    get("/{business}/subscribed_apps", Op::SubscribedApps, &[], Answers::List, "Its apps."),
    post(
        "/{business}/subscribed_apps",
        Op::SubscribedApps,
        Body::Json(OVERRIDE),
        Answers::Success,
        "Subscribes the app, perhaps with a receiver for this business.",
    ),
    delete("/{business}/subscribed_apps", Op::SubscribedApps, &[], "Ends the app's subscription."),
    get(
        "/{business}/assigned_users",
        Op::AssignedUsers,
        &["fields"],
        Answers::List,
        "Who has devices of the business.",
    ),
    delete("/{business}/assigned_users", Op::AssignedUsers, &["user!"], "Removes one of them."),
    get(
        "/{business}/activities",
        Op::Activities,
        &["limit", "after", "activity_type"],
        Answers::List,
        "What became of the account of late.",
    ),
    get("/{firm}", Op::Firm, &["fields"], Answers::Object, "The firm."),
    get(
        "/{firm}/owned_whatsapp_business_accounts",
        Op::OwnedBusinesses,
        &["fields"],
        Answers::List,
        "Its business accounts.",
    ),
    get(
        "/{firm}/client_whatsapp_business_accounts",
        Op::ClientBusinesses,
        &["fields"],
        Answers::List,
        "Accounts of others: none, for a gateway is one business's device.",
    ),
    get("/{app}", Op::App, &["fields"], Answers::Object, "The app."),
    get("/{app}/subscriptions", Op::Subscriptions, &[], Answers::List, "The app's receiver."),
    post(
        "/{app}/subscriptions",
        Op::Subscriptions,
        Body::Json(SUBSCRIPTION),
        Answers::Success,
        "Sets the app's receiver.",
    ),
    delete("/{app}/subscriptions", Op::Subscriptions, &[], "Takes the app's receiver away."),
    get(
        "/oauth/access_token",
        Op::AccessToken,
        &["grant_type!", "client_id!", "client_secret!"],
        Answers::Object,
        "The app's own token.",
    ),
    post("/oauth/access_token", Op::AccessToken, Body::Json(GRANT), Answers::Object, "The same."),
    get("/debug_token", Op::DebugToken, &["input_token!"], Answers::Object, "What a token is."),
    get("/me", Op::Me, &["fields"], Answers::Object, "The business account."),
    get("/me/permissions", Op::Permissions, &[], Answers::List, "What the token may do."),
    get("/", Op::Root, &[], Answers::Object, "Whether the token counts."),
    get(
        "/events",
        Op::Events,
        &["after", "limit", "wait_seconds"],
        Answers::List,
        "The event log, with long polling.",
    ),
    get(
        "/deliveries",
        Op::Deliveries,
        &["before", "limit"],
        Answers::List,
        "To whom what was brought.",
    ),
    post(
        "/deliveries/replay",
        Op::Replay,
        Body::Json(REPLAY),
        Answers::Success,
        "Brings it once more.",
    ),
    post(
        "/deliveries/test",
        Op::TestDelivery,
        Body::Json(TEST),
        Answers::Object,
        "Brings a sample.",
    ),
    get("/subscribers", Op::Subscribers, &[], Answers::List, "Further receivers."),
    post(
        "/subscribers",
        Op::Subscribers,
        Body::Json(SUBSCRIBER),
        Answers::Object,
        "One more receiver.",
    ),
    delete("/subscribers/{id}", Op::Subscriber, &[], "One receiver less."),
    post(
        "/providers/{provider}/webhook",
        Op::ProviderHook,
        Body::Bytes,
        Answers::Object,
        "Where a payment provider tells what was paid; with its signature instead of a token.",
    ),
    get(
        "/health",
        Op::Health,
        &[],
        Answers::Object,
        "Whether the gateway is well; without a token.",
    ),
    get("/metrics", Op::Metrics, &[], Answers::Text, "Counters for Prometheus."),
    get(
        "/openapi.json",
        Op::Description,
        &[],
        Answers::Object,
        "This description; without a token.",
    ),
];

/// The call that a request means, with the id that its path names last.
pub(crate) fn find<'a>(
    ids: &BusinessIds,
    method: &str,
    segments: &[&'a str],
) -> Option<(Op, &'a str)> {
    ROUTES
        .iter()
        .filter(|route| route.method == method)
        .find_map(|route| Some((route.op, fits(ids, route.path, segments)?)))
}

/// The last id of a path that fits; empty for one without.
fn fits<'a>(ids: &BusinessIds, path: &str, segments: &[&'a str]) -> Option<&'a str> {
    let mut wanted = path.split('/').filter(|part| !part.is_empty());
    let mut named = "";
    for segment in segments {
        let part = wanted.next()?;
        let is_it = match part {
            "{number}" => *segment == ids.phone,
            "{business}" => *segment == ids.business,
            "{firm}" => *segment == ids.portfolio,
            "{app}" => *segment == ids.app || *segment == "app",
            "{template}" => is_id(segment, '5'),
            "{media}" => is_id(segment, '4'),
            "{upload}" => segment.starts_with("upload:"),
            "{code}" | "{id}" => true,
            "{provider}" => matches!(*segment, "stripe" | "razorpay"),
            word => word == *segment,
        };
        if !is_it {
            return None;
        }
        if part.starts_with('{') {
            named = segment;
        }
    }
    wanted.next().is_none().then_some(named)
}

fn is_id(segment: &str, first: char) -> bool {
    segment.starts_with(first) && segment.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use tresen_types::{AccountId, AccountKind};

    use super::*;

    #[test]
    fn every_route_is_found_by_its_own_path_and_schemas_are_json() {
        let ids = BusinessIds::of(AccountId::from_random(AccountKind::Business, [1; 16]));
        for route in ROUTES {
            let path = [
                ("{number}", ids.phone.as_str()),
                ("{business}", &ids.business),
                ("{firm}", &ids.portfolio),
                ("{app}", &ids.app),
                ("{template}", "5000000000000001"),
                ("{media}", "4000000000000001"),
                ("{upload}", "upload:abc"),
                ("{code}", "abc"),
                ("{id}", "7"),
                ("{provider}", "stripe"),
            ]
            .iter()
            .fold(route.path.to_owned(), |path, (mark, id)| path.replace(mark, id));
            let segments: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
            let found = find(&ids, route.method, &segments).map(|(op, _)| op);
            assert_eq!(found, Some(route.op), "{} {path}", route.method);
            if let Body::Json(schema) = route.body {
                assert!(serde_json::from_str::<serde_json::Value>(schema).is_ok(), "{path}");
            }
        }
        assert_eq!(find(&ids, "PUT", &["health"]), None);
        assert_eq!(find(&ids, "GET", &[&ids.phone, "groups"]), None);
    }
}
