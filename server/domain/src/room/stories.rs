//! The room's stories, each a script and what is heard. The numbers are those of RULES.md.
//!
//! Here: the runner, and who hears which line. Beside it: time and absence, and rooms that change hands.

mod keys;
mod time;
mod turns;

use super::*;

const RULES: Rules = Rules {
    inactivity: Span::seconds(600),
    warning: Span::seconds(120),
    absence: Span::seconds(600),
    release: Span::seconds(60),
    student: Limits { notice: Span::seconds(15), away: Span::seconds(120) },
    counsellor: Limits { notice: Span::seconds(15), away: Span::seconds(60) },
    lines: Limit { most: 20, within: Span::seconds(10) },
};

const ASHA: AccountId = AccountId(1);
const BEN: AccountId = AccountId(2);

fn say(from: Role, cid: u128) -> Input {
    Input::Say { from, cid: Cid(cid), key_epoch: 1 }
}

/// Plays a script, one event a line, `SECONDS WHO WHAT`, and compares what is heard with what is expected. Of keys it
/// hears nothing: `check_keys` does.
fn check(script: &str, expected: &str) {
    compare(script, Play::of(script).heard.into_iter().filter(|heard| !heard.contains(" key")).collect(), expected);
}

fn check_keys(script: &str, expected: &str) {
    compare(script, Play::of(script).heard, expected);
}

fn compare(script: &str, heard: Vec<String>, expected: &str) {
    let expected: Vec<_> = expected.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    assert_eq!(heard, expected, "\nscript:\n{script}");
}

/// A room whose store answers at once, numbering lines 1, 2, 3 …, and whose pages beat every 5 s while they are here.
struct Play {
    room: Room,
    now: Time,
    last: Seq,
    heard: Vec<String>,
    student: Page,
    counsellor: Page,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Page {
    InRoom,
    /// On the site, but not in the room.
    Elsewhere,
    Silent,
}

impl Play {
    fn of(script: &str) -> Self {
        let room = Room::wake(Time(0), RULES, Before::default());
        let mut play =
            Self { room, now: Time(0), last: 0, heard: vec![], student: Page::Silent, counsellor: Page::Silent };
        for line in script.lines().map(str::trim).filter(|line| !line.is_empty()) {
            let words: Vec<_> = line.split_whitespace().collect();
            play.until(Time(words[0].parse::<i64>().expect("seconds") * 1_000));
            play.event(&words[1..]);
        }
        play
    }

    /// Time passes; pages beat, and alarms ring on the way, as the actor's would.
    fn until(&mut self, then: Time) {
        while self.now < then {
            let next_beat = Time((self.now.0 / 5_000 + 1) * 5_000);
            let due = self.room.deadline().unwrap_or(then).max(self.now.plus(Span(1)));
            self.now = then.min(next_beat).min(due);
            if self.room.deadline().is_some_and(|due| due <= self.now) {
                self.feed(Input::Tick);
            }
            if self.now == next_beat {
                for (role, page) in [(Role::Student, self.student), (Role::Counsellor, self.counsellor)] {
                    match page {
                        Page::InRoom => self.feed(Input::Beat { role, level: Level::Room }),
                        Page::Elsewhere => self.feed(Input::Beat { role, level: Level::Site }),
                        Page::Silent => {}
                    }
                }
            }
        }
    }

