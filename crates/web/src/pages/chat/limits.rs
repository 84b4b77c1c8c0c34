//! What a shop may send, how often and when not; and why. It opens in the chat and in the list of
//! all shops.
//!
//! Every change is signed with the words that stand beside it and counts at once, also without a
//! connection.

mod quiet;
mod record;

use leptos::{prelude::*, task::spawn_local};
pub(crate) use record::ConsentHistory;
use tresen_types::{Categories, Category, ConversationId};
use tresen_view::{Answer, Command, DigestView, LimitsDraft, LimitsView, MaxView, WindowView};

use self::{quiet::QuietFields, record::RecordActions};
use super::wording::wording;
use crate::{
    actions::{call, tell_failure},
    components::{
        Button, ButtonKind, ButtonSize, Glyph, Icon, Sheet, SkeletonRows, Switch, category_label,
    },
    i18n::{fill, language, t, time},
    state::{app, on_event},
};

/// What the sheet shows and changes.
#[derive(Clone, Copy)]
pub(crate) struct Limits {
    conversation: ConversationId,
    view: RwSignal<Option<LimitsView>>,
}

impl Limits {
    fn open(conversation: ConversationId) -> Self {
        let limits = Self { conversation, view: RwSignal::new(None) };
        spawn_local(limits.fetch());
        on_event(move |event| {
            if matches!(event, tresen_view::Event::HeaderChanged { conversation }
                if *conversation == limits.conversation)
            {
                spawn_local(limits.fetch());
            }
        });
        limits
    }

    async fn fetch(self) {
        match call(Command::Limits).await {
            Ok(Answer::Limits(all)) => {
                let conversation = self.conversation;
                let found = all.into_iter().find(|view| view.conversation == conversation);
                if let Some(found) = found
                    && self.view.try_with_untracked(|known| known.as_ref() != Some(&found))
                        == Some(true)
                {
                    self.view.set(Some(found));
                }
            }
            Ok(_) => {}
            Err(failure) => tell_failure(&failure),
        }
    }

    /// Signs changed limits.
    fn change(self, change: impl FnOnce(&mut LimitsDraft)) {
        let Some(view) = self.view.get_untracked() else { return };
        let mut limits = view.limits.clone();
        change(&mut limits);
        spawn_local(async move {
            if let Some(changed) = set(&view, limits).await {
                self.view.try_set(Some(changed));
            }
        });
    }
}

/// Signs and keeps limits; says so, or what went wrong.
pub(crate) async fn set(view: &LimitsView, limits: LimitsDraft) -> Option<LimitsView> {
    let is_nothing = limits.categories.is_empty();
    let command = Command::SetLimits {
        conversation: view.conversation,
        wording: signed_words(&view.name, &limits),
        limits: Box::new(limits),
        language: language().tag().to_owned(),
    };
    match call(command).await {
        Ok(Answer::ConsentLimits(changed)) => {
            app().tell(if is_nothing { t().taken_back } else { t().consent_changed });
            Some(*changed)
        }
        Ok(_) => None,
        Err(failure) => {
            tell_failure(&failure);
            None
        }
    }
}

/// The same categories with one more or one less.
pub(crate) fn with(categories: Categories, one: Category, is_on: bool) -> Categories {
    Category::ALL
        .into_iter()
        .filter(|other| if *other == one { is_on } else { categories.contains(*other) })
        .collect()
}

/// How many offers may come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Often {
    Month(u16),
    Week(u16),
    /// Saturday at ten, all that came.
    Together,
}

/// Saturday, and ten o'clock.
const DIGEST: (u8, u16) = (5, 10 * 60);
/// The most that come together.
const TOGETHER_MAX: u16 = 7;

/// What is offered; two a month holds as long as nobody says otherwise.
const OFTEN: [Often; 6] = [
    Often::Month(1),
    Often::Month(2),
    Often::Month(4),
    Often::Week(1),
    Often::Week(2),
    Often::Together,
];
const USUAL: Often = Often::Month(2);

impl Often {
    fn of(limits: &LimitsDraft) -> Self {
        if limits.digest.is_some() {
            return Self::Together;
        }
        let of = |list: &[MaxView]| {
            let found = list.iter().find(|one| one.category == Category::Marketing);
            found.map(|one| one.messages)
        };
        let month = || of(&limits.monthly_max).map(Self::Month);
        of(&limits.weekly_max).map(Self::Week).or_else(month).unwrap_or(USUAL)
    }

    fn apply(self, limits: &mut LimitsDraft) {
        limits.weekly_max.retain(|one| one.category != Category::Marketing);
        limits.monthly_max.retain(|one| one.category != Category::Marketing);
        limits.digest = None;
        let (list, messages) = match self {
            Self::Month(messages) => (&mut limits.monthly_max, messages),
            Self::Week(messages) => (&mut limits.weekly_max, messages),
            Self::Together => {
                let (weekday, minute) = DIGEST;
                let categories = [Category::Marketing].into_iter().collect();
                limits.digest = Some(DigestView { weekday, minute, categories });
                (&mut limits.weekly_max, TOGETHER_MAX)
            }
        };
        list.push(MaxView { category: Category::Marketing, messages });
    }

