//! Speech: how long an Ogg recording is, so that it is heard in the chat.

use tresen_client::FileSource;
use tresen_view::VoiceView;

use crate::{api_error::ApiError, error::Error};

/// Bytes at the end of a recording in which its last page begins.
const TAIL_BYTES: usize = 64 << 10;
/// Opus counts 48,000 samples a second, whatever it was recorded with.
const SAMPLES_PER_MS: u64 = 48;
/// Where a page says how many samples there are up to its end.
const GRANULE: std::ops::Range<usize> = 6..14;

/// What an Ogg recording looks like before it is played; another stays a file.
pub(super) async fn heard(
    bytes: &dyn FileSource,
    media_type: &str,
) -> Result<Option<VoiceView>, ApiError> {
    if !media_type.starts_with("audio/ogg") && !media_type.starts_with("audio/opus") {
        return Ok(None);
    }
    let from = bytes.size_bytes().saturating_sub(u64::try_from(TAIL_BYTES).unwrap_or(u64::MAX));
    let tail = bytes.read(from, TAIL_BYTES).await.map_err(|_io| Error::Damaged("upload"))?;
    let of = |duration_ms| VoiceView { duration_ms, waveform: Vec::new() };
    Ok(duration_ms(&tail).map(of))
}

/// The time up to the last page's end.
fn duration_ms(tail: &[u8]) -> Option<u32> {
    let page = tail.windows(4).rposition(|mark| mark == b"OggS")?;
    let granule = tail.get(page..)?.get(GRANULE)?;
    let samples = u64::from_le_bytes(granule.try_into().ok()?);
    u32::try_from(samples / SAMPLES_PER_MS).ok().filter(|ms| *ms > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_page_says_how_long_it_is() {
        let page = |samples: u64| {
            let mut page = b"OggS\0\x04".to_vec();
            page.extend(samples.to_le_bytes());
            page.extend([0; 20]);
            page
        };
        let whole = [page(48_000), b"speech".to_vec(), page(120_000)].concat();
        assert_eq!(duration_ms(&whole), Some(2_500));
        assert_eq!(duration_ms(b"OggS"), None);
        assert_eq!(duration_ms(b"nothing of that kind"), None);
        assert_eq!(duration_ms(&page(u64::MAX)), None);
    }
}
