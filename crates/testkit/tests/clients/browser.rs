//! A customer in a real browser at the other end of a gateway: with an unmodified client, and with what a
//! program can ask for.

use std::{path::PathBuf, process::Command as Program};

use serde_json::{Value, json};
use tempfile::TempDir;
use tresen_client::Trust;
use tresen_gateway::{
    GatewayConfig, GatewayHandle,
    link::{self, Credentials},
    spawn, system_clock,
};
use tresen_server::admin::Decision;
use tresen_testkit::{
    browser::{Browser, Engine, Error, Key, Options, Page},
    tour,
    world::{Actor, World, patiently, run},
};
use tresen_view::{Answer, CatalogueDraft, Command, Event, ItemView, LinkStep, Role};

use super::{install, scripts};

const COMPOSER: &str = ".comp textarea";

/// A business with a gateway, and a browser in front of its server.
struct Shop {
    world: World,
    owner: Actor,
    link: String,
    gateway: GatewayHandle,
    credentials: Credentials,
    browser: Browser,
    _folder: TempDir,
}

impl Shop {
    async fn open() -> Result<Self, Error> {
        let mut world = tour::open_house().await;
        let (mut owner, _) = world.business("Korn").await;
        let create = Command::CreateEntryLink {
            label: "counter".to_owned(),
            prefilled: String::new(),
            uses_max: None,
            days: None,
        };
        let Answer::EntryLink(entry) = owner.call(create).await else { panic!("an entry link") };
        let folder = tempfile::tempdir().expect("a folder");
        let credentials = linked(&world, &mut owner, &folder).await;
        let listen = "127.0.0.1:0".parse().expect("an address");
        let mut config = GatewayConfig::new(folder.path(), listen);
        config.has_private_reach = true;
        let gateway = patiently(spawn(config)).await.expect("a gateway");
        let browser = Browser::launch(Engine::Chromium).await?;
        Ok(Self { world, owner, link: entry.url, gateway, credentials, browser, _folder: folder })
    }

    /// A customer who has opened the link and said yes.
    async fn customer(&self, name: &str) -> Result<Page, Error> {
        let phone = self.browser.profile(Options::phone()).await?;
        let page = phone.open(&self.link).await?;
        page.click("text=Notices").await?;
        page.type_into("#name", name).await?;
        page.click("button=Yes, open the chat").await?;
        page.wait_for(COMPOSER).await?;
        Ok(page)
    }

    /// What a program is told before it begins.
    fn first_line(&self) -> Value {
        json!({
            "base_url": self.gateway.url,
            "phone_number_id": self.credentials.phone_number_id,
            "waba_id": self.credentials.waba_id,
            "app_id": self.credentials.app_id,
            "app_secret": self.credentials.app_secret,
            "token": self.credentials.token,
        })
    }

    /// A call of a program.
    async fn post(&self, edge: &str, body: &Value) -> Value {
        let base = self.gateway.url.clone();
        let path = format!("{base}/{}/{edge}", self.credentials.phone_number_id);
        let (token, body) = (self.credentials.token.clone().expect("a token"), body.to_string());
        let called = tokio::task::spawn_blocking(move || {
            let bearer = format!("authorization: Bearer {token}");
            let kind = "content-type: application/json";
            let call = ["-sS", "-H", &bearer, "-H", kind, "-d", &body, &path];
            install::output(Program::new("curl").args(call))
        });
        let said = called.await.expect("a call");
        let answer: Value = serde_json::from_str(&said).expect("JSON");
        assert!(answer.get("error").is_none(), "{answer}");
        answer
    }

    /// The first message of the customer's that is meant, as the event log has it.
    async fn heard(&self, is_it: impl Fn(&Value) -> bool) -> Value {
        let mut after = "0".to_owned();
        loop {
            let path = format!("/events?after={after}&wait_seconds=10&limit=100");
            let log = self.gateway.read(&path).await.expect("events");
            for event in log["data"].as_array().expect("events") {
                event["cursor"].as_str().expect("a cursor").clone_into(&mut after);
                let message = event.pointer("/entry/0/changes/0/value/messages/0");
                if let Some(found) = message.filter(|one| is_it(one)) {
                    return found.clone();
                }
            }
        }
    }
}

