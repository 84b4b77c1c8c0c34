//! One WASM module: wasm-bindgen's output, the file that starts it, and the module's own files.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, anyhow};
use wasm_bindgen_cli_support::Bindgen;

use crate::bundle::read_tree;

/// The name of the section in which the linker leaves its notes.
const NOTES: &[u8] = b"reloc.CODE";

/// Runs wasm-bindgen and returns the files of the module by their names within it.
///
/// `own` may hold files that go next to the module; `boot.js` among them replaces the default one.
pub(crate) fn files(name: &str, wasm: &Path, own: &Path) -> Result<BTreeMap<String, Vec<u8>>> {
    let folder = wasm.with_extension("bindgen");
    crate::remove(&folder)?;
    let parts = wasm.with_extension("parts");
    crate::remove(&parts)?;
    let main = cut(name, wasm, &parts)?;
    Bindgen::new()
        .input_path(main.as_deref().unwrap_or(wasm))
        .web(true)?
        .out_name(name)
        .typescript(false)
        .keep_lld_exports(main.is_some())
        .remove_name_section(true)
        .remove_producers_section(true)
        .omit_default_module_path(false)
        .generate(&folder)
        .with_context(|| format!("wasm-bindgen on {}", wasm.display()))?;
    if let Some(main) = main {
        std::fs::remove_file(main)?;
        for (file, bytes) in read_tree(&parts)? {
            let bytes = if file.ends_with(".wasm") { without_notes(&bytes)? } else { bytes };
            std::fs::write(folder.join(file), bytes)?;
        }
    }
    let mut files = read_tree(&folder)?;
    let boot = format!("import init from \"./{name}.js\";\nawait init();\n");
    files.insert("boot.js".to_owned(), boot.into_bytes());
    if own.is_dir() {
        files.extend(read_tree(own)?);
    }
    Ok(files)
}

/// Cuts a module at its marks into parts that are fetched one by one, if it has any; gives the first
/// part, which wasm-bindgen works on. The linker's notes in the module say that it has marks.
fn cut(name: &str, wasm: &Path, parts: &Path) -> Result<Option<PathBuf>> {
    let input = std::fs::read(wasm)?;
    if !input.windows(NOTES.len()).any(|window| window == NOTES) {
        return Ok(None);
    }
    let main = parts.join("main.wasm");
    let script = format!("./{name}.js");
    let mut options = wasm_split_cli_support::Options::new(&input);
    options.output_dir = parts;
    options.main_out_path = &main;
    options.main_module = &script;
    wasm_split_cli_support::transform(options)
        .map_err(|error| anyhow!("cutting {}: {error:#}", wasm.display()))?;
    Ok(Some(main))
}

/// A module without what only people read: the names of its functions, its producers.
fn without_notes(module: &[u8]) -> Result<Vec<u8>> {
    let (head, mut rest) = module.split_at_checked(8).context("a module has a head")?;
    let mut kept = head.to_vec();
    while let Some((&kind, after)) = rest.split_first() {
        let (length, body) = number(after).context("a section has a length")?;
        let section = rest.len() - body.len() + length;
        let (section, next) = rest.split_at_checked(section).context("a section is whole")?;
        if kind != 0 {
            kept.extend_from_slice(section);
        }
        rest = next;
    }
    Ok(kept)
}

/// Reads a number in LEB128.
fn number(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let mut value = 0;
    for (at, &byte) in bytes.iter().take(5).enumerate() {
        value |= usize::from(byte & 0x7f) << (7 * at);
        if byte < 0x80 {
            return bytes.get(at + 1..).map(|rest| (value, rest));
        }
    }
    None
}
