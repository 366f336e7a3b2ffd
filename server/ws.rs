//! Frames in, frames out: the only user of actix-web-actors, so that replacing it stays an afternoon.
//!
//! Its three guards, all measured: a watchdog outside the actor ends a socket whose peer is silent, because such an
//! actor is never polled again; the mailbox is bounded and nobody waits for it; parts of a message are put together
//! under a cap. It knows nothing of what a frame means: an [`Edge`] does.

mod announced;

use std::{
    any::Any,
    sync::{
        Arc, Mutex, PoisonError, Weak,
        atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering},
    },
    time::Duration,
};

use actix::{Actor, ActorContext, AsyncContext, Handler, SpawnHandle, StreamHandler};
use actix_http::ws::Item;
use actix_web::{
    FromRequest, HttpRequest, HttpResponse,
    dev::{Extensions, Payload},
    error,
    http::header,
    web,
};
use actix_web_actors::ws::{self, Message, ProtocolError};
use announced::Announced;
use quietline_domain::{Role, Span};
use socket2::SockRef;

use crate::{
    Parts,
    actors::{Ear, EarId, Heard, OUTBOUND_FRAMES},
    auth, desk, http,
    metrics::CountedSocket,
    protocol::{CloseCode, FRAME_BYTES},
    student,
};

/// A page that has not said hello by then is closed.
const HELLO: Duration = Duration::from_secs(10);
/// How often the watchdog looks.
const WATCH: Duration = Duration::from_secs(5);
/// A socket without any frame from its peer at so many looks in a row is shut down from outside: after a minute.
const SILENT_LOOKS: u32 = 12;
/// How long unacknowledged bytes may stay on their way before the kernel gives the connection up.
const UNACKNOWLEDGED: Duration = Duration::from_secs(30);
/// As many parts as one message may come in.
const PARTS: usize = 256;

/// What a page's frames mean. One for each kind of page.
pub trait Edge: Unpin + 'static {
    /// Whose pages these are; none for those that are not let in.
    const SIDE: Option<Role>;
    /// A whole text frame. An error closes the socket with that code.
    fn hear(&mut self, text: &str, ear: &Ear) -> Result<(), CloseCode>;
    /// This page has a seat in a room now.
    fn seated(&mut self, room: quietline_domain::RoomId, at: actix::Addr<crate::actors::room::Room>, ear: &Ear);
    /// That seat is somebody else's now.
    fn unseated(&mut self, room: quietline_domain::RoomId);
    /// How often this page is pinged (U6).
    fn beat_every(&self) -> Span;
    /// The page's browser has answered a ping: a sign of life, also of a hidden page whose timers are slowed.
    fn pong(&mut self, ear: &Ear);
    /// Whether `hello` was said.
    fn is_greeted(&self) -> bool;
    /// The socket is gone.
    fn left(&mut self, ear: EarId);
}

pub async fn student(
    req: HttpRequest,
    payload: web::Payload,
    parts: web::Data<Parts>,
) -> actix_web::Result<HttpResponse> {
    refuse_other_origins(&req, &parts)?;
    if parts.clock.is_held() {
        return open(&req, payload, &parts, Refused(CloseCode::TryAgain));
    }
    let visitor = match auth::session(&req, &parts.settings, &*parts.store, parts.clock.now()).await {
        Err(_) => return open(&req, payload, &parts, Refused(CloseCode::TryAgain)),
        Ok(None) => student::Visitor::Anyone,
        Ok(Some(_)) => student::Visitor::SignedInCounsellor,
    };
    let place = parts.places.of_request(&req, &parts.settings.trusted_proxies, parts.clock.now());
    open(&req, payload, &parts, student::Student::new(parts.clone(), visitor, place))
}

pub async fn desk(req: HttpRequest, payload: web::Payload, parts: web::Data<Parts>) -> actix_web::Result<HttpResponse> {
    refuse_other_origins(&req, &parts)?;
    let Some(session) = auth::session_of(&req, &parts.settings) else {
        return open(&req, payload, &parts, Refused(CloseCode::SignedOut));
    };
    if parts.clock.is_held() {
        return open(&req, payload, &parts, Refused(CloseCode::TryAgain));
    }
    match parts.store.session(session, parts.clock.date()).await {
        Err(_) => open(&req, payload, &parts, Refused(CloseCode::TryAgain)),
        Ok(None) => open(&req, payload, &parts, Refused(CloseCode::SignedOut)),
        Ok(Some(account)) => open(&req, payload, &parts, desk::Desk::new(parts.clone(), session, account)),
    }
}

fn refuse_other_origins(req: &HttpRequest, parts: &Parts) -> actix_web::Result<()> {
    if http::origin_allowed(req, &parts.settings) {
        return Ok(());
    }
    Err(error::ErrorForbidden("This origin may not talk to this server; QUIETLINE_ORIGIN names the one that may."))
}

