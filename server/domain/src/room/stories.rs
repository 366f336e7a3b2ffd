//! The room's stories, each a script and what is heard. The numbers are those of RULES.md.

use super::*;

const RULES: Rules = Rules {
    inactivity: Span::seconds(600),
    warning: Span::seconds(120),
    lines: Limit { most: 20, within: Span::seconds(10) },
};

/// Plays a script, one event a line, `SECONDS WHO WHAT`, and compares what is heard with what is expected.
/// The store answers at once, numbering lines 1, 2, 3 …
fn check(script: &str, expected: &str) {
    let heard = play(script);
    let expected: Vec<_> = expected.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    assert_eq!(heard, expected, "\nscript:\n{script}");
}

fn play(script: &str) -> Vec<String> {
    let mut room = Room::wake(Time(0), RULES, Before::default());
    let (mut heard, mut last) = (Vec::new(), 0);
    for line in script.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let words: Vec<_> = line.split_whitespace().collect();
        let now = Time(words[0].parse::<i64>().expect("seconds") * 1_000);
        // Alarms ring on the way, as the actor's would.
        while let Some(due) = room.deadline().filter(|due| *due <= now) {
            perform(&mut room, due, Input::Tick, &mut last, &mut heard);
        }
        let input = match words[1..] {
            ["time", ..] => continue,
            ["student", "enters"] => Input::Entered { role: Role::Student, since: None },
            ["counsellor", "enters"] => Input::Entered { role: Role::Counsellor, since: None },
            ["student", "enters", since] => Input::Entered { role: Role::Student, since: since.parse().ok() },
            ["counsellor", "enters", since] => Input::Entered { role: Role::Counsellor, since: since.parse().ok() },
            ["student", "leaves"] => Input::Left { role: Role::Student },
            ["counsellor", "takes"] => Input::Taken(Taken { account: AccountId(1), after: last }),
            ["student", "says"] => Input::Say { from: Role::Student, cid: Cid(0) },
            ["counsellor", "says"] => Input::Say { from: Role::Counsellor, cid: Cid(0) },
            ["student", "repeats", seq] => Input::SavedBefore { from: Role::Student, seq: seq.parse().expect("seq") },
            ["student", "types"] => Input::Typing { from: Role::Student },
            ["counsellor", "types"] => Input::Typing { from: Role::Counsellor },
            ["student", "stays"] => Input::Stay { from: Role::Student },
            ["student", "closes"] => Input::Close { by: Role::Student },
            ["counsellor", "closes"] => Input::Close { by: Role::Counsellor },
            _ => panic!("not an event: {line}"),
        };
        perform(&mut room, now, input, &mut last, &mut heard);
    }
    heard
}

fn perform(room: &mut Room, now: Time, input: Input, last: &mut Seq, heard: &mut Vec<String>) {
    for effect in room.step(now, input) {
        let at = now.0 / 1_000;
        match effect {
            Effect::Save { from, .. } => {
                *last += 1;
                perform(room, now, Input::Saved { from, seq: *last }, last, heard);
            }
            Effect::Erase => perform(room, now, Input::Erased { lines: *last }, last, heard),
            Effect::Line { to, seq } => heard.push(format!("{at} {} <- line {seq}", audience(to))),
            Effect::View { to, resume } => heard.push(format!("{at} {to:?} <- {resume:?}").to_lowercase()),
            Effect::Replay { to, whose, since } => {
                let whose = match whose {
                    Whose::Everyones => "all".to_owned(),
                    Whose::Only(role) => format!("{role:?}'s"),
                };
                heard.push(format!("{at} {to:?} <- {whose} after {since}").to_lowercase());
            }
            Effect::Notice { to, after, notice } => {
                heard.push(format!("{at} {to:?} <- {notice:?} after {after}").to_lowercase());
            }
            Effect::Typing { to } => heard.push(format!("{at} {to:?} <- typing").to_lowercase()),
            Effect::Warning { to, closes_in } => {
                heard.push(format!("{at} {to:?} <- closes in {}", closes_in.0 / 1_000).to_lowercase());
            }
            Effect::Stayed { to } => heard.push(format!("{at} {to:?} <- stayed").to_lowercase()),
            Effect::Refuse { to, why, .. } => heard.push(format!("{at} {to:?} <- {why:?}").to_lowercase()),
            Effect::Ended { by, lines } => heard.push(format!("{at} ended by {by:?}, {lines} lines").to_lowercase()),
        }
    }
}

