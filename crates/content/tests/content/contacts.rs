//! Address books as phones, spreadsheets and enemies make them.

use std::fmt::Write as _;

use tresen_content::{
    contacts::{AddressBook, Contact, ContactsError, read},
    limits::{
        ADDRESS_BOOK_BYTES_MAX, ADDRESS_BOOK_CONTACTS_MAX, CONTACT_NOTE_CHARACTERS_MAX,
        CONTACT_TEXT_CHARACTERS_MAX, CONTACT_WAYS_MAX,
    },
};

fn book(text: &str) -> AddressBook {
    read(text.as_bytes()).expect("an address book")
}

fn names(book: &AddressBook) -> Vec<&str> {
    book.contacts.iter().map(|contact| contact.name.as_str()).collect()
}

fn contact(name: &str, phones: &[&str], emails: &[&str]) -> Contact {
    let owned = |all: &[&str]| all.iter().map(|one| (*one).to_owned()).collect();
    Contact {
        name: name.to_owned(),
        phones: owned(phones),
        emails: owned(emails),
        ..Contact::default()
    }
}

#[test]
fn a_card_of_version_3_is_read_unfolded_and_unescaped() {
    let text = "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Anna\r\n  Müller\\, Büro\r\nN:Müller;Anna;;;\r\n\
                ORG:Korn \\& Söhne\\; Bäcker;Backstube\r\nitem1.TEL;TYPE=\"work:x\",voice:+49 (0)30 / 123-45\r\n\
                TEL;TYPE=cell:0170 1234567\r\nEMAIL;TYPE=work:anna@korn.example\r\n\
                NOTE:Zeile 1\\nZeile 2\r\nPHOTO;ENCODING=b:AAAA\r\n BBBB\r\nEND:VCARD\r\n";
    let read = book(text);
    let anna = Contact {
        organisation: "Korn & Söhne; Bäcker".to_owned(),
        note: "Zeile 1 Zeile 2".to_owned(),
        ..contact("Anna Müller, Büro", &["+4903012345", "01701234567"], &["anna@korn.example"])
    };
    assert_eq!(read.contacts, [anna]);
}

#[test]
fn a_card_of_version_4_names_numbers_as_addresses() {
    let text = "BEGIN:VCARD\nVERSION:4.0\nFN;LANGUAGE=hi:प्रिया शर्मा\n\
                TEL;VALUE=uri;TYPE=\"voice,home\":tel:+91-98765-43210;ext=7\n\
                EMAIL:priya@example.in\nEND:VCARD\nBEGIN:VCARD\nVERSION:4.0\nN:Núñez;José;;;\n\
                TEL:०९८७६ ५४३२१\nEND:VCARD";
    let expected = [
        contact("प्रिया शर्मा", &["+919876543210"], &["priya@example.in"]),
        contact("José Núñez", &["0987654321"], &[]),
    ];
    assert_eq!(book(text).contacts, expected);
}

#[test]
fn a_card_of_version_2_is_quoted_printable() {
    let text = "BEGIN:VCARD\r\nVERSION:2.1\r\nFN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:J=C3=BCrgen =\r\n\
                Sch=C3=A4fer\r\nTEL;CELL:004917012345\r\nEND:VCARD\r\n\
                BEGIN:VCARD\r\nVERSION:2.1\r\nFN;CHARSET=ISO-8859-1;ENCODING=QUOTED-PRINTABLE:Gr=FCn\r\n\
                EMAIL:g@example.com\r\nEND:VCARD\r\n";
    let expected = [
        contact("Jürgen Schäfer", &["+4917012345"], &[]),
        contact("Grün", &[], &["g@example.com"]),
    ];
    assert_eq!(book(text).contacts, expected);
}

#[test]
fn a_table_in_latin_1_with_semicolons_is_read() {
    let text = "Vorname;Nachname;Firma;Telefon;E-Mail;Notizen\r\n\
                J\u{fc}rgen;Gro\u{df};\"Stra\u{df}e; Bau \"\"GmbH\"\"\";0170/12 34 567;j@gross.example;\"zahlt\nbar\"\r\n\
                ;;;;;\r\n";
    let latin: Vec<u8> =
        text.chars().map(|letter| u8::try_from(letter).expect("Latin-1")).collect();
    let found = read(&latin).expect("an address book");
    let expected = Contact {
        organisation: "Straße; Bau \"GmbH\"".to_owned(),
        note: "zahlt bar".to_owned(),
        ..contact("Jürgen Groß", &["01701234567"], &["j@gross.example"])
    };
    assert_eq!(found.contacts, [expected]);
}

#[test]
fn tables_of_google_and_outlook_are_read() {
    let google = "Name,Given Name,Family Name,Phonetic First Name,Notes,E-mail 1 - Label,E-mail 1 - Value,\
                  Phone 1 - Label,Phone 1 - Value,Organization Name\n\
                  ,Priya,Sharma,Pria,regular,Home,p@example.in ::: p2@example.in,Mobile,\
                  +91 98765 43210 ::: +91 22 1234 5678,\n";
    let expected = Contact {
        note: "regular".to_owned(),
        ..contact(
            "Priya Sharma",
            &["+919876543210", "+912212345678"],
            &["p@example.in", "p2@example.in"],
        )
    };
    assert_eq!(book(google).contacts, [expected]);
    let outlook = "First Name,Last Name,Company,Business Fax,Mobile Phone,E-mail Address\n\
                   Emma,\"O'Neil, Dr.\",Korn,030 1,+44 7700 900123,e@example.co.uk\n";
    let expected = Contact {
        organisation: "Korn".to_owned(),
        ..contact("Emma O'Neil, Dr.", &["+447700900123"], &["e@example.co.uk"])
    };
    assert_eq!(book(outlook).contacts, [expected]);
    let ours = book("नाम,फ़ोन\n'=SUM(A1),12345\n");
    assert_eq!(ours.contacts, [contact("=SUM(A1)", &["12345"], &[])]);
}

