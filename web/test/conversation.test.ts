// Stories of how lines, notices and pending lines are put together. Time and chance are given; nothing here waits.

import { expect, test } from "vitest";
import { caughtUp, entered, heard, items, noticed, seenByThem, since, written } from "../src/conversation";
import type { PlainSaid } from "../src/plain";
import { cid, notice, said, view, words } from "./given";

function given(lines: PlainSaid[], revealed = true) {
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
  const mine = { kind: "said", key: cid(1), voice: "mine", by: null, body: words("hi") };
  const waiting = written(given([]), { cid: cid(1), text: "hi" });
  expect(items(waiting, "student")).toEqual([{ ...mine, mark: "sending" }]);
  const answered = heard(waiting, said(1, "student", "hi"), "student");
  if (answered === "gap") throw new Error("no gap");
  expect(answered.pending).toEqual([]);
  expect(items(answered, "student")).toEqual([{ ...mine, mark: "sent" }]);
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

test("notices stand behind their line, once, and are known by their number", () => {
  let conversation = given([said(1, "student"), said(2, "counsellor")]);
  const came = notice(1, 1, "counsellor_came", "Asha");
  const back = [notice(3, 1, "counsellor_came", "Ben"), notice(2, 1, "back_to_queue", "Asha")];
  for (const placed of [came, notice(0, 0, "say_hi"), notice(0, 0, "say_hi"), ...back]) {
    conversation = noticed(conversation, placed);
  }
  // W26: two counsellors may come behind the same line.
  expect(read(conversation)).toEqual([
    "say_hi",
    "line 1",
    "counsellor_came Asha",
    "back_to_queue Asha",
    "counsellor_came Ben",
    "line 2",
  ]);
});

test("W26: each line is the counsellor's who was there when it was said", () => {
  let conversation = given([said(1, "counsellor"), said(2, "student"), said(3, "counsellor")]);
  for (const placed of [
    notice(0, 0, "counsellor_came", "Asha"),
    notice(1, 2, "handed_over", "Asha"),
    notice(2, 2, "counsellor_came", "Ben"),
  ]) {
    conversation = noticed(conversation, placed);
  }
  const speakers = items(conversation, "student").flatMap((item) => (item.kind === "said" ? [item.by] : []));
  expect(speakers).toEqual(["Asha", null, "Ben"]);
  expect(conversation.counsellor).toBe("Ben");
});

test("W25: nobody is there any more once the room is back in the queue", () => {
  const with_ = noticed(given([]), notice(0, 0, "counsellor_came", "Asha"));
  expect(with_.counsellor).toBe("Asha");
  expect(noticed(with_, notice(1, 0, "back_to_queue", "Asha")).counsellor).toBeNull();
});

test("W13: a counsellor who came later counts from there, and is told that there is more", () => {
  const later = view({ reads_after: 5, revealed: true, notices: [notice(0, 5, "say_hi")] });
  const empty = caughtUp(entered(later, null), [], "counsellor");
  expect(since(empty)).toBeUndefined();
  expect(heard(empty, said(7, "student"), "counsellor")).toBe("gap");
  const six = heard(empty, said(6, "student"), "counsellor");
  if (six === "gap") throw new Error("no gap");
  expect(since(six)).toBe(6);
  expect(items(six, "counsellor")[0]).toEqual({ kind: "older", key: "older" });
  // The student shares what is older: everything arrives, and the first counsellor's words are not the second's.
  const all = [said(1, "student"), said(2, "counsellor"), ...[3, 4, 5, 6].map((seq) => said(seq, "student"))];
  const shared = caughtUp(entered({ ...later, reads_after: 0 }, six), [...all, said(7, "counsellor")], "counsellor");
  expect(since(shared)).toBe(7);
  const voices = items(shared, "counsellor").flatMap((item) => (item.kind === "said" ? [item.voice] : []));
  expect(voices).toEqual(["theirs", "earlier", "theirs", "theirs", "theirs", "theirs", "mine"]);
});

function read(conversation: ReturnType<typeof given>): string[] {
  return items(conversation, "student").map((item) => {
    if (item.kind === "notice") return [item.notice, item.counsellor].filter(Boolean).join(" ");
    return item.kind === "said" && item.body.kind === "text" ? item.body.text : item.kind;
  });
}

function marks(conversation: ReturnType<typeof given>): (string | null)[] {
  return items(conversation, "student").flatMap((item) => (item.kind === "said" ? [item.mark] : []));
}

test("marks stand under the last line that is seen and the last that is sent, never ahead of the truth", () => {
  let conversation = given([said(1, "student"), said(2, "student"), said(3, "counsellor"), said(4, "student")]);
  expect(marks(conversation)).toEqual([null, null, null, "sent"]);
  conversation = seenByThem(conversation, 3);
  expect(marks(conversation)).toEqual([null, "seen", null, "sent"]);
  expect(marks(seenByThem(conversation, 4))).toEqual([null, null, null, "seen"]);
  expect(seenByThem(conversation, 1)).toBe(conversation);
  expect(marks(written(conversation, { cid: cid(9), text: "more" }))).toEqual([null, "seen", null, "sent", "sending"]);
  // After a reconnect only the room's own word counts.
  const back = entered(view({ revealed: true, resume: "delta", seen: 1 }), conversation);
  expect(marks(caughtUp(back, [], "student"))).toEqual(["seen", null, null, "sent"]);
});

test("W11: a counsellor who came is told also when an earlier notice has gone from the history", () => {
  const told = noticed(entered(view(), null), notice(1, 1, "wait_for_counsellor"));
  const came = noticed(told, notice(1, 0, "counsellor_came", "Asha"));
  expect(came.counsellor).toBe("Asha");
  expect(noticed(came, notice(1, 0, "counsellor_came", "Asha")).notices).toHaveLength(2);
});
