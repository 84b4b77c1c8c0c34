//! The public profile of a business.

use tresen_types::{
    AccountId, Timestamp,
    limits::{DISPLAY_NAME_BYTES_MAX, LOGO_BYTES_MAX},
    profile::{ChatCommand, Imprint, More, Reach},
};

use crate::{
    cbor::{Reader, Writer},
    error::Error,
    hours::OpeningHours,
    limits::{
        ABOUT_BYTES_MAX, ADDRESS_BYTES_MAX, BRANCH_BYTES_MAX, COMMAND_ABOUT_BYTES_MAX,
        COMMAND_NAME_BYTES_MAX, COMMANDS_MAX, EMAIL_BYTES_MAX, IMPRINT_FORM_BYTES_MAX,
        IMPRINT_NAME_BYTES_MAX, LANGUAGE_BYTES_MAX, LANGUAGES_MAX, MARK_BYTES_MAX, PHONE_BYTES_MAX,
        PROMPT_BYTES_MAX, PROMPTS_MAX, WEBSITE_BYTES_MAX, WEBSITES_MAX,
    },
    signed::Statement,
    text,
};

byte_enum! {
    /// The colour of a business's sign, from a palette that is readable in light and dark.
    SignColour {
        /// Golden brown.
        Crust = 0,
        /// Brick red.
        Brick = 1,
        /// Honey yellow.
        Honey = 2,
        /// Moss green.
        Moss = 3,
        /// Spruce green.
        Spruce = 4,
        /// Lagoon blue-green.
        Lagoon = 5,
        /// Indigo.
        Indigo = 6,
        /// Violet.
        Violet = 7,
        /// Rose.
        Rose = 8,
        /// Slate grey.
        Slate = 9,
    }
}

byte_enum! {
    /// The format of a logo.
    LogoMime {
        /// `image/webp`
        Webp = 0,
        /// `image/png`
        Png = 1,
        /// `image/jpeg`
        Jpeg = 2,
    }
}

impl LogoMime {
    /// The media type.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Webp => "image/webp",
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
        }
    }

    /// The format of a media type, if it is one of the allowed.
    #[must_use]
    pub fn from_media_type(media_type: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|mime| mime.as_str() == media_type)
    }
}

/// What stands on the sign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mark {
    /// One to three letters.
    Initials(String),
    /// The name of one of the app's pictograms.
    Pictogram(String),
    /// An image.
    Logo {
        /// Its format.
        mime: LogoMime,
        /// Its bytes.
        bytes: Vec<u8>,
    },
}

const MARK_INITIALS: u8 = 0;
const MARK_PICTOGRAM: u8 = 1;
const MARK_LOGO: u8 = 2;

impl Mark {
    fn write(&self, writer: &mut Writer) {
        match self {
            Self::Initials(initials) => {
                writer.array(2);
                writer.uint(MARK_INITIALS);
                writer.text(initials);
            }
            Self::Pictogram(name) => {
                writer.array(2);
                writer.uint(MARK_PICTOGRAM);
                writer.text(name);
            }
            Self::Logo { mime, bytes } => {
                writer.array(3);
                writer.uint(MARK_LOGO);
                writer.uint(mime.as_byte());
                writer.bytes(bytes);
            }
        }
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, Error> {
        let length = reader.length()?;
        match (length, reader.byte(Some)?) {
            (2, MARK_INITIALS) => Ok(Self::Initials(text::line(reader.text(MARK_BYTES_MAX)?)?)),
            (2, MARK_PICTOGRAM) => Ok(Self::Pictogram(text::line(reader.text(MARK_BYTES_MAX)?)?)),
            (3, MARK_LOGO) => Ok(Self::Logo {
                mime: reader.byte(LogoMime::from_byte)?,
                bytes: reader.bytes(LOGO_BYTES_MAX)?.to_vec(),
            }),
            _other => Err(Error::Value),
        }
    }
}

/// The public profile of a business. Signed by the account key; the highest sequence wins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// The business.
    pub account: AccountId,
    /// Counts the profiles of the account.
    pub sequence: u64,
    /// Its name.
    pub name: String,
    /// What it says about itself.
    pub about: String,
    /// Its line of business, in its own words.
    pub branch: String,
    /// The colour of its sign.
    pub sign_colour: SignColour,
    /// What stands on its sign.
    pub mark: Mark,
    /// Its postal address.
    pub address: String,
    /// Its websites, https only.
    pub websites: Vec<String>,
    /// When it is open.
    pub hours: Option<OpeningHours>,
    /// The languages it answers in.
    pub languages: Vec<String>,
    /// When this version was made.
    pub issued_at: Timestamp,
    /// What came to profiles later.
    pub more: More,
}

impl Profile {
    /// Whether this version takes the place of `old`.
    #[must_use]
    pub fn supersedes(&self, old: &Self) -> bool {
        self.account == old.account && self.sequence > old.sequence
    }
}

