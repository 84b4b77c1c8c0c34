//! The mailbox comes in: entries in order, many in one transaction, acknowledged after the commit.
//!
//! ```text
//! run        kept requests again → batches of entries → Drained: live
//! step       one transaction: each entry in a savepoint of its own, one that fails changes nothing
//! duties     what a live device does beside: stock, lost conversations, pending proposals, leaves
//!
//! Taking in and duties are in the seldom part: nobody has sent anything to a customer who is about to
//! write the first message.
//! ```
//!
//! A device is never ahead of its acknowledgements in the dangerous direction: what is acknowledged
//! is on its disk. What can't be decrypted is written down as a line and acknowledged too; nothing is
//! lost in silence.

mod duties;
mod duty;
mod message;
mod statements;
mod step;

use std::{collections::BTreeSet, rc::Rc};

pub(crate) use duties::{Due, Duties, Left, run as run_duties};
pub(crate) use duty::do_duties;
use futures::{StreamExt as _, channel::mpsc};
pub(crate) use message::reactor;
use step::Step;
use tresen_proto::{Acknowledge, ClientBody, Entry};
use tresen_types::AccountId;
use tresen_view::Connection;

use crate::{
    account::fetch_directory,
    archive,
    client::Inner,
    command::seldom,
    connection::Incoming,
    conversation::resume_handshakes,
    error::{Error, Result},
    limits::ENTRIES_PER_TRANSACTION_MAX,
    store::ConversationState,
    template,
};

/// Takes the mailbox in until the connection ends.
pub(crate) async fn run(
    inner: &Rc<Inner>,
    mut incoming: mpsc::UnboundedReceiver<Incoming>,
) -> Result<()> {
    {
        let _gate = inner.gate.lock().await;
        notice_older_store(inner)?;
        resume_handshakes(inner).await?;
    }
    while let Some(first) = incoming.next().await {
        let mut entries = Vec::new();
        let mut is_drained = false;
        let mut next = Some(first);
        while let Some(item) = next.take() {
            match item {
                Incoming::Entries(more) => entries.extend(more),
                Incoming::Drained => is_drained = true,
            }
            if entries.len() < ENTRIES_PER_TRANSACTION_MAX {
                next = incoming.try_recv().ok();
            }
        }
        for batch in entries.chunks(ENTRIES_PER_TRANSACTION_MAX) {
            let _gate = inner.gate.lock().await;
            seldom::take_in(Rc::clone(inner), batch.to_vec()).await?.await?;
        }
        if is_drained {
            become_live(inner)?;
        }
    }
    Ok(())
}

/// The server has acknowledgements that this store doesn't know of: the store is an older copy of
/// itself. Its groups would use up keys a second time, so this device comes back into each of them.
fn notice_older_store(inner: &Rc<Inner>) -> Result<()> {
    let acknowledged = inner.link.session()?.cursor;
    let is_older = inner.store.write(|tx| {
        if tx.cursor()? >= acknowledged {
            return Ok(false);
        }
        for record in tx.conversations()? {
            if record.state == ConversationState::Open {
                tx.change_conversation(record.id, |record| {
                    record.state = ConversationState::Lost;
                })?;
            }
        }
        // What was taken in since is in the archive, if there is one; what was begun since, the server
        // knows; and what was made since to be invited with, nobody has the keys of.
        if archive::is_kept(tx)? {
            archive::ask_for_restore(tx)?;
        }
        tx.set_conversations_unknown(true)?;
        tx.set_last_resort_at(0)?;
        tx.set_cursor(acknowledged)?;
        Ok(true)
    })?;
    if is_older {
        tracing::warn!("the store is an older copy of itself");
        archive::wake(inner);
    }
    Ok(())
}

/// Everything that waited is here: from now on this device may commit.
fn become_live(inner: &Rc<Inner>) -> Result<()> {
    inner.link.set_live(inner.now());
    inner.set_connection(Connection::Live);
    inner.duties.all();
    let own = inner.own()?;
    inner.store.write(|tx| crate::receipts::queue_owed(inner, tx, &own))?;
    inner.outbox_wake.notify();
    Ok(())
}

/// What was asked for while a batch was taken in.
#[derive(Debug, Default)]
struct Asked {
    accounts: BTreeSet<AccountId>,
    templates: BTreeSet<[u8; 32]>,
}

/// Takes in one batch. When an account's keys or a template turn out to be missing or old, the server
/// is asked and the batch begins again, once for each of them.
pub(crate) async fn take_in(inner: &Rc<Inner>, entries: &[Entry]) -> Result<()> {
    let own = inner.own()?;
    let mut asked = Asked::default();
    loop {
        let taken = inner.store.write(|tx| {
            let mut step = Step::new(inner, tx, &own, &asked);
            for entry in entries {
                step.take(entry)?;
            }
            step.finish()
        });
        match taken {
            Ok(taken) => {
                if let Some(cursor) = taken.cursor {
                    inner.link.send(ClientBody::Acknowledge(Acknowledge { cursor }))?;
                }
                inner.emit_all(taken.events);
                inner.duties.add(taken.duties);
                if taken.has_outgoing {
                    inner.outbox_wake.notify();
                }
                return Ok(());
            }
            Err(Error::Outdated(account)) if asked.accounts.insert(account) => {
                match fetch_directory(inner, account).await {
                    Ok(()) => {}
                    // Without it the entry is refused in the next round.
                    Err(Error::Offline) => return Err(Error::Offline),
                    Err(error) => tracing::warn!(%error, "a directory can't be had"),
                }
            }
            Err(Error::TemplateMissing(account, hash)) if asked.templates.insert(hash) => {
                match template::fetch(inner, account, hash).await {
                    Ok(()) => {}
                    Err(Error::Offline) => return Err(Error::Offline),
                    Err(error) => tracing::warn!(%error, "a template can't be had"),
                }
            }
            Err(error) => return Err(error),
        }
    }
}

#[cfg(test)]
mod tests;
