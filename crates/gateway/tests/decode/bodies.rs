//! What must hold for any bytes; run by the fuzz targets and over their corpora.

use tresen_gateway::{
    limits::{
        BILL_NOTE_BYTES_MAX, CALLBACK_DATA_CHARS_MAX, CAPTION_CHARS_MAX, TEMPLATE_VALUES_MAX,
        TEXT_CHARS_MAX,
    },
    request::{Body, Recipient, Request, read_json, read_request},
};

/// A request: refused with a documented code, or within every limit.
pub(crate) fn request(bytes: &[u8]) {
    let read = read_json(bytes).and_then(|fields| read_request(&fields));
    let send = match read {
        Ok(Request::Send(send)) => send,
        Ok(Request::Read { .. }) => return,
        Err(error) => {
            assert!(error.status().is_client_error());
            let body = error.body("trace").to_string();
            assert!(body.contains(&format!("\"code\":{}", error.code)));
            return;
        }
    };
    if let Recipient::Number { digits, .. } = &send.to {
        assert!((1..=15).contains(&digits.len()));
        assert!(digits.bytes().all(|byte| byte.is_ascii_digit()));
    }
    let is_short = |text: &str, most: usize| text.chars().count() <= most;
    assert!(send.callback_data.iter().all(|data| is_short(data, CALLBACK_DATA_CHARS_MAX)));
    match &send.body {
        Body::Text { text } => assert!(is_short(text, TEXT_CHARS_MAX) && !text.trim().is_empty()),
        Body::Media { caption, .. } => assert!(is_short(caption, CAPTION_CHARS_MAX)),
        Body::Template(template) => assert!(template.values.len() <= TEMPLATE_VALUES_MAX),
        Body::Bill(bill) => {
            assert!(bill.minor > 0 && bill.note.len() <= BILL_NOTE_BYTES_MAX);
        }
        Body::Edit { text, .. } => assert!(is_short(text, TEXT_CHARS_MAX)),
        Body::Card { .. }
        | Body::OrderStatus(_)
        | Body::Revoke { .. }
        | Body::Pin { .. }
        | Body::Reaction { .. } => {}
    }
}
