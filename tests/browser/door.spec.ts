// Coming in and getting out: who is told what before a conversation begins, how counsellors get to their desk, and the
// quick exit, which has to work in every way it can be reached. What happens in a room is told in record.spec.ts.

import { ELSEWHERE, expect, type Student, test } from "./people";
import { PASSWORD } from "./portal";

test("with nobody available a press says so, shows the other help and creates nothing", async ({
  student,
  counsellor,
}) => {
  // W3
  const asha = await counsellor("Asha", { available: false });
  const visitor = await student();
  await expect(visitor.talk).toBeEnabled();
  await visitor.talk.click();
  await expect(visitor.page.getByText("Nobody is available right now", { exact: true })).toBeVisible();
  const help = visitor.page.getByRole("contentinfo");
  await expect(help).toContainText("In danger right now?");
  await expect(help.getByRole("link", { name: "112", exact: true })).toHaveAttribute("href", "tel:112");
  await expect(visitor.box).toHaveCount(0);
  expect(await visitor.session()).toEqual([]);
  await asha.sees(0);
});

test("the door says live whether someone is there, before anything is asked", async ({ student, counsellor }) => {
  // W1, W9
  const visitor = await student();
  const none = visitor.page.getByText("No counsellor is free at the moment");
  await expect(none).toBeVisible();
  const asha = await counsellor("Asha");
  await expect(visitor.page.getByText("One counsellor is free now")).toBeVisible();
  await expect(asha.available).toBeChecked();
  await asha.available.click();
  await expect(none).toBeVisible();
  await expect(asha.available).not.toBeChecked();
});

test("a press while someone is there leads into the room, and the chosen name is shown at the desk", async ({
  student,
  counsellor,
}) => {
  // W2, W10
  const asha = await counsellor("Asha");
  const visitor = await student();
  await visitor.page.getByLabel("What may we call you?").fill("guest_1");
  await visitor.talk.click();
  await expect(visitor.page.getByText("Please choose another name")).toBeVisible();
  await visitor.asks("Kestrel");
  await expect(visitor.page.getByRole("heading", { name: "You are next." })).toBeVisible();
  await expect(visitor.box).toBeVisible();
  const nameless = await student();
  await nameless.asks();
  await expect(nameless.page.getByRole("heading", { name: "One person is before you." })).toBeVisible();
  await asha.takes("Kestrel");
  await expect(nameless.page.getByRole("heading", { name: "You are next." })).toBeVisible();
  await asha.give.click();
  await expect(asha.page.getByRole("region", { name: /^guest_\d+$/ })).toBeVisible();
});

test("a reload while waiting comes back to the same place without a press", async ({ student, counsellor }) => {
  // W4, W15
  const asha = await counsellor("Asha");
  const visitor = await student();
  await visitor.asks("Kestrel");
  await visitor.says("hello?");
  await visitor.allSent();
  await visitor.page.reload();
  await expect(visitor.lines).toHaveText(["hello?"]);
  await asha.sees(1);
});

test("a signed-in counsellor cannot open a student room", async ({ counsellor }) => {
  // W1
  const asha = await counsellor("Asha");
  const page = await asha.context.newPage();
  await page.goto(new URL("/", asha.page.url()).href);
  await page.getByRole("button", { name: "Talk to a counsellor", exact: true }).click();
  await expect(page.getByText("You are signed in as a counsellor in this browser.")).toBeVisible();
  await asha.sees(0);
});

test("a wrong password is told in one sentence that says nothing about the account", async ({ opens, portal }) => {
  await portal.addAccount("asha", "Asha");
  const { page } = await opens("/desk");
  for (const [login, password] of [
    ["asha", "not the password"],
    ["nobody", PASSWORD],
  ] as const) {
    await page.getByRole("textbox").first().fill(login);
    await page.getByLabel("Password", { exact: true }).fill(password);
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    await expect(page.getByRole("alert")).toHaveText("The login or the password is wrong.");
    await page.reload();
  }
});

test("the link of the first start makes the first account, once", async ({ opens, portal }) => {
  expect(portal.firstLink).not.toBeNull();
  const first = await opens(String(portal.firstLink));
  await expect(first.page.getByRole("heading", { name: "Make the first account" })).toBeVisible();
  // The token stays in no history.
  expect(first.page.url()).toBe(`${portal.origin}/desk`);
  const makes = async ({ page }: typeof first, login: string, password: string) => {
    await page.getByLabel("Login", { exact: true }).fill(login);
    await page.getByLabel("Nickname", { exact: true }).fill(login);
    await page.getByLabel("Password", { exact: true }).fill(password);
    await page.getByRole("button", { name: "Make the account", exact: true }).click();
  };
  await makes(first, "asha", "too short");
  await expect(first.page.getByRole("alert")).toContainText("at least 12 characters");
  await makes(first, "asha", PASSWORD);
  await expect(first.page.getByRole("button", { name: "Give me a student", exact: true })).toBeVisible();
  await first.page.reload();
  await expect(first.page.getByRole("button", { name: "Give me a student", exact: true })).toBeVisible();

  const second = await opens(String(portal.firstLink));
  await makes(second, "bela", PASSWORD);
  await expect(second.page.getByRole("alert")).toContainText("This link was used before");
});

