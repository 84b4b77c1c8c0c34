//! Photos: what a core does with encrypted files that are uploaded whole and fetched once.

use anyhow::{Context as _, bail, ensure};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    time::Instant,
};
use tresen_proto::BLOB_PATH;

use super::{
    Report,
    measure::{cpu_seconds, ratio, rss_kib},
    server_process::{ServerOptions, ServerProcess},
};
use crate::{
    cli::BenchArgs,
    load::{
        peer::{self, random},
        wire::{Stream, Target},
    },
};

/// A photo as the app sends it: scaled down, encrypted, padded.
const PHOTO_BYTES: usize = 200_000;
/// An answer's head is far smaller.
const HEAD_BYTES_MAX: usize = 8 << 10;

pub(super) async fn run(args: &BenchArgs) -> anyhow::Result<Report> {
    let mut server =
        ServerProcess::start(&ServerOptions { claims: 1, ..ServerOptions::default() })?;
    let target = server.target();
    let token = server.take_claims().pop().context("a claim link")?;
    let (business, first) = peer::claim(&target, &token, 1).await?;
    drop(first);
    let (_wire, token) = business.peer.connect_with_token(&target).await?;
    let mut http = Http::open(&target, &token).await?;
    let photo: Vec<u8> = random::<64>()?.into_iter().cycle().take(PHOTO_BYTES).collect();

    let begun = Instant::now();
    let upload_cpu = cpu_seconds(server.pid())?;
    let mut names = Vec::new();
    while begun.elapsed().as_secs() < args.seconds {
        names.push(http.upload(&photo).await?);
    }
    let upload_cpu = cpu_seconds(server.pid())? - upload_cpu;
    let download_cpu = cpu_seconds(server.pid())?;
    for name in &names {
        ensure!(http.request("GET", name, &[], &[]).await?.1 == photo, "another photo came back");
    }
    let download_cpu = cpu_seconds(server.pid())? - download_cpu;
    let count = names.len() as u64;
    let report = Report {
        kind: "photos",
        seconds: begun.elapsed().as_secs_f64(),
        durable: true,
        tls: true,
        server_cpu_seconds: upload_cpu + download_cpu,
        server_rss_kib: rss_kib(server.pid())?,
        photo_bytes: Some(PHOTO_BYTES),
        delivered: Some(count),
        uploads_per_server_cpu_second: Some(ratio(count, upload_cpu)),
        downloads_per_server_cpu_second: Some(ratio(count, download_cpu)),
        ..Report::default()
    };
    server.stop()?;
    Ok(report)
}

/// One connection to the blob store that stays open.
struct Http {
    stream: Stream,
    token: String,
}

impl Http {
    async fn open(target: &Target, token: &str) -> anyhow::Result<Self> {
        Ok(Self { stream: Stream::open(target).await?, token: token.to_owned() })
    }

    /// Uploads a blob; answers its path.
    async fn upload(&mut self, bytes: &[u8]) -> anyhow::Result<String> {
        let length = bytes.len().to_string();
        let headers = [("Upload-Length", length.as_str()), ("Tresen-Class", "media")];
        let (head, _) = self.request("POST", BLOB_PATH, &headers, &[]).await?;
        let path = header(&head, "location").context("a location")?.to_owned();
        let headers = [("Upload-Offset", "0"), ("Content-Type", "application/offset+octet-stream")];
        self.request("PATCH", &path, &headers, bytes).await?;
        Ok(path)
    }

    /// Sends a request and reads the answer: its head, in lower case up to the values, and its body.
    async fn request(
        &mut self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> anyhow::Result<(String, Vec<u8>)> {
        let mut head = format!(
            "{method} {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {}\r\n\
             Content-Length: {}\r\n",
            self.token,
            body.len()
        );
        for (name, value) in headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str("\r\n");
        self.stream.write_all(head.as_bytes()).await?;
        self.stream.write_all(body).await?;
        self.stream.flush().await?;
        let mut bytes = Vec::new();
        let end = loop {
            if let Some(at) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
                break at + 4;
            }
            ensure!(bytes.len() < HEAD_BYTES_MAX + PHOTO_BYTES, "an answer without an end");
            self.read(&mut bytes).await?;
        };
        let mut rest = bytes.split_off(end);
        let head = String::from_utf8(bytes)?;
        ensure!(head.starts_with("HTTP/1.1 2"), "{method}: {}", head.lines().next().unwrap_or(""));
        let length: usize = header(&head, "content-length").unwrap_or("0").parse()?;
        while rest.len() < length {
            self.read(&mut rest).await?;
        }
        Ok((head, rest))
    }

    async fn read(&mut self, bytes: &mut Vec<u8>) -> anyhow::Result<()> {
        bytes.reserve(64 << 10);
        if self.stream.read_buf(bytes).await? == 0 {
            bail!("the server hung up");
        }
        Ok(())
    }
}

/// The value of a header.
fn header<'head>(head: &'head str, name: &str) -> Option<&'head str> {
    head.lines().find_map(|line| {
        let (key, value) = line.split_once(':')?;
        key.eq_ignore_ascii_case(name).then(|| value.trim())
    })
}