#[test]
fn names_from_right_to_left_and_emoji_stay_and_tricks_go() {
    let text = "BEGIN:VCARD\nFN:\u{202e}ליאת כהן\u{202c}\u{200f}\nTEL:٠٥٠ ١٢٣ ٤٥٦٧\nEND:VCARD\n\
                BEGIN:VCARD\nFN:Ola 👩‍🔧 🇮🇳\u{0}\u{7}\nTEL:1234\nEND:VCARD\n\
                BEGIN:VCARD\nFN:pay\u{200b}pal\u{2066}\nEMAIL:a\u{202e}b@evil.example\nTEL:12\nEND:VCARD\n"
        .replace('\u{0}', "");
    let expected = [
        contact("ליאת כהן", &["0501234567"], &[]),
        contact("Ola 👩‍🔧 🇮🇳", &["1234"], &[]),
        contact("paypal", &[], &[]),
    ];
    assert_eq!(book(&text).contacts, expected);
}

#[test]
fn who_stands_there_twice_comes_once_and_who_says_nothing_never() {
    let card = "BEGIN:VCARD\nFN:Emma\nTEL:12345\nTEL:123 45\nEND:VCARD\n";
    let nobody = "BEGIN:VCARD\nFN: \nTEL:call me\nEMAIL:nowhere\nEND:VCARD\n";
    let found = book(&format!("{card}{nobody}{card}"));
    assert_eq!(found.contacts, [contact("Emma", &["12345"], &[])]);
    assert_eq!((found.doubled, found.empty), (1, 1));
    assert_eq!(names(&book("phone\n+49 30 1\n")), ["+49301"], "a number stands for a name");
}

#[test]
fn ten_megabytes_of_photos_are_read_past() {
    let photo = format!("PHOTO;ENCODING=b;TYPE=JPEG:{}", "QUJD\r\n ".repeat(20_000));
    let mut text = String::new();
    for number in 0..75 {
        write!(
            text,
            "BEGIN:VCARD\r\nFN:N {number}\r\n{photo}\r\nTEL:1000{number}\r\nEND:VCARD\r\n"
        )
        .expect("a text");
    }
    assert!(text.len() > 10 << 20 && text.len() < ADDRESS_BOOK_BYTES_MAX, "{}", text.len());
    let found = book(&text);
    assert_eq!((found.contacts.len(), found.contacts[74].phones.len()), (75, 1));
}

#[test]
fn what_is_too_much_is_cut_off_or_refused() {
    let long = "x".repeat(100_000);
    let ways = (0..100).map(|number| format!("TEL:5550{number}\n")).collect::<String>();
    let found = book(&format!(
        "BEGIN:VCARD\nFN:{long}\nNOTE:{long}\n {long}\n{ways}EMAIL:{long}@{long}\nEND:VCARD\n"
    ));
    let one = &found.contacts[0];
    assert_eq!(one.name.len(), CONTACT_TEXT_CHARACTERS_MAX);
    assert_eq!(one.note.len(), CONTACT_NOTE_CHARACTERS_MAX);
    assert_eq!((one.phones.len(), one.emails.len()), (CONTACT_WAYS_MAX, 0));

    assert_eq!(read(&vec![b'x'; ADDRESS_BOOK_BYTES_MAX + 1]), Err(ContactsError::TooLarge));
    let many = "BEGIN:VCARD\nFN:a\nEND:VCARD\n".repeat(ADDRESS_BOOK_CONTACTS_MAX + 1);
    assert_eq!(read(many.as_bytes()), Err(ContactsError::TooLarge));
    let wide = format!("name\n\"{}\"\n", "x".repeat(1 << 20));
    assert_eq!(read(wide.as_bytes()), Err(ContactsError::TooLarge));
}

#[test]
fn what_is_no_address_book_is_refused() {
    // The end of a zip bomb: what it would come to doesn't matter, nobody unpacks it.
    let zip = b"PK\x03\x04\x14\x00\x08\x00\x08\x00bomb.vcf";
    assert_eq!(read(zip), Err(ContactsError::Packed));
    assert_eq!(read(b"\x1f\x8b\x08\x00rest"), Err(ContactsError::Packed));
    assert_eq!(read(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"), Err(ContactsError::NotText));
    assert_eq!(read(b"BEGIN:VCARD\nFN:Emma\n"), Err(ContactsError::BrokenOff));
    assert_eq!(read(b"name,phone\n\"Emma,1"), Err(ContactsError::BrokenOff));
    for other in
        ["", "\u{feff}", "<html>", "colour,size\nred,4\n", "BEGIN:VCALENDAR\nEND:VCALENDAR"]
    {
        assert_eq!(read(other.as_bytes()), Err(ContactsError::NoColumns), "{other}");
    }
}
