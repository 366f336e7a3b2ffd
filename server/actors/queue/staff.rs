//! How the queue looks at the staff: who is available, whose desk is still signed in, whose role or account has changed.
//!
//! Another process may change any of it, so the queue looks by itself too. It decides nothing about rooms.

use std::collections::{BTreeSet, HashMap};

use actix::{ActorFutureExt, AsyncContext, Context, WrapFuture};
use quietline_domain::{AccountId, Span, Time, queue::Input};

use super::{Queue, telling::switched};
use crate::{
    actors::lobby,
    private::Digested,
    protocol::CloseCode,
    store::{Access, AccountRow, Availability, Kept, Store},
};

/// How often open desks are held against their sessions, which end by themselves.
const SESSIONS_EVERY: Span = Span::seconds(60);

impl Queue {
    /// Reads who is available, and which desks are still signed in.
    pub(super) fn look_again(&mut self, ctx: &mut Context<Self>) {
        let (store, now, date) = (self.store.clone(), self.clock.now(), self.clock.date());
        let sessions: Vec<_> = self.desks.iter().map(|(account, desk)| (*account, desk.session)).collect();
        self.looks.0 += 1;
        let look_no = self.looks.0;
        let looking = async move { look(&*store, sessions, date).await }.into_actor(self);
        ctx.spawn(looking.map(move |seen, queue, ctx| match seen {
            Ok(_) if look_no < queue.looks.1 => {}
            Ok(Seen { revision, accounts, signed_out }) => {
                queue.looks.1 = look_no;
                queue.looked_at = now;
                if std::mem::replace(&mut queue.staff_revision, revision) != revision {
                    queue.lobby.do_send(lobby::NamesChanged);
                }
                for account in &accounts {
                    queue.tell_desk(account.account, &switched(account));
                }
                queue.dismiss_disabled(&accounts);
                queue.call_back_whose_role_changed(&accounts);
                for (account, session) in signed_out {
                    if queue.desks.get(&account).is_some_and(|desk| desk.session == session) {
                        queue.close_desk(account, CloseCode::SignedOut);
                    }
                }
                let available = available(&accounts);
                queue.staff = by_account(accounts);
                queue.feed(Input::Available { accounts: available }, ctx);
            }
            Err(error) => log::error!("staff fault: {error}"),
        }));
    }

    /// W23: rooms of a disabled account go back to the queue.
    fn dismiss_disabled(&self, accounts: &[AccountRow]) {
        for account in
            accounts.iter().filter(|account| account.access == Access::Disabled).map(|account| account.account)
        {
            for room in self.machine.held_by(account) {
                self.lobby.do_send(lobby::Dismiss { room, account });
            }
        }
    }

    /// A desk acts by the role that it was opened with, so it is opened anew.
    fn call_back_whose_role_changed(&mut self, accounts: &[AccountRow]) {
        for account in accounts {
            if self.desks.get(&account.account).is_some_and(|desk| desk.role != account.role) {
                self.close_desk(account.account, CloseCode::TryAgain);
            }
        }
    }

    pub(super) fn look_for_changes(&mut self, ctx: &mut Context<Self>) {
        if self.clock.is_held() {
            return;
        }
        let store = self.store.clone();
        let looking = async move { store.staff_revision().await }.into_actor(self);
        ctx.spawn(looking.map(|seen, queue, ctx| match seen {
            Ok(revision) => {
                let is_due = SESSIONS_EVERY <= queue.clock.now().since(queue.looked_at);
                if revision != queue.staff_revision || is_due {
                    queue.look_again(ctx);
                }
            }
            Err(error) => log::error!("staff fault: {error}"),
        }));
    }
}

struct Seen {
    revision: i64,
    accounts: Vec<AccountRow>,
    signed_out: Vec<(AccountId, Digested)>,
}

async fn look(store: &dyn Store, sessions: Vec<(AccountId, Digested)>, now: Time) -> Kept<Seen> {
    // The revision first: a change that comes while looking is looked at again.
    let revision = store.staff_revision().await?;
    let mut signed_out = Vec::new();
    for (account, session) in sessions {
        if store.session(session, now).await?.is_none() {
            signed_out.push((account, session));
        }
    }
    Ok(Seen { revision, accounts: store.accounts().await?, signed_out })
}

/// Who is available, of all accounts.
pub fn available(accounts: &[AccountRow]) -> BTreeSet<AccountId> {
    accounts.iter().filter(|account| is_available(account)).map(|account| account.account).collect()
}

pub(super) fn by_account(accounts: Vec<AccountRow>) -> HashMap<AccountId, AccountRow> {
    accounts.into_iter().map(|account| (account.account, account)).collect()
}

pub(super) fn is_available(account: &AccountRow) -> bool {
    account.available == Availability::Available && account.access == Access::Enabled
}
