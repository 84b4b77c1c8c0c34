//! A colleague joins by an invitation, answers, and is removed.

use tresen_testkit::browser::{Error, Options, Page};

use super::stage::{accessible, hear, on_stage, say, say_yes};

const FOR_ANNA: &str = "This is for Anna alone.";

#[test]
fn a_colleague_joins_answers_and_is_removed() {
    on_stage(async |stage| {
        let (owner, link) = stage.owner("Anna", "Korn").await?;
        let phone = stage.browser.profile(Options::phone()).await?;
        let customer = say_yes(&phone, &link, "Emma").await?;
        say(&customer, "Is somebody there?").await?;

        let invitation = invite(&owner, "Ben").await?;
        let profile = stage.browser.profile(Options::desktop()).await?;
        let agent = profile.open(&invitation).await?;
        link_devices(&owner, &agent).await?;

        agent.click("button=Open the inbox").await?;
        agent.click("[data-row]").await?;
        hear(&agent, "Is somebody there?").await?;
        say(&agent, "Ben is there.").await?;
        hear(&customer, "Ben is there.").await?;
        accessible(&agent).await?;

        owner.click("button=Remove").await?;
        owner.wait_for_text("Remove Ben’s device?").await?;
        accessible(&owner).await?;
        owner.click("button=Remove Ben").await?;
        owner.wait_gone("button=Remove").await?;
        agent.wait_for_text("This device was removed from the account").await?;

        say(&customer, FOR_ANNA).await?;
        owner.click("button=Inbox").await?;
        owner.click("[data-row]").await?;
        hear(&owner, FOR_ANNA).await?;
        agent.reload().await?;
        agent.wait_for_text("This device was removed from the account").await?;
        let text = agent.text("body").await?;
        assert!(!text.contains(FOR_ANNA), "{text}");
        customer.assert_clean()?;
        owner.assert_clean()
    });
}

/// The owner makes an invitation, whose link comes back.
async fn invite(owner: &Page, name: &str) -> Result<String, Error> {
    owner.click("button=Team").await?;
    accessible(owner).await?;
    owner.click("button=Invite a colleague").await?;
    owner.type_into("#invite-name", name).await?;
    accessible(owner).await?;
    owner.click("button=Make an invitation").await?;
    let link = owner.text(".link-t").await?;
    // It lasts a day: the time alone would be misread.
    let until = owner.text(".code-sheet .hint").await?;
    assert!(until.contains(','), "no date in: {until}");
    accessible(owner).await?;
    Ok(link)
}

/// The new device shows digits, which are typed into the owner's.
async fn link_devices(owner: &Page, agent: &Page) -> Result<(), Error> {
    agent.wait_for_text("Work at this counter").await?;
    accessible(agent).await?;
    agent.click("button=Add this device").await?;
    agent.wait_for(".digits").await?;
    accessible(agent).await?;
    let digits = agent.eval("document.querySelector('.digits').getAttribute('aria-label')").await?;
    let digits = digits.as_str().ok_or(Error::Malformed("digits"))?;
    owner.type_into("#link-digits", digits).await?;
    accessible(owner).await?;
    owner.click("button=Add the device").await?;
    owner.wait_for_text("Ben can answer now").await?;
    owner.click("dialog .in .btn.pri").await?;
    owner.wait_gone("dialog").await?;
    agent.wait_for_text("You are at the counter").await?;
    accessible(agent).await
}
