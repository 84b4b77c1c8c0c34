//! What the operator decides is told to the business, which objects and is answered.

use tresen_server::admin::{self, Tier, Verdict};
use tresen_testkit::world::{Actor, World, run};
use tresen_types::{Categories, Category};
use tresen_view::{Answer, Command, DecisionView, DecisionWord, FailureKind, ReportCause};

async fn told(business: &Actor) -> Vec<DecisionView> {
    match business.call(Command::Decisions).await {
        Answer::Decisions(decisions) => decisions,
        other => panic!("no decisions: {other:?}"),
    }
}

#[test]
fn a_decision_is_told_objected_to_and_taken_back() {
    run(async {
        let mut world = World::start().await;
        let (mut korn, link) = world.business("Korn").await;
        let (mut priya, conversation) = world.customer(&link, "Priya").await;
        let (config, clock) = (world.config(0).clone(), world.clock());
        assert_eq!(told(&korn).await, []);
        priya.say(conversation, "hello").await;
        korn.hear("hello").await;
        korn.say(conversation, "Your password, please").await;
        let (_, message) = priya.hear("Your password, please").await;
        priya
            .call(Command::Report {
                conversation,
                messages: vec![message.message],
                cause: ReportCause::Fraud,
                note: String::new(),
            })
            .await;
        let report = admin::reports(&config).await.expect("a queue").remove(0);
        let marketing = Categories::NONE.with(Category::Marketing);
        let verdict = Verdict::Suspend { categories: marketing };
        let note = "Nobody may ask for passwords.";
        for _time in 0..2 {
            admin::decide_report(&config, &clock, report.id, verdict, note).await.expect("once");
        }
        let decisions = told(&korn).await;
        let [decision] = decisions.as_slice() else { panic!("one: {decisions:?}") };
        assert_eq!((decision.word, decision.categories), (DecisionWord::Suspended, marketing));
        assert_eq!((decision.note.as_str(), decision.is_reported), (note, true));
        assert_eq!((&decision.objection, &decision.answer), (&None, &None));
        // It is new until it was shown; the answer is new again.
        assert!(decision.is_new);
        korn.call(Command::DecisionsSeen { until: decision.at }).await;
        assert!(!told(&korn).await[0].is_new);
        assert!(priya.try_call(Command::Decisions).await.is_err(), "a customer has none");

        let object = |text: &str| Command::ObjectDecision {
            decision: decision.decision.clone(),
            text: text.to_owned(),
        };
        for odd in ["", "\u{0}", &"x".repeat(5_000)] {
            assert!(korn.try_call(object(odd)).await.is_err());
        }
        korn.call(object("It was the password of the door.")).await;
        let twice = korn.try_call(object("And another thing")).await.unwrap_err();
        assert_eq!(twice.kind, FailureKind::Invalid);
        let waiting = admin::decisions(&config, true).await.expect("a queue").remove(0);
        let (said, _) = waiting.objection.expect("an objection");
        assert_eq!(said, "It was the password of the door.");
        let answer = |note| admin::answer_objection(&config, &clock, waiting.id, true, note);
        answer("Right, sorry.").await.expect("an answer");
        answer("Again").await.expect_err("answered once");
        let decision = told(&korn).await.remove(0);
        assert!(decision.is_new);
        let answer = decision.answer.expect("an answer");
        assert_eq!((answer.is_withdrawn, answer.note.as_str()), (true, "Right, sorry."));
        assert!(admin::decisions(&config, true).await.expect("a queue").is_empty());

        let account = korn.account().await;
        admin::set_tier(&config, &clock, account, Some(Tier::First)).await.expect("a tier");
        admin::lift_suspension(&config, &clock, account, "").await.expect("lifted");
        let decisions = told(&korn).await;
        assert_eq!(decisions.len(), 3);
        let tier = decisions.iter().find(|one| one.word == DecisionWord::Tier);
        assert_eq!(tier.expect("a tier").customers_max, Some(250));
    });
}
