//! Full-text search: a list of places for each word, of a thousand messages at a time
//! (docs/decisions/0031).
//!
//! ```text
//! searched        what is searched of each message
//! searched_word   of a block of positions that is full: where each word stands in it
//! searched_block  the blocks that have these lists
//! ```
//!
//! A message is only written to `searched`. The lists of a block are made by the duties when the
//! block is full; a block whose messages change later loses them by a trigger. What
//! has no lists is read through, the newest messages above all. So nothing here is needed to write or to
//! take in a message.

mod words;

use std::collections::{BTreeMap, BTreeSet};

use tresen_types::{ConversationId, MessageId, Timestamp};
use words::Wanted;

use super::{Tx, id};
use crate::error::{Error, Result};

/// A block has 2^26 positions: a thousand messages that came one after the other.
const BLOCK_BITS: u32 = 26;

/// The tables, and what becomes of those of FTS5, which the store had before: its text is kept, and its
/// entry goes without its code, which isn't there any more.
pub(super) const TABLES: &str = "
CREATE TABLE searched (
    position INTEGER PRIMARY KEY,
    text TEXT NOT NULL
) STRICT;
INSERT INTO searched (position, text) SELECT id, c0 FROM message_fts_content;
PRAGMA writable_schema = ON;
DELETE FROM sqlite_schema WHERE name = 'message_fts';
PRAGMA writable_schema = RESET;
DROP TABLE message_fts_content;
DROP TABLE IF EXISTS message_fts_data;
DROP TABLE IF EXISTS message_fts_idx;
DROP TABLE IF EXISTS message_fts_docsize;
DROP TABLE IF EXISTS message_fts_config;

CREATE TABLE searched_block (
    block INTEGER PRIMARY KEY
) STRICT;
CREATE TABLE searched_word (
    block INTEGER NOT NULL,
    word TEXT NOT NULL,
    places BLOB NOT NULL,
    PRIMARY KEY (block, word)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER searched_more AFTER INSERT ON searched
WHEN EXISTS (SELECT 1 FROM searched_block WHERE block = new.position >> 26)
BEGIN
    DELETE FROM searched_word WHERE block = new.position >> 26;
    DELETE FROM searched_block WHERE block = new.position >> 26;
END;
CREATE TRIGGER searched_less AFTER DELETE ON searched
WHEN EXISTS (SELECT 1 FROM searched_block WHERE block = old.position >> 26)
BEGIN
    DELETE FROM searched_word WHERE block = old.position >> 26;
    DELETE FROM searched_block WHERE block = old.position >> 26;
END;
";

/// A message that was found.
#[derive(Clone, Debug)]
pub(crate) struct FoundRecord {
    pub(crate) message: MessageId,
    pub(crate) conversation: ConversationId,
    pub(crate) at: Timestamp,
    /// Text around the hit; `true` stands for what was searched for.
    pub(crate) snippet: Vec<(String, bool)>,
}

impl Tx<'_> {
    /// Gives a message its search text.
    pub(super) fn put_searched(&self, position: i64, text: &str) -> Result<()> {
        if !text.is_empty() {
            let sql = "INSERT INTO searched (position, text) VALUES (?1, ?2)";
            self.execute(sql, (position, text))?;
        }
        Ok(())
    }

    /// Takes a message's search text away.
    pub(super) fn drop_searched(&self, position: i64) -> Result<()> {
        self.execute("DELETE FROM searched WHERE position = ?1", (position,))?;
        Ok(())
    }

    /// Messages with all these words, newest first; the last word may be unfinished.
    pub(crate) fn search(
        &self,
        typed: &str,
        conversation: Option<ConversationId>,
        limit: u32,
    ) -> Result<Vec<FoundRecord>> {
        let Some(wanted) = Wanted::read(typed) else { return Ok(Vec::new()) };
        if let Some(conversation) = conversation {
            return self.search_in(&wanted, conversation, limit);
        }
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let mut found = Vec::new();
        let mut before = i64::MAX;
        while let Some(block) = self.block_before(before)? {
            before = begin(block);
            let places = if self.is_indexed(block)? {
                self.places(block, &wanted)?
            } else {
                self.places_read_through(block, &wanted)?
            };
            for position in places.into_iter().rev() {
                found.extend(self.found(position, &wanted)?);
                if found.len() >= limit {
                    return Ok(found);
                }
            }
        }
        Ok(found)
    }

    /// Makes the lists of the newest full block that has none; `false` when all have theirs.
    pub(crate) fn index_block(&self) -> Result<bool> {
        // The newest block still grows.
        let Some(newest) = self.block_before(i64::MAX)? else { return Ok(false) };
        let mut before = begin(newest);
        while let Some(block) = self.block_before(before)? {
            if !self.is_indexed(block)? {
                self.index(block)?;
                return Ok(true);
            }
            before = begin(block);
        }
        Ok(false)
    }

    fn index(&self, block: i64) -> Result<()> {
        let mut lists: BTreeMap<String, Vec<u8>> = BTreeMap::new();
        let mut last: BTreeMap<String, i64> = BTreeMap::new();
        for (position, text) in self.texts(block)? {
            let in_text: BTreeSet<String> = words::words(&text).map(|(_at, word)| word).collect();
            for word in in_text {
                let former = last.insert(word.clone(), position).unwrap_or(begin(block));
                write_number(lists.entry(word).or_default(), position.saturating_sub(former));
            }
        }
        for (word, places) in lists {
            let sql = "INSERT INTO searched_word (block, word, places) VALUES (?1, ?2, ?3)";
            self.execute(sql, (block, word, places))?;
        }
        self.execute("INSERT INTO searched_block (block) VALUES (?1)", (block,))?;
        Ok(())
    }

    /// The block of the last searched message before a position.
    fn block_before(&self, position: i64) -> Result<Option<i64>> {
        let sql = "SELECT max(position) AS last FROM searched WHERE position < ?1";
        let last = self.one(sql, (position,), |row| Ok(row.get::<_, Option<i64>>("last")?))?;
        Ok(last.flatten().map(|last| last >> BLOCK_BITS))
    }

    fn is_indexed(&self, block: i64) -> Result<bool> {
        let sql = "SELECT 1 FROM searched_block WHERE block = ?1";
        Ok(self.one(sql, (block,), |_row| Ok(()))?.is_some())
    }

    fn texts(&self, block: i64) -> Result<Vec<(i64, String)>> {
        self.all(
            "SELECT position, text FROM searched WHERE position BETWEEN ?1 AND ?2
             ORDER BY position",
            (begin(block), end(block)),
            |row| Ok((row.get("position")?, row.get("text")?)),
        )
    }

    /// By the lists: the rarest kind of condition first, so that most blocks end at once.
    fn places(&self, block: i64, wanted: &Wanted) -> Result<BTreeSet<i64>> {
        let mut found: Option<BTreeSet<i64>> = None;
        for word in &wanted.whole {
            let sql = "SELECT places FROM searched_word WHERE block = ?1 AND word = ?2";
            let places = self.one(sql, (block, word), |row| read_places(block, row))?;
            let places = places.unwrap_or_default();
            found = Some(match found {
                None => places,
                Some(found) => found.intersection(&places).copied().collect(),
            });
            if found.as_ref().is_some_and(BTreeSet::is_empty) {
                return Ok(BTreeSet::new());
            }
        }
        let last = format!("{}{}", wanted.begun, char::MAX);
        let begun = self.all(
            "SELECT places FROM searched_word WHERE block = ?1 AND word BETWEEN ?2 AND ?3",
            (block, &wanted.begun, last),
            |row| read_places(block, row),
        )?;
        let begun: BTreeSet<i64> = begun.into_iter().flatten().collect();
        Ok(match found {
            None => begun,
            Some(found) => found.intersection(&begun).copied().collect(),
        })
    }

    fn places_read_through(&self, block: i64, wanted: &Wanted) -> Result<BTreeSet<i64>> {
        let texts = self.texts(block)?;
        Ok(texts
            .into_iter()
            .filter(|(_position, text)| wanted.is_in(text))
            .map(|(position, _text)| position)
            .collect())
    }

    /// Within one conversation all is read, which is little.
    fn search_in(
        &self,
        wanted: &Wanted,
        conversation: ConversationId,
        limit: u32,
    ) -> Result<Vec<FoundRecord>> {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let mut statement = self.0.prepare_cached(
            "SELECT message.id, conversation, at, text FROM message
             JOIN searched ON searched.position = message.position
             WHERE conversation = ?1 ORDER BY message.position DESC",
        )?;
        let mut rows = statement.query((conversation.as_bytes(),))?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            let text = row.get_ref("text")?.as_str().map_err(|_type| Error::Damaged("text"))?;
            if wanted.is_in(text) {
                found.push(read_found(row, wanted)?);
                if found.len() >= limit {
                    break;
                }
            }
        }
        Ok(found)
    }

    fn found(&self, position: i64, wanted: &Wanted) -> Result<Option<FoundRecord>> {
        self.one(
            "SELECT message.id, conversation, at, text FROM message
             JOIN searched ON searched.position = message.position
             WHERE message.position = ?1",
            (position,),
            |row| read_found(row, wanted),
        )
    }
}

