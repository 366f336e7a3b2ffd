// Stories of what a counsellor is shown, step by step. Time and chance are given; nothing here waits.

import { expect, test } from "vitest";
import { isHeld } from "../src/desk-rooms";
import { type Desk, type DeskEffect, type DeskInput, type DeskState, start, step } from "../src/desk-state";
import type { PlainToDesk } from "../src/plain";
import { CloseCode } from "../src/protocol.gen";
import { KEYBOARD, cid, ended as end, EPOCH, moment, OTHER_ROOM, ROOM, said, view } from "./given";

function fed(begin: DeskState, ...inputs: DeskInput[]): [DeskState, DeskEffect[]] {
  let id = 0;
  return inputs.reduce<[DeskState, DeskEffect[]]>(
    ([state, effects], input) => {
      id += 1;
      const [next, more] = step(state, input, moment(60_000, id));
      return [next, [...effects, ...more]];
    },
    [begin, []],
  );
}

const frame = (frame: PlainToDesk): DeskInput => ({ type: "heard", frame });
const told = (effects: DeskEffect[]) => effects.flatMap((effect) => (effect.do === "tell" ? [effect.frame] : []));
const opened: DeskInput = { type: "opened" };
const lost: DeskInput = { type: "closed", code: 1006, everOpen: true };
const welcome = (...rooms: string[]) =>
  frame({
    type: "welcome",
    nickname: "Asha",
    role: "counsellor",
    limit: 3,
    rooms,
    moved: [],
    beat_ms: 20_000,
    keyboard: KEYBOARD,
  });
const enter = (room: string, ...lines: ReturnType<typeof said>[]): DeskInput[] => [
  frame({ type: "room", ...view({ room, revealed: true, nickname: room === ROOM ? "moss" : "fern" }) }),
  frame({ type: "sealing", room, sealing: { at: "shared", words: null, also: [] } }),
  frame({ type: "lines", room, lines }),
];
const desk = (...inputs: DeskInput[]) => {
  const [state, effects] = fed(start(null)[0], { type: "signed_in", nickname: "Asha" }, opened, welcome(), ...inputs);
  if (state.at !== "desk") throw new Error("not at the desk");
  return [state, effects] as [Desk, DeskEffect[]];
};
const held = (state: DeskState, room: string) => {
  const found = state.at === "desk" ? state.rooms.find((one) => one.room === room) : undefined;
  if (!found || !isHeld(found)) throw new Error("not held");
  return found;
};

test("signing in, and what can go wrong", () => {
  expect(start(null)).toEqual([{ at: "asking" }, [{ do: "who_am_i" }]]);
  const [form] = fed(start(null)[0], { type: "not_signed_in" });
  expect(form).toEqual({ at: "sign_in", busy: false, trouble: null });
  const [wrong] = fed(form, { type: "trying" }, { type: "failed", trouble: { why: "wrong" } });
  expect(wrong).toEqual({ at: "sign_in", busy: false, trouble: { why: "wrong" } });
  expect(fed(form, { type: "signed_in", nickname: "Asha" })[1]).toContainEqual({ do: "connect" });
});

test("the link of the first start leads to the first account", () => {
  const [first] = start({ by: "first", token: "token" });
  expect(first).toMatchObject({ at: "first", token: "token" });
  const [gone] = fed(first, { type: "failed", trouble: { why: "gone" } });
  expect(fed(gone, { type: "to_sign_in" })[0].at).toBe("sign_in");
});

test("a press is a claim; the same claim is repeated until it is answered", () => {
  const [, effects] = desk({ type: "take" }, lost, opened, welcome());
  const takes = told(effects).filter(({ type }) => type === "take");
  expect(takes).toEqual([
    { type: "take", claim: cid(4) },
    { type: "take", claim: cid(4) },
  ]);
  const [taken] = desk({ type: "take" }, frame({ type: "taken", claim: cid(4), room: ROOM }), { type: "take" });
  expect(taken).toMatchObject({ claim: cid(6), fresh: ROOM });
});

