//! A quotation or a request of payment, written for a chat.

use leptos::{prelude::*, task::spawn_local};
use tresen_types::{ConversationId, Currency};
use tresen_view::{
    Answer, BillDraft, Command, MoneyView, PaymentDraft, QuotationDraft, TradeCommand,
};

use crate::{
    actions::{call, tell_failure},
    components::{Button, ButtonKind, Field, FieldKind, Glyph, IconButton, Segment, Sheet, Switch},
    i18n::{Language, b, fill, language, money::money, t},
    state::app,
};

/// For how long a quotation holds when nobody says otherwise.
const DAYS: &str = "14";

/// What is written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Quotation,
    Payment,
}

/// What was typed.
#[derive(Clone, Copy)]
struct Form {
    lines: RwSignal<Vec<(String, i64, u32)>>,
    name: RwSignal<String>,
    price: RwSignal<String>,
    count: RwSignal<String>,
    currency: RwSignal<String>,
    discount: RwSignal<String>,
    shipping: RwSignal<String>,
    tax: RwSignal<String>,
    is_tax_in: RwSignal<bool>,
    number: RwSignal<String>,
    days: RwSignal<String>,
    deposit: RwSignal<String>,
    note: RwSignal<String>,
}

impl Form {
    fn new() -> Self {
        let empty = || RwSignal::new(String::new());
        let currency = if language() == Language::Hindi { "INR" } else { "EUR" };
        Self {
            lines: RwSignal::new(Vec::new()),
            name: empty(),
            price: empty(),
            count: empty(),
            currency: RwSignal::new(currency.to_owned()),
            discount: empty(),
            shipping: empty(),
            tax: empty(),
            is_tax_in: RwSignal::new(true),
            number: empty(),
            days: RwSignal::new(DAYS.to_owned()),
            deposit: empty(),
            note: empty(),
        }
    }

    /// Minor units of what a field says; nothing for an empty one.
    fn minor(self, field: RwSignal<String>) -> Option<i64> {
        let text = field.get_untracked();
        if text.trim().is_empty() {
            return Some(0);
        }
        let currency = Currency::parse(&self.currency.get_untracked()).ok()?;
        tresen_payments::bank::minor(&text, currency).filter(|minor| *minor >= 0)
    }

    /// Takes the line that was typed; tells whether there was none, or a sound one.
    fn add(self) -> bool {
        let name = self.name.get_untracked().trim().to_owned();
        if name.is_empty() && self.price.get_untracked().trim().is_empty() {
            return true;
        }
        let count = match self.count.get_untracked().trim() {
            "" => Some(1),
            text => text.parse::<u32>().ok(),
        };
        let (Some(price), Some(count), false) = (self.minor(self.price), count, name.is_empty())
        else {
            return false;
        };
        self.lines.update(|lines| lines.push((name, price, count)));
        self.name.set(String::new());
        self.price.set(String::new());
        self.count.set(String::new());
        true
    }

    fn bill(self) -> Option<BillDraft> {
        let tax = self.tax.get_untracked().trim().replace(',', ".");
        let tax = match tax.as_str() {
            "" => None,
            // A rate has two decimals, as cents have.
            rate => {
                let rate = tresen_payments::bank::minor(rate, Currency::EUR)?;
                Some((u32::try_from(rate).ok()?, self.is_tax_in.get_untracked()))
            }
        };
        let lines = self.lines.get_untracked();
        (!lines.is_empty()).then_some(BillDraft {
            currency: self.currency.get_untracked(),
            lines,
            discount: self.minor(self.discount)?,
            shipping: self.minor(self.shipping)?,
            tax,
        })
    }

    fn command(self, kind: Kind, conversation: ConversationId) -> Option<Command> {
        if !self.add() {
            return None;
        }
        let bill = self.bill()?;
        let days = self.days.get_untracked().trim().parse::<u32>().ok();
        let note = self.note.get_untracked();
        Some(match kind {
            Kind::Quotation => {
                let quotation = Box::new(QuotationDraft {
                    number: self.number.get_untracked(),
                    bill,
                    deposit: self.minor(self.deposit)?,
                    days: days?,
                    note,
                });
                Command::Trade(Box::new(TradeCommand::SendQuotation { conversation, quotation }))
            }
            Kind::Payment => {
                let amount = MoneyView { minor: total(&bill)?, currency: bill.currency.clone() };
                let bill = Some(bill);
                let payment = Box::new(PaymentDraft { order: None, amount, note, days, bill });
                Command::RequestPayment { conversation, payment }
            }
        })
    }
}

/// What a bill comes to; the worker checks it again.
fn total(bill: &BillDraft) -> Option<i64> {
    let currency = Currency::parse(&bill.currency).ok()?;
    let line = |(name, unit, quantity): &(String, i64, u32)| tresen_content::shop::OrderLine {
        item: String::new(),
        name: name.clone(),
        variant: String::new(),
        options: Vec::new(),
        unit: *unit,
        quantity: *quantity,
    };
    let lines = bill.lines.iter().map(line).collect();
    let made =
        tresen_content::shop::Bill::new(currency, lines, bill.discount, bill.shipping, bill.tax);
    made.ok().map(|bill| bill.total.minor)
}

