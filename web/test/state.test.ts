// Stories of what a student is shown, step by step. Time and chance are given; nothing here waits.

import { expect, test } from "vitest";
import { TROUBLE_AFTER } from "../src/connection";
import type { PlainToStudent } from "../src/plain";
import { CloseCode } from "../src/protocol.gen";
import { type Effect, type Input, type State, start, step } from "../src/state";
import { cid, ended as end, EPOCH, moment, notice, OTHER_ROOM, ROOM, said, view } from "./given";

function fed(begin: State, ...inputs: Input[]): [State, Effect[]] {
  return inputs.reduce<[State, Effect[]]>(
    ([state, effects], input) => {
      const [next, more] = step(state, input, moment(0, 1));
      return [next, [...effects, ...more]];
    },
    [begin, []],
  );
}

const frame = (frame: PlainToStudent): Input => ({ type: "heard", frame });
const told = (effects: Effect[]) => effects.flatMap((effect) => (effect.do === "tell" ? [effect.frame] : []));
const room = (changes = {}): Input => frame({ type: "room", ...view(changes) });
const lines = (...lines: ReturnType<typeof said>[]): Input => frame({ type: "lines", room: ROOM, lines });
const opened: Input = { type: "opened" };
const ended = end({ by: "counsellor" });

const atDoor = () => fed(start(null)[0], opened, frame({ type: "door", available: 2 }))[0];
const inRoom = () =>
  fed(atDoor(), { type: "talk" }, room({ revealed: true }), lines(said(1, "student"), said(2, "counsellor")))[0];

test("the door says live how many are free", () => {
  const [state, effects] = fed(start(null)[0], opened, frame({ type: "door", available: 2 }));
  expect(told(effects)).toEqual([{ type: "hello" }]);
  expect(state.screen).toMatchObject({ at: "door", available: 2 });
});

test("one press keeps the key first and then asks with it", () => {
  const [, effects] = fed(atDoor(), { type: "named", nickname: " moss " }, { type: "talk" });
  expect(effects).toEqual([
    { do: "keep", key: "key-1" },
    { do: "tell", frame: { type: "join", key: "key-1", nickname: "moss" } },
  ]);
  expect(told(fed(atDoor(), { type: "talk" }, { type: "talk" })[1])).toEqual([{ type: "join", key: "key-1" }]);
});

test("W4: an answer that was lost is asked for again with the same key", () => {
  const [, effects] = fed(atDoor(), { type: "talk" }, { type: "closed", code: 1006 }, opened);
  expect(told(effects).slice(1)).toEqual([{ type: "hello" }, { type: "join", key: "key-1" }]);
});

test("W3: with nobody available nothing is kept, and the word goes when somebody comes", () => {
  const [state, effects] = fed(atDoor(), { type: "talk" }, frame({ type: "refused", reason: "nobody_available" }));
  expect(state.screen).toMatchObject({ at: "door", answer: "nobody", joining: null });
  expect(effects.at(-1)).toEqual({ do: "forget" });
  expect(fed(state, frame({ type: "door", available: 0 }))[0].screen).toMatchObject({
    answer: "nobody",
  });
  expect(fed(state, frame({ type: "door", available: 1 }))[0].screen).toMatchObject({ answer: null });
});

test("too many at the door: the key is kept and asked with again when it is time", () => {
  const refused = frame({ type: "refused", reason: "too_many", retry_ms: 900 });
  const [state, effects] = fed(atDoor(), { type: "talk" }, refused);
  expect(effects.at(-1)).toEqual({ do: "later", ms: 900, input: { type: "ask_again", key: "key-1" } });
  expect(told(fed(state, { type: "ask_again", key: "key-1" })[1])).toEqual([{ type: "join", key: "key-1" }]);
  expect(fed(state, { type: "ask_again", key: "old" })[1]).toEqual([]);
});

