//! What was typed about an item, and what is wrong with it.

use tresen_statement::limits::{
    CATALOGUE_FACT_BYTES_MAX, CATALOGUE_NAME_BYTES_MAX, CATALOGUE_PRICE_MAX,
    CATALOGUE_TEXT_BYTES_MAX,
};
use tresen_types::{Currency, Money};
use tresen_view::{ChoiceView, ItemView};

/// An item, as its fields say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Typed {
    pub name: String,
    pub price: String,
    pub collection: String,
    pub description: String,
    pub stock: String,
    pub variants: Vec<TypedRow>,
    pub options: Vec<TypedRow>,
    pub facts: Vec<TypedRow>,
}

/// A row of two fields; the number tells it from the others on the page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct TypedRow {
    pub number: u32,
    pub name: String,
    /// A price, or a fact.
    pub value: String,
}

/// A field of the form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Name,
    Price,
    Collection,
    Description,
    Stock,
    /// The name in the row of this number.
    RowName(u32),
    /// The price or the fact in it.
    RowValue(u32),
}

/// What is wrong there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    NoName,
    TooLong,
    NoPrice,
    NoNumber,
    Twice,
    NoFact,
}

/// What is wrong, field by field.
pub(super) type Faults = Vec<(Place, Fault)>;

impl Typed {
    /// The fields of an item; `comma` for readers who write amounts so.
    pub(super) fn of(item: &ItemView, currency: Currency, comma: bool) -> Self {
        let mut number = 0;
        let mut row = |name: &str, value: String| {
            number += 1;
            TypedRow { number, name: name.to_owned(), value }
        };
        let price = |price| {
            let text = decimal(price, currency);
            if comma { text.replace('.', ",") } else { text }
        };
        let mut choices = |choices: &[ChoiceView]| -> Vec<TypedRow> {
            choices.iter().map(|choice| row(&choice.name, price(choice.price))).collect()
        };
        let (variants, options) = (choices(&item.variants), choices(&item.options));
        let facts = item.facts.iter().map(|(name, fact)| row(name, fact.clone())).collect();
        let is_priced = item.variants.is_empty() && !item.name.is_empty();
        Self {
            name: item.name.clone(),
            price: if is_priced { price(item.price) } else { String::new() },
            collection: item.collection.clone(),
            description: item.description.clone(),
            stock: item.stock.map(|stock| stock.to_string()).unwrap_or_default(),
            variants,
            options,
            facts,
        }
    }

    /// The item that they make of the one before, or everything that is wrong.
    pub(super) fn read(&self, before: &ItemView, currency: Currency) -> Result<ItemView, Faults> {
        let mut faults = Faults::new();
        let name = named(&self.name, Place::Name, &mut faults);
        let variants = choices(&self.variants, currency, true, &mut faults);
        let options = choices(&self.options, currency, false, &mut faults);
        let price = match variants.iter().map(|variant| variant.price).min() {
            // Each variant has a price in the item's place; the list shows the lowest.
            Some(lowest) => lowest,
            None => priced(&self.price, currency, Place::Price, &mut faults),
        };
        let stock = match self.stock.trim() {
            "" => None,
            text => {
                let stock = text.parse().ok();
                if stock.is_none() {
                    faults.push((Place::Stock, Fault::NoNumber));
                }
                stock
            }
        };
        let bounded = [
            (&self.collection, Place::Collection, CATALOGUE_NAME_BYTES_MAX),
            (&self.description, Place::Description, CATALOGUE_TEXT_BYTES_MAX),
        ];
        for (text, place, most) in bounded {
            if text.trim().len() > most {
                faults.push((place, Fault::TooLong));
            }
        }
        let facts = facts(&self.facts, &mut faults);
        if !faults.is_empty() {
            return Err(faults);
        }
        Ok(ItemView {
            name,
            description: self.description.trim().to_owned(),
            collection: self.collection.trim().to_owned(),
            price,
            stock,
            variants,
            options,
            facts,
            ..before.clone()
        })
    }
}

