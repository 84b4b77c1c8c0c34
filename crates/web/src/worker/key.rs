//! The store's key: 32 random bytes, wrapped by an AES-GCM key that the browser keeps and never shows.
//!
//! Both lie in one record of an IndexedDB database, written in one transaction. A record that is
//! there but can't be unwrapped is an error, never a reason to make a new one.

use futures::channel::oneshot;
use js_sys::{Array, Object, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    CryptoKey, IdbDatabase, IdbOpenDbRequest, IdbRequest, IdbTransactionMode, SubtleCrypto,
};
use zeroize::Zeroizing;

use crate::scope;

/// The raw key.
pub(crate) type Key = Zeroizing<[u8; 32]>;

const DATABASE: &str = "tresen-key";
const TABLE: &str = "key";
const RECORD: &str = "store";

/// The key of this browser's store; the first call makes it.
pub(crate) async fn unwrap_or_make() -> Result<Key, JsValue> {
    let database = open().await?;
    let record = {
        let table = database.transaction_with_str(TABLE)?.object_store(TABLE)?;
        settled(&table.get(&RECORD.into())?).await?
    };
    let key = if record.is_undefined() { make(&database).await } else { unwrap(&record).await };
    database.close();
    key
}

async fn make(database: &IdbDatabase) -> Result<Key, JsValue> {
    let subtle = subtle()?;
    let wrapping = object(&[("name", "AES-GCM".into()), ("length", 256.into())])?;
    let usages = Array::of2(&"encrypt".into(), &"decrypt".into());
    let wrapping = subtle.generate_key_with_object(&wrapping, false, &usages)?;
    let wrapping = JsFuture::from(wrapping).await?.unchecked_into::<CryptoKey>();
    let mut key: Key = Zeroizing::new([0; 32]);
    let mut iv = [0; 12];
    let crypto = scope().crypto()?;
    crypto.get_random_values_with_u8_array(key.as_mut_slice())?;
    crypto.get_random_values_with_u8_array(&mut iv)?;
    let iv = Uint8Array::from(iv.as_slice());
    let wrapped =
        subtle.encrypt_with_object_and_u8_array(&algorithm(&iv)?, &wrapping, key.as_slice())?;
    let wrapped = JsFuture::from(wrapped).await?;
    let record = object(&[("key", wrapping.into()), ("iv", iv.into()), ("wrapped", wrapped)])?;
    // Nothing is awaited between here and the request, so the transaction stays alive.
    let transaction =
        database.transaction_with_str_and_mode(TABLE, IdbTransactionMode::Readwrite)?;
    let request = transaction.object_store(TABLE)?.add_with_key(&record, &RECORD.into())?;
    settled(&request).await?;
    Ok(key)
}

async fn unwrap(record: &JsValue) -> Result<Key, JsValue> {
    let field = |name: &str| Reflect::get(record, &name.into());
    let wrapping = field("key")?.dyn_into::<CryptoKey>()?;
    let iv = field("iv")?.dyn_into::<Uint8Array>()?;
    let wrapped = Uint8Array::new(&field("wrapped")?).to_vec();
    let plain =
        subtle()?.decrypt_with_object_and_u8_array(&algorithm(&iv)?, &wrapping, &wrapped)?;
    let plain = Uint8Array::new(&JsFuture::from(plain).await?);
    let mut key: Key = Zeroizing::new([0; 32]);
    if plain.length() != 32 {
        return Err(JsValue::from_str("a key of another length"));
    }
    plain.copy_to(key.as_mut_slice());
    plain.fill(0, 0, 32);
    Ok(key)
}

fn subtle() -> Result<SubtleCrypto, JsValue> {
    Ok(scope().crypto()?.subtle())
}

fn algorithm(iv: &Uint8Array) -> Result<Object, JsValue> {
    object(&[("name", "AES-GCM".into()), ("iv", iv.into())])
}

fn object(fields: &[(&str, JsValue)]) -> Result<Object, JsValue> {
    let object = Object::new();
    for (name, value) in fields {
        Reflect::set(&object, &JsValue::from_str(name), value)?;
    }
    Ok(object)
}

async fn open() -> Result<IdbDatabase, JsValue> {
    let factory = scope().indexed_db()?.ok_or_else(|| JsValue::from_str("no IndexedDB"))?;
    let request: IdbOpenDbRequest = factory.open_with_u32(DATABASE, 1)?;
    let opening = request.clone();
    let upgrade = Closure::once_into_js(move || {
        if let Ok(database) = opening.result() {
            // A fresh database has no such table; when this fails, the next transaction fails.
            database.unchecked_into::<IdbDatabase>().create_object_store(TABLE).ok();
        }
    });
    request.set_onupgradeneeded(Some(upgrade.unchecked_ref()));
    Ok(settled(&request).await?.unchecked_into())
}

/// Waits for a request of IndexedDB.
async fn settled(request: &IdbRequest) -> Result<JsValue, JsValue> {
    let (done, wait) = oneshot::channel();
    let (failed, wait_failed) = oneshot::channel();
    let succeeded = Closure::once_into_js(move || {
        // The waiting side is this function.
        done.send(()).ok();
    });
    let refused = Closure::once_into_js(move || {
        failed.send(()).ok();
    });
    request.set_onsuccess(Some(succeeded.unchecked_ref()));
    request.set_onerror(Some(refused.unchecked_ref()));
    futures::future::select(wait, wait_failed).await;
    request.result()
}
