//! A chat that is longer than what the page fetches at first.

use tresen_testkit::{
    browser::{Error, Options, Page},
    tour,
};

use super::stage::{COMPOSER, Stage, hear, in_turn, native_business, say, say_yes};

/// More than the page fetches at first.
const MESSAGES: usize = 100;

#[test]
fn a_state_of_an_old_message_leaves_no_gap() {
    in_turn(async {
        let mut stage = Stage::with(tour::open_house_with(|config| {
            // The shop writes more than it may.
            config.rates.send_per_pair.burst = u32::MAX;
        }))
        .await?;
        let (mut korn, link) = native_business(&mut stage).await;
        let phone = stage.browser.profile(Options::phone()).await?;
        let emma = say_yes(&phone, &link, "Emma").await?;
        say(&emma, "Two rolls, please").await?;
        let (conversation, first) = korn.hear("Two rolls, please").await;
        for number in 0..MESSAGES {
            korn.say(conversation, &text(number)).await;
        }
        hear(&emma, &text(MESSAGES - 1)).await?;
        emma.reload().await?;
        emma.wait_for(COMPOSER).await?;
        hear(&emma, &text(MESSAGES - 1)).await?;

        korn.read(conversation, &first).await;
        korn.say(conversation, "And now?").await;
        hear(&emma, "And now?").await?;
        assert_eq!(missing(&emma).await?, Vec::<String>::new());
        emma.assert_clean()
    });
}

fn text(number: usize) -> String {
    format!("Loaf {number}.")
}

/// The texts that aren't in the chat, which is read from its beginning.
async fn missing(page: &Page) -> Result<Vec<String>, Error> {
    page.wait_until(
        "(document.querySelector('.talk').scrollTop = 0, \
         document.querySelector('.talk-in > .sys button') !== null)",
    )
    .await?;
    let shown = page.text(".talk-in").await?;
    Ok((0..MESSAGES).map(text).filter(|text| !shown.contains(text)).collect())
}
