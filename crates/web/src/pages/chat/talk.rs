//! What is known about an open conversation, and what can be done with it.

use std::{collections::BTreeMap, time::Duration};

use leptos::{prelude::*, task::spawn_local};
use tresen_types::{ConversationId, MessageId};
use tresen_view::{
    Answer, AttachmentKind, AttachmentView, Command, ConversationHeader, Event, Failure,
    MessageBody, MessagePage, MessageView, TransferState,
};

use super::{Face, photos::Photos};
use crate::{
    actions::{call, call_for_file, session::is_visible, tell_failure},
    components::ReplyDraft,
    state::{WorkerState, app, on_event},
};

/// A message on the page.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its id.
    pub id: MessageId,
    /// Its place.
    pub position: i64,
    /// What it shows.
    pub view: ArcRwSignal<MessageView>,
    /// Where its bytes are; apart, because it changes often.
    pub transfer: ArcRwSignal<TransferState>,
}

/// Something that lies over the chat.
#[derive(Clone, Debug, PartialEq)]
pub enum Over {
    /// The menu of a message, at a place in the window.
    Message(MessageId, i32, i32),
    /// The chat's own menu.
    Chat(i32, i32),
    /// Who can read.
    Readers,
    /// What is allowed.
    Limits,
    /// Why a message came.
    Why(MessageId),
    /// Reporting, beginning with this message.
    Report(MessageId),
    /// The shop.
    Profile,
    /// What the shop offers.
    Catalogue,
    /// Some of it.
    Goods(Vec<String>),
    /// What a message offers or asks for.
    Offer(MessageId),
    /// Slots to choose from.
    Slots(MessageId),
    /// A booking.
    Booking(MessageId),
    /// A quotation or a payment.
    Deal(MessageId),
    /// Searching in this chat.
    Search,
    /// Whom a message is forwarded to.
    Forward(MessageId),
    /// Deleting a message, and for whom.
    Delete(MessageId),
    /// The starred messages.
    Starred,
    /// Really block?
    Block,
    /// Really leave?
    Leave,
}

/// An open conversation.
#[derive(Clone, Copy, Debug)]
pub struct Talk {
    /// The conversation.
    pub conversation: ConversationId,
    /// Who looks at it.
    pub face: Face,
    /// Its header, once it is known.
    pub header: RwSignal<Option<ConversationHeader>>,
    /// Its messages, oldest first.
    pub messages: RwSignal<Vec<Entry>>,
    /// Whether a page was fetched at all.
    pub is_loaded: RwSignal<bool>,
    /// Whether older ones exist.
    pub has_older: RwSignal<bool>,
    /// Whether newer ones exist that aren't on the page.
    pub has_newer: RwSignal<bool>,
    /// Where the line "new messages" stands, and how many they were at first.
    pub first_unread: RwSignal<Option<(i64, u32)>>,
    /// The message that was jumped to.
    pub flashing: RwSignal<Option<MessageId>>,
    /// Who types on the other side.
    pub typing: RwSignal<Option<String>>,
    /// Whether the newest message is in sight.
    pub at_end: RwSignal<bool>,
    /// Messages that came while it wasn't.
    pub unseen: RwSignal<u32>,
    /// What is to be scrolled to next.
    pub scroll: RwSignal<Option<Scroll>>,
    /// What is being replied to.
    pub reply: RwSignal<Option<ReplyDraft>>,
    /// The own message that is being changed.
    pub editing: RwSignal<Option<MessageId>>,
    /// What lies over the chat.
    pub over: RwSignal<Option<Over>>,
    /// The photo that is looked at.
    pub looking_at: RwSignal<Option<MessageId>>,
    /// Addresses of photos.
    pub photos: Photos,
    is_fetching: StoredValue<bool>,
    read_through: StoredValue<i64>,
    typing_timer: StoredValue<Option<TimeoutHandle>>,
}

/// Where to scroll.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scroll {
    /// To the newest message.
    End,
    /// To the line "new messages".
    Unread,
    /// To a message, which flashes.
    Message(MessageId),
    /// Nowhere: what came above must not move what is in sight.
    Keep,
}

/// Messages that one page holds.
const PAGE: u32 = 60;
/// The largest page the SDK gives.
const PAGE_MAX: u32 = 200;
/// How long a sign of typing holds.
const TYPING: Duration = Duration::from_secs(8);

