//! Plants a violation of each rule in a small tree and sees it found.

use std::{fs, path::Path};

use super::check;

/// A tree of two crates that breaks no rule.
fn tree() -> tempfile::TempDir {
    let root = tempfile::tempdir().unwrap();
    for name in ["types", "proto", "statement", "content", "mls", "store", "server", "client"] {
        manifest(root.path(), name, "");
        write(root.path(), &format!("crates/{name}/src/lib.rs"), "//! A crate.\n");
    }
    root
}

fn write(root: &Path, path: &str, text: &str) {
    let path = root.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

fn manifest(root: &Path, name: &str, sections: &str) {
    let text = format!("[package]\nname = \"tresen-{name}\"\n\n{sections}");
    write(root, &format!("crates/{name}/Cargo.toml"), &text);
}

/// What tidy says about the tree.
fn found(root: &Path) -> Vec<String> {
    check(root).unwrap().iter().map(ToString::to_string).collect()
}

/// Plants `text` in `path` and expects exactly one violation, which says `rule`.
#[track_caller]
fn planted(path: &str, text: &str, rule: &str) {
    let root = tree();
    write(root.path(), path, text);
    let found = found(root.path());
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found.iter().all(|line| line.contains(path) && line.contains(rule)), "{found:?}");
}

/// Plants a dependency and expects a violation that says `rule`.
#[track_caller]
fn planted_edge(name: &str, sections: &str, rule: &str) {
    let root = tree();
    manifest(root.path(), name, sections);
    let found = found(root.path());
    assert!(found.iter().any(|line| line.contains(rule)), "{found:?}");
}

#[test]
fn a_tidy_tree_passes() {
    let root = tree();
    manifest(root.path(), "server", "[dependencies]\ntresen-proto = { workspace = true }\n");
    manifest(root.path(), "client", "[dev-dependencies]\ntresen-testkit = { workspace = true }\n");
    assert_eq!(found(root.path()), [""; 0]);
}

#[test]
fn the_real_tree_has_only_known_edges() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let violations = super::edges::check(&super::manifest::read_all(root).unwrap());
    assert!(violations.is_empty(), "{violations:?}");
}

#[test]
fn an_edge_outside_the_table_fails() {
    let edge = "[dependencies]\ntresen-proto = { workspace = true }\n";
    planted_edge("content", edge, "content must not depend on proto");
}

#[test]
fn an_edge_for_one_target_fails() {
    let edge = "[target.'cfg(unix)'.dependencies]\ntresen-store = { workspace = true }\n";
    planted_edge("client", edge, "client must not depend on store");
}

#[test]
fn an_edge_under_another_name_fails() {
    let edge = "[dependencies]\nwire = { package = \"tresen-proto\", path = \"../proto\" }\n";
    planted_edge("types", edge, "types must not depend on proto");
}

#[test]
fn a_crate_outside_the_table_fails() {
    let edge = "[dependencies]\ntresen-types = { workspace = true }\n";
    planted_edge("novelty", edge, "novelty must not depend on types");
}

#[test]
fn the_testkit_is_no_normal_dependency() {
    let edge = "[dependencies]\ntresen-testkit = { workspace = true }\n";
    planted_edge("server", edge, "server must not depend on testkit");
}

#[test]
fn a_server_that_links_the_content_fails() {
    let edge = "[dependencies]\ntresen-content = { workspace = true }\n";
    planted_edge("server", edge, "server must not link content, not even through");
}

#[test]
fn a_server_that_reaches_the_engine_through_another_crate_fails() {
    let edge = "[dependencies]\ntresen-mls = { workspace = true }\n";
    let root = tree();
    manifest(root.path(), "statement", edge);
    manifest(root.path(), "server", "[dependencies]\ntresen-statement = { workspace = true }\n");
    let found = found(root.path());
    assert!(found.iter().any(|line| line.contains("server must not link mls")), "{found:?}");
}

#[test]
fn a_store_that_links_the_engine_fails() {
    let edge = "[dependencies]\ntresen-mls = { workspace = true }\n";
    planted_edge("store", edge, "store must not link mls");
}

#[test]
fn openmls_in_a_manifest_fails() {
    let edge = "[dependencies]\nopenmls_traits = \"0.6\"\n";
    planted_edge("client", edge, "only mls and mls-public may depend on openmls_traits");
}

#[test]
fn openmls_in_a_source_fails() {
    let text = concat!("//! Doc.\nuse open", "mls::group::MlsGroup;\n");
    planted("crates/client/src/group.rs", text, "only mls and mls-public name OpenMLS");
}

#[test]
fn a_runtime_in_a_pure_crate_fails() {
    let edge = "[dependencies]\ntokio = { workspace = true }\n";
    planted_edge("proto", edge, "proto is pure and must not depend on tokio");
}