test("W7, W8: refusals stand until the next press", () => {
  const [state] = desk({ type: "take" }, frame({ type: "refused", reason: "nobody_waiting", claim: cid(4) }));
  expect(state).toMatchObject({ answer: "nobody_waiting", claim: null });
  expect(fed(state, { type: "take" })[0]).toMatchObject({ answer: null });
});

test("the switch shows what was wanted, and asks again after a loss", () => {
  const [state, effects] = desk({ type: "switch" }, lost, opened, welcome());
  expect(told(effects).filter(({ type }) => type === "switch")).toHaveLength(2);
  expect(state).toMatchObject({ available: false, wanted: true });
  expect(fed(state, frame({ type: "switched", available: true }))[0]).toMatchObject({ available: true, wanted: null });
});

test("W5: the longest wait is kept as a moment, so that it goes on between frames", () => {
  const [state] = desk(frame({ type: "queue", waiting: 3, reconnecting: 1, longest_ms: 20_000, wait: null }));
  expect(state.queue).toEqual({ waiting: 3, reconnecting: 1, longestSince: 40_000, wait: null });
});

test("several rooms have drafts and cids of their own", () => {
  const [state] = desk(...enter(ROOM), ...enter(OTHER_ROOM));
  const [next, effects] = fed(
    state,
    { type: "room", room: ROOM, input: { type: "drafted", text: "for moss" } },
    { type: "room", room: OTHER_ROOM, input: { type: "drafted", text: "for fern" } },
    { type: "room", room: OTHER_ROOM, input: { type: "sent" } },
  );
  expect(held(next, ROOM).talk.draft).toBe("for moss");
  expect(held(next, OTHER_ROOM).talk.draft).toBe("");
  expect(told(effects).filter(({ type }) => type === "say")).toEqual([
    { type: "say", room: OTHER_ROOM, cid: cid(3), text: "for fern" },
  ]);
});

test("unread counts what came while one was elsewhere, and not what a reload brings", () => {
  const [state] = desk(...enter(ROOM, said(1, "student")), { type: "within", room: OTHER_ROOM });
  expect(held(state, ROOM).unread).toBe(0);
  const [next] = fed(state, frame({ type: "line", room: ROOM, ...said(2, "student") }));
  expect(held(next, ROOM).unread).toBe(1);
  expect(held(fed(next, { type: "within", room: ROOM })[0], ROOM).unread).toBe(0);
});

test("coming back names every room and how far it is shown", () => {
  const [, effects] = desk(...enter(ROOM, said(1, "student")), ...enter(OTHER_ROOM), lost, opened);
  expect(told(effects).at(-1)).toEqual({
    type: "hello",
    opened: false,
    rooms: [
      { room: ROOM, epoch: EPOCH, since: 1 },
      { room: OTHER_ROOM, epoch: EPOCH, since: 0 },
    ],
  });
});

test("D1, D5: that somebody opened the desk is said once, and rooms that the server opens begin the tracker anew", () => {
  const [opening, hello] = fed(start(null)[0], { type: "signed_in", nickname: "Asha" }, opened);
  expect(told(hello).at(-1)).toMatchObject({ type: "hello", opened: true });
  const [, again] = fed(opening, lost, opened);
  expect(told(again).at(-1)).toMatchObject({ type: "hello", opened: true });
  const [state, effects] = fed(opening, welcome(ROOM), ...enter(ROOM));
  const rules = { pause: 900_000, interval: 300_000, keys: 300 };
  expect(effects).toContainEqual({ do: "listen", rules });
  expect(effects.filter((effect) => effect.do === "room_opened")).toHaveLength(1);
  const [back, quiet] = fed(state, lost, opened, welcome(ROOM), ...enter(ROOM), { type: "within", room: ROOM });
  expect(told(quiet)).toContainEqual(expect.objectContaining({ type: "hello", opened: false }));
  expect(quiet.some((effect) => effect.do === "room_opened")).toBe(false);
  expect(fed(back, { type: "sign_out" })[1]).toContainEqual({ do: "stop_listening" });
  const [kept] = fed(back, { type: "closed", code: CloseCode.SignedOut, everOpen: true });
  const [, anew] = fed(kept, { type: "signed_in", nickname: "Asha" }, opened);
  expect(told(anew).at(-1)).toMatchObject({ type: "hello", opened: true });
});

