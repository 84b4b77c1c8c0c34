//! One connection from its hello to its end.

use std::{cell::Cell, pin::pin, rc::Rc};

use bytes::Bytes;
use futures::{
    FutureExt as _, StreamExt as _,
    channel::mpsc,
    future::{Either, select},
};
use tresen_proto::{
    Authenticate, ClientBody, ClientFrame, Closing, Entry, ErrorCode, Hello, PROTOCOL_VERSION,
    Ping, ReplyBody, RequestBody, ServerBody, decode_server_frame, encode_frame,
};
use tresen_types::Timestamp;

use super::{End, Phase};
use crate::{
    account::Own,
    client::Inner,
    error::{Error, Result},
    limits::{CONNECT_MS_MAX, PING_MS_MIN, PINGS_MISSED_MAX},
    runtime, sync,
    transport::{SocketReceiver, SocketSender, connect},
    typing,
};

/// What the reader hands to the mailbox's side.
pub(crate) enum Incoming {
    /// Mailbox entries.
    Entries(Vec<Entry>),
    /// Everything that waited has been delivered.
    Drained,
}

/// Connects, authenticates and works until the connection ends.
pub(super) async fn run(inner: &Rc<Inner>) -> End {
    match Box::pin(run_to_end(inner)).await {
        Ok(end) => end,
        Err(Error::Refused { code: ErrorCode::DeviceRevoked, .. }) => End::Revoked,
        Err(error) => {
            tracing::debug!(%error, "the connection ended");
            End::Broken
        }
    }
}

async fn run_to_end(inner: &Rc<Inner>) -> Result<End> {
    let (sender, mut receiver) = connect(&inner.origin, &inner.trust).await?;
    let hello = runtime::within(CONNECT_MS_MAX, receiver.receive()).await.flatten();
    let ServerBody::Hello(hello) = decode_server_frame(hello.ok_or(Error::Offline)?)? else {
        return Err(Error::Answer("no hello"));
    };
    check_hello(inner, &hello)?;
    let interval_ms = u64::from(hello.ping_interval_ms).max(PING_MS_MIN);
    let frames = inner.link.put_up(hello, inner.local_now_ms());
    let (incoming, entries) = mpsc::unbounded();
    let reader = read(inner, receiver, incoming, interval_ms);
    let writer = write(inner, sender, frames);
    let pinger = ping(inner, interval_ms);
    let session = work(inner, entries);
    let traffic = async {
        futures::select! {
            end = pin!(reader.fuse()) => end,
            end = pin!(writer.fuse()) => end,
            end = pin!(pinger.fuse()) => end,
        }
    };
    match select(pin!(traffic), pin!(session)).await {
        Either::Left((end, _)) | Either::Right((end, _)) => end,
    }
}

fn check_hello(inner: &Inner, hello: &Hello) -> Result<()> {
    if !hello.versions.contains(&PROTOCOL_VERSION) {
        return Err(Error::Answer("no common version"));
    }
    if hello.origin != inner.origin.as_str() {
        return Err(Error::Untrusted("the server speaks for another origin"));
    }
    if hello.nonce.len() != 32 || hello.server_key.len() != 32 {
        return Err(Error::Answer("hello"));
    }
    Ok(())
}

async fn read(
    inner: &Rc<Inner>,
    mut receiver: SocketReceiver,
    incoming: mpsc::UnboundedSender<Incoming>,
    interval_ms: u64,
) -> Result<End> {
    let silence_ms = interval_ms.saturating_mul(u64::from(PINGS_MISSED_MAX).saturating_add(1));
    loop {
        let frame: Option<Bytes> = runtime::within(silence_ms, receiver.receive()).await.flatten();
        let Some(frame) = frame else { return Ok(End::Broken) };
        match decode_server_frame(frame)? {
            ServerBody::Hello(_) => return Err(Error::Answer("a second hello")),
            ServerBody::Reply(reply) => {
                let body = reply.body.ok_or(Error::Answer("a reply without a body"))?;
                inner.link.resolve(reply.id, body);
            }
            ServerBody::Deliver(deliver) => {
                drop(incoming.unbounded_send(Incoming::Entries(deliver.entries)));
            }
            ServerBody::Drained(_) => drop(incoming.unbounded_send(Incoming::Drained)),
            ServerBody::Signal(signal) => typing::receive(inner, &signal),
            ServerBody::Pong(pong) => {
                let at = Timestamp::from_millis(pong.server_time_ms);
                inner.link.note_server_time(at, inner.local_now_ms());
            }
            ServerBody::Closing(closing) => return Ok(end_of(&closing)),
        }
    }
}

fn end_of(closing: &Closing) -> End {
    match ErrorCode::try_from(closing.code) {
        Ok(ErrorCode::Conflict) => End::Replaced,
        Ok(ErrorCode::DeviceRevoked) => End::Revoked,
        _ => End::ComeBackAfter(u64::from(closing.reconnect_after_ms)),
    }
}

async fn write(
    inner: &Inner,
    mut sender: SocketSender,
    mut frames: mpsc::UnboundedReceiver<ClientBody>,
) -> Result<End> {
    let closed = inner.link.closed();
    let work = async {
        while let Some(body) = frames.next().await {
            sender.send(encode_frame(&ClientFrame::from(body))).await?;
        }
        Ok(End::Broken)
    };
    let end = match select(pin!(work), pin!(closed)).await {
        Either::Left((end, _)) => end,
        Either::Right(_) => Ok(End::Broken),
    };
    sender.close().await;
    end
}

async fn ping(inner: &Inner, interval_ms: u64) -> Result<End> {
    let id = Cell::new(0_u64);
    loop {
        runtime::sleep(interval_ms).await;
        id.set(id.get().wrapping_add(1));
        inner.link.send(ClientBody::Ping(Ping { id: id.get() }))?;
    }
}

/// Authenticates (or waits until a registration does) and takes the mailbox in.
async fn work(inner: &Rc<Inner>, entries: mpsc::UnboundedReceiver<Incoming>) -> Result<End> {
    if let Some(own) = inner.own_or_none().filter(|own| own.record.is_registered) {
        authenticate(inner, &own).await?;
    }
    inner.link.until_authenticated().await;
    sync::run(inner, entries).await?;
    Ok(End::Broken)
}

/// Proves this device on the connection.
pub(crate) async fn authenticate(inner: &Inner, own: &Own) -> Result<()> {
    let proof = own.session_proof(&inner.link.hello()?)?;
    let request = Authenticate {
        version: PROTOCOL_VERSION,
        account: own.account.as_bytes().to_vec(),
        device: own.device.as_bytes().to_vec(),
        proof,
    };
    match inner.link.request(RequestBody::Authenticate(request)).await? {
        ReplyBody::Session(session) => {
            // Whatever was asked before: the account hasn't ended.
            if inner.store.read(|tx| tx.is_ending())? {
                inner.store.write(|tx| tx.set_ending(false))?;
            }
            inner.link.set_session(session);
            debug_assert!(inner.link.phase() >= Phase::Authenticated);
            Ok(())
        }
        _ => Err(Error::Answer("authenticate")),
    }
}
