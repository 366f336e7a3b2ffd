//! Accounts as administrators look after them in the page: links instead of passwords, roles that count at once, somebody
//! who always remains, and a log of it all.

mod common;

use common::{
    Portal,
    asking::{Answer, asks},
};
use quietline::store::StaffRole;
use serde_json::{Value, json};

async fn posts(portal: &Portal, path: &str, cookie: &str, body: Value) -> Answer {
    asks(&portal.address, "POST", path, cookie, Some(body)).await
}

/// The cookie that an answer leaves in a browser.
fn cookie(answer: &Answer) -> String {
    let set = answer.head.lines().find_map(|line| line.split_once("quietline=")).expect("a cookie").1;
    set.split(';').next().unwrap_or_default().to_owned()
}

/// What stands behind the sign of a link.
fn token(answer: &Answer) -> String {
    assert_eq!(answer.status, 200, "{}", answer.body);
    let link = answer.json()["link"].as_str().expect("a link").to_owned();
    assert!(link.starts_with("http://127.0.0.1:") && link.contains("/desk#welcome="), "{link}");
    link.split_once("#welcome=").expect("a token").1.to_owned()
}

async fn signs_in(portal: &Portal, login: &str, password: &str) -> Answer {
    posts(portal, "/api/sign-in", "", json!({"login": login, "password": password})).await
}

#[actix_web::test]
async fn whoever_is_added_chooses_their_own_password_and_is_signed_out_by_a_reset() {
    let portal = Portal::open().await;
    let ada = portal.account_as("Ada", StaffRole::Administrator).await;
    let new = json!({"login": "Ben", "nickname": "Benno", "role": "supervisor"});
    let first = token(&posts(&portal, "/api/accounts", &ada, new.clone()).await);
    assert_eq!(posts(&portal, "/api/accounts", &ada, new).await.refusal(), (409, "taken".to_owned()));
    for (wrong, reason) in [
        (json!({"login": "é", "nickname": "Fine", "role": "counsellor"}), "login"),
        (json!({"login": "cleo", "nickname": "guest_1", "role": "counsellor"}), "nickname"),
        (json!({"login": "cleo", "nickname": "Cleo", "role": "king"}), "malformed"),
        (json!({"login": "cleo", "nickname": "Cleo", "role": "counsellor", "password": "x"}), "malformed"),
    ] {
        assert_eq!(posts(&portal, "/api/accounts", &ada, wrong).await.refusal(), (400, reason.to_owned()));
    }
    for password in ["", "correct horse battery"] {
        assert_eq!(signs_in(&portal, "ben", password).await.refusal(), (401, "wrong".to_owned()));
    }
    let short = json!({"token": first, "password": "too short"});
    assert_eq!(posts(&portal, "/api/own-password", "", short).await.refusal(), (400, "password".to_owned()));
    let chosen = json!({"token": first, "password": "a password of my own"});
    let answer = posts(&portal, "/api/own-password", "", chosen.clone()).await;
    assert_eq!(answer.json(), json!({"nickname": "Benno", "role": "supervisor"}));
    let ben = cookie(&answer);
    assert_eq!(posts(&portal, "/api/own-password", "", chosen).await.refusal(), (403, "gone".to_owned()));
    assert_eq!(signs_in(&portal, "ben", "a password of my own").await.status, 200);

    let seen = asks(&portal.address, "GET", "/api/accounts", &ada, None).await.json();
    let id = seen[1]["id"].as_str().expect("an id").to_owned();
    let row = json!({"id": id, "login": "ben", "nickname": "Benno", "role": "supervisor", "access": "enabled"});
    assert_eq!(seen[1], row);

    let mut desk = portal.desk(&ben).await;
    desk.tell(json!({"type": "hello"})).await;
    desk.hears("welcome").await;
    let second = token(&posts(&portal, &format!("/api/accounts/{id}/reset"), &ada, json!({})).await);
    assert_eq!(desk.is_closed_with().await, 4003);
    assert_eq!(asks(&portal.address, "GET", "/api/me", &ben, None).await.status, 401);
    assert_eq!(signs_in(&portal, "ben", "a password of my own").await.status, 401);
    // A link is not good for ever, and a newer one makes it worthless.
    portal.seconds_pass(7 * 86_400);
    let late = json!({"token": second, "password": "another of my own"});
    assert_eq!(posts(&portal, "/api/own-password", "", late).await.refusal(), (403, "gone".to_owned()));
    let third = token(&posts(&portal, &format!("/api/accounts/{id}/reset"), &ada, json!({})).await);
    let chosen = json!({"token": third, "password": "another of my own"});
    assert_eq!(posts(&portal, "/api/own-password", "", chosen).await.status, 200);

    assert_eq!(posts(&portal, &format!("/api/accounts/{id}/disable"), &ada, json!({})).await.status, 204);
    assert_eq!(signs_in(&portal, "ben", "another of my own").await.status, 401);
    let log = asks(&portal.address, "GET", "/api/audit", &ada, None).await.json();
    let told = |entry: &Value| {
        let text = |key: &str| entry[key].as_str().unwrap_or("-").to_owned();
        format!("{} {} {}", text("by"), text("action"), text("about"))
    };
    let told: Vec<_> = log.as_array().expect("entries").iter().rev().map(told).collect();
    let expected = [
        "Ada added Benno",
        "Ada made_supervisor Benno",
        "Benno chose_password Benno",
        "Benno signed_in -",
        "Benno signed_in -",
        "Ada reset Benno",
        "Ada reset Benno",
        "Benno chose_password Benno",
        "Benno signed_in -",
        "Ada disabled Benno",
    ];
    assert_eq!(told[told.len() - expected.len()..], expected);
    let missing = posts(&portal, &format!("/api/accounts/{}/disable", uuid::Uuid::nil()), &ada, json!({})).await;
    assert_eq!(missing.refusal(), (404, "no_such_account".to_owned()));
}

