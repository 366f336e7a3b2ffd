//! The intake between page and server: kept, resumed, grown anew, and its student's own.
//!
//! How trees grow and are walked is told in the domain; here it is who gets what, and what is never lost or left.

mod common;

use common::intake::{Asker, SHOP, portal_asking, tree, written};
use common::{Portal, new_key, patient};
use futures_util::future::join_all;
use quietline::{config::Settings, pulse};
use serde_json::{Value, json};

/// Two shops, and what is asked about them.
async fn two_shops(page: &Asker) -> Value {
    page.profile(json!({"P": [{"name": "North"}, {"name": "South"}], "Q": true})).await
}

fn named(view: &Value, question: &str) -> Value {
    let questions = view["questions"].as_array().expect("questions");
    questions.iter().find(|asked| asked["id"] == question).expect("is asked")["answer"].clone()
}

// Q1, Q2, Q3
#[actix_web::test]
async fn a_session_begins_with_its_profile_and_outlives_a_restart() {
    let (portal, _folder) = portal_asking(SHOP).await;
    let page = Asker::new(&portal);
    let (status, asked) = page.get("/definition").await;
    assert_eq!((status, asked["questions"][0]["kind"].clone()), (200, json!("repeatable")));
    assert_eq!(page.get("").await.0, 404, "looking makes nothing");
    let view = two_shops(&page).await;
    assert_eq!(
        tree(&view)[..9],
        [
            "1 mobile shop",
            "1.1 North",
            "1.1.1 A is well",
            "1.1.2 B is well",
            "1.2 South",
            "1.2.1 A is well",
            "1.2.2 B is well",
            "2 open nights",
            "2.1 C is well"
        ]
    );
    page.answers("001002001", "no").await;
    page.puts("/nodes/003002", json!({"decision": "yes"})).await;
    assert_eq!(page.put("/at", json!({"path": "001002001"})).await.0, 204);
    let before = page.get("").await.1;
    assert_eq!((&before["at"], &before["progress"]), (&json!("001002001"), &json!(11)));

    let portal = portal.restart().await;
    let page = Asker::with(&portal, &page.key);
    let (status, after) = page.get("").await;
    assert_eq!((status, &after), (200, &before));
}

#[actix_web::test]
async fn without_profile_questions_the_tree_is_there_at_once() {
    // Q2
    let (portal, _folder) =
        portal_asking("{title: T, modules: [{id: M, title: m, children: [{id: a, statement: A}]}]}").await;
    let view = Asker::new(&portal).profile(json!({})).await;
    assert_eq!(tree(&view), ["1 m", "1.1 A"]);
}

// Q5
#[actix_web::test]
async fn answers_stay_with_their_entry_when_the_list_changes() {
    let (portal, _folder) = portal_asking(SHOP).await;
    let page = Asker::new(&portal);
    let view = two_shops(&page).await;
    page.answers("001001001", "yes").await;
    let before = page.answers("001002001", "no").await;
    let step =
        json!({"id": uuid::Uuid::new_v4(), "path": "001002001", "what": "ask South", "by_when": "soon", "who": "me"});
    page.post("/steps", step).await;

    let same = json!({"answers": {"P": named(&view, "P"), "Q": true}});
    let (status, unchanged) = page.put("/profile", same).await;
    assert_eq!((status, &unchanged["nodes"]), (200, &before["nodes"]), "the same profile changes nothing");

    // South comes first, and a third is new.
    let [north, south] = [named(&view, "P")[0].clone(), named(&view, "P")[1].clone()];
    let view = page.profile(json!({"P": [south, {"name": "West"}, north], "Q": true})).await;
    let shops: Vec<_> = tree(&view).into_iter().filter(|line| line.contains("A is well")).collect();
    assert_eq!(shops, ["1.1.1 A is well no", "1.2.1 A is well", "1.3.1 A is well yes"]);
    assert_eq!((&view["steps"][0]["path"], &view["steps"][0]["what"]), (&json!("001001001"), &json!("ask South")));

    // What would go is said first, and nothing goes before it is agreed to.
    let without = json!({"answers": {"P": [north], "Q": true}});
    let (status, refused) = page.put("/profile", without.clone()).await;
    assert_eq!(status, 409);
    assert_eq!(refused, json!({"reason": "answers_go", "count": 2, "answers": 1, "steps": 1}));
    assert_eq!(page.get("").await.1, view);
    for agreed in [1, 3] {
        let mut wrong = without.clone();
        wrong["drop"] = json!(agreed);
        assert_eq!(page.put("/profile", wrong).await.0, 409, "{agreed}");
    }
    let mut agreed = without;
    agreed["drop"] = json!(2);
    let view = page.puts("/profile", agreed).await;
    assert_eq!(tree(&view)[1..3], ["1.1 North", "1.1.1 A is well yes"]);
    assert_eq!(view["steps"], json!([]));
}

