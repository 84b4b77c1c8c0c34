//! The fuzz targets' bodies over the committed corpus, on the stable compiler.

mod bodies;

use std::{fs, path::Path};

#[test]
fn the_corpus_runs_through_every_body() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus/gateway_request");
    let mut files = 0;
    for file in fs::read_dir(corpus).expect("every target has a corpus") {
        bodies::request(&fs::read(file.expect("a readable folder").path()).expect("a file"));
        files += 1;
    }
    assert!(files > 0, "there are no seeds");
}
