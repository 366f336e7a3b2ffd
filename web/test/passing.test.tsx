// What both sides read and can press when somebody is unreachable, goes, comes, or hands over. Every state is judged by
// axe; names and roles are those that people and tests rely on.

import { cleanup, fireEvent, screen, within } from "@testing-library/preact";
import { afterEach, expect, test } from "vitest";
import type { DeskInput } from "../src/desk-state";
import type { PlainToDesk, PlainToStudent } from "../src/plain";
import type { Input } from "../src/state";
import { desk, judged, student } from "./drawn";
import { KEYBOARD, cid, notice, ROOM, said, view } from "./given";

afterEach(cleanup);

const hears = (frame: PlainToStudent): Input => ({ type: "heard", frame });
const sees = (frame: PlainToDesk): DeskInput => ({ type: "heard", frame });
const room = (changes = {}): Input[] => [
  { type: "opened" },
  { type: "talk" },
  hears({
    type: "room",
    ...view({
      counsellor: "Asha",
      revealed: true,
      whereabouts: "here",
      notices: [notice(0, 0, "say_hi"), notice(1, 0, "counsellor_came", "Asha")],
      ...changes,
    }),
  }),
  hears({ type: "lines", room: ROOM, lines: [said(1, "student"), said(2, "counsellor")] }),
];
const statuses = () => screen.getAllByRole("status").map(({ textContent }) => textContent);

test("W25: an unreachable counsellor is told calmly, with what happens next, and only while it is so", async () => {
  const gone = hears({ type: "presence", room: ROOM, whereabouts: "reconnecting" });
  const { container } = student(...room(), gone);
  const sentence = "Asha’s connection is interrupted. If it does not come back soon,";
  expect(statuses().join("\n")).toContain(sentence);
  expect(screen.getByRole("heading", { name: "Asha" })).toBeTruthy();
  expect(screen.getByRole("textbox", { name: "Your message" })).toBeTruthy();
  await judged(container);
  cleanup();
  student(...room(), gone, hears({ type: "presence", room: ROOM, whereabouts: "here" }));
  expect(statuses().join("\n")).not.toContain("connection");
  expect(screen.getByRole("heading", { name: "Asha is here" })).toBeTruthy();
  cleanup();
  // Without a connection of one's own nothing is known about anybody else's.
  student(...room(), gone, { type: "closed", code: 1006 }, { type: "still_down", loss: 1 });
  expect(statuses().join("\n")).not.toContain("Asha’s");
  expect(statuses().join("\n")).toContain("Your connection is interrupted");
});

test("W25: back in the queue the place is named again, and the lines are still there", async () => {
  const { container } = student(
    ...room(),
    hears({ type: "notice", ...notice(2, 2, "back_to_queue", "Asha") }),
    hears({ type: "place", ahead: 1, attended: true, wait: null }),
  );
  expect(screen.getByRole("heading", { name: "One person is before you." })).toBeTruthy();
  const log = within(screen.getByRole("log", { name: "Conversation" }));
  expect(log.getByText(/^Asha had to go\. Your place in the queue is kept/)).toBeTruthy();
  expect(log.getByText("line 2")).toBeTruthy();
  await judged(container);
});

test("W26: the student reads who is asked, who stays, and whose line is whose", async () => {
  const asked = hears({ type: "handing", room: ROOM, to: "Ben" });
  const { container } = student(...room(), asked);
  expect(statuses()).toContain("Asha would like Ben to go on with you. Asha stays until Ben comes.");
  await judged(container);
  cleanup();
  student(...room(), asked, hears({ type: "handing", room: ROOM, to: null }));
  expect(statuses()).toContain("Asha stays with you.");
  cleanup();
  student(
    ...room(),
    asked,
    hears({ type: "notice", ...notice(2, 2, "handed_over", "Asha") }),
    hears({ type: "notice", ...notice(3, 2, "counsellor_came", "Ben") }),
    hears({ type: "line", room: ROOM, ...said(3, "counsellor") }),
  );
  expect(screen.getByRole("heading", { name: "Ben is here" })).toBeTruthy();
  const spoken = [...document.querySelectorAll(".said")].map(({ textContent }) => textContent);
  expect(spoken).toEqual(["You:line 1sent", "Asha:line 2", "Ben:line 3"]);
});

