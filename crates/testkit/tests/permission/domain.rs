//! Domains of businesses: claimed, found, shown with their reason, looked for again, lost; and those who
//! claim what isn't theirs or have the server knock where it shouldn't.

use tresen_server::admin;
use tresen_testkit::world::{Actor, World, run};
use tresen_types::limits::DAY_MS;
use tresen_view::{
    Answer, Command, DomainClaimView, DomainClaimed, DomainMark, DomainWay, FailureKind,
    ProfileDraft, ProfileView,
};

use super::internet::{DOMAIN, HERE, Internet};

const RECORD: &str = "_tresen.korn.example";

async fn claim(actor: &Actor, method: DomainWay) -> DomainClaimed {
    let domain = format!("https://{}/", DOMAIN.to_uppercase());
    match actor.call(Command::ClaimDomain { domain, method }).await {
        Answer::Domain(domain) => domain.claim.expect("a claim"),
        other => panic!("no domain: {other:?}"),
    }
}

async fn own(actor: &Actor) -> DomainClaimView {
    match actor.call(Command::Domain).await {
        Answer::Domain(domain) => *domain,
        other => panic!("no domain: {other:?}"),
    }
}

async fn seen(customer: &Actor) -> Option<DomainMark> {
    let account = customer.conversations().await[0].counterpart;
    let Answer::Profile(profile) = customer.call(Command::RefreshProfile { account }).await else {
        panic!("a profile")
    };
    let ProfileView { verified, .. } = *profile;
    let conversation = customer.conversations().await[0].conversation;
    let Answer::Header(header) = customer.call(Command::Header { conversation }).await else {
        panic!("a header")
    };
    assert_eq!(header.verified, verified, "header and profile say the same");
    assert!(!header.is_profile_old);
    verified
}

async fn check(world: &World) -> usize {
    admin::check_domains(world.config(0), &world.clock()).await.expect("looks")
}

#[test]
fn a_customer_sees_the_domain_that_was_checked_until_it_is_lost() {
    run(async {
        let internet = Internet::start().await;
        let mut world = World::start_with(|config| internet.lead(config)).await;
        let (korn, link) = world.business("Korn").await;
        let (priya, _conversation) = world.customer(&link, "Priya").await;
        assert_eq!(seen(&priya).await, None);
        let text = own(&korn).await.text;
        let waiting = claim(&korn, DomainWay::Dns).await;
        assert_eq!((waiting.domain.as_str(), waiting.place.as_str()), (DOMAIN, RECORD));
        assert_eq!((waiting.trouble.as_str(), &waiting.mark), ("not_found", &None));
        assert_eq!(seen(&priya).await, None);

        internet.set_texts(RECORD, &["v=spf1 -all", &text]);
        let found = claim(&korn, DomainWay::Dns).await;
        let mark = found.mark.expect("found");
        assert_eq!((mark.domain.as_str(), mark.method), (DOMAIN, DomainWay::Dns));
        assert_eq!(seen(&priya).await, Some(mark.clone()));

        // It is looked for every day; three days without it, and it is gone.
        internet.set_texts(RECORD, &["something else"]);
        for day in 1..=3 {
            world.pass(DAY_MS + 60_000);
            priya.client.hurry();
            assert_eq!(check(&world).await, 1, "day {day}");
            let known = own(&korn).await.claim.expect("a claim");
            assert_eq!(known.trouble, "other_text");
            assert_eq!(known.mark.is_some(), day < 3, "day {day}");
        }
        assert_eq!(seen(&priya).await, None);
        internet.set_texts(RECORD, &[&text]);
        let again = claim(&korn, DomainWay::Dns).await.mark.expect("found again");
        assert!(again.since > mark.since, "what was lost begins anew");
        assert_eq!(seen(&priya).await, Some(again));
        korn.call(Command::WithdrawDomain).await;
        assert_eq!(own(&korn).await.claim, None);
        assert_eq!(seen(&priya).await, None);
    });
}

#[test]
fn the_file_is_fetched_without_being_led_anywhere() {
    run(async {
        let internet = Internet::start().await;
        let mut world = World::start_with(|config| {
            internet.lead(config);
            config.rates.domain_per_account.burst = 100;
        })
        .await;
        let (korn, _link) = world.business("Korn").await;
        let text = own(&korn).await.text;
        let file = format!("# ours\r\n{text}\r\n");
        for (address, status, body, trouble) in [
            (None, "200 OK", file.as_str(), "unreachable"),
            (Some(HERE), "404 Not Found", file.as_str(), "not_found"),
            (Some(HERE), "302 Found", file.as_str(), "redirect"),
            (Some(HERE), "200 OK", "tresen=1 account=b_other key=x", "other_text"),
            (Some(HERE), "200 OK", &"x".repeat(20_000), "too_large"),
            (Some(HERE), "200 OK", file.as_str(), ""),
        ] {
            if let Some(address) = address {
                internet.set_address(DOMAIN, address);
            }
            internet.set_page(status, body);
            let known = claim(&korn, DomainWay::WellKnown).await;
            assert_eq!(known.trouble, trouble, "{status}");
            assert_eq!(known.mark.is_some(), trouble.is_empty());
        }
    });
}

