//! A picture that is drawn on the spot.

use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, ImageEncodeOptions, OffscreenCanvas, OffscreenCanvasRenderingContext2d};

/// A cake, more or less.
pub(super) async fn draw() -> Option<Blob> {
    let canvas = paint().ok()?;
    let options = ImageEncodeOptions::new();
    options.set_type("image/png");
    let blob = canvas.convert_to_blob_with_options(&options).ok()?;
    JsFuture::from(blob).await.ok()?.dyn_into().ok()
}

fn paint() -> Result<OffscreenCanvas, JsValue> {
    let canvas = OffscreenCanvas::new(640, 460)?;
    let context = canvas.get_context("2d")?.ok_or(JsValue::NULL)?;
    let context = context.unchecked_into::<OffscreenCanvasRenderingContext2d>();
    let shapes = [
        ("#3b2a35", 0.0, 0.0, 640.0, 460.0),
        ("#6e4a33", 0.0, 380.0, 640.0, 80.0),
        ("#efe6da", 170.0, 190.0, 300.0, 210.0),
        ("#c4618f", 170.0, 280.0, 300.0, 34.0),
        ("#fffaf2", 150.0, 170.0, 340.0, 50.0),
        ("#f2b035", 240.0, 100.0, 14.0, 70.0),
        ("#f2b035", 313.0, 90.0, 14.0, 80.0),
        ("#f2b035", 386.0, 100.0, 14.0, 70.0),
    ];
    for (colour, x, y, width, height) in shapes {
        context.set_fill_style_str(colour);
        context.fill_rect(x, y, width, height);
    }
    Ok(canvas)
}
