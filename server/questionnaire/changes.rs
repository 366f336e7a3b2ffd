//! What a request makes of an opened session: one change for the store, or why there is none.
//!
//! Pure but for sealing. Nothing is carried out here, so that it can be asked again when somebody else was faster.

use quietline_domain::intake::{
    EntryId, Given, Key, Kind, Node, Profile, Rebuilt, Step, Typed, definition::Definition, rebuild,
};
use uuid::Uuid;

use super::{
    MOST_NODES, Questionnaire,
    asked::{AskedNode, AskedProfile},
    refusals::Unanswered,
    session::{Planned, Session, grown, sealed_note, sealed_step},
};
use crate::{protocol::Role, store::intakes::Change};

/// In characters, for each of a step's texts.
const LONGEST_STEP: usize = 500;
const MOST_STEPS_OF_A_CONCERN: usize = 50;
const MOST_STEPS: usize = 500;

/// The profile that these answers make of the one before, in which entries keep their identities (Q5).
pub fn profile(before: &Profile, definition: &Definition, asked: &AskedProfile) -> Result<Profile, Unanswered> {
    let mut profile = before.clone();
    for (question, given) in &asked.answers {
        match given {
            Some(given) => {
                profile.answer(definition, question, Given::from(given), fresh).map_err(Unanswered::Profile)?;
            }
            None => profile.forget(question),
        }
    }
    let left_out: Vec<_> =
        profile.iter().map(|(question, _)| question.clone()).filter(|id| !asked.answers.contains_key(id)).collect();
    for question in left_out {
        profile.forget(&question);
    }
    Ok(profile)
}

/// Another tree for another profile or definition; nothing, when all is as it was.
pub fn regrown(
    session: &Session,
    questionnaire: &Questionnaire,
    profile: &Profile,
    agreed: usize,
) -> Result<Option<Change>, Unanswered> {
    let Rebuilt { tree, kept, gone } = grows(session, questionnaire, profile)?;
    if gone.answers + gone.steps != agreed && !gone.is_nothing() {
        return Err(Unanswered::AnswersGo(gone));
    }
    let is_same = *profile == session.profile && session.definition == questionnaire.fingerprint;
    if is_same && tree == session.tree {
        return Ok(None);
    }
    let steps = session.steps.iter().filter(|planned| tree.find(&planned.node).is_some()).map(|planned| planned.id);
    let steps = steps.collect();
    let grown = grown(&session.key, &questionnaire.fingerprint, profile, &tree, &kept)?;
    Ok(Some(Change::Grown { grown, steps }))
}

/// How much would go if this session's tree grew from the definition as it is now; `None` when it has, or nothing would.
pub fn lost_to_newer(session: &Session, questionnaire: &Questionnaire) -> Option<usize> {
    if session.definition == questionnaire.fingerprint {
        return None;
    }
    let Rebuilt { gone, .. } = grows(session, questionnaire, &session.profile).ok()?;
    Some(gone.answers + gone.steps).filter(|lost| 0 < *lost)
}

/// Going on: where nothing is lost by it, with what is asked by now.
pub fn resumed(session: &Session, questionnaire: &Questionnaire) -> Result<Change, Unanswered> {
    if session.definition == questionnaire.fingerprint || lost_to_newer(session, questionnaire).is_some() {
        return Ok(Change::Resumed);
    }
    match regrown(session, questionnaire, &session.profile, 0) {
        Ok(grown) => Ok(grown.unwrap_or(Change::Resumed)),
        // What the operator asks by now is too much for this profile: the tree that there is stays.
        Err(Unanswered::TooMuch) => Ok(Change::Resumed),
        Err(other) => Err(other),
    }
}

pub fn noted(session: &Session, path: &str, asked: &AskedNode) -> Result<Change, Unanswered> {
    let node = session.node(path).ok_or(Unanswered::NoSuchNode)?;
    let mut note = session.note(node);
    match asked {
        AskedNode::Decision(decision) if node.is_optional() => {
            return Ok(Change::Decided { path: node.path, decision: (*decision).into() });
        }
        AskedNode::Answer(answer) if node.kind() == Kind::Item => note.answer = Some(*answer),
        AskedNode::Weight(weight) if node.kind() == Kind::Item => note.weight = *weight,
        _ => return Err(Unanswered::NotAsked),
    }
    Ok(Change::Noted { path: node.path, sealed: sealed_note(&session.key, &node.key, note)? })
}

pub fn new_step(session: &Session, from: Role, id: Uuid, path: &str, step: Step) -> Result<Change, Unanswered> {
    let node = concern(session, session.node(path))?;
    let of_concern = session.steps.iter().filter(|planned| planned.node == node.key).count();
    if session.steps.iter().any(|planned| planned.id == id.as_u128()) {
        return self::step(session, id, step);
    }
    if of_concern >= MOST_STEPS_OF_A_CONCERN || session.steps.len() >= MOST_STEPS {
        return Err(Unanswered::TooManySteps);
    }
    kept_step(session, id.as_u128(), from, node.key.clone(), step)
}

pub fn step(session: &Session, id: Uuid, step: Step) -> Result<Change, Unanswered> {
    let planned = planned(session, id)?;
    kept_step(session, planned.id, planned.from, planned.node.clone(), step)
}

pub fn no_step(session: &Session, id: Uuid) -> Result<Change, Unanswered> {
    planned(session, id).map(|planned| Change::NoStep(planned.id))
}

fn grows(session: &Session, questionnaire: &Questionnaire, profile: &Profile) -> Result<Rebuilt, Unanswered> {
    let rebuilt = rebuild(&session.answers, &questionnaire.definition, profile).map_err(|_| Unanswered::TooMuch)?;
    if rebuilt.tree.nodes().len() > MOST_NODES { Err(Unanswered::TooMuch) } else { Ok(rebuilt) }
}

fn concern<'s>(session: &Session, node: Option<&'s Node>) -> Result<&'s Node, Unanswered> {
    let node = node.ok_or(Unanswered::NoSuchNode)?;
    if session.answers.is_concern(node) { Ok(node) } else { Err(Unanswered::NotAConcern) }
}

fn planned(session: &Session, id: Uuid) -> Result<&Planned, Unanswered> {
    session.steps.iter().find(|planned| planned.id == id.as_u128()).ok_or(Unanswered::NoSuchStep)
}

fn kept_step(session: &Session, id: u128, from: Role, node: Key, step: Step) -> Result<Change, Unanswered> {
    let is_too_long = |words: &Typed| words.as_str().chars().count() > LONGEST_STEP;
    if step.what.is_blank() {
        return Err(Unanswered::NotAsked);
    }
    if [&step.what, &step.by_when, &step.who].into_iter().any(is_too_long) {
        return Err(Unanswered::TooLong);
    }
    let planned = Planned { id, node, from, step };
    Ok(Change::Step { step: id, sealed: sealed_step(&session.key, &planned)? })
}

fn fresh() -> EntryId {
    EntryId(Uuid::new_v4().as_u128())
}
