//! Who has an intake: the tab, whoever has the return code, the counsellor with whom it is shared; and what becomes of it
//! when the room ends.

mod common;

use common::{
    Person, Portal,
    database::Database,
    intake::{Asker, SHOP, portal_asking, tree, written},
    new_key, patient,
    sealed::envelope,
};
use quietline::{clock::Clock, config::Settings};
use quietline_domain::Time;
use serde_json::json;

/// A student in a room and with an intake, both with one key, and the counsellor who has taken them.
async fn three(portal: &Portal) -> (Person, Person, Asker) {
    let mut asha = portal.available("Asha").await;
    let student = portal.student().await;
    let page = Asker::with(portal, &student.key);
    page.profile(json!({"P": [{"name": "North"}]})).await;
    page.answers("001001001", "no").await;
    asha.takes().await;
    (asha, student, page)
}

/// The page of a counsellor who was given this share.
fn given(portal: &Portal, counsellor: &Person, share: &str) -> Asker {
    Asker { cookie: counsellor.cookie.clone(), ..Asker::with(portal, share) }
}

async fn shares(student: &mut Person, page: &Asker) -> String {
    let share = new_key();
    assert_eq!(page.post("/share", json!({"share": share})).await.0, 204);
    student.tell(json!({"type": "share_intake", "body": envelope(&share, student.key_epoch())})).await;
    share
}

async fn code(page: &Asker) -> String {
    let (status, told) = page.post("/code", json!({})).await;
    assert_eq!(status, 200, "{told}");
    told["code"].as_str().expect("words").to_owned()
}

// Q12
#[actix_web::test]
async fn a_counsellor_sees_it_while_it_is_shared_and_writes_steps_alone() {
    let (portal, _folder) = portal_asking(SHOP).await;
    let (mut asha, mut student, page) = three(&portal).await;
    let bo = portal.available("Bo").await;
    let guess = given(&portal, &asha, &new_key());
    assert_eq!(guess.get("/shared").await.1["reason"], "not_shared");

    let share = shares(&mut student, &page).await;
    let told = asha.hears("intake").await;
    assert_eq!(common::sealed::text_in(&told["body"]).as_deref(), Some(share.as_str()));
    let desk = given(&portal, &asha, &share);
    code(&page).await;
    let (status, view) = desk.get("/shared").await;
    assert_eq!((status, tree(&view)[2].as_str()), (200, "1.1.1 A is well no"));
    assert_eq!(view["code"], false, "a code is the student's own");
    let step =
        json!({"id": uuid::Uuid::new_v4(), "path": "001001001", "what": "a walk", "by_when": "Friday", "who": "both"});
    let (status, view) = desk.post("/shared/steps", step.clone()).await;
    assert_eq!((status, &view["steps"][0]["from"]), (200, &json!("counsellor")));
    desk.post("/shared/steps", step.clone()).await;
    let mut other = step;
    other["id"] = json!(uuid::Uuid::new_v4());
    page.post("/steps", other).await;
    let steps = page.get("").await.1["steps"].clone();
    assert_eq!(steps.as_array().map(Vec::len), Some(2));
    let id = steps[0]["id"].as_str().expect("an id");
    let words = json!({"what": "a longer walk", "by_when": "", "who": ""});
    assert_eq!(desk.put(&format!("/shared/steps/{id}"), words).await.1["steps"][0]["what"], "a longer walk");
    assert_eq!(desk.delete(&format!("/shared/steps/{id}")).await.1["steps"].as_array().map(Vec::len), Some(1));

    // A share opens nothing else, a key opens no share, and nobody else's sign-in does.
    assert_eq!(desk.get("").await.0, 404);
    assert_eq!(desk.put("/nodes/001001001", json!({"answer": "yes"})).await.0, 404);
    let with_key = Asker { key: page.key.clone(), ..desk.clone() };
    assert_eq!(with_key.get("/shared").await.0, 404);
    assert_eq!(Asker { cookie: String::new(), ..desk.clone() }.get("/shared").await.1["reason"], "signed_out");
    assert_eq!(given(&portal, &bo, &share).get("/shared").await.1["reason"], "not_shared");

    student.tell(json!({"type": "stop_sharing"})).await;
    assert_eq!(asha.hears("intake").await["body"], json!(null));
    assert_eq!(page.delete("/share").await.0, 204);
    assert_eq!(desk.get("/shared").await.1["reason"], "not_shared");
}

