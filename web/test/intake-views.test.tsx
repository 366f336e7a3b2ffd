// What people read, press and hear in the intake, on both pages: every screen is drawn once and judged by axe, in a small
// page that feeds what is pressed back into the step, with a server that answers as the wire says.

import { signal } from "@preact/signals";
import { act, cleanup, fireEvent, render, screen, within } from "@testing-library/preact";
import { afterEach, expect, test } from "vitest";
import { type Effect, type Input, shown, start, step } from "../src/intake";
import type { Reply, View } from "../src/intake-wire";
import { start as startShared, step as stepShared, type SharedInput } from "../src/shared-intake";
import { type Around, Intake } from "../src/views/intake";
import { SharedIntake } from "../src/views/shared-intake";
import { judged } from "./drawn";
import { module, node, tree } from "./grown";

afterEach(cleanup);

const HELP = "Call 112 at any hour.";

function around(changes: Partial<Around> = {}): Around {
  const nothing = { talk() {}, leave() {}, print() {}, copy() {}, copied: "" as const, meanwhile: null };
  return { help: HELP, where: "room", ...nothing, ...changes };
}

/** The student's page. */
class Page {
  readonly state = signal(start());
  readonly effects: Effect[] = [];
  readonly container: Element;

  constructor(beside = around()) {
    const Drawn = () => <Intake intake={this.state.value} act={(input) => this.does(input)} around={beside} />;
    this.container = render(<Drawn />).container;
  }

  does(...inputs: Input[]): this {
    act(() => {
      for (const input of inputs) {
        const [next, effects] = step(this.state.value, input, "id-1");
        this.state.value = next;
        this.effects.push(...effects);
      }
    });
    return this;
  }

  hears(reply: Reply): this {
    return this.does({ type: "replied", nth: this.state.value.asks.nth, reply });
  }

  sees(changes: Partial<View> = {}): this {
    return this.hears({ reply: "view", view: tree(changes) });
  }

  get asked() {
    return this.state.value.asks.flying?.ask;
  }

  static with(changes: Partial<View> = {}, beside = around()): Page {
    return new Page(beside).does({ type: "open", at: "start" }).sees(changes);
  }

  static fresh(beside = around()): Page {
    const page = new Page(beside).does({ type: "open", at: "start" });
    page.hears({ reply: "refused", refusal: { reason: "no_intake" } });
    return page.hears({ reply: "outline", outline: tree() });
  }
}

const press = (name: string | RegExp) => fireEvent.click(screen.getByRole("button", { name }));
const heading = () => screen.getByRole("heading", { level: 1 });
const statuses = () => screen.getAllByRole("status").map(({ textContent }) => textContent);
const LIST = { kind: "repeatable" as const, title: "R", description: null };
const courses = [{ id: "R", question: "Which courses?", answer: [{ id: "a", name: "Biology" }], ...LIST }];

test("the first question can be skipped, and Yes shows the other help at once and the way to a counsellor", async () => {
  // Q13
  let talks = 0;
  const page = Page.fresh(around({ where: "door", talk: () => talks++ }));
  expect(document.activeElement).toBe(heading());
  expect(heading().textContent).toBe("Are you in danger now?");
  await judged(page.container);
  press("Yes");
  expect(document.activeElement).toBe(heading());
  expect(screen.getByText(/at any hour/)).toBeTruthy();
  expect(screen.getByRole("link", { name: "112" }).getAttribute("href")).toBe("tel:112");
  expect(page.asked).toBeUndefined();
  await judged(page.container);
  press("Talk to a counsellor");
  expect(talks).toBe(1);
  page.does({ type: "go", to: "danger" });
  press(/^Skip/);
  expect(heading().textContent).toBe("First, a little about you");
});

