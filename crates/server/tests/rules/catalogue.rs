//! Catalogues: signed by the business, one edition at a time, open to its customers.

use sha2::{Digest as _, Sha256};
use tresen_proto::{
    ErrorCode, FetchCatalogue, FetchPictures, PublishCatalogue, ReplyBody, RequestBody,
    StorePicture,
};
use tresen_statement::{CatalogueItem, CataloguePage, Signed};
use tresen_types::{AccountId, Currency, Timestamp};

use crate::{
    delivery::talking,
    device::Device,
    world::{World, code_of},
};

fn page(shop: &Device, sequence: u64, page: u32, pages: u32, name: &str) -> Vec<u8> {
    let item = CatalogueItem {
        id: format!("item-{page}"),
        name: name.to_owned(),
        price: 850,
        ..CatalogueItem::default()
    };
    let page = CataloguePage {
        account: shop.account,
        sequence,
        page,
        pages,
        currency: Currency::EUR,
        issued_at: Timestamp::from_millis(1),
        valid_until: Timestamp::from_millis(2),
        items: vec![item],
    };
    Signed::sign(page, &shop.account_key()).expect("a page").encode()
}

fn publish(pages: Vec<Vec<u8>>) -> RequestBody {
    RequestBody::PublishCatalogue(PublishCatalogue { pages })
}

async fn fetched(device: &mut Device, account: AccountId, known: u64) -> (u64, Vec<Vec<u8>>) {
    let account = account.as_bytes().to_vec();
    let request = FetchCatalogue { account, known_sequence: known };
    let reply = device.ask(RequestBody::FetchCatalogue(request)).await;
    let ReplyBody::Catalogue(catalogue) = reply else { panic!("a catalogue") };
    (catalogue.sequence, catalogue.pages)
}

#[tokio::test]
async fn customers_get_the_newest_edition_and_nobody_a_mixed_one() {
    let world = World::new().await;
    let (mut shop, mut customer, _chat, _entry) = talking(&world).await;
    assert_eq!(fetched(&mut customer, shop.account, 0).await, (0, Vec::new()));

    let first = vec![page(&shop, 1, 0, 2, "Margherita"), page(&shop, 1, 1, 2, "Funghi")];
    for _twice in 0..2 {
        shop.done(publish(first.clone())).await;
    }
    assert_eq!(fetched(&mut customer, shop.account, 0).await, (1, first));
    assert_eq!(fetched(&mut customer, shop.account, 1).await, (1, Vec::new()));

    let mixed = vec![page(&shop, 3, 0, 2, "a"), page(&shop, 4, 1, 2, "b")];
    let short = vec![page(&shop, 3, 0, 2, "a")];
    let old = vec![page(&shop, 1, 0, 1, "other")];
    for (pages, code) in [
        (mixed, ErrorCode::Malformed),
        (short, ErrorCode::Malformed),
        (old, ErrorCode::Conflict),
        (Vec::new(), ErrorCode::LimitExceeded),
    ] {
        assert_eq!(code_of(shop.ask(publish(pages)).await), code);
    }
    let second = vec![page(&shop, 2, 0, 1, "Diavola")];
    shop.done(publish(second.clone())).await;
    assert_eq!(fetched(&mut customer, shop.account, 1).await, (2, second.clone()));
    assert_eq!(code_of(customer.ask(publish(second)).await), ErrorCode::Forbidden);
}

#[tokio::test]
async fn pictures_are_pictures_and_come_by_their_hash() {
    let world = World::new().await;
    let (mut shop, mut customer, _chat, _entry) = talking(&world).await;
    let picture = b"\x89PNG\r\n\x1a\nand so on".to_vec();
    shop.done(RequestBody::StorePicture(StorePicture { bytes: picture.clone() })).await;
    let script = StorePicture { bytes: b"<svg onload=alert(1)>".to_vec() };
    let refused = shop.ask(RequestBody::StorePicture(script)).await;
    assert_eq!(code_of(refused), ErrorCode::Unsupported);
    let request = FetchPictures {
        account: shop.account.as_bytes().to_vec(),
        hashes: vec![Sha256::digest(&picture).to_vec(), vec![0; 32]],
    };
    let ReplyBody::Pictures(answer) = customer.ask(RequestBody::FetchPictures(request)).await
    else {
        panic!("pictures")
    };
    assert_eq!(answer.pictures, [picture, Vec::new()]);
}
