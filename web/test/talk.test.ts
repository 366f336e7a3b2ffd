// Stories of one open room, on either page. Time and chance are given; nothing here waits.

import { expect, test } from "vitest";
import { ANSWER_AWAITED, NEW_KEY, step, type Talk, talk, type TalkEffect, type TalkInput } from "../src/talk";
import { cid, moment, said, view, words } from "./given";

/** Feeds inputs one after another; the second of each pair is its moment. */
function fed(start: Talk, ...inputs: [TalkInput, ReturnType<typeof moment>?][]): [Talk, TalkEffect[]] {
  let now = start;
  const effects: TalkEffect[] = [];
  for (const [input, at] of inputs) {
    const [next, more] = step(now, input, at ?? moment());
    now = next;
    effects.push(...more);
  }
  return [now, effects];
}

function live(): Talk {
  return fed(talk(view({ revealed: true }), "student", moment()), [{ type: "lines", lines: [] }])[0];
}

function spoken(effects: TalkEffect[]) {
  return effects.flatMap((effect) => (effect.do === "say" ? [[effect.cid, effect.text]] : []));
}

const write = (text: string, id: number): [TalkInput, ReturnType<typeof moment>][] => [
  [{ type: "drafted", text }, moment()],
  [{ type: "sent" }, moment(0, id)],
];

test("a line is sent at once, and the next only when it was answered", () => {
  const [waiting, effects] = fed(live(), ...write("one", 1), ...write("two", 2));
  expect(spoken(effects)).toEqual([[cid(1), "one"]]);
  const [, more] = fed(waiting, [{ type: "line", line: said(1, "student", "one") }]);
  expect(spoken(more)).toEqual([[cid(2), "two"]]);
});

test("what was written while away is sent in order, under the same cids, after coming back", () => {
  const [away] = fed(live(), ...write("one", 1), [{ type: "down" }], ...write("two", 2));
  expect(away.conversation.pending).toHaveLength(2);
  const [back, effects] = fed(away, [{ type: "view", view: view({ revealed: true }) }], [{ type: "lines", lines: [] }]);
  expect(spoken(effects)).toEqual([[cid(1), "one"]]);
  expect(spoken(fed(back, [{ type: "line", line: said(1, "student", "one") }])[1])).toEqual([[cid(2), "two"]]);
});

test("too many: the line stays, waits, and goes again under the same cid", () => {
  const [held, effects] = fed(
    live(),
    ...write("one", 1),
    [{ type: "refused", refused: { reason: "too_many", cid: cid(1), retry_ms: 700 } }],
    ...write("two", 2),
  );
  expect(spoken(effects)).toHaveLength(1);
  expect(effects).toContainEqual({ do: "later", ms: 700, input: { type: "released" } });
  expect(spoken(fed(held, [{ type: "released" }])[1])).toEqual([[cid(1), "one"]]);
});

test("a cid that is taken is replaced, the words stay", () => {
  const [, effects] = fed(live(), ...write("one", 1), [
    { type: "refused", refused: { reason: "cid_taken", cid: cid(1) } },
    moment(0, 8),
  ]);
  expect(spoken(effects)).toEqual([
    [cid(1), "one"],
    [cid(8), "one"],
  ]);
});

test("a gap closes the socket and shows nothing of the newer line", () => {
  const [after, effects] = fed(live(), [{ type: "line", line: said(3, "counsellor") }]);
  expect(effects).toEqual([{ do: "come_back" }]);
  expect(after.conversation.lines).toEqual([]);
  expect(after.live).toBe(false);
});

test("a line that nobody answers brings the page back", () => {
  const [waiting, effects] = fed(live(), ...write("one", 1));
  expect(effects).toContainEqual({ do: "later", ms: ANSWER_AWAITED, input: { type: "unheard", cid: cid(1) } });
  expect(fed(waiting, [{ type: "unheard", cid: cid(1) }])[1]).toEqual([{ do: "come_back" }]);
  const [answered] = fed(waiting, [{ type: "line", line: said(1, "student", "one") }]);
  expect(fed(answered, [{ type: "unheard", cid: cid(1) }])[1]).toEqual([]);
});

test("W17: too long keeps the text and says so; only spaces are not sent", () => {
  const [long, effects] = fed(live(), ...write("a".repeat(1_001), 1));
  expect(long.unfit).toEqual({ fit: "long", over: 1 });
  expect(long.draft).toHaveLength(1_001);
  expect(spoken(effects)).toEqual([]);
  expect(fed(long, [{ type: "drafted", text: "a" }])[0].unfit).toBeNull();
  const [spaces, none] = fed(live(), ...write("   ", 1));
  expect(spoken(none)).toEqual([]);
  expect(spaces.conversation.pending).toEqual([]);
});

test("W24: typing is told at once and then at most every 3 s", () => {
  const told = [0, 100, 2_999, 3_000, 5_999, 6_000].map((ms, index): [TalkInput, ReturnType<typeof moment>] => [
    { type: "drafted", text: "a".repeat(index + 1) },
    moment(10_000 + ms),
  ]);
  expect(fed(live(), ...told)[1]).toEqual([{ do: "typing" }, { do: "typing" }, { do: "typing" }]);
});

