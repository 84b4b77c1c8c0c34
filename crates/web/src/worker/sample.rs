//! Fills the account with conversations when somebody asks on a broadcast channel: for measuring, only
//! with the feature `sample`.

use tresen_client::Client;
use wasm_bindgen::prelude::*;
use web_sys::{BroadcastChannel, MessageEvent};

const CHANNEL: &str = "tresen-sample";
const CONVERSATIONS: u32 = 500;
const MESSAGES: u32 = 200;

/// Waits for "fill", answers "filled" or what went wrong.
pub(crate) fn listen(client: Client) {
    let Ok(channel) = BroadcastChannel::new(CHANNEL) else { return };
    let answers = channel.clone();
    let listener = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
        if event.data().as_string().as_deref() != Some("fill") {
            return;
        }
        let answer = match client.fill_with_sample(CONVERSATIONS, MESSAGES) {
            Ok(()) => "filled".to_owned(),
            Err(error) => error.to_string(),
        };
        // A string can be cloned.
        answers.post_message(&answer.into()).ok();
    });
    channel.set_onmessage(Some(listener.as_ref().unchecked_ref()));
    listener.forget();
}
