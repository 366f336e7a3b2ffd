//! The requests of a student's page about its intake; each brings the key of its tab, and nothing is remembered of it.
//!
//! What a request makes of a session is in `changes.rs`; here it is opened, changed and shown. The wire is PROTOCOL.md,
//! *The intake*.

use actix_web::{HttpRequest, HttpResponse, http::header, web};
use quietline_domain::{
    Time,
    intake::{Answers, Path, Profile, Step},
};
use serde_json::json;
use uuid::Uuid;

use super::{
    MADE_CODES, MOST_NODES, Questionnaire, WRONG_CODES,
    asked::{AskedAt, AskedNode, AskedProfile, AskedReturn, AskedShare, AskedStep, NewStep},
    changes,
    code::Code,
    refusals::Unanswered,
    sealing::{DataKey, Wrap},
    session::{Session, grown, key_of},
    shared,
    view::{View, outline},
};
use crate::{
    Parts,
    actors::lobby::Leave,
    http::malformed,
    place::Place,
    private::Credential,
    protocol::Role,
    store::intakes::{Change, Held, IntakeRow, NewIntake, Opener},
};

/// A profile may name many things.
const PROFILE_BYTES: usize = 64 * 1024;

/// How often a change starts anew when another tab of the same student was faster.
const TRIES: usize = 8;

pub(super) type Answered = Result<HttpResponse, Unanswered>;

/// Below `/api`.
pub fn routes(cfg: &mut web::ServiceConfig) {
    let profile = web::resource("/intake/profile")
        .app_data(web::JsonConfig::default().limit(PROFILE_BYTES).error_handler(malformed))
        .route(web::put().to(answer_profile));
    cfg.route("/intake/definition", web::get().to(definition))
        .route("/intake", web::get().to(look))
        .route("/intake", web::delete().to(delete))
        .service(profile)
        .route("/intake/resume", web::post().to(resume))
        .route("/intake/nodes/{path}", web::put().to(answer_node))
        .route("/intake/at", web::put().to(go_to))
        .route("/intake/steps", web::post().to(add_step))
        .route("/intake/steps/{id}", web::put().to(change_step))
        .route("/intake/steps/{id}", web::delete().to(drop_step))
        .route("/intake/code", web::post().to(make_code))
        .route("/intake/return", web::post().to(come_back))
        .route("/intake/share", web::post().to(share))
        .route("/intake/share", web::delete().to(stop_sharing));
}

async fn definition(parts: web::Data<Parts>) -> HttpResponse {
    HttpResponse::Ok().json(outline(&parts.questionnaire.definition))
}

async fn look(request: HttpRequest, parts: web::Data<Parts>) -> HttpResponse {
    answer(async { Ok(seen(&opened(&parts, &Tab::of(&request, &parts)?).await?, &parts.questionnaire)) }.await)
}

async fn answer_profile(request: HttpRequest, asked: web::Json<AskedProfile>, parts: web::Data<Parts>) -> HttpResponse {
    answer(
        async {
            let tab = Tab::of(&request, &parts)?;
            let count = |nodes: usize| {
                let (place, now) = from(&request, &parts);
                let counted = parts.questionnaire.count_grown(place, now, parts.settings.join_limit, nodes);
                counted.map_err(Unanswered::Slow)
            };
            for _ in 0..TRIES {
                if grow(&parts, &tab, &asked, &count).await? {
                    return Ok(seen(&opened(&parts, &tab).await?, &parts.questionnaire));
                }
            }
            Err(too_busy())
        }
        .await,
    )
}

/// `false` when somebody else was faster.
async fn grow(
    parts: &Parts,
    tab: &Tab,
    asked: &AskedProfile,
    count: &impl Fn(usize) -> Result<(), Unanswered>,
) -> Result<bool, Unanswered> {
    let questionnaire = &*parts.questionnaire;
    match opened(parts, tab).await {
        Ok(session) => {
            let profile = changes::profile(&session.profile, &questionnaire.definition, asked)?;
            match changes::regrown(&session, questionnaire, &profile, asked.drop)? {
                Some(change) => {
                    count(change.nodes())?;
                    Ok(parts.store.change_intake(session.revision, parts.clock.now(), change).await?)
                }
                None => Ok(true),
            }
        }
        Err(Unanswered::NoIntake) => {
            let profile = changes::profile(&Profile::default(), &questionnaire.definition, asked)?;
            begin(parts, tab, &profile, count).await
        }
        Err(other) => Err(other),
    }
}

