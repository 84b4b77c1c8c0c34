//! What a reader or a program could take for a link.
//!
//! Rather one too many: a word such as `Dr.Korn` counts as one, and its author adds a space. What
//! passes here is shown without a link in it.

/// The hosts of all words that look like links, in lower case; one that can't be read is given as
/// it stands, so that it lies under no domain.
#[must_use]
pub fn link_hosts(text: &str) -> Vec<String> {
    text.split(|c: char| c.is_whitespace() || c.is_control()).filter_map(link_host).collect()
}

/// Whether a host is one of the domains or lies below one.
#[must_use]
pub fn is_under(host: &str, domains: &[String]) -> bool {
    !host.contains('@')
        && domains.iter().any(|domain| {
            host.strip_suffix(domain.as_str())
                .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
        })
}

fn link_host(word: &str) -> Option<String> {
    // The full stops that browsers read as dots in a host name.
    let word: String = word
        .chars()
        .map(|c| if matches!(c, '\u{3002}' | '\u{ff0e}' | '\u{ff61}') { '.' } else { c })
        .collect();
    let word = word.trim_start_matches(|c: char| !c.is_alphanumeric());
    let (scheme, rest) = match word.split_once("://") {
        Some((scheme, rest)) => (Some(scheme), rest),
        None => (None, word),
    };
    let authority = rest.split(['/', '?', '#', '\\']).next().unwrap_or_default();
    let authority = authority.trim_end_matches(|c: char| !c.is_alphanumeric());
    let host = authority.to_lowercase();
    let is_link = match scheme {
        Some(scheme) => {
            // Whatever the scheme is: a link without https lies under no domain.
            if !scheme.eq_ignore_ascii_case("https") {
                return Some(format!("{}://{host}", scheme.to_lowercase()));
            }
            true
        }
        None => looks_like_host(&host) || is_special(word),
    };
    is_link.then_some(host)
}

/// Links without an authority that phones and mail programs open.
fn is_special(word: &str) -> bool {
    ["tel:", "sms:", "mailto:", "javascript:", "data:", "upi:", "intent:", "www."]
        .iter()
        .any(|start| word.get(..start.len()).is_some_and(|head| head.eq_ignore_ascii_case(start)))
}

/// Labels with dots between, and a last one of two letters or more: `korn.example`, but not `1.5`,
/// `z.B` or `12.30`.
fn looks_like_host(host: &str) -> bool {
    // The port and the part of an address before the @.
    let host = host.rsplit('@').next().unwrap_or_default();
    let host = host.split(':').next().unwrap_or_default();
    let labels: Vec<_> = host.split('.').collect();
    let Some((last, rest)) = labels.split_last() else { return false };
    !rest.is_empty()
        && labels.iter().all(|label| !label.is_empty())
        && last.chars().filter(|c| c.is_alphabetic()).count() >= 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_found_in_every_disguise() {
        for (text, host) in [
            ("see https://korn.example/a?b", "korn.example"),
            ("(https://Korn.Example)", "korn.example"),
            ("korn.example/bread", "korn.example"),
            ("www.korn.example", "www.korn.example"),
            ("korn。example", "korn.example"),
            ("evil.example:8080/x", "evil.example:8080"),
            ("https://korn.example@evil.example/", "korn.example@evil.example"),
            ("a@korn.example", "a@korn.example"),
            ("http://korn.example", "http://korn.example"),
            ("javascript:alert(1)", "javascript:alert(1"),
            ("https://हिन्दी.भारत/", "हिन्दी.भारत"),
            ("xn--90ae.xn--p1ai", "xn--90ae.xn--p1ai"),
        ] {
            assert_eq!(link_hosts(text), [host], "{text}");
        }
        for text in ["z.B. heute", "Nr. 1.5", "um 12.30 Uhr", "Hallo... du", "Brot & Brötchen", ""]
        {
            assert!(link_hosts(text).is_empty(), "{text}");
        }
    }

    #[test]
    fn only_the_domain_itself_and_what_lies_below_count() {
        let domains = ["korn.example".to_owned()];
        assert!(is_under("korn.example", &domains));
        assert!(is_under("shop.korn.example", &domains));
        assert!(!is_under("evilkorn.example", &domains));
        assert!(!is_under("korn.example.evil", &domains));
        assert!(!is_under("korn.example@evil.example", &domains));
        assert!(!is_under("http://korn.example", &[]));
    }
}
