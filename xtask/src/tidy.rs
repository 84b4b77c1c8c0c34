//! Checks the rules of ARCHITECTURE that a machine can check.
//!
//! `edges` knows which crate may depend on which, `sources` what files may say. Both look only at
//! files, so that a test can plant a violation in a small tree and see it found.

mod edges;
mod manifest;
mod operations;
mod sources;
#[cfg(test)]
mod tests;

use std::{
    fmt, fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, bail};

/// Folders that aren't written by us.
const SKIPPED: &[&str] = &["target", "node_modules", "corpus", "artifacts", "axe"];

/// One broken rule.
#[derive(Debug)]
struct Violation {
    /// Where: a path below the root, with a line number if there is one.
    place: String,
    rule: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.place, self.rule)
    }
}

/// Checks the tree at `root` and fails with everything that it found.
pub(crate) fn tidy(root: &Path) -> Result<()> {
    let violations = check(root)?;
    if violations.is_empty() {
        return Ok(());
    }
    for violation in &violations {
        println!("{violation}");
    }
    bail!("tidy found {} violations", violations.len())
}

fn check(root: &Path) -> Result<Vec<Violation>> {
    let mut violations = edges::check(&manifest::read_all(root)?);
    for file in files(root)? {
        let Ok(text) = fs::read_to_string(root.join(&file)) else { continue };
        sources::check(&file, &text, &mut violations);
    }
    violations.extend(operations::check(root)?);
    Ok(violations)
}

/// The files below `root` that are ours, as paths relative to it, in order.
fn files(root: &Path) -> Result<Vec<String>> {
    let mut files = Vec::new();
    let mut folders = vec![PathBuf::new()];
    while let Some(folder) = folders.pop() {
        let full = root.join(&folder);
        for entry in fs::read_dir(&full).with_context(|| format!("reading {}", full.display()))? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let path = folder.join(&name);
            if entry.file_type()?.is_dir() {
                let hidden = name.starts_with('.') && name != ".ci" && name != ".cargo";
                if !hidden && !SKIPPED.contains(&name.as_str()) {
                    folders.push(path);
                }
            } else if name != ".git" {
                // In a second work tree this is a file.
                files.push(path.to_string_lossy().into_owned());
            }
        }
    }
    files.sort();
    Ok(files)
}
