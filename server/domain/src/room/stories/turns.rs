//! Rooms that change hands: back to the queue, over to a colleague, and what the newcomer may read.

use proptest::prelude::*;

use super::*;
use crate::presence::Whereabouts;

#[test]
fn a_counsellor_who_vanishes_is_told_at_15_s_and_loses_the_room_at_60() {
    // W25, U6: counted from the last beat, which was at 5.
    check(
        "0 student enters
         0 counsellor takes
         7 counsellor goes
         100 counsellor takes",
        "0 student <- full
         0 student <- student's after 0
         0 student <- counsellorcame(1) after 0
         20 student <- other unheard
         65 student <- other away
         65 moved: away
         65 student <- backtoqueue(1) after 0
         100 student <- counsellorcame(2) after 0",
    );
}

#[test]
fn a_counsellor_who_comes_back_in_time_keeps_the_room() {
    // W25
    check(
        "0 student enters
         0 counsellor takes
         7 counsellor goes
         64 counsellor enters
         200 time",
        "0 student <- full
         0 student <- student's after 0
         0 student <- counsellorcame(1) after 0
         20 student <- other unheard
         64 student <- other here
         64 counsellor <- full
         64 counsellor <- counsellor's after 0",
    );
}

#[test]
fn a_counsellor_who_leaves_the_room_stays_its_counsellor_until_60_s() {
    // U-T4, U8, W25: however they left.
    check(
        "0 student enters
         0 counsellor takes
         1 counsellor leaves
         60 student says
         62 time",
        "0 student <- full
         0 student <- student's after 0
         0 student <- counsellorcame(1) after 0
         1 student <- other onsite
         60 student <- line 1
         61 moved: away
         61 student <- backtoqueue(1) after 1",
    );
}

#[test]
fn who_comes_later_passes_the_gate_and_reads_what_was_said_since() {
    // W12, W13: no answer is no.
    check(
        "0 student says
         1 counsellor takes
         2 counsellor says
         3 counsellor returns
         4 student says
         5 counsellor takes
         5 counsellor enters
         6 student says
         7 counsellor says
         8 counsellor enters 5",
        "0 student <- line 1
         0 student <- waitforcounsellor after 1
         1 student <- counsellorcame(1) after 1
         2 counsellor <- all after 0 to 1
         2 both <- line 2
         3 moved: givenback
         3 student <- backtoqueue(1) after 2
         4 student <- line 3
         5 student <- counsellorcame(2) after 3
         5 student <- older asked
         5 counsellor <- full
         5 counsellor <- counsellor's after 3
         6 student <- line 4
         7 counsellor <- all after 3 to 4
         7 both <- line 5
         8 counsellor <- delta
         8 counsellor <- all after 5",
    );
}

#[test]
fn the_student_may_share_what_is_older() {
    // W13: before the gate it changes what the reveal brings, after it the rest is sent.
    let before = "0 student says
         1 counsellor takes
         1 counsellor says
         2 counsellor returns
         3 counsellor takes
         3 counsellor enters";
    let shared = Play::of(&format!("{before}\n4 student shares\n5 counsellor says")).heard;
    let expected = [
        "4 student <- older shared",
        "4 counsellor <- full",
        "4 counsellor <- counsellor's after 2",
        "5 counsellor <- all after 0 to 2",
        "5 both <- line 3",
    ];
    assert_eq!(shared[shared.len() - 5..], expected);
    let shared = Play::of(&format!("{before}\n4 counsellor says\n5 student shares")).heard;
    let expected =
        ["4 both <- line 3", "5 student <- older shared", "5 counsellor <- full", "5 counsellor <- all after 0"];
    assert_eq!(shared[shared.len() - 4..], expected);
    // An answer about the counsellor before says nothing about this one.
    let crossed = Play::of(&format!("{before}\n4 student shares 2\n5 counsellor says")).heard;
    assert_eq!(crossed.last().map(String::as_str), Some("5 both <- line 3"));
    let kept = Play::of(&format!("{before}\n4 student keeps\n5 counsellor says")).heard;
    assert_eq!(kept[kept.len() - 2..], ["4 student <- older kept", "5 both <- line 3"]);
}

#[test]
fn until_it_is_accepted_the_first_counsellor_keeps_the_room() {
    // W26: the newcomer passes the gate; the first one is out.
    check(
        "0 student says
         1 counsellor takes
         2 counsellor says
         3 counsellor accepts
         4 counsellor enters
         5 counsellor says",
        "0 student <- line 1
         0 student <- waitforcounsellor after 1
         1 student <- counsellorcame(1) after 1
         2 counsellor <- all after 0 to 1
         2 both <- line 2
         3 moved: handedover
         3 student <- handedover(1) after 2
         3 student <- counsellorcame(2) after 2
         3 student <- older asked
         4 counsellor <- full
         4 counsellor <- counsellor's after 2
         5 both <- line 3",
    );
}

