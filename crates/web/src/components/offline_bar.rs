//! The yellow strip under the header while there is no network. Read out once.

use leptos::prelude::*;
use tresen_view::Connection;

use super::{Glyph, Icon};
use crate::{i18n::t, state::app};

/// The strip; nothing while all is well.
#[component]
pub fn OfflineBar() -> impl IntoView {
    let is_offline = Memo::new(|_| {
        // Without an account there is nothing to be connected for.
        let is_cut = app().connection.get() == Connection::Offline;
        !app().is_online.get() || (is_cut && app().account_view().is_some())
    });
    view! {
        <div role="status">
            {move || {
                is_offline
                    .get()
                    .then(|| {
                        view! {
                            <div class="strip">
                                <Icon glyph=Glyph::WifiOff small=true />
                                <span>{t().offline}</span>
                            </div>
                        }
                    })
            }}
        </div>
    }
}
