// What a page can still say of a room once it is gone: what was erased, and a short id to name that by.
// Stateless; both pages show it. It knows nothing of the room.

import type { Ended } from "../protocol.gen";
import { en } from "../words/en";

export function Receipt({ ended }: { ended: Ended | null }) {
  if (ended === null) return null;
  return (
    <p class="soft small">
      {en.ended.erased(ended)}{" "}
      <span class="receipt">
        {en.ended.receipt} {ended.receipt}
      </span>
    </p>
  );
}
