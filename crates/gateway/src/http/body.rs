//! Bodies of answers: bytes in memory, or a file piece by piece.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use futures::{Stream, StreamExt as _};
use http_body::{Frame, SizeHint};

/// Pieces of a file.
pub(crate) type Pieces = Pin<Box<dyn Stream<Item = io::Result<Bytes>>>>;

/// The body of an answer.
pub(crate) enum Body {
    /// Bytes in memory; none when they were sent.
    Whole(Option<Bytes>),
    /// A file of this size.
    File(Pieces, u64),
}

impl From<Bytes> for Body {
    fn from(bytes: Bytes) -> Self {
        Self::Whole(Some(bytes).filter(|bytes| !bytes.is_empty()))
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
            Self::Whole(bytes) => Poll::Ready(bytes.take().map(|bytes| Ok(Frame::data(bytes)))),
            Self::File(pieces, _) => pieces
                .poll_next_unpin(context)
                .map(|piece| piece.map(|piece| piece.map(Frame::data))),
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Whole(bytes) => bytes.is_none(),
            Self::File(_, size) => *size == 0,
        }
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(match self {
            Self::Whole(bytes) => {
                u64::try_from(bytes.as_ref().map_or(0, Bytes::len)).unwrap_or(u64::MAX)
            }
            Self::File(_, size) => *size,
        })
    }
}
