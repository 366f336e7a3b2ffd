//! The room's stories about keys: who is asked for the secret, what follows without it, and what may be sealed with what.

use super::*;

#[test]
fn a_counsellor_is_handed_the_secret_before_they_can_say_anything() {
    check_keys(
        "0 student enters
         1 student says
         2 counsellor takes keyless
         2 counsellor says
         3 counsellor asks
         4 student hands
         4 counsellor says",
        "0 student <- full
         0 student <- student's after 0
         1 student <- line 1
         1 student <- waitforcounsellor after 1
         2 student <- counsellorcame(1) after 1
         2 counsellor <- keyepoch
         3 student <- counsellor asks for the key
         4 counsellor <- key
         4 counsellor <- all after 0 to 1
         4 both <- line 2",
    );
}

#[test]
fn without_the_secret_after_fifteen_seconds_the_room_waits_as_if_it_had_not_been_taken() {
    // W25, W11
    let mut play = Play::of(
        "0 student enters
         1 student says
         2 counsellor takes keyless
         3 counsellor asks
         17 time",
    );
    assert!(play.room.turn().is_some(), "not more than fifteen seconds");
    let before = play.heard.len();
    play.until(Time(17_001));
    assert_eq!(
        play.heard[before..],
        ["17 moved: no key", "17 student <- full", "17 student <- all after 0"],
        "{:?}",
        play.heard
    );
    assert_eq!((play.room.turn(), play.room.key_epoch()), (None, 1));
    let told: Vec<_> = play.room.notices(Role::Student).iter().map(|placed| placed.notice).collect();
    assert_eq!(told, [Notice::SayHi, Notice::WaitForCounsellor]);
    play.feed(Input::KeyHanded { key_epoch: 1 });
    assert_eq!(play.heard.len(), before + 3, "the counsellor who has gone is handed nothing");
}

#[test]
fn a_student_who_comes_back_is_asked_again_until_they_have_answered() {
    check_keys(
        "0 student enters
         1 counsellor takes keyless
         2 counsellor asks
         3 student enters 0
         4 student hands
         5 student enters 0",
        "0 student <- full
         0 student <- student's after 0
         1 student <- counsellorcame(1) after 0
         2 student <- counsellor asks for the key
         3 student <- delta
         3 student <- student's after 0
         3 student <- counsellor asks for the key
         4 counsellor <- key
         5 student <- delta
         5 student <- student's after 0",
    );
}

#[test]
fn what_was_handed_over_unasked_or_for_another_epoch_goes_nowhere() {
    check_keys(
        "0 counsellor takes keyless
         1 student hands
         2 counsellor asks
         3 student hands next
         4 student hands
         5 student hands",
        "0 student <- counsellorcame(1) after 0
         2 student <- counsellor asks for the key
         4 counsellor <- key",
    );
}

#[test]
fn every_going_and_every_later_coming_is_another_key_epoch() {
    check_keys(
        "0 counsellor takes
         1 counsellor returns
         2 counsellor takes
         3 student says with 1
         3 student says with 4
         3 student says with 5",
        "0 student <- counsellorcame(1) after 0
         1 moved: givenback
         1 student <- key epoch 4
         1 student <- backtoqueue(1) after 0
         2 student <- key epoch 5
         2 student <- counsellorcame(2) after 0
         3 student <- keyepoch
         3 student <- keyepoch
         3 student <- line 1",
    );
}

#[test]
fn a_colleague_has_the_room_only_once_they_can_read() {
    // W26
    check_keys(
        "0 student enters
         1 counsellor takes
         1 counsellor enters
         2 counsellor accepts keyless
         3 student enters 0
         4 student hands next
         5 counsellor enters",
        "0 student <- full
         0 student <- student's after 0
         1 student <- counsellorcame(1) after 0
         1 counsellor <- full
         1 counsellor <- counsellor's after 0
         2 student <- colleague asks for the key
         3 student <- delta
         3 student <- student's after 0
         3 student <- colleague asks for the key
         4 moved: handedover
         4 student <- key epoch 6
         4 student <- handedover(1) after 0
         4 student <- counsellorcame(2) after 0
         5 counsellor <- full
         5 counsellor <- counsellor's after 0
         5 counsellor <- key",
    );
}

#[test]
fn a_colleague_without_the_secret_after_fifteen_seconds_does_not_get_the_room() {
    // W26
    check_keys(
        "0 student enters
         1 counsellor takes
         2 counsellor accepts keyless
         20 student hands next",
        "0 student <- full
         0 student <- student's after 0
         1 student <- counsellorcame(1) after 0
         2 student <- colleague asks for the key
         17 not handed over",
    );
}

#[test]
fn a_room_that_is_given_back_is_handed_to_nobody() {
    // W26
    check_keys(
        "0 student enters
         1 counsellor takes
         2 counsellor accepts keyless
         3 counsellor returns
         4 student hands next",
        "0 student <- full
         0 student <- student's after 0
         1 student <- counsellorcame(1) after 0
         2 student <- colleague asks for the key
         3 moved: givenback
         3 not handed over
         3 student <- key epoch 4
         3 student <- backtoqueue(1) after 0",
    );
}

#[test]
fn a_counsellor_who_lost_the_keys_is_not_hurried() {
    let mut play = Play::of(
        "0 student enters
         1 counsellor takes
         2 student goes
         3 counsellor asks
         30 counsellor enters",
    );
    assert!(play.room.turn().is_some());
    assert_eq!(play.room.key_deadline(), None);
    play.event(&["student", "enters", "0"]);
    assert_eq!(play.heard.last().map(String::as_str), Some("30 student <- counsellor asks for the key"));
}

#[test]
fn a_later_take_without_the_secret_is_a_turn_and_the_key_epoch_never_goes_down() {
    // W25
    let mut play = Play::of(
        "0 student enters
         1 counsellor takes
         2 counsellor returns
         3 counsellor takes keyless",
    );
    assert_eq!(play.room.key_epoch(), 5);
    let before = play.heard.len();
    play.until(Time(18_001));
    let told = ["18 moved: nokey", "18 student <- key epoch 7", "18 student <- backtoqueue(2) after 0"];
    assert_eq!(play.heard[before..], told);
    assert_eq!((play.room.turn(), play.room.key_epoch()), (None, 7));
}

#[test]
fn a_page_that_hands_nothing_over_twice_in_a_row_is_passed_over_for_a_while() {
    // W6: whoever waits behind such pages must not wait for them, over and over.
    let beat = Input::Beat { role: Role::Student, level: Level::Room };
    let mut room = Room::wake(Time(0), RULES, Before::default());
    room.step(Time(0), Input::Entered { role: Role::Student, since: None });
    let taken = Input::Taken(Turn { account: ASHA, after: 0, reads_after: 0 });
    let mut now = 0;
    let mut rests = Vec::new();
    for _ in 0..6 {
        room.step(Time(now), taken);
        for _ in 0..4 {
            now += 4_000;
            room.step(Time(now), beat);
        }
        assert!(room.step(Time(now), Input::Tick).contains(&Effect::PutBack));
        room.step(Time(now), Input::PutBack);
        let since = now;
        while room.reach(Time(now)) == Reach::Reconnecting {
            now += 1_000;
            room.step(Time(now), beat);
        }
        rests.push((now - since) / 1_000);
    }
    assert_eq!(rests, [0, 60, 120, 240, 480, 480]);
}