#[test]
fn a_hand_over_that_comes_too_late_or_to_oneself_changes_nothing() {
    // W26
    let mut room = Room::wake(Time(0), RULES, Before::default());
    let not_handed = |to| [Effect::NotHandedOver { to }];
    assert_eq!(room.step(Time(0), Input::Accepted { by: BEN }), not_handed(BEN), "back in the queue by then");
    room.step(Time(0), Input::Taken(Turn { account: ASHA, after: 0, reads_after: 0 }));
    assert_eq!(room.step(Time(0), Input::Accepted { by: ASHA }), not_handed(ASHA));
    room.step(Time(0), Input::Accepted { by: BEN });
    assert_eq!(room.step(Time(0), Input::KeyHanded { key_epoch: 6 }), [Effect::HandOver { to: BEN }]);
    assert_eq!(room.step(Time(0), Input::NotHandedOver { to: BEN }), not_handed(BEN));
    assert_eq!(room.turn().map(|turn| turn.account), Some(ASHA));
}

#[test]
fn the_mark_seen_is_never_ahead_of_the_truth() {
    // What was not said, or not sent to that page, it cannot have shown.
    check(
        "0 student says
         1 counsellor takes
         1 counsellor saw 1
         2 counsellor says
         3 counsellor saw 3
         3 counsellor saw 2
         3 counsellor saw 1
         4 counsellor returns
         5 counsellor takes
         6 counsellor says
         7 counsellor saw 2
         8 counsellor saw 3",
        "0 student <- line 1
         0 student <- waitforcounsellor after 1
         1 student <- counsellorcame(1) after 1
         2 counsellor <- all after 0 to 1
         2 both <- line 2
         3 student <- seen 2
         4 moved: givenback
         4 student <- backtoqueue(1) after 2
         5 student <- counsellorcame(2) after 2
         5 student <- older asked
         6 both <- line 3
         8 student <- seen 3",
    );
}

/// What one page has been shown, from the effects alone.
#[derive(Default, Clone, PartialEq, Eq, Debug)]
struct Shown {
    lines: std::collections::BTreeSet<Seq>,
    other: Option<Whereabouts>,
    reads_after: Seq,
    /// Whether it hears what is said to its seat; a page that does not comes back with what it shows.
    is_deaf: bool,
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    /// W12, W13, W15, U9: whatever happens, no seat is shown a line of the other before it has spoken, no newcomer a
    /// line from before them that was not shared, each line comes once, and a page that comes back anew is shown just
    /// what the page that stayed knows.
    #[test]
    fn a_page_that_stayed_knows_what_a_page_that_returns_is_shown(
        script in proptest::collection::vec((0_u8..14, any::<bool>(), 0_i64..25), 1..60),
    ) {
        let mut world = World::new();
        for (kind, students, pause) in script {
            let role = if students { Role::Student } else { Role::Counsellor };
            world.pass(pause)?;
            world.event(kind, role)?;
            if world.room.has_ended() {
                break;
            }
            for role in [Role::Student, Role::Counsellor] {
                world.compare(role)?;
            }
        }
    }
}

/// A room, its store, and a page on each seat that never goes away.
struct World {
    room: Room,
    now: Time,
    lines: Vec<Role>,
    student: Shown,
    counsellor: Shown,
    next: u128,
}

impl World {
    fn new() -> Self {
        let room = Room::wake(Time(0), RULES, Before::default());
        let mut world = Self {
            room,
            now: Time(0),
            lines: vec![],
            student: Shown::default(),
            counsellor: Shown::default(),
            next: 1,
        };
        let _ = world.feed(Input::Entered { role: Role::Student, since: None });
        world
    }

    fn pass(&mut self, seconds: i64) -> Result<(), TestCaseError> {
        let then = self.now.plus(Span::seconds(seconds));
        while let Some(due) = self.room.deadline().filter(|due| *due <= then) {
            self.now = due.max(self.now);
            self.feed(Input::Tick)?;
        }
        self.now = then;
        Ok(())
    }