impl Talk {
    /// Opens a conversation; it is followed until the component that called this is gone.
    #[must_use]
    pub fn open(conversation: ConversationId, face: Face) -> Self {
        let talk = Self {
            conversation,
            face,
            header: RwSignal::new(None),
            messages: RwSignal::new(Vec::new()),
            is_loaded: RwSignal::new(false),
            has_older: RwSignal::new(false),
            has_newer: RwSignal::new(false),
            first_unread: RwSignal::new(None),
            flashing: RwSignal::new(None),
            typing: RwSignal::new(None),
            at_end: RwSignal::new(true),
            unseen: RwSignal::new(0),
            scroll: RwSignal::new(None),
            reply: RwSignal::new(None),
            editing: RwSignal::new(None),
            over: RwSignal::new(None),
            looking_at: RwSignal::new(None),
            photos: Photos::new(),
            is_fetching: StoredValue::new(false),
            read_through: StoredValue::new(i64::MIN),
            typing_timer: StoredValue::new(None),
        };
        on_event(move |event| talk.receive(event));
        let visible = window_event_listener_untyped("visibilitychange", move |_| talk.mark_read());
        on_cleanup(move || visible.remove());
        Effect::new(move |_| {
            if let Some((chat, message)) = app().jump.get()
                && chat == conversation
                && talk.is_loaded.get()
            {
                app().jump.set(None);
                talk.jump(message);
            }
        });
        // What a worker told before it ended may be lost with it.
        let is_up = Memo::new(|_| app().worker.get() == WorkerState::Ready);
        Effect::new(move |was_up: Option<bool>| {
            if was_up == Some(false) && is_up.get() && talk.is_loaded.get_untracked() {
                talk.catch_up();
            }
            is_up.get()
        });
        spawn_local(async move { talk.load().await });
        talk
    }

    async fn load(self) {
        if !self.load_header().await {
            return;
        }
        let unread = self.header.with_untracked(|header| {
            header.as_ref().and_then(|header| Some((header.first_unread?, header.row.unread)))
        });
        self.first_unread.set(unread.filter(|(_, count)| *count > 0));
        let limit =
            unread.map_or(PAGE, |(_, count)| PAGE.max(count.saturating_add(20)).min(PAGE_MAX));
        let command = Command::Messages { conversation: self.conversation, before: None, limit };
        if let Some(page) = self.page(command).await {
            self.has_newer.set(page.has_newer);
            self.has_older.set(page.has_older);
            self.messages.set(page.messages.into_iter().map(entry).collect());
            self.is_loaded.set(true);
            let is_new = self.first_unread.with_untracked(Option::is_some);
            self.scroll.set(Some(if is_new { Scroll::Unread } else { Scroll::End }));
        }
    }

    /// Shows the newest messages as the worker has them.
    fn catch_up(self) {
        spawn_local(async move {
            if self.load_header().await {
                self.refresh_profile();
                let conversation = self.conversation;
                let command = Command::Messages { conversation, before: None, limit: PAGE };
                self.show(command, Scroll::End).await;
            }
        });
    }

    /// Has the shop's profile fetched, once a day.
    fn refresh_profile(self) {
        let is_due = |header: &ConversationHeader| header.is_profile_old;
        let account = self.header.with_untracked(|header| {
            header.as_ref().filter(|header| is_due(header)).map(|header| header.row.counterpart)
        });
        if let Some(account) = account {
            spawn_local(async move {
                // The chat goes on without it.
                call(Command::RefreshProfile { account }).await.ok();
            });
        }
    }

    async fn load_header(self) -> bool {
        match call(Command::Header { conversation: self.conversation }).await {
            Ok(Answer::Header(header)) => {
                self.header.try_set(Some(*header));
                !self.header.is_disposed()
            }
            Ok(_) => false,
            Err(failure) => {
                tell_failure(&failure);
                false
            }
        }
    }

    /// A page of messages; `None` when it failed or the chat is gone from the page.
    async fn page(self, command: Command) -> Option<MessagePage> {
        let answer = call(command).await;
        if self.messages.is_disposed() {
            return None;
        }
        match answer {
            Ok(Answer::Messages(page)) => Some(page),
            Ok(_) => None,
            Err(failure) => {
                tell_failure(&failure);
                None
            }
        }
    }

