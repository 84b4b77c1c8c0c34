//! The counter: what is about to be handed over lies here. Field, attachments, the reply.

use leptos::{
    html::{Input, Textarea},
    prelude::*,
};
use tresen_types::MessageId;
use tresen_view::Quote;
use web_sys::{ClipboardEvent, DragEvent, File, FileList, HtmlInputElement, KeyboardEvent};

use super::{Glyph, Icon, IconButton, QuoteBlock};
use crate::{
    i18n::{bytes, fill, t},
    state::app,
};

/// The message that is being replied to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReplyDraft {
    /// The message.
    pub message: MessageId,
    /// How the quote will look.
    pub quote: Quote,
}

/// A photo or file that waits to be sent.
#[derive(Clone, Debug)]
pub struct StagedFile {
    /// Unique among those that wait.
    pub key: u32,
    /// Its name.
    pub name: String,
    /// Its size, in bytes.
    pub size_bytes: u64,
    /// The address of a small picture.
    pub preview: Option<String>,
    /// While it is being prepared.
    pub is_busy: bool,
}

/// The composer. `text` is the field's content; `on_send` is called with it by Enter or the arrow.
#[component]
pub fn Composer(
    text: RwSignal<String>,
    /// "Message to …"
    #[prop(into)]
    label: Signal<String>,
    /// Whether colleagues alone get it.
    #[prop(optional, into)]
    is_note: Signal<bool>,
    /// What else lies above the field.
    #[prop(optional, into)]
    above: Option<ViewFn>,
    /// In the place of the arrow while there is nothing to send.
    #[prop(optional, into)]
    idle: Option<ViewFn>,
    /// Takes a key before the field does; says whether it did.
    #[prop(optional)]
    before_key: Option<Callback<KeyboardEvent, bool>>,
    reply: RwSignal<Option<ReplyDraft>>,
    #[prop(into)] staged: Signal<Vec<StagedFile>>,
    on_unstage: impl Fn(u32) + Copy + Send + Sync + 'static,
    on_files: impl Fn(Vec<File>) + Copy + 'static,
    on_send: impl Fn() + Copy + 'static,
    on_input: impl Fn() + 'static,
) -> impl IntoView {
    let field = NodeRef::<Textarea>::new();
    let picker = NodeRef::<Input>::new();
    Effect::new(move |_| {
        text.track();
        if let Some(field) = field.get() {
            // The field gets the text after this, so it is measured with the next picture.
            request_animation_frame(move || fit(&field));
        }
    });
    Effect::new(move |_| {
        if let (true, Some(field)) = (reply.with(Option::is_some), field.get()) {
            field.focus().ok();
        }
    });
    let can_send = Memo::new(move |_| {
        let has_files = staged.with(|staged| !staged.is_empty());
        let is_busy = staged.with(|staged| staged.iter().any(|file| file.is_busy));
        !is_busy && (has_files || text.with(|text| !text.trim().is_empty()))
    });
    let send = move || {
        if can_send.get_untracked() {
            on_send();
            if let Some(field) = field.get_untracked() {
                field.focus().ok();
            }
        }
    };
    let on_key = move |event: KeyboardEvent| {
        if event.is_composing() {
            return;
        }
        if before_key.is_some_and(|take| take.run(event.clone())) {
            event.prevent_default();
            return;
        }
        let enter_sends = app().preferences.get_untracked().enter_sends;
        let with_control = event.ctrl_key() || event.meta_key();
        match event.key().as_str() {
            "Enter" if with_control || (enter_sends && !event.shift_key() && !event.alt_key()) => {
                event.prevent_default();
                send();
            }
            "Escape" if reply.with_untracked(Option::is_some) => {
                event.prevent_default();
                reply.set(None);
            }
            _ => {}
        }
    };
    view! {
        <div class="counter" class:noting=is_note>
            {above.map(|above| above.run())}
            {move || reply.get().map(|reply_to| reply_view(reply_to, reply))}
            {move || {
                let files = staged.get();
                (!files.is_empty())
                    .then(|| {
                        files
                            .into_iter()
                            .map(|file| staged_view(file, on_unstage))
                            .collect_view()
                    })
            }}
            <form
                class="comp"
                on:submit=move |event| {
                    event.prevent_default();
                    send();
                }
            >
                <IconButton
                    glyph=Glyph::Plus
                    label=t().attach
                    on_press=move || {
                        if let Some(picker) = picker.get_untracked() {
                            picker.click();
                        }
                    }
                />
                <input
                    type="file"
                    multiple=true
                    hidden=true
                    aria-label=t().attach
                    data-role="attach"
                    node_ref=picker
                    on:change=move |event| {
                        let input = event_target::<HtmlInputElement>(&event);
                        let files = list(input.files());
                        input.set_value("");
                        on_files(files);
                    }
                />
                <textarea
                    class="inpc"
                    node_ref=field
                    rows="1"
                    aria-label=label
                    placeholder=move || {
                        if is_note.get() { t().note_team_only } else { t().message }
                    }
                    dir="auto"
                    prop:value=text
                    on:input=move |event| {
                        text.set(event_target_value(&event));
                        on_input();
                    }
                    on:keydown=on_key
                    on:paste=move |event: ClipboardEvent| {
                        let files = pasted(&event);
                        if !files.is_empty() {
                            event.prevent_default();
                            on_files(files);
                        }
                    }
                ></textarea>
                {move || match (&idle, can_send.get()) {
                    (Some(idle), false) => idle.run(),
                    _ => view! {
                        <button
                            type="submit"
                            class="snd"
                            aria-label=t().send
                            title=t().send
                            disabled=move || !can_send.get()
                        >
                            <Icon glyph=Glyph::ArrowUp />
                        </button>
                    }
                    .into_any(),
                }}
            </form>
        </div>
    }
}

