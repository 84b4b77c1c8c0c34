//! A business's profile: signed, published, verified, and as an interface edits it.

use std::rc::Rc;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use tresen_proto::{PublishProfile, ReplyBody, RequestBody};
use tresen_statement::{
    Date, HoursException, Interval, LogoMime, Mark, OpeningHours, Profile, SignColour, Signed,
    Unverified, fingerprint_text,
};
use tresen_types::{AccountId, limits::LOGO_BYTES_MAX};
use tresen_view::{Answer, ClosedDay, DomainMark, Event, HoursView, ProfileDraft, ProfileView};

use super::{domain, fetch_directory};
use crate::{
    client::Inner,
    connection::Phase,
    error::{Error, Result},
    store::ContactRecord,
};

/// The sign colours, by the names that interfaces use.
const SIGN_COLOURS: [(SignColour, &str); 10] = [
    (SignColour::Crust, "crust"),
    (SignColour::Brick, "brick"),
    (SignColour::Honey, "honey"),
    (SignColour::Moss, "moss"),
    (SignColour::Spruce, "spruce"),
    (SignColour::Lagoon, "lagoon"),
    (SignColour::Indigo, "indigo"),
    (SignColour::Violet, "violet"),
    (SignColour::Rose, "rose"),
    (SignColour::Slate, "slate"),
];

/// The name of a sign colour.
pub(crate) fn sign_colour_name(colour: SignColour) -> &'static str {
    SIGN_COLOURS.iter().find(|(of, _)| *of == colour).map_or("slate", |(_, name)| name)
}

/// The own business's profile, with what another owner has changed.
pub(crate) async fn own_profile(inner: &Rc<Inner>) -> Result<Answer> {
    let own = inner.own()?;
    refresh(inner, own.account).await;
    profile(inner, own.account)
}

/// Asks for what another owner has published; without a connection the known one counts.
async fn refresh(inner: &Rc<Inner>, account: AccountId) {
    if inner.link.phase() == Phase::Live
        && let Err(error) = fetch_directory(inner, account).await
    {
        tracing::debug!(%error, "the own profile can't be looked at");
    }
}

/// A pinned business's profile.
pub(crate) fn profile(inner: &Inner, account: AccountId) -> Result<Answer> {
    let (contact, verified) = inner.store.read(|tx| {
        let contact = tx.contact(account)?.ok_or(Error::NotFound("account"))?;
        let verified = domain::mark_of(tx, &contact, inner.now())?;
        Ok((contact, verified))
    })?;
    Ok(Answer::Profile(Box::new(profile_view(&contact, verified)?)))
}

/// Signs and publishes the profile.
pub(crate) async fn publish_profile(inner: &Rc<Inner>, draft: ProfileDraft) -> Result<Answer> {
    inner.link.reach(Phase::Authenticated).await?;
    let own = inner.own()?;
    refresh(inner, own.account).await;
    let contact = inner.store.read(|tx| tx.contact(own.account))?;
    let contact = contact.ok_or(Error::Damaged("own account"))?;
    let sequence = if contact.profile.is_empty() {
        1
    } else {
        let known = Unverified::<Profile>::decode(&contact.profile)?;
        known.claimed().sequence.saturating_add(1)
    };
    let profile = Profile {
        account: own.account,
        sequence,
        mark: mark_of_draft(&draft)?,
        name: draft.name.trim().to_owned(),
        about: draft.about,
        branch: draft.line,
        sign_colour: SIGN_COLOURS
            .iter()
            .find(|(_, name)| *name == draft.sign_colour)
            .map_or(SignColour::Slate, |(colour, _)| *colour),
        address: draft.address,
        websites: draft.websites,
        hours: draft.hours.as_ref().map(hours_of_view).transpose()?,
        languages: vec![own.record.language.clone()],
        issued_at: inner.now(),
        more: draft.more,
    };
    let signed = Signed::sign(profile, own.account_key()?)
        .map_err(|_rule| Error::Invalid("a field of the profile"))?;
    let request = PublishProfile { profile: signed.encode() };
    let ReplyBody::Done(_) = inner.link.request(RequestBody::PublishProfile(request)).await? else {
        return Err(Error::Answer("profile"));
    };
    inner.store.write(|tx| {
        let mut contact = tx.contact(own.account)?.ok_or(Error::Damaged("own account"))?;
        contact.profile = signed.encode();
        contact.name.clone_from(&signed.value().name);
        tx.put_contact(&contact)?;
        let mut record = tx.account()?.ok_or(Error::NoAccount)?;
        record.business_name.clone_from(&signed.value().name);
        tx.put_account(&record)
    })?;
    inner.reload_own()?;
    inner.emit(Event::AccountChanged);
    self::profile(inner, own.account)
}

fn profile_view(contact: &ContactRecord, verified: Option<DomainMark>) -> Result<ProfileView> {
    Ok(ProfileView {
        account: contact.account,
        fingerprint: fingerprint_text(&contact.account_key),
        profile: profile_draft(contact)?,
        verified,
    })
}

