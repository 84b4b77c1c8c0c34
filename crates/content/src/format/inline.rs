//! Marks and links inside one line.

use linkify::{LinkFinder, LinkKind};

use crate::limits::FORMAT_DEPTH_MAX;

/// A part of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Inline {
    /// Text.
    Text(String),
    /// `*bold*`
    Bold(Vec<Self>),
    /// `_italic_`
    Italic(Vec<Self>),
    /// `~strike~`
    Strike(Vec<Self>),
    /// `` `code` ``
    Code(String),
    /// A link.
    Link {
        /// Where it leads: `https:`, `http:` or `mailto:`, nothing else.
        url: String,
        /// As it was written.
        text: String,
    },
    /// The border between two lines of a block.
    LineBreak,
}

/// A character, or a link in one piece.
#[derive(Clone, Debug)]
enum Token {
    Char(char),
    Link { url: String, text: String },
}

const MARKS: [char; 4] = ['*', '_', '~', '`'];

pub(super) fn parse_line(line: &str) -> Vec<Inline> {
    parse_tokens(&tokens(line), FORMAT_DEPTH_MAX)
}

fn tokens(line: &str) -> Vec<Token> {
    let mut finder = LinkFinder::new();
    finder.url_must_have_scheme(false);
    let mut tokens = Vec::new();
    for span in finder.spans(line) {
        let whole = span.as_str();
        // A mark right after an address closes what stands before it.
        let address = whole.trim_end_matches(MARKS);
        match span.kind().and_then(|kind| url_of(kind, address)) {
            Some(url) => {
                tokens.push(Token::Link { url, text: address.to_owned() });
                tokens.extend(whole.chars().skip(address.chars().count()).map(Token::Char));
            }
            None => tokens.extend(whole.chars().map(Token::Char)),
        }
    }
    tokens
}

/// Where an address leads; `None` for what isn't linked: other schemes and bare domains.
fn url_of(kind: &LinkKind, address: &str) -> Option<String> {
    let begins = |with: &str| {
        address
            .get(..with.len())
            .is_some_and(|begin| begin.eq_ignore_ascii_case(with) && address.len() > with.len())
    };
    match kind {
        LinkKind::Email => Some(format!("mailto:{address}")),
        LinkKind::Url if begins("https://") || begins("http://") => Some(address.to_owned()),
        LinkKind::Url if begins("www.") => Some(format!("https://{address}")),
        _other => None,
    }
}

fn parse_tokens(tokens: &[Token], depth_left: usize) -> Vec<Inline> {
    let mut inlines = Vec::new();
    let mut text = String::new();
    // A mark without an end after one place has none after any later place: looking only once keeps
    // the time linear.
    let mut endless = Vec::new();
    let mut previous = None;
    let mut rest = tokens;
    while let Some((token, after)) = rest.split_first() {
        let mark = mark_of(token).filter(|mark| {
            depth_left > 0 && is_border(previous) && begins_word(after) && !endless.contains(mark)
        });
        if let Some(mark) = mark {
            if let Some((inner, end, behind)) = split_at_end(after, mark) {
                flush(&mut text, &mut inlines);
                inlines.push(marked(mark, inner, depth_left.saturating_sub(1)));
                previous = Some(end);
                rest = behind;
                continue;
            }
            endless.push(mark);
        }
        match token {
            Token::Char(character) => text.push(*character),
            Token::Link { url, text: shown } => {
                flush(&mut text, &mut inlines);
                inlines.push(Inline::Link { url: url.clone(), text: shown.clone() });
            }
        }
        previous = Some(token);
        rest = after;
    }
    flush(&mut text, &mut inlines);
    inlines
}

fn flush(text: &mut String, inlines: &mut Vec<Inline>) {
    if !text.is_empty() {
        inlines.push(Inline::Text(std::mem::take(text)));
    }
}

fn marked(mark: char, inner: &[Token], depth_left: usize) -> Inline {
    match mark {
        '*' => Inline::Bold(parse_tokens(inner, depth_left)),
        '_' => Inline::Italic(parse_tokens(inner, depth_left)),
        '~' => Inline::Strike(parse_tokens(inner, depth_left)),
        _backtick => Inline::Code(inner.iter().map(Token::source).collect()),
    }
}

/// Splits at the end of a mark that begins before `tokens`: what is inside, the mark, what follows.
fn split_at_end(tokens: &[Token], mark: char) -> Option<(&[Token], &Token, &[Token])> {
    let is_end = |at: usize, token: &Token| {
        let before = at.checked_sub(1).and_then(|before| tokens.get(before));
        let after = at.checked_add(1).and_then(|after| tokens.get(after));
        mark_of(token) == Some(mark)
            && before.is_some_and(|before| !before.is_space() && mark_of(before) != Some(mark))
            && is_border(after)
    };
    let (at, _mark) = tokens.iter().enumerate().find(|(at, token)| is_end(*at, token))?;
    let (inner, end) = tokens.split_at_checked(at)?;
    let (end, behind) = end.split_first()?;
    Some((inner, end, behind))
}

