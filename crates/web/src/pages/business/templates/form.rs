//! What is typed into the editor, and the draft that it makes.

use std::collections::BTreeMap;

use leptos::prelude::*;
use tresen_statement::link_hosts;
use tresen_types::Category;
use tresen_view::{ButtonDraft, ParameterDraft, ParameterType, TemplateDraft};

use crate::i18n::language;

/// What is known about a mark in the texts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fact {
    pub(super) kind: ParameterType,
    pub(super) example: String,
}

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

/// A template that is being edited.
#[derive(Clone, Copy)]
pub(super) struct TemplateForm {
    pub(super) name: RwSignal<String>,
    pub(super) language: RwSignal<String>,
    pub(super) category: RwSignal<Category>,
    pub(super) header: RwSignal<String>,
    pub(super) body: RwSignal<String>,
    pub(super) footer: RwSignal<String>,
    pub(super) buttons: RwSignal<Vec<ButtonRow>>,
    pub(super) facts: RwSignal<BTreeMap<String, Fact>>,
    /// The marks in the texts, in their order.
    pub(super) marks: Memo<Vec<String>>,
    time_to_live_s: u32,
    /// Whether name and language stay: a next version.
    pub(super) is_next: bool,
}

impl TemplateForm {
    /// An empty form, or one with a draft in it.
    pub(super) fn new(draft: Option<TemplateDraft>) -> Self {
        let is_next = draft.is_some();
        let draft = draft.unwrap_or_else(|| TemplateDraft {
            name: String::new(),
            language: language().tag().to_owned(),
            category: Category::Utility,
            header: String::new(),
            body: String::new(),
            header_file: None,
            cards: Vec::new(),
            offer: None,
            footer: String::new(),
            buttons: Vec::new(),
            parameters: Vec::new(),
            link_domains: Vec::new(),
            time_to_live_s: 0,
        });
        let facts = (1_usize..).zip(&draft.parameters).map(|(number, parameter)| {
            let mark = match parameter.name.as_str() {
                "" => number.to_string(),
                name => name.to_owned(),
            };
            (mark, Fact { kind: parameter.kind, example: parameter.example.clone() })
        });
        let facts = RwSignal::new(facts.collect());
        let header = RwSignal::new(draft.header);
        let body = RwSignal::new(draft.body);
        Self {
            name: RwSignal::new(super::title(&draft.name)),
            language: RwSignal::new(draft.language),
            category: RwSignal::new(draft.category),
            marks: Memo::new(move |_| {
                let mut all = header.with(|text| marks(text));
                for mark in body.with(|text| marks(text)) {
                    if !all.contains(&mark) {
                        all.push(mark);
                    }
                }
                all
            }),
            header,
            body,
            footer: RwSignal::new(draft.footer),
            buttons: RwSignal::new(draft.buttons.iter().map(row).collect()),
            facts,
            time_to_live_s: draft.time_to_live_s,
            is_next,
        }
    }

    /// What is known about a mark; a new one is a few words.
    pub(super) fn fact(self, mark: &str) -> Fact {
        let known = self.facts.with(|facts| facts.get(mark).cloned());
        known.unwrap_or(Fact { kind: ParameterType::Text, example: String::new() })
    }

    /// Changes what is known about a mark.
    pub(super) fn set_fact(self, mark: &str, change: impl FnOnce(&mut Fact)) {
        let mut fact = untrack(|| self.fact(mark));
        change(&mut fact);
        self.facts.update(|facts| {
            facts.insert(mark.to_owned(), fact);
        });
    }

    /// Puts a mark at the end of the body; where the caret is, people write it themselves.
    pub(super) fn add_mark(self) {
        let number = self.marks.with_untracked(|marks| {
            (1..).map(|number: u32| number.to_string()).find(|mark| !marks.contains(mark))
        });
        let Some(number) = number else { return };
        self.body.update(|body| {
            if !body.is_empty() && !body.ends_with(char::is_whitespace) {
                body.push(' ');
            }
            body.push_str(&format!("{{{{{number}}}}}"));
        });
    }

