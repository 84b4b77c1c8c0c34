//! Which crate may depend on which.

use std::collections::{BTreeMap, BTreeSet};

use super::{Violation, manifest::Manifest};

/// Every crate of ours with the crates of ours that it may link; `testkit` may link all of them.
const EDGES: &[(&str, &[&str])] = &[
    ("types", &[]),
    ("proto", &["types"]),
    ("statement", &["types"]),
    ("view", &["types"]),
    ("content", &["types", "payments", "statement"]),
    ("admission", &["types", "statement"]),
    ("billing", &["types"]),
    ("payments", &["types"]),
    ("screening", &["types", "proto", "statement", "content", "admission"]),
    ("mls", &["types"]),
    ("mls-public", &["types"]),
    ("store", &["types"]),
    ("server", &["types", "proto", "statement", "admission", "billing", "store", "mls-public"]),
    (
        "client",
        &[
            "types",
            "proto",
            "statement",
            "view",
            "content",
            "admission",
            "payments",
            "screening",
            "mls",
        ],
    ),
    ("web", &["types", "proto", "statement", "view", "content", "payments", "client"]),
    ("gateway", &["types", "statement", "view", "content", "client"]),
    ("sandbox", &["types", "statement", "view", "store", "server", "client", "gateway"]),
    (
        "tresen",
        &[
            "types",
            "proto",
            "statement",
            "view",
            "content",
            "mls",
            "store",
            "server",
            "client",
            "gateway",
            "billing",
            "sandbox",
        ],
    ),
    ("testkit", &[]),
];

/// What must never be linked, not even through another crate.
const NEVER: &[(&str, &[&str])] = &[
    ("server", &["content", "screening", "mls", "client", "gateway"]),
    ("store", &["content", "screening", "mls", "client", "gateway"]),
    ("client", &["server", "store", "gateway"]),
    ("gateway", &["server", "store"]),
    ("web", &["server", "store", "gateway"]),
];

/// Crates that are told the time and are given randomness, and wait for nothing.
pub(super) const PURE: &[&str] = &[
    "types",
    "proto",
    "statement",
    "admission",
    "billing",
    "payments",
    "screening",
    "view",
    "content",
    "mls",
    "mls-public",
];

/// The crates that may use OpenMLS.
pub(super) const OPENMLS: &[&str] = &["mls", "mls-public"];

/// Packages that do input and output or read the machine's clock and randomness.
const IMPURE: &[&str] =
    &["tokio", "mio", "async-std", "smol", "axum", "hyper", "reqwest", "rusqlite"];

const PREFIX: &str = "tresen-";

/// Checks the manifests against the tables above.
pub(super) fn check(manifests: &[Manifest]) -> Vec<Violation> {
    let mut violations = Vec::new();
    let graph = manifests
        .iter()
        .map(|manifest| (short(&manifest.name), ours(&manifest.links)))
        .collect::<BTreeMap<_, _>>();
    for manifest in manifests {
        let name = short(&manifest.name);
        let mut report = |rule: String| {
            violations.push(Violation { place: format!("{}/Cargo.toml", manifest.folder), rule });
        };
        for target in forbidden_edges(name, manifest) {
            report(format!("{name} must not depend on {target}"));
        }
        for target in unreachable_by_rule(name, &graph) {
            report(format!("{name} must not link {target}, not even through another crate"));
        }
        if manifest.tests.contains("xtask") || manifest.links.contains("xtask") {
            report(format!("{name} must not depend on xtask"));
        }
        for package in manifest.links.union(&manifest.tests) {
            if package.starts_with("openmls") && !OPENMLS.contains(&name) {
                report(format!("only {} may depend on {package}", OPENMLS.join(" and ")));
            }
        }
        if PURE.contains(&name) {
            for package in manifest.links.iter().filter(|name| IMPURE.contains(&name.as_str())) {
                report(format!("{name} is pure and must not depend on {package}"));
            }
        }
    }
    violations
}

/// The direct edges of a crate that the table doesn't hold.
fn forbidden_edges<'a>(name: &str, manifest: &'a Manifest) -> Vec<&'a str> {
    let allowed = EDGES.iter().find(|(from, _)| *from == name).map(|(_, to)| *to);
    ours(&manifest.links)
        .into_iter()
        .filter(|target| match (name, allowed) {
            ("testkit", _) => false,
            (_, Some(allowed)) => !allowed.contains(target),
            (_, None) => true,
        })
        .collect()
}

/// The crates that this one reaches although it must not.
fn unreachable_by_rule<'a>(
    name: &str,
    graph: &BTreeMap<&'a str, BTreeSet<&'a str>>,
) -> Vec<&'a str> {
    let never = NEVER.iter().find(|(from, _)| *from == name).map_or(&[][..], |(_, never)| *never);
    let mut reached = BTreeSet::new();
    let mut open = graph.get(name).into_iter().flatten().copied().collect::<Vec<_>>();
    while let Some(next) = open.pop() {
        if reached.insert(next) {
            open.extend(graph.get(next).into_iter().flatten().copied());
        }
    }
    reached.into_iter().filter(|target| never.contains(target)).collect()
}

fn ours(links: &BTreeSet<String>) -> BTreeSet<&str> {
    links.iter().filter_map(|name| name.strip_prefix(PREFIX)).collect()
}

fn short(name: &str) -> &str {
    name.strip_prefix(PREFIX).unwrap_or(name)
}
