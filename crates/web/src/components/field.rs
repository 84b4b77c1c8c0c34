//! A labelled text field.

use leptos::prelude::*;
use wasm_bindgen::JsCast as _;

use super::Wrong;

/// What is typed into a field.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FieldKind {
    /// One line.
    #[default]
    Text,
    /// A person's name.
    Name,
    /// Digits.
    Digits,
    /// A web address.
    Url,
    /// A recovery code.
    Code,
    /// A day.
    Day,
    /// Several lines.
    Lines,
}

impl FieldKind {
    const fn attributes(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Text | Self::Lines => ("text", "off", "text"),
            Self::Name => ("text", "given-name", "text"),
            Self::Digits => ("text", "one-time-code", "numeric"),
            Self::Url => ("url", "url", "url"),
            Self::Day => ("date", "off", "text"),
            Self::Code => ("text", "off", "text"),
        }
    }
}

/// A field with its label above, a hint and an error below. `error` is a sentence that says what to
/// do; it is read out when it appears.
#[component]
pub fn Field(
    /// Unique on the page.
    #[prop(into)]
    id: String,
    #[prop(into)] label: Signal<String>,
    value: RwSignal<String>,
    #[prop(optional)] kind: FieldKind,
    #[prop(optional, into)] hint: Option<String>,
    #[prop(optional, into)] error: Signal<Option<String>>,
    #[prop(optional)] max_length: Option<u32>,
    #[prop(optional)] autofocus: bool,
) -> impl IntoView {
    let (input_type, autocomplete, input_mode) = kind.attributes();
    let hint_id = format!("{id}-hint");
    let error_id = format!("{id}-error");
    let described = {
        let hint_id = hint.is_some().then(|| hint_id.clone());
        let error_id = error_id.clone();
        move || {
            let error = error.with(Option::is_some).then(|| error_id.clone());
            let ids = [hint_id.clone(), error].into_iter().flatten().collect::<Vec<_>>();
            (!ids.is_empty()).then(|| ids.join(" "))
        }
    };
    let class = move || if error.with(Option::is_some) { "inp err" } else { "inp" };
    let invalid = move || error.with(Option::is_some).then_some("true");
    let max_length = max_length.map(|max| max.to_string());
    if autofocus {
        // The attribute works only for what is there when a page or a sheet opens.
        let id = id.clone();
        request_animation_frame(move || focus(&id));
    }
    let input = if kind == FieldKind::Lines {
        view! {
            <textarea
                id=id.clone()
                class=class
                rows="4"
                maxlength=max_length
                aria-invalid=invalid
                aria-describedby=described
                prop:value=value
                on:input=move |event| value.set(event_target_value(&event))
            ></textarea>
        }
        .into_any()
    } else {
        view! {
            <input
                id=id.clone()
                class=class
                type=input_type
                autocomplete=autocomplete
                inputmode=input_mode
                autocapitalize=(kind == FieldKind::Code).then_some("off")
                spellcheck=(kind != FieldKind::Text).then_some("false")
                maxlength=max_length
                aria-invalid=invalid
                aria-describedby=described
                prop:value=value
                on:input=move |event| value.set(event_target_value(&event))
            />
        }
        .into_any()
    };
    view! {
        <div class="field">
            <label for=id>{label}</label>
            {input}
            {hint.map(|hint| view! { <p class="hint" id=hint_id>{hint}</p> })}
            <Wrong error id=error_id />
        </div>
    }
}

/// Puts the focus into a field, unless it is gone already.
fn focus(id: &str) {
    let field = document().get_element_by_id(id);
    if let Some(field) = field.and_then(|field| field.dyn_into::<web_sys::HtmlElement>().ok()) {
        field.focus().ok();
    }
}
