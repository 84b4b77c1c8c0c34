//! `tresen serve` and `tresen admin claim`.

use std::path::Path;

use crate::program::Server;

#[test]
fn it_says_one_line_when_it_is_ready_and_nothing_more() {
    let mut server = Server::start();
    assert_eq!(server.first_line, format!("tresen ready {}\n", server.origin));
    assert!(server.origin.starts_with("http://localhost:"));
    assert!(server.get("/healthz").starts_with(b"HTTP/1.1 200"));
    assert_eq!(server.stop(), "");
}

#[test]
fn the_first_start_logs_a_claim_link_until_somebody_has_claimed() {
    let mut server = Server::start();
    let claims =
        |server: &Server| String::from_utf8(server.log()).unwrap().matches("/claim#").count();
    assert_eq!(claims(&server), 1);
    server.business("Korn");
    server.stop();
    server.restart_with("");
    assert_eq!(claims(&server), 1);
}

#[test]
fn a_claim_link_works_once() {
    let server = Server::start();
    let link = server.claim_link();
    let claim = ["claim", &link, "--agent-name", "Anna", "--business-name", "Korn"];
    let account = &server.device("first").lines(&claim)[0]["value"];
    assert_eq!(account["business_name"], "Korn");
    let (code, failure) = server.device("second").failure(&claim);
    assert_eq!((code, failure["kind"].as_str()), (4, Some("link_revoked")));
}

#[test]
fn what_is_stored_belongs_to_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let server = Server::start();
    let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&server.data_dir()), 0o700);
}
