//! Fills the account with conversations when somebody asks on a broadcast channel: for measuring, only
//! with the feature `sample`.

use tresen_client::Client;
use wasm_bindgen::prelude::*;
use web_sys::{BroadcastChannel, MessageEvent};

const CHANNEL: &str = "tresen-sample";

/// Waits for "fill", the numbers of the first conversation and of the one after the last, and that of the
/// messages in each; answers "filled" or what went wrong.
pub(crate) fn listen(client: Client) {
    let Ok(channel) = BroadcastChannel::new(CHANNEL) else { return };
    let answers = channel.clone();
    let listener = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
        let asked = event.data().as_string().unwrap_or_default();
        let mut words = asked.split(' ');
        if words.next() != Some("fill") {
            return;
        }
        let mut number = || words.next().and_then(|word| word.parse().ok()).unwrap_or(0);
        let (numbers, messages) = (number()..number(), number());
        let answer = match client.fill_with_sample(numbers, messages) {
            Ok(()) => "filled".to_owned(),
            Err(error) => error.to_string(),
        };
        // A string can be cloned.
        answers.post_message(&answer.into()).ok();
    });
    channel.set_onmessage(Some(listener.as_ref().unchecked_ref()));
    listener.forget();
}
