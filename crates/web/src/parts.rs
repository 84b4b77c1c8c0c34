//! Parts of a module that are fetched when they are needed (docs/decisions/0015).

use std::{cell::Cell, time::Duration};

use futures::{FutureExt as _, channel::oneshot, future::LocalBoxFuture};
use leptos::prelude::*;
use tresen_types::{MessageId, card::Slide, profile::More};
use tresen_view::{SearchHit, TemplateContent};
use wasm_bindgen_futures::spawn_local;
use web_sys::File;

use crate::{
    app::{self, Frame},
    components::{BubblePart, BubblePlace},
    i18n::{self, Language, Texts},
    pages::{Beside, Over, Prepared, Talk, Unusable, Voice, VoiceStep},
};

/// A part of the shell that is fetched after the first one; it builds what `Wish` says.
#[derive(Debug)]
pub struct Part<Wish> {
    /// Fetches it; says whether it is here.
    pub load: fn() -> LocalBoxFuture<'static, bool>,
    /// Builds it, once the part is here.
    pub build: fn(Wish) -> Option<AnyView>,
}

/// What the last part builds: nothing that a first message needs.
#[derive(Clone, Debug)]
pub enum Seldom {
    /// A page.
    Page(Frame),
    /// What lies over a chat.
    Over(Over, Talk),
    /// What lies beside the messages of a chat.
    Beside(Beside, Talk),
    /// What a bubble has beside plain text.
    Bubble(BubblePart, BubblePlace),
    /// Recording a voice message.
    Voice(VoiceStep, Voice),
    /// Makes a file ready to be sent. Nothing is built.
    Prepare(File, Callback<Result<Prepared, Unusable>>),
    /// Answers a message with the reader's place. Nothing is built.
    SendPlace(Talk, MessageId),
    /// Tells the server again how this browser is woken up. Nothing is built.
    RenewNotices,
    /// The device was removed: its browser isn't woken up any more. Nothing is built.
    EndNotices,
    /// The photo of a chat that is looked at.
    Photo(Talk),
    /// Cards of an offer: the cards, whether they can be chosen of, what happens to a choice and to an item.
    Slides(Vec<Slide>, bool, Callback<String>, Callback<String>),
    /// What a customer may ask a business, beside the composer's field.
    Asks(More, RwSignal<String>, Talk),
    /// What a search found, and what happens to the hit that is chosen.
    Hits(Signal<String>, Callback<SearchHit>),
    /// The offer and the cards of a template's message, whether its reader may choose, and what happens then.
    Extras(TemplateContent, Option<MessageId>, bool, Callback<String>),
}

/// A part, and how far it is.
struct Coming<Wish: 'static> {
    part: Part<Wish>,
    is_asked_for: RwSignal<bool>,
    is_here: RwSignal<bool>,
}

thread_local! {
    static TEXTS: Cell<Option<i18n::Load>> = const { Cell::new(None) };
    static CHATS: Cell<Option<Coming<Frame>>> = const { Cell::new(None) };
    static SELDOM: Cell<Option<Coming<Seldom>>> = const { Cell::new(None) };
}

/// Between two attempts to fetch a part.
const PART_PAUSE: Duration = Duration::from_secs(2);

impl<Wish> Copy for Part<Wish> {}

impl<Wish> Clone for Part<Wish> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<Wish> Copy for Coming<Wish> {}

impl<Wish> Clone for Coming<Wish> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<Wish> Coming<Wish> {
    fn new(part: Part<Wish>) -> Self {
        Self { part, is_asked_for: RwSignal::new(false), is_here: RwSignal::new(false) }
    }

    /// Fetches it, unless that was begun.
    fn ask(self) {
        if !self.is_asked_for.get_untracked() {
            self.is_asked_for.set(true);
            self.fetch();
        }
    }

    fn fetch(self) {
        spawn_local(async move { self.here().await });
    }

    /// Waits for it.
    async fn here(self) {
        while !(self.part.load)().await {
            pause().await;
        }
        self.is_asked_for.set(true);
        if !self.is_here.get_untracked() {
            self.is_here.set(true);
        }
    }

    fn build(self, wish: Wish) -> Option<AnyView> {
        self.ask();
        if self.is_here.get() { (self.part.build)(wish) } else { None }
    }
}

/// Names the parts of the shell; the chats are fetched at once.
pub(crate) fn set_parts(texts: i18n::Load, chats: Part<Frame>, seldom: Part<Seldom>) {
    TEXTS.set(Some(texts));
    let chats = Coming::new(chats);
    chats.ask();
    CHATS.set(Some(chats));
    SELDOM.set(Some(Coming::new(seldom)));
}

/// For a module that has everything from the start.
pub(crate) fn set_whole() {
    let part =
        Part { load: || async { true }.boxed_local(), build: |wish| Some(app::seldom(wish)) };
    let seldom = Coming::new(part);
    seldom.is_asked_for.set(true);
    seldom.is_here.set(true);
    TEXTS.set(Some(|language| async move { Some(language.texts()) }.boxed_local()));
    SELDOM.set(Some(seldom));
}

/// The texts of a language, as soon as they are here.
pub(crate) async fn texts(language: Language) -> &'static Texts {
    loop {
        let texts = match TEXTS.get() {
            Some(load) => load(language).await,
            None => None,
        };
        match texts {
            Some(texts) => return texts,
            None => pause().await,
        }
    }
}

/// Between two attempts.
async fn pause() {
    let (done, waits) = oneshot::channel::<()>();
    let wake = move || {
        // Whoever waited may be gone.
        done.send(()).ok();
    };
    set_timeout(wake, PART_PAUSE);
    waits.await.ok();
}

/// A page of the chats; `None` as long as they aren't here.
pub(crate) fn chats(frame: Frame) -> Option<AnyView> {
    CHATS.get()?.build(frame)
}

/// Something of the last part; `None` as long as it isn't here, and again when it is.
pub(crate) fn seldom(wish: Seldom) -> Option<AnyView> {
    SELDOM.get()?.build(wish)
}

/// Lets the last part do something, as soon as it is here; what it builds isn't shown.
pub(crate) fn do_seldom(wish: Seldom) {
    let Some(seldom) = SELDOM.get() else { return };
    spawn_local(async move {
        seldom.here().await;
        drop((seldom.part.build)(wish));
    });
}

/// Whether the last part is here.
pub(crate) fn is_seldom_here() -> bool {
    SELDOM.get().is_some_and(|seldom| seldom.is_here.get())
}
