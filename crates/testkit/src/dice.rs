//! Numbers that look random and come again with the same seed.

/// A source of such numbers (`SplitMix64`).
#[derive(Clone, Debug)]
pub struct Dice(u64);

impl Dice {
    /// Dice whose numbers follow from a seed.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A number below `end`, which isn't zero.
    pub const fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) % end
    }

    /// A number of a range whose end doesn't belong to it.
    pub const fn within(&mut self, (start, end): (u64, u64)) -> u64 {
        start + self.below(end - start)
    }

    /// Whether something with this chance happens.
    pub const fn percent(&mut self, chance: u64) -> bool {
        self.below(100) < chance
    }

    /// Dice of their own, which follow from these.
    #[must_use]
    pub const fn split(&mut self) -> Self {
        Self(self.below(u64::MAX))
    }

    /// One of these; none of nothing.
    pub fn choose<T: Copy>(&mut self, of: &[T]) -> Option<T> {
        let count = u64::try_from(of.len()).ok().filter(|count| *count > 0)?;
        of.get(usize::try_from(self.below(count)).ok()?).copied()
    }
}