    fn words(self) -> String {
        match self {
            Self::Month(count) => t().often_month.of(u64::from(count)),
            Self::Week(count) => t().often_week.of(u64::from(count)),
            Self::Together => {
                let (weekday, minute) = DIGEST;
                let time = time::minute_of_day(minute);
                fill(t().often_together, &[("day", &time::weekday(weekday)), ("time", &time)])
            }
        }
    }
}

/// Names the customer's zone where there are times, and only there.
pub(super) fn keep_zone(limits: &mut LimitsDraft) {
    let has_times = limits.quiet.is_some() || limits.digest.is_some();
    limits.time_zone = if has_times { time::own_time_zone() } else { String::new() };
}

/// The words that are signed: the question, the categories, how often, when not.
fn signed_words(shop: &str, limits: &LimitsDraft) -> String {
    let mut words = wording(shop, limits.categories);
    if limits.categories.contains(Category::Marketing) {
        // The line of the entry page names the usual number.
        words = words.replace(t().cat_marketing_full, t().cat_marketing);
        words = format!("{words}\n{}", Often::of(limits).words());
    }
    if let Some(quiet) = limits.quiet {
        words = format!("{words}\n{}", quiet::words(&quiet));
    }
    words
}

/// What is allowed, in one line for lists.
pub(crate) fn summary(limits: &LimitsDraft) -> String {
    let named = Category::ALL.into_iter().filter(|one| limits.categories.contains(*one));
    let mut parts: Vec<String> = named.map(|one| category_label(one).to_owned()).collect();
    if parts.is_empty() {
        return t().allowed_nothing.to_owned();
    }
    if limits.categories.contains(Category::Marketing) {
        parts.push(Often::of(limits).words());
    }
    parts.join(", ")
}

/// The sheet.
#[component]
pub(crate) fn LimitsSheet(
    conversation: ConversationId,
    /// The shop's name.
    name: String,
    /// What is checked about the shop; unknown outside of its chat.
    #[prop(optional_no_strip)]
    verified: Option<Option<String>>,
    /// Until when it may answer.
    #[prop(optional)]
    window: WindowView,
    /// Asks whether to block it.
    #[prop(optional_no_strip)]
    on_block: Option<Callback<()>>,
    on_close: impl Fn() + 'static,
) -> impl IntoView {
    let limits = Limits::open(conversation);
    let is_known = Memo::new(move |_| limits.view.with(Option::is_some));
    let title = fill(t().why_title, &[("shop", &name)]);
    view! {
        <Sheet title on_close side=true>
            {move || {
                if is_known.get() {
                    content(limits, name.clone(), verified.clone(), window, on_block)
                } else {
                    view! { <SkeletonRows /> }.into_any()
                }
            }}
        </Sheet>
    }
}

fn content(
    limits: Limits,
    name: String,
    verified: Option<Option<String>>,
    window: WindowView,
    on_block: Option<Callback<()>>,
) -> AnyView {
    let said = move || {
        let view = limits.view.get()?;
        Some(if view.limits.categories.is_empty() {
            t().why_consent_none.to_owned()
        } else {
            fill(t().why_consent, &[("date", &time::date_time(view.at))])
        })
    };
    let seal = verified.map(|verified| match verified {
        Some(reason) => reason_line("why checked", Glyph::BadgeCheck, reason, ""),
        None => reason_line("why", Glyph::Info, t().nobody_checked.to_owned(), t().why_unchecked),
    });
    let may_send = fill(t().may_send, &[("shop", &name)]);
    let block = on_block.map(|ask| {
        let label = fill(t().block, &[("name", &name)]);
        view! { <Button kind=ButtonKind::Danger label on_press=move || ask.run(()) /> }
    });
    view! {
        <p class="why">
            <Icon glyph=Glyph::ClipboardCheck />
            <span>
                <b>{said}</b>
                {t().sentence_end}
                <span class="mut">{t().why_signed}</span>
            </span>
        </p>
        {seal}
        {reason_line("why", Glyph::Lock, fill(t().only_you_and, &[("shop", &name)]), t().why_server)}
        <Stopped limits />
        <h3 class="sect">{may_send}</h3>
        <Switches limits window />
        <OftenField limits />
        <QuietFields limits />
        <RecordActions limits />
        <div class="acts col">
            {move || {
                let is_any = limits
                    .view
                    .with(|view| view.as_ref().is_some_and(|view| !view.limits.categories.is_empty()));
                is_any
                    .then(|| {
                        view! {
                            <Button
                                kind=ButtonKind::Danger
                                label=t().take_back_all
                                on_press=move || {
                                    limits.change(|draft| draft.categories = Categories::NONE);
                                }
                            />
                        }
                    })
            }}
            {block}
        </div>
    }
    .into_any()
}