    fn event(&mut self, words: &[&str]) {
        let role = match words.first() {
            Some(&"counsellor") => Role::Counsellor,
            _ => Role::Student,
        };
        let input = match words[1..] {
            _ if words == ["time"] => return,
            ["enters"] => Input::Entered { role, since: None },
            ["enters", since] => Input::Entered { role, since: since.parse().ok() },
            ["goes"] => Input::Disconnected { role },
            ["elsewhere"] => Input::Beat { role, level: Level::Site },
            ["leaves"] => Input::CounsellorLeft,
            ["takes"] => {
                self.takes();
                self.key(Input::KeyOffered);
                return self.key(Input::KeyHanded { key_epoch: self.room.key_epoch() });
            }
            ["accepts"] => {
                self.key(Input::Accepted { by: BEN });
                return self.feed(Input::KeyHanded { key_epoch: self.room.next_key_epoch() });
            }
            ["accepts", "keyless"] => Input::Accepted { by: BEN },
            ["returns"] => Input::GiveBack,
            ["shares"] => Input::ShareOlder { nth: self.came() },
            ["keeps"] => Input::KeepOlder { nth: self.came() },
            ["shares", nth] => Input::ShareOlder { nth: nth.parse().expect("a number") },
            ["says"] => Input::Say { from: role, cid: Cid(0), key_epoch: self.room.key_epoch() },
            ["says", "with", old] => Input::Say { from: role, cid: Cid(0), key_epoch: old.parse().expect("a number") },
            ["asks"] => Input::KeyOffered,
            ["hands"] => Input::KeyHanded { key_epoch: self.room.key_epoch() },
            ["hands", "next"] => Input::KeyHanded { key_epoch: self.room.next_key_epoch() },
            ["takes", "keyless"] => return self.takes(),
            ["repeats", seq] => Input::SavedBefore { from: role, seq: seq.parse().expect("seq") },
            ["saw", seq] => Input::Seen { by: role, seq: seq.parse().expect("seq") },
            ["types"] => Input::Typing { from: role },
            ["stays"] => Input::Stay { from: role },
            ["closes"] => Input::Close { by: role },
            _ => panic!("not an event: {words:?}"),
        };
        let page = match words[1] {
            "goes" => Page::Silent,
            "elsewhere" | "leaves" => Page::Elsewhere,
            _ => Page::InRoom,
        };
        *(if role == Role::Student { &mut self.student } else { &mut self.counsellor }) = page;
        self.feed(input);
    }

    fn takes(&mut self) {
        let (account, reads_after) = if self.room.past.is_empty() { (ASHA, 0) } else { (BEN, self.last) };
        self.counsellor = Page::InRoom;
        self.feed(Input::Taken(Turn { account, after: self.last, reads_after }));
    }

    /// A key handed over as it mostly is, at once: the stories of lines need not hear of it.
    fn key(&mut self, input: Input) {
        let heard = self.heard.len();
        self.feed(input);
        self.heard.truncate(heard);
    }

    /// The notice that told the student who came.
    fn came(&self) -> u32 {
        self.room.notices(Role::Student).last().expect("there is one").nth
    }