fn read_found(row: &rusqlite::Row<'_>, wanted: &Wanted) -> Result<FoundRecord> {
    let text: String = row.get("text")?;
    Ok(FoundRecord {
        message: id(row, "id")?,
        conversation: id(row, "conversation")?,
        at: Timestamp::from_millis(row.get("at")?),
        snippet: wanted.snippet(&text),
    })
}

/// The first and the last position of a block.
const fn begin(block: i64) -> i64 {
    block << BLOCK_BITS
}

const fn end(block: i64) -> i64 {
    begin(block) + ((1 << BLOCK_BITS) - 1)
}

/// Distances from place to place, seven bits a byte.
fn read_places(block: i64, row: &rusqlite::Row<'_>) -> Result<BTreeSet<i64>> {
    let bytes = row.get_ref("places")?.as_blob().map_err(|_type| Error::Damaged("places"))?;
    let (mut places, mut position, mut number, mut shift) = (BTreeSet::new(), begin(block), 0, 0);
    for byte in bytes {
        if shift > BLOCK_BITS {
            return Err(Error::Damaged("places"));
        }
        number |= i64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            position = position.saturating_add(number);
            places.insert(position);
            (number, shift) = (0, 0);
        } else {
            shift += 7;
        }
    }
    Ok(places)
}

fn write_number(bytes: &mut Vec<u8>, number: i64) {
    // The last seven bits, without the sign that a place never has.
    let mut rest = number.unsigned_abs();
    loop {
        let low = u8::try_from(rest & 0x7f).unwrap_or(0);
        rest >>= 7;
        if rest == 0 {
            bytes.push(low);
            return;
        }
        bytes.push(low | 0x80);
    }
}
