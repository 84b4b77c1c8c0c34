//! Writing: draft, signs of typing, attachments, sending.

use std::time::Duration;

use leptos::{prelude::*, task::spawn_local};
use tresen_types::{MessageId, profile::More};
use tresen_view::{
    Answer, AttachmentKind, Command, ConversationHeader, EverydayCommand, Failure, MessageBody,
    OutgoingFile,
};
use wasm_bindgen::JsCast as _;
use web_sys::{DragEvent, File, HtmlTextAreaElement, KeyboardEvent, Url};

use super::{
    Beside, Face, everyday,
    files::{Prepared, Unusable},
    talk::Talk,
    voice::{Microphone, Voice, VoiceStep},
};
use crate::{
    actions::{call, call_with_file, tell_failure},
    components::{Composer, StagedFile, dropped},
    i18n::{fill, t},
    parts::{self, Seldom},
    state::app,
};

/// Messages among which the last own one is looked for.
const EDITS_LOOKED_AT: usize = 20;
/// At most so often others are told that somebody types.
const TYPING_MS: i64 = 3_000;
const DRAFT_DELAY: Duration = Duration::from_millis(800);

/// A file on the counter, with its bytes.
#[derive(Clone)]
struct OnCounter {
    shown: StagedFile,
    ready: Option<Prepared>,
}

#[derive(Clone, Copy)]
struct Desk {
    talk: Talk,
    text: RwSignal<String>,
    files: RwSignal<Vec<OnCounter>, LocalStorage>,
    next_key: StoredValue<u32>,
    typed_at: StoredValue<i64>,
    draft_timer: StoredValue<Option<TimeoutHandle>>,
    saved_draft: StoredValue<String>,
}

/// What the business's pages add to the composer.
#[derive(Clone, Copy, Debug)]
pub struct ComposerHooks {
    /// Above the field, by what is in it.
    pub above: Callback<RwSignal<String>, AnyView>,
    /// Takes a key; says whether it did.
    pub key: Callback<KeyboardEvent, bool>,
    /// Takes what would be sent; says whether it did.
    pub take: Callback<String, bool>,
    /// Whether colleagues alone get what is written.
    pub is_note: Signal<bool>,
}

