//! `tresen verify-consent`: a consent file, checked by somebody who has nothing but the file.

use std::{fs::File, io::Read as _};

use anyhow::{Context as _, bail};
use serde::Serialize;
use tresen_statement::{ConsentProof, ConsentState, fingerprint_text};
use tresen_types::Category;

use crate::{cli::VerifyConsentArgs, output};

/// A consent file, in bytes: two statements and the words, and far less than this.
const FILE_BYTES_MAX: u64 = 256 << 10;

/// What the file proves. Whose key this is, is for the reader to know.
#[derive(Serialize)]
struct Report {
    valid: bool,
    state: &'static str,
    origin: String,
    business: String,
    customer: String,
    customer_key: String,
    categories: Vec<Category>,
    sequence: u64,
    at_ms: i64,
    language: String,
    wording: String,
}

/// Verifies the file and prints what it says.
pub(crate) fn verify(args: &VerifyConsentArgs) -> anyhow::Result<()> {
    let mut bytes = Vec::new();
    let name = args.file.display();
    let file = File::open(&args.file).with_context(|| format!("opening {name}"))?;
    file.take(FILE_BYTES_MAX + 1).read_to_end(&mut bytes)?;
    if u64::try_from(bytes.len())? > FILE_BYTES_MAX {
        bail!("{name} is too large for a consent file");
    }
    let proof = ConsentProof::verify(&bytes).with_context(|| format!("{name} proves nothing"))?;
    let consent = proof.consent.value();
    let report = Report {
        valid: true,
        state: match consent.state {
            ConsentState::Given => "given",
            ConsentState::Revoked => "revoked",
        },
        origin: consent.origin.clone(),
        business: consent.business.to_string(),
        customer: consent.customer.to_string(),
        customer_key: fingerprint_text(&proof.certificate.value().account_key),
        categories: Category::ALL.into_iter().filter(|it| consent.allows(*it)).collect(),
        sequence: consent.sequence,
        at_ms: consent.at.as_millis(),
        language: consent.language.clone(),
        wording: proof.wording,
    };
    output::last_line(&report)
}