test("W13: the question about older lines stands beside the box and goes with its answer", async () => {
  const { acts, container } = student(...room({ older: "asked" }));
  fireEvent.click(screen.getByRole("button", { name: "Let them read it" }));
  fireEvent.click(screen.getByRole("button", { name: "Keep it to myself" }));
  expect(acts).toEqual([
    { type: "room", input: { type: "let_read" } },
    { type: "room", input: { type: "keep_older" } },
  ]);
  expect(screen.getByRole("textbox", { name: "Your message" })).toBeTruthy();
  await judged(container);
  cleanup();
  student(...room({ older: "asked" }), hears({ type: "older", room: ROOM, older: "kept" }));
  expect(screen.queryByRole("button", { name: "Let them read it" })).toBeNull();
  expect(statuses()).toContain("What was said before stays with you. Asha cannot read it.");
});

test("U4: a new name is told, and a name that is taken is refused at the door", () => {
  student(...room(), hears({ type: "renamed", room: ROOM, nickname: "guest_moss" }));
  expect(statuses()).toContain("Somebody who is registered has this name. From now on you are called guest_moss.");
  cleanup();
  student({ type: "talk" }, hears({ type: "refused", reason: "nickname_taken" }));
  expect(screen.getByText(/^This name is not available/).getAttribute("role")).toBe("status");
});

const ben = { id: cid(77), nickname: "Ben" };
const asha = { id: cid(78), nickname: "Asha" };
const seated: DeskInput[] = [
  { type: "signed_in", nickname: "Asha" },
  { type: "opened" },
  sees({
    type: "welcome",
    nickname: "Asha",
    role: "counsellor",
    limit: 3,
    rooms: [ROOM],
    moved: [],
    beat_ms: 20_000,
    keyboard: KEYBOARD,
  }),
  sees({ type: "room", ...view({ nickname: "moss", revealed: true, whereabouts: "here" }) }),
  sees({ type: "lines", room: ROOM, lines: [said(1, "student")] }),
];
const inParting = (input: Extract<DeskInput, { type: "parting" }>["input"]): DeskInput => ({
  type: "parting",
  room: ROOM,
  input,
});
const region = (name = "moss") => within(screen.getByRole("region", { name }));

test("W25, U9: where the student is stands in words below the name, and nothing while they are here", async () => {
  const { container } = desk(...seated, sees({ type: "presence", room: ROOM, whereabouts: "reconnecting" }));
  expect(region().getByText("reconnecting").getAttribute("role")).toBe("status");
  await judged(container);
  for (const [whereabouts, words] of [
    ["on_site", "on the site, but not in this room"],
    ["away", "away"],
  ] as const) {
    cleanup();
    desk(...seated, sees({ type: "presence", room: ROOM, whereabouts }));
    expect(region().getByText(words)).toBeTruthy();
  }
  cleanup();
  desk(...seated);
  expect(document.querySelector(".whereabouts")?.textContent).toBe("");
});

test("W5: how many of those who wait are reconnecting is said beside the number", () => {
  desk(...seated, sees({ type: "queue", waiting: 3, reconnecting: 1, longest_ms: 0, wait: null }));
  expect(statuses()).toContain("3 waiting, one of them reconnecting");
  cleanup();
  desk(...seated, sees({ type: "queue", waiting: 3, reconnecting: 0, longest_ms: 0, wait: null }));
  expect(statuses()).toContain("3 waiting");
});

