//! What is typed into the editor, and the draft that it makes.

use std::collections::BTreeMap;

use leptos::prelude::*;
use tresen_types::Category;
use tresen_view::{
    CardDraft, HeaderFile, OfferDraft, ParameterDraft, ParameterType, TemplateDraft,
};

use super::parts::{ButtonRow, ButtonType, Parts};
use crate::i18n::{language, time};

/// The buttons that a card has room for.
pub(super) const CARD_BUTTONS_MAX: usize = 2;

/// What is known about a mark in the texts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fact {
    pub(super) kind: ParameterType,
    pub(super) example: String,
}

/// A card of a carousel that is being edited; its picture is chosen when the template is sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct CardRow {
    pub(super) body: String,
    /// The words on its buttons and where they lead; what they do is the same on every card.
    pub(super) buttons: [ButtonWords; CARD_BUTTONS_MAX],
}

/// What differs between the same button of several cards.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct ButtonWords {
    pub(super) text: String,
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
    /// The cards of a carousel; none without one.
    pub(super) cards: RwSignal<Vec<CardRow>>,
    /// What the buttons of every card do.
    pub(super) card_buttons: RwSignal<Vec<ButtonType>>,
    pub(super) has_offer: RwSignal<bool>,
    pub(super) offer_text: RwSignal<String>,
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
        let cards = RwSignal::new(draft.cards.iter().map(card_row).collect::<Vec<_>>());
        let kinds = draft.cards.first().map(|card| {
            card.buttons.iter().map(|button| ButtonRow::of(button).kind).collect::<Vec<_>>()
        });
        Self {
            name: RwSignal::new(super::title(&draft.name)),
            language: RwSignal::new(draft.language),
            category: RwSignal::new(draft.category),
            marks: Memo::new(move |_| {
                let mut all = Vec::new();
                let mut add = |text: &String| {
                    for mark in marks(text) {
                        if !all.contains(&mark) {
                            all.push(mark);
                        }
                    }
                };
                // Beside cards there is no title.
                if cards.with(Vec::is_empty) {
                    header.with(&mut add);
                }
                body.with(&mut add);
                cards.with(|cards| cards.iter().for_each(|card| add(&card.body)));
                all
            }),
            header,
            body,
            footer: RwSignal::new(draft.footer),
            buttons: RwSignal::new(draft.buttons.iter().map(ButtonRow::of).collect()),
            cards,
            card_buttons: RwSignal::new(kinds.unwrap_or_else(|| vec![ButtonType::Reply])),
            has_offer: RwSignal::new(draft.offer.is_some()),
            offer_text: RwSignal::new(draft.offer.map(|offer| offer.text).unwrap_or_default()),
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

    /// The marks in the order of their parameters, and whether these go by numbers.
    pub(super) fn order(self) -> (Vec<String>, bool) {
        let mut order = self.marks.get();
        // Numbers are parameters by their place; as soon as one has a name, all have.
        let is_positional = order.iter().all(|mark| mark.parse::<u32>().is_ok());
        if is_positional {
            order.sort_by_key(|mark| mark.parse::<u32>().unwrap_or(u32::MAX));
        }
        (order, is_positional)
    }

    /// Whether cards stand in the place of title, small line and buttons.
    pub(super) fn has_cards(self) -> bool {
        self.cards.with(|cards| !cards.is_empty())
    }

    /// The draft as it would be published; follows the fields.
    pub(super) fn draft(self) -> TemplateDraft {
        let (order, is_positional) = self.order();
        let parameters = order
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
        let category = self.category.get();
        let mut parts = Parts::new(parameters, is_positional, category);
        let (has_cards, has_offer) = (self.has_cards(), self.has_offer.get());
        let kept = |is_kept: bool, text: RwSignal<String>| {
            if is_kept { text.get().trim().to_owned() } else { String::new() }
        };
        let header = kept(!has_cards, self.header);
        let body = kept(true, self.body);
        let footer = kept(!has_cards && !has_offer, self.footer);
        for text in [&header, &body] {
            parts.links(text);
        }
        let buttons = self.buttons.get();
        let buttons = buttons.iter().filter(|_row| !has_cards).map(|row| parts.button(row));
        let buttons = buttons.collect();
        let cards = self.card_drafts(&mut parts);
        let offer = has_offer.then(|| OfferDraft {
            text: kept(true, self.offer_text),
            ends: Some(parts.add("offer_end", ParameterType::Date, &example_day())),
        });
        let (parameters, link_domains) = parts.finish();
        TemplateDraft {
            name: slug(&self.name.get()),
            language: self.language.get(),
            category,
            header,
            body,
            header_file: None,
            cards,
            offer,
            footer,
            buttons,
            parameters,
            link_domains,
            time_to_live_s: self.time_to_live_s,
        }
    }

    fn card_drafts(self, parts: &mut Parts) -> Vec<CardDraft> {
        let kinds = self.card_buttons.get();
        let cards = self.cards.get();
        let drafts = cards.iter().zip(1_u8..).map(|(card, number)| {
            let body = card.body.trim().to_owned();
            parts.links(&body);
            let media = parts.add(&format!("card_{number}"), ParameterType::File, "");
            let buttons = kinds.iter().zip(&card.buttons).map(|(kind, words)| {
                let ButtonWords { text, target } = words.clone();
                parts.button(&ButtonRow { kind: *kind, text, target })
            });
            CardDraft { kind: HeaderFile::Image, media, body, buttons: buttons.collect() }
        });
        drafts.collect()
    }
}

/// A day that stands for the end of an offer in previews, two weeks from now.
pub(super) fn example_day() -> String {
    time::day(time::at_hour(14, 12))
}

fn card_row(draft: &CardDraft) -> CardRow {
    let mut card = CardRow { body: draft.body.clone(), ..CardRow::default() };
    for (words, button) in card.buttons.iter_mut().zip(&draft.buttons) {
        let ButtonRow { text, target, .. } = ButtonRow::of(button);
        *words = ButtonWords { text, target };
    }
    card
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
}
