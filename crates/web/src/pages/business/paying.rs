//! How a shop is paid, and what its bank says.

use leptos::{prelude::*, task::spawn_local};
use tresen_view::{Answer, Command, RailDraft};

use super::file_reader::Reader;
use crate::{
    actions::{call, tell_failure},
    components::{Button, Field},
    i18n::{b, fill},
    state::app,
};

/// How it is paid.
#[component]
pub(super) fn Paying() -> impl IntoView {
    let empty = || RwSignal::new(String::new());
    let (name, iban, address) = (empty(), empty(), empty());
    // What has no field here is kept as it is.
    let others = RwSignal::new(Vec::new());
    spawn_local(async move {
        let Ok(Answer::Rails(rails)) = call(Command::Rails).await else { return };
        for rail in rails {
            match rail {
                RailDraft::Sepa { iban: known, name: payee, .. } => {
                    iban.try_set(known);
                    name.try_set(payee);
                }
                RailDraft::Upi { address: known, name: payee } => {
                    address.try_set(known);
                    name.try_set(payee);
                }
                other @ (RailDraft::Swiss { .. } | RailDraft::Pix { .. }) => {
                    others.try_update(|others| others.push(other));
                }
            }
        }
    });
    let save = move || {
        let payee = name.get_untracked();
        let mut rails = others.get_untracked();
        let (iban, address) = (iban.get_untracked(), address.get_untracked());
        if !iban.trim().is_empty() {
            rails.push(RailDraft::Sepa { iban, bic: String::new(), name: payee.clone() });
        }
        if !address.trim().is_empty() {
            rails.push(RailDraft::Upi { address, name: payee });
        }
        spawn_local(async move {
            match call(Command::SetRails(rails)).await {
                Ok(_) => app().tell(crate::i18n::t().saved),
                Err(failure) => tell_failure(&failure),
            }
        });
    };
    let read = move |csv: Vec<u8>| {
        spawn_local(async move {
            let currency = "EUR".to_owned();
            match call(Command::ImportStatement { csv, currency }).await {
                Ok(Answer::Imported(import)) => {
                    let (matched, known) = (import.matched.to_string(), import.known.to_string());
                    let words = [("matched", matched.as_str()), ("known", known.as_str())];
                    app().tell(fill(b().rail_read, &words));
                }
                Ok(_) => {}
                Err(failure) => tell_failure(&failure),
            }
        });
    };
    let b = b();
    view! {
        <section class="card pad stack">
            <h2>{b.rail_title}</h2>
            <Field id="rail-name" label=b.rail_name.to_owned() value=name />
            <Field id="rail-iban" label=b.rail_iban.to_owned() value=iban />
            <Field id="rail-upi" label=b.rail_upi.to_owned() value=address />
            <Button label=b.rail_save.to_owned() on_press=save />
            <Reader id="statement-file" label=b.rail_statement on_read=read />
        </section>
    }
}
