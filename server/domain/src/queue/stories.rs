//! The queue's stories. The numbers are those of RULES.md.

mod offers;
mod stored;
mod waits;

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
        Self { queue: Queue::new(Rules { limit, away: Span::seconds(60) }), clicks: 0 }
    }

    /// A student who is here.
    fn arrives(&mut self, room: u128, second: i64) -> Vec<Effect> {
        let arrived = Time(second * 1_000);
        // The store numbers rooms as they arrive.
        let effects = self.queue.step(arrived, Input::Arrived { room: RoomId(room), number: second, arrived });
        self.queue.step(arrived, Input::Reach { room: RoomId(room), reach: Reach::Present });
        effects
    }

    fn available(&mut self, second: i64, accounts: &[AccountId]) -> Vec<Effect> {
        let accounts = accounts.iter().copied().collect();
        self.queue.step(Time(second * 1_000), Input::Available { accounts })
    }

    fn press(&mut self, account: AccountId) -> Got {
        self.clicks += 1;
        self.press_again(account, ClaimId(self.clicks))
    }

    fn press_again(&mut self, account: AccountId, claim: ClaimId) -> Got {
        let effects = self.queue.step(Time(0), Input::Pressed { account, claim });
        if let [Effect::Take { room, .. }] = effects[..] {
            let confirmed = self.queue.step(Time(0), Input::TakeConfirmed { account, claim, room });
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
    house.queue.step(Time(0), Input::TakeConfirmed { account: ASHA, claim: ClaimId(50), room: RoomId(2) });
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
    house.queue.step(Time(0), Input::TakeConfirmed { account: ASHA, claim, room: RoomId(0xA) });
    assert_eq!(house.arrives(0xA, 1), []);
    assert_eq!(house.queue.waiting(), 0);
}

#[test]
fn whoever_cannot_be_reached_is_passed_over_and_keeps_the_place() {
    // W5, W6
    let mut house = House::new(9);
    for n in 1..=3 {
        house.arrives(n, n as i64);
    }
    let lost = Input::Reach { room: RoomId(1), reach: Reach::Reconnecting };
    assert_eq!(house.queue.step(Time(0), lost.clone()), [Effect::Numbers]);
    assert_eq!(house.queue.step(Time(0), lost), [], "nothing has changed");
    assert_eq!((house.queue.waiting(), house.queue.reconnecting()), (3, 1));
    assert_eq!(house.press(ASHA), Got::Room(2));
    house.queue.step(Time(0), Input::Reach { room: RoomId(1), reach: Reach::Present });
    assert_eq!(house.press(ASHA), Got::Room(1), "back in the place they had");

    house.queue.step(Time(0), Input::Reach { room: RoomId(3), reach: Reach::Reconnecting });
    assert_eq!(house.press_again(ASHA, ClaimId(90)), Got::Refused(Answer::NobodyHere));
    house.queue.step(Time(0), Input::Reach { room: RoomId(3), reach: Reach::Present });
    assert_eq!(house.press_again(ASHA, ClaimId(90)), Got::Refused(Answer::NobodyHere), "a click has one answer");
    assert_eq!(house.press(ASHA), Got::Room(3));
    assert_eq!(house.press(ASHA), Got::Refused(Answer::Nobody));
}

#[test]
fn a_room_whose_counsellor_went_waits_at_its_original_place() {
    // W25, W6
    let mut house = House::new(9);
    for n in 1..=3 {
        house.arrives(n, n as i64);
    }
    assert_eq!(house.press(ASHA), Got::Room(1));
    let returned = Input::Returned { room: RoomId(1), number: 1, arrived: Time(1_000) };
    let effects = house.queue.step(Time(90_000), returned);
    let place = |room, ahead| Effect::Place { room: RoomId(room), place: Place { ahead, attended: false, wait: None } };
    assert_eq!(effects, [place(1, 0), place(2, 1), place(3, 2), Effect::Numbers]);
    assert_eq!(house.queue.held_by(ASHA), []);
    assert_eq!(house.queue.longest(Time(90_000)), Span(89_000));
    house.queue.step(Time(90_000), Input::Reach { room: RoomId(1), reach: Reach::Present });
    assert_eq!(house.press(BEN), Got::Room(1));
    assert_eq!(house.press_again(ASHA, ClaimId(1)), Got::Refused(Answer::Student), "not a second student");
}

#[test]
fn with_nobody_available_nothing_is_made() {
    // W2, W3
    let mut house = House::new(3);
    assert!(!house.queue.is_open());
    assert_eq!(house.available(0, &[ASHA]), [Effect::Door]);
    assert!(house.queue.is_open());
}

#[test]
fn whoever_waits_learns_that_the_last_counsellor_went() {
    // W9: places are kept.
    let mut house = House::new(3);
    house.available(0, &[ASHA]);
    house.arrives(0xA, 1);
    let went = house.available(2, &[]);
    let place = Place { ahead: 0, attended: false, wait: None };
    assert_eq!(went, [Effect::Door, Effect::Place { room: RoomId(0xA), place }]);
    assert_eq!(house.press(BEN), Got::Room(0xA), "a counsellor who is not available may still take");
}

#[test]
fn a_counsellor_who_is_not_heard_for_more_than_60_s_is_switched_off() {
    // W9, U7: a laptop that was closed.
    let mut house = House::new(3);
    house.available(0, &[ASHA, BEN]);
    house.queue.step(Time(40_000), Input::Heard { account: BEN });
    assert_eq!(house.queue.deadline(), Some(Time(60_001)));
    assert_eq!(house.queue.step(Time(60_000), Input::Tick), []);
    let off = house.queue.step(Time(60_001), Input::Tick);
    assert_eq!(off, [Effect::SwitchOff { account: ASHA }, Effect::Door]);
    assert_eq!(house.queue.available(), &BTreeSet::from([BEN]));
    assert_eq!(house.available(61, &[BEN]), [], "as the machine had it");
}

#[test]
fn whoever_is_available_at_a_start_has_time_to_come_back() {
    // W9: the switch survives a restart, and nobody is away because the server was.
    let mut house = House::new(3);
    house.available(5_000, &[ASHA]);
    assert_eq!(house.queue.step(Time(5_060_000), Input::Tick), []);
    assert_eq!(house.queue.step(Time(5_060_001), Input::Tick).len(), 2);
}

#[test]
fn everyone_behind_a_room_that_left_moves_up() {
    // W5
    let mut house = House::new(3);
    for n in 1..=3 {
        house.arrives(n, n as i64);
    }
    let moved = house.queue.step(Time(0), Input::Ended { room: RoomId(2) });
    let place = Place { ahead: 1, attended: false, wait: None };
    assert_eq!(moved, [Effect::Place { room: RoomId(3), place }, Effect::Numbers]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    /// W5, W6, W8, W25, W26: whatever the order of clicks, answers of the store, losses, returns and hand-overs, no room
    /// has two counsellors, none is given before one that came earlier and could be had, nobody holds more than the
    /// limit, and whoever has heard every change knows the places and numbers of now.
    #[test]
    fn no_room_is_given_twice(script in proptest::collection::vec((0_u8..13, 0_u128..3), 1..80)) {
        let mut queue = Queue::new(Rules { limit: 2, away: Span::seconds(60) });
        queue.step(Time(0), Input::Available { accounts: (0..3).map(AccountId).collect() });
        let (mut next_room, mut next_claim) = (0, 0);
        let mut asked = Vec::new();
        let mut model = Model::default();
        for (kind, who) in script {
            let account = AccountId(who);
            let nth_of = |rooms: Vec<RoomId>| rooms.get(who as usize % rooms.len().max(1)).copied();
            let held = nth_of(model.holder.keys().copied().collect());
            let waits = nth_of(model.waiting.values().map(|(room, _)| *room).collect());
            let input = match (kind, held, waits) {
                (0 | 1, ..) => {
                    next_room += 1;
                    let room = RoomId(next_room as u128);
                    model.waiting.insert(next_room, (room, Reach::Reconnecting));
                    model.number.insert(room, next_room);
                    Input::Arrived { room, number: next_room, arrived: Time(next_room) }
                }
                (2 | 3, ..) => {
                    next_claim += 1;
                    Input::Pressed { account, claim: ClaimId(next_claim) }
                }
                (4, ..) if !asked.is_empty() => {
                    let (account, claim, room) = asked.remove(0);
                    prop_assert!(model.holder.insert(room, account).is_none(), "given twice");
                    model.waiting.remove(&model.number[&room]);
                    Input::TakeConfirmed { account, claim, room }
                }
                (5, ..) if !asked.is_empty() => {
                    let (account, claim, room) = asked.remove(0);
                    model.waiting.remove(&model.number[&room]);
                    Input::TakeLost { account, claim }
                }
                (6, _, Some(room)) => model.reach(room, Reach::Reconnecting),
                (7 | 8, _, Some(room)) => model.reach(room, Reach::Present),
                (9, Some(room), _) => {
                    let number = model.number[&room];
                    model.holder.remove(&room);
                    model.waiting.insert(number, (room, Reach::Reconnecting));
                    Input::Returned { room, number, arrived: Time(number) }
                }
                (10, Some(room), _) => Input::Offered { room, from: model.holder[&room], to: account },
                (11, Some(room), _) => Input::Accepted { room, by: account },
                (12, Some(room), _) => {
                    model.holder.remove(&room);
                    Input::Ended { room }
                }
                _ => continue,
            };
            let mut todo = VecDeque::from([input]);
            while let Some(input) = todo.pop_front() {
                for effect in queue.step(Time(0), input) {
                    match effect {
                        Effect::Take { account, claim, room } => {
                            let number = model.number[&room];
                            prop_assert_eq!(model.waiting.get(&number), Some(&(room, Reach::Present)));
                            let asks = |room: &RoomId| asked.iter().any(|(_, _, asked)| asked == room);
                            let earlier = model.waiting.range(..number).find(|(_, (room, reach))| {
                                *reach == Reach::Present && !asks(room)
                            });
                            prop_assert_eq!(earlier, None, "out of order");
                            prop_assert!(!asks(&room), "asked for twice");
                            asked.push((account, claim, room));
                        }
                        Effect::HandOver { room, to } => {
                            prop_assert!(model.holder.insert(room, to).is_some_and(|from| from != to));
                            todo.push_back(Input::HandedOver { room, to });
                        }
                        Effect::Place { room, place } => drop(model.told.insert(room, place.ahead)),
                        Effect::Numbers => model.numbers = (queue.waiting(), queue.reconnecting()),
                        _ => {}
                    }
                }
            }
            for account in (0..3).map(AccountId) {
                prop_assert!(queue.held_by(account).len() <= 2);
            }
            prop_assert_eq!(model.numbers, (queue.waiting(), queue.reconnecting()));
            for (ahead, (room, _)) in (0..).zip(model.waiting.values()) {
                prop_assert_eq!(model.told.get(room), Some(&ahead), "a place that was not told");
            }
        }
    }
}

/// What the queue ought to know, kept the plain way, and what was told of it.
#[derive(Default)]
struct Model {
    waiting: BTreeMap<i64, (RoomId, Reach)>,
    number: HashMap<RoomId, i64>,
    holder: BTreeMap<RoomId, AccountId>,
    told: HashMap<RoomId, u32>,
    numbers: (usize, usize),
}

impl Model {
    fn reach(&mut self, room: RoomId, reach: Reach) -> Input {
        self.waiting.insert(self.number[&room], (room, reach));
        Input::Reach { room, reach }
    }
}
