//! What an interface has of a long list: it fetches pages as they come into sight, and after a change only
//! what is in sight.
//!
//! ```text
//! keys   ─ as they were ─┬─ fresh: as they are now ─┬─ as they were ─
//! seen                   └──── sight and slack ─────┘
//! ```
//!
//! The fresh part is one stretch of the list. What lies around it may be out of date; before it comes into
//! sight it is fetched again, so the list has no gap where anybody looks, and no row twice anywhere.

use std::{collections::BTreeSet, ops::Range};

/// Rows that are fetched at a time: more than the tallest window shows.
pub const PAGE_ROWS: usize = 100;
/// So many rows beyond those in sight are fetched ahead: three windows, or a second of quick scrolling.
pub const SLACK_ROWS: usize = 30;

/// The part of a list that an interface has.
#[derive(Clone, Debug)]
pub struct Paging<K> {
    keys: Vec<K>,
    /// The fresh part, by places in the list as it is now; `None` after a change.
    fresh: Option<Range<usize>>,
    /// Place of the fresh part's first key in `keys`: less than in the list when keys before it went away.
    at: usize,
    has_more: bool,
}

impl<K> Default for Paging<K> {
    fn default() -> Self {
        Self { keys: Vec::new(), fresh: None, at: 0, has_more: true }
    }
}

impl<K: Copy + Ord> Paging<K> {
    /// The keys in their order, none twice.
    #[must_use]
    pub fn keys(&self) -> &[K] {
        &self.keys
    }

    /// Whether the list goes on behind the last key.
    #[must_use]
    pub const fn has_more(&self) -> bool {
        self.has_more
    }

    /// The list has changed: nothing counts as fresh any more.
    pub fn change(&mut self) {
        self.fresh = None;
    }

    /// What is to be fetched next when the keys at these places are in sight: how many come before, and how
    /// many at most. `None` when everything near is fresh.
    #[must_use]
    pub fn lacks(&self, seen: &Range<usize>) -> Option<(usize, usize)> {
        let moved = match &self.fresh {
            Some(fresh) => fresh.start.saturating_sub(self.at),
            None => 0,
        };
        let last = if self.has_more { usize::MAX } else { self.keys.len() };
        let end = seen.end.saturating_add(SLACK_ROWS).min(last).saturating_add(moved);
        // A list that became shorter is looked at where it ends now.
        let start = seen.start.min(last).saturating_add(moved).saturating_sub(SLACK_ROWS).min(end);
        let Some(fresh) = self.fresh.clone() else { return Some((start, PAGE_ROWS)) };
        if end < fresh.start || start > fresh.end {
            Some((start, PAGE_ROWS))
        } else if start < fresh.start {
            let from = fresh.start.saturating_sub(PAGE_ROWS);
            Some((from, fresh.start.saturating_sub(from)))
        } else if end > fresh.end {
            Some((fresh.end, PAGE_ROWS))
        } else {
            None
        }
    }

