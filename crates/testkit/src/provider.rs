//! A stand-in for Stripe and Razorpay: what a gateway asks of them, a page on which a browser pays, and
//! webhooks signed as theirs are. It believes whoever has its secret, and moves no money.

use std::{cell::RefCell, collections::BTreeMap, convert::Infallible, net::SocketAddr, rc::Rc};

use bytes::Bytes;
use hmac::{Hmac, Mac as _};
use http_body_util::{BodyExt as _, Full};
use hyper::{Request, Response, body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use sha2::Sha256;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

/// The secret key of both.
pub const SECRET: &str = "sk_test_stand_in";
/// What webhooks of both are signed with.
pub const WEBHOOK_SECRET: &str = "whsec_stand_in";

/// A page on which somebody can pay.
#[derive(Clone, Debug, Default)]
pub struct PayPage {
    /// Its id.
    pub id: String,
    /// How much, in minor units.
    pub amount: i64,
    /// Of which currency, in capitals.
    pub currency: String,
    /// What the gateway calls the payment.
    pub reference: String,
    /// Whether it was paid.
    pub is_paid: bool,
}

#[derive(Debug, Default)]
struct State {
    pages: BTreeMap<String, PayPage>,
    /// What was done under a name that makes a wish happen once.
    done: BTreeMap<String, String>,
    refunds: Vec<(String, i64)>,
    gateway: Option<(SocketAddr, bool)>,
    fails: u32,
}

/// The stand-in.
#[derive(Clone, Debug)]
pub struct Provider {
    address: SocketAddr,
    state: Rc<RefCell<State>>,
}

impl Provider {
    /// Starts on a free port, on this thread.
    ///
    /// # Panics
    /// When there is none.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let provider =
            Self { address: listener.local_addr().expect("an address"), state: Rc::default() };
        let served = provider.clone();
        tokio::task::spawn_local(async move {
            loop {
                let (socket, _) = listener.accept().await.expect("a socket");
                let provider = served.clone();
                let service = service_fn(move |request: Request<Incoming>| {
                    let provider = provider.clone();
                    async move { Ok::<_, Infallible>(provider.answer(request).await) }
                });
                tokio::task::spawn_local(
                    http1::Builder::new().serve_connection(TokioIo::new(socket), service),
                );
            }
        });
        provider
    }

    /// Where its API is.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Its pages.
    #[must_use]
    pub fn pages(&self) -> Vec<PayPage> {
        self.state.borrow().pages.values().cloned().collect()
    }

    /// What was given back: of which charge, how much.
    #[must_use]
    pub fn refunds(&self) -> Vec<(String, i64)> {
        self.state.borrow().refunds.clone()
    }

    /// Lets the next requests fail as a provider does that has trouble.
    pub fn fail(&self, requests: u32) {
        self.state.borrow_mut().fails = requests;
    }

    /// Where the gateway listens, so that the button on a page tells it.
    pub fn tell(&self, gateway: SocketAddr, is_stripe: bool) {
        self.state.borrow_mut().gateway = Some((gateway, is_stripe));
    }

    /// Somebody has paid on a page; nobody is told yet.
    ///
    /// # Panics
    /// When there is no such page.
    pub fn pay(&self, page: &str) {
        self.state.borrow_mut().pages.get_mut(page).expect("a page").is_paid = true;
    }

    /// Brings a signed webhook to a gateway; gives the status.
    pub async fn bring(
        &self,
        gateway: SocketAddr,
        is_stripe: bool,
        body: &Value,
        at_s: i64,
    ) -> u16 {
        let body = body.to_string();
        let header = if is_stripe {
            let code = mac(WEBHOOK_SECRET, &format!("{at_s}.{body}"));
            format!("Stripe-Signature: t={at_s},v1={code}")
        } else {
            format!("X-Razorpay-Signature: {}", mac(WEBHOOK_SECRET, &body))
        };
        post(gateway, is_stripe, &header, &body).await
    }

    async fn answer(&self, request: Request<Incoming>) -> Response<Full<Bytes>> {
        let (head, body) = request.into_parts();
        let body = body.collect().await.map(|body| body.to_bytes()).unwrap_or_default();
        let header = |name: &str| {
            head.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
        };
        let path = head.uri.path().to_owned();
        if let Some(id) = path.strip_prefix("/pay/") {
            return self.page(head.method.as_str(), id).await;
        }
        let basic = base64::Engine::encode(
            &base64::engine::general_purpose::STANDARD,
            format!("key:{SECRET}"),
        );
        let is_known = header("authorization") == format!("Bearer {SECRET}")
            || header("authorization") == format!("Basic {basic}");
        if !is_known {
            return json_answer(401, &json!({ "error": { "message": "no such key" } }));
        }
        {
            let mut state = self.state.borrow_mut();
            if state.fails > 0 {
                state.fails -= 1;
                return json_answer(503, &json!({ "error": {} }));
            }
        }
        let once = [header("idempotency-key"), header("x-refund-idempotency")].concat();
        let query = head.uri.query().unwrap_or_default();
        self.api(head.method.as_str(), &path, query, &body, &once)
    }

    fn api(
        &self,
        method: &str,
        path: &str,
        query: &str,
        body: &[u8],
        once: &str,
    ) -> Response<Full<Bytes>> {
        let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
        let form = form(body);
        let json: Value = serde_json::from_slice(body).unwrap_or_default();
        match (method, &parts[..]) {
            ("POST", ["v1", "checkout", "sessions"]) => {
                let amount = of(&form, "line_items[0][price_data][unit_amount]");
                let id = self.made(
                    once,
                    "cs_test",
                    PayPage {
                        amount: amount.parse().unwrap_or_default(),
                        currency: of(&form, "line_items[0][price_data][currency]").to_uppercase(),
                        reference: of(&form, "client_reference_id"),
                        ..PayPage::default()
                    },
                );
                json_answer(200, &self.session(&id))
            }
            ("GET", ["v1", "checkout", "sessions", id]) => json_answer(200, &self.session(id)),
            ("POST", ["v1", "refunds"]) => {
                let amount = of(&form, "amount").parse().unwrap_or_default();
                let id = self.refunded(once, &of(&form, "payment_intent"), amount);
                json_answer(200, &json!({ "id": id, "status": "succeeded" }))
            }
            ("GET", ["v1", "payment_links"]) => {
                let wanted = query.strip_prefix("reference_id=").unwrap_or_default();
                let pages = self.pages();
                let links = pages.iter().filter(|page| page.reference == wanted);
                let links: Vec<Value> = links.map(|page| self.link(&page.id)).collect();
                json_answer(200, &json!({ "payment_links": links }))
            }
            ("POST", ["v1", "payment_links"]) => {
                let text = |name: &str| json[name].as_str().unwrap_or_default().to_owned();
                let reference = text("reference_id");
                let id = self.made(
                    &reference,
                    "plink",
                    PayPage {
                        amount: json["amount"].as_i64().unwrap_or_default(),
                        currency: text("currency"),
                        reference: reference.clone(),
                        ..PayPage::default()
                    },
                );
                json_answer(200, &self.link(&id))
            }
            ("GET", ["v1", "payment_links", id]) => json_answer(200, &self.link(id)),
            ("POST", ["v1", "payments", charge, "refund"]) => {
                let id = self.refunded(once, charge, json["amount"].as_i64().unwrap_or_default());
                json_answer(200, &json!({ "id": id, "status": "processed" }))
            }
            _other => json_answer(404, &json!({ "error": { "message": "not here" } })),
        }
    }

    fn made(&self, once: &str, prefix: &str, page: PayPage) -> String {
        let mut state = self.state.borrow_mut();
        let number = state.pages.len() + 1;
        let id = state
            .done
            .entry(once.to_owned())
            .or_insert_with(|| format!("{prefix}_{number}"))
            .clone();
        let known = PayPage { id: id.clone(), ..page };
        state.pages.entry(id.clone()).or_insert(known);
        id
    }

    fn refunded(&self, once: &str, charge: &str, amount: i64) -> String {
        let mut state = self.state.borrow_mut();
        if let Some(id) = state.done.get(once) {
            return id.clone();
        }
        state.refunds.push((charge.to_owned(), amount));
        let id = format!("re_{}", state.refunds.len());
        state.done.insert(once.to_owned(), id.clone());
        id
    }

    fn session(&self, id: &str) -> Value {
        let page = self.state.borrow().pages.get(id).cloned().unwrap_or_default();
        json!({
            "id": page.id,
            "object": "checkout.session",
            "url": format!("{}/pay/{}", self.url(), page.id),
            "payment_status": if page.is_paid { "paid" } else { "unpaid" },
            "payment_intent": page.is_paid.then(|| format!("pi_{}", page.id)),
            "amount_total": page.amount,
            "currency": page.currency.to_lowercase(),
        })
    }

    fn link(&self, id: &str) -> Value {
        let page = self.state.borrow().pages.get(id).cloned().unwrap_or_default();
        let payment = json!({ "payment_id": format!("pay_{}", page.id), "status": "captured" });
        json!({
            "id": page.id,
            "short_url": format!("{}/pay/{}", self.url(), page.id),
            "status": if page.is_paid { "paid" } else { "created" },
            "amount_paid": if page.is_paid { page.amount } else { 0 },
            "currency": page.currency,
            "reference_id": page.reference,
            "payments": if page.is_paid { vec![payment] } else { Vec::new() },
        })
    }

    /// The page itself; its button pays, and tells the gateway.
    async fn page(&self, method: &str, id: &str) -> Response<Full<Bytes>> {
        let known = self.state.borrow().pages.get(id).cloned();
        let Some(known) = known else { return json_answer(404, &json!({})) };
        let mut words = "Pay";
        if method == "POST" {
            self.pay(id);
            words = "Thank you";
            let told = self.state.borrow().gateway;
            if let Some((gateway, is_stripe)) = told {
                let now = std::time::UNIX_EPOCH.elapsed().map_or(0, |since| since.as_secs());
                let event = paid_event(id, is_stripe);
                let at_s = i64::try_from(now).unwrap_or_default();
                self.bring(gateway, is_stripe, &event, at_s).await;
            }
        }
        let amount = format!("{} {}", known.amount, known.currency);
        let html = format!(
            "<!doctype html><html lang=en><meta name=viewport content='width=device-width'>\
             <title>Stand-in</title><h1>{words}</h1><p>{amount}</p>\
             <form method=post><button>Pay now</button></form>"
        );
        let answer = Response::builder().header("content-type", "text/html; charset=utf-8");
        answer.body(Full::from(html)).expect("an answer")
    }
}

