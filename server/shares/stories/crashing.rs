//! Stories of a server that ends in the middle of a write, and a script of everything at once against a model.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;

#[tokio::test]
async fn a_share_half_written_was_never_given() {
    for reaches in 0..=SLOT {
        let ground = Ground::new();
        let shares = ground.open(&[]).await;
        ground.fail(Fails::Write(reaches));
        assert!(shares.give(room(1)).await.is_err());
        shares.close().await;
        let Opened { shares, unfinished } = ground.opens(&[room(1)], Missing::Refuse).await.unwrap();
        // All of it may have been written, and then nobody has heard of it; that does no harm.
        let whole = reaches == SLOT;
        assert_eq!(unfinished.is_empty(), whole, "{reaches} bytes");
        assert_eq!((shares.of(room(1)).is_some(), ground.taken().len()), (whole, usize::from(whole)));
        shares.close().await;
        ground.opens(&[], Missing::Refuse).await.unwrap();
        assert_eq!(ground.taken().len(), 0, "a room that was not made leaves nothing");
    }
}

#[tokio::test]
async fn a_slot_half_zeroed_is_a_closing_to_be_finished() {
    for reaches in 0..=SLOT {
        let ground = Ground::new();
        let shares = ground.open(&[]).await;
        let share = shares.give(room(1)).await.unwrap();
        shares.give(room(2)).await.unwrap();
        let slot = ground.taken().remove(0);
        ground.fail(Fails::Write(reaches));
        assert!(shares.wipe(room(1)).await.is_err());
        shares.close().await;
        let Opened { shares, unfinished } = ground.opens(&[room(1), room(2)], Missing::Refuse).await.unwrap();
        match reaches {
            0 => assert!(unfinished.is_empty() && shares.of(room(1)).unwrap() == share),
            _ => assert!(unfinished == [room(1)] && ground.residue(&slot) == 0, "{reaches} bytes"),
        }
        assert!(shares.of(room(2)).is_some());
    }
}

#[tokio::test]
async fn any_flipped_bit_takes_the_slot_from_its_room() {
    let ground = Ground::new();
    let shares = ground.open(&[]).await;
    shares.give(room(1)).await.unwrap();
    shares.close().await;
    let file = fs::read(ground.file(1)).unwrap();
    for byte in 0..SLOT {
        let mut flipped = file.clone();
        flipped[HEADER + byte] ^= 0x10;
        fs::write(ground.file(1), flipped).unwrap();
        let Opened { shares, unfinished } = ground.opens(&[room(1)], Missing::Refuse).await.unwrap();
        assert_eq!(unfinished, [room(1)], "byte {byte}");
        assert!(ground.taken().is_empty());
        shares.close().await;
    }
}

#[tokio::test]
async fn of_two_slots_for_a_room_one_is_zeroed() {
    let ground = Ground::new();
    let shares = ground.open(&[]).await;
    let share = shares.give(room(1)).await.unwrap();
    shares.close().await;
    let mut file = fs::read(ground.file(1)).unwrap();
    let other = ground.layout.write(room(1), &Share::random().unwrap());
    file[HEADER + 2 * SLOT..HEADER + 3 * SLOT].copy_from_slice(&*other);
    fs::write(ground.file(1), file).unwrap();
    let shares = ground.open(&[room(1)]).await;
    assert!(shares.of(room(1)).unwrap() == share);
    assert_eq!((ground.taken().len(), ground.residue(&other[16..])), (1, 0));
}

#[derive(Clone, Debug)]
enum Event {
    Give(u64),
    Wipe(u64),
    Fail(Fails),
    /// With a database that knows the rooms whose share was given, and perhaps the others that asked.
    Restart {
        knows_the_untold: bool,
    },
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        5 => (0..7_u64).prop_map(Event::Give),
        3 => (0..7_u64).prop_map(Event::Wipe),
        2 => prop_oneof![Just(Fails::Sync), (0..=SLOT).prop_map(Fails::Write)].prop_map(Event::Fail),
        1 => any::<bool>().prop_map(|knows_the_untold| Event::Restart { knows_the_untold }),
    ]
}

