//! Bodies of answers: bytes in memory, or a blob that is read piece by piece.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use http_body::{Frame, SizeHint};
use tokio::task::JoinHandle;
use tresen_store::BlobReader;

/// The body of an answer.
#[derive(Debug)]
pub(super) enum Body {
    /// Bytes in memory; none when they were sent.
    Bytes(Option<Bytes>),
    /// A part of a blob.
    Blob(BlobPart),
}

/// A part of a blob that is sent.
#[derive(Debug)]
pub(super) struct BlobPart {
    reader: Option<BlobReader>,
    remaining: u64,
    /// The piece that is being read, beside this future.
    piece: Option<JoinHandle<io::Result<(BlobReader, Bytes)>>>,
}

impl Body {
    pub(super) const fn empty() -> Self {
        Self::Bytes(None)
    }

    /// What a reader has.
    pub(super) const fn blob(reader: BlobReader) -> Self {
        let remaining = reader.remaining();
        Self::Blob(BlobPart { reader: Some(reader), remaining, piece: None })
    }
}

impl From<Bytes> for Body {
    fn from(bytes: Bytes) -> Self {
        Self::Bytes(Some(bytes).filter(|bytes| !bytes.is_empty()))
    }
}

impl http_body::Body for Body {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        match self.get_mut() {
            Self::Bytes(bytes) => Poll::Ready(bytes.take().map(|bytes| Ok(Frame::data(bytes)))),
            Self::Blob(part) => {
                part.poll_piece(context).map(|piece| piece.map(|piece| piece.map(Frame::data)))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Bytes(bytes) => bytes.is_none(),
            Self::Blob(part) => part.remaining == 0,
        }
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(match self {
            Self::Bytes(bytes) => {
                let length = bytes.as_ref().map_or(0, Bytes::len);
                u64::try_from(length).unwrap_or(u64::MAX)
            }
            Self::Blob(part) => part.remaining,
        })
    }
}

impl BlobPart {
    fn poll_piece(&mut self, context: &mut Context<'_>) -> Poll<Option<io::Result<Bytes>>> {
        let Self { reader, remaining, piece } = self;
        if *remaining == 0 {
            return Poll::Ready(None);
        }
        let reading = match piece {
            Some(reading) => reading,
            None => {
                let Some(reader) = reader.take() else { return Poll::Ready(None) };
                piece.insert(tokio::spawn(read(reader)))
            }
        };
        let read = ready!(Pin::new(reading).poll(context));
        *piece = None;
        match read.map_err(io::Error::other).and_then(|read| read) {
            Ok((returned, bytes)) => {
                *remaining = returned.remaining();
                *reader = Some(returned);
                Poll::Ready(Some(Ok(bytes)))
            }
            Err(error) => {
                *remaining = 0;
                Poll::Ready(Some(Err(error)))
            }
        }
    }
}

async fn read(mut reader: BlobReader) -> io::Result<(BlobReader, Bytes)> {
    let bytes = reader.next().await.map_err(io::Error::other)?.unwrap_or_default();
    Ok((reader, bytes))
}