async fn linked(world: &World, owner: &mut Actor, folder: &TempDir) -> Credentials {
    let invite = Command::Invite { role: Role::Owner, name: "Gateway".to_owned() };
    let Answer::Link(LinkStep::Invitation { url, .. }) = owner.call(invite).await else {
        panic!("an invitation")
    };
    let begun = link::begin(folder.path(), world.origin(), Trust::Web, system_clock(), &url);
    let linking = patiently(begun).await.expect("the digits");
    owner
        .until("the digits are asked for", |event| {
            matches!(event, Event::Link(LinkStep::EnterCode { .. })).then_some(())
        })
        .await;
    let code = linking.code.clone();
    let (_, credentials) =
        tokio::join!(owner.call(Command::ApproveLink { code }), patiently(linking.finish()));
    credentials.expect("a linked gateway")
}

async fn say(page: &Page, text: &str) -> Result<(), Error> {
    page.type_into(COMPOSER, text).await?;
    page.click("button=Send").await?;
    page.wait_for_text(text).await
}

/// Where pictures of what was built lie.
fn picture(name: &str) -> PathBuf {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/pictures");
    std::fs::create_dir_all(&folder).expect("a folder");
    folder.join(format!("gateway-{name}.png"))
}

async fn sound(page: &Page, name: &str) -> Result<(), Error> {
    tour::settled(page).await?;
    page.screenshot(&picture(name)).await?;
    let found = page.axe().await?;
    assert!(found.is_empty(), "{name}: {found:#?}");
    page.assert_clean()
}

#[test]
fn pywa_converses_with_a_customer_in_a_browser() {
    let ended: Result<(), Error> = run(async {
        let shop = Shop::open().await?;
        let body = json!({ "name": "order_ready", "language": "en", "category": "UTILITY",
            "components": [{ "type": "BODY", "text": "Your order is ready at the counter." }] });
        let draft = body.to_string();
        let path = format!("{}/{}/message_templates", shop.gateway.url, shop.credentials.waba_id);
        let token = shop.credentials.token.clone().expect("a token");
        let made = tokio::task::spawn_blocking(move || {
            let bearer = format!("authorization: Bearer {token}");
            let call = ["-sS", "-H", &bearer, "-H", "content-type: application/json", "-d", &draft];
            install::output(Program::new("curl").args(call).arg(path))
        });
        let made = made.await.expect("a template");
        assert!(made.contains("PENDING"), "{made}");
        let Answer::Templates(known) = shop.owner.call(Command::Templates).await else {
            panic!("templates")
        };
        let template = known.first().expect("a template").template.clone();
        shop.world.decide(&shop.owner, &template, Decision::Approve { days: 90 }).await;
        shop.gateway.templates_changed();

        let python = install::python("pywa==4.5.0");
        let script = scripts().join("pywa_browser.py");
        let line = shop.first_line().to_string();
        let program = tokio::task::spawn_blocking(move || {
            install::output(Program::new(python).arg(script).arg(line))
        });
        let emma = shop.customer("Emma").await?;
        say(&emma, "Good morning").await?;
        emma.wait_for_text("Good morning, Emma").await?;
        emma.click("button=Yes, please").await?;
        emma.wait_for_text("Your order is ready at the counter.").await?;
        sound(&emma, "pywa").await?;
        let said = program.await.expect("the program runs");
        assert!(said.trim_end().ends_with("ok"), "{said}");
        Ok(())
    });
    ended.unwrap_or_else(|error| panic!("{error}"));
}

async fn publish(owner: &Actor) {
    let item = |id: &str, name: &str, price: i64| ItemView {
        id: id.to_owned(),
        name: name.to_owned(),
        price,
        ..ItemView::default()
    };
    let items = vec![
        item("rye", "Rye loaf", 480),
        item("spelt", "Spelt loaf", 520),
        item("cake", "Plum cake", 3_000),
    ];
    let draft = CatalogueDraft { currency: "EUR".to_owned(), days: 30, items };
    owner.call(Command::PublishCatalogue(Box::new(draft))).await;
}