// Q12
#[actix_web::test]
async fn whoever_takes_over_sees_it_and_whoever_has_gone_does_not() {
    let (portal, _folder) = portal_asking(SHOP).await;
    let (mut asha, mut student, page) = three(&portal).await;
    let share = shares(&mut student, &page).await;
    asha.hears("intake").await;
    asha.tells_room(json!({"type": "give_back"})).await;
    asha.hears("moved").await;
    assert_eq!(given(&portal, &asha, &share).get("/shared").await.0, 404, "nobody has the room");
    let mut bo = portal.available("Bo").await;
    let (room, _) = bo.takes().await;
    assert_eq!(common::sealed::text_in(&room["intake"]).as_deref(), Some(share.as_str()), "kept for who comes");
    assert_eq!(given(&portal, &bo, &share).get("/shared").await.0, 200);
    assert_eq!(given(&portal, &asha, &share).get("/shared").await.0, 404);

    let portal = portal.restart().await;
    let mut bo = portal.desk(&bo.cookie).await;
    bo.tell(json!({"type": "hello", "rooms": []})).await;
    assert!(!bo.hears("room").await["intake"].is_null(), "outlives a restart");
    let mut back = portal.returns(&student.key).await;
    assert!(!back.hears("room").await["intake"].is_null(), "its own page knows that it is shared");
}

#[actix_web::test]
async fn without_a_room_there_is_nobody_to_share_it_with() {
    let (portal, _folder) = portal_asking(SHOP).await;
    let page = Asker::new(&portal);
    page.profile(json!({})).await;
    assert_eq!(page.post("/share", json!({"share": new_key()})).await, (409, json!({"reason": "no_room"})));
}

// Q12
#[actix_web::test]
async fn closing_the_room_erases_it_unless_there_is_a_code() {
    let (portal, _folder) = portal_asking(SHOP).await;
    let (mut asha, mut student, page) = three(&portal).await;
    student.tell(json!({"type": "close"})).await;
    let told = student.hears("ended").await;
    assert_eq!(told["erased"], json!(["room", "lines", "nickname", "key", "intake"]));
    assert_eq!(told["kept"], json!(null));
    assert_eq!(asha.hears("ended").await["erased"], json!(["room", "lines", "nickname", "key"]));
    assert_eq!(page.get("").await.0, 404);
    assert_eq!(portal.database.number("select count(*) from intake_session").await, 0);
    assert_eq!(portal.database.number("select count(*) from intake_tree").await, 0);

    let mut student = portal.student().await;
    let page = Asker::with(&portal, &student.key);
    let view = page.profile(json!({"P": [{"name": "North"}]})).await;
    let code = code(&page).await;
    asha.takes().await;
    let share = shares(&mut student, &page).await;
    asha.hears("intake").await;
    asha.tells_room(json!({"type": "close"})).await;
    let told = student.hears("ended").await;
    assert_eq!((&told["kept"], told["erased"].as_array().map(Vec::len)), (&json!(["intake"]), Some(4)));
    assert_eq!(asha.hears("ended").await["kept"], json!(null), "a code is the student's own");
    assert_eq!(page.get("").await.0, 404, "the key in the tab opens nothing any more");
    assert_eq!(given(&portal, &asha, &share).get("/shared").await.0, 404);

    let fresh = Asker::new(&portal);
    let (status, back) = fresh.post("/return", json!({"code": code})).await;
    assert_eq!((status, tree(&back)), (200, tree(&view)));
    assert_eq!(fresh.get("").await.1["code"], true);
}

