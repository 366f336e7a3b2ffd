// One room's secret as the desk comes by it: put away before a reload, or asked for with an offer and unwrapped from the
// answer. The same offer stands until it is answered, so that asking again asks nothing new.
// Knows neither the socket nor the order of frames.

import { chance, type Chance, encoded } from "./bytes";
import type { Shelf, Stored } from "./desk-shelf";
import { fourWords, type FourWords, offerKey, type Offered, type Pairs, received } from "./handing";
import type { Identities } from "./identity";
import type { PlainToDesk, Sealing } from "./plain";
import type { KeyAnswer, Envelope, RoomView, Said } from "./protocol.gen";
import { type RoomKeys, roomKeys } from "./room-keys";

export type DeskRoomKeys = {
  readonly room: string;
  readonly keys: RoomKeys;
  /** Null while the room is accepted and not here yet. */
  view: RoomView | null;
  envelope: Envelope | null;
  /** What opens the student's intake, while they share it. */
  intake: Envelope | null;
  prefix: string;
  words: FourWords | null;
  /** Lines that came before their key. */
  readonly locked: Map<number, Said>;
  asking: { keyEpoch: number; offered: Promise<Offered | null> } | null;
  asked: "no" | "yes" | "in vain";
  /** The student may have let this desk read what is older; that is asked for once each time the room is described. */
  older: "may ask" | "asked";
  /** Answers that could not be read. */
  misread: number;
  /** The nonce that has not been revealed yet, and the offer that had committed to it. */
  reveal: { for: string; nonce: string } | null;
};

export type Asking = (room: DeskRoomKeys, keyEpoch: number) => Promise<Offered | null>;

export function begun(room: string, stored: Stored | null, random: Chance = chance): DeskRoomKeys {
  const keys = roomKeys(room, "counsellor", { current: 0, secrets: stored?.secrets ?? new Map() }, random);
  const words = stored?.words ?? null;
  const nothing = { view: null, envelope: null, intake: null, prefix: "", asking: null, misread: 0, reveal: null };
  return { room, keys, words, locked: new Map(), asked: "no", older: "may ask", ...nothing };
}

export async function restored(
  shelf: Shelf,
  identities: Pick<Identities, "deskKey">,
  room: string,
): Promise<Stored | null> {
  return shelf.get(room, await identities.deskKey()).catch(() => null);
}

export function asking(identities: Pick<Identities, "identity">, pairs: Pairs, random: Chance = chance): Asking {
  return async ({ room, view }, keyEpoch) => {
    const identity = await identities.identity(view?.staff ?? null);
    return identity && offerKey({ room, keyEpoch }, identity, random, pairs);
  };
}

/** Null if this desk's own key cannot be certified just now; the next time it is tried again. */
export async function offerOf(ask: Asking, room: DeskRoomKeys, keyEpoch: number): Promise<Offered | null> {
  if (room.asking?.keyEpoch !== keyEpoch) {
    room.asking = { keyEpoch, offered: ask(room, keyEpoch).catch(() => null) };
  }
  const mine = room.asking;
  const offered = await mine.offered;
  if (offered === null && room.asking === mine) room.asking = null;
  return offered;
}

/** Whether older lines are worth asking for. */
export function asksFor(room: DeskRoomKeys): boolean {
  if (room.asked === "yes" && room.asking !== null) return false;
  const worth = room.older === "may ask";
  room.older = "asked";
  return worth;
}

export async function unwrapped(
  room: DeskRoomKeys,
  { for: open, key_epoch: keyEpoch, answer }: { for: string; key_epoch: number; answer: KeyAnswer },
): Promise<"read" | "misread" | "not asked"> {
  const offered = await room.asking?.offered;
  if (!offered || offered.offer.public !== open) return "not asked";
  try {
    if (room.asking?.keyEpoch !== keyEpoch) return "misread";
    const { secrets, agreed } = await received({ room: room.room, keyEpoch }, offered, answer);
    for (const [one, secret] of secrets) room.keys.add(one, secret);
    room.words = await fourWords(agreed.transcript, offered.nonce);
    room.reveal = { for: offered.offer.public, nonce: encoded(offered.nonce) };
  } catch {
    return "misread";
  }
  [room.asking, room.asked, room.misread] = [null, "no", 0];
  return "read";
}

export function sealing({
  room,
  keys,
  words,
  asked,
  misread,
}: DeskRoomKeys): Extract<PlainToDesk, { type: "sealing" }> {
  const says = (sealing: Sealing) => ({ type: "sealing" as const, room, sealing });
  if (keys.secrets.has(keys.current)) return says({ at: "shared", words, also: [] });
  if (asked === "in vain") return says({ at: "unavailable" });
  return says({ at: "awaited", again: misread > 0 ? "again" : "first" });
}
