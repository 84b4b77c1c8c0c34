//! The customers: each counts what it gets, and acknowledges it.

use std::{
    cell::{Cell, RefCell},
    collections::VecDeque,
    rc::Rc,
    time::Duration,
};

use anyhow::bail;
use tokio::{task::JoinSet, time::Instant};
use tresen_proto::{
    Acknowledge, ClientBody, EntryKind, Ping, ServerBody,
    aad::{AuthenticatedData, MessageClass},
    mls_header,
};

use crate::load::{
    peer::{self, Door, Peer},
    wire::{Target, Wire},
};

/// Before somebody who couldn't connect tries again.
const AGAIN_AFTER: Duration = Duration::from_millis(100);
/// Who acknowledged so short a time before the server died may not have been heard.
const UNHEARD: Duration = Duration::from_secs(3);

/// One of them.
struct Customer {
    peer: Peer,
    /// Cursor of the last entry that was seen.
    cursor: Cell<u64>,
    /// Has a message of a template.
    has_note: Cell<bool>,
    is_connected: Cell<bool>,
    tally: Rc<Tally>,
}

/// What all have together.
#[derive(Default)]
struct Tally {
    /// Connected customers that have one.
    connected: Cell<usize>,
    /// Others that have one.
    others: Cell<usize>,
    /// What came beyond the first.
    doubled: Cell<u64>,
}

/// All of them.
#[derive(Default)]
pub(super) struct Crowd {
    customers: RefCell<Vec<Rc<Customer>>>,
    tally: Rc<Tally>,
    /// Who is still to come, by number.
    to_come: RefCell<VecDeque<usize>>,
    /// Who has come since the server's last death, and when.
    came: RefCell<VecDeque<(Instant, usize)>>,
    visitors: Cell<usize>,
    connected: Cell<usize>,
}

impl Crowd {
    /// Makes accounts, consents and conversations, some at the same time.
    pub(super) async fn open(
        self: &Rc<Self>,
        target: &Target,
        door: Door,
        count: usize,
        at_once: usize,
    ) -> anyhow::Result<()> {
        let left = Rc::new(Cell::new(count));
        let mut makers = JoinSet::new();
        for _ in 0..at_once {
            let (crowd, target, left) = (Rc::clone(self), target.clone(), Rc::clone(&left));
            makers.spawn_local(async move {
                while let Some(less) = left.get().checked_sub(1) {
                    left.set(less);
                    let (customer, _wire) = peer::open_at(&target, &door).await?;
                    let customer = Customer {
                        peer: customer.peer,
                        cursor: Cell::new(0),
                        has_note: Cell::new(false),
                        is_connected: Cell::new(false),
                        tally: Rc::clone(&crowd.tally),
                    };
                    crowd.customers.borrow_mut().push(Rc::new(customer));
                }
                anyhow::Ok(())
            });
        }
        while let Some(made) = makers.join_next().await {
            made??;
        }
        Ok(())
    }

    /// Connects some, evenly spread; they stay until the end, whatever dies.
    pub(super) fn connect(&self, target: &Target, count: usize) {
        let customers = self.customers.borrow();
        let step = (customers.len() / count.max(1)).max(1);
        for customer in customers.iter().step_by(step) {
            let (customer, target) = (Rc::clone(customer), target.clone());
            customer.is_connected.set(true);
            self.connected.set(self.connected.get() + 1);
            tokio::task::spawn_local(async move {
                loop {
                    if let Err(error) = customer.listen(&target, false).await {
                        tracing::debug!(%error, "the connection ended");
                    }
                    tokio::time::sleep(AGAIN_AFTER).await;
                }
            });
        }
    }

    /// Lets all come who aren't connected, one after the other.
    pub(super) fn collect(self: &Rc<Self>, target: &Target, at_once: usize) {
        let all = self.customers.borrow();
        let others = all.iter().enumerate().filter(|(_, customer)| !customer.is_connected.get());
        *self.to_come.borrow_mut() = others.map(|(number, _)| number).collect();
        while self.visitors.get() < at_once {
            self.visitors.set(self.visitors.get() + 1);
            tokio::task::spawn_local(Rc::clone(self).visit(target.clone()));
        }
    }