#[test]
fn clocks_environment_and_randomness_in_a_pure_crate_fail() {
    let rule = "a pure crate gets its clock";
    for code in [
        concat!("use std::time::System", "Time;"),
        concat!("use std::time::{Duration, System", "Time};"),
        concat!("let now = std::time::Inst", "ant::now();"),
        concat!("let now = Inst", "ant::now();"),
        concat!("let home = std::", "env::home_dir();"),
        concat!("let mut random = rand::thread_", "rng();"),
        concat!("let mut random = rand::", "rng();"),
    ] {
        planted("crates/mls/src/clock.rs", &format!("//! Doc.\n{code}\n"), rule);
    }
}

#[test]
fn clocks_are_fine_in_the_server_and_in_comments() {
    let root = tree();
    let clock = concat!("use std::time::System", "Time;");
    write(root.path(), "crates/server/src/clock.rs", &format!("//! Doc.\n{clock}\n"));
    write(root.path(), "crates/mls/src/clock.rs", &format!("//! Doc.\n// not {clock}\n"));
    assert_eq!(found(root.path()), [""; 0]);
}

#[test]
fn sql_outside_the_stores_fails() {
    for statement in [
        concat!("SELECT", " 1"),
        concat!("INSERT", " INTO note VALUES (1)"),
        concat!("CREATE", " TABLE note (body)"),
    ] {
        let text = format!("//! Doc.\nconst Q: &str = \"{statement}\";\n");
        planted("crates/server/src/query.rs", &text, "only the stores speak SQL");
        planted("crates/client/src/query.rs", &text, "only the stores speak SQL");
        let root = tree();
        write(root.path(), "crates/store/src/query.rs", &text);
        write(root.path(), "crates/client/src/store/query.rs", &text);
        assert_eq!(found(root.path()), [""; 0]);
    }
}

#[test]
fn field_names_of_the_cloud_api_fail() {
    let words =
        [concat!("messaging_", "product"), concat!("phone_number", "_id"), concat!("wab", "a")];
    for word in words {
        let text = format!("//! Doc.\nconst FIELD: &str = \"{word}\";\n");
        planted("crates/server/src/field.rs", &text, "only gateway and sandbox");
    }
}

#[test]
fn a_message_of_the_wire_outside_proto_fails() {
    let text = concat!("//! Doc.\nstruct Offer {\n    #[pro", "st(bytes, tag = \"1\")]\n}\n");
    planted("crates/client/src/offer.rs", text, "only proto knows the bytes on our wire");
    let root = tree();
    write(root.path(), "crates/proto/src/offer.rs", text);
    assert_eq!(found(root.path()), [""; 0]);
}

#[test]
fn a_request_without_a_file_of_its_own_fails() {
    let arms = |arm: &str| {
        format!("//! Doc.\nasync fn route(\n) {{\n    match body {{\n        {arm}\n    }}\n}}\n")
    };
    let dispatcher = "crates/server/src/dispatch.rs";
    let called =
        arms("RequestBody::Leave(it) => ReplyBody::Done(delivery::leave(app, it).await?),");
    planted(
        dispatcher,
        &called,
        "Leave has no file of its own: crates/server/src/delivery/leave.rs",
    );
    let inline = arms("RequestBody::Leave(_) => ReplyBody::Done(Done {}),");
    planted(dispatcher, &inline, "Leave calls no operation");
    let root = tree();
    write(root.path(), dispatcher, &called);
    write(root.path(), "crates/server/src/delivery/leave.rs", "//! Doc.\n");
    assert_eq!(found(root.path()), [""; 0]);
}

#[test]
fn a_mod_file_fails() {
    planted("crates/proto/src/frame/mod.rs", "//! Doc.\n", "not mod.rs");
}

#[test]
fn a_file_without_its_purpose_fails() {
    planted("crates/proto/src/frame.rs", "use std::fmt;\n", "starts with //!");
    planted("crates/proto/tests/frame.rs", "use std::fmt;\n", "starts with //!");
    planted("crates/proto/build.rs", "fn main() {}\n", "starts with //!");
}

#[test]
fn unfinished_work_fails() {
    for code in [
        concat!("fn f() { to", "do!() }"),
        concat!("fn f() { unimple", "mented!() }"),
        concat!("// FIX", "ME later"),
        concat!("// XX", "X later"),
        concat!("#[ign", "ore]"),
        concat!("#[ign", "ore = \"slow\"]"),
    ] {
        planted("crates/proto/src/frame.rs", &format!("//! Doc.\n{code}\n"), "unfinished");
    }
}

#[test]
fn a_path_of_one_machine_fails() {
    let rule = "a path of one machine";
    planted("docs/a.md", concat!("See /wo", "rk/main.\n"), rule);
    planted("crates/proto/src/frame.rs", concat!("//! In /ro", "ot/x.\n"), rule);
    planted(".ci/run", concat!("cd /wo", "rk/main\n"), rule);
}

#[test]
fn spaces_at_the_end_of_a_line_fail() {
    planted("docs/a.md", "Text. \n", "spaces at the end");
    planted("crates/proto/src/frame.rs", "//! Doc.\t\n", "spaces at the end");
}

#[test]
fn a_long_file_fails() {
    let text = format!("//! Doc.\n{}", "// line\n".repeat(800));
    planted("crates/proto/src/frame.rs", &text, "longer than 800 lines");
}
