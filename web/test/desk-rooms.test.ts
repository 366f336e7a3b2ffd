// Stories of rooms that come to a desk and leave it while the conversation goes on (W25, W26), and of who waits.
// Time and chance are given; nothing here waits.

import { expect, test } from "vitest";
import { isHeld, isPassed, unsent } from "../src/desk-rooms";
import { type Desk, type DeskEffect, type DeskInput, type DeskState, start, step } from "../src/desk-state";
import type { PlainToDesk } from "../src/plain";
import { CloseCode } from "../src/protocol.gen";
import type { TalkInput } from "../src/talk";
import { KEYBOARD, cid, moment, OTHER_ROOM, ROOM, said, view } from "./given";

function fed(begin: DeskState, ...inputs: DeskInput[]): [Desk, DeskEffect[]] {
  const [state, effects] = inputs.reduce<[DeskState, DeskEffect[]]>(
    ([state, effects], input) => {
      const [next, more] = step(state, input, moment(60_000));
      return [next, [...effects, ...more]];
    },
    [begin, []],
  );
  if (state.at !== "desk") throw new Error("not at the desk");
  return [state, effects];
}

const frame = (frame: PlainToDesk): DeskInput => ({ type: "heard", frame });
const told = (effects: DeskEffect[]) => effects.flatMap((effect) => (effect.do === "tell" ? [effect.frame] : []));
const opened: DeskInput = { type: "opened" };
const lost: DeskInput = { type: "closed", code: 1006, everOpen: true };
const welcome = (rooms: string[] = [], moved: string[] = []) =>
  frame({
    type: "welcome",
    nickname: "Asha",
    role: "counsellor",
    limit: 3,
    rooms,
    moved,
    beat_ms: 20_000,
    keyboard: KEYBOARD,
  });
const enter = (room = ROOM, changes = {}): DeskInput[] => [
  frame({ type: "room", ...view({ room, revealed: true, nickname: "moss", whereabouts: "here", ...changes }) }),
  frame({ type: "sealing", room, sealing: { at: "shared", words: null, also: [] } }),
  frame({ type: "lines", room, lines: [] }),
];
const desk = (...inputs: DeskInput[]) =>
  fed(start(null)[0], { type: "signed_in", nickname: "Asha" }, opened, welcome(), ...inputs);
const inTalk = (input: TalkInput): DeskInput => ({ type: "room", room: ROOM, input });
const inParting = (input: Extract<DeskInput, { type: "parting" }>["input"]): DeskInput => ({
  type: "parting",
  room: ROOM,
  input,
});
const ben = { id: cid(77), nickname: "Ben" };
const partings = (effects: DeskEffect[]) =>
  told(effects).filter(({ type }) => type === "hand_over" || type === "give_back");

test("U6: the desk beats for every room it shows, as often as the most eager one wants it", () => {
  const [state, effects] = desk(...enter(ROOM, { beat_ms: 5_000 }), ...enter(OTHER_ROOM, { beat_ms: 4_000 }));
  const beats = told(effects).filter(({ type }) => type === "beat");
  expect(beats).toEqual([
    { type: "beat", rooms: [ROOM] },
    { type: "beat", rooms: [ROOM, OTHER_ROOM] },
  ]);
  const alarms = effects.flatMap((effect) =>
    effect.do === "later" && effect.input.type === "beat_due" ? [{ ms: effect.ms, input: effect.input }] : [],
  );
  expect(alarms.map(({ ms }) => ms)).toEqual([20_000, 5_000, 4_000]);
  const [old, , due] = alarms;
  if (!old || !due) throw new Error("no alarm");
  expect(fed(state, old.input)[1]).toEqual([]);
  const heard = frame({ type: "heard" });
  expect(told(fed(state, heard, due.input)[1])).toEqual([{ type: "beat", rooms: [ROOM, OTHER_ROOM] }]);
  // A beat that nobody answered: the connection only looks open.
  const [silent, again] = fed(state, due.input);
  expect([silent.at === "desk" && silent.connection.up, again]).toEqual([
    false,
    expect.arrayContaining([{ do: "connect" }]),
  ]);
  const superseded: DeskInput = { type: "closed", code: CloseCode.Superseded, everOpen: true };
  expect(fed(state, superseded, due.input)[1]).toEqual([{ do: "stop_listening" }]);
});

