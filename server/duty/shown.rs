//! What the pages below /desk are shown of duty and of the service, as JSON.
//!
//! Times are written as the operator's clocks show them, so that a page needs no database of time zones. Minutes are
//! rounded down once for each row, so a total is made of lengths and not of rows.

use jiff::{civil::Date, tz::TimeZone};
use quietline_domain::{AccountId, duty};
use serde::Serialize;
#[cfg(test)]
use ts_rs::TS;
use uuid::Uuid;

use super::{
    days::{self, Days},
    hours::{Block, Shown},
    report::{self, Total},
    worked::Worked,
};
use crate::{actors::queue::Glanced, private::Nickname, protocol::Expected, store::AccountRow};

#[derive(Serialize)]
#[cfg_attr(test, derive(TS))]
pub struct Duty {
    zone: String,
    today: String,
    from: String,
    until: String,
    staff: Vec<Counsellor>,
    sessions: Vec<Session>,
    days: Vec<Row>,
    weeks: Vec<Row>,
    totals: Vec<Totals>,
    chart: Vec<Chart>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(TS))]
pub struct Counsellor {
    id: Uuid,
    nickname: Nickname,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(TS))]
pub struct Session {
    who: Uuid,
    day: String,
    start: String,
    end: String,
    minutes: i64,
    reply_count: u64,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(TS))]
pub struct Row {
    day: String,
    #[serde(flatten)]
    totals: Totals,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(TS))]
pub struct Totals {
    who: Uuid,
    sessions: u64,
    minutes: i64,
    reply_count: u64,
}

/// What all of them worked on a day.
#[derive(Serialize)]
#[cfg_attr(test, derive(TS))]
pub struct Chart {
    day: String,
    minutes: i64,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(TS))]
pub struct Service {
    waiting: usize,
    reconnecting: usize,
    longest_ms: i64,
    available: usize,
    wait: Option<Expected>,
    zone: String,
    hours: Vec<Hours>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(TS))]
pub struct Hours {
    weekday: u8,
    hour: u8,
    waits: Option<Coarse>,
    lengths: Option<Coarse>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(TS))]
pub struct Coarse {
    from_min: u32,
    to_min: Option<u32>,
}

impl Duty {
    /// People in the order given.
    pub fn new(worked: &Worked, days: &Days, staff: &[AccountRow], today: Date) -> Self {
        let people: Vec<_> = staff.iter().map(|account| account.account).collect();
        let report = worked.report(&people, days);
        let sessions = worked
            .of(&people)
            .flat_map(|(who, sessions)| sessions.iter().map(move |session| Session::new(who, session, &days.zone)));
        let by_day = report.by_day();
        let chart =
            days.each().map(|day| Chart { day: day.to_string(), minutes: by_day.get(&day).map_or(0, Total::minutes) });
        let counsellor =
            |account: &AccountRow| Counsellor { id: uuid(account.account), nickname: account.nickname.clone() };
        Self {
            zone: name(&days.zone),
            today: today.to_string(),
            from: days.first.to_string(),
            until: days.last.to_string(),
            staff: staff.iter().map(counsellor).collect(),
            sessions: sessions.collect(),
            weeks: report.by_week().iter().map(Row::from).collect(),
            totals: report.by_counsellor().into_iter().map(|(who, total)| Totals::new(who, total)).collect(),
            days: report.rows.iter().map(Row::from).collect(),
            chart: chart.collect(),
        }
    }
}

impl Service {
    pub fn new(glanced: Glanced, hours: Vec<Hours>, zone: &TimeZone) -> Self {
        let Glanced { waiting, reconnecting, longest, available, wait } = glanced;
        Self { waiting, reconnecting, longest_ms: longest.0, available, wait, zone: name(zone), hours }
    }
}

impl Session {
    fn new(who: AccountId, session: &duty::Session, zone: &TimeZone) -> Self {
        Self {
            who: uuid(who),
            day: days::day(session.start, zone).to_string(),
            start: days::written(session.start, zone),
            end: days::written(session.end, zone),
            minutes: Total::from(*session).minutes(),
            reply_count: session.reply_count,
        }
    }
}

impl Totals {
    fn new(who: AccountId, total: Total) -> Self {
        Self { who: uuid(who), sessions: total.sessions, minutes: total.minutes(), reply_count: total.reply_count }
    }
}

impl From<&report::Row<AccountId>> for Row {
    fn from(row: &report::Row<AccountId>) -> Self {
        Self { day: row.day.to_string(), totals: Totals::new(row.who, row.total) }
    }
}

impl From<((Block, Option<Shown>), Option<Shown>)> for Hours {
    fn from(((block, waits), lengths): ((Block, Option<Shown>), Option<Shown>)) -> Self {
        let coarse = |shown: Shown| Coarse { from_min: shown.from_min, to_min: shown.to_min };
        Self { weekday: block.weekday, hour: block.hour, waits: waits.map(coarse), lengths: lengths.map(coarse) }
    }
}

fn uuid(account: AccountId) -> Uuid {
    Uuid::from_u128(account.0)
}

fn name(zone: &TimeZone) -> String {
    zone.iana_name().unwrap_or("UTC").to_owned()
}
