//! From a command of trade to what does it.

use std::rc::Rc;

use tresen_view::{Answer, TradeCommand};

use super::{hosted, quotation};
use crate::{client::Inner, error::Result, statistics};

/// Does what a command asks.
pub(crate) fn trade(inner: &Rc<Inner>, call: Option<u64>, command: TradeCommand) -> Result<Answer> {
    match command {
        TradeCommand::SendQuotation { conversation, quotation } => {
            quotation::send_quotation(inner, call, conversation, *quotation)
        }
        TradeCommand::StepQuotation { quotation, step } => {
            quotation::step(inner, call, quotation, step)
        }
        TradeCommand::Quotations { conversation, limit } => {
            quotation::quotations(inner, conversation, limit)
        }
        TradeCommand::QuotationProof { quotation } => quotation::proof(inner, quotation),
        TradeCommand::PaymentPage { payment, provider, url } => {
            hosted::page(inner, payment, &provider, url)
        }
        TradeCommand::Collected { payment, minor, id } => {
            hosted::moved(inner, payment, minor, id, false)
        }
        TradeCommand::PaidBack { payment, minor, id } => {
            hosted::moved(inner, payment, minor, id, true)
        }
        TradeCommand::NotCollected { payment } => hosted::not_collected(inner, payment),
        TradeCommand::Hosted => hosted::hosted(inner),
        TradeCommand::Statistics { days } => statistics::statistics(inner, &days),
    }
}
