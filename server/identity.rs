//! A counsellor's own key: its public half, which is certified here, and the other half as their page has sealed it.
//!
//! Two requests of a signed-in page. Nothing here can open what is sealed, and nothing of it is logged.

use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};

use crate::{
    Parts,
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
pub async fn read(account: web::ReqData<AccountRow>, parts: web::Data<Parts>) -> HttpResponse {
    match parts.store.identity(account.account).await {
        Ok(identity) => HttpResponse::Ok().json(Known { public: identity.public, kept: identity.sealed }),
        Err(error) => fault("reading a key", &error.into()),
    }
}

/// Certifies that this key is the counsellor's who is signed in.
pub async fn keep(account: web::ReqData<AccountRow>, own: web::Json<Own>, parts: web::Data<Parts>) -> HttpResponse {
    let Own { public, kept } = own.into_inner();
    let is_point = public.bytes().starts_with(&[4]);
    if !is_point || kept.as_ref().is_some_and(|kept| SEALED_CHARS < kept.expose().len()) {
        return HttpResponse::BadRequest().json(Refused::because("malformed"));
    }
    if let Some(kept) = kept
        && let Err(error) = parts.store.keep_identity(account.account, public, kept, parts.clock.date()).await
    {
        return fault("keeping a key", &error.into());
    }
    match parts.staff_key.certify(&public, &account.nickname) {
        Ok(certificate) => HttpResponse::Ok().json(Certified { certificate }),
        Err(error) => fault("certifying a key", &error),
    }
}
