//! A purse as bytes: numbers of eight bytes, little-endian, a version first.

use std::collections::BTreeMap;

use tresen_types::Category;

use super::Purse;
use crate::{Country, Delivered, Error, Micros};

const VERSION: i64 = 1;
/// Numbers of one table: more than there are countries and categories.
const ROWS_MAX: i64 = 4_096;

impl Purse {
    /// As it is stored.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let count = |rows: usize| i64::try_from(rows).unwrap_or(i64::MAX);
        let number = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
        let mut numbers = vec![VERSION, self.taken.0, self.month, self.spent.0];
        let free = self.delivered.free();
        numbers.push(count(free.len()));
        for (category, messages) in free {
            numbers.extend([i64::from(category.as_byte()), number(*messages)]);
        }
        let priced = self.delivered.priced();
        numbers.push(count(priced.len()));
        for ((country, category), messages) in priced {
            let [high, low] = country.bytes();
            let country = i64::from(u16::from_be_bytes([high, low]));
            numbers.extend([country, i64::from(category.as_byte()), number(*messages)]);
        }
        numbers.push(count(self.contacts.len()));
        for (hour, customers) in &self.contacts {
            numbers.extend([*hour, number(*customers)]);
        }
        numbers.into_iter().flat_map(i64::to_le_bytes).collect()
    }

    /// Reads what was stored; nothing is an empty purse.
    ///
    /// # Errors
    /// [`Error::Unreadable`].
    pub fn decode(bytes: &[u8]) -> Result<Self, Error> {
        if bytes.is_empty() {
            return Ok(Self::default());
        }
        let (chunks, rest) = bytes.as_chunks::<8>();
        let mut numbers = Numbers(chunks);
        if !rest.is_empty() || numbers.next()? != VERSION {
            return Err(Error::Unreadable);
        }
        let (taken, month, spent) = (numbers.next()?, numbers.next()?, numbers.next()?);
        let (mut free, mut priced, mut contacts) =
            (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        for _row in 0..numbers.rows()? {
            free.insert(numbers.category()?, numbers.count()?);
        }
        for _row in 0..numbers.rows()? {
            let country = u16::try_from(numbers.next()?).map_err(|_large| Error::Unreadable)?;
            let country = Country::from_bytes(country.to_be_bytes()).ok_or(Error::Unreadable)?;
            priced.insert((country, numbers.category()?), numbers.count()?);
        }
        for _row in 0..numbers.rows()? {
            contacts.insert(numbers.next()?, numbers.count()?);
        }
        if !numbers.0.is_empty() {
            return Err(Error::Unreadable);
        }
        let delivered = Delivered::new(free, priced);
        Ok(Self { taken: Micros(taken), month, spent: Micros(spent), delivered, contacts })
    }
}

/// What is still to be read.
struct Numbers<'a>(&'a [[u8; 8]]);

impl Numbers<'_> {
    fn next(&mut self) -> Result<i64, Error> {
        let (first, rest) = self.0.split_first().ok_or(Error::Unreadable)?;
        self.0 = rest;
        Ok(i64::from_le_bytes(*first))
    }

    fn rows(&mut self) -> Result<i64, Error> {
        self.next().and_then(|rows| {
            if (0..=ROWS_MAX).contains(&rows) { Ok(rows) } else { Err(Error::Unreadable) }
        })
    }

    fn count(&mut self) -> Result<u64, Error> {
        u64::try_from(self.next()?).map_err(|_negative| Error::Unreadable)
    }

    fn category(&mut self) -> Result<Category, Error> {
        let byte = u8::try_from(self.next()?).map_err(|_large| Error::Unreadable)?;
        Category::from_byte(byte).ok_or(Error::Unreadable)
    }
}
