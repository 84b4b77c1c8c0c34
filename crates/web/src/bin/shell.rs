//! The shell module: the user interface in front of the counter.
//!
//! It comes in parts: the page behind an entry link is in the first, so that it stands quickly, with the
//! texts of one language; the chats are in the second, which is fetched at once, but after it; what is
//! seldom opened is in the third, which is fetched when it is asked for.

use futures::future::{FutureExt as _, LocalBoxFuture};
use tresen_web::{
    AnyView, Frame, Part, Seldom,
    i18n::{self, Language, Texts},
};
use wasm_split_helpers::{SplitLoaderError, wasm_split};

fn main() {
    tresen_web::run_shell(
        texts,
        Part {
            load: || Box::pin(load_chats().map(|loaded| loaded.is_ok())),
            build: |frame| chats(frame).now_or_never()?.ok(),
        },
        Part {
            load: || Box::pin(load_seldom().map(|loaded| loaded.is_ok())),
            build: |wish| seldom(wish).now_or_never()?.ok(),
        },
    );
}

fn texts(language: Language) -> LocalBoxFuture<'static, Option<&'static Texts>> {
    match language {
        Language::English => english().map(Result::ok).boxed_local(),
        Language::German => german().map(Result::ok).boxed_local(),
        Language::Hindi => hindi().map(Result::ok).boxed_local(),
    }
}

#[wasm_split(english, fallible)]
fn english() -> Result<&'static Texts, SplitLoaderError> {
    Ok(i18n::english())
}

#[wasm_split(german, fallible)]
fn german() -> Result<&'static Texts, SplitLoaderError> {
    Ok(i18n::german())
}

#[wasm_split(hindi, fallible)]
fn hindi() -> Result<&'static Texts, SplitLoaderError> {
    Ok(i18n::hindi())
}

/// The second part.
#[wasm_split(chats, preload(load_chats), fallible)]
fn chats(frame: Frame) -> Result<AnyView, SplitLoaderError> {
    Ok(tresen_web::chats(frame))
}

/// The third part.
#[wasm_split(seldom, preload(load_seldom), fallible)]
fn seldom(wish: Seldom) -> Result<AnyView, SplitLoaderError> {
    Ok(tresen_web::seldom(wish))
}
