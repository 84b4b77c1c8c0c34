//! The files of the finished web app.
//!
//! A module's folder and each file under `assets/` get a name with a hash of their content, so that
//! browsers may keep them for ever. `{{name}}` in a text file stands for the address of a file and
//! `{{version}}` (in the files at the root only) for a hash of the whole app.

use std::{collections::BTreeMap, path::Path};

use anyhow::{Context as _, Result, bail};
use serde_json::json;
use sha2::{Digest as _, Sha256};

use crate::compress::brotli;

/// The list of everything, for the service worker.
const LIST: &str = "assets.json";

/// What a first visit may load before its first message, after compression; docs/performance.md tells what
/// is in it.
const ALL_BYTES_MAX: usize = 1_100 << 10;
/// What may come before the first paint.
const SHELL_BYTES_MAX: usize = 250 << 10;

/// Texts that a visit in the language with the most bytes doesn't load.
const OTHER_LANGUAGES: [&str; 2] = ["shell/split_english.wasm", "shell/split_german.wasm"];

/// One file on its way to the browser.
struct Asset {
    /// Where it lies below the root, which is also its address without the leading slash.
    path: String,
    bytes: Vec<u8>,
}

/// Files by their logical names, for example `shell/boot.js` or `styles/main.css`.
pub(crate) struct Bundle {
    assets: BTreeMap<String, Asset>,
}

/// How many bytes a first visit loads, after compression.
pub(crate) struct Sizes {
    all: usize,
    shell: usize,
}

impl Bundle {
    /// An app without files.
    pub(crate) fn new() -> Self {
        Self { assets: BTreeMap::new() }
    }

    /// Adds files that name each other by relative paths: they share one hashed folder.
    pub(crate) fn add_group(&mut self, name: &str, files: BTreeMap<String, Vec<u8>>) -> Result<()> {
        let mut hasher = Sha256::new();
        for (file, bytes) in &files {
            hasher.update(file.as_bytes());
            hasher.update([0]);
            hasher.update(Sha256::digest(bytes));
        }
        let hash = short(hasher);
        for (file, bytes) in files {
            let path = format!("assets/{name}-{hash}/{file}");
            self.add(format!("{name}/{file}"), path, bytes)?;
        }
        Ok(())
    }

    /// Adds the static files; the folders named in `skip` belong to modules.
    pub(crate) fn add_pages(&mut self, pages: &Path, skip: &[&str]) -> Result<()> {
        let mut hashed = BTreeMap::new();
        let mut root = BTreeMap::new();
        for (name, bytes) in read_tree(pages)? {
            let folder = name.split_once('/').map(|(folder, _)| folder);
            if folder.is_some_and(|folder| skip.contains(&folder)) {
                continue;
            }
            match name.strip_prefix("assets/") {
                Some(name) => hashed.insert(name.to_owned(), bytes),
                None => root.insert(name, bytes),
            };
        }
        self.add_hashed(hashed)?;
        let version = self.version(&root);
        for (name, bytes) in root {
            let bytes = match self.fill(&bytes, Some(&version)) {
                Ok(bytes) => bytes,
                Err(missing) => bail!("{name}: nothing is called {{{{{missing}}}}}"),
            };
            self.add(name.clone(), name, bytes)?;
        }
        let list = self.list(&version)?;
        self.add(LIST.to_owned(), LIST.to_owned(), list)
    }

    /// Adds files one by one, each after those that it names.
    fn add_hashed(&mut self, mut files: BTreeMap<String, Vec<u8>>) -> Result<()> {
        while !files.is_empty() {
            let mut waiting = BTreeMap::new();
            let mut reason = String::new();
            let before = files.len();
            for (name, bytes) in files {
                match self.fill(&bytes, None) {
                    Ok(bytes) => {
                        let hash = short(Sha256::new_with_prefix(&bytes));
                        let (stem, extension) = name.rsplit_once('.').unwrap_or((&name, "bin"));
                        let path = format!("assets/{stem}-{hash}.{extension}");
                        self.add(name, path, bytes)?;
                    }
                    Err(missing) => {
                        reason = format!("{name}: nothing is called {{{{{missing}}}}}");
                        waiting.insert(name, bytes);
                    }
                }
            }
            if waiting.len() == before {
                bail!("{reason}");
            }
            files = waiting;
        }
        Ok(())
    }

    fn add(&mut self, name: String, path: String, bytes: Vec<u8>) -> Result<()> {
        if self.assets.contains_key(&name) {
            bail!("two files are called {name}");
        }
        self.assets.insert(name, Asset { path, bytes });
        Ok(())
    }

