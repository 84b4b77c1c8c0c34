//! What a draft is made of beside its texts: parameters that stand in no text, buttons, hosts of links.

use tresen_statement::link_hosts;
use tresen_types::Category;
use tresen_view::{ButtonDraft, ParameterDraft, ParameterType};

/// What a button does, as the editor offers it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ButtonType {
    Reply,
    Link,
    Phone,
    Code,
    /// Opens the catalogue.
    Goods,
}

/// A button that is being edited.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ButtonRow {
    pub(super) kind: ButtonType,
    pub(super) text: String,
    /// Address or number.
    pub(super) target: String,
}

impl ButtonRow {
    /// A button of a draft, as it is edited.
    pub(super) fn of(draft: &ButtonDraft) -> Self {
        let (kind, text, target) = match draft.clone() {
            ButtonDraft::QuickReply { text, .. } => (ButtonType::Reply, text, String::new()),
            ButtonDraft::Url { text, url, suffix } => {
                let suffix = suffix.map(|mark| format!("{{{{{mark}}}}}")).unwrap_or_default();
                (ButtonType::Link, text, format!("{url}{suffix}"))
            }
            ButtonDraft::Phone { text, number } => (ButtonType::Phone, text, number),
            ButtonDraft::CopyCode { text, .. } | ButtonDraft::OneTimeCode { text, .. } => {
                (ButtonType::Code, text, String::new())
            }
            ButtonDraft::Goods { text, .. } => (ButtonType::Goods, text, String::new()),
        };
        Self { kind, text, target }
    }
}

/// The pieces of a draft, as they come together.
pub(super) struct Parts {
    /// Those of the texts come first.
    parameters: Vec<ParameterDraft>,
    /// Whether parameters go by their numbers.
    is_positional: bool,
    category: Category,
    hosts: Vec<String>,
}

impl Parts {
    /// Begins with the parameters of the texts.
    pub(super) fn new(
        parameters: Vec<ParameterDraft>,
        is_positional: bool,
        category: Category,
    ) -> Self {
        Self { parameters, is_positional, category, hosts: Vec::new() }
    }

    /// Adds a parameter that stands in no text; gives what the draft calls it.
    pub(super) fn add(&mut self, name: &str, kind: ParameterType, example: &str) -> String {
        let mut own = name.to_owned();
        while self.parameters.iter().any(|known| known.name == own) {
            own.push('_');
        }
        self.parameters.push(ParameterDraft {
            name: if self.is_positional { String::new() } else { own },
            kind,
            length_max: 0,
            example: example.to_owned(),
        });
        self.reference(self.parameters.len().saturating_sub(1))
    }

    /// Counts the links of a text among those that the template leads to.
    pub(super) fn links(&mut self, text: &str) {
        self.hosts.extend(link_hosts(text));
    }

    /// A button as the draft has it.
    pub(super) fn button(&mut self, row: &ButtonRow) -> ButtonDraft {
        let text = row.text.trim().to_owned();
        let target = row.target.trim();
        match row.kind {
            ButtonType::Reply => ButtonDraft::QuickReply { text, payload: None },
            ButtonType::Phone => ButtonDraft::Phone { text, number: digits(target) },
            ButtonType::Code if self.category == Category::Authentication => {
                ButtonDraft::OneTimeCode { text, code: self.code() }
            }
            ButtonType::Code => ButtonDraft::CopyCode { text, code: self.code() },
            ButtonType::Goods => ButtonDraft::Goods { text, goods: None },
            ButtonType::Link => {
                let (url, suffix) = address(target);
                self.links(&url);
                let suffix = suffix.map(|mark| self.suffix(&mark));
                ButtonDraft::Url { text, url, suffix }
            }
        }
    }

    /// All parameters, and the hosts in their order.
    pub(super) fn finish(mut self) -> (Vec<ParameterDraft>, Vec<String>) {
        self.hosts.sort_unstable();
        self.hosts.dedup();
        (self.parameters, self.hosts)
    }

