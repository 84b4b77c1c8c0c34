//! What is attached: photos are drawn anew (which drops their metadata) and made smaller, other files
//! stay as they are.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use js_sys::Reflect;
use leptos::prelude::document;
use tresen_types::limits::ATTACHMENT_BYTES_MAX;
use tresen_view::{AttachmentKind, VoiceView};
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    Blob, File, HtmlAnchorElement, ImageBitmap, ImageBitmapOptions, ImageEncodeOptions,
    ImageOrientation, OffscreenCanvas, OffscreenCanvasRenderingContext2d, Url,
};

/// A file that is ready to be sent.
#[derive(Clone, Debug)]
pub struct Prepared {
    /// Its bytes.
    pub blob: Blob,
    /// Photo or file.
    pub kind: AttachmentKind,
    /// Its name.
    pub name: String,
    /// Its media type.
    pub media_type: String,
    /// Its size.
    pub size_bytes: u64,
    /// Width and height of a photo.
    pub dimensions: Option<(u32, u32)>,
    /// The blurred preview of a photo, base64.
    pub thumbhash: Option<String>,
    /// How long and how loud, of a voice message.
    pub voice: Option<VoiceView>,
}

/// Why a file can't be attached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unusable {
    /// The browser can't read the photo.
    Unreadable,
    /// It is larger than the limit.
    TooLarge,
}

/// The longest side of a photo, in pixels.
const SIDE_MAX: u32 = 2_048;
/// The longest side of the picture that the blurred preview is made of.
const PREVIEW_SIDE: u32 = 96;
const QUALITY: f64 = 0.82;

/// Prepares a file.
///
/// # Errors
/// When it can't be sent.
pub async fn prepare(file: File) -> Result<Prepared, Unusable> {
    let size_bytes = size(&file);
    if size_bytes > ATTACHMENT_BYTES_MAX {
        return Err(Unusable::TooLarge);
    }
    let kind = file.type_();
    if kind.starts_with("image/") && kind != "image/svg+xml" {
        // What can't be drawn anew would carry its metadata: place, device, time.
        return photo(&file).await.map_err(|_unreadable| Unusable::Unreadable);
    }
    let media_type = if kind.is_empty() { "application/octet-stream".to_owned() } else { kind };
    Ok(Prepared {
        kind: AttachmentKind::File,
        name: file.name(),
        media_type,
        size_bytes,
        dimensions: None,
        thumbhash: None,
        voice: None,
        blob: file.unchecked_into(),
    })
}

/// The bytes of a blob.
pub(super) fn size(blob: &Blob) -> u64 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a whole number of bytes"
    )]
    let size = blob.size() as u64;
    size
}

async fn photo(file: &File) -> Result<Prepared, JsValue> {
    let options = ImageBitmapOptions::new();
    options.set_image_orientation(ImageOrientation::FromImage);
    let window = web_sys::window().ok_or(JsValue::NULL)?;
    let bitmap = window.create_image_bitmap_with_blob_and_image_bitmap_options(file, &options)?;
    let bitmap = JsFuture::from(bitmap).await?.unchecked_into::<ImageBitmap>();
    let (width, height) = fit(bitmap.width(), bitmap.height(), SIDE_MAX);
    let (canvas, _) = draw(&bitmap, width, height)?;
    let mut blob = encode(&canvas, "image/webp").await?;
    if blob.type_() != "image/webp" {
        blob = encode(&canvas, "image/jpeg").await?;
    }
    let (small_width, small_height) = fit(width, height, PREVIEW_SIDE);
    let (_, context) = draw(&bitmap, small_width, small_height)?;
    let pixels =
        context.get_image_data(0.0, 0.0, f64::from(small_width), f64::from(small_height))?;
    let hash = thumbhash::rgba_to_thumb_hash(
        usize::try_from(small_width).unwrap_or(1),
        usize::try_from(small_height).unwrap_or(1),
        &pixels.data(),
    );
    bitmap.close();
    let media_type = blob.type_();
    Ok(Prepared {
        kind: AttachmentKind::Photo,
        name: rename(&file.name(), &media_type),
        size_bytes: size(&blob),
        dimensions: Some((width, height)),
        thumbhash: Some(STANDARD.encode(hash)),
        voice: None,
        media_type,
        blob,
    })
}

/// The size within a square of `side`, in proportion.
fn fit(width: u32, height: u32, side: u32) -> (u32, u32) {
    let longest = width.max(height).max(1);
    if longest <= side {
        return (width.max(1), height.max(1));
    }
    let scale = |length: u32| {
        let scaled = u64::from(length) * u64::from(side) / u64::from(longest);
        u32::try_from(scaled).unwrap_or(side).max(1)
    };
    (scale(width), scale(height))
}

fn draw(
    bitmap: &ImageBitmap,
    width: u32,
    height: u32,
) -> Result<(OffscreenCanvas, OffscreenCanvasRenderingContext2d), JsValue> {
    let canvas = OffscreenCanvas::new(width, height)?;
    let context = canvas.get_context("2d")?.ok_or(JsValue::NULL)?;
    let context = context.unchecked_into::<OffscreenCanvasRenderingContext2d>();
    context.draw_image_with_image_bitmap_and_dw_and_dh(
        bitmap,
        0.0,
        0.0,
        f64::from(width),
        f64::from(height),
    )?;
    Ok((canvas, context))
}

async fn encode(canvas: &OffscreenCanvas, media_type: &str) -> Result<Blob, JsValue> {
    let options = ImageEncodeOptions::new();
    options.set_type(media_type);
    Reflect::set(&options, &"quality".into(), &QUALITY.into())?;
    let blob = JsFuture::from(canvas.convert_to_blob_with_options(&options)?).await?;
    Ok(blob.unchecked_into())
}

/// The name with the extension of what it is now.
fn rename(name: &str, media_type: &str) -> String {
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let stem = if stem.is_empty() { "photo" } else { stem };
    let extension = if media_type == "image/webp" { "webp" } else { "jpg" };
    format!("{stem}.{extension}")
}

/// Hands bytes to the browser's downloads.
pub fn save(blob: &Blob, name: &str) {
    let Ok(url) = Url::create_object_url_with_blob(blob) else { return };
    if let Ok(anchor) = document().create_element("a") {
        let anchor = anchor.unchecked_into::<HtmlAnchorElement>();
        anchor.set_href(&url);
        anchor.set_download(name);
        anchor.click();
    }
    leptos::prelude::set_timeout(
        move || {
            // An address that this page made.
            Url::revoke_object_url(&url).ok();
        },
        std::time::Duration::from_secs(30),
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn photos_keep_their_proportions() {
        assert_eq!(fit(4_096, 2_048, 2_048), (2_048, 1_024));
        assert_eq!(fit(800, 600, 2_048), (800, 600));
        assert_eq!(fit(10_000, 1, 2_048), (2_048, 1));
        assert_eq!(rename("IMG.0001.HEIC", "image/jpeg"), "IMG.0001.jpg");
    }
}

/// Hands a text to the browser as a file.
pub fn save_text(text: &str, media_type: &str, name: &str) {
    let bag = web_sys::BlobPropertyBag::new();
    bag.set_type(&format!("{media_type};charset=utf-8"));
    let parts = js_sys::Array::of1(&text.into());
    if let Ok(blob) = Blob::new_with_str_sequence_and_options(&parts, &bag) {
        save(&blob, name);
    }
}