/// The composer of a chat, or why there is none.
#[component]
pub(super) fn Composing(talk: Talk) -> impl IntoView {
    let draft = talk.header.with_untracked(|header| {
        header.as_ref().map(|header| header.draft.clone()).unwrap_or_default()
    });
    let desk = Desk {
        talk,
        text: RwSignal::new(draft.clone()),
        files: RwSignal::new_local(Vec::new()),
        next_key: StoredValue::new(0),
        typed_at: StoredValue::new(0),
        draft_timer: StoredValue::new(None),
        saved_draft: StoredValue::new(draft),
    };
    on_cleanup(move || {
        desk.save_draft();
        desk.files.with_untracked(|files| files.iter().for_each(forget_preview));
    });
    let hooks = use_context::<ComposerHooks>();
    let is_note = Signal::derive(move || hooks.is_some_and(|hooks| hooks.is_note.get()));
    let can_write = Memo::new(move |_| {
        is_note.get()
            || talk
                .header
                .with(|header| header.as_ref().is_some_and(|header| can_write(header, talk.face)))
    });
    let staged = Signal::derive(move || {
        desk.files.with(|files| files.iter().map(|file| file.shown.clone()).collect::<Vec<_>>())
    });
    let asks = what_can_be_asked(talk);
    let voice = Voice::new(Callback::new(move |ready| desk.send_voice(ready)));
    edit_when_asked(desk);
    Effect::new(move |_| {
        let begun = app().begun;
        if can_write.get() && begun.get_untracked() == Some(talk.conversation) {
            begun.set(None);
            // The field stands with the next picture.
            request_animation_frame(go_to_end);
        }
    });
    let is_editing = Memo::new(move |_| talk.editing.with(Option::is_some));
    let is_recording = Memo::new(move |_| voice.ms.with(Option::is_some));
    let label = Signal::derive(move || {
        if is_note.get() {
            t().note_team_only.to_owned()
        } else {
            fill(t().message_to, &[("name", &talk.name())])
        }
    });
    let before_key = Callback::new(move |event: KeyboardEvent| {
        hooks.is_some_and(|hooks| hooks.key.run(event.clone())) || desk.take_key(&event)
    });
    let above = move || {
        view! {
            {move || {
                is_editing.get().then(|| parts::seldom(Seldom::Beside(Beside::Editing, talk)))
            }}
            {move || {
                is_recording
                    .get()
                    .then(|| parts::seldom(Seldom::Voice(VoiceStep::Show, voice)))
            }}
            {move || asks.get().and_then(|more| parts::seldom(Seldom::Asks(more, desk.text, talk)))}
            {hooks.map(|hooks| hooks.above.run(desk.text))}
        }
    };
    move || {
        if !can_write.get() {
            return parts::seldom(Seldom::Beside(Beside::CantWrite, talk)).into_any();
        }
        view! {
            <DropZone desk />
            <Composer
                text=desk.text
                label
                is_note
                above
                idle=move || view! { <Microphone voice /> }
                before_key
                reply=talk.reply
                staged
                on_unstage=move |key| desk.unstage(key)
                on_files=move |files| desk.stage(files)
                on_send=move || {
                    let text = desk.text.get_untracked();
                    if hooks.is_some_and(|hooks| hooks.take.run(text)) {
                        desk.clear();
                    } else {
                        desk.send();
                    }
                }
                on_input=move || desk.typed()
            />
        }
        .into_any()
    }
}

/// What the business says that it can be asked, if it says so.
fn what_can_be_asked(talk: Talk) -> RwSignal<Option<More>> {
    let asks = RwSignal::new(None);
    let header = talk.header.get_untracked().filter(|_| talk.face == Face::Customer);
    if let Some(header) = header {
        let account = header.row.counterpart;
        spawn_local(async move {
            if let Ok(Answer::Profile(found)) = call(Command::Profile { account }).await {
                let more = found.profile.more;
                let is_any = !more.prompts.is_empty() || !more.commands.is_empty();
                asks.try_set(is_any.then_some(more));
            }
        });
    }
    asks
}

/// When a message is to be changed, its text comes into the field.
fn edit_when_asked(desk: Desk) {
    let before = StoredValue::new(String::new());
    Effect::new(move |was: Option<Option<MessageId>>| {
        let now = desk.talk.editing.get();
        match (was.flatten(), now) {
            (None, Some(message)) => {
                before.set_value(desk.text.get_untracked());
                let body = desk.talk.message(message).map(|view| view.body);
                if let Some(MessageBody::Text { text }) = body {
                    desk.text.set(text);
                    request_animation_frame(go_to_end);
                }
            }
            (Some(_), None) => desk.text.set(before.get_value()),
            _ => {}
        }
        now
    });
}

/// One goes on writing where the text ends.
fn go_to_end() {
    let field = document().query_selector(".comp textarea").ok().flatten();
    if let Some(field) = field.and_then(|field| field.dyn_into::<HtmlTextAreaElement>().ok()) {
        let end = u32::try_from(field.value().encode_utf16().count()).unwrap_or(u32::MAX);
        // A field of text has a selection.
        field.set_selection_range(end, end).ok();
        field.focus().ok();
    }
}

/// A customer who allows nothing would wait for an answer that can't come; a business answers within
/// the window.
fn can_write(header: &ConversationHeader, face: Face) -> bool {
    let is_answerable = header.consent.is_some_and(|allowed| !allowed.is_empty());
    header.can_write
        && match face {
            Face::Business => header.window.is_open,
            Face::Customer => is_answerable,
        }
}

