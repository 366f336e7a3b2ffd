// What tests begin with: rooms, lines and moments. Time and chance are arguments, so nothing here waits or is random.

import type { Moment } from "../src/moment";
import type { Body, PlainSaid, PlainView } from "../src/plain";
import type { Ended, Notice, PlacedNotice, Role } from "../src/protocol.gen";

export const ROOM = "11111111-1111-4111-8111-111111111111";
export const OTHER_ROOM = "99999999-1111-4111-8111-111111111111";
export const EPOCH = "22222222-2222-4222-8222-222222222222";

/** When a desk tells of its keyboard, as the server says by default. */
export const KEYBOARD = { pause_ms: 900_000, interval_ms: 300_000, keys: 300 };

export function cid(number: number): string {
  return `33333333-3333-4333-8333-${String(number).padStart(12, "0")}`;
}

export function moment(now = 0, id = 1, eyes: Moment["eyes"] = "here"): Moment {
  return { now, id: cid(id), key: `key-${id}`, eyes };
}

export function view(changes: Partial<PlainView> = {}): PlainView {
  return {
    room: ROOM,
    epoch: EPOCH,
    nickname: "guest_4821",
    intake: null,
    counsellor: null,
    revealed: false,
    reads_after: 0,
    resume: "full",
    notices: [],
    closes_in_ms: null,
    place: null,
    whereabouts: null,
    seen: 0,
    handing_to: null,
    older: null,
    beat_ms: 5_000,
    ...changes,
  };
}

export function said(seq: number, from: Role, text = `line ${seq}`): PlainSaid {
  return { seq, cid: cid(seq), from, at: seq, body: words(text) };
}

export function notice(nth: number, after: number, kind: Notice, counsellor?: string): PlacedNotice {
  const placed = { room: ROOM, nth, after, notice: kind };
  return counsellor === undefined ? placed : { ...placed, counsellor };
}

export function words(text: string): Body {
  return { kind: "text", text };
}

export function ended(changes: Partial<Ended> = {}): Ended {
  const erased: Ended["erased"] = ["room", "lines", "nickname", "key"];
  return { room: ROOM, at: 1, lines: 3, by: "student", receipt: "4F7K-2Q9P", erased, ...changes };
}
