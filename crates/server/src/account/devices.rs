//! An account's devices as its newest signed list names them, verified: the base of everything that
//! asks whether a key belongs to an account (PROTOCOL D7).

use std::collections::BTreeMap;

use tresen_proto::ErrorCode;
use tresen_statement::{DeviceCertificate, DeviceList, Signed, Unverified};
use tresen_types::{AccountId, DeviceId, Timestamp};

use crate::{ServerError, error::refused, session::check_clock};

/// The verified newest device list of an account, with the certificate of every listed device.
#[derive(Clone, Debug)]
pub(crate) struct AccountDevices {
    account_key: [u8; 32],
    list: Signed<DeviceList>,
    /// In the order of their devices. Not a map: most accounts have one device, and a map of one has
    /// room for eleven, three kilobytes for each account in memory.
    certificates: Box<[Signed<DeviceCertificate>]>,
}

impl AccountDevices {
    /// Verifies a list and the certificates of exactly its devices with the account's key.
    pub(crate) fn verify<'a>(
        account_key: [u8; 32],
        list: &[u8],
        certificates: impl IntoIterator<Item = &'a [u8]>,
    ) -> Result<Self, ServerError> {
        let list = Unverified::<DeviceList>::decode(list)?.verify(&account_key)?;
        let mut verified = BTreeMap::new();
        for certificate in certificates {
            let certificate =
                Unverified::<DeviceCertificate>::decode(certificate)?.verify(&account_key)?;
            if !list.value().lists(&certificate) {
                return Err(invalid("a certificate isn't in the device list"));
            }
            verified.insert(certificate.value().device, certificate);
        }
        if verified.len() != list.value().devices.len() {
            return Err(invalid("a listed device has no certificate"));
        }
        Ok(Self { account_key, list, certificates: verified.into_values().collect() })
    }

    /// Verifies the first list of an account; its key is the one that its first certificate names.
    pub(crate) fn found(list: &[u8], certificate: &[u8]) -> Result<Self, ServerError> {
        let account_key =
            Unverified::<DeviceCertificate>::decode(certificate)?.claimed().account_key;
        let founded = Self::verify(account_key, list, [certificate])?;
        if founded.list.value().sequence != 1 {
            return Err(invalid("the first device list has sequence 1"));
        }
        Ok(founded)
    }

    /// Verifies a list that takes the place of this one; certificates of new or renewed devices come
    /// with it, the others are known.
    pub(crate) fn succeed(
        &self,
        list: &[u8],
        certificates: &[Vec<u8>],
    ) -> Result<Self, ServerError> {
        let next = Unverified::<DeviceList>::decode(list)?.verify(&self.account_key)?;
        if next.value().account != self.account() {
            return Err(invalid("the device list is another account's"));
        }
        if !next.value().supersedes(self.list.value()) {
            return Err(refused(ErrorCode::Conflict, "a device list's sequence must rise"));
        }
        let kept: Vec<Vec<u8>> = self
            .certificates
            .iter()
            .filter(|certificate| next.value().lists(certificate))
            .map(Signed::encode)
            .collect();
        let all = kept.iter().chain(certificates).map(Vec::as_slice);
        Self::verify(self.account_key, list, all)
    }

    /// Checks the times that the list and the given device's certificate were signed with.
    pub(crate) fn check_times(&self, device: DeviceId, now: Timestamp) -> Result<(), ServerError> {
        check_clock(self.list.value().issued_at, now)?;
        let certificate = self.certificate(device)?.value();
        // A certificate may have been made well before; what counts is that it holds now, by a
        // clock that may be off as much as clocks may be.
        let skew_ms = tresen_types::limits::CLOCK_SKEW_MS_MAX;
        if certificate.not_before > now.plus_millis(skew_ms) {
            return Err(refused(ErrorCode::ClockSkew, "the certificate isn't valid yet"));
        }
        if certificate.not_after <= now {
            return Err(invalid("the certificate has expired"));
        }
        Ok(())
    }

    pub(crate) fn account(&self) -> AccountId {
        self.list.value().account
    }

    pub(crate) const fn account_key(&self) -> &[u8; 32] {
        &self.account_key
    }

    pub(crate) const fn list(&self) -> &Signed<DeviceList> {
        &self.list
    }

    pub(crate) fn sequence(&self) -> u64 {
        self.list.value().sequence
    }

    /// The listed devices, in the order of the list.
    pub(crate) fn devices(&self) -> impl Iterator<Item = DeviceId> + '_ {
        self.certificates.iter().map(|certificate| certificate.value().device)
    }

    /// The certificates, in the order of the list.
    pub(crate) fn certificates(&self) -> impl Iterator<Item = &Signed<DeviceCertificate>> {
        self.certificates.iter()
    }

    pub(crate) fn contains(&self, device: DeviceId) -> bool {
        self.find(device).is_some()
    }

    /// The certificate of a listed device.
    pub(crate) fn certificate(
        &self,
        device: DeviceId,
    ) -> Result<&Signed<DeviceCertificate>, ServerError> {
        self.find(device)
            .ok_or(refused(ErrorCode::DeviceRevoked, "the device isn't in the account's list"))
    }

    fn find(&self, device: DeviceId) -> Option<&Signed<DeviceCertificate>> {
        let at = self.certificates.binary_search_by_key(&device, |one| one.value().device).ok()?;
        self.certificates.get(at)
    }

    /// Checks that an MLS credential's identity is a certificate of a listed device of this account,
    /// and that the leaf's signature key is that device's. An older certificate of the same key counts:
    /// leaves keep it until their next update.
    pub(crate) fn check_leaf(
        &self,
        identity: &[u8],
        signature_key: &[u8],
    ) -> Result<DeviceId, ServerError> {
        let certificate =
            Unverified::<DeviceCertificate>::decode(identity)?.verify(&self.account_key)?;
        let device = certificate.value().device;
        let listed = self.find(device).ok_or(refused(
            ErrorCode::InvalidGroup,
            "a leaf's device isn't in its account's list",
        ))?;
        let is_same = certificate.value().account == self.account()
            && listed.value().signature_key == certificate.value().signature_key
            && listed.value().signature_key == signature_key;
        if is_same {
            Ok(device)
        } else {
            Err(refused(ErrorCode::InvalidGroup, "a leaf has another key than its device"))
        }
    }
}

const fn invalid(detail: &'static str) -> ServerError {
    refused(ErrorCode::InvalidStatement, detail)
}
