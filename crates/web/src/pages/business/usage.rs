//! What sending costs, how the shop stands, and what the operator has decided about it.

mod decisions;
mod months;

use leptos::{prelude::*, task::spawn_local};
use tresen_view::{Answer, Command, StandingView, UsageMessageView, UsageView};

use self::{decisions::Decisions, months::Months};
use super::desk::desk;
use crate::{
    actions::{call, tell_failure},
    components::{
        Button, ButtonSize, EmptyState, Field, FieldKind, Glyph, Icon, Pill, PillKind, SkeletonRows,
    },
    i18n::{b, fill},
    state::app,
};

/// Pages of messages that are read for the tables.
const PAGES_MAX: usize = 50;

/// An amount as a text: two places, or as many as it has.
pub(super) fn price(amount: &str, currency: &str) -> String {
    let (whole, part) = amount.split_once('.').unwrap_or((amount, ""));
    let part = part.trim_end_matches('0');
    format!("{whole}.{part:0<2} {currency}").trim().to_owned()
}

/// What is known of the messages that were paid.
#[derive(Clone, Copy)]
struct Known {
    usage: RwSignal<Option<UsageView>>,
    messages: RwSignal<Vec<UsageMessageView>>,
    standing: RwSignal<Option<StandingView>>,
}

impl Known {
    fn fetch(self) {
        spawn_local(async move {
            match call(Command::Standing).await {
                Ok(Answer::Standing(standing)) => {
                    self.standing.try_set(Some(*standing));
                }
                Ok(_) => {}
                Err(failure) => tell_failure(&failure),
            }
            let mut after = None;
            for _page in 0..PAGES_MAX {
                let Ok(Answer::Usage(mut usage)) = call(Command::Usage { after }).await else {
                    return;
                };
                let messages = std::mem::take(&mut usage.messages);
                after = usage.next.clone();
                self.messages.try_update(|all| all.extend(messages));
                self.usage.try_set(Some(*usage));
                if after.is_none() {
                    return;
                }
            }
        });
    }
}

/// The page; owners only.
#[component]
pub(super) fn UsagePage() -> impl IntoView {
    if !desk().is_owner() {
        return view! {
            <main class="page">
                <EmptyState glyph=Glyph::FileText title=b().owner_only whole_page=true />
            </main>
        }
        .into_any();
    }
    let known = Known {
        usage: RwSignal::new(None),
        messages: RwSignal::new(Vec::new()),
        standing: RwSignal::new(None),
    };
    known.fetch();
    view! {
        <main class="page">
            <div class="page-in">
                <div class="page-head">
                    <h1 class="grow">{b().usage}</h1>
                    <a class="btn" href="/business/broadcasts">
                        <Icon glyph=Glyph::Megaphone small=true />
                        <span>{b().broadcasts}</span>
                    </a>
                </div>
                {move || match known.standing.get() {
                    None => view! { <SkeletonRows /> }.into_any(),
                    Some(standing) => standing_card(&standing),
                }}
                <Decisions />
                {move || known.usage.get().map(|usage| balance(known, usage))}
                <Months usage=known.usage messages=known.messages />
            </div>
        </main>
    }
    .into_any()
}

/// Rating, tier, causes.
fn standing_card(standing: &StandingView) -> AnyView {
    let b = b();
    let (word, kind) = match standing.rating.as_str() {
        "red" => (b.rating_red, PillKind::Bad),
        "yellow" => (b.rating_yellow, PillKind::Wait),
        _green => (b.rating_green, PillKind::Ok),
    };
    let used = standing.customers.to_string();
    let tier = match standing.customers_max {
        Some(most) => fill(b.tier_of, &[("used", &used), ("most", &most.to_string())]),
        None => fill(b.tier_any, &[("used", &used)]),
    };
    let causes = standing.causes.iter().map(|(cause, count)| {
        let words = match cause.as_str() {
            "reports" => b.cause_reports,
            "blocks" => b.cause_blocks,
            _stops => b.cause_stops,
        };
        view! { <li>{fill(words, &[("n", &count.to_string())])}</li> }
    });
    let delivered = fill(b.rating_of, &[("n", &standing.delivered.to_string())]);
    let reads = (standing.own_delivered > 0).then(|| {
        let (read, of) = (standing.own_read.to_string(), standing.own_delivered.to_string());
        view! { <p class="mut">{fill(b.rating_reads, &[("read", &read), ("n", &of)])}</p> }
    });
    view! {
        <section class="card pad stack" data-rating=standing.rating.clone()>
            <div class="row wrap">
                <h2 class="grow">{b.standing}</h2>
                <Pill text=word kind />
            </div>
            <p class="mut">{delivered}</p>
            {reads}
            <ul class="plain">{causes.collect_view()}</ul>
            <p>{tier}</p>
        </section>
    }
    .into_any()
}

/// What may still be spent, and the cap.
fn balance(known: Known, usage: UsageView) -> AnyView {
    let b = b();
    let currency = usage.currency.clone();
    if currency.is_empty() {
        return view! { <p class="hint">{b.no_prices}</p> }.into_any();
    }
    let fact = |label: &'static str, amount: &str| {
        let amount = price(amount, &currency);
        view! {
            <div class="row">
                <span class="grow">{label}</span>
                <b dir="ltr">{amount}</b>
            </div>
        }
    };
    let available = if usage.is_prepaid { b.balance } else { b.balance_later };
    let alert = usage.alert_percent.map(|percent| {
        let words = fill(b.cap_alert, &[("n", &percent.to_string())]);
        view! {
            <p class="note row" role="status">
                <Icon glyph=Glyph::Info small=true />
                <span class="grow">{words}</span>
            </p>
        }
    });
    let cap = usage.cap.as_deref().unwrap_or_default();
    let typed = RwSignal::new(price(cap, "").trim_start_matches('.').to_owned());
    if cap.is_empty() {
        typed.set(String::new());
    }
    let save = move || {
        let text = typed.get_untracked().trim().replace(',', ".");
        let monthly = (!text.is_empty()).then_some(text);
        spawn_local(async move {
            match call(Command::SetSpendingCap { monthly }).await {
                Ok(_) => {
                    app().tell(crate::i18n::b().cap_saved);
                    known.messages.try_set(Vec::new());
                    known.fetch();
                }
                Err(failure) => tell_failure(&failure),
            }
        });
    };
    view! {
        <section class="card pad stack">
            <h2>{b.money_now}</h2>
            {fact(available, &usage.available)}
            {fact(b.reserved, &usage.reserved)}
            {fact(b.spent_month, &usage.spent)}
            {alert}
            <Field
                id="usage-cap"
                kind=FieldKind::Text
                label=b.cap
                hint=b.cap_hint
                value=typed
                max_length=16
            />
            <div>
                <Button size=ButtonSize::Small label=b.cap_save on_press=save />
            </div>
        </section>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::price;

    #[test]
    fn amounts_have_at_least_two_places() {
        assert_eq!(price("0.880000", "EUR"), "0.88 EUR");
        assert_eq!(price("12.000000", "EUR"), "12.00 EUR");
        assert_eq!(price("0.001250", "EUR"), "0.00125 EUR");
        assert_eq!(price("-3", "INR"), "-3.00 INR");
    }
}