    /// One after the other comes, gets what waits, and goes.
    async fn visit(self: Rc<Self>, target: Target) {
        loop {
            let number = self.to_come.borrow_mut().pop_front();
            let customer = number.and_then(|at| self.customers.borrow().get(at).map(Rc::clone));
            let (Some(number), Some(customer)) = (number, customer) else { break };
            match customer.listen(&target, true).await {
                Ok(()) => self.came.borrow_mut().push_back((Instant::now(), number)),
                Err(error) => {
                    tracing::debug!(%error, "a visit failed");
                    self.to_come.borrow_mut().push_back(number);
                    tokio::time::sleep(AGAIN_AFTER).await;
                }
            }
        }
        self.visitors.set(self.visitors.get() - 1);
    }

    /// The server has died: who came shortly before comes again.
    pub(super) fn come_again(&self) {
        let now = Instant::now();
        let came = std::mem::take(&mut *self.came.borrow_mut());
        let unheard = came.iter().filter(|(at, _)| now.duration_since(*at) < UNHEARD);
        self.to_come.borrow_mut().extend(unheard.map(|(_, number)| *number));
    }

    /// Thousandths of the way: the connected ones, then the others.
    pub(super) fn progress(&self, sending_percent: usize) -> u64 {
        let (all, customers) = (self.connected.get(), self.customers.borrow().len());
        let sending = self.tally.connected.get() * sending_percent * 10 / all.max(1);
        let coming =
            self.tally.others.get() * (1_000 - sending_percent * 10) / (customers - all).max(1);
        (sending + coming) as u64
    }

    /// Who has one, who has none, and what came beyond the first.
    pub(super) fn count(&self) -> (u64, u64, u64) {
        let received = (self.tally.connected.get() + self.tally.others.get()) as u64;
        let lost = (self.customers.borrow().len() as u64).saturating_sub(received);
        (received, lost, self.tally.doubled.get())
    }
}

impl Customer {
    /// Takes what comes; a visitor goes when all is taken, and the server has heard so.
    async fn listen(&self, target: &Target, is_visit: bool) -> anyhow::Result<()> {
        let mut wire = self.peer.connect(target).await?;
        loop {
            let (mut body, mut is_drained) = (Some(wire.next().await?), false);
            let mut cursor = None;
            while let Some(frame) = body {
                match frame {
                    ServerBody::Deliver(deliver) => {
                        for entry in deliver.entries {
                            cursor = Some(entry.cursor);
                            if entry.cursor > self.cursor.get() {
                                self.cursor.set(entry.cursor);
                                self.note(entry.kind(), &entry.body)?;
                            }
                        }
                    }
                    ServerBody::Drained(_) => is_drained = true,
                    ServerBody::Closing(closing) => {
                        bail!("the server closes: {:?}", closing.code())
                    }
                    _ => {}
                }
                body = wire.try_next()?;
            }
            if let Some(cursor) = cursor {
                wire.queue(ClientBody::Acknowledge(Acknowledge { cursor }));
                wire.flush().await?;
            }
            if is_drained && is_visit {
                return until_heard(&mut wire).await;
            }
        }
    }

    fn note(&self, kind: EntryKind, body: &[u8]) -> anyhow::Result<()> {
        if kind == EntryKind::Application {
            let header = mls_header::read(body)?;
            let data = AuthenticatedData::decode(header.authenticated_data)?;
            if data.class == MessageClass::Template {
                let tally = &self.tally;
                match (self.has_note.replace(true), self.is_connected.get()) {
                    (true, _) => tally.doubled.set(tally.doubled.get() + 1),
                    (false, true) => tally.connected.set(tally.connected.get() + 1),
                    (false, false) => tally.others.set(tally.others.get() + 1),
                }
            }
        }
        Ok(())
    }
}

async fn until_heard(wire: &mut Wire) -> anyhow::Result<()> {
    wire.queue(ClientBody::Ping(Ping { id: 1 }));
    wire.flush().await?;
    loop {
        if let ServerBody::Pong(_) = wire.next().await? {
            return Ok(());
        }
    }
}
