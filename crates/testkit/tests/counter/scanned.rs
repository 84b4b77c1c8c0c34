//! Codes as a camera sees them: the pixels of the page, read by a decoder that isn't ours.

use tresen_testkit::browser::{Error, Options, Page};
use tresen_view::{Command, MoneyView, PaymentDraft, RailDraft};

use super::stage::{native_business, on_stage, say, say_yes, scan};

/// The card of the newest bill.
const CARD: &str = "[...document.querySelectorAll('.deal[data-payment]')].at(-1)";

/// What the card of the newest bill shows: the code's content and the reference.
async fn bill(page: &Page, amount: &str) -> Result<(String, String), Error> {
    page.wait_until(&format!(
        "{CARD}?.innerText.includes({amount:?}) && {CARD}.querySelector('svg.qr')"
    ))
    .await?;
    page.eval(&format!("{CARD}.querySelector('svg.qr').scrollIntoView({{ block: 'center' }})"))
        .await?;
    let codes = scan(page, amount).await?;
    let reference = format!("{CARD}.querySelector('[data-reference]').dataset.reference");
    let reference = page.eval(&reference).await?.as_str().unwrap_or_default().to_owned();
    match <[String; 1]>::try_from(codes) {
        Ok([code]) => Ok((code, reference)),
        Err(codes) => panic!("{} codes in the picture of {amount}", codes.len()),
    }
}

/// The check value of ISO/IEC 13239 as the Pix manual uses it (CRC-16/CCITT-FALSE), written here once more.
fn crc(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0xFFFF, |crc, byte| {
        (0..8).fold(crc ^ (u16::from(*byte) << 8), |crc, _| {
            if crc & 0x8000 == 0 { crc << 1 } else { (crc << 1) ^ 0x1021 }
        })
    })
}

#[test]
fn a_camera_reads_what_a_bank_wants() {
    on_stage(async |stage| {
        let (mut shop, link) = native_business(stage).await;
        let rails = vec![
            RailDraft::Sepa {
                iban: "DE02120300000000202051".to_owned(),
                bic: "BYLADEM1001".to_owned(),
                name: "Bäckerei Süß & Söhne".to_owned(),
            },
            RailDraft::Swiss {
                iban: "CH5800791123000889012".to_owned(),
                name: "Pizzeria Zum Ofen".to_owned(),
                street: "Limmatquai".to_owned(),
                house_number: "12".to_owned(),
                postal_code: "8001".to_owned(),
                town: "Zürich".to_owned(),
                country: "CH".to_owned(),
            },
            RailDraft::Upi {
                address: "nails@okaxis".to_owned(), name: "Priya’s Nails".to_owned()
            },
            RailDraft::Pix {
                key: "padaria@example.com".to_owned(),
                name: "Padaria".to_owned(),
                city: "BRASILIA".to_owned(),
            },
        ];
        shop.call(Command::SetRails(rails)).await;
        let phone = stage.browser.profile(Options::phone()).await?;
        let emma = say_yes(&phone, &link, "Emma").await?;
        say(&emma, "The bill, please").await?;
        let (conversation, _message) = shop.hear("The bill, please").await;

        let ask = async |minor, currency: &str| {
            let payment = PaymentDraft {
                order: None,
                amount: MoneyView { minor, currency: currency.to_owned() },
                note: String::new(),
                days: None,
                bill: None,
            };
            shop.call(Command::RequestPayment { conversation, payment: Box::new(payment) }).await;
            bill(&emma, &format!("{}.{:02}", minor / 100, minor % 100)).await
        };
        let (code, reference) = ask(3_456, "EUR").await?;
        assert_eq!(
            code,
            format!(
                "BCD\n002\n1\nSCT\nBYLADEM1001\nBäckerei Süß & Söhne\nDE02120300000000202051\nEUR34.56\n\n\
                 {reference}"
            )
        );
        let (code, reference) = ask(19_995, "CHF").await?;
        assert_eq!(
            code,
            // Lines end as its guidelines allow, and as most of its codes are.
            format!(
                "SPC\n0200\n1\nCH5800791123000889012\nS\nPizzeria Zum Ofen\nLimmatquai\n12\n8001\nZürich\nCH\n\
                 \n\n\n\n\n\n\n199.95\nCHF\n\n\n\n\n\n\n\nSCOR\n{reference}\n\nEPD"
            )
            .replace('\n', "\r\n")
        );
        let (code, reference) = ask(49_900, "INR").await?;
        assert_eq!(
            code,
            format!(
                "upi://pay?pa=nails@okaxis&pn=Priya%E2%80%99s%20Nails&tr={reference}&am=499.00&cu=INR"
            )
        );
        let (code, reference) = ask(1_250, "BRL").await?;
        let (content, check) = code.split_at(code.len() - 4);
        assert_eq!(check, format!("{:04X}", crc(content.as_bytes())));
        let id = format!("05{:02}{reference}", reference.len());
        assert_eq!(
            content,
            format!(
                "00020126410014br.gov.bcb.pix0119padaria@example.com52040000530398654051\
                 2.505802BR5907Padaria6008BRASILIA62{:02}{id}6304",
                id.len()
            )
        );
        emma.assert_clean()
    });
}
