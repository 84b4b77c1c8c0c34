//! What our files may say.
//!
//! The forbidden words are put together with `concat!`, so that this file doesn't contain them.

use super::{
    Violation,
    edges::{OPENMLS, PURE},
};

/// Longer files hide their structure.
const MAX_LINES: usize = 800;

/// Words that may only appear in the code of the places named.
struct Reserved {
    words: &'static [&'static str],
    places: &'static [&'static str],
    rule: &'static str,
}

const RESERVED: &[Reserved] = &[
    Reserved {
        words: &[concat!("SELECT", " "), concat!("INSERT", " INTO"), concat!("CREATE", " TABLE")],
        // The test kit asks a database whether it is there, and what a migration left.
        places: &[
            "crates/store/",
            "crates/client/src/store",
            "crates/gateway/src/store",
            "crates/testkit/",
        ],
        rule: "only the stores speak SQL",
    },
    Reserved {
        words: &[concat!("#[pro", "st(")],
        // What the SDK seals for its own devices is no part of the wire.
        places: &[
            "crates/proto/",
            "crates/client/src/archive/segment.rs",
            "crates/client/src/linking/secrets.rs",
            "crates/client/src/recovery/record.rs",
            "crates/client/src/recovery/share.rs",
        ],
        rule: "only proto knows the bytes on our wire",
    },
    Reserved {
        words: &[
            concat!("messaging_", "product"),
            concat!("phone_number", "_id"),
            concat!("wab", "a"),
        ],
        places: &[
            "crates/gateway/",
            "crates/sandbox/",
            "crates/testkit/tests/clients",
            "crates/testkit/tests/gateway",
            "crates/testkit/tests/sandbox",
            "crates/tresen/tests/commands/gateway.rs",
        ],
        rule: "only gateway and sandbox know the Cloud API's field names",
    },
];

/// What a pure crate takes as an argument instead.
const IMPURE: &[&str] = &[
    concat!("System", "Time"),
    concat!("Inst", "ant::"),
    concat!("time::", "Instant"),
    concat!("std::", "env"),
    concat!("thread_", "rng"),
    concat!("rand::", "rng()"),
    concat!("tok", "io::"),
];

/// Things that aren't finished.
const UNFINISHED: &[&str] = &[
    concat!("to", "do!"),
    concat!("unimple", "mented!"),
    concat!("FIX", "ME"),
    concat!("XX", "X"),
    concat!("#[ign", "ore"),
];

/// Paths of one machine.
const MACHINE: &[&str] = &[concat!("/wo", "rk/"), concat!("/ro", "ot/")];

/// Checks one file; `path` is relative to the root.
pub(super) fn check(path: &str, text: &str, violations: &mut Vec<Violation>) {
    let mut report = |line: usize, rule: &str| {
        let place = if line == 0 { path.to_owned() } else { format!("{path}:{line}") };
        violations.push(Violation { place, rule: rule.to_owned() });
    };
    let rust = path.ends_with(".rs");
    if rust {
        if path.ends_with("/mod.rs") {
            report(0, "use foo.rs and foo/, not mod.rs");
        }
        if !text.starts_with("//!") {
            report(1, "a file starts with //! and what it is for");
        }
        if text.lines().count() > MAX_LINES {
            report(0, "the file is longer than 800 lines");
        }
    }
    for (index, line) in text.lines().enumerate() {
        let number = index + 1;
        if MACHINE.iter().any(|word| line.contains(word)) {
            report(number, "a path of one machine");
        }
        if (rust || path.ends_with(".md")) && line.ends_with([' ', '\t']) {
            report(number, "spaces at the end of the line");
        }
        if !rust {
            continue;
        }
        if UNFINISHED.iter().any(|word| has_word(line, word)) {
            report(number, "unfinished work or a test that doesn't run");
        }
        check_code(path, code_of(line), |rule| report(number, rule));
    }
}

/// The rules about which crate may say what.
fn check_code(path: &str, code: &str, mut report: impl FnMut(&str)) {
    let Some(name) = path.strip_prefix("crates/").and_then(|rest| rest.split('/').next()) else {
        return;
    };
    for reserved in RESERVED {
        let allowed = reserved.places.iter().any(|place| path.starts_with(place));
        if !allowed && reserved.words.iter().any(|word| has_word(code, word)) {
            report(reserved.rule);
        }
    }
    if !OPENMLS.contains(&name) && code.contains(concat!("open", "mls")) {
        report("only mls and mls-public name OpenMLS");
    }
    let source = path.strip_prefix("crates/").and_then(|rest| rest.strip_prefix(name));
    let source = source.is_some_and(|rest| rest.starts_with("/src/"));
    if source && PURE.contains(&name) && IMPURE.iter().any(|word| code.contains(word)) {
        report("a pure crate gets its clock, randomness and settings as arguments");
    }
}

/// The line without a comment at its end; `//` inside an address isn't one.
fn code_of(line: &str) -> &str {
    let mut start = 0;
    while let Some(found) = line.get(start..).and_then(|rest| rest.find("//")) {
        let at = start + found;
        let before = line.get(..at).unwrap_or_default();
        if !before.ends_with(':') {
            return before;
        }
        start = at + 2;
    }
    line
}

/// Whether `word` appears and doesn't go on with a letter or digit on a side where it ends with one.
fn has_word(line: &str, word: &str) -> bool {
    let inner = |letter: char| letter.is_alphanumeric() || letter == '_';
    line.match_indices(word).any(|(at, _)| {
        let before = line.get(..at).and_then(|text| text.chars().next_back());
        let after = line.get(at + word.len()..).and_then(|text| text.chars().next());
        let begun = word.starts_with(inner) && before.is_some_and(inner);
        let goes_on = word.ends_with(inner) && after.is_some_and(inner);
        !begun && !goes_on
    })
}
