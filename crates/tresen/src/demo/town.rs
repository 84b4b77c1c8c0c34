//! Who lives in the town and what they say. Names, addresses and prices are invented.

/// A business.
pub(super) struct Business {
    /// Its folder.
    pub(super) folder: &'static str,
    /// Its name.
    pub(super) name: &'static str,
    /// The owner's first name.
    pub(super) owner: &'static str,
    /// Who is invited into the inbox.
    pub(super) colleague: &'static str,
    /// What it is, in a word or two.
    pub(super) line: &'static str,
    /// A few sentences.
    pub(super) about: &'static str,
    /// Street and town.
    pub(super) address: &'static str,
    /// Its web site.
    pub(super) website: &'static str,
    /// Name of its sign colour.
    pub(super) sign_colour: &'static str,
    /// BCP 47.
    pub(super) language: &'static str,
    /// IANA name.
    pub(super) time_zone: &'static str,
    /// Monday first, in minutes since midnight.
    pub(super) hours: [&'static [(u16, u16)]; 7],
    /// The private name of its entry link.
    pub(super) entry_label: &'static str,
    /// What a customer's composer starts with.
    pub(super) entry_prefilled: &'static str,
    /// Who writes to it.
    pub(super) customers: &'static [Customer],
}

/// A customer of one business.
pub(super) struct Customer {
    /// The folder of the device.
    pub(super) folder: &'static str,
    /// The chosen name.
    pub(super) name: &'static str,
    /// The wording that was agreed to.
    pub(super) wording: &'static str,
    /// BCP 47.
    pub(super) language: &'static str,
    /// Whether offers are welcome.
    pub(super) takes_offers: bool,
    /// What both sides say, in order; no text comes twice.
    pub(super) lines: &'static [Line],
}

/// Who says a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    /// In front of the counter.
    Customer,
    /// Behind it.
    Business,
}

/// Something that is said.
pub(super) struct Line {
    /// By whom.
    pub(super) by: Side,
    /// The text, or the photo's caption.
    pub(super) text: &'static str,
    /// The number of the line that it quotes.
    pub(super) replies_to: Option<usize>,
    /// How the other side reacts.
    pub(super) reaction: Option<&'static str>,
    /// Whether it is a photo.
    pub(super) has_photo: bool,
}

impl Line {
    const fn quoting(mut self, number: usize) -> Self {
        self.replies_to = Some(number);
        self
    }

    const fn liked(mut self, emoji: &'static str) -> Self {
        self.reaction = Some(emoji);
        self
    }

    const fn with_photo(mut self) -> Self {
        self.has_photo = true;
        self
    }
}

const fn customer(text: &'static str) -> Line {
    Line { by: Side::Customer, text, replies_to: None, reaction: None, has_photo: false }
}

const fn business(text: &'static str) -> Line {
    Line { by: Side::Business, text, replies_to: None, reaction: None, has_photo: false }
}

/// A picture.
pub(super) struct Picture {
    /// The file.
    pub(super) bytes: &'static [u8],
    /// Its name.
    pub(super) name: &'static str,
    /// Its type.
    pub(super) media_type: &'static str,
    /// Width and height in pixels.
    pub(super) dimensions: (u32, u32),
}

/// The cake that Jonas wants.
pub(super) const CAKE: Picture = Picture {
    bytes: include_bytes!("cake.png"),
    name: "torte.png",
    media_type: "image/png",
    dimensions: (480, 360),
};

const GERMAN: &str = "Antworten auf meine Nachrichten und Neues zu meinen Bestellungen.";
const HINDI: &str = "मेरे संदेशों के जवाब और मेरी बुकिंग की सूचनाएँ।";
const ENGLISH: &str = "Answers to my messages, and news about what I ordered or booked.";

const CLOSED: &[(u16, u16)] = &[];

/// The four businesses.
pub(super) const BUSINESSES: &[Business] = &[BAKERY, NAILS, REPAIR, AIRLINE];

