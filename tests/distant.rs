//! A database at the end of a network: every trip costs a few milliseconds, and a rush makes thousands of them.
//!
//! The delay is this file's purpose and the only waiting in it.

mod common;
#[path = "store/stored.rs"]
#[allow(dead_code)]
mod stored;

use std::time::{Duration, Instant};

use common::{cluster::Cluster, database::Database};
use futures_util::future::join_all;
use quietline::store::{self, Address, postgres};
use quietline_domain::Time;
use stored::new_room;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    time::sleep,
};

const ONE_WAY: Duration = Duration::from_millis(2);
/// As many as one batch holds. All of them in one transaction take longer than a batch may.
const STUDENTS: u128 = 512;
/// A server that is heard less often is taken for one whose database is away (pulse.rs).
const SIGN_OF_LIFE: Duration = Duration::from_secs(5);

/// Where this server is reached from far away.
async fn far_from(server: String) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    tokio::spawn(async move {
        while let Ok((near, _)) = listener.accept().await {
            let far = TcpStream::connect(&server).await.expect("the server answers");
            let _ = (near.set_nodelay(true), far.set_nodelay(true));
            let ((near_in, near_out), (far_in, far_out)) = (near.into_split(), far.into_split());
            tokio::spawn(carry(near_in, far_out));
            tokio::spawn(carry(far_in, near_out));
        }
    });
    port
}

async fn carry(mut from: impl AsyncReadExt + Unpin, mut to: impl AsyncWriteExt + Unpin) {
    let mut bytes = [0; 65_536];
    while let Ok(read @ 1..) = from.read(&mut bytes).await {
        sleep(ONE_WAY).await;
        if to.write_all(&bytes[..read]).await.is_err() {
            return;
        }
    }
}

#[tokio::test]
async fn a_rush_on_a_distant_database_gets_through_and_keeps_no_sign_of_life_waiting() {
    // W2, promise 6
    let Some(cluster) = Cluster::start() else { return };
    let near = Database::on(&cluster.url()).await.url();
    let server = near.split(['@', '/']).find(|part| part.contains("127.0.0.1:")).expect("an address").to_owned();
    let distant = near.replace(&server, &format!("127.0.0.1:{}", far_from(server.clone()).await));
    let address = Address::Postgres(postgres::Url::parse(&distant).expect("is an address"));
    let store = store::serve(&address).await.expect("opens");

    let rush = join_all((1..=STUDENTS).map(|n| store.open_room(new_room(n))));
    let signs = async {
        let mut longest = Duration::ZERO;
        for n in 0.. {
            let begun = Instant::now();
            store.alive(Time(n)).await.expect("is alive");
            longest = longest.max(begun.elapsed());
            if store.rooms().await.expect("reads").len() as u128 == STUDENTS {
                break;
            }
        }
        longest
    };
    let (opened, longest) = tokio::join!(rush, signs);
    let failed = opened.iter().filter(|opened| opened.is_err()).count();
    assert_eq!(failed, 0, "of {STUDENTS}");
    assert!(longest < SIGN_OF_LIFE, "{longest:?}");
}
