//! The first page: who is behind this code, what they may send, yes or no.
//!
//! The shell fetches and verifies the entry link by itself ([`description`]), so that the page stands
//! before the worker is up. Nothing is made before the yes: only then the worker makes the account.

mod consent;
mod description;
mod front;

pub(super) use description::Verified;
use description::fetch;
pub(crate) use description::opening;
use leptos::{prelude::*, task::spawn_local};
use tresen_view::FailureKind;

use crate::{
    components::{Button, ButtonKind, ErrorState, Glyph},
    i18n::t,
};

/// The page behind an entry link.
#[component]
pub fn EntryPage(entry: String, fingerprint: String) -> impl IntoView {
    let found = RwSignal::new(None::<Result<Verified, FailureKind>>);
    let address = StoredValue::new((entry, fingerprint));
    let load = move || {
        found.set(None);
        spawn_local(async move {
            let (entry, fingerprint) = address.get_value();
            let result = fetch(&entry, &fingerprint).await;
            found.try_set(Some(result));
        });
    };
    load();
    view! {
        <main class="page">
            {move || match found.get() {
                None => view! { <Waiting /> }.into_any(),
                Some(Ok(verified)) => view! { <front::Front verified /> }.into_any(),
                Some(Err(failure)) => problem(failure, load),
            }}
        </main>
    }
}

#[component]
fn Waiting() -> impl IntoView {
    view! {
        <div class="front sks" aria-busy="true">
            <div class="front-head">
                <span class="sk sk-sign" aria-hidden="true"></span>
                <p class="mut">{t().entry_loading}</p>
            </div>
        </div>
    }
}

fn problem(failure: FailureKind, load: impl Fn() + Copy + Send + Sync + 'static) -> AnyView {
    let t = t();
    let (glyph, title, text) = match failure {
        FailureKind::FingerprintMismatch | FailureKind::Untrusted => {
            (Glyph::CircleAlert, t.link_tampered, t.link_tampered_hint)
        }
        FailureKind::LinkUsedUp => (Glyph::Hourglass, t.link_used_up, t.link_used_up_hint),
        FailureKind::LinkExpired => (Glyph::Hourglass, t.link_expired, t.link_expired_hint),
        FailureKind::LinkRevoked | FailureKind::NotFound | FailureKind::Invalid => {
            (Glyph::Link, t.link_revoked, t.link_revoked_hint)
        }
        _ => {
            return view! {
                <ErrorState
                    glyph=Glyph::WifiOff
                    title=t.entry_offline
                    text=t.entry_offline_hint
                >
                    <Button kind=ButtonKind::Primary label=t.try_again on_press=load />
                </ErrorState>
            }
            .into_any();
        }
    };
    view! { <ErrorState glyph title text /> }.into_any()
}
