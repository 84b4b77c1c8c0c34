//! The list of conversations: one signal for the order and one for each row, so that a change of one
//! row paints one row.

use leptos::prelude::*;
use tresen_types::ConversationId;
use tresen_view::ConversationRow;

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
    is_loaded: RwSignal<bool>,
}

impl RowList {
    pub(super) fn new() -> Self {
        Self { rows: RwSignal::new(Vec::new()), is_loaded: RwSignal::new(false) }
    }

    /// Takes a new list over; rows that stayed keep their signals.
    pub fn update(&self, fresh: Vec<ConversationRow>) {
        let old = self.rows.get_untracked();
        let rows = fresh
            .into_iter()
            .map(|view| match old.iter().find(|row| row.id == view.conversation) {
                Some(row) => {
                    if row.view.with_untracked(|known| *known != view) {
                        row.view.set(view);
                    }
                    row.clone()
                }
                None => Row { id: view.conversation, view: ArcRwSignal::new(view) },
            })
            .collect::<Vec<_>>();
        let is_same =
            old.len() == rows.len() && old.iter().zip(&rows).all(|(old, new)| old.id == new.id);
        if !is_same {
            self.rows.set(rows);
        }
        if !self.is_loaded.get_untracked() {
            self.is_loaded.set(true);
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

    /// Whether the list was fetched at all.
    #[must_use]
    pub fn is_loaded(&self) -> bool {
        self.is_loaded.get()
    }

    /// Messages that weren't seen, in all rows.
    #[must_use]
    pub fn unread(&self) -> u32 {
        self.rows.with(|rows| rows.iter().map(|row| row.view.with(|view| view.unread)).sum())
    }
}