    /// Fetches what is above the first message.
    pub fn load_older(self) {
        let first = self.messages.with_untracked(|all| all.first().map(|entry| entry.position));
        if !self.has_older.get_untracked() || self.is_fetching.get_value() {
            return;
        }
        self.is_fetching.set_value(true);
        spawn_local(async move {
            let conversation = self.conversation;
            let command = Command::Messages { conversation, before: first, limit: PAGE };
            if let Some(page) = self.page(command).await {
                self.scroll.set(Some(Scroll::Keep));
                self.has_older.set(page.has_older);
                self.merge(page.messages);
                self.is_fetching.set_value(false);
            }
        });
    }

    /// Fetches what is below the last message, after a jump into the past.
    pub fn load_newer(self) {
        let last = self.messages.with_untracked(|all| all.last().map(|entry| entry.id));
        let Some(message) = last.filter(|_| self.has_newer.get_untracked()) else { return };
        if self.is_fetching.get_value() {
            return;
        }
        self.is_fetching.set_value(true);
        spawn_local(async move {
            let conversation = self.conversation;
            let command = Command::MessagesAround { conversation, message, limit: PAGE };
            if let Some(page) = self.page(command).await {
                self.has_newer.set(page.has_newer);
                self.merge(page.messages);
                self.is_fetching.set_value(false);
            }
        });
    }

    /// Shows the newest messages.
    pub fn go_to_end(self) {
        self.unseen.set(0);
        if !self.has_newer.get_untracked() {
            self.scroll.set(Some(Scroll::End));
            return;
        }
        spawn_local(async move {
            let conversation = self.conversation;
            let command = Command::Messages { conversation, before: None, limit: PAGE };
            self.show(command, Scroll::End).await;
        });
    }

    /// Shows a message, wherever it is.
    pub fn jump(self, message: MessageId) {
        if self.messages.with_untracked(|all| all.iter().any(|entry| entry.id == message)) {
            self.scroll.set(Some(Scroll::Message(message)));
            return;
        }
        spawn_local(async move {
            let conversation = self.conversation;
            let command = Command::MessagesAround { conversation, message, limit: PAGE };
            self.show(command, Scroll::Message(message)).await;
        });
    }

    /// Shows another page in the place of the present one.
    async fn show(self, command: Command, scroll: Scroll) {
        if let Some(page) = self.page(command).await {
            self.has_older.set(page.has_older);
            self.has_newer.set(page.has_newer);
            self.messages.set(page.messages.into_iter().map(entry).collect());
            self.scroll.set(Some(scroll));
        }
    }

    fn merge(self, fresh: Vec<MessageView>) {
        self.messages.update(|all| {
            let mut by_position =
                all.drain(..).map(|entry| (entry.position, entry)).collect::<BTreeMap<_, _>>();
            for view in fresh {
                by_position.entry(view.position).or_insert_with(|| entry(view));
            }
            *all = by_position.into_values().collect();
        });
    }

    /// Shows a message that is new or has changed.
    pub fn put(self, view: MessageView) {
        let known = self
            .messages
            .with_untracked(|all| all.iter().find(|entry| entry.id == view.message).cloned());
        if let Some(known) = known {
            if let MessageBody::Attachment(attachment) = &view.body {
                known.transfer.set(attachment.transfer);
            }
            known.view.set(view);
            return;
        }
        if self.is_above(&view) {
            return;
        }
        let is_own = view.is_own;
        if is_own && self.has_newer.get_untracked() {
            self.go_to_end();
            return;
        }
        if !self.has_newer.get_untracked() {
            self.merge(vec![view]);
        }
        if is_own || self.at_end.get_untracked() {
            self.scroll.set(Some(Scroll::End));
            self.mark_read();
        } else {
            self.unseen.update(|count| *count += 1);
        }
    }

    /// Whether a message belongs above the page: it is fetched with its neighbours, or a gap would stay
    /// between.
    fn is_above(self, view: &MessageView) -> bool {
        self.has_older.get_untracked()
            && self.messages.with_untracked(|all| {
                all.first().is_some_and(|first| view.position < first.position)
            })
    }

    fn receive(self, event: &Event) {
        match event {
            Event::Message { conversation, message } if *conversation == self.conversation => {
                if !message.is_own {
                    self.typing.set(None);
                }
                if self.is_loaded.get_untracked() {
                    self.put((**message).clone());
                }
            }
            Event::MessageGone { conversation, message } if *conversation == self.conversation => {
                self.messages.update(|all| all.retain(|entry| entry.id != *message));
            }
            Event::Transfer { conversation, message, transfer }
                if *conversation == self.conversation =>
            {
                self.messages.with_untracked(|all| {
                    if let Some(entry) = all.iter().find(|entry| entry.id == *message) {
                        entry.transfer.set(*transfer);
                    }
                });
            }
            Event::HeaderChanged { conversation } if *conversation == self.conversation => {
                spawn_local(async move {
                    self.load_header().await;
                });
            }
            Event::Typing { conversation, name, is_colleague: false }
                if *conversation == self.conversation =>
            {
                self.show_typing(name.clone());
            }
            _ => {}
        }
    }