const BAKERY: Business = Business {
    folder: "bakery",
    name: "Backstube Lindner",
    owner: "Anna",
    colleague: "Mehmet",
    line: "Bäckerei",
    about: "Brot mit langer Ruhe, Schrippen ab sechs, Torten auf Bestellung.",
    address: "Oderberger Straße 14, 10435 Berlin",
    website: "https://backstube-lindner.example",
    sign_colour: "crust",
    language: "de",
    time_zone: "Europe/Berlin",
    hours: [
        CLOSED,
        &[(360, 1_080)],
        &[(360, 1_080)],
        &[(360, 1_080)],
        &[(360, 1_080)],
        &[(420, 840)],
        &[(480, 720)],
    ],
    entry_label: "Plakat im Schaufenster",
    entry_prefilled: "Guten Tag, ",
    customers: &[
        Customer {
            folder: "jonas",
            name: "Jonas Weber",
            wording: GERMAN,
            language: "de",
            takes_offers: false,
            lines: &[
                customer("Geht so eine bis Samstag? Für 12, *ohne Nüsse*").with_photo(),
                business("Klar, Pflaume-Baiser ohne Nüsse geht. Abholen ab 9 Uhr?").quoting(0),
                customer("Perfekt, danke!").liked("👍"),
                business("Ist notiert: eine Torte für 12 Personen, ohne Nüsse, Samstag ab 9 Uhr."),
            ],
        },
        Customer {
            folder: "fatma",
            name: "Fatma Demir",
            wording: GERMAN,
            language: "de",
            takes_offers: true,
            lines: &[
                customer("Guten Morgen! Sind noch Sesamringe da?"),
                business("Guten Morgen Fatma, ja, noch acht. Soll ich welche zurücklegen?"),
                customer("Ja bitte, vier Stück. Ich komme gegen zehn."),
            ],
        },
        Customer {
            folder: "priya",
            name: "प्रिया शर्मा",
            wording: ENGLISH,
            language: "en",
            takes_offers: false,
            lines: &[customer("Hello, is the walnut bread vegan?")],
        },
    ],
};

const NAILS: Business = Business {
    folder: "nails",
    name: "मीरा नेल स्टूडियो",
    owner: "मीरा",
    colleague: "पूजा",
    line: "नेल स्टूडियो · Nail studio",
    about: "जेल, मैनीक्योर, पेडीक्योर। Walk in or book, we speak Hindi and English.",
    address: "सी-स्कीम, जयपुर 302001",
    website: "https://meera-nails.example",
    sign_colour: "rose",
    language: "hi",
    time_zone: "Asia/Kolkata",
    hours: [
        CLOSED,
        &[(630, 1_170)],
        &[(630, 1_170)],
        &[(630, 1_170)],
        &[(630, 1_170)],
        &[(600, 1_200)],
        &[(600, 1_200)],
    ],
    entry_label: "Instagram",
    entry_prefilled: "नमस्ते, ",
    customers: &[
        Customer {
            folder: "ananya",
            name: "अनन्या गुप्ता",
            wording: HINDI,
            language: "hi",
            takes_offers: true,
            lines: &[
                customer("नमस्ते, शनिवार को जेल मैनीक्योर के लिए जगह है?"),
                business("नमस्ते अनन्या जी! शनिवार को 12:00 या 4:30 बजे खाली है।"),
                customer("4:30 ठीक है, मीरा के साथ।").quoting(1),
                business("शनिवार 4:30 बजे पक्का है। ₹900, अग्रिम ₹300। मिलते हैं!").liked("🙏"),
            ],
        },
        Customer {
            folder: "sophie",
            name: "Sophie Martin",
            wording: ENGLISH,
            language: "en",
            takes_offers: false,
            lines: &[
                customer("Hi! I'm in Jaipur until Friday. Do you take walk-ins?"),
                business("Hi Sophie, yes, mornings are quiet. Wednesday at 10:30 works well."),
                customer("Wednesday 10:30 it is, thank you!"),
            ],
        },
    ],
};

