//! What comes in on standard input, line by line, beside everything else.

use std::io::BufRead as _;

use tokio::sync::mpsc;

/// Lines that wait at most.
const LINES_WAITING_MAX: usize = 64;

/// The lines of standard input until its end. They are read on a thread that ends with the process:
/// nothing can wake a read of a terminal.
pub(crate) fn lines() -> mpsc::Receiver<String> {
    let (sender, receiver) = mpsc::channel(LINES_WAITING_MAX);
    std::thread::spawn(move || {
        for line in std::io::stdin().lock().lines() {
            let Ok(line) = line else { return };
            if sender.blocking_send(line).is_err() {
                return;
            }
        }
    });
    receiver
}
