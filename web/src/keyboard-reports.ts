// What the desk tells of its keyboard, on its way to the server: kept while the connection is down, and at most one in ten
// seconds, because more are refused. Ages are counted when they are said and not before.
// When there is something to tell is tracker.ts's; how frames travel is not known here.

import { type Ages, ages, type Rules, type Sent } from "./tracker";
import { type Ears, listen } from "./tracker-ears";

/** A little more than the server asks for, so that a clock that runs fast is not refused. */
export const REPORT_EVERY = 10_500;

/** As many as a long shift without a connection makes; the oldest go first. */
const MOST_KEPT = 200;

export type Way = {
  /** Whether a report can be said now. */
  readonly isUp: () => boolean;
  readonly say: (ages: Ages) => void;
  readonly now: () => number;
  readonly after: (ms: number, then: () => void) => () => void;
};

export type Keyboard = {
  /** The connection is there, and with it the server's rules. */
  readonly welcome: (rules: Rules) => void;
  /** The server has opened a room for this desk (D5). */
  readonly roomOpened: () => void;
  /** Nobody is signed in here any more, or the desk is open elsewhere. */
  readonly stop: () => void;
};

export function keyboard(on: EventTarget, way: Way): Keyboard {
  let ears: Ears | null = null;
  let kept: (readonly Sent[])[] = [];
  let said: number | null = null;
  let cancel = () => {};

  function report(sent: readonly Sent[]) {
    kept = [...kept, sent].slice(-MOST_KEPT);
    sayNext();
  }

  function sayNext() {
    cancel();
    const [next, ...rest] = kept;
    if (next === undefined || !way.isUp()) return;
    const now = way.now();
    const left = said === null ? 0 : said + REPORT_EVERY - now;
    // More than that is left only when somebody has set the clock back.
    if (left > 0 && left <= REPORT_EVERY) {
      cancel = way.after(left, sayNext);
      return;
    }
    kept = rest;
    said = now;
    const told = ages(next, now);
    if (told) way.say(told);
    sayNext();
  }

  return {
    welcome(rules) {
      ears ??= listen(on, rules, way.now, report);
      sayNext();
    },
    roomOpened: () => ears?.opened(),
    stop() {
      cancel();
      ears?.close();
      ears = null;
      kept = [];
    },
  };
}