test("is typing stands until 4 s after the last sign, or until the line is there", () => {
  const [typing] = fed(live(), [{ type: "typing" }], [{ type: "typing" }]);
  expect(fed(typing, [{ type: "typed_out", sign: 1 }])[0].typing).toBe(true);
  expect(fed(typing, [{ type: "typed_out", sign: 2 }])[0].typing).toBe(false);
  expect(fed(typing, [{ type: "line", line: said(1, "counsellor") }])[0].typing).toBe(false);
  const heard = fed(typing, [{ type: "line", line: said(1, "counsellor") }], [{ type: "typing" }]);
  expect(fed(heard[0], [{ type: "typed_out", sign: 1 }])[0].typing).toBe(true);
});

test("W19: the warning says when, and goes when it no longer holds", () => {
  const [warned] = fed(live(), [{ type: "warning", closesIn: 120_000 }, moment(5_000)]);
  expect(warned.closesAt).toBe(125_000);
  expect(fed(warned, [{ type: "stay" }])[1]).toEqual([{ do: "stay" }]);
  expect(fed(warned, [{ type: "stayed" }])[0].closesAt).toBeNull();
});

test("W18: closing asks once, and an erasure that was cut off is asked for again", () => {
  const [asked, none] = fed(live(), [{ type: "ask" }]);
  expect(none).toEqual([]);
  expect(fed(asked, [{ type: "keep" }])[0].asked).toBe(false);
  const [erasing, effects] = fed(asked, [{ type: "erase" }]);
  expect(effects).toEqual([{ do: "close" }]);
  const back = fed(erasing, [{ type: "down" }], [{ type: "view", view: view() }], [{ type: "lines", lines: [] }]);
  expect(back[1]).toEqual([{ do: "close" }]);
});

const shared: TalkInput = { type: "sealing", sealing: { at: "shared", words: null, also: [] } };

test("at the desk lines wait for the student's key, and go in order when it is here", () => {
  const desk = fed(talk(view({ revealed: true }), "counsellor", moment()), [{ type: "lines", lines: [] }])[0];
  const [waiting, none] = fed(desk, ...write("one", 1), ...write("two", 2));
  expect(spoken(none)).toEqual([]);
  expect(waiting.conversation.pending).toHaveLength(2);
  expect(spoken(fed(waiting, [shared])[1])).toEqual([[cid(1), "one"]]);
  const lost: TalkInput = { type: "sealing", sealing: { at: "awaited", again: "first" } };
  expect(spoken(fed(desk, [shared], [lost], ...write("three", 3))[1])).toEqual([]);
});

test("a student's lines go to the room's own key at once, but not to somebody who is in doubt", () => {
  const uncertified: TalkInput = { type: "sealing", sealing: { at: "uncertified", counsellor: "Asha" } };
  expect(spoken(fed(live(), [uncertified], ...write("one", 1))[1])).toEqual([[cid(1), "one"]]);
  const doubtful: TalkInput = { type: "sealing", sealing: { at: "doubtful" } };
  const [held, none] = fed(live(), [doubtful], ...write("one", 1));
  expect(spoken(none)).toEqual([]);
  expect(spoken(fed(held, [shared])[1])).toEqual([[cid(1), "one"]]);
});

test("refused for its key epoch, the same words go again under a new cid, after a breath", () => {
  const refused: TalkInput = { type: "refused", refused: { reason: "key_epoch", cid: cid(1) } };
  const [held, effects] = fed(live(), ...write("one", 1), [refused, moment(0, 8)]);
  expect(effects).toContainEqual({ do: "later", ms: NEW_KEY, input: { type: "released" } });
  expect(spoken(effects)).toEqual([[cid(1), "one"]]);
  expect(spoken(fed(held, [{ type: "released" }])[1])).toEqual([[cid(8), "one"]]);
});

test("refused for its suite, a line is kept and not said again: only another page could", () => {
  const refused: TalkInput = { type: "refused", refused: { reason: "suite", cid: cid(1) } };
  const [held, effects] = fed(live(), ...write("one", 1), [refused], ...write("two", 2));
  expect(spoken(effects)).toEqual([[cid(1), "one"]]);
  expect(held.conversation.pending.map(({ text }) => text)).toEqual(["one", "two"]);
});

test("a line that had no key yet is read at its place once it has one, and only then counts as shown", () => {
  const locked = { ...said(1, "student"), body: { kind: "locked" as const } };
  const desk = talk(view({ revealed: true }), "counsellor", moment());
  const [waiting, none] = fed(desk, [{ type: "lines", lines: [locked, said(2, "counsellor")] }]);
  expect(none.filter((effect) => effect.do === "seen")).toEqual([]);
  const [read, effects] = fed(waiting, [{ type: "unlocked", lines: [said(1, "student", "hi")] }]);
  expect(read.conversation.lines.map(({ seq, body }) => [seq, body])).toEqual([
    [1, words("hi")],
    [2, words("line 2")],
  ]);
  expect(effects).toContainEqual({ do: "seen", seq: 1 });
});