// Q5
#[actix_web::test]
async fn another_definition_is_another_profile() {
    let (portal, folder) = portal_asking(SHOP).await;
    let page = Asker::new(&portal);
    two_shops(&page).await;
    page.answers("001001001", "no").await;
    let shorter = SHOP.replace("{id: b, statement: B is well}", "{id: x, statement: X is well}");
    let portal = portal.restart_with(|| drop(written(&folder, &shorter))).await;
    let page = Asker::with(&portal, &page.key);
    // Until the student goes on, everything is as it was; going on loses nothing.
    assert_eq!(tree(&page.get("").await.1)[3], "1.1.2 B is well");
    let (_, view) = page.post("/resume", json!({})).await;
    assert_eq!(tree(&view)[2..4], ["1.1.1 A is well no", "1.1.2 X is well"]);
    assert_eq!(view["newer"], json!(null));

    let without = shorter.replace("{id: a, statement: A is well}, ", "");
    let portal = portal.restart_with(|| drop(written(&folder, &without))).await;
    let page = Asker::with(&portal, &page.key);
    let (_, view) = page.post("/resume", json!({})).await;
    assert_eq!((tree(&view)[2].clone(), &view["newer"]), ("1.1.1 A is well no".to_owned(), &json!(1)));
    let answers = json!({"P": named(&view, "P"), "Q": true});
    assert_eq!(page.put("/profile", json!({"answers": answers})).await.1["count"], 1);
    let view = page.puts("/profile", json!({"answers": answers, "drop": 1})).await;
    assert_eq!(tree(&view)[2], "1.1.1 X is well");
}

#[actix_web::test]
async fn nobody_gets_anything_with_another_key() {
    let (portal, _folder) = portal_asking(SHOP).await;
    let page = Asker::new(&portal);
    two_shops(&page).await;
    page.answers("001001001", "no").await;
    let (_, view) = page
        .post(
            "/steps",
            json!({"id": uuid::Uuid::new_v4(), "path": "001001001", "what": "a step", "by_when": "", "who": ""}),
        )
        .await;
    let step = view["steps"][0]["id"].as_str().expect("an id").to_owned();
    let other = Asker::new(&portal);
    for (method, path) in [("GET", ""), ("POST", "/resume"), ("POST", "/code"), ("DELETE", "/share")] {
        let body = (method != "GET").then(|| "{}".to_owned());
        assert_eq!(other.ask(method, path, body).await, (404, json!({"reason": "no_intake"})), "{method} {path}");
    }
    other.profile(json!({"Q": true})).await;
    let words = json!({"what": "mine", "by_when": "", "who": ""});
    assert_eq!(other.put("/nodes/001001001", json!({"answer": "yes"})).await.1["reason"], "no_such_node");
    assert_eq!(other.put(&format!("/steps/{step}"), words).await.1["reason"], "no_such_step");
    assert_eq!(other.delete(&format!("/steps/{step}")).await.1["reason"], "no_such_step");
    for key in ["", "x", "Bearer"] {
        let nobody = Asker::with(&portal, key);
        assert_eq!(nobody.get("").await, (401, json!({"reason": "no_key"})));
    }
    assert_eq!(page.get("").await.1, view);
}

