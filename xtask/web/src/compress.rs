//! Brotli, for the kinds of file that it makes smaller.

use std::{io::Write as _, path::Path};

use anyhow::Result;

/// The window of the encoder: 4 MiB, enough for the biggest module.
const WINDOW: u32 = 22;

/// Compresses `bytes`, or returns nothing where the format is already compressed.
pub(crate) fn brotli(name: &str, bytes: &[u8], quality: u8) -> Result<Option<Vec<u8>>> {
    let extension = Path::new(name).extension().and_then(|extension| extension.to_str());
    if matches!(extension, Some("png" | "jpg" | "webp" | "woff2" | "ico" | "br")) {
        return Ok(None);
    }
    let mut writer = brotli::CompressorWriter::new(Vec::new(), 0, u32::from(quality), WINDOW);
    writer.write_all(bytes)?;
    writer.flush()?;
    Ok(Some(writer.into_inner()))
}
