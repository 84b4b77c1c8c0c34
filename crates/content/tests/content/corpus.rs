//! The fuzz targets' bodies over the committed corpus, on the stable compiler.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::{bodies, samples};

fn corpus(target: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus").join(target)
}

fn run(target: &str, body: impl Fn(&[u8])) {
    let mut files = 0;
    for file in fs::read_dir(corpus(target)).expect("every target has a corpus") {
        body(&fs::read(file.expect("a readable folder").path()).expect("a readable file"));
        files += 1;
    }
    assert!(files > 0, "{target} has no seeds");
}

#[test]
fn the_corpus_runs_through_every_body() {
    run("mimi_content", bodies::mimi_content);
    run("formatting", bodies::formatting);
    run("attachment_stream", bodies::attachment_stream);
    run("address_book", bodies::address_book);
}

#[test]
fn samples_are_in_the_corpus() {
    for (name, bytes) in samples::bytes() {
        let seed = fs::read(corpus("mimi_content").join(name)).expect("a seed");
        assert_eq!(seed, bytes, "{name}");
    }
}
