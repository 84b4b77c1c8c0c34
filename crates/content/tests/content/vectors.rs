//! The examples of the MIMI content draft.

use std::{
    fs,
    path::{Path, PathBuf},
};

use tresen_content::{
    message_id,
    mimi::{Disposition, MimiContent, Part},
};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/mimi")
}

fn example(name: &str) -> Vec<u8> {
    fs::read(folder().join(format!("{name}.cbor"))).expect("an example of the draft")
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The message id that the diagnostic notation names in its first lines.
fn published_id(name: &str) -> Option<String> {
    let text = fs::read_to_string(folder().join(format!("{name}.edn"))).expect("its notation");
    let (_before, id) = text.split_once("# message ID = h'")?;
    let (id, _after) = id.split_once('\'')?;
    Some(id.chars().filter(char::is_ascii_hexdigit).collect())
}

const NAMES: [&str; 14] = [
    "attachment",
    "conferencing",
    "delete",
    "edit",
    "expiring",
    "mention",
    "mention-html",
    "multipart-1",
    "multipart-2",
    "multipart-3",
    "original",
    "reaction",
    "reply",
    "unlike",
];

#[test]
fn all_examples_decode_and_encode_to_the_same_bytes() {
    for name in NAMES {
        let bytes = example(name);
        let content = MimiContent::decode(&bytes).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(content.encode().as_deref(), Ok(&bytes[..]), "{name}");
    }
}

#[test]
fn message_ids_are_the_published_ones() {
    for name in NAMES {
        let bytes = example(name);
        let content = MimiContent::decode(&bytes).expect("decodes");
        let sender = content.sender_uri().expect("a sender");
        let room = content.room_uri().expect("a room");
        let id = message_id(sender, room, &bytes, &content.salt).expect("short URIs");
        assert_eq!(published_id(name), Some(hex(id.as_bytes())), "{name}");
    }
    let original = published_id("original").expect("an id");
    assert!(original.starts_with("017ce548") && original.ends_with("96f4"));
}

#[test]
fn the_original_has_its_parts() {
    let original = MimiContent::decode(&example("original")).expect("decodes");
    assert_eq!(original.nested_part.disposition, Disposition::RENDER);
    let Part::Single { content_type, content } = original.nested_part.part else {
        panic!("a single part");
    };
    assert_eq!(content_type, "text/markdown;variant=GFM-MIMI");
    assert_eq!(content, b"Hi everyone, we just shipped release 2.0. __Good  work__!");
    let attachment = MimiContent::decode(&example("attachment")).expect("decodes");
    let Part::External(file) = attachment.nested_part.part else { panic!("an external part") };
    assert_eq!((file.size, file.enc_alg, file.hash_alg), (708_234_961, 1, 1));
    let debug = format!("{file:?}");
    assert!(!debug.contains("33, 57, 147"), "the key stays out of debug output: {debug}");
}

#[test]
fn other_encodings_of_an_example_are_refused() {
    let bytes = example("original");
    assert!(MimiContent::decode(&[&bytes[..], &[0]].concat()).is_err());
    assert!(MimiContent::decode(&bytes[..bytes.len() - 1]).is_err());
    // The outer array in a longer form, and with an indefinite length.
    assert!(MimiContent::decode(&[&[0x98, 7], &bytes[1..]].concat()).is_err());
    assert!(MimiContent::decode(&[&[0x9f], &bytes[1..], &[0xff]].concat()).is_err());
}
