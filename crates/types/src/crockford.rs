//! Crockford's base 32, the text form of our identifiers: no padding, lower case, `i l o u` unused.
//!
//! <https://www.crockford.com/base32.html>; decoding accepts either case, and reads `i`, `l` as 1 and
//! `o` as 0, so that an id can be read out aloud.

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// Encodes bytes, most significant bit first; the last character is filled up with zero bits.
#[must_use]
pub fn encode(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 8 / 5 + 1);
    let mut buffer = 0_u32;
    let mut bits = 0_u32;
    for byte in bytes {
        buffer = (buffer << 8) | u32::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            text.push(char::from(ALPHABET[((buffer >> bits) & 31) as usize]));
        }
        buffer &= (1 << bits) - 1;
    }
    if bits > 0 {
        text.push(char::from(ALPHABET[((buffer << (5 - bits)) & 31) as usize]));
    }
    text
}

/// Decodes exactly `N` bytes; `None` for a foreign character, a wrong length or set padding bits.
#[must_use]
pub fn decode<const N: usize>(text: &str) -> Option<[u8; N]> {
    if text.len() != (N * 8).div_ceil(5) {
        return None;
    }
    let mut bytes = [0_u8; N];
    let mut filled = 0;
    let mut buffer = 0_u32;
    let mut bits = 0_u32;
    for character in text.bytes() {
        buffer = (buffer << 5) | u32::from(value(character)?);
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            bytes[filled] = (buffer >> bits).to_le_bytes()[0];
            filled += 1;
            buffer &= (1 << bits) - 1;
        }
    }
    (buffer == 0 && filled == N).then_some(bytes)
}

fn value(character: u8) -> Option<u8> {
    let character = match character.to_ascii_lowercase() {
        b'o' => b'0',
        b'i' | b'l' => b'1',
        other => other,
    };
    ALPHABET.iter().position(|symbol| *symbol == character).and_then(|at| u8::try_from(at).ok())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn round_trips(bytes: [u8; 16]) {
            let text = encode(&bytes);
            prop_assert_eq!(text.len(), 26);
            prop_assert_eq!(decode::<16>(&text), Some(bytes));
            prop_assert_eq!(decode::<16>(&text.to_uppercase()), Some(bytes));
        }

        #[test]
        fn never_panics(text: String) {
            let decoded = decode::<8>(&text);
            prop_assert!(decoded.is_none() || encode(&decoded.unwrap()).len() == 13);
        }
    }

    #[test]
    fn refuses_set_padding_bits() {
        // 8 bytes are 64 bits, 13 characters 65: the last bit must be zero.
        assert!(decode::<8>("0000000000000").is_some());
        assert!(decode::<8>("0000000000001").is_none());
    }
}
