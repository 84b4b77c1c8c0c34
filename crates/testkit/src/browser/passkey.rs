//! An authenticator for passkeys that lives in the browser and always agrees.

use serde_json::{Value, json};

use super::{Error, wire::Wire};

/// A platform authenticator with user verification and the PRF extension, for one page.
#[derive(Debug)]
pub struct Authenticator {
    wire: Wire,
    session: String,
    id: String,
}

impl Authenticator {
    pub(super) async fn plug_in(wire: Wire, session: String) -> Result<Self, Error> {
        wire.call(Some(&session), "WebAuthn.enable", json!({})).await?;
        let options = json!({
            "protocol": "ctap2",
            "ctap2Version": "ctap2_1",
            "transport": "internal",
            "hasResidentKey": true,
            "hasUserVerification": true,
            "hasPrf": true,
            "isUserVerified": true,
            "automaticPresenceSimulation": true,
        });
        let params = json!({ "options": options });
        let answer = wire.call(Some(&session), "WebAuthn.addVirtualAuthenticator", params).await?;
        let id = answer["authenticatorId"].as_str().ok_or(Error::Malformed("authenticatorId"))?;
        Ok(Self { wire, session, id: id.to_owned() })
    }

    /// The passkeys that it holds, to be moved into the authenticator of another page.
    pub async fn passkeys(&self) -> Result<Vec<Value>, Error> {
        let params = json!({ "authenticatorId": self.id });
        let answer = self.call("WebAuthn.getCredentials", params).await?;
        Ok(answer["credentials"].as_array().cloned().unwrap_or_default())
    }

    /// Adds a passkey that another authenticator held.
    pub async fn add(&self, passkey: Value) -> Result<(), Error> {
        let params = json!({ "authenticatorId": self.id, "credential": passkey });
        self.call("WebAuthn.addCredential", params).await.map(|_| ())
    }

    /// Whether the person at the machine proves who they are.
    pub async fn set_verified(&self, verified: bool) -> Result<(), Error> {
        let params = json!({ "authenticatorId": self.id, "isUserVerified": verified });
        self.call("WebAuthn.setUserVerified", params).await.map(|_| ())
    }

    async fn call(&self, method: &str, params: Value) -> Result<Value, Error> {
        self.wire.call(Some(&self.session), method, params).await
    }
}
