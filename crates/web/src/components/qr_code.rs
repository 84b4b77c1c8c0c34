//! A QR code as one SVG path, error level M.

use std::fmt::Write as _;

use leptos::prelude::*;
use qrcodegen::{QrCode as Code, QrCodeEcc};

/// Light modules around the code, as the standard asks for.
const QUIET: i32 = 4;

/// What stands in the middle of a code.
#[derive(Clone, Copy, Debug)]
pub enum CodeMark {
    /// Our sign, on the codes that lead to a shop; their error level is Q to make up for it.
    Tresen,
    /// The Swiss cross, which makes a code one for a QR-bill: 7 of 46 mm at error level M (Swiss
    /// Implementation Guidelines QR-bill 2.3, section 6).
    SwissCross,
}

impl CodeMark {
    const fn level(self) -> QrCodeEcc {
        match self {
            Self::Tresen => QrCodeEcc::Quartile,
            Self::SwissCross => QrCodeEcc::Medium,
        }
    }

    /// Its side for a code of so many modules, in tenths of a module.
    const fn side(self, modules: i32) -> i32 {
        match self {
            Self::Tresen => (modules + 2 * QUIET) * 18 / 10,
            Self::SwissCross => modules * 10 * 7 / 46,
        }
    }

    /// The drawing, 32 units wide, on a white rim.
    const fn drawing(self) -> &'static str {
        match self {
            Self::Tresen => SIGN,
            Self::SwissCross => CROSS,
        }
    }
}

/// A QR code of `text`; `label` says what it leads to. Nothing when the text is too long for a code.
#[component]
pub fn QrCode(
    #[prop(into)] text: String,
    #[prop(into)] label: String,
    /// What covers the middle.
    #[prop(optional_no_strip, into)]
    mark: Option<CodeMark>,
) -> impl IntoView {
    let level = mark.map_or(QrCodeEcc::Medium, CodeMark::level);
    Code::encode_text(&text, level).ok().map(|code| {
        let size = code.size() + 2 * QUIET;
        let mark = mark.map(|mark| {
            // In tenths of a module, because the middle may lie between two.
            let side = mark.side(code.size());
            let at = (size * 10 - side) / 2;
            let length = |tenths: i32| format!("{}.{}", tenths / 10, tenths % 10);
            let (side, at) = (length(side), length(at));
            view! {
                <svg
                    x=at.clone()
                    y=at
                    width=side.clone()
                    height=side
                    viewBox="0 0 32 32"
                    inner_html=mark.drawing()
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

const SIGN: &str = "<rect width='32' height='32' rx='9' fill='#fff'/>\
<rect x='2' y='2' width='28' height='28' rx='8' fill='#7C2450'/>\
<circle cx='16' cy='9' r='1.9' fill='#F2B035'/>\
<path d='M8.5 19a7.5 7.5 0 0 1 15 0z' fill='#fff'/><rect x='7' y='20.4' width='18' height='2.6' rx='1.3' fill='#fff'/>";

/// Both bars of the cross are as long as 20/32 of its field and as wide as 6/32.
const CROSS: &str = "<rect width='32' height='32' fill='#fff'/><rect x='2' y='2' width='28' height='28'/>\
<path d='M13.4 7.2h5.2v17.6h-5.2z M7.2 13.4h17.6v5.2H7.2z' fill='#fff'/>";

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