/// What a room's page would believe.
#[derive(Clone)]
enum Believed {
    Given(Share),
    /// Giving failed.
    Untold,
    /// Wiping failed.
    Closing(Share),
}

type Model = BTreeMap<u64, Believed>;

async fn play(script: &[Event]) {
    let ground = Ground::new();
    let (mut shares, mut model) = (ground.open(&[]).await, Model::new());
    for event in script {
        match event.clone() {
            Event::Give(number) => give(&shares, &mut model, number).await,
            Event::Wipe(number) => wipe(&ground, &shares, &mut model, number).await,
            Event::Fail(fails) => ground.fail(fails),
            Event::Restart { knows_the_untold } => {
                shares.close().await;
                ground.watch.lock().unwrap().fails = None;
                shares = restart(&ground, &mut model, knows_the_untold).await;
            }
        }
        agree(&shares, &model);
    }
}

async fn give(shares: &Shares, model: &mut Model, number: u64) {
    match (shares.give(room(number)).await, model.get(&number).cloned()) {
        (Ok(share), Some(Believed::Given(old) | Believed::Closing(old))) => {
            assert!(share == old, "room {number} has another share");
            model.insert(number, Believed::Given(share));
        }
        (Ok(share), _) => drop(model.insert(number, Believed::Given(share))),
        (Err(_), None) => drop(model.insert(number, Believed::Untold)),
        (Err(_), Some(_)) => {}
    }
}

async fn wipe(ground: &Ground, shares: &Shares, model: &mut Model, number: u64) {
    match (shares.wipe(room(number)).await, model.get(&number).cloned()) {
        (Ok(()), believed) => {
            if let Some(Believed::Given(share) | Believed::Closing(share)) = believed {
                assert_eq!(ground.residue(share.bytes()), 0, "room {number}");
            }
            assert_eq!(ground.residue(&room(number).0.to_be_bytes()), 0, "room {number}");
            model.remove(&number);
        }
        (Err(_), Some(Believed::Given(share))) => drop(model.insert(number, Believed::Closing(share))),
        (Err(_), _) => {}
    }
}

async fn restart(ground: &Ground, model: &mut Model, knows_the_untold: bool) -> Shares {
    let never = room(99);
    let known = model.iter().filter(|(_, believed)| knows_the_untold || !matches!(believed, Believed::Untold));
    let rooms: Vec<_> = known.map(|(number, _)| room(*number)).chain([never]).collect();
    let Opened { shares, unfinished } = ground.opens(&rooms, Missing::Refuse).await.unwrap();
    assert!(unfinished.contains(&never));
    model.retain(|number, believed| match (believed.clone(), shares.of(room(*number))) {
        (Believed::Given(share), found) => found.is_some_and(|found| found == share) || panic!("room {number} is lost"),
        (Believed::Closing(share), Some(found)) => {
            assert!(found == share);
            *believed = Believed::Given(found);
            true
        }
        (Believed::Untold, Some(found)) => {
            assert!(knows_the_untold);
            *believed = Believed::Given(found);
            true
        }
        (_, None) => {
            assert_eq!(unfinished.contains(&room(*number)), rooms.contains(&room(*number)));
            false
        }
    });
    assert_eq!(unfinished.len() + model.len(), rooms.len());
    assert_eq!(ground.taken().len(), model.len(), "every slot that is not free is a room's");
    shares
}

fn agree(shares: &Shares, model: &Model) {
    for number in 0..7 {
        match (model.get(&number), shares.of(room(number))) {
            (Some(Believed::Given(share) | Believed::Closing(share)), Some(found)) if *share == found => {}
            (None | Some(Believed::Untold), None) => {}
            _ => panic!("room {number} is not what it was said to be"),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    /// proptest says the script that failed, and its seed.
    #[test]
    fn whatever_happens_a_share_is_there_until_it_is_wiped_and_then_nowhere(
        script in proptest::collection::vec(event(), 1..40),
    ) {
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(play(&script));
    }
}
