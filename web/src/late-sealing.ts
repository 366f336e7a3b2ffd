// The student's sealing, loaded when a conversation begins: the first screen stays as light as it is without it.
// Until then there is nothing that would need a key. Knows which frames those are, and nothing of what sealing does.

import type { Between } from "./passage";
import type { PlainFromStudent, PlainToStudent } from "./plain";
import type { FromStudent, ToStudent } from "./protocol.gen";

export type StudentBetween = Between<FromStudent, ToStudent, PlainFromStudent, PlainToStudent>;

export type LateSealing = StudentBetween & {
  /** Begins to load, so that it is there when the room is. */
  prepare(): void;
};

export function lateSealing(load: () => Promise<StudentBetween>): LateSealing {
  let loaded: StudentBetween | null = null;
  let loading: Promise<StudentBetween> | null = null;
  /** How the page came to its room is something that the sealing wants to know: the last of each, in order. */
  const introductions = new Map<string, PlainFromStudent>();

  function sealing(): Promise<StudentBetween> {
    // A download that broke off once is tried once more; after that the page is probably of an older version.
    loading ??= load()
      .catch(load)
      .then((ready) => {
        for (const introduction of introductions.values()) ready.outward(introduction);
        loaded = ready;
        return ready;
      });
    loading.catch(() => {
      loading = null;
    });
    return loading;
  }

  return {
    prepare: () => void sealing().catch(() => {}),
    async inward(frame, way) {
      if (loaded === null && (frame.type === "door" || frame.type === "heard" || frame.type === "gone")) return [frame];
      if (loaded === null && frame.type === "refused") return [frame];
      return (loaded ?? (await sealing())).inward(frame, way);
    },
    outward(frame) {
      if (frame.type === "hello" || frame.type === "join") {
        introductions.delete(frame.type);
        introductions.set(frame.type, frame);
      }
      if (loaded !== null) return loaded.outward(frame);
      if (frame.type !== "say" && frame.type !== "share_intake") return frame;
      return sealing().then((ready) => ready.outward(frame));
    },
  };
}
