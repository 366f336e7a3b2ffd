//! A portal on a random port with a clock moved by hand, and the people who use it over real sockets.
//!
//! What people do at their pages is in `person.rs`; pages that deliver as the real ones do are in `page.rs`.

#![allow(dead_code)]

pub mod asking;
pub mod cipher;
pub mod cluster;
pub mod crowd;
pub mod database;
pub mod intake;
pub mod outbox;
pub mod page;
pub mod person;
pub mod program;
pub mod proxy;
pub mod reading;
pub mod sealed;
pub mod way;

use std::{net::TcpListener, sync::Arc, time::Duration};

use actix::{Actor, Handler};
use database::Database;
#[allow(unused_imports)]
pub use person::{Header, Person, texts};
use quietline::{
    Parts,
    actors::{Ear, EarId, Heard},
    auth::Staff,
    clock::Clock,
    config::Settings,
    private::{Credential, Nickname},
    shares::Missing,
    store::{self, Changed, NewAccount, StaffRole, accounts::Doer},
};
use quietline_domain::{AccountId, Span, Time};
use serde_json::json;
use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

/// Far longer than anything takes; a test that waits this long has failed.
pub const PATIENCE: Duration = Duration::from_secs(20);

pub struct Portal {
    pub address: String,
    pub clock: Clock,
    pub parts: Parts,
    pub folder: Arc<tempfile::TempDir>,
    pub database: Database,
    stop: Option<oneshot::Sender<()>>,
    stopped: Option<oneshot::Receiver<()>>,
}

impl Portal {
    /// A portal in which nobody seems absent, however the clock is moved: most stories are not about that.
    pub async fn open() -> Self {
        Self::with(patient()).await
    }

    pub async fn with(settings: Settings) -> Self {
        Self::on(Database::of_stories().await, settings, Clock::by_hand(Time(1_000_000))).await
    }

    /// On this database, as a server of its own.
    pub async fn on(database: Database, settings: Settings, clock: Clock) -> Self {
        let folder = Arc::new(tempfile::tempdir().expect("a folder"));
        Self::in_folder(settings, folder, database, clock).await
    }

    async fn in_folder(settings: Settings, folder: Arc<tempfile::TempDir>, database: Database, clock: Clock) -> Self {
        let settings = Settings { slots: folder.path().join("slots"), ..settings };
        let store = store::serve(&database.address()).await.expect("a store");
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address").to_string();
        let parts = Parts::start(settings, clock.clone(), store, Missing::Refuse).await.expect("starts");
        let (stop, stopping) = oneshot::channel();
        let (say_stopped, stopped) = oneshot::channel();
        let serving = parts.clone();
        actix_web::rt::spawn(async move {
            let shutdown = async { drop(stopping.await) };
            quietline::serve(listener, serving, shutdown).await.expect("serves");
            let _ = say_stopped.send(());
        });
        Self { address, clock, parts, folder, database, stop: Some(stop), stopped: Some(stopped) }
    }

    /// With the system's clock, for limits that pass by themselves.
    pub async fn ticking(settings: Settings) -> Self {
        Self::on(Database::of_stories().await, settings, Clock::system()).await
    }

    /// Stops the server and starts another on the same data.
    pub async fn restart(self) -> Self {
        self.restart_after(0).await
    }

    /// Stops the server, lets time pass, and starts another on the same data.
    pub async fn restart_after(mut self, seconds: i64) -> Self {
        let settings = (*self.parts.settings).clone();
        drop(self.stop.take());
        let _ = self.stopped.take().expect("runs").await;
        self.seconds_pass(seconds);
        Self::in_folder(settings, self.folder.clone(), self.database.clone(), self.clock.clone()).await
    }

    /// Stops the server, does something to its files, and starts another on them.
    pub async fn restart_with(mut self, between: impl FnOnce()) -> Self {
        let settings = (*self.parts.settings).clone();
        drop(self.stop.take());
        let _ = self.stopped.take().expect("runs").await;
        between();
        Self::in_folder(settings, self.folder.clone(), self.database.clone(), self.clock.clone()).await
    }

    pub fn seconds_pass(&self, seconds: i64) {
        self.clock.pass(Span::seconds(seconds).0);
    }

