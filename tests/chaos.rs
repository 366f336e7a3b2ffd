//! Twenty conversations in bad weather: every line arrives once, in order, on both sides, whatever the network does.
//!
//! Connections are cut, delayed, half-opened and doubled by tests/common/proxy.rs and its pages, from one seed that is
//! printed; QUIETLINE_TEST_SEED plays it again. The same play with more people is a figure of `./dev bench`.

// The seed is said before anything can go wrong with it.
#![allow(clippy::print_stdout)]

mod common;

use std::{net::SocketAddr, sync::atomic::Ordering, time::Duration};

use common::{
    Portal,
    crowd::{Count, Crowd},
    proxy::{Dice, Proxy},
    way::{QUICK, Way},
};
use quietline::config::Settings;
use quietline_domain::{Span, window::Limit};

const DESKS: usize = 4;
const ROOMS_EACH: usize = 5;
const LINES: u64 = 20;
/// Nobody waits so long; a play that has not settled by then has lost something, which is then counted.
const PATIENCE: Duration = Duration::from_secs(60);

#[actix_web::test]
async fn every_line_arrives_once_and_in_order_in_any_weather() {
    // W4, W6, W12, W15: the lines of both sides meet limits, lost answers, second sockets and silence.
    let seed = Dice::seed();
    println!("QUIETLINE_TEST_SEED={seed}");
    let settings = Settings {
        rooms_per_counsellor: ROOMS_EACH,
        line_limit: Limit { most: 15, within: Span(500) },
        join_limit: Limit { most: 1_000_000, within: Span::seconds(1) },
        ..Settings::default()
    };
    let portal = Portal::ticking(settings).await;
    let mut cookies = Vec::new();
    for number in 0..DESKS {
        cookies.push(format!("quietline={}", portal.account(&format!("Asha {number}")).await));
    }
    let address: SocketAddr = portal.address.parse().expect("an address");
    let proxy = Proxy::before(address, seed).await.expect("a proxy");

    let way = Way { portal: address, through: proxy.address, patience: QUICK };
    let crowd = Crowd::arrive(way.clone(), &cookies, DESKS * ROOMS_EACH, seed).await;
    assert!(crowd.take(ROOMS_EACH).await, "a desk does not get its rooms, seed {seed}");
    crowd.say(0..LINES);
    crowd.settles(LINES, PATIENCE).await;
    let count = crowd.count(LINES, Way { through: address, ..way }).await;

    let cuts = proxy.weather.cuts.load(Ordering::Relaxed);
    println!("{cuts} cuts of {} connections", proxy.weather.connections.load(Ordering::Relaxed));
    assert_eq!(count, Count::default(), "seed {seed}");
    assert!((DESKS * ROOMS_EACH) as u64 <= cuts, "only {cuts} cuts: this was no bad weather");
}