#[test]
fn a_domain_that_leads_inside_is_not_knocked_at() {
    run(async {
        let internet = Internet::start().await;
        let mut world = World::start_with(|config| {
            internet.lead(config);
            config.domains.private_addresses = false;
        })
        .await;
        let (korn, _link) = world.business("Korn").await;
        internet.set_page("200 OK", &own(&korn).await.text);
        for address in [HERE, [10, 0, 0, 1], [169, 254, 169, 254]] {
            internet.set_address(DOMAIN, address);
            let known = claim(&korn, DomainWay::WellKnown).await;
            assert_eq!(known.trouble, "private_address");
        }
        assert_eq!(internet.knocks(), 0);
    });
}

#[test]
fn a_domain_belongs_to_one_and_a_claim_to_its_owner() {
    run(async {
        let internet = Internet::start().await;
        let mut world = World::start_with(|config| internet.lead(config)).await;
        let (korn, link) = world.business("Korn").await;
        let (other, _) = world.business("Other").await;
        let (priya, _) = world.customer(&link, "Priya").await;
        let texts = [own(&korn).await.text, own(&other).await.text];
        internet.set_texts(RECORD, &[&texts[1]]);
        assert_eq!(claim(&korn, DomainWay::Dns).await.trouble, "other_text", "another's text");
        internet.set_texts(RECORD, &[&texts[0], &texts[1]]);
        assert!(claim(&korn, DomainWay::Dns).await.mark.is_some());
        // Even where the record names both: the first has it until it is lost or withdrawn.
        let claim_it = Command::ClaimDomain { domain: DOMAIN.to_owned(), method: DomainWay::Dns };
        let twice = other.try_call(claim_it.clone()).await.unwrap_err();
        assert_eq!(twice.kind, FailureKind::Invalid);
        assert!(priya.try_call(claim_it.clone()).await.is_err(), "no customer's business");
        for domain in ["localhost", "10.0.0.1", "korn example", "", "_tresen.x..y"] {
            let claim = Command::ClaimDomain { domain: domain.to_owned(), method: DomainWay::Dns };
            assert_eq!(korn.try_call(claim).await.unwrap_err().kind, FailureKind::Invalid);
        }
        korn.call(Command::WithdrawDomain).await;
        assert!(claim(&other, DomainWay::Dns).await.mark.is_some());
    });
}

#[test]
fn whoever_claims_all_day_long_waits() {
    run(async {
        let internet = Internet::start().await;
        let mut world = World::start_with(|config| internet.lead(config)).await;
        let (korn, _link) = world.business("Korn").await;
        let claim = Command::ClaimDomain { domain: DOMAIN.to_owned(), method: DomainWay::Dns };
        let mut refused = 0;
        for _call in 0..50 {
            if let Err(failure) = korn.try_call(claim.clone()).await {
                assert_eq!(failure.kind, FailureKind::Busy);
                refused += 1;
            }
        }
        assert_eq!((refused, internet.asked()), (45, 5));
    });
}

#[test]
fn a_name_like_a_checked_one_is_refused() {
    run(async {
        let internet = Internet::start().await;
        let mut world = World::start_with(|config| internet.lead(config)).await;
        let (korn, _) = world.business("Bäckerei Korn").await;
        let (twin, _) = world.business("BÄCKEREI  KORN").await;
        let (other, _) = world.business("Other").await;
        internet.set_texts(RECORD, &[&own(&korn).await.text]);
        let named = |name: &str| {
            let draft = ProfileDraft { name: name.to_owned(), ..ProfileDraft::default() };
            Command::PublishProfile(Box::new(draft))
        };
        // Nobody is checked yet.
        other.call(named("B\u{e4}ckerei K\u{43e}rn")).await;
        other.call(named("Other")).await;
        assert!(claim(&korn, DomainWay::Dns).await.mark.is_some());
        for like in ["Bäckerei Korn", "B\u{e4}ckerei K\u{43e}rn", "Bäckerei-K0rn"] {
            let refused = other.try_call(named(like)).await.unwrap_err();
            assert_eq!(refused.kind, FailureKind::NameTaken, "{like}");
        }
        other.call(named("Bäckerei Horn")).await;
        // Whoever had the name before keeps it, and so does the checked one itself.
        twin.call(named("BÄCKEREI  KORN")).await;
        korn.call(named("Bäckerei Korn")).await;
        korn.call(Command::WithdrawDomain).await;
        other.call(named("Bäckerei Korn")).await;
    });
}
