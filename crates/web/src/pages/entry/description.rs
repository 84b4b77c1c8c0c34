//! Fetches what is behind an entry link and verifies it against the fragment's fingerprint.
//!
//! The chain: the fragment names the account key; the account key signs the device list (and the
//! certificates in it), the profile and the entry link; all of them name the same account.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use js_sys::{ArrayBuffer, Uint8Array};
use prost::Message as _;
use tresen_proto::EntryDescription;
use tresen_statement::{
    Date, DeviceCertificate, DeviceList, EntryLink, LocalTime, Mark, OpenState, OpeningHours,
    Profile, Unverified, fingerprint, fingerprint_of_text,
};
use tresen_types::{Categories, EntryId, limits::STATEMENT_BYTES_MAX};
use tresen_view::{ClosedDay, FailureKind, HoursView, OpeningView};
use wasm_bindgen::JsCast as _;
use wasm_bindgen_futures::JsFuture;
use web_sys::Response;

use crate::{actions::bridge, i18n::time};

/// What is behind an entry link, after all checks.
#[derive(Clone, Debug)]
pub(crate) struct Verified {
    pub entry: EntryId,
    pub fingerprint: String,
    pub account: tresen_types::AccountId,
    pub name: String,
    pub line: String,
    pub about: String,
    pub sign_colour: String,
    pub logo: Option<String>,
    pub websites: Vec<String>,
    pub hours: Option<HoursView>,
    pub opening: OpeningView,
    pub greeting: String,
    pub prefilled: String,
    pub categories: Categories,
    pub purpose: String,
}

/// More than the largest description with all its certificates.
const DESCRIPTION_BYTES_MAX: u32 = 1 << 20;

/// Fetches and verifies.
pub(super) async fn fetch(entry: &str, fragment: &str) -> Result<Verified, FailureKind> {
    let entry = entry.parse::<EntryId>().map_err(|_not_an_id| FailureKind::LinkRevoked)?;
    let expected = fingerprint_of_text(fragment).ok_or(FailureKind::FingerprintMismatch)?;
    if let Some(sample) = sample(entry, fragment) {
        return sample;
    }
    let bytes = download(entry).await?;
    let description =
        EntryDescription::decode(bytes.as_slice()).map_err(|_malformed| FailureKind::Untrusted)?;
    verify(entry, fragment, expected, &description)
}

/// Sample data, with the feature `gallery`.
#[cfg(feature = "gallery")]
fn sample(entry: EntryId, fragment: &str) -> Option<Result<Verified, FailureKind>> {
    Some(crate::pages::gallery::sample_entry(entry, fragment))
}

/// Nothing, without the feature `gallery`.
#[cfg(not(feature = "gallery"))]
const fn sample(_entry: EntryId, _fragment: &str) -> Option<Result<Verified, FailureKind>> {
    None
}

async fn download(entry: EntryId) -> Result<Vec<u8>, FailureKind> {
    let window = web_sys::window().ok_or(FailureKind::Internal)?;
    let asked = match bridge::started("entry") {
        Some(asked) => asked.unchecked_into(),
        None => window.fetch_with_str(&format!("/v1/entry/{entry}")),
    };
    let response = JsFuture::from(asked)
        .await
        .map_err(|_no_network| FailureKind::Offline)?
        .unchecked_into::<Response>();
    match response.status() {
        200 => {}
        404 => return Err(FailureKind::LinkRevoked),
        410 => return Err(gone(&response).await),
        429 | 503 => return Err(FailureKind::Busy),
        _ => return Err(FailureKind::Offline),
    }
    read(&response).await
}

async fn read(response: &Response) -> Result<Vec<u8>, FailureKind> {
    let body = response.array_buffer().map_err(|_no_body| FailureKind::Offline)?;
    let body = JsFuture::from(body).await.map_err(|_broken_off| FailureKind::Offline)?;
    let bytes = Uint8Array::new(&body.unchecked_into::<ArrayBuffer>());
    if bytes.length() > DESCRIPTION_BYTES_MAX {
        return Err(FailureKind::Untrusted);
    }
    Ok(bytes.to_vec())
}

/// Which kind of gone: the body is the reply that says so.
async fn gone(response: &Response) -> FailureKind {
    let Ok(bytes) = read(response).await else { return FailureKind::LinkRevoked };
    match tresen_proto::ErrorReply::decode(bytes.as_slice()).map(|reply| reply.code()) {
        Ok(tresen_proto::ErrorCode::EntryUsedUp) => FailureKind::LinkUsedUp,
        Ok(tresen_proto::ErrorCode::EntryExpired) => FailureKind::LinkExpired,
        _ => FailureKind::LinkRevoked,
    }
}

