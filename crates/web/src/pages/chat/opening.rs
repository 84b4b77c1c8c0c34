//! Whether a business is open, in words.

use leptos::prelude::*;
use tresen_view::OpeningView;

use crate::i18n::{fill, t, time};

/// "Open until 18:00", "Closed, opens Monday 9:30"; nothing when no hours are given.
#[component]
pub fn OpeningLine(opening: OpeningView) -> impl IntoView {
    let t = t();
    let (class, word, rest) = match opening {
        OpeningView::Unknown => return ().into_any(),
        OpeningView::OpenUntil(minute) => {
            let until = fill(t.open_rest, &[("time", &time::minute_of_day(minute))]);
            ("open", t.open_word, until)
        }
        OpeningView::AlwaysOpen => ("open", t.open_always, String::new()),
        OpeningView::OpensOn(day, minute) => {
            let opens = [("day", &*time::weekday(day)), ("time", &*time::minute_of_day(minute))];
            ("closed", t.closed_word, fill(t.closed_rest, &opens))
        }
        OpeningView::Closed => ("closed", t.closed_long, String::new()),
    };
    let gap = if rest.is_empty() { "" } else { " · " };
    view! {
        <span>
            <span class=class>{word}</span>
            {gap}
            {rest}
        </span>
    }
    .into_any()
}
