//! Whether a business is open, in its own time zone.

use tresen_statement::{LocalTime, OpenState, OpeningHours, Profile, Unverified};
use tresen_types::Timestamp;
use tresen_view::OpeningView;

use crate::{error::Result, runtime, store::ContactRecord};

/// Whether the business is open now.
pub(super) fn opening_of(contact: Option<&ContactRecord>, now: Timestamp) -> Result<OpeningView> {
    let Some(contact) = contact.filter(|contact| !contact.profile.is_empty()) else {
        return Ok(OpeningView::Unknown);
    };
    // It was verified before it was kept.
    let profile = Unverified::<Profile>::decode(&contact.profile)?;
    let Some(hours) = &profile.claimed().hours else { return Ok(OpeningView::Unknown) };
    Ok(state_of(hours, now))
}

fn state_of(hours: &OpeningHours, now: Timestamp) -> OpeningView {
    let Some(local) = runtime::local_time(&hours.time_zone, now) else {
        return OpeningView::Unknown;
    };
    match hours.state_at(local) {
        OpenState::Open { until: Some(until) } => OpeningView::OpenUntil(until.minute),
        OpenState::Open { until: None } => OpeningView::AlwaysOpen,
        OpenState::Closed { opens: Some(opens) } if is_soon(local, opens) => {
            OpeningView::OpensOn(opens.date.weekday(), opens.minute)
        }
        OpenState::Closed { .. } => OpeningView::Closed,
    }
}

/// The closed time that a moment lies in, as a word that all devices of the business agree on; `None`
/// while it is open or has told no hours.
pub(crate) fn closed_time(contact: &ContactRecord, at: Timestamp) -> Result<Option<String>> {
    if contact.profile.is_empty() {
        return Ok(None);
    }
    let profile = Unverified::<Profile>::decode(&contact.profile)?;
    let Some(hours) = &profile.claimed().hours else { return Ok(None) };
    let Some(local) = runtime::local_time(&hours.time_zone, at) else { return Ok(None) };
    Ok(match hours.state_at(local) {
        OpenState::Open { .. } => None,
        OpenState::Closed { opens: Some(opens) } => {
            Some(format!("{}-{}", opens.date.days(), opens.minute))
        }
        OpenState::Closed { opens: None } => Some("closed".to_owned()),
    })
}

/// Within a week, so that the weekday says enough.
fn is_soon(now: LocalTime, opens: LocalTime) -> bool {
    opens.date.days().saturating_sub(now.date.days()) < 7
}
