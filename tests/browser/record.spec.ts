// The test of record: two people who have never met talk in two browsers, from the door to "Erased".
// The student writes what real people and real attackers write; a second counsellor presses at the same instant.
// One long story, because what it proves is that all of it holds together.

import { type Counsellor, expect, NOTHING_KEPT, type Room, test } from "./people";

const CLUSTERS = "👨‍👩‍👧‍👦e\u0301निa".repeat(250);
const FIRST = [
  "नमस्ते, मुझे नींद नहीं आ रही है।",
  "مرحبا، أشعر بالوحدة (كثيرا) الليلة!",
  "你好，我最近压力很大。",
  "👨‍👩‍👧‍👦 👩🏽‍🚀 🏳️‍🌈",
  CLUSTERS,
  "<script>window.ran = 1; alert(1)</script>",
  "<img src=x onerror=\"window.ran = 2; alert('x')\">",
];
const FAST = Array.from({ length: 10 }, (_, index) => `fast ${index + 1}`);

test("two people talk from the door to the end, and nothing is left", async ({ student, counsellor }) => {
  test.slow();
  // W1, W2, W5
  const asha = await counsellor("Asha");
  const bela = await counsellor("Bela");
  const visitor = await student();
  await expect(visitor.page.getByText("2 counsellors are free now")).toBeVisible();
  await asha.sees(0);
  await visitor.asks("Night owl");
  await asha.sees(1);
  await bela.sees(1);
  await expect(visitor.log).toContainText("Say hi to start");

  // W11, W17: before anybody has come.
  for (const line of FIRST) await visitor.says(line);
  await visitor.box.fill("   ");
  await visitor.box.press("Enter");
  await visitor.box.fill("");
  await visitor.box.focus();
  await visitor.page.keyboard.type(`${FAST.join("\n")}\n`);
  await visitor.allSent();
  const before = [...FIRST, ...FAST];
  await expect(visitor.lines).toHaveText(before.map(exactly));
  await expect(visitor.log).toContainText("Please wait for your counsellor");

  // W6, W7: two presses at the same instant.
  await Promise.all([asha.give.click(), bela.give.click()]);
  const [mine, other] = await whoGotIt(asha, bela);
  await asha.sees(0);
  await bela.sees(0);
  await expect(other.told("Nobody is waiting")).toBeVisible();
  await expect(other.page.getByRole("region", { name: "Night owl" })).toHaveCount(0);
  const room = mine.room("Night owl");
  await expect(visitor.page.getByText("has come. Take your time.")).toBeVisible();

  // W12: neither on the screen nor in anything that has reached this browser.
  await expect(room.log).toContainText("Say hello first");
  await visitor.says("are you there?");
  await visitor.allSent();
  await expect(room.lines).toHaveCount(0);
  const reached = mine.watch.received.join("\n");
  for (const line of [...before, "are you there?"]) expect(reached).not.toContain(JSON.stringify(line).slice(1, -1));

  // W13
  await room.says("hello");
  const said = [...before, "are you there?", "hello"];
  await sameOnBothSides(visitor, room, said);
  expect(await room.lines.nth(1).evaluate((line) => getComputedStyle(line).direction)).toBe("rtl");
  expect(await room.lines.nth(0).evaluate((line) => getComputedStyle(line).direction)).toBe("ltr");

  // W15, W21, W22: a reload on either side loses nothing and needs no press.
  const remembered = await visitor.session();
  expect(remembered).toHaveLength(2);
  await visitor.page.reload();
  await mine.page.reload();
  expect(visitor.watch.dialogs).toEqual(["beforeunload"]);
  await expect(room.box).toBeVisible();
  await sameOnBothSides(visitor, room, said);

  // W17: one too many is refused, and kept.
  await room.box.fill(`${CLUSTERS}!`);
  await room.box.press("Enter");
  await expect(room.part.getByRole("alert")).toContainText("one character too long");
  await expect(room.box).toHaveValue(`${CLUSTERS}!`);
  await room.box.fill("I read all of it.");
  await room.box.press("Enter");
  await visitor.says("thank you");
  await visitor.allSent();
  await sameOnBothSides(visitor, room, [...said, "I read all of it.", "thank you"], { anyOrderOfLast: 2 });

  // W17: it was text all along.
  for (const page of [visitor.page, mine.page]) {
    expect(await page.evaluate(() => "ran" in window)).toBe(false);
    await expect(page.locator("[role=log] :is(script, img)")).toHaveCount(0);
  }

  // Promise 4: what the server saw and said, the frame that asks for a nickname apart, holds no word of it. The server's
  // share is in no storage.
  const frames = [visitor, mine].flatMap(({ watch }) => [...watch.sent, ...watch.received]);
  const seen = frames.filter((frame) => !/"type":"(join|called)"/.test(frame)).join("\n");
  // "hello" is also what the first frame of a socket is called.
  const lines = said.filter((line) => line !== "hello");
  for (const line of [...lines, "I read all of it.", "thank you", "Night owl"]) {
    expect(seen).not.toContain(JSON.stringify(line).slice(1, -1));
  }
  const [, share] = /"share":"([^"]+)"/.exec(seen) ?? [];
  expect(share).toHaveLength(43);
  for (const kept of [remembered, await visitor.session()]) expect(kept.join()).not.toContain(share);

  // W18, W21
  expect(await visitor.kept()).toEqual(NOTHING_KEPT);
  await room.button("Close chat").click();
  await room.button("Keep talking").click();
  await expect(room.box).toBeVisible();
  await visitor.closes();
  await expect(visitor.page.getByRole("heading", { name: /^Erased/ })).toBeVisible();
  await expect(mine.region("Night owl").getByRole("heading", { name: /^Erased/ })).toBeVisible();
  const count = said.length + 2;
  await expect(visitor.page.getByText(new RegExp(`^${count} messages.* at \\d\\d:\\d\\d.* by you`))).toBeVisible();
  await expect(mine.page.getByText(new RegExp(`^${count} messages.* at \\d\\d:\\d\\d.* by the student`))).toBeVisible();
  for (const page of [visitor.page, mine.page]) {
    await expect(page.getByRole("textbox", { name: "Your message" })).toHaveCount(0);
    await expect(page.locator("body")).not.toContainText("fast 1");
  }

  expect(await visitor.session()).toEqual([]);
  expect(await visitor.kept()).toEqual(NOTHING_KEPT);
  for (const turn of ["goBack", "goForward", "reload"] as const) {
    await visitor.page[turn]();
    await expect(visitor.page.locator("body")).not.toContainText(/fast 1|thank you|Night owl/);
  }
  await expect(visitor.talk).toBeVisible();
  await mine.page.goBack();
  await mine.page.goForward();
  await expect(mine.give).toBeVisible();
  await expect(mine.page.locator("body")).not.toContainText(/fast 1|thank you|Night owl/);
});

