//! Words of advertising in the languages of the interface.

/// The words, in lower case. A space inside stands as it is.
pub(super) const MARKETING: &[&str] = &[
    // English
    "sale",
    "discount",
    "discounts",
    "deal",
    "deals",
    "coupon",
    "voucher",
    "promo",
    "promotion",
    "special offer",
    "limited time",
    "exclusive",
    "buy now",
    "shop now",
    "order now",
    "save up to",
    "don't miss",
    "last chance",
    "free gift",
    "for free",
    "new collection",
    "new arrivals",
    "cashback",
    "win",
    "upgrade",
    "recommend",
    "refer a friend",
    "newsletter",
    "black friday",
    // German
    "rabatt",
    "rabatte",
    "angebot",
    "angebote",
    "aktion",
    "sonderpreis",
    "gutschein",
    "gutscheine",
    "schnäppchen",
    "sparen",
    "spare",
    "nur heute",
    "nur noch heute",
    "jetzt kaufen",
    "jetzt sichern",
    "jetzt bestellen",
    "exklusiv",
    "gratis",
    "gewinnen",
    "gewinnspiel",
    "letzte chance",
    "neue kollektion",
    "neu im sortiment",
    "zugreifen",
    "empfehlen",
    "treueprogramm",
    // Hindi
    "छूट",
    "ऑफर",
    "ऑफ़र",
    "सेल",
    "मुफ्त",
    "मुफ़्त",
    "कूपन",
    "खास पेशकश",
    "अभी खरीदें",
    "अभी ख़रीदें",
    "सीमित समय",
    "बचत",
    "कैशबैक",
    "इनाम",
    "जीतें",
];

/// Whether a lower-case text holds a word as a word: nothing that continues it stands beside.
pub(super) fn contains(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| {
        let before = text.split_at_checked(at).and_then(|(before, _)| before.chars().next_back());
        let after = text
            .split_at_checked(at.saturating_add(word.len()))
            .and_then(|(_, after)| after.chars().next());
        !before.is_some_and(is_of_word) && !after.is_some_and(is_of_word)
    })
}

/// Letters, digits and the vowel signs of Devanagari.
fn is_of_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '\u{900}'..='\u{903}' | '\u{93a}'..='\u{94f}')
}
