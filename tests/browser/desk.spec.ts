// A counsellor with several students at once: rooms side by side, each with its own words, drafts and end.
// Nothing of one room may ever turn up in another, and nothing that arrives may disturb what is being written.

import { type Counsellor, expect, type Room, type Student, test } from "./people";

const NAMES = ["Kestrel", "Wren", "Heron"] as const;

type Three = { asha: Counsellor; students: Student[]; rooms: Room[] };

async function three(
  student: () => Promise<Student>,
  counsellor: (nickname: string) => Promise<Counsellor>,
): Promise<Three> {
  const asha = await counsellor("Asha");
  const students: Student[] = [];
  const rooms: Room[] = [];
  for (const name of NAMES) {
    const visitor = await student();
    await visitor.asks(name);
    students.push(visitor);
  }
  await asha.sees(3);
  for (const name of NAMES) {
    const room = await asha.takes(name);
    await room.says(`hello ${name}`);
    rooms.push(room);
  }
  return { asha, students, rooms };
}

test("three rooms stand side by side and every line goes to its own", async ({ student, counsellor }) => {
  // W6, W8, W13
  const { asha, students, rooms } = await three(student, counsellor);
  await Promise.all(students.map((visitor, index) => visitor.says(`I am ${NAMES[index]}`, `still ${NAMES[index]}`)));
  await Promise.all(rooms.map((room, index) => room.log.getByText(`still ${NAMES[index]}`).waitFor()));
  for (const [index, name] of NAMES.entries()) {
    await rooms[index]?.says(`yes, ${name}`);
    const all = [`hello ${name}`, `I am ${name}`, `still ${name}`, `yes, ${name}`];
    await expect(rooms[index]?.lines ?? asha.page.locator("none")).toHaveText(all);
    await expect(students[index]?.lines ?? asha.page.locator("none")).toHaveText(all);
  }
  await asha.page.reload();
  for (const [index, name] of NAMES.entries()) {
    await expect(asha.room(name).lines).toHaveCount(4);
    await expect(rooms[index]?.box ?? asha.page.locator("none")).toBeVisible();
  }
});

test("a draft stays in its room, and what arrives elsewhere is marked and takes nobody's focus", async ({
  student,
  counsellor,
}) => {
  const { asha, students, rooms } = await three(student, counsellor);
  const [kestrel, wren, heron] = rooms as [Room, Room, Room];
  await kestrel.box.fill("a thought for Kestrel");
  await wren.box.click();
  await asha.page.keyboard.type("half a sen");
  await students[0]?.says("one", "two");
  await students[1]?.says("three");
  const unread = (name: string) => asha.region(name).getByText(/^\d+ new$/);
  await expect(unread("Kestrel")).toHaveText("2 new");
  await expect(wren.lines).toHaveCount(2);
  await expect(unread("Wren")).toHaveCount(0);
  await expect(unread("Heron")).toHaveCount(0);
  await expect(wren.box).toBeFocused();
  await asha.page.keyboard.type("tence\n");
  await expect(students[1]?.lines ?? heron.lines).toHaveText(["hello Wren", "three", "half a sentence"]);
  await expect(kestrel.box).toHaveValue("a thought for Kestrel");
  await expect(heron.box).toHaveValue("");
  await kestrel.box.click();
  await expect(unread("Kestrel")).toHaveCount(0);
  await asha.page.keyboard.press("End");
  await asha.page.keyboard.type("!\n");
  await expect(students[0]?.lines ?? heron.lines).toHaveText(["hello Kestrel", "one", "two", "a thought for Kestrel!"]);
});

