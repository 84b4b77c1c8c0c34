//! What this device counts of the shop's chats: bars, a few numbers, and all of it as a file.

use leptos::{prelude::*, task::spawn_local};
use tresen_types::Timestamp;
use tresen_view::{Answer, Command, DayCount, StatisticsView, TradeCommand, TradeView};

use crate::{
    actions::{call, tell_failure},
    components::{Button, Glyph, Segment, SkeletonRows},
    i18n::{b, fill, money::money, time},
    pages::save_text,
};

/// The picture of one row of bars.
const WIDTH: u32 = 320;
const HEIGHT: u32 = 90;

/// The page.
#[component]
pub(super) fn StatisticsPage() -> impl IntoView {
    let span = RwSignal::new(7_i32);
    let report = RwSignal::new(None::<StatisticsView>);
    Effect::new(move |_| {
        let count = span.get();
        report.set(None);
        spawn_local(async move {
            // Midnights of this device's clock, the last of them tomorrow's.
            let days = (1 - count..=1).map(|day| time::at_hour(day, 0)).collect();
            let asked = Command::Trade(Box::new(TradeCommand::Statistics { days }));
            match call(asked).await {
                Ok(Answer::Trade(view)) => {
                    if let TradeView::Statistics { report: found } = *view {
                        report.try_set(Some(found));
                    }
                }
                Ok(_) => {}
                Err(failure) => tell_failure(&failure),
            }
        });
    });
    let choices = [7, 30, 90].map(|days| (days, fill(b().stats_days, &[("n", &days.to_string())])));
    let save = move || {
        if let Some(found) = report.get_untracked() {
            save_text(&as_csv(&found), "text/csv", "statistics.csv");
        }
    };
    view! {
        <main class="page">
            <div class="page-in">
                <div class="page-head">
                    <h1 class="grow">{b().stats}</h1>
                    <Button
                        glyph=Glyph::Download
                        label=b().stats_save.to_owned()
                        disabled=Signal::derive(move || report.with(Option::is_none))
                        on_press=save
                    />
                </div>
                <p class="mut">{b().stats_hint}</p>
                <Segment
                    name="stats-span"
                    label=b().stats
                    choices=choices.to_vec()
                    value=span
                    on_change=move |days| span.set(days)
                />
                {move || match report.get() {
                    None => view! { <SkeletonRows /> }.into_any(),
                    Some(found) => all(&found),
                }}
            </div>
        </main>
    }
}

fn all(found: &StatisticsView) -> AnyView {
    let b = b();
    let number = |label: &'static str, value: String| {
        view! {
            <div class="card pad stat">
                <dt>{label}</dt>
                <dd>{value}</dd>
            </div>
        }
    };
    let revenue = match &found.revenue[..] {
        [] => "–".to_owned(),
        sums => sums.iter().map(money).collect::<Vec<_>>().join(" · "),
    };
    let answers = found.answers;
    let span = |seconds: u64| if answers.count == 0 { "–".to_owned() } else { duration(seconds) };
    let numbers = [
        number(b.stats_first_answer, span(answers.median_s)),
        number(b.stats_slow_answer, span(answers.slow_s)),
        number(b.stats_waiting, answers.waiting.to_string()),
        number(b.stats_revenue, revenue),
        number(b.stats_orders, found.orders.0.to_string()),
        number(b.stats_orders_lost, found.orders.1.to_string()),
        number(b.stats_bookings, found.bookings.to_string()),
        number(b.stats_no_shows, found.no_shows.to_string()),
    ];
    let sources = found.sources.iter().map(|(label, count)| {
        let label = if label.is_empty() { b.stats_no_code.to_owned() } else { label.clone() };
        row(label, count.to_string(), String::new())
    });
    let agents = found.agents.iter().map(|agent| {
        let median = agent.median_s.map(duration).unwrap_or_default();
        row(agent.name.clone(), agent.sent.to_string(), median)
    });
    view! {
        <dl class="stats">{numbers.into_iter().collect_view()}</dl>
        {bars(b.stats_received, &found.days, |day| day.received)}
        {bars(b.stats_sent, &found.days, |day| day.sent)}
        {bars(b.stats_chats, &found.days, |day| day.chats)}
        {bars(b.stats_day_orders, &found.days, |day| day.orders)}
        <section class="card pad stack">
            <h2>{b.stats_sources}</h2>
            <table class="deal-lines">
                <tbody>{sources.collect_view()}</tbody>
            </table>
        </section>
        <section class="card pad stack">
            <h2>{b.stats_agents}</h2>
            <table class="deal-lines">
                <thead>
                    <tr>
                        <th scope="col">{b.stats_agent}</th>
                        <th scope="col">{b.stats_sent}</th>
                        <th scope="col">{b.stats_first_answer}</th>
                    </tr>
                </thead>
                <tbody>{agents.collect_view()}</tbody>
            </table>
        </section>
    }
    .into_any()
}

