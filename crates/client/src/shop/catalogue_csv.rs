//! A catalogue as rows of a spreadsheet. Variants and options are `name=price|name=price`.

use tresen_payments::bank::minor;
use tresen_types::{Currency, Money};
use tresen_view::{ChoiceView, ItemView};

use crate::error::{Error, Result};

const HEADER: [&str; 9] =
    ["id", "name", "description", "collection", "price", "stock", "variants", "options", "facts"];

/// The rows, with their header.
pub(super) fn rows(items: &[ItemView], currency: Currency) -> Vec<Vec<String>> {
    let header = HEADER.iter().map(|name| (*name).to_owned()).collect();
    let rows = items.iter().map(|item| {
        vec![
            item.id.clone(),
            item.name.clone(),
            item.description.clone(),
            item.collection.clone(),
            decimal(item.price, currency),
            item.stock.map(|stock| stock.to_string()).unwrap_or_default(),
            choices_text(&item.variants, currency),
            choices_text(&item.options, currency),
            facts_text(&item.facts),
        ]
    });
    std::iter::once(header).chain(rows).collect()
}

/// Items from rows, the columns known by the header's names; a missing id is made of the name.
pub(super) fn items(rows: &[Vec<String>], currency: Currency) -> Result<Vec<ItemView>> {
    let header = rows.first().ok_or(Error::Invalid("an empty file"))?;
    let column = |name: &str| header.iter().position(|field| field.to_lowercase() == name);
    let columns = HEADER.map(column);
    let [_id, Some(_name), _text, _collection, Some(_price), ..] = columns else {
        return Err(Error::Invalid("a file without columns name and price"));
    };
    let mut items: Vec<ItemView> = Vec::new();
    for row in rows.iter().skip(1) {
        let [id, name, description, collection, price, stock, variants, options, facts] = columns
            .map(|column| {
                column.and_then(|column| row.get(column)).map(String::as_str).unwrap_or_default()
            });
        let id = if id.is_empty() { id_of(name, items.len()) } else { id.to_owned() };
        let bad = |_what| Error::Invalid("a price or number in the file");
        items.push(ItemView {
            id,
            name: name.to_owned(),
            description: description.to_owned(),
            collection: collection.to_owned(),
            price: minor(price, currency).filter(|price| *price >= 0).ok_or(()).map_err(bad)?,
            stock: match stock {
                "" => None,
                stock => Some(stock.parse().map_err(|_no_number| ()).map_err(bad)?),
            },
            variants: choices(variants, currency)?,
            options: choices(options, currency)?,
            facts: facts_of(facts),
            ..ItemView::default()
        });
    }
    Ok(items)
}

fn id_of(name: &str, index: usize) -> String {
    let letters = name.chars().filter(char::is_ascii_alphanumeric).take(24);
    let letters: String = letters.map(|letter| letter.to_ascii_lowercase()).collect();
    format!("{letters}-{}", index.saturating_add(1))
}

fn choices(text: &str, currency: Currency) -> Result<Vec<ChoiceView>> {
    let choices = text.split('|').filter(|choice| !choice.trim().is_empty());
    choices
        .map(|choice| {
            let (name, price) =
                choice.rsplit_once('=').ok_or(Error::Invalid("a choice without a price"))?;
            let price = minor(price.trim(), currency).filter(|price| *price >= 0);
            let price = price.ok_or(Error::Invalid("a choice's price"))?;
            Ok(ChoiceView { name: name.trim().to_owned(), price })
        })
        .collect()
}

fn choices_text(choices: &[ChoiceView], currency: Currency) -> String {
    let choices: Vec<String> = choices
        .iter()
        .map(|choice| format!("{}={}", choice.name, decimal(choice.price, currency)))
        .collect();
    choices.join("|")
}

fn facts_of(text: &str) -> Vec<(String, String)> {
    text.split('|')
        .filter_map(|fact| fact.split_once('='))
        .map(|(name, fact)| (name.trim().to_owned(), fact.trim().to_owned()))
        .collect()
}

fn facts_text(facts: &[(String, String)]) -> String {
    let facts: Vec<String> = facts.iter().map(|(name, fact)| format!("{name}={fact}")).collect();
    facts.join("|")
}

fn decimal(minor: i64, currency: Currency) -> String {
    let text = Money { minor, currency }.to_string();
    text.split(' ').next().unwrap_or_default().to_owned()
}
