//! A shop's profile, with the reason why its name is believed.

use leptos::{prelude::*, task::spawn_local};
use tresen_types::{
    AccountId,
    profile::{More, Reach},
};
use tresen_view::{Answer, Command, DomainMark, DomainWay, HoursView, ProfileView};

use crate::{
    actions::{call, tell_failure},
    components::{Awning, Glyph, Icon, Sheet, Sign, SkeletonRows},
    i18n::{fill, t, time},
};

/// The sheet.
#[component]
pub fn ProfileSheet(account: AccountId, on_close: impl Fn() + 'static) -> impl IntoView {
    let profile = RwSignal::new(None::<ProfileView>);
    spawn_local(async move {
        match call(Command::Profile { account }).await {
            Ok(Answer::Profile(found)) => {
                profile.try_set(Some(*found));
            }
            Ok(_) => {}
            Err(failure) => tell_failure(&failure),
        }
        // What is known is shown at once; without a connection it stays.
        if let Ok(Answer::Profile(found)) = call(Command::RefreshProfile { account }).await {
            profile.try_set(Some(*found));
        }
    });
    let title = Signal::derive(move || {
        profile.with(|profile| {
            profile.as_ref().map(|profile| profile.profile.name.clone()).unwrap_or_default()
        })
    });
    view! {
        <Sheet title on_close side=true>
            {move || match profile.get() {
                None => view! { <SkeletonRows /> }.into_any(),
                Some(profile) => content(profile),
            }}
        </Sheet>
    }
}

/// Why a domain stands beside a name.
fn domain_reason(mark: &DomainMark) -> String {
    let words = match mark.method {
        DomainWay::Dns => t().domain_by_dns,
        DomainWay::WellKnown => t().domain_by_file,
    };
    let (since, checked) = (time::date(mark.since), time::date(mark.checked_at));
    fill(words, &[("since", &since), ("checked", &checked)])
}

fn content(view: ProfileView) -> AnyView {
    let profile = view.profile;
    let logo = profile.logo_base64.as_ref().and_then(|bytes| {
        Some(format!("data:{};base64,{bytes}", profile.logo_media_type.as_deref()?))
    });
    let line = [profile.line.as_str(), profile.address.as_str()]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(" · ");
    let seal = match view.verified {
        Some(mark) => view! {
            <p class="why checked">
                <Icon glyph=Glyph::BadgeCheck />
                <span>
                    <b dir="ltr">{mark.domain.clone()}</b>
                    {t().sentence_end}
                    <span class="mut">{domain_reason(&mark)}</span>
                </span>
            </p>
        }
        .into_any(),
        None => view! {
            <p class="why">
                <Icon glyph=Glyph::Info />
                <span>
                    <b>{t().nobody_checked}</b>
                    {t().sentence_end}
                    <span class="mut">{t().why_unchecked}</span>
                </span>
            </p>
        }
        .into_any(),
    };
    view! {
        <Awning colour=profile.sign_colour.clone() />
        <div class="front-head">
            <Sign name=profile.name colour=profile.sign_colour logo size=72 />
            <p class="mut" dir="auto">{line}</p>
        </div>
        {seal}
        {about(profile.about, profile.websites, profile.hours)}
        {more(profile.more)}
    }
    .into_any()
}

/// Address of mail, and who answers for the business before the law.
fn more(more: More) -> AnyView {
    let mail = (!more.email.is_empty()).then(|| {
        view! {
            <h3 class="sect">{t().detail_email}</h3>
            <p>{mail_link(more.email)}</p>
        }
    });
    let imprint = more.imprint.map(|imprint| {
        let form = match imprint.form.as_str() {
            // The words of a law's form are names, in every language.
            form if form.contains('_') => form.replace('_', " ").to_lowercase(),
            form => form.to_owned(),
        };
        view! {
            <h3 class="sect">{t().imprint}</h3>
            <p dir="auto">{imprint.name}</p>
            {(!form.is_empty()).then(|| view! { <p class="mut" dir="auto">{form}</p> })}
            {imprint.is_registered.then(|| view! { <p class="mut">{t().imprint_registered}</p> })}
            {reach(t().imprint_care, String::new(), imprint.care)}
            {reach(t().imprint_complaints, imprint.officer, imprint.officer_reach)}
        }
    });
    view! {
        {mail}
        {imprint}
    }
    .into_any()
}

fn reach(label: &'static str, name: String, reach: Reach) -> Option<AnyView> {
    let Reach { email, mobile, landline } = reach;
    if [&name, &email, &mobile, &landline].into_iter().all(String::is_empty) {
        return None;
    }
    let numbers = [mobile, landline].into_iter().filter(|number| !number.is_empty());
    let numbers = numbers.map(|number| {
        view! {
            <p>
                <a href=format!("tel:{number}")>{number.clone()}</a>
            </p>
        }
    });
    let view = view! {
        <p class="mut">{label}</p>
        {(!name.is_empty()).then(|| view! { <p dir="auto">{name}</p> })}
        {(!email.is_empty()).then(|| view! { <p>{mail_link(email)}</p> })}
        {numbers.collect_view()}
    };
    Some(view.into_any())
}

fn mail_link(address: String) -> impl IntoView {
    view! { <a href=format!("mailto:{address}")>{address.clone()}</a> }
}

/// Text, web sites and hours.
pub(crate) fn about(text: String, websites: Vec<String>, hours: Option<HoursView>) -> AnyView {
    let sites = websites
        .into_iter()
        .map(|site| {
            let shown = site.trim_start_matches("https://").trim_end_matches('/').to_owned();
            view! {
                <li>
                    <a href=site target="_blank" rel="noopener noreferrer nofollow">
                        {shown}
                    </a>
                </li>
            }
        })
        .collect::<Vec<_>>();
    view! {
        {(!text.is_empty())
            .then(|| {
                view! {
                    <h3 class="sect">{t().about}</h3>
                    <p class="pre" dir="auto">{text}</p>
                }
            })}
        {hours.map(hours_table)}
        {(!sites.is_empty())
            .then(|| {
                view! {
                    <h3 class="sect">{t().websites}</h3>
                    <ul class="plain">{sites}</ul>
                }
            })}
    }
    .into_any()
}

fn hours_table(hours: HoursView) -> AnyView {
    let today = time::now_in(&hours.time_zone).and_then(|(year, month, day, ..)| {
        Some(tresen_statement::Date::from_civil(year, month, day)?.weekday())
    });
    let rows = (0_u8..7)
        .zip(hours.weekly)
        .map(|(day, intervals)| {
            let text = intervals
                .iter()
                .map(|(from, to)| {
                    format!("{} – {}", time::minute_of_day(*from), time::minute_of_day(*to))
                })
                .collect::<Vec<_>>()
                .join(", ");
            let text = if text.is_empty() { t().closed_word.to_owned() } else { text };
            view! {
                <tr class:now=today == Some(day)>
                    <th scope="row">{time::weekday(day)}</th>
                    <td>{text}</td>
                </tr>
            }
        })
        .collect_view();
    let zone = (hours.time_zone != time::own_time_zone())
        .then(|| view! { <p class="hint">{hours.time_zone.clone()}</p> });
    view! {
        <h3 class="sect">{t().hours}</h3>
        <table class="hours">
            <tbody>{rows}</tbody>
        </table>
        {zone}
    }
    .into_any()
}
