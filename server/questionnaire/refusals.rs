//! What is answered when a request about an intake is not carried out: a closed list of reasons, each with what the page
//! needs to say it kindly.

use actix_web::HttpResponse;
use quietline_domain::{
    Span,
    intake::{Gone, ProfileError},
};
use serde_json::{Value, json};

use super::code::NoCode;
use crate::{http::fault, store::StoreError};

pub enum Unanswered {
    /// No key, or one that is none.
    NoKey,
    /// This key opens no intake.
    NoIntake,
    /// Gone, or another session's.
    NoSuchNode,
    /// The node asks nothing of the kind.
    NotAsked,
    NoSuchStep,
    NotAConcern,
    TooLong,
    TooManySteps,
    /// So much would go; the student has agreed to another number.
    AnswersGo(Gone),
    Profile(ProfileError),
    /// The tree would have more nodes than are kept.
    TooMuch,
    /// There is nobody to share it with.
    NoRoom,
    /// This tab has another one, which would be lost.
    HasOne,
    NoCode(NoCode),
    NoSuchCode,
    Slow(Span),
    /// Not by this counsellor, not any more, or never.
    NotShared,
    SignedOut,
    Fault(anyhow::Error),
}

impl From<anyhow::Error> for Unanswered {
    fn from(error: anyhow::Error) -> Self {
        Self::Fault(error)
    }
}

impl From<StoreError> for Unanswered {
    fn from(error: StoreError) -> Self {
        Self::Fault(error.into())
    }
}

impl From<Unanswered> for HttpResponse {
    fn from(why: Unanswered) -> Self {
        let because = |reason: &str| json!({ "reason": reason });
        let (mut answer, body): (_, Value) = match why {
            Unanswered::Fault(error) => return fault("an intake", &error),
            Unanswered::NoKey => (Self::Unauthorized(), because("no_key")),
            Unanswered::SignedOut => (Self::Unauthorized(), because("signed_out")),
            Unanswered::NoIntake => (Self::NotFound(), because("no_intake")),
            Unanswered::NoSuchNode => (Self::NotFound(), because("no_such_node")),
            Unanswered::NoSuchStep => (Self::NotFound(), because("no_such_step")),
            Unanswered::NoSuchCode => (Self::NotFound(), because("no_such_code")),
            Unanswered::NotShared => (Self::NotFound(), because("not_shared")),
            Unanswered::NoRoom => (Self::Conflict(), because("no_room")),
            Unanswered::HasOne => (Self::Conflict(), because("has_one")),
            Unanswered::AnswersGo(Gone { answers, steps }) => {
                let count = answers + steps;
                (Self::Conflict(), json!({"reason": "answers_go", "count": count, "answers": answers, "steps": steps}))
            }
            Unanswered::NotAsked => (Self::UnprocessableEntity(), because("not_asked")),
            Unanswered::NotAConcern => (Self::UnprocessableEntity(), because("not_a_concern")),
            Unanswered::TooLong => (Self::UnprocessableEntity(), because("too_long")),
            Unanswered::TooManySteps => (Self::UnprocessableEntity(), because("too_many_steps")),
            Unanswered::TooMuch => (Self::UnprocessableEntity(), because("too_much")),
            Unanswered::Profile(error) => (Self::UnprocessableEntity(), profile(&error)),
            Unanswered::NoCode(NoCode::Words(count)) => {
                (Self::UnprocessableEntity(), json!({"reason": "words", "count": count}))
            }
            Unanswered::NoCode(NoCode::Unknown { word, nearest }) => {
                (Self::UnprocessableEntity(), json!({"reason": "unknown_word", "word": word, "nearest": nearest}))
            }
            Unanswered::Slow(retry) => (Self::TooManyRequests(), json!({"reason": "too_many", "retry_ms": retry.0})),
        };
        answer.json(body)
    }
}

fn profile(error: &ProfileError) -> Value {
    let (question, why) = match error {
        ProfileError::UnknownQuestion(question) => (question, "unknown"),
        ProfileError::WrongKind { question, .. } => (question, "kind"),
        ProfileError::NameTooLong { question, .. } => (question, "too_long"),
        ProfileError::TooManyEntries(question) => (question, "too_many"),
    };
    json!({"reason": "profile", "question": question, "why": why})
}