fn reply_view(draft: ReplyDraft, reply: RwSignal<Option<ReplyDraft>>) -> AnyView {
    view! {
        <div class="tray">
            <div class="grow">
                <QuoteBlock quote=draft.quote />
            </div>
            <IconButton glyph=Glyph::X label=t().reply_drop on_press=move || reply.set(None) />
        </div>
    }
    .into_any()
}

fn staged_view(file: StagedFile, on_unstage: impl Fn(u32) + 'static) -> AnyView {
    let key = file.key;
    let picture = match file.preview {
        Some(url) => view! { <img src=url alt="" /> }.into_any(),
        None => view! { <Icon glyph=Glyph::FileText /> }.into_any(),
    };
    let remove = fill(t().remove_attachment, &[("name", &file.name)]);
    view! {
        <div class="tray" aria-busy=file.is_busy.then_some("true")>
            <span class="thumb" aria-hidden="true">
                {picture}
            </span>
            <span class="grow">
                <b class="ell blk" dir="auto">{file.name}</b>
                <span class="hint num">{bytes(file.size_bytes)}</span>
            </span>
            {file.is_busy.then(|| view! { <span class="spin" aria-hidden="true"></span> })}
            <IconButton glyph=Glyph::X label=remove on_press=move || on_unstage(key) />
        </div>
    }
    .into_any()
}

/// Makes the field as high as its text; the style sheet ends that at six lines.
fn fit(field: &web_sys::HtmlTextAreaElement) {
    let style = web_sys::HtmlElement::style(field);
    // Setting a known property can't fail.
    style.set_property("height", "auto").ok();
    style.set_property("height", &format!("{}px", field.scroll_height())).ok();
}

fn list(files: Option<FileList>) -> Vec<File> {
    files
        .map_or_else(Vec::new, |files| (0..files.length()).filter_map(|at| files.get(at)).collect())
}

fn pasted(event: &ClipboardEvent) -> Vec<File> {
    list(event.clipboard_data().and_then(|data| data.files()))
}

/// The files of a drop.
#[must_use]
pub(crate) fn dropped(event: &DragEvent) -> Vec<File> {
    list(event.data_transfer().and_then(|data| data.files()))
}
