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
    let swiss = Swiss::new();
    let (pix_key, pix_city) = (empty(), empty());
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
                RailDraft::Swiss {
                    iban,
                    name: payee,
                    street,
                    house_number,
                    postal_code,
                    town,
                    country,
                } => {
                    swiss.show([iban, street, house_number, postal_code, town, country]);
                    name.try_set(payee);
                }
                RailDraft::Pix { key, name: payee, city } => {
                    pix_key.try_set(key);
                    pix_city.try_set(city);
                    name.try_set(payee);
                }
                other @ RailDraft::Hosted { .. } => {
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
            rails.push(RailDraft::Upi { address, name: payee.clone() });
        }
        rails.extend(swiss.rail(&payee));
        let (key, city) = (pix_key.get_untracked(), pix_city.get_untracked());
        if !key.trim().is_empty() {
            rails.push(RailDraft::Pix { key, name: payee, city });
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
            <details class="stack">
                <summary>{b.rail_swiss}</summary>
                <SwissFields swiss />
            </details>
            <details class="stack">
                <summary>{b.rail_pix}</summary>
                <Field id="rail-pix-key" label=b.rail_pix_key.to_owned() value=pix_key />
                <Field id="rail-pix-city" label=b.rail_town.to_owned() value=pix_city />
            </details>
            {move || {
                let providers = others.get().into_iter().filter_map(|rail| match rail {
                    RailDraft::Hosted { provider } => Some(provider),
                    _other => None,
                });
                providers
                    .map(|name| view! { <p class="mut">{fill(b.rail_hosted, &[("name", &name)])}</p> })
                    .collect_view()
            }}
            <Button label=b.rail_save.to_owned() on_press=save />
            <Reader id="statement-file" label=b.rail_statement on_read=read />
        </section>
    }
}

/// A Swiss account and where its holder lives, as the QR-bill wants it.
#[derive(Clone, Copy)]
struct Swiss([RwSignal<String>; 6]);

impl Swiss {
    fn new() -> Self {
        Self(std::array::from_fn(|_field| RwSignal::new(String::new())))
    }

    fn show(self, values: [String; 6]) {
        for (field, value) in self.0.into_iter().zip(values) {
            field.try_set(value);
        }
    }

    fn rail(self, payee: &str) -> Option<RailDraft> {
        let [iban, street, house_number, postal_code, town, country] =
            self.0.map(|field| field.get_untracked().trim().to_owned());
        let country = if country.is_empty() { "CH".to_owned() } else { country.to_uppercase() };
        (!iban.is_empty()).then(|| RailDraft::Swiss {
            iban,
            name: payee.to_owned(),
            street,
            house_number,
            postal_code,
            town,
            country,
        })
    }
}

#[component]
fn SwissFields(swiss: Swiss) -> impl IntoView {
    let b = b();
    let [iban, street, house, postal_code, town, country] = swiss.0;
    view! {
        <Field id="rail-swiss-iban" label=b.rail_swiss_iban.to_owned() value=iban />
        <Field id="rail-street" label=b.rail_street.to_owned() value=street />
        <Field id="rail-house" label=b.rail_house.to_owned() value=house />
        <Field id="rail-postal" label=b.rail_postal.to_owned() value=postal_code />
        <Field id="rail-town" label=b.rail_town.to_owned() value=town />
        <Field id="rail-country" label=b.rail_country.to_owned() value=country />
    }
}
