//! The PC support story, in English: a photo and a voice message, two agents who hand over, a note that the
//! customer doesn't get, a quick reply, a quotation that the customer signs,
//! payment on a page of Stripe's stand-in, a part of it back, done.

use std::{fs, path::Path};

use tresen_client::Trust;
use tresen_gateway::{
    GatewayConfig, GatewayHandle, ProviderKeys,
    link::{self, Folder},
    spawn, system_clock,
};
use tresen_testkit::{
    browser::{Error, Key, Options, Page, Profile},
    provider::{self, Provider},
};
use zeroize::Zeroizing;

use super::stage::{COMPOSER, Stage, accessible, hear, on_stage, photo, say, say_yes};

const NOTE: &str = "@Ben the hinge was glued before, see the photo";

#[test]
fn pc_support() {
    on_stage(async |stage| {
        let (owner, link) = stage.owner("Anna", "Byrne PC Repair").await?;
        let folder = tempfile::tempdir().map_err(Error::File)?;
        let stripe = Provider::start().await;
        let gateway = gateway(stage, &owner, folder.path(), &stripe).await?;
        let agent = colleague(stage, &owner).await?;
        teamwork(&owner).await?;

        let phone = stage.browser.profile(Options::phone()).await?;
        let customer = say_yes(&phone, &link, "Emma").await?;
        say(&customer, "The lid of my laptop is").await?;
        edit(&customer).await?;
        let photos = tempfile::tempdir().map_err(Error::File)?;
        let picture_of_it = photo(&customer, photos.path()).await?;
        customer.upload("input[data-role=attach]", &[&picture_of_it]).await?;
        customer.wait_for(".tray .thumb img").await?;
        customer.click("button=Send").await?;
        customer.wait_for(".msg.me .pic").await?;
        voice(&customer).await?;
        accessible(&customer).await?;
        picture(&customer, "customer").await?;

        // Anna takes it, labels it, writes a note and hands over.
        owner.click("button=Inbox").await?;
        owner.click("[data-row]").await?;
        hear(&owner, "The lid of my laptop is loose").await?;
        owner.wait_for("[data-voice] path").await?;
        listen(&owner).await?;
        owner.click("button=Note").await?;
        owner.type_into(COMPOSER, NOTE).await?;
        accessible(&owner).await?;
        owner.click("button=Send").await?;
        owner.wait_for("[data-note]").await?;
        owner.click("button=Nobody has the chat").await?;
        owner.click("button=Give it to Ben").await?;
        owner.wait_for_text("Chat handed to Ben").await?;
        accessible(&owner).await?;
        picture(&owner, "anna").await?;

        // Ben reads it, and answers with a quick reply that asks for a value.
        agent.wait_for_text("For you").await?;
        picture(&agent, "ben-inbox").await?;
        agent.click("[data-row]").await?;
        agent.wait_for("[data-note]").await?;
        agent.type_into(COMPOSER, "/re").await?;
        agent.wait_for("[role=option]").await?;
        accessible(&agent).await?;
        picture(&agent, "quick-reply").await?;
        agent.click("[role=option]").await?;
        agent.type_into("#reply-1", "Friday").await?;
        accessible(&agent).await?;
        agent.click("button=Put it in").await?;
        agent.click("button=Send").await?;
        hear(&agent, "Hello Emma, your laptop is ready on Friday. Ben").await?;
        hear(&customer, "Hello Emma, your laptop is ready on Friday. Ben").await?;
        let seen = customer.text("body").await?;
        assert!(!seen.contains("glued"), "the note is the team's: {seen}");

        quotation(&stripe, &phone, &agent, &customer).await?;

        agent.click("button=Done").await?;
        agent.wait_for_text("is done").await?;
        accessible(&agent).await?;
        picture(&customer, "answered").await?;

        // What came of it, in numbers.
        owner.click("button=Statistics").await?;
        owner.wait_for(".stats").await?;
        owner.wait_for_text("€135.00").await?;
        accessible(&owner).await?;
        picture(&owner, "statistics").await?;
        customer.assert_clean()?;
        agent.assert_clean()?;
        owner.assert_clean()?;
        gateway.shutdown().await;
        Ok(())
    });
}