    fn event(&mut self, kind: u8, role: Role) -> Result<(), TestCaseError> {
        let last = self.lines.len() as Seq;
        let reads_after = if self.room.past.is_empty() { 0 } else { last };
        match kind {
            0..=3 if role == Role::Student || self.room.turn().is_some() => {
                self.feed(Input::Say { from: role, cid: Cid(0), key_epoch: self.room.key_epoch() })
            }
            4 | 5 if self.room.turn().is_none() => {
                self.next += 1;
                self.feed(Input::Taken(Turn { account: AccountId(self.next), after: last, reads_after }))?;
                self.feed(Input::KeyOffered)?;
                self.feed(Input::KeyHanded { key_epoch: self.room.key_epoch() })?;
                self.returns(Role::Counsellor)
            }
            6 => self.feed(Input::GiveBack),
            7 if self.room.turn().is_some() => {
                self.next += 1;
                self.feed(Input::Accepted { by: AccountId(self.next) })?;
                self.feed(Input::KeyHanded { key_epoch: self.room.next_key_epoch() })?;
                self.returns(Role::Counsellor)
            }
            8 => {
                let nth = self.room.notices(Role::Student).last().map_or(0, |notice| notice.nth);
                self.feed(Input::ShareOlder { nth })
            }
            9 => self.feed(Input::Beat { role, level: Level::Site }),
            10 if role == Role::Counsellor => self.feed(Input::CounsellorLeft),
            11 => self.feed(Input::Stay { from: role }),
            12 => {
                self.page(role).is_deaf = true;
                self.feed(Input::Disconnected { role })
            }
            13 if self.page(role).is_deaf => self.returns(role),
            _ => self.feed(Input::Beat { role, level: Level::Room }),
        }
    }

    /// As a page does: with the last line of which it shows everything before, and with nothing in any doubt.
    fn returns(&mut self, role: Role) -> Result<(), TestCaseError> {
        let page = self.page(role);
        page.is_deaf = false;
        let last = page.lines.last().copied().unwrap_or(0);
        let is_whole = last > 0 && page.lines.len() as Seq == last - page.reads_after;
        self.feed(Input::Entered { role, since: is_whole.then_some(last) })
    }

    fn page(&mut self, role: Role) -> &mut Shown {
        if role == Role::Student { &mut self.student } else { &mut self.counsellor }
    }

    fn feed(&mut self, input: Input) -> Result<(), TestCaseError> {
        for effect in self.room.step(self.now, input) {
            let last = self.lines.len() as Seq;
            match effect {
                Effect::Save { from, .. } => {
                    self.lines.push(from);
                    self.feed(Input::Saved { from, seq: last + 1 })?;
                }
                Effect::Release { why } => self.feed(Input::Released { why, left: last })?,
                Effect::HandOver { to } => {
                    self.feed(Input::HandedOver(Turn { account: to, after: last, reads_after: last }))?;
                }
                Effect::ShareOlder => self.feed(Input::OlderShared)?,
                Effect::Erase { .. } => self.feed(Input::Erased { lines: last })?,
                Effect::Moved { .. } => {
                    self.student.other = None;
                    self.counsellor = Shown { is_deaf: true, ..Shown::default() };
                }
                Effect::Notice { notice: PlacedNotice { notice: Notice::CounsellorCame(_), .. }, .. } => {
                    self.student.other = Some(Whereabouts::Here);
                }
                Effect::View { to, .. } | Effect::Presence { to, .. } if self.page(to).is_deaf => {}
                Effect::View { to, resume } => {
                    self.page(to).reads_after = self.room.reads_after(to);
                    if resume == Resume::Full {
                        self.page(to).lines.clear();
                    }
                    self.page(to).other = self.room.whereabouts_for(to, self.now);
                }
                Effect::Replay { to, whose, since, until } => {
                    let sent: Vec<Seq> = (since + 1..=last.min(until))
                        .filter(|seq| whose.includes(self.lines[*seq as usize - 1]))
                        .collect();
                    for seq in sent {
                        self.is_sent(to, seq)?;
                    }
                }
                Effect::Line { to, seq } => {
                    for role in [Role::Student, Role::Counsellor].into_iter().filter(|role| to.includes(*role)) {
                        self.is_sent(role, seq)?;
                    }
                }
                Effect::Presence { to, other } => self.page(to).other = Some(other),
                _ => {}
            }
        }
        Ok(())
    }

    fn is_sent(&mut self, to: Role, seq: Seq) -> Result<(), TestCaseError> {
        let is_own = self.lines[seq as usize - 1] == to;
        let reads_after = self.room.reads_after(to);
        prop_assert!(is_own || self.room.revealed(to), "sent before the reveal");
        prop_assert!(reads_after < seq || to == Role::Student, "sent what was not shared");
        if !self.page(to).is_deaf {
            prop_assert!(self.page(to).lines.insert(seq), "sent twice");
        }
        Ok(())
    }

    /// Another page takes the seat, on a copy of the room, so that the one that stays is not disturbed.
    fn compare(&mut self, role: Role) -> Result<(), TestCaseError> {
        if role == Role::Counsellor && self.room.turn().is_none() || self.page(role).is_deaf {
            return Ok(());
        }
        let mut copy = Self {
            room: self.room.clone(),
            lines: self.lines.clone(),
            student: Shown::default(),
            counsellor: Shown::default(),
            ..*self
        };
        copy.feed(Input::Entered { role, since: None })?;
        let (stayed, returned) = (self.page(role).clone(), copy.page(role).clone());
        prop_assert_eq!(&stayed.lines, &returned.lines);
        prop_assert_eq!(stayed.other, returned.other);
        Ok(())
    }
}
