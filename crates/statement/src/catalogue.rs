//! The public catalogue of a business, in signed pages.

use tresen_types::{AccountId, Currency, Timestamp};

use crate::{
    cbor::{Reader, Writer},
    error::Error,
    limits::{
        CATALOGUE_CHOICES_MAX, CATALOGUE_FACT_BYTES_MAX, CATALOGUE_FACTS_MAX, CATALOGUE_ITEMS_MAX,
        CATALOGUE_NAME_BYTES_MAX, CATALOGUE_PAGES_MAX, CATALOGUE_PRICE_MAX,
        CATALOGUE_TEXT_BYTES_MAX,
    },
    signed::Statement,
    text,
};

/// One page of a business's catalogue. Signed by the account key; all pages of one sequence belong
/// together, and the highest sequence wins. Whoever keeps a page can prove the price that was shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CataloguePage {
    /// The business.
    pub account: AccountId,
    /// Counts the editions of the account's catalogue.
    pub sequence: u64,
    /// Which page this is, from 0.
    pub page: u32,
    /// How many there are.
    pub pages: u32,
    /// The currency of all prices.
    pub currency: Currency,
    /// When this edition was made.
    pub issued_at: Timestamp,
    /// Until when its prices hold.
    pub valid_until: Timestamp,
    /// What is offered, in the order in which it is shown.
    pub items: Vec<CatalogueItem>,
}

/// Something that is offered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CatalogueItem {
    /// The business's own short name for it: letters, digits, `-`, `_` and `.`.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// A few words; may be empty.
    pub description: String,
    /// The heading that it stands under; may be empty.
    pub collection: String,
    /// The price in minor units.
    pub price: i64,
    /// SHA-256 of its picture.
    pub picture: Option<[u8; 32]>,
    /// How many are left; `None` when nobody counts, 0 when it is sold out.
    pub stock: Option<u32>,
    /// It can't be had before this time.
    pub unavailable_until: Option<Timestamp>,
    /// One of these is chosen, when there are any: each with a price in the item's place.
    pub variants: Vec<CatalogueChoice>,
    /// Any of these can be added, each with what it costs more.
    pub options: Vec<CatalogueChoice>,
    /// Other facts, such as allergens, each by its name.
    pub facts: Vec<(String, String)>,
}

/// A variant or an option.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CatalogueChoice {
    /// What it is called.
    pub name: String,
    /// Its price in minor units.
    pub price: i64,
}

impl CatalogueItem {
    /// Whether it can be had at a time.
    #[must_use]
    pub fn is_available_at(&self, now: Timestamp) -> bool {
        self.stock != Some(0) && self.unavailable_until.is_none_or(|until| until <= now)
    }

    /// The price of one with these choices, in minor units; `None` when there is no such choice.
    #[must_use]
    pub fn price_of(&self, variant: &str, options: &[String]) -> Option<i64> {
        let price = |choices: &[CatalogueChoice], name: &str| {
            choices.iter().find(|choice| choice.name == name).map(|choice| choice.price)
        };
        let base = if self.variants.is_empty() {
            variant.is_empty().then_some(self.price)?
        } else {
            price(&self.variants, variant)?
        };
        let mut sum = base;
        for (index, option) in options.iter().enumerate() {
            if options.iter().take(index).any(|before| before == option) {
                return None;
            }
            sum = sum.checked_add(price(&self.options, option)?)?;
        }
        Some(sum)
    }

