// A counsellor's panels of what students share, one for each share; loaded when the first one is there. Looks again every
// few seconds while a panel is open, because the student may go on answering. It decides nothing.

import { type Signal, signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { AsksEffect } from "./intake-asks";
import { moment } from "./moment";
import { asked } from "./intake-api";
import { type Shared, type SharedInput, start, step } from "./shared-intake";
import { SharedIntake } from "./views/shared-intake";
import "./style/intake.css";

/** In milliseconds. */
const LOOK_EVERY = 15_000;

type Part = { readonly state: Signal<Shared>; act: (input: SharedInput) => void };

const parts = new Map<string, Part>();

export function SharedPanel({ share, id }: { share: string; id: string }) {
  const { state, act } = partOf(share);
  useEffect(() => {
    act({ type: "look" });
    const timer = setInterval(() => document.visibilityState === "visible" && act({ type: "look" }), LOOK_EVERY);
    return () => {
      clearInterval(timer);
      parts.delete(share);
    };
  }, [share]);
  return <SharedIntake shared={state.value} act={act} id={id} />;
}

function partOf(share: string): Part {
  const found = parts.get(share) ?? begun(share);
  parts.set(share, found);
  return found;
}

function begun(share: string): Part {
  const state = signal(start());
  function act(input: SharedInput) {
    const [next, effects] = step(state.value, input, moment().id);
    state.value = next;
    for (const effect of effects) carryOut(effect);
  }
  function carryOut(effect: AsksEffect) {
    // A panel that is gone asks nothing more.
    if (parts.get(share)?.state !== state) return;
    if (effect.do === "again") setTimeout(() => act({ type: "again", nth: effect.nth }), effect.ms);
    else asked(effect.ask, { shared: share }).then((reply) => act({ type: "replied", nth: effect.nth, reply }));
  }
  return { state, act };
}