/// Takes files that are dropped anywhere on the window.
#[component]
fn DropZone(desk: Desk) -> impl IntoView {
    let is_over = RwSignal::new(false);
    let over = window_event_listener(leptos::ev::dragover, move |event: DragEvent| {
        event.prevent_default();
        is_over.set(true);
    });
    let leave = window_event_listener(leptos::ev::dragleave, move |event: DragEvent| {
        if event.related_target().is_none() {
            is_over.set(false);
        }
    });
    let drop = window_event_listener(leptos::ev::drop, move |event: DragEvent| {
        event.prevent_default();
        is_over.set(false);
        desk.stage(dropped(&event));
    });
    on_cleanup(move || {
        over.remove();
        leave.remove();
        drop.remove();
    });
    move || is_over.get().then(|| view! { <div class="drop">{t().attach_drop}</div> })
}

impl Desk {
    fn stage(self, files: Vec<File>) {
        for file in files {
            let key = self.next_key.get_value();
            self.next_key.set_value(key + 1);
            let name = file.name();
            let shown =
                StagedFile { key, name: name.clone(), size_bytes: 0, preview: None, is_busy: true };
            self.files.update(|all| all.push(OnCounter { shown, ready: None }));
            let done = Callback::new(move |prepared| match prepared {
                Ok(ready) => self.ready(key, ready),
                Err(problem) => {
                    self.unstage(key);
                    app().tell(match problem {
                        Unusable::Unreadable => t().photo_unreadable.to_owned(),
                        Unusable::TooLarge => fill(t().file_too_large, &[("name", &name)]),
                    });
                }
            });
            parts::do_seldom(Seldom::Prepare(file, done));
        }
    }

    fn ready(self, key: u32, ready: Prepared) {
        let preview = (ready.kind == AttachmentKind::Photo)
            .then(|| Url::create_object_url_with_blob(&ready.blob).ok())
            .flatten();
        self.files.try_update(|all| {
            if let Some(file) = all.iter_mut().find(|file| file.shown.key == key) {
                file.shown.size_bytes = ready.size_bytes;
                file.shown.name.clone_from(&ready.name);
                file.shown.preview = preview;
                file.shown.is_busy = false;
                file.ready = Some(ready);
            }
        });
    }

    fn unstage(self, key: u32) {
        self.files.try_update(|all| {
            all.iter().filter(|file| file.shown.key == key).for_each(forget_preview);
            all.retain(|file| file.shown.key != key);
        });
    }

    fn typed(self) {
        let now = crate::i18n::time::now().as_millis();
        let is_text = self.text.with_untracked(|text| !text.trim().is_empty());
        if is_text && now - self.typed_at.get_value() >= TYPING_MS {
            self.typed_at.set_value(now);
            let conversation = self.talk.conversation;
            spawn_local(async move {
                // Nobody misses a sign of typing that got lost.
                call(Command::Typing { conversation }).await.ok();
            });
        }
        if let Some(timer) = self.draft_timer.get_value() {
            timer.clear();
        }
        let timer = set_timeout_with_handle(move || self.save_draft(), DRAFT_DELAY);
        self.draft_timer.set_value(timer.ok());
    }

    fn save_draft(self) {
        let Some(text) = self.text.try_get_untracked() else { return };
        if self.saved_draft.try_get_value().is_none_or(|saved| saved == text) {
            return;
        }
        self.saved_draft.set_value(text.clone());
        self.talk.act(Command::SaveDraft { conversation: self.talk.conversation, text });
    }

