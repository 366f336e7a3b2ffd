// Stories of what is said to have been seen. Time and chance are given; nothing here waits.

import { expect, test } from "vitest";
import type { Moment } from "../src/moment";
import { SEEN_TOLD } from "../src/shown";
import { step, type Talk, type TalkEffect, type TalkInput, talk } from "../src/talk";
import { moment, said, view } from "./given";

function fed(begin: Talk, ...inputs: [TalkInput, Moment][]): [Talk, TalkEffect[]] {
  return inputs.reduce<[Talk, TalkEffect[]]>(
    ([state, effects], [input, at]) => {
      const [next, more] = step(state, input, at);
      return [next, [...effects, ...more]];
    },
    [begin, []],
  );
}

const line = (seq: number): TalkInput => ({ type: "line", line: said(seq, "counsellor") });
const seen = (effects: TalkEffect[]) => effects.flatMap((effect) => (effect.do === "seen" ? [effect.seq] : []));
const room = () => talk(view({ counsellor: "Asha", revealed: true }), "student", moment());
const lines = (...lines: ReturnType<typeof said>[]): TalkInput => ({ type: "lines", lines });
const entered = () => fed(room(), [lines(), moment()])[0];

test("the other side's lines are told as seen, one's own never", () => {
  const [after, effects] = fed(entered(), [line(1), moment(5_000)]);
  expect(seen(effects)).toEqual([1]);
  const own: TalkInput = { type: "line", line: said(2, "student") };
  expect(seen(fed(after, [own, moment(9_000)])[1])).toEqual([]);
});

test("at most once a second, and then the newest", () => {
  const [busy, effects] = fed(entered(), [line(1), moment(5_000)], [line(2), moment(5_100)], [line(3), moment(5_200)]);
  expect(seen(effects)).toEqual([1]);
  const looks = effects.filter((effect) => effect.do === "later");
  expect(looks).toEqual([{ do: "later", ms: SEEN_TOLD - 100, input: { type: "look" } }]);
  expect(seen(fed(busy, [{ type: "look" }, moment(6_000)])[1])).toEqual([3]);
});

test("nothing is seen behind another window, or below where somebody reads", () => {
  const [hidden, none] = fed(entered(), [line(1), moment(5_000, 1, "elsewhere")]);
  expect(seen(none)).toEqual([]);
  expect(seen(fed(hidden, [{ type: "look" }, moment(9_000)])[1])).toEqual([1]);
  const [above, still] = fed(entered(), [{ type: "reading", at: "further_up" }, moment()], [line(1), moment(5_000)]);
  expect(seen(still)).toEqual([]);
  expect(seen(fed(above, [{ type: "reading", at: "end" }, moment(6_000)])[1])).toEqual([1]);
});

test("W12: a log with holes has not been shown up to its end", () => {
  const hidden = talk(view({ counsellor: "Asha" }), "student", moment());
  expect(seen(fed(hidden, [lines(said(2, "student"), said(3, "counsellor")), moment(5_000)])[1])).toEqual([]);
  expect(seen(fed(hidden, [lines(...[1, 2, 3].map((seq) => said(seq, "counsellor"))), moment(5_000)])[1])).toEqual([3]);
});

test("W13: a counsellor who came later has seen what they could read", () => {
  const later = talk(view({ revealed: true, reads_after: 4, whereabouts: "here" }), "counsellor", moment());
  expect(seen(fed(later, [lines(said(5, "student"), said(6, "counsellor")), moment(5_000)])[1])).toEqual([5]);
});

test("it is told again on a new socket, and never while the room is not entered", () => {
  const [told] = fed(entered(), [line(1), moment(5_000)], [{ type: "down" }, moment(6_000)]);
  const described: TalkInput = { type: "view", view: view({ counsellor: "Asha", revealed: true, resume: "delta" }) };
  const [back, none] = fed(told, [{ type: "look" }, moment(7_000)], [described, moment(8_000)]);
  expect(seen(none)).toEqual([]);
  expect(seen(fed(back, [lines(), moment(8_000)])[1])).toEqual([1]);
});
