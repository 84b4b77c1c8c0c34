//! The table of what works: written here, printed into `docs/reference/cloud-api.md`, and held to be true:
//! every row that works names a test, and every call that the gateway serves has a row.

use std::{collections::BTreeSet, fs, path::Path};

use tresen_gateway::ROUTES;

/// How much of something works.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// All of it that has a meaning here.
    Works,
    /// Some of it; the row says what not.
    Partly,
    /// Nothing; it is answered with the documented error.
    NotYet,
}
use State::{NotYet, Partly, Works};

/// What, how much, the test that shows it, and what is different here.
type Row = (&'static str, State, &'static str, &'static str);

const TEXTS: &str = "a_text_goes_both_ways_and_its_statuses_come_in_order";
const SENDS: &str = "every_example_is_sent_or_refused_with_the_documented_code";
const TOLD: &str = "every_webhook_example_is_told_as_described_or_has_no_place_here";
const MADE: &str = "every_template_example_is_made_or_refused_with_the_documented_code";
const CARDS: &str = "what_a_customer_chooses_comes_back_with_its_id";
const SHOP: &str = "an_order_is_told_billed_paid_and_brought_to_its_end";
const PICTURE: &str = "a_templates_picture_is_opened_and_its_place_is_shown";
const TEMPLATE: &str = "a_template_is_made_approved_sent_and_goes_when_the_window_is_closed";
const REPLY: &str = "a_quick_reply_hands_back_what_the_program_gave_it";
const ABOVE: &str = "a_file_above_buttons_comes_first_and_nothing_is_told_of_it";
const PLACES: &str = "places_and_people_go_both_ways";
const READING: &str = "reading_typing_and_reacting_reach_the_customer";
const BESIDE: &str = "the_description_of_itself_has_every_call_and_what_is_beside_it_is_known";
const GOODS: &str = "goods_of_the_catalogue_are_sent_with_the_names_that_it_has";
const GOODS_IN: &str = "goods_in_templates_have_the_catalogues_names_and_are_opened_from_it";
const SLIDES: &str = "a_carousel_has_cards_and_what_is_tapped_comes_back";
const ASKED: &str = "an_address_and_a_number_are_asked_for_and_come_back_as_answers";
const KEYS: &str = "a_customers_key_has_a_hash_and_a_send_to_another_key_is_refused";
const ABOUT: &str = "the_profile_is_changed_with_mail_and_picture_and_a_new_name_is_told";
const IMPRINT: &str = "the_imprint_and_what_customers_can_ask_are_in_the_profile_that_they_see";
const PEOPLE: &str = "who_works_here_is_listed_and_who_is_removed_is_told_and_noted";
const BEFORE: &str = "what_the_app_had_before_is_told_when_a_program_asks";
const HEARD: &str = "a_voice_message_is_heard_and_that_is_told_once";
const AWAY: &str = "what_is_put_away_is_listed_as_such_not_sent_and_taken_out_again";
const CARDS_OF: &str = "a_carousel_and_an_offer_that_ends_are_made_sent_and_tapped";
const VERSIONS: &str = "another_text_and_another_category_of_a_template_are_told_once";
const STANDING: &str = "a_change_is_told_once_and_the_first_look_is_no_news";
const NOTHING: &str = "kinds_and_edges_that_are_not_there_have_their_documented_codes";

/// The kinds of messages of section 2.1.
const MESSAGES: &[Row] = &[
    ("`text`", Works, TEXTS, ""),
    ("`image`", Works, "a_picture_is_uploaded_sent_and_its_statuses_come", ""),
    ("`video`", Works, SENDS, "arrives as a file"),
    ("`audio`", Works, HEARD, "a file, or a voice message with `voice` and Ogg"),
    ("`document`", Works, SENDS, ""),
    ("`sticker`", Works, "stickers_go_both_ways", ""),
    ("`location`", Works, PLACES, ""),
    ("`contacts`", Works, PLACES, "32 people in a message"),
    ("`reaction`", Works, READING, ""),
    ("`template`", Works, TEMPLATE, ""),
    ("`context`", Works, TEXTS, ""),
    ("`biz_opaque_callback_data`", Works, TEXTS, ""),
    ("`recipient` (user id)", Works, TEXTS, ""),
    (
        "`pin`",
        Works,
        "a_message_is_pinned_for_the_team_and_not_any_more",
        "for the business's own people, until it is taken off",
    ),
    ("`recipient_type: group`", NotYet, NOTHING, "no groups"),
    ("`recipient_identity_key_hash`", Works, KEYS, ""),
    ("interactive `button`", Works, CARDS, ""),
    ("interactive `list`", Works, CARDS, ""),
    ("interactive `cta_url`", Works, CARDS, ""),
    ("interactive `location_request_message`", Works, PLACES, ""),
    ("interactive header: text", Works, CARDS, ""),
    ("interactive header: image, video, document", Works, ABOVE, "comes as a message before it"),
    ("interactive `order_details`", Works, SHOP, "the business's own ways to pay"),
    ("interactive `order_status`", Works, SHOP, ""),
    ("interactive `product`, `product_list`, `catalog_message`", Works, GOODS, ""),
    ("interactive `flow`", NotYet, SENDS, "no flows"),
    ("interactive `carousel`", Works, SLIDES, "pictures come as messages before it"),
    ("interactive `address_message`", Works, ASKED, "for every country; one saved address"),
    ("interactive `request_contact_info`", Works, ASKED, "the customer types what is sent"),
    ("interactive `call_permission_request`, `voice_call`", NotYet, NOTHING, "no calls"),
    ("read receipt", Works, READING, ""),
    ("typing indicator", Works, READING, ""),
];

/// The parts of templates of section 2.2.
const PARTS: &[Row] = &[
    ("header: text", Works, TEMPLATE, ""),
    ("header: image, video, document", Works, PICTURE, ""),
    ("header: location", Works, PICTURE, ""),
    ("header: product", Works, GOODS_IN, "with the name that the signed catalogue has"),
    ("body: text, positional and named", Works, PICTURE, ""),
    ("body: currency, date_time", Works, SENDS, ""),
    ("footer", Works, TEMPLATE, ""),
    ("button: quick_reply with payload", Works, REPLY, ""),
    ("button: url with suffix", Works, TEMPLATE, ""),
    ("button: phone_number", Works, MADE, ""),
    ("button: copy_code", Works, SENDS, ""),
    ("one-time codes: copy, one-tap, zero-tap", Works, MADE, "all of them copy"),
    ("button: catalog", Works, GOODS_IN, "opens the signed catalogue; no picture on it"),
    ("button: mpm", Works, GOODS_IN, ""),
    ("button: spm", Works, GOODS_IN, "not in cards"),
    ("button: flow", NotYet, SENDS, "no flows"),
    ("carousel", Works, CARDS_OF, ""),
    ("limited_time_offer", Works, CARDS_OF, ""),
];

/// The calls; those that are served must be the gateway's own list.
const CALLS: &[Row] = &[
    ("POST /{number}/messages", Works, SENDS, ""),
    ("POST /{number}/marketing_messages", Works, SENDS, ""),
    ("POST /{number}/messages_encrypted", NotYet, NOTHING, "all is encrypted, up to the gateway"),
    ("POST /{number}/media", Works, "uploads_have_their_limits", ""),
    ("GET /{media}", Works, "a_customers_file_is_fetched_by_a_signed_url", ""),
    ("DELETE /{media}", Works, "uploads_have_their_limits", ""),
    ("GET /download/{media}", Works, "a_customers_file_is_fetched_by_a_signed_url", ""),
    ("POST /{app}/uploads", Works, "an_upload_in_parts_goes_on_where_it_broke_off", ""),
    ("POST /{upload}", Works, "an_upload_in_parts_goes_on_where_it_broke_off", ""),
    ("GET /{upload}", Works, "an_upload_in_parts_goes_on_where_it_broke_off", ""),
    ("GET /{business}/message_templates", Works, TEMPLATE, "no `summary`"),
    ("POST /{business}/message_templates", Works, MADE, ""),
    (
        "DELETE /{business}/message_templates",
        Works,
        "a_deleted_template_is_neither_listed_nor_sent",
        "",
    ),
    (
        "POST /{business}/upsert_message_templates",
        Works,
        "one_call_makes_a_template_in_several_languages",
        "",
    ),
    ("GET /{template}", Works, TEMPLATE, ""),
    ("POST /{template}", Works, MADE, "makes the next version"),
    ("POST /{business}/message_templates/archive", Works, AWAY, ""),
    ("POST /{business}/message_templates/unarchive", Works, AWAY, ""),
    (
        "POST /{template}/unpause",
        Works,
        "a_pause_is_the_operators_and_templates_are_compared",
        "where the business may decide about the template; else it says who paused it",
    ),
    (
        "GET /{template}/compare",
        Works,
        "a_pause_is_the_operators_and_templates_are_compared",
        "sends and reads",
    ),
    (
        "GET /message_template_library",
        Works,
        "the_library_has_texts_and_templates_are_made_of_them",
        "four texts in three languages",
    ),
    ("POST /{business}/migrate_message_templates", NotYet, NOTHING, "one business, one account"),
    (
        "GET /{business}/template_analytics",
        Works,
        "what_was_sent_is_counted_by_day_and_template",
        "no clicks",
    ),
    ("GET /{number}", Works, "number_business_and_profile_are_shown", ""),
    ("POST /{number}", Works, ABOUT, "no PIN: people let devices in"),
    (
        "POST /{business}/phone_numbers, request_code, verify_code, register, deregister",
        NotYet,
        NOTHING,
        "a business is linked in the app",
    ),
    ("GET /{number}/whatsapp_business_profile", Works, "number_business_and_profile_are_shown", ""),
    (
        "POST /{number}/whatsapp_business_profile",
        Works,
        ABOUT,
        "a picture of up to 24 KiB; `vertical` is kept for programs",
    ),
    ("GET /{number}/settings", Works, KEYS, "shows what is off"),
    ("POST /{number}/settings", Works, KEYS, "`user_identity_change`"),
    ("GET /{number}/whatsapp_commerce_settings", Works, BESIDE, "read only"),
    ("GET /{number}/official_business_account", Works, BESIDE, ""),
    ("GET /{number}/block_users", Works, "a_blocked_user_is_listed_and_let_in_again", ""),
    ("POST /{number}/block_users", Works, "a_blocked_user_is_listed_and_let_in_again", ""),
    ("DELETE /{number}/block_users", Works, "a_blocked_user_is_listed_and_let_in_again", ""),
    (
        "GET /{number}/message_qrdls",
        Works,
        "entry_links_are_codes_and_the_profile_is_changed_by_owners_alone",
        "",
    ),
    (
        "POST /{number}/message_qrdls",
        Works,
        "entry_links_are_codes_and_the_profile_is_changed_by_owners_alone",
        "a printed code isn't changed",
    ),
    (
        "DELETE /{number}/message_qrdls",
        Works,
        "entry_links_are_codes_and_the_profile_is_changed_by_owners_alone",
        "",
    ),
    (
        "GET /{number}/message_qrdls/{code}",
        Works,
        "entry_links_are_codes_and_the_profile_is_changed_by_owners_alone",
        "",
    ),
    (
        "DELETE /{number}/message_qrdls/{code}",
        Works,
        "entry_links_are_codes_and_the_profile_is_changed_by_owners_alone",
        "",
    ),
    ("POST /{number}/conversational_automation", Works, IMPRINT, ""),
    ("GET /{number}/business_compliance_info", Works, IMPRINT, ""),
    ("POST /{number}/business_compliance_info", Works, IMPRINT, "the imprint, for every country"),
    ("username, signups", NotYet, NOTHING, "entry links are how customers come"),
    (
        "GET /{business}",
        Works,
        "what_was_sent_is_counted_by_day_and_template",
        "with `analytics`, `conversation_analytics`, `pricing_analytics`; half hours and days",
    ),
    (
        "GET /{business}/phone_numbers",
        Works,
        "number_business_and_profile_are_shown",
        "one number: a gateway is one business's device",
    ),
    (
        "GET /{business}/subscribed_apps",
        Works,
        "the_app_ends_its_subscription_and_begins_it_again",
        "",
    ),
    (
        "POST /{business}/subscribed_apps",
        Works,
        "the_app_ends_its_subscription_and_begins_it_again",
        "",
    ),
    (
        "DELETE /{business}/subscribed_apps",
        Works,
        "the_app_ends_its_subscription_and_begins_it_again",
        "",
    ),
    ("GET /{business}/assigned_users", Works, PEOPLE, "the business's devices"),
    ("DELETE /{business}/assigned_users", Works, PEOPLE, "people come in by an invitation"),
    ("GET /{business}/activities", Works, PEOPLE, "of the last seven days"),
    ("GET /{firm}", Works, BESIDE, ""),
    ("GET /{firm}/owned_whatsapp_business_accounts", Works, BESIDE, ""),
    ("GET /{firm}/client_whatsapp_business_accounts", Works, BESIDE, "always empty"),
    ("GET /{app}", Works, BESIDE, ""),
    ("GET /{app}/subscriptions", Works, "a_receiver_is_set_over_the_api_only_if_it_answers", ""),
    ("POST /{app}/subscriptions", Works, "a_receiver_is_set_over_the_api_only_if_it_answers", ""),
    ("DELETE /{app}/subscriptions", Works, "a_receiver_is_set_over_the_api_only_if_it_answers", ""),
    ("GET /oauth/access_token", Works, "programs_learn_what_their_token_is", ""),
    ("POST /oauth/access_token", Works, "programs_learn_what_their_token_is", ""),
    ("GET /debug_token", Works, "programs_learn_what_their_token_is", ""),
    ("GET /me", Works, BESIDE, ""),
    ("GET /me/permissions", Works, "programs_learn_what_their_token_is", ""),
    ("GET /", Works, "programs_learn_what_their_token_is", ""),
    ("flows: all calls", NotYet, NOTHING, "no flows"),
    ("groups: all calls", NotYet, NOTHING, "no groups"),
    ("calls: all calls", NotYet, NOTHING, "no calls"),
    ("POST /{number}/smb_app_data", Works, BEFORE, ""),
];

/// What the original doesn't have.
const OWN: &[Row] = &[
    ("GET /{number}/customers", Works, "the_window_and_the_permission_of_a_customer_are_shown", ""),
    ("GET /events", Works, "nothing_is_lost_while_nobody_listens_and_a_poll_waits", ""),
    ("GET /deliveries", Works, "a_delivery_is_logged_replayed_and_tried_with_a_sample", ""),
    ("POST /deliveries/replay", Works, "a_delivery_is_logged_replayed_and_tried_with_a_sample", ""),
    ("POST /deliveries/test", Works, "a_delivery_is_logged_replayed_and_tried_with_a_sample", ""),
    (
        "GET /subscribers",
        Works,
        "several_receivers_each_get_all_and_one_that_is_down_holds_up_no_other",
        "",
    ),
    (
        "POST /subscribers",
        Works,
        "several_receivers_each_get_all_and_one_that_is_down_holds_up_no_other",
        "",
    ),
    (
        "DELETE /subscribers/{id}",
        Works,
        "several_receivers_each_get_all_and_one_that_is_down_holds_up_no_other",
        "",
    ),
    (
        "POST /providers/{provider}/webhook",
        Works,
        "a_page_is_paid_when_the_provider_says_so_and_signs_it",
        "a payment provider's own webhook, with its signature instead of a token",
    ),
    ("GET /health", Works, "number_business_and_profile_are_shown", ""),
    ("GET /metrics", Works, "number_business_and_profile_are_shown", ""),
    ("GET /openapi.json", Works, BESIDE, ""),
    (
        "type `edit`, type `revoke`: own messages",
        Works,
        "a_text_is_changed_and_taken_back_both_ways",
        "",
    ),
    ("`Idempotency-Key`", Works, "one_idempotency_key_is_one_message", ""),
    ("`?dry_run=true`", Works, "a_dry_run_says_what_would_happen_and_sends_nothing", ""),
];

/// The webhooks of section 3.
const WEBHOOKS: &[Row] = &[
    ("`messages`: text", Works, TOLD, ""),
    ("`messages`: image, video, audio, document, sticker", Works, TOLD, ""),
    ("`messages`: location", Works, TOLD, ""),
    ("`messages`: contacts", Works, TOLD, ""),
    ("`messages`: reaction", Works, TOLD, ""),
    ("`messages`: button", Works, TOLD, ""),
    ("`messages`: interactive button_reply, list_reply", Works, TOLD, ""),
    ("`messages`: order", Works, TOLD, ""),
    ("`messages`: unsupported", Works, TOLD, ""),
    ("`messages`: context", Works, TEXTS, ""),
    ("`messages`: interactive nfm_reply of an address", Works, ASKED, ""),
    (
        "`messages`: interactive nfm_reply of a flow, call_permission_reply",
        NotYet,
        NOTHING,
        "no flows, no calls",
    ),
    ("`messages`: request_welcome", Works, IMPRINT, ""),
    ("`messages`: system (changed number)", NotYet, TOLD, "accounts have no numbers"),
    (
        "`messages`: referral",
        Works,
        "the_first_message_names_the_code_by_which_a_customer_came",
        "the entry link; there are no advertisements",
    ),
    ("`messages`: edit, revoke", Works, "a_text_is_changed_and_taken_back_both_ways", ""),
    ("statuses: sent, delivered, read", Works, TEXTS, "in order, none left out"),
    ("statuses: failed", Works, "who_is_offline_gets_it_later_and_who_blocks_gets_nothing", ""),
    ("statuses: pricing, conversation", Works, TEMPLATE, ""),
    ("statuses: payment", Works, SHOP, ""),
    ("statuses: played", Works, HEARD, ""),
    ("statuses: deleted", Works, "what_is_taken_back_is_told_once_as_deleted", ""),
    ("`message_template_status_update`", Works, "decisions_about_templates_are_told_once", ""),
    (
        "`phone_number_quality_update`",
        Works,
        "a_change_is_told_once_and_the_first_look_is_no_news",
        "",
    ),
    (
        "`business_capability_update`",
        Works,
        "a_change_is_told_once_and_the_first_look_is_no_news",
        "",
    ),
    ("`template_category_update`", Works, VERSIONS, "the business's own change"),
    ("`message_template_components_update`", Works, VERSIONS, ""),
    ("`message_template_quality_update`", NotYet, NOTHING, "the rating is the business's"),
    ("`account_update`", Works, STANDING, "when the operator sets the limit, and lets it go"),
    ("`account_alerts`", Works, "an_alert_says_what_it_comes_from", "of the rating"),
    ("`account_review_update`", NotYet, NOTHING, "accounts aren't reviewed"),
    ("`security`", Works, PEOPLE, "devices that come and go"),
    ("`phone_number_name_update`", Works, ABOUT, ""),
    ("`user_preferences`", Works, "a_customer_who_wants_no_offers_is_told_once_each_way", ""),
    ("`user_id_update`", NotYet, NOTHING, "a user id stays the same for life"),
    ("`smb_message_echoes`", Works, "what_a_colleague_writes_in_the_app_is_an_echo", ""),
    ("`smb_app_state_sync`", Works, BEFORE, ""),
    ("`history`", Works, BEFORE, "words; files by their names"),
    ("`calls`, `flows`, groups", NotYet, NOTHING, ""),
    ("verification", Works, "a_receiver_is_set_over_the_api_only_if_it_answers", ""),
    (
        "signature, ASCII, one event a request",
        Works,
        "a_webhook_is_ascii_and_signed_over_its_bytes",
        "",
    ),
    (
        "order and repetition",
        Works,
        "what_is_not_taken_comes_again_in_order_and_survives_a_restart",
        "",
    ),
];

const TABLES: &[(&str, &[Row])] = &[
    ("Messages", MESSAGES),
    ("Parts of templates", PARTS),
    ("Calls", CALLS),
    ("Webhooks", WEBHOOKS),
    ("What the original doesn't have", OWN),
];

fn root() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn word(state: State) -> &'static str {
    match state {
        Works => "works",
        Partly => "partly",
        NotYet => "not yet",
    }
}

