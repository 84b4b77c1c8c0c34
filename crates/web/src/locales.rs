//! The texts, one file for each language.

pub mod business_de;
pub mod business_en;
pub mod business_hi;
pub mod de;
pub mod en;
pub mod hi;