    fn write(&self, writer: &mut Writer) {
        writer.array(11);
        writer.text(&self.id);
        writer.text(&self.name);
        writer.text(&self.description);
        writer.text(&self.collection);
        write_price(writer, self.price);
        writer.optional(self.picture.as_ref(), |writer, hash| writer.bytes(hash));
        writer.optional(self.stock, |writer, stock| writer.uint(stock));
        writer.optional(self.unavailable_until, Writer::time);
        writer.list(&self.variants, write_choice);
        writer.list(&self.options, write_choice);
        writer.list(&self.facts, |writer, (name, fact)| {
            writer.array(2);
            writer.text(name);
            writer.text(fact);
        });
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, Error> {
        reader.array(11)?;
        Ok(Self {
            id: read_id(reader)?,
            name: read_name(reader)?,
            description: text::lines(reader.text(CATALOGUE_TEXT_BYTES_MAX)?)?,
            collection: text::line(reader.text(CATALOGUE_NAME_BYTES_MAX)?)?,
            price: read_price(reader)?,
            picture: reader.optional(Reader::fixed)?,
            stock: reader.optional(Reader::u32)?,
            unavailable_until: reader.optional(Reader::time)?,
            variants: reader.list(CATALOGUE_CHOICES_MAX, read_choice)?,
            options: reader.list(CATALOGUE_CHOICES_MAX, read_choice)?,
            facts: reader.list(CATALOGUE_FACTS_MAX, |reader| {
                reader.array(2)?;
                let name = text::line(reader.text(CATALOGUE_NAME_BYTES_MAX)?)?;
                Ok((name, text::line(reader.text(CATALOGUE_FACT_BYTES_MAX)?)?))
            })?,
        })
    }
}

impl Statement for CataloguePage {
    const LABEL: &'static str = "tresen/catalogue/1";
    const FIELDS: usize = 8;

    fn write(&self, writer: &mut Writer) {
        writer.bytes(self.account.as_bytes());
        writer.uint(self.sequence);
        writer.uint(self.page);
        writer.uint(self.pages);
        writer.text(self.currency.code());
        writer.time(self.issued_at);
        writer.time(self.valid_until);
        writer.list(&self.items, |writer, item| item.write(writer));
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, Error> {
        let page = Self {
            account: AccountId::new(reader.fixed()?),
            sequence: reader.uint()?,
            page: reader.u32()?,
            pages: reader.u32()?,
            currency: Currency::parse(reader.text(3)?).map_err(|_unknown| Error::Value)?,
            issued_at: reader.time()?,
            valid_until: reader.time()?,
            items: reader.list(CATALOGUE_ITEMS_MAX, CatalogueItem::read)?,
        };
        let is_counted = page.page < page.pages && page.pages <= CATALOGUE_PAGES_MAX;
        if is_counted { Ok(page) } else { Err(Error::Value) }
    }
}

fn write_choice(writer: &mut Writer, choice: &CatalogueChoice) {
    writer.array(2);
    writer.text(&choice.name);
    write_price(writer, choice.price);
}

fn read_choice(reader: &mut Reader<'_>) -> Result<CatalogueChoice, Error> {
    reader.array(2)?;
    Ok(CatalogueChoice { name: read_name(reader)?, price: read_price(reader)? })
}

fn write_price(writer: &mut Writer, price: i64) {
    // A negative price has no encoding; the reader's bound refuses what stands in its place.
    writer.uint(u64::try_from(price).unwrap_or(u64::MAX));
}

fn read_price(reader: &mut Reader<'_>) -> Result<i64, Error> {
    let price = i64::try_from(reader.uint()?).map_err(|_large| Error::Limit)?;
    if price <= CATALOGUE_PRICE_MAX { Ok(price) } else { Err(Error::Limit) }
}

fn read_name(reader: &mut Reader<'_>) -> Result<String, Error> {
    let name = text::line(reader.text(CATALOGUE_NAME_BYTES_MAX)?)?;
    if name.trim().is_empty() { Err(Error::Value) } else { Ok(name) }
}

fn read_id(reader: &mut Reader<'_>) -> Result<String, Error> {
    let id = reader.text(CATALOGUE_NAME_BYTES_MAX)?;
    let is_id = !id.is_empty()
        && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
    if is_id { Ok(id.to_owned()) } else { Err(Error::Value) }
}
