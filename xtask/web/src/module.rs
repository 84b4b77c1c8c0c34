//! One WASM module: wasm-bindgen's output, the file that starts it, and the module's own files.

use std::{collections::BTreeMap, path::Path};

use anyhow::{Context as _, Result};
use wasm_bindgen_cli_support::Bindgen;

use crate::bundle::read_tree;

/// Runs wasm-bindgen and returns the files of the module by their names within it.
///
/// `own` may hold files that go next to the module; `boot.js` among them replaces the default one.
pub(crate) fn files(name: &str, wasm: &Path, own: &Path) -> Result<BTreeMap<String, Vec<u8>>> {
    let folder = wasm.with_extension("bindgen");
    crate::remove(&folder)?;
    Bindgen::new()
        .input_path(wasm)
        .web(true)?
        .out_name(name)
        .typescript(false)
        .remove_name_section(true)
        .remove_producers_section(true)
        .omit_default_module_path(false)
        .generate(&folder)
        .with_context(|| format!("wasm-bindgen on {}", wasm.display()))?;
    let mut files = read_tree(&folder)?;
    let boot = format!("import init from \"./{name}.js\";\nawait init();\n");
    files.insert("boot.js".to_owned(), boot.into_bytes());
    if own.is_dir() {
        files.extend(read_tree(own)?);
    }
    Ok(files)
}
