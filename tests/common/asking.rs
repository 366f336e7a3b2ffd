//! Plain requests of the portal's own pages, over a connection of their own. Nothing here knows what is asked.

use actix_web::web;
use serde_json::Value;

use super::program::ask;

pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or(Value::Null)
    }

    /// The status, and why.
    pub fn refusal(&self) -> (u16, String) {
        (self.status, self.json()["reason"].as_str().unwrap_or_default().to_owned())
    }
}

/// As whoever this cookie is signed in as; nobody when it is empty.
pub async fn asks(address: &str, method: &str, path: &str, cookie: &str, body: Option<Value>) -> Answer {
    let body = body.map(|body| body.to_string()).unwrap_or_default();
    let request = format!(
        "{method} {path} HTTP/1.1\r\nHost: {address}\r\nOrigin: http://{address}\r\nCookie: quietline={cookie}\r\n\
         Connection: close\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let address = address.to_owned();
    let answer = web::block(move || ask(&address, request.as_bytes())).await.expect("answers");
    let status = answer.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_default();
    Answer { status, head: head.to_owned(), body: body.to_owned() }
}
