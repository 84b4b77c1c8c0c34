//! The rules of buttons.

use super::{Checker, Place, Rule};
use crate::{
    limits::{
        TEMPLATE_BUTTON_CHARACTERS_MAX, TEMPLATE_BUTTONS_MAX, TEMPLATE_URL_BUTTONS_MAX,
        TEMPLATE_URL_BYTES_MAX,
    },
    template::{Button, Header, ParameterKind, is_under, link_hosts},
    text,
};

impl Checker<'_> {
    pub(super) fn button(&mut self, button: &Button, place: Place) {
        self.short_text(button.text(), place, TEMPLATE_BUTTON_CHARACTERS_MAX, false);
        let wanted = match button {
            Button::QuickReply { .. } => ParameterKind::Payload,
            Button::Url { url, suffix, .. } => {
                self.url(url, suffix.is_some(), place);
                ParameterKind::UrlSuffix
            }
            Button::Phone { number, .. } => {
                self.require(is_phone(number), place, Rule::Phone);
                return;
            }
            Button::CopyCode { .. } | Button::OneTimeCode { .. } => ParameterKind::Code,
            Button::Goods { goods, .. } => {
                self.goods(*goods, place);
                ParameterKind::Goods
            }
        };
        if let Some(number) = button.parameter() {
            self.parameter(number, place, |kind| kind == wanted);
        }
    }

    /// What stands above the words is what is opened below them.
    fn goods(&mut self, goods: Option<u8>, place: Place) {
        if let Some(Header::Goods { parameter }) = self.template.header {
            self.require(goods == Some(parameter), place, Rule::Buttons);
        }
    }

    fn url(&mut self, url: &str, has_suffix: bool, place: Place) {
        self.require(url.len() <= TEMPLATE_URL_BYTES_MAX, place, Rule::TooLong);
        let is_inside = text::website(url).is_ok()
            && link_hosts(url).iter().all(|host| is_under(host, &self.template.link_domains));
        // A variable end must not continue the host: a path has begun.
        let has_path = url.strip_prefix("https://").is_some_and(|rest| rest.contains('/'));
        self.require(is_inside && (has_path || !has_suffix), place, Rule::Link);
    }

    /// What several buttons must keep together.
    pub(super) fn buttons_together(&mut self, buttons: &[Button], place: Place) {
        let count = |is_kind: fn(&Button) -> bool| buttons.iter().filter(|b| is_kind(b)).count();
        let is_reply = |button: &Button| matches!(button, Button::QuickReply { .. });
        let is_few = buttons.len() <= TEMPLATE_BUTTONS_MAX
            && count(|button| matches!(button, Button::Url { .. })) <= TEMPLATE_URL_BUTTONS_MAX
            && count(|button| matches!(button, Button::Phone { .. })) <= 1
            && count(|button| matches!(button, Button::CopyCode { .. })) <= 1
            && count(|button| matches!(button, Button::OneTimeCode { .. })) <= 1
            && count(|button| matches!(button, Button::Goods { .. })) <= 1;
        // Quick replies stand together, before or after the others.
        let changes = buttons
            .windows(2)
            .filter(|pair| matches!(pair, [one, next] if is_reply(one) != is_reply(next)))
            .count();
        self.require(is_few && changes <= 1, place, Rule::Buttons);
    }
}

fn is_phone(number: &str) -> bool {
    number.strip_prefix('+').is_some_and(|digits| {
        (6..=15).contains(&digits.len())
            && digits.bytes().all(|byte| byte.is_ascii_digit())
            && !digits.starts_with('0')
    })
}
