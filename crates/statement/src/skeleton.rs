//! Look-alike names: the skeleton of UTS 39, for names of businesses.
//!
//! Two names whose skeletons are equal look alike to a hurried reader: `Bäckerei Korn` and the same
//! with a Cyrillic `о`, with other spaces, capitals or punctuation. A verified business's skeleton is
//! refused to every other.

use unicode_security::skeleton as confusables;

/// What a name looks like: letters and digits only, in lower case, each replaced by the plainest one
/// that looks the same.
#[must_use]
pub fn skeleton(name: &str) -> String {
    // Case first: a capital `I` looks like `l`, but readers take both words for the same anyway.
    // Then again, since the plainest look-alike of a letter may be a capital.
    let plain = |text: &str| confusables(text).collect::<String>();
    let folded = plain(&name.to_lowercase()).to_lowercase();
    plain(&folded).to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn look_alikes_share_their_skeleton() {
        for (one, other) in [
            ("Bäckerei Korn", "Bäckerei K\u{43e}rn"),
            ("Bäckerei Korn", "BÄCKEREI  KORN."),
            ("Deutsche Bank", "Deut\u{455}che\u{a0}Bank"),
            ("paypal", "p\u{430}yp\u{430}l"),
            ("paypal", "paypa1"),
            ("Rn", "m"),
            ("Korn\u{200b}", "Korn"),
            ("Ｋｏｒｎ", "Korn"),
        ] {
            assert_eq!(skeleton(one), skeleton(other), "{one} {other}");
        }
    }

    #[test]
    fn different_names_stay_different() {
        for (one, other) in [
            ("Korn", "Horn"),
            ("Bäckerei Korn", "Bäckerei Kern"),
            ("शर्मा", "वर्मा"),
            ("Nail 1", "Nail 2"),
        ] {
            assert_ne!(skeleton(one), skeleton(other), "{one} {other}");
        }
    }
}