    /// Replaces `{{name}}` by addresses; the error is the first name that doesn't exist (yet).
    fn fill(&self, bytes: &[u8], version: Option<&str>) -> Result<Vec<u8>, String> {
        let Ok(text) = std::str::from_utf8(bytes) else { return Ok(bytes.to_vec()) };
        let mut filled = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("{{") {
            filled.push_str(before);
            let Some((name, after)) = after.split_once("}}") else {
                filled.push_str("{{");
                rest = after;
                continue;
            };
            match (name, version, self.assets.get(name)) {
                ("version", Some(version), _) => filled.push_str(version),
                (_, _, Some(asset)) => {
                    filled.push('/');
                    filled.push_str(&asset.path);
                }
                _ => return Err(name.to_owned()),
            }
            rest = after;
        }
        filled.push_str(rest);
        Ok(filled.into_bytes())
    }

    fn version(&self, root: &BTreeMap<String, Vec<u8>>) -> String {
        let mut hasher = Sha256::new();
        for asset in self.assets.values() {
            hasher.update(asset.path.as_bytes());
        }
        for bytes in root.values() {
            hasher.update(Sha256::digest(bytes));
        }
        short(hasher)
    }

    fn list(&self, version: &str) -> Result<Vec<u8>> {
        let files = self.assets.iter().map(|(name, asset)| {
            let url =
                if name == "index.html" { "/".to_owned() } else { format!("/{}", asset.path) };
            json!({ "name": name, "url": url, "bytes": asset.bytes.len() })
        });
        let list = json!({ "version": version, "files": files.collect::<Vec<_>>() });
        Ok(serde_json::to_vec_pretty(&list)?)
    }

    /// Writes every file and its compressed twin into `folder`.
    pub(crate) fn write(&self, folder: &Path, quality: u8) -> Result<Sizes> {
        let mut sizes = Sizes { all: 0, shell: 0 };
        for (name, asset) in &self.assets {
            let path = folder.join(&asset.path);
            let parent = path.parent().context("a file has a folder")?;
            std::fs::create_dir_all(parent)?;
            std::fs::write(&path, &asset.bytes)?;
            let compressed = brotli(&asset.path, &asset.bytes, quality)?;
            let size = compressed.as_ref().map_or(asset.bytes.len(), Vec::len);
            if let Some(compressed) = compressed {
                std::fs::write(folder.join(format!("{}.br", asset.path)), compressed)?;
            }
            // Customers never load the desk, what is seldom used not on a first visit, and one language
            // (the longest counts); large icons are for the system that installs the app.
            let is_later = name.starts_with("desk/")
                || name.ends_with("/split_seldom.wasm")
                || OTHER_LANGUAGES.contains(&name.as_str());
            if !is_later && !name.starts_with("icon-") {
                sizes.all += size;
            }
            if is_first_paint(name) {
                sizes.shell += size;
            }
        }
        Ok(sizes)
    }
}

impl Sizes {
    /// One line of JSON.
    pub(crate) fn report(&self) -> String {
        json!({ "bytes_brotli": self.all, "shell_bytes_brotli": self.shell }).to_string()
    }

    /// Fails when a first visit loads more than it may (docs/performance.md).
    pub(crate) fn check(&self) -> Result<()> {
        let measured =
            [("everything", self.all, ALL_BYTES_MAX), ("the shell", self.shell, SHELL_BYTES_MAX)];
        for (what, bytes, bar) in measured {
            if bytes > bar {
                bail!("{what} has {bytes} bytes after compression, more than {bar}");
            }
        }
        Ok(())
    }
}

/// Whether the browser needs the file before it can paint the first page.
fn is_first_paint(name: &str) -> bool {
    name == "index.html"
        || name == "boot.js"
        || matches!(
            name,
            "shell/shell.js"
                | "shell/shell_bg.wasm"
                | "shell/__wasm_split.js"
                | "shell/split_hindi.wasm"
        )
        || name.ends_with(".css")
}

/// Reads all files below `folder`, by their relative paths with forward slashes.
pub(crate) fn read_tree(folder: &Path) -> Result<BTreeMap<String, Vec<u8>>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        let entries =
            std::fs::read_dir(&next).with_context(|| format!("reading {}", next.display()))?;
        for entry in entries {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let name = path.strip_prefix(folder)?.to_str().context("file names are UTF-8")?;
            files.insert(name.replace('\\', "/"), std::fs::read(&path)?);
        }
    }
    Ok(files)
}

fn short(hasher: Sha256) -> String {
    hasher.finalize().iter().take(6).map(|byte| format!("{byte:02x}")).collect()
}