async fn begin(
    parts: &Parts,
    tab: &Tab,
    profile: &Profile,
    count: &impl Fn(usize) -> Result<(), Unanswered>,
) -> Result<bool, Unanswered> {
    let Questionnaire { definition, fingerprint, .. } = &*parts.questionnaire;
    let tree = quietline_domain::intake::build(definition, profile).map_err(|_| Unanswered::TooMuch)?;
    if tree.nodes().len() > MOST_NODES {
        return Err(Unanswered::TooMuch);
    }
    count(tree.nodes().len())?;
    let session = Uuid::new_v4().as_u128();
    let key = DataKey::random(session)?;
    let new = NewIntake {
        session,
        key: tab.0.digest(),
        sealed_key: key.wrapped(&tab.wrap()?)?,
        grown: grown(&key, fingerprint, profile, &tree, &Answers::default())?,
        now: parts.clock.now(),
    };
    Ok(parts.store.add_intake(new).await?)
}

async fn resume(request: HttpRequest, parts: web::Data<Parts>) -> HttpResponse {
    answer(changed(&request, &parts, |session| changes::resumed(session, &parts.questionnaire)).await)
}

async fn answer_node(
    request: HttpRequest,
    path: web::Path<String>,
    asked: web::Json<AskedNode>,
    parts: web::Data<Parts>,
) -> HttpResponse {
    answer(changed(&request, &parts, |session| changes::noted(session, &path, &asked)).await)
}

/// The one request that comes with every *Next*: it costs the same in any tree, and opens nothing.
async fn go_to(request: HttpRequest, asked: web::Json<AskedAt>, parts: web::Data<Parts>) -> HttpResponse {
    answer(
        async {
            let key = Tab::of(&request, &parts)?.0.digest();
            let path = Path::from_stored(&asked.path).map_err(|_| Unanswered::NoSuchNode)?;
            match parts.store.stand_at(key, path, parts.clock.now()).await? {
                true => Ok(HttpResponse::NoContent().finish()),
                false => Err(Unanswered::NoSuchNode),
            }
        }
        .await,
    )
}

async fn add_step(request: HttpRequest, asked: web::Json<NewStep>, parts: web::Data<Parts>) -> HttpResponse {
    let change =
        |session: &Session| changes::new_step(session, Role::Student, asked.id, &asked.path, Step::from(&*asked));
    answer(changed(&request, &parts, change).await)
}

async fn change_step(
    request: HttpRequest,
    id: web::Path<Uuid>,
    asked: web::Json<AskedStep>,
    parts: web::Data<Parts>,
) -> HttpResponse {
    answer(changed(&request, &parts, |session| changes::step(session, *id, Step::from(&*asked))).await)
}

async fn drop_step(request: HttpRequest, id: web::Path<Uuid>, parts: web::Data<Parts>) -> HttpResponse {
    answer(changed(&request, &parts, |session| changes::no_step(session, *id)).await)
}

/// The code is told here and never again.
async fn make_code(request: HttpRequest, parts: web::Data<Parts>) -> HttpResponse {
    answer(
        async {
            let tab = Tab::of(&request, &parts)?;
            opened(&parts, &tab).await?;
            let (place, now) = from(&request, &parts);
            parts.questionnaire.asked().made_codes.count(place, now, MADE_CODES).map_err(Unanswered::Slow)?;
            let code = Code::random().map_err(anyhow::Error::from)?;
            let told = json!({ "code": code.expose() });
            let opens = parts.questionnaire.opens(code).await?;
            change(&parts, &tab, |session| {
                let sealed_key = session.key.wrapped(&opens.wrap)?;
                Ok(Change::Code { digest: opens.found_by, sealed_key })
            })
            .await?;
            Ok(HttpResponse::Ok().json(told))
        }
        .await,
    )
}

/// Whoever has the code has the intake: it is this tab's from now on.
async fn come_back(request: HttpRequest, asked: web::Json<AskedReturn>, parts: web::Data<Parts>) -> HttpResponse {
    answer(
        async {
            let tab = Tab::of(&request, &parts)?;
            let (row, key) = tried(&parts, from(&request, &parts), &asked.code).await?;
            match parts.store.intake(Opener::Tab(tab.0.digest())).await? {
                Some(own) if own.revision.session == row.revision.session => {}
                Some(_) => return Err(Unanswered::HasOne),
                None => {
                    let own = Change::Tab { key: tab.0.digest(), sealed_key: key.wrapped(&tab.wrap()?)? };
                    if !parts.store.change_intake(row.revision, parts.clock.now(), own).await? {
                        return Err(too_busy());
                    }
                }
            }
            Ok(seen(&opened(&parts, &tab).await?, &parts.questionnaire))
        }
        .await,
    )
}

/// What this code opens. A try counts as wrong until it has turned out to be right, so that going away in the middle of
/// one, or making several at once, gains nothing.
async fn tried(parts: &Parts, (place, now): (Place, Time), code: &str) -> Result<(IntakeRow, DataKey), Unanswered> {
    let questionnaire = &*parts.questionnaire;
    questionnaire.asked().wrong_codes.room(&place, now, WRONG_CODES).map_err(Unanswered::Slow)?;
    let code = Code::parse(code).map_err(Unanswered::NoCode)?;
    questionnaire.asked().wrong_codes.count(place, now, WRONG_CODES).map_err(Unanswered::Slow)?;
    let opens = questionnaire.opens(code).await?;
    let row = parts.store.intake(Opener::Code(opens.found_by)).await?.ok_or(Unanswered::NoSuchCode)?;
    questionnaire.asked().wrong_codes.take_back(&place);
    let key = key_of(&row, &opens.wrap)?;
    Ok((row, key))
}