#[actix_web::test]
async fn what_is_not_asked_is_refused_and_changes_nothing() {
    let (portal, _folder) = portal_asking(SHOP).await;
    let page = Asker::new(&portal);
    let view = two_shops(&page).await;
    for (path, body, status, reason) in [
        ("/nodes/001001001", json!({"answer": "perhaps"}), 400, "malformed"),
        ("/nodes/001001001", json!({"answer": "no", "weight": null}), 400, "malformed"),
        ("/nodes/001001001", json!({"weight": {"likelihood": 2, "frequency": 1, "burden": 1}}), 400, "malformed"),
        ("/nodes/001001001", json!({"decision": "yes"}), 422, "not_asked"),
        ("/nodes/001", json!({"answer": "no"}), 422, "not_asked"),
        ("/nodes/001", json!({"decision": "no"}), 422, "not_asked"),
        ("/nodes/009", json!({"answer": "no"}), 404, "no_such_node"),
        ("/nodes/1.1", json!({"answer": "no"}), 404, "no_such_node"),
        ("/at", json!({"path": "009"}), 404, "no_such_node"),
        ("/profile", json!({"answers": {"P": true}}), 422, "profile"),
        ("/profile", json!({"answers": {"Z": true}}), 422, "profile"),
        ("/profile", json!({"answers": {"P": [{"name": "x".repeat(500)}]}}), 422, "profile"),
        ("/profile", json!({"answers": {"P": [{"name": 5}]}}), 400, "malformed"),
        ("/profile", json!({"answers": {}, "more": 1}), 400, "malformed"),
    ] {
        let (answered, refused) = page.put(path, body.clone()).await;
        assert_eq!((answered, &refused["reason"]), (status, &json!(reason)), "{path} {body}");
    }
    for (body, status, reason) in [
        (
            json!({"id": uuid::Uuid::new_v4(), "path": "001001001", "what": "x", "by_when": "", "who": ""}),
            422,
            "not_a_concern",
        ),
        (
            json!({"id": uuid::Uuid::new_v4(), "path": "009", "what": "x", "by_when": "", "who": ""}),
            404,
            "no_such_node",
        ),
        (json!({"path": "001001001"}), 400, "malformed"),
    ] {
        let (answered, refused) = page.post("/steps", body.clone()).await;
        assert_eq!((answered, &refused["reason"]), (status, &json!(reason)), "{body}");
    }
    assert_eq!(page.get("").await.1, view);
    page.answers("001001001", "no").await;
    let step =
        |what: &str| json!({"id": uuid::Uuid::new_v4(), "path": "001001001", "what": what, "by_when": "", "who": ""});
    assert_eq!(page.post("/steps", step(&"x".repeat(501))).await.1["reason"], "too_long");
    assert_eq!(page.post("/steps", step("   ")).await.0, 422);
    for _ in 0..50 {
        assert_eq!(page.post("/steps", step(&"ö".repeat(500))).await.0, 200);
        portal.seconds_pass(1);
    }
    assert_eq!(page.post("/steps", step("one more")).await, (422, json!({"reason": "too_many_steps"})));
}

// Q4
#[actix_web::test]
async fn names_are_trimmed_blank_ones_dropped_and_twins_kept_apart() {
    let (portal, _folder) = portal_asking(SHOP).await;
    let page = Asker::new(&portal);
    let list = json!([{"name": " North "}, {"name": ""}, {"name": "   "}, {"name": "North"}]);
    let view = page.profile(json!({"P": list})).await;
    assert_eq!(named(&view, "P").as_array().map(Vec::len), Some(2));
    page.answers("001001001", "yes").await;
    let view = page.answers("001002001", "no").await;
    let entries = named(&view, "P");
    let view = page.profile(json!({"P": [entries[1], entries[0]]})).await;
    let twins: Vec<_> = tree(&view).into_iter().filter(|line| line.contains("A is well")).collect();
    assert_eq!(twins, ["1.1.1 A is well no", "1.2.1 A is well yes"]);
    let none = page.puts("/profile", json!({"answers": {"P": []}, "drop": 2})).await;
    assert_eq!(tree(&none)[0], "1 general", "an empty list leaves it out");
}

