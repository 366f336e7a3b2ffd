// What people read about keys: four words, a key that is not certified, messages that cannot be opened, the recovery
// code, and why no chat starts. Every state is judged by axe; nothing of it takes the focus or the box away.

import { cleanup, fireEvent, render, screen, within } from "@testing-library/preact";
import { afterEach, expect, test } from "vitest";
import type { DeskInput } from "../src/desk-state";
import type { PlainToDesk, PlainToStudent, Sealing } from "../src/plain";
import { type Input, start, step } from "../src/state";
import { Student } from "../src/views/student";
import { noIntake, desk, judged, student } from "./drawn";
import { KEYBOARD, cid, moment, ROOM, said, view } from "./given";

afterEach(cleanup);

const WORDS = ["moss", "kite", "lamp", "river"] as const;
const hears = (frame: PlainToStudent): Input => ({ type: "heard", frame });
const sees = (frame: PlainToDesk): DeskInput => ({ type: "heard", frame });
const sealing = (sealing: Sealing) => ({ type: "sealing" as const, room: ROOM, sealing });
const room: Input[] = [
  { type: "opened" },
  { type: "talk" },
  hears({ type: "room", ...view({ counsellor: "Asha", revealed: true, whereabouts: "here" }) }),
  hears({ type: "lines", room: ROOM, lines: [said(1, "student"), said(2, "counsellor")] }),
];
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
];
const takes = (nickname: string | null, known: Sealing, ...lines: ReturnType<typeof said>[]): DeskInput[] => [
  ...seated,
  sees({ type: "room", ...view({ nickname, revealed: true, whereabouts: "here" }) }),
  sees(sealing(known)),
  sees({ type: "lines", room: ROOM, lines }),
];
const statuses = () => screen.getAllByRole("status").map(({ textContent }) => textContent);
const box = () => screen.getByRole("textbox", { name: "Your message" });

test("four words stand behind one quiet line on both pages, once both sides have them", async () => {
  const { container } = student(...room, hears(sealing({ at: "shared", words: WORDS, also: [] })));
  expect(screen.getByText("Compare four words").closest("details")?.open).toBe(false);
  expect(container.querySelector(".four")?.textContent).toBe("moss · kite · lamp · river");
  expect(container.querySelector("details")?.textContent).toContain("Your counsellor sees the same four words.");
  await judged(container);
  cleanup();
  student(...room, hears(sealing({ at: "shared", words: null, also: [] })));
  expect(screen.queryByText("Compare four words")).toBeNull();
  cleanup();
  const other = desk(...takes("moss", { at: "shared", words: WORDS, also: [] }));
  expect(other.container.querySelector("details")?.textContent).toContain("The student sees the same four words.");
  await judged(other.container);
});

test("a key that is not certified is told plainly, and one may go on writing", async () => {
  const { container } = student(...room, hears(sealing({ at: "uncertified", counsellor: "Asha" })));
  expect(statuses().join("\n")).toContain("The key that came with the name Asha is not certified by this service.");
  expect(box()).toBeTruthy();
  await judged(container);
  cleanup();
  student(...room, hears(sealing({ at: "doubtful" })));
  expect(statuses().join("\n")).toContain("Please do not go on here.");
});

test("the desk says what it waits for; the box stays, and what is written stands there as sending", async () => {
  const { container } = desk(
    ...takes(null, { at: "awaited", again: "first" }),
    { type: "room", room: ROOM, input: { type: "drafted", text: "hello" } },
    { type: "room", room: ROOM, input: { type: "sent" } },
  );
  const region = within(screen.getByRole("region", { name: "Student" }));
  expect(region.getByText(/^Waiting for the student’s key\./).getAttribute("role")).toBe("status");
  expect(region.getByRole("textbox", { name: "Your message" })).toBeTruthy();
  expect(region.getByText("sending")).toBeTruthy();
  await judged(container);
  cleanup();
  desk(...takes(null, { at: "awaited", again: "again" }));
  expect(statuses()).toContain("The student’s key could not be read. Asking for it once more.");
});

test("the name stands on the room as soon as it can be read", () => {
  desk(...takes(null, { at: "shared", words: null, also: [] }), sees({ type: "named", room: ROOM, nickname: "moss" }));
  expect(screen.getByRole("region", { name: "moss" })).toBeTruthy();
});

