//! Whose a nickname is, and who gives way when a registered person takes it.
//!
//! Stories of the contract; two nicknames are the same here when a story gives them the same form.

use quietline::{
    private::Forms,
    store::{NewRoom, Opening, Sharing, Store},
};
use quietline_domain::RoomId;

use super::stored::{counsellor, envelope, forms, new_account, new_room, open, room, stores};

fn named(n: u128, forms: Forms) -> NewRoom {
    NewRoom { forms, ..new_room(n) }
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
        let first = named(1, forms("moss", "moss"));
        let key = first.key;
        open(store, first).await;
        for alike in [forms("Asha1", "other"), forms("other", "Asha1")] {
            assert!(is_refused(store, named(2, alike)).await);
            // Whoever has a room is led back to it, whatever they ask to be called (W4).
            assert_eq!(open(store, NewRoom { key, ..named(2, alike) }).await.room, RoomId(1));
        }
        assert_eq!(store.rooms().await.expect("reads").len(), 1);
        assert_eq!(open(store, named(2, forms("fern", "fern"))).await.queue_no, 2, "no number was given away");
    }
}

#[tokio::test]
async fn visitors_share_a_nickname_only_where_that_is_allowed() {
    // U5
    for (store, _) in stores().await {
        let store = &*store;
        open(store, new_room(1)).await;
        open(store, new_room(2)).await;
        let alone = |n, forms| NewRoom { shared: Sharing::Refused, ..named(n, forms) };
        assert!(is_refused(store, alone(3, forms("m0ss", "moss"))).await);
        assert!(!is_refused(store, alone(3, forms("fern", "fern"))).await);
    }
}

#[tokio::test]
async fn a_registered_person_takes_a_nickname_and_visitors_who_had_it_are_renamed() {
    // U4, U1
    for (store, _) in stores().await {
        let store = &*store;
        let alikes = [forms("Asha1", "asha1"), forms("\u{410}sha1", "Asha1"), forms("moss", "moss")];
        for (n, alike) in (1..).zip(alikes) {
            open(store, named(n, alike)).await;
        }
        let revision = store.staff_revision().await.expect("reads");
        let asha = counsellor(store, 1).await;
        assert_ne!(store.staff_revision().await.expect("reads"), revision);
        let mut renamed = store.renamed().await.expect("reads");
        renamed.sort();
        assert_eq!(renamed, [1, 2].map(|n| (RoomId(n), "guest_".to_owned())));
        assert_eq!(room(store, 1).await.renamed.as_deref(), Some("guest_"));
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
        assert_eq!(room(store, 3).await.renamed, None);
        assert_eq!(store.accounts().await.expect("reads").len(), 1);
    }
}

#[tokio::test]
async fn the_forms_of_accounts_are_made_anew_and_a_renamed_visitors_are_gone() {
    // U4, U5: the key may be another one. Nobody can ask for what a renamed visitor is called.
    for (store, _) in stores().await {
        let store = &*store;
        open(store, named(1, forms("Asha1", "Asha1"))).await;
        counsellor(store, 1).await;
        store.complete_forms(&|_| forms("other", "other")).await.expect("writes");
        let alone = |n, forms| NewRoom { shared: Sharing::Refused, ..named(n, forms) };
        assert!(is_refused(store, named(2, forms("other", "x"))).await);
        open(store, alone(2, forms("Asha1", "Asha1"))).await;
    }
}

#[tokio::test]
async fn what_a_student_is_called_is_kept_as_it_was_sealed_last() {
    // U4
    for (store, _) in stores().await {
        let store = &*store;
        assert!(open(store, new_room(1)).await.nickname.is_none());
        open(store, new_room(2)).await;
        for key_epoch in [1, 3] {
            store.keep_nickname(RoomId(1), envelope(key_epoch, "moss")).await.expect("keeps");
        }
        assert!(room(store, 1).await.nickname == Some(envelope(3, "moss")) && room(store, 2).await.nickname.is_none());
        store.keep_nickname(RoomId(9), envelope(1, "nobody")).await.expect("a room that is gone is no error");
    }
}
