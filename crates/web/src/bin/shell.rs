//! The shell module: the user interface in front of the counter.
//!
//! It comes in two parts: the page behind an entry link is in the first, so that it stands quickly, all
//! others are in the second, which is fetched at once, but after it.

use futures::FutureExt as _;
use tresen_web::{AnyView, Frame, Rooms};
use wasm_split_helpers::{SplitLoaderError, wasm_split};

fn main() {
    tresen_web::run_shell(Rooms {
        load: || Box::pin(load_rooms().map(|loaded| loaded.is_ok())),
        build: |frame| rooms(frame).now_or_never()?.ok(),
    });
}

/// The second part.
#[wasm_split(rooms, preload(load_rooms), fallible)]
fn rooms(frame: Frame) -> Result<AnyView, SplitLoaderError> {
    Ok(tresen_web::rooms(frame))
}
