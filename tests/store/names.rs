//! Whose a nickname is, and who gives way when a registered person takes it.
//!
//! Stories of the contract; two nicknames are the same here when a story gives them the same form.

use quietline::{
    private::{Forms, Nickname},
    store::{NewRoom, Opening, Sharing, Store},
};
use quietline_domain::RoomId;

use super::stored::{counsellor, forms, new_account, new_room, open, stores};

fn named(n: u128, nickname: &str, forms: Forms) -> NewRoom {
    NewRoom { nickname: Nickname::parse(nickname).expect("fits"), forms, ..new_room(n) }
}

async fn is_refused(store: &dyn Store, new: NewRoom) -> bool {
    matches!(store.open_room(new).await.expect("answers"), Opening::NicknameTaken)
}

#[tokio::test]
async fn a_nickname_like_a_registered_one_in_either_form_opens_nothing() {
    // U3, U4, U-T2
    for (store, _) in stores().await {
        let store = &*store;
        counsellor(store, 1).await;
        let first = named(1, "moss", forms("moss", "moss"));
        let key = first.key;
        open(store, first).await;
        for alike in [forms("Asha1", "other"), forms("other", "Asha1")] {
            assert!(is_refused(store, named(2, "aSHA1", alike)).await);
            // Whoever has a room is led back to it, whatever they ask to be called (W4).
            assert_eq!(open(store, NewRoom { key, ..named(2, "aSHA1", alike) }).await.room, RoomId(1));
        }
        assert_eq!(store.rooms().await.expect("reads").len(), 1);
        assert_eq!(open(store, named(2, "fern", forms("fern", "fern"))).await.queue_no, 2, "no number was given away");
    }
}

#[tokio::test]
async fn visitors_share_a_nickname_only_where_that_is_allowed() {
    // U5
    for (store, _) in stores().await {
        let store = &*store;
        open(store, new_room(1)).await;
        open(store, new_room(2)).await;
        let alone = |n, forms| NewRoom { shared: Sharing::Refused, ..named(n, "m0ss", forms) };
        assert!(is_refused(store, alone(3, forms("m0ss", "moss"))).await);
        assert!(!is_refused(store, alone(3, forms("fern", "fern"))).await);
    }
}

#[tokio::test]
async fn a_registered_person_takes_a_nickname_and_visitors_who_had_it_are_renamed() {
    // U4, U1
    for (store, _) in stores().await {
        let store = &*store;
        for (n, nickname, alike) in [
            (1, "asha1", forms("Asha1", "asha1")),
            (2, "\u{410}sha1", forms("\u{410}sha1", "Asha1")),
            (3, "moss", forms("moss", "moss")),
        ] {
            open(store, named(n, nickname, alike)).await;
        }
        let revision = store.staff_revision().await.expect("reads");
        let asha = counsellor(store, 1).await;
        assert_ne!(store.staff_revision().await.expect("reads"), revision);
        let names = store.nicknames().await.expect("reads");
        let names: Vec<_> = names.iter().map(|(room, nickname)| (room.0, nickname.expose())).collect();
        assert_eq!(names, [(1, "guest_asha1"), (2, "guest_\u{410}sha1"), (3, "moss")]);
        assert_eq!(store.account(asha).await.expect("reads").expect("is there").nickname.expose(), "Asha1");

        // Nobody else can have its login, nor its nickname in either form, and who asks renames nobody.
        let mut same_login = new_account(1);
        same_login.forms = forms("moss", "moss");
        let (mut folded, mut skeleton) = (new_account(2), new_account(3));
        folded.forms = forms("Asha1", "moss");
        skeleton.forms = forms("moss", "Asha1");
        for taken in [same_login, folded, skeleton] {
            assert!(store.add_account(taken).await.expect("answers").is_none());
        }
        assert_eq!(store.nicknames().await.expect("reads")[2].1.expose(), "moss");
        assert_eq!(store.accounts().await.expect("reads").len(), 1);
    }
}

#[tokio::test]
async fn a_renamed_visitor_is_recognised_once_the_forms_are_complete() {
    // U4, U5
    for (store, _) in stores().await {
        let store = &*store;
        open(store, named(1, "asha1", forms("Asha1", "Asha1"))).await;
        counsellor(store, 1).await;
        let asks = |n| NewRoom { shared: Sharing::Refused, ..named(n, "x", forms("guest_asha1", "x")) };
        store.complete_forms(&|nickname| forms(nickname.expose(), nickname.expose())).await.expect("writes");
        assert!(is_refused(store, asks(2)).await);
        // A visitor's are filled in once; an account's are made anew, because the key may be another one.
        store.complete_forms(&|_| forms("other", "other")).await.expect("writes");
        assert!(is_refused(store, asks(2)).await);
        assert!(is_refused(store, named(2, "x", forms("other", "x"))).await);
    }
}
