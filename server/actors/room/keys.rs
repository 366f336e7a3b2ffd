//! What the two pages of a room hand to each other so that both can read: offers, answers, a sealed nickname, and
//! what opens the intake.
//!
//! The room carries them and reads none. Who may have what, and until when, was decided by the machine.

use actix::{ActorFutureExt, AsyncContext, Context, WrapFuture};
use quietline_domain::{
    AccountId, KeyEpoch, Role, Span, Time,
    room::Asker,
    window::{Limit, Window},
};

use super::{Room, Talk};
use crate::{
    actors::{Ear, Heard},
    metrics,
    private::Nickname,
    protocol::{Envelope, Fixed, KeyAnswer, KeyOffer, PublicKey, ToDesk, ToStudent, frame},
    store::activity::Lasted,
};

/// What either page may say of keys: a few frames for each counsellor, each tab and each reload. Each is a frame for the
/// other side, and a nickname is a commit.
const KEY_FRAMES: Limit = Limit { most: 40, within: Span::seconds(10) };

/// What is on its way between the pages. Kept in memory, and asked for anew by the pages after a restart.
#[derive(Default)]
pub(super) struct Keys {
    pub of_counsellor: Option<KeyOffer>,
    /// Of a colleague who has accepted, and what they are called.
    pub of_colleague: Option<(AccountId, Nickname, KeyOffer)>,
    pub in_hand: Option<Handed>,
    /// What an offer of the counsellor had committed to, for a student's page that comes back.
    pub revealed: Option<(PublicKey, Fixed<32>)>,
    from_student: Window,
    from_counsellor: Window,
}

/// An answer of the student's page, and to whom.
pub(super) struct Handed {
    pub key_epoch: KeyEpoch,
    pub asker: PublicKey,
    pub answer: KeyAnswer,
}

impl Keys {
    /// Counts one more frame from this side, or says how long to wait until one more fits.
    pub fn count(&mut self, from: Role, now: Time) -> Result<(), Span> {
        let said = match from {
            Role::Student => &mut self.from_student,
            Role::Counsellor => &mut self.from_counsellor,
        };
        said.count(now, KEY_FRAMES)
    }

    /// The counsellor has gone. What was handed over stays: it may be for whoever comes instead.
    pub fn nobody_asks(&mut self) {
        (self.of_counsellor, self.of_colleague, self.revealed) = (None, None, None);
    }
}

impl Room {
    /// The key epoch that whoever has this public key asks for now: an answer to an older offer could not be opened.
    pub(super) fn asks_for(&self, asker: &PublicKey) -> Option<KeyEpoch> {
        let colleague = self.keys.of_colleague.as_ref().map(|(.., offer)| offer);
        let asked =
            [(self.keys.of_counsellor.as_ref(), self.machine.key_epoch()), (colleague, self.machine.next_key_epoch())];
        let found = asked.into_iter().find(|(offer, _)| offer.is_some_and(|offer| offer.public == *asker));
        found.map(|(_, key_epoch)| key_epoch)
    }

    pub(super) fn tell_key_offered(&mut self, to: Asker) {
        let of_counsellor = || {
            let nickname = self.counsellors.get(&self.counsellor()?)?;
            Some((nickname, self.keys.of_counsellor.as_ref()?, self.machine.key_epoch()))
        };
        let of_colleague = || {
            let (_, nickname, offer) = self.keys.of_colleague.as_ref()?;
            Some((nickname, offer, self.machine.next_key_epoch()))
        };
        let asked = match to {
            Asker::Counsellor => of_counsellor(),
            Asker::Colleague => of_colleague(),
        };
        if let Some((counsellor, offer, key_epoch)) = asked {
            let (room, counsellor, offer) = (self.uuid(), counsellor.clone(), Box::new(offer.clone()));
            self.tell_student(&ToStudent::KeyOffered { room, counsellor, key_epoch, offer });
        }
    }

    pub(super) fn tell_key_handed(&mut self) {
        if let Some(Handed { key_epoch, asker, answer }) = self.keys.in_hand.take() {
            let handed = ToDesk::KeyHanded { room: self.uuid(), key_epoch, asker, answer };
            self.send(Role::Counsellor, Heard::Frame(frame(&handed)));
            self.can_be_read();
        }
    }

    /// By its counsellor: the wait for somebody is over, and the conversation has begun.
    fn can_be_read(&mut self) {
        if let Talk::Given(since) = self.talk {
            metrics::waited(since.since(self.arrived));
            self.house.tally.lasted(Lasted::Wait, self.arrived, since);
            self.talk = Talk::Had(since);
        }
    }

    pub(super) fn tell_nonce(&mut self) {
        if let Some((offer, nonce)) = self.keys.revealed {
            self.tell_student(&ToStudent::RevealedNonce { room: self.uuid(), offer, nonce });
        }
    }

    /// To a colleague who is asked to take over: what they need to know to ask for the key.
    pub(super) fn tell_offered(&self, ear: &Ear, from: Nickname, expires_in_ms: u32) {
        let key_epoch = self.machine.next_key_epoch();
        // A page that is gone hears it when it comes back.
        let _ = ear.frame(frame(&ToDesk::Offered { room: self.uuid(), from, expires_in_ms, key_epoch }));
    }

    pub(super) fn keep_nickname(&mut self, sealed: Envelope, ctx: &mut Context<Self>) {
        if !sealed.is_well_formed() || sealed.key_epoch != self.machine.key_epoch() {
            return;
        }
        let (store, id, kept) = (self.house.store.clone(), self.id, sealed.clone());
        let keeping = async move { store.keep_nickname(id, kept).await }.into_actor(self);
        ctx.wait(keeping.map(|kept, room, ctx| match kept {
            Ok(()) => {
                room.nickname = Some(sealed.clone());
                let nickname = ToDesk::Nickname { room: room.uuid(), nickname: sealed };
                room.send(Role::Counsellor, Heard::Frame(frame(&nickname)));
            }
            Err(error) => room.fault(&error, ctx),
        }));
    }

    pub(super) fn share_intake(&mut self, sealed: Option<Envelope>, ctx: &mut Context<Self>) {
        let is_current = |sealed: &Envelope| sealed.is_well_formed() && sealed.key_epoch == self.machine.key_epoch();
        if sealed.as_ref().is_some_and(|sealed| !is_current(sealed)) {
            return;
        }
        let (store, id, kept) = (self.house.store.clone(), self.id, sealed.clone());
        let keeping = async move { store.keep_shared(id, kept).await }.into_actor(self);
        ctx.wait(keeping.map(|kept, room, ctx| match kept {
            Ok(()) => {
                room.intake = sealed.clone();
                let shared = ToDesk::Intake { room: room.uuid(), body: sealed };
                room.send(Role::Counsellor, Heard::Frame(frame(&shared)));
            }
            Err(error) => room.fault(&error, ctx),
        }));
    }

    pub(super) fn tell_student(&mut self, what: &ToStudent) {
        self.send(Role::Student, Heard::Frame(frame(what)));
    }
}