/// What a provider says when a page was paid.
#[must_use]
pub fn paid_event(page: &str, is_stripe: bool) -> Value {
    if is_stripe {
        json!({
            "id": format!("evt_{page}"),
            "type": "checkout.session.completed",
            "data": { "object": { "id": page, "payment_status": "paid" } },
        })
    } else {
        json!({
            "event": "payment_link.paid",
            "payload": { "payment_link": { "entity": { "id": page, "status": "paid" } } },
        })
    }
}

async fn post(gateway: SocketAddr, is_stripe: bool, header: &str, body: &str) -> u16 {
    let name = if is_stripe { "stripe" } else { "razorpay" };
    let mut socket = TcpStream::connect(gateway).await.expect("the gateway listens");
    let request = format!(
        "POST /providers/{name}/webhook HTTP/1.1\r\nHost: gateway\r\nConnection: close\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n{header}\r\n\r\n{body}",
        body.len()
    );
    socket.write_all(request.as_bytes()).await.expect("the gateway reads");
    let mut answer = String::new();
    socket.read_to_string(&mut answer).await.expect("an answer");
    let status = answer.split(' ').nth(1).and_then(|status| status.parse().ok());
    status.expect("a status")
}

fn mac(secret: &str, body: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("any length");
    mac.update(body.as_bytes());
    mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn json_answer(status: u16, body: &Value) -> Response<Full<Bytes>> {
    let answer = Response::builder().status(status).header("content-type", "application/json");
    answer.body(Full::from(body.to_string())).expect("an answer")
}

/// The fields of a form.
fn form(body: &[u8]) -> BTreeMap<String, String> {
    let text = String::from_utf8_lossy(body).replace('+', " ");
    text.split('&')
        .filter_map(|pair| pair.split_once('='))
        .map(|(key, value)| (decoded(key), decoded(value)))
        .collect()
}

fn of(form: &BTreeMap<String, String>, name: &str) -> String {
    form.get(name).cloned().unwrap_or_default()
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digits: Vec<u8> = rest.by_ref().take(2).collect();
            let digits = String::from_utf8(digits).unwrap_or_default();
            bytes.extend(u8::from_str_radix(&digits, 16));
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