    /// A counsellor's account, its session, and a desk that is open.
    pub async fn counsellor(&self, name: &str) -> Person {
        let cookie = self.account(name).await;
        let mut desk = self.desk(&cookie).await;
        desk.tell(json!({"type": "hello", "rooms": []})).await;
        desk.hears("welcome").await;
        desk
    }

    /// A counsellor who is available.
    pub async fn available(&self, name: &str) -> Person {
        let mut desk = self.counsellor(name).await;
        desk.tell(json!({"type": "switch", "available": true})).await;
        while desk.hears("switched").await["available"] != json!(true) {}
        desk
    }

    /// As another process would, at a terminal.
    pub async fn disables(&self, login: &str) {
        let (account, _) = self.parts.store.account_by_login(login).await.expect("reads").expect("is there");
        let done = self.parts.store.disable(account.account, self.clock.date(), Doer::Terminal).await;
        assert_eq!(done.expect("writes"), Changed::Done);
    }

    /// Makes an account and returns its cookie.
    pub async fn account(&self, name: &str) -> String {
        self.account_as(name, StaffRole::Counsellor).await
    }

    pub async fn account_as(&self, name: &str, role: StaffRole) -> String {
        let account = AccountId(Uuid::new_v4().as_u128());
        let nickname = Nickname::parse(name).expect("fits");
        let new = NewAccount {
            account,
            login: name.to_lowercase(),
            forms: self.parts.names.forms(&nickname),
            renamed_prefix: self.parts.settings.guest_prefix.clone(),
            nickname,
            role,
            password_hash: Staff::new().hash_password("correct horse battery".to_owned().into()).await.expect("hashes"),
            now: Time(0),
        };
        let store = &self.parts.store;
        store.add_account(new).await.expect("writes").expect("is new");
        let session = Credential::random().expect("random");
        store.add_session(session.digest(), account, Time(i64::MAX), Time(0)).await.expect("writes");
        session.expose()
    }

    pub async fn desk(&self, cookie: &str) -> Person {
        Person::connect(&self.address, "/ws/desk", Some(cookie)).await
    }

    /// A visitor's page, connected and silent.
    pub async fn visitor(&self) -> Person {
        Person::connect(&self.address, "/ws/student", None).await
    }

    /// A visitor's page in a browser that holds a staff cookie.
    pub async fn student_page_of(&self, cookie: &str) -> Person {
        Person::connect(&self.address, "/ws/student", Some(cookie)).await
    }

    /// A student in a room, waiting.
    pub async fn student(&self) -> Person {
        let mut student = self.visitor().await;
        student.joins(&new_key()).await;
        student
    }

    /// A student and the counsellor who has taken them; neither has said anything.
    pub async fn two_people(&self) -> (Person, Person) {
        let mut asha = self.available("Asha").await;
        let student = self.student().await;
        asha.takes().await;
        (asha, student)
    }

    /// A student's page that returns with its key.
    pub async fn returns(&self, key: &str) -> Person {
        let mut student = self.visitor().await;
        student.key = key.to_owned();
        student.tell(json!({"type": "hello", "key": key})).await;
        student
    }
}

/// Settings under which nobody is missed for a month.
pub fn patient() -> Settings {
    let month = Span::seconds(30 * 86_400);
    let (notice, release, absence) = (month, Span(month.0 + 1), month);
    Settings { notice, release, absence, away_student: month, away_counsellor: month, ..Settings::default() }
}

pub fn new_key() -> String {
    Credential::random().expect("random").expose()
}

/// A page below the edge, as an actor sees it: it always listens, and passes on what it hears.
pub fn listening_ear() -> (Ear, mpsc::UnboundedReceiver<Heard>) {
    let (heard, hears) = mpsc::unbounded_channel();
    let to = Listener(heard).start().recipient();
    (Ear { id: EarId::next(), to, unread: Arc::default(), cut: Arc::new(|| ()) }, hears)
}

struct Listener(mpsc::UnboundedSender<Heard>);

impl Actor for Listener {
    type Context = actix::Context<Self>;
}

impl Handler<Heard> for Listener {
    type Result = ();

    fn handle(&mut self, heard: Heard, _: &mut Self::Context) {
        let _ = self.0.send(heard);
    }
}
