// A whole intake in real browsers: filled in while waiting, changed in the middle, shared, planned from both sides, come
// back to with six words, kept or erased with the chat, and deleted. At 320 pixels, because that is what many have.

import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { expect, type Student, test } from "./people";

const NARROW = { viewport: { width: 320, height: 640 } };

class Sorting {
  constructor(readonly page: Page) {}

  button(name: string) {
    return this.page.getByRole("button", { name, exact: true });
  }

  heading(name: string | RegExp) {
    return this.page.getByRole("heading", { level: 1, name });
  }

  /** From wherever the door to it is, past the first question. */
  async begins(door: string) {
    await this.button(door).click();
    await expect(this.heading("Are you in danger now?")).toBeFocused();
    await this.button("No").click();
    await expect(this.heading("First, a little about you")).toBeFocused();
  }

  async answers(statement: string, answer: string) {
    await this.page.getByRole("group", { name: statement }).getByRole("radio", { name: answer, exact: true }).check();
  }

  async goesTo(chapter: RegExp | string) {
    await this.page.getByText("Contents", { exact: false }).first().click();
    await this.page.getByRole("navigation", { name: "Contents" }).getByRole("button", { name: chapter }).click();
  }

  async saved() {
    await expect(this.page.getByText("Saved.", { exact: true })).toBeVisible();
  }

  /** Nothing to scroll sideways, nothing too small for a thumb, nothing that axe objects to. */
  async isUsable() {
    const wide = await this.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(wide, "scrolls sideways").toBeLessThanOrEqual(0);
    const small = await this.page
      .locator("main button:visible, .options label:visible, main summary:visible")
      .evaluateAll((all) => all.filter((one) => one.getBoundingClientRect().height < 43).map((one) => one.textContent));
    expect(small, "too small").toEqual([]);
    const { violations } = await new AxeBuilder({ page: this.page }).analyze();
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
  }
}

async function twoStudies(visitor: Student) {
  const sorting = new Sorting(visitor.page);
  await sorting.begins("Sort your thoughts");
  await sorting.isUsable();
  await visitor.page.getByLabel("Name 1").fill("Biology");
  await sorting.button("Add another").click();
  await visitor.page.getByLabel("Name 2").fill("Music");
  await sorting.button("Continue").click();
  await expect(sorting.heading(/Your studies/)).toBeFocused();
  return sorting;
}

