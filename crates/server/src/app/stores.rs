//! Where a node keeps things: what the configuration names.

use std::{path::Path, sync::Arc};

use tresen_store::{
    BlobStore, ControlStore, DeliveryOptions, DeliveryStore, EmbeddedDelivery, PostgresDelivery,
    SharedClock,
};

use crate::{ServerError, config::Config};

const CONTROL_FILE: &str = "control.sqlite";
/// Where in the data folder conversations and mailboxes lie.
pub(crate) const DELIVERY_DIRECTORY: &str = "delivery";
const BLOB_DIRECTORY: &str = "blobs";

/// Where a node keeps things.
pub struct Stores {
    /// Accounts, devices, consents and so on.
    pub control: ControlStore,
    /// Conversations and mailboxes.
    pub delivery: Arc<dyn DeliveryStore>,
    /// The bytes of the blobs.
    pub blobs: BlobStore,
    /// Whether other nodes may use the same.
    pub is_shared: bool,
}

impl std::fmt::Debug for Stores {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Stores").field("is_shared", &self.is_shared).finish_non_exhaustive()
    }
}

/// Opens what the configuration names. Connecting to a database blocks until that is done.
pub(crate) async fn open(config: &Config, options: DeliveryOptions) -> Result<Stores, ServerError> {
    let blobs = open_blobs(config, &options.clock)?;
    let control = open_control(config)?;
    let delivery: Arc<dyn DeliveryStore> = match &config.database {
        Some(database) => Arc::new(PostgresDelivery::open(&database.url, options)?),
        None => {
            let directory = config.data_dir.join(DELIVERY_DIRECTORY);
            Arc::new(EmbeddedDelivery::open(&directory, options)?)
        }
    };
    Ok(Stores { control, delivery, blobs, is_shared: config.database.is_some() })
}

/// Opens the place of the blobs.
pub(crate) fn open_blobs(config: &Config, clock: &SharedClock) -> Result<BlobStore, ServerError> {
    Ok(match &config.blobs {
        Some(place) if place.starts_with("s3://") => {
            let credentials = config.blob_credentials_file.as_deref();
            BlobStore::connect(place, credentials, Arc::clone(clock))?
        }
        Some(directory) => BlobStore::open(Path::new(directory))?,
        None => BlobStore::open(&config.data_dir.join(BLOB_DIRECTORY))?,
    })
}

/// Opens the control plane's store.
pub(crate) fn open_control(config: &Config) -> Result<ControlStore, ServerError> {
    Ok(match &config.database {
        Some(database) => ControlStore::connect(&database.url)?,
        None => ControlStore::open(&config.data_dir.join(CONTROL_FILE))?,
    })
}