fn audience(to: Audience) -> String {
    match to {
        Audience::Both => "both".to_owned(),
        Audience::Only(role) => format!("{role:?}").to_lowercase(),
    }
}

fn ends_at(script: &str, second: i64) {
    let ended = |at: i64| play(&format!("{script}\n{at} time")).iter().any(|heard| heard.contains("ended by silence"));
    assert!(!ended(second - 1), "ended too early:\n{script}");
    assert!(ended(second), "did not end at {second}:\n{script}");
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
         3 student <- counsellorcame after 2
         3 counsellor <- full
         3 counsellor <- counsellor's after 0
         4 counsellor <- student's after 0
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
         1 student <- counsellorcame after 0
         1 counsellor <- full
         1 counsellor <- counsellor's after 0
         2 counsellor <- line 1
         3 student <- full
         3 student <- student's after 0
         4 student <- counsellor's after 0
         4 both <- line 2",
    );
}

#[test]
fn notices_open_no_gate_and_stand_where_they_stood() {
    // W10, W11, W14
    let mut room = Room::wake(Time(0), RULES, Before::default());
    assert_eq!(room.notices(Role::Student), [(0, Notice::SayHi)]);
    assert_eq!(room.notices(Role::Counsellor), []);
    room.step(Time(1), Input::Saved { from: Role::Student, seq: 1 });
    room.step(Time(2), Input::Taken(Taken { account: AccountId(1), after: 1 }));
    assert!(!room.revealed());
    let student = [(0, Notice::SayHi), (1, Notice::WaitForCounsellor), (1, Notice::CounsellorCame)];
    assert_eq!(room.notices(Role::Student), student);
    assert_eq!(room.notices(Role::Counsellor), [(1, Notice::SayHi)]);
    room.step(Time(3), Input::Saved { from: Role::Student, seq: 2 });
    assert_eq!(room.notices(Role::Student), student, "each is asked once");

    let woken = Before { taken: room.taken(), first_student: Some(1), first_counsellor: None };
    assert_eq!(Room::wake(Time(9), RULES, woken).notices(Role::Student), student, "a wake changes nothing");
}

#[test]
fn somebody_who_speaks_only_once_a_counsellor_is_there_is_not_told_to_wait() {
    // W11
    check(
        "0 counsellor takes
         1 student says",
        "0 student <- counsellorcame after 0
         1 student <- line 1",
    );
}

#[test]
fn a_return_shows_everything_that_was_revealed() {
    // W15: a page that left before the reveal gets everything, one that left after it gets the rest.
    check(
        "0 student says
         1 counsellor takes
         2 counsellor says
         3 student says
         4 student enters 1
         5 student enters 2
         6 counsellor enters 3
         7 counsellor enters",
        "0 student <- line 1
         0 student <- waitforcounsellor after 1
         1 student <- counsellorcame after 1
         2 counsellor <- student's after 0
         2 both <- line 2
         3 both <- line 3
         4 student <- full
         4 student <- all after 0
         5 student <- delta
         5 student <- all after 2
         6 counsellor <- delta
         6 counsellor <- all after 3
         7 counsellor <- full
         7 counsellor <- all after 0",
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
        let said = room.step(Time(n), Input::Say { from: Role::Student, cid: Cid(1) });
        assert_eq!(said, [Effect::Save { from: Role::Student, cid: Cid(1) }]);
    }
    let refused = Effect::Refuse { to: Role::Student, cid: Cid(2), why: Refusal::TooMany { retry: Span(9_900) } };
    assert_eq!(room.step(Time(100), Input::Say { from: Role::Student, cid: Cid(2) }), [refused]);
    let counsellors = room.step(Time(100), Input::Say { from: Role::Counsellor, cid: Cid(3) });
    assert_eq!(counsellors, [Effect::Save { from: Role::Counsellor, cid: Cid(3) }], "seats are counted apart");
    assert_eq!(room.step(Time(10_000), Input::Say { from: Role::Student, cid: Cid(2) }).len(), 1);
}

