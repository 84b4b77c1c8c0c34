//! Padmé: sizes with few significant bits (Nikitin et al., "Reducing Metadata Leakage from
//! Encrypted Files and Communication with PURBs", 2019, section 4.3).

/// The smallest size of the Padmé series that isn't below `size`: at most 12 % more.
#[must_use]
pub fn padded_size(size: u64) -> u64 {
    // For sizes below 2 there is no logarithm of a logarithm, and nothing to hide.
    let Some(exponent) = size.checked_ilog2().filter(|exponent| *exponent > 0) else {
        return size;
    };
    let significant = exponent.ilog2().saturating_add(1);
    let zero_bits = exponent.saturating_sub(significant);
    let unit = 1_u64.checked_shl(zero_bits).unwrap_or(1);
    size.checked_next_multiple_of(unit).unwrap_or(size)
}

#[cfg(test)]
#[expect(clippy::arithmetic_side_effects, reason = "small numbers of tests")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn sizes_follow_the_paper() {
        let examples =
            [(0, 0), (1, 1), (8, 8), (9, 10), (100, 104), (1_000, 1_024), (1_000_000, 1_015_808)];
        for (size, padded) in examples {
            assert_eq!(padded_size(size), padded, "{size}");
        }
    }

    proptest! {
        #[test]
        fn padding_is_small_and_final(size in 0_u64..(4 << 30)) {
            let padded = padded_size(size);
            prop_assert!(padded >= size);
            prop_assert!(padded - size <= size * 12 / 100 + 1);
            prop_assert_eq!(padded_size(padded), padded);
        }
    }
}
