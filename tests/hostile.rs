//! Hostile clients: every bad input has its documented answer, and the room and the other side notice nothing.

mod common;

use std::{
    io::{Read, Write},
    net::TcpStream,
    time::Duration,
};

use common::{Person, Portal, new_key, sealed::envelope};
use quietline::config::Settings;
use quietline_domain::{Span, window::Limit};
use serde_json::json;
use tokio_tungstenite::{
    connect_async,
    tungstenite::{
        Message,
        client::IntoClientRequest,
        protocol::frame::{
            Frame,
            coding::{Data, OpCode},
        },
    },
};
use uuid::Uuid;

/// A room with two people in it, and what happens to it when the student's page sends something bad.
async fn room() -> (Portal, Person, Person) {
    let portal = Portal::open().await;
    let (asha, student) = portal.two_people().await;
    (portal, asha, student)
}

async fn is_unhurt(portal: &Portal, asha: &mut Person, student: &Person) {
    let mut returned = portal.returns(&student.key).await;
    returned.enters().await;
    asha.says("are you there?").await;
    assert!(!asha.heard_text("refused") && !asha.heard_text("ended"));
}

#[actix_web::test]
async fn a_flood_of_signs_does_not_keep_the_other_side_waiting() {
    // Typing, beats and what was seen are passed over beyond a measure; lines and their sender are not hurt.
    let portal = Portal::open().await;
    let (mut asha, mut student) = portal.two_people().await;
    asha.says("hello").await;
    let signs = [
        json!({"type": "typing"}),
        json!({"type": "stay"}),
        json!({"type": "seen", "seq": 1}),
        json!({"type": "beat"}),
    ];
    for n in 0..4_000 {
        student.tell(signs[n % signs.len()].clone()).await;
        if n % 1_000 == 0 {
            asha.says("still heard").await;
        }
    }
    assert_eq!(student.says("and heard here").await, 6);
}