fn mark_of(token: &Token) -> Option<char> {
    match token {
        Token::Char(character) => MARKS.contains(character).then_some(*character),
        Token::Link { .. } => None,
    }
}

/// Whether a mark may stand beside this: the line's end, a space, punctuation, another mark.
fn is_border(beside: Option<&Token>) -> bool {
    match beside {
        None => true,
        Some(Token::Char(character)) => !character.is_alphanumeric() && !is_joined(*character),
        Some(Token::Link { .. }) => false,
    }
}

/// Whether a character belongs to the one before it: Indic vowel signs aren't alphanumeric all.
fn is_joined(character: char) -> bool {
    // 0x964 and 0x965 end sentences.
    matches!(u32::from(character),
        0x300..=0x36f | 0x900..=0x963 | 0x966..=0xdff | 0x200c..=0x200d | 0xfe0f)
}

fn begins_word(after: &[Token]) -> bool {
    after.first().is_some_and(|token| !token.is_space())
}

impl Token {
    fn is_space(&self) -> bool {
        matches!(self, Self::Char(character) if character.is_whitespace())
    }

    fn source(&self) -> String {
        match self {
            Self::Char(character) => character.to_string(),
            Self::Link { text, .. } => text.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Inline {
        Inline::Text(text.to_owned())
    }

    fn bold(inner: Vec<Inline>) -> Inline {
        Inline::Bold(inner)
    }

    fn link(url: &str, text: &str) -> Inline {
        Inline::Link { url: url.to_owned(), text: text.to_owned() }
    }

    #[test]
    fn marks_count_at_word_borders() {
        assert_eq!(parse_line("*bold*"), [bold(vec![text("bold")])]);
        assert_eq!(parse_line("a *b c* d"), [text("a "), bold(vec![text("b c")]), text(" d")]);
        assert_eq!(parse_line("(_x_)!"), [text("("), Inline::Italic(vec![text("x")]), text(")!")]);
        assert_eq!(parse_line("~x~, `y*z`").len(), 3);
        assert_eq!(parse_line("`a *b* c`"), [Inline::Code("a *b* c".to_owned())]);
        for plain in [
            "2*3*4",
            "snake_case_name",
            "* a *",
            "*a",
            "a*",
            "**",
            "***",
            "_ _",
            "5 * 3 * 2",
            "*a *b",
        ] {
            assert_eq!(parse_line(plain), [text(plain)], "{plain}");
        }
    }

    #[test]
    fn marks_nest_and_cross_nothing() {
        let nested = bold(vec![Inline::Italic(vec![Inline::Strike(vec![text("x")])])]);
        assert_eq!(parse_line("*_~x~_*"), [nested]);
        assert_eq!(
            parse_line("*a _b* c_"),
            [bold(vec![text("a _b")]), text(" c_")],
            "a mark that begins inside doesn't end outside"
        );
    }

    #[test]
    fn hindi_words_have_borders_too() {
        assert_eq!(parse_line("*नमस्ते* जी"), [bold(vec![text("नमस्ते")]), text(" जी")]);
        assert_eq!(parse_line("*नमस्ते*।"), [bold(vec![text("नमस्ते")]), text("।")]);
        assert_eq!(parse_line("ते*अ*"), [text("ते*अ*")]);
    }

    #[test]
    fn addresses_become_links() {
        let url = "https://korn.example/a_b_c?x=*1*&y";
        assert_eq!(parse_line(url), [link(url, url)]);
        assert_eq!(
            parse_line("see www.korn.example."),
            [text("see "), link("https://www.korn.example", "www.korn.example"), text(".")]
        );
        assert_eq!(
            parse_line("*https://korn.example*"),
            [bold(vec![link("https://korn.example", "https://korn.example")])]
        );
        assert_eq!(
            parse_line("anna@korn.example"),
            [link("mailto:anna@korn.example", "anna@korn.example")]
        );
        for plain in ["korn.example", "javascript://x.example", "ftp://korn.example", "1.50"] {
            assert_eq!(parse_line(plain), [text(plain)], "{plain}");
        }
        let shown = "`https://korn.example`";
        assert_eq!(parse_line(shown), [Inline::Code("https://korn.example".to_owned())]);
    }

    #[test]
    fn many_open_marks_take_linear_time() {
        let line = "*a _b ~c `d ".repeat(20_000);
        assert_eq!(parse_line(&line), [text(&line)]);
    }
}