test("W15: a reload leads straight back, and a key that opens nothing leads to the door", () => {
  const [returning] = start("kept");
  const [back, effects] = fed(returning, opened, room(), lines());
  expect(told(effects)).toEqual([
    { type: "hello", key: "kept" },
    { type: "beat", room: ROOM },
  ]);
  expect(back.screen).toMatchObject({ at: "room", key: "kept" });
  const [door, forgets] = fed(returning, opened, frame({ type: "gone" }));
  expect(door.screen.at).toBe("door");
  expect(forgets.slice(1)).toEqual([{ do: "forget" }, { do: "connect" }]);
});

test("coming back says how far the page is, and only if nothing is missing before that", () => {
  const away: Input = { type: "closed", code: CloseCode.TryAgain };
  expect(told(fed(inRoom(), away, opened)[1])).toEqual([{ type: "hello", key: "key-1", epoch: EPOCH, since: 2 }]);
  const [fresh] = fed(atDoor(), { type: "talk" }, room(), lines());
  expect(told(fed(fresh, away, opened)[1])).toEqual([{ type: "hello", key: "key-1" }]);
});

test("the place goes when the counsellor comes, and the name is known", () => {
  const [waiting] = fed(atDoor(), { type: "talk" }, room({ place: { ahead: 1, attended: true, wait: null } }), lines());
  expect(waiting.screen).toMatchObject({ place: { ahead: 1 } });
  const [next] = fed(waiting, frame({ type: "place", ahead: 0, attended: false, wait: null }));
  expect(next.screen).toMatchObject({ place: { ahead: 0, attended: false } });
  const came = frame({ type: "notice", ...notice(1, 0, "counsellor_came", "Asha") });
  expect(fed(next, came)[0].screen).toMatchObject({ place: null, talk: { conversation: { counsellor: "Asha" } } });
});

test("what is about another room changes nothing", () => {
  const before = inRoom();
  expect(fed(before, frame({ type: "ended", ...ended, room: OTHER_ROOM }))[0].screen).toEqual(before.screen);
  expect(fed(before, frame({ type: "line", room: OTHER_ROOM, ...said(3, "counsellor") }))[0].screen).toEqual(
    before.screen,
  );
});

test("W18, W21: the end empties the tab, and one press asks anew", () => {
  const [state, effects] = fed(inRoom(), frame({ type: "ended", ...ended }));
  expect(state.screen).toEqual({ at: "ended", ended: { type: "ended", ...ended } });
  expect(effects).toEqual([{ do: "forget" }, { do: "hang_up" }]);
  const [door, again] = fed(state, { type: "talk" }, opened);
  expect(door.screen.at).toBe("door");
  expect(told(again)).toEqual([{ type: "hello" }, { type: "join", key: "key-1" }]);
});

test("a room that is found gone has ended, without numbers", () => {
  const [state] = fed(inRoom(), { type: "closed", code: 1006 }, opened, frame({ type: "gone" }));
  expect(state.screen).toEqual({ at: "ended", ended: null });
});

test("U10: superseded says so and waits for a press", () => {
  const [state, effects] = fed(inRoom(), { type: "closed", code: CloseCode.Superseded });
  expect(state.screen).toMatchObject({ at: "room", superseded: true });
  expect(effects).toEqual([]);
  expect(fed(state, { type: "continue_here" })[1]).toEqual([{ do: "connect" }]);
});

test("a short gap in the connection is not mentioned, a longer one calmly", () => {
  const [down, effects] = fed(inRoom(), { type: "closed", code: 1006 });
  expect(effects).toEqual([{ do: "later", ms: TROUBLE_AFTER, input: { type: "still_down", loss: 1 } }]);
  expect(down.connection.troubled).toBe(false);
  expect(fed(down, { type: "still_down", loss: 1 })[0].connection.troubled).toBe(true);
  expect(fed(down, opened, room(), { type: "still_down", loss: 1 })[0].connection.troubled).toBe(false);
  const [back] = fed(down, { type: "still_down", loss: 1 }, opened, room(), lines());
  expect(back.connection.troubled).toBe(false);
});