#[actix_web::test]
async fn what_is_not_of_this_protocol_closes_the_socket_and_nothing_else() {
    let (portal, mut asha, student) = room().await;
    let deep = format!(r#"{{"type":"say","cid":{}"#, "[".repeat(20_000));
    let hello = json!({"type": "hello"}).to_string();
    // A text that one of the databases could not keep must not fail the batch that it shares with others.
    let nul = json!({"type": "say", "cid": Uuid::new_v4(), "body": {"suite": 1, "key_epoch": 1, "sealed": "a\0b"}})
        .to_string();
    let shout = r#"{"type":"shout"}"#;
    for text in ["", "not json", shout, r#"{"type":"stay","x":1}"#, r#"{"type":7}"#, &deep, &hello, &nul] {
        let mut page = portal.returns(&student.key).await;
        page.enters().await;
        page.send(Message::text(text)).await;
        assert_eq!(page.is_closed_with().await, 4000, "{text:.40}");
    }
    is_unhurt(&portal, &mut asha, &student).await;
}

#[actix_web::test]
async fn a_frame_before_hello_closes_the_socket() {
    let (portal, mut asha, student) = room().await;
    let mut page = portal.visitor().await;
    page.tell(json!({"type": "join", "key": student.key})).await;
    assert_eq!(page.is_closed_with().await, 4000);
    let mut desk = portal.desk(&asha.cookie).await;
    desk.tell(json!({"type": "close", "room": student.room})).await;
    assert_eq!(desk.is_closed_with().await, 4000);
    is_unhurt(&portal, &mut asha, &student).await;
}

#[actix_web::test]
async fn too_much_at_once_closes_the_socket() {
    // W17
    let (portal, mut asha, student) = room().await;
    let mut page = portal.returns(&student.key).await;
    page.enters().await;
    page.sends(Uuid::new_v4(), &"x".repeat(32 * 1024)).await;
    assert_eq!(page.is_closed_with().await, 1009);

    let mut page = portal.returns(&student.key).await;
    page.enters().await;
    page.send(part(OpCode::Data(Data::Text), "{", false)).await;
    for _ in 0..40 {
        page.send(part(OpCode::Data(Data::Continue), &" ".repeat(1_000), false)).await;
    }
    assert_eq!(page.is_closed_with().await, 1009);
    is_unhurt(&portal, &mut asha, &student).await;
}

#[actix_web::test]
async fn a_frame_is_refused_by_the_length_it_announces() {
    // W17: not one byte of it has to come.
    let (portal, mut asha, student) = room().await;
    let mut page = raw_page(&portal.address, &student.key);
    page.write_all(&[0x81, 0xff, 0, 0, 0, 0, 0x40, 0, 0, 0, 0, 0, 0, 0]).expect("writes");
    page.set_read_timeout(Some(Duration::from_secs(20))).expect("a time-out");
    let mut heard = Vec::new();
    page.read_to_end(&mut heard).expect("is closed");
    assert!(heard.ends_with(&[0x88, 2, 0x03, 0xf1]), "closed with 1009: {heard:?}");
    is_unhurt(&portal, &mut asha, &student).await;
}

#[actix_web::test]
async fn a_burst_of_deeds_loses_none() {
    let (_portal, mut asha, mut student) = room().await;
    for _ in 0..100 {
        student.tells_room(json!({"type": "typing"})).await;
    }
    student.tells_room(json!({"type": "close"})).await;
    assert_eq!(asha.hears("ended").await["by"], "student");
}

#[actix_web::test]
async fn a_page_with_a_room_cannot_ask_for_another() {
    // W4
    let (portal, mut asha, student) = room().await;
    let mut page = portal.returns(&student.key).await;
    page.enters().await;
    page.tell(json!({"type": "join", "key": new_key()})).await;
    assert_eq!(page.is_closed_with().await, 4000);
    assert_eq!(portal.parts.store.rooms().await.expect("reads").len(), 1);
    is_unhurt(&portal, &mut asha, &student).await;
}

#[actix_web::test]
async fn a_message_in_parts_is_put_together() {
    let (_portal, _asha, mut student) = room().await;
    let cid = Uuid::new_v4();
    let text = json!({"type": "say", "cid": cid, "body": envelope("in three parts", 1)}).to_string();
    let (first, rest) = text.split_at(7);
    let (second, third) = rest.split_at(9);
    student.send(part(OpCode::Data(Data::Text), first, false)).await;
    student.send(part(OpCode::Data(Data::Continue), second, false)).await;
    student.send(part(OpCode::Data(Data::Continue), third, true)).await;
    assert_eq!(student.hears("line").await["body"]["text"], "in three parts");
}

#[actix_web::test]
async fn frames_that_are_not_text_close_the_socket() {
    let (portal, mut asha, student) = room().await;
    let mut page = portal.returns(&student.key).await;
    page.enters().await;
    page.send(Message::binary(vec![1, 2, 3])).await;
    assert_eq!(page.is_closed_with().await, 1003);

    let mut page = portal.returns(&student.key).await;
    page.enters().await;
    let not_utf8 = Frame::message(vec![0xff, 0xfe], OpCode::Data(Data::Text), true);
    page.send(Message::Frame(not_utf8)).await;
    assert_eq!(page.is_closed_with().await, 1007);
    is_unhurt(&portal, &mut asha, &student).await;
}

fn part(code: OpCode, text: &str, is_last: bool) -> Message {
    Message::Frame(Frame::message(text.as_bytes().to_vec(), code, is_last))
}

#[actix_web::test]
async fn another_origin_is_refused_at_the_handshake() {
    let portal = Portal::open().await;
    for path in ["/ws/student", "/ws/desk"] {
        for origin in [Some("https://elsewhere.example"), None] {
            let mut request = format!("ws://{}{path}", portal.address).into_client_request().expect("a request");
            if let Some(origin) = origin {
                request.headers_mut().insert("origin", origin.parse().expect("a header"));
            }
            let refused = connect_async(request).await.expect_err("is refused");
            assert!(refused.to_string().contains("403"), "{refused}");
        }
    }
}

#[actix_web::test]
async fn a_desk_without_a_session_is_told_so_and_nothing_else() {
    // W21: forged, and none at all.
    let portal = Portal::open().await;
    for cookie in [new_key(), "x".to_owned()] {
        let mut desk = portal.desk(&cookie).await;
        desk.tell(json!({"type": "hello", "rooms": []})).await;
        assert_eq!(desk.is_closed_with().await, 4003);
        assert!(desk.heard.is_empty());
    }
}

#[actix_web::test]
async fn whoever_says_no_hello_is_closed() {
    let portal = Portal::open().await;
    assert_eq!(portal.visitor().await.is_closed_with().await, 4004);
}

/// The reader stops; the other side says 100 MB. The reader is cut off, memory stays, the other direction is unhurt.
#[actix_web::test]
async fn a_reader_that_stops_is_cut_off() {
    let line_limit = Limit { most: 1_000_000, within: Span::seconds(1) };
    let portal = Portal::with(Settings { line_limit, ..common::patient() }).await;
    let mut asha = portal.available("Asha").await;
    let mut student = portal.student().await;
    asha.takes().await;
    student.says("hi").await;
    asha.says("hello").await;

    // A page that takes the student's seat, reads its room, and then nothing more.
    let mut stopped = raw_page(&portal.address, &student.key);
    assert_eq!(student.is_closed_with().await, 4001);

    let text = "x".repeat(16_000);
    for _ in 0..500 {
        asha.says(&text).await;
        asha.heard.clear();
    }
    let before = resident_kib();
    for _ in 0..5_750 {
        asha.says(&text).await;
        asha.heard.clear();
    }
    let grown = resident_kib().saturating_sub(before);
    assert!(grown <= 10 * 1024, "memory grew by {grown} KiB");

    stopped.set_read_timeout(Some(Duration::from_secs(20))).expect("a time-out");
    let mut rest = vec![0; 1 << 20];
    while stopped.read(&mut rest).is_ok_and(|read| read != 0) {}
    let mut returned = portal.returns(&student.key).await;
    returned.hears("room").await;
}

fn resident_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).expect("a size");
    line.split_whitespace().nth(1).expect("a number").parse().expect("a number")
}

/// A WebSocket by hand, with a small window, that enters a room and reads no more.
fn raw_page(address: &str, key: &str) -> TcpStream {
    let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).expect("a socket");
    socket.set_recv_buffer_size(8 * 1024).expect("a size");
    socket.connect(&address.parse::<std::net::SocketAddr>().expect("an address").into()).expect("connects");
    let mut page = TcpStream::from(socket);
    let handshake = format!(
        "GET /ws/student HTTP/1.1\r\nHost: {address}\r\nOrigin: http://{address}\r\nConnection: Upgrade\r\n\
         Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
    );
    page.write_all(handshake.as_bytes()).expect("writes");
    let hello = json!({"type": "hello", "key": key}).to_string();
    // A masked text frame whose mask changes nothing.
    let mut frame = vec![0x81, 0x80 | u8::try_from(hello.len()).expect("is short"), 0, 0, 0, 0];
    frame.extend_from_slice(hello.as_bytes());
    page.write_all(&frame).expect("writes");
    page
}
