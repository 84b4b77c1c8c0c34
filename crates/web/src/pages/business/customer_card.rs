//! The customer: what is allowed, who can read, since when. Beside the chat, or in a sheet.

use leptos::{prelude::*, task::spawn_local};
use tresen_types::Category;
use tresen_view::{Command, ConsentView, Reader};

use super::{
    card_team::TeamSections,
    chat::{Facts, Holder},
};
use crate::{
    actions::{call, tell_failure},
    components::{
        Avatar, Button, ButtonKind, Confirm, Glyph, Pill, PillKind, Sheet, category_label,
    },
    i18n::{b, fill, t, time},
    pages::chat::ConsentHistory,
};

/// Beside the chat in wide windows.
#[component]
pub(super) fn CustomerCard(facts: Facts) -> impl IntoView {
    view! {
        <aside class="pane card-pane" aria-label=b().card>
            <div class="scroll card-in">
                <Content facts />
            </div>
        </aside>
    }
}

/// The same in a sheet.
#[component]
pub(super) fn CardSheet(facts: Facts, on_close: impl Fn() + 'static) -> impl IntoView {
    view! {
        <Sheet title=b().card side=true on_close>
            <Content facts />
            <div class="card-acts">
                <Holder facts />
            </div>
        </Sheet>
    }
}

#[component]
fn Content(facts: Facts) -> impl IntoView {
    let name = Memo::new(move |_| facts.name());
    let since = move || {
        let since = facts.header.with(|header| header.as_ref().map(|header| header.since))?;
        Some(fill(b().customer_since, &[("date", &time::date(since))]))
    };
    let may_answer = move || {
        let pill = if facts.may_answer()? {
            view! { <Pill text=b().may_answer kind=PillKind::Ok glyph=Glyph::Check /> }.into_any()
        } else {
            view! { <Pill text=b().may_not_answer kind=PillKind::Bad glyph=Glyph::Ban /> }
                .into_any()
        };
        Some(pill)
    };
    view! {
        <div class="card-head">
            {move || view! { <Avatar name=name.get() size=72 /> }}
            <h2 dir="auto">{name}</h2>
            <p class="hint">{since}</p>
            {may_answer}
        </div>
        <TeamSections facts />
        <h3 class="sect">{b().allowed}</h3>
        {move || {
            let consent = facts.consent.get();
            view! {
                {allowed(consent)}
                <ConsentHistory conversation=facts.conversation />
            }
        }}
        <h3 class="sect">{b().can_read}</h3>
        {move || facts.readers.get().map(readers)}
        <BlockButton facts />
    }
}

fn allowed(consent: Option<ConsentView>) -> AnyView {
    let Some(consent) = consent.filter(|consent| !consent.categories.is_empty()) else {
        return view! { <p class="mut">{b().allowed_nothing}</p> }.into_any();
    };
    let lines =
        [Category::Service, Category::Marketing, Category::Utility, Category::Authentication]
            .into_iter()
            .filter(|category| {
                let is_allowed = consent.categories.contains(*category);
                is_allowed || matches!(category, Category::Service | Category::Marketing)
            })
            .map(|category| {
                let pill = if consent.categories.contains(category) {
                    view! { <Pill text=t().yes kind=PillKind::Ok glyph=Glyph::Check /> }.into_any()
                } else {
                    view! { <Pill text=t().no /> }.into_any()
                };
                view! {
                    <div class="row sp fact">
                        <span>{category_label(category)}</span>
                        {pill}
                    </div>
                }
            })
            .collect_view();
    view! {
        {lines}
        <p class="hint">{fill(b().allowed_on, &[("date", &time::date_time(consent.at))])}</p>
    }
    .into_any()
}

fn readers(readers: Vec<Reader>) -> AnyView {
    let rows = readers
        .into_iter()
        .map(|reader| {
            let name = match (reader.is_this, reader.name.is_empty()) {
                (true, _) => t().you.to_owned(),
                (false, true) => t().unknown_name.to_owned(),
                (false, false) => reader.name.clone(),
            };
            let since = fill(t().can_read_since, &[("date", &time::date(reader.since))]);
            view! {
                <li class="row fact">
                    <Avatar name=reader.name size=32 />
                    <bdi class="grow">{name}</bdi>
                    <span class="hint">{since}</span>
                </li>
            }
        })
        .collect_view();
    view! { <ul class="plain">{rows}</ul> }.into_any()
}

/// Blocks the customer after a question; unblocks at once.
#[component]
fn BlockButton(facts: Facts) -> impl IntoView {
    let is_asking = RwSignal::new(false);
    let conversation = facts.conversation;
    let set = move |is_blocked: bool| {
        spawn_local(async move {
            if let Err(failure) = call(Command::SetBlocked { conversation, is_blocked }).await {
                tell_failure(&failure);
            }
        });
    };
    let is_blocked = Memo::new(move |_| {
        facts.header.with(|header| header.as_ref().is_some_and(|header| header.row.is_blocked))
    });
    let named = move |text: &str| fill(text, &[("name", &facts.name())]);
    view! {
        <div class="card-acts">
            {move || {
                if is_blocked.get() {
                    view! { <Button wide=true label=t().unblock on_press=move || set(false) /> }
                        .into_any()
                } else {
                    view! {
                        <Button
                            kind=ButtonKind::Danger
                            wide=true
                            glyph=Glyph::Ban
                            label=named(t().block)
                            on_press=move || is_asking.set(true)
                        />
                    }
                        .into_any()
                }
            }}
        </div>
        {move || {
            is_asking
                .get()
                .then(|| {
                    view! {
                        <Confirm
                            title=named(t().block_question)
                            text=named(t().block_hint)
                            yes=named(t().block)
                            on_yes=move || set(true)
                            on_close=move || {
                                is_asking.try_set(false);
                            }
                        />
                    }
                })
        }}
    }
}
