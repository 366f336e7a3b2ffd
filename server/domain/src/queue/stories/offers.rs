//! One counsellor asks another to take over: who is asked, and every way it may end.

use super::*;

const ROOM: RoomId = RoomId(0xA);

/// Asha holds a room; Asha and Ben are available.
fn asha_holds() -> House {
    let mut house = House::new(2);
    house.available(0, &[ASHA, BEN]);
    house.arrives(ROOM.0, 1);
    assert_eq!(house.press(ASHA), Got::Room(ROOM.0));
    house
}

fn offered() -> House {
    let mut house = asha_holds();
    let offer = Input::Offered { room: ROOM, from: ASHA, to: BEN };
    assert_eq!(house.queue.step(Time(0), offer), [Effect::Offer { room: ROOM, from: ASHA, to: BEN }]);
    assert_eq!(house.queue.offers_to(BEN, Time(1_000)), [(ROOM, ASHA, Span::seconds(59))]);
    house
}

fn over(end: OfferEnd) -> Effect {
    Effect::OfferOver { room: ROOM, to: BEN, end }
}

#[test]
fn a_colleague_who_accepts_has_the_room() {
    // W26, W8: until it has changed hands, the first counsellor keeps it.
    let mut house = offered();
    let accepted = Input::Accepted { room: ROOM, by: BEN };
    assert_eq!(house.queue.step(Time(0), accepted.clone()), [Effect::HandOver { room: ROOM, to: BEN }]);
    assert_eq!(house.queue.step(Time(0), accepted), [], "pressed twice");
    assert_eq!(house.queue.held_by(ASHA), [ROOM]);
    let handed_over = Input::HandedOver { room: ROOM, to: BEN };
    assert_eq!(house.queue.step(Time(0), handed_over), [over(OfferEnd::HandedOver)]);
    assert_eq!((house.queue.held_by(ASHA), house.queue.held_by(BEN)), (vec![], vec![ROOM]));
}

#[test]
fn not_now_and_no_answer_within_60_s_leave_the_room_where_it_was() {
    // W26
    let mut house = offered();
    assert_eq!(house.queue.step(Time(0), Input::Declined { room: ROOM, by: BEN }), [over(OfferEnd::Stays)]);
    assert_eq!(house.queue.held_by(ASHA), [ROOM]);

    let mut house = offered();
    house.queue.step(Time(30_000), Input::Heard { account: BEN });
    house.queue.step(Time(30_000), Input::Heard { account: ASHA });
    assert_eq!(house.queue.deadline(), Some(Time(60_001)));
    assert_eq!(house.queue.step(Time(60_000), Input::Tick), []);
    assert_eq!(house.queue.step(Time(60_001), Input::Tick), [over(OfferEnd::Stays)]);
    let late = house.queue.step(Time(60_002), Input::Accepted { room: ROOM, by: BEN });
    assert_eq!(late, [Effect::NotAccepted { room: ROOM, by: BEN, why: NotAccepted::Over }]);
}

#[test]
fn a_colleague_or_a_room_that_goes_takes_the_offer_along() {
    // W26: the colleague vanishes, the student closes, the counsellor vanishes.
    let mut house = offered();
    assert_eq!(house.available(1, &[ASHA]), [Effect::Door, over(OfferEnd::Stays)]);
    let mut house = offered();
    assert_eq!(house.queue.step(Time(0), Input::Ended { room: ROOM }), [over(OfferEnd::RoomGone)]);
    let mut house = offered();
    let returned = Input::Returned { room: ROOM, number: 1, arrived: Time(1_000) };
    assert_eq!(house.queue.step(Time(0), returned)[0], over(OfferEnd::RoomGone));
}

#[test]
fn a_room_that_went_in_the_same_instant_is_not_handed_over() {
    // W26
    let mut house = offered();
    house.queue.step(Time(0), Input::Accepted { room: ROOM, by: BEN });
    let not_handed = house.queue.step(Time(0), Input::NotHandedOver { room: ROOM, to: BEN });
    let not_accepted = Effect::NotAccepted { room: ROOM, by: BEN, why: NotAccepted::Over };
    assert_eq!(not_handed, [over(OfferEnd::Stays), not_accepted]);
}

#[test]
fn a_room_that_does_not_answer_may_be_offered_again() {
    // W26: its actor fell with the question.
    let mut house = offered();
    house.queue.step(Time(50_000), Input::Accepted { room: ROOM, by: BEN });
    house.queue.step(Time(100_000), Input::Heard { account: BEN });
    house.queue.step(Time(100_000), Input::Heard { account: ASHA });
    assert_eq!(house.queue.step(Time(110_000), Input::Tick), []);
    assert_eq!(house.queue.step(Time(110_001), Input::Tick), [over(OfferEnd::Stays)]);
}

#[test]
fn only_an_available_colleague_is_asked_and_only_by_who_holds_the_room() {
    // W26, W16: oneself, someone unavailable, a room one does not hold, a second offer.
    let refused = |from, holds| [Effect::OfferRefused { room: ROOM, from, holds }];
    let mut house = asha_holds();
    let mut offer = |room, from, to| house.queue.step(Time(0), Input::Offered { room, from, to });
    assert_eq!(offer(ROOM, ASHA, ASHA), refused(ASHA, Holds::Yes));
    assert_eq!(offer(ROOM, ASHA, AccountId(9)), refused(ASHA, Holds::Yes));
    assert_eq!(offer(ROOM, BEN, ASHA), refused(BEN, Holds::No));
    assert_eq!(offer(ROOM, ASHA, BEN).len(), 1);
    assert_eq!(offer(ROOM, ASHA, BEN), refused(ASHA, Holds::Yes));
}

#[test]
fn a_colleague_at_their_limit_is_told_and_may_still_make_room() {
    // W8, W26
    let mut house = offered();
    for n in 2..=3 {
        house.arrives(n, n as i64);
        house.press(BEN);
    }
    let accepted = Input::Accepted { room: ROOM, by: BEN };
    let full = Effect::NotAccepted { room: ROOM, by: BEN, why: NotAccepted::Limit };
    assert_eq!(house.queue.step(Time(0), accepted.clone()), [full]);
    house.queue.step(Time(0), Input::Ended { room: RoomId(2) });
    assert_eq!(house.queue.step(Time(0), accepted), [Effect::HandOver { room: ROOM, to: BEN }]);
}

#[test]
fn a_room_on_its_way_to_a_colleague_counts_towards_their_limit() {
    // W8
    let mut house = offered();
    house.queue.step(Time(0), Input::Accepted { room: ROOM, by: BEN });
    for n in 2..=3 {
        house.arrives(n, n as i64);
    }
    assert_eq!(house.press(BEN), Got::Room(2));
    assert_eq!(house.press(BEN), Got::Refused(Answer::Limit));
}