/// An amount as a field has it: `8.50`.
fn decimal(minor: i64, currency: Currency) -> String {
    let text = Money { minor, currency }.to_string();
    text.split(' ').next().unwrap_or_default().to_owned()
}

fn named(text: &str, place: Place, faults: &mut Faults) -> String {
    let name = text.trim();
    if name.is_empty() {
        faults.push((place, Fault::NoName));
    } else if name.len() > CATALOGUE_NAME_BYTES_MAX {
        faults.push((place, Fault::TooLong));
    }
    name.to_owned()
}

fn priced(text: &str, currency: Currency, place: Place, faults: &mut Faults) -> i64 {
    let price = tresen_payments::bank::minor(text, currency)
        .filter(|price| (0..=CATALOGUE_PRICE_MAX).contains(price));
    if price.is_none() {
        faults.push((place, Fault::NoPrice));
    }
    price.unwrap_or_default()
}

/// Rows with something in them.
fn written(rows: &[TypedRow]) -> impl Iterator<Item = &TypedRow> {
    rows.iter().filter(|row| !row.name.trim().is_empty() || !row.value.trim().is_empty())
}

fn choices(
    rows: &[TypedRow],
    currency: Currency,
    is_price_needed: bool,
    faults: &mut Faults,
) -> Vec<ChoiceView> {
    let mut choices: Vec<ChoiceView> = Vec::new();
    for row in written(rows) {
        let name = named(&row.name, Place::RowName(row.number), faults);
        // An order names its choices: two of one name couldn't be told apart.
        if choices.iter().any(|known| known.name == name) && !name.is_empty() {
            faults.push((Place::RowName(row.number), Fault::Twice));
        }
        let price = if !is_price_needed && row.value.trim().is_empty() {
            0
        } else {
            priced(&row.value, currency, Place::RowValue(row.number), faults)
        };
        choices.push(ChoiceView { name, price });
    }
    choices
}

fn facts(rows: &[TypedRow], faults: &mut Faults) -> Vec<(String, String)> {
    let mut facts = Vec::new();
    for row in written(rows) {
        let name = named(&row.name, Place::RowName(row.number), faults);
        let fact = row.value.trim();
        if fact.is_empty() {
            faults.push((Place::RowValue(row.number), Fault::NoFact));
        } else if fact.len() > CATALOGUE_FACT_BYTES_MAX {
            faults.push((Place::RowValue(row.number), Fault::TooLong));
        }
        facts.push((name, fact.to_owned()));
    }
    facts
}

/// The same numbers in another currency: 8.50 stays 8.50. `None` where it hasn't so many decimals.
pub(super) fn in_currency(
    items: &[ItemView],
    from: Currency,
    to: Currency,
) -> Option<Vec<ItemView>> {
    let price = |minor: i64| -> Option<i64> {
        let (from, to) = (from.minor_per_unit(), to.minor_per_unit());
        let scaled = minor.checked_mul(to)?;
        (scaled % from == 0).then_some(scaled / from).filter(|price| *price <= CATALOGUE_PRICE_MAX)
    };
    let choices = |choices: &[ChoiceView]| -> Option<Vec<ChoiceView>> {
        let choice = |known: &ChoiceView| {
            Some(ChoiceView { name: known.name.clone(), price: price(known.price)? })
        };
        choices.iter().map(choice).collect()
    };
    let item = |item: &ItemView| {
        Some(ItemView {
            price: price(item.price)?,
            variants: choices(&item.variants)?,
            options: choices(&item.options)?,
            ..item.clone()
        })
    };
    items.iter().map(item).collect()
}

#[cfg(test)]
mod tests {
    use tresen_types::Currency;
    use tresen_view::{ChoiceView, ItemView};

    use super::{Fault, Place, Typed, TypedRow, in_currency};

    fn row(number: u32, name: &str, value: &str) -> TypedRow {
        TypedRow { number, name: name.to_owned(), value: value.to_owned() }
    }

    fn choice(name: &str, price: i64) -> ChoiceView {
        ChoiceView { name: name.to_owned(), price }
    }