impl Statement for Profile {
    const LABEL: &'static str = "tresen/profile/1";
    const FIELDS: usize = 12;
    const MORE_FIELDS: usize = 4;

    fn write(&self, writer: &mut Writer) {
        writer.bytes(self.account.as_bytes());
        writer.uint(self.sequence);
        writer.text(&self.name);
        writer.text(&self.about);
        writer.text(&self.branch);
        writer.uint(self.sign_colour.as_byte());
        self.mark.write(writer);
        writer.text(&self.address);
        writer.list(&self.websites, |writer, website| writer.text(website));
        writer.optional(self.hours.as_ref(), |writer, hours| hours.write(writer));
        writer.list(&self.languages, |writer, language| writer.text(language));
        writer.time(self.issued_at);
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, Error> {
        Ok(Self {
            account: AccountId::new(reader.fixed()?),
            sequence: reader.uint()?,
            name: text::line(reader.text(DISPLAY_NAME_BYTES_MAX)?)?,
            about: text::lines(reader.text(ABOUT_BYTES_MAX)?)?,
            branch: text::line(reader.text(BRANCH_BYTES_MAX)?)?,
            sign_colour: reader.byte(SignColour::from_byte)?,
            mark: Mark::read(reader)?,
            address: text::lines(reader.text(ADDRESS_BYTES_MAX)?)?,
            websites: reader
                .list(WEBSITES_MAX, |reader| text::website(reader.text(WEBSITE_BYTES_MAX)?))?,
            hours: reader.optional(OpeningHours::read)?,
            languages: reader
                .list(LANGUAGES_MAX, |reader| text::language(reader.text(LANGUAGE_BYTES_MAX)?))?,
            issued_at: reader.time()?,
            more: More::default(),
        })
    }

    fn has_more(&self) -> bool {
        self.more != More::default()
    }

    fn write_more(&self, writer: &mut Writer) {
        let More { email, imprint, prompts, commands } = &self.more;
        writer.text(email);
        writer.optional(imprint.as_ref(), write_imprint);
        writer.list(prompts, |writer, prompt| writer.text(prompt));
        writer.list(commands, |writer, command| {
            writer.array(2);
            writer.text(&command.name);
            writer.text(&command.about);
        });
    }

    fn read_more(&mut self, reader: &mut Reader<'_>) -> Result<(), Error> {
        self.more = More {
            email: text::line(reader.text(EMAIL_BYTES_MAX)?)?,
            imprint: reader.optional(read_imprint)?,
            prompts: reader.list(PROMPTS_MAX, |reader| said(reader.text(PROMPT_BYTES_MAX)?))?,
            commands: reader.list(COMMANDS_MAX, |reader| {
                reader.array(2)?;
                let name = said(reader.text(COMMAND_NAME_BYTES_MAX)?)?;
                if name.chars().any(char::is_whitespace) {
                    return Err(Error::Value);
                }
                Ok(ChatCommand { name, about: text::line(reader.text(COMMAND_ABOUT_BYTES_MAX)?)? })
            })?,
        };
        Ok(())
    }
}

/// A line that says something.
fn said(line: &str) -> Result<String, Error> {
    if line.trim().is_empty() { Err(Error::Value) } else { text::line(line) }
}

fn write_imprint(writer: &mut Writer, imprint: &Imprint) {
    writer.array(6);
    writer.text(&imprint.name);
    writer.text(&imprint.form);
    writer.bool(imprint.is_registered);
    write_reach(writer, &imprint.care);
    writer.text(&imprint.officer);
    write_reach(writer, &imprint.officer_reach);
}

fn read_imprint(reader: &mut Reader<'_>) -> Result<Imprint, Error> {
    reader.array(6)?;
    Ok(Imprint {
        name: said(reader.text(IMPRINT_NAME_BYTES_MAX)?)?,
        form: text::line(reader.text(IMPRINT_FORM_BYTES_MAX)?)?,
        is_registered: reader.bool()?,
        care: read_reach(reader)?,
        officer: text::line(reader.text(IMPRINT_NAME_BYTES_MAX)?)?,
        officer_reach: read_reach(reader)?,
    })
}

fn write_reach(writer: &mut Writer, reach: &Reach) {
    writer.array(3);
    writer.text(&reach.email);
    writer.text(&reach.mobile);
    writer.text(&reach.landline);
}

fn read_reach(reader: &mut Reader<'_>) -> Result<Reach, Error> {
    reader.array(3)?;
    Ok(Reach {
        email: text::line(reader.text(EMAIL_BYTES_MAX)?)?,
        mobile: text::line(reader.text(PHONE_BYTES_MAX)?)?,
        landline: text::line(reader.text(PHONE_BYTES_MAX)?)?,
    })
}