/// Ben writes what the repair costs, Emma signs, pays by card on the provider's page, and gets a little
/// back.
async fn quotation(
    stripe: &Provider,
    phone: &Profile,
    agent: &Page,
    customer: &Page,
) -> Result<(), Error> {
    // A phone has it in the menu, so that the customer's name is read.
    agent.click("button=More about this chat").await?;
    agent.click("button=Quotation or payment").await?;
    for (name, count, price) in [("Hinge", "2", "40"), ("Work", "1", "60.00")] {
        agent.type_into("#bill-name", name).await?;
        agent.type_into("#bill-count", count).await?;
        agent.type_into("#bill-price", price).await?;
        agent.click("button=Add the line").await?;
        agent.wait_for(&format!("button=Remove {name}")).await?;
    }
    agent.click("summary").await?;
    agent.type_into("#bill-tax", "19").await?;
    agent.type_into("#bill-number", "A-17").await?;
    agent.type_into("#bill-deposit", "50").await?;
    accessible(agent).await?;
    picture(agent, "quotation-form").await?;
    agent.click("button=Send the quotation").await?;
    agent.wait_gone("dialog").await?;

    customer.wait_for("[data-quotation]").await?;
    customer.click("[data-quotation] button").await?;
    customer.wait_for_text("including 19% tax").await?;
    accessible(customer).await?;
    picture(customer, "quotation").await?;
    customer.click("button=Accept and sign").await?;
    customer.wait_for_text("Accepted and signed").await?;
    agent.wait_for_text("Quotation A-17 – Accepted and signed").await?;

    // The quotation becomes a request for its deposit.
    agent.click("[data-quotation] button").await?;
    agent.wait_for_text("Signed on").await?;
    accessible(agent).await?;
    picture(agent, "quotation-signed").await?;
    agent.click("button=Ask for payment: €140.00").await?;
    agent.wait_gone("dialog").await?;
    customer.wait_for_text("Payment €140.00").await?;
    // Emma pays on the provider's page, which tells the gateway.
    customer.wait_for("[data-page=stripe]").await?;
    accessible(customer).await?;
    picture(customer, "pay-online").await?;
    let url = customer.eval("document.querySelector('[data-page=stripe]').href").await?;
    let url = url.as_str().ok_or(Error::Malformed("a page"))?;
    let page = phone.open(url).await?;
    page.click("button=Pay now").await?;
    page.wait_for_text("Thank you").await?;
    customer.wait_for_text("Received: €140.00").await?;
    customer.wait_gone("[data-page=stripe]").await?;

    // Five euros back, through the provider.
    agent.click("[data-payment] button.ghost").await?;
    agent.wait_for_text("confirmed by the payment provider").await?;
    amount(agent, "5").await?;
    agent.click("button=Refund through the payment provider").await?;
    agent.wait_for("[data-movement=refund]").await?;
    assert_eq!(stripe.refunds().len(), 1);
    accessible(agent).await?;
    picture(agent, "refund").await?;
    agent.press(Key::Escape).await?;
    agent.wait_gone("dialog").await?;
    customer.click("[data-payment] button.ghost").await?;
    customer.wait_for("[data-movement=refund]").await?;
    accessible(customer).await?;
    picture(customer, "receipt").await?;
    customer.press(Key::Escape).await?;
    customer.wait_gone("dialog").await
}

/// Writes an amount in the place of the one that stands there.
async fn amount(agent: &Page, amount: &str) -> Result<(), Error> {
    let clear = "(() => { const field = document.querySelector('#payment-amount'); field.value = ''; \
                 field.dispatchEvent(new Event('input', { bubbles: true })); })()";
    agent.eval(clear).await?;
    agent.type_into("#payment-amount", amount).await
}

/// The shop's gateway, which has the secrets of its Stripe account.
async fn gateway(
    stage: &Stage,
    owner: &Page,
    folder: &Path,
    stripe: &Provider,
) -> Result<GatewayHandle, Error> {
    let invitation = invite(owner, "Gateway").await?;
    let (origin, clock) = (stage.world.origin(), system_clock());
    let linking = link::begin(folder, origin, Trust::Web, clock, &invitation).await;
    let linking = linking.expect("the digits");
    let digits = linking.code.clone();
    let (entered, finished) = tokio::join!(enter(owner, &digits, "Gateway"), linking.finish());
    entered?;
    finished.expect("a linked gateway");
    let keys = ProviderKeys {
        secret: Zeroizing::new(provider::SECRET.to_owned()),
        webhook_secret: Zeroizing::new(provider::WEBHOOK_SECRET.to_owned()),
        api: stripe.url(),
    };
    let commands = Folder::open(folder, system_clock()).expect("a linked folder");
    commands.set_provider(tresen_gateway::Provider::Stripe, Some(&keys)).expect("keys");
    let listen = "127.0.0.1:0".parse().expect("an address");
    let mut config = GatewayConfig::new(folder, listen);
    config.has_private_reach = true;
    let gateway = spawn(config).await.expect("a gateway");
    stripe.tell(gateway.local_addr, true);
    Ok(gateway)
}

