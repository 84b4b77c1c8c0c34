//! `cargo xtask capacity`: how many machines serve how many people, from what `tresen bench` measured.
//!
//! The inputs are the last lines that the bench printed, kept under docs/operating/bench. The model is
//! plain arithmetic; every assumption is a constant here and a row of the page that it writes between
//! two marks, docs/operating/capacity.md. `--check` fails when the page isn't what the inputs say.

use std::{fmt::Write as _, fs, path::Path};

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

const FOLDER: &str = "docs/operating/bench";
const PAGE: &str = "docs/operating/capacity.md";
const BEGIN: &str = "<!-- begin: cargo xtask capacity -->";
const END: &str = "<!-- end: cargo xtask capacity -->";

/// What is assumed; the first two lines of each table row.
struct Assumption {
    what: &'static str,
    value: f64,
    why: &'static str,
}

const MESSAGES_A_DAY: Assumption = Assumption {
    what: "messages a person and day",
    value: 55.0,
    why: "55 billion a day for a billion people",
};
const PHOTOS_A_DAY: Assumption =
    Assumption { what: "photos a person and day", value: 4.5, why: "4.5 billion a day" };
const VIDEOS_A_DAY: Assumption =
    Assumption { what: "videos a person and day", value: 1.0, why: "1 billion a day" };
const VIDEO_PHOTOS: Assumption = Assumption {
    what: "photos that one video weighs",
    value: 15.0,
    why: "3 MB of video against 200 kB of photo",
};
const PEAK: Assumption =
    Assumption { what: "busiest hour over the average", value: 3.0, why: "one evening peak" };
const ONLINE: Assumption = Assumption {
    what: "share of people connected at the peak",
    value: 0.25,
    why: "browsers hang up in the background",
};
const LOGINS_A_DAY: Assumption =
    Assumption { what: "logins a person and day", value: 20.0, why: "once an opened page" };
const USED: Assumption = Assumption {
    what: "share of a machine that may be used at the peak",
    value: 0.5,
    why: "room for a lost machine and a bad day",
};
const CLUSTER: Assumption = Assumption {
    what: "CPU of a node in a cluster over one alone",
    value: 2.0,
    why: "the bar, not measured; PostgreSQL's own machines come on top",
};
const DATABASE: Assumption = Assumption {
    what: "CPU-seconds of PostgreSQL for a million messages",
    value: 28.6,
    why: "measured with 256 outstanding (decision 12), without a standby",
};
const KERNEL_KIB: Assumption = Assumption {
    what: "KiB of the kernel for a connection",
    value: 4.7,
    why: "measured with the prototypes",
};
const MEDIA_DAYS: Assumption =
    Assumption { what: "days that media stays", value: 30.0, why: "the default retention" };
const CORES: Assumption =
    Assumption { what: "cores of a machine", value: 32.0, why: "a common server" };
const MEMORY_GIB: Assumption =
    Assumption { what: "GiB of memory of a machine", value: 128.0, why: "a common server" };
const NETWORK_GBIT: Assumption =
    Assumption { what: "Gbit/s of a machine", value: 10.0, why: "a common server" };

const ASSUMPTIONS: &[&Assumption] = &[
    &MESSAGES_A_DAY,
    &PHOTOS_A_DAY,
    &VIDEOS_A_DAY,
    &VIDEO_PHOTOS,
    &PEAK,
    &ONLINE,
    &LOGINS_A_DAY,
    &USED,
    &CLUSTER,
    &DATABASE,
    &KERNEL_KIB,
    &MEDIA_DAYS,
    &CORES,
    &MEMORY_GIB,
    &NETWORK_GBIT,
];

const SIZES: &[(&str, f64)] = &[("1 million", 1e6), ("100 million", 1e8), ("1 billion", 1e9)];
const DAY_S: f64 = 86_400.0;

/// What was measured.
struct Measured {
    messages_per_cpu: f64,
    logins_per_cpu: f64,
    connection_kib: f64,
    uploads_per_cpu: f64,
    downloads_per_cpu: f64,
    photo_bytes: f64,
}

