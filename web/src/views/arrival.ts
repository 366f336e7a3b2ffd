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
