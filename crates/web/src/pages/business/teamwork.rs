//! What the team works with: quick replies, labels, and what happens without a person.

use leptos::prelude::*;
use tresen_view::{LabelView, QuickReplyView, TeamCommand, TeamRules, quick_reply};

use super::{card_team::act, desk::desk};
use crate::{
    components::{Button, ButtonKind, ButtonSize, Field, FieldKind, Glyph, Icon, Switch},
    i18n::{b, fill, t},
};

/// The page.
#[component]
pub(super) fn TeamworkPage() -> impl IntoView {
    view! {
        <main class="page">
            <div class="page-in">
                <div class="page-head">
                    <h1 class="grow">{b().teamwork}</h1>
                </div>
                <Replies />
                <Labels />
                <Rules />
            </div>
        </main>
    }
}

#[component]
fn Replies() -> impl IntoView {
    let desk = desk();
    let editing = RwSignal::new(String::new());
    let (shortcut, text) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let clear = move || {
        editing.set(String::new());
        shortcut.set(String::new());
        text.set(String::new());
    };
    let save = move || {
        let reply = QuickReplyView {
            reply: editing.get_untracked(),
            shortcut: shortcut.get_untracked(),
            text: text.get_untracked(),
        };
        if !reply.shortcut.trim().is_empty() && !reply.text.trim().is_empty() {
            act(TeamCommand::PutReply(reply));
            clear();
        }
    };
    let rows = move || {
        let replies = desk.team.with(|team| team.replies.clone());
        let edit = move |reply: QuickReplyView| {
            editing.set(reply.reply);
            shortcut.set(reply.shortcut);
            text.set(reply.text);
        };
        replies
            .into_iter()
            .map(|reply| {
                let id = reply.reply.clone();
                let label = fill(b().reply_remove, &[("name", &reply.shortcut)]);
                view! {
                    <li class="lrow div">
                        <button
                            type="button"
                            class="grow text-btn"
                            on:click={
                                let reply = reply.clone();
                                move |_| edit(reply.clone())
                            }
                        >
                            <span class="a">{format!("/{}", reply.shortcut)}</span>
                            <span class="c" dir="auto">
                                {reply.text.clone()}
                            </span>
                        </button>
                        <button
                            type="button"
                            class="ib"
                            aria-label=label.clone()
                            title=label
                            on:click=move |_| {
                                act(TeamCommand::RemoveReply { reply: id.clone() });
                            }
                        >
                            <Icon glyph=Glyph::Trash2 small=true />
                        </button>
                    </li>
                }
            })
            .collect_view()
    };
    let asks = move || {
        let mut names = quick_reply::placeholders(&text.get());
        names.retain(|name| name != quick_reply::NAME && name != quick_reply::AGENT);
        (!names.is_empty()).then(|| {
            view! {
                <p class="hint">{fill(b().reply_asks, &[("names", &names.join(", "))])}</p>
            }
        })
    };
    view! {
        <section class="card pad" id="replies">
            <h2>{b().replies}</h2>
            <p class="hint">{b().replies_intro}</p>
            <ul class="plain">{rows}</ul>
            <form
                class="stack"
                on:submit=move |event| {
                    event.prevent_default();
                    save();
                }
            >
                <Field id="reply-shortcut" label=b().reply_shortcut value=shortcut max_length=40 />
                <Field
                    id="reply-text"
                    kind=FieldKind::Lines
                    label=b().reply_text
                    value=text
                    max_length=600
                />
                {asks}
                <Button
                    kind=ButtonKind::Primary
                    submit=true
                    label=b().reply_save
                    on_press=|| ()
                />
            </form>
        </section>
    }
}

