//! Drives real browsers in tests: Chromium over its debugging protocol, Firefox over WebDriver BiDi.
//!
//! A [`Browser`] is a process with a folder of its own. It opens [`Profile`]s, which share nothing
//! with each other (or the default profile, which lives on in the folder when the process is killed
//! and restarted). A profile opens [`Page`]s, and a test acts on these as a person would: it finds
//! things by what they are called, clicks, types, and waits until something is there. Whatever a
//! page reports as an error is kept and fails the test in [`Page::assert_clean`].
//!
//! Both protocols are JSON over one WebSocket (`wire`); everything that can be done by a script in
//! the page (`page.js`) is done there, so that only input, pictures and emulation differ.

mod chromium;
mod error;
mod firefox;
mod keys;
mod options;
mod page;
mod passkey;
mod process;
mod watch;
mod wire;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

pub use self::{
    error::Error,
    keys::Key,
    options::{Options, Size},
    page::{Effort, Page, Violation},
    passkey::Authenticator,
};
use self::{process::Process, watch::Watch, wire::Wire};

/// How long a page may take until what a test waits for is there. Generous, because tests share
/// their cores; nobody waits for it when things are well.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// Which browser.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// Chromium, which can do everything in here.
    Chromium,
    /// Firefox, without emulation of dark mode, touch and authenticators.
    Firefox,
}

/// A running browser.
#[derive(Debug)]
pub struct Browser {
    engine: Engine,
    folder: PathBuf,
    /// Removes the folder, if it belongs to this browser alone.
    owned: Option<tempfile::TempDir>,
    process: Process,
    link: Link,
}

/// What the browser, its profiles and its pages share.
#[derive(Clone, Debug)]
struct Link {
    wire: Wire,
    watch: Arc<Watch>,
}

/// A set of cookies, storage and settings, as if it were another person's machine.
#[derive(Debug)]
pub struct Profile {
    engine: Engine,
    link: Link,
    /// The browser's name for it; nothing for the default profile.
    context: Option<String>,
    options: Options,
}

impl Browser {
    /// Starts a browser in a temporary folder.
    pub async fn launch(engine: Engine) -> Result<Self, Error> {
        let owned = tempfile::tempdir().map_err(Error::Start)?;
        let mut browser = Self::launch_in(engine, owned.path()).await?;
        browser.owned = Some(owned);
        Ok(browser)
    }

    /// Starts a browser that keeps its data in `folder`.
    pub async fn launch_in(engine: Engine, folder: &Path) -> Result<Self, Error> {
        let (process, link) = start(engine, folder).await?;
        Ok(Self { engine, folder: folder.to_owned(), owned: None, process, link })
    }

    /// Opens a profile that shares nothing with others and is gone when the browser ends.
    pub async fn profile(&self, options: Options) -> Result<Profile, Error> {
        let context = match self.engine {
            Engine::Chromium => chromium::create_context(&self.link).await?,
            Engine::Firefox => firefox::create_context(&self.link).await?,
        };
        Ok(Profile {
            engine: self.engine,
            link: self.link.clone(),
            context: Some(context),
            options,
        })
    }

    /// Opens the profile that is stored in the browser's folder and survives its end.
    #[must_use]
    pub fn default_profile(&self, options: Options) -> Profile {
        Profile { engine: self.engine, link: self.link.clone(), context: None, options }
    }

    /// Ends the process as `kill -9` does. Its pages are dead afterwards.
    pub async fn kill(&mut self) -> Result<(), Error> {
        self.process.kill().await
    }

    /// Kills the process and starts another one in the same folder.
    pub async fn restart(&mut self) -> Result<(), Error> {
        self.process.kill().await?;
        let (process, link) = start(self.engine, &self.folder).await?;
        self.process = process;
        self.link = link;
        Ok(())
    }

    /// The number of the browser's main process.
    #[must_use]
    pub fn process_id(&self) -> Option<u32> {
        self.process.id()
    }
}

async fn start(engine: Engine, folder: &Path) -> Result<(Process, Link), Error> {
    let (process, address) = match engine {
        Engine::Chromium => chromium::start(folder).await?,
        Engine::Firefox => firefox::start(folder).await?,
    };
    let (wire, events) = Wire::connect(&address).await?;
    let watch = Watch::start(wire.clone(), events);
    let link = Link { wire, watch };
    if engine == Engine::Firefox {
        firefox::begin(&link).await?;
    }
    Ok((process, link))
}

impl Profile {
    /// Opens a page at this address and waits until it is loaded.
    pub async fn open(&self, address: &str) -> Result<Page, Error> {
        let page = self.blank().await?;
        page.goto(address).await?;
        Ok(page)
    }

    /// Opens an empty page, for settings that must be there before the first address.
    pub async fn blank(&self) -> Result<Page, Error> {
        let context = self.context.as_deref();
        let target = match self.engine {
            Engine::Chromium => chromium::open(&self.link, context, &self.options).await?,
            Engine::Firefox => firefox::open(&self.link, context, &self.options).await?,
        };
        Ok(Page::new(self.engine, self.link.clone(), target))
    }
}