test("a message that could not be opened says so at its place, and the others are read", async () => {
  const broken = { ...said(2, "counsellor"), body: { kind: "unreadable" as const } };
  const [opened, talk, view] = room as [Input, Input, Input];
  const lines = hears({ type: "lines", room: ROOM, lines: [said(1, "student"), broken, said(3, "counsellor")] });
  const { container } = student(opened, talk, view, lines);
  const spoken = [...container.querySelectorAll(".words")].map(({ textContent }) => textContent);
  expect(spoken).toEqual(["line 1", "A message could not be opened.", "line 3"]);
  await judged(container);
});

test("they left before there was a key: the desk says that they wait again, and nothing was erased", () => {
  desk(...takes(null, { at: "awaited", again: "first" }), sees({ type: "moved", room: ROOM, why: "no_key" }));
  const region = within(screen.getByRole("region", { name: "Student" }));
  expect(region.getByRole("heading").textContent).toBe("Back in the queue. Student");
  expect(
    region.getByText(
      "Their page did not answer with its key, so nothing could have been read. They wait again at their place.",
    ),
  ).toBeTruthy();
});

test("the recovery code is shown beside the desk until it has been noted", async () => {
  const code: DeskInput = { type: "key", news: { at: "code", code: "ABCDE-FGHJK-MNPQR-STVWX-YZ0123" } };
  const { acts, container } = desk(...seated, code);
  expect(screen.getByText("ABCDE-FGHJK-MNPQR-STVWX-YZ0123")).toBeTruthy();
  expect(screen.getByRole("button", { name: "Give me a student" })).toBeTruthy();
  fireEvent.click(screen.getByRole("button", { name: "Copy the code" }));
  fireEvent.click(screen.getByRole("button", { name: "I have it" }));
  expect(acts).toEqual([{ type: "noted" }]);
  await judged(container);
  cleanup();
  desk(...seated, code, { type: "noted" });
  expect(screen.queryByText("ABCDE-FGHJK-MNPQR-STVWX-YZ0123")).toBeNull();
});

test("in a new browser the code can be typed, or left; the desk works either way", async () => {
  const { acts, container } = desk(...seated, { type: "key", news: { at: "elsewhere" } });
  const input = screen.getByLabelText("Recovery code") as HTMLInputElement;
  fireEvent.input(input, { target: { value: "abc" } });
  fireEvent.submit(input.form as Element);
  fireEvent.click(screen.getByRole("button", { name: "Go on with a new key" }));
  expect(acts).toEqual([{ type: "recover", code: "abc" }, { type: "new_key" }]);
  expect(screen.getByRole("button", { name: "Give me a student" })).toBeTruthy();
  await judged(container);
  cleanup();
  desk(...seated, { type: "key", news: { at: "wrong_code" } });
  expect(screen.getByText(/^This code does not fit/)).toBeTruthy();
  cleanup();
  desk(...seated, { type: "key", news: { at: "wrong_code" } }, { type: "key", news: { at: "settled" } });
  expect(screen.queryByLabelText("Recovery code")).toBeNull();
});

test("without WebCrypto both pages say why nothing starts, and the desk asks for nobody", async () => {
  const [state] = step(start(null, "unable")[0], { type: "opened" }, moment());
  const { container } = render(
    <Student state={state} act={() => {}} help="" exitTo="about:blank" presses={0} intake={noIntake} />,
  );
  expect(screen.getByText(/^This page did not come over a secure connection/).getAttribute("role")).toBe("status");
  await judged(container);
  cleanup();
  desk({ type: "signed_in", nickname: "Asha", sealing: "unable" }, { type: "take" });
  expect(statuses().join("\n")).toContain("This page did not come over a secure connection");
});

test("a page that is older than the service asks to be loaded again", () => {
  student(...room, { type: "misunderstood" });
  expect(statuses().join("\n")).toContain("Please load it again; you come back to your conversation.");
  cleanup();
  student(...room, { type: "not_kept" }, { type: "misunderstood" });
  expect(statuses().join("\n")).not.toContain("you come back");
  cleanup();
  desk(...seated, sees({ type: "refused", reason: "suite", room: ROOM, cid: cid(1) }));
  expect(statuses().join("\n")).toContain("Please load it again");
});
