//! Why a message came: the yes, the wording, who paid; and the two ways to end it.

use leptos::{prelude::*, task::spawn_local};
use tresen_types::MessageId;
use tresen_view::{Answer, Command, WhyView};

use super::{
    Face,
    limits::{reason_line, set, with},
    talk::{Over, Talk},
};
use crate::{
    actions::{call, tell_failure},
    components::{Button, ButtonKind, Glyph, Sheet, SkeletonRows, category_label},
    i18n::{fill, t, time},
};

/// The sheet.
#[component]
pub(super) fn WhySheet(
    talk: Talk,
    message: MessageId,
    on_close: impl Fn() + 'static,
) -> impl IntoView {
    let why = RwSignal::new(None::<WhyView>);
    spawn_local(async move {
        match call(Command::Why { message }).await {
            Ok(Answer::Why(found)) => {
                why.try_set(Some(*found));
            }
            Ok(_) => {}
            Err(failure) => tell_failure(&failure),
        }
    });
    view! {
        <Sheet title=t().why_this on_close side=true>
            {move || match why.get() {
                None => view! { <SkeletonRows /> }.into_any(),
                Some(why) => content(talk, message, &why),
            }}
        </Sheet>
    }
}

fn content(talk: Talk, message: MessageId, why: &WhyView) -> AnyView {
    let category = category_label(why.category);
    let yes = why.consent.as_ref().filter(|yes| yes.categories.contains(why.category));
    let said = match yes {
        Some(yes) => reason_line(
            "why",
            Glyph::ClipboardCheck,
            fill(t().why_yes, &[("what", category), ("date", &time::date_time(yes.at))]),
            match yes.way_in.as_str() {
                "entry" => t().way_entry,
                "stop_word" | "undo" => t().way_undo,
                _ => t().way_chat,
            },
        ),
        None => reason_line(
            "why bad-h",
            Glyph::CircleAlert,
            fill(t().why_no_yes, &[("what", category)]),
            "",
        ),
    };
    let version = why.version.to_string();
    let wording = fill(t().why_wording, &[("name", &why.template), ("n", &version)]);
    let by = if why.by_operator { t().why_by_operator } else { t().why_by_shop };
    let paid = fill(t().why_paid, &[("shop", &why.sender)]);
    let campaign = why.campaign.map(|campaign| {
        let words = match campaign.customers_max {
            Some(most) => fill(t().why_campaign, &[("n", &most.to_string())]),
            None => t().why_campaign_large.to_owned(),
        };
        reason_line("why", Glyph::Users, words, t().why_campaign_says)
    });
    let change = category_label(why.category);
    let is_customer = talk.face == Face::Customer;
    let (conversation, unwanted) = (talk.conversation, why.category);
    let stop = move || {
        spawn_local(async move {
            let Ok(Answer::Limits(all)) = call(Command::Limits).await else { return };
            let Some(view) = all.into_iter().find(|view| view.conversation == conversation) else {
                return;
            };
            let mut limits = view.limits.clone();
            limits.categories = with(limits.categories, unwanted, false);
            set(&view, limits).await;
            talk.over.try_set(None);
        });
    };
    let actions = is_customer.then(|| {
        view! {
            <div class="acts col">
                {yes
                    .is_some()
                    .then(|| {
                        view! {
                            <Button
                                label=fill(t().why_stop, &[("what", change)])
                                on_press=stop
                            />
                        }
                    })}
                <Button
                    label=t().limits
                    on_press=move || talk.over.set(Some(Over::Limits))
                />
                <Button
                    kind=ButtonKind::Danger
                    label=t().report
                    on_press=move || talk.over.set(Some(Over::Report(message)))
                />
            </div>
        }
    });
    view! {
        {said}
        {reason_line("why", Glyph::BadgeCheck, wording, by)}
        {campaign}
        {reason_line("why", Glyph::User, paid, t().why_free)}
        {actions}
    }
    .into_any()
}
