//! The web app's files: built into the binary, or read once from a folder.
//!
//! Files under `assets/` carry a hash in their name and may be kept for ever; all others are asked for
//! again, by their tag. Paths without a dot are places inside of the app: they get its page.

use std::{collections::BTreeMap, fs, io, path::Path};

use bytes::Bytes;
use http::{
    HeaderMap, Response, StatusCode,
    header::{
        ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, HeaderValue,
        IF_NONE_MATCH, VARY,
    },
};
use sha2::{Digest as _, Sha256};
use tresen_types::crockford;

use super::{
    answer::{self, Answer},
    body::Body,
};
use crate::ServerError;

/// The files that were built in, by their paths.
const EMBEDDED: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/assets.rs"));
const INDEX: &str = "index.html";
const HASHED: &str = "assets/";
const COMPRESSED: &str = ".br";
const KEPT: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
const ASKED_AGAIN: HeaderValue = HeaderValue::from_static("no-cache");
const ABSENT: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Tresen</title>\
    <p>This server runs, but it was built without its web app. Build it with \
    <code>cargo xtask web</code>, and build the server again or set <code>web_dist</code>.</p></html>";

/// The web app.
#[derive(Debug)]
pub(crate) struct Assets(BTreeMap<String, Asset>);

#[derive(Debug)]
struct Asset {
    bytes: Bytes,
    brotli: Option<Bytes>,
    content_type: HeaderValue,
    tag: HeaderValue,
    is_hashed: bool,
}

impl Assets {
    /// Takes the files that were built in, or else those of a folder.
    pub(crate) fn load(folder: Option<&Path>) -> Result<Self, ServerError> {
        let mut files = BTreeMap::new();
        for (path, bytes) in EMBEDDED {
            files.insert((*path).to_owned(), Bytes::from_static(bytes));
        }
        if let Some(folder) = folder.filter(|_| EMBEDDED.is_empty()) {
            let what = "the folder of the web app can't be read";
            collect(folder, "", &mut files).map_err(|source| ServerError::File { what, source })?;
        }
        Ok(Self::new(&files))
    }

    fn new(files: &BTreeMap<String, Bytes>) -> Self {
        let originals = files.iter().filter(|(path, _)| !path.ends_with(COMPRESSED));
        let assets = originals.map(|(path, bytes)| {
            let brotli = files.get(&format!("{path}{COMPRESSED}")).cloned();
            (path.clone(), Asset::new(path, bytes.clone(), brotli))
        });
        Self(assets.collect())
    }

    /// Answers a path.
    pub(super) fn answer(&self, path: &str, headers: &HeaderMap) -> Answer {
        let name = path.trim_start_matches('/');
        let is_place = !name.contains('.');
        match self.0.get(name).or_else(|| self.0.get(INDEX).filter(|_| is_place)) {
            Some(asset) => asset.answer(headers),
            None if is_place => absent(),
            None => answer::empty(StatusCode::NOT_FOUND),
        }
    }
}

impl Asset {
    fn new(path: &str, bytes: Bytes, brotli: Option<Bytes>) -> Self {
        let hash: [u8; 32] = Sha256::digest(&bytes).into();
        let (short, _) = hash.split_at(16);
        let tag = HeaderValue::from_str(&format!("\"{}\"", crockford::encode(short)))
            .unwrap_or_else(|_never| HeaderValue::from_static("\"\""));
        let content_type = HeaderValue::from_static(content_type(path));
        Self { bytes, brotli, content_type, tag, is_hashed: path.starts_with(HASHED) }
    }

    fn answer(&self, headers: &HeaderMap) -> Answer {
        let is_known = headers
            .get_all(IF_NONE_MATCH)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            .any(|tag| tag.trim().trim_start_matches("W/").as_bytes() == self.tag.as_bytes());
        let brotli = self.brotli.as_ref().filter(|_| takes_brotli(headers));
        let mut answer = if is_known {
            answer::empty(StatusCode::NOT_MODIFIED)
        } else {
            Response::new(Body::from(brotli.unwrap_or(&self.bytes).clone()))
        };
        let cache = if self.is_hashed { KEPT } else { ASKED_AGAIN };
        let headers = answer.headers_mut();
        headers.insert(CACHE_CONTROL, cache);
        headers.insert(ETAG, self.tag.clone());
        headers.insert(VARY, HeaderValue::from_static("accept-encoding"));
        headers.insert(CONTENT_TYPE, self.content_type.clone());
        if brotli.is_some() {
            headers.insert(CONTENT_ENCODING, HeaderValue::from_static("br"));
        }
        answer
    }
}

