//! What could be handed over, and to whom what is sealed is readable: the inventory against the schema, and a whole
//! conversation against everything the server wrote.

mod common;

use std::{collections::BTreeSet, path::Path};

use actix_web::web;
use common::{
    Person, Portal,
    cipher::Keys,
    cluster::Cluster,
    database::Database,
    intake::Asker,
    new_key,
    program::{Program, ask},
    sealed::offer,
};
use quietline::inventory::INVENTORY;
use serde_json::json;
use sqlx::{Connection, PgConnection, Row};
use uuid::Uuid;

/// Every column that this database has, as `table.column`.
async fn columns(database: &Database) -> BTreeSet<String> {
    match database {
        Database::Sqlite(_) => {
            let mut file = database.sqlite_file().await;
            let listed = "select tables.name || '.' || columns.name from sqlite_master as tables,
                pragma_table_info(tables.name) as columns where tables.type = 'table'";
            let rows = sqlx::query(listed).fetch_all(&mut file).await.expect("reads");
            rows.iter().map(|row| row.get(0)).collect()
        }
        Database::Postgres(url) => {
            let mut db = PgConnection::connect(url).await.expect("connects");
            let listed = "select table_name || '.' || column_name from information_schema.columns
                where table_schema = 'public'";
            let rows = sqlx::query(listed).fetch_all(&mut db).await.expect("reads");
            rows.iter().map(|row| row.get(0)).collect()
        }
    }
}

#[tokio::test]
async fn the_inventory_lists_every_column_of_both_databases_and_no_other() {
    for database in Database::each().await {
        database.open().await.close().await;
        let there = columns(&database).await;
        let listed: Vec<_> = INVENTORY.iter().flat_map(|group| group.kept).flat_map(|kept| kept.columns).collect();
        let covers = |listed: &str, column: &str| match listed.strip_suffix('*') {
            Some(table) => column.starts_with(table),
            None => listed == column,
        };
        for column in &there {
            let by = listed.iter().filter(|listed| covers(listed, column)).count();
            assert_eq!(by, 1, "{column} must be in server/inventory.rs once");
        }
        for listed in listed {
            assert!(there.iter().any(|column| covers(listed, column)), "{listed} is in no database any more");
        }
    }
}

#[actix_web::test]
async fn the_page_says_all_of_it_and_runs_no_script() {
    let portal = Portal::open().await;
    let request = format!("GET /privacy HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", portal.address);
    let address = portal.address.clone();
    let page = web::block(move || ask(&address, request.as_bytes())).await.expect("answers");
    for kept in INVENTORY.iter().flat_map(|group| group.kept) {
        assert!(page.contains(kept.what) && page.contains(kept.until), "{}", kept.what);
    }
    assert!(!page.contains("<script") && !page.contains("{{"), "{page}");
}

/// Every file below this folder, as one text in which each byte is a character.
fn everything_in(folder: &Path) -> String {
    let mut all = String::new();
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let (path, kind) = entry.map(|entry| (entry.path(), entry.file_type())).expect("an entry");
        let kind = kind.expect("is of a kind");
        if kind.is_dir() {
            all += &everything_in(&path);
        } else if kind.is_file() {
            all.extend(std::fs::read(path).expect("reads").into_iter().map(char::from));
        }
    }
    all
}

/// What is searched for, with a sign that no base64 has. In many megabytes anything may be found that is short.
const IN_TEXT: [&str; 4] = ["~77", "~78", "203.0.113", "MDMuMC4xMTMu"];
const IN_MEGABYTES: [&str; 3] = ["canary-", "203.0.113", "MDMuMC4xMTMu"];

#[actix_web::test]
async fn a_whole_conversation_leaves_no_word_name_key_or_address_anywhere() {
    let folder = tempfile::tempdir().expect("a folder");
    leaves_nothing(&[], &IN_TEXT, folder.path(), || everything_in(folder.path())).await;
}

#[actix_web::test]
async fn nor_does_it_in_all_that_postgres_keeps() {
    // Its tables, its write-ahead log, its own log: whatever it has not overwritten yet is there.
    let Some(cluster) = Cluster::start() else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let url = cluster.url();
    let kept = || {
        cluster.writes_out();
        everything_in(cluster.folder()) + &everything_in(folder.path())
    };
    let envelope = leaves_nothing(&["--database", &url], &IN_MEGABYTES, folder.path(), kept).await;
    cluster.shuts_down();
    let left = everything_in(cluster.folder());
    assert!(left.contains(&envelope), "Postgres keeps the sealed line for a while, or it was searched in vain");
    for canary in IN_MEGABYTES {
        assert!(!left.contains(canary), "{canary} is in what Postgres keeps");
    }
}

