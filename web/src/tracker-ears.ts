// The ears of tracker.ts: they hear that a key was pressed, that something was clicked, that the mouse moved. Which key it
// was is not even read. What a script does is not heard, nor a key that is only held down: a book may lie on it.
// When to tell is tracker.ts's; telling the server is `report`'s.

import { type Happened, NOTHING, type Rules, type Sent, tracked } from "./tracker";

export type Ears = {
  /** The server has opened a room for this desk. */
  readonly opened: () => void;
  /** Nothing is heard any more: somebody has signed out. */
  readonly close: () => void;
};

/** `now` must run on while the computer sleeps, as `Date.now` does; else a break would seem shorter than it was. */
export function listen(
  on: EventTarget,
  rules: Rules,
  now: () => number,
  report: (sent: readonly Sent[]) => void,
): Ears {
  let tracker = NOTHING;
  const happened = (event: Happened) => {
    const next = tracked(tracker, event, rules);
    tracker = next.tracker;
    if (next.send.length > 0) report(next.send);
  };
  const key = (event: Event) => {
    if (event.isTrusted && !(event as KeyboardEvent).repeat) happened({ type: "key", at: now() });
  };
  // A button pressed with the keyboard clicks too; that is the same moment, and a screen reader may send nothing else.
  const click = (event: Event) => {
    if (event.isTrusted) happened({ type: "click", at: now() });
  };
  const move = (event: Event) => {
    if (event.isTrusted) happened({ type: "move", at: now() });
  };
  // Captured, so that nothing on the page can swallow them.
  const heard = [
    ["keydown", key],
    ["click", click],
    ["mousemove", move],
  ] as const;
  for (const [type, ear] of heard) on.addEventListener(type, ear, { capture: true, passive: true });
  return {
    opened: () => happened({ type: "open", at: now() }),
    close: () => {
      tracker = NOTHING;
      for (const [type, ear] of heard) on.removeEventListener(type, ear, { capture: true });
    },
  };
}
