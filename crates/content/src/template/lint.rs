//! Why a template looks like advertising, or leaves too much to its parameters.
//!
//! A finding is a hint for authors and reviewers with its reason; it refuses nothing by itself.

mod words;

use tresen_statement::{Button, ParameterKind, Place, TemplateDoc, TemplateText};
use tresen_types::Category;

/// How long a number, amount or date is shown, in characters: for the ratio only.
const TYPED_CHARACTERS: usize = 12;

/// How much of a text is fixed, in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ratio {
    /// The template's own words.
    pub fixed: usize,
    /// What its parameters may hold at most.
    pub variable: usize,
}

impl Ratio {
    /// Whether the parameters could outweigh the words: then the text is anything that a sender
    /// wants.
    #[must_use]
    pub const fn is_loose(self) -> bool {
        self.variable > self.fixed.saturating_mul(2)
    }
}

/// A hint about a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finding {
    /// A word of advertising.
    MarketingWord {
        /// Where.
        place: Place,
        /// The word.
        word: &'static str,
    },
    /// A rebate in per cent.
    Rebate {
        /// Where.
        place: Place,
    },
    /// Several exclamation marks.
    Shouting {
        /// Where.
        place: Place,
    },
    /// Cards with pictures.
    Carousel,
    /// The parameters could outweigh the words.
    LooseText {
        /// Where.
        place: Place,
        /// How much is fixed.
        ratio: Ratio,
    },
}

impl Finding {
    /// Whether it speaks for the category marketing.
    #[must_use]
    pub const fn is_marketing(self) -> bool {
        !matches!(self, Self::LooseText { .. })
    }
}

/// Everything that is to be said about a template. In a marketing template nothing is too loud.
#[must_use]
pub fn lint(template: &TemplateDoc) -> Vec<Finding> {
    let mut findings = Vec::new();
    if template.category != Category::Marketing {
        for (place, text) in all_texts(template) {
            marketing(place, &text, &mut findings);
        }
        if !template.carousel.is_empty() {
            findings.push(Finding::Carousel);
        }
    }
    for (place, text) in template.texts() {
        let ratio = ratio(template, text);
        if ratio.is_loose() {
            findings.push(Finding::LooseText { place, ratio });
        }
    }
    findings
}

/// The ratio of fixed and variable characters of one text.
#[must_use]
pub fn ratio(template: &TemplateDoc, text: &TemplateText) -> Ratio {
    let length = |number: u8| {
        template.parameter(number).map_or(0, |parameter| match parameter.kind {
            ParameterKind::Text | ParameterKind::Code => usize::from(parameter.length_max),
            _typed => TYPED_CHARACTERS,
        })
    };
    let variable = text.parameters().map(length).fold(0_usize, usize::saturating_add);
    Ratio { fixed: text.fixed_characters(), variable }
}

/// The words of all parts; parameters become a space.
fn all_texts(template: &TemplateDoc) -> Vec<(Place, String)> {
    let words = |text: &TemplateText| text.fixed_pieces().collect::<Vec<_>>().join(" ");
    let mut texts: Vec<_> =
        template.texts().into_iter().map(|(place, text)| (place, words(text))).collect();
    texts.push((Place::Footer, template.footer.clone()));
    let place = |at: u8| Place::Button(at);
    texts.extend(
        (0..)
            .zip(template.buttons.iter().map(Button::text))
            .map(|(at, text)| (place(at), text.to_owned())),
    );
    texts
}

fn marketing(place: Place, text: &str, findings: &mut Vec<Finding>) {
    let lower = text.to_lowercase();
    let found = words::MARKETING.iter().filter(|word| words::contains(&lower, word));
    findings.extend(found.map(|&word| Finding::MarketingWord { place, word }));
    let is_rebate = lower
        .split('%')
        .rev()
        .skip(1)
        .any(|before| before.trim_end().ends_with(|c: char| c.is_ascii_digit()));
    if is_rebate {
        findings.push(Finding::Rebate { place });
    }
    if text.contains("!!") || text.matches('!').count() > 1 {
        findings.push(Finding::Shouting { place });
    }
}
