//! What administrators ask of a store: a link that is good once, an administrator who always remains, and a log of it all.
//!
//! Stories of the contract; who may ask is not known here.

use std::sync::Arc;

use quietline::{
    private::{Credential, Digested},
    store::{
        Access, Changed, NewAccount, StaffRole, Store,
        accounts::{Doer, Link},
    },
};
use quietline_domain::{AccountId, Time};

use super::stored::{new_account, stores};

const LOG: &str = "select action || ' ' || at from audit order by nth";

fn link(until: i64) -> Link {
    Link { digest: digest(), until: Time(until) }
}

fn digest() -> Digested {
    Credential::random().expect("random").digest()
}

async fn administrator(store: &dyn Store, n: u128) -> AccountId {
    let new = NewAccount { role: StaffRole::Administrator, ..new_account(n) };
    store.add_account(new).await.expect("writes").expect("is new")
}

#[tokio::test]
async fn a_link_is_good_once_and_until_its_time_and_nobody_knows_the_password_before() {
    for (store, database) in stores().await {
        let anna = administrator(&*store, 1).await;
        let first = link(100);
        let invited = NewAccount { password_hash: String::new(), now: Time(5), ..new_account(2) };
        assert!(store.invite(invited, first, anna).await.expect("writes"));
        assert!(
            !store
                .invite(NewAccount { password_hash: String::new(), ..new_account(2) }, link(100), anna)
                .await
                .expect("writes")
        );
        let (row, hash) = store.account_by_login("login2").await.expect("reads").expect("is there");
        assert_eq!((row.access, hash.as_str()), (Access::Invited, ""));
        assert_eq!(store.invited_by(first.digest, Time(99)).await.expect("reads"), Some(row.account));
        assert_eq!(store.invited_by(first.digest, Time(100)).await.expect("reads"), None);
        assert_eq!(store.choose_password(first.digest, "hash", Time(100)).await.expect("writes"), None);

        let second = link(200);
        assert_eq!(store.reissue(row.account, second, Time(6), anna).await.expect("writes"), Changed::Done);
        assert_eq!(store.choose_password(first.digest, "hash", Time(7)).await.expect("writes"), None);
        assert_eq!(store.choose_password(second.digest, "hash", Time(7)).await.expect("writes"), Some(row.account));
        assert_eq!(store.choose_password(second.digest, "other", Time(8)).await.expect("writes"), None);
        let (row, hash) = store.account_by_login("login2").await.expect("reads").expect("is there");
        assert_eq!((row.access, hash.as_str()), (Access::Enabled, "hash"));

        let session = digest();
        store.add_session(session, row.account, Time(1_000), Time(9)).await.expect("writes");
        let third = link(300);
        assert_eq!(store.reissue(row.account, third, Time(10), anna).await.expect("writes"), Changed::Done);
        assert!(store.session(session, Time(11)).await.expect("reads").is_none(), "signed out everywhere");
        assert_eq!(store.disable(row.account, Time(12), Doer::Account(anna)).await.expect("writes"), Changed::Done);
        assert_eq!(store.invited_by(third.digest, Time(13)).await.expect("reads"), None);
        assert_eq!(
            store.disable(AccountId(77), Time(13), Doer::Account(anna)).await.expect("writes"),
            Changed::NoSuchAccount
        );

        assert_eq!(
            database.texts(LOG).await[2..],
            ["added 5", "made_counsellor 5", "reset 6", "chose_password 7", "signed_in 9", "reset 10", "disabled 12"]
        );
        let newest = store.audited(None, 2).await.expect("reads");
        assert_eq!(newest.iter().map(|entry| entry.deed.text()).collect::<Vec<_>>(), ["disabled", "reset"]);
        let names = (newest[0].by.as_ref(), newest[0].about.as_ref());
        assert_eq!(names.0.zip(names.1).map(|(by, about)| (by.expose(), about.expose())), Some(("Asha1", "Asha2")));
        let before = store.audited(Some(newest[1].nth), 100).await.expect("reads");
        assert_eq!(
            (before.len(), before[0].deed.text(), before.last().map(|first| first.nth)),
            (7, "signed_in", Some(1))
        );
        assert!(before.last().is_some_and(|first| first.by.is_none()), "at a terminal");
    }
}

#[tokio::test]
async fn an_administrator_always_remains_also_when_two_ask_at_once() {
    for (store, database) in stores().await {
        let anna = administrator(&*store, 1).await;
        let refused = Changed::LastAdministrator;
        assert_eq!(store.disable(anna, Time(1), Doer::Account(anna)).await.expect("answers"), refused);
        assert_eq!(store.reissue(anna, link(9), Time(1), anna).await.expect("answers"), refused);
        for less in [StaffRole::Counsellor, StaffRole::Supervisor] {
            assert_eq!(store.set_role(anna, less, Time(1), Doer::Account(anna)).await.expect("answers"), refused);
        }
        assert_eq!(store.disable(anna, Time(1), Doer::Terminal).await.expect("answers"), refused);
        // Neither somebody who has no password yet nor somebody disabled could administer.
        let invited = NewAccount { role: StaffRole::Administrator, password_hash: String::new(), ..new_account(2) };
        let first = link(9);
        assert!(store.invite(invited, first, anna).await.expect("writes"));
        assert_eq!(store.disable(anna, Time(2), Doer::Account(anna)).await.expect("answers"), refused);
        let ben = store.choose_password(first.digest, "hash", Time(3)).await.expect("writes").expect("was invited");

        // Each would be left with the other: from two connections, as a server and a terminal have them.
        let other = database.open().await;
        for round in 0..20 {
            let (one, two): (Arc<dyn Store>, Arc<dyn Store>) = (store.clone(), other.clone());
            let asked = [(one, anna), (two, ben)];
            let both = asked
                .map(|(store, who)| tokio::spawn(async move { store.disable(who, Time(4), Doer::Account(who)).await }));
            let mut outcomes = Vec::new();
            for one in both {
                outcomes.push(one.await.expect("runs").expect("answers"));
            }
            outcomes.sort_by_key(|outcome| *outcome == refused);
            assert_eq!(outcomes, [Changed::Done, refused], "round {round}");
            database.run("update account set disabled_at = null").await;
        }
        assert_eq!(
            store.set_role(ben, StaffRole::Counsellor, Time(5), Doer::Terminal).await.expect("writes"),
            Changed::Done
        );
        assert_eq!(store.disable(anna, Time(6), Doer::Account(ben)).await.expect("answers"), refused);
    }
}
