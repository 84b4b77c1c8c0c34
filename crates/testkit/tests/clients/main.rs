//! Published clients of the Cloud API, installed from their registries at fixed versions and unmodified,
//! each with a conversation against the sandbox: text, pictures both ways, a template, buttons and a
//! list, reactions, reading, statuses and a refusal; and one of them with a customer in a real browser.

mod browser;
mod install;

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use serde_json::Value;
use tresen_gateway::{Provider, TlsFiles};
use tresen_sandbox::{SandboxConfig, spawn};
use tresen_testkit::world::run;
use tresen_types::Timestamp;

/// Runs a client's program with the sandbox's first line; it prints `ok` when all was as expected.
fn converses(program: &Path, script: &Path) {
    let command = |_line: &Value| {
        let mut command = Command::new(program);
        command.arg(script);
        command
    };
    converses_as(None, command);
}

/// The same with a command that follows from the first line, and perhaps over TLS.
fn converses_as(tls: Option<TlsFiles>, command: impl FnOnce(&Value) -> Command) {
    run(async {
        let mut config = SandboxConfig::new("127.0.0.1:0".parse().expect("an address"));
        config.tls = tls;
        let sandbox = spawn(config).await.expect("a sandbox");
        let line = sandbox.first_line();
        let mut command = command(&line);
        let ended =
            tokio::task::spawn_blocking(move || install::output(command.arg(line.to_string())));
        let said = ended.await.expect("the program runs");
        assert!(said.trim_end().ends_with("ok"), "{said}");
    });
}

/// A certificate for the sandbox and for the original's name, signed by an authority of one's own,
/// whose certificate lies in `authority.pem`.
fn certificate(folder: &Path) -> TlsFiles {
    let authority = KeyPair::generate().expect("a key");
    let mut params = CertificateParams::new(Vec::new()).expect("parameters");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.distinguished_name.push(DnType::CommonName, "Korn's own authority");
    let root = params.self_signed(&authority).expect("a certificate");
    let issuer = Issuer::new(params, authority);
    let key = KeyPair::generate().expect("a key");
    let names = ["127.0.0.1".to_owned(), "graph.facebook.com".to_owned()];
    let leaf = CertificateParams::new(names).expect("parameters");
    let leaf = leaf.signed_by(&key, &issuer).expect("a certificate");
    let write = |name: &str, text: String| {
        let path = folder.join(name);
        std::fs::write(&path, text).expect("a file");
        path
    };
    write("authority.pem", root.pem());
    TlsFiles {
        certificate: write("certificate.pem", leaf.pem()),
        key: write("key.pem", key.serialize_pem()),
    }
}

fn scripts() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients")
}

#[test]
fn pywa_converses() {
    converses(&install::python("pywa==4.5.0"), &scripts().join("pywa_client.py"));
}

#[test]
fn kapso_converses() {
    let folder = install::node(&["@kapso/whatsapp-cloud-api@0.3.0"]);
    converses(Path::new("node"), &install::beside(&folder, &scripts(), "kapso_client.mjs"));
}

#[test]
fn chat_sdk_converses() {
    let folder = install::node(&[
        "chat@4.41.1",
        "@chat-adapter/whatsapp@4.41.1",
        "@chat-adapter/state-memory@4.41.0",
    ]);
    converses(Path::new("node"), &install::beside(&folder, &scripts(), "chat_client.mjs"));
}

#[test]
fn wacloudapi_converses_over_tls() {
    let program = install::cargo(
        "wacloudapi_client",
        &[
            "wacloudapi = \"=0.1.0\"",
            "reqwest = { version = \"0.12\", features = [\"json\"] }",
            "serde_json = \"1\"",
            "tokio = { version = \"1\", features = [\"full\"] }",
        ],
        &scripts().join("wacloudapi_client.rs"),
    );
    let folder = tempfile::tempdir().expect("a folder");
    let tls = certificate(folder.path());
    converses_as(Some(tls), |_line| {
        let mut command = Command::new(program);
        command.env("SSL_CERT_FILE", folder.path().join("authority.pem"));
        command
    });
}

#[test]
fn whatsapp_converses_with_what_it_takes_for_the_original() {
    let packages = install::node(&["whatsapp@0.0.5-Alpha"]);
    let script = install::beside(&packages, &scripts(), "whatsapp_client.mjs");
    install::beside(&packages, &scripts(), "network.cjs");
    let folder = tempfile::tempdir().expect("a folder");
    let tls = certificate(folder.path());
    converses_as(Some(tls), |line| {
        let of = |name: &str| line[name].as_str().expect("a text").to_owned();
        let mut command = Command::new("node");
        command
            .arg("--require")
            .arg(packages.join("network.cjs"))
            .arg(script)
            .env("NODE_EXTRA_CA_CERTS", folder.path().join("authority.pem"))
            .env("GATEWAY_ADDRESS", of("base_url").replace("https://", ""))
            .env("WA_PHONE_NUMBER_ID", of("phone_number_id"))
            .env("M4D_APP_ID", of("app_id"))
            .env("M4D_APP_SECRET", of("app_secret"))
            .env("WA_BUSINESS_ACCOUNT_ID", of("waba_id"))
            .env("CLOUD_API_VERSION", "v16.0")
            .env("CLOUD_API_ACCESS_TOKEN", of("token"))
            // Otherwise it wants a package that it doesn't name.
            .env("NODE_ENV", "production")
            .env("WEBHOOK_ENDPOINT", "hook")
            .env("WEBHOOK_VERIFICATION_TOKEN", "verify");
        command
    });
}

#[test]
fn the_official_libraries_sign_as_the_gateway_verifies() {
    let body = r#"{"id":"evt_1","note":"Grüße"}"#;
    let secret = "whsec_test";
    let at_s = 1_700_000_000_i64;
    let now = Timestamp::from_millis(at_s * 1_000);
    let script = "import stripe, sys\n\
                  print(stripe.WebhookSignature.generate_signature_header(*sys.argv[1:3], int(sys.argv[3])))";
    let mut stripe = Command::new(install::python("stripe==16.1.0"));
    let header = install::output(stripe.args(["-c", script, body, secret, &at_s.to_string()]));
    let signs = |header: &str, body: &str, now| {
        Provider::Stripe.signs(secret, header.trim(), body.as_bytes(), now)
    };
    assert!(signs(&header, body, now));
    assert!(!signs(&header, "{}", now));
    assert!(!signs(&header, body, now.plus_millis(300_001)));

    // What the gateway takes as Razorpay's is what Razorpay's library takes.
    let script = "import razorpay, sys, hmac, hashlib\n\
                  body, secret = sys.argv[1:3]\n\
                  code = hmac.new(secret.encode(), body.encode(), hashlib.sha256).hexdigest()\n\
                  razorpay.Client(auth=('a', 'b')).utility.verify_webhook_signature(body, code, secret)\n\
                  print(code)";
    let mut razorpay = Command::new(install::python("razorpay==2.0.1"));
    let code = install::output(razorpay.args(["-c", script, body, secret]));
    let signs = |code: &str| Provider::Razorpay.signs(secret, code.trim(), body.as_bytes(), now);
    assert!(signs(&code));
    assert!(!signs("00"));
}
