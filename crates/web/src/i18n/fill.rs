//! Filling names and numbers into texts.

use super::t;

/// First strong isolate and its end: what stands between doesn't turn the text around it.
const ISOLATE: [char; 2] = ['\u{2068}', '\u{2069}'];

/// Replaces `{key}` by its value. A value of a right-to-left script is isolated from the rest.
#[must_use]
pub fn fill(template: &str, values: &[(&str, &str)]) -> String {
    let mut filled = String::with_capacity(template.len() + 32);
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        let Some((key, after)) = after.split_once('}') else {
            filled.push('{');
            rest = after;
            continue;
        };
        if let Some((_, value)) = values.iter().find(|(name, _)| *name == key) {
            push_isolated(&mut filled, value);
        }
        rest = after;
    }
    filled.push_str(rest);
    filled
}

fn push_isolated(text: &mut String, value: &str) {
    let [start, end] = ISOLATE;
    let turns = value.chars().any(is_right_to_left);
    if turns {
        text.push(start);
    }
    text.push_str(value);
    if turns {
        text.push(end);
    }
}

const fn is_right_to_left(character: char) -> bool {
    matches!(character, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}')
}

/// A size in words: "1.8 MB".
#[must_use]
pub fn bytes(size: u64) -> String {
    const UNITS: [&str; 4] = ["B", "kB", "MB", "GB"];
    let mut unit = 0;
    let mut tenths = size.saturating_mul(10);
    while tenths >= 10_000 && unit + 1 < UNITS.len() {
        tenths /= 1_000;
        unit += 1;
    }
    let name = UNITS.get(unit).copied().unwrap_or_default();
    let (whole, tenth) = (tenths / 10, tenths % 10);
    if unit == 0 || whole >= 100 || tenth == 0 {
        return format!("{whole} {name}");
    }
    let point = if super::language() == super::Language::German { ',' } else { '.' };
    format!("{whole}{point}{tenth} {name}")
}

/// "1.2 of 1.8 MB".
#[must_use]
pub fn bytes_of(done: u64, total: u64) -> String {
    fill(t().bytes_of, &[("done", &bytes(done)), ("total", &bytes(total))])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fills_what_it_knows_and_keeps_the_rest() {
        assert_eq!(fill("{name} has {n}", &[("name", "Anna"), ("n", "2")]), "Anna has 2");
        assert_eq!(fill("open { brace", &[]), "open { brace");
        assert_eq!(fill("{name}", &[("name", "سلمى")]), "\u{2068}سلمى\u{2069}");
    }

    #[test]
    fn sizes_have_one_digit_after_the_point() {
        assert_eq!(bytes(999), "999 B");
        assert_eq!(bytes(1_800_000), "1.8 MB");
        assert_eq!(bytes(240_000_000), "240 MB");
    }
}
