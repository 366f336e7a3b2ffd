// What everybody must be able to use: axe on every screen, in both themes, narrow and wide; the keyboard alone; a
// screen reader that hears each line once; a connection that breaks. Contrast and size are judged by axe, not by eye.

import AxeBuilder from "@axe-core/playwright";
import type { Locator, Page } from "@playwright/test";
import { expect, test } from "./people";

const TAGS = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"];
const SIZES = [
  { width: 320, height: 640 },
  { width: 1280, height: 800 },
];

/** Looks at the present screen in both themes and both widths. */
async function looksRight(page: Page, screen: string): Promise<void> {
  for (const viewport of SIZES) {
    await page.setViewportSize(viewport);
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      const where = `${screen}, ${colorScheme}, ${viewport.width} px`;
      const { violations } = await new AxeBuilder({ page }).withTags(TAGS).analyze();
      const found = violations.map(
        ({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(" ")).join(", ")}`,
      );
      expect.soft(found, where).toEqual([]);
      const wide = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      expect.soft(wide, `${where}: how far it scrolls sideways`).toBe(0);
      const folder = process.env.QUIETLINE_TEST_SHOTS;
      if (folder) await page.screenshot({ path: `${folder}/${where.replaceAll(/\W+/g, "-")}.png` });
    }
  }
}

test("axe finds nothing on any screen of a student", async ({ student, counsellor }) => {
  test.slow();
  const asha = await counsellor("Asha", { available: false });
  const visitor = await student();
  const { page } = visitor;
  await visitor.talk.click();
  await expect(page.getByText("Nobody is available right now")).toBeVisible();
  await looksRight(page, "door with nobody");
  await asha.available.click();
  await expect(page.getByText("One counsellor is free now")).toBeVisible();
  await looksRight(page, "door");
  await visitor.asks("Kestrel-with-a-very-long-name-that-has-no-spaces");
  await visitor.says("I cannot sleep.", "Donaudampfschifffahrtsgesellschaftskapitän".repeat(4));
  await visitor.allSent();
  await looksRight(page, "waiting");
  await asha.available.click();
  await expect(page.getByText("Nobody is available just now.")).toBeVisible();
  await looksRight(page, "waiting with nobody");
  const room = await asha.takes("Kestrel-with-a-very-long-name-that-has-no-spaces");
  await room.says("Hello, good that you are here.", "مرحبا، أنا هنا.", "👨‍👩‍👧‍👦 你好");
  await expect(visitor.lines).toHaveCount(5);
  await looksRight(page, "room");
  await visitor.box.fill("a".repeat(1_001));
  await visitor.box.press("Enter");
  await expect(page.getByRole("alert")).not.toBeEmpty();
  await looksRight(page, "line too long");
  await visitor.button("Close chat").click();
  await expect(visitor.button("Erase and close")).toBeVisible();
  await looksRight(page, "closing question");
  await page.keyboard.press("Shift");
  await visitor.button("Erase and close").click();
  await expect(page.getByRole("heading", { name: /^Erased/ })).toBeVisible();
  await looksRight(page, "erased");
  await page.goto(new URL("/privacy", page.url()).href);
  await looksRight(page, "privacy");
});

test("axe finds nothing on any screen of the desk", async ({ student, counsellor, opens, portal }) => {
  test.slow();
  const first = await opens(String(portal.firstLink));
  await expect(first.page.getByRole("button", { name: "Make the account", exact: true })).toBeVisible();
  await looksRight(first.page, "first account");
  const stranger = await opens("/desk");
  await stranger.page.getByRole("textbox").first().fill("nobody");
  await stranger.page.getByLabel("Password", { exact: true }).fill("nothing");
  await stranger.page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(stranger.page.getByRole("alert")).not.toBeEmpty();
  await looksRight(stranger.page, "sign in");

  const asha = await counsellor("Asha");
  await asha.give.click();
  await expect(asha.told("Nobody is waiting")).toBeVisible();
  await looksRight(asha.page, "desk empty");
  const students = [];
  for (const name of ["Kestrel", "Wren", "A-very-long-nickname-that-somebody-has-thought-up", "Lark"]) {
    const visitor = await student();
    await visitor.asks(name);
    await visitor.says("Hi, is this the right place?", "I do not know how to begin.");
    await visitor.allSent();
    students.push(visitor);
    if (name === "Lark") break;
    const room = await asha.takes(name);
    if (name !== "Kestrel") await room.says("Hello. Take your time.");
  }
  await students[1]?.says("It has been a hard week.");
  await expect(asha.room("Wren").lines).toHaveCount(4);
  await asha.give.click();
  await expect(asha.told("You hold your limit")).toBeVisible();
  await looksRight(asha.page, "desk with rooms");
  await asha.room("Wren").button("Close chat").click();
  await students[0]?.closes();
  await expect(asha.region("Kestrel").getByRole("heading", { name: /^Erased/ })).toBeVisible();
  await looksRight(asha.page, "desk with a closing question and an end");
});

test.describe("when somebody is not there, or goes on with somebody else", () => {
  // Soon enough to be looked at, and still several beats.
  test.use({ settings: ["--beat-room", "1s", "--notice", "3s"] });

  test("axe finds nothing while a conversation is handed over, given back and interrupted", async ({
    student,
    counsellor,
  }) => {
    // W25, W26
    test.slow();
    const asha = await counsellor("Asha");
    const ben = await counsellor("Ben");
    const visitor = await student();
    const { page } = visitor;
    await visitor.asks("Kestrel");
    const room = await asha.takes("Kestrel");
    await room.says("Hello, good that you are here.");
    await visitor.says("hi", "it is about my brother");
    await expect(room.lines).toHaveCount(3);

    await room.box.fill("half a thought that is not sent");
    await room.button("Hand over").click();
    await expect(room.button("Ben")).toBeVisible();
    await looksRight(asha.page, "desk with the choice of colleagues");
    await room.button("Ben").click();
    await expect(room.part.getByText("Asking Ben…")).toBeVisible();
    await expect(ben.page.getByText("Asha asks you to go on with a student.")).toBeVisible();
    await looksRight(ben.page, "desk with an offer");
    await expect(page.getByText("Asha would like Ben to go on with you.")).toBeVisible();
    await looksRight(page, "being handed over");

    await ben.page.getByRole("button", { name: "Accept", exact: true }).click();
    await expect(asha.region("Kestrel").getByRole("heading", { name: /^Handed over/ })).toBeVisible();
    await expect(asha.region("Kestrel").getByText("half a thought that is not sent")).toBeVisible();
    await looksRight(asha.page, "desk with a room that was handed over");
    await expect(visitor.button("Let them read it")).toBeVisible();
    await looksRight(page, "question about older lines");
    await visitor.button("Let them read it").click();
    await expect(visitor.button("Let them read it")).toHaveCount(0);

    const bens = ben.room("Kestrel");
    await bens.says("Hello, I am Ben.");
    await expect(bens.lines).toHaveCount(4);
    await looksRight(ben.page, "desk with an earlier counsellor");
    await bens.button("Back to the queue").click();
    await looksRight(ben.page, "desk with the question before giving back");
    await bens.button("Give it back").click();
    await expect(ben.region("Kestrel").getByRole("heading", { name: /^Back in the queue/ })).toBeVisible();
    await expect(page.getByText("Ben had to go.")).toBeVisible();
    await expect(page.getByRole("heading", { name: "You are next." })).toBeVisible();
    await looksRight(page, "back in the queue");

    await ben.takes("Kestrel");
    await ben.page.close();
    await expect(page.getByText("Ben’s connection is interrupted.")).toBeVisible();
    await looksRight(page, "counsellor unreachable");
  });

  test("axe finds nothing at the desk while students are reconnecting", async ({ student, counsellor }) => {
    // W5, W25
    test.slow();
    const asha = await counsellor("Asha");
    const kestrel = await student();
    await kestrel.asks("Kestrel");
    const room = await asha.takes("Kestrel");
    await room.says("hello");
    const wren = await student();
    await wren.asks("Wren");
    await asha.sees(1);
    await kestrel.page.close();
    await wren.page.close();
    await expect(room.part.getByText("reconnecting", { exact: true })).toBeVisible();
    await expect(asha.page.getByText("waiting, one of them reconnecting")).toBeVisible();
    await asha.give.click();
    await expect(asha.told("Nobody is here right now")).toBeVisible();
    await looksRight(asha.page, "desk with reconnecting students");
  });
});

test("a student needs nothing but Tab and Enter from the door to the end", async ({ student, counsellor }) => {
  const asha = await counsellor("Asha");
  const visitor = await student();
  const { keyboard } = visitor.page;
  await keyboard.press("Tab");
  await expect(visitor.page.getByRole("link", { name: "Leave this page now", exact: true })).toBeFocused();
  await tabTo(visitor.page, visitor.talk);
  await keyboard.press("Enter");
  await tabTo(visitor.page, visitor.box);
  await keyboard.type("hello?\n");
  const room = await asha.takesAny();
  await room.says("hello");
  await expect(visitor.lines).toHaveText(["hello?", "hello"]);
  // Being taken moves nobody's focus.
  await expect(visitor.box).toBeFocused();
  await keyboard.type("goodbye");
  await tabTo(visitor.page, visitor.button("Send"));
  await keyboard.press("Enter");
  await expect(room.lines).toHaveText(["hello?", "hello", "goodbye"]);
  await tabTo(visitor.page, visitor.button("Close chat"));
  await keyboard.press("Enter");
  await tabTo(visitor.page, visitor.button("Erase and close"));
  await keyboard.press("Enter");
  const erased = visitor.page.getByRole("heading", { name: /^Erased/ });
  await expect(erased).toBeVisible();
  await expect(erased).toBeFocused();
  await tabTo(visitor.page, visitor.talk);
});

test("a counsellor needs nothing but the keyboard either", async ({ student, counsellor }) => {
  const asha = await counsellor("Asha", { available: false });
  const { page } = asha;
  const { keyboard } = page;
  await tabTo(page, asha.available);
  await keyboard.press("Space");
  await expect(asha.available).toBeChecked();
  const visitor = await student();
  await visitor.asks("Kestrel");
  await asha.sees(1);
  await tabTo(page, asha.give);
  await keyboard.press("Enter");
  const room = asha.room("Kestrel");
  await expect(room.box).toBeFocused();
  await keyboard.type("hello\n");
  await expect(visitor.log).toBeVisible();
  await expect(room.lines).toHaveText(["hello"]);
  await tabTo(page, room.button("Close chat"));
  await keyboard.press("Enter");
  await tabTo(page, room.button("Erase and close"));
  await keyboard.press("Enter");
  await expect(asha.region("Kestrel").getByRole("heading", { name: /^Erased/ })).toBeVisible();
});

test("each line is put into a live log once and never again", async ({ student, counsellor }) => {
  const asha = await counsellor("Asha");
  const visitor = await student();
  await visitor.asks("Kestrel");
  const room = await asha.takes("Kestrel");
  await expect(visitor.log).toHaveAttribute("aria-live", "polite");
  const announced = await announcements(visitor.log);
  await room.says("one", "two");
  await visitor.says("mine");
  await room.says("three");
  await visitor.says("mine too");
  await visitor.allSent();
  await expect(visitor.lines).toHaveCount(5);
  // What is read out with a line may stand beside it; the line itself is there once.
  const heard = await announced();
  for (const line of ["one", "two", "three", "mine", "mine too"]) {
    expect(heard.filter((text) => text === line).length, line).toBe(1);
  }
});

test.describe("when the server is gone for a while", () => {
  test.use({ mayComplain: true });

  test("both go on writing, and each line arrives once and in order", async ({ student, counsellor, portal }) => {
    const asha = await counsellor("Asha");
    const visitor = await student();
    await visitor.asks("Kestrel");
    const room = await asha.takes("Kestrel");
    await room.says("hello");
    await visitor.says("hi");
    await visitor.allSent();
    await expect(room.lines).toHaveText(["hello", "hi"]);

    await portal.kill();
    await visitor.says("are you", "still", "there?");
    await room.box.fill("a draft that stays");
    await expect(visitor.page.getByText("Your connection is interrupted.")).toBeVisible();
    await expect(asha.page.getByText("The connection is interrupted.")).toBeVisible();
    await expect(visitor.lines).toHaveCount(5);
    await portal.start();

    await visitor.allSent(20_000);
    const all = ["hello", "hi", "are you", "still", "there?"];
    await expect(room.lines).toHaveText(all);
    await expect(visitor.lines).toHaveText(all);
    await expect(room.box).toHaveValue("a draft that stays");
    await room.box.press("Enter");
    await expect(visitor.lines).toHaveText([...all, "a draft that stays"]);
    await expect(visitor.page.getByText("Your connection is interrupted.")).toHaveCount(0);
  });
});

test("a line whose answer was lost is shown once on both sides", async ({ student, counsellor }) => {
  const asha = await counsellor("Asha");
  const visitor = await student();
  let lost = 0;
  await visitor.page.routeWebSocket(/\/ws\/student/, (socket) => {
    const server = socket.connectToServer();
    let cut = false;
    // Said on a connection that is being cut, it is heard by nobody.
    socket.onMessage((frame) => !cut && server.send(frame));
    server.onMessage((frame) => {
      // What is in it only the pages can read; the first line of this side is the one.
      const answer = String(frame).includes('"type":"line"') && String(frame).includes('"from":"student"');
      if (!answer || lost > 0) return socket.send(frame);
      lost += 1;
      cut = true;
      void server.close();
      void socket.close();
    });
  });
  // The route holds for sockets that are opened after it.
  await visitor.page.reload();
  await visitor.asks("Kestrel");
  const room = await asha.takes("Kestrel");
  await room.says("hello");
  await visitor.says("only once", "and more");
  await visitor.allSent();
  expect(lost).toBe(1);
  for (const one of [visitor, room]) await expect(one.lines).toHaveText(["hello", "only once", "and more"]);
});

/** Presses Tab until it is there; a person would give up as well. */
async function tabTo(page: Page, target: Locator): Promise<void> {
  for (let press = 0; press < 40; press += 1) {
    if (await target.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press("Tab");
  }
  throw new Error(`The keyboard does not lead to ${target}`);
}

/** The texts that have been put into a log since, as a screen reader is told of them. */
async function announcements(log: Locator): Promise<() => Promise<string[]>> {
  await log.evaluate((element) => {
    const heard: string[] = [];
    (window as unknown as Heard).heard = heard;
    const words = (node: Node): string[] =>
      node instanceof Text ? [node.data.trim()] : [...node.childNodes].flatMap(words);
    new MutationObserver((changes) => {
      for (const { type, target, addedNodes } of changes) {
        heard.push(...(type === "characterData" ? words(target) : [...addedNodes].flatMap(words)));
      }
    }).observe(element, { childList: true, characterData: true, subtree: true });
  });
  return () => log.evaluate(() => (window as unknown as Heard).heard);
}

type Heard = { heard: string[] };
