//! What several processes and all that they have started cost together.

use std::{collections::BTreeSet, fs};

use anyhow::Context as _;

use crate::measure;

/// CPU-seconds so far.
pub(crate) fn cpu_seconds(pids: &[u32]) -> anyhow::Result<f64> {
    sum(pids, measure::cpu_seconds)
}

/// Resident memory, in KiB.
pub(crate) fn rss_kib(pids: &[u32]) -> anyhow::Result<u64> {
    sum(pids, measure::rss_kib)
}

fn sum<T: std::iter::Sum>(
    pids: &[u32],
    of: impl Fn(u32) -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    family(pids)?.into_iter().map(of).sum()
}

/// The processes with their children and children's children.
fn family(pids: &[u32]) -> anyhow::Result<BTreeSet<u32>> {
    let mut parents = Vec::new();
    for entry in fs::read_dir("/proc")? {
        let name = entry?.file_name();
        let Some(pid) = name.to_str().and_then(|name| name.parse::<u32>().ok()) else { continue };
        // One that has ended meanwhile has no parent any more.
        let Ok(stat) = fs::read_to_string(format!("/proc/{pid}/stat")) else { continue };
        let (_name, rest) = stat.rsplit_once(')').context("the form of /proc/PID/stat")?;
        let parent = rest.split_whitespace().nth(1).and_then(|parent| parent.parse::<u32>().ok());
        parents.push((pid, parent.context("a parent")?));
    }
    let mut family: BTreeSet<u32> = pids.iter().copied().collect();
    loop {
        let before = family.len();
        let children = parents.iter().filter(|(_pid, parent)| family.contains(parent));
        let children: Vec<u32> = children.map(|(pid, _parent)| *pid).collect();
        family.extend(children);
        if family.len() == before {
            return Ok(family);
        }
    }
}
