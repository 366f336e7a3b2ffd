// The panel of shared intakes, loaded when the first student shares one. Until then nothing of it is on the desk's page.

import { signal } from "@preact/signals";
import type { ComponentType } from "preact";

export type Panel = ComponentType<{ share: string; id: string }>;

const panel = signal<Panel | null>(null);
let loading = false;

/** Null while it is being loaded; whoever has asked is drawn again when it is there. */
export function sharedPanel(): Panel | null {
  if (panel.value === null && !loading) load();
  return panel.value;
}

function load() {
  loading = true;
  import("./shared-intake-main").then(
    ({ SharedPanel }) => {
      panel.value = SharedPanel;
    },
    () => {
      loading = false;
    },
  );
}