    /// The end of an address; the same name is the same end.
    fn suffix(&mut self, mark: &str) -> String {
        let is_same = |known: &ParameterDraft| {
            !self.is_positional && known.name == mark && known.kind == ParameterType::UrlSuffix
        };
        match self.parameters.iter().position(is_same) {
            Some(at) => self.reference(at),
            None => self.add(mark, ParameterType::UrlSuffix, ""),
        }
    }

    /// The code of the texts.
    fn code(&self) -> String {
        let code = self.parameters.iter().position(|known| known.kind == ParameterType::Code);
        code.map_or_else(String::new, |at| self.reference(at))
    }

    /// How a draft names the parameter at a place.
    fn reference(&self, at: usize) -> String {
        let name = self.parameters.get(at).map(|known| known.name.clone()).unwrap_or_default();
        if name.is_empty() { at.saturating_add(1).to_string() } else { name }
    }
}

/// The place of the parameter that a draft calls so.
pub(in crate::pages::business) fn place_of(
    parameters: &[ParameterDraft],
    name: &str,
) -> Option<usize> {
    match name.parse::<usize>() {
        Ok(number) => number.checked_sub(1).filter(|at| *at < parameters.len()),
        Err(_name) => parameters.iter().position(|known| known.name == name),
    }
}

/// An address and the mark at its end, if it has one; people leave its beginning out.
fn address(typed: &str) -> (String, Option<String>) {
    let (url, suffix) = match typed.split_once("{{") {
        Some((url, tail)) => (url, tail.split_once("}}").map(|(mark, _)| mark.trim().to_owned())),
        None => (typed, None),
    };
    let has_scheme = url.is_empty() || url.contains("://");
    let url = if has_scheme { url.to_owned() } else { format!("https://{url}") };
    (url, suffix)
}

/// A plus and digits of a number with spaces in it.
fn digits(typed: &str) -> String {
    typed.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_get_a_beginning_and_lose_their_mark() {
        assert_eq!(
            address("korn.example/o/{{1}}"),
            ("https://korn.example/o/".to_owned(), Some("1".to_owned()))
        );
        assert_eq!(address("https://korn.example"), ("https://korn.example".to_owned(), None));
    }

    fn name(name: &str) -> ParameterDraft {
        ParameterDraft {
            name: name.to_owned(),
            kind: ParameterType::Text,
            length_max: 0,
            example: "Priya".to_owned(),
        }
    }

    fn link(target: &str) -> ButtonRow {
        ButtonRow { kind: ButtonType::Link, text: "Look".into(), target: target.into() }
    }

    #[test]
    fn what_stands_in_no_text_goes_by_number_or_gets_a_name_of_its_own() {
        let mut numbers = Parts::new(vec![name("")], true, Category::Marketing);
        assert_eq!(numbers.add("card_1", ParameterType::File, ""), "2");
        let mut names = Parts::new(vec![name("card_1")], false, Category::Marketing);
        assert_eq!(names.add("card_1", ParameterType::File, ""), "card_1_");
        let (parameters, _) = names.finish();
        assert_eq!(place_of(&parameters, "card_1_"), Some(1));
        assert_eq!(place_of(&parameters, "2"), Some(1));
        assert_eq!(place_of(&parameters, "3"), None);
    }

    #[test]
    fn cards_with_the_same_named_end_share_it_and_numbers_never_do() {
        let mut names = Parts::new(vec![name("name")], false, Category::Marketing);
        let first = names.button(&link("korn.example/{{item}}"));
        assert_eq!(names.button(&link("korn.example/{{item}}")), first);
        let (parameters, hosts) = names.finish();
        assert_eq!((parameters.len(), hosts), (2, vec!["korn.example".to_owned()]));
        let mut numbers = Parts::new(Vec::new(), true, Category::Marketing);
        let first = numbers.button(&link("korn.example/{{1}}"));
        assert_ne!(numbers.button(&link("korn.example/{{1}}")), first);
    }
}