// Q12
#[actix_web::test]
async fn two_who_give_the_same_share_trouble_nobody_else() {
    let (portal, _folder) = portal_asking(SHOP).await;
    let (mut asha, mut student, page) = three(&portal).await;
    let share = shares(&mut student, &page).await;
    asha.hears("intake").await;
    let other = portal.student().await;
    let copies = Asker::with(&portal, &other.key);
    copies.profile(json!({})).await;
    let (refused, said) = tokio::join!(copies.post("/share", json!({"share": share})), student.says("and on"));
    assert_eq!((refused.0, said), (503, 1));
    assert_eq!(given(&portal, &asha, &share).get("/shared").await.0, 200);
    assert_eq!(copies.get("").await.1["shared"], false);
}

// Q12
#[actix_web::test]
async fn a_student_without_an_intake_hears_of_none() {
    let (portal, _folder) = portal_asking(SHOP).await;
    let (_asha, mut student) = portal.two_people().await;
    student.tell(json!({"type": "close"})).await;
    assert_eq!(student.hears("ended").await["erased"], json!(["room", "lines", "nickname", "key"]));
}

// Q12
#[actix_web::test]
async fn a_code_leads_back_from_anywhere_and_a_new_one_replaces_it() {
    let (portal, _folder) = portal_asking(SHOP).await;
    let page = Asker::new(&portal);
    page.profile(json!({"P": [{"name": "North"}]})).await;
    let (first, second) = (code(&page).await, code(&page).await);
    assert_eq!((first.split(' ').count(), first == second), (6, false));
    let portal = portal.restart().await;
    let fresh = Asker::new(&portal);
    assert_eq!(fresh.post("/return", json!({"code": first})).await.1["reason"], "no_such_code");
    let shouted = second.to_uppercase().replace(' ', " - ");
    assert_eq!(fresh.post("/return", json!({"code": shouted})).await.0, 200);
    assert_eq!(Asker::with(&portal, &page.key).get("").await.0, 404, "it is the new tab's now");
    assert_eq!(fresh.post("/return", json!({"code": second})).await.0, 200, "again, in the tab that has it");

    // A tab with an intake of its own does not lose that.
    let other = Asker::new(&portal);
    let own = other.profile(json!({"Q": true})).await;
    assert_eq!(other.post("/return", json!({"code": second})).await, (409, json!({"reason": "has_one"})));
    assert_eq!(other.get("").await.1, own);
}

// Q12
#[actix_web::test]
async fn a_mistyped_code_is_told_kindly_and_guessing_is_slow() {
    let (portal, _folder) = portal_asking(SHOP).await;
    let page = Asker::new(&portal);
    page.profile(json!({})).await;
    let code = code(&page).await;
    let tries = Asker::new(&portal);
    let words = "garden window apple music forest";
    let (status, told) = tries.post("/return", json!({"code": format!("rivver {words}")})).await;
    assert_eq!((status, &told["reason"], &told["nearest"]), (422, &json!("unknown_word"), &json!("river")));
    assert_eq!(tries.post("/return", json!({"code": words})).await.1, json!({"reason": "words", "count": 5}));
    let wrong = json!({"code": format!("river {words}")});
    for _ in 0..10 {
        assert_eq!(tries.post("/return", wrong.clone()).await, (404, json!({"reason": "no_such_code"})));
    }
    let (status, told) = tries.post("/return", wrong).await;
    assert_eq!((status, &told["reason"]), (429, &json!("too_many")));
    assert!(told["retry_ms"].as_i64().is_some_and(|retry| 0 < retry && retry <= 60_000), "{told}");
    // Whoever has the page open goes on, and so does whoever comes with the code a minute later.
    assert_eq!(page.get("").await.0, 200);
    assert_eq!(tries.post("/return", json!({"code": code})).await.0, 429);
    portal.seconds_pass(60);
    assert_eq!(tries.post("/return", json!({"code": code})).await.0, 200);
}

