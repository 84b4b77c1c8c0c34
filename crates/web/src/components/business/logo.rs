//! The logo: a picture is cropped to a square, drawn anew (which drops its metadata) and made small
//! enough to travel inside the profile.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use js_sys::{Reflect, Uint8Array};
use leptos::{prelude::*, task::spawn_local};
use tresen_types::limits::LOGO_BYTES_MAX;
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    Blob, File, ImageBitmap, ImageBitmapOptions, ImageEncodeOptions, ImageOrientation,
    OffscreenCanvas, OffscreenCanvasRenderingContext2d,
};

use crate::{
    components::{Button, ButtonKind, FilePicker, Glyph, PICTURES},
    i18n::b,
    state::app,
};

/// A logo as the profile carries it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Logo {
    /// The picture, base64.
    pub base64: String,
    /// Its media type.
    pub media_type: String,
}

impl Logo {
    /// The address that shows it.
    #[must_use]
    pub fn data_url(&self) -> String {
        format!("data:{};base64,{}", self.media_type, self.base64)
    }
}

/// Sides and qualities that are tried until the picture is small enough.
const TRIES: [(u32, f64); 6] =
    [(256, 0.9), (256, 0.75), (256, 0.55), (192, 0.6), (128, 0.6), (96, 0.5)];

/// Chooses a logo, or none.
#[component]
pub fn LogoPicker(
    value: RwSignal<Option<Logo>>,
    /// What choosing, changing and dropping it is called, where it isn't a logo.
    #[prop(optional)]
    words: Option<[&'static str; 3]>,
) -> impl IntoView {
    let [choose, change, drop] = words.unwrap_or([b().use_logo, b().other_logo, b().no_logo]);
    let is_busy = RwSignal::new(false);
    let has_logo = Memo::new(move |_| value.with(Option::is_some));
    let label = Signal::derive(move || if has_logo.get() { change } else { choose }.to_owned());
    let take = move |file: File| {
        is_busy.set(true);
        spawn_local(async move {
            match shrink(&file).await {
                Ok(logo) => {
                    value.try_set(Some(logo));
                }
                Err(_unreadable) => app().tell(b().logo_bad),
            }
            is_busy.try_set(false);
        });
    };
    view! {
        <div class="row wrap">
            <FilePicker
                id="logo"
                accept=PICTURES
                name=choose
                label
                on_file=take
                glyph=Glyph::Image
                kind=ButtonKind::Text
                busy=is_busy
            />
            {move || {
                has_logo
                    .get()
                    .then(|| {
                        view! {
                            <Button
                                kind=ButtonKind::Text
                                label=drop
                                on_press=move || value.set(None)
                            />
                        }
                    })
            }}
        </div>
    }
}

/// Crops and encodes.
async fn shrink(file: &File) -> Result<Logo, JsValue> {
    let options = ImageBitmapOptions::new();
    options.set_image_orientation(ImageOrientation::FromImage);
    let bitmap = window().create_image_bitmap_with_blob_and_image_bitmap_options(file, &options)?;
    let bitmap = JsFuture::from(bitmap).await?.unchecked_into::<ImageBitmap>();
    for (side, quality) in TRIES {
        let mut blob = encode(&draw(&bitmap, side, false)?, "image/webp", quality).await?;
        if blob.type_() != "image/webp" {
            // JPEG has no transparency: the picture stands on white.
            blob = encode(&draw(&bitmap, side, true)?, "image/jpeg", quality).await?;
        }
        let bytes = JsFuture::from(blob.array_buffer()).await?;
        let bytes = Uint8Array::new(&bytes).to_vec();
        if bytes.len() <= LOGO_BYTES_MAX {
            bitmap.close();
            return Ok(Logo { base64: STANDARD.encode(bytes), media_type: blob.type_() });
        }
    }
    Err(JsValue::NULL)
}

/// The square in the middle of the picture, in `side` by `side` pixels.
fn draw(bitmap: &ImageBitmap, side: u32, on_white: bool) -> Result<OffscreenCanvas, JsValue> {
    let canvas = OffscreenCanvas::new(side, side)?;
    let context = canvas.get_context("2d")?.ok_or(JsValue::NULL)?;
    let context = context.unchecked_into::<OffscreenCanvasRenderingContext2d>();
    let (width, height) = (f64::from(bitmap.width()), f64::from(bitmap.height()));
    let square = width.min(height);
    let side = f64::from(side);
    if on_white {
        context.set_fill_style_str("#fff");
        context.fill_rect(0.0, 0.0, side, side);
    }
    context.draw_image_with_image_bitmap_and_sw_and_sh_and_dx_and_dy_and_dw_and_dh(
        bitmap,
        (width - square) / 2.0,
        (height - square) / 2.0,
        square,
        square,
        0.0,
        0.0,
        side,
        side,
    )?;
    Ok(canvas)
}

async fn encode(canvas: &OffscreenCanvas, media_type: &str, quality: f64) -> Result<Blob, JsValue> {
    let options = ImageEncodeOptions::new();
    options.set_type(media_type);
    Reflect::set(&options, &"quality".into(), &quality.into())?;
    let blob = JsFuture::from(canvas.convert_to_blob_with_options(&options)?).await?;
    Ok(blob.unchecked_into())
}
