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
    run("server_socket_codec", bodies::socket_codec);
    run("server_http_head", bodies::http_head);
    run("server_bus_protocol", bodies::bus_protocol);
    run("server_bus_notice", bodies::bus_notice);
    run("server_dns_answer", bodies::dns_answer);
    run("server_push_endpoint", bodies::push_endpoint);
}