#[actix_web::test]
async fn two_tabs_at_once_lose_nothing_of_each_other() {
    let (portal, _folder) = portal_asking(SHOP).await;
    let page = Asker::new(&portal);
    two_shops(&page).await;
    let paths = ["001001001", "001001002", "001002001", "001002002", "002001", "003001", "003003"];
    join_all(paths.iter().map(|path| page.answers(path, "no"))).await;
    let view = page.get("").await.1;
    assert_eq!(tree(&view).iter().filter(|line| line.ends_with(" no")).count(), paths.len());

    // One question from both sides: one of the two answers is kept, whole.
    let (yes, weight) = (page.answers("003001", "yes"), json!({"weight": {"chosen": "high"}}));
    tokio::join!(yes, page.puts("/nodes/003001", weight));
    let view = page.get("").await.1;
    let node = view["nodes"].as_array().expect("nodes").iter().find(|node| node["path"] == "003001").cloned();
    let node = node.expect("is there");
    assert_eq!((&node["answer"], &node["weight"]), (&json!("yes"), &json!({"chosen": "high"})));
}

// Q6, Q8, Q10
#[actix_web::test]
async fn a_concern_weighs_and_what_is_skipped_does_not_count() {
    let (portal, _folder) = portal_asking(SHOP).await;
    let page = Asker::new(&portal);
    page.profile(json!({})).await;
    let node = |view: &Value, path: &str| {
        view["nodes"].as_array().expect("nodes").iter().find(|node| node["path"] == path).cloned().expect("is there")
    };
    let view = page.answers("001001", "no").await;
    assert_eq!((&view["progress"], &node(&view, "001001")["priority"]), (&json!(50), &json!(null)));
    let heavy = json!({"weight": {"likelihood": 5, "frequency": 7, "burden": 10}});
    let view = page.puts("/nodes/001001", heavy).await;
    assert_eq!(node(&view, "001001")["priority"], json!({"level": "high", "why": "calculated"}));
    let view = page.puts("/nodes/001001", json!({"weight": {"chosen": "low"}})).await;
    assert_eq!(node(&view, "001001")["priority"], json!({"level": "low", "why": "chosen"}));
    let view = page.puts("/nodes/001001", json!({"weight": null})).await;
    assert_eq!(node(&view, "001001")["priority"], json!(null));
    page.puts("/nodes/001002", json!({"decision": "yes"})).await;
    let view = page.answers("001002002", "no").await;
    assert_eq!(node(&view, "001002002")["priority"], json!({"level": "high", "why": "fixed"}));
    assert_eq!(view["progress"], 50);
    let view = page.puts("/nodes/001002", json!({"decision": "no"})).await;
    assert_eq!((&view["progress"], &node(&view, "001002002")["hidden"]), (&json!(50), &json!(true)));
}

// Q11
#[actix_web::test]
async fn what_nobody_has_changed_for_so_long_goes_and_nothing_else() {
    let (portal, _folder) = portal_asking(SHOP).await;
    let [old, resumed, looked] = [Asker::new(&portal), Asker::new(&portal), Asker::new(&portal)];
    for page in [&old, &resumed, &looked] {
        two_shops(page).await;
        page.answers("001001001", "no").await;
    }
    portal.account("Asha").await;
    portal.seconds_pass(15 * 86_400);
    resumed.post("/resume", json!({})).await;
    looked.get("").await;
    portal.seconds_pass(15 * 86_400);
    pulse::sweep(&portal.parts).await.expect("sweeps");
    assert_eq!(old.get("").await.0, 200, "30 days are not longer than 30 days");
    portal.seconds_pass(1);
    pulse::sweep(&portal.parts).await.expect("sweeps");
    assert_eq!((old.get("").await.0, looked.get("").await.0), (404, 404));
    let (status, left) = resumed.get("").await;
    assert_eq!((status, tree(&left)[2].as_str()), (200, "1.1.1 A is well no"));
    for (rows, below) in [
        ("session", "select count(*) from intake_session"),
        ("trees", "select count(distinct session) from intake_tree"),
        ("items", "select count(distinct session) from intake_item"),
        ("modules", "select count(distinct session) from intake_module"),
        ("profiles", "select count(distinct session) from intake_profile_answer"),
    ] {
        assert_eq!(portal.database.number(below).await, 1, "{rows}");
    }
    assert_eq!(portal.database.number("select count(*) from account").await, 1);
}

