//! What administrators ask about accounts in the page: who there is, adding, disabling, resetting, roles, and what was done.
//!
//! Nobody chooses a password for somebody else, so adding and resetting answer with a link that is good once. Who may ask is
//! decided before these are reached.

use actix_web::{HttpRequest, HttpResponse, web};
use quietline_domain::{AccountId, Span};
use serde::{Deserialize, Serialize};
#[cfg(test)]
use ts_rs::TS;
use uuid::Uuid;

use crate::{
    Parts,
    actors::queue::StaffChanged,
    auth::{self, Newcomer},
    http::{Refused, fault, unfit, welcome},
    private::{Credential, Nickname, Password, perhaps},
    protocol::StaffRole as Role,
    store::{
        Access, AccountRow, Changed, Kept,
        accounts::{Audited, Deed, Doer, Link},
    },
};

/// How long a link is good that lets somebody choose their password.
pub const LINK_STANDS: Span = Span::seconds(7 * 86_400);

/// As many entries of the log at once.
const ENTRIES: u32 = 100;

pub fn routes(cfg: &mut web::ServiceConfig) {
    cfg.route("/accounts", web::get().to(accounts))
        .route("/accounts", web::post().to(add))
        .route("/accounts/{id}/disable", web::post().to(disable))
        .route("/accounts/{id}/reset", web::post().to(reset))
        .route("/accounts/{id}/role", web::put().to(set_role))
        .route("/audit", web::get().to(audit));
}

