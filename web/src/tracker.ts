// Whether somebody is at the keyboard of the desk (D4): when to tell the server, and of which moments. A pure function of
// what happened; tracker-ears.ts listens. Of what is typed nothing is known here, only when a key was pressed.
// Times are milliseconds of any one clock; what is sent are ages, because only the server knows what time it is.

/** `pause` and `interval` in milliseconds; which must be longer than which is the server's to check (D6). */
export type Rules = { readonly pause: number; readonly interval: number; readonly keys: number };

export type Happened =
  /** The server opened a room for this desk; going to a room that is already open is not told. */
  | { readonly type: "open"; readonly at: number }
  | { readonly type: "key"; readonly at: number }
  | { readonly type: "click"; readonly at: number }
  | { readonly type: "move"; readonly at: number };

export type Tracker =
  /** No room was opened yet, or nothing happened at the keyboard since. */
  | { readonly tracking: "nothing" }
  | { readonly tracking: "room" }
  | {
      readonly tracking: "keyboard";
      readonly lastSend: number;
      /** The last keyboard event that was not sent. */
      readonly cache: number | null;
      readonly moved: boolean;
      /** When keys were pressed since the last send, no longer ago than the interval. */
      readonly keys: readonly number[];
    };

export type Sent = { readonly kind: "key" | "key_cached"; readonly at: number };
/** How long ago somebody was at the keyboard, in milliseconds; `cached` is the older time that was kept back. */
export type Ages = { readonly key: number; readonly cached: number | null };

export const NOTHING: Tracker = { tracking: "nothing" };
const SILENT: readonly Sent[] = [];

export function tracked(
  tracker: Tracker,
  event: Happened,
  rules: Rules,
): { readonly tracker: Tracker; readonly send: readonly Sent[] } {
  if (event.type === "open") return { tracker: { tracking: "room" }, send: SILENT };
  if (tracker.tracking === "nothing") return { tracker, send: SILENT };
  if (event.type === "move") return { tracker: moved(tracker), send: SILENT };
  if (tracker.tracking === "room") return { tracker: first(event), send: SILENT };

  const { at } = event;
  const { lastSend, cache } = tracker;
  const previous = cache ?? lastSend;
  // Somebody has set the clock back: what was kept back lies in no past that can be told.
  if (at < previous) return { tracker: first(event), send: SILENT };
  const keys = pressed(tracker.keys, event, rules);
  if (at - previous > rules.pause) return sent(cache === null ? [] : [{ kind: "key_cached", at: cache }], at);
  if ((at - lastSend >= rules.interval && tracker.moved) || keys.length > rules.keys) return sent([], at);
  return { tracker: { ...tracker, cache: at, keys }, send: SILENT };
}

/** What the server is told: never a time, because the desk's clock may be wrong. Nothing when nothing is to be sent. */
export function ages(send: readonly Sent[], now: number): Ages | null {
  const age = (kind: Sent["kind"]) => {
    const found = send.find((one) => one.kind === kind);
    return found === undefined ? null : Math.max(0, Math.round(now - found.at));
  };
  const key = age("key");
  return key === null ? null : { key, cached: age("key_cached") };
}

/** The mouse counts only from the first keyboard event on. */
function moved(tracker: Tracker): Tracker {
  return tracker.tracking === "keyboard" && !tracker.moved ? { ...tracker, moved: true } : tracker;
}

function first(event: Happened): Tracker {
  const keys = event.type === "key" ? [event.at] : [];
  return { tracking: "keyboard", lastSend: event.at, cache: event.at, moved: false, keys };
}

function pressed(keys: readonly number[], event: Happened, rules: Rules): readonly number[] {
  const all = event.type === "key" ? [...keys, event.at] : keys;
  return all.filter((at) => event.at - at <= rules.interval);
}

function sent(before: readonly Sent[], at: number): { tracker: Tracker; send: readonly Sent[] } {
  const tracker: Tracker = { tracking: "keyboard", lastSend: at, cache: null, moved: false, keys: [] };
  return { tracker, send: [...before, { kind: "key", at }] };
}
