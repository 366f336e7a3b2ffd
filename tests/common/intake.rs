//! A student's page of the intake, and a counsellor's: requests with a key, and what is answered. And a definition that is
//! small enough to know by heart: the one of the tables Q-T.

use actix_web::web;
use quietline::config::Settings;
use serde_json::{Value, json};

use super::{Portal, new_key, patient, program::ask};

/// Q-T's, with a list for `P`.
pub const SHOP: &str = r#"
title: The shop
profile:
  - {id: P, kind: repeatable, question: Which mobile shops?, title: mobile shop, description: About the shops.,
     children: [{id: a, statement: A is well}, {id: b, statement: B is well}]}
  - {id: Q, kind: optional, question: Open at night?, title: open nights, description: About nights.,
     children: [{id: c, statement: C is well}]}
modules:
  - id: G
    title: general
    children:
      - {id: d, statement: D is well}
      - {id: O, title: other, optional: true, question: Other things too?,
         children: [{id: e, statement: E is well}, {id: f, statement: F is well, priority: high}]}
      - {id: g, statement: G is well}
"#;

/// A portal that asks this.
pub async fn portal_asking(definition: &str) -> (Portal, tempfile::TempDir) {
    let folder = tempfile::tempdir().expect("a folder");
    let settings = Settings { intake: Some(written(&folder, definition)), ..patient() };
    (Portal::with(settings).await, folder)
}

pub fn written(folder: &tempfile::TempDir, definition: &str) -> std::path::PathBuf {
    let file = folder.path().join("intake.yaml");
    std::fs::write(&file, definition).expect("writes");
    file
}

/// A page that asks with this key, and perhaps as a counsellor who is signed in.
#[derive(Clone)]
pub struct Asker {
    pub address: String,
    pub key: String,
    pub cookie: String,
}

impl Asker {
    pub fn new(portal: &Portal) -> Self {
        Self::with(portal, &new_key())
    }

    pub fn with(portal: &Portal, key: &str) -> Self {
        Self { address: portal.address.clone(), key: key.to_owned(), cookie: String::new() }
    }

    pub async fn get(&self, path: &str) -> (u16, Value) {
        self.ask("GET", path, None).await
    }

    pub async fn delete(&self, path: &str) -> (u16, Value) {
        self.ask("DELETE", path, None).await
    }

    pub async fn post(&self, path: &str, body: Value) -> (u16, Value) {
        self.ask("POST", path, Some(body.to_string())).await
    }

    pub async fn put(&self, path: &str, body: Value) -> (u16, Value) {
        self.ask("PUT", path, Some(body.to_string())).await
    }

    /// What must be answered with 200.
    pub async fn puts(&self, path: &str, body: Value) -> Value {
        let (status, view) = self.put(path, body).await;
        assert_eq!(status, 200, "{path}: {view}");
        view
    }

    pub async fn profile(&self, answers: Value) -> Value {
        self.puts("/profile", json!({"answers": answers})).await
    }

    pub async fn answers(&self, path: &str, answer: &str) -> Value {
        self.puts(&format!("/nodes/{path}"), json!({"answer": answer})).await
    }

    pub async fn ask(&self, method: &str, path: &str, body: Option<String>) -> (u16, Value) {
        let Self { address, key, cookie } = self;
        let body = body.unwrap_or_default();
        let request = format!(
            "{method} /api/intake{path} HTTP/1.1\r\nHost: {address}\r\nOrigin: http://{address}\r\nConnection: close\r\n\
             Authorization: Bearer {key}\r\nCookie: quietline={cookie}\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\n\r\n{body}",
            body.len()
        );
        let address = address.clone();
        let answer = web::block(move || ask(&address, request.as_bytes())).await.expect("answers");
        let status = answer.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
        let body = answer.split_once("\r\n\r\n").map_or("", |(_, body)| body);
        (status, serde_json::from_str(body).unwrap_or(Value::Null))
    }
}

/// `1.2 title answer`, one node a line, hidden ones in brackets.
pub fn tree(view: &Value) -> Vec<String> {
    let line = |node: &Value| {
        let text = |key: &str| node[key].as_str().unwrap_or_default().to_owned();
        let said = text("answer") + &text("decision");
        let line = format!("{} {} {said}", text("number"), text("title"));
        if node["hidden"] == json!(true) { format!("({})", line.trim_end()) } else { line.trim_end().to_owned() }
    };
    view["nodes"].as_array().expect("nodes").iter().map(line).collect()
}