#[derive(Serialize)]
#[cfg_attr(test, derive(TS))]
pub struct Account {
    id: Uuid,
    login: String,
    nickname: Nickname,
    role: Role,
    access: Access,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct New {
    login: String,
    nickname: String,
    role: Role,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewRole {
    role: Role,
}

/// Good once, for whoever it is given to: shown to the administrator and kept nowhere.
#[derive(Serialize)]
#[cfg_attr(test, derive(TS))]
pub struct Invited {
    link: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Chosen {
    #[serde(deserialize_with = "perhaps")]
    token: Option<Credential>,
    password: Password,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Before {
    before: Option<i64>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(TS))]
pub struct Entry {
    nth: i64,
    at: i64,
    by: Option<Nickname>,
    action: Deed,
    about: Option<Nickname>,
}

async fn accounts(parts: web::Data<Parts>) -> HttpResponse {
    match parts.store.accounts().await {
        Ok(accounts) => HttpResponse::Ok().json(accounts.into_iter().map(Account::from).collect::<Vec<_>>()),
        Err(error) => fault("reading accounts", &error.into()),
    }
}

async fn add(
    asked: web::Json<New>,
    me: web::ReqData<AccountRow>,
    request: HttpRequest,
    parts: web::Data<Parts>,
) -> HttpResponse {
    let New { login, nickname, role } = asked.into_inner();
    let invited = match Newcomer::new(&login, &nickname, &parts.settings.guest_prefix) {
        Ok(newcomer) => newcomer.into_account(&parts.names, role.into(), String::new(), parts.clock.date()),
        Err(why) => return unfit(why),
    };
    let (token, link) = match new_link(&parts) {
        Ok(made) => made,
        Err(error) => return fault("making a link", &error),
    };
    match parts.store.invite(invited, link, me.account).await {
        Ok(true) => changed(&parts, HttpResponse::Ok().json(Invited { link: address(&request, &parts, &token) })),
        Ok(false) => HttpResponse::Conflict().json(Refused::because("taken")),
        Err(error) => fault("adding an account", &error.into()),
    }
}

async fn disable(id: web::Path<Uuid>, me: web::ReqData<AccountRow>, parts: web::Data<Parts>) -> HttpResponse {
    let done = parts.store.disable(account(*id), parts.clock.date(), Doer::Account(me.account)).await;
    answer(&parts, done, || HttpResponse::NoContent().finish())
}

async fn reset(
    id: web::Path<Uuid>,
    me: web::ReqData<AccountRow>,
    request: HttpRequest,
    parts: web::Data<Parts>,
) -> HttpResponse {
    let (token, link) = match new_link(&parts) {
        Ok(made) => made,
        Err(error) => return fault("making a link", &error),
    };
    let done = parts.store.reissue(account(*id), link, parts.clock.date(), me.account).await;
    answer(&parts, done, || HttpResponse::Ok().json(Invited { link: address(&request, &parts, &token) }))
}

async fn set_role(
    id: web::Path<Uuid>,
    asked: web::Json<NewRole>,
    me: web::ReqData<AccountRow>,
    parts: web::Data<Parts>,
) -> HttpResponse {
    let by = Doer::Account(me.account);
    let done = parts.store.set_role(account(*id), asked.role.into(), parts.clock.date(), by).await;
    answer(&parts, done, || HttpResponse::NoContent().finish())
}

async fn audit(asked: web::Query<Before>, parts: web::Data<Parts>) -> HttpResponse {
    match parts.store.audited(asked.before, ENTRIES).await {
        Ok(entries) => HttpResponse::Ok().json(entries.into_iter().map(Entry::from).collect::<Vec<_>>()),
        Err(error) => fault("reading the log of staff", &error.into()),
    }
}

/// Not among those who are signed in: whoever has the link is not yet.
pub async fn choose_password(request: HttpRequest, asked: web::Json<Chosen>, parts: web::Data<Parts>) -> HttpResponse {
    let Chosen { token, password } = asked.into_inner();
    let now = parts.clock.date();
    match parts.staff.choose_password(&*parts.store, token, password, now).await {
        Ok(Ok(signed_in)) => {
            let _ = parts.queue.try_send(StaffChanged);
            welcome(&request, &parts, signed_in).await
        }
        Ok(Err(auth::FirstRefused::Gone)) => HttpResponse::Forbidden().json(Refused::because("gone")),
        Ok(Err(auth::FirstRefused::Unfit(why))) => unfit(why),
        Err(error) => fault("choosing a password", &error),
    }
}

fn new_link(parts: &Parts) -> anyhow::Result<(Credential, Link)> {
    let token = Credential::random()?;
    let until = parts.clock.date().plus(LINK_STANDS);
    let link = Link { digest: token.digest(), until };
    Ok((token, link))
}

/// Behind the sign, so that it stands in no log of a proxy.
fn address(request: &HttpRequest, parts: &Parts, token: &Credential) -> String {
    let here = || {
        let connection = request.connection_info();
        format!("{}://{}", connection.scheme(), connection.host())
    };
    format!("{}/desk#welcome={}", parts.settings.origin.clone().unwrap_or_else(here), token.expose())
}

fn answer(parts: &Parts, done: Kept<Changed>, answered: impl FnOnce() -> HttpResponse) -> HttpResponse {
    match done {
        Ok(Changed::Done) => changed(parts, answered()),
        Ok(Changed::NoSuchAccount) => HttpResponse::NotFound().json(Refused::because("no_such_account")),
        Ok(Changed::LastAdministrator) => HttpResponse::Conflict().json(Refused::because("last_administrator")),
        Err(error) => fault("changing an account", &error.into()),
    }
}

/// Desks hear of it at once; the queue also looks by itself, so a full mailbox only makes it later.
fn changed(parts: &Parts, answered: HttpResponse) -> HttpResponse {
    let _ = parts.queue.try_send(StaffChanged);
    answered
}

fn account(id: Uuid) -> AccountId {
    AccountId(id.as_u128())
}

impl From<AccountRow> for Account {
    fn from(row: AccountRow) -> Self {
        let AccountRow { account, login, nickname, role, access, .. } = row;
        Self { id: Uuid::from_u128(account.0), login, nickname, role: role.into(), access }
    }
}

impl From<Audited> for Entry {
    fn from(entry: Audited) -> Self {
        Self { nth: entry.nth, at: entry.at.0, by: entry.by, action: entry.deed, about: entry.about }
    }
}
