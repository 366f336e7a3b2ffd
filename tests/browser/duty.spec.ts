// A counsellor's morning (D-T5) in real browsers, with a clock that the test moves on both sides: what the page tells of the
// keyboard, and what the counsellor and the supervisor see of it. Accounts that an administrator looks after in the page.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { createInterface, type Interface } from "node:readline";
import AxeBuilder from "@axe-core/playwright";
import type { Browser, BrowserContext, Page } from "@playwright/test";
import { expect, test } from "./people";
import { PASSWORD } from "./portal";

const MORNING = Date.parse("2026-01-05T10:00:00Z");
const MINUTE = 60_000;

/** A portal whose clock the test moves, with Asha, a counsellor, and Mia, a supervisor. */
class ByHand {
  private constructor(
    readonly origin: string,
    readonly server: ChildProcess,
    readonly said: Interface,
  ) {}

  static async start(): Promise<ByHand> {
    const built = resolve(__dirname, "../../target/debug/examples/portal_by_hand");
    const path = process.env.QUIETLINE_TEST_PORTAL_BY_HAND ?? built;
    const server = spawn(path, { stdio: ["pipe", "pipe", "inherit"], env: {} });
    if (!server.stdout) throw new Error("nothing is said");
    const said = createInterface({ input: server.stdout });
    const [origin] = await once(said, "line");
    return new ByHand(String(origin), server, said);
  }

  async pass(ms: number): Promise<void> {
    const passed = once(this.said, "line");
    this.server.stdin?.write(`${ms}\n`);
    await passed;
  }

  stop(): void {
    this.server.kill("SIGKILL");
  }
}

async function signsIn(page: Page, login: string, password = PASSWORD): Promise<void> {
  await page.getByRole("textbox").first().fill(login);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
}

/** A browser at the desk or below it, whose clock stands at ten in the morning until it is moved. */
async function browser(open: Browser, origin: string, path: string): Promise<{ context: BrowserContext; page: Page }> {
  const context = await open.newContext();
  const page = await context.newPage();
  await page.clock.install({ time: MORNING });
  await page.goto(origin + path);
  return { context, page };
}

const seen = (page: Page) => page.getByRole("table", { name: "Sessions" }).getByRole("row");

test("D-T5: a morning at the keyboard is one session in the table, the chart and the file", async ({
  browser: open,
}) => {
  const portal = await ByHand.start();
  try {
    const { page: desk } = await browser(open, portal.origin, "/desk");
    await signsIn(desk, "asha");
    await desk.getByRole("switch", { name: "Available" }).click();
    const student = await (await open.newContext()).newPage();
    await student.goto(portal.origin);
    await expect(student.getByText("One counsellor is free now")).toBeVisible();
    await student.getByRole("button", { name: "Talk to a counsellor" }).click();
    await expect(desk.getByRole("status").filter({ hasText: /^1 waiting/ })).toBeVisible();
    await desk.getByRole("button", { name: "Give me a student" }).click();
    const box = desk.getByRole("textbox", { name: "Your message" });
    await expect(box).toBeVisible();
    // 10:00, what the page sends of it is watched on the wire.
    const minutesPass = async (minutes: number) => {
      // As a laptop that was asleep: what was due in between is due once.
      await desk.clock.fastForward(minutes * MINUTE);
      await portal.pass(minutes * MINUTE);
    };
    await desk.evaluate(() => {
      const sent = WebSocket.prototype.send;
      Object.assign(globalThis, { told: [] });
      WebSocket.prototype.send = function (this: WebSocket, frame: string) {
        if (frame.includes('"keyboard"')) (globalThis as unknown as { told: string[] }).told.push(frame);
        sent.call(this, frame);
      };
    });
    await minutesPass(1); // 10:01
    await box.press("a");
    await minutesPass(2); // 10:03
    await desk.mouse.move(200, 200);
    await desk.mouse.move(240, 220);
    await minutesPass(3); // 10:06
    await box.press("b");
    await minutesPass(2); // 10:08
    await box.press("c");
    await minutesPass(2.5); // 10:10:30
    await box.press("d");
    await minutesPass(16.5); // 10:27
    await box.press("e");
    // While the hands of the clock are moved nobody answers beats, so the page may be on its way back just now.
    const told = async () => {
      const frames = await desk.evaluate(() => (globalThis as unknown as { told: string[] }).told);
      return frames.map((frame) => Object.keys(JSON.parse(frame)));
    };
    await expect.poll(told).toEqual([
      ["type", "key_ms"],
      ["type", "key_ms", "cached_ms"],
    ]);

    // What she herself sees, in the tab that the desk's link opens.
    const [own] = await Promise.all([
      desk.context().waitForEvent("page"),
      desk.getByRole("link", { name: "My duty sessions" }).click(),
    ]);
    await expect(seen(own)).toHaveCount(2);
    await expect(seen(own).nth(1)).toHaveText(/Mon, Jan 5\s*10:00\s*10:27\s*27 min\s*no replies/);
    await expect(own.locator(".timeline rect")).toHaveCount(1);
    await own.getByRole("link", { name: "Today", exact: true }).click();
    await expect(own.getByText("1 session, 27 min, 0 replies")).toBeVisible();
    expect((await new AxeBuilder({ page: own }).analyze()).violations).toEqual([]);

    // What her supervisor sees.
    const { page: mia } = await browser(open, portal.origin, "/desk/service?from=2026-01-05&until=2026-01-05");
    await signsIn(mia, "mia");
    await expect(mia.getByRole("heading", { name: "The service" })).toBeVisible();
    await expect(seen(mia).nth(1)).toHaveText(/Asha\s*Mon, Jan 5\s*10:00\s*10:27\s*27 min\s*no replies/);
    await expect(mia.getByRole("img", { name: /Hours of duty by day, .*: 27 min in all/ })).toBeVisible();
    await expect(mia.locator(".scrolls svg .bar")).toHaveCount(1);
    const download = mia.waitForEvent("download");
    await mia.getByRole("link", { name: "Download as CSV" }).click();
    const file = readFileSync(await (await download).path(), "utf8").split("\r\n");
    expect(file.slice(0, 2)).toEqual([
      "who,day,start,end,minutes,reply_count",
      "Asha,2026-01-05,2026-01-05T10:00:00+00:00,2026-01-05T10:27:00+00:00,27,0",
    ]);
    // The view is in the address: another tab of a supervisor shows the same.
    await mia.getByLabel("Rows", { exact: true }).selectOption("Weeks");
    await mia.getByRole("button", { name: "Show", exact: true }).click();
    await expect(mia).toHaveURL(/by=week/);
    await expect(mia.getByRole("table", { name: "By week" }).getByRole("row").nth(1)).toContainText("27 min");
    await mia.goBack();
    await expect(seen(mia)).toHaveCount(2);
    expect((await new AxeBuilder({ page: mia }).analyze()).violations).toEqual([]);
    // A counsellor who follows her link is told so, and the server gives them nothing.
    await own.goto(`${portal.origin}/desk/service`);
    await expect(own.getByRole("status").filter({ hasText: "may not see this" })).toBeVisible();
  } finally {
    portal.stop();
  }
});