test("an intake is filled in, changed, shared and planned from both sides", async ({ student, counsellor }) => {
  test.slow();
  const asha = await counsellor("Asha");
  const visitor = await student(NARROW);
  await visitor.asks("Night owl");
  await visitor.says("I am here");
  await visitor.box.fill("half a thought");
  const sorting = await twoStudies(visitor);
  await expect(visitor.page.getByText("You are next.")).toBeVisible();

  // Forward through the list, a module a screen; back again; and what was answered is still there.
  await sorting.button("Next").click();
  await expect(sorting.heading("1.1 Biology")).toBeFocused();
  await sorting.answers("I can keep up with this course.", "No");
  await sorting.answers("I still want to study this.", "Yes");
  await sorting.saved();
  await sorting.isUsable();
  await sorting.button("Next").click();
  await expect(sorting.heading("1.2 Music")).toBeFocused();
  await sorting.answers("I can keep up with this course.", "Yes");
  await sorting.button("Back").click();
  await expect(sorting.heading("1.1 Biology")).toBeFocused();
  const kept = visitor.page.getByRole("group", { name: "I can keep up with this course." });
  await expect(kept.getByRole("radio", { name: "No", exact: true })).toBeChecked();
  await sorting.saved();

  // The profile changes in the middle: Music comes first, Biology goes, and what goes with it is said before.
  await sorting.goesTo("About you");
  await sorting.button("Move Music up").click();
  await sorting.button("Continue").click();
  await sorting.goesTo(/1\.2 Biology/);
  await expect(kept.getByRole("radio", { name: "No", exact: true })).toBeChecked();
  await sorting.goesTo("About you");
  await sorting.button("Remove Music").click();
  await sorting.button("Continue").click();
  await expect(visitor.page.getByText("One answer would go with what is no longer asked.")).toBeVisible();
  await sorting.button("Continue without them").click();
  await sorting.goesTo(/1\.1 Biology/);
  await expect(kept.getByRole("radio", { name: "No", exact: true })).toBeChecked();

  // What weighs, how much, and a step.
  await sorting.goesTo("What weighs on you");
  await expect(sorting.heading("What weighs on you")).toBeFocused();
  await visitor.page
    .getByRole("group", { name: "How much does it weigh?" })
    .getByRole("radio", { name: "A lot" })
    .check();
  await visitor.page.getByRole("button", { name: /^Add a step/ }).click();
  await expect(visitor.page.getByLabel("What", { exact: true })).toBeFocused();
  await visitor.page.getByLabel("What", { exact: true }).fill("ask for a later date");
  await visitor.page.getByLabel(/^By when/).fill("Friday");
  await sorting.button("Keep this step").click();
  await expect(visitor.page.getByText("ask for a later date · Friday")).toBeVisible();
  await expect(visitor.page.getByRole("button", { name: /^Add a step/ })).toBeFocused();
  await sorting.isUsable();

  // A counsellor comes meanwhile; the student sees it, shares, and goes back to what was half written.
  const room = await asha.takes("Night owl");
  await expect(visitor.page.getByText("Asha is here")).toBeVisible();
  await room.says("hello");
  await expect(visitor.page.getByText("1 new")).toBeVisible();
  await expect(asha.page.getByText("What they have shared")).toHaveCount(0);
  await sorting.button("Share with my counsellor").click();
  const panel = asha.region("Night owl").getByRole("region", { name: "What they have shared" });
  await expect(panel.getByText("I can keep up with this course.").first()).toBeVisible();
  await panel.getByRole("button", { name: /^Add a step/ }).click();
  await panel.getByLabel("What", { exact: true }).fill("write to the tutor together");
  await panel.getByRole("button", { name: "Keep this step" }).click();
  await expect(panel.getByText("write to the tutor together")).toBeVisible();
  const { violations } = await new AxeBuilder({ page: asha.page }).analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
  await sorting.button("Back to your conversation").click();
  await expect(visitor.box).toHaveValue("half a thought");
  await expect(visitor.log.getByText("hello", { exact: true })).toBeVisible();
  await visitor.page.getByRole("button", { name: "Sort your thoughts", exact: true }).click();
  await sorting.goesTo("What weighs on you");
  await expect(visitor.page.getByText("write to the tutor together")).toBeVisible();
  await expect(visitor.page.getByText("from your counsellor")).toBeVisible();

  // A reload leads back, to both; and stopping is at once.
  await asha.page.reload();
  await expect(panel.getByText("write to the tutor together")).toBeVisible();
  await sorting.button("Stop sharing").click();
  await expect(panel).toHaveCount(0);
  await visitor.page.reload();
  await visitor.page.getByRole("button", { name: "Sort your thoughts", exact: true }).click();
  await expect(sorting.heading(/Biology|Your studies|What weighs/)).toBeVisible();

  // Without a code, closing erases both.
  await sorting.button("Back to your conversation").click();
  await visitor.closes();
  await expect(visitor.page.getByRole("heading", { level: 1 })).toHaveText(/^Erased/);
  await expect(visitor.page.getByText("what you wrote in the questionnaire")).toBeVisible();
  expect(await visitor.session()).toEqual([]);
});

test("with a return code it outlives the chat, comes back in a fresh browser, and can be deleted", async ({
  student,
  counsellor,
}) => {
  test.slow();
  await counsellor("Asha");
  const visitor = await student(NARROW);
  await visitor.asks("Night owl");
  const sorting = await twoStudies(visitor);
  await sorting.button("Next").click();
  await sorting.answers("I can keep up with this course.", "No");
  await sorting.saved();
  await sorting.goesTo("What weighs on you");
  await sorting.button("Make a return code").click();
  const code = (await visitor.page.locator(".return-code .code").textContent()) ?? "";
  expect(code.split(" ")).toHaveLength(6);
  await sorting.isUsable();
  await sorting.button("I have it").click();
  await expect(sorting.button("Make a new return code")).toBeFocused();
  await expect(visitor.page.getByText(code)).toHaveCount(0);
  await sorting.button("Back to your conversation").click();
  await visitor.closes();
  await expect(visitor.page.getByText("kept under your return code")).toBeVisible();

  // At the door of another browser, with a slip of the finger first.
  const again = await student(NARROW);
  const back = new Sorting(again.page);
  await back.button("Come back with a return code").click();
  const words = code.split(" ");
  await again.page.getByLabel("Your six words").fill([`${words[0]}x`, ...words.slice(1)].join(" "));
  await back.button("Come back").click();
  await expect(again.page.getByText(`Is it “${words[0]}”?`)).toBeVisible();
  await back.isUsable();
  await again.page.getByLabel("Your six words").fill(code.toUpperCase());
  await back.button("Come back").click();
  await back.goesTo("What weighs on you");
  await expect(again.page.getByRole("heading", { name: "I can keep up with this course." })).toBeVisible();

  // Through a reload at the door, and from there into the queue with the same key.
  await again.page.reload();
  await back.button("Sort your thoughts first").click();
  await expect(back.heading(/1\.1 Biology|Your studies/)).toBeVisible();
  await back.button("Back to the first page").click();
  await again.asks();
  await back.button("Sort your thoughts").click();
  await back.goesTo("What weighs on you");
  await expect(back.button("Share with my counsellor")).toBeVisible();
  await back.button("Delete everything about me").click();
  await back.button("Yes, delete it").click();
  await expect(again.page.getByRole("heading", { level: 1 })).toHaveText(/^Erased/);
  expect(await again.session()).toEqual([]);

  const third = await student();
  const nothing = new Sorting(third.page);
  await nothing.button("Come back with a return code").click();
  await third.page.getByLabel("Your six words").fill(code);
  await nothing.button("Come back").click();
  await expect(third.page.getByText("These words lead nowhere.")).toBeVisible();
});