#[test]
fn what_a_program_offers_and_asks_for_is_seen_and_given_in_a_browser() {
    let ended: Result<(), Error> = run(async {
        let shop = Shop::open().await?;
        publish(&shop.owner).await;
        let asks = json!({ "prompts": ["What is fresh today?", "When are you open?"],
            "commands": [{ "command_name": "hours", "command_description": "When we are open" }] });
        shop.post("conversational_automation", &asks).await;
        let reach = json!({ "email": "help@korn.example", "mobile_number": "+491511234567" });
        let imprint = json!({ "entity_name": "Korn e. K.", "entity_type": "SOLE_PROPRIETORSHIP",
            "is_registered": true, "customer_care_details": reach,
            "grievance_officer_details": { "name": "Anna Korn", "email": "anna@korn.example" } });
        shop.post("business_compliance_info", &imprint).await;

        // What can be asked stands there before anything was said, and after a slash.
        let emma = shop.customer("Emma").await?;
        emma.wait_for_text("What is fresh today?").await?;
        sound(&emma, "prompts").await?;
        emma.click("button=What is fresh today?").await?;
        emma.wait_for(".msg.me").await?;
        emma.wait_gone(".asks").await?;
        emma.type_into(COMPOSER, "/ho").await?;
        emma.wait_for(".asks button").await?;
        sound(&emma, "commands").await?;
        emma.click(".asks button").await?;
        emma.wait_for_text("/hours").await?;
        let customer = shop.heard(|one| one["type"] == "text").await["from"].clone();
        let send = |interactive: Value| {
            let body = json!({ "messaging_product": "whatsapp", "to": customer,
                "type": "interactive", "interactive": interactive });
            let shop = &shop;
            async move { shop.post("messages", &body).await }
        };

        // Goods: the sheet has those, with the prices of the catalogue.
        let catalogue = shop.gateway.ids.catalogue.clone();
        let goods = |items: [&str; 2]| items.map(|item| json!({ "product_retailer_id": item }));
        send(json!({ "type": "product_list", "header": { "type": "text", "text": "Today" },
            "body": { "text": "Fresh from the oven" },
            "action": { "catalog_id": catalogue, "sections": [
                { "title": "Bread", "product_items": goods(["rye", "spelt"]) } ] } }))
        .await;
        emma.wait_for_text("Rye loaf · Spelt loaf").await?;
        sound(&emma, "goods").await?;
        emma.click("button=See the goods").await?;
        emma.wait_for("dialog [data-item=rye]").await?;
        assert_eq!(emma.count("dialog [data-item]").await?, 2);
        sound(&emma, "goods-open").await?;
        emma.press(Key::Escape).await?;
        emma.wait_gone("dialog").await?;

        // Cards beside each other.
        let link = json!({ "name": "cta_url", "parameters": {
            "display_text": "Read more", "url": "https://korn.example" } });
        let buttons = json!({ "buttons": [{ "type": "reply",
            "reply": { "id": "plum", "title": "I want plum" } }] });
        send(json!({ "type": "carousel", "body": { "text": "Three ideas for Sunday" },
            "action": { "cards": [
                { "card_index": 0, "body": { "text": "Plum cake, ten pieces" }, "action": buttons },
                { "card_index": 1, "type": "product",
                  "action": { "catalog_id": catalogue, "product_retailer_id": "cake" } },
                { "card_index": 2, "body": { "text": "How we bake" }, "action": link } ] } }))
        .await;
        emma.wait_for(".tpl-cards .tpl-card").await?;
        sound(&emma, "carousel").await?;
        emma.click("button=I want plum").await?;
        let tapped = shop.heard(|one| one["type"] == "interactive").await;
        assert_eq!(tapped["interactive"]["button_reply"]["id"], "plum");

        // An address, with what the business knows already.
        send(json!({ "type": "address_message", "body": { "text": "Where shall we bring it?" },
            "action": { "name": "address_message", "parameters": { "country": "IN",
                "values": { "name": "Emma", "city": "Bengaluru" } } } }))
        .await;
        emma.click("button=Give my address").await?;
        emma.wait_for("#detail-street").await?;
        emma.type_into("#detail-phone", "+91 80 1").await?;
        emma.type_into("#detail-street", "12 MG Road").await?;
        emma.type_into("#detail-zip", "560001").await?;
        sound(&emma, "address").await?;
        emma.click("dialog .btn.pri").await?;
        emma.wait_gone("dialog").await?;
        emma.wait_for_text("12 MG Road").await?;
        let is_reply = |one: &Value| one["interactive"]["type"] == "nfm_reply";
        let reply = shop.heard(is_reply).await["interactive"]["nfm_reply"].clone();
        let values: Value =
            serde_json::from_str(reply["response_json"].as_str().expect("text")).expect("JSON");
        assert_eq!(values["values"]["in_pin_code"], "560001");
        assert_eq!(values["values"]["city"], "Bengaluru");
        sound(&emma, "answered").await?;

        // The imprint stands in the profile.
        emma.click("button.chat-title").await?;
        emma.wait_for_text("Korn e. K.").await?;
        emma.wait_for_text("help@korn.example").await?;
        sound(&emma, "imprint").await?;
        Ok(())
    });
    ended.unwrap_or_else(|error| panic!("{error}"));
}
