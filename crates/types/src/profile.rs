//! What a business says publicly beside its name: whom the law holds to it, what it can be asked, and how
//! it is reached.
//!
//! The same values in the signed profile, in an interface and at the gateway.

use serde::{Deserialize, Serialize};

/// What came to profiles later.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct More {
    /// An address of mail; may be empty.
    pub email: String,
    /// Who answers for it before the law.
    pub imprint: Option<Imprint>,
    /// What a customer may want to ask first.
    pub prompts: Vec<String>,
    /// What a customer may type after a slash.
    pub commands: Vec<ChatCommand>,
}

/// Who answers for a business before the law.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Imprint {
    /// The firm's full name.
    pub name: String,
    /// Its legal form, in its own words; may be empty.
    pub form: String,
    /// Whether it stands in a register.
    pub is_registered: bool,
    /// Where customers get help.
    pub care: Reach,
    /// Who hears complaints; may be empty.
    pub officer: String,
    /// Where complaints go.
    pub officer_reach: Reach,
}

/// How somebody is reached; each may be empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reach {
    /// An address of mail.
    pub email: String,
    /// A mobile number.
    pub mobile: String,
    /// A number at a desk.
    pub landline: String,
}

/// Something that a customer may type after a slash.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChatCommand {
    /// The word after the slash.
    pub name: String,
    /// What it does.
    pub about: String,
}