test("W26: handing over asks a colleague, and shows the choice again when that did not arrive", () => {
  const [state] = desk(frame({ type: "colleagues", available: [ben] }), ...enter());
  const [asking, effects] = fed(state, inParting({ type: "choose" }), inParting({ type: "ask", to: ben }));
  expect(partings(effects)).toEqual([{ type: "hand_over", room: ROOM, to: ben.id }]);
  const [known] = fed(asking, frame({ type: "handing", room: ROOM, to: "Ben" }));
  expect(known.rooms).toMatchObject([{ parting: { at: "staying" }, talk: { company: { handingTo: "Ben" } } }]);
  const refused = frame({ type: "refused", reason: "colleague", room: ROOM });
  expect(fed(asking, refused)[0].rooms).toMatchObject([{ parting: { at: "choosing", refused: ben } }]);
  const [cut, none] = fed(asking, lost, opened, welcome([ROOM]), ...enter());
  expect(cut.rooms).toMatchObject([{ parting: { at: "choosing", refused: null } }]);
  expect(partings(none)).toEqual([]);
});

test("W26: giving back asks once, and again by itself when the answer was cut off", () => {
  const [state] = desk(...enter());
  expect(partings(fed(state, inParting({ type: "give_back" }))[1])).toEqual([]);
  const [returning, effects] = fed(state, inParting({ type: "wonder" }), inParting({ type: "give_back" }));
  expect(partings(effects)).toEqual([{ type: "give_back", room: ROOM }]);
  const [, again] = fed(returning, lost, opened, welcome([ROOM]), ...enter());
  expect(partings(again)).toEqual([{ type: "give_back", room: ROOM }]);
  expect(partings(fed(state, inParting({ type: "wonder" }), inParting({ type: "stay" }))[1])).toEqual([]);
});

test("W25: a room that goes on elsewhere is not erased, and nothing unsent in it is lost", () => {
  const [state] = desk(
    ...enter(),
    inTalk({ type: "drafted", text: "on its way" }),
    inTalk({ type: "sent" }),
    inTalk({ type: "drafted", text: "half a sen" }),
    frame({ type: "moved", room: ROOM, why: "away" }),
  );
  expect(state.rooms).toEqual([{ room: ROOM, nickname: "moss", why: "away", unsent: ["on its way", "half a sen"] }]);
  // It comes back to this very desk: the words stand in the box again.
  const [back] = fed(state, ...enter());
  expect(back.rooms).toMatchObject([{ talk: { draft: "on its way\nhalf a sen" } }]);
  expect(fed(state, { type: "put_away", room: ROOM })[0].rooms).toEqual([]);
});

test("W25: after a loss, what the welcome names in neither list has ended, and only that", () => {
  const third = cid(99);
  const [state] = desk(...enter(), ...enter(OTHER_ROOM), ...enter(third), lost, opened, welcome([third], [ROOM]));
  expect(state.rooms.map((room) => [isPassed(room), isHeld(room)])).toEqual([
    [true, false],
    [false, false],
    [false, true],
  ]);
  expect(state.rooms[0]).toMatchObject({ why: null });
  expect(fed(state, frame({ type: "moved", room: ROOM, why: "away" }))[0].rooms[0]).toMatchObject({ why: "away" });
});

