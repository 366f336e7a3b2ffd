//! What those who wait are told of how long it may take, when, and when nothing.

use super::*;

/// A queue that has seen enough: Asha answered ten students within 20 seconds each, and talked for half an hour.
fn experienced() -> (House, i64) {
    let mut house = House::new(1);
    house.available(0, &[ASHA]);
    let mut second = 0;
    for n in (1..=20).step_by(2) {
        house.arrives(n, second);
        takes(&mut house, n, second + 20);
        // The next one comes while they talk.
        house.arrives(n + 1, second + 900);
        house.queue.step(at(second + 1_820), Input::Ended { room: RoomId(n) });
        takes(&mut house, n + 1, second + 1_840);
        house.queue.step(at(second + 3_640), Input::Ended { room: RoomId(n + 1) });
        second += 7_200;
    }
    house.queue.step(at(second), Input::Heard { account: ASHA });
    (house, second)
}

fn takes(house: &mut House, room: u128, second: i64) {
    let (account, claim) = (ASHA, ClaimId(1_000 + room));
    house.queue.step(at(second), Input::Pressed { account, claim });
    house.queue.step(at(second), Input::TakeConfirmed { account, claim, room: RoomId(room) });
}

fn at(second: i64) -> Time {
    Time(second * 1_000)
}

fn told(effects: &[Effect], room: u128) -> Option<Place> {
    effects.iter().find_map(|effect| match effect {
        Effect::Place { room: of, place } if *of == RoomId(room) => Some(*place),
        _ => None,
    })
}

#[test]
fn nothing_is_foretold_before_anything_is_known() {
    // E1
    let mut house = House::new(1);
    house.available(0, &[ASHA]);
    let place = told(&house.arrives(0xA, 1), 0xA).expect("a place");
    assert_eq!((place.attended, place.wait), (true, None));
    assert_eq!(house.queue.deadline(), Some(Time(60_001)), "only for whoever may be away");
}

#[test]
fn a_newcomer_is_told_what_is_known_and_so_are_the_desks() {
    // E1, E3
    let (mut house, second) = experienced();
    let effects = house.queue.step(at(second), Input::Tick);
    assert_eq!(effects, [Effect::Numbers]);
    let wait = house.queue.wait_of_newcomer().expect("enough is known");
    assert!(wait.holds(Span::seconds(20)) && !wait.holds(Span::seconds(300)), "{wait:?}");
    let place = told(&house.arrives(0xA, second + 1), 0xA).expect("a place");
    assert_eq!(place.wait, Some(wait));
}

#[test]
fn a_step_never_computes_and_a_change_is_told_within_a_second() {
    // E3
    let (mut house, second) = experienced();
    house.queue.step(at(second), Input::Tick);
    house.arrives(0xA, second);
    let effects = house.arrives(0xB, second + 1);
    assert_eq!(told(&effects, 0xB).expect("a place").wait, None, "the second place was never computed");
    assert_eq!(house.queue.deadline(), Some(at(second + 1)));
    let early = house.queue.step(Time(second * 1_000 + 999), Input::Tick);
    assert_eq!(told(&early, 0xB), None);
    let effects = house.queue.step(at(second + 1), Input::Tick);
    assert!(told(&effects, 0xB).expect("a place").wait.is_some());
    assert_eq!(house.queue.deadline(), Some(at(second + 11)), "then time alone");
}

#[test]
fn with_nobody_available_no_time_is_told() {
    // E2: at once.
    let (mut house, second) = experienced();
    house.queue.step(at(second), Input::Tick);
    let place = told(&house.arrives(0xA, second), 0xA).expect("a place");
    assert!(place.wait.is_some());
    let effects = house.available(second, &[]);
    assert_eq!(told(&effects, 0xA), Some(Place { ahead: 0, attended: false, wait: None }));
    assert!(effects.contains(&Effect::Numbers));
    assert_eq!((house.queue.wait_of_newcomer(), house.queue.deadline()), (None, None));
    assert_eq!(told(&house.arrives(0xB, second + 5), 0xB).expect("a place").wait, None);
}

#[test]
fn whoever_moves_up_keeps_what_they_were_shown_until_it_is_computed() {
    // E3: the one before them was about to be taken.
    let (mut house, second) = experienced();
    house.arrives(0xA, second);
    house.arrives(0xB, second + 1);
    house.queue.step(at(second), Input::Heard { account: ASHA });
    let effects = house.queue.step(at(second + 1), Input::Tick);
    let shown = told(&effects, 0xB).expect("a place").wait;
    assert!(shown.is_some_and(|wait| Span::seconds(600) < wait.from), "{shown:?}");
    let (account, claim, room) = (ASHA, ClaimId(1), RoomId(0xA));
    house.queue.step(at(second + 20), Input::Pressed { account, claim });
    let effects = house.queue.step(at(second + 20), Input::TakeConfirmed { account, claim, room });
    assert_eq!(told(&effects, 0xB), Some(Place { ahead: 0, attended: true, wait: shown }));
}
