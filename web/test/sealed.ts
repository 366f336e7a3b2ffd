// Rooms for the tests of sealing: fixed bytes instead of chance, an installation that certifies, and both sides' keys.
// Nothing here is secret, and nothing is random unless a test says so.

import { type Bytes, type Chance, encoded, joined, label, utf8 } from "../src/bytes";
import type { Identity } from "../src/handing";
import type { Envelope, Role, RoomView, Said } from "../src/protocol.gen";
import { cid, view } from "./given";

const ECDSA = { name: "ECDSA", namedCurve: "P-256" };

/** Thirty-two bytes, or as many as wanted, that say where they come from. */
export function fixed(first: number, length = 32): Bytes {
  return Uint8Array.from({ length }, (_, at) => (first + at) & 255);
}

/** Other bytes at every call, the same in every run. */
export function counting(first = 1): Chance {
  let next = first;
  return (length) => fixed(next++ * 17, length);
}

/** A small generator with a seed, so that what fails can be made to fail again. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export type Installation = {
  readonly staff: Bytes;
  certify(open: Bytes, nickname: string): Promise<Bytes>;
  counsellor(nickname: string): Promise<Identity>;
};

export async function installation(): Promise<Installation> {
  const pair = await crypto.subtle.generateKey(ECDSA, true, ["sign", "verify"]);
  const certify = async (open: Bytes, nickname: string) => {
    const said = joined(label("staff"), open, utf8(nickname));
    return new Uint8Array(await crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, pair.privateKey, said));
  };
  return {
    staff: new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey)),
    certify,
    async counsellor(nickname) {
      const own = await crypto.subtle.generateKey(ECDSA, true, ["sign", "verify"]);
      const open = new Uint8Array(await crypto.subtle.exportKey("raw", own.publicKey));
      return { private: own.privateKey, public: open, certificate: await certify(open, nickname) };
    },
  };
}

export const SHARE = fixed(100);

/** A room as it comes over the wire. */
export function wireView(changes: Partial<RoomView> = {}): { type: "room" } & RoomView {
  return {
    type: "room",
    ...view({ revealed: true }),
    share: encoded(SHARE),
    staff: encoded(fixed(7, 65)),
    key_epoch: 1,
    nickname: null,
    renamed: null,
    intake: null,
    ...changes,
  };
}

export function wireLine(seq: number, from: Role, body: Envelope, id = cid(seq)): Said {
  return { seq, cid: id, from, at: seq, body };
}
