//! What every page does by itself, while the person looks elsewhere: it reads, and sees to it that both have the key.
//!
//! Frames about keys are answered here and not shown, and what is sealed is opened, so that a story can be about what
//! people say. It keeps up with the server whether anybody listens or not; who must not read uses a socket of their own.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::{
    net::TcpStream,
    sync::{mpsc, oneshot, watch},
};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream,
    tungstenite::{Error, Message},
};

use super::sealed::{answer, offer, text_in};

pub type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// A page's two ends: what is said goes in, what is heard comes out.
pub struct Ends {
    pub says: mpsc::UnboundedSender<Told>,
    pub hears: mpsc::UnboundedReceiver<Result<Message, Error>>,
    /// How many secrets this page was handed.
    pub handed: watch::Receiver<u64>,
    pub key_epochs: KeyEpochs,
}

/// What is to be sent, and who waits until it was.
pub type Told = (Message, oneshot::Sender<()>);

/// What is sealed in each room is sealed with this.
pub type KeyEpochs = Arc<Mutex<HashMap<String, u64>>>;

/// Reads until both ends are dropped, or the server closes.
pub fn read(socket: Socket) -> Ends {
    read_with(Care::Page, socket)
}

/// The same, and sees to no key: everything is shown as it came.
pub fn read_plainly(socket: Socket) -> Ends {
    read_with(Care::Person, socket)
}

fn read_with(care: Care, socket: Socket) -> Ends {
    let (says, said) = mpsc::unbounded_channel();
    let (hear, hears) = mpsc::unbounded_channel();
    let (hand, handed) = watch::channel(0);
    let key_epochs = KeyEpochs::default();
    let page = Page { care, taken: Vec::new(), hand, key_epochs: key_epochs.clone() };
    tokio::spawn(page.live(socket, said, hear));
    Ends { says, hears, handed, key_epochs }
}

/// Who sees to keys.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Care {
    Page,
    Person,
}

struct Page {
    care: Care,
    /// Rooms that this desk has taken, and has not asked the key of.
    taken: Vec<Value>,
    hand: watch::Sender<u64>,
    key_epochs: KeyEpochs,
}

impl Page {
    async fn live(
        mut self,
        mut socket: Socket,
        mut said: mpsc::UnboundedReceiver<Told>,
        hear: mpsc::UnboundedSender<Result<Message, Error>>,
    ) {
        loop {
            tokio::select! {
                message = said.recv() => match message {
                    // What cannot be sent is found out by hearing nothing.
                    Some((message, sent)) => {
                        drop(socket.send(message).await);
                        let _ = sent.send(());
                    }
                    None => return,
                },
                heard = socket.next() => {
                    let Some(heard) = heard else { return };
                    let shown = match heard {
                        Ok(Message::Text(text)) => {
                            let Ok(frame) = serde_json::from_str::<Value>(&text) else { continue };
                            let (shown, back) = self.hear(frame);
                            for frame in back {
                                drop(socket.send(Message::text(frame.to_string())).await);
                            }
                            let Some(shown) = shown else { continue };
                            Ok(Message::text(shown.to_string()))
                        }
                        other => other,
                    };
                    if hear.send(shown).is_err() {
                        return;
                    }
                }
            }
        }
    }

    /// What is shown of a frame, and what the page says to it.
    fn hear(&mut self, mut frame: Value) -> (Option<Value>, Vec<Value>) {
        let room = frame["room"].clone();
        if let (Some(room), Some(key_epoch)) = (room.as_str(), frame["key_epoch"].as_u64())
            && matches!(frame["type"].as_str(), Some("room" | "key_epoch"))
        {
            self.key_epochs.lock().expect("whole").insert(room.to_owned(), key_epoch);
        }
        if self.care == Care::Person {
            return (Some(frame), vec![]);
        }
        match frame["type"].as_str().unwrap_or_default() {
            "key_offered" => return (None, vec![answer(&frame)]),
            "key_handed" => {
                self.hand.send_modify(|handed| *handed += 1);
                return (None, vec![]);
            }
            "key_epoch" | "revealed_nonce" => return (None, vec![]),
            "called" => {
                let sealed = super::sealed::envelope(frame["nickname"].as_str().unwrap_or_default(), 1);
                return (Some(frame), vec![json!({"type": "nickname", "body": sealed})]);
            }
            "taken" => self.taken.push(room.clone()),
            "room" if self.taken.contains(&room) => {
                self.taken.retain(|taken| *taken != room);
                opened(&mut frame);
                return (Some(frame), vec![json!({"type": "offer_key", "room": room, "offer": offer(1)})]);
            }
            _ => {}
        }
        opened(&mut frame);
        (Some(frame), vec![])
    }
}

/// Puts the text beside what it is sealed in, and a nickname in its place.
fn opened(frame: &mut Value) {
    if let Some(name) = text_in(&frame["nickname"]) {
        frame["nickname"] = json!(name);
    }
    let open = |line: &mut Value| {
        if let Some(text) = text_in(&line["body"]) {
            line["body"]["text"] = json!(text);
        }
    };
    match frame["type"].as_str() {
        Some("line") => open(frame),
        Some("lines") => frame["lines"].as_array_mut().into_iter().flatten().for_each(open),
        _ => {}
    }
}