    /// Takes a page of the list over that begins at the place `from`. It goes on with the fresh part where
    /// it touches it, else it is the fresh part from now on.
    pub fn take(&mut self, from: usize, page: &[K], has_more: bool) {
        let is_new = page.iter().copied().collect::<BTreeSet<_>>();
        let part = |range: Range<usize>| {
            let (end, start) = (range.end.min(self.keys.len()), range.start);
            let part = self.keys.get(start.min(end)..end).unwrap_or_default();
            part.iter().copied().filter(|key| !is_new.contains(key)).collect::<Vec<_>>()
        };
        let to = from.saturating_add(page.len());
        let fresh = self.fresh.clone().filter(|fresh| from == fresh.end || to == fresh.start);
        let (before, above, below, after) = match fresh {
            Some(fresh) => {
                let end = self.at.saturating_add(fresh.len());
                let (known, is_below) = (part(self.at..end), from == fresh.end);
                if is_below {
                    let after = end.saturating_add(page.len());
                    (part(0..self.at), known, Vec::new(), part(after..usize::MAX))
                } else {
                    let before = self.at.saturating_sub(page.len());
                    (part(0..before), Vec::new(), known, part(end..usize::MAX))
                }
            }
            None => (part(0..from), Vec::new(), Vec::new(), part(to..usize::MAX)),
        };
        let start = from.saturating_sub(above.len());
        let is_last = below.is_empty() && !has_more;
        self.fresh = Some(start..to.saturating_add(below.len()));
        self.at = before.len();
        let after = if is_last { Vec::new() } else { after };
        if below.is_empty() {
            self.has_more = has_more && (after.is_empty() || self.has_more);
        }
        self.keys = [before, above, page.to_vec(), below, after].concat();
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// An interface before a list that changes; it fetches until nothing is lacking.
    struct Page {
        list: Vec<u32>,
        paging: Paging<u32>,
        fetched: usize,
    }

    impl Page {
        fn before(length: u32) -> Self {
            Self { list: (0..length).collect(), paging: Paging::default(), fetched: 0 }
        }

        fn look_at(&mut self, seen: &Range<usize>) {
            self.fetched = 0;
            while let Some((from, limit)) = self.paging.lacks(seen) {
                assert!(limit > 0 && limit <= PAGE_ROWS, "{limit}");
                self.fetched += 1;
                assert!(self.fetched < 8, "it never ends");
                let rest = self.list.get(from..).unwrap_or_default();
                let page = &rest[..limit.min(rest.len())];
                self.paging.take(from, page, rest.len() > limit);
            }
            self.check(seen);
        }

        /// What is in sight is a stretch of the list, and nothing is there twice.
        fn check(&self, seen: &Range<usize>) {
            let keys = self.paging.keys();
            assert_eq!(keys.iter().collect::<BTreeSet<_>>().len(), keys.len());
            let end = seen.end.min(keys.len());
            let shown = &keys[seen.start.min(end)..end];
            if let Some(first) = shown.first() {
                let at = self.list.iter().position(|key| key == first).unwrap();
                assert_eq!(shown, &self.list[at..at + shown.len()]);
            }
            if seen.start == 0 {
                assert_eq!(keys.first(), self.list.first());
            }
            if seen.end >= keys.len() && !self.paging.has_more() {
                assert_eq!(keys.last(), self.list.last());
            }
        }
    }

    #[test]
    fn a_list_is_scrolled_to_its_end_without_a_gap() {
        let mut page = Page::before(1_234);
        let mut at = 0;
        while at < page.paging.keys().len().max(1) {
            page.look_at(&(at..at + 10));
            at += 10;
        }
        assert_eq!(page.paging.keys(), page.list);
        assert!(!page.paging.has_more());
    }

    #[test]
    fn a_change_fetches_what_is_in_sight_and_no_more() {
        let mut page = Page::before(5_000);
        for at in (0..5_000).step_by(10) {
            page.look_at(&(at..at + 10));
        }
        let moved = page.list.remove(3_000);
        page.list.insert(0, moved);
        page.paging.change();
        page.look_at(&(2_000..2_010));
        assert_eq!(page.fetched, 1);
        page.look_at(&(2_000..2_010));
        assert_eq!(page.fetched, 0);
        page.look_at(&(0..10));
        assert_eq!(page.paging.keys().first(), Some(&3_000));
    }

    #[test]
    fn a_list_that_became_short_is_seen_to_its_end() {
        let mut page = Page::before(600);
        for at in (0..600).step_by(10) {
            page.look_at(&(at..at + 10));
        }
        page.list.truncate(45);
        page.paging.change();
        page.look_at(&(590..600));
        assert_eq!(page.paging.keys(), page.list);
    }

    #[test]
    fn an_empty_list_is_asked_for_once() {
        let mut page = Page::before(0);
        page.look_at(&(0..0));
        assert_eq!((page.fetched, page.paging.has_more()), (1, false));
        page.list.push(7);
        page.paging.change();
        page.look_at(&(0..1));
        assert_eq!(page.paging.keys(), [7]);
    }

    proptest! {
        #[test]
        fn whatever_changes_what_is_in_sight_is_as_it_is(
            length in 0_u32..600,
            steps in proptest::collection::vec((0_u8..5, 0_usize..700, 0_usize..40), 1..60),
        ) {
            let mut page = Page::before(length);
            let mut next = length;
            for (step, place, height) in steps {
                let place = place.min(page.list.len());
                match step {
                    // Somebody writes: to the front.
                    0 if place < page.list.len() => {
                        let moved = page.list.remove(place);
                        page.list.insert(0, moved);
                        page.paging.change();
                    }
                    1 => {
                        page.list.insert(place, next);
                        next += 1;
                        page.paging.change();
                    }
                    2 => {
                        page.list.drain(place..(place + height).min(page.list.len()));
                        page.paging.change();
                    }
                    _ => {}
                }
                // Nobody scrolls further than to the last row that is drawn.
                let at = place.min(page.paging.keys().len());
                page.look_at(&(at..at + height));
            }
        }
    }
}
