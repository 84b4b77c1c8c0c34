//! The answer to a business that asks for an address, or how to reach somebody.

use leptos::prelude::*;
use tresen_types::{
    MessageId,
    card::{Card, Contact, Labelled, PostalAddress},
};
use tresen_view::Command;

use super::talk::Talk;
use crate::{
    components::{Button, ButtonKind, Field, FieldKind, Sheet},
    i18n::t,
};

/// What fits into one field.
const LENGTH_MAX: u32 = 120;

#[derive(Clone, Copy)]
struct Form {
    name: RwSignal<String>,
    phone: RwSignal<String>,
    email: RwSignal<String>,
    street: RwSignal<String>,
    zip: RwSignal<String>,
    city: RwSignal<String>,
    state: RwSignal<String>,
    error: RwSignal<Option<String>>,
}

impl Form {
    fn new(known: &Contact) -> Self {
        let of = |list: &[Labelled]| list.first().map(|one| one.value.clone()).unwrap_or_default();
        let address = known.addresses.first().cloned().unwrap_or_default();
        Self {
            name: RwSignal::new(known.name.clone()),
            phone: RwSignal::new(of(&known.phones)),
            email: RwSignal::new(of(&known.emails)),
            street: RwSignal::new(address.street),
            zip: RwSignal::new(address.zip),
            city: RwSignal::new(address.city),
            state: RwSignal::new(address.state),
            error: RwSignal::new(None),
        }
    }

    /// What was typed; none, with an error at the field, when the name is missing.
    fn contact(self, country: Option<String>) -> Option<Contact> {
        let text = |field: RwSignal<String>| field.with_untracked(|text| text.trim().to_owned());
        let list = |field| {
            let value = text(field);
            let one = Labelled { value, label: String::new() };
            (!one.value.is_empty()).then_some(one).into_iter().collect()
        };
        let name = text(self.name);
        self.error.set(name.is_empty().then(|| t().detail_missing.to_owned()));
        let address = country.map(|country_code| PostalAddress {
            street: text(self.street),
            zip: text(self.zip),
            city: text(self.city),
            state: text(self.state),
            country_code,
            ..PostalAddress::default()
        });
        (!name.is_empty()).then(|| Contact {
            name,
            phones: list(self.phone),
            emails: list(self.email),
            addresses: address.into_iter().collect(),
            ..Contact::default()
        })
    }
}

/// The sheet; without a country it asks how to reach somebody.
#[component]
pub(super) fn DetailsSheet(
    talk: Talk,
    /// The message that asks.
    message: MessageId,
    country: Option<String>,
    /// What the business knows already.
    known: Contact,
    on_close: impl Fn() + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let form = Form::new(&known);
    let title = if country.is_some() { t().offer_address } else { t().offer_contact };
    let asks_address = country.is_some();
    let send = move || {
        let Some(contact) = form.contact(country.clone()) else { return };
        talk.act(Command::SendCard {
            conversation: talk.conversation,
            card: Box::new(Card::Contacts(vec![contact])),
            reply_to: Some(message),
        });
        on_close();
    };
    let field = |id, label: &'static str, value| {
        view! { <Field id label value max_length=LENGTH_MAX /> }
    };
    view! {
        <Sheet title on_close>
            <div class="stack">
                <Field
                    id="detail-name"
                    kind=FieldKind::Name
                    label=t().detail_name
                    value=form.name
                    error=form.error
                    max_length=LENGTH_MAX
                />
                {field("detail-phone", t().detail_phone, form.phone)}
                {if asks_address {
                    view! {
                        {field("detail-street", t().detail_street, form.street)}
                        {field("detail-zip", t().detail_zip, form.zip)}
                        {field("detail-city", t().detail_city, form.city)}
                        {field("detail-state", t().detail_state, form.state)}
                    }
                        .into_any()
                } else {
                    field("detail-email", t().detail_email, form.email).into_any()
                }}
                <p class="hint">{t().detail_hint}</p>
                <Button label=t().detail_send kind=ButtonKind::Primary on_press=send />
            </div>
        </Sheet>
    }
}
