//! A full disk: a clear error, nothing half-written, and the service returns when space does.

use crate::program::Server;

/// More free space than any disk has.
const FULL: &str = "[retention]\ndisk_reserve_bytes = 9000000000000000000\n";

#[test]
fn a_full_disk_is_a_clear_error_and_passes() {
    let mut server = Server::start();
    let (shop, entry) = server.business("Korn");
    let jonas = server.customer(&entry, "Jonas");
    jonas.lines(&["send", "before"]);
    assert_eq!(shop.lines(&["receive"]).len(), 1);
    server.stop();

    server.restart_with(FULL);
    // What can't be sent waits on the device.
    let (code, _) = jonas.failure(&["--patience", "2", "send", "during"]);
    assert_eq!(code, 3);
    // Who comes new is told why.
    let fatma = server.device("fatma");
    let (code, failure) = fatma.failure(&["open", &entry, "--name", "Fatma"]);
    assert_eq!((code, failure["kind"].as_str()), (3, Some("busy")));
    assert!(failure["detail"].as_str().unwrap().contains("StorageFull"), "{failure}");
    assert!(shop.lines(&["receive"]).is_empty());
    server.stop();

    server.restart_with("");
    // What waited goes by itself, once.
    assert!(jonas.lines(&["receive"]).is_empty());
    let received = shop.lines(&["receive"]);
    assert_eq!(received.len(), 1);
    assert_eq!(received[0]["message"]["body"]["text"], "during");
    assert_eq!(shop.texts(), ["before", "during"]);
    fatma.lines(&["open", &entry, "--name", "Fatma"]);
    fatma.lines(&["send", "after"]);
    assert_eq!(shop.lines(&["receive"])[0]["message"]["sender_name"], "Fatma");
    let rows = shop.lines(&["conversations"]);
    assert_eq!(rows[0]["value"].as_array().unwrap().len(), 2);
}
