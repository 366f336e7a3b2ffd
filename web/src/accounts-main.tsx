// The accounts: feeds what is done to `step` in accounts.ts, and asks the server what it answers. Loaded late. It decides
// nothing; who may be here is the server's to say, and nothing stays of what was shown to somebody who has gone.

import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { type Accounts, type Effect, type Input, LOOK, NOTHING, step } from "./accounts";
import * as api from "./office-api";
import type { Asked, Refusal } from "./office-wire";
import { AccountsPage } from "./views/accounts";

const state = signal<Accounts>(NOTHING);

export function AccountsPart({ lost }: { lost: (why: Refusal) => void }) {
  function act(input: Input) {
    const [next, effects] = step(state.value, input);
    state.value = next;
    for (const effect of effects) carryOut(effect);
  }

  async function carryOut(effect: Effect) {
    switch (effect.do) {
      case "look":
        return seen(await api.accounts(), (all) => act({ type: "accounts", all }));
      case "read_log": {
        const older = effect.before !== null;
        return seen(await api.audit(effect.before), (entries) => act({ type: "log", entries, older }));
      }
      case "add": {
        const { login, nickname, role } = effect;
        return done(await api.addAccount(login, nickname, role), ({ link }) =>
          act({ type: "link", nickname, address: link }),
        );
      }
      case "disable":
        return done(await api.disable(effect.account.id), () => act({ type: "done" }));
      case "reset":
        return done(await api.reset(effect.account.id), ({ link }) =>
          act({ type: "link", nickname: effect.account.nickname, address: link }),
        );
      case "role":
        return done(await api.setRole(effect.account.id, effect.role), () => act({ type: "done" }));
      case "later":
        return setTimeout(() => act(effect.input), effect.ms);
      default:
        return effect satisfies never;
    }
  }

  function seen<T>(asked: Asked<T>, then: (got: T) => void) {
    if ("got" in asked) return then(asked.got);
    return isLost(asked.refused) ? lost(asked.refused) : act({ type: "unseen" });
  }

  function done<T>(asked: Asked<T>, then: (got: T) => void) {
    if ("got" in asked) return then(asked.got);
    return isLost(asked.refused) ? lost(asked.refused) : act({ type: "refused", why: asked.refused });
  }

  useEffect(() => {
    for (const effect of LOOK) carryOut(effect);
    return () => {
      state.value = NOTHING;
    };
  }, []);
  return <AccountsPage state={state.value} act={act} />;
}

function isLost(why: Refusal): boolean {
  return why === "signed_out" || why === "role";
}