/// Promises 4 and 5: sealed as pages seal; the log at its most talkative. Returns one line's envelope.
async fn leaves_nothing(more: &[&str], canaries: &[&str], folder: &Path, kept: impl Fn() -> String) -> String {
    let flags = ["--log", "trace", "--metrics-listen", "127.0.0.1:0", "--trusted-proxies", "127.0.0.0/8"];
    let mut program = Program::start(folder, &[&flags, more].concat());
    let token = program.first.clone().expect("nobody was here");
    let asked = json!({"token": token, "login": "asha", "nickname": "Asha", "password": "canary-password~77"});
    let cookie = program.post("/api/first-account", &asked, "").cookie.expect("is signed in");
    let from = [("x-forwarded-for", "203.0.113.77".to_owned()), ("user-agent", "canary-agent~77".to_owned())];
    let mut asha = Person::connect_plainly(&program.address, "/ws/desk", Some(&cookie)).await;
    asha.tell(json!({"type": "hello", "rooms": []})).await;
    asha.tell(json!({"type": "switch", "available": true})).await;
    while asha.hears("switched").await["available"] != json!(true) {}

    let mut student = Person::connect_saying(&program.address, "/ws/student", None, &from).await;
    let key = new_key();
    student.tell(json!({"type": "hello"})).await;
    student.tell(json!({"type": "join", "key": key, "nickname": "canary-name~77"})).await;
    let (room, _) = student.enters().await;
    let keys = Keys::of(&room, [9; 32]);
    student.tell(json!({"type": "nickname", "body": keys.seal("nickname", Uuid::nil(), 0, "canary-name~77")})).await;
    let intake = Asker { address: program.address.clone(), key: key.clone(), cookie: String::new() };
    intake.profile(json!({"studies": [{"name": "canary-course~77"}]})).await;
    intake.answers("001001001", "no").await;
    let step = json!({"id": Uuid::new_v4(), "path": "001001001", "what": "canary-step~77", "by_when": "", "who": ""});
    assert_eq!(intake.post("/steps", step).await.0, 200);
    let share = new_key();
    assert_eq!(intake.post("/share", json!({"share": share})).await.0, 204);
    let (_, code) = intake.post("/code", json!({})).await;
    let code = code["code"].as_str().expect("words").to_owned();
    asha.tell(json!({"type": "take", "claim": Uuid::new_v4()})).await;
    asha.room = asha.hears("room").await["room"].as_str().expect("an id").to_owned();
    asha.tells_room(json!({"type": "offer_key", "offer": offer(1)})).await;
    asha.hears("key_handed").await;
    let said = |direction: &str, n: u32, text: &str| {
        let cid = Uuid::new_v4();
        json!({"type": "say", "cid": cid, "body": keys.seal(direction, cid, n, text)})
    };
    let (students, counsellors) = (said("student", 1, "canary-line~77"), said("counsellor", 1, "canary-answer~77"));
    student.tell(students.clone()).await;
    student.hears("line").await;
    asha.tells_room(counsellors.clone()).await;
    let mut shown = asha.hears("lines").await;
    while shown["lines"] == json!([]) {
        shown = asha.hears("lines").await;
    }
    let line = &shown["lines"][0];
    let cid = line["cid"].as_str().and_then(|cid| cid.parse().ok()).expect("an id");
    assert_eq!(keys.open("student", cid, &line["body"]).as_deref(), Some("canary-line~77"), "the page can");
    // What goes wrong is answered without a word of it.
    student.tell(json!({"type": "say", "cid": students["cid"], "body": counsellors["body"]})).await;
    student.hears("refused").await;
    let wrong =
        program.post("/api/sign-in", &json!({"login": "canary-login~77", "password": "canary-password~78"}), "");
    assert_eq!(wrong.status, 401);

    let open = kept();
    let figures = program.shown_figures();
    student.tell(json!({"type": "close"})).await;
    student.hears("ended").await;
    let log = program.stop();
    let frames: Vec<_> =
        student.heard.iter().chain(&asha.heard).filter(|frame| !frame.contains("\"called\"")).collect();
    assert!(log.contains("room erased"), "the log is of this day: {log}");
    for (place, text) in [
        ("what is kept in mid-conversation", &open),
        ("what is kept afterwards", &kept()),
        ("the log", &log),
        ("the figures", &figures),
        ("what was printed", &program.printed),
    ] {
        for canary in canaries.iter().copied().chain([key.as_str(), &cookie, &share, &code]) {
            assert!(!text.contains(canary), "{canary} is in {place}");
        }
    }
    assert!(!log.contains("127.0.0.1"), "{log}");
    for frame in frames {
        assert!(!frame.contains("canary-") && !frame.contains(&key), "{frame}");
    }
    line["body"]["sealed"].as_str().expect("an envelope").to_owned()
}
