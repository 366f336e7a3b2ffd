//! An actor's one alarm, set from its machine's deadline.
//!
//! It may ring too early, because signs of life move deadlines later all the time and need not touch it: the machine
//! then does nothing, and the alarm is set anew. It knows neither rooms nor the queue.

use actix::{Actor, ActorFutureExt, AsyncContext, Context, SpawnHandle, WrapFuture};
use quietline_domain::Time;

use crate::clock::Clock;

#[derive(Default)]
pub struct Alarm(Option<(Time, SpawnHandle)>);

impl Alarm {
    /// Sees to it that `ring` is called by the deadline. It must call [`Alarm::rang`], and set the alarm again.
    pub fn set<A>(
        &mut self,
        deadline: Option<Time>,
        clock: &Clock,
        actor: &A,
        ctx: &mut Context<A>,
        ring: fn(&mut A, &mut Context<A>),
    ) where
        A: Actor<Context = Context<A>>,
    {
        let set = self.0.take();
        if let (Some(due), Some((earlier, _))) = (deadline, set)
            && earlier <= due
        {
            self.0 = set;
            return;
        }
        if let Some((_, handle)) = set {
            ctx.cancel_future(handle);
        }
        self.0 = deadline.map(|due| {
            let clock = clock.clone();
            let ringing =
                async move { clock.until(due).await }.into_actor(actor).map(move |(), actor, ctx| ring(actor, ctx));
            (due, ctx.spawn(ringing))
        });
    }

    pub fn rang(&mut self) {
        self.0 = None;
    }
}
