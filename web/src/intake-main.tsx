// The student's intake as a part of their page, loaded when it is opened: feeds every event to `step` and does what that
// answers. It decides nothing, and knows of the conversation only whom to tell that the intake is shared.

import { signal } from "@preact/signals";
import { type Effect, type Input, start, step } from "./intake";
import { moment } from "./moment";
import { asked } from "./intake-api";
import { isUnsaved } from "./intake-asks";
import { shareOf } from "./intake-share";
import { type Around, Intake } from "./views/intake";
import "./style/intake.css";

export type Outside = {
  /** The key of this tab. */
  readonly key: string;
  /** The tab has an intake now. */
  remember: () => void;
  sharing: (is: "on" | "off") => void;
  deleted: () => void;
};

export type Beside = Omit<Around, "print" | "copy" | "copied">;

export type IntakePart = ReturnType<typeof intakePart>;

export function intakePart(outside: Outside) {
  const state = signal(start());
  const copied = signal<Around["copied"]>("");
  /** Nothing may be sent of an intake that is erased, or it would begin anew. */
  let over = false;
  const asker = { key: outside.key, share: () => shareOf(outside.key) };

  function act(input: Input) {
    if (over) return;
    // What was said of one code is not true of the next.
    if (input.type === "make_code") copied.value = "";
    const [next, effects] = step(state.value, input, moment().id);
    state.value = next;
    for (const effect of effects) carryOut(effect);
  }

  function carryOut(effect: Effect) {
    switch (effect.do) {
      case "ask":
        return asked(effect.ask, asker).then((reply) => act({ type: "replied", nth: effect.nth, reply }));
      case "again":
        return setTimeout(() => act({ type: "again", nth: effect.nth }), effect.ms);
      case "remember":
        return outside.remember();
      case "sharing":
        return outside.sharing(effect.is);
      case "deleted":
        return outside.deleted();
      default:
        return effect satisfies never;
    }
  }

  async function copy(text: string) {
    const written = navigator.clipboard?.writeText(text) ?? Promise.reject();
    copied.value = await written.then(
      () => "copied" as const,
      () => "not copied" as const,
    );
  }

  function View({ beside }: { beside: Beside }) {
    const around = { ...beside, print: () => print(), copy, copied: copied.value };
    return <Intake intake={state.value} act={act} around={around} />;
  }

  /** Something that was answered has not been confirmed. */
  const isSaving = () => isUnsaved(state.value.asks);

  function stop() {
    over = true;
  }

  return { act, View, isSaving, stop };
}
