//! Who may do what, cell by cell: what the table says is what the server does, over requests and over the desk's socket.
//!
//! The table stands here by hand. One that gains an action in the server and not here fails.

mod common;

use std::collections::{BTreeMap, BTreeSet};

use common::{Portal, asking::asks};
use quietline::{
    rights::{self, Action, REQUESTS},
    store::StaffRole,
};
use serde_json::{Value, json};
use uuid::Uuid;

const TABLE: &str = "
    action              counsellor  supervisor  administrator
    SeeOneself          may         may         may
    KeepOwnKey          may         may         may
    BeAtDesk            may         may         may
    TakeStudents        may         may         may
    Talk                may         may         may
    HandOver            may         may         may
    ReadSharedIntake    may         may         may
    EditPlan            may         may         may
    SeeOwnDuty          may         may         may
    SeeEveryonesDuty    no          may         may
    DownloadDuty        no          may         may
    SeeService          no          may         may
    SeeAccounts         no          no          may
    AddAccount          no          no          may
    DisableAccount      no          no          may
    ResetAccount        no          no          may
    SetRole             no          no          may
    SeeAudit            no          no          may
";

const ROLES: [StaffRole; 3] = [StaffRole::Counsellor, StaffRole::Supervisor, StaffRole::Administrator];

/// Of each action, whether each role may.
fn table() -> BTreeMap<String, [bool; 3]> {
    let rows = TABLE.lines().map(str::trim).filter(|line| !line.is_empty()).skip(1);
    let cell = |word: &str| match word {
        "may" => true,
        "no" => false,
        other => panic!("{other} is no cell"),
    };
    rows.map(|row| {
        let words: Vec<_> = row.split_whitespace().collect();
        (words[0].to_owned(), [cell(words[1]), cell(words[2]), cell(words[3])])
    })
    .collect()
}

#[test]
fn the_servers_table_is_this_one_and_has_no_other_cell() {
    let ours = table();
    let theirs: BTreeMap<_, _> = Action::ALL
        .iter()
        .map(|&action| (format!("{action:?}"), ROLES.map(|role| rights::may(role, action))))
        .collect();
    assert_eq!(ours, theirs);
    assert_eq!(Action::ALL.len(), ours.len(), "each once");
    let requests: BTreeSet<_> = REQUESTS.iter().map(|(method, route, _)| (method, route)).collect();
    assert_eq!(requests.len(), REQUESTS.len(), "each request has one row");
    let asked: BTreeSet<_> =
        REQUESTS.iter().map(|(.., action)| format!("{action:?}")).chain(frames().into_keys()).collect();
    assert_eq!(asked, ours.into_keys().collect(), "each action is tried below");
}

#[actix_web::test]
async fn every_request_does_what_its_cell_says() {
    let portal = Portal::open().await;
    let mut cookies = Vec::new();
    for (name, role) in ["Cora", "Sven", "Ada"].into_iter().zip(ROLES) {
        cookies.push(portal.account_as(name, role).await);
    }
    let table = table();
    for (method, route, action) in REQUESTS {
        let path = route.replace("{id}", &Uuid::nil().to_string());
        let (status, reason) = asks(&portal.address, method, &path, "", None).await.refusal();
        assert_eq!((status, reason.as_str()), (401, "signed_out"), "{method} {route}, nobody");
        for (cookie, (role, may)) in cookies.iter().zip(ROLES.into_iter().zip(table[&format!("{action:?}")])) {
            let body = (method != "GET").then(|| json!({"role": "counsellor"}));
            let answer = asks(&portal.address, method, &path, cookie, body).await;
            let is_refused = answer.refusal() == (403, "role".to_owned());
            assert_eq!(is_refused, !may, "{method} {route}, {role:?}: {} {}", answer.status, answer.body);
            // Whoever may is answered by whoever answers this, and not as for a page that there is none of.
            let is_answered = answer.status == 204 || answer.json() != Value::Null || answer.head.contains("text/csv");
            assert!(is_answered, "{method} {route}, {role:?}: {} {}", answer.status, answer.body);
        }
    }
    for (method, nothing) in
        [("GET", "/api/nothing"), ("POST", "/api/duty/own"), ("DELETE", "/api/accounts"), ("GET", "/api/accounts/x")]
    {
        assert_eq!(asks(&portal.address, method, nothing, &cookies[2], Some(json!({}))).await.status, 404, "{nothing}");
    }
}

/// What a desk may say, by the action that it is.
fn frames() -> BTreeMap<String, Vec<Value>> {
    let (room, id) = (Uuid::nil(), Uuid::from_u128(7));
    let key = "B".repeat(86) + "A";
    let nonce = "A".repeat(43);
    let offer = json!({"public": key, "identity": key, "commitment": nonce, "certificate": "A".repeat(86), "signature": "A".repeat(86)});
    let about = |kind: &str| json!({"type": kind, "room": room});
    BTreeMap::from([
        (
            "BeAtDesk".to_owned(),
            vec![
                json!({"type": "switch", "available": true}),
                json!({"type": "beat", "rooms": []}),
                json!({"type": "keyboard", "key_ms": 0}),
            ],
        ),
        ("TakeStudents".to_owned(), vec![json!({"type": "take", "claim": id})]),
        (
            "Talk".to_owned(),
            vec![
                json!({"type": "say", "room": room, "cid": id, "body": {"suite": 1, "key_epoch": 1, "sealed": "A".repeat(400)}}),
                about("typing"),
                about("stay"),
                json!({"type": "seen", "room": room, "seq": 1}),
                about("leave"),
                json!({"type": "offer_key", "room": room, "offer": offer}),
                json!({"type": "reveal", "room": room, "for": key, "nonce": nonce}),
                about("close"),
            ],
        ),
        (
            "HandOver".to_owned(),
            vec![
                about("give_back"),
                json!({"type": "hand_over", "room": room, "to": id}),
                json!({"type": "accept", "room": room, "offer": offer}),
                about("decline"),
            ],
        ),
    ])
}

#[actix_web::test]
async fn every_frame_does_what_its_cell_says() {
    let portal = Portal::open().await;
    for cookie in ["", "nobody"] {
        let mut nobody = portal.desk(cookie).await;
        nobody.tell(json!({"type": "hello"})).await;
        assert_eq!(nobody.is_closed_with().await, 4003);
    }
    let table = table();
    for (role, name) in ROLES.into_iter().zip(["Cora", "Sven", "Ada"]) {
        let cookie = portal.account_as(name, role).await;
        for (action, frames) in frames() {
            let may = table[&action][ROLES.iter().position(|one| *one == role).expect("a role")];
            for frame in frames {
                let mut desk = portal.desk(&cookie).await;
                desk.tell(json!({"type": "hello", "rooms": []})).await;
                let welcome = desk.hears("welcome").await;
                assert_eq!(welcome["role"], json!(format!("{role:?}").to_lowercase()));
                desk.tell(frame.clone()).await;
                desk.tell(json!({"type": "beat", "rooms": []})).await;
                desk.hears("heard").await;
                let refused = desk.heard.iter().any(|heard| heard.contains(r#""reason":"role""#));
                assert_eq!(refused, !may, "{frame}, {role:?}");
            }
        }
    }
}
