//! A conversation, the same for both faces: header, trust strip, messages, composer.
//!
//! [`Talk`] is what is known about the conversation; it follows the worker's events as long as the
//! chat is on the page. The parts around it only show it and ask it.

mod asks;
mod beside;
mod booking;
mod catalogue;
mod composing;
mod deal;
mod details;
mod everyday;
mod files;
mod header;
mod limits;
mod list;
mod menu;
mod opening;
mod over;
mod photo_viewer;
mod photos;
mod place;
mod profile;
mod recorder;
mod report;
mod talk;
mod voice;
mod why;
mod wording;

pub use asks::Asks;
pub use beside::{Beside, beside};
pub use composing::ComposerHooks;
pub(crate) use files::save_text;
pub use files::{Prepared, Unusable, prepare};
use leptos::prelude::*;
pub(crate) use limits::{ConsentHistory, LimitsSheet, set as set_limits, summary, with};
pub use opening::OpeningLine;
pub use over::over;
pub use photo_viewer::PhotoViewer;
pub(crate) use photos::address_of;
pub use place::send as send_place;
pub use profile::ProfileSheet;
pub(crate) use profile::about;
pub(crate) use talk::save_file;
pub use talk::{Over, Talk};
use tresen_types::{ConversationId, MessageId};
pub use voice::{Voice, VoiceStep};
pub(crate) use wording::wording;

use crate::{
    components::{MenuItem, OfflineBar, SkeletonTalk},
    parts::{self, Seldom},
};

/// Where a chat behind the counter opens a booking; given to it as a context.
#[derive(Clone, Copy, Debug)]
pub struct BookingDesk(pub RwSignal<Option<MessageId>>);

/// What can be done besides in a chat behind the counter; given to its menu as a context.
#[derive(Clone, Copy, Debug)]
pub struct DeskActs(pub Callback<(), Vec<MenuItem>>);

/// Which side of the counter looks at a chat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Face {
    /// In front.
    Customer,
    /// Behind.
    Business,
}

/// A chat. The business's pages put their own parts into the header and above the composer.
#[component]
pub fn ChatView(
    conversation: ConversationId,
    face: Face,
    /// Where the back arrow of phones leads.
    back: &'static str,
    /// At the end of the header, before the menu.
    #[prop(optional, into)]
    header_end: Option<ViewFn>,
    /// Between the messages and the composer.
    #[prop(optional, into)]
    above_composer: Option<ViewFn>,
    /// What a press on the name does; the customer's face shows the shop's profile.
    #[prop(optional)]
    on_title: Option<Callback<()>>,
) -> impl IntoView {
    let talk = Talk::open(conversation, face);
    let is_known = Memo::new(move |_| talk.header.with(Option::is_some));
    let is_looking = Memo::new(move |_| talk.looking_at.with(Option::is_some));
    view! {
        <section class="chat">
            <header::ChatHeader talk back header_end on_title />
            {beside_if(Beside::Pinned, talk)}
            <OfflineBar />
            {move || {
                if is_known.get() {
                    view! { <list::MessageList talk /> }.into_any()
                } else {
                    view! {
                        <div class="talk">
                            <div class="talk-in">
                                <SkeletonTalk />
                            </div>
                        </div>
                    }
                    .into_any()
                }
            }}
            {above_composer.map(|above| above.run())}
            {beside_if(Beside::Stopped, talk)}
            {beside_if(Beside::Held, talk)}
            {move || is_known.get().then(|| view! { <composing::Composing talk /> })}
            {move || talk.over.get().map(|over| parts::seldom(Seldom::Over(over, talk)))}
            {move || is_looking.get().then(|| parts::seldom(Seldom::Photo(talk)))}
        </section>
    }
}

/// What lies beside the messages, as long as there is a reason for it.
fn beside_if(beside: Beside, talk: Talk) -> impl IntoView {
    let is_there = Memo::new(move |_| {
        talk.header
            .with(|header| header.as_ref().is_some_and(|header| beside.is_there(header, talk)))
    });
    move || is_there.get().then(|| parts::seldom(Seldom::Beside(beside, talk)))
}