test("an administrator adds somebody, who chooses a password by a link that is good once", async ({
  portal,
  opens,
}) => {
  const { page: ada, watch } = await opens(
    new URL(portal.firstLink ?? "").pathname + new URL(portal.firstLink ?? "").hash,
  );
  await ada.getByLabel("Login", { exact: true }).fill("ada");
  await ada.getByLabel("Nickname", { exact: true }).fill("Ada");
  await ada.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await ada.getByRole("button", { name: "Make the account" }).click();
  await expect(ada.getByRole("link", { name: "Accounts" })).toBeVisible();
  await ada.goto(`${portal.origin}/desk/accounts`);
  await ada.getByLabel("Login", { exact: true }).fill("ben");
  await ada.getByLabel("Nickname", { exact: true }).fill("Ben");
  await ada.getByRole("button", { name: "Add", exact: true }).click();
  const link = await ada.getByRole("textbox", { name: "A link for Ben" }).inputValue();
  expect(new URL(link).origin).toBe(portal.origin);
  await ada.getByRole("button", { name: "Done", exact: true }).click();
  await expect(ada.getByRole("row", { name: /^ben Ben/ })).toContainText("Has not chosen a password yet");

  const { page: ben } = await opens(new URL(link).pathname + new URL(link).hash);
  await expect(ben.getByRole("heading", { name: "Choose your password" })).toBeVisible();
  expect(new URL(ben.url()).hash).toBe("");
  await ben.getByLabel("Password", { exact: true }).fill("a password of my own");
  await ben.getByRole("button", { name: "Choose it and go to the desk" }).click();
  await expect(ben.getByRole("button", { name: "Give me a student" })).toBeVisible();
  await expect(ben.getByRole("link", { name: "Accounts" })).toHaveCount(0);

  // The last administrator cannot be disabled, whoever presses; somebody else is signed out at once.
  await ada.getByRole("button", { name: "Disable Ada" }).click();
  await ada.getByRole("group", { name: "Disable Ada" }).getByRole("button", { name: "Disable", exact: true }).click();
  await expect(ada.getByRole("alert")).toContainText("This is the last administrator");
  // An arrow key chooses another role, so it is asked.
  await ada.getByLabel("Role of Ben").selectOption("Supervisor");
  await ada.getByRole("group", { name: "Role of Ben" }).getByRole("button", { name: "Not now", exact: true }).click();
  await expect(ada.getByRole("combobox", { name: "Role of Ben" })).toHaveValue("counsellor");
  await ada.getByLabel("Role of Ben").selectOption("Supervisor");
  await ada.getByRole("group", { name: "Role of Ben" }).getByRole("button", { name: "Change", exact: true }).click();
  await expect(ben.getByRole("link", { name: "The service" })).toBeVisible();
  await ada.getByRole("button", { name: "Disable Ben" }).click();
  await ada.getByRole("group", { name: "Disable Ben" }).getByRole("button", { name: "Disable", exact: true }).click();
  await expect(ben.getByRole("button", { name: "Sign in", exact: true })).toBeVisible();
  await expect(ada.getByRole("row", { name: /Ada Disabled Ben$/ })).toBeVisible();
  expect((await new AxeBuilder({ page: ada }).analyze()).violations).toEqual([]);
  expect(watch.complaints).toEqual([]);
});
