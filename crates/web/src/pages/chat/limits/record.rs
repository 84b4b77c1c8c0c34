//! What was allowed when, and the newest yes as a file for others.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use js_sys::{Array, Uint8Array};
use leptos::{prelude::*, task::spawn_local};
use tresen_types::{Category, ConversationId};
use tresen_view::{Answer, Command, ConsentView};
use web_sys::Blob;

use super::Limits;
use crate::{
    actions::{call, tell_failure},
    components::{Button, ButtonSize, ConsentSlip, Glyph, category_label},
    i18n::{t, time},
    pages::chat::files::save,
};

/// History and file, in the sheet.
#[component]
pub(super) fn RecordActions(limits: Limits) -> impl IntoView {
    let conversation = limits.conversation;
    view! {
        {move || {
            limits.view.track();
            view! { <ConsentHistory conversation /> }
        }}
        <Button
            size=ButtonSize::Small
            glyph=Glyph::Download
            label=t().consent_save
            on_press=move || spawn_local(export(conversation))
        />
        <p class="hint">{t().consent_save_hint}</p>
    }
}

/// Every change that this device has seen, newest first; shut at first.
#[component]
pub(crate) fn ConsentHistory(conversation: ConversationId) -> impl IntoView {
    let all = RwSignal::new(Vec::<ConsentView>::new());
    spawn_local(async move {
        // Without an answer there is nothing to open.
        if let Ok(Answer::Consents(found)) = call(Command::Consents { conversation }).await {
            all.try_set(found);
        }
    });
    move || {
        let all = all.get();
        let newest = all.first().filter(|newest| newest.is_own && !newest.categories.is_empty());
        let slip = newest.cloned().map(|consent| view! { <ConsentSlip consent /> });
        (!all.is_empty()).then(|| {
            view! {
                {slip}
                <details class="consents">
                    <summary>{t().consent_history.of(u64::try_from(all.len()).unwrap_or(0))}</summary>
                    <ol class="plain">{all.iter().map(line).collect_view()}</ol>
                </details>
            }
        })
    }
}

fn line(consent: &ConsentView) -> AnyView {
    let named = Category::ALL.into_iter().filter(|one| consent.categories.contains(*one));
    let named: Vec<_> = named.map(category_label).collect();
    let what = if named.is_empty() { t().allowed_nothing.to_owned() } else { named.join(", ") };
    let way = match consent.way_in.as_str() {
        "entry" => t().way_entry,
        "stop_word" => t().way_stop,
        "undo" => t().way_undo,
        _ => t().way_chat,
    };
    view! {
        <li>
            <span class="blk">{what}</span>
            <span class="hint">{time::date_time(consent.at)} " · " {way}</span>
        </li>
    }
    .into_any()
}

async fn export(conversation: ConversationId) {
    match call(Command::ExportConsent { conversation }).await {
        Ok(Answer::ConsentFile { name, base64 }) => {
            let Ok(bytes) = STANDARD.decode(base64) else { return };
            let parts = Array::of1(&Uint8Array::from(bytes.as_slice()));
            if let Ok(blob) = Blob::new_with_u8_array_sequence(&parts) {
                save(&blob, &name);
            }
        }
        Ok(_) => {}
        Err(failure) => tell_failure(&failure),
    }
}