fn from(request: &HttpRequest, parts: &Parts) -> (Place, Time) {
    let now = parts.clock.now();
    (parts.places.of_request(request, &parts.settings.trusted_proxies, now), now)
}

async fn share(request: HttpRequest, asked: web::Json<AskedShare>, parts: web::Data<Parts>) -> HttpResponse {
    let shared = async {
        change(&parts, &Tab::of(&request, &parts)?, |session| {
            if session.room == Held::NoRoom {
                return Err(Unanswered::NoRoom);
            }
            let sealed_key = session.key.wrapped(&Wrap::of(&asked.share, shared::PURPOSE)?)?;
            Ok(Change::Shared { digest: asked.share.digest(), sealed_key })
        })
        .await?;
        Ok(HttpResponse::NoContent().finish())
    };
    answer(shared.await)
}

async fn stop_sharing(request: HttpRequest, parts: web::Data<Parts>) -> HttpResponse {
    let stopped = async {
        change(&parts, &Tab::of(&request, &parts)?, |_| Ok(Change::NotShared)).await?;
        Ok(HttpResponse::NoContent().finish())
    };
    answer(stopped.await)
}

/// *Delete everything about me*: the intake, whether there is a return code or not, and the room. Of the room its own
/// socket says when it is true; of the intake this answer does, so that the room's `ended` need not.
async fn delete(request: HttpRequest, parts: web::Data<Parts>) -> HttpResponse {
    answer(
        async {
            let key = Tab::of(&request, &parts)?.0.digest();
            parts.store.drop_intake(key).await?;
            parts.lobby.send(Leave { key }).await.map_err(anyhow::Error::from)?;
            Ok(HttpResponse::NoContent().finish())
        }
        .await,
    )
}

/// The key of the tab that asks, for as long as the request is answered.
struct Tab(Credential);

impl Tab {
    fn of(request: &HttpRequest, parts: &Parts) -> Result<Self, Unanswered> {
        let key = bearer(request).ok_or(Unanswered::NoKey)?;
        parts.questionnaire.count(key.digest(), parts.clock.now()).map_err(Unanswered::Slow)?;
        Ok(Self(key))
    }

    fn wrap(&self) -> anyhow::Result<Wrap> {
        Wrap::of(&self.0, "tab")
    }
}

pub(super) fn bearer(request: &HttpRequest) -> Option<Credential> {
    let said = request.headers().get(header::AUTHORIZATION)?.to_str().ok()?;
    Credential::parse(said.strip_prefix("Bearer ")?.trim())
}

async fn opened(parts: &Parts, tab: &Tab) -> Result<Session, Unanswered> {
    let row = parts.store.intake(Opener::Tab(tab.0.digest())).await?.ok_or(Unanswered::NoIntake)?;
    Ok(Session::opened(row, &tab.wrap()?)?)
}

/// Carries out a change, and shows what came of it.
async fn changed(
    request: &HttpRequest,
    parts: &Parts,
    what: impl Fn(&Session) -> Result<Change, Unanswered>,
) -> Answered {
    let tab = Tab::of(request, parts)?;
    change(parts, &tab, what).await?;
    Ok(seen(&opened(parts, &tab).await?, &parts.questionnaire))
}

async fn change(
    parts: &Parts,
    tab: &Tab,
    what: impl Fn(&Session) -> Result<Change, Unanswered>,
) -> Result<(), Unanswered> {
    carried_out(parts, async || opened(parts, tab).await, what).await
}

/// Of two tabs at once the later one looks again, so that nothing of the other's is lost.
pub(super) async fn carried_out(
    parts: &Parts,
    open: impl AsyncFn() -> Result<Session, Unanswered>,
    what: impl Fn(&Session) -> Result<Change, Unanswered>,
) -> Result<(), Unanswered> {
    for _ in 0..TRIES {
        let session = open().await?;
        if parts.store.change_intake(session.revision, parts.clock.now(), what(&session)?).await? {
            return Ok(());
        }
    }
    Err(too_busy())
}

pub(super) fn seen(session: &Session, questionnaire: &Questionnaire) -> HttpResponse {
    let newer = changes::lost_to_newer(session, questionnaire);
    HttpResponse::Ok().json(View::of(session, &questionnaire.definition, newer))
}

pub(super) fn answer(answered: Answered) -> HttpResponse {
    answered.unwrap_or_else(HttpResponse::from)
}

fn too_busy() -> Unanswered {
    Unanswered::Fault(anyhow::anyhow!("it was changed {TRIES} times meanwhile"))
}
