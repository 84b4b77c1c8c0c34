//! The suites that every store passes: [`delivery`], [`delivery_model`], [`control`] and [`blobs`].
//!
//! A back end of the delivery store hands in a function that makes fresh storage and returns a function
//! that opens a store on it, again and again: dropping the store and opening it stands for a crash.
//! [`delivery`] runs all cases, [`delivery_nodes`] those for a storage that several nodes share,
//! [`delivery_model`] random sequences of events against a plain model.

use std::{
    future::Future,
    pin::pin,
    sync::Arc,
    task::{Context, Poll, Wake, Waker},
    thread::Thread,
};

use crate::delivery::{DeliveryOptions, DeliveryStore};

mod blobs;
mod charges;
mod control;
mod conversations;
mod epochs;
mod mailboxes;
mod model;
mod nodes;
mod standings;
mod trouble;
mod world;

pub use blobs::{BlobNode, BlobOpener, blobs};
pub use control::{ControlOpener, control};
pub use model::delivery_model;

/// Opens a store on its storage.
pub type Opener = Box<dyn FnMut(DeliveryOptions) -> Box<dyn DeliveryStore>>;

/// A case with its name.
type Case = (&'static str, fn(Opener));

/// Runs all cases, each on fresh storage.
pub fn delivery(new_storage: &mut dyn FnMut() -> Opener) {
    let cases: [Case; 22] = [
        ("charges::settle_once", charges::settle_once),
        ("charges::release_what_is_lost", charges::release_what_is_lost),
        ("conversations::are_created_once", conversations::are_created_once),
        ("conversations::stop_for_who_leaves", conversations::stop_for_who_leaves),
        (
            "conversations::keep_proposals_until_a_commit",
            conversations::keep_proposals_until_a_commit,
        ),
        ("conversations::refuse_what_is_over_a_limit", conversations::refuse_what_is_over_a_limit),
        ("epochs::bound_what_messages_are_taken", epochs::bound_what_messages_are_taken),
        ("epochs::never_fork", epochs::never_fork),
        ("epochs::let_a_device_come_back", epochs::let_a_device_come_back),
        ("mailboxes::hold_messages_in_order", mailboxes::hold_messages_in_order),
        ("mailboxes::answer_a_nonce_once", mailboxes::answer_a_nonce_once),
        ("mailboxes::never_use_a_cursor_twice", mailboxes::never_use_a_cursor_twice),
        ("mailboxes::forget_what_was_acknowledged", mailboxes::forget_what_was_acknowledged),
        ("mailboxes::remember_how_far_a_device_is", mailboxes::remember_how_far_a_device_is),
        ("mailboxes::lose_what_nobody_wants_any_more", mailboxes::lose_what_nobody_wants_any_more),
        ("mailboxes::expire_and_drop", mailboxes::expire_and_drop),
        ("mailboxes::survive_a_checkpoint", mailboxes::survive_a_checkpoint),
        ("mailboxes::bound_a_read", mailboxes::bound_a_read),
        ("standings::decide_in_order", standings::decide_in_order),
        ("trouble::a_full_disk", trouble::a_full_disk),
        ("trouble::old_nonces_go", trouble::old_nonces_go),
        ("trouble::after_the_shutdown", trouble::after_the_shutdown),
    ];
    run(&cases, new_storage);
}

/// Runs the cases in which two stores are open on the same storage, as two nodes have them.
pub fn delivery_nodes(new_storage: &mut dyn FnMut() -> Opener) {
    let cases: [Case; 4] = [
        ("nodes::one_commit_wins", nodes::one_commit_wins),
        ("nodes::a_nonce_is_answered_once", nodes::a_nonce_is_answered_once),
        ("nodes::a_reader_misses_nothing", nodes::a_reader_misses_nothing),
        ("nodes::groups_share_payloads", nodes::groups_share_payloads),
    ];
    run(&cases, new_storage);
}

fn run(cases: &[Case], new_storage: &mut dyn FnMut() -> Opener) {
    for (name, case) in cases {
        tracing::info!(case = name, "runs");
        case(new_storage());
    }
}

/// Waits for a future without a runtime, for futures that need none.
pub fn wait<F: Future>(future: F) -> F::Output {
    struct Unpark(Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
    let mut context = Context::from_waker(&waker);
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut context) {
            Poll::Ready(output) => return output,
            Poll::Pending => std::thread::park(),
        }
    }
}