    /// The draft as it would be published; follows the fields.
    pub(super) fn draft(self) -> TemplateDraft {
        let marks = self.marks.get();
        // Numbers are parameters by their place; as soon as one has a name, all have.
        let mut order = marks;
        let is_positional = order.iter().all(|mark| mark.parse::<u32>().is_ok());
        if is_positional {
            order.sort_by_key(|mark| mark.parse::<u32>().unwrap_or(u32::MAX));
        }
        let mut parameters: Vec<ParameterDraft> = order
            .iter()
            .map(|mark| {
                let fact = self.fact(mark);
                ParameterDraft {
                    name: if is_positional { String::new() } else { mark.clone() },
                    kind: fact.kind,
                    length_max: 0,
                    example: fact.example.trim().to_owned(),
                }
            })
            .collect();
        let code = parameters.iter().position(|known| known.kind == ParameterType::Code);
        let code = code.map_or_else(String::new, |at| reference(&parameters, at));
        let category = self.category.get();
        let mut hosts = Vec::new();
        let mut buttons = Vec::new();
        for button in self.buttons.get() {
            let text = button.text.trim().to_owned();
            let target = button.target.trim();
            buttons.push(match button.kind {
                ButtonType::Reply => ButtonDraft::QuickReply { text, payload: None },
                ButtonType::Phone => ButtonDraft::Phone { text, number: digits(target) },
                ButtonType::Code if category == Category::Authentication => {
                    ButtonDraft::OneTimeCode { text, code: code.clone() }
                }
                ButtonType::Code => ButtonDraft::CopyCode { text, code: code.clone() },
                ButtonType::Goods => ButtonDraft::Goods { text, goods: None },
                ButtonType::Link => {
                    let (url, suffix) = address(target);
                    hosts.extend(link_hosts(&url));
                    let suffix = suffix.map(|mark| {
                        let name = if is_positional { String::new() } else { mark };
                        parameters.push(ParameterDraft {
                            name,
                            kind: ParameterType::UrlSuffix,
                            length_max: 0,
                            example: String::new(),
                        });
                        reference(&parameters, parameters.len().saturating_sub(1))
                    });
                    ButtonDraft::Url { text, url, suffix }
                }
            });
        }
        let (header, body) = (self.header.get().trim().to_owned(), self.body.get());
        let body = body.trim().to_owned();
        for text in [&header, &body] {
            hosts.extend(link_hosts(text));
        }
        hosts.sort_unstable();
        hosts.dedup();
        TemplateDraft {
            name: slug(&self.name.get()),
            language: self.language.get(),
            category,
            header,
            body,
            header_file: None,
            cards: Vec::new(),
            offer: None,
            footer: self.footer.get().trim().to_owned(),
            buttons,
            parameters,
            link_domains: hosts,
            time_to_live_s: self.time_to_live_s,
        }
    }
}

/// How a draft names the parameter at a place.
fn reference(parameters: &[ParameterDraft], at: usize) -> String {
    let name = parameters.get(at).map(|known| known.name.clone()).unwrap_or_default();
    if name.is_empty() { at.saturating_add(1).to_string() } else { name }
}

fn row(draft: &ButtonDraft) -> ButtonRow {
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
    ButtonRow { kind, text, target }
}

/// The marks `{{…}}` of a text, each once, in their order.
fn marks(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some((_, tail)) = rest.split_once("{{") {
        let Some((mark, tail)) = tail.split_once("}}") else { break };
        let mark = mark.trim().to_owned();
        if !mark.is_empty() && !found.contains(&mark) {
            found.push(mark);
        }
        rest = tail;
    }
    found
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

/// "Gate changed!" is known as `gate_changed`.
fn slug(name: &str) -> String {
    let mut slug = String::new();
    for letter in name.trim().to_lowercase().chars() {
        match letter {
            'a'..='z' | '0'..='9' => slug.push(letter),
            'ä' => slug.push_str("ae"),
            'ö' => slug.push_str("oe"),
            'ü' => slug.push_str("ue"),
            'ß' => slug.push_str("ss"),
            ' ' | '_' | '-' if !slug.is_empty() && !slug.ends_with('_') => slug.push('_'),
            _ => {}
        }
    }
    slug.trim_end_matches('_').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_what_the_server_takes() {
        assert_eq!(slug("Gate changed!"), "gate_changed");
        assert_eq!(slug(" Größe  42 "), "groesse_42");
        assert_eq!(slug("दुकान"), "");
    }

    #[test]
    fn marks_are_found_once_and_in_their_order() {
        assert_eq!(marks("Hi {{name}}, {{order}} for {{ name }} {{ and"), ["name", "order"]);
    }

    #[test]
    fn addresses_get_a_beginning_and_lose_their_mark() {
        assert_eq!(
            address("korn.example/o/{{1}}"),
            ("https://korn.example/o/".to_owned(), Some("1".to_owned()))
        );
        assert_eq!(address("https://korn.example"), ("https://korn.example".to_owned(), None));
    }
}
