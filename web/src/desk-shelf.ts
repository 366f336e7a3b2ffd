// What the desk keeps of its rooms' secrets through a reload: in session storage, sealed with the desk key, which is in
// the browser's key store and cannot be read out. Each room's is bound to that room. Knows no line and no student.

import { type Bytes, decoded, encoded, sized, utf8, uuidBytes } from "./bytes";
import type { FourWords, Secrets } from "./handing";
import { openBytes, sealBytes } from "./keys";

export type Stored = { readonly secrets: Secrets; readonly words: FourWords | null };

export type Shelf = {
  get(room: string, deskKey: CryptoKey): Promise<Stored | null>;
  put(room: string, stored: Stored, deskKey: CryptoKey): Promise<void>;
  drop(room: string): void;
  keepOnly(rooms: readonly string[]): void;
};

const BEFORE = "room ";

/** `storage` is asked for at every use: where it is forbidden, asking throws. */
export function shelf(storage: () => Storage): Shelf {
  return {
    async get(room, deskKey) {
      const text = storage().getItem(BEFORE + room);
      if (text === null) return null;
      const plain = await openBytes(deskKey, decoded(text), uuidBytes(room));
      const { secrets, words } = JSON.parse(new TextDecoder().decode(plain));
      const read = secrets.map(([keyEpoch, secret]: [number, string]) => [keyEpoch, sized(decoded(secret), 32)]);
      return { secrets: new Map<number, Bytes>(read), words };
    },
    async put(room, { secrets, words }, deskKey) {
      if (secrets.size === 0) return;
      const list = [...secrets].map(([keyEpoch, secret]) => [keyEpoch, encoded(secret)]);
      const sealed = await sealBytes(deskKey, utf8(JSON.stringify({ secrets: list, words })), uuidBytes(room));
      storage().setItem(BEFORE + room, encoded(sealed));
    },
    drop(room) {
      quietly(() => storage().removeItem(BEFORE + room));
    },
    keepOnly(rooms) {
      quietly(() => {
        const kept = storage();
        const others = Array.from({ length: kept.length }, (_, at) => kept.key(at) ?? "").filter(
          (name) => name.startsWith(BEFORE) && !rooms.includes(name.slice(BEFORE.length)),
        );
        for (const name of others) kept.removeItem(name);
      });
    },
  };
}

function quietly(work: () => void) {
  try {
    work();
  } catch {
    // Nothing could be kept, so nothing is left.
  }
}
