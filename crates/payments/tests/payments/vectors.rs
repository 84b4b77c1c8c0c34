//! Our payloads against those of independent programs (fixtures/payments).

use serde::Deserialize;
use tresen_payments::{
    Creditor, Error, Iban, Pix, Rail, Request, creditor_reference, is_creditor_reference,
    is_qr_reference, payload, qr_reference, read_pix,
};
use tresen_types::{Currency, Money};

#[derive(Deserialize)]
struct Vectors {
    epc: Vec<Epc>,
    swiss: Vec<Swiss>,
    upi: Vec<Upi>,
    pix: Vec<PixCode>,
    references: References,
}

#[derive(Deserialize)]
struct Epc {
    name: String,
    iban: String,
    bic: Option<String>,
    amount: String,
    reference: Option<String>,
    text: Option<String>,
    payload: String,
}

#[derive(Deserialize)]
struct Swiss {
    iban: String,
    creditor: SwissCreditor,
    amount: String,
    currency: String,
    reference: Option<String>,
    message: Option<String>,
    payload: String,
}

#[derive(Deserialize)]
struct SwissCreditor {
    name: String,
    #[serde(default)]
    street: String,
    #[serde(default)]
    house_num: String,
    pcode: String,
    city: String,
    country: String,
}

#[derive(Deserialize)]
struct Upi {
    payee: String,
    name: String,
    amount: String,
    reference: String,
    note: String,
    payload: String,
}

#[derive(Deserialize)]
struct PixCode {
    key: String,
    name: String,
    city: String,
    payload: String,
}

#[derive(Deserialize)]
struct References {
    rf: Vec<String>,
    qrr: Vec<String>,
    iban: Vec<String>,
}

fn vectors() -> Vectors {
    serde_json::from_str(include_str!("../../../../fixtures/payments/vectors.json"))
        .expect("the vectors")
}

fn money(amount: &str, code: &str) -> Money {
    let currency = Currency::parse(code).expect("a currency");
    let minor = tresen_payments::bank::minor(amount, currency).expect("an amount");
    Money { minor, currency }
}

fn request(amount: Money, reference: Option<&str>, note: Option<&str>) -> Request {
    Request {
        amount,
        reference: reference.unwrap_or_default().to_owned(),
        note: note.unwrap_or_default().to_owned(),
    }
}

#[test]
fn sepa_codes_are_those_of_segno() {
    for vector in vectors().epc {
        let rail = Rail::Sepa {
            iban: Iban::parse(&vector.iban).expect("an account"),
            bic: vector.bic.unwrap_or_default(),
            name: vector.name,
        };
        let reference = vector.reference.as_deref();
        let wanted = request(money(&vector.amount, "EUR"), reference, vector.text.as_deref());
        assert_eq!(payload(&rail, &wanted).map(|made| made.code), Ok(vector.payload));
    }
}

#[test]
fn swiss_records_are_those_of_qrbill() {
    for vector in vectors().swiss {
        let rail = Rail::Swiss {
            iban: Iban::parse(&vector.iban).expect("an account"),
            creditor: Creditor {
                name: vector.creditor.name,
                street: vector.creditor.street,
                house_number: vector.creditor.house_num,
                postal_code: vector.creditor.pcode,
                town: vector.creditor.city,
                country: vector.creditor.country,
            },
        };
        let amount = money(&vector.amount, &vector.currency);
        let wanted = request(amount, vector.reference.as_deref(), vector.message.as_deref());
        assert_eq!(payload(&rail, &wanted).map(|made| made.code), Ok(vector.payload));
    }
}

#[test]
fn upi_links_are_percent_encoded_as_python_does() {
    for vector in vectors().upi {
        let rail = Rail::Upi { address: vector.payee, name: vector.name };
        let wanted =
            request(money(&vector.amount, "INR"), Some(&vector.reference), Some(&vector.note));
        let made = payload(&rail, &wanted).expect("a link");
        assert_eq!(made.link.as_ref(), Some(&vector.payload));
        assert_eq!(made.code, vector.payload);
    }
}

#[test]
fn the_central_banks_sample_is_written_and_read() {
    for vector in vectors().pix {
        let pix = Pix {
            key: vector.key,
            name: vector.name,
            city: vector.city,
            cents: None,
            reference: String::new(),
        };
        assert_eq!(pix.write().as_ref(), Ok(&vector.payload));
        assert_eq!(read_pix(&vector.payload), Ok(pix));
        let tampered = vector.payload.replace("Fulano", "Fulana");
        assert_eq!(read_pix(&tampered), Err(Error::Malformed));
    }
}

#[test]
fn references_and_accounts_check_as_elsewhere() {
    let known = vectors().references;
    for reference in known.rf {
        assert!(is_creditor_reference(&reference), "{reference}");
        let (_head, body) = reference.split_at(4);
        assert_eq!(creditor_reference(body), Ok(reference.clone()));
        assert!(!is_creditor_reference(&reference.replace('R', "S")));
    }
    for reference in known.qrr {
        assert!(is_qr_reference(&reference), "{reference}");
        let (digits, _check) = reference.split_at(26);
        assert_eq!(qr_reference(digits), Ok(reference.clone()));
    }
    for account in known.iban {
        assert_eq!(
            Iban::parse(&account.to_lowercase()).map(|it| it.as_str().to_owned()),
            Ok(account)
        );
    }
    for wrong in ["DE03120300000000202051", "", "DE0", "DE02 1203 0000 0000 2020 5é"] {
        assert_eq!(Iban::parse(wrong), Err(Error::Account), "{wrong}");
    }
}

#[test]
fn what_does_not_fit_a_rail_is_refused() {
    let iban = Iban::parse("DE02120300000000202051").expect("an account");
    let sepa =
        |name: &str| Rail::Sepa { iban: iban.clone(), bic: String::new(), name: name.into() };
    let good = request(money("10.00", "EUR"), Some("RF18539007547034"), None);
    assert!(payload(&sepa("Bäckerei"), &good).is_ok());
    let refused = |rail: &Rail, request: &Request| payload(rail, request).expect_err("refused");
    assert_eq!(refused(&sepa("a\nb"), &good), Error::Text);
    assert_eq!(refused(&sepa(&"x".repeat(71)), &good), Error::Text);
    let wrong = Request { reference: "RF00539007547034".into(), ..good.clone() };
    assert_eq!(refused(&sepa("Bäckerei"), &wrong), Error::Reference);
    let rupees = Request { amount: money("10.00", "INR"), ..good.clone() };
    assert_eq!(refused(&sepa("Bäckerei"), &rupees), Error::Currency);
    for minor in [0, -1, i64::MIN, i64::MAX] {
        let odd = Request { amount: Money { minor, ..good.amount }, ..good.clone() };
        assert_eq!(refused(&sepa("Bäckerei"), &odd), Error::Amount);
    }
}
