//! Calls on standard input, outputs on standard output: the JSON form of crate `view` as it is.
//!
//! A line may have a `path` beside its call: the bytes of a file to send, or where an attachment is
//! to be written. Calls run beside each other, so a download can be cancelled; answers carry the
//! call's id. At the end of the input, what is queued is sent before the program ends.

use std::{path::PathBuf, rc::Rc, time::Duration};

use futures::{StreamExt as _, stream::FuturesUnordered};
use serde::Deserialize;
use tresen_client::{Client, FilePath};
use tresen_view::{Answer, Call, Command, Failure, FailureKind, Output};

use super::print;
use crate::{
    device::{Device, failure, within, write_file},
    input,
};

/// A call with the file beside it.
#[derive(Debug, Deserialize)]
struct Line {
    #[serde(flatten)]
    call: Call,
    path: Option<PathBuf>,
}

/// Works until the input ends.
pub(super) async fn run(device: &mut Device, patience: Duration) -> Result<(), Failure> {
    let mut lines = input::lines();
    let client = device.client.clone();
    let mut has_ended = false;
    let mut running = FuturesUnordered::new();
    loop {
        tokio::select! {
            line = lines.recv(), if !has_ended => match line {
                Some(line) if line.trim().is_empty() => {}
                Some(line) => {
                    let line: Line = serde_json::from_str(&line).map_err(|error| Failure {
                        kind: FailureKind::Invalid,
                        detail: error.to_string(),
                    })?;
                    running.push(answer(&client, line));
                }
                None => has_ended = true,
            },
            Some(output) = running.next() => print(&output)?,
            event = device.next_event() => print(&Output::Event(event?))?,
        }
        if has_ended && running.is_empty() {
            break;
        }
    }
    let settled = settle(device, patience).await;
    while let Some(event) = device.happened() {
        print(&Output::Event(event))?;
    }
    settled
}

/// Waits until what is queued is sent. A device without an account, or one that was offline all the
/// time, has nothing to wait for.
async fn settle(device: &mut Device, patience: Duration) -> Result<(), Failure> {
    let Answer::Account(Some(_)) = device.call(Command::Account).await? else { return Ok(()) };
    within(patience, device.client.settled()).await
}

async fn answer(client: &Client, line: Line) -> Output {
    let id = line.call.id;
    Output::Answer { id, result: run_call(client, line).await }
}

async fn run_call(client: &Client, line: Line) -> Result<Answer, Failure> {
    let command = line.call.command;
    if let (Command::SendFile { file, .. }, Some(path)) = (&command, &line.path) {
        let source = FilePath::open(path).await?;
        client.offer_file_as(file.file, Rc::new(source));
    }
    let answer = client.call(command).await?;
    match (&answer, line.path) {
        (Answer::File { file, .. }, Some(path)) => write_file(client, *file, &path).await?,
        (Answer::File { file, .. }, None) => {
            client.release_file(*file);
            return Err(failure(
                FailureKind::Invalid,
                "an attachment needs a path to be written to",
            ));
        }
        _ => {}
    }
    Ok(answer)
}
