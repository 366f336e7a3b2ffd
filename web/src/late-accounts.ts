// The accounts, loaded when an administrator opens them. Until then nothing of them is on the pages below /desk.

import { signal } from "@preact/signals";
import type { ComponentType } from "preact";
import type { Refusal } from "./office-wire";

/** What the accounts are refused that is not theirs alone goes to `lost`. */
export type Part = ComponentType<{ lost: (why: Refusal) => void }>;

/** In milliseconds. */
const AGAIN = 5_000;

const part = signal<Part | null>(null);
let loading = false;

/** Null while it is being loaded; whoever has asked is drawn again when it is there. */
export function accountsPart(): Part | null {
  if (part.value === null && !loading) load();
  return part.value;
}

function load() {
  loading = true;
  import("./accounts-main").then(
    ({ AccountsPart }) => {
      part.value = AccountsPart;
    },
    () => setTimeout(load, AGAIN),
  );
}
