//! What the store says goes before what is remembered: answers that were lost, and writes that failed and yet happened.

use super::*;

#[test]
fn a_click_that_has_a_room_already_gets_that_one() {
    // W6: the first answer was lost on its way from the store; the click comes again and would get the next.
    let mut house = House::new(3);
    house.arrives(0xA, 1);
    house.arrives(0xB, 2);
    let claim = ClaimId(7);
    let take = |room| Effect::Take { account: ASHA, claim, room: RoomId(room) };
    let pressed = Input::Pressed { account: ASHA, claim };
    assert_eq!(house.queue.step(Time(0), pressed.clone()), [take(0xA)]);
    assert_eq!(house.queue.step(Time(0), Input::TakeFailed { account: ASHA, claim }), []);
    house.queue.step(Time(0), Input::Reach { room: RoomId(0xA), reach: Reach::Reconnecting });
    assert_eq!(house.queue.step(Time(0), pressed), [take(0xB)]);
    let confirmed = house.queue.step(Time(0), Input::TakeConfirmed { account: ASHA, claim, room: RoomId(0xA) });
    assert_eq!(answer(&confirmed), Got::Room(0xA));
    assert_eq!(house.queue.held_by(ASHA), [RoomId(0xA)]);
    assert_eq!(house.press(BEN), Got::Room(0xB), "it still waits");
}

#[test]
fn whose_a_room_is_the_store_knows_best() {
    // W6, W25: a take, and then a hand-over, that failed and yet happened.
    let mut house = House::new(3);
    house.arrives(0xA, 1);
    let held = |account| Input::Held { room: RoomId(0xA), account, claim: None };
    house.queue.step(Time(0), held(ASHA));
    assert_eq!((house.queue.waiting(), house.queue.holder(RoomId(0xA))), (0, Some(ASHA)));
    house.queue.step(Time(0), held(BEN));
    assert_eq!((house.queue.held_by(ASHA), house.queue.held_by(BEN)), (vec![], vec![RoomId(0xA)]));
    house.queue.step(Time(0), Input::Returned { room: RoomId(0xA), number: 1, arrived: Time(1) });
    assert_eq!((house.queue.waiting(), house.queue.holder(RoomId(0xA))), (1, None));
}
