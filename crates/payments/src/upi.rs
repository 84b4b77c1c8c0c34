//! The UPI link (NPCI's linking specification): percent-encoded UTF-8, spaces as `%20`.

use crate::{
    error::Error,
    limits::{
        NAME_CHARACTERS_MAX, UPI_ADDRESS_BYTES_MAX, UPI_NOTE_CHARACTERS_MAX,
        UPI_REFERENCE_BYTES_MAX,
    },
    rail::{Request, decimal, line, some_line},
};

pub(crate) fn write(address: &str, name: &str, request: &Request) -> Result<String, Error> {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b".-_".contains(&byte);
    let is_address = address.len() <= UPI_ADDRESS_BYTES_MAX
        && address.split_once('@').is_some_and(|(user, bank)| {
            !user.is_empty()
                && !bank.is_empty()
                && user.bytes().all(is_allowed)
                && bank.bytes().all(is_allowed)
        });
    if !is_address {
        return Err(Error::Account);
    }
    let reference = request.reference.as_str();
    if reference.len() > UPI_REFERENCE_BYTES_MAX || !reference.bytes().all(is_allowed) {
        return Err(Error::Reference);
    }
    let mut link = format!("upi://pay?pa={address}");
    add(&mut link, "pn", some_line(name, NAME_CHARACTERS_MAX)?);
    add(&mut link, "tr", reference);
    add(&mut link, "tn", line(&request.note, UPI_NOTE_CHARACTERS_MAX)?);
    add(&mut link, "am", &decimal(request.amount));
    add(&mut link, "cu", "INR");
    Ok(link)
}

fn add(link: &mut String, key: &str, value: &str) {
    if value.is_empty() {
        return;
    }
    link.push('&');
    link.push_str(key);
    link.push('=');
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            link.push(char::from(byte));
        } else {
            link.push_str(&format!("%{byte:02X}"));
        }
    }
}