#[test]
fn either_side_closes_and_both_are_told_after_the_erasure() {
    // W18
    let mut room = Room::wake(Time(0), RULES, Before::default());
    assert_eq!(room.step(Time(1), Input::Close { by: Role::Counsellor }), [Effect::Erase]);
    assert_eq!(room.step(Time(1), Input::Say { from: Role::Student, cid: Cid(1) }), [], "nothing is saved any more");
    let ended = Effect::Ended { by: EndedBy::Counsellor, lines: 4 };
    assert_eq!(room.step(Time(2), Input::Erased { lines: 4 }), [ended]);
    assert_eq!(room.deadline(), None);
    check("0 student closes", "0 ended by student, 0 lines");
}

#[test]
fn more_than_600_s_of_silence_close_the_room() {
    // W19, W-T1
    ends_at("0 counsellor takes\n0 student says", 601);
}

#[test]
fn exactly_600_s_are_not_more() {
    // W19
    let mut room = Room::wake(Time(0), RULES, Before::default());
    room.step(Time(0), Input::Taken(Taken { account: AccountId(1), after: 0 }));
    room.step(Time(480_000), Input::Tick);
    assert_eq!(room.step(Time(600_000), Input::Tick), []);
    assert_eq!(room.step(Time(600_001), Input::Tick), [Effect::Erase]);
}

#[test]
fn the_counsellors_words_count_as_well() {
    // W24, W-T2
    ends_at("0 counsellor takes\n0 student says\n500 counsellor says", 1_101);
}

#[test]
fn typing_and_staying_are_activity() {
    // W24, W-T3
    ends_at("0 counsellor takes\n0 student says\n590 counsellor types", 1_191);
    ends_at("0 counsellor takes\n0 student says\n590 student stays", 1_191);
}

#[test]
fn a_student_who_waits_and_is_here_may_be_silent() {
    // W24, W-T8
    check("0 student enters\n1800 time", "0 student <- full\n0 student <- student's after 0");
    // The clock starts anew when a counsellor takes the room.
    ends_at("0 student enters\n1800 counsellor takes", 2_401);
    // Whoever left while waiting is not kept for ever.
    ends_at("0 student enters\n100 student leaves", 701);
}

#[test]
fn both_are_warned_120_s_before_and_one_tap_keeps_the_room() {
    // W19: as often as they like.
    check(
        "0 counsellor takes
         479 time
         480 time
         500 student stays
         979 time
         980 time
         1000 student says
         1481 time",
        "0 student <- counsellorcame after 0
         480 student <- closes in 120
         480 counsellor <- closes in 120
         500 student <- stayed
         500 counsellor <- stayed
         980 student <- closes in 120
         980 counsellor <- closes in 120
         1000 student <- stayed
         1000 counsellor <- stayed
         1000 student <- line 1
         1480 student <- closes in 120
         1480 counsellor <- closes in 120",
    );
}

#[test]
fn typing_is_told_at_once_and_then_at_most_every_three_seconds() {
    // W24
    check(
        "0 counsellor takes
         1 student types
         2 student types
         4 student types
         5 student says
         5 student types",
        "0 student <- counsellorcame after 0
         1 counsellor <- typing
         4 counsellor <- typing
         5 student <- line 1
         5 counsellor <- typing",
    );
}

#[test]
fn a_warning_that_holds_is_shown_to_whoever_comes_back() {
    // W19
    let mut room = Room::wake(Time(0), RULES, Before::default());
    room.step(Time(0), Input::Taken(Taken { account: AccountId(1), after: 0 }));
    room.step(Time(480_000), Input::Tick);
    assert_eq!(room.closes_in(Time(500_000)), Some(Span(100_000)));
    room.step(Time(500_000), Input::Stay { from: Role::Counsellor });
    assert_eq!(room.closes_in(Time(500_000)), None);
}