fn absent() -> Answer {
    let mut answer = Response::new(Body::from(Bytes::from_static(ABSENT.as_bytes())));
    *answer.status_mut() = StatusCode::NOT_FOUND;
    let html = HeaderValue::from_static(content_type(INDEX));
    answer.headers_mut().insert(CONTENT_TYPE, html);
    answer.headers_mut().insert(CACHE_CONTROL, ASKED_AGAIN);
    answer
}

fn takes_brotli(headers: &HeaderMap) -> bool {
    headers
        .get_all(ACCEPT_ENCODING)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|coding| {
            let mut parts = coding.split(';').map(str::trim);
            parts.next() == Some("br") && parts.next() != Some("q=0")
        })
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "wasm" => "application/wasm",
        "json" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpg" => "image/jpeg",
        "webp" => "image/webp",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

fn collect(folder: &Path, prefix: &str, files: &mut BTreeMap<String, Bytes>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            collect(&entry.path(), &format!("{name}/"), files)?;
        } else {
            files.insert(name, fs::read(entry.path())?.into());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn app() -> Assets {
        let files = [
            ("index.html", "page"),
            ("index.html.br", "short page"),
            ("assets/shell-1a2b/shell.js", "code"),
        ];
        let files = files
            .iter()
            .map(|(path, text)| ((*path).to_owned(), Bytes::from_static(text.as_bytes())));
        Assets::new(&files.collect())
    }

    fn ask(path: &str, headers: &[(&'static str, &str)]) -> Answer {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.insert(*name, HeaderValue::from_str(value).unwrap());
        }
        app().answer(path, &map)
    }

    #[test]
    fn places_inside_of_the_app_get_its_page() {
        for path in ["/", "/e/0123456789abc", "/business", "/claim", "/link", "/devices/1"] {
            let answer = ask(path, &[]);
            assert_eq!(answer.status(), StatusCode::OK, "{path}");
            assert_eq!(answer.headers()[CONTENT_TYPE], "text/html; charset=utf-8");
            assert_eq!(answer.headers()[CACHE_CONTROL], "no-cache");
        }
        for path in ["/favicon.ico", "/../index.html", "/assets/shell-1a2b/../x.js", "/a.php"] {
            assert_eq!(ask(path, &[]).status(), StatusCode::NOT_FOUND, "{path}");
        }
    }

    #[test]
    fn hashed_files_are_kept_and_pages_asked_for_again() {
        let code = ask("/assets/shell-1a2b/shell.js", &[("accept-encoding", "br")]);
        assert_eq!(code.headers()[CACHE_CONTROL], "public, max-age=31536000, immutable");
        assert!(!code.headers().contains_key(CONTENT_ENCODING));
        let page = ask("/", &[("accept-encoding", "gzip, br")]);
        assert_eq!(page.headers()[CONTENT_ENCODING], "br");
        let tag = page.headers()[ETAG].to_str().unwrap().to_owned();
        assert_eq!(ask("/", &[("if-none-match", &tag)]).status(), StatusCode::NOT_MODIFIED);
        let refusing = ask("/", &[("accept-encoding", "br;q=0")]);
        assert!(!refusing.headers().contains_key(CONTENT_ENCODING));
    }

    #[test]
    fn without_an_app_the_page_says_so() {
        let answer = Assets::new(&BTreeMap::new()).answer("/", &HeaderMap::new());
        assert_eq!(answer.status(), StatusCode::NOT_FOUND);
        assert_eq!(answer.headers()[CONTENT_TYPE], "text/html; charset=utf-8");
    }
}