    /// Up in an empty field changes the last own message, Esc leaves it.
    fn take_key(self, event: &KeyboardEvent) -> bool {
        let is_editing = self.talk.editing.with_untracked(Option::is_some);
        match event.key().as_str() {
            "Escape" if is_editing => self.talk.editing.set(None),
            "ArrowUp" if !is_editing && self.text.with_untracked(String::is_empty) => {
                let last = self.talk.messages.with_untracked(|all| {
                    let mut newest = all.iter().rev().take(EDITS_LOOKED_AT);
                    let can_edit = |entry: &&super::talk::Entry| {
                        entry.view.with_untracked(|view| everyday::can_edit(self.talk, view))
                    };
                    newest.find(can_edit).map(|entry| entry.id)
                });
                if last.is_none() {
                    return false;
                }
                self.talk.editing.set(last);
            }
            _ => return false,
        }
        true
    }

    /// Forgets what was written, because it was taken.
    fn clear(self) {
        self.text.set(String::new());
        self.typed_at.set_value(0);
        self.save_draft();
    }

    fn send_voice(self, ready: Prepared) {
        let shown = StagedFile {
            key: 0,
            name: ready.name.clone(),
            size_bytes: ready.size_bytes,
            preview: None,
            is_busy: false,
        };
        let reply_to = self.talk.reply.get_untracked().map(|reply| reply.message);
        self.talk.reply.set(None);
        spawn_local(async move {
            let file = OnCounter { shown, ready: Some(ready) };
            if let Err(failure) = self.hand_over("", &[file], reply_to).await {
                tell_failure(&failure);
            }
        });
    }

    fn send(self) {
        let text = self.text.get_untracked().trim().to_owned();
        if let Some(message) = self.talk.editing.get_untracked() {
            self.talk.editing.set(None);
            self.talk.act(Command::Everyday(EverydayCommand::Edit { message, text }));
            return;
        }
        let files = self.files.get_untracked();
        let reply_to = self.talk.reply.get_untracked().map(|reply| reply.message);
        self.text.set(String::new());
        self.files.set(Vec::new());
        self.talk.reply.set(None);
        self.typed_at.set_value(0);
        self.save_draft();
        spawn_local(async move {
            if let Err(failure) = self.hand_over(&text, &files, reply_to).await {
                tell_failure(&failure);
                // What was written comes back, unless something new was written meanwhile.
                self.text.try_update(|now| {
                    if now.is_empty() {
                        now.clone_from(&text);
                    }
                });
            }
            files.iter().for_each(forget_preview);
        });
    }

    async fn hand_over(
        self,
        text: &str,
        files: &[OnCounter],
        reply_to: Option<MessageId>,
    ) -> Result<(), Failure> {
        let conversation = self.talk.conversation;
        if files.is_empty() {
            let text = text.to_owned();
            let answer = call(Command::SendText { conversation, text, reply_to }).await?;
            self.show(answer);
            return Ok(());
        }
        let ready = files.iter().filter_map(|file| file.ready.clone());
        for (at, file) in ready.enumerate() {
            // The text is the caption of the first one, the reply too.
            let is_head = at == 0;
            let caption = if is_head { text.to_owned() } else { String::new() };
            let reply_to = reply_to.filter(|_| is_head);
            let blob = file.blob.clone();
            let answer = call_with_file(file.blob, move |number| Command::SendFile {
                conversation,
                file: Box::new(OutgoingFile {
                    file: number,
                    kind: file.kind,
                    name: file.name,
                    media_type: file.media_type,
                    size_bytes: file.size_bytes,
                    dimensions: file.dimensions,
                    thumbhash: file.thumbhash,
                    voice: file.voice,
                    caption,
                }),
                reply_to,
            })
            .await?;
            if let Answer::Message(message) = &answer {
                self.talk.photos.put(message.message, &blob);
            }
            self.show(answer);
        }
        Ok(())
    }

    fn show(self, answer: Answer) {
        if let Answer::Message(message) = answer
            && !self.talk.messages.is_disposed()
        {
            self.talk.put(*message);
        }
    }
}

fn forget_preview(file: &OnCounter) {
    if let Some(url) = &file.shown.preview {
        // An address that this page made.
        Url::revoke_object_url(url).ok();
    }
}
