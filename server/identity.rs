//! A counsellor's own key: its public half, which is certified here, and the other half as their page has sealed it.
//!
//! Two requests of a signed-in page. Nothing here can open what is sealed, and nothing of it is logged.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};

use crate::{
    Parts, auth,
    http::{Refused, fault},
    private::SealedText,
    protocol::{Fixed, PublicKey},
    store::AccountRow,
};

/// The longest sealed half, in characters; one takes about 250.
const SEALED_CHARS: usize = 2_048;

#[derive(Serialize)]
struct Known {
    public: Option<PublicKey>,
    kept: Option<SealedText>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Own {
    public: PublicKey,
    /// None keeps what is kept: this key is for now, in a browser that has not got the other one.
    kept: Option<SealedText>,
}

#[derive(Serialize)]
struct Certified {
    certificate: Fixed<64>,
}

/// What is known of it, for a browser that is new.
pub async fn read(request: HttpRequest, parts: web::Data<Parts>) -> HttpResponse {
    let account = match signed_in(&request, &parts).await {
        Ok(account) => account,
        Err(refused) => return refused,
    };
    match parts.store.identity(account.account).await {
        Ok(identity) => HttpResponse::Ok().json(Known { public: identity.public, kept: identity.sealed }),
        Err(error) => fault("reading a key", &error.into()),
    }
}

/// Certifies that this key is the counsellor's who is signed in.
pub async fn keep(request: HttpRequest, own: web::Json<Own>, parts: web::Data<Parts>) -> HttpResponse {
    let account = match signed_in(&request, &parts).await {
        Ok(account) => account,
        Err(refused) => return refused,
    };
    let Own { public, kept } = own.into_inner();
    let is_point = public.bytes().starts_with(&[4]);
    if !is_point || kept.as_ref().is_some_and(|kept| SEALED_CHARS < kept.expose().len()) {
        return HttpResponse::BadRequest().json(Refused::because("malformed"));
    }
    if let Some(kept) = kept
        && let Err(error) = parts.store.keep_identity(account.account, public, kept).await
    {
        return fault("keeping a key", &error.into());
    }
    match parts.staff_key.certify(&public, &account.nickname) {
        Ok(certificate) => HttpResponse::Ok().json(Certified { certificate }),
        Err(error) => fault("certifying a key", &error),
    }
}

async fn signed_in(request: &HttpRequest, parts: &Parts) -> Result<AccountRow, HttpResponse> {
    match auth::session(request, &parts.settings, &*parts.store, parts.clock.now()).await {
        Ok(Some(account)) => Ok(account),
        Ok(None) => Err(HttpResponse::Unauthorized().json(Refused::because("signed_out"))),
        Err(error) => Err(fault("reading a session", &error.into())),
    }
}
