//! Routes, headers and the few requests that are not sockets: signing in and out, the first account, leaving.
//!
//! Refusals are documented answers with a `reason`; faults are logged once, without content, and answered with 503.
//! There is no access log. What happens in rooms goes through `ws.rs` and is not known here.

use actix_web::{
    Error, HttpRequest, HttpResponse,
    body::MessageBody,
    dev::{ServiceRequest, ServiceResponse},
    error::InternalError,
    guard,
    http::{Method, header},
    middleware::{DefaultHeaders, Next, from_fn},
    web,
};
use serde::{Deserialize, Serialize};

use crate::{
    Parts,
    actors::{lobby::Leave, queue::StaffChanged},
    auth::{self, Applicant, FirstRefused, SignInRefused, Unfit},
    config::Settings,
    duty, identity,
    page::{self, Pages},
    private::{Credential, Digested, Nickname, Password, perhaps},
    protocol::StaffRole,
    questionnaire, rights, staff,
    store::AccountRow,
};

/// Nothing from elsewhere, nothing inline, no frame around it, and no text that becomes markup.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; \
    connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; \
    require-trusted-types-for 'script'; trusted-types 'none'";

/// The largest body that a request may have, in bytes.
const BODY_BYTES: usize = 8 * 1024;

/// Every route. Expects `web::Data<Parts>` beside it.
pub fn routes(cfg: &mut web::ServiceConfig) {
    let headers = DefaultHeaders::new()
        .add((header::CONTENT_SECURITY_POLICY, POLICY))
        .add((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .add((header::REFERRER_POLICY, "no-referrer"))
        .add((header::CROSS_ORIGIN_OPENER_POLICY, "same-origin"))
        .add((header::CROSS_ORIGIN_RESOURCE_POLICY, "same-origin"))
        .add((header::CACHE_CONTROL, "no-store"));
    let api = web::scope("/api")
        .wrap(from_fn(own_pages_alone))
        .route("/sign-in", web::post().to(sign_in))
        .route("/sign-out", web::post().to(sign_out))
        .route("/first-account", web::post().to(first_account))
        .route("/own-password", web::post().to(staff::choose_password))
        .configure(questionnaire::routes)
        .service(web::scope("").wrap(from_fn(rights::those_who_may)).configure(for_staff))
        .default_service(web::to(nothing));
    let all = web::scope("")
        .wrap(headers)
        .app_data(web::Data::new(Pages::default()))
        .app_data(web::JsonConfig::default().limit(BODY_BYTES).error_handler(malformed))
        .app_data(web::QueryConfig::default().error_handler(no_query))
        .app_data(web::PayloadConfig::new(BODY_BYTES))
        .route("/ws/student", web::get().to(crate::ws::student))
        .route("/ws/desk", web::get().to(crate::ws::desk))
        // Before the rest of /api, because it judges the origin by itself.
        .route("/api/leave", web::post().to(leave))
        .service(api)
        .route("/healthz", read().to(healthy))
        .route("/readyz", read().to(ready))
        .route("/", read().to(student_page))
        .route("/desk", read().to(desk_page))
        .route("/privacy", read().to(privacy_page))
        .route("/desk/{page:duty|service|accounts}", read().to(office_page))
        .route("/desk/{tail:.*}", read().to(desk_page))
        .route("/assets/{file}", read().to(asset))
        .route("/{file}", read().to(beside))
        .default_service(web::to(nothing));
    cfg.service(all);
}

/// What has a row in the table of rights, and is reached by those alone whom it names.
fn for_staff(cfg: &mut web::ServiceConfig) {
    cfg.route("/me", web::get().to(me))
        .route("/identity", web::get().to(identity::read))
        .route("/identity", web::put().to(identity::keep))
        .configure(questionnaire::shared_routes)
        .configure(duty::api::routes)
        .configure(staff::routes);
}

/// Whether the request comes from our own pages: from the configured origin, or, without one, from this very host by a
/// loopback name. A request that does not say where it comes from does not.
pub fn origin_allowed(request: &HttpRequest, settings: &Settings) -> bool {
    let said = |name| request.headers().get(name).and_then(|value| value.to_str().ok());
    let Some(origin) = said(header::ORIGIN) else { return false };
    if let Some(own) = &settings.origin {
        return origin == own;
    }
    let asked = origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://"));
    asked.is_some_and(|host| said(header::HOST) == Some(host) && auth::is_loopback(host))
}

/// HEAD as well as GET.
fn read() -> actix_web::Route {
    web::route().guard(guard::Any(guard::Get()).or(guard::Head()))
}

/// Whatever changes something must come from our own pages.
async fn own_pages_alone(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let changes = request.method() != Method::GET && request.method() != Method::HEAD;
    let is_ours = match request.app_data::<web::Data<Parts>>() {
        Some(parts) => origin_allowed(request.request(), &parts.settings),
        None => false,
    };
    if changes && !is_ours {
        let refused = HttpResponse::Forbidden().json(Refused::because("origin"));
        return Ok(request.into_response(refused).map_into_right_body());
    }
    Ok(next.call(request).await?.map_into_left_body())
}

/// Why a request was not carried out.
#[derive(Serialize)]
pub struct Refused {
    reason: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_ms: Option<i64>,
}

impl Refused {
    pub fn because(reason: &'static str) -> Self {
        Self { reason, retry_ms: None }
    }
}

pub fn malformed(error: actix_web::error::JsonPayloadError, _: &HttpRequest) -> Error {
    InternalError::from_response(error, HttpResponse::BadRequest().json(Refused::because("malformed"))).into()
}

/// Of duty days are asked, and they are what somebody may have written by hand.
fn no_query(error: actix_web::error::QueryPayloadError, request: &HttpRequest) -> Error {
    let reason = if request.path().starts_with("/api/duty/") { "dates" } else { "malformed" };
    InternalError::from_response(error, HttpResponse::BadRequest().json(Refused::because(reason))).into()
}

/// The page has left: its room closes. The answer is the same whether there was one.
async fn leave(request: HttpRequest, body: Result<web::Bytes, Error>, parts: web::Data<Parts>) -> HttpResponse {
    // A page that is being closed can only leave a beacon, and under our referrer policy browsers name a beacon's
    // origin `null`. That is enough here: whoever knows the key may close the room.
    let is_beacon = request.headers().get(header::ORIGIN).is_some_and(|origin| origin == "null");
    if !is_beacon && !origin_allowed(&request, &parts.settings) {
        return HttpResponse::Forbidden().json(Refused::because("origin"));
    }
    let key = body.ok().and_then(|body| Credential::parse(str::from_utf8(&body).ok()?.trim()));
    if let Some(key) = key {
        // Waits for space in the mailbox, on its own because the page may be gone: what was left must be erased.
        let left = parts.lobby.send(Leave { key: key.digest() });
        let store = parts.store.clone();
        actix_web::rt::spawn(async move {
            let _ = left.await;
            // A tab that has no room may have an intake.
            if let Err(error) = store.leave_intake(key.digest()).await {
                log::error!("an intake that was left: {error}");
            }
        });
    }
    HttpResponse::NoContent().finish()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SignIn {
    login: String,
    password: Password,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Me {
    nickname: Nickname,
    role: StaffRole,
}

impl From<AccountRow> for Me {
    fn from(account: AccountRow) -> Self {
        Self { nickname: account.nickname, role: account.role.into() }
    }
}

async fn sign_in(request: HttpRequest, asked: web::Json<SignIn>, parts: web::Data<Parts>) -> HttpResponse {
    let SignIn { login, password } = asked.into_inner();
    let now = parts.clock.moment();
    let place = parts.places.of_request(&request, &parts.settings.trusted_proxies, now.at);
    match parts.staff.sign_in(&*parts.store, &login, password, place, now).await {
        Ok(Ok(signed_in)) => welcome(&request, &parts, signed_in).await,
        Ok(Err(SignInRefused::Wrong)) => HttpResponse::Unauthorized().json(Refused::because("wrong")),
        Ok(Err(SignInRefused::TooMany { retry })) => {
            HttpResponse::TooManyRequests().json(Refused { reason: "too_many", retry_ms: Some(retry.0) })
        }
        Err(error) => fault("signing in", &error),
    }
}

/// The new cookie takes the place of the one before, whose session ends.
pub async fn welcome(request: &HttpRequest, parts: &Parts, signed_in: (AccountRow, Credential)) -> HttpResponse {
    let (account, credential) = signed_in;
    if let Some(before) = auth::session_of(request, &parts.settings)
        && let Err(error) = end_session(parts, before).await
    {
        return fault("ending a session", &error);
    }
    let cookie = auth::session_cookie(&credential, &parts.settings);
    HttpResponse::Ok().cookie(cookie).json(Me::from(account))
}

async fn sign_out(request: HttpRequest, parts: web::Data<Parts>) -> HttpResponse {
    if let Some(session) = auth::session_of(&request, &parts.settings)
        && let Err(error) = end_session(&parts, session).await
    {
        return fault("signing out", &error);
    }
    HttpResponse::NoContent().cookie(auth::no_cookie(&parts.settings)).finish()
}

async fn end_session(parts: &Parts, session: Digested) -> anyhow::Result<()> {
    parts.store.end_session(session, parts.clock.date()).await?;
    // The queue also looks by itself from time to time, so a full mailbox only makes it later.
    let _ = parts.queue.try_send(StaffChanged);
    Ok(())
}

async fn me(account: web::ReqData<AccountRow>) -> HttpResponse {
    HttpResponse::Ok().json(Me::from(account.into_inner()))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FirstAccount {
    #[serde(deserialize_with = "perhaps")]
    token: Option<Credential>,
    login: String,
    nickname: String,
    password: Password,
}

async fn first_account(request: HttpRequest, asked: web::Json<FirstAccount>, parts: web::Data<Parts>) -> HttpResponse {
    let FirstAccount { token, login, nickname, password } = asked.into_inner();
    let applicant = Applicant::new(&login, &nickname, password, &parts.settings.guest_prefix);
    match parts.staff.first(&*parts.store, &parts.names, token, applicant, parts.clock.date()).await {
        Ok(Ok(signed_in)) => welcome(&request, &parts, signed_in).await,
        Ok(Err(FirstRefused::Gone)) => HttpResponse::Forbidden().json(Refused::because("gone")),
        Ok(Err(FirstRefused::Unfit(why))) => unfit(why),
        Err(error) => fault("making the first account", &error),
    }
}

pub fn unfit(why: Unfit) -> HttpResponse {
    let reason = match why {
        Unfit::Login => "login",
        Unfit::Nickname => "nickname",
        Unfit::Password => "password",
    };
    HttpResponse::BadRequest().json(Refused::because(reason))
}

pub fn fault(doing: &str, error: &anyhow::Error) -> HttpResponse {
    log::error!("{doing}: {error:#}");
    HttpResponse::ServiceUnavailable().json(Refused::because("try_again"))
}

async fn healthy() -> &'static str {
    "ok"
}

async fn ready(parts: web::Data<Parts>) -> HttpResponse {
    if parts.clock.is_held() {
        return HttpResponse::ServiceUnavailable().body("the database cannot be written; the log says why");
    }
    match parts.store.ready().await {
        Ok(()) => HttpResponse::Ok().body("ok"),
        Err(error) => {
            log::error!("not ready: {error}");
            HttpResponse::ServiceUnavailable().body("the database does not answer")
        }
    }
}

async fn student_page(pages: web::Data<Pages>, parts: web::Data<Parts>) -> HttpResponse {
    pages.student(&parts.settings)
}

async fn desk_page(pages: web::Data<Pages>, parts: web::Data<Parts>) -> HttpResponse {
    pages.desk(&parts.settings)
}

async fn office_page(pages: web::Data<Pages>, parts: web::Data<Parts>) -> HttpResponse {
    pages.office(&parts.settings)
}

async fn privacy_page(pages: web::Data<Pages>, parts: web::Data<Parts>) -> HttpResponse {
    pages.privacy(&parts.settings)
}

async fn asset(request: HttpRequest, file: web::Path<String>) -> HttpResponse {
    page::asset(&request, &file)
}

async fn beside(request: HttpRequest, file: web::Path<String>) -> HttpResponse {
    page::beside(&request, &file)
}

async fn nothing() -> HttpResponse {
    page::not_found()
}
