//! WhatsApp's formatting into nodes, never into HTML.
//!
//! First blocks between ```` ``` ```` are cut out; the rest goes line by line: `> ` quotes, `- ` and
//! `* ` bullets, `1. ` numbers, everything else is a paragraph. Inside a line, `*bold*`, `_italic_`,
//! `~strike~` and `` `code` `` count at word borders only and never cross the line's end; addresses
//! of the web and of mail become links and no mark inside them counts.

mod inline;

pub use inline::Inline;
use inline::parse_line;

const FENCE: &str = "```";

/// A part of a formatted text that stands below the one before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Block {
    /// Lines of text, with [`Inline::LineBreak`] between them.
    Paragraph(Vec<Inline>),
    /// Lines that are quoted.
    Quote(Vec<Inline>),
    /// Items with bullets.
    Bullets(Vec<Vec<Inline>>),
    /// Items with numbers that count up from `start`.
    Numbers {
        /// The first number, as it was written.
        start: u16,
        /// The items.
        items: Vec<Vec<Inline>>,
    },
    /// Text as it is, in a fixed width.
    Code(String),
}

/// Parses a text.
#[must_use]
pub fn parse(text: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut rest = text;
    while let Some((before, code, after)) = split_code(rest) {
        // The line feeds next to a block are its border, not empty lines.
        parse_lines(before.strip_suffix('\n').unwrap_or(before), &mut blocks);
        let code = code.strip_prefix('\n').unwrap_or(code);
        blocks.push(Block::Code(code.strip_suffix('\n').unwrap_or(code).to_owned()));
        rest = after.strip_prefix('\n').unwrap_or(after);
    }
    parse_lines(rest, &mut blocks);
    blocks
}

/// The text without its marks, one line per line: for search, previews and screen readers.
#[must_use]
pub fn plain_text(text: &str) -> String {
    let mut lines = Vec::new();
    for block in parse(text) {
        match block {
            Block::Paragraph(inlines) | Block::Quote(inlines) => lines.push(inline_text(&inlines)),
            Block::Bullets(items) | Block::Numbers { items, .. } => {
                lines.extend(items.iter().map(|item| inline_text(item)));
            }
            Block::Code(code) => lines.push(code),
        }
    }
    lines.join("\n")
}

fn inline_text(inlines: &[Inline]) -> String {
    inlines
        .iter()
        .map(|inline| match inline {
            Inline::Text(text) | Inline::Code(text) | Inline::Link { text, .. } => text.clone(),
            Inline::Bold(inner) | Inline::Italic(inner) | Inline::Strike(inner) => {
                inline_text(inner)
            }
            Inline::LineBreak => "\n".to_owned(),
        })
        .collect()
}

/// Splits at the first block of code that isn't empty.
fn split_code(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once(FENCE)?;
    let (code, after) = rest.split_once(FENCE)?;
    (!code.trim().is_empty()).then_some((before, code, after))
}

/// How a line begins.
enum Line<'t> {
    Plain(&'t str),
    Quote(&'t str),
    Bullet(&'t str),
    Number(u16, &'t str),
}

fn classify(line: &str) -> Line<'_> {
    if let Some(rest) = line.strip_prefix("> ") {
        return Line::Quote(rest);
    }
    let item = line.strip_prefix("- ").or_else(|| line.strip_prefix("* "));
    if let Some(rest) = item.filter(|rest| !rest.trim().is_empty()) {
        return Line::Bullet(rest);
    }
    let number = line.split_once(". ").filter(|(digits, rest)| {
        let is_number =
            (1..=3).contains(&digits.len()) && digits.bytes().all(|digit| digit.is_ascii_digit());
        is_number && !rest.trim().is_empty()
    });
    match number.and_then(|(digits, rest)| Some((digits.parse().ok()?, rest))) {
        Some((number, rest)) => Line::Number(number, rest),
        None => Line::Plain(line),
    }
}

fn parse_lines(text: &str, blocks: &mut Vec<Block>) {
    if text.is_empty() {
        return;
    }
    // A block ends where a line of another kind begins, and code is a block of its own; so lines
    // continue only what this call has begun.
    let begun = blocks.len();
    for line in text.split('\n') {
        let line = classify(line.strip_suffix('\r').unwrap_or(line));
        let open = if blocks.len() > begun { blocks.last_mut() } else { None };
        match (line, open) {
            (Line::Plain(line), Some(Block::Paragraph(inlines)))
            | (Line::Quote(line), Some(Block::Quote(inlines))) => {
                inlines.push(Inline::LineBreak);
                inlines.extend(parse_line(line));
            }
            (Line::Bullet(line), Some(Block::Bullets(items)))
            | (Line::Number(_, line), Some(Block::Numbers { items, .. })) => {
                items.push(parse_line(line));
            }
            (Line::Plain(line), _other) => blocks.push(Block::Paragraph(parse_line(line))),
            (Line::Quote(line), _other) => blocks.push(Block::Quote(parse_line(line))),
            (Line::Bullet(line), _other) => blocks.push(Block::Bullets(vec![parse_line(line)])),
            (Line::Number(start, line), _other) => {
                blocks.push(Block::Numbers { start, items: vec![parse_line(line)] });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Inline {
        Inline::Text(text.to_owned())
    }

    #[test]
    fn lines_become_blocks() {
        let source = "Hello\nyou\n> quoted\n> twice\n- one\n* two\n3. three\n4. four\nend";
        let expected = vec![
            Block::Paragraph(vec![text("Hello"), Inline::LineBreak, text("you")]),
            Block::Quote(vec![text("quoted"), Inline::LineBreak, text("twice")]),
            Block::Bullets(vec![vec![text("one")], vec![text("two")]]),
            Block::Numbers { start: 3, items: vec![vec![text("three")], vec![text("four")]] },
            Block::Paragraph(vec![text("end")]),
        ];
        assert_eq!(parse(source), expected);
        assert_eq!(plain_text(source), "Hello\nyou\nquoted\ntwice\none\ntwo\nthree\nfour\nend");
    }

    #[test]
    fn code_keeps_everything_as_it_is() {
        let expected = vec![
            Block::Paragraph(vec![text("see")]),
            Block::Code("*a*\n> b".to_owned()),
            Block::Paragraph(vec![text("so")]),
        ];
        assert_eq!(parse("see\n```\n*a*\n> b\n```\nso"), expected);
        assert_eq!(parse("see ```x``` so")[1], Block::Code("x".to_owned()));
        // Without an end there is no block.
        assert_eq!(parse("```open"), [Block::Paragraph(vec![text("```open")])]);
    }

    #[test]
    fn half_marks_at_the_line_start_are_text() {
        for line in [">quoted", "-one", "1.one", "1234. one", "- ", "1. "] {
            assert_eq!(parse(line), [Block::Paragraph(vec![text(line)])], "{line}");
        }
        assert_eq!(parse(""), []);
    }

    #[test]
    fn empty_lines_stay() {
        let expected = vec![text("a"), Inline::LineBreak, Inline::LineBreak, text("b")];
        assert_eq!(parse("a\n\nb"), [Block::Paragraph(expected)]);
    }
}
