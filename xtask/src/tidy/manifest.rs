//! Reads what each crate depends on.

use std::{collections::BTreeSet, fs, path::Path};

use anyhow::{Context as _, Result};
use toml::{Table, Value};

/// The part of a crate's `Cargo.toml` that the rules are about.
#[derive(Debug)]
pub(super) struct Manifest {
    /// The folder below the root, for example `crates/types`.
    pub(super) folder: String,
    /// The package's name.
    pub(super) name: String,
    /// What the crate links, with build dependencies, for every target.
    pub(super) links: BTreeSet<String>,
    /// What its tests link in addition.
    pub(super) tests: BTreeSet<String>,
}

/// Reads the manifests of `crates/*` and of `xtask`.
pub(super) fn read_all(root: &Path) -> Result<Vec<Manifest>> {
    let mut folders = vec!["xtask".to_owned(), "xtask/web".to_owned()];
    if let Ok(entries) = fs::read_dir(root.join("crates")) {
        for entry in entries {
            folders.push(format!("crates/{}", entry?.file_name().to_string_lossy()));
        }
    }
    folders.sort();
    let mut manifests = Vec::new();
    for folder in folders {
        let path = root.join(&folder).join("Cargo.toml");
        if path.exists() {
            let text = fs::read_to_string(&path)?;
            manifests.push(read(folder, &text).with_context(|| format!("{}", path.display()))?);
        }
    }
    Ok(manifests)
}

fn read(folder: String, text: &str) -> Result<Manifest> {
    let table = text.parse::<Table>()?;
    let name = table
        .get("package")
        .and_then(|package| package.get("name"))
        .and_then(Value::as_str)
        .context("a package has a name")?
        .to_owned();
    let mut links = BTreeSet::new();
    let mut tests = BTreeSet::new();
    let targets = table.get("target").and_then(Value::as_table);
    let targets = targets.into_iter().flat_map(|targets| targets.values());
    for table in targets.filter_map(Value::as_table).chain([&table]) {
        collect(table, "dependencies", &mut links);
        collect(table, "build-dependencies", &mut links);
        collect(table, "dev-dependencies", &mut tests);
    }
    Ok(Manifest { folder, name, links, tests })
}

/// Adds the packages of one section, under their real names.
fn collect(table: &Table, section: &str, names: &mut BTreeSet<String>) {
    let Some(section) = table.get(section).and_then(Value::as_table) else { return };
    for (key, value) in section {
        let renamed = value.get("package").and_then(Value::as_str);
        names.insert(renamed.unwrap_or(key).to_owned());
    }
}