/// Writes the page's table, or with `check` only compares it.
pub(crate) fn capacity(root: &Path, check: bool) -> Result<()> {
    let folder = root.join(FOLDER);
    let table = table(&measured(&folder)?)?;
    let path = root.join(PAGE);
    let page = fs::read_to_string(&path).with_context(|| format!("reading {PAGE}"))?;
    let (before, rest) = page.split_once(BEGIN).context("the page has lost its first mark")?;
    let (_old, after) = rest.split_once(END).context("the page has lost its second mark")?;
    let new = format!("{before}{BEGIN}\n\n{table}\n{END}{after}");
    if new == page {
        return Ok(());
    }
    if check {
        bail!("{PAGE} isn't what the measurements say; run `cargo xtask capacity`");
    }
    Ok(fs::write(path, new)?)
}

fn measured(folder: &Path) -> Result<Measured> {
    let number = |file: &str, key: &str| -> Result<f64> {
        let path = folder.join(file);
        let text = fs::read_to_string(&path).with_context(|| format!("reading {FOLDER}/{file}"))?;
        let value: Value = serde_json::from_str(&text)?;
        value.get(key).and_then(Value::as_f64).with_context(|| format!("{key} in {file}"))
    };
    Ok(Measured {
        messages_per_cpu: number("messages-w1.json", "delivered_per_server_cpu_second")?,
        logins_per_cpu: number("idle.json", "logins_per_server_cpu_second")?,
        connection_kib: number("idle.json", "server_kib_per_connection_after_traffic")?,
        uploads_per_cpu: number("photos.json", "uploads_per_server_cpu_second")?,
        downloads_per_cpu: number("photos.json", "downloads_per_server_cpu_second")?,
        photo_bytes: number("photos.json", "photo_bytes")?,
    })
}

fn table(measured: &Measured) -> Result<String> {
    let mut out = String::from("| assumption | value | why |\n|---|---|---|\n");
    for Assumption { what, value, why } in ASSUMPTIONS {
        writeln!(out, "| {what} | {value} | {why} |")?;
    }
    out.push_str("\n| measured | value |\n|---|---|\n");
    for (what, value) in [
        ("messages delivered per CPU-second, one outstanding", measured.messages_per_cpu),
        ("logins per CPU-second", measured.logins_per_cpu),
        ("KiB of the server for a connection, after traffic", measured.connection_kib),
        ("photos uploaded per CPU-second", measured.uploads_per_cpu),
        ("photos fetched per CPU-second", measured.downloads_per_cpu),
        ("bytes of a photo", measured.photo_bytes),
    ] {
        writeln!(out, "| {what} | {value:.1} |")?;
    }
    out.push_str(
        "\n| people | messages/s at the peak | cores for messages | for logins | for media | \
         memory for connections | network | disk for media | node machines | database cores |\n\
         |---|---|---|---|---|---|---|---|---|---|\n",
    );
    for (name, people) in SIZES {
        let need = Need::of(*people, measured);
        writeln!(
            out,
            "| {name} | {:.0} | {:.1} | {:.1} | {:.1} | {:.1} GiB | {:.2} Gbit/s | {:.1} TB | {} | {} |",
            need.messages,
            need.message_cores,
            need.login_cores,
            need.media_cores,
            need.memory_gib,
            need.network_gbit,
            need.disk_tb,
            need.machines(),
            need.database(),
        )?;
    }
    Ok(out)
}

/// What a number of people need at the peak.
struct Need {
    is_cluster: bool,
    messages: f64,
    message_cores: f64,
    login_cores: f64,
    media_cores: f64,
    memory_gib: f64,
    network_gbit: f64,
    disk_tb: f64,
}

