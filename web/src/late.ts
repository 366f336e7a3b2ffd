// A part of a page that is loaded when it is first asked for: until then nothing of it is there. It knows none of them.

import { signal } from "@preact/signals";

/** In milliseconds. */
const AGAIN = 5_000;

/** Asking gives null while it is being loaded; whoever has asked is drawn again when it is there. */
export function late<T>(load: () => Promise<T>): () => T | null {
  const part = signal<T | null>(null);
  let loading = false;

  function begin() {
    loading = true;
    load().then(
      (loaded) => {
        part.value = loaded;
      },
      () => setTimeout(begin, AGAIN),
    );
  }

  return () => {
    if (part.value === null && !loading) begin();
    return part.value;
  };
}