test("the profile: yes, no or open, and a list of names that is added to, put in order and shortened", async () => {
  // Q4, Q5
  const page = Page.fresh();
  press("No");
  const question = within(screen.getByRole("group", { name: /^Q\?/ }));
  expect((question.getByRole("radio", { name: "Leave it open" }) as HTMLInputElement).checked).toBe(true);
  page.hears({ reply: "refused", refusal: { reason: "other" } }).does({ type: "go", to: "profile" });
  cleanup();

  const other = Page.with({ questions: courses }).does({ type: "go", to: "profile" });
  expect(document.activeElement).toBe(heading());
  await judged(other.container);
  const box = (name: string) => screen.getByRole("textbox", { name }) as HTMLInputElement;
  const add = screen.getByRole("button", { name: "Add another" });
  for (const name of ["Music", "Law"]) {
    act(() => add.focus());
    fireEvent.click(add);
    expect(document.activeElement?.getAttribute("aria-label")).toMatch(/^Name/);
    fireEvent.input(document.activeElement as Element, { target: { value: name } });
  }
  const upward = screen.getByRole("button", { name: "Move Law up" });
  act(() => upward.focus());
  fireEvent.click(upward);
  // Pressing once more moves the same name, not the one that took its place.
  expect(document.activeElement).toBe(screen.getByRole("button", { name: "Move Law up" }));
  fireEvent.click(document.activeElement as Element);
  expect(["Name 1", "Name 2", "Name 3"].map((name) => box(name).value)).toEqual(["Law", "Biology", "Music"]);
  expect(document.activeElement).toBe(box("Name 1"));
  const last = screen.getByRole("button", { name: "Remove Music" });
  act(() => last.focus());
  fireEvent.click(last);
  expect(document.activeElement).toBe(box("Name 2"));
  await judged(other.container);
  press("Continue");
  expect(other.asked).toEqual({
    ask: "profile",
    answers: { R: [{ name: "Law" }, { id: "a", name: "Biology" }] },
    drop: 0,
  });
});

test("what would go with a changed profile is said in words before, and can be left as it was", async () => {
  // Q5
  const page = Page.with({ questions: courses }).does({ type: "go", to: "profile" });
  press("Continue");
  page.hears({ reply: "refused", refusal: { reason: "answers_go", count: 2 } });
  expect(statuses().join()).toContain("2 answers would go with what is no longer asked. They cannot be brought back.");
  await judged(page.container);
  press("Leave everything as it was");
  expect(screen.queryByText(/would go/)).toBeNull();
  press("Continue");
  page.hears({ reply: "refused", refusal: { reason: "answers_go", count: 1 } });
  press("Continue without them");
  expect(page.asked).toMatchObject({ ask: "profile", drop: 1 });
});

test("a module a screen: its questions as groups of radios, its place, what is saved, and the way on", async () => {
  const page = Page.with({ progress: 25 });
  expect(heading().textContent).toBe("1 Sleep");
  const group = within(screen.getByRole("group", { name: "I sleep well." }));
  expect(group.getAllByRole("radio").map((radio) => radio.parentElement?.textContent)).toEqual([
    "Yes",
    "No",
    "Does not apply",
    "Later",
  ]);
  expect(screen.getByRole("progressbar", { name: "25 % answered" })).toBeTruthy();
  await judged(page.container);
  fireEvent.click(group.getByRole("radio", { name: "No" }));
  expect(statuses()).toContain("Saving…");
  page.hears({ reply: "unreachable" });
  expect(statuses()).toContain("Not saved yet. Trying again.");
  page.sees();
  expect(statuses()).toContain("Saved.");
  press("Next");
  expect(heading().textContent).toBe("2 Money");
  expect(document.activeElement).toBe(heading());
  expect(screen.getByRole("group", { name: "Shall we ask about money?" })).toBeTruthy();
  press("Back");
  expect(heading().textContent).toBe("1 Sleep");
});