/// The profile as an interface edits and shows it; empty when there is none.
pub(crate) fn profile_draft(contact: &ContactRecord) -> Result<ProfileDraft> {
    if contact.profile.is_empty() {
        return Ok(ProfileDraft { name: contact.name.clone(), ..ProfileDraft::default() });
    }
    // It was verified before it was kept.
    let profile = Unverified::<Profile>::decode(&contact.profile)?;
    let profile = profile.claimed();
    let (logo_base64, logo_media_type) = match &profile.mark {
        Mark::Logo { mime, bytes } => {
            (Some(STANDARD.encode(bytes)), Some(mime.as_str().to_owned()))
        }
        Mark::Initials(_) | Mark::Pictogram(_) => (None, None),
    };
    Ok(ProfileDraft {
        name: profile.name.clone(),
        line: profile.branch.clone(),
        about: profile.about.clone(),
        address: profile.address.clone(),
        websites: profile.websites.clone(),
        sign_colour: sign_colour_name(profile.sign_colour).to_owned(),
        logo_base64,
        logo_media_type,
        hours: profile.hours.as_ref().map(view_of_hours),
        more: profile.more.clone(),
    })
}

/// Colour name and logo (as a data URL) of a business, for lists.
pub(crate) fn mark_of(contact: &ContactRecord) -> Result<(String, Option<String>)> {
    if contact.profile.is_empty() {
        return Ok((String::new(), None));
    }
    let profile = Unverified::<Profile>::decode(&contact.profile)?;
    let logo = match &profile.claimed().mark {
        Mark::Logo { mime, bytes } => {
            Some(format!("data:{};base64,{}", mime.as_str(), STANDARD.encode(bytes)))
        }
        Mark::Initials(_) | Mark::Pictogram(_) => None,
    };
    Ok((sign_colour_name(profile.claimed().sign_colour).to_owned(), logo))
}

fn mark_of_draft(draft: &ProfileDraft) -> Result<Mark> {
    let (Some(logo), Some(media_type)) = (&draft.logo_base64, &draft.logo_media_type) else {
        return Ok(Mark::Initials(initials(&draft.name)));
    };
    let bytes = STANDARD.decode(logo).map_err(|_no_base64| Error::Invalid("logo"))?;
    if bytes.len() > LOGO_BYTES_MAX {
        return Err(Error::TooLarge("logo"));
    }
    let mime = LogoMime::from_media_type(media_type).ok_or(Error::Invalid("type of the logo"))?;
    Ok(Mark::Logo { mime, bytes })
}

/// The first letters of the first two words.
fn initials(name: &str) -> String {
    let letters: String = name
        .split_whitespace()
        .filter_map(|word| word.chars().find(|character| character.is_alphanumeric()))
        .take(2)
        .flat_map(char::to_uppercase)
        .collect();
    if letters.is_empty() { "?".to_owned() } else { letters }
}

fn hours_of_view(view: &HoursView) -> Result<OpeningHours> {
    let intervals = |pairs: &[(u16, u16)]| -> Vec<Interval> {
        pairs.iter().map(|(start, end)| Interval { start: *start, end: *end }).collect()
    };
    let mut exceptions = Vec::with_capacity(view.exceptions.len());
    for day in &view.exceptions {
        let (year, month, date) = day.date;
        let date = u16::try_from(year)
            .ok()
            .and_then(|year| Date::from_civil(year, month, date))
            .ok_or(Error::Invalid("a date"))?;
        exceptions.push(HoursException { date, intervals: intervals(&day.intervals) });
    }
    exceptions.sort_by_key(|exception| exception.date);
    Ok(OpeningHours {
        time_zone: view.time_zone.clone(),
        weekly: view.weekly.each_ref().map(|pairs| intervals(pairs)),
        exceptions,
    })
}

fn view_of_hours(hours: &OpeningHours) -> HoursView {
    let pairs = |intervals: &[Interval]| -> Vec<(u16, u16)> {
        intervals.iter().map(|interval| (interval.start, interval.end)).collect()
    };
    HoursView {
        time_zone: hours.time_zone.clone(),
        weekly: hours.weekly.each_ref().map(|intervals| pairs(intervals)),
        exceptions: hours
            .exceptions
            .iter()
            .map(|exception| ClosedDay {
                date: civil_of(exception.date),
                intervals: pairs(&exception.intervals),
            })
            .collect(),
    }
}

/// Year, month and day of a date (Howard Hinnant's algorithm).
fn civil_of(date: Date) -> (i32, u8, u8) {
    let days = i64::from(date.days()) + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (
        i32::try_from(year).unwrap_or(0),
        u8::try_from(month).unwrap_or(1),
        u8::try_from(day).unwrap_or(1),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_come_back() {
        for (year, month, day) in [(1970, 1, 1), (2024, 2, 29), (2026, 12, 31), (2100, 3, 1)] {
            let date = Date::from_civil(year, month, day).unwrap();
            assert_eq!(civil_of(date), (i32::from(year), month, day));
        }
    }

    #[test]
    fn initials_are_letters() {
        assert_eq!(initials("Bäckerei Korn & Söhne"), "BK");
        assert_eq!(initials("(élan)"), "É");
        assert_eq!(initials(" & "), "?");
    }
}
