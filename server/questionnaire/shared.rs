//! The requests of a counsellor's page about an intake that its student shares: it reads everything, and writes steps.
//!
//! Two things are asked for each time: what the student's page has handed to the counsellor's, sealed, and that this
//! counsellor holds the room now. A colleague who takes over has both; one who has gone has neither for long.

use actix_web::{HttpRequest, HttpResponse, web};
use quietline_domain::{AccountId, duty::Kind, intake::Step};
use uuid::Uuid;

use super::{
    api::{Answered, answer, bearer, carried_out, seen},
    asked::{AskedStep, NewStep},
    changes,
    refusals::Unanswered,
    sealing::Wrap,
    session::Session,
};
use crate::{
    Parts,
    private::Credential,
    protocol::Role,
    store::{
        AccountRow,
        intakes::{Change, Held, Opener},
    },
};

/// Keeps what a share opens apart from what a key opens.
pub const PURPOSE: &str = "share";

pub fn routes(cfg: &mut web::ServiceConfig) {
    cfg.route("/intake/shared", web::get().to(look))
        .route("/intake/shared/steps", web::post().to(add_step))
        .route("/intake/shared/steps/{id}", web::put().to(change_step))
        .route("/intake/shared/steps/{id}", web::delete().to(drop_step));
}

async fn look(request: HttpRequest, me: web::ReqData<AccountRow>, parts: web::Data<Parts>) -> HttpResponse {
    let looked = async {
        let share = share(&request, &parts)?;
        Ok(seen(&opened(&parts, me.account, &share).await?, &parts.questionnaire))
    };
    answer(looked.await)
}

async fn add_step(
    request: HttpRequest,
    asked: web::Json<NewStep>,
    me: web::ReqData<AccountRow>,
    parts: web::Data<Parts>,
) -> HttpResponse {
    let change =
        |session: &Session| changes::new_step(session, Role::Counsellor, asked.id, &asked.path, Step::from(&*asked));
    answer(changed(&request, &parts, me.account, change).await)
}

async fn change_step(
    request: HttpRequest,
    id: web::Path<Uuid>,
    asked: web::Json<AskedStep>,
    me: web::ReqData<AccountRow>,
    parts: web::Data<Parts>,
) -> HttpResponse {
    answer(changed(&request, &parts, me.account, |session| changes::step(session, *id, Step::from(&*asked))).await)
}

async fn drop_step(
    request: HttpRequest,
    id: web::Path<Uuid>,
    me: web::ReqData<AccountRow>,
    parts: web::Data<Parts>,
) -> HttpResponse {
    answer(changed(&request, &parts, me.account, |session| changes::no_step(session, *id)).await)
}

async fn changed(
    request: &HttpRequest,
    parts: &Parts,
    by: AccountId,
    what: impl Fn(&Session) -> Result<Change, Unanswered>,
) -> Answered {
    let share = share(request, parts)?;
    carried_out(parts, async || opened(parts, by, &share).await, what).await?;
    parts.journal.note(by, Kind::Work);
    Ok(seen(&opened(parts, by, &share).await?, &parts.questionnaire))
}

fn share(request: &HttpRequest, parts: &Parts) -> Result<Credential, Unanswered> {
    let share = bearer(request).ok_or(Unanswered::NoKey)?;
    parts.questionnaire.count(share.digest(), parts.clock.now()).map_err(Unanswered::Slow)?;
    Ok(share)
}

/// For this counsellor, as long as the room is theirs.
async fn opened(parts: &Parts, by: AccountId, share: &Credential) -> Result<Session, Unanswered> {
    let row = parts.store.intake(Opener::Share(share.digest())).await?.ok_or(Unanswered::NotShared)?;
    if row.room != Held::By(by) {
        return Err(Unanswered::NotShared);
    }
    // That a student has a return code is theirs to say.
    Ok(Session { has_code: false, ..Session::opened(row, &Wrap::of(share, PURPOSE)?)? })
}