test("the contents lead everywhere that is not hidden, and say where one stands", () => {
  const page = Page.with();
  const contents = within(page.container.querySelector("nav") as HTMLElement);
  const names = contents.getAllByRole("button", { hidden: true }).map((one) => one.textContent?.trim());
  expect(names).toEqual(["About you", "1 Sleep 0 of 2", "2 Money", "3 Company 0 of 1", "What weighs on you"]);
  const [here] = contents
    .getAllByRole("button", { hidden: true })
    .filter((one) => one.ariaCurrent ?? one.getAttribute("aria-current"));
  expect(here?.textContent).toContain("1 Sleep");
  fireEvent.click(contents.getByRole("button", { name: /^3 Company/, hidden: true }));
  expect(heading().textContent).toBe("3 Company");
  expect(page.asked).toEqual({ ask: "at", path: "003001" });
});

const answered = (path: string, changes = {}) =>
  tree().nodes.map((one) => (one.path === path ? { ...one, answer: "no" as const, ...changes } : one));

test("the plan: how much it weighs, chosen or found out together, and steps that are written and given back", async () => {
  // Q8, Q9
  const page = Page.with({ nodes: answered("001001") })
    .does({ type: "go", to: "plan" })
    .hears({ reply: "done" });
  await judged(page.container);
  const level = within(screen.getByRole("group", { name: "How much does it weigh?" }));
  fireEvent.click(level.getByRole("radio", { name: "A lot" }));
  expect(page.asked).toEqual({ ask: "node", path: "001001", change: { weight: { chosen: "high" } } });
  page.sees({ nodes: answered("001001") });
  press("Add a step: I sleep well.");
  expect(document.activeElement).toBe(screen.getByRole("textbox", { name: "What" }));
  await judged(page.container);
  fireEvent.input(screen.getByRole("textbox", { name: "What" }), { target: { value: "see a doctor" } });
  fireEvent.submit(page.container.querySelector("form.step") as Element);
  page.hears({ reply: "refused", refusal: { reason: "too_many_steps" } });
  expect((screen.getByRole("textbox", { name: "What" }) as HTMLInputElement).value).toBe("see a doctor");
  expect(statuses().join()).toContain("Please remove one first.");
});

test("a priority that the service has fixed is shown and not asked", () => {
  // Q8
  const fixed = { priority: { level: "high" as const, why: "fixed" as const } };
  Page.with({ nodes: answered("001001", fixed) }).does({ type: "go", to: "plan" });
  expect(screen.getByText("A lot. This service always takes it seriously.")).toBeTruthy();
  expect(screen.queryByRole("group", { name: "How much does it weigh?" })).toBeNull();
});

test("sharing, its end, and deleting everything go by their names; at the door there is nobody to share with", async () => {
  // Q12
  const page = Page.with().does({ type: "go", to: "plan" }).hears({ reply: "done" });
  press("Share with my counsellor");
  page.hears({ reply: "refused", refusal: { reason: "no_room" } });
  expect(statuses()).toContain("There is no conversation in which it could be shared.");
  page.sees();
  press("Share with my counsellor");
  page.hears({ reply: "done" });
  press("Stop sharing");
  page.hears({ reply: "done" });
  press("Delete everything about me");
  expect(document.activeElement).toBe(screen.getByRole("alertdialog"));
  await judged(page.container);
  press("Yes, delete it");
  page.hears({ reply: "done" });
  expect(heading().textContent).toBe("Everything is deleted.");
  expect(page.effects.at(-1)).toEqual({ do: "deleted" });
  cleanup();
  Page.with({}, around({ where: "door" })).does({ type: "go", to: "plan" });
  expect(screen.queryByRole("button", { name: "Share with my counsellor" })).toBeNull();
});

