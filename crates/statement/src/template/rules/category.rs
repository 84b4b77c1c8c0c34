//! What only some categories may hold.

use tresen_types::Category;

use super::{Checker, Place, Rule};
use crate::template::{Button, Header, ParameterKind};

impl Checker<'_> {
    pub(super) fn category(&mut self) {
        let template = self.template;
        let buttons = template.carousel.iter().flat_map(|card| &card.buttons);
        let has_coupon = template
            .buttons
            .iter()
            .chain(buttons)
            .any(|button| matches!(button, Button::CopyCode { .. }));
        if template.category != Category::Marketing {
            // An offer that ends, a coupon and goods are advertising, whatever the words say.
            self.require(template.offer.is_none(), Place::Offer, Rule::Category);
            self.require(!has_coupon, Place::Template, Rule::Category);
            let has_goods = matches!(template.header, Some(Header::Goods { .. }))
                || template.buttons.iter().any(|button| matches!(button, Button::Goods { .. }));
            self.require(!has_goods, Place::Template, Rule::Category);
        }
        if template.category == Category::Authentication {
            self.authentication();
        } else {
            let has_one_time_code =
                template.buttons.iter().any(|button| matches!(button, Button::OneTimeCode { .. }));
            self.require(!has_one_time_code, Place::Template, Rule::Category);
        }
    }

    /// A code, its validity and nothing else: no link, no picture, no other button.
    fn authentication(&mut self) {
        let template = self.template;
        let is_bare = template.header.is_none()
            && template.carousel.is_empty()
            && template.link_domains.is_empty();
        self.require(is_bare, Place::Template, Rule::Category);
        let codes: Vec<_> = template
            .body
            .parameters()
            .filter(|number| {
                template.parameter(*number).is_some_and(|p| p.kind == ParameterKind::Code)
            })
            .collect();
        let has_button = match template.buttons.as_slice() {
            [Button::OneTimeCode { code, .. }] => codes.as_slice() == [*code],
            _other => false,
        };
        self.require(has_button, Place::Body, Rule::Code);
        // Free text beside a code is how codes are phished.
        let has_text = template.parameters.iter().any(|p| p.kind == ParameterKind::Text);
        self.require(!has_text, Place::Body, Rule::Category);
    }
}
