//! Stories of a disk that fails: nobody is told what is not on it, and whoever asks again has it written again.

use super::*;

const FIRST: Slot = Slot { file: 0, index: 0 };
const SECOND: Slot = Slot { file: 0, index: 1 };

#[tokio::test]
async fn a_share_that_could_not_be_kept_was_not_given_and_its_slot_is_zeroed_first() {
    for fails in [Fails::Sync, Fails::Write(0), Fails::Write(40), Fails::Write(SLOT)] {
        let ground = Ground::new();
        let shares = ground.open(&[]).await;
        ground.fail(fails);
        assert!(matches!(shares.give(room(1)).await, Err(ShareError::Away)));
        assert!(shares.of(room(1)).is_none());
        let torn = ground.taken();
        ground.calls();

        let share = shares.give(room(2)).await.unwrap();
        assert_eq!(ground.calls(), [Call::Free(FIRST), Call::Fill(SECOND), Call::Sync(0)], "{fails:?}");
        assert!(torn.iter().all(|slot| ground.residue(&slot[..40]) == 0));
        assert!(shares.give(room(1)).await.is_ok() && shares.of(room(2)).unwrap() == share);
        assert_eq!(ground.calls(), [Call::Fill(FIRST), Call::Sync(0)], "it is free again");
    }
}

#[tokio::test]
async fn a_room_that_was_refused_its_share_is_wiped_only_once_its_slot_is() {
    let ground = Ground::new();
    let shares = ground.open(&[]).await;
    ground.fail(Fails::Sync);
    assert!(shares.give(room(1)).await.is_err());
    assert_eq!(ground.taken().len(), 1);
    ground.fail(Fails::Write(0));
    assert!(matches!(shares.wipe(room(1)).await, Err(ShareError::Away)), "its bytes may be on the disk");
    shares.wipe(room(1)).await.unwrap();
    assert_eq!(ground.taken().len(), 0);
}

#[tokio::test]
async fn a_share_that_could_not_be_wiped_is_still_there_and_is_wiped_again() {
    for fails in [Fails::Sync, Fails::Write(0), Fails::Write(40), Fails::Write(SLOT)] {
        let ground = Ground::new();
        let shares = ground.open(&[]).await;
        let share = shares.give(room(1)).await.unwrap();
        let slot = ground.taken().remove(0);
        ground.fail(fails);
        assert!(matches!(shares.wipe(room(1)).await, Err(ShareError::Away)));
        assert!(shares.of(room(1)).unwrap() == share);
        ground.calls();

        shares.wipe(room(1)).await.unwrap();
        assert_eq!(
            ground.calls(),
            [Call::Free(FIRST), Call::Sync(0)],
            "{fails:?}: also what the disk may have already"
        );
        assert!(shares.of(room(1)).is_none());
        assert_eq!(ground.residue(&slot), 0);
    }
}

#[tokio::test]
async fn a_share_whose_wiping_failed_is_written_again_before_it_is_given() {
    let ground = Ground::new();
    let shares = ground.open(&[]).await;
    let share = shares.give(room(1)).await.unwrap();
    let slot = ground.taken();
    ground.fail(Fails::Sync);
    assert!(shares.wipe(room(1)).await.is_err());
    assert!(ground.taken().is_empty(), "the zeros are there, and could come to stay");
    ground.calls();
    assert!(shares.give(room(1)).await.unwrap() == share);
    assert_eq!(ground.calls(), [Call::Fill(FIRST), Call::Sync(0)]);
    assert_eq!(ground.taken(), slot);
}

#[tokio::test]
async fn a_failure_is_everybodys_who_waited() {
    let ground = Ground::new();
    let shares = ground.open(&[]).await;
    shares.give(room(1)).await.unwrap();
    let barrier = ground.hold_sync();
    let mut alone = pin!(shares.give(room(2)));
    assert!(poll_immediate(&mut alone).await.is_none());
    barrier.wait();
    let mut together = pin!(join_all([3, 4].map(|number| shares.give(room(number)))));
    let mut wiped = pin!(shares.wipe(room(1)));
    assert!(poll_immediate(&mut together).await.is_none() && poll_immediate(&mut wiped).await.is_none());
    ground.fail(Fails::Write(SLOT));
    barrier.wait();
    assert!(alone.await.is_ok(), "its sync was done");
    assert!(together.await.iter().all(Result::is_err) && wiped.await.is_err());
    assert!([1, 2].iter().all(|number| shares.of(room(*number)).is_some()));
    assert!([3, 4].iter().all(|number| shares.of(room(*number)).is_none()));
}

#[tokio::test]
async fn a_file_that_cannot_be_made_is_no_share_and_is_made_later() {
    let ground = Ground::with(1);
    let shares = ground.open(&[]).await;
    shares.give(room(1)).await.unwrap();
    for in_the_way in [b"somebody's".as_slice(), &[0; HEADER + SLOT]] {
        fs::write(ground.file(2), in_the_way).unwrap();
        assert!(matches!(shares.give(room(2)).await, Err(ShareError::Away)));
        assert_eq!(fs::read(ground.file(2)).unwrap(), in_the_way, "it is left alone");
    }
    assert!(shares.give(room(1)).await.is_ok(), "others go on");
    fs::remove_file(ground.file(2)).unwrap();
    shares.give(room(2)).await.unwrap();
    assert_eq!(ground.taken().len(), 2);
}
