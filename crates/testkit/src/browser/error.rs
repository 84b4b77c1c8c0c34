//! What can go wrong while a test drives a browser.

use std::io;

/// Why a browser didn't do what a test asked for.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The program isn't there or can't be started.
    #[error("starting the browser: {0}")]
    Start(#[source] io::Error),
    /// The program ended before it told its address; the text is the end of its log.
    #[error("the browser gave no address: {0}")]
    NoAddress(String),
    /// The connection to the browser couldn't be made.
    #[error("connecting to the browser: {0}")]
    Connect(String),
    /// The connection ended: the browser was closed, killed, or died.
    #[error("the browser is gone")]
    Closed,
    /// The browser didn't answer a command.
    #[error("the browser didn't answer {method}; open are: {open}")]
    Silent {
        /// The command.
        method: String,
        /// All commands without an answer, and what they are about.
        open: String,
    },
    /// The page's process died.
    #[error("the page's process crashed")]
    Crashed,
    /// The browser refused a command.
    #[error("{method}: {message}")]
    Refused {
        /// The command.
        method: String,
        /// What the browser said.
        message: String,
    },
    /// A script in the page threw.
    #[error("a script failed: {0}")]
    Script(String),
    /// What was waited for didn't come.
    #[error("waited in vain for {what}\n{state}")]
    Timeout {
        /// What it was.
        what: String,
        /// What the page looked like instead.
        state: String,
    },
    /// This browser can't be made to do that.
    #[error("not possible in this browser: {0}")]
    Unsupported(&'static str),
    /// A file couldn't be read or written.
    #[error("a file of the test: {0}")]
    File(#[source] io::Error),
    /// The answer wasn't what the protocol promises.
    #[error("an answer without {0}")]
    Malformed(&'static str),
    /// The page reported errors.
    #[error("the page reported errors:\n{0}")]
    Problems(String),
}
