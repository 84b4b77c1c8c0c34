//! The secret part of an invitation link: invitation, account, its key's fingerprint, its name.
//!
//! It goes from person to person, past the server, so the new device knows whom it joins before the
//! server has said a word.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use tresen_types::{AccountId, limits::DISPLAY_NAME_BYTES_MAX};

use crate::error::{Error, Result};

const VERSION: u8 = 1;

/// What an invitation link tells the new device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Token {
    /// The one-time invitation; also names the link mailbox.
    pub(super) invitation: [u8; 16],
    pub(super) account: AccountId,
    pub(super) fingerprint: [u8; 16],
    pub(super) name: String,
}

impl Token {
    /// The whole link.
    pub(super) fn url(&self, origin: &str) -> String {
        let bytes = [
            &[VERSION][..],
            &self.invitation,
            self.account.as_bytes(),
            &self.fingerprint,
            self.name.as_bytes(),
        ]
        .concat();
        format!("{origin}/link#{}", URL_SAFE_NO_PAD.encode(bytes))
    }

    /// Reads the secret, or the whole link with it.
    pub(super) fn read(text: &str) -> Result<Self> {
        Self::parse(text).ok_or(Error::Invalid("an invitation link"))
    }

    fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let secret = text.rsplit_once('#').map_or(text, |(_link, secret)| secret);
        let bytes = URL_SAFE_NO_PAD.decode(secret).ok()?;
        let (version, rest) = bytes.split_first()?;
        let (invitation, rest) = rest.split_at_checked(16)?;
        let (account, rest) = rest.split_at_checked(16)?;
        let (fingerprint, name) = rest.split_at_checked(16)?;
        if *version != VERSION || name.len() > DISPLAY_NAME_BYTES_MAX {
            return None;
        }
        Some(Self {
            invitation: invitation.try_into().ok()?,
            account: AccountId::try_from(account).ok()?,
            fingerprint: fingerprint.try_into().ok()?,
            name: std::str::from_utf8(name).ok()?.to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_link_is_read_whole_or_without_its_beginning() {
        let token = Token {
            invitation: [1; 16],
            account: AccountId::new([0x82; 16]),
            fingerprint: [3; 16],
            name: "Bäckerei Lindner".to_owned(),
        };
        let url = token.url("https://chat.example");
        assert!(url.starts_with("https://chat.example/link#"));
        assert_eq!(Token::read(&url).unwrap(), token);
        assert_eq!(Token::read(url.rsplit('#').next().unwrap()).unwrap(), token);
        assert!(Token::read("https://chat.example/link#").is_err());
    }

    proptest! {
        #[test]
        fn never_panics(text: String) {
            drop(Token::read(&text));
        }
    }
}
