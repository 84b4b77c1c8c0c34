//! The part of an MLS message that the server may see: group, epoch, kind and authenticated data
//! (RFC 9420 sections 6, 6.2 and 6.3). Reads the header only; whether the rest is sound is for the
//! members (application messages) or crate `mls-public` (handshakes) to find out.

use tresen_types::{
    GroupId,
    limits::{HANDSHAKE_BYTES_MAX, MESSAGE_BYTES_MAX},
};

use crate::{
    ProtocolError,
    reader::{Reader, write_vector},
};

const VERSION_MLS10: u16 = 1;
const WIRE_FORMAT_PUBLIC: u16 = 1;
const WIRE_FORMAT_PRIVATE: u16 = 2;
const CONTENT_APPLICATION: u8 = 1;
const CONTENT_PROPOSAL: u8 = 2;
const CONTENT_COMMIT: u8 = 3;
const SENDER_MEMBER: u8 = 1;
const SENDER_EXTERNAL: u8 = 2;
const SENDER_NEW_MEMBER_PROPOSAL: u8 = 3;
const SENDER_NEW_MEMBER_COMMIT: u8 = 4;

/// What an MLS message carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MlsContent {
    /// An encrypted application message.
    Application,
    /// A proposal in the clear.
    Proposal,
    /// A commit in the clear.
    Commit,
}

/// The readable part of an MLS message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MlsHeader<'a> {
    /// The group.
    pub group: GroupId,
    /// The epoch that it was made in.
    pub epoch: u64,
    /// What it carries.
    pub content: MlsContent,
    /// The authenticated data, in the form of [`crate::aad`] for application messages.
    pub authenticated_data: &'a [u8],
    /// Whether it comes from a newcomer by an external commit.
    pub is_external: bool,
}

/// Reads the header of a private application message or a public handshake message; other kinds
/// (an encrypted handshake, an application message in the clear) are refused.
///
/// # Errors
/// [`ProtocolError::TooLong`] and [`ProtocolError::MlsHeader`].
pub fn read(message: &[u8]) -> Result<MlsHeader<'_>, ProtocolError> {
    if message.len() > HANDSHAKE_BYTES_MAX {
        return Err(ProtocolError::TooLong);
    }
    let header = parse(message).ok_or(ProtocolError::MlsHeader)?;
    if header.content == MlsContent::Application && message.len() > MESSAGE_BYTES_MAX {
        return Err(ProtocolError::TooLong);
    }
    Ok(header)
}

/// Writes a private application message around parts that are encrypted elsewhere, or that only have
/// the right sizes: what load generators and tests send. `None` when a part is longer than the form
/// allows.
#[must_use]
pub fn write_private(
    group: GroupId,
    epoch: u64,
    authenticated_data: &[u8],
    encrypted_sender_data: &[u8],
    ciphertext: &[u8],
) -> Option<Vec<u8>> {
    let parts = [authenticated_data.len(), encrypted_sender_data.len(), ciphertext.len()];
    let mut message =
        Vec::with_capacity(parts.iter().fold(64, |sum: usize, part| sum.saturating_add(*part)));
    message.extend_from_slice(&VERSION_MLS10.to_be_bytes());
    message.extend_from_slice(&WIRE_FORMAT_PRIVATE.to_be_bytes());
    write_vector(&mut message, group.as_bytes())?;
    message.extend_from_slice(&epoch.to_be_bytes());
    message.push(CONTENT_APPLICATION);
    write_vector(&mut message, authenticated_data)?;
    write_vector(&mut message, encrypted_sender_data)?;
    write_vector(&mut message, ciphertext)?;
    Some(message)
}

fn parse(message: &[u8]) -> Option<MlsHeader<'_>> {
    let mut reader = Reader::new(message);
    if reader.u16()? != VERSION_MLS10 {
        return None;
    }
    match reader.u16()? {
        WIRE_FORMAT_PRIVATE => parse_private(reader),
        WIRE_FORMAT_PUBLIC => parse_public(reader),
        _ => None,
    }
}

fn parse_private(mut reader: Reader<'_>) -> Option<MlsHeader<'_>> {
    let group = GroupId::try_from(reader.vector()?).ok()?;
    let epoch = reader.u64()?;
    if reader.u8()? != CONTENT_APPLICATION {
        return None;
    }
    let authenticated_data = reader.vector()?;
    let _encrypted_sender_data = reader.vector()?;
    let _ciphertext = reader.vector()?;
    let content = MlsContent::Application;
    reader.is_empty().then_some(MlsHeader {
        group,
        epoch,
        content,
        authenticated_data,
        is_external: false,
    })
}

fn parse_public(mut reader: Reader<'_>) -> Option<MlsHeader<'_>> {
    let group = GroupId::try_from(reader.vector()?).ok()?;
    let epoch = reader.u64()?;
    let is_external = match reader.u8()? {
        SENDER_MEMBER | SENDER_EXTERNAL => {
            let _index = reader.u32()?;
            false
        }
        SENDER_NEW_MEMBER_PROPOSAL => false,
        SENDER_NEW_MEMBER_COMMIT => true,
        _ => return None,
    };
    let authenticated_data = reader.vector()?;
    let content = match reader.u8()? {
        CONTENT_PROPOSAL => MlsContent::Proposal,
        CONTENT_COMMIT => MlsContent::Commit,
        _ => return None,
    };
    Some(MlsHeader { group, epoch, content, authenticated_data, is_external })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn private(group: [u8; 16], epoch: u64, aad: &[u8]) -> Vec<u8> {
        write_private(GroupId::new(group), epoch, aad, &[1; 30], &[2; 300]).unwrap()
    }

    proptest! {
        #[test]
        fn reads_what_was_written(group: [u8; 16], epoch: u64, aad in proptest::collection::vec(0_u8.., 0..300)) {
            let bytes = private(group, epoch, &aad);
            let header = read(&bytes).unwrap();
            prop_assert_eq!(header.group, GroupId::new(group));
            prop_assert_eq!(header.epoch, epoch);
            prop_assert_eq!(header.authenticated_data, &aad[..]);
            for length in 0..bytes.len() {
                prop_assert_eq!(read(&bytes[..length]), Err(ProtocolError::MlsHeader));
            }
        }

        #[test]
        fn never_panics(bytes in proptest::collection::vec(0_u8.., 0..400)) {
            let header = read(&bytes);
            prop_assert!(header.is_err() || bytes.starts_with(&[0, 1]));
        }
    }

    #[test]
    fn refuses_trailing_bytes_and_long_length_forms() {
        let mut bytes = private([1; 16], 3, b"");
        bytes.push(0);
        assert_eq!(read(&bytes), Err(ProtocolError::MlsHeader));
        // The group id's length 16 in two bytes is not the shortest form.
        let long_form = [&[0, 1, 0, 2, 0x40, 16][..], &[1; 16], &[0; 40]].concat();
        assert_eq!(read(&long_form), Err(ProtocolError::MlsHeader));
        assert_eq!(read(&vec![0; HANDSHAKE_BYTES_MAX + 1]), Err(ProtocolError::TooLong));
    }
}
