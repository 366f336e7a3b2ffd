//! What the pages below /desk ask about duty and about the service, over plain requests.
//!
//! Who may ask what is decided before these are reached; each is handed the account that asks. Answers name counsellors
//! and never a student.

use std::collections::HashMap;

use actix_web::{HttpResponse, http::header, web};
use jiff::civil::Date;
use quietline_domain::AccountId;
use serde::Deserialize;
use uuid::Uuid;

use super::{
    csv, days,
    days::{Days, NoDays},
    hours,
    report::Row,
    shown::{Duty, Hours, Service},
    worked::{self, Worked},
};
use crate::{
    Parts,
    actors::queue::Glance,
    http::{Refused, fault},
    store::{
        AccountRow, Kept,
        accounts::{Audit, Deed, Doer},
        activity::{Lasted, Whose},
    },
};

pub fn routes(cfg: &mut web::ServiceConfig) {
    cfg.route("/duty/own", web::get().to(own))
        .route("/duty/everyone", web::get().to(everyone))
        .route("/duty/everyone.csv", web::get().to(download))
        .route("/service", web::get().to(service));
}

/// Which days, whose, and in a file: what its rows are.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    from: Option<String>,
    until: Option<String>,
    who: Option<Uuid>,
    #[serde(default)]
    by: By,
}

#[derive(Deserialize, Default, Clone, Copy)]
#[serde(rename_all = "snake_case")]
enum By {
    #[default]
    Session,
    Day,
    Week,
}

impl Asked {
    fn days(&self, parts: &Parts, since: fn(Date) -> Date) -> Result<Days, NoDays> {
        let zone = parts.settings.time_zone.clone();
        let today = days::day(parts.clock.date(), &zone);
        let last = self.until.as_deref().map_or(Ok(today), days::read)?;
        let first = self.from.as_deref().map_or_else(|| Ok(since(last)), days::read)?;
        Days::new(first, last, zone)
    }

    fn whose(&self) -> Whose {
        self.who.map_or(Whose::Everyones, |who| Whose::Of(AccountId(who.as_u128())))
    }
}

/// So that the week and the month that a counsellor is in can both be shown.
fn of_week_and_month(today: Date) -> Date {
    days::monday(today).min(today.first_of_month())
}

async fn own(asked: web::Query<Asked>, me: web::ReqData<AccountRow>, parts: web::Data<Parts>) -> HttpResponse {
    let Ok(days) = asked.days(&parts, of_week_and_month) else { return no_days() };
    let me = me.into_inner();
    let whose = Whose::Of(me.account);
    answer(shown(&parts, &days, whose, &[me]).await)
}

async fn everyone(asked: web::Query<Asked>, me: web::ReqData<AccountRow>, parts: web::Data<Parts>) -> HttpResponse {
    let Ok(days) = asked.days(&parts, Date::first_of_month) else { return no_days() };
    let shown = async {
        parts.store.audit(looked(&me, Deed::SawEveryonesDuty, &parts)).await?;
        let staff = by_nickname(&parts).await?;
        shown(&parts, &days, asked.whose(), &staff).await
    };
    answer(shown.await)
}

async fn shown(parts: &Parts, days: &Days, whose: Whose, staff: &[AccountRow]) -> Kept<Duty> {
    let worked = worked::on(days, whose, parts.settings.duty, &*parts.store).await?;
    let today = days::day(parts.clock.date(), &days.zone);
    Ok(Duty::new(&worked, days, staff, today))
}

/// The same rows as the table has, for a spreadsheet.
async fn download(asked: web::Query<Asked>, me: web::ReqData<AccountRow>, parts: web::Data<Parts>) -> HttpResponse {
    let Ok(days) = asked.days(&parts, Date::first_of_month) else { return no_days() };
    let file = async {
        parts.store.audit(looked(&me, Deed::DownloadedDuty, &parts)).await?;
        let staff = by_nickname(&parts).await?;
        let worked = worked::on(&days, asked.whose(), parts.settings.duty, &*parts.store).await?;
        Kept::Ok(written(&worked, &days, &staff, asked.by))
    };
    match file.await {
        Ok(csv) => HttpResponse::Ok()
            .content_type("text/csv; charset=utf-8")
            .insert_header((header::CONTENT_DISPOSITION, format!("attachment; filename=\"{}\"", name_of(&days))))
            .body(csv),
        Err(error) => fault("reading duty", &error.into()),
    }
}

fn written(worked: &Worked, days: &Days, staff: &[AccountRow], by: By) -> String {
    let people: Vec<_> = staff.iter().map(|account| account.account).collect();
    let names: HashMap<_, _> = staff.iter().map(|account| (account.account, account.nickname.expose())).collect();
    let name = |account| names.get(&account).copied().unwrap_or_default();
    let report = worked.report(&people, days);
    let named = |row: Row<AccountId>| Row { who: name(row.who), day: row.day, total: row.total };
    match by {
        By::Session => {
            let all =
                worked.of(&people).flat_map(|(who, sessions)| sessions.iter().map(move |session| (who, *session)));
            csv::sessions(all.map(|(who, session)| (name(who), session)), &days.zone)
        }
        By::Day => csv::totals("day", report.rows.into_iter().map(named)),
        By::Week => csv::totals("week", report.by_week().into_iter().map(named)),
    }
}

async fn service(parts: web::Data<Parts>) -> HttpResponse {
    let Ok(glance) = parts.queue.send(Glance).await else {
        return HttpResponse::ServiceUnavailable().json(Refused::because("try_again"));
    };
    let hours = async {
        let counted = parts.store.counted().await?;
        let waits = hours::week(Lasted::Wait, &counted);
        let lengths = hours::week(Lasted::Conversation, &counted);
        Kept::Ok(waits.into_iter().zip(lengths.into_values()).map(Hours::from).collect())
    };
    answer(hours.await.map(|hours| Service::new(glance, hours, &parts.settings.time_zone)))
}

fn looked(me: &AccountRow, deed: Deed, parts: &Parts) -> Audit {
    Audit { at: parts.clock.date(), by: Doer::Account(me.account), deed, about: None }
}

async fn by_nickname(parts: &Parts) -> Kept<Vec<AccountRow>> {
    let mut staff = parts.store.accounts().await?;
    staff.sort_by_cached_key(|account| account.nickname.expose().to_lowercase());
    Ok(staff)
}

fn name_of(days: &Days) -> String {
    format!("duty-{}-{}.csv", days.first, days.last)
}

fn no_days() -> HttpResponse {
    HttpResponse::BadRequest().json(Refused::because("dates"))
}

fn answer(shown: Kept<impl serde::Serialize>) -> HttpResponse {
    match shown {
        Ok(shown) => HttpResponse::Ok().json(shown),
        Err(error) => fault("reading duty", &error.into()),
    }
}