const REPAIR: Business = Business {
    folder: "repair",
    name: "Byrne PC Repair",
    owner: "Ciarán",
    colleague: "Niamh",
    line: "PC repair",
    about: "Screens, batteries, data rescue. Quotes before we open anything.",
    address: "27 Capel Street, Dublin 1",
    website: "https://byrne-repair.example",
    sign_colour: "slate",
    language: "en",
    time_zone: "Europe/Dublin",
    hours: [
        &[(570, 780), (840, 1_080)],
        &[(570, 780), (840, 1_080)],
        &[(570, 780), (840, 1_080)],
        &[(570, 780), (840, 1_080)],
        &[(570, 1_020)],
        &[(600, 840)],
        CLOSED,
    ],
    entry_label: "Sticker on the door",
    entry_prefilled: "Hi, my computer ",
    customers: &[
        Customer {
            folder: "aoife",
            name: "Aoife Murphy",
            wording: ENGLISH,
            language: "en",
            takes_offers: false,
            lines: &[
                customer("My laptop won't charge any more. Worth repairing?"),
                business("Which model is it? The code is on the bottom, it starts with `X1-`."),
                customer("X1-40G. It's four years old."),
                business("The charging port then, usually. *€65* with the part, done by tomorrow."),
                customer("Go ahead please").liked("✅"),
            ],
        },
        Customer {
            folder: "tomas",
            name: "Tomás Kelly",
            wording: ENGLISH,
            language: "en",
            takes_offers: false,
            lines: &[customer("Can you get photos off a drive that clicks? No backup, I know…")],
        },
    ],
};

const AIRLINE: Business = Business {
    folder: "airline",
    name: "Meridian Air",
    owner: "Saoirse",
    colleague: "Luis",
    line: "Airline",
    about: "Questions about your flight, your bags and your booking, at any hour.",
    address: "Terminal 2, Dublin Airport",
    website: "https://meridian-air.example",
    sign_colour: "indigo",
    language: "en",
    time_zone: "Europe/Dublin",
    hours: [
        &[(0, 1_440)],
        &[(0, 1_440)],
        &[(0, 1_440)],
        &[(0, 1_440)],
        &[(0, 1_440)],
        &[(0, 1_440)],
        &[(0, 1_440)],
    ],
    entry_label: "Booking confirmation",
    entry_prefilled: "My booking is ",
    customers: &[
        Customer {
            folder: "luis",
            name: "Luis Moreno",
            wording: ENGLISH,
            language: "en",
            takes_offers: false,
            lines: &[
                customer("Can I take a folding bike to Lisbon on MA 214?"),
                business("Yes, as sports luggage up to 23 kg. Shall I add it to your booking?"),
                customer("Please do. Booking K7Q2PM."),
                business("Added. Boarding 07:10, gate B14. Safe travels!").liked("✈️"),
            ],
        },
        Customer {
            folder: "rahul",
            name: "राहुल वर्मा",
            wording: HINDI,
            language: "hi",
            takes_offers: false,
            lines: &[
                customer("मेरा बैग लिस्बन नहीं पहुँचा। टैग MA 550213 है।"),
                business("माफ़ कीजिए राहुल जी। बैग डबलिन में है और आज शाम की उड़ान से आएगा।"),
                customer("ठीक है, होटल पर भेज दीजिए।"),
            ],
        },
        Customer {
            folder: "heike",
            name: "Heike Krüger",
            wording: GERMAN,
            language: "de",
            takes_offers: true,
            lines: &[customer("Guten Abend, kann ich meinen Flug am Freitag umbuchen?")],
        },
    ],
};

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_text_comes_twice_and_quotes_look_back() {
        for business in BUSINESSES {
            for customer in business.customers {
                let texts: BTreeSet<_> = customer.lines.iter().map(|line| line.text).collect();
                assert_eq!(texts.len(), customer.lines.len(), "{}", customer.name);
                for (number, line) in customer.lines.iter().enumerate() {
                    assert!(line.replies_to.is_none_or(|quoted| quoted < number));
                }
            }
        }
    }
}