/// Ben, on a phone, is a colleague of Anna.
async fn colleague(stage: &Stage, owner: &Page) -> Result<Page, Error> {
    let invitation = invite(owner, "Ben").await?;
    let profile = stage.browser.profile(Options::phone()).await?;
    let agent = profile.open(&invitation).await?;
    agent.click("button=Add this device").await?;
    agent.wait_for(".digits").await?;
    let digits = agent.eval("document.querySelector('.digits').getAttribute('aria-label')").await?;
    let digits = digits.as_str().ok_or(Error::Malformed("digits"))?;
    enter(owner, digits, "Ben").await?;
    agent.wait_for_text("You are at the counter").await?;
    agent.click("button=Open the inbox").await?;
    Ok(agent)
}

/// An invitation for somebody.
async fn invite(owner: &Page, name: &str) -> Result<String, Error> {
    owner.click("button=Team").await?;
    owner.click("button=Invite a colleague").await?;
    owner.type_into("#invite-name", name).await?;
    owner.click("button=Make an invitation").await?;
    owner.text(".link-t").await
}

/// The six digits of a new device.
async fn enter(owner: &Page, digits: &str, name: &str) -> Result<(), Error> {
    owner.type_into("#link-digits", digits).await?;
    owner.click("button=Add the device").await?;
    owner.wait_for_text(&format!("{name} can answer now")).await?;
    owner.click("dialog .in .btn.pri").await?;
    owner.wait_gone("dialog").await
}

/// A quick reply, a label, a greeting.
async fn teamwork(owner: &Page) -> Result<(), Error> {
    owner.click("button=Working together").await?;
    owner.wait_for("#reply-shortcut").await?;
    accessible(owner).await?;
    owner.type_into("#reply-shortcut", "ready").await?;
    owner.type_into("#reply-text", "Hello {name}, your laptop is ready on {day}. {agent}").await?;
    owner.wait_for_text("Asks for: day").await?;
    owner.click("button=Save the reply").await?;
    owner.wait_for("button=Remove /ready").await?;
    owner.type_into("#label-name", "Laptop").await?;
    owner.click("button=Add the label").await?;
    owner.wait_for("button=Remove the label Laptop").await?;
    accessible(owner).await?;
    picture(owner, "teamwork").await
}

/// A typing mistake is mended.
async fn edit(customer: &Page) -> Result<(), Error> {
    customer.wait_until("document.querySelector('.msg.me .bub [data-state=sent], .msg.me .bub [data-state=delivered]')").await?;
    // What a long press does.
    customer
        .eval(
            "document.querySelector('.msg.me').dispatchEvent(new MouseEvent('contextmenu', \
             { bubbles: true, cancelable: true, clientX: 120, clientY: 320 }))",
        )
        .await?;
    customer.wait_for("[role=menuitem]").await?;
    accessible(customer).await?;
    customer.click("button=Edit").await?;
    customer.wait_for("[data-editing]").await?;
    customer.click(COMPOSER).await?;
    customer.press(Key::End).await?;
    customer.type_text(" loose").await?;
    customer.click("button=Send").await?;
    hear(customer, "The lid of my laptop is loose").await?;
    hear(customer, "edited").await
}

/// Half a minute of speech, less what nobody waits for.
async fn voice(customer: &Page) -> Result<(), Error> {
    customer.click("button=Record a voice message").await?;
    customer.wait_for_text("Recording, 0:02").await?;
    accessible(customer).await?;
    customer.click("button=Send the voice message").await?;
    customer.wait_for("[data-voice]").await
}

/// It is played, faster at last.
async fn listen(owner: &Page) -> Result<(), Error> {
    owner.wait_until("document.querySelector('[data-voice] audio')?.readyState >= 1").await?;
    owner.click("button=Speed 1").await?;
    owner.wait_for("button=Speed 1.5").await?;
    owner.click("button=Play voice message").await?;
    owner.wait_until("document.querySelector('[data-voice] audio').currentTime > 0").await
}

/// Keeps a picture beside the documentation, when it is asked for.
async fn picture(page: &Page, name: &str) -> Result<(), Error> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("pc-support");
    fs::create_dir_all(&folder).map_err(Error::File)?;
    page.screenshot(&folder.join(format!("{name}.png"))).await
}