    fn show_typing(self, name: String) {
        if let Some(timer) = self.typing_timer.get_value() {
            timer.clear();
        }
        self.typing.set(Some(name));
        let timer = set_timeout_with_handle(
            move || {
                self.typing.try_set(None);
            },
            TYPING,
        );
        self.typing_timer.set_value(timer.ok());
    }

    /// Tells the worker what was seen: everything, when the end is in sight and the page is visible.
    pub fn mark_read(self) {
        let is_seen = self.at_end.try_get_untracked() == Some(true)
            && is_visible()
            && !self.has_newer.get_untracked();
        let last = self.messages.with_untracked(|all| all.last().map(|entry| entry.position));
        let Some(through) = last.filter(|last| is_seen && *last > self.read_through.get_value())
        else {
            return;
        };
        self.read_through.set_value(through);
        self.act(Command::MarkRead { conversation: self.conversation, through });
    }

    /// Does something whose answer is only that it is done.
    pub fn act(self, command: Command) {
        spawn_local(async move {
            match call(command).await {
                Ok(Answer::Message(message)) if !self.messages.is_disposed() => self.put(*message),
                Ok(_) => {}
                Err(failure) => tell_failure(&failure),
            }
        });
    }

    /// Opens a photo in the viewer, hands a file to the browser.
    pub fn open_attachment(self, message: MessageId) {
        let Some(attachment) = self.attachment(message) else { return };
        if is_picture(&attachment) {
            self.looking_at.set(Some(message));
            return;
        }
        spawn_local(async move {
            if let Err(failure) = save_file(Command::OpenAttachment { message }).await {
                tell_failure(&failure);
            }
        });
    }

    /// The attachment of a message on the page.
    #[must_use]
    pub fn attachment(self, message: MessageId) -> Option<AttachmentView> {
        self.message(message)?.body.attachment().cloned()
    }

    /// A message on the page.
    #[must_use]
    pub fn message(self, message: MessageId) -> Option<MessageView> {
        self.messages.with_untracked(|all| {
            let entry = all.iter().find(|entry| entry.id == message)?;
            Some(entry.view.get_untracked())
        })
    }

    /// Looks at the photo before (-1) or after (1) the present one.
    pub fn next_photo(self, step: i32) {
        let photos = self.messages.with_untracked(|all| {
            let is_photo = |entry: &&Entry| {
                entry.view.with_untracked(|view| {
                    matches!(&view.body, MessageBody::Attachment(attachment)
                        if is_picture(attachment))
                })
            };
            all.iter().filter(is_photo).map(|entry| entry.id).collect::<Vec<_>>()
        });
        let now = photos.iter().position(|id| Some(*id) == self.looking_at.get_untracked());
        let next =
            now.and_then(|now| if step < 0 { now.checked_sub(1) } else { now.checked_add(1) });
        if let Some(next) = next.and_then(|next| photos.get(next)) {
            self.looking_at.set(Some(*next));
        }
    }

    /// The other side's name.
    #[must_use]
    pub fn name(self) -> String {
        self.header.with(|header| {
            header.as_ref().map(|header| header.row.name.clone()).unwrap_or_default()
        })
    }
}

const fn is_picture(attachment: &AttachmentView) -> bool {
    matches!(attachment.kind, AttachmentKind::Photo | AttachmentKind::Sticker)
}

fn entry(view: MessageView) -> Entry {
    let transfer = match &view.body {
        MessageBody::Attachment(attachment) => attachment.transfer,
        _ => TransferState::Here,
    };
    Entry {
        id: view.message,
        position: view.position,
        transfer: ArcRwSignal::new(transfer),
        view: ArcRwSignal::new(view),
    }
}

/// Fetches a file and saves it.
pub(crate) async fn save_file(command: Command) -> Result<(), Failure> {
    let reply = call_for_file(command).await?;
    if let (Answer::File { name, .. }, Some((_, blob))) = (reply.answer, reply.files.first()) {
        super::files::save(blob, &name);
    }
    Ok(())
}
