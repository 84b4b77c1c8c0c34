//! The shell module: the user interface in front of the counter.
//!
//! It comes in three parts: the page behind an entry link is in the first, so that it stands quickly; the
//! chats are in the second, which is fetched at once, but after it; what is seldom opened is in the third,
//! which is fetched when it is asked for.

use futures::FutureExt as _;
use tresen_web::{AnyView, Frame, Part};
use wasm_split_helpers::{SplitLoaderError, wasm_split};

fn main() {
    tresen_web::run_shell(
        Part {
            load: || Box::pin(load_chats().map(|loaded| loaded.is_ok())),
            build: |frame| chats(frame).now_or_never()?.ok(),
        },
        Part {
            load: || Box::pin(load_seldom().map(|loaded| loaded.is_ok())),
            build: |frame| seldom(frame).now_or_never()?.ok(),
        },
    );
}

/// The second part.
#[wasm_split(chats, preload(load_chats), fallible)]
fn chats(frame: Frame) -> Result<AnyView, SplitLoaderError> {
    Ok(tresen_web::chats(frame))
}

/// The third part.
#[wasm_split(seldom, preload(load_seldom), fallible)]
fn seldom(frame: Frame) -> Result<AnyView, SplitLoaderError> {
    Ok(tresen_web::seldom(frame))
}
