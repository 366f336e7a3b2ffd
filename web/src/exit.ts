// The quick exit: counting three presses of Shift alone, covering the page at once, and going somewhere else.
// What else leaving means, closing the room and emptying the tab, is decided in state.ts. Nothing here waits.

/** Presses of Shift alone so far, and when the first of them was. `alone` is true while only Shift is down. */
export type Presses = { readonly count: number; readonly since: number; readonly alone: boolean };

export const NO_PRESSES: Presses = { count: 0, since: 0, alone: false };
export const ENOUGH = 3;
export const WITHIN = 5_000;

export type Key = {
  readonly type: "keydown" | "keyup";
  readonly key: string;
  readonly repeat: boolean;
  readonly altKey: boolean;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
};

/** A press counts when Shift is let go with no other key in between, so that capital letters never count. */
export function pressed(presses: Presses, key: Key, now: number): Presses {
  if (key.key !== "Shift" || key.altKey || key.ctrlKey || key.metaKey) {
    return key.type === "keydown" || key.key === "Shift" ? NO_PRESSES : presses;
  }
  if (key.type === "keydown") return key.repeat ? presses : { ...presses, alone: true };
  if (!presses.alone) return presses;
  const late = presses.count === 0 || now - presses.since > WITHIN;
  return late ? { count: 1, since: now, alone: false } : { ...presses, count: presses.count + 1, alone: false };
}

/** Where to go: an ordinary web address, or an empty page. */
export function exitAddress(configured: string | null | undefined): string {
  return configured && /^https?:\/\//.test(configured) ? configured : "about:blank";
}

/** Hides everything in this very turn, before any other work. */
export function cover(): void {
  document.documentElement.classList.add("covered");
  document.body.hidden = true;
}

/** Listens for Shift. `progress` is told the count, and 0 when it has lapsed. */
export function watchShift(progress: (count: number) => void, leave: () => void): void {
  let presses = NO_PRESSES;
  let lapse: ReturnType<typeof setTimeout> | undefined;
  const watch = (event: KeyboardEvent) => {
    const before = presses.count;
    presses = pressed(presses, event as KeyboardEvent & Key, Date.now());
    if (presses.count >= ENOUGH) return leave();
    if (presses.count === before) return;
    clearTimeout(lapse);
    progress(presses.count);
    if (presses.count === 0) return;
    lapse = setTimeout(
      () => {
        presses = NO_PRESSES;
        progress(0);
      },
      presses.since + WITHIN - Date.now(),
    );
  };
  // Captured, so that nothing on the page can swallow the keys.
  addEventListener("keydown", watch, true);
  addEventListener("keyup", watch, true);
  addEventListener("pointerdown", () => {
    if (presses.count > 0) progress(0);
    presses = NO_PRESSES;
  });
}
