// Stories of how lines, notices and pending lines are put together. Time and chance are given; nothing here waits.

import { expect, test } from "vitest";
import { caughtUp, entered, heard, items, noticed, since, written } from "../src/conversation";
import type { Said } from "../src/protocol.gen";
import { cid, notice, said, view } from "./given";

function given(lines: Said[], revealed = true) {
  return caughtUp(entered(view({ revealed }), null), lines, "student");
}

test("lines are merged by number, in order, once", () => {
  let conversation = given([said(2, "counsellor"), said(1, "student")]);
  conversation = caughtUp(conversation, [said(3, "student"), said(2, "counsellor")], "student");
  expect(conversation.lines.map(({ seq }) => seq)).toEqual([1, 2, 3]);
});

test("W13: the hidden backlog takes its places at the reveal", () => {
  const before = given([said(3, "student")], false);
  const after = caughtUp(before, [said(1, "counsellor"), said(2, "counsellor")], "student");
  expect(after.lines.map(({ seq }) => seq)).toEqual([1, 2, 3]);
  expect(after.revealed).toBe(true);
});

test("before the reveal a missing number of the other side is no gap, after it it is one", () => {
  const hidden = given([], false);
  expect(heard(hidden, said(4, "student"), "student")).not.toBe("gap");
  expect(heard(hidden, said(4, "counsellor"), "student")).toBe("gap");
  expect(heard(given([said(1, "student")]), said(3, "counsellor"), "student")).toBe("gap");
  expect(heard(given([said(1, "student")]), said(3, "student"), "student")).toBe("gap");
  expect(heard(given([said(1, "student")]), said(2, "counsellor"), "student")).not.toBe("gap");
});

test("hearing a line again changes nothing", () => {
  const once = given([said(1, "student"), said(2, "counsellor")]);
  expect(heard(once, said(2, "counsellor"), "student")).toEqual(once);
});

test("one's own line comes back by its cid and takes the pending one's place", () => {
  const waiting = written(given([]), { cid: cid(1), text: "hi" });
  expect(items(waiting, "student")).toEqual([{ kind: "said", key: cid(1), mine: true, text: "hi", mark: "sending" }]);
  const answered = heard(waiting, said(1, "student", "hi"), "student");
  if (answered === "gap") throw new Error("no gap");
  expect(answered.pending).toEqual([]);
  expect(items(answered, "student")).toEqual([{ kind: "said", key: cid(1), mine: true, text: "hi", mark: "sent" }]);
});

test("a full answer replaces what is shown, a delta adds to it, and pending lines stay", () => {
  const before = written(given([said(1, "student"), said(2, "counsellor")]), { cid: cid(9), text: "later" });
  const full = caughtUp(entered(view({ revealed: true }), before), [said(1, "student")], "student");
  expect(full.lines.map(({ seq }) => seq)).toEqual([1]);
  const delta = caughtUp(entered(view({ revealed: true, resume: "delta" }), before), [said(3, "student")], "student");
  expect(delta.lines.map(({ seq }) => seq)).toEqual([1, 2, 3]);
  expect(full.pending).toEqual(delta.pending);
  expect(full.pending).toHaveLength(1);
});

test("a number means nothing across epochs", () => {
  const before = given([said(1, "student")]);
  expect(entered(view({ epoch: cid(5), resume: "delta" }), before).lines).toEqual([]);
});

test("everything is asked for again while anything may be missing", () => {
  expect(since(given([]))).toBeUndefined();
  expect(since(given([said(3, "student")], false))).toBeUndefined();
  expect(since(given([said(1, "student"), said(2, "counsellor")]))).toBe(2);
});

test("notices stand behind their line, once", () => {
  let conversation = given([said(1, "student"), said(2, "counsellor")]);
  for (const placed of [notice(1, "counsellor_came"), notice(0, "say_hi"), notice(0, "say_hi")]) {
    conversation = noticed(conversation, placed);
  }
  const order = items(conversation, "student").map((item) => (item.kind === "notice" ? item.notice : item.text));
  expect(order).toEqual(["say_hi", "line 1", "counsellor_came", "line 2"]);
});