    fn pizza() -> Typed {
        Typed {
            name: " Margherita ".to_owned(),
            stock: "12".to_owned(),
            variants: vec![row(1, "klein", "8,50"), row(2, "groß", "10.5"), row(3, " ", "")],
            options: vec![row(4, "extra Käse", "1,50"), row(5, "ohne Zwiebeln", "")],
            facts: vec![row(6, "Allergene", "Gluten, Milch")],
            ..Typed::default()
        }
    }

    fn yen() -> Currency {
        Currency::parse("JPY").expect("a currency")
    }

    #[test]
    fn what_is_typed_becomes_an_item_and_comes_back() {
        let before = ItemView {
            id: "item-1".to_owned(),
            picture: Some("hash".to_owned()),
            ..ItemView::default()
        };
        let item = pizza().read(&before, Currency::EUR).expect("an item");
        assert_eq!((&*item.id, &*item.name, item.stock), ("item-1", "Margherita", Some(12)));
        assert_eq!(item.picture.as_deref(), Some("hash"));
        assert_eq!(item.variants, [choice("klein", 850), choice("groß", 1_050)]);
        assert_eq!(item.options, [choice("extra Käse", 150), choice("ohne Zwiebeln", 0)]);
        assert_eq!(item.price, 850, "the lowest of the variants");
        for comma in [false, true] {
            let again = Typed::of(&item, Currency::EUR, comma).read(&item, Currency::EUR);
            assert_eq!(again.as_ref(), Ok(&item));
        }
        assert_eq!(Typed::of(&item, Currency::EUR, true).variants[0].value, "8,50");
    }

    #[test]
    fn each_fault_is_told_at_its_field() {
        let typed = Typed {
            name: String::new(),
            price: "viel".to_owned(),
            stock: "-1".to_owned(),
            collection: "x".repeat(200),
            options: vec![row(1, "Käse", "1"), row(2, "Käse", "-2"), row(3, "", "3")],
            facts: vec![row(4, "Allergene", "")],
            ..Typed::default()
        };
        let faults = typed.read(&ItemView::default(), Currency::EUR).expect_err("faults");
        assert_eq!(
            faults,
            [
                (Place::Name, Fault::NoName),
                (Place::RowName(2), Fault::Twice),
                (Place::RowValue(2), Fault::NoPrice),
                (Place::RowName(3), Fault::NoName),
                (Place::Price, Fault::NoPrice),
                (Place::Stock, Fault::NoNumber),
                (Place::Collection, Fault::TooLong),
                (Place::RowValue(4), Fault::NoFact),
            ]
        );
    }

    #[test]
    fn a_variant_needs_a_price_that_its_currency_has() {
        let typed = Typed {
            name: "Tee".to_owned(),
            variants: vec![row(1, "Kanne", ""), row(2, "Tasse", "3.50")],
            ..Typed::default()
        };
        let faults = typed.read(&ItemView::default(), yen()).expect_err("faults");
        assert_eq!(
            faults,
            [(Place::RowValue(1), Fault::NoPrice), (Place::RowValue(2), Fault::NoPrice)]
        );
        let too_much = Typed {
            name: "Haus".to_owned(),
            price: "99999999999999".to_owned(),
            ..Typed::default()
        };
        let faults = too_much.read(&ItemView::default(), Currency::EUR).expect_err("faults");
        assert_eq!(faults, [(Place::Price, Fault::NoPrice)]);
    }

    #[test]
    fn another_currency_keeps_the_numbers_or_refuses() {
        let item =
            ItemView { price: 800, options: vec![choice("Käse", 150)], ..ItemView::default() };
        let rupees = Currency::parse("INR").expect("a currency");
        assert_eq!(in_currency(&[item.clone()], Currency::EUR, rupees), Some(vec![item.clone()]));
        assert_eq!(in_currency(&[item.clone()], Currency::EUR, yen()), None, "1.50 yen");
        let round = ItemView { options: Vec::new(), ..item };
        let yen_prices = in_currency(&[round], Currency::EUR, yen()).expect("8 yen");
        assert_eq!(yen_prices[0].price, 8);
    }
}
