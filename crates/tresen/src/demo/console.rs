//! The town's console: who opens an invitation shows six digits in the browser; typed here, they let
//! the new device in. The number of a business makes another invitation.

use futures::{StreamExt as _, stream::select_all};
use tresen_view::{Command, Event, LinkStep};

use super::people::{Shop, Town};
use crate::{input, output};

/// Digits of a linking code.
const CODE_DIGITS: usize = 6;

/// Answers what is typed for as long as the town stands.
pub(super) async fn run(town: &Town) {
    let shops = &town.shops;
    for (number, shop) in (1..).zip(shops) {
        say(&format!("  {number}  another invitation of {}", shop.business.name));
    }
    let mut lines = input::lines();
    let mut has_ended = false;
    let mut waiting = None;
    let owners = shops.iter().enumerate();
    let mut events = select_all(
        owners.map(|(index, shop)| shop.owner.events().map(move |event| (index, event))),
    );
    loop {
        tokio::select! {
            line = lines.recv(), if !has_ended => match line {
                Some(line) => take_line(shops, &mut waiting, line.trim()).await,
                None => has_ended = true,
            },
            Some((index, event)) = events.next() => {
                if let (Event::Link(step), Some(shop)) = (event, shops.get(index)) {
                    match step {
                        LinkStep::EnterCode { .. } => {
                            waiting = Some(index);
                            say(&format!(
                                "A device wants to open the inbox of {}. Type the six digits that \
                                 it shows:",
                                shop.business.name
                            ));
                        }
                        LinkStep::Linked { .. } => say("It is in."),
                        LinkStep::Failed => say("It didn't work; make another invitation."),
                        _ => {}
                    }
                }
            }
        }
    }
}

async fn take_line(shops: &[Shop], waiting: &mut Option<usize>, line: &str) {
    let is_code = line.len() == CODE_DIGITS && line.bytes().all(|byte| byte.is_ascii_digit());
    if is_code {
        let Some(shop) = waiting.take().and_then(|index| shops.get(index)) else {
            return say("No device waits for a code.");
        };
        let approve = Command::ApproveLink { code: line.to_owned() };
        if let Err(failure) = shop.owner.call(approve).await {
            say(&format!("Not let in: {:?}. Make another invitation.", failure.kind));
        }
        return;
    }
    let number = line.parse::<usize>().ok().and_then(|number| number.checked_sub(1));
    let Some(shop) = number.and_then(|index| shops.get(index)) else { return };
    match super::invite(&shop.owner, shop.business.colleague).await {
        Ok(url) => say(&format!("{}:\n  {url}", shop.business.name)),
        Err(failure) => say(&format!("No invitation: {:?}.", failure.kind)),
    }
}

/// Whoever read along may have gone; the town stays.
fn say(text: &str) {
    if output::line(text).is_err() {
        tracing::info!("{text}");
    }
}
