//! Makes a picture of a page small: at most 256 colours, which such pictures hardly exceed.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{BufReader, BufWriter},
    path::Path,
};

use png::{BitDepth, ColorType, Compression, Decoder, Encoder, Filter};

/// A palette has no more places.
const COLOURS: usize = 256;

/// Writes the picture again, with a palette.
pub(crate) fn shrink(path: &Path) -> Result<(), Box<dyn std::error::Error>> {
    let mut reader = Decoder::new(BufReader::new(File::open(path)?)).read_info()?;
    let mut bytes = vec![0; reader.output_buffer_size().ok_or("a huge picture")?];
    let info = reader.next_frame(&mut bytes)?;
    let channels = info.color_type.samples();
    bytes.truncate(info.buffer_size());
    let pixels = bytes.chunks_exact(channels).map(|pixel| [0, 1, 2].map(|at| pixel[at]));
    let pixels = pixels.collect::<Vec<[u8; 3]>>();
    let (palette, places) = (0..8)
        .find_map(|bits| reduce(&pixels, bits))
        .ok_or("more colours than a palette has places")?;
    let mut encoder = Encoder::new(BufWriter::new(File::create(path)?), info.width, info.height);
    encoder.set_color(ColorType::Indexed);
    encoder.set_depth(BitDepth::Eight);
    encoder.set_palette(palette.concat());
    encoder.set_compression(Compression::High);
    encoder.set_filter(Filter::NoFilter);
    encoder.write_header()?.write_image_data(&places)?;
    Ok(())
}

/// The palette when the lowest bits don't count, and each pixel's place in it; `None` when it is too
/// large. Each place has the first colour that came to it, so that what is common stays exact.
fn reduce(pixels: &[[u8; 3]], bits: u32) -> Option<(Vec<[u8; 3]>, Vec<u8>)> {
    let mut common = BTreeMap::<[u8; 3], u32>::new();
    for pixel in pixels {
        *common.entry(*pixel).or_default() += 1;
    }
    let mut by_count = common.into_iter().collect::<Vec<_>>();
    by_count.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let rough = |pixel: [u8; 3]| pixel.map(|channel| channel >> bits);
    let mut palette = Vec::new();
    let mut known = BTreeMap::new();
    for (colour, _) in by_count {
        if let std::collections::btree_map::Entry::Vacant(free) = known.entry(rough(colour)) {
            if palette.len() == COLOURS {
                return None;
            }
            free.insert(u8::try_from(palette.len()).ok()?);
            palette.push(colour);
        }
    }
    let places = pixels.iter().map(|pixel| known.get(&rough(*pixel)).copied());
    Some((palette, places.collect::<Option<Vec<_>>>()?))
}