fn row(name: String, count: String, more: String) -> impl IntoView {
    view! {
        <tr>
            <th scope="row" dir="auto">
                {name}
            </th>
            <td class="num">{count}</td>
            <td class="num">{more}</td>
        </tr>
    }
}

/// A row of bars, one a day; each says its number when it is pointed at, and to a screen reader.
fn bars(title: &'static str, days: &[DayCount], of: fn(&DayCount) -> u32) -> impl IntoView + use<> {
    let most = days.iter().map(of).max().unwrap_or_default();
    let sum: u32 = days.iter().map(of).fold(0, u32::saturating_add);
    let count = u32::try_from(days.len()).unwrap_or(1).max(1);
    let step = WIDTH / count;
    let width = step.saturating_sub(if step > 6 { 3 } else { 1 }).max(1);
    let columns = days.iter().zip(0_u32..).map(|(day, index)| {
        let value = of(day);
        let height = value.saturating_mul(HEIGHT).checked_div(most).unwrap_or_default();
        let words = format!("{}: {value}", time::date(day.at));
        view! {
            <rect
                x=index.saturating_mul(step)
                y=HEIGHT.saturating_sub(height)
                width=width
                height=height.max(1)
                rx="1"
            >
                <title>{words}</title>
            </rect>
        }
    });
    let label = format!("{title}: {sum}");
    let view_box = format!("0 0 {WIDTH} {HEIGHT}");
    let edge = |day: Option<&DayCount>| day.map(|day| time::date(day.at)).unwrap_or_default();
    view! {
        <section class="card pad stack chart">
            <h2>{title}" "<span class="mut">{sum}</span></h2>
            <svg viewBox=view_box role="img" aria-label=label preserveAspectRatio="none">
                {columns.collect_view()}
            </svg>
            <div class="row mut" aria-hidden="true">
                <span class="grow">{edge(days.first())}</span>
                <span>{edge(days.last())}</span>
            </div>
        </section>
    }
}

/// Minutes and hours as people say them.
fn duration(seconds: u64) -> String {
    let b = b();
    let (words, n) = match seconds {
        0..60 => (b.stats_seconds, seconds),
        60..7_200 => (b.stats_minutes, seconds / 60),
        _longer => (b.stats_hours, seconds / 3_600),
    };
    fill(words, &[("n", &n.to_string())])
}

/// Every number with its name, for a spreadsheet.
fn as_csv(found: &StatisticsView) -> String {
    let line = |fields: &[String]| fields.to_vec();
    let head = ["day", "received", "sent", "chats", "orders"].map(ToOwned::to_owned);
    let mut rows = vec![line(&head)];
    for day in &found.days {
        rows.push(line(&[
            iso_day(day.at),
            day.received.to_string(),
            day.sent.to_string(),
            day.chats.to_string(),
            day.orders.to_string(),
        ]));
    }
    let mut pair = |name: &str, value: String| rows.push(vec![name.to_owned(), value]);
    pair("first_answer_median_s", found.answers.median_s.to_string());
    pair("first_answer_90_percent_s", found.answers.slow_s.to_string());
    pair("waiting", found.answers.waiting.to_string());
    pair("orders_taken", found.orders.0.to_string());
    pair("orders_not_taken", found.orders.1.to_string());
    pair("bookings", found.bookings.to_string());
    pair("no_shows", found.no_shows.to_string());
    for sum in &found.revenue {
        pair(&format!("revenue_minor_{}", sum.currency), sum.minor.to_string());
    }
    for (label, count) in &found.sources {
        pair(&format!("source {label}"), count.to_string());
    }
    for agent in &found.agents {
        pair(&format!("sent by {}", agent.name), agent.sent.to_string());
    }
    tresen_payments::csv::write(&rows)
}

/// `2026-11-22` on this device's clock.
fn iso_day(at: Timestamp) -> String {
    #[expect(clippy::cast_precision_loss, reason = "exact up to the year 287,396")]
    let date = js_sys::Date::new(&wasm_bindgen::JsValue::from_f64(at.as_millis() as f64));
    format!(
        "{:04}-{:02}-{:02}",
        date.get_full_year(),
        date.get_month().saturating_add(1),
        date.get_date()
    )
}
