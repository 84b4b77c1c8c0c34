//! Stop words: the wish to get no more, in free text, in every language of the interface.
//!
//! Only a message that is nothing else counts. "Please stop at the second door" is not a wish to
//! hear no more; "stop", "STOPP!" and "please stop" are.

/// Whole messages that mean it, in lower case, without punctuation.
const MESSAGES: &[&str] = &[
    // English
    "stop",
    "stop all",
    "stopall",
    "unsubscribe",
    "opt out",
    "optout",
    "cancel",
    "end",
    "quit",
    "no more messages",
    "stop it",
    "stop messaging me",
    "stop sending messages",
    "no ads",
    // German
    "stopp",
    "abmelden",
    "abbestellen",
    "keine werbung",
    "keine werbung mehr",
    "keine nachrichten mehr",
    "aufhören",
    "austragen",
    "hör auf",
    "hören sie auf",
    // Hindi, in both scripts
    "बंद",
    "बंद करो",
    "बंद करें",
    "बंद कीजिए",
    "बन्द करो",
    "रोको",
    "रोकें",
    "मत भेजो",
    "संदेश मत भेजो",
    "स्टॉप",
    "band karo",
    "mat bhejo",
];

/// Words of courtesy around them.
const COURTESY: &[&str] = &["please", "pls", "bitte", "कृपया", "thanks", "danke", "धन्यवाद"];

/// Words of one message that are looked at; a longer one says something else.
const WORDS_MAX: usize = 6;

/// The stop word that a message consists of; `None` when it says anything else.
#[must_use]
pub fn stop_word(text: &str) -> Option<&'static str> {
    let words: Vec<_> = text
        .split(|c: char| c.is_whitespace() || is_punctuation(c))
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .filter(|word| !COURTESY.contains(&word.as_str()))
        .take(WORDS_MAX)
        .collect();
    let message = words.join(" ");
    MESSAGES.iter().copied().find(|stop| *stop == message)
}

fn is_punctuation(c: char) -> bool {
    c.is_ascii_punctuation() || matches!(c, '।' | '…' | '“' | '”' | '„' | '’' | '‚' | '–' | '—')
}
