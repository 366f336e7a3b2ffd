//! Figures for whoever watches the portal: how many, how long, how often, and never who.
//!
//! The only file that names the metrics crates. A figure is a small function with a name of the house; its labels come
//! from closed lists, so that no room, no person and no text can become one. Handles are made once: recording is an
//! atomic addition, and nothing at all while nobody gathers. It does not know where anything that it counts happens.

use std::{net::TcpListener, sync::OnceLock, time::Duration};

use actix_web::{
    App, HttpResponse, HttpServer,
    dev::ServerHandle,
    http::header::{CACHE_CONTROL, CONTENT_TYPE},
    web,
};
use metrics::{
    Counter, Gauge, Histogram, Unit, counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram,
};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use quietline_domain::{Role, Span};

use crate::protocol::{EndedBy, Refusal};

/// How often what was recorded is folded into buckets, whether anybody asks for it or not: it would gather otherwise.
const UPKEEP: Duration = Duration::from_secs(5);

/// In seconds: a wait is what a student feels.
const WAITS: [f64; 12] = [1.0, 5.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1_200.0, 1_800.0, 3_600.0, 7_200.0];
/// Up to as many as one commit may hold.
const WRITES: [f64; 10] = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0];
/// In seconds: a disk's answer, from a good one to one that is about to fail.
const COMMITS: [f64; 11] = [0.000_5, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 1.0, 5.0];

/// Whether the database takes what it is given.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Standing {
    Up,
    Away,
}

/// So many rooms are not erased, waiting ones among them.
pub fn rooms_open(rooms: usize) {
    with(|figures| figures.rooms.set(rooms as f64));
}

/// So many students wait, and so many of them have lost the connection.
pub fn students_wait(waiting: usize, reconnecting: usize) {
    with(|figures| {
        figures.waiting.set(waiting as f64);
        figures.reconnecting.set(reconnecting as f64);
    });
}

/// A student was taken for the first time, after so long.
pub fn waited(wait: Span) {
    with(|figures| figures.wait.record(wait.0.max(0) as f64 / 1_000.0));
}

/// One commit held so many writes, and was durable after so long.
pub fn batch_saved(writes: usize, took: Duration) {
    with(|figures| {
        figures.batch_writes.record(writes as f64);
        figures.batch_seconds.record(took);
    });
}

/// A page is in its room again.
pub fn came_back(side: Role) {
    with(|figures| figures.returns.of(side).increment(1));
}

/// A page was told no.
pub fn refused(kind: Refusal) {
    with(|figures| figures.refusals.iter().filter(|(counted, _)| *counted == kind).for_each(|(_, n)| n.increment(1)));
}

/// A page that did not read in time was let go.
pub fn reader_cut_off() {
    with(|figures| figures.readers_cut.increment(1));
}

pub fn store_is(standing: Standing) {
    with(|figures| figures.store_up.set(if standing == Standing::Up { 1.0 } else { 0.0 }));
}

pub fn room_erased(by: EndedBy) {
    with(|figures| figures.erased.iter().filter(|(counted, _)| *counted == by).for_each(|(_, n)| n.increment(1)));
}

/// A socket, counted for as long as this is held.
pub struct CountedSocket(Role);

impl CountedSocket {
    pub fn of(side: Role) -> Self {
        with(|figures| figures.sockets.of(side).increment(1));
        Self(side)
    }
}

impl Drop for CountedSocket {
    fn drop(&mut self) {
        with(|figures| figures.sockets.of(self.0).decrement(1));
    }
}

/// Gathers figures from now on, and shows them at `/metrics` of this listener, until the handle stops it.
///
/// # Errors
/// When the listener cannot be used.
pub fn serve(listener: TcpListener) -> anyhow::Result<ServerHandle> {
    let page = web::Data::new(gather()?);
    let upkeep = page.clone();
    let server = HttpServer::new(move || App::new().app_data(page.clone()).route("/metrics", web::get().to(shown)))
        .workers(1)
        .disable_signals()
        .shutdown_timeout(1)
        .listen(listener)?
        .run();
    let handle = server.handle();
    actix_web::rt::spawn(server);
    actix_web::rt::spawn(async move {
        let mut rounds = tokio::time::interval(UPKEEP);
        loop {
            rounds.tick().await;
            upkeep.run_upkeep();
        }
    });
    Ok(handle)
}

