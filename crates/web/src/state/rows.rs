//! The list of conversations, as far as it is drawn: one signal for the order and one for each row, so that
//! a change of one row paints one row.

use std::{collections::BTreeMap, ops::Range};

use leptos::prelude::*;
use tresen_types::ConversationId;
use tresen_view::{ConversationPage, ConversationRow, InboxCounts, InboxQuery, Paging};

/// A row with its own signal.
#[derive(Clone, Debug)]
pub struct Row {
    /// The conversation.
    pub id: ConversationId,
    /// What it shows.
    pub view: ArcRwSignal<ConversationRow>,
}

/// The list.
#[derive(Clone, Copy, Debug)]
pub struct RowList {
    rows: RwSignal<Vec<Row>>,
    /// Which list the rows are of; `None` while none was fetched.
    of: RwSignal<Option<InboxQuery>>,
    counts: RwSignal<InboxCounts>,
    paging: StoredValue<Paging<ConversationId>>,
}

impl RowList {
    pub(super) fn new() -> Self {
        Self {
            rows: RwSignal::new(Vec::new()),
            of: RwSignal::new(None),
            counts: RwSignal::new(InboxCounts::default()),
            paging: StoredValue::new(Paging::default()),
        }
    }

    /// What is to be fetched of a list when the rows at these places are in sight: how many come before, and
    /// how many at most; `None` when all of it is here.
    #[must_use]
    pub fn lacks(&self, of: &InboxQuery, seen: &Range<usize>) -> Option<(usize, usize)> {
        if self.is_of(of) {
            self.paging.with_value(|paging| paging.lacks(seen))
        } else {
            Paging::<ConversationId>::default().lacks(&(0..0))
        }
    }

    /// Something has changed: what is drawn may be out of date.
    pub fn change(&self) {
        self.paging.update_value(Paging::change);
    }

    /// Takes a page of a list over; rows that stayed keep their signals.
    pub fn take(&self, of: &InboxQuery, from: usize, page: ConversationPage) {
        let mut known: BTreeMap<_, _> =
            self.rows.get_untracked().into_iter().map(|row| (row.id, row)).collect();
        let ids = page.rows.iter().map(|view| view.conversation).collect::<Vec<_>>();
        for view in page.rows {
            match known.get(&view.conversation) {
                Some(row) if row.view.with_untracked(|shown| *shown == view) => {}
                Some(row) => row.view.set(view),
                None => {
                    let id = view.conversation;
                    known.insert(id, Row { id, view: ArcRwSignal::new(view) });
                }
            }
        }
        let is_other = !self.is_of(of);
        self.paging.update_value(|paging| {
            if is_other {
                *paging = Paging::default();
            }
            paging.take(from, &ids, page.has_more);
        });
        let rows: Vec<Row> = self.paging.with_value(|paging| {
            paging.keys().iter().filter_map(|id| known.get(id).cloned()).collect()
        });
        let is_same = self.rows.with_untracked(|old| {
            old.len() == rows.len() && old.iter().zip(&rows).all(|(old, new)| old.id == new.id)
        });
        if !is_same {
            self.rows.set(rows);
        }
        if is_other {
            self.of.set(Some(of.clone()));
        }
        if self.counts.get_untracked() != page.counts {
            self.counts.set(page.counts);
        }
    }

    /// The rows in their order; follows order and number only.
    #[must_use]
    pub fn get(&self) -> Vec<Row> {
        self.rows.get()
    }

    /// The rows, without following them.
    #[must_use]
    pub fn get_untracked(&self) -> Vec<Row> {
        self.rows.get_untracked()
    }

    /// Follows order and number of the rows.
    pub fn track(&self) {
        self.rows.track();
    }

    /// Whether no row is drawn.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.with(Vec::is_empty)
    }

    /// How many rows are drawn, without following it.
    #[must_use]
    pub fn len_untracked(&self) -> usize {
        self.rows.with_untracked(Vec::len)
    }

    /// Whether the list goes on behind the rows; follows nothing.
    #[must_use]
    pub fn has_more(&self) -> bool {
        self.paging.with_value(Paging::has_more)
    }

    /// Which list the rows are of; `None` while none was fetched.
    #[must_use]
    pub fn of(&self) -> Option<InboxQuery> {
        self.of.get()
    }

    /// The same, without following it.
    #[must_use]
    pub fn of_untracked(&self) -> Option<InboxQuery> {
        self.of.get_untracked()
    }

    /// What is counted beside the list.
    #[must_use]
    pub fn counts(&self) -> InboxCounts {
        self.counts.get()
    }

    fn is_of(&self, of: &InboxQuery) -> bool {
        self.of.with_untracked(|known| known.as_ref() == Some(of))
    }
}
