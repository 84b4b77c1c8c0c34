//! Answers commands and passes events on, until another window wants the store.

use std::rc::Rc;

use futures::{
    StreamExt as _,
    future::{Either, select},
};
use tresen_client::{Client, FileBlob};
use tresen_view::{Answer, Output};
use tresen_web::port::{Files, FromWorker, ToWorker};
use wasm_bindgen_futures::spawn_local;

use crate::{Inbox, files, lock, next, post};

/// Serves; returns when the client is closed and the store is free.
pub(crate) async fn serve(client: Client, mut inbox: Inbox, waiting: Vec<(ToWorker, Files)>) {
    let mut events = client.events();
    spawn_local(async move {
        while let Some(event) = events.next().await {
            post(&FromWorker::Output(Output::Event(event)), &Vec::new());
        }
    });
    for (message, beside) in waiting {
        take(&client, message, beside);
    }
    let mut wanted = Box::pin(lock::wanted_elsewhere());
    loop {
        let message = Box::pin(next(&mut inbox));
        match select(wanted, message).await {
            Either::Left(((), _message)) => break,
            Either::Right((message, still_ours)) => {
                wanted = still_ours;
                if let Some((message, beside)) = message {
                    take(&client, message, beside);
                }
            }
        }
    }
    client.close().await;
}

fn take(client: &Client, message: ToWorker, beside: Files) {
    match message {
        ToWorker::First(id, command) => {
            let client = client.clone();
            spawn_local(async move {
                let result = client.answer_first(id, command).await;
                post(&FromWorker::Output(Output::Answer { id, result }), &Vec::new());
            });
        }
        ToWorker::Call(id, command) => spawn_local(answer(client.clone(), id, command, beside)),
        ToWorker::Wake => client.hurry(),
        ToWorker::Ping => post(&FromWorker::Pong, &Vec::new()),
        // This window has it already.
        ToWorker::TakeOver => {}
    }
}

async fn answer(client: Client, id: u64, command: Vec<u8>, beside: Files) {
    for (file, blob) in beside {
        client.offer_file_as(file, Rc::new(FileBlob(blob)));
    }
    let mut result = client.answer_packed(id, command).await;
    let mut beside = Vec::new();
    if let Ok(Answer::File { file, media_type, .. }) = &result {
        match files::collect(&client, *file, media_type).await {
            Ok(blob) => beside.push((*file, blob)),
            Err(failure) => result = Err(failure),
        }
    }
    post(&FromWorker::Output(Output::Answer { id, result }), &beside);
}