#[actix_web::test]
async fn a_role_that_changes_counts_at_once_also_for_whoever_is_at_work() {
    let portal = Portal::open().await;
    let ada = portal.account_as("Ada", StaffRole::Administrator).await;
    let sven = portal.account_as("Sven", StaffRole::Supervisor).await;
    let seen = asks(&portal.address, "GET", "/api/accounts", &ada, None).await.json();
    let id = |n: usize| seen[n]["id"].as_str().expect("an id").to_owned();
    let mut desk = portal.desk(&sven).await;
    desk.tell(json!({"type": "hello"})).await;
    assert_eq!(desk.hears("welcome").await["role"], "supervisor");
    assert_eq!(asks(&portal.address, "GET", "/api/service", &sven, None).await.status, 200);

    let role = |id: String, role: &'static str| {
        let path = format!("/api/accounts/{id}/role");
        let (address, ada) = (portal.address.clone(), ada.clone());
        async move { asks(&address, "PUT", &path, &ada, Some(json!({"role": role}))).await }
    };
    assert_eq!(role(id(1), "counsellor").await.status, 204);
    let refused = asks(&portal.address, "GET", "/api/service", &sven, None).await;
    assert_eq!(refused.refusal(), (403, "role".to_owned()));
    assert_eq!(desk.is_closed_with().await, 1013, "the page comes back by itself");
    let mut back = portal.desk(&sven).await;
    back.tell(json!({"type": "hello"})).await;
    assert_eq!(back.hears("welcome").await["role"], "counsellor");

    // Whoever administers alone cannot stop to, whichever way.
    for answer in [
        role(id(0), "supervisor").await,
        posts(&portal, &format!("/api/accounts/{}/disable", id(0)), &ada, json!({})).await,
        posts(&portal, &format!("/api/accounts/{}/reset", id(0)), &ada, json!({})).await,
    ] {
        assert_eq!(answer.refusal(), (409, "last_administrator".to_owned()));
    }
    assert_eq!(role(id(1), "administrator").await.status, 204);
    assert_eq!(role(id(0), "counsellor").await.status, 204);
    assert_eq!(asks(&portal.address, "GET", "/api/accounts", &ada, None).await.refusal(), (403, "role".to_owned()));
}
