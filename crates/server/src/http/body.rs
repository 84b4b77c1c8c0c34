//! Bodies of answers: bytes in memory, or a file that is read piece by piece.

use std::{
    fs::File,
    io::{self, Read as _},
    pin::Pin,
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use http_body::{Frame, SizeHint};
use tokio::task::JoinHandle;

/// Bytes of a file that are read at once.
const PIECE_BYTES: u64 = 256 << 10;

/// The body of an answer.
#[derive(Debug)]
pub(super) enum Body {
    /// Bytes in memory; none when they were sent.
    Bytes(Option<Bytes>),
    /// A part of a file.
    File(FilePart),
}

/// A part of a file that is sent.
#[derive(Debug)]
pub(super) struct FilePart {
    file: Option<File>,
    remaining: u64,
    /// The piece that is being read, where blocking is allowed.
    piece: Option<JoinHandle<io::Result<(File, Bytes)>>>,
}

impl Body {
    pub(super) const fn empty() -> Self {
        Self::Bytes(None)
    }

    /// The next `length` bytes of a file, from where it stands.
    pub(super) const fn file(file: File, length: u64) -> Self {
        Self::File(FilePart { file: Some(file), remaining: length, piece: None })
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
            Self::File(part) => {
                part.poll_piece(context).map(|piece| piece.map(|piece| piece.map(Frame::data)))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Bytes(bytes) => bytes.is_none(),
            Self::File(part) => part.remaining == 0,
        }
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(match self {
            Self::Bytes(bytes) => {
                let length = bytes.as_ref().map_or(0, Bytes::len);
                u64::try_from(length).unwrap_or(u64::MAX)
            }
            Self::File(part) => part.remaining,
        })
    }
}

impl FilePart {
    fn poll_piece(&mut self, context: &mut Context<'_>) -> Poll<Option<io::Result<Bytes>>> {
        if self.remaining == 0 {
            return Poll::Ready(None);
        }
        let Self { file, remaining, piece } = self;
        let Some(reading) = piece else {
            let Some(file) = file.take() else { return Poll::Ready(None) };
            let length = (*remaining).min(PIECE_BYTES);
            *piece = Some(tokio::task::spawn_blocking(move || read(file, length)));
            return self.poll_piece(context);
        };
        let read = ready!(Pin::new(reading).poll(context));
        *piece = None;
        match read.map_err(io::Error::other).and_then(|read| read) {
            Ok((returned, bytes)) => {
                *file = Some(returned);
                let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
                *remaining = remaining.saturating_sub(length);
                Poll::Ready(Some(Ok(bytes)))
            }
            Err(error) => {
                *remaining = 0;
                Poll::Ready(Some(Err(error)))
            }
        }
    }
}

fn read(mut file: File, length: u64) -> io::Result<(File, Bytes)> {
    let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or(0));
    (&mut file).take(length).read_to_end(&mut bytes)?;
    if bytes.is_empty() {
        // The file is shorter than promised.
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok((file, bytes.into()))
}
