//! Sealed files: every size comes back, every attack on the chunks fails.

use tresen_content::{
    Error, SecretKey,
    attachment::{CHUNK_BYTES, Decryptor, Encryptor, encrypted_size, padded_size},
};
use tresen_types::limits::ATTACHMENT_BYTES_MAX;

fn key() -> SecretKey {
    SecretKey::new([3; 32])
}

fn file(size: usize) -> Vec<u8> {
    (0..=250_u8).cycle().take(size).collect()
}

fn length(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).expect("a length")
}

fn seal(file: &[u8]) -> (Vec<Vec<u8>>, [u8; 32]) {
    let mut encryptor = Encryptor::new(&key(), length(file)).expect("a small file");
    let (mut rest, mut chunks) = (file, Vec::new());
    while let Some(wanted) = encryptor.wanted() {
        let (plain, after) = rest.split_at(wanted);
        chunks.push(encryptor.chunk(plain).expect("the wanted length"));
        rest = after;
    }
    (chunks, encryptor.finish().expect("all chunks"))
}

fn open(size: u64, chunks: &[Vec<u8>], hash: &[u8; 32]) -> Result<Vec<u8>, Error> {
    let mut decryptor = Decryptor::new(&key(), size)?;
    let mut plain = Vec::new();
    for chunk in chunks {
        plain.extend(decryptor.chunk(chunk)?);
    }
    decryptor.finish(hash)?;
    Ok(plain)
}

#[test]
fn files_of_all_sizes_come_back() {
    let chunk = CHUNK_BYTES;
    for size in [0, 1, 15, 1_000, chunk - 1, chunk, chunk + 1, 2 * chunk, 5 * chunk + 77, 1 << 20] {
        let file = file(size);
        let (chunks, hash) = seal(&file);
        assert_eq!(length(&chunks.concat()), encrypted_size(length(&file)).unwrap(), "{size}");
        assert_eq!(open(length(&file), &chunks, &hash), Ok(file), "{size}");
    }
}

#[test]
fn a_file_keeps_its_bytes_for_ever() {
    let (chunks, hash) = seal(&file(10));
    let hex: String = chunks.concat().iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(hex, "4781137f6bc2e9e0dd4dead2c8c76119ddd0d9587e35f80a8c22");
    let hash: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(hash, "1dd8a7eb2587e7d5f2263d811957910ef33fe747afba0fc226b8415bcd2f323a");
}

#[test]
fn damaged_missing_doubled_and_swapped_chunks_are_noticed() {
    let file = file(4 * CHUNK_BYTES);
    let size = length(&file);
    let (chunks, hash) = seal(&file);
    assert_eq!(chunks.len(), 4);
    let attack = |order: &[usize]| {
        let taken: Vec<_> = order.iter().map(|at| chunks[*at].clone()).collect();
        open(size, &taken, &hash)
    };
    assert_eq!(attack(&[0, 1, 2, 3]), Ok(file));
    for order in [&[0, 1, 2][..], &[0, 2, 1, 3], &[0, 1, 1, 2, 3], &[1, 2, 3], &[0, 1, 2, 3, 3]] {
        assert_eq!(attack(order), Err(Error::Chunk), "{order:?}");
    }
    // A shorter file that claims to end where a chunk ends.
    assert_eq!(open(3 * 65_536, &chunks[..3], &hash), Err(Error::Chunk));
    let mut flipped = chunks.clone();
    flipped[2][100] ^= 1;
    assert_eq!(open(size, &flipped, &hash), Err(Error::Chunk));
    assert_eq!(open(size, &chunks, &[0; 32]), Err(Error::Chunk));
}

#[test]
fn the_claimed_size_must_fit() {
    let file = file(1_000);
    let (chunks, hash) = seal(&file);
    assert_eq!(padded_size(999), padded_size(1_000), "they look alike from outside");
    // One byte less: the last byte of the file would be padding, and it isn't zero.
    assert_eq!(open(999, &chunks, &hash), Err(Error::Chunk));
    assert_eq!(open(2_000, &chunks, &hash), Err(Error::Chunk));
    assert_eq!(encrypted_size(ATTACHMENT_BYTES_MAX + 1), Err(Error::Limit));
    assert!(Encryptor::new(&key(), ATTACHMENT_BYTES_MAX + 1).is_err());
    let mut encryptor = Encryptor::new(&key(), 10).unwrap();
    assert_eq!(encryptor.chunk(&[0; 9]), Err(Error::Chunk));
    assert!(encryptor.finish().is_err());
}