test.describe("with a limit that is soon reached", () => {
  test.use({ settings: ["--line-limit", "4 in 2s"] });

  test("lines beyond the limit wait in the page and arrive in order", async ({ student, counsellor }) => {
    const asha = await counsellor("Asha");
    const visitor = await student();
    await visitor.asks("Quick");
    const room = await asha.takes("Quick");
    await room.says("hello");
    await visitor.box.focus();
    await visitor.page.keyboard.type(`${FAST.join("\n")}\n`);
    await sameOnBothSides(visitor, room, ["hello", ...FAST]);
    // The limit was met: something had to go twice.
    const says = visitor.watch.sent.filter((frame) => frame.includes('"say"'));
    expect(says.length).toBeGreaterThan(FAST.length);
  });
});

async function whoGotIt(one: Counsellor, other: Counsellor): Promise<[Counsellor, Counsellor]> {
  const got = async (counsellor: Counsellor) => (await counsellor.region("Night owl").count()) === 1;
  await expect.poll(async () => (await got(one)) || (await got(other))).toBe(true);
  return (await got(one)) ? [one, other] : [other, one];
}

async function sameOnBothSides(one: Room, other: Room, lines: string[], { anyOrderOfLast = 0 } = {}): Promise<void> {
  await expect(one.lines).toHaveCount(lines.length);
  await one.allSent();
  await expect(other.lines).toHaveCount(lines.length);
  await other.allSent();
  const shown = await one.lines.allTextContents();
  expect(await other.lines.allTextContents()).toEqual(shown);
  const certain = lines.length - anyOrderOfLast;
  expect(shown.slice(0, certain)).toEqual(lines.slice(0, certain));
  expect(shown.slice(certain).sort()).toEqual(lines.slice(certain).sort());
}

/** The whole text of a line and nothing around it. */
function exactly(text: string): RegExp {
  return new RegExp(`^${text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}$`);
}
