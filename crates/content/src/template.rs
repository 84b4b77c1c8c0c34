//! A message of a template: the template's hash and the values of its parameters (PROTOCOL 5).
//!
//! The words themselves are not in the message: the receiver has them from the template that it
//! fetched by the hash and checked. [`TemplateMessage::check`] compares the values with what the
//! template allows, [`render`](mod@render) puts both together, and keeps apart which words are the
//! template's and which are values, so that no value is ever shown as a link or as a mark.
//! [`lint`](mod@lint) tells an author why a template looks like advertising.

mod campaign;
mod check;
pub mod lint;
pub mod render;
pub(crate) mod value;

pub use campaign::CampaignSize;
pub use check::{Mismatch, Violation};
use tresen_statement::limits::TEMPLATE_PARAMETERS_MAX;
pub use tresen_types::card::PlaceOnMap;
pub use value::TemplateValue;

use crate::{
    cbor::Writer,
    error::Error,
    message::control::{VERSION, exact, read_version},
};

/// The media type of messages of a template.
pub const TYPE_TEMPLATE: &str = "application/vnd.tresen.template+cbor";

/// A message of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateMessage {
    /// The hash of the template; the authenticated data repeats it.
    pub template: [u8; 32],
    /// The template's version.
    pub version: u32,
    /// The values, in the order of the template's parameters.
    pub values: Vec<TemplateValue>,
    /// To how many customers it goes, where the sender says so.
    pub campaign: Option<CampaignSize>,
}

impl TemplateMessage {
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        writer.array(if self.campaign.is_some() { 5 } else { 4 });
        writer.uint(VERSION);
        writer.bytes(&self.template);
        writer.uint(self.version);
        writer.list(&self.values, value::write);
        if let Some(campaign) = self.campaign {
            writer.uint(campaign.class());
        }
        writer.finish()
    }

    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, Error> {
        exact(bytes, Self::encode, |reader| {
            let fields = reader.array_up_to(5)?;
            if fields < 4 {
                return Err(Error::Malformed);
            }
            read_version(reader)?;
            Ok(Self {
                template: reader.fixed()?,
                version: reader.u32()?,
                values: reader.list(TEMPLATE_PARAMETERS_MAX, value::read)?,
                campaign: (fields == 5)
                    .then(|| CampaignSize::from_class(reader.u8()?))
                    .transpose()?,
            })
        })
    }
}
