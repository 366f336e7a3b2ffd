// Where the focus goes when something takes the place of the button that asked for it, and where it goes afterwards.
// Without this it would fall to the top of the page, and whoever hears the page would begin anew. Knows no screen.

import type { RefObject } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";

/** `first` is a selector inside what arrives; `after` is the id of what stands there again when it is gone. */
export function useArrival<E extends HTMLElement>(first: string, after: string): RefObject<E | null> {
  const here = useRef<E>(null);
  useLayoutEffect(() => {
    here.current?.querySelector<HTMLElement>(first)?.focus();
    return () => {
      // What follows is drawn in the same turn; somebody may have gone elsewhere by themselves.
      queueMicrotask(() => {
        const free = document.activeElement === document.body || document.activeElement === null;
        if (free) document.getElementById(after)?.focus();
      });
    };
  }, []);
  return here;
}

/** A list of boxes that grows, shrinks and is put in order. `moves` is told to which row somebody has moved one. */
export function useRows<E extends HTMLElement>(
  count: number,
): { here: RefObject<E | null>; moves: (to: number) => void } {
  const here = useRef<E>(null);
  const before = useRef(count);
  const moved = useRef<number | null>(null);
  useLayoutEffect(() => {
    const rows = here.current?.querySelectorAll("li") ?? [];
    const isFree = document.activeElement === document.body;
    const isHere = here.current?.contains(document.activeElement) ?? false;
    const to = moved.current === null ? null : rows[moved.current];
    // The focus goes up with what is moved, so that pressing again moves the same.
    if (to) (to.querySelector<HTMLElement>(".up") ?? to.querySelector("input"))?.focus();
    // Whoever adds one goes on to write it, and whoever takes one away stays in the list.
    else if ((count > before.current && isHere) || (count !== before.current && isFree)) {
      rows[count - 1]?.querySelector("input")?.focus();
    }
    [before.current, moved.current] = [count, null];
  });
  const moves = (to: number) => {
    moved.current = to;
  };
  return { here, moves };
}
