//! What a customer sees first, small: for the owner who edits it.

use leptos::prelude::*;
use tresen_statement::{Date, HoursException, Interval, OpeningHours};
use tresen_view::{HoursView, OpeningView, ProfileDraft};

use crate::{
    components::{Awning, Sign},
    i18n::b,
    pages::{OpeningLine, opening},
};

/// Awning, sign, name, line and whether it is open, live.
#[component]
pub fn ShopFront(#[prop(into)] draft: Signal<ProfileDraft>) -> impl IntoView {
    let name = move || draft.with(|draft| draft.name.clone());
    let line = move || {
        draft.with(|draft| {
            let parts = [draft.line.trim(), draft.address.trim()];
            parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ")
        })
    };
    let colour = Memo::new(move |_| draft.with(|draft| draft.sign_colour.clone()));
    let sign = Memo::new(move |_| {
        draft.with(|draft| {
            let logo = draft.logo_media_type.as_ref().zip(draft.logo_base64.as_ref());
            let logo = logo.map(|(kind, base64)| format!("data:{kind};base64,{base64}"));
            (draft.name.clone(), logo)
        })
    });
    let opening = Memo::new(move |_| draft.with(opening_now));
    view! {
        <figure class="shopfront">
            {move || view! { <Awning colour=colour.get() /> }}
            <div class="shopfront-in">
                {move || {
                    let (name, logo) = sign.get();
                    view! { <Sign name colour=colour.get() logo size=72 /> }
                }}
                <b class="shopfront-n" dir="auto">
                    {name}
                </b>
                <span class="mut" dir="auto">
                    {line}
                </span>
                {move || view! { <OpeningLine opening=opening.get() /> }}
            </div>
            <figcaption class="hint">{b().preview}</figcaption>
        </figure>
    }
}

/// Whether a business with this profile is open now.
#[must_use]
pub fn opening_now(draft: &ProfileDraft) -> OpeningView {
    let hours = draft.hours.as_ref().and_then(statement);
    hours.map_or(OpeningView::Unknown, |hours| opening(&hours))
}

/// The hours as the profile will carry them; `None` when a date is none.
fn statement(hours: &HoursView) -> Option<OpeningHours> {
    let intervals = |pairs: &[(u16, u16)]| {
        pairs.iter().map(|(start, end)| Interval { start: *start, end: *end }).collect::<Vec<_>>()
    };
    let mut exceptions = Vec::with_capacity(hours.exceptions.len());
    for day in &hours.exceptions {
        let (year, month, day_of_month) = day.date;
        let date = Date::from_civil(u16::try_from(year).ok()?, month, day_of_month)?;
        exceptions.push(HoursException { date, intervals: intervals(&day.intervals) });
    }
    exceptions.sort_by_key(|exception| exception.date);
    Some(OpeningHours {
        time_zone: hours.time_zone.clone(),
        weekly: std::array::from_fn(|day| {
            hours.weekly.get(day).map(|pairs| intervals(pairs)).unwrap_or_default()
        }),
        exceptions,
    })
}
