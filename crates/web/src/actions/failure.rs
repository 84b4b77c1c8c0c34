//! Failures in the interface's own words.

use tresen_view::{Failure, FailureKind};

use crate::{i18n::t, state::app};

/// The sentence for a failure.
#[must_use]
pub fn failure_text(kind: FailureKind) -> &'static str {
    let t = t();
    match kind {
        FailureKind::Offline => t.fail_offline,
        FailureKind::Busy => t.fail_busy,
        FailureKind::FingerprintMismatch => t.link_tampered_hint,
        FailureKind::LinkUsedUp => t.link_used_up_hint,
        FailureKind::LinkExpired => t.link_expired_hint,
        FailureKind::LinkRevoked => t.link_revoked_hint,
        FailureKind::NameTaken => t.fail_name_taken,
        FailureKind::WrongCode => t.fail_wrong_code,
        FailureKind::ConsentMissing => t.fail_consent,
        FailureKind::Blocked => t.fail_blocked,
        FailureKind::DeviceRevoked => t.device_gone,
        FailureKind::TooLarge => t.fail_too_large,
        FailureKind::NotFound => t.fail_not_found,
        FailureKind::Invalid => t.fail_invalid,
        FailureKind::Untrusted => t.fail_untrusted,
        FailureKind::StorageFull => t.fail_storage,
        FailureKind::OtherWindow => t.other_window,
        FailureKind::OtherServer => t.fail_other_server,
        FailureKind::PasskeyNeeded => t.fail_passkey_needed,
        FailureKind::PriceChanged => t.fail_price_changed,
        FailureKind::SoldOut => t.fail_sold_out,
        FailureKind::WindowClosed => t.fail_window_closed,
        FailureKind::TooLate => t.fail_too_late,
        FailureKind::AlreadyThere => t.fail_already,
        FailureKind::Internal => t.fail_internal,
    }
}

/// Says at the bottom of the page what went wrong.
pub fn tell_failure(failure: &Failure) {
    leptos::logging::warn!("{:?}: {}", failure.kind, failure.detail);
    app().tell(failure_text(failure.kind));
}