test("writing while away is sent after coming back, with the cid of the press", () => {
  const [, effects] = fed(
    inRoom(),
    { type: "closed", code: 1006 },
    { type: "room", input: { type: "drafted", text: "still here" } },
    { type: "room", input: { type: "sent" } },
    opened,
    room({ revealed: true, resume: "delta" }),
    lines(),
  );
  expect(told(effects).at(-1)).toEqual({ type: "say", cid: cid(1), text: "still here" });
});

test("the quick exit covers first, closes, forgets and goes, and nothing comes after it", () => {
  const [state, effects] = fed(inRoom(), { type: "exit" });
  expect(effects).toEqual([
    { do: "cover" },
    { do: "tell", frame: { type: "close" } },
    { do: "leave", key: "key-1" },
    { do: "forget" },
    { do: "go" },
  ]);
  expect(fed(state, { type: "talk" }, opened, room())).toEqual([state, []]);
  expect(fed(atDoor(), { type: "exit" })[1]).toEqual([{ do: "cover" }, { do: "forget" }, { do: "go" }]);
  expect(fed(atDoor(), { type: "talk" }, { type: "exit" })[1]).toContainEqual({ do: "leave", key: "key-1" });
});

test("U6: in a room the page beats at once and then as often as it is told, until the seat is another tab's", () => {
  const beats = (effects: Effect[]) => told(effects).filter(({ type }) => type === "beat");
  const due = (effects: Effect[]) => effects.flatMap((effect) => (isBeat(effect) ? [effect] : []));
  const [state, first] = fed(atDoor(), { type: "talk" }, room({ beat_ms: 7_000 }), lines());
  expect(beats(first)).toEqual([{ type: "beat", room: ROOM }]);
  const [alarm] = due(first);
  expect(alarm?.ms).toBe(7_000);
  if (!alarm) throw new Error("no alarm");
  const [next, second] = fed(state, frame({ type: "heard" }), alarm.input);
  expect(beats(second)).toHaveLength(1);
  // An alarm that rings twice, or that belongs to an older connection, beats no more.
  expect(fed(next, alarm.input)[1]).toEqual([]);
  const [last] = due(second);
  if (!last) throw new Error("no alarm");
  expect(fed(next, { type: "closed", code: 1006 }, last.input)[1].filter(isBeat)).toEqual([]);
  const superseded = fed(next, { type: "closed", code: CloseCode.Superseded }, last.input);
  expect(superseded[1]).toEqual([]);
  expect(beats(fed(next, { type: "closed", code: 1006 }, opened, room(), lines())[1])).toHaveLength(1);
  // Who only watches the door does not beat.
  expect(fed(start(null)[0], opened, frame({ type: "door", available: 2 }))[1].filter(isBeat)).toEqual([]);
});

test("a beat that nobody answers says that the connection only looks open, and the page comes back on another", () => {
  const [state, first] = fed(atDoor(), { type: "talk" }, room(), lines());
  const alarm = first.find(isBeat);
  if (!alarm) throw new Error("no alarm");
  const [silent, effects] = fed(state, alarm.input);
  expect(effects).toContainEqual({ do: "connect" });
  expect(silent.connection.up).toBe(false);
  const trouble = effects.find((effect) => effect.do === "later" && effect.input.type === "still_down");
  if (trouble?.do !== "later") throw new Error("no alarm");
  expect(fed(silent, trouble.input)[0].connection.troubled).toBe(true);
  // Anything that is heard is an answer.
  expect(fed(state, { type: "heard", frame: { type: "typing", room: ROOM } }, alarm.input)[1]).not.toContainEqual({
    do: "connect",
  });
});

function isBeat(effect: Effect): effect is Extract<Effect, { do: "later" }> {
  return effect.do === "later" && effect.input.type === "beat_due";
}

