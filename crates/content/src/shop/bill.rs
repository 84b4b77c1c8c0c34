//! What a sum is made of: lines, discount, shipping, taxes. A total that isn't their sum is no bill.

use tresen_types::{Currency, Money};

use super::order::{OrderLine, read_lines, read_money, total_of, write_money};
use crate::{
    cbor::{Reader, Writer},
    error::Error,
    limits::{TAX_PER_MYRIAD_MAX, TAXES_MAX},
};

/// Hundredths of a percent in a whole.
const WHOLE: i128 = 10_000;

/// What a sum is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bill {
    /// What is paid for.
    pub lines: Vec<OrderLine>,
    /// What is taken off, in minor units.
    pub discount: i64,
    /// What bringing it costs, in minor units.
    pub shipping: i64,
    /// The taxes.
    pub taxes: Vec<Tax>,
    /// The sum.
    pub total: Money,
}

/// A tax on a bill.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tax {
    /// The rate in hundredths of a percent.
    pub per_myriad: u32,
    /// How much it is, in minor units.
    pub amount: i64,
    /// Whether the prices hold it already.
    pub is_included: bool,
}

impl Bill {
    /// Makes a bill; a tax on all of it is its rate and whether the prices hold it already. Rounded
    /// once, halves up.
    ///
    /// # Errors
    /// When something is negative, too large, or more is taken off than there is.
    pub fn new(
        currency: Currency,
        lines: Vec<OrderLine>,
        discount: i64,
        shipping: i64,
        tax: Option<(u32, bool)>,
    ) -> Result<Self, Error> {
        let mut bill =
            Self { lines, discount, shipping, taxes: Vec::new(), total: Money::zero(currency) };
        let net = bill.sum()?;
        if let Some((per_myriad, is_included)) = tax {
            let amount = tax_on(net, per_myriad, is_included)?;
            bill.taxes.push(Tax { per_myriad, amount, is_included });
        }
        bill.total = Money { minor: bill.sum()?, currency };
        bill.check()?;
        Ok(bill)
    }

    /// The lines alone.
    ///
    /// # Errors
    /// When they are too large.
    pub fn subtotal(&self) -> Result<Money, Error> {
        total_of(self.total.currency, &self.lines)
    }

    fn sum(&self) -> Result<i64, Error> {
        let added = self.taxes.iter().filter(|tax| !tax.is_included).map(|tax| tax.amount);
        let parts = std::iter::once(self.shipping).chain(added);
        let lines = self.subtotal()?.minor.checked_sub(self.discount).ok_or(Error::Limit)?;
        if lines < 0 {
            return Err(Error::Value);
        }
        parts.into_iter().try_fold(lines, |sum, part| sum.checked_add(part).ok_or(Error::Limit))
    }

    fn check(&self) -> Result<(), Error> {
        let is_tax = |tax: &Tax| {
            tax.per_myriad <= TAX_PER_MYRIAD_MAX && (0..=self.total.minor).contains(&tax.amount)
        };
        let is_bill = !self.lines.is_empty()
            && self.discount >= 0
            && self.shipping >= 0
            && self.taxes.iter().all(is_tax)
            && self.sum()? == self.total.minor
            && self.total.minor > 0;
        if is_bill { Ok(()) } else { Err(Error::Value) }
    }

    pub(super) fn write(&self, writer: &mut Writer) {
        writer.array(5);
        write_money(writer, self.total);
        writer.list(&self.lines, |writer, line| line.write(writer));
        writer.int(self.discount);
        writer.int(self.shipping);
        writer.list(&self.taxes, |writer, tax| {
            writer.array(3);
            writer.uint(tax.per_myriad);
            writer.int(tax.amount);
            writer.bool(tax.is_included);
        });
    }

    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, Error> {
        reader.array(5)?;
        let total = read_money(reader)?;
        let bill = Self {
            lines: read_lines(reader)?,
            discount: reader.int()?,
            shipping: reader.int()?,
            taxes: reader.list(TAXES_MAX, |reader| {
                reader.array(3)?;
                Ok(Tax {
                    per_myriad: reader.u32()?,
                    amount: reader.int()?,
                    is_included: reader.bool()?,
                })
            })?,
            total,
        };
        bill.check()?;
        Ok(bill)
    }
}

/// A tax on an amount, or in it.
fn tax_on(amount: i64, per_myriad: u32, is_included: bool) -> Result<i64, Error> {
    let (amount, rate) = (i128::from(amount), i128::from(per_myriad));
    let of = if is_included { WHOLE.checked_add(rate).ok_or(Error::Limit)? } else { WHOLE };
    let twice = amount.checked_mul(rate).and_then(|tax| tax.checked_mul(2)).ok_or(Error::Limit)?;
    let rounded = twice.checked_add(of).ok_or(Error::Limit)?;
    let tax = rounded.div_euclid(of.checked_mul(2).ok_or(Error::Limit)?);
    i64::try_from(tax).map_err(|_large| Error::Limit)
}
