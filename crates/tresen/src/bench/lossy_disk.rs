//! A disk that forgets what wasn't synced: the server runs with a library that copies what it syncs,
//! and after a kill its data becomes what a loss of power would have left.
//!
//! ```text
//! start:   data ──copy──▶ synced
//! running: fsync(file) ──library──▶ synced/file
//! killed:  data = synced, with some of the pages that were written since
//! ```

use std::{
    collections::BTreeSet,
    fs, io,
    path::{Path, PathBuf},
    process::Command,
};

/// What of a file reaches the disk together.
const PAGE_BYTES: usize = 4096;

/// How the disk behaves.
#[derive(Clone, Debug)]
pub(crate) struct LossyDisk {
    /// The library to preload (`tests/disk/lossy.c`).
    pub(crate) library: PathBuf,
    /// The name of the file whose syncs are faulty.
    pub(crate) faulty_file: String,
    /// They succeed and keep nothing.
    pub(crate) ignores_sync: bool,
    /// Every so manieth fails.
    pub(crate) fails_every: Option<u32>,
}

impl LossyDisk {
    /// Takes what is there as synced.
    pub(crate) fn begin(folder: &Path) -> io::Result<()> {
        copy(&data(folder), &synced(folder))
    }

    /// Lets a server use the disk.
    pub(crate) fn preload(&self, folder: &Path, command: &mut Command) {
        command.env("LD_PRELOAD", &self.library);
        command.env("LOSSY_ROOT", data(folder)).env("LOSSY_SHADOW", synced(folder));
        command.env("LOSSY_FILE", &self.faulty_file);
        if self.ignores_sync {
            command.env("LOSSY_IGNORE", "1");
        }
        if let Some(every) = self.fails_every {
            command.env("LOSSY_FAIL_EVERY", every.to_string());
        }
    }

    /// Loses what a loss of power would: of each file the synced state remains, and of its later pages
    /// those that `keeps_page` says had been written back.
    pub(crate) fn lose(folder: &Path, mut keeps_page: impl FnMut() -> bool) -> anyhow::Result<()> {
        let (data, synced) = (data(folder), synced(folder));
        let mut kept = BTreeSet::new();
        files(&synced, Path::new(""), &mut kept)?;
        let mut present = BTreeSet::new();
        files(&data, Path::new(""), &mut present)?;
        for path in present.difference(&kept) {
            fs::remove_file(data.join(path))?;
        }
        for path in kept {
            let durable = fs::read(synced.join(&path))?;
            let written = fs::read(data.join(&path)).unwrap_or_default();
            let mut left = durable.clone();
            for (at, page) in written.chunks(PAGE_BYTES).enumerate() {
                let start = at.saturating_mul(PAGE_BYTES);
                let end = start.saturating_add(page.len());
                if durable.get(start..end) != Some(page) && keeps_page() {
                    left.resize(left.len().max(end), 0);
                    left.splice(start..end, page.iter().copied());
                }
            }
            if left != written {
                let target = data.join(&path);
                target.parent().map_or(Ok(()), fs::create_dir_all)?;
                fs::write(&target, &left)?;
            }
            if left != durable {
                fs::write(synced.join(&path), left)?;
            }
        }
        Ok(())
    }
}

fn data(folder: &Path) -> PathBuf {
    folder.join("data")
}

fn synced(folder: &Path) -> PathBuf {
    folder.join("synced")
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

/// The files below a folder, by their paths in it; without those that were only half copied.
fn files(root: &Path, below: &Path, found: &mut BTreeSet<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(root.join(below))? {
        let entry = entry?;
        let path = below.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            files(root, &path, found)?;
        } else if path.extension().is_none_or(|extension| extension != "lossy") {
            found.insert(path);
        }
    }
    Ok(())
}