/// The sheet.
#[component]
pub(super) fn BillSheet(
    conversation: ConversationId,
    on_close: impl Fn() + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let form = Form::new();
    let kind = RwSignal::new(Kind::Quotation);
    let is_busy = RwSignal::new(false);
    spawn_local(async move {
        if let Ok(Answer::Catalogue(found)) = call(Command::Catalogue { account: None }).await
            && found.edition > 0
        {
            form.currency.try_set(found.currency);
        }
    });
    let send = move || {
        let Some(command) = form.command(kind.get_untracked(), conversation) else {
            app().tell(b().bill_bad);
            return;
        };
        is_busy.set(true);
        spawn_local(async move {
            let done = call(command).await;
            is_busy.try_set(false);
            match done {
                Ok(_) => on_close(),
                Err(failure) => tell_failure(&failure),
            }
        });
    };
    let add = move || {
        if !form.add() {
            app().tell(b().bill_bad);
        }
    };
    let is_quotation = Memo::new(move |_| kind.get() == Kind::Quotation);
    let choices = vec![
        (Kind::Quotation, b().bill_kind_quotation.to_owned()),
        (Kind::Payment, b().bill_kind_payment.to_owned()),
    ];
    let label = Signal::derive(move || {
        let label =
            if is_quotation.get() { b().bill_send_quotation } else { b().bill_send_payment };
        label.to_owned()
    });
    view! {
        <Sheet title=b().bill_write on_close side=true>
            <div class="stack">
                <Segment
                    name="bill-kind"
                    label=b().bill_write
                    choices
                    value=kind
                    on_change=move |chosen| kind.set(chosen)
                />
                <Lines form />
                <Field id="bill-name" label=b().bill_line.to_owned() value=form.name />
                <div class="row top">
                    <Field
                        id="bill-count"
                        label=b().bill_count.to_owned()
                        value=form.count
                        kind=FieldKind::Digits
                    />
                    <Field id="bill-price" label=b().bill_price.to_owned() value=form.price />
                    <Field id="bill-currency" label=b().bill_currency.to_owned() value=form.currency />
                </div>
                <Button
                    kind=ButtonKind::Text
                    glyph=Glyph::Plus
                    label=b().bill_line_add.to_owned()
                    on_press=add
                />
                <More form is_quotation />
                <Button
                    kind=ButtonKind::Primary
                    wide=true
                    label
                    busy=is_busy
                    on_press=send
                />
            </div>
        </Sheet>
    }
}

/// The lines so far.
#[component]
fn Lines(form: Form) -> impl IntoView {
    move || {
        let currency = form.currency.get();
        let rows = form.lines.get().into_iter().enumerate().map(|(index, (name, price, count))| {
            let label = fill(b().bill_line_remove, &[("name", &name)]);
            let price = money(&MoneyView { minor: price, currency: currency.clone() });
            let remove = move || {
                form.lines.update(|lines| {
                    if index < lines.len() {
                        lines.remove(index);
                    }
                });
            };
            view! {
                <div class="row">
                    <span class="num">{format!("{count} ×")}</span>
                    <span class="grow" dir="auto">
                        {name}
                    </span>
                    <span class="num">{price}</span>
                    <IconButton glyph=Glyph::X label on_press=remove />
                </div>
            }
        });
        rows.collect_view()
    }
}

/// What most bills don't need.
#[component]
fn More(form: Form, is_quotation: Memo<bool>) -> impl IntoView {
    let days = move || {
        let label = if is_quotation.get() { b().bill_days } else { b().bill_due_days };
        label.to_owned()
    };
    view! {
        <Field
            id="bill-days"
            label=Signal::derive(days)
            value=form.days
            kind=FieldKind::Digits
        />
        <details class="stack">
            <summary>{b().bill_more}</summary>
            <div class="row top">
                <Field id="bill-tax" label=b().bill_tax_rate.to_owned() value=form.tax />
                <Field id="bill-discount" label=t().bill_discount.to_owned() value=form.discount />
                <Field id="bill-shipping" label=t().bill_shipping.to_owned() value=form.shipping />
            </div>
            <Switch
                label=b().bill_tax_in
                on=form.is_tax_in
                on_change=move |is_in| form.is_tax_in.set(is_in)
            />
            {move || {
                is_quotation
                    .get()
                    .then(|| {
                        view! {
                            <div class="row top">
                                <Field
                                    id="bill-number"
                                    label=b().bill_number.to_owned()
                                    value=form.number
                                />
                                <Field
                                    id="bill-deposit"
                                    label=b().bill_deposit.to_owned()
                                    value=form.deposit
                                />
                            </div>
                        }
                    })
            }}
            <Field
                id="bill-note"
                label=b().bill_note.to_owned()
                value=form.note
                kind=FieldKind::Lines
            />
        </details>
    }
}