test("W26: handing over offers the available colleagues and not oneself", async () => {
  const choosing = [...seated, sees({ type: "colleagues", available: [asha, ben] }), inParting({ type: "choose" })];
  const { acts, container } = desk(...choosing);
  const choice = within(region().getByRole("alertdialog"));
  expect(choice.getAllByRole("button").map(({ textContent }) => textContent)).toEqual(["Ben", "Go on myself"]);
  fireEvent.click(choice.getByRole("button", { name: "Ben" }));
  expect(acts).toContainEqual(inParting({ type: "ask", to: ben }));
  await judged(container);
  cleanup();
  desk(...choosing, sees({ type: "colleagues", available: [asha] }));
  expect(region().getByText("Nobody else is available just now.")).toBeTruthy();
  cleanup();
  desk(...choosing, inParting({ type: "ask", to: ben }), sees({ type: "handing", room: ROOM, to: "Ben" }));
  expect(region().getByText("Asking Ben…")).toBeTruthy();
  expect(region().queryByRole("button", { name: "Hand over" })).toBeNull();
});

test("W26: giving back says that nothing is erased", async () => {
  const { acts, container } = desk(...seated, inParting({ type: "wonder" }));
  expect(region().getByRole("alertdialog").textContent).toContain("It is not erased.");
  fireEvent.click(region().getByRole("button", { name: "Give it back" }));
  expect(acts).toContainEqual(inParting({ type: "give_back" }));
  await judged(container);
});

test("W26: an offer is a card with two buttons that takes nobody's focus", async () => {
  const { acts, container } = desk(
    ...seated,
    sees({ type: "offered", room: cid(5), from: "Ben", key_epoch: 2, expires_in_ms: 30_000 }),
  );
  expect(screen.getByText("Ben asks you to go on with a student.").closest("[role=status]")).toBeTruthy();
  expect(document.activeElement).toBe(document.body);
  fireEvent.click(screen.getByRole("button", { name: "Accept" }));
  fireEvent.click(screen.getByRole("button", { name: "Not now" }));
  expect(acts).toEqual([
    { type: "accept", room: cid(5) },
    { type: "decline", room: cid(5) },
  ]);
  await judged(container);
});

test("W25: a room that went on elsewhere says so, keeps what was not sent, and is never called erased", async () => {
  for (const [why, words] of [
    ["given_back", "Back in the queue. moss"],
    ["handed_over", "Handed over. moss"],
    ["away", "Back in the queue. moss"],
  ] as const) {
    cleanup();
    const draft: DeskInput = { type: "room", room: ROOM, input: { type: "drafted", text: "half a sen" } };
    const { container } = desk(...seated, draft, sees({ type: "moved", room: ROOM, why }));
    expect(region().getByRole("heading").textContent).toBe(words);
    expect(region().getByText("Not sent:")).toBeTruthy();
    expect(region().getByText("half a sen")).toBeTruthy();
    expect(region().getByRole("button", { name: "Put away" })).toBeTruthy();
    expect(region().queryByRole("log")).toBeNull();
    await judged(container);
  }
  cleanup();
  const back = sees({
    type: "welcome",
    nickname: "Asha",
    role: "counsellor",
    limit: 3,
    rooms: [],
    moved: [ROOM],
    beat_ms: 20_000,
    keyboard: KEYBOARD,
  });
  desk(...seated, { type: "closed", code: 1006, everOpen: true }, { type: "opened" }, back);
  expect(region().getByRole("heading").textContent).toBe("Not at your desk any more. moss");
});

test("W13: a counsellor who came later is told whose the older lines are", () => {
  desk(
    ...seated.slice(0, 3),
    sees({ type: "room", ...view({ nickname: "moss", reads_after: 4, notices: [notice(0, 4, "say_hi")] }) }),
    sees({ type: "lines", room: ROOM, lines: [] }),
  );
  const log = region().getByRole("log", { name: "Conversation" });
  expect(log.textContent).toContain("What was said before you came is the student’s to share.");
});
