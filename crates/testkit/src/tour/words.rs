//! What people say and are called on a walk, in the three languages.

/// What people say and are called in a language.
#[derive(Clone, Copy, Debug)]
#[expect(missing_docs, reason = "each is who or what says it")]
pub struct Words {
    /// Its tag.
    pub language: &'static str,
    pub shop: &'static str,
    pub owner: &'static str,
    pub colleague: &'static str,
    pub customer: &'static str,
    pub question: &'static str,
    pub answer: &'static str,
    pub thanks: &'static str,
    /// A word of the question.
    pub found: &'static str,
    /// The name of a file.
    pub file: &'static str,
    /// A word that stops what can be stopped.
    pub stop: &'static str,
    /// The words of a template, with one blank.
    pub template: &'static str,
    /// An example for the blank.
    pub example: &'static str,
    /// The words above cards, with a blank for the customer's name.
    pub cards: &'static str,
    /// The words of two cards, and those on the button of each.
    pub card: [(&'static str, &'static str); 2],
    /// An offer that ends, in 16 letters.
    pub offer: &'static str,
    /// A label for customers.
    pub label: &'static str,
    /// Why the operator decided something about the shop.
    pub reason: &'static str,
}

/// One for each language.
pub const WORDS: [Words; 3] = [
    Words {
        language: "en",
        shop: "Lindner Bakery",
        owner: "Anna",
        colleague: "Ben",
        customer: "Emma",
        question: "Good morning! Is there rye bread left today?",
        answer: "Good morning Emma. Two loaves are left, shall I keep one for you?",
        thanks: "Yes please, I come at five.",
        found: "rye bread",
        file: "Prices.pdf",
        stop: "Stop",
        template: "Hello, your order {{number}} is ready. Collect it until we close.",
        example: "B-114",
        cards: "Good morning {{name}}, this is what we bake today.",
        card: [("Rye, fresh from the oven", "Keep a rye"), ("Spelt, with seeds", "Keep a spelt")],
        offer: "Until we close",
        label: "Regulars",
        reason: "Three customers got offers that they had not asked for.",
    },
    Words {
        language: "de",
        shop: "Backstube Lindner",
        owner: "Anna",
        colleague: "Ben",
        customer: "Emma",
        question: "Guten Morgen! Gibt es heute noch Roggenbrot?",
        answer: "Guten Morgen, Emma. Zwei Laibe sind noch da, soll ich einen zurücklegen?",
        thanks: "Ja gerne, ich komme um fünf.",
        found: "Roggenbrot",
        file: "Preise.pdf",
        stop: "Stopp",
        template: "Hallo, deine Bestellung {{number}} ist fertig. Hol sie ab, solange wir geöffnet haben.",
        example: "B-114",
        cards: "Guten Morgen {{name}}, das backen wir heute.",
        card: [
            ("Roggen, frisch aus dem Ofen", "Roggen zurücklegen"),
            ("Dinkel, mit Saaten", "Dinkel zurücklegen"),
        ],
        offer: "Nur bis Samstag",
        label: "Stammkunden",
        reason: "Drei Kunden bekamen Angebote, die sie nicht wollten.",
    },
    Words {
        language: "hi",
        shop: "शर्मा बेकरी",
        owner: "अनीता",
        colleague: "विकास",
        customer: "रोहन",
        question: "नमस्ते! क्या आज राई की रोटी बची है?",
        answer: "नमस्ते रोहन। दो बची हैं, क्या एक आपके लिए रख दूँ?",
        thanks: "जी हाँ, मैं पाँच बजे आऊँगा।",
        found: "रोटी",
        file: "दाम.pdf",
        stop: "बंद करो",
        template: "नमस्ते, आपका ऑर्डर {{number}} तैयार है। दुकान खुली रहने तक ले जाएँ।",
        example: "B-114",
        cards: "नमस्ते {{name}}, आज हमने यह बनाया है।",
        card: [("राई की रोटी, अभी ओवन से निकली", "राई की रखें"), ("बीजों वाली ब्रेड", "बीजों वाली रखें")],
        offer: "शनिवार तक",
        label: "पुराने ग्राहक",
        reason: "तीन ग्राहकों को ऐसे ऑफ़र मिले जो उन्होंने नहीं माँगे थे।",
    },
];