test("a restart in mid-sentence keeps every draft and pending line at the desk", () => {
  const restarting: DeskInput = { type: "closed", code: CloseCode.Restarting, everOpen: true };
  const write = [inTalk({ type: "drafted", text: "one" }), inTalk({ type: "sent" })];
  const [down] = desk(...enter(), ...write, inTalk({ type: "drafted", text: "tw" }), restarting);
  expect(down.connection).toMatchObject({ up: false, troubled: false });
  expect(down.rooms.flatMap(unsent)).toEqual(["one", "tw"]);
  const [, effects] = fed(down, opened, welcome([ROOM]), ...enter());
  expect(told(effects).at(-1)).toMatchObject({ type: "say", room: ROOM, text: "one" });
});

const offer = frame({ type: "offered", room: ROOM, from: "Ben", key_epoch: 2, expires_in_ms: 30_000 });

test("W26: an accepted room arrives like a taken one, and its card goes", () => {
  const [asked, effects] = desk(offer);
  expect(asked.offers).toMatchObject([{ room: ROOM, from: "Ben", answer: null }]);
  expect(effects.at(-1)).toMatchObject({ do: "later", ms: 30_000, input: { type: "offer_over", room: ROOM } });
  const [accepting, accepts] = fed(asked, { type: "accept", room: ROOM });
  expect(told(accepts)).toEqual([{ type: "accept", room: ROOM }]);
  const [here] = fed(accepting, ...enter());
  expect(here).toMatchObject({ offers: [], fresh: ROOM, rooms: [{ room: ROOM }] });
  // The answer is said again after a loss, like a press that was not answered.
  expect(told(fed(accepting, lost, opened, welcome())[1]).at(-1)).toEqual({ type: "accept", room: ROOM });
});

test("W26: an offer ends by its time, by the server's word, or by a refusal that says so", () => {
  const [asked, effects] = desk(offer);
  const last = effects.at(-1);
  if (last?.do !== "later") throw new Error("no alarm");
  expect(fed(asked, last.input)[0].offers).toEqual([]);
  expect(fed(asked, frame({ type: "offer_ended", room: ROOM }))[0].offers).toEqual([]);
  const refused = frame({ type: "refused", reason: "offer_ended", room: ROOM });
  expect(fed(asked, { type: "accept", room: ROOM }, refused)[0]).toMatchObject({ offers: [], answer: "offer_ended" });
  // A desk that is full may make room and accept then.
  const full = frame({ type: "refused", reason: "limit", room: ROOM });
  expect(fed(asked, { type: "accept", room: ROOM }, full)[0]).toMatchObject({
    offers: [{ answer: null }],
    answer: "limit",
  });
  const [declined, declines] = fed(asked, { type: "decline", room: ROOM });
  expect(told(declines)).toEqual([{ type: "decline", room: ROOM }]);
  expect(declined.offers).toEqual([]);
});

test("W6: nobody is here while only unreachable students wait, until one is back", () => {
  const queue = (waiting: number, reconnecting: number) =>
    frame({ type: "queue", waiting, reconnecting, longest_ms: 0, wait: null });
  const [state] = desk(queue(2, 2), { type: "take" }, frame({ type: "refused", reason: "nobody_here", claim: cid(1) }));
  expect(state).toMatchObject({ answer: "nobody_here", claim: null });
  expect(fed(state, queue(3, 3))[0].answer).toBe("nobody_here");
  expect(fed(state, queue(2, 1))[0].answer).toBeNull();
  expect(fed(state, queue(0, 0))[0].answer).toBeNull();
});

test("U4: a room follows its student's new name", () => {
  const [state] = desk(...enter(), frame({ type: "renamed", room: ROOM, nickname: "guest_moss" }));
  expect(state.rooms).toMatchObject([{ talk: { conversation: { nickname: "guest_moss" } } }]);
});

test("what has been shown at the desk is told room by room", () => {
  const [, effects] = desk(...enter(), frame({ type: "line", room: ROOM, ...said(1, "student") }));
  expect(told(effects).at(-1)).toEqual({ type: "seen", room: ROOM, seq: 1 });
});
