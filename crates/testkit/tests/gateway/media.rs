//! Files both ways, by id and by link, and what a link must not reach.

use bytes::Bytes;
use serde_json::{Value, json};
use tresen_testkit::world::{Actor, run};
use tresen_types::MessageId;
use tresen_view::{
    Answer, AttachmentKind, AttachmentView, Command, Event, MessageBody, OutgoingFile,
};

use super::{
    desk::{Desk, code_of},
    receiver::Place,
};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\nand then some";

fn form(kind: &str, bytes: &[u8], fields: &[(&str, &str)]) -> Bytes {
    let mut body = Vec::new();
    for (name, value) in fields {
        body.extend(
            format!("--b\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
                .into_bytes(),
        );
    }
    body.extend(
        format!(
            "--b\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a b.png\"\r\n\
             content-type: {kind}\r\n\r\n"
        )
        .into_bytes(),
    );
    body.extend(bytes);
    body.extend(b"\r\n--b--\r\n");
    body.into()
}

const WHATSAPP: &[(&str, &str)] = &[("messaging_product", "whatsapp")];

async fn upload(desk: &Desk, query: &str, body: Bytes) -> (u16, Value) {
    let path = format!("/v23.0/{}/media{query}", desk.phone());
    let bearer = format!("Bearer {}", desk.token);
    let headers =
        [("authorization", bearer.as_str()), ("content-type", "multipart/form-data; boundary=b")];
    let (status, _, bytes) = desk.raw("POST", &path, &headers, body).await;
    (status, serde_json::from_slice(&bytes).expect("JSON"))
}

/// Uploads a file; gives its id.
pub(crate) async fn upload_file(desk: &Desk, kind: &str, bytes: &[u8]) -> String {
    let (status, answer) = upload(desk, "", form(kind, bytes, WHATSAPP)).await;
    assert_eq!(status, 200, "{answer}");
    answer["id"].as_str().expect("an id").to_owned()
}

pub(crate) async fn until_file(actor: &mut Actor) -> (MessageId, AttachmentView) {
    actor
        .until("a file", |event| match event {
            Event::Message { message, .. } if !message.is_own => match &message.body {
                MessageBody::Attachment(view) => Some((message.message, view.clone())),
                _ => None,
            },
            _ => None,
        })
        .await
}

async fn opened(actor: &Actor, message: MessageId) -> Vec<u8> {
    let Answer::File { file, .. } = actor.call(Command::OpenAttachment { message }).await else {
        panic!("a file")
    };
    actor.client.read_file(file, 0, 1 << 20).expect("bytes")
}

fn image_to(to: &str, image: &Value) -> Value {
    json!({ "messaging_product": "whatsapp", "to": to, "type": "image", "image": image })
}

#[test]
fn a_picture_is_uploaded_sent_and_its_statuses_come() {
    run(async {
        let mut desk = Desk::open().await;
        let mut receiver = desk.receiver().await;
        let (mut priya, conversation, wa_id) = desk.known_customer(&mut receiver, "Priya").await;
        let (status, answer) = upload(&desk, "", form("image/png", PNG, WHATSAPP)).await;
        assert_eq!(status, 200, "{answer}");
        let id = answer["id"].as_str().expect("an id").to_owned();
        let (_, described) =
            desk.get(&format!("/v23.0/{id}?phone_number_id={}", desk.phone())).await;
        assert_eq!(described["mime_type"], "image/png");
        assert_eq!(described["file_size"], PNG.len());
        assert_eq!(described["sha256"].as_str().expect("hexadecimal").len(), 64);
        assert_eq!(described["messaging_product"], "whatsapp");

        let path = format!("/v23.0/{}/messages", desk.phone());
        let image = json!({ "id": id, "caption": "Fresh" });
        let (status, answer) = desk.post(&path, &image_to(&wa_id, &image)).await;
        assert_eq!(status, 200, "{answer}");
        let sent = answer["messages"][0]["id"].clone();
        let (message, view) = until_file(&mut priya).await;
        assert_eq!((view.kind, view.caption.as_str()), (AttachmentKind::Photo, "Fresh"));
        assert_eq!(opened(&priya, message).await, PNG);
        // Its id at the SDK has changed with the upload; its name at the API stays.
        for expected in ["sent", "delivered"] {
            let value = receiver.value().await;
            assert_eq!(value["statuses"][0]["id"], sent);
            assert_eq!(value["statuses"][0]["status"], expected);
        }
        let reply =
            Command::SendText { conversation, text: "Nice".to_owned(), reply_to: Some(message) };
        priya.call(reply).await;
        assert_eq!(receiver.value().await["messages"][0]["context"]["id"], sent);

        // Deleted, it is nothing any more.
        let (status, _) = desk.call("DELETE", &format!("/{id}"), &[], "").await;
        assert_eq!(status, 200);
        assert_eq!(code_of(&desk.get(&format!("/{id}")).await.1), 100);
        let (status, answer) = desk.post(&path, &image_to(&wa_id, &image)).await;
        assert_eq!((status, code_of(&answer)), (400, 100));
    });
}

#[test]
fn a_customers_file_is_fetched_by_a_signed_url() {
    run(async {
        let mut desk = Desk::open().await;
        let mut receiver = desk.receiver().await;
        let (priya, conversation) = desk.customer("Priya").await;
        let bytes = [b"%PDF-1.7".as_slice(), &vec![7; 700_000]].concat();
        let offered = priya
            .client
            .offer_file(std::rc::Rc::new(tresen_client::FileBytes(bytes.clone().into())));
        let file = Box::new(OutgoingFile {
            file: offered,
            kind: AttachmentKind::File,
            name: "order.pdf".to_owned(),
            media_type: "application/pdf".to_owned(),
            size_bytes: 0,
            dimensions: None,
            thumbhash: None,
            voice: None,
            caption: "Please".to_owned(),
        });
        priya.call(Command::SendFile { conversation, file, reply_to: None }).await;
        let message = receiver.value().await["messages"][0].clone();
        assert_eq!(message["type"], "document", "{message}");
        let document = &message["document"];
        assert_eq!(document["filename"], "order.pdf");
        assert_eq!(document["caption"], "Please");
        assert_eq!(document["mime_type"], "application/pdf");
        assert!(document["sha256"].as_str().is_some_and(|hash| hash.len() == 44));
        let id = document["id"].as_str().expect("an id");
        let (_, described) = desk.get(&format!("/{id}/")).await;
        let url = described["url"].as_str().expect("a URL").to_owned();
        let path = url.strip_prefix(&desk.gateway.url).expect("at the gateway").to_owned();
        for headers in [&[][..], &[("authorization", "Bearer x")], &[("user-agent", "curl")]] {
            let (status, kind, fetched) = desk.raw("GET", &path, headers, Bytes::new()).await;
            assert_eq!((status, kind.as_str()), (200, "application/pdf"));
            assert!(fetched == bytes, "the file is another one");
        }
        // Another file's URL, a later end, another signature.
        for wrong in [
            path.replace(id, "4000000000000000"),
            path.replace("ext=1", "ext=2"),
            path.replace("hash=", "hash=0"),
            format!("/download/{id}"),
        ] {
            let (status, answer) = desk.call_as("GET", &wrong, &[], "").await;
            assert_eq!((status, code_of(&answer)), (400, 100), "{wrong}");
        }
    });
}

#[test]
fn uploads_have_their_limits() {
    run(async {
        let desk = Desk::open().await;
        for (body, code) in [
            (form("image/png", PNG, &[]), 100),
            (form("application/x-msdownload", PNG, WHATSAPP), 100),
            (form("image/png", &vec![0; (5 << 20) + 1], WHATSAPP), 131_053),
            (Bytes::from_static(b"--b\r\nnonsense"), 131_053),
            (Bytes::from_static(b"--b--\r\n"), 100),
        ] {
            let (status, answer) = upload(&desk, "", body).await;
            assert_eq!((status, code_of(&answer)), (400, code), "{answer}");
        }
        let (status, _) =
            upload(&desk, "?messaging_product=whatsapp", form("image/png", PNG, &[])).await;
        assert_eq!(status, 200);
        let left = std::fs::read_dir(desk.folder.path().join("media")).expect("a folder").count();
        assert_eq!(left, 1, "what isn't taken isn't kept");
    });
}

#[test]
fn a_link_is_fetched_and_only_what_it_should_be() {
    run(async {
        let mut desk = Desk::open_with(|config| config.has_private_reach = true).await;
        let mut receiver = desk.receiver().await;
        let (mut priya, _, wa_id) = desk.known_customer(&mut receiver, "Priya").await;
        let place = Place::start(vec![
            ("/a.png", 200, "image/png", PNG.to_vec()),
            ("/redirect", 302, "/a.png", Vec::new()),
            ("/loop", 302, "/loop", Vec::new()),
            ("/program", 200, "application/x-msdownload", b"MZ".to_vec()),
            ("/large.png", 200, "image/png", vec![0; (5 << 20) + 1]),
            ("/gone", 404, "text/plain", Vec::new()),
        ])
        .await;
        let path = format!("/v23.0/{}/messages", desk.phone());
        for link in ["/redirect", "/a.png"] {
            let image = json!({ "link": place.url(link) });
            let (status, answer) = desk.post(&path, &image_to(&wa_id, &image)).await;
            assert_eq!(status, 200, "{answer}");
            let (message, _) = until_file(&mut priya).await;
            assert_eq!(opened(&priya, message).await, PNG);
        }
        for (link, code) in
            [("/loop", 131_052), ("/program", 131_053), ("/large.png", 131_052), ("/gone", 131_052)]
        {
            let image = json!({ "link": place.url(link) });
            let (status, answer) = desk.post(&path, &image_to(&wa_id, &image)).await;
            assert_eq!((status, code_of(&answer)), (400, code), "{link}");
        }
    });
}

#[test]
fn a_link_reaches_nothing_private() {
    run(async {
        let mut desk = Desk::open().await;
        let mut receiver = desk.receiver().await;
        let (_priya, _, wa_id) = desk.known_customer(&mut receiver, "Priya").await;
        let place = Place::start(vec![("/a.png", 200, "image/png", PNG.to_vec())]).await;
        let port = place.port();
        let path = format!("/v23.0/{}/messages", desk.phone());
        for link in [
            place.url("/a.png"),
            format!("http://localhost:{port}/a.png"),
            format!("http://0.0.0.0:{port}/a.png"),
            format!("http://[::1]:{port}/a.png"),
            format!("http://[::ffff:7f00:1]:{port}/a.png"),
            format!("http://0x7f.1:{port}/a.png"),
            format!("http://2130706433:{port}/a.png"),
            "http://169.254.169.254/latest/meta-data".to_owned(),
            "file:///etc/passwd".to_owned(),
            format!("ftp://127.0.0.1:{port}/a.png"),
        ] {
            let (status, answer) =
                desk.post(&path, &image_to(&wa_id, &json!({ "link": link }))).await;
            let code = code_of(&answer);
            assert!(status == 400 && [100, 131_052].contains(&code), "{link}: {answer}");
        }
        assert_eq!(place.asked(), 0);
    });
}
