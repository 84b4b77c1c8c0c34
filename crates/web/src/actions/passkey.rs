//! The browser's authenticator: `navigator.credentials` with the PRF extension.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use js_sys::{Array, Function, Object, Promise, Reflect, Uint8Array};
use leptos::prelude::window;
use tresen_view::passkey::{
    Authenticator, NewPasskey, PasskeyError, PasskeyProof, PasskeyRequest, PasskeyTrouble,
};
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;

use super::failure_text;
use crate::{i18n::t, state::app};

/// The authenticator of this page.
#[derive(Clone, Copy, Debug)]
pub struct BrowserAuthenticator;

type Result<T> = std::result::Result<T, PasskeyTrouble>;

impl Authenticator for BrowserAuthenticator {
    async fn create(&self, request: &PasskeyRequest) -> Result<NewPasskey> {
        if !knows_secrets().await {
            return Err(PasskeyTrouble::Unsupported);
        }
        let user = object(&[
            ("id", bytes(&request.user_handle)?),
            ("name", request.user_name.as_str().into()),
            ("displayName", request.user_name.as_str().into()),
        ]);
        let site =
            object(&[("id", request.relying_party.as_str().into()), ("name", "Tresen".into())]);
        // ES256 and Ed25519: what the server verifies.
        let algorithms = [-7, -8].map(|algorithm| {
            object(&[("type", "public-key".into()), ("alg", JsValue::from(algorithm))])
        });
        let selection = object(&[
            ("residentKey", "required".into()),
            ("requireResidentKey", true.into()),
            ("userVerification", "required".into()),
        ]);
        let options = object(&[
            ("challenge", bytes(&request.challenge)?),
            ("rp", site),
            ("user", user),
            ("pubKeyCredParams", Array::from_iter(algorithms).into()),
            ("authenticatorSelection", selection),
            ("attestation", "none".into()),
            ("excludeCredentials", credentials(&request.known)?),
            ("extensions", prf(request)),
        ]);
        let made = ask("create", options).await?;
        let response = get(&made, "response")?;
        let credential = text(&get(&made, "rawId")?);
        // Most authenticators tell the secret when the passkey is used only.
        let secret = match secret_of(&made) {
            Some(secret) => secret,
            None => use_passkey(request, std::slice::from_ref(&credential)).await?.secret,
        };
        Ok(NewPasskey {
            credential,
            attestation_object: text(&get(&response, "attestationObject")?),
            client_data: text(&get(&response, "clientDataJSON")?),
            secret,
        })
    }

    async fn get(&self, request: &PasskeyRequest) -> Result<PasskeyProof> {
        use_passkey(request, &[]).await
    }
}

/// Uses one of the named passkeys, or with none named whichever the person chooses.
async fn use_passkey(request: &PasskeyRequest, named: &[String]) -> Result<PasskeyProof> {
    let options = object(&[
        ("challenge", bytes(&request.challenge)?),
        ("rpId", request.relying_party.as_str().into()),
        ("allowCredentials", credentials(named)?),
        ("userVerification", "required".into()),
        ("extensions", prf(request)),
    ]);
    let used = ask("get", options).await?;
    let response = get(&used, "response")?;
    Ok(PasskeyProof {
        credential: text(&get(&used, "rawId")?),
        authenticator_data: text(&get(&response, "authenticatorData")?),
        client_data: text(&get(&response, "clientDataJSON")?),
        signature: text(&get(&response, "signature")?),
        secret: secret_of(&used).ok_or(PasskeyTrouble::Unsupported)?,
    })
}

/// Whether this browser may know the PRF extension; one that can't tell is tried.
async fn knows_secrets() -> bool {
    let Ok(class) = get(&window(), "PublicKeyCredential") else { return false };
    let Ok(tell) = get(&class, "getClientCapabilities") else { return true };
    let Ok(promise) = tell.unchecked_into::<Function>().call0(&class) else { return true };
    match JsFuture::from(promise.unchecked_into::<Promise>()).await {
        Ok(told) => Reflect::get(&told, &"extension:prf".into()) != Ok(JsValue::FALSE),
        Err(_unknown) => true,
    }
}

/// Runs a ceremony; the browser shows its own sheet.
async fn ask(ceremony: &str, options: JsValue) -> Result<JsValue> {
    let credentials = get(&get(&window(), "navigator")?, "credentials")?;
    let ceremony = get(&credentials, ceremony)?.unchecked_into::<Function>();
    let promise = ceremony
        .call1(&credentials, &object(&[("publicKey", options)]))
        .map_err(|_refused| PasskeyTrouble::Unsupported)?;
    match JsFuture::from(promise.unchecked_into::<Promise>()).await {
        Ok(found) if found.is_object() => Ok(found),
        Ok(_none) => Err(PasskeyTrouble::Cancelled),
        Err(error) => {
            leptos::logging::warn!("the authenticator: {error:?}");
            let name = Reflect::get(&error, &"name".into()).ok().and_then(|name| name.as_string());
            Err(match name.as_deref() {
                Some("NotSupportedError" | "SecurityError") => PasskeyTrouble::Unsupported,
                _ => PasskeyTrouble::Cancelled,
            })
        }
    }
}

/// What the PRF extension yielded.
fn secret_of(credential: &JsValue) -> Option<String> {
    let results = get(credential, "getClientExtensionResults").ok()?;
    let results = results.unchecked_into::<Function>().call0(credential).ok()?;
    let first = get(&get(&get(&results, "prf").ok()?, "results").ok()?, "first").ok()?;
    Some(text(&first))
}

fn prf(request: &PasskeyRequest) -> JsValue {
    let input = Uint8Array::from(request.prf_input.as_bytes());
    let eval = object(&[("first", input.into())]);
    object(&[("prf", object(&[("eval", eval)]))])
}

fn credentials(ids: &[String]) -> Result<JsValue> {
    let list = Array::new();
    for id in ids {
        list.push(&object(&[("type", "public-key".into()), ("id", bytes(id)?)]));
    }
    Ok(list.into())
}

fn object(fields: &[(&str, JsValue)]) -> JsValue {
    let object = Object::new();
    for (name, value) in fields {
        // A plain object takes any field.
        Reflect::set(&object, &JsValue::from_str(name), value).ok();
    }
    object.into()
}

/// A field that must be there.
fn get(object: &JsValue, name: &str) -> Result<JsValue> {
    match Reflect::get(object, &JsValue::from_str(name)) {
        Ok(value) if !value.is_undefined() && !value.is_null() => Ok(value),
        _ => Err(PasskeyTrouble::Unsupported),
    }
}

fn bytes(text: &str) -> Result<JsValue> {
    let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_text| PasskeyTrouble::Unsupported)?;
    Ok(Uint8Array::from(bytes.as_slice()).into())
}

fn text(buffer: &JsValue) -> String {
    URL_SAFE_NO_PAD.encode(Uint8Array::new(buffer).to_vec())
}

/// The sentence for a ceremony that didn't come off.
#[must_use]
pub fn passkey_text(error: &PasskeyError) -> &'static str {
    match error {
        PasskeyError::Authenticator(PasskeyTrouble::Cancelled) => t().passkey_cancelled,
        PasskeyError::Authenticator(PasskeyTrouble::Unsupported) => t().passkey_unsupported,
        PasskeyError::Failed(failure) => failure_text(failure.kind),
    }
}

/// Says at the bottom of the page why a ceremony didn't come off.
pub fn tell_passkey(error: &PasskeyError) {
    app().tell(passkey_text(error));
}