/// The page as it must be.
fn page() -> String {
    let rows: Vec<&Row> = TABLES.iter().flat_map(|(_, rows)| rows.iter()).collect();
    let count = |state| rows.iter().filter(|row| row.1 == state).count();
    let mut text = format!(
        "# Cloud API: what works\n\nA test writes this page from its own table and fails when the page \
         isn't current; the last column\nis the test that shows a row, or that refuses what isn't \
         there with the documented error. {} rows work, {} partly,\n{} not yet. The calls with their \
         parameters are described by the gateway itself at `/openapi.json`.\n",
        count(Works),
        count(Partly),
        count(NotYet),
    );
    for (title, rows) in TABLES {
        text.push_str(&format!(
            "\n## {title}\n\n| what | state | different here | test |\n|---|---|---|---|\n"
        ));
        for (what, state, test, note) in *rows {
            let what = if what.contains('/') && !what.contains('`') && !what.contains(", ") {
                format!("`{what}`")
            } else {
                (*what).to_owned()
            };
            text.push_str(&format!("| {what} | {} | {note} | `{test}` |\n", word(*state)));
        }
    }
    text
}

#[test]
fn the_page_of_what_works_is_current() {
    let wanted = page();
    let there = fs::read_to_string(root().join("docs/reference/cloud-api.md")).unwrap_or_default();
    if there != wanted {
        let beside = root().join("target/cloud-api.md");
        fs::write(&beside, wanted).expect("a file");
        panic!("docs/reference/cloud-api.md isn't current: take target/cloud-api.md");
    }
}

#[test]
fn every_row_names_a_test_and_every_served_call_has_a_row() {
    let mut tests = BTreeSet::new();
    for folder in
        ["crates/testkit/tests/gateway", "crates/testkit/tests/sandbox", "crates/gateway/src"]
    {
        for file in fs::read_dir(root().join(folder)).expect("a folder").flatten() {
            let source = fs::read_to_string(file.path()).unwrap_or_default();
            let names = source.split("#[test]").skip(1).filter_map(|after| {
                let (name, _) = after.split_once("fn ")?.1.split_once('(')?;
                Some(name.to_owned())
            });
            tests.extend(names);
        }
    }
    for (what, _, test, _) in TABLES.iter().flat_map(|(_, rows)| rows.iter()) {
        assert!(tests.contains(*test), "{what}: there is no test {test}");
    }
    let served: BTreeSet<String> =
        ROUTES.iter().map(|route| format!("{} {}", route.method, route.path)).collect();
    let told: BTreeSet<String> = CALLS
        .iter()
        .chain(OWN)
        .filter(|(what, state, ..)| *state != NotYet && what.contains(" /"))
        .map(|(what, ..)| (*what).to_owned())
        .collect();
    assert_eq!(served, told);
}
