//! How a profile looks at the world.

/// A screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Size {
    /// 390 by 844 points at double density, with touch.
    Phone,
    /// 1280 by 900 points, with a mouse.
    Desktop,
}

/// The settings of a profile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    pub(super) size: Size,
    pub(super) language: String,
    pub(super) dark: bool,
    pub(super) density: u32,
}

impl Size {
    /// Width and height in points.
    pub(super) const fn points(self) -> (u32, u32) {
        match self {
            Self::Phone => (390, 844),
            Self::Desktop => (1280, 900),
        }
    }

    /// Pixels per point.
    const fn density(self) -> u32 {
        match self {
            Self::Phone => 2,
            Self::Desktop => 1,
        }
    }
}

impl Options {
    /// A phone that speaks English, in light colours.
    #[must_use]
    pub fn phone() -> Self {
        Self {
            size: Size::Phone,
            language: "en".to_owned(),
            dark: false,
            density: Size::Phone.density(),
        }
    }

    /// A desktop that speaks English, in light colours.
    #[must_use]
    pub fn desktop() -> Self {
        Self { size: Size::Desktop, density: Size::Desktop.density(), ..Self::phone() }
    }

    /// Prefers this language, for example `de`.
    #[must_use]
    pub fn language(self, language: &str) -> Self {
        Self { language: language.to_owned(), ..self }
    }

    /// Prefers dark colours.
    #[must_use]
    pub fn dark(self) -> Self {
        Self { dark: true, ..self }
    }

    /// One pixel per point, whatever the screen has, for small pictures.
    #[must_use]
    pub fn plain(self) -> Self {
        Self { density: 1, ..self }
    }
}
