//! Reads the TLS presentation language (RFC 8446 section 3) with MLS's variable-size vectors
//! (RFC 9420 section 2.1.2) out of untrusted bytes.

/// What is left to read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(crate) const fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    pub(crate) fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(length)?;
        self.rest = rest;
        Some(taken)
    }

    pub(crate) fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.take(N)?.try_into().ok()
    }

    pub(crate) fn u8(&mut self) -> Option<u8> {
        self.array().map(u8::from_be_bytes)
    }

    pub(crate) fn u16(&mut self) -> Option<u16> {
        self.array().map(u16::from_be_bytes)
    }

    pub(crate) fn u32(&mut self) -> Option<u32> {
        self.array().map(u32::from_be_bytes)
    }

    pub(crate) fn u64(&mut self) -> Option<u64> {
        self.array().map(u64::from_be_bytes)
    }

    /// A vector whose length is a variable-size integer in its shortest form.
    pub(crate) fn vector(&mut self) -> Option<&'a [u8]> {
        let first = self.u8()?;
        let low = u32::from(first & 0x3f);
        let length = match first >> 6 {
            0 => low,
            1 => {
                let length = (low << 8) | u32::from(self.u8()?);
                (length >= 1 << 6).then_some(length)?
            }
            2 => {
                let [a, b, c] = self.array()?;
                let length = (low << 24) | u32::from_be_bytes([0, a, b, c]);
                (length >= 1 << 14).then_some(length)?
            }
            _ => return None,
        };
        self.take(usize::try_from(length).ok()?)
    }
}

/// Writes a vector with its length in the shortest form; `None` when it is longer than the form allows.
pub(crate) fn write_vector(out: &mut Vec<u8>, data: &[u8]) -> Option<()> {
    let length = u32::try_from(data.len()).ok()?;
    if let Ok(short) = u8::try_from(length)
        && short < 1 << 6
    {
        out.push(short);
    } else if length < 1 << 14 {
        let [_, _, a, b] = (length | 0x4000).to_be_bytes();
        out.extend_from_slice(&[a, b]);
    } else if length < 1 << 30 {
        out.extend_from_slice(&(length | 0x8000_0000).to_be_bytes());
    } else {
        return None;
    }
    out.extend_from_slice(data);
    Some(())
}