test("a fourth room is refused until one has ended, and the others do not notice", async ({ student, counsellor }) => {
  // W5, W8, W18
  const { asha, students, rooms } = await three(student, counsellor);
  const [kestrel, wren, heron] = rooms as [Room, Room, Room];
  const fourth = await student();
  await fourth.asks("Lark");
  await asha.sees(1);
  await asha.give.click();
  await expect(asha.told("You hold your limit")).toBeVisible();
  await asha.sees(1);

  await kestrel.box.fill("not yet sent");
  await students[1]?.closes();
  const ended = asha.region("Wren");
  await expect(ended.getByRole("heading", { name: /^Erased/ })).toBeVisible();
  await expect(ended.getByRole("textbox")).toHaveCount(0);
  // It is no longer true, so it is no longer said.
  await expect(asha.told("You hold your limit")).toHaveCount(0);
  await expect(asha.page.getByText("hello Wren")).toHaveCount(0);
  await expect(kestrel.box).toHaveValue("not yet sent");
  await expect(heron.lines).toHaveText(["hello Heron"]);

  await asha.takes("Lark");
  await asha.sees(0);
  await ended.getByRole("button", { name: "Put away", exact: true }).click();
  await expect(ended).toHaveCount(0);
  await expect(wren.box).toHaveCount(0);
});

test("a room that the counsellor closes ends for the student", async ({ student, counsellor }) => {
  // W18
  const asha = await counsellor("Asha");
  const visitor = await student();
  await visitor.asks("Kestrel");
  const room = await asha.takes("Kestrel");
  await room.button("Close chat").click();
  await expect(room.part.getByText("cannot be brought back")).toBeVisible();
  await expect(visitor.page.getByRole("heading", { name: /^Erased/ })).toHaveCount(0);
  await room.button("Erase and close").click();
  await expect(visitor.page.getByRole("heading", { name: /^Erased/ })).toBeVisible();
  await expect(visitor.page.getByText("by your counsellor")).toBeVisible();
  await expect(visitor.box).toHaveCount(0);
  expect(await visitor.session()).toEqual([]);
  // Led to their own home: from here one can ask again.
  await visitor.talk.click();
  await expect(visitor.box).toBeVisible();
  await asha.sees(1);
});

test("with nobody waiting a press changes nothing and says so, until somebody waits", async ({
  student,
  counsellor,
}) => {
  // W7
  const asha = await counsellor("Asha");
  await asha.give.click();
  await expect(asha.told("Nobody is waiting")).toBeVisible();
  await expect(asha.page.getByRole("log")).toHaveCount(0);
  await (await student()).asks();
  await asha.sees(1);
  await expect(asha.told("Nobody is waiting")).toHaveCount(0);
});

test("the other side's typing is shown, and never the text that is being typed", async ({ student, counsellor }) => {
  const asha = await counsellor("Asha");
  const visitor = await student();
  await visitor.asks("Kestrel");
  const room = await asha.takes("Kestrel");
  await room.says("hello");
  await visitor.says("hi");
  await expect(room.lines).toHaveCount(2);
  // For longer than one sign of typing is shown: the alarm of the sign before the line must not end this one.
  await visitor.box.pressSequentially("secret thought", { delay: 300 });
  await expect(room.part.getByText("is typing")).toBeVisible();
  await expect(asha.page.locator("body")).not.toContainText("secret");
  expect(asha.watch.received.join("\n")).not.toContain("secret");
  expect(visitor.watch.sent.join("\n")).not.toContain("secret");
});

test("signing out ends the session and takes away the availability", async ({ student, counsellor }) => {
  // W9
  const asha = await counsellor("Asha");
  const visitor = await student();
  await expect(visitor.page.getByText("One counsellor is free now")).toBeVisible();
  await asha.page.getByRole("button", { name: "Sign out", exact: true }).click();
  const signIn = asha.page.getByRole("button", { name: "Sign in", exact: true });
  await expect(signIn).toBeVisible();
  await expect(visitor.page.getByText("No counsellor is free at the moment")).toBeVisible();
  await asha.page.reload();
  await expect(signIn).toBeVisible();
  await asha.signsIn();
  await expect(asha.give).toBeVisible();
  await expect(asha.available).not.toBeChecked();
});
