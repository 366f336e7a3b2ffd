// The keys of one room as one seat holds them: opens what comes, seals what goes, and holds lines to their order.
// Both pages use it. It knows no socket and no storage, and never which words belong to which person.

import { type Bytes, type Chance, chance, decoded, sized } from "./bytes";
import { contentKey, type Direction, type Lone, open, openLone, type Place, seal, sealLone } from "./keys";
import { type Order, order } from "./order";
import type { Body, PlainSaid } from "./plain";
import type { Envelope, Role, RoomView, Said } from "./protocol.gen";

export type RoomKeys = {
  readonly secrets: ReadonlyMap<number, Bytes>;
  /** The key epoch that is sealed with. It never goes back: whoever had an older key has gone since. */
  readonly current: number;
  /** The room as the server describes it anew. */
  described(view: RoomView): void;
  /** Whether that is news. */
  moveTo(keyEpoch: number): boolean;
  add(keyEpoch: number, secret: Bytes): void;
  /** Lines must come in the order of their numbers; hearing one again changes nothing. */
  opened(line: Said): Promise<PlainSaid>;
  /** The same line gets the same envelope until it is answered. Null while there is no key. */
  sealed(cid: string, text: string): Promise<Envelope | null>;
  /** The words of this line go again under another cid, or never. */
  forgetLine(cid: string): void;
  /** What is no line. Null while there is no key, or if no key opens it. */
  lone(what: Lone, envelope: Envelope): Promise<string | null>;
  sealedLone(what: Lone, text: string): Promise<Envelope | null>;
};

const LOCKED: Body = { kind: "locked" };
const UNREADABLE: Body = { kind: "unreadable" };

export function roomKeys(
  room: string,
  mine: Role,
  known: { current: number; secrets: ReadonlyMap<number, Bytes> },
  random: Chance = chance,
): RoomKeys {
  const secrets = new Map(known.secrets);
  const keys = new Map<string, Promise<CryptoKey>>();
  const envelopes = new Map<string, Promise<Envelope>>();
  const counted = new Map<number, number>();
  const read = new Map<number, { line: Said; body: Body }>();
  let current = known.current;
  let share: Bytes | null = null;
  let numbering: string | null = null;
  let lines: Order = order();

  /** Null without a secret for that key epoch. */
  function key(place: Place): Promise<CryptoKey> | null {
    const secret = secrets.get(place.keyEpoch);
    if (secret === undefined || share === null) return null;
    const name = `${place.direction} ${place.keyEpoch}`;
    const found = keys.get(name) ?? contentKey(secret, share, place);
    keys.set(name, found);
    return found;
  }

  const at = <D extends Direction>(direction: D, keyEpoch: number) => ({ room, direction, keyEpoch });

  async function body(line: Said): Promise<Body> {
    const before = read.get(line.seq);
    // What was read at this number stays what it is: a full answer says it again, and nothing else may take its place.
    if (before) return sameLine(before.line, line) ? before.body : UNREADABLE;
    const place = at(line.from, line.body.key_epoch);
    const found = key(place);
    if (found === null) return LOCKED;
    try {
      const { counter, text } = await open(await found, place, line.cid, line.body);
      if (!lines.takes({ seq: line.seq, from: line.from, keyEpoch: place.keyEpoch, counter })) return UNREADABLE;
      const body: Body = { kind: "text", text };
      read.set(line.seq, { line, body });
      return body;
    } catch {
      return UNREADABLE;
    }
  }

  async function sealedAnew(cid: string, text: string, found: Promise<CryptoKey>, keyEpoch: number): Promise<Envelope> {
    const counter = Math.max(counted.get(keyEpoch) ?? 0, lines.countedTo(mine, keyEpoch)) + 1;
    counted.set(keyEpoch, counter);
    return seal(await found, at(mine, keyEpoch), cid, { counter, text }, random);
  }

  return {
    secrets,
    get current() {
      return current;
    },
    described(view) {
      const now = sized(decoded(view.share), 32);
      if (share === null) share = now;
      if (numbering !== view.epoch) {
        // Numbers mean nothing across the server's epochs; everything is told again.
        [numbering, lines] = [view.epoch, order()];
        read.clear();
      }
      current = Math.max(current, view.key_epoch);
    },
    moveTo(keyEpoch) {
      if (keyEpoch <= current) return false;
      current = keyEpoch;
      return true;
    },
    add(keyEpoch, secret) {
      secrets.set(keyEpoch, secret);
      for (const name of keys.keys()) if (name.endsWith(` ${keyEpoch}`)) keys.delete(name);
    },
    async opened(line) {
      if (line.from === mine) envelopes.delete(line.cid);
      return { ...line, body: await body(line) };
    },
    async sealed(cid, text) {
      const found = key(at(mine, current));
      const envelope = envelopes.get(cid) ?? (found && sealedAnew(cid, text, found, current));
      if (envelope) envelopes.set(cid, envelope);
      return envelope;
    },
    forgetLine: (cid) => void envelopes.delete(cid),
    async lone(what, envelope) {
      const place = at(what, envelope.key_epoch);
      try {
        const found = key(place);
        return found && (await openLone(await found, place, envelope));
      } catch {
        return null;
      }
    },
    async sealedLone(what, text) {
      const place = at(what, current);
      const found = key(place);
      return found && sealLone(await found, place, text, random);
    },
  };
}

function sameLine(one: Said, other: Said): boolean {
  return (
    one.cid === other.cid &&
    one.from === other.from &&
    one.body.sealed === other.body.sealed &&
    one.body.key_epoch === other.body.key_epoch
  );
}
