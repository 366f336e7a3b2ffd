// The pictures of the README, made by the real program: one of each side, with invented words of nobody.
// Not a test and not part of them: `npm --prefix web run screens` writes web/screens/.

import { resolve } from "node:path";
import { expect, type Room, test } from "./people";

const TALK = [
  ["them", "hi. exams in two weeks and i can't sleep"],
  ["us", "Hello, Kestrel. That sounds heavy. What goes through your head when you lie awake?"],
  ["them", "that i'll disappoint everybody"],
  ["us", "Thank you for telling me. Let us look at that together, there is no hurry."],
] as const;

test("the pictures", async ({ student, counsellor }) => {
  const screens = resolve(__dirname, "../../web/screens");
  const asha = await counsellor("Asha", { viewport: { width: 1440, height: 800 }, colorScheme: "light" });
  const kestrel = await student({
    viewport: { width: 390, height: 844 },
    deviceScaleFactor: 2,
    colorScheme: "dark",
    hasTouch: true,
  });
  await kestrel.asks("Kestrel");
  const room = await asha.takes("Kestrel");
  await talk(kestrel, room, TALK);
  await shoot(kestrel, `${screens}/student.png`);

  const wren = await student();
  await wren.asks("Wren");
  await talk(wren, await asha.takes("Wren"), [
    ["them", "is anybody there"],
    ["us", "Yes, I am here. Take your time."],
    ["them", "it's about my brother"],
  ]);
  const heron = await student();
  await heron.asks("Heron");
  await heron.says("hello");
  await heron.allSent();
  await asha.takes("Heron");
  const lark = await student();
  await lark.asks("Lark");
  await asha.sees(1);
  await room.box.fill("Would it help to say it");
  await wren.says("he moved out last week");
  await expect(asha.region("Wren").getByText("1 new")).toBeVisible();
  await kestrel.box.pressSequentially("maybe tonight", { delay: 300 });
  await expect(room.part.getByText("is typing")).toBeVisible();
  await shoot(room, `${screens}/desk.png`);
});

async function talk(them: Room, us: Room, lines: readonly (readonly ["them" | "us", string])[]): Promise<void> {
  for (const [who, line] of lines) {
    const speaker = who === "them" ? them : us;
    await speaker.says(line);
    await speaker.allSent();
  }
  for (const side of [them, us]) await expect(side.lines).toHaveCount(lines.length);
}

/** Without a pointer or a caret, and after every transition has come to its end. */
async function shoot({ page }: Room, path: string): Promise<void> {
  await page.mouse.move(0, 0);
  await page.screenshot({ path, caret: "hide", animations: "disabled" });
}
