//! Bundles small apps and looks at the result.
#![expect(clippy::unwrap_used, reason = "a test ends where it is surprised")]

use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

fn bundle(pages: &Path, out: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_xtask-web"))
        .arg("--pages")
        .arg(pages)
        .arg("--out")
        .arg(out)
        .arg("--report")
        .output()
        .unwrap()
}

fn write(folder: &Path, name: &str, text: &str) {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

#[test]
fn pages_name_their_assets_by_hash() {
    let folder = tempfile::tempdir().unwrap();
    let (pages, out) = (folder.path().join("pages"), folder.path().join("dist"));
    write(&pages, "index.html", "<link href=\"{{styles/main.css}}\">{{version}}");
    write(&pages, "assets/styles/main.css", "a { background: url({{icons/a.svg}}) }");
    write(&pages, "assets/icons/a.svg", "<svg/>");

    let output = bundle(&pages, &out);

    assert!(output.status.success(), "{output:?}");
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(report["bytes_brotli"].as_u64() > report["shell_bytes_brotli"].as_u64());
    let page = fs::read_to_string(out.join("index.html")).unwrap();
    let style = page.split('"').nth(1).unwrap();
    assert!(style.starts_with("/assets/styles/main-") && style.ends_with(".css"), "{page}");
    let css = fs::read_to_string(out.join(style.trim_start_matches('/'))).unwrap();
    assert!(css.contains("url(/assets/icons/a-"), "{css}");
    assert!(out.join("index.html.br").exists());
    let list = fs::read_to_string(out.join("assets.json")).unwrap();
    assert!(list.contains("\"styles/main.css\""), "{list}");
}

#[test]
fn a_new_content_gets_a_new_name() {
    let folder = tempfile::tempdir().unwrap();
    let (pages, out) = (folder.path().join("pages"), folder.path().join("dist"));
    let name_of = |text: &str| {
        write(&pages, "index.html", "{{main.css}}");
        write(&pages, "assets/main.css", text);
        assert!(bundle(&pages, &out).status.success());
        fs::read_to_string(out.join("index.html")).unwrap()
    };

    assert_eq!(name_of("a {}"), name_of("a {}"));
    assert_ne!(name_of("a {}"), name_of("b {}"));
}

#[test]
fn an_unknown_name_fails_and_keeps_the_old_bundle() {
    let folder = tempfile::tempdir().unwrap();
    let (pages, out) = (folder.path().join("pages"), folder.path().join("dist"));
    write(&pages, "index.html", "first");
    assert!(bundle(&pages, &out).status.success());
    write(&pages, "index.html", "{{nowhere.css}}");

    let output = bundle(&pages, &out);

    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("nowhere.css"));
    assert_eq!(fs::read_to_string(out.join("index.html")).unwrap(), "first");
}