fn open<E: Edge>(
    req: &HttpRequest,
    payload: web::Payload,
    parts: &web::Data<Parts>,
    edge: E,
) -> actix_web::Result<HttpResponse> {
    let wire = req.conn_data::<Arc<Wire>>().cloned();
    if let Some(wire) = &wire {
        wire.heard();
        parts.watchdog.watch(wire);
    }
    let frames = Announced::new(payload.into_inner());
    let too_large = frames.too_large.clone();
    let payload = web::Payload::from_request(req, &mut Payload::Stream { payload: Box::pin(frames) }).into_inner()?;
    let socket = Socket {
        edge,
        id: EarId::next(),
        ear: None,
        unread: Arc::default(),
        wire,
        unfinished: None,
        patience: None,
        too_large,
        _counted: E::SIDE.map(CountedSocket::of),
    };
    let mut response = ws::WsResponseBuilder::new(socket, req, payload).frame_size(FRAME_BYTES).start()?;
    response.headers_mut().insert(header::CACHE_CONTROL, header::HeaderValue::from_static("no-store"));
    Ok(response)
}

struct Socket<E: Edge> {
    edge: E,
    id: EarId,
    /// What the rest of the house knows of this page. There from the start on.
    ear: Option<Ear>,
    unread: Arc<AtomicUsize>,
    wire: Option<Arc<Wire>>,
    unfinished: Option<Unfinished>,
    /// Runs out unless `hello` is said.
    patience: Option<SpawnHandle>,
    too_large: Arc<AtomicBool>,
    _counted: Option<CountedSocket>,
}

/// A message that comes in parts.
struct Unfinished {
    bytes: Vec<u8>,
    parts: usize,
}

impl<E: Edge> Socket<E> {
    fn ping_later(&self, ctx: &mut ws::WebsocketContext<Self>) {
        let every = Duration::from_millis(u64::try_from(self.edge.beat_every().0).unwrap_or(u64::MAX));
        ctx.run_later(every, |socket, ctx| {
            ctx.ping(b"");
            socket.ping_later(ctx);
        });
    }

    fn hear(&mut self, text: &str, ctx: &mut ws::WebsocketContext<Self>) {
        let Some(ear) = &self.ear else { return };
        if let Err(code) = self.edge.hear(text, ear) {
            close(ctx, code);
        }
        if self.edge.is_greeted()
            && let Some(patience) = self.patience.take()
        {
            ctx.cancel_future(patience);
        }
    }

    fn hear_part(&mut self, part: Item, ctx: &mut ws::WebsocketContext<Self>) {
        let (bytes, is_last) = match part {
            Item::FirstText(bytes) => {
                self.unfinished = Some(Unfinished { bytes: Vec::new(), parts: 0 });
                (bytes, false)
            }
            Item::FirstBinary(_) => return close(ctx, CloseCode::NotText),
            Item::Continue(bytes) => (bytes, false),
            Item::Last(bytes) => (bytes, true),
        };
        let Some(unfinished) = &mut self.unfinished else {
            return close(ctx, CloseCode::NotUnderstood);
        };
        unfinished.parts += 1;
        if FRAME_BYTES < unfinished.bytes.len() + bytes.len() || PARTS < unfinished.parts {
            self.unfinished = None;
            return close(ctx, CloseCode::TooLarge);
        }
        unfinished.bytes.extend_from_slice(&bytes);
        if is_last && let Some(whole) = self.unfinished.take() {
            match String::from_utf8(whole.bytes) {
                Ok(text) => self.hear(&text, ctx),
                Err(_) => close(ctx, CloseCode::NotUtf8),
            }
        }
    }
}

impl<E: Edge> Actor for Socket<E> {
    type Context = ws::WebsocketContext<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        ctx.set_mailbox_capacity(OUTBOUND_FRAMES);
        let wire = self.wire.clone();
        let cut = move || {
            if let Some(wire) = &wire {
                wire.cut();
            }
        };
        let (id, to, unread) = (self.id, ctx.address().recipient(), self.unread.clone());
        self.ear = Some(Ear { id, to, unread, cut: Arc::new(cut) });
        self.ping_later(ctx);
        self.patience = Some(ctx.run_later(HELLO, |_, ctx| close(ctx, CloseCode::NoHello)));
    }

    fn stopped(&mut self, _: &mut Self::Context) {
        self.edge.left(self.id);
    }
}

