//! Passkeys: what an authenticator is asked and says, and the two ceremonies.
//!
//! The authenticator lives with the interface (`navigator.credentials` in a page, software in a test),
//! the account with the SDK. Bytes travel as base64url without padding, as browsers write them.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{AccountView, Answer, Command, Failure, FailureKind};

/// What the PRF extension turns into the passkey's secret.
pub const PRF_INPUT: &str = "tresen/passkey-prf/1";

/// What an authenticator needs for a ceremony.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PasskeyRequest {
    /// What is signed; counts once, on this connection.
    pub challenge: String,
    /// The site: its host.
    pub relying_party: String,
    /// The account's id; empty while none is known.
    pub user_handle: String,
    /// What the authenticator calls the account.
    pub user_name: String,
    /// Credentials that exist: none of them is made again.
    pub known: Vec<String>,
    /// What the PRF extension is asked for.
    pub prf_input: String,
}

/// A passkey that was made.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewPasskey {
    /// The credential's id.
    pub credential: String,
    /// The attestation object, of format "none".
    pub attestation_object: String,
    /// The client data.
    pub client_data: String,
    /// What the PRF extension yields: 32 bytes.
    pub secret: String,
}

/// A passkey that was used.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PasskeyProof {
    /// The credential's id.
    pub credential: String,
    /// The authenticator data.
    pub authenticator_data: String,
    /// The client data.
    pub client_data: String,
    /// The signature over both.
    pub signature: String,
    /// What the PRF extension yields: 32 bytes.
    pub secret: String,
}

impl fmt::Debug for NewPasskey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewPasskey").finish_non_exhaustive()
    }
}

impl fmt::Debug for PasskeyProof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PasskeyProof").finish_non_exhaustive()
    }
}

/// Why an authenticator did nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PasskeyTrouble {
    /// The person stopped it, or there is no passkey of this site.
    Cancelled,
    /// There are no passkeys here, or none with a secret (the PRF extension).
    Unsupported,
}

/// Why a ceremony failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PasskeyError {
    /// The authenticator did nothing.
    Authenticator(PasskeyTrouble),
    /// The SDK refused.
    Failed(Failure),
}

/// What makes and uses passkeys.
pub trait Authenticator {
    /// Makes a passkey for the site and gets its secret.
    fn create(
        &self,
        request: &PasskeyRequest,
    ) -> impl Future<Output = Result<NewPasskey, PasskeyTrouble>>;

    /// Uses a passkey of the site, whichever the person chooses.
    fn get(
        &self,
        request: &PasskeyRequest,
    ) -> impl Future<Output = Result<PasskeyProof, PasskeyTrouble>>;
}

/// Makes a passkey that leads back into the account.
///
/// # Errors
/// What stopped it.
pub async fn add(
    authenticator: &impl Authenticator,
    call: impl AsyncFn(Command) -> Result<Answer, Failure>,
) -> Result<(), PasskeyError> {
    let request = prepare(&call).await?;
    let made = authenticator.create(&request).await.map_err(PasskeyError::Authenticator)?;
    call(Command::AddPasskey(Box::new(made))).await.map_err(PasskeyError::Failed)?;
    Ok(())
}

/// Comes back on this device by a passkey.
///
/// # Errors
/// What stopped it.
pub async fn recover(
    authenticator: &impl Authenticator,
    agent_name: Option<String>,
    call: impl AsyncFn(Command) -> Result<Answer, Failure>,
) -> Result<Option<AccountView>, PasskeyError> {
    let request = prepare(&call).await?;
    let proof = authenticator.get(&request).await.map_err(PasskeyError::Authenticator)?;
    let command = Command::RecoverWithPasskey { proof: Box::new(proof), agent_name };
    match call(command).await.map_err(PasskeyError::Failed)? {
        Answer::Account(account) => Ok(account),
        _ => Err(unexpected()),
    }
}

/// Proves a passkey, so that this device may be linked to its account.
///
/// # Errors
/// What stopped it.
pub async fn prove(
    authenticator: &impl Authenticator,
    call: impl AsyncFn(Command) -> Result<Answer, Failure>,
) -> Result<(), PasskeyError> {
    let request = prepare(&call).await?;
    let proof = authenticator.get(&request).await.map_err(PasskeyError::Authenticator)?;
    call(Command::ProvePasskey(Box::new(proof))).await.map_err(PasskeyError::Failed)?;
    Ok(())
}

async fn prepare(
    call: &impl AsyncFn(Command) -> Result<Answer, Failure>,
) -> Result<PasskeyRequest, PasskeyError> {
    match call(Command::PreparePasskey).await.map_err(PasskeyError::Failed)? {
        Answer::Passkey(request) => Ok(request),
        _ => Err(unexpected()),
    }
}

fn unexpected() -> PasskeyError {
    let detail = "an unexpected answer about a passkey".to_owned();
    PasskeyError::Failed(Failure { kind: FailureKind::Internal, detail })
}
