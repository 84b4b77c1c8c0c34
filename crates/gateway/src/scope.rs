//! What the bearer of a token may do.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The name of the scope for messages and media.
const MESSAGING: &str = "whatsapp_business_messaging";
/// The name of the scope for everything else.
const MANAGEMENT: &str = "whatsapp_business_management";

/// What the bearer of a token may do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scopes {
    /// Messages and media.
    pub messaging: bool,
    /// Numbers, profile, subscriptions, templates.
    pub management: bool,
}

impl Scopes {
    /// Everything.
    pub const ALL: Self = Self { messaging: true, management: true };

    /// Reads names with commas between; unknown ones give nothing.
    #[must_use]
    pub fn read(names: &str) -> Self {
        let has = |wanted: &str| names.split(',').any(|name| name.trim() == wanted);
        Self { messaging: has(MESSAGING), management: has(MANAGEMENT) }
    }

    /// The names, as the API writes them.
    #[must_use]
    pub fn names(self) -> Vec<&'static str> {
        let management = self.management.then_some(MANAGEMENT);
        management.into_iter().chain(self.messaging.then_some(MESSAGING)).collect()
    }
}

impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.names().join(","))
    }
}