async fn shown(page: web::Data<PrometheusHandle>) -> HttpResponse {
    let mut answer = HttpResponse::Ok();
    answer.insert_header((CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8"));
    answer.insert_header((CACHE_CONTROL, "no-store")).body(page.render())
}

/// One of these for the process, as its counters are. Nothing is installed for other crates to record into.
static FIGURES: OnceLock<Figures> = OnceLock::new();

struct Figures {
    rooms: Gauge,
    waiting: Gauge,
    reconnecting: Gauge,
    wait: Histogram,
    batch_writes: Histogram,
    batch_seconds: Histogram,
    returns: BySide<Counter>,
    refusals: Vec<(Refusal, Counter)>,
    readers_cut: Counter,
    sockets: BySide<Gauge>,
    store_up: Gauge,
    erased: Vec<(EndedBy, Counter)>,
}

struct BySide<T> {
    student: T,
    counsellor: T,
}

impl<T> BySide<T> {
    fn new(make: impl Fn(&'static str) -> T) -> Self {
        Self { student: make("student"), counsellor: make("counsellor") }
    }

    fn of(&self, side: Role) -> &T {
        match side {
            Role::Student => &self.student,
            Role::Counsellor => &self.counsellor,
        }
    }
}

fn with(record: impl FnOnce(&Figures)) {
    if let Some(figures) = FIGURES.get() {
        record(figures);
    }
}

fn gather() -> anyhow::Result<PrometheusHandle> {
    let exact = |name: &str| Matcher::Full(name.into());
    let recorder = PrometheusBuilder::new()
        .set_buckets_for_metric(exact("quietline_wait_seconds"), &WAITS)?
        .set_buckets_for_metric(exact("quietline_batch_writes"), &WRITES)?
        .set_buckets_for_metric(exact("quietline_batch_seconds"), &COMMITS)?
        .build_recorder();
    let figures = metrics::with_local_recorder(&recorder, || {
        describe();
        Figures::new()
    });
    anyhow::ensure!(FIGURES.set(figures).is_ok(), "figures are gathered already");
    Ok(recorder.handle())
}

impl Figures {
    fn new() -> Self {
        let refusals = KINDS.map(|kind| (kind, counter!("quietline_refusals_total", "kind" => kind_label(kind))));
        let erased = ENDS.map(|by| (by, counter!("quietline_rooms_erased_total", "by" => end_label(by))));
        Self {
            rooms: gauge!("quietline_rooms_open"),
            waiting: gauge!("quietline_students_waiting"),
            reconnecting: gauge!("quietline_students_reconnecting"),
            wait: histogram!("quietline_wait_seconds"),
            batch_writes: histogram!("quietline_batch_writes"),
            batch_seconds: histogram!("quietline_batch_seconds"),
            returns: BySide::new(|side| counter!("quietline_returns_total", "side" => side)),
            refusals: refusals.into(),
            readers_cut: counter!("quietline_readers_cut_total"),
            sockets: BySide::new(|side| gauge!("quietline_sockets", "side" => side)),
            store_up: gauge!("quietline_store_up"),
            erased: erased.into(),
        }
    }
}

fn describe() {
    use Unit::{Count, Seconds};
    describe_gauge!("quietline_rooms_open", Count, "Rooms that are not erased, those of waiting students among them.");
    describe_gauge!("quietline_students_waiting", Count, "Students who wait for a counsellor.");
    describe_gauge!("quietline_students_reconnecting", Count, "Waiting students whose connection is down just now.");
    describe_histogram!("quietline_wait_seconds", Seconds, "From a student's arrival until a first counsellor takes.");
    describe_histogram!("quietline_batch_writes", Count, "Writes that one commit made durable.");
    describe_histogram!("quietline_batch_seconds", Seconds, "How long one commit took until it was durable.");
    describe_counter!("quietline_returns_total", Count, "Pages that came back to their room, by side.");
    describe_counter!("quietline_refusals_total", Count, "Refusals that pages were told, by kind.");
    describe_counter!("quietline_readers_cut_total", Count, "Pages let go because they did not read in time.");
    describe_gauge!("quietline_sockets", Count, "Open sockets, by side.");
    describe_gauge!("quietline_store_up", Count, "1 while the database takes what it is given, 0 while it does not.");
    describe_counter!("quietline_rooms_erased_total", Count, "Rooms erased, by what ended them.");
}

const KINDS: [Refusal; 17] = [
    Refusal::NoSuchRoom,
    Refusal::NobodyAvailable,
    Refusal::SignedIn,
    Refusal::Nickname,
    Refusal::NicknameTaken,
    Refusal::NobodyWaiting,
    Refusal::NobodyHere,
    Refusal::Limit,
    Refusal::Colleague,
    Refusal::OfferEnded,
    Refusal::AnsweredBefore,
    Refusal::TooMany,
    Refusal::CidTaken,
    Refusal::Implausible,
    Refusal::Role,
    Refusal::KeyEpoch,
    Refusal::Suite,
];

/// As on the wire. One that is new has to be added here, and then above, as a test makes sure.
fn kind_label(kind: Refusal) -> &'static str {
    match kind {
        Refusal::NoSuchRoom => "no_such_room",
        Refusal::NobodyAvailable => "nobody_available",
        Refusal::SignedIn => "signed_in",
        Refusal::Nickname => "nickname",
        Refusal::NicknameTaken => "nickname_taken",
        Refusal::NobodyWaiting => "nobody_waiting",
        Refusal::NobodyHere => "nobody_here",
        Refusal::Limit => "limit",
        Refusal::Colleague => "colleague",
        Refusal::OfferEnded => "offer_ended",
        Refusal::AnsweredBefore => "answered_before",
        Refusal::TooMany => "too_many",
        Refusal::CidTaken => "cid_taken",
        Refusal::Implausible => "implausible",
        Refusal::Role => "role",
        Refusal::KeyEpoch => "key_epoch",
        Refusal::Suite => "suite",
    }
}

const ENDS: [EndedBy; 4] = [EndedBy::Student, EndedBy::Counsellor, EndedBy::Silence, EndedBy::Absence];

fn end_label(by: EndedBy) -> &'static str {
    match by {
        EndedBy::Student => "student",
        EndedBy::Counsellor => "counsellor",
        EndedBy::Silence => "silence",
        EndedBy::Absence => "absence",
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// The members of a union of texts in the generated types of the pages.
    fn on_the_wire(name: &str) -> BTreeSet<String> {
        let types = include_str!("../web/src/protocol.gen.ts");
        let begin = format!("export type {name} = ");
        let union = types.split_once(&begin).and_then(|(_, rest)| rest.split_once(';')).unwrap().0;
        union.split('|').map(|member| member.trim().trim_matches('"').to_owned()).collect()
    }

    #[test]
    fn every_kind_is_counted_under_its_name_on_the_wire() {
        let kinds: BTreeSet<_> = KINDS.iter().map(|kind| kind_label(*kind).to_owned()).collect();
        assert_eq!(kinds, on_the_wire("Refusal"));
        let ends: BTreeSet<_> = ENDS.iter().map(|by| end_label(*by).to_owned()).collect();
        assert_eq!(ends, on_the_wire("EndedBy"));
    }

    #[test]
    fn nothing_is_recorded_until_somebody_gathers() {
        rooms_open(3);
        drop(CountedSocket::of(Role::Student));
        assert!(FIGURES.get().is_none());
    }
}
