//! One operation, one file: the dispatcher's `match` is the index of the server.

use std::{fs, path::Path};

use anyhow::Result;

use super::Violation;

const DISPATCHER: &str = "crates/server/src/dispatch.rs";
/// Where the `match` begins.
const ROUTE: &str = "async fn route(";
/// How an arm begins.
const ARM: &str = "RequestBody::";

/// Checks that each arm of the dispatcher calls an operation with a file of its own.
pub(super) fn check(root: &Path) -> Result<Vec<Violation>> {
    let path = root.join(DISPATCHER);
    if !path.exists() {
        return Ok(Vec::new());
    }
    let text = fs::read_to_string(path)?;
    let Some((_before, route)) = text.split_once(ROUTE) else {
        return Ok(vec![violation("there is no route".to_owned())]);
    };
    let body = route.split_once("\n}\n").map_or(route, |(body, _after)| body);
    let mut violations = Vec::new();
    for arm in body.split(ARM).skip(1) {
        let request = arm.split(['(', ' ']).next().unwrap_or_default();
        match operation(arm) {
            Some((module, name)) => {
                let file = format!("crates/server/src/{module}/{name}.rs");
                if !root.join(&file).exists() {
                    violations.push(violation(format!("{request} has no file of its own: {file}")));
                }
            }
            None => violations.push(violation(format!("{request} calls no operation"))),
        }
    }
    Ok(violations)
}

/// The module and the name of the first operation that an arm calls: `module::name(app`.
fn operation(arm: &str) -> Option<(&str, &str)> {
    let (before, _after) = arm.split_once("(app")?;
    let word = |letter: char| !(letter.is_ascii_lowercase() || letter == '_' || letter == ':');
    let call = before.rsplit(word).next()?;
    call.split_once("::").filter(|(_module, name)| !name.contains("::"))
}

fn violation(rule: String) -> Violation {
    Violation { place: DISPATCHER.to_owned(), rule }
}
