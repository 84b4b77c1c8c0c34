//! Photos and files in bubbles, with their progress.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use leptos::{html::Canvas, prelude::*};
use tresen_view::{AttachmentView, TransferState};
use wasm_bindgen::{Clamped, JsCast as _};
use web_sys::{CanvasRenderingContext2d, ImageData};

use super::{Glyph, Icon, IconButton};
use crate::i18n::{bytes, bytes_of, fill, t};

/// How far a transfer is, with its cross; nothing when there is none.
#[component]
pub fn Progress(
    #[prop(into)] name: String,
    #[prop(into)] transfer: Signal<TransferState>,
    on_cancel: Callback<()>,
) -> impl IntoView {
    let name = StoredValue::new(name);
    let is_moving = Memo::new(move |_| steps(transfer.get()).is_some());
    move || {
        is_moving.get().then(|| {
            let part = move || steps(transfer.get()).unwrap_or((0, 1));
            let words = move || bytes_of(part().0, part().1);
            let cancel = fill(t().cancel_transfer, &[("name", &name.get_value())]);
            view! {
                <div class="prog">
                    <div
                        class="grow"
                        role="progressbar"
                        aria-label=name.get_value()
                        aria-valuemin="0"
                        aria-valuemax=move || part().1.to_string()
                        aria-valuenow=move || part().0.to_string()
                        aria-valuetext=words
                    >
                        <span class="bar-l">
                            <i style:transform=move || scale(part())></i>
                        </span>
                        <span class="num">{words}</span>
                    </div>
                    <IconButton glyph=Glyph::X label=cancel on_press=move || on_cancel.run(()) />
                </div>
            }
        })
    }
}

const fn steps(transfer: TransferState) -> Option<(u64, u64)> {
    match transfer {
        TransferState::Uploading { done_bytes, total_bytes }
        | TransferState::Downloading { done_bytes, total_bytes } => Some((done_bytes, total_bytes)),
        TransferState::Remote | TransferState::Here | TransferState::Gone => None,
    }
}

/// How much of a bar is filled. Whole numbers: what writes fractions is large.
fn scale((done, total): (u64, u64)) -> String {
    match done.saturating_mul(1_000).checked_div(total) {
        Some(part @ 0..1_000) => format!("scaleX(.{part:03})"),
        _ => "scaleX(1)".to_owned(),
    }
}

/// A photo: its blurred preview at once, the picture when `url` has it.
#[component]
pub fn PhotoCard(
    attachment: AttachmentView,
    /// What it is for those who can't see it.
    #[prop(into)]
    label: String,
    #[prop(into)] url: Signal<Option<String>>,
    #[prop(into)] transfer: Signal<TransferState>,
    on_open: Callback<()>,
) -> impl IntoView {
    let (width, height) = attachment.dimensions.unwrap_or((4, 3));
    let ratio = format!("{} / {}", width.max(1), height.max(1));
    let canvas = NodeRef::<Canvas>::new();
    let hash = attachment.thumbhash.clone();
    Effect::new(move |_| {
        if let (Some(canvas), Some(hash)) = (canvas.get(), &hash) {
            paint_thumbhash(&canvas, hash);
        }
    });
    let alt = if attachment.caption.is_empty() { label } else { attachment.caption };
    let spoken = alt.clone();
    let is_tall = height > width;
    view! {
        <button
            type="button"
            class="pic"
            class:tall=is_tall
            style:aspect-ratio=ratio
            aria-label=format!("{}: {spoken}", t().view_photo)
            on:click=move |_| on_open.run(())
        >
            <canvas node_ref=canvas aria-hidden="true"></canvas>
            {move || {
                let alt = alt.clone();
                url.get().map(|url| view! { <img src=url alt=alt decoding="async" /> })
            }}
            {move || {
                (transfer.get() == TransferState::Gone)
                    .then(|| view! { <span class="pic-gone">{t().photo_unavailable}</span> })
            }}
        </button>
    }
}

/// Paints the preview; what isn't a thumbhash stays empty.
fn paint_thumbhash(canvas: &web_sys::HtmlCanvasElement, hash: &str) -> Option<()> {
    let hash = STANDARD.decode(hash).ok()?;
    let (width, height, rgba) = thumbhash::thumb_hash_to_rgba(&hash).ok()?;
    let (width, height) = (u32::try_from(width).ok()?, u32::try_from(height).ok()?);
    canvas.set_width(width);
    canvas.set_height(height);
    let context = canvas.get_context("2d").ok()??.dyn_into::<CanvasRenderingContext2d>().ok()?;
    let pixels = ImageData::new_with_u8_clamped_array_and_sh(Clamped(&rgba), width, height).ok()?;
    context.put_image_data(&pixels, 0.0, 0.0).ok()
}

/// A file: name, size, and what can be done with it.
#[component]
pub fn FileCard(
    attachment: AttachmentView,
    #[prop(into)] transfer: Signal<TransferState>,
    on_open: Callback<()>,
) -> impl IntoView {
    let size = bytes(attachment.size_bytes);
    let label = fill(t().open_file, &[("name", &attachment.name)]);
    view! {
        <button
            type="button"
            class="filec"
            title=label
            disabled=move || transfer.get() == TransferState::Gone
            on:click=move |_| on_open.run(())
        >
            <span class="filec-i" aria-hidden="true">
                <Icon glyph=Glyph::FileText />
            </span>
            <span class="grow">
                <b class="ell" dir="auto">{attachment.name}</b>
                <span class="num">
                    {move || {
                        if transfer.get() == TransferState::Gone {
                            t().file_unavailable.to_owned()
                        } else {
                            size.clone()
                        }
                    }}
                </span>
            </span>
            <Icon glyph=Glyph::Download />
        </button>
    }
}