// Q12
#[actix_web::test]
async fn delete_everything_takes_intake_and_room_whatever_code_there_is() {
    let (portal, _folder) = portal_asking(SHOP).await;
    let (mut asha, mut student, page) = three(&portal).await;
    let code = code(&page).await;
    shares(&mut student, &page).await;
    assert_eq!(page.delete("").await.0, 204);
    assert_eq!(portal.database.number("select count(*) from intake_session").await, 0);
    assert_eq!(student.hears("ended").await["by"], "student");
    asha.hears("ended").await;
    assert_eq!(Asker::new(&portal).post("/return", json!({"code": code})).await.0, 404);
    assert_eq!(page.delete("").await.0, 204, "again is the same");
}

#[actix_web::test]
async fn a_tab_that_leaves_takes_an_intake_without_a_room_with_it() {
    let (portal, _folder) = portal_asking(SHOP).await;
    let [with_code, without] = [Asker::new(&portal), Asker::new(&portal)];
    for page in [&with_code, &without] {
        page.profile(json!({})).await;
    }
    let code = code(&with_code).await;
    for page in [&with_code, &without] {
        let leave = format!(
            "POST /api/leave HTTP/1.1\r\nHost: {0}\r\nOrigin: null\r\nConnection: close\r\nContent-Length: 43\r\n\r\n{1}",
            portal.address, page.key
        );
        let address = portal.address.clone();
        let answer = actix_web::web::block(move || common::program::ask(&address, leave.as_bytes())).await;
        assert!(answer.expect("answers").starts_with("HTTP/1.1 204"));
        // What was left is erased by and by.
        let mut looks = 0;
        while page.get("").await.0 != 404 {
            looks += 1;
            assert!(looks < 90, "it is still there");
        }
    }
    assert_eq!(portal.database.number("select count(*) from intake_session").await, 1);
    assert_eq!(Asker::new(&portal).post("/return", json!({"code": code})).await.0, 200);
}

/// Everything in the files of the database, as bytes.
fn files(portal: &Portal) -> Vec<u8> {
    let file = portal.database.file();
    let beside = |end: &str| file.with_file_name(format!("quietline.sqlite{end}"));
    ["", "-wal"].iter().flat_map(|end| std::fs::read(beside(end)).unwrap_or_default()).collect()
}

fn holds(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

#[actix_web::test]
async fn a_copy_of_the_database_reads_no_name_no_answer_and_no_step() {
    // Postgres' own files are searched in tests/privacy.rs.
    let folder = tempfile::tempdir().expect("a folder");
    let settings = Settings { intake: Some(written(&folder, SHOP)), ..patient() };
    let portal = Portal::on(Database::sqlite(), settings, Clock::by_hand(Time(1_000_000))).await;
    let page = Asker::new(&portal);
    page.profile(json!({"P": [{"name": "canary-shop"}], "Q": true})).await;
    page.answers("001001001", "no").await;
    let step = json!({"id": uuid::Uuid::new_v4(), "path": "001001001", "what": "canary-what", "by_when": "canary-when", "who": "canary-who"});
    assert_eq!(page.post("/steps", step).await.0, 200);
    let code = code(&page).await;
    let open = files(&portal);
    assert!(holds(&open, "mobile shop") && holds(&open, "A is well"), "the definition's own words are readable");
    for secret in ["canary-", "\"no\"", page.key.as_str(), &code] {
        assert!(!holds(&open, secret), "{secret}");
    }
    let mut file = portal.database.sqlite_file().await;
    let sealed: Vec<String> = sqlx::query_scalar("select sealed from intake_item where sealed is not null")
        .fetch_all(&mut file)
        .await
        .expect("reads");
    drop(file);
    assert_eq!(sealed.len(), 1, "the answer is there, sealed");
    // Deleted is gone, the sealed one too.
    page.delete("").await;
    let left = files(&portal);
    assert!(sealed.iter().all(|sealed| holds(&open, sealed) && !holds(&left, sealed)), "a sealed answer is left");
    assert!(!holds(&left, "mobile shop") && !holds(&left, "A is well"), "something is left in the file");
}
