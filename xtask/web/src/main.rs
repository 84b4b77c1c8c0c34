//! Bundles the web app: runs wasm-bindgen on each module, gives every file a name that carries its
//! hash, fills these names into the pages and compresses everything.
//!
//! It is a package of its own, so that `cargo xtask tidy` doesn't wait for wasm-bindgen to compile.

mod bundle;
mod compress;
mod module;

use std::{
    io::Write as _,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, bail};

use crate::bundle::Bundle;

/// What the caller asked for.
struct Options {
    modules: Vec<(String, PathBuf)>,
    pages: PathBuf,
    out: PathBuf,
    quality: u8,
    report: bool,
    check: bool,
}

fn main() -> Result<()> {
    let options = parse(std::env::args().skip(1))?;
    let mut bundle = Bundle::new();
    for (name, wasm) in &options.modules {
        let own = options.pages.join(name);
        bundle.add_group(name, module::files(name, wasm, &own)?)?;
    }
    let names = options.modules.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>();
    bundle.add_pages(&options.pages, &names)?;

    // Readers of the old folder see either all of it or all of the new one.
    let fresh = options.out.with_extension("new");
    remove(&fresh)?;
    let sizes = bundle.write(&fresh, options.quality)?;
    remove(&options.out)?;
    std::fs::rename(&fresh, &options.out).context("moving the bundle into place")?;

    if options.report {
        writeln!(std::io::stdout(), "{}", sizes.report())?;
    }
    if options.check { sizes.check() } else { Ok(()) }
}

fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Options> {
    let mut options = Options {
        modules: Vec::new(),
        pages: PathBuf::new(),
        out: PathBuf::new(),
        quality: 5,
        report: false,
        check: false,
    };
    while let Some(flag) = arguments.next() {
        let mut value = || arguments.next().with_context(|| format!("{flag} needs a value"));
        match flag.as_str() {
            "--module" => {
                let value = value()?;
                let (name, wasm) = value.split_once('=').context("--module NAME=FILE")?;
                options.modules.push((name.to_owned(), PathBuf::from(wasm)));
            }
            "--pages" => options.pages = value()?.into(),
            "--out" => options.out = value()?.into(),
            "--quality" => options.quality = value()?.parse()?,
            "--report" => options.report = true,
            "--check" => options.check = true,
            _ => bail!("unknown argument {flag}"),
        }
    }
    if options.pages.as_os_str().is_empty() || options.out.as_os_str().is_empty() {
        bail!("--pages and --out are needed");
    }
    Ok(options)
}

fn remove(folder: &Path) -> Result<()> {
    match std::fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("removing {}", folder.display()))
        }
        _ => Ok(()),
    }
}
