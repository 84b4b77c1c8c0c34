//! The fuzz targets' bodies over the committed corpus, on the stable compiler.

use std::{fs, path::Path};

use crate::{bodies, samples};

#[test]
fn the_corpus_runs_through_every_decoder() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus");
    for name in bodies::NAMES {
        let mut files = 0;
        let folder = corpus.join(format!("statement_{name}"));
        for file in fs::read_dir(&folder).expect("every target has a corpus") {
            let bytes = fs::read(file.expect("a readable folder").path()).expect("a readable file");
            bodies::run(name, &bytes);
            files += 1;
        }
        assert!(files > 0, "{} is empty", folder.display());
    }
}

#[test]
fn samples_are_in_the_corpus() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus");
    for (name, bytes) in samples::all() {
        let seed = fs::read(corpus.join(format!("statement_{name}/sample"))).expect("a seed");
        assert_eq!(seed, bytes, "{name}");
    }
}
