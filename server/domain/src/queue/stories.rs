//! The queue's stories. The numbers are those of RULES.md.

use proptest::prelude::*;

use super::*;

const ASHA: AccountId = AccountId(1);
const BEN: AccountId = AccountId(2);

/// A queue whose store confirms at once.
struct House {
    queue: Queue,
    clicks: u128,
}

#[derive(PartialEq, Eq, Debug)]
enum Got {
    Room(u128),
    Refused(Answer),
}

impl House {
    fn new(limit: usize) -> Self {
        Self { queue: Queue::new(limit), clicks: 0 }
    }

    fn arrives(&mut self, room: u128, second: i64) -> Vec<Effect> {
        let arrived = Time(second * 1_000);
        // The store numbers rooms as they arrive.
        self.queue.step(arrived, Input::Arrived { room: RoomId(room), number: second, arrived })
    }

    fn press(&mut self, account: AccountId) -> Got {
        self.clicks += 1;
        self.press_again(account, ClaimId(self.clicks))
    }

    fn press_again(&mut self, account: AccountId, claim: ClaimId) -> Got {
        let effects = self.queue.step(Time(0), Input::Pressed { account, claim });
        if let [Effect::Take { .. }] = effects[..] {
            let confirmed = self.queue.step(Time(0), Input::TakeConfirmed { account, claim });
            return answer(&confirmed);
        }
        answer(&effects)
    }
}

fn answer(effects: &[Effect]) -> Got {
    effects
        .iter()
        .find_map(|effect| match effect {
            Effect::Yours { room, .. } => Some(Got::Room(room.0)),
            Effect::Again { answer, .. } | Effect::Remember { answer, .. } => Some(Got::Refused(*answer)),
            _ => None,
        })
        .expect("every click is answered")
}

#[test]
fn whoever_came_first_is_taken_first() {
    // W6, W7, W5, W-T5: rooms A arrive@10, B@20, C@5
    let mut house = House::new(9);
    house.arrives(0xA, 10);
    house.arrives(0xB, 20);
    house.arrives(0xC, 5);
    assert_eq!(house.queue.longest(Time(30_000)), Span(25_000));
    let mut counts = vec![house.queue.waiting()];
    for room in [0xC, 0xA, 0xB] {
        assert_eq!(house.press(ASHA), Got::Room(room));
        counts.push(house.queue.waiting());
    }
    assert_eq!(counts, [3, 2, 1, 0]);
    assert_eq!(house.press(ASHA), Got::Refused(Answer::Nobody));
}

#[test]
fn two_clicks_at_once_never_get_the_same_room() {
    // W6, W-T6: both clicks are there before the store has answered either.
    let mut house = House::new(3);
    house.arrives(0xA, 1);
    let (first, second) = (ClaimId(1), ClaimId(2));
    let asked = house.queue.step(Time(0), Input::Pressed { account: ASHA, claim: first });
    assert_eq!(asked, [Effect::Take { account: ASHA, claim: first, room: RoomId(0xA) }]);
    let loser = house.queue.step(Time(0), Input::Pressed { account: BEN, claim: second });
    assert_eq!(answer(&loser), Got::Refused(Answer::Nobody));

    let mut house = House::new(3);
    house.arrives(0xA, 1);
    house.arrives(0xB, 2);
    house.queue.step(Time(0), Input::Pressed { account: ASHA, claim: first });
    let next = house.queue.step(Time(0), Input::Pressed { account: BEN, claim: second });
    assert_eq!(next, [Effect::Take { account: BEN, claim: second, room: RoomId(0xB) }]);
}

#[test]
fn a_room_that_the_store_no_longer_has_is_passed_over() {
    // W6: it was closed in the same instant.
    let mut house = House::new(3);
    house.arrives(0xA, 1);
    house.arrives(0xB, 2);
    let claim = ClaimId(1);
    house.queue.step(Time(0), Input::Pressed { account: ASHA, claim });
    let lost = house.queue.step(Time(0), Input::TakeLost { account: ASHA, claim });
    assert!(lost.contains(&Effect::Take { account: ASHA, claim, room: RoomId(0xB) }));
    assert_eq!(house.queue.waiting(), 1);
}

#[test]
fn a_click_whose_question_failed_takes_nobody() {
    let mut house = House::new(1);
    house.arrives(0xA, 1);
    let claim = ClaimId(1);
    house.queue.step(Time(0), Input::Pressed { account: ASHA, claim });
    assert_eq!(house.queue.step(Time(0), Input::TakeFailed { account: ASHA, claim }), []);
    assert_eq!(house.press_again(ASHA, claim), Got::Room(0xA));
}

#[test]
fn a_click_whose_answer_was_lost_gets_the_same_answer() {
    // W6
    let mut house = House::new(3);
    house.arrives(0xA, 1);
    house.arrives(0xB, 2);
    assert_eq!(house.press_again(ASHA, ClaimId(7)), Got::Room(0xA));
    assert_eq!(house.press_again(ASHA, ClaimId(7)), Got::Room(0xA));
    assert_eq!(house.press_again(BEN, ClaimId(7)), Got::Room(0xB), "a click belongs to its account");
    house.queue.step(Time(0), Input::Ended { room: RoomId(0xA) });
    assert_eq!(house.press_again(ASHA, ClaimId(7)), Got::Refused(Answer::Student), "not a second student");

    assert_eq!(house.press_again(ASHA, ClaimId(8)), Got::Refused(Answer::Nobody));
    house.arrives(0xC, 3);
    assert_eq!(house.press_again(ASHA, ClaimId(8)), Got::Refused(Answer::Nobody));
    let later = Time(CLAIMS_KEPT.0 + 1);
    let forgotten = house.queue.step(later, Input::Pressed { account: ASHA, claim: ClaimId(8) });
    assert_eq!(forgotten, [Effect::Take { account: ASHA, claim: ClaimId(8), room: RoomId(0xC) }]);
}