#[actix_web::test]
async fn a_tree_that_grows_too_far_is_refused() {
    // Q3
    let items: String = (0..40).map(|n| format!("{{id: i{n}, statement: S}},")).collect();
    let wide = format!(
        "{{title: T, profile: [{{id: R, kind: repeatable, question: Q, title: r, children: [{items}]}}], modules: []}}"
    );
    let (portal, _folder) = portal_asking(&wide).await;
    let page = Asker::new(&portal);
    let names = |count: usize| (0..count).map(|n| json!({"name": format!("n{n}")})).collect::<Vec<_>>();
    let many = json!({"answers": {"R": names(300)}});
    assert_eq!(page.put("/profile", many.clone()).await, (422, json!({"reason": "too_much"})));
    page.profile(json!({"R": names(50)})).await;
    assert_eq!(page.put("/profile", many).await.1["reason"], "too_much");
    assert_eq!(page.put("/profile", json!({"answers": {"R": names(1_000)}})).await.1["why"], "too_many");
    assert_eq!(page.get("").await.1["nodes"].as_array().map(Vec::len), Some(1 + 50 * 41));
}

#[actix_web::test]
async fn large_trees_count_for_several() {
    let items: String = (0..40).map(|n| format!("{{id: i{n}, statement: S}},")).collect();
    let wide = format!(
        "{{title: T, profile: [{{id: R, kind: repeatable, question: Q, title: r, children: [{items}]}}], modules: []}}"
    );
    let (portal, _folder) = portal_asking(&wide).await;
    let names: Vec<_> = (0..200).map(|n| json!({"name": format!("n{n}")})).collect();
    // 8,201 nodes are 42 of the hundred that one place may grow in a minute.
    let mut grown = Vec::new();
    for _ in 0..3 {
        grown.push(Asker::new(&portal).put("/profile", json!({"answers": {"R": names}})).await.0);
    }
    assert_eq!(grown, [200, 200, 429]);
    portal.seconds_pass(60);
    assert_eq!(Asker::new(&portal).put("/profile", json!({"answers": {"R": names}})).await.0, 200);
}

#[actix_web::test]
async fn whoever_floods_is_slowed_alone() {
    let (portal, _folder) = portal_asking(SHOP).await;
    let (flood, page) = (Asker::new(&portal), Asker::new(&portal));
    two_shops(&page).await;
    let answers = join_all((0..101).map(|_| flood.get(""))).await;
    let slowed: Vec<_> = answers.iter().filter(|(status, _)| *status == 429).collect();
    assert_eq!(slowed.len(), 1);
    assert!(slowed[0].1["retry_ms"].as_i64().is_some_and(|retry| 0 < retry && retry <= 10_000));
    assert_eq!(page.get("").await.0, 200);
    portal.seconds_pass(10);
    assert_eq!(flood.get("").await.0, 404);
}

#[actix_web::test]
async fn a_definition_that_is_none_keeps_the_server_from_starting() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = written(&folder, "title: T\nmodules:\n  - id: M\n    titel: m\n    children: []\n");
    let settings = Settings { intake: Some(file), slots: folder.path().join("slots"), ..patient() };
    let store = common::database::Database::of_stories().await.open().await;
    let clock = quietline::clock::Clock::by_hand(quietline_domain::Time(0));
    let refused = quietline::Parts::start(settings, clock, store, quietline::shares::Missing::Refuse).await;
    let sentence = refused.err().expect("refuses").to_string();
    assert!(sentence.contains("intake.yaml:4:5") && sentence.lines().count() >= 3, "{sentence}");
}

#[actix_web::test]
async fn the_shipped_questionnaire_is_asked_when_nothing_is_named() {
    let portal = Portal::open().await;
    let page = Asker::with(&portal, &new_key());
    let view = page.profile(json!({})).await;
    assert!(view["nodes"].as_array().is_some_and(|nodes| 15 < nodes.len()), "{view}");
}
