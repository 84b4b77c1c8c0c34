//! Which texts are emoji: they are shown big, and only they are reactions.

use unicode_segmentation::UnicodeSegmentation as _;

const VARIATION_EMOJI: char = '\u{fe0f}';
const KEYCAP: char = '\u{20e3}';

/// Characters below U+1F000 that are shown as emoji without a variation selector
/// (Unicode `Emoji_Presentation`).
const PRESENTED: &[(u32, u32)] = &[
    (0x231a, 0x231b),
    (0x23e9, 0x23ec),
    (0x23f0, 0x23f0),
    (0x23f3, 0x23f3),
    (0x25fd, 0x25fe),
    (0x2614, 0x2615),
    (0x2648, 0x2653),
    (0x267f, 0x267f),
    (0x2693, 0x2693),
    (0x26a1, 0x26a1),
    (0x26aa, 0x26ab),
    (0x26bd, 0x26be),
    (0x26c4, 0x26c5),
    (0x26ce, 0x26ce),
    (0x26d4, 0x26d4),
    (0x26ea, 0x26ea),
    (0x26f2, 0x26f3),
    (0x26f5, 0x26f5),
    (0x26fa, 0x26fa),
    (0x26fd, 0x26fd),
    (0x2705, 0x2705),
    (0x270a, 0x270b),
    (0x2728, 0x2728),
    (0x274c, 0x274c),
    (0x274e, 0x274e),
    (0x2753, 0x2755),
    (0x2757, 0x2757),
    (0x2795, 0x2797),
    (0x27b0, 0x27b0),
    (0x27bf, 0x27bf),
    (0x2b1b, 0x2b1c),
    (0x2b50, 0x2b50),
    (0x2b55, 0x2b55),
];

/// How many emoji the text is made of, when it is nothing but one to three: then it is shown big.
#[must_use]
pub fn is_big_emoji(text: &str) -> Option<u8> {
    // Three families with skin tones have about 120 bytes; longer texts needn't be cut.
    if text.len() > 256 {
        return None;
    }
    let mut count = 0_u8;
    for cluster in text.trim().graphemes(true) {
        if count == 3 || !is_emoji(cluster) {
            return None;
        }
        count = count.saturating_add(1);
    }
    (count > 0).then_some(count)
}

/// Whether the text is one emoji, or one character that may be shown as one (such as ❤ without a
/// variation selector): what a reaction may be.
#[must_use]
pub fn is_single_emoji(text: &str) -> bool {
    let mut clusters = text.graphemes(true);
    let first = clusters.next();
    first.is_some_and(|cluster| is_emoji(cluster) || is_symbol(cluster))
        && clusters.next().is_none()
}

fn is_emoji(cluster: &str) -> bool {
    let Some(first) = cluster.chars().next() else { return false };
    if first.is_ascii() {
        // A key with a digit, # or *.
        return first.is_ascii_graphic() && !first.is_alphabetic() && cluster.ends_with(KEYCAP);
    }
    let code = u32::from(first);
    match code {
        // Flags are pairs of regional indicators.
        0x1f1e6..=0x1f1ff => cluster.chars().count() == 2,
        0x1f004 | 0x1f0cf | 0x1f18e | 0x1f191..=0x1f19a | 0x1f201..=0x1f265 => true,
        0x1f300..=0x1faff => true,
        _other => {
            PRESENTED.iter().any(|(from, to)| (*from..=*to).contains(&code))
                || (is_symbol(cluster) && cluster.contains(VARIATION_EMOJI))
        }
    }
}

/// Whether the first character is in the blocks from which emoji are chosen by a selector.
fn is_symbol(cluster: &str) -> bool {
    cluster.chars().next().is_some_and(|first| {
        matches!(u32::from(first),
            0xa9 | 0xae | 0x203c | 0x2049 | 0x2122 | 0x2139 | 0x2190..=0x21ff | 0x2300..=0x23ff
            | 0x24c2 | 0x25a0..=0x27bf | 0x2900..=0x297f | 0x2b00..=0x2bff | 0x3030 | 0x303d
            | 0x3297 | 0x3299 | 0x1f000..=0x1f2ff)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_to_three_emoji_are_big() {
        for (text, count) in [
            ("❤️", Some(1)),
            ("👍🏽", Some(1)),
            ("👨‍👩‍👧‍👦", Some(1)),
            ("🇮🇳", Some(1)),
            ("1️⃣", Some(1)),
            ("🥐🥨☕", Some(3)),
            (" 🎉 ", Some(1)),
            ("🎉🎉🎉🎉", None),
            ("🎉!", None),
            ("1", None),
            ("12", None),
            ("©", None),
            ("ok", None),
            ("", None),
            ("नमस्ते", None),
        ] {
            assert_eq!(is_big_emoji(text), count, "{text}");
        }
    }

    #[test]
    fn reactions_are_one_emoji() {
        assert!(is_single_emoji("❤"));
        assert!(is_single_emoji("👍🏽"));
        assert!(!is_single_emoji("👍👍"));
        assert!(!is_single_emoji("a"));
        assert!(!is_single_emoji(""));
    }
}
