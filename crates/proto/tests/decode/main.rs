//! The fuzz targets' bodies over the committed corpus, on the stable compiler.

mod bodies;

use std::{fs, path::Path};

fn run(target: &str, body: impl Fn(&[u8])) {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus").join(target);
    let mut files = 0;
    for file in fs::read_dir(corpus).expect("every target has a corpus") {
        body(&fs::read(file.expect("a readable folder").path()).expect("a readable file"));
        files += 1;
    }
    assert!(files > 0, "{target} has no seeds");
}

#[test]
fn the_corpus_runs_through_every_body() {
    run("proto_client_frame", bodies::client_frame);
    run("proto_server_frame", bodies::server_frame);
    run("proto_mls_header", bodies::mls_header);
    run("proto_authenticated_data", bodies::authenticated_data);
}
