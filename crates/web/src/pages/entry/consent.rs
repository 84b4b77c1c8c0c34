//! What may be sent, the name, yes or no.
//!
//! The yes for answers is the act of opening the chat. Everything else that the entry link asks for
//! is offered, never chosen beforehand.

use leptos::{prelude::*, task::spawn_local};
use tresen_types::{Categories, Category, limits::DISPLAY_NAME_BYTES_MAX};
use tresen_view::{Answer, Command};

use super::description::Verified;
use crate::{
    actions::{call, failure_text, install, session},
    components::{Button, ButtonKind, ButtonSize, Checkbox, Field, FieldKind, Glyph, Icon},
    i18n::{fill, language, t},
    pages::chat::wording,
    router,
    state::app,
};

/// The form.
#[component]
pub(super) fn ConsentForm(verified: Verified, is_looking: RwSignal<bool>) -> impl IntoView {
    let name = RwSignal::new(app().account_view().map(|account| account.name).unwrap_or_default());
    Effect::new(move |_| {
        if let Some(account) = app().account_view()
            && name.with_untracked(String::is_empty)
        {
            name.set(account.name);
        }
    });
    let error = RwSignal::new(None::<String>);
    let is_busy = RwSignal::new(false);
    let choices = [Category::Utility, Category::Marketing, Category::Authentication]
        .into_iter()
        .filter(|category| verified.categories.contains(*category))
        .map(|category| (category, RwSignal::new(false)))
        .collect::<Vec<_>>();
    let boxes = choices.iter().map(|(category, on)| checkbox(*category, *on)).collect_view();
    let shop = verified.name.clone();
    let purpose = verified.purpose.clone();
    let asked = StoredValue::new((verified, choices));
    let yes = move || {
        let (verified, choices) = asked.get_value();
        let chosen = name.get_untracked().trim().to_owned();
        if let Some(problem) = name_problem(&chosen, &verified.name) {
            error.set(Some(problem));
            return;
        }
        error.set(None);
        is_busy.set(true);
        let extra =
            choices.iter().filter(|(_, on)| on.get_untracked()).map(|(category, _)| *category);
        let categories = extra.chain([Category::Service]).collect::<Categories>();
        spawn_local(async move {
            open(verified, chosen, categories, error).await;
            is_busy.try_set(false);
        });
    };
    let yes_label = Signal::derive(move || {
        if is_busy.get() { t().opening_chat } else { t().yes_open }.to_owned()
    });
    view! {
        <form
            class="stack"
            on:submit=move |event| {
                event.prevent_default();
                if !is_busy.get_untracked() {
                    yes();
                }
            }
        >
            <h2>{fill(t().may_send, &[("shop", &shop)])}</h2>
            {(!purpose.is_empty()).then(|| view! { <p class="mut" dir="auto">{purpose}</p> })}
            <div class="opt on fixed">
                <span class="ck on" aria-hidden="true">
                    <Icon glyph=Glyph::Check />
                </span>
                <span class="grow">
                    <b>{t().cat_service}</b>
                    <span>{t().cat_service_hint}</span>
                </span>
            </div>
            {boxes}
            <Field
                id="name"
                label=fill(t().your_name, &[("shop", &shop)])
                kind=FieldKind::Name
                value=name
                error
                max_length=60
            />
            <Button
                kind=ButtonKind::Primary
                size=ButtonSize::Large
                wide=true
                submit=true
                label=yes_label
                busy=is_busy
                on_press=|| ()
            />
            <Button
                kind=ButtonKind::Text
                size=ButtonSize::Large
                wide=true
                label=t().no_just_look
                on_press=move || is_looking.set(true)
            />
            <p class="hint fine">{t().entry_fine_print}</p>
        </form>
    }
}

fn checkbox(category: Category, checked: RwSignal<bool>) -> AnyView {
    let (label, hint) = match category {
        Category::Utility => (t().cat_utility, t().cat_utility_hint),
        Category::Authentication => (t().cat_authentication, t().cat_authentication_hint),
        Category::Marketing => (t().cat_marketing, t().cat_marketing_hint),
        Category::Service => (t().cat_service, t().cat_service_hint),
    };
    view! { <Checkbox label hint checked /> }.into_any()
}

fn name_problem(name: &str, shop: &str) -> Option<String> {
    if name.is_empty() {
        return Some(fill(t().name_missing, &[("shop", shop)]));
    }
    (name.len() > DISPLAY_NAME_BYTES_MAX).then(|| t().name_too_long.to_owned())
}

async fn open(
    verified: Verified,
    display_name: String,
    categories: Categories,
    error: RwSignal<Option<String>>,
) {
    let mut words = wording(&verified.name, categories);
    if !verified.purpose.is_empty() {
        words = format!("{words}\n{}", verified.purpose);
    }
    let command = Command::OpenConversation {
        entry: verified.entry,
        fingerprint: verified.fingerprint,
        display_name,
        categories,
        wording: words,
        language: language().tag().to_owned(),
    };
    match call(command).await {
        Ok(Answer::Conversation(conversation)) => {
            if !verified.prefilled.is_empty() {
                // Only a convenience: the chat is open without it too.
                let text = verified.prefilled;
                call(Command::SaveDraft { conversation, text }).await.ok();
            }
            install::ask_to_persist();
            session::fetch_account();
            app().begun.set(Some(conversation));
            router::replace(&format!("/c/{conversation}"));
        }
        Ok(_) => {}
        Err(failure) => {
            leptos::logging::warn!("{:?}: {}", failure.kind, failure.detail);
            error.try_set(Some(failure_text(failure.kind).to_owned()));
        }
    }
}
