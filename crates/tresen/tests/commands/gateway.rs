//! `tresen gateway`: linked with six digits, called over HTTP, killed, and nothing is sent twice.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    path::Path,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

use serde_json::{Value, json};

use crate::program::{Device, Server, TRESEN, terminate};

/// A program whose lines are read while it runs.
struct Running {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

impl Running {
    fn start(command: &mut Command) -> Self {
        let piped = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = piped.spawn().unwrap();
        let input = child.stdin.take();
        let output = BufReader::new(child.stdout.take().unwrap());
        Self { child, input, output }
    }

    fn say(&mut self, line: &Value) {
        writeln!(self.input.as_mut().unwrap(), "{line}").unwrap();
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        assert!(self.output.read_line(&mut line).unwrap() > 0, "it ended");
        line.trim_end().to_owned()
    }

    fn json(&mut self) -> Value {
        serde_json::from_str(&self.line()).unwrap()
    }

    /// The next line that has something at a place.
    fn until(&mut self, pointer: &str) -> Value {
        loop {
            let line = self.json();
            if let Some(found) = line.pointer(pointer) {
                return found.clone();
            }
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended before.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

fn gateway(arguments: &[&str], folder: &Path) -> Command {
    let mut command = Command::new(TRESEN);
    command.arg("gateway").args(arguments).arg("--folder").arg(folder);
    command
}

/// The last line that a command prints.
fn last_line(arguments: &[&str], folder: &Path) -> Value {
    let output = gateway(arguments, folder).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().last().map_or(Value::Null, |line| serde_json::from_str(line).unwrap())
}

/// Joins a business; gives what programs need.
fn link(server: &Server, owner: &Device, folder: &Path) -> Value {
    let mut owner = Running::start(&mut owner.command(&[]));
    let invite = json!({ "do": "invite", "role": "agent", "name": "Gateway" });
    owner.say(&json!({ "id": 1, "command": invite }));
    let url = owner.until("/answer/result/Ok/value/url");
    let arguments = ["link", "--server", &server.origin, url.as_str().unwrap()];
    let mut linking = Running::start(&mut gateway(&arguments, folder));
    let code = linking.json()["code"].clone();
    while owner.until("/event/step") != "enter_code" {}
    owner.say(&json!({ "id": 2, "command": { "do": "approve_link", "code": code } }));
    let credentials = linking.json();
    assert!(linking.child.wait().unwrap().success());
    drop(owner.input.take());
    owner.child.wait().unwrap();
    credentials
}

fn serve(folder: &Path) -> (Running, String) {
    let mut running = Running::start(&mut gateway(&["serve", "--listen", "127.0.0.1:0"], folder));
    let line = running.line();
    let url = line.strip_prefix("tresen ready http://").unwrap().to_owned();
    (running, url)
}

/// Status and body.
fn call(address: &str, head: &str, token: &str, body: &str) -> (u16, Value) {
    let mut stream = TcpStream::connect(address).unwrap();
    let length = body.len();
    let request = format!(
        "{head} HTTP/1.1\r\nhost: a\r\nauthorization: Bearer {token}\r\nidempotency-key: 7\r\n\
         content-length: {length}\r\nconnection: close\r\n\r\n{body}"
    );
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    (status, serde_json::from_str(body).unwrap())
}

#[test]
fn a_gateway_is_linked_called_and_killed_and_sends_once() {
    let server = Server::start();
    let (shop, entry) = server.business("Korn");
    let folder = tempfile::tempdir().unwrap();
    let credentials = link(&server, &shop, folder.path());
    assert_eq!(credentials["business_name"], "Korn");
    assert!(credentials["curl"].as_str().unwrap().starts_with("curl -H 'Authorization: Bearer "));
    let phone = credentials["phone_number_id"].as_str().unwrap();
    let token = credentials["token"].as_str().unwrap();
    let (mut running, address) = serve(folder.path());

    // The line that is printed works; a second token counts until it is revoked.
    let (status, number) = call(&address, &format!("GET /v23.0/{phone}"), token, "");
    assert_eq!((status, &number["verified_name"]), (200, &json!("Korn")));
    let arguments = ["token", "add", "shop", "--scope", "messaging"];
    let second = last_line(&arguments, folder.path());
    let listed = last_line(&["token", "list"], folder.path());
    assert_eq!(listed["scopes"], json!(["whatsapp_business_messaging"]));
    let second_token = second["token"].as_str().unwrap();
    assert_eq!(call(&address, &format!("GET /{phone}"), second_token, "").0, 200);
    last_line(&["token", "revoke", &second["id"].to_string()], folder.path());
    assert_eq!(call(&address, &format!("GET /{phone}"), second_token, "").0, 401);

    // A customer writes; the answer goes out once, although the gateway is killed after it.
    let customer = server.customer(&entry, "Jonas");
    customer.lines(&["send", "Hello", "--until", "delivered"]);
    let account = customer.lines(&["account"])[0]["value"]["account"].clone();
    let business = shop.lines(&["account"])[0]["value"]["account"].clone();
    let (account, business) =
        (account.as_str().unwrap().parse().unwrap(), business.as_str().unwrap().parse().unwrap());
    let wa_id = tresen_gateway::BusinessIds::of(business).wa_id(account, 0);
    let text = json!({ "body": "Good morning" });
    let body = json!({ "messaging_product": "whatsapp", "to": wa_id, "text": text }).to_string();
    let head = format!("POST /{phone}/messages");
    let (status, first) = call(&address, &head, token, &body);
    assert_eq!(status, 200, "{first}");
    running.child.kill().unwrap();
    running.child.wait().unwrap();
    let (mut running, address) = serve(folder.path());
    assert_eq!(call(&address, &head, token, &body), (200, first));
    let received = customer.lines(&["receive", "--count", "1"]);
    assert_eq!(received[0]["message"]["body"]["text"], "Good morning");
    assert_eq!(customer.texts(), ["Hello", "Good morning"]);
    terminate(&running.child);
    assert!(running.child.wait().unwrap().success());
}