    fn feed(&mut self, input: Input) {
        for effect in self.room.step(self.now, input) {
            let heard = match effect {
                Effect::Save { from, .. } => {
                    self.last += 1;
                    self.feed(Input::Saved { from, seq: self.last });
                    continue;
                }
                Effect::Erase { .. } => {
                    self.feed(Input::Erased { lines: self.last });
                    continue;
                }
                Effect::Release { why } => {
                    self.feed(Input::Released { why, left: self.last });
                    continue;
                }
                Effect::HandOver { to } => {
                    self.feed(Input::HandedOver(Turn { account: to, after: self.last, reads_after: self.last }));
                    continue;
                }
                Effect::ShareOlder => {
                    self.feed(Input::OlderShared);
                    continue;
                }
                Effect::PutBack => {
                    self.feed(Input::PutBack);
                    continue;
                }
                Effect::Recall { from, cid } => {
                    self.feed(Input::NotSaved { from, cid });
                    continue;
                }
                Effect::OfferKey { to } => format!("student <- {to:?} asks for the key"),
                Effect::HandKey => "counsellor <- key".to_owned(),
                Effect::KeyEpoch { key_epoch } => format!("student <- key epoch {key_epoch}"),
                Effect::Touch | Effect::Reach { .. } => continue,
                Effect::Line { to: Audience::Both, seq } => format!("both <- line {seq}"),
                Effect::Line { to: Audience::Only(to), seq } => format!("{to:?} <- line {seq}"),
                Effect::View { to, resume } => format!("{to:?} <- {resume:?}"),
                Effect::Replay { to, whose, since, until } => {
                    let whose = match whose {
                        Whose::Everyones => "all".to_owned(),
                        Whose::Only(role) => format!("{role:?}'s"),
                    };
                    let until = if until == Seq::MAX { String::new() } else { format!(" to {until}") };
                    format!("{to:?} <- {whose} after {since}{until}")
                }
                Effect::Notice { to, notice: PlacedNotice { after, notice, .. } } => {
                    let notice = format!("{notice:?}").replace("(AccountId", "").replace("))", ")");
                    format!("{to:?} <- {notice} after {after}")
                }
                Effect::Typing { to } => format!("{to:?} <- typing"),
                Effect::Presence { to, other } => format!("{to:?} <- other {other:?}"),
                Effect::Seen { to, seq } => format!("{to:?} <- seen {seq}"),
                Effect::Warning { to, closes_in } => format!("{to:?} <- closes in {}", closes_in.0 / 1_000),
                Effect::Stayed { to } => format!("{to:?} <- stayed"),
                Effect::Refuse { to, why, .. } => format!("{to:?} <- {why:?}"),
                Effect::NotHandedOver { .. } => "not handed over".to_owned(),
                Effect::Moved { why: Moved::Turn(why) } => format!("moved: {why:?}"),
                Effect::Moved { why: Moved::NoKey } => "moved: no key".to_owned(),
                Effect::Older { older } => format!("student <- older {older:?}"),
                Effect::Ended { by, lines } => format!("ended by {by:?}, {lines} lines"),
            };
            self.heard.push(format!("{} {heard}", self.now.0 / 1_000).to_lowercase());
        }
    }
}

#[test]
fn before_both_have_spoken_each_has_only_their_own() {
    // W12, W13, W-T7
    check(
        "0 student enters
         1 student says
         2 student says
         3 counsellor takes
         3 counsellor enters
         4 counsellor says
         5 student says",
        "0 student <- full
         0 student <- student's after 0
         1 student <- line 1
         1 student <- waitforcounsellor after 1
         2 student <- line 2
         3 student <- counsellorcame(1) after 2
         3 counsellor <- full
         3 counsellor <- counsellor's after 2
         4 counsellor <- all after 0 to 2
         4 both <- line 3
         5 both <- line 4",
    );
}

#[test]
fn the_gate_holds_the_other_way_round_too() {
    // W12: the counsellor has spoken, the student has not.
    check(
        "0 student enters
         1 counsellor takes
         1 counsellor enters
         2 counsellor says
         3 student enters
         4 student says",
        "0 student <- full
         0 student <- student's after 0
         1 student <- counsellorcame(1) after 0
         1 counsellor <- full
         1 counsellor <- counsellor's after 0
         2 counsellor <- line 1
         3 student <- full
         3 student <- student's after 0
         4 student <- all after 0 to 1
         4 both <- line 2",
    );
}

#[test]
fn notices_open_no_gate_and_stand_where_they_stood() {
    // W10, W11, W14
    let said = |room: &Room, role| -> Vec<_> {
        room.notices(role).iter().map(|placed| (placed.nth, placed.after, placed.notice)).collect()
    };
    let mut room = Room::wake(Time(0), RULES, Before::default());
    assert_eq!(said(&room, Role::Student), [(0, 0, Notice::SayHi)]);
    assert_eq!(said(&room, Role::Counsellor), []);
    room.step(Time(1), Input::Saved { from: Role::Student, seq: 1 });
    let turn = Turn { account: ASHA, after: 1, reads_after: 0 };
    room.step(Time(2), Input::Taken(turn));
    assert!(!room.revealed(Role::Counsellor));
    let student = [(0, 0, Notice::SayHi), (1, 1, Notice::WaitForCounsellor), (2, 1, Notice::CounsellorCame(ASHA))];
    assert_eq!(said(&room, Role::Student), student);
    assert_eq!(said(&room, Role::Counsellor), [(0, 1, Notice::SayHi)]);
    room.step(Time(3), Input::Saved { from: Role::Student, seq: 2 });
    assert_eq!(said(&room, Role::Student), student, "each is asked once");

    let woken = Before { turn: Some(turn), first_student: Some(1), last: 2, ..Before::default() };
    assert_eq!(said(&Room::wake(Time(9), RULES, woken), Role::Student), student, "a wake changes nothing");
}

#[test]
fn somebody_who_speaks_only_once_a_counsellor_is_there_is_not_told_to_wait() {
    // W11
    check(
        "0 counsellor takes
         1 student says",
        "0 student <- counsellorcame(1) after 0
         1 student <- line 1",
    );
}

#[test]
fn a_return_shows_everything_that_was_revealed() {
    // W15: a page that left before its reveal gets everything, one that left after it gets the rest.
    check(
        "0 student says
         1 counsellor takes
         2 counsellor says
         3 student says
         4 student enters 1
         5 student enters 2
         6 counsellor enters 3
         7 counsellor enters 1
         8 student enters 4",
        "0 student <- line 1
         0 student <- waitforcounsellor after 1
         1 student <- counsellorcame(1) after 1
         2 counsellor <- all after 0 to 1
         2 both <- line 2
         3 both <- line 3
         4 student <- delta
         4 student <- all after 1
         5 student <- delta
         5 student <- all after 2
         6 counsellor <- delta
         6 counsellor <- all after 3
         7 counsellor <- full
         7 counsellor <- all after 0
         8 student <- full
         8 student <- all after 0",
    );
}

#[test]
fn a_line_said_again_is_told_again_to_its_sender_alone() {
    check(
        "0 student says
         1 student repeats 1",
        "0 student <- line 1
         0 student <- waitforcounsellor after 1
         1 student <- line 1",
    );
}

#[test]
fn more_than_twenty_lines_in_ten_seconds_are_refused_with_when() {
    let mut room = Room::wake(Time(0), RULES, Before::default());
    for n in 0..20 {
        let said = room.step(Time(n), say(Role::Student, 1));
        assert_eq!(said, [Effect::Save { from: Role::Student, cid: Cid(1) }]);
    }
    let refused = Effect::Refuse { to: Role::Student, cid: Cid(2), why: Refusal::TooMany { retry: Span(9_900) } };
    assert_eq!(room.step(Time(100), say(Role::Student, 2)), [refused]);
    let counsellors = room.step(Time(100), say(Role::Counsellor, 3));
    assert_eq!(counsellors, [Effect::Save { from: Role::Counsellor, cid: Cid(3) }], "seats are counted apart");
    assert_eq!(room.step(Time(10_000), say(Role::Student, 2)).len(), 1);
}

#[test]
fn either_side_closes_and_both_are_told_after_the_erasure() {
    // W18
    let mut room = Room::wake(Time(0), RULES, Before::default());
    assert_eq!(room.step(Time(1), Input::Close { by: Role::Counsellor }), [Effect::Erase { work: None }]);
    assert_eq!(room.step(Time(1), say(Role::Student, 1)), [], "nothing is saved any more");
    let ended = Effect::Ended { by: EndedBy::Counsellor, lines: 4 };
    assert_eq!(room.step(Time(2), Input::Erased { lines: 4 }), [ended]);
    assert_eq!(room.deadline(), None);
    check("0 student closes", "0 ended by student, 0 lines");
}

#[test]
fn whose_work_a_closing_is() {
    // D3
    let close = |by| {
        let mut room = Room::wake(Time(0), RULES, Before::default());
        room.step(Time(1), Input::Taken(Turn { account: ASHA, after: 0, reads_after: 0 }));
        room.step(Time(2), Input::Close { by })
    };
    assert_eq!(close(Role::Counsellor), [Effect::Erase { work: Some(ASHA) }]);
    assert_eq!(close(Role::Student), [Effect::Erase { work: None }]);
}
