//! What sealing asks of a store: turns that never began, lines recalled, counsellors' own keys, and whose store it is.
//!
//! Stories of the contract; envelopes are opaque here as they are there.

use quietline::{private::SealedText, protocol::Fixed, store::Appended};
use quietline_domain::{Role, RoomId, Time};

use super::stored::{counsellor, line, new_room, open, room, say, stores, take};

#[tokio::test]
async fn a_room_that_is_put_back_waits_as_if_it_had_not_been_taken() {
    // W25
    for (store, _) in stores().await {
        let store = &*store;
        let (asha, ben) = (counsellor(store, 1).await, counsellor(store, 2).await);
        open(store, new_room(1)).await;
        say(store, 1, 1, Role::Student).await;
        take(store, 1, asha, 1, 20).await.expect("is taken");
        assert!(!store.put_back(RoomId(1), ben, Time(30)).await.expect("answers"), "not theirs");
        assert!(store.put_back(RoomId(1), asha, Time(30)).await.expect("answers"));
        assert!(!store.put_back(RoomId(1), asha, Time(40)).await.expect("answers"), "not theirs any more");
        let waits = room(store, 1).await;
        assert!(waits.counsellor.is_none() && waits.past.is_empty());
        assert_eq!((waits.queue_no, waits.active), (1, Time(30)));
        // Whoever comes next is the first, and reads everything.
        assert_eq!(take(store, 1, ben, 2, 50).await.expect("is taken").reads_after, 0);
    }
}

#[tokio::test]
async fn a_line_is_recalled_as_it_would_be_saved_again() {
    for (store, _) in stores().await {
        let store = &*store;
        open(store, new_room(1)).await;
        store.append(line(1, 7, Role::Student, "hi")).await.expect("saves");
        let recalled = async |line| store.recall(line).await.expect("answers");
        assert_eq!(recalled(line(1, 7, Role::Student, "hi")).await, Appended::Again { seq: 1, at: Time(5) });
        assert_eq!(recalled(line(1, 7, Role::Student, "ho")).await, Appended::CidTaken);
        assert_eq!(recalled(line(1, 7, Role::Counsellor, "hi")).await, Appended::CidTaken);
        assert_eq!(recalled(line(1, 8, Role::Student, "hi")).await, Appended::NoRoom);
        assert_eq!(store.lines(RoomId(1), 0).await.expect("reads").len(), 1, "nothing is saved by it");
    }
}

#[tokio::test]
async fn a_counsellors_key_is_kept_until_another_is() {
    for (store, _) in stores().await {
        let store = &*store;
        let (asha, ben) = (counsellor(store, 1).await, counsellor(store, 2).await);
        let known = async |account| {
            let identity = store.identity(account).await.expect("reads");
            (identity.public, identity.sealed.map(|sealed| sealed.expose().to_owned()))
        };
        assert!(known(asha).await == (None, None));
        for (n, sealed) in [(1, "one"), (2, "other")] {
            let kept = SealedText::new(sealed.to_owned());
            store.keep_identity(asha, Fixed::new([n; 65]), kept, Time(0)).await.expect("keeps");
            assert!(known(asha).await == (Some(Fixed::new([n; 65])), Some(sealed.to_owned())));
        }
        assert!(known(ben).await == (None, None));
    }
}

#[tokio::test]
async fn every_database_has_an_installation_of_its_own_and_keeps_it() {
    let mut seen = Vec::new();
    for (store, database) in stores().await {
        let installation = store.installation().await.expect("answers");
        assert_eq!(store.installation().await.expect("answers"), installation);
        store.close().await;
        drop(store);
        assert_eq!(database.open().await.installation().await.expect("answers"), installation, "after a restart");
        assert!(!seen.contains(&installation));
        seen.push(installation);
    }
}
