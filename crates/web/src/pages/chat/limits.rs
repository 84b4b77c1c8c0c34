//! What a shop may send, and why: reasons first, then switches, then the way out.

use leptos::{prelude::*, task::spawn_local};
use tresen_types::{Categories, Category};
use tresen_view::{Answer, Command, ConsentView};

use super::talk::{Over, Talk};
use crate::{
    actions::{call, tell_failure},
    components::{
        Button, ButtonKind, ConsentSlip, Glyph, Icon, Sheet, SkeletonRows, Switch, category_label,
    },
    i18n::{fill, language, t, time},
    state::app,
};

/// The sheet, for customers.
#[component]
pub(super) fn LimitsSheet(talk: Talk, on_close: impl Fn() + 'static) -> impl IntoView {
    let consent = RwSignal::new(None::<Option<ConsentView>>);
    spawn_local(async move { fetch(talk, consent).await });
    let title = fill(t().why_title, &[("shop", &talk.name())]);
    view! {
        <Sheet title on_close side=true>
            {move || match consent.get() {
                None => view! { <SkeletonRows /> }.into_any(),
                Some(given) => content(talk, consent, given),
            }}
        </Sheet>
    }
}

async fn fetch(talk: Talk, consent: RwSignal<Option<Option<ConsentView>>>) {
    match call(Command::Consent { conversation: talk.conversation }).await {
        Ok(Answer::Consent(given)) => {
            consent.try_set(Some(given));
        }
        Ok(_) => {}
        Err(failure) => tell_failure(&failure),
    }
}

fn content(
    talk: Talk,
    consent: RwSignal<Option<Option<ConsentView>>>,
    given: Option<ConsentView>,
) -> AnyView {
    let shop = talk.name();
    let allowed = given.as_ref().map_or(Categories::NONE, |given| given.categories);
    let verified = talk.header.with_untracked(|header| header.as_ref()?.verified.clone());
    let said = match &given {
        Some(given) if !given.categories.is_empty() => {
            fill(t().why_consent, &[("date", &time::date_time(given.at))])
        }
        _ => t().why_consent_none.to_owned(),
    };
    let seal = match verified {
        Some(reason) => reason_line("why checked", Glyph::BadgeCheck, reason, ""),
        None => reason_line("why", Glyph::Info, t().nobody_checked.to_owned(), t().why_unchecked),
    };
    let change = move |category: Category, is_on: bool| {
        let next = Category::ALL
            .into_iter()
            .filter(|other| if *other == category { is_on } else { allowed.contains(*other) })
            .collect::<Categories>();
        set(talk, consent, next);
    };
    let switches = [Category::Service, Category::Utility, Category::Marketing]
        .into_iter()
        .map(|category| {
            let hint = match category {
                Category::Utility => t().cat_utility_hint,
                Category::Marketing => t().cat_marketing_hint,
                Category::Service | Category::Authentication => "",
            };
            view! {
                <Switch
                    label=category_label(category)
                    hint
                    on=allowed.contains(category)
                    on_change=move |is_on| change(category, is_on)
                />
            }
        })
        .collect_view();
    let slip = given.filter(|given| !given.categories.is_empty());
    view! {
        {reason_line("why", Glyph::ClipboardCheck, said, t().why_signed)}
        {seal}
        {reason_line("why", Glyph::Lock, fill(t().only_you_and, &[("shop", &shop)]), t().why_server)}
        <h3 class="sect">{fill(t().may_send, &[("shop", &shop)])}</h3>
        {switches}
        {slip.map(|consent| view! { <ConsentSlip consent /> })}
        <div class="acts col">
            {(!allowed.is_empty())
                .then(|| {
                    view! {
                        <Button
                            kind=ButtonKind::Danger
                            label=t().take_back_all
                            on_press=move || set(talk, consent, Categories::NONE)
                        />
                    }
                })}
            <Button
                kind=ButtonKind::Danger
                label=fill(t().block, &[("name", &shop)])
                on_press=move || talk.over.set(Some(Over::Block))
            />
        </div>
    }
    .into_any()
}

fn reason_line(class: &'static str, glyph: Glyph, bold: String, rest: &'static str) -> AnyView {
    view! {
        <p class=class>
            <Icon glyph />
            <span>
                <b>{bold}</b>
                {(!rest.is_empty()).then_some(". ")}
                <span class="mut">{rest}</span>
            </span>
        </p>
    }
    .into_any()
}

/// Signs what is allowed from now on; the wording is what stands beside the switches.
fn set(talk: Talk, consent: RwSignal<Option<Option<ConsentView>>>, categories: Categories) {
    let shop = talk.header.with_untracked(|header| {
        header.as_ref().map(|header| header.row.name.clone()).unwrap_or_default()
    });
    let command = Command::SetConsent {
        conversation: talk.conversation,
        categories,
        wording: wording(&shop, categories),
        language: language().tag().to_owned(),
    };
    spawn_local(async move {
        match call(command).await {
            Ok(_) => {
                let said = if categories.is_empty() { t().taken_back } else { t().consent_changed };
                app().tell(said);
            }
            Err(failure) => tell_failure(&failure),
        }
        fetch(talk, consent).await;
    });
}

/// The words that are signed: the question and every category that was said yes to.
#[must_use]
pub(crate) fn wording(shop: &str, categories: Categories) -> String {
    let question = fill(t().may_send, &[("shop", shop)]);
    let lines = Category::ALL.into_iter().filter(|category| categories.contains(*category));
    let lines = lines.map(|category| match category {
        Category::Marketing => t().cat_marketing_full,
        Category::Service | Category::Utility | Category::Authentication => {
            category_label(category)
        }
    });
    [question.as_str()].into_iter().chain(lines).collect::<Vec<_>>().join("\n")
}
