//! A stand-in for the internet that claims on domains need: a resolver, and web servers with TLS, all on
//! this machine.

use std::{
    collections::BTreeMap,
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex, PoisonError},
};

use rustls::{
    ServerConfig,
    pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
};
use tempfile::NamedTempFile;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, UdpSocket},
};
use tokio_rustls::TlsAcceptor;
use tresen_server::Config;

/// The domain that has a certificate.
pub(crate) const DOMAIN: &str = "korn.example";

/// What the resolver and the web server say.
#[derive(Debug, Default)]
struct Said {
    texts: BTreeMap<String, Vec<String>>,
    addresses: BTreeMap<String, Ipv4Addr>,
    /// The whole answer over HTTP.
    page: Option<String>,
    asked: usize,
    knocks: usize,
}

/// It ends with the test's runtime.
#[derive(Debug)]
pub(crate) struct Internet {
    said: Arc<Mutex<Said>>,
    resolver: SocketAddr,
    port: u16,
    authority: NamedTempFile,
}

impl Internet {
    pub(crate) async fn start() -> Self {
        let said = Arc::new(Mutex::new(Said::default()));
        let resolver = UdpSocket::bind("127.0.0.1:0").await.expect("a free port");
        let at = resolver.local_addr().expect("an address");
        tokio::spawn(resolve(resolver, Arc::clone(&said)));
        let made = rcgen::generate_simple_self_signed(vec![DOMAIN.to_owned()]).expect("a key");
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let tls = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_no_client_auth()
            .with_single_cert(vec![made.cert.der().clone()], key)
            .expect("a certificate");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        tokio::spawn(serve(listener, TlsAcceptor::from(Arc::new(tls)), Arc::clone(&said)));
        let authority = NamedTempFile::new().expect("a file");
        std::fs::write(authority.path(), made.cert.pem()).expect("a certificate");
        Self { said, resolver: at, port, authority }
    }

    /// Leads a server's looks here.
    pub(crate) fn lead(&self, config: &mut Config) {
        config.domains.resolver = Some(self.resolver);
        config.domains.https_port = self.port;
        config.domains.authorities_file = Some(self.authority.path().to_owned());
        config.domains.private_addresses = true;
    }

    pub(crate) fn set_texts(&self, name: &str, texts: &[&str]) {
        let texts = texts.iter().map(|text| (*text).to_owned()).collect();
        self.said().texts.insert(name.to_owned(), texts);
    }

    pub(crate) fn set_address(&self, name: &str, address: [u8; 4]) {
        self.said().addresses.insert(name.to_owned(), address.into());
    }

    /// What the web server answers to everything.
    pub(crate) fn set_page(&self, status: &str, body: &str) {
        let length = body.len();
        let page = format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\n\r\n{body}");
        self.said().page = Some(page);
    }

    /// How many connections the web server had.
    pub(crate) fn knocks(&self) -> usize {
        self.said().knocks
    }

    /// How many questions the resolver had.
    pub(crate) fn asked(&self) -> usize {
        self.said().asked
    }

    fn said(&self) -> std::sync::MutexGuard<'_, Said> {
        self.said.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn resolve(socket: UdpSocket, said: Arc<Mutex<Said>>) {
    let mut bytes = [0; 512];
    while let Ok((length, from)) = socket.recv_from(&mut bytes).await {
        let answer = {
            let mut said = said.lock().unwrap_or_else(PoisonError::into_inner);
            said.asked += 1;
            answer(&bytes[..length], &said)
        };
        socket.send_to(&answer, from).await.ok();
    }
}

fn answer(question: &[u8], said: &Said) -> Vec<u8> {
    let (mut labels, mut at) = (Vec::new(), 12);
    while question[at] != 0 {
        let end = at + 1 + usize::from(question[at]);
        labels.push(String::from_utf8_lossy(&question[at + 1..end]).into_owned());
        at = end;
    }
    let name = labels.join(".");
    let records: Vec<Vec<u8>> = match question[at + 2] {
        16 => said.texts.get(&name).into_iter().flatten().map(|text| text_record(text)).collect(),
        1 => {
            said.addresses.get(&name).map(|address| address.octets().to_vec()).into_iter().collect()
        }
        _ => Vec::new(),
    };
    let mut bytes = question.to_vec();
    bytes[2..4].copy_from_slice(&[0x81, 0x80]);
    bytes[7] = u8::try_from(records.len()).expect("few records");
    for record in records {
        bytes.extend([0xc0, 12, 0, question[at + 2], 0, 1, 0, 0, 0, 0]);
        bytes.extend(u16::try_from(record.len()).expect("a short record").to_be_bytes());
        bytes.extend(record);
    }
    bytes
}

fn text_record(text: &str) -> Vec<u8> {
    let part = |part: &[u8]| [&[u8::try_from(part.len()).expect("a short part")], part].concat();
    text.as_bytes().chunks(60).flat_map(part).collect()
}

async fn serve(listener: TcpListener, tls: TlsAcceptor, said: Arc<Mutex<Said>>) {
    while let Ok((socket, _)) = listener.accept().await {
        let page = {
            let mut said = said.lock().unwrap_or_else(PoisonError::into_inner);
            said.knocks += 1;
            said.page.clone()
        };
        let tls = tls.clone();
        tokio::spawn(async move {
            let Ok(mut stream) = tls.accept(socket).await else { return };
            let mut head = [0; 1024];
            if stream.read(&mut head).await.is_err() {
                return;
            }
            if let Some(page) = page {
                stream.write_all(page.as_bytes()).await.ok();
                stream.shutdown().await.ok();
            }
        });
    }
}

/// The address of this machine.
pub(crate) const HERE: [u8; 4] = Ipv4Addr::LOCALHOST.octets();
