//! A push service on this machine, and the device's side of the encryption, written from the standards
//! alone: RFC 8030, RFC 8188, RFC 8291 and RFC 8292.

use std::{
    collections::VecDeque,
    convert::Infallible,
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
};

use aes_gcm::{
    Aes128Gcm, Nonce,
    aead::{Aead as _, KeyInit as _},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use bytes::Bytes;
use hkdf::Hkdf;
use http_body_util::{BodyExt as _, Empty};
use hyper::{Request, Response, body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use p256::{
    PublicKey, SecretKey,
    ecdh::diffie_hellman,
    ecdsa::{Signature, VerifyingKey, signature::Verifier as _},
};
use sha2::Sha256;
use tokio::{
    net::{TcpListener, UdpSocket},
    sync::mpsc,
};
use tresen_proto::{RegisterPush, RequestBody};

use crate::client::patiently;

/// What is answered next: a status, and a `Retry-After`.
type Answers = Arc<Mutex<VecDeque<(u16, Option<&'static str>)>>>;

/// A push as it came.
pub(crate) struct Push {
    pub(crate) path: String,
    pub(crate) headers: http::HeaderMap,
    body: Bytes,
}

/// It ends with the test's runtime.
pub(crate) struct PushService {
    pub(crate) origin: String,
    pushes: mpsc::UnboundedReceiver<Push>,
    /// What is answered next; after that, everything is taken.
    answers: Answers,
}

impl PushService {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let (sender, pushes) = mpsc::unbounded_channel();
        let answers = Arc::new(Mutex::new(VecDeque::new()));
        let given = Arc::clone(&answers);
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let (sender, answers) = (sender.clone(), Arc::clone(&given));
                let service =
                    service_fn(move |request| take(request, sender.clone(), Arc::clone(&answers)));
                tokio::spawn(async move {
                    http1::Builder::new().serve_connection(TokioIo::new(socket), service).await.ok()
                });
            }
        });
        Self { origin, pushes, answers }
    }

    /// Answers the next push with a status, and with a `Retry-After`.
    pub(crate) fn answer_next(&self, status: u16, retry_after: Option<&'static str>) {
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        answers.push_back((status, retry_after));
    }

    /// The next push.
    pub(crate) async fn push(&mut self) -> Push {
        patiently(self.pushes.recv()).await.unwrap()
    }

    /// Whether nothing has come that wasn't asked for.
    pub(crate) fn is_empty(&self) -> bool {
        self.pushes.is_empty()
    }
}

async fn take(
    request: Request<Incoming>,
    sender: mpsc::UnboundedSender<Push>,
    answers: Answers,
) -> Result<Response<Empty<Bytes>>, Infallible> {
    let (head, body) = request.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    assert_eq!(head.method, http::Method::POST);
    let next = answers.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
    let (status, retry_after) = next.unwrap_or((201, None));
    sender.send(Push { path: head.uri.path().to_owned(), headers: head.headers, body }).ok();
    let mut answer = Response::builder().status(status);
    if let Some(retry_after) = retry_after {
        answer = answer.header("Retry-After", retry_after);
    }
    Ok(answer.body(Empty::new()).unwrap())
}

/// A resolver that knows one address for every name; gives where it listens.
pub(crate) async fn resolver(address: [u8; 4]) -> SocketAddr {
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let at = socket.local_addr().unwrap();
    tokio::spawn(async move {
        let mut question = [0; 512];
        while let Ok((length, from)) = socket.recv_from(&mut question).await {
            let mut answer = question[..length].to_vec();
            answer[2..4].copy_from_slice(&[0x81, 0x80]);
            // The question ends with its kind and class; it is answered for IPv4.
            if answer[length - 3] == 1 {
                answer[7] = 1;
                answer.extend([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4]);
                answer.extend(address);
            }
            socket.send_to(&answer, from).await.ok();
        }
    });
    at
}

/// What a browser keeps of its subscription.
pub(crate) struct Subscription {
    key: SecretKey,
    auth: [u8; 16],
    endpoint: String,
}

impl Subscription {
    pub(crate) fn new(service: &PushService, number: u8) -> Self {
        Self {
            key: SecretKey::from_slice(&[number; 32]).unwrap(),
            auth: [number; 16],
            endpoint: format!("{}/push/{number}", service.origin),
        }
    }

    fn point(&self) -> Vec<u8> {
        p256::EncodedPoint::from(self.key.public_key()).as_bytes().to_vec()
    }

    pub(crate) fn request(&self) -> RegisterPush {
        RegisterPush {
            endpoint: self.endpoint.clone(),
            public_key: self.point(),
            auth: self.auth.to_vec(),
        }
    }

    pub(crate) fn registration(&self) -> RequestBody {
        RequestBody::RegisterPush(self.request())
    }

    /// Decrypts a push: RFC 8188, one record, keys by RFC 8291.
    pub(crate) fn open(&self, push: &Push) -> Vec<u8> {
        let (salt, rest) = push.body.split_at(16);
        let (_record_size, rest) = rest.split_at(4);
        let (sender, sealed) = rest[1..].split_at(usize::from(rest[0]));
        let sender_key = PublicKey::from_sec1_bytes(sender).unwrap();
        let shared = diffie_hellman(self.key.to_nonzero_scalar(), sender_key.as_affine());
        let info = [b"WebPush: info\0", self.point().as_slice(), sender].concat();
        let derived = |salt: &[u8], input: &[u8], info: &[u8], length: usize| {
            let mut out = vec![0; length];
            Hkdf::<Sha256>::new(Some(salt), input).expand(info, &mut out).unwrap();
            out
        };
        let input = derived(&self.auth, shared.raw_secret_bytes(), &info, 32);
        let key = derived(salt, &input, b"Content-Encoding: aes128gcm\0", 16);
        let nonce = derived(salt, &input, b"Content-Encoding: nonce\0", 12);
        let cipher = Aes128Gcm::new_from_slice(&key).unwrap();
        let mut plain = cipher.decrypt(Nonce::from_slice(&nonce), sealed).unwrap();
        while plain.pop_if(|byte| *byte == 0).is_some() {}
        assert_eq!(plain.pop(), Some(2), "the last record");
        plain
    }
}

/// Who a push says that it comes from, once its proof has been checked: key and claims.
pub(crate) fn prover(push: &Push) -> (Vec<u8>, serde_json::Value) {
    let value = push.headers["authorization"].to_str().unwrap();
    let (token, key) = value.strip_prefix("vapid t=").unwrap().split_once(", k=").unwrap();
    let key = URL_SAFE_NO_PAD.decode(key).unwrap();
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let signature = Signature::from_slice(&URL_SAFE_NO_PAD.decode(signature).unwrap()).unwrap();
    VerifyingKey::from_sec1_bytes(&key).unwrap().verify(signed.as_bytes(), &signature).unwrap();
    let (_head, claims) = signed.split_once('.').unwrap();
    (key, serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap())
}
