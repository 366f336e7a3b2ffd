// What a student shares of their intake, as a counsellor's page has it: a pure `step`. It is read anew from time to time,
// and only steps are written. Knows no conversation; who may read it, and how long, is the server's to say.

import { added, again, type Asks, type AsksEffect, nothingAsked, settled, unanswered } from "./intake-asks";
import { NO_WORDS, type StepDraft } from "./intake";
import type { Ask, Reply, View } from "./intake-wire";

export type Shared = {
  readonly at: "looking" | "here" | "gone";
  readonly view: View | null;
  readonly asks: Asks;
  readonly step: StepDraft | null;
};

export type SharedInput =
  | { type: "look" }
  | { type: "replied"; nth: number; reply: Reply }
  | { type: "again"; nth: number }
  | { type: "begin_step"; path: string }
  | { type: "write_step"; draft: StepDraft | null }
  | { type: "keep_step" }
  | { type: "drop_step"; id: string };

type Step = [Shared, AsksEffect[]];

export function start(): Shared {
  return { at: "looking", view: null, asks: nothingAsked, step: null };
}

/** `id` is fresh: a new step has it from the start. */
export function step(shared: Shared, input: SharedInput, id: string): Step {
  switch (input.type) {
    case "look":
      return ask(shared, { ask: "look" });
    case "replied":
      return input.nth === shared.asks.nth ? replied(shared, input.reply) : [shared, []];
    case "again":
      return asking(shared, again(shared.asks, input.nth));
    case "begin_step":
      return [{ ...shared, step: { path: input.path, id, is: "new", words: NO_WORDS } }, []];
    case "write_step":
      return [{ ...shared, step: input.draft }, []];
    case "drop_step":
      return ask({ ...shared, step: null }, { ask: "drop_step", id: input.id });
    case "keep_step": {
      const { step: draft } = shared;
      if (draft === null || draft.words.what.trim() === "") return [shared, []];
      const { path, words } = draft;
      const kept: Ask =
        draft.is === "new"
          ? { ask: "add_step", id: draft.id, path, words }
          : { ask: "change_step", id: draft.id, words };
      return ask({ ...shared, step: null }, kept);
    }
    default:
      return input satisfies never;
  }
}

function replied(shared: Shared, reply: Reply): Step {
  if (reply.reply === "unreachable") return asking(shared, unanswered(shared.asks, null));
  if (reply.reply === "refused" && reply.refusal.reason === "too_many") {
    return asking(shared, unanswered(shared.asks, reply.refusal.retry_ms ?? 10_000));
  }
  const failed = reply.reply === "refused" ? shared.asks.flying?.ask : undefined;
  const isGone = reply.reply === "refused" && reply.refusal.reason === "not_shared";
  // Whoever may not even look just now tries again, and not at once.
  if (failed?.ask === "look" && !isGone) return asking(shared, unanswered(shared.asks, null));
  const [next, effects] = asking(shared, settled(shared.asks));
  if (reply.reply === "view") return [{ ...next, at: "here", view: reply.view }, effects];
  // Nothing of what is not shared any more stays on the page. It is looked for again with the next look.
  if (isGone) return [{ ...next, at: "gone", view: null, step: null }, effects];
  const [looking, asks] = ask(next, { ask: "look" });
  return [looking, [...effects, ...asks]];
}

function ask(shared: Shared, what: Ask): Step {
  return asking(shared, added(shared.asks, what));
}

function asking(shared: Shared, [asks, effects]: [Asks, AsksEffect[]]): Step {
  return [{ ...shared, asks }, effects];
}