/// What a stop word stopped, with the way back.
#[component]
fn Stopped(limits: Limits) -> impl IntoView {
    let stopped = Memo::new(move |_| {
        limits.view.with(|view| view.as_ref().is_some_and(|view| view.stopped.is_some()))
    });
    let conversation = limits.conversation;
    move || {
        stopped.get().then(|| {
            view! {
                <div class="note row wrap" data-stopped="yes">
                    <span class="grow">{t().stop_said}</span>
                    <Button
                        size=ButtonSize::Small
                        label=t().stop_undo
                        on_press=move || spawn_local(async move {
                            undo_stop(conversation).await;
                            limits.fetch().await;
                        })
                    />
                </div>
            }
        })
    }
}

/// Takes back what a stop word did.
pub(super) async fn undo_stop(conversation: ConversationId) {
    match call(Command::UndoStop { conversation }).await {
        Ok(_) => app().tell(t().stop_undone),
        Err(failure) => tell_failure(&failure),
    }
}

#[component]
fn Switches(limits: Limits, window: WindowView) -> impl IntoView {
    let shown =
        [Category::Service, Category::Utility, Category::Marketing, Category::Authentication];
    shown
        .into_iter()
        .map(|category| {
            let hint = match (category, window.closes_at) {
                (Category::Service, Some(at)) if window.is_open => {
                    fill(t().answers_until, &[("time", &time::day_time(at))])
                }
                (Category::Service, _) => String::new(),
                (Category::Utility, _) => t().cat_utility_hint.to_owned(),
                (Category::Marketing, _) => t().offers_hint.to_owned(),
                (Category::Authentication, _) => t().cat_authentication_hint.to_owned(),
            };
            let is_on = Memo::new(move |_| {
                limits.view.with(|view| {
                    view.as_ref().is_some_and(|view| view.limits.categories.contains(category))
                })
            });
            view! {
                <Switch
                    label=category_label(category)
                    hint
                    on=is_on
                    on_change=move |is_on| {
                        limits
                            .change(|draft| {
                                draft.categories = with(draft.categories, category, is_on);
                            });
                    }
                />
            }
        })
        .collect_view()
}

/// How many offers, as long as offers may come.
#[component]
fn OftenField(limits: Limits) -> impl IntoView {
    let often = Memo::new(move |_| {
        limits.view.with(|view| {
            let view = view.as_ref()?;
            let has_offers = view.limits.categories.contains(Category::Marketing);
            has_offers.then(|| Often::of(&view.limits))
        })
    });
    move || {
        let now = often.get()?;
        let mut choices = OFTEN.to_vec();
        if !choices.contains(&now) {
            choices.push(now);
        }
        let options = choices
            .iter()
            .zip(0_u8..)
            .map(|(often, number)| {
                view! {
                    <option value=number.to_string() selected=*often == now>
                        {often.words()}
                    </option>
                }
            })
            .collect_view();
        let choose = move |event: web_sys::Event| {
            let number = event_target_value(&event).parse::<usize>().ok();
            if let Some(often) = number.and_then(|number| choices.get(number).copied()) {
                limits.change(|draft| {
                    often.apply(draft);
                    keep_zone(draft);
                });
            }
        };
        Some(view! {
            <div class="field limits-often">
                <label for="limits-often">{t().often_label}</label>
                <select class="inp" id="limits-often" on:change=choose>
                    {options}
                </select>
            </div>
        })
    }
}

pub(super) fn reason_line(
    class: &'static str,
    glyph: Glyph,
    bold: String,
    rest: &'static str,
) -> AnyView {
    view! {
        <p class=class>
            <Icon glyph />
            <span>
                <b>{bold}</b>
                {(!rest.is_empty()).then_some(t().sentence_end)}
                <span class="mut">{rest}</span>
            </span>
        </p>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_often_is_one_limit() {
        let mut limits = LimitsDraft {
            categories: [Category::Service, Category::Marketing].into_iter().collect(),
            monthly_max: vec![MaxView { category: Category::Utility, messages: 9 }],
            weekly_max: Vec::new(),
            quiet: None,
            digest: None,
            time_zone: String::new(),
        };
        assert_eq!(Often::of(&limits), USUAL);
        for often in OFTEN {
            often.apply(&mut limits);
            assert_eq!(Often::of(&limits), often);
        }
        assert_eq!(limits.monthly_max.len(), 1);
        assert_eq!(limits.weekly_max.len(), 1);
        let less = with(limits.categories, Category::Marketing, false);
        assert!(!less.contains(Category::Marketing) && less.contains(Category::Service));
    }
}
