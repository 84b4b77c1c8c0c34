//! A QR code as one SVG path, error level M.

use std::fmt::Write as _;

use leptos::prelude::*;
use qrcodegen::{QrCode as Code, QrCodeEcc};

/// Light modules around the code, as the standard asks for.
const QUIET: i32 = 4;

/// A QR code of `text`; `label` says what it leads to. Nothing when the text is too long for a code.
#[component]
pub fn QrCode(
    #[prop(into)] text: String,
    #[prop(into)] label: String,
    /// Leaves room for the mark in the middle (at most 20 % of the side), with error level Q.
    #[prop(optional)]
    with_mark: bool,
) -> impl IntoView {
    let level = if with_mark { QrCodeEcc::Quartile } else { QrCodeEcc::Medium };
    Code::encode_text(&text, level).ok().map(|code| {
        let size = code.size() + 2 * QUIET;
        let mark = with_mark.then(|| {
            // In tenths of a module, because the middle may lie between two.
            let (side, at) = (size * 18 / 10, size * 41 / 10);
            let length = |tenths: i32| format!("{}.{}", tenths / 10, tenths % 10);
            let (side, at) = (length(side), length(at));
            view! {
                <svg
                    x=at.clone()
                    y=at
                    width=side.clone()
                    height=side
                    viewBox="0 0 32 32"
                    inner_html=MARK
                ></svg>
            }
        });
        view! {
            <svg
                class="qr"
                viewBox=format!("0 0 {size} {size}")
                role="img"
                aria-label=label
                shape-rendering="crispEdges"
            >
                <rect width=size height=size fill="#fff"></rect>
                <path d=path(&code) fill="#231921"></path>
                {mark}
            </svg>
        }
    })
}

/// The mark on a white rim, for the middle of a code.
const MARK: &str = "<rect width='32' height='32' rx='9' fill='#fff'/>\
<rect x='2' y='2' width='28' height='28' rx='8' fill='#7C2450'/>\
<circle cx='16' cy='9' r='1.9' fill='#F2B035'/>\
<path d='M8.5 19a7.5 7.5 0 0 1 15 0z' fill='#fff'/><rect x='7' y='20.4' width='18' height='2.6' rx='1.3' fill='#fff'/>";

/// One rectangle for each run of dark modules.
fn path(code: &Code) -> String {
    let mut path = String::new();
    for y in 0..code.size() {
        let mut x = 0;
        while x < code.size() {
            let start = x;
            while code.get_module(x, y) {
                x += 1;
            }
            if x > start {
                let length = x - start;
                // Writing to a string can't fail.
                write!(path, "M{} {}h{length}v1h-{length}z", start + QUIET, y + QUIET).ok();
            }
            x += 1;
        }
    }
    path
}