impl<E: Edge> StreamHandler<Result<Message, ProtocolError>> for Socket<E> {
    fn handle(&mut self, message: Result<Message, ProtocolError>, ctx: &mut Self::Context) {
        if let Some(wire) = &self.wire {
            wire.heard();
        }
        match message {
            Ok(Message::Text(text)) if FRAME_BYTES < text.len() => close(ctx, CloseCode::TooLarge),
            Ok(Message::Text(text)) => self.hear(&text, ctx),
            Ok(Message::Continuation(part)) => self.hear_part(part, ctx),
            Ok(Message::Binary(_)) => close(ctx, CloseCode::NotText),
            Ok(Message::Ping(bytes)) => ctx.pong(&bytes),
            Ok(Message::Pong(_)) => {
                if let Some(ear) = &self.ear {
                    self.edge.pong(ear);
                }
            }
            Ok(Message::Nop) => {}
            Ok(Message::Close(reason)) => {
                ctx.close(reason);
                ctx.stop();
            }
            Err(ProtocolError::Overflow) => close(ctx, CloseCode::TooLarge),
            Err(ProtocolError::Io(_)) if self.too_large.load(Ordering::Relaxed) => close(ctx, CloseCode::TooLarge),
            // The only other input error the library reports this way is text that is not UTF-8.
            Err(ProtocolError::Io(_)) => close(ctx, CloseCode::NotUtf8),
            Err(_) => close(ctx, CloseCode::NotUnderstood),
        }
    }
}

impl<E: Edge> Handler<Heard> for Socket<E> {
    type Result = ();

    fn handle(&mut self, heard: Heard, ctx: &mut Self::Context) {
        match heard {
            Heard::Frame(frame) => {
                self.unread.fetch_sub(frame.len(), Ordering::Relaxed);
                ctx.text(frame);
            }
            Heard::Seated { room, at } => {
                if let Some(ear) = &self.ear {
                    self.edge.seated(room, at, ear);
                }
            }
            Heard::Unseated { room } => self.edge.unseated(room),
            Heard::Close(code) => close(ctx, code),
        }
    }
}

fn close<E: Edge>(ctx: &mut ws::WebsocketContext<Socket<E>>, code: CloseCode) {
    ctx.close(Some(ws::CloseReason { code: ws::CloseCode::from(code as u16), description: None }));
    ctx.stop();
}

/// A page that is not let in: told why, and nothing else. The socket opens to be closed with its reason: a browser
/// shows a page no status of a refused handshake.
struct Refused(CloseCode);

impl Edge for Refused {
    const SIDE: Option<Role> = None;

    fn hear(&mut self, _: &str, _: &Ear) -> Result<(), CloseCode> {
        Err(self.0)
    }

    fn seated(&mut self, _: quietline_domain::RoomId, _: actix::Addr<crate::actors::room::Room>, _: &Ear) {}

    fn unseated(&mut self, _: quietline_domain::RoomId) {}

    fn beat_every(&self) -> Span {
        Span::seconds(60)
    }

    fn pong(&mut self, _: &Ear) {}

    fn is_greeted(&self) -> bool {
        false
    }

    fn left(&mut self, _: EarId) {}
}

/// The connection below a socket, held from outside it. Dropped with the connection.
pub struct Wire {
    socket: socket2::Socket,
    silent_looks: AtomicU32,
}

impl Wire {
    fn heard(&self) {
        self.silent_looks.store(0, Ordering::Relaxed);
    }

    fn cut(&self) {
        // It may be gone already, which is what was wanted.
        let _ = self.socket.shutdown(std::net::Shutdown::Both);
    }
}

/// For `HttpServer::on_connect`, which must be called before `bind`: keeps a second handle to every connection.
pub fn on_connect(connection: &dyn Any, extensions: &mut Extensions) {
    let Some(stream) = connection.downcast_ref::<actix_web::rt::net::TcpStream>() else {
        return;
    };
    let stream = SockRef::from(stream);
    if let Err(error) = stream.set_tcp_user_timeout(Some(UNACKNOWLEDGED)) {
        log::debug!("no time limit for unacknowledged bytes: {error}");
    }
    match stream.try_clone() {
        Ok(socket) => drop(extensions.insert(Arc::new(Wire { socket, silent_looks: AtomicU32::new(0) }))),
        Err(error) => log::warn!("a connection goes unwatched: {error}"),
    }
}

/// Ends sockets whose peers have gone silent.
#[derive(Default)]
pub struct Watchdog(Mutex<Vec<Weak<Wire>>>);

impl Watchdog {
    fn watch(&self, wire: &Arc<Wire>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(Arc::downgrade(wire));
    }

    /// Looks every 5 s, for as long as the server runs.
    pub async fn run(&self) {
        let mut rounds = tokio::time::interval(WATCH);
        loop {
            rounds.tick().await;
            self.0.lock().unwrap_or_else(PoisonError::into_inner).retain(|wire| {
                let Some(wire) = wire.upgrade() else {
                    return false;
                };
                let is_silent = SILENT_LOOKS <= wire.silent_looks.fetch_add(1, Ordering::Relaxed);
                if is_silent {
                    log::info!("silent socket cut off");
                    wire.cut();
                }
                !is_silent
            });
        }
    }
}
