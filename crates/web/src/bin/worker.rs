//! The worker module: opens the store and reports what it finds in it.

use rusqlite::{Connection, OpenFlags};
use sqlite_wasm_rs::WasmOsCallback;
use sqlite_wasm_vfs::sahpool::{OpfsSAHPoolCfg, install};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::DedicatedWorkerGlobalScope;

fn main() {
    console_error_panic_hook::set_once();
    wasm_bindgen_futures::spawn_local(async {
        let report = match open().await {
            Ok(found) => format!("found {found}"),
            Err(error) => error,
        };
        let scope: DedicatedWorkerGlobalScope = js_sys::global().unchecked_into();
        if let Err(error) = scope.post_message(&JsValue::from_str(&report)) {
            wasm_bindgen::throw_val(error);
        }
    });
}

/// Opens an encrypted database in the origin's private files and counts what a search finds.
async fn open() -> Result<u32, String> {
    install::<WasmOsCallback>(&OpfsSAHPoolCfg::default(), true)
        .await
        .map_err(|error| format!("{error:?}"))?;
    search().map_err(|error| error.to_string())
}

fn search() -> rusqlite::Result<u32> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
    let database =
        Connection::open_with_flags_and_vfs("hello.db", flags, c"multipleciphers-opfs-sahpool")?;
    database.execute_batch(
        "PRAGMA cipher = 'chacha20';
         PRAGMA key = \"x'000102030405060708090a0b0c0d0e0f000102030405060708090a0b0c0d0e0f'\";
         CREATE VIRTUAL TABLE IF NOT EXISTS note USING fts5(body);
         INSERT INTO note (body) VALUES ('two croissants, please');",
    )?;
    database
        .query_row("SELECT count(*) FROM note WHERE note MATCH 'croissants'", [], |row| row.get(0))
}
