//! The intake: how long a tree takes to grow and a step through it to make, and whether people can talk on while ten
//! thousand sessions are looked through and half of them erased.

use std::{
    hint::black_box,
    process::Stdio,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use anyhow::{Context, Result};
use futures_util::future::join_all;
use quietline::{
    private::{Credential, SealedText},
    store::{
        self, Store,
        intakes::{BodyRow, Grown, NewIntake, NodeRow, TitleRow},
    },
};
use quietline_domain::{
    Span, Time,
    intake::{
        Answers, Body, Profile, Title, Tree, Walk, build,
        definition::{Child, Definition, Item, Module},
    },
};
use uuid::Uuid;

use crate::{
    figures::{conversations, millis, runtime, sign_in_all},
    portal::{Home, Portal, quietline},
    progress,
    seat::{Role, Seat},
    table::{Bar, Table},
    traffic::share,
};

const LARGE: usize = 2_000;
const SMALL: usize = 20;
const SESSIONS: usize = 10_000;
const NODES_EACH: usize = 60;
const TALKING: usize = 20;
const QUIET: Duration = Duration::from_secs(5);

pub fn intake(table: &mut Table) -> Result<()> {
    for (home, on) in Home::each()? {
        progress(&format!("trees of {LARGE} nodes, and steps through them{on}"));
        grows_and_walks(table, &home, on)?;
    }
    for (home, on) in Home::each()? {
        progress(&format!("{SESSIONS} sessions of {NODES_EACH} nodes, half of them stale{on}"));
        sweeps(table, home.with(TALKING)?, on)?;
    }
    Ok(())
}

fn grows_and_walks(table: &mut Table, home: &Home, on: &str) -> Result<()> {
    let (mut grown, small, large) = runtime()?.block_on(async {
        let store = store::serve(&crate::store::address(home)?).await?;
        let definition = definition(LARGE);
        let mut took = Vec::new();
        for _ in 0..9 {
            let began = Instant::now();
            let tree = build(&definition, &Profile::default())?;
            store.add_intake(session(&tree, now())?).await?;
            took.push(began.elapsed());
        }
        let key = |nodes| add(&*store, nodes);
        let (small, large) = (key(SMALL).await?, key(LARGE).await?);
        let steps = (steps(&*store, small).await?, steps(&*store, large).await?);
        store.close().await;
        anyhow::Ok((took, steps.0, steps.1))
    })?;
    table.add(
        &format!("a tree of 2,000 nodes, grown and kept in one transaction{on}"),
        millis(share(&mut grown, 0.5)),
        "ms",
        Bar::AtMost(50.0),
    );
    table.add("going to the next node, in a tree of 20, kept", millis(small), "ms", Bar::None);
    table.add("· of 2,000, to that", large.as_secs_f64() / small.as_secs_f64(), "×", Bar::AtMost(2.0));
    if on.is_empty() {
        let walks = [walk(SMALL)?, walk(LARGE)?];
        table.add("a step of the walk in memory, in a tree of 20", walks[0].as_secs_f64() * 1e9, "ns", Bar::None);
        table.add("· of 2,000, to that", walks[1].as_secs_f64() / walks[0].as_secs_f64(), "×", Bar::AtMost(2.0));
    }
    Ok(())
}

/// Where a page goes is kept each time; half of it is the commit, which is the same in any tree.
async fn steps(store: &dyn Store, key: Credential) -> Result<Duration> {
    let mut took = Vec::new();
    for nth in 0..400 {
        let path = quietline_domain::intake::Path::from_stored(&format!("001{:03}", nth % 9 + 1))?;
        let began = Instant::now();
        anyhow::ensure!(store.stand_at(key.digest(), path, now()).await?, "there is no such node");
        took.push(began.elapsed());
    }
    Ok(share(&mut took, 0.5))
}

/// One step, there or back, of walks through the whole tree.
fn walk(nodes: usize) -> Result<Duration> {
    let tree = build(&definition(nodes), &Profile::default())?;
    let answers = Answers::default();
    let walk = Walk::new(&tree, &answers);
    let steps = 400_000;
    let (mut at, mut done) = (walk.next(tree.nodes()[0].path).context("a first")?.path, 0);
    let mut forward = true;
    let began = Instant::now();
    while done < steps {
        let next = if forward { walk.next(at) } else { walk.previous(at) };
        match black_box(next) {
            Some(node) => at = node.path,
            None => forward = !forward,
        }
        done += 1;
    }
    Ok(began.elapsed() / steps)
}

fn sweeps(table: &mut Table, home: Home, on: &str) -> Result<()> {
    let url = crate::store::address(&home)?;
    let portal = Portal::start(home)?;
    let cookies = sign_in_all(&portal, TALKING)?;
    let (mut quiet, mut swept, took, left) = runtime()?.block_on(async {
        let (store, _) = store::visit(&url).await?;
        let old = Time(now().0 - Span::seconds(31 * 86_400).0);
        let tree = build(&definition(NODES_EACH), &Profile::default())?;
        for some in (0..SESSIONS).collect::<Vec<_>>().chunks(50) {
            let adding = some.iter().map(|nth| {
                let new = session(&tree, if nth % 2 == 0 { old } else { now() });
                async { anyhow::Ok(store.add_intake(new?).await?) }
            });
            for added in join_all(adding).await {
                added?;
            }
        }
        store.close().await;
        let run = Instant::now();
        let seats = conversations(&portal, &cookies, run).await?;
        let heard = talk(seats, run);
        tokio::time::sleep(QUIET).await;
        let began = run.elapsed();
        let home = portal.home();
        let mut sweeping = tokio::process::Command::from(quietline(home));
        let swept = sweeping.arg("sweep").stdout(Stdio::null()).status().await?;
        let ended = run.elapsed();
        anyhow::ensure!(swept.success(), "the sweep has failed");
        tokio::time::sleep(Duration::from_millis(200)).await;
        let all = heard.lock().map_err(|_| anyhow::anyhow!("poisoned"))?.clone();
        let between = |from: Duration, until: Duration| {
            all.iter().filter(|(at, _)| from <= *at && *at < until).map(|(_, took)| *took).collect::<Vec<_>>()
        };
        let (store, _) = store::visit(&url).await?;
        let left = store.drop_stale_intakes(Time(i64::MAX), 100_000).await?;
        store.close().await;
        anyhow::Ok((between(Duration::ZERO, began), between(began, ended), ended - began, left))
    })?;
    table.add(&format!("the sweep of 5,000 of 10,000 stale intakes{on}"), took.as_secs_f64(), "s", Bar::AtMost(5.0));
    table.add("· left", left as f64, "", Bar::Exactly(5_000.0));
    let (quiet, swept) = (share(&mut quiet, 0.99), share(&mut swept, 0.99));
    table.add("· a line meanwhile, p99", millis(swept), "ms", Bar::None);
    table.add("· to p99 without", swept.as_secs_f64() / quiet.as_secs_f64(), "×", Bar::AtMost(3.0));
    Ok(())
}

type Heard = Arc<Mutex<Vec<(Duration, Duration)>>>;

/// Every student says ten lines a second until the run ends; when each was heard, and how long it had taken.
fn talk(seats: Vec<Seat>, run: Instant) -> Heard {
    let heard = Heard::default();
    for mut seat in seats {
        let heard = heard.clone();
        tokio::spawn(async move {
            if seat.role() == Role::Student {
                loop {
                    tokio::time::sleep(Duration::from_millis(100)).await;
                    seat.say(run).await?;
                    while seat.heard().await?.from_other {}
                }
            }
            loop {
                let line = seat.heard().await?;
                if line.from_other {
                    let took = run.elapsed().saturating_sub(Duration::from_nanos(line.stamp));
                    heard.lock().map_err(|_| anyhow::anyhow!("poisoned"))?.push((run.elapsed(), took));
                }
            }
            #[expect(unreachable_code, reason = "says what the task fails with")]
            anyhow::Ok(())
        });
    }
    heard
}

async fn add(store: &dyn Store, nodes: usize) -> Result<Credential> {
    let key = Credential::random()?;
    let tree = build(&definition(nodes), &Profile::default())?;
    store.add_intake(NewIntake { key: key.digest(), ..session(&tree, now())? }).await?;
    Ok(key)
}

/// A session as the server keeps it before anything is answered.
fn session(tree: &Tree, now: Time) -> Result<NewIntake> {
    let nodes = tree.nodes().iter().map(|node| NodeRow {
        path: node.path,
        key: node.key.clone(),
        title: TitleRow::Defined(match &node.title {
            Title::Defined(title) => title.clone(),
            Title::Entry(name) => name.as_str().to_owned(),
        }),
        body: match &node.body {
            Body::Item { statement, fixed } => {
                BodyRow::Item { statement: statement.clone(), fixed: *fixed, noted: None }
            }
            Body::Module { asks, description } => {
                BodyRow::Module { asks: asks.clone(), description: description.clone(), decision: None }
            }
        },
    });
    Ok(NewIntake {
        session: Uuid::new_v4().as_u128(),
        key: Credential::random()?.digest(),
        sealed_key: SealedText::new("Q".repeat(80)),
        grown: Grown { definition: "Q".repeat(43), profile: Vec::new(), nodes: nodes.collect() },
        now,
    })
}

/// So many nodes in all: modules of nine items each, and a rest.
fn definition(nodes: usize) -> Definition {
    let item = |n: usize| {
        let statement = format!("What is stated here is as long as most, number {n}.");
        Child::Item(Item { id: format!("i{n}"), statement, title: None, priority: None })
    };
    let module = |at: usize, items: usize| Module {
        id: format!("m{at}"),
        title: format!("Module {at}"),
        description: None,
        asks: None,
        children: (at + 1..=at + items).map(item).collect(),
    };
    let modules = (0..nodes).step_by(10).map(|at| module(at, (nodes - at - 1).min(9))).collect();
    Definition { title: "Bench".to_owned(), profile: Vec::new(), modules }
}

fn now() -> Time {
    quietline::clock::Clock::system().now()
}