test("W25: when the counsellor has to go the student is back at their place, and the room goes on", () => {
  const here = room({ counsellor: "Asha", revealed: true, whereabouts: "here" });
  const [talking] = fed(atDoor(), { type: "talk" }, here, lines(said(1, "student"), said(2, "counsellor")));
  const [gone] = fed(
    talking,
    frame({ type: "notice", ...notice(4, 2, "back_to_queue", "Asha") }),
    frame({ type: "place", ahead: 1, attended: true, wait: null }),
  );
  expect(gone.screen).toMatchObject({
    at: "room",
    place: { ahead: 1 },
    talk: { company: { whereabouts: null }, conversation: { counsellor: null } },
  });
  const came = frame({ type: "notice", ...notice(5, 2, "counsellor_came", "Ben") });
  expect(fed(gone, came)[0].screen).toMatchObject({
    place: null,
    talk: { company: { whereabouts: "here" }, conversation: { counsellor: "Ben" } },
  });
});

test("U4: a name that is somebody's is refused at the door, and nothing is kept", () => {
  const [state, effects] = fed(atDoor(), { type: "talk" }, frame({ type: "refused", reason: "nickname_taken" }));
  expect(state.screen).toMatchObject({ at: "door", answer: "nickname_taken", joining: null });
  expect(effects.at(-1)).toEqual({ do: "forget" });
});

test("W15: a restart in mid-sentence loses neither the draft nor what was not answered", () => {
  const [down, effects] = fed(
    inRoom(),
    { type: "room", input: { type: "drafted", text: "sent, not answered" } },
    { type: "room", input: { type: "sent" } },
    { type: "room", input: { type: "drafted", text: "half a sen" } },
    { type: "closed", code: CloseCode.Restarting },
  );
  expect(effects.at(-1)).toMatchObject({ do: "later", ms: TROUBLE_AFTER });
  expect(down.connection.troubled).toBe(false);
  const [back, more] = fed(down, opened, room({ revealed: true, resume: "delta" }), lines());
  expect(back.screen).toMatchObject({ at: "room", talk: { draft: "half a sen", live: true } });
  expect(told(more).at(-1)).toMatchObject({ type: "say", cid: cid(1), text: "sent, not answered" });
});

test("what has been shown is told by number once the page can be seen", () => {
  const hidden = [{ type: "heard", frame: { type: "lines", room: ROOM, lines: [said(1, "counsellor")] } }] as const;
  const [state, none] = hidden.reduce<[State, Effect[]]>(
    ([state], input) => step(state, input as unknown as Input, moment(0, 1, "elsewhere")),
    [fed(atDoor(), { type: "talk" }, room({ revealed: true }))[0], []],
  );
  expect(told(none)).toEqual([{ type: "beat", room: ROOM }]);
  expect(told(fed(state, { type: "looked" })[1])).toEqual([{ type: "seen", seq: 1 }]);
});

test("U10: a superseded page that is shown again from the browser's memory does not come back by itself", () => {
  const again: Input = { type: "shown_again" };
  const room0 = inRoom();
  expect(fed(room0, again)[1]).toEqual([{ do: "connect" }]);
  const [superseded] = fed(room0, { type: "closed", code: 4001 });
  expect(fed(superseded, again)[1]).toEqual([]);
});

test("without WebCrypto no chat starts, not even on the way back, and the page says why", () => {
  const [state] = start(null, "unable");
  const [asked, effects] = fed(state, opened, frame({ type: "door", available: 2 }), { type: "talk" });
  expect(asked.screen).toMatchObject({ at: "door", joining: null, answer: "insecure" });
  expect(told(effects)).toEqual([{ type: "hello" }]);
  expect(start("kept", "unable")[0].screen.at).toBe("door");
});

test("a page of another version says so, and keeps what was written", () => {
  const written = fed(inRoom(), { type: "room", input: { type: "drafted", text: "hm" } })[0];
  expect(fed(written, { type: "misunderstood" })[0]).toMatchObject({
    outdated: true,
    screen: { talk: { draft: "hm" } },
  });
  const refused = frame({ type: "refused", reason: "suite", room: ROOM, cid: cid(1) });
  expect(fed(written, refused)[0]).toMatchObject({ outdated: true, screen: { talk: { draft: "hm" } } });
  expect(fed(written, frame({ type: "refused", reason: "too_many" }))[0].outdated).toBe(false);
});
