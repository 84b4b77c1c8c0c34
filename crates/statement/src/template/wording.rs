//! Texts as authors and the Cloud API write them: parameters in double braces.

use super::{Piece, TemplateText};

impl TemplateText {
    /// Reads a text with `{{1}}` or `{{name}}` in it; `number_of` tells the parameter's number.
    /// `None` when braces don't close or a parameter has no number.
    pub fn parse(text: &str, mut number_of: impl FnMut(&str) -> Option<u8>) -> Option<Self> {
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some((fixed, after)) = rest.split_once("{{") {
            let (name, after) = after.split_once("}}")?;
            if !fixed.is_empty() {
                pieces.push(Piece::Fixed(fixed.to_owned()));
            }
            pieces.push(Piece::Parameter(number_of(name.trim())?));
            rest = after;
        }
        if !rest.is_empty() {
            pieces.push(Piece::Fixed(rest.to_owned()));
        }
        Some(Self(pieces))
    }

    /// The text with `{{name}}` for every parameter.
    #[must_use]
    pub fn source(&self, name_of: impl Fn(u8) -> String) -> String {
        self.0
            .iter()
            .map(|piece| match piece {
                Piece::Fixed(text) => text.clone(),
                Piece::Parameter(number) => format!("{{{{{}}}}}", name_of(*number)),
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn braces_become_parameters_and_come_back() {
        let text = "Order {{1}} is ready, {{2}}.";
        let number = |name: &str| name.parse::<u8>().ok()?.checked_sub(1);
        let parsed = TemplateText::parse(text, number).expect("a text");
        assert_eq!(parsed.0.len(), 5);
        assert_eq!(parsed.source(|number| (number + 1).to_string()), text);
        assert_eq!(TemplateText::parse("open {{1", number), None);
        assert_eq!(TemplateText::parse("{{who}}", number), None);
    }
}
