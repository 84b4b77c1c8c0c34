//! A challenge for the next ceremony on this connection.

use tresen_proto::PasskeyChallenge;

use super::challenge_of;
use crate::{
    ServerError,
    app::{App, random_secret},
    limits::Subject,
    session::SessionState,
};

/// Makes a challenge; it replaces the one before.
pub(crate) fn challenge(
    app: &App,
    prefix: u64,
    state: &mut SessionState,
) -> Result<PasskeyChallenge, ServerError> {
    app.rates.take(Subject::PasskeyPrefix(prefix), app.now())?;
    let place = challenge_of(state)?;
    let challenge = *random_secret()?;
    *place = Some(challenge);
    Ok(PasskeyChallenge { challenge: challenge.to_vec() })
}