test("the return code is shown once, with ways to keep it; a slip of the finger is told kindly", async () => {
  // Q12
  const copied: string[] = [];
  const page = Page.with({}, around({ copy: (code) => copied.push(code) })).does({ type: "go", to: "plan" });
  page.hears({ reply: "done" });
  press("Make a return code");
  page.hears({ reply: "code", code: "one two three four five six" });
  expect(document.activeElement?.textContent).toBe("This is your return code. It is shown only now.");
  await judged(page.container);
  press("Copy the code");
  expect(copied).toEqual(["one two three four five six"]);
  expect(screen.getByRole("button", { name: "Print it" })).toBeTruthy();
  press("I have it");
  expect(screen.queryByText("one two three four five six")).toBeNull();
  cleanup();

  const again = new Page(around({ where: "door" })).does({ type: "open", at: "return" });
  const box = screen.getByRole("textbox", { name: /^Your six words/ });
  fireEvent.input(box, { target: { value: "oen two three four five six" } });
  fireEvent.submit(again.container.querySelector("form") as Element);
  again.hears({ reply: "refused", refusal: { reason: "unknown_word", word: "oen", nearest: "one" } });
  expect(statuses()).toContain("“oen” is in no code. Is it “one”?");
  expect(box.getAttribute("aria-invalid")).toBe("true");
  await judged(again.container);
});

test("what another tab has deleted can be begun anew, from the first question on", () => {
  const page = Page.with().does({ type: "answer", path: "001001", answer: "no" });
  page.hears({ reply: "refused", refusal: { reason: "no_intake" } });
  press("Begin anew");
  page.hears({ reply: "refused", refusal: { reason: "no_intake" } });
  page.hears({ reply: "outline", outline: tree({ questions: courses.map((one) => ({ ...one, answer: null })) }) });
  expect(shown(page.state.value)).toBeNull();
  press("No");
  expect(heading().textContent).toBe("First, a little about you");
  expect((screen.getByRole("textbox", { name: "Name 1" }) as HTMLInputElement).value).toBe("");
});

test("the desk reads what is shared, beside another student's of the same kind, and writes nothing but steps", async () => {
  // Q12
  const acts: SharedInput[] = [];
  const view = tree({
    nodes: answered("001001"),
    steps: [{ id: "s", path: "001001", what: "see a doctor", by_when: "Friday", who: "me", from: "student" }],
  });
  const [asking] = stepShared(startShared(), { type: "look" }, "id-1");
  const [shared] = stepShared(
    asking,
    { type: "replied", nth: asking.asks.nth, reply: { reply: "view", view } },
    "id-1",
  );
  const { container } = render(
    <>
      {["one", "two"].map((id) => (
        <SharedIntake key={id} id={id} shared={shared} act={(input) => acts.push(input)} />
      ))}
    </>,
  );
  const ids = [...container.querySelectorAll("[id]")].map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  await judged(container);
  const panel = within(container.querySelector("details.shared") as HTMLElement);
  expect(panel.getByText("from them")).toBeTruthy();
  expect(panel.getByText("see a doctor").parentElement?.textContent).toBe("see a doctor · Friday · me");
  expect(panel.queryByRole("radio")).toBeNull();
  fireEvent.click(panel.getByRole("button", { name: "Look again" }));
  fireEvent.click(panel.getByRole("button", { name: "Add a step: I sleep well." }));
  expect(acts).toEqual([{ type: "look" }, { type: "begin_step", path: "001001" }]);
});

test("a desk that may not look any more shows nothing; one that cannot look just now tries again, not at once", () => {
  // Q12
  const [asking] = stepShared(startShared(), { type: "look" }, "id-1");
  const says = (shared: typeof asking, reply: Reply) =>
    stepShared(shared, { type: "replied", nth: shared.asks.nth, reply }, "id-1");
  const [here] = says(asking, { reply: "view", view: tree() });
  const [looking] = stepShared(here, { type: "look" }, "id-1");
  const [waiting, effects] = says(looking, { reply: "refused", refusal: { reason: "other" } });
  expect(effects).toEqual([{ do: "again", nth: looking.asks.nth, ms: 1_000 }]);
  expect(waiting.view).not.toBeNull();
  const [gone] = says(looking, { reply: "refused", refusal: { reason: "not_shared" } });
  expect([gone.at, gone.view]).toEqual(["gone", null]);
  render(<SharedIntake id="one" shared={gone} act={() => {}} />);
  expect(screen.getByText("They do not share it any more.")).toBeTruthy();
  expect(module("001").kind).not.toBe(node("001").kind);
});
