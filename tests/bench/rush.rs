//! Sixty-four counsellors press at once for a thousand who wait, and every tenth answer is lost.
//!
//! They press in rounds, and nobody presses again before all are answered. So each round must give exactly the next
//! rooms of the queue, whoever gets which, and the order is judged soundly without knowing what happened inside.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use anyhow::{Context, Result};
use futures_util::future::join_all;
use uuid::Uuid;

use crate::{
    crowd::Crowd,
    figures::{runtime, sign_in_all},
    line::line,
    page::Page,
    portal::{Home, Portal},
    progress,
    table::{Bar, Table},
    way::{Patience, REAL, Way},
};

const COUNSELLORS: usize = 64;
const STUDENTS: usize = 1_000;
const TIMES: u64 = 5;
const PATIENCE: Duration = Duration::from_secs(60);
/// Whoever has pressed comes back soon; how soon is not what is measured.
const SOON: Patience = Patience { first: Duration::from_millis(20), ..REAL };

#[derive(Default)]
struct Outcome {
    taken_twice: u64,
    never_taken: u64,
    out_of_order: u64,
    unanswered: u64,
    repeated: u64,
    same: u64,
}

pub fn rush(table: &mut Table) -> Result<()> {
    for (home, on) in Home::each()? {
        rush_on(home, on, table)?;
    }
    Ok(())
}

fn rush_on(home: Home, on: &str, table: &mut Table) -> Result<()> {
    progress(&format!("64 counsellors sign in{on}"));
    let mut first = Portal::start(home.with(COUNSELLORS)?)?;
    let cookies = sign_in_all(&first, COUNSELLORS)?;
    let mut outcome = Outcome::default();
    for time in 1..=TIMES {
        progress(&format!("1,000 wait and 64 press, {time} of {TIMES}"));
        let portal = Portal::start(first.remains()?)?;
        runtime()?.block_on(press_all(&portal, &cookies, time, &mut outcome))?;
    }
    table.never(&format!("rush{on}: students taken twice, of 5,000"), outcome.taken_twice);
    table.never("· never taken", outcome.never_taken);
    table.never("· out of order", outcome.out_of_order);
    table.never("· presses without an answer", outcome.unanswered);
    let same = 100.0 * outcome.same as f64 / outcome.repeated.max(1) as f64;
    table.add("· lost answers", outcome.repeated as f64, "", Bar::None);
    table.add("· a repeated press gives the same student", same, "%", Bar::Exactly(100.0));
    Ok(())
}

async fn press_all(portal: &Portal, cookies: &[String], seed: u64, outcome: &mut Outcome) -> Result<()> {
    let way = Way { portal: portal.address, through: portal.address, patience: SOON };
    let crowd = Crowd::arrive(way, cookies, STUDENTS, seed).await;
    // Each student was told how many were before them when they came.
    let order = line(&crowd, STUDENTS, PATIENCE).await.context("the places of those who wait make no line")?;
    let mut given = BTreeMap::<String, u64>::new();
    let mut rounds = Vec::new();
    loop {
        let round: Vec<Uuid> = crowd.desks.iter().map(|_| Uuid::new_v4()).collect();
        let lost = press(&crowd, &round, rounds.len() * COUNSELLORS).await;
        for number in lost {
            outcome.repeated += 1;
            outcome.same += u64::from(repeats(&crowd.desks[number], &round[number]).await);
        }
        let last: Vec<_> = crowd.desks.iter().zip(&round).map(|(desk, claim)| answers(desk, claim).pop()).collect();
        outcome.unanswered += last.iter().filter(|answer| answer.is_none()).count() as u64;
        let rooms: Vec<String> = last.into_iter().filter_map(|answer| answer?.ok()).collect();
        rounds.push(round);
        if rooms.is_empty() {
            break;
        }
        let next: BTreeSet<&String> = order.iter().skip(given.len()).take(rooms.len()).collect();
        outcome.out_of_order += rooms.iter().filter(|room| !next.contains(room)).count() as u64;
        rooms.into_iter().for_each(|room| *given.entry(room).or_default() += 1);
    }
    outcome.taken_twice += given.values().filter(|&&times| 1 < times).count() as u64;
    outcome.never_taken += order.iter().filter(|room| !given.contains_key(*room)).count() as u64;
    count_held(&crowd, &rounds, outcome).await;
    Ok(())
}

/// All press at once, and every tenth is gone before the answer comes. Returns those once everybody is answered.
async fn press(crowd: &Crowd, round: &[Uuid], pressed_before: usize) -> Vec<usize> {
    let mut lost = Vec::new();
    for (number, (desk, claim)) in crowd.desks.iter().zip(round).enumerate() {
        desk.press(*claim);
        if (pressed_before + number) % 10 == 9 {
            desk.lose_connection();
            lost.push(number);
        }
    }
    // Whose answer was lost presses again on the next socket, without being told to.
    join_all(crowd.desks.iter().zip(round).map(|(desk, claim)| is_answered(desk, claim, 1))).await;
    lost
}

/// Presses once more under the same claim, and says whether all its answers are the same.
async fn repeats(desk: &Page, claim: &Uuid) -> bool {
    let before = answers(desk, claim).len();
    desk.press(*claim);
    let is_answered = is_answered(desk, claim, before + 1).await;
    let all = answers(desk, claim);
    is_answered && before != 0 && all.iter().all(|answer| *answer == all[0])
}

fn answers(desk: &Page, claim: &Uuid) -> Vec<Result<String, String>> {
    desk.look(|shown| shown.presses.get(claim).cloned().unwrap_or_default())
}

async fn is_answered(desk: &Page, claim: &Uuid, many: usize) -> bool {
    desk.shows(PATIENCE, |shown| shown.is_up && many <= shown.presses.get(claim).map_or(0, Vec::len)).await
}

/// What each desk holds in the end must be what it was answered, and nobody may hold what another holds.
async fn count_held(crowd: &Crowd, rounds: &[Vec<Uuid>], outcome: &mut Outcome) {
    let before = crowd.arrivals();
    crowd.desks.iter().for_each(Page::lose_connection);
    crowd.desks_return(&before, PATIENCE).await;
    let mut holders = BTreeSet::new();
    for (number, desk) in crowd.desks.iter().enumerate() {
        let held = desk.look(|shown| shown.held.clone());
        let was_given: BTreeSet<String> =
            rounds.iter().filter_map(|round| answers(desk, &round[number]).pop()?.ok()).collect();
        let is_new = held.into_iter().map(|room| was_given.contains(&room) && holders.insert(room));
        outcome.taken_twice += is_new.filter(|is_new| !is_new).count() as u64;
    }
    outcome.never_taken += (STUDENTS - holders.len().min(STUDENTS)) as u64;
}