const shift = async ({ page }: Student) => {
  for (let press = 0; press < 3; press += 1) await page.keyboard.press("Shift");
};
const WAYS: Record<string, (visitor: Student) => Promise<void>> = {
  "the button": (visitor) => visitor.button("Leave this page now").click(),
  "three presses of Shift": shift,
  "three presses of Shift in the box": async (visitor) => {
    await visitor.box.click();
    await shift(visitor);
  },
  "the first link of the page": async ({ page }) => {
    await page.reload();
    await page.keyboard.press("Tab");
    await expect(page.getByRole("link", { name: "Leave this page now", exact: true })).toBeFocused();
    await page.keyboard.press("Enter");
  },
};

test.describe("the quick exit", () => {
  test.use({ settings: ["--exit-url", ELSEWHERE] });

  for (const [way, leaves] of Object.entries(WAYS)) {
    test(`works by ${way}: covered at once, erased, and nothing to come back to`, async ({ student, counsellor }) => {
      // W18, W21, W22
      const asha = await counsellor("Asha");
      const visitor = await student();
      await visitor.asks("Kestrel");
      const room = await asha.takes("Kestrel");
      await room.says("hello");
      await visitor.says("somebody is coming");
      await expect(room.lines).toHaveCount(2);

      // The place to go to answers only when the test has looked at the page that is being left.
      let answer = () => {};
      const looked = new Promise<void>((done) => {
        answer = done;
      });
      await visitor.context.route(ELSEWHERE, async (route) => {
        await looked;
        await route.fulfill({ contentType: "text/html", body: "<h1>Weather</h1>" });
      });
      const covered = await tellsWhenCovered(visitor);
      const before = visitor.watch.dialogs.length;
      const leaving = leaves(visitor).catch(() => {});
      await expect.poll(covered).toBe(true);
      await expect(asha.region("Kestrel").getByRole("heading", { name: /^Erased/ })).toBeVisible();
      answer();
      await leaving;
      await expect(visitor.page.getByRole("heading", { name: "Weather" })).toBeVisible();
      expect(visitor.page.url()).toBe(ELSEWHERE);
      // The one question before leaving was the reload's, where there was a reload.
      expect(visitor.watch.dialogs.length - before).toBe(way === "the first link of the page" ? 1 : 0);

      await visitor.page.goBack();
      expect(visitor.page.url()).toBe("about:blank");
      await visitor.page.goto(new URL("/", asha.page.url()).href);
      await expect(visitor.talk).toBeVisible();
      expect(await visitor.session()).toEqual([]);
    });
  }

  test("is not set off by writing capitals, nor by presses with another key in between", async ({
    student,
    counsellor,
  }) => {
    await counsellor("Asha");
    const visitor = await student();
    await visitor.asks();
    await visitor.box.focus();
    for (const key of ["A", "B", "C", "D"]) await visitor.page.keyboard.press(`Shift+${key}`);
    for (const key of ["e", "f", "g"]) {
      await visitor.page.keyboard.press("Shift");
      await visitor.page.keyboard.press(key);
    }
    await expect(visitor.box).toHaveValue("ABCDefg");
  });

  test("works at the door too", async ({ student }) => {
    const visitor = await student();
    await visitor.context.route(ELSEWHERE, (route) => route.fulfill({ body: "Weather" }));
    await shift(visitor);
    await expect(visitor.page.getByText("Weather")).toBeVisible();
  });
});

/** Whether nothing of the page can be seen any more. While a navigation is under way a page cannot be asked, so it tells. */
async function tellsWhenCovered({ page }: Student): Promise<() => boolean> {
  let covered = false;
  await page.exposeFunction("tellCovered", () => {
    covered = true;
  });
  const watch = () => {
    new MutationObserver(() => {
      if (getComputedStyle(document.body).display === "none") (window as unknown as Telling).tellCovered();
    }).observe(document, { attributes: true, subtree: true });
  };
  await page.addInitScript(watch);
  await page.evaluate(watch);
  return () => covered;
}

type Telling = { tellCovered: () => void };