fn verify(
    entry: EntryId,
    fragment: &str,
    expected: [u8; 16],
    description: &EntryDescription,
) -> Result<Verified, FailureKind> {
    let untrusted = || FailureKind::Untrusted;
    let directory = description.directory.as_ref().ok_or_else(untrusted)?;
    let key = <[u8; 32]>::try_from(directory.account_key.as_slice())
        .map_err(|_wrong_length| untrusted())?;
    if fingerprint(&key) != expected {
        return Err(FailureKind::FingerprintMismatch);
    }
    let list = signed::<DeviceList>(&directory.device_list, &key)?;
    let account = list.account;
    for certificate in &directory.certificates {
        let certificate = Unverified::<DeviceCertificate>::decode(certificate)
            .and_then(|certificate| certificate.verify(&key))
            .map_err(|_refused| untrusted())?;
        if !list.lists(&certificate) {
            return Err(untrusted());
        }
    }
    let link = signed::<EntryLink>(&description.entry_link, &key)?;
    let profile = signed::<Profile>(&description.profile, &key)?;
    if link.entry != entry || link.account != account || profile.account != account {
        return Err(untrusted());
    }
    if link.is_revoked {
        return Err(FailureKind::LinkRevoked);
    }
    if link.expires_at.is_some_and(|end| end <= time::now()) {
        return Err(FailureKind::LinkExpired);
    }
    Ok(verified(fragment, link, profile))
}

fn signed<T: tresen_statement::Statement>(bytes: &[u8], key: &[u8; 32]) -> Result<T, FailureKind> {
    if bytes.len() > STATEMENT_BYTES_MAX {
        return Err(FailureKind::Untrusted);
    }
    Unverified::<T>::decode(bytes)
        .and_then(|statement| statement.verify(key))
        .map(tresen_statement::Signed::into_value)
        .map_err(|_refused| FailureKind::Untrusted)
}

fn verified(fragment: &str, link: EntryLink, profile: Profile) -> Verified {
    let logo = match &profile.mark {
        Mark::Logo { mime, bytes } => {
            Some(format!("data:{};base64,{}", mime.as_str(), STANDARD.encode(bytes)))
        }
        Mark::Initials(_) | Mark::Pictogram(_) => None,
    };
    let line = [profile.branch, profile.address]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(" · ");
    Verified {
        entry: link.entry,
        fingerprint: fragment.to_owned(),
        account: link.account,
        name: profile.name,
        line,
        about: profile.about,
        sign_colour: format!("{:?}", profile.sign_colour).to_lowercase(),
        logo,
        websites: profile.websites,
        opening: profile.hours.as_ref().map_or(OpeningView::Unknown, opening),
        hours: profile.hours.map(hours_view),
        greeting: link.greeting,
        prefilled: link.prefilled,
        categories: link.categories,
        purpose: link.purpose,
    }
}

/// Whether the shop is open now, in its own time zone, which the browser knows.
pub(crate) fn opening(hours: &OpeningHours) -> OpeningView {
    let now = time::now_in(&hours.time_zone).and_then(|(year, month, day, hour, minute)| {
        let date = Date::from_civil(year, month, day)?;
        Some(LocalTime { date, minute: u16::from(hour) * 60 + u16::from(minute) })
    });
    let Some(now) = now else { return OpeningView::Unknown };
    match hours.state_at(now) {
        OpenState::Open { until: None } => OpeningView::AlwaysOpen,
        OpenState::Open { until: Some(end) } => OpeningView::OpenUntil(end.minute),
        OpenState::Closed { opens: None } => OpeningView::Closed,
        OpenState::Closed { opens: Some(opens) } => {
            let is_soon = opens.date.days().saturating_sub(now.date.days()) < 7;
            if is_soon {
                OpeningView::OpensOn(opens.date.weekday(), opens.minute)
            } else {
                OpeningView::Closed
            }
        }
    }
}

fn hours_view(hours: OpeningHours) -> HoursView {
    let pairs = |intervals: Vec<tresen_statement::Interval>| {
        intervals.into_iter().map(|hours| (hours.start, hours.end)).collect::<Vec<_>>()
    };
    HoursView {
        time_zone: hours.time_zone,
        weekly: hours.weekly.map(pairs),
        exceptions: Vec::<ClosedDay>::new(),
    }
}