#[test]
fn nobody_holds_more_than_the_limit() {
    // W8: a question on its way to the store counts as well.
    let mut house = House::new(2);
    for n in 1..=4 {
        house.arrives(n, n as i64);
    }
    assert_eq!(house.press(ASHA), Got::Room(1));
    house.queue.step(Time(0), Input::Pressed { account: ASHA, claim: ClaimId(50) });
    assert_eq!(house.press(ASHA), Got::Refused(Answer::Limit));
    house.queue.step(Time(0), Input::TakeConfirmed { account: ASHA, claim: ClaimId(50) });
    assert_eq!(house.press(ASHA), Got::Refused(Answer::Limit));
    house.queue.step(Time(0), Input::Ended { room: RoomId(1) });
    assert_eq!(house.press(ASHA), Got::Room(3));
    assert_eq!(house.queue.held_by(ASHA), [RoomId(2), RoomId(3)]);
}

#[test]
fn a_room_that_is_reported_twice_waits_once() {
    // W5, W6: also while it is being taken, and after.
    let mut house = House::new(3);
    house.arrives(0xA, 1);
    let claim = ClaimId(1);
    house.queue.step(Time(0), Input::Pressed { account: ASHA, claim });
    house.arrives(0xA, 1);
    assert_eq!(house.press(BEN), Got::Refused(Answer::Nobody));
    house.queue.step(Time(0), Input::TakeConfirmed { account: ASHA, claim });
    assert_eq!(house.arrives(0xA, 1), []);
    assert_eq!(house.queue.waiting(), 0);
}

#[test]
fn with_nobody_available_nothing_is_made() {
    // W2, W3
    let mut house = House::new(3);
    assert!(!house.queue.is_open());
    let effects = house.queue.step(Time(0), Input::Available { accounts: BTreeSet::from([ASHA]) });
    assert_eq!(effects, [Effect::Door]);
    assert!(house.queue.is_open());
}

#[test]
fn whoever_waits_learns_that_the_last_counsellor_went() {
    // W9: places are kept.
    let mut house = House::new(3);
    house.queue.step(Time(0), Input::Available { accounts: BTreeSet::from([ASHA]) });
    house.arrives(0xA, 1);
    let went = house.queue.step(Time(0), Input::Available { accounts: BTreeSet::new() });
    let place = Place { ahead: 0, attended: false };
    assert_eq!(went, [Effect::Door, Effect::Place { room: RoomId(0xA), place }]);
    assert_eq!(house.press(BEN), Got::Room(0xA), "a counsellor who is not available may still take");
}

#[test]
fn everyone_behind_a_room_that_left_moves_up() {
    // W5
    let mut house = House::new(3);
    for n in 1..=3 {
        house.arrives(n, n as i64);
    }
    let moved = house.queue.step(Time(0), Input::Ended { room: RoomId(2) });
    let place = Place { ahead: 1, attended: false };
    assert_eq!(moved, [Effect::Place { room: RoomId(3), place }, Effect::Numbers]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    /// W6: whatever the order of clicks, confirmations, losses and arrivals, no room is given twice, none is given
    /// before one that came earlier and could be had, and nobody holds more than the limit.
    #[test]
    fn no_room_is_given_twice(script in proptest::collection::vec((0_u8..6, 0_u128..3), 1..80)) {
        let mut queue = Queue::new(2);
        let (mut next_room, mut next_claim) = (0, 0);
        let mut asked = Vec::new();
        let mut given = BTreeSet::new();
        for (kind, who) in script {
            let account = AccountId(who);
            let effects = match kind {
                0 | 1 => {
                    next_room += 1;
                    let room = RoomId(next_room as u128);
                    queue.step(Time(0), Input::Arrived { room, number: next_room, arrived: Time(next_room) })
                }
                2 | 3 => {
                    next_claim += 1;
                    queue.step(Time(0), Input::Pressed { account, claim: ClaimId(next_claim) })
                }
                4 if !asked.is_empty() => {
                    let (account, claim) = asked.remove(0);
                    queue.step(Time(0), Input::TakeConfirmed { account, claim })
                }
                5 if !asked.is_empty() => {
                    let (account, claim) = asked.remove(0);
                    queue.step(Time(0), Input::TakeLost { account, claim })
                }
                _ => vec![],
            };
            for effect in effects {
                match effect {
                    Effect::Take { account, claim, room } => {
                        prop_assert!(given.insert(room), "asked for twice");
                        prop_assert_eq!(room.0, given.len() as u128, "out of order");
                        asked.push((account, claim));
                    }
                    Effect::Yours { account, .. } => prop_assert!(queue.held_by(account).len() <= 2),
                    _ => {}
                }
            }
        }
    }
}
