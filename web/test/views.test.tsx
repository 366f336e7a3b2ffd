// Every screen is drawn once and judged by axe; names and roles are those that people and tests rely on.
// Without a layout nothing can be said about contrast: that is judged in a real browser.

import { cleanup, fireEvent, render, screen, within } from "@testing-library/preact";
import { afterEach, expect, test } from "vitest";
import type { DeskInput } from "../src/desk-state";
import type { PlainToStudent } from "../src/plain";
import type { Input } from "../src/state";
import { Desk as DeskView } from "../src/views/desk";
import { Entry } from "../src/views/sign-in";
import { deskAfter, judged, student } from "./drawn";
import { KEYBOARD, ended as end, notice, OTHER_ROOM, ROOM, said, view } from "./given";

afterEach(cleanup);

const frame = (frame: PlainToStudent): Input => ({ type: "heard", frame });
const door = (available: number): Input => frame({ type: "door", available });
const room: Input[] = [
  { type: "talk" },
  frame({ type: "room", ...view({ counsellor: "Asha", revealed: true, notices: [notice(0, 0, "say_hi")] }) }),
  frame({ type: "lines", room: ROOM, lines: [said(1, "student"), said(2, "counsellor", "<b>hello</b>")] }),
];

test("the door: one thing to do, always enabled, and no box of a room", async () => {
  const { acts, container } = student(door(2));
  expect(screen.getByRole("heading", { name: "Someone is here to listen." })).toBeTruthy();
  expect(screen.queryByRole("textbox", { name: "Your message" })).toBeNull();
  fireEvent.click(screen.getByRole("button", { name: "Talk to a counsellor" }));
  expect(acts).toEqual([{ type: "talk" }]);
  await judged(container);
});

test("the way out comes first, as a link and as a button; numbers can be called", () => {
  const { acts, container } = student(door(0));
  const [first] = container.querySelectorAll("a, button, input");
  expect(first?.textContent).toBe("Leave this page now");
  fireEvent.click(first as Element);
  fireEvent.click(screen.getByRole("button", { name: "Leave this page now" }));
  expect(acts).toEqual([{ type: "exit" }, { type: "exit" }]);
  const numbers = [...container.querySelectorAll("footer a")].map((link) => link.getAttribute("href"));
  expect(numbers).toEqual(["tel:112", "tel:116123", "/privacy"]);
});

test("nobody available is said once, in a status", () => {
  student(door(0), { type: "talk" }, frame({ type: "refused", reason: "nobody_available" }));
  expect(screen.getByText("Nobody is available right now").getAttribute("role")).toBe("status");
});

test("the room: each line once in the log, as text", async () => {
  const { container } = student(door(1), ...room);
  const log = screen.getByRole("log", { name: "Conversation" });
  expect(within(log).getAllByText("line 1")).toHaveLength(1);
  expect(within(log).getByText("<b>hello</b>").getAttribute("dir")).toBe("auto");
  await judged(container);
});

test("Enter sends, but not with Shift and not while composing", () => {
  const { acts } = student(door(1), ...room);
  const box = screen.getByRole("textbox", { name: "Your message" });
  fireEvent.keyDown(box, { key: "Enter", shiftKey: true });
  fireEvent.keyDown(box, { key: "Enter", isComposing: true });
  fireEvent.keyDown(box, { key: "Enter", keyCode: 229 });
  expect(acts).toEqual([]);
  fireEvent.keyDown(box, { key: "Enter" });
  expect(acts).toEqual([{ type: "room", input: { type: "sent" } }]);
});

test("closing asks, and says that nothing can be brought back", async () => {
  const { acts, container } = student(door(1), ...room, { type: "room", input: { type: "ask" } });
  expect(screen.getByRole("alertdialog").textContent).toContain("cannot be brought back");
  fireEvent.click(screen.getByRole("button", { name: "Erase and close" }));
  expect(acts).toEqual([{ type: "room", input: { type: "erase" } }]);
  await judged(container);
});