impl Need {
    fn of(people: f64, measured: &Measured) -> Self {
        let peak = |a_day: f64| people * a_day / DAY_S * PEAK.value;
        let messages = peak(MESSAGES_A_DAY.value);
        let photos_a_day = PHOTOS_A_DAY.value + VIDEOS_A_DAY.value * VIDEO_PHOTOS.value;
        let photos = peak(photos_a_day);
        let media_s = 1.0 / measured.uploads_per_cpu + 1.0 / measured.downloads_per_cpu;
        let alone = messages / measured.messages_per_cpu;
        let is_cluster = alone / USED.value > CORES.value / 4.0;
        let gib = 1024.0 * 1024.0;
        Self {
            is_cluster,
            messages,
            message_cores: if is_cluster { alone * CLUSTER.value } else { alone },
            login_cores: peak(LOGINS_A_DAY.value) / measured.logins_per_cpu,
            media_cores: photos * media_s,
            memory_gib: people * ONLINE.value * (measured.connection_kib + KERNEL_KIB.value) / gib,
            // Up once and down once.
            network_gbit: photos * measured.photo_bytes * 2.0 * 8.0 / 1e9,
            disk_tb: people * photos_a_day * measured.photo_bytes * MEDIA_DAYS.value / 1e12,
        }
    }

    /// Machines for the nodes, whatever of CPU, memory and network is short first, and which it is.
    fn machines(&self) -> String {
        let cores = self.message_cores + self.login_cores + self.media_cores;
        let by_each = [
            ("CPU", cores / (CORES.value * USED.value)),
            ("memory", self.memory_gib / (MEMORY_GIB.value * USED.value)),
            ("network", self.network_gbit / (NETWORK_GBIT.value * USED.value)),
        ];
        let most = by_each.into_iter().fold(
            ("", 0.0),
            |most, one| {
                if one.1 > most.1 { one } else { most }
            },
        );
        let least = if self.is_cluster { 3.0 } else { 1.0 };
        format!("{:.0} ({} is short first)", most.1.ceil().max(least), most.0)
    }

    fn database(&self) -> String {
        if self.is_cluster {
            format!("{:.0}", (self.messages * DATABASE.value / 1e6 / USED.value).ceil())
        } else {
            "none: embedded".to_owned()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn planted(root: &Path, messages_per_cpu: f64) {
        let folder = root.join(FOLDER);
        fs::create_dir_all(&folder).unwrap();
        let messages = format!("{{\"delivered_per_server_cpu_second\": {messages_per_cpu}}}");
        fs::write(folder.join("messages-w1.json"), messages).unwrap();
        let idle = "{\"logins_per_server_cpu_second\": 1000, \
                    \"server_kib_per_connection_after_traffic\": 10}";
        fs::write(folder.join("idle.json"), idle).unwrap();
        let photos = "{\"uploads_per_server_cpu_second\": 500, \
                      \"downloads_per_server_cpu_second\": 500, \"photo_bytes\": 200000}";
        fs::write(folder.join("photos.json"), photos).unwrap();
    }

    #[test]
    fn a_faster_server_needs_fewer_cores_and_an_old_page_is_noticed() {
        let root = tempfile::tempdir().unwrap();
        planted(root.path(), 10_000.0);
        fs::write(root.path().join(PAGE), format!("A\n{BEGIN}\n{END}\nB\n")).unwrap();
        assert!(capacity(root.path(), true).is_err());
        capacity(root.path(), false).unwrap();
        capacity(root.path(), true).unwrap();
        let page = fs::read_to_string(root.path().join(PAGE)).unwrap();
        assert!(page.starts_with("A\n") && page.ends_with("B\n"), "{page}");
        // 1e6 people, 55 messages, 3 times the average: 1,910 a second, 0.2 cores.
        assert!(page.contains("| 1 million | 1910 | 0.2 |"), "{page}");
        planted(root.path(), 1_000.0);
        assert!(capacity(root.path(), true).is_err());
        capacity(root.path(), false).unwrap();
        let page = fs::read_to_string(root.path().join(PAGE)).unwrap();
        assert!(page.contains("| 1 million | 1910 | 1.9 |"), "{page}");
    }

    #[test]
    fn a_missing_figure_is_named() {
        let root = tempfile::tempdir().unwrap();
        planted(root.path(), 1.0);
        fs::write(root.path().join(FOLDER).join("photos.json"), "{}").unwrap();
        let error = capacity(root.path(), true).unwrap_err().to_string();
        assert!(error.contains("uploads_per_server_cpu_second in photos.json"), "{error}");
    }
}