// Q13
test("whoever is in danger sees the other help at once and comes into the queue without another question", async ({
  student,
  counsellor,
}) => {
  await counsellor("Asha");
  const visitor = await student(NARROW);
  const sorting = new Sorting(visitor.page);
  await sorting.button("Sort your thoughts first").click();
  await expect(sorting.heading("Are you in danger now?")).toBeFocused();
  await sorting.isUsable();
  await sorting.button("Yes").click();
  await expect(sorting.heading("You do not have to be alone with this.")).toBeFocused();
  await expect(visitor.page.locator(".urgent a").first()).toBeVisible();
  await sorting.isUsable();
  await visitor.talk.click();
  await expect(visitor.box).toBeVisible();
});

test("everything can be left out, and nothing is lost while the connection is", async ({ student, counsellor }) => {
  await counsellor("Asha");
  const visitor = await student(NARROW);
  const sorting = new Sorting(visitor.page);
  await sorting.button("Sort your thoughts first").click();
  await sorting.button("Skip this question").click();
  await sorting.button("Continue").click();
  await expect(sorting.heading("1 Where you live")).toBeFocused();
  await visitor.context.setOffline(true);
  await sorting.answers("I have a place where I can stay.", "No");
  await expect(visitor.page.getByText("Not saved yet. Trying again.")).toBeVisible();
  // What is not saved yet outlives leaving the questions and coming back to them.
  await sorting.button("Back to the first page").click();
  await sorting.button("Sort your thoughts first").click();
  const first = visitor.page.getByRole("group", { name: "I have a place where I can stay." });
  await expect(first.getByRole("radio", { name: "No", exact: true })).toBeChecked();
  await sorting.answers("I have a place where I can stay.", "Yes");
  await sorting.button("Next").click();
  await expect(sorting.heading("2 Sleep")).toBeFocused();
  await sorting.answers("I wake up rested.", "No");
  await visitor.context.setOffline(false);
  await sorting.saved();
  await visitor.page.reload();
  await sorting.button("Sort your thoughts first").click();
  await expect(sorting.heading("2 Sleep")).toBeVisible();
  await sorting.button("Back").click();
  await expect(first.getByRole("radio", { name: "Yes", exact: true })).toBeChecked();
  for (let pages = 0; pages < 20 && (await sorting.button("Next").isVisible()); pages++)
    await sorting.button("Next").click();
  await sorting.button("Continue").click();
  await expect(sorting.heading("What weighs on you")).toBeFocused();
});

// Q12
test("whoever takes over reads what is shared, and closing it while the student is in it erases both", async ({
  student,
  counsellor,
}) => {
  test.slow();
  const asha = await counsellor("Asha");
  const visitor = await student(NARROW);
  const sorting = new Sorting(visitor.page);
  // Begun at the door, a reload in the middle, and carried into the queue by the same key.
  await sorting.begins("Sort your thoughts first");
  await sorting.button("Continue").click();
  await sorting.answers("I have a place where I can stay.", "No");
  await sorting.saved();
  await visitor.page.reload();
  await sorting.button("Sort your thoughts first").click();
  await sorting.button("Back to the first page").click();
  await visitor.asks("Night owl");
  await sorting.button("Sort your thoughts").click();
  const room = await asha.takes("Night owl");
  await room.says("hi there");
  await sorting.goesTo("What weighs on you");
  await sorting.button("Share with my counsellor").click();
  const statement = (page: Page) => page.getByText("I have a place where I can stay.").first();
  await expect(statement(asha.page)).toBeVisible();

  const bo = await counsellor("Bo");
  await room.button("Back to the queue").click();
  await room.button("Give it back").click();
  await expect(statement(asha.page)).toHaveCount(0);
  const next = await bo.takes("Night owl");
  await expect(statement(bo.page)).toBeVisible();
  await next.closes();
  await expect(visitor.page.getByRole("heading", { level: 1 })).toHaveText(/^Erased/);
  await expect(visitor.page.getByText("what you wrote in the questionnaire")).toBeVisible();
  expect(await visitor.session()).toEqual([]);

  // And out of the middle of another one, by the quick exit.
  await visitor.talk.click();
  await sorting.begins("Sort your thoughts");
  await visitor.page.getByRole("button", { name: "Leave this page now" }).click();
  await expect(visitor.page).toHaveURL("about:blank");
});
