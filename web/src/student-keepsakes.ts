// What a student's tab keeps of one room's keys through a reload, as one text in session storage: the secrets, the
// installation's key as it was first seen, and the four words. Never the server's share, and never a line.
// Knows the form of that text and nothing of where it is put.

import { type Bytes, decoded, encoded, sized } from "./bytes";
import type { FourWords } from "./handing";

export type Possession = {
  /** `handedAt` is the key epoch of the first counsellor who was given it. */
  readonly secrets: Map<number, { readonly secret: Bytes; readonly handedAt: number | null }>;
  current: number;
  staff: Bytes | null;
  /** By key epoch: during a hand-over there are two counsellors to compare with. */
  readonly words: Map<number, FourWords>;
};

/** Neither throws: where nothing can be kept, a reload loses the conversation, which the page says. */
export type Tab = { keys(): string | null; keep(keys: string): void };

export function written(room: string, { secrets, current, staff, words }: Possession): string {
  const list = [...secrets].map(([keyEpoch, { secret, handedAt }]) => [keyEpoch, encoded(secret), handedAt]);
  return JSON.stringify({ room, secrets: list, current, staff: staff && encoded(staff), words: [...words] });
}

/** Null if it is another room's, or not what `written` writes. */
export function read(text: string | null, room: string): Possession | null {
  if (text === null) return null;
  try {
    const found = JSON.parse(text);
    if (found.room !== room) return null;
    const secrets = new Map<number, { secret: Bytes; handedAt: number | null }>();
    for (const [keyEpoch, secret, handedAt] of found.secrets) {
      secrets.set(keyEpoch, { secret: sized(decoded(secret), 32), handedAt });
    }
    const staff = found.staff === null ? null : sized(decoded(found.staff), 65);
    return { secrets, current: found.current, staff, words: new Map(found.words) };
  } catch {
    return null;
  }
}