test("an ended room stays until it is put away; one that is missing at the welcome has ended too", () => {
  const [state] = desk(...enter(ROOM), ...enter(OTHER_ROOM), lost, opened, welcome(OTHER_ROOM));
  expect(state.rooms.map(isHeld)).toEqual([false, true]);
  const ended = frame({ type: "ended", ...end({ room: OTHER_ROOM, lines: 2 }) });
  const [both] = fed(state, ended, { type: "put_away", room: ROOM });
  expect(both).toMatchObject({ rooms: [{ room: OTHER_ROOM, nickname: "fern", ended: { lines: 2 } }] });
});

test("signed out leads to signing in, superseded waits for a press, a refused handshake asks who one is", () => {
  const [state] = desk(...enter(ROOM));
  expect(fed(state, { type: "closed", code: CloseCode.SignedOut, everOpen: true })[0].at).toBe("sign_in");
  const [elsewhere, none] = fed(state, { type: "closed", code: CloseCode.Superseded, everOpen: true });
  expect(elsewhere).toMatchObject({ superseded: true });
  expect(none).toEqual([{ do: "stop_listening" }]);
  expect(fed(elsewhere, { type: "continue_here" })[1]).toEqual([{ do: "connect" }]);
  expect(fed(state, { type: "closed", code: 1006, everOpen: false })[1]).toContainEqual({ do: "who_am_i" });
});

test("what was written at a desk whose session ended comes back with the same person, and with nobody else", () => {
  const written: DeskInput[] = [
    { type: "room", room: ROOM, input: { type: "drafted", text: "not sent yet" } },
    { type: "room", room: ROOM, input: { type: "sent" } },
    { type: "room", room: ROOM, input: { type: "drafted", text: "half a thought" } },
  ];
  const ended: DeskInput = { type: "closed", code: CloseCode.SignedOut, everOpen: true };
  const [out] = fed(desk(...enter(ROOM), ...written)[0], ended);
  expect(out).toMatchObject({ at: "sign_in", trouble: { why: "signed_out" } });
  const [back, effects] = fed(out, { type: "trying" }, { type: "signed_in", nickname: "Asha" });
  expect(effects).toContainEqual({ do: "connect" });
  expect(held(back, ROOM).talk.draft).toBe("half a thought");
  expect(held(back, ROOM).talk.conversation.pending.map(({ text }) => text)).toEqual(["not sent yet"]);
  const [other] = fed(out, { type: "signed_in", nickname: "Ben" });
  expect(other).toMatchObject({ at: "desk", rooms: [] });
  // Who signs out by a press has given it up.
  const [left] = fed(desk(...enter(ROOM), ...written)[0], { type: "sign_out" });
  expect(fed(left, { type: "signed_in", nickname: "Asha" })[0]).toMatchObject({ rooms: [] });
});

test("a gap in one room takes the connection from every room, so that each asks again what was not answered", () => {
  const gap = frame({ type: "line", ...said(9, "student"), room: ROOM });
  const [state, effects] = fed(desk(...enter(ROOM), ...enter(OTHER_ROOM))[0], gap);
  expect(effects).toContainEqual({ do: "connect" });
  expect(state).toMatchObject({ connection: { up: false } });
  expect([held(state, ROOM).talk.live, held(state, OTHER_ROOM).talk.live]).toEqual([false, false]);
});
