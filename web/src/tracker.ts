// Whether a counsellor is at the keyboard, as the server is told of it (D4): that something was pressed and when, never
// what. A pure function of what happened before and what happens now. A mouse that moves is nothing by itself; clicks and
// keys are. Knows no page and sends nothing.

/** How long what may last, in milliseconds, and how many characters are reported at once. */
export type Rules = { readonly pause: number; readonly interval: number; readonly keys: number };

/** 15 and 5 minutes, and 300 characters. */
export const RULES: Rules = { pause: 15 * 60_000, interval: 5 * 60_000, keys: 300 };

export type Tracker = {
  /** When something was reported last, or the first thing happened; null before that. */
  readonly lastSend: number | null;
  /** The last thing that happened and was not reported. */
  readonly cache: number | null;
  /** The mouse has moved since the last report. */
  readonly moved: boolean;
  /** When the latest characters were typed since the last report; of what they were nothing is kept. */
  readonly typed: readonly number[];
};

/** A trusted event at the page, or another room that was opened. */
export type Happened = { readonly what: "open" | "key" | "click" | "move"; readonly at: number };

export type Sent = { readonly kind: "key" | "key_cached"; readonly at: number };

export const untracked: Tracker = { lastSend: null, cache: null, moved: false, typed: [] };

export function tracked(tracker: Tracker, { what, at }: Happened, rules: Rules = RULES): [Tracker, Sent[]] {
  if (what === "open") return [untracked, []];
  if (what === "move") return [{ ...tracker, moved: true }, []];
  const typed = what === "key" ? [...within(tracker.typed, at, rules), at] : tracker.typed;
  const { lastSend, cache, moved } = tracker;
  if (lastSend === null) return [{ lastSend: at, cache: at, moved, typed }, []];
  // Away, and back: when they were last here is told too, so that the time before is not lost.
  if (at - (cache ?? lastSend) > rules.pause) {
    const before: Sent[] = cache === null ? [] : [{ kind: "key_cached", at: cache }];
    return [reported(at), [...before, { kind: "key", at }]];
  }
  const isDue = at - lastSend >= rules.interval && moved;
  if (isDue || within(typed, at, rules).length > rules.keys) return [reported(at), [{ kind: "key", at }]];
  return [{ lastSend, cache: at, moved, typed }, []];
}

function reported(at: number): Tracker {
  return { ...untracked, lastSend: at };
}

/** Never more than one more than are counted. */
function within(typed: readonly number[], at: number, { interval, keys }: Rules): readonly number[] {
  return typed.slice(-keys - 1).filter((one) => at - one <= interval);
}
