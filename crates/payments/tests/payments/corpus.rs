//! The fuzz targets' bodies over the committed corpus, on the stable compiler.

use std::{fs, path::Path};

use crate::bodies;

#[test]
fn the_corpus_runs_through_every_decoder() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus");
    for name in ["payments_statement", "payments_code"] {
        let body = if name == "payments_code" { bodies::code } else { bodies::statement };
        let files = fs::read_dir(corpus.join(name)).expect("every target has a corpus");
        let mut count = 0;
        for file in files {
            body(&fs::read(file.expect("a readable folder").path()).expect("a readable file"));
            count += 1;
        }
        assert!(count > 0, "{name} is empty");
    }
}