test("the end: a heading that begins with Erased, what was erased, and a way back in", async () => {
  const { container } = student(door(1), ...room, frame({ type: "ended", ...end({ lines: 31 }) }));
  expect(screen.getByRole("heading", { name: /^Erased/ })).toBeTruthy();
  expect(container.textContent).toContain("31 messages");
  expect(container.textContent).toContain("the room, its messages, the nickname, and the key. Receipt 4F7K-2Q9P");
  expect(screen.getByRole("button", { name: "Talk to a counsellor" })).toBeTruthy();
  expect(screen.queryByRole("textbox")).toBeNull();
  await judged(container);
});

const seated: DeskInput[] = [
  { type: "signed_in", nickname: "Asha" },
  {
    type: "heard",
    frame: {
      type: "welcome",
      nickname: "Asha",
      role: "counsellor",
      limit: 3,
      rooms: [ROOM, OTHER_ROOM],
      moved: [],
      beat_ms: 20_000,
      keyboard: KEYBOARD,
    },
  },
  { type: "heard", frame: { type: "room", ...view({ nickname: "moss" }) } },
  { type: "heard", frame: { type: "room", ...view({ nickname: "fern", room: OTHER_ROOM }) } },
];

test("the desk: a switch, one button, and a region for every room", async () => {
  const acts: DeskInput[] = [];
  const { container } = render(<DeskView desk={deskAfter(...seated)} act={(input) => acts.push(input)} />);
  expect(screen.getByRole("switch", { name: "Available" }).getAttribute("aria-checked")).toBe("false");
  fireEvent.click(screen.getByRole("button", { name: "Give me a student" }));
  expect(acts).toEqual([{ type: "take" }]);
  const region = within(screen.getByRole("region", { name: "moss" }));
  for (const name of ["Send", "Hand over", "Back to the queue", "Close chat"])
    expect(region.getByRole("button", { name })).toBeTruthy();
  expect(region.getByRole("textbox", { name: "Your message" })).toBeTruthy();
  expect(region.getByRole("log", { name: "Conversation" })).toBeTruthy();
  await judged(container);
});

test("an ended room keeps its region until it is put away", async () => {
  const ended: DeskInput = { type: "heard", frame: { type: "ended", ...end({ lines: 2 }) } };
  const { container } = render(<DeskView desk={deskAfter(...seated, ended)} act={() => {}} />);
  const region = within(screen.getByRole("region", { name: "moss" }));
  expect(region.getByRole("heading", { name: /^Erased/ })).toBeTruthy();
  expect(region.getByRole("button", { name: "Put away" })).toBeTruthy();
  expect(region.queryByRole("log")).toBeNull();
  await judged(container);
});

test("refusals at the desk stand in a status, word for word", () => {
  const desk = deskAfter(...seated);
  for (const [answer, words] of [
    ["nobody_waiting", "Nobody is waiting"],
    ["nobody_here", "Nobody is here right now"],
    ["limit", "You hold your limit"],
  ] as const) {
    const { unmount } = render(<DeskView desk={{ ...desk, answer }} act={() => {}} />);
    expect(screen.getByText(words, { exact: true }).getAttribute("role")).toBe("status");
    unmount();
  }
});

test("signing in: the login is the first box, and the password goes nowhere but to the request", async () => {
  const asked: string[][] = [];
  const { container } = render(
    <Entry
      warning=""
      state={{ at: "sign_in", busy: false, trouble: null }}
      signIn={(...fields) => asked.push(fields)}
      makeFirst={() => {}}
      choose={() => {}}
      toSignIn={() => {}}
    />,
  );
  expect(screen.getAllByRole("textbox")[0]?.getAttribute("name")).toBe("login");
  fireEvent.input(screen.getByLabelText("Login"), { target: { value: "asha" } });
  fireEvent.input(screen.getByLabelText("Password"), { target: { value: "a long password" } });
  fireEvent.submit(container.querySelector("form") as Element);
  expect(asked).toEqual([["asha", "a long password"]]);
  await judged(container);
});
