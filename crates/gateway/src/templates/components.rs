//! A template's parts as the API shows them: in each of them the variables are counted from 1.

use serde_json::{Map, Value, json};
use tresen_view::{ButtonDraft, CardDraft, HeaderFile, ParameterDraft, TemplateView};

/// Header, body, footer and buttons.
pub(super) fn components(template: &TemplateView) -> Vec<Value> {
    let mut all = Vec::new();
    let before = usize::from(template.header_file.is_some());
    if let Some(file) = template.header_file {
        let format = match file {
            HeaderFile::Image => "IMAGE",
            HeaderFile::Video => "VIDEO",
            HeaderFile::Document => "DOCUMENT",
            HeaderFile::Place => "LOCATION",
            HeaderFile::Goods => "PRODUCT",
        };
        all.push(json!({ "type": "HEADER", "format": format }));
    }
    let (header, counted) = counted_anew(template, &template.header, before);
    let counted = counted.saturating_add(before);
    if !template.header.is_empty() {
        let mut shown = json!({ "type": "HEADER", "format": "TEXT", "text": header });
        add_example(&mut shown, "header_text", template, 0, counted);
        all.push(shown);
    }
    let (body, more) = counted_anew(template, &template.body, counted);
    let mut shown = json!({ "type": "BODY", "text": body });
    add_example(&mut shown, "body_text", template, counted, more);
    all.push(shown);
    if !template.footer.is_empty() {
        all.push(json!({ "type": "FOOTER", "text": template.footer }));
    }
    if let Some(offer) = &template.offer {
        let shown = json!({ "text": offer.text, "has_expiration": offer.ends.is_some() });
        all.push(json!({ "type": "LIMITED_TIME_OFFER", "limited_time_offer": shown }));
    }
    if !template.buttons.is_empty() {
        let buttons: Vec<Value> =
            template.buttons.iter().map(|one| button(one, template.header_file)).collect();
        all.push(json!({ "type": "BUTTONS", "buttons": buttons }));
    }
    if !template.cards.is_empty() {
        let cards: Vec<Value> = template.cards.iter().map(|one| card(template, one)).collect();
        all.push(json!({ "type": "CAROUSEL", "cards": cards }));
    }
    all
}

/// A card: what its words vary with comes after its file.
fn card(template: &TemplateView, card: &CardDraft) -> Value {
    let format = if card.kind == HeaderFile::Video { "VIDEO" } else { "IMAGE" };
    let mark = |number: usize, parameter: &ParameterDraft| match parameter.name.as_str() {
        "" => number.to_string(),
        name => name.to_owned(),
    };
    let place = (1_usize..).zip(&template.parameters);
    let before = place.into_iter().find(|(number, one)| mark(*number, one) == card.media);
    let before = before.map_or(0, |(number, _)| number);
    let (text, count) = counted_anew(template, &card.body, before);
    let mut body = json!({ "type": "BODY", "text": text });
    add_example(&mut body, "body_text", template, before, count);
    let mut components = vec![json!({ "type": "HEADER", "format": format }), body];
    if !card.buttons.is_empty() {
        let buttons: Vec<Value> = card.buttons.iter().map(|one| button(one, None)).collect();
        components.push(json!({ "type": "BUTTONS", "buttons": buttons }));
    }
    json!({ "components": components })
}

/// A text whose marks begin with 1, and how many parameters it has; names stay names.
fn counted_anew(template: &TemplateView, text: &str, before: usize) -> (String, usize) {
    let (mut shown, mut count) = (text.to_owned(), 0);
    for (place, parameter) in template.parameters.iter().enumerate().skip(before) {
        let number = place.saturating_add(1);
        let mark = match parameter.name.as_str() {
            "" => format!("{{{{{number}}}}}"),
            name => format!("{{{{{name}}}}}"),
        };
        if !text.contains(&mark) {
            break;
        }
        count += 1;
        if parameter.name.is_empty() {
            shown = shown.replace(&mark, &format!("{{{{{}}}}}", number.saturating_sub(before)));
        }
    }
    (shown, count)
}

fn add_example(
    shown: &mut Value,
    name: &str,
    template: &TemplateView,
    before: usize,
    count: usize,
) {
    let parameters = template.parameters.iter().skip(before).take(count);
    let is_named = parameters.clone().any(|parameter| !parameter.name.is_empty());
    let (Value::Object(fields), true) = (shown, count > 0) else { return };
    let mut example = Map::new();
    if is_named {
        let named: Vec<Value> = parameters
            .map(|one| json!({ "param_name": one.name, "example": one.example }))
            .collect();
        example.insert(format!("{name}_named_params"), named.into());
    } else {
        let listed: Vec<&str> = parameters.map(|one| one.example.as_str()).collect();
        let listed = if name == "body_text" { json!([listed]) } else { json!(listed) };
        example.insert(name.to_owned(), listed);
    }
    fields.insert("example".to_owned(), Value::Object(example));
}

/// What opens goods has three names: all of them, those of the message, the one above the words.
fn button(button: &ButtonDraft, above: Option<HeaderFile>) -> Value {
    match button {
        ButtonDraft::Goods { text, goods: None } => json!({ "type": "CATALOG", "text": text }),
        ButtonDraft::Goods { text, goods: Some(_) } => {
            let kind = if above == Some(HeaderFile::Goods) { "SPM" } else { "MPM" };
            json!({ "type": kind, "text": text })
        }
        ButtonDraft::QuickReply { text, .. } => json!({ "type": "QUICK_REPLY", "text": text }),
        ButtonDraft::Url { text, url, suffix } => {
            let url = if suffix.is_some() { format!("{url}{{{{1}}}}") } else { url.clone() };
            json!({ "type": "URL", "text": text, "url": url })
        }
        ButtonDraft::Phone { text, number } => {
            json!({ "type": "PHONE_NUMBER", "text": text, "phone_number": number })
        }
        ButtonDraft::CopyCode { text, .. } => json!({ "type": "COPY_CODE", "text": text }),
        ButtonDraft::OneTimeCode { text, .. } => {
            json!({ "type": "OTP", "otp_type": "COPY_CODE", "text": text })
        }
    }
}
