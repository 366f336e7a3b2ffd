//! Silence, absence and what each leads to, to the second.

use super::*;
use crate::presence::Whereabouts;

/// Ends at exactly this second, and not before.
fn ends_at(script: &str, second: i64) {
    let ended =
        |at: i64| Play::of(&format!("{script}\n{at} time")).heard.iter().any(|heard| heard.contains("ended by"));
    assert!(!ended(second - 1), "ended too early:\n{script}");
    assert!(ended(second), "did not end at {second}:\n{script}");
}

#[test]
fn more_than_600_s_of_silence_close_the_room() {
    // W19, W-T1
    ends_at("0 counsellor takes\n0 student says", 601);
}

#[test]
fn exactly_600_s_are_not_more() {
    // W19
    let mut play = Play::of("0 student enters\n0 counsellor takes");
    play.until(Time(600_000));
    assert!(play.room.turn().is_some());
    play.until(Time(600_001));
    assert!(play.room.has_ended());
}

#[test]
fn the_counsellors_words_count_as_well() {
    // W24, W-T2
    ends_at("0 counsellor takes\n0 student says\n500 counsellor says", 1_101);
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
        "0 student <- counsellorcame(1) after 0
         1 counsellor <- typing
         4 counsellor <- typing
         5 student <- line 1
         5 counsellor <- typing",
    );
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
    ends_at("0 student enters\n100 student goes", 701);
}

#[test]
fn both_are_warned_120_s_before_and_one_tap_keeps_the_room() {
    // W19: as often as they like.
    check(
        "0 student enters
         0 counsellor takes
         479 time
         480 time
         500 student stays
         979 time
         980 time
         1000 student says
         1481 time",
        "0 student <- full
         0 student <- student's after 0
         0 student <- counsellorcame(1) after 0
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
fn a_warning_that_holds_is_shown_to_whoever_comes_back() {
    // W19
    let mut play = Play::of("0 student enters\n0 counsellor takes\n500 time");
    assert_eq!(play.room.closes_in(play.now), Some(Span(100_000)));
    play.event(&["counsellor", "stays"]);
    assert_eq!(play.room.closes_in(play.now), None);
}

#[test]
fn our_own_downtime_is_nobodys_silence() {
    // W-T4, W24: S@3100, down from 3150 to 3450; the store's time of the last activity, moved on by the outage.
    let outage = [crate::outage::Outage { from: Time(3_150_000), until: Time(3_450_000) }];
    let active = crate::outage::without(&outage, Time(3_100_000));
    let turn = Some(Turn { account: ASHA, after: 0, reads_after: 0 });
    let before = Before { turn, first_student: Some(1), last: 1, active, ..Before::default() };
    let mut room = Room::wake(Time(3_450_000), RULES, before);
    let mut play_until = |second: i64| {
        for now in (3_450..=second).map(|second| Time(second * 1_000)) {
            for role in [Role::Student, Role::Counsellor] {
                room.step(now, Input::Beat { role, level: Level::Room });
            }
            room.step(now, Input::Tick);
        }
        room.turn().is_some()
    };
    assert!(play_until(3_900));
    assert!(play_until(4_000));
    assert!(!play_until(4_001));
}

#[test]
fn a_wake_makes_nobody_absent() {
    // W25, promise 6: nobody could be heard while the server was down.
    let before = Before { turn: Some(Turn { account: ASHA, after: 0, reads_after: 0 }), ..Before::default() };
    let mut room = Room::wake(Time(9_000_000), RULES, Before { active: Time(8_999_000), ..before });
    assert_eq!(room.step(Time(9_000_000), Input::Tick), []);
    assert_eq!(room.whereabouts_for(Role::Student, Time(9_000_000)), Some(Whereabouts::Here));
}

#[test]
fn the_counsellor_sees_a_student_who_is_not_heard_and_600_s_of_absence_close() {
    // W25, U10: the closed socket itself tells nobody anything.
    check(
        "0 student enters
         0 counsellor takes
         2 student goes
         300 counsellor says
         601 time",
        "0 student <- full
         0 student <- student's after 0
         0 student <- counsellorcame(1) after 0
         15 counsellor <- other unheard
         120 counsellor <- other away
         300 counsellor <- line 1
         600 ended by absence, 1 lines",
    );
}

#[test]
fn a_student_on_the_site_but_not_in_the_room_is_told_apart() {
    // U6, W25
    check(
        "0 student enters
         0 counsellor takes
         2 student elsewhere
         40 student enters",
        "0 student <- full
         0 student <- student's after 0
         0 student <- counsellorcame(1) after 0
         15 counsellor <- other onsite
         40 counsellor <- other here
         40 student <- full
         40 student <- student's after 0",
    );
    // W25: whoever is on the site is not absent.
    let play = Play::of("0 student enters\n0 counsellor takes\n2 student elsewhere\n500 counsellor says\n1000 time");
    assert!(play.room.turn().is_some(), "closed on somebody who was there");
}

#[test]
fn the_store_hears_of_activity_without_a_line_now_and_then() {
    // W24: after a kill the room knows of it; a keystroke is no write.
    let mut room = Room::wake(Time(0), RULES, Before::default());
    room.step(Time(0), Input::Taken(Turn { account: ASHA, after: 0, reads_after: 0 }));
    let types = Input::Typing { from: Role::Student };
    let touches = |effects: Vec<Effect>| effects.contains(&Effect::Touch);
    assert!(!touches(room.step(Time(9_999), types)));
    assert!(touches(room.step(Time(10_000), types)));
    assert!(!touches(room.step(Time(11_000), types)));
    assert_eq!(room.active(), Time(11_000));
}

#[test]
fn beats_are_no_activity_in_a_conversation() {
    // W24, W19: both pages are here the whole time.
    ends_at("0 student enters\n0 counsellor takes\n0 student says", 601);
}

#[test]
fn the_queue_hears_whether_a_waiting_student_can_be_reached() {
    // W5, W6: by the connection at once, by missing beats after the notice.
    let reach = |reach| Effect::Reach { reach };
    let mut room = Room::wake(Time(0), RULES, Before::default());
    let entered = room.step(Time(0), Input::Entered { role: Role::Student, since: None });
    assert_eq!(entered[0], reach(Reach::Present));
    assert_eq!(room.step(Time(1), Input::Disconnected { role: Role::Student }), [reach(Reach::Reconnecting)]);
    assert_eq!(room.step(Time(2), Input::Entered { role: Role::Student, since: None })[0], reach(Reach::Present));
    assert_eq!(room.step(Time(15_003), Input::Tick), [reach(Reach::Reconnecting)], "a connection that says nothing");
    let beat = Input::Beat { role: Role::Student, level: Level::Room };
    assert_eq!(room.step(Time(15_004), beat), [reach(Reach::Present)]);
}