#[component]
fn Labels() -> impl IntoView {
    let desk = desk();
    let name = RwSignal::new(String::new());
    let colour = RwSignal::new(0_u8);
    let save = move || {
        let label = LabelView {
            label: String::new(),
            name: name.get_untracked(),
            colour: colour.get_untracked(),
        };
        if !label.name.trim().is_empty() {
            act(TeamCommand::PutLabel(label));
            name.set(String::new());
        }
    };
    let rows = move || {
        desk.team
            .with(|team| team.labels.clone())
            .into_iter()
            .map(|label| {
                let words = fill(b().label_remove, &[("name", &label.name)]);
                let id = label.label.clone();
                view! {
                    <li class="lrow div">
                        <span class=format!("chip on label-{}", label.colour)>
                            <i aria-hidden="true"></i>
                            <span dir="auto">{label.name}</span>
                        </span>
                        <span class="grow"></span>
                        <button
                            type="button"
                            class="ib"
                            aria-label=words.clone()
                            title=words
                            on:click=move |_| {
                                act(TeamCommand::RemoveLabel { label: id.clone() });
                            }
                        >
                            <Icon glyph=Glyph::Trash2 small=true />
                        </button>
                    </li>
                }
            })
            .collect_view()
    };
    let colours = (0_u8..8)
        .map(|number| {
            let words = fill(b().label_colour, &[("n", &(number + 1).to_string())]);
            view! {
                <label class=format!("dot label-{number}") class:on=move || colour.get() == number>
                    <input
                        type="radio"
                        class="vh"
                        name="label-colour"
                        aria-label=words
                        prop:checked=move || colour.get() == number
                        on:change=move |_| colour.set(number)
                    />
                    <i aria-hidden="true"></i>
                </label>
            }
        })
        .collect_view();
    view! {
        <section class="card pad" id="labels">
            <h2>{b().labels}</h2>
            <ul class="plain">{rows}</ul>
            <form
                class="stack"
                on:submit=move |event| {
                    event.prevent_default();
                    save();
                }
            >
                <Field id="label-name" label=b().label_name value=name max_length=40 />
                <fieldset class="row wrap dots">
                    <legend class="vh">{b().label_colours}</legend>
                    {colours}
                </fieldset>
                <Button kind=ButtonKind::Primary submit=true label=b().label_add on_press=|| () />
            </form>
        </section>
    }
}

#[component]
fn Rules() -> impl IntoView {
    let desk = desk();
    let known = Memo::new(move |_| desk.team.with(|team| team.rules.clone()));
    let (greeting, away) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    Effect::new(move |_| {
        known.with(|rules| {
            greeting.set(rules.greeting.clone());
            away.set(rules.away.clone());
        });
    });
    let change = move |change: fn(&mut TeamRules, bool), is_on: bool| {
        let mut rules = known.get_untracked();
        rules.greeting = greeting.get_untracked().trim().to_owned();
        rules.away = away.get_untracked().trim().to_owned();
        if rules.greeting.is_empty() {
            b().greeting_first.clone_into(&mut rules.greeting);
        }
        if rules.away.is_empty() {
            b().away_first.clone_into(&mut rules.away);
        }
        change(&mut rules, is_on);
        act(TeamCommand::SetRules(rules));
    };
    view! {
        <section class="card pad" id="rules">
            <h2>{b().rules}</h2>
            <Switch
                label=b().rule_greets
                hint=b().rule_greets_hint
                on=Signal::derive(move || known.with(|rules| rules.greets))
                on_change=move |is_on| change(|rules, is_on| rules.greets = is_on, is_on)
            />
            <Field
                id="rule-greeting"
                kind=FieldKind::Lines
                label=b().rule_greeting
                value=greeting
                max_length=400
            />
            <Switch
                label=b().rule_away
                hint=b().rule_away_hint
                on=Signal::derive(move || known.with(|rules| rules.is_away))
                on_change=move |is_on| change(|rules, is_on| rules.is_away = is_on, is_on)
            />
            <Field
                id="rule-away-text"
                kind=FieldKind::Lines
                label=b().rule_away_text
                value=away
                max_length=400
            />
            <Button
                size=ButtonSize::Small
                label=t().save
                on_press=move || change(|_rules, _is_on| (), true)
            />
            <Switch
                label=b().rule_turns
                hint=b().rule_turns_hint
                on=Signal::derive(move || known.with(|rules| rules.in_turn))
                on_change=move |is_on| change(|rules, is_on| rules.in_turn = is_on, is_on)
            />
        </section>
    }
}
