// The intake's page as stories: one request at a time, nothing lost on a bad connection, nothing gone unasked.

import { expect, test } from "vitest";
import { type Effect, type Input, type Intake, shown, start, step } from "../src/intake";
import { levelOf, pages } from "../src/intake-pages";
import type { Ask, Node, Reply, View } from "../src/intake-wire";

function node(path: string, changes: Partial<Node> = {}): Node {
  const nothing = { statement: null, description: null, asks: null, answer: null, decision: null };
  const number = path.match(/.../g)?.map(Number).join(".") ?? "";
  const base = { path, number, depth: path.length / 3, title: path, hidden: false, shows: true, priority: null };
  return { ...base, ...nothing, kind: "item", weight: null, ...changes };
}

const module = (path: string, changes: Partial<Node> = {}) => node(path, { kind: "module", shows: false, ...changes });

/** 1 with two items, 2 optional and skipped with one, 3 with one. */
function view(changes: Partial<View> = {}): View {
  const nodes = [
    module("001"),
    node("001001"),
    node("001002"),
    module("002", { shows: true, asks: "More?" }),
    node("002001", { hidden: true }),
    module("003"),
    node("003001"),
  ];
  const questions = [
    { id: "Q", kind: "optional" as const, question: "Q?", title: "Q", description: null, answer: null },
  ];
  const rest = { at: null, progress: 0, steps: [], code: false, shared: false, newer: null };
  return { title: "T", questions, nodes, ...rest, ...changes };
}

/** A page, and what it has asked for that nobody has answered. */
class Page {
  intake: Intake = start();
  effects: Effect[] = [];

  does(...inputs: Input[]): this {
    for (const input of inputs) {
      const [next, effects] = step(this.intake, input, "id-1");
      this.intake = next;
      this.effects.push(...effects);
    }
    return this;
  }

  /** What is under way. */
  get asked(): Ask | undefined {
    return this.intake.asks.flying?.ask;
  }

  hears(reply: Reply): this {
    return this.does({ type: "replied", nth: this.intake.asks.nth, reply });
  }

  sees(changes: Partial<View> = {}): this {
    return this.hears({ reply: "view", view: view(changes) });
  }

  /** With an intake that is there already. */
  static with(changes: Partial<View> = {}): Page {
    return new Page().does({ type: "open", at: "start" }).sees(changes);
  }

  said(kind: Effect["do"]): Effect[] {
    return this.effects.filter((effect) => effect.do === kind);
  }

  answer(path: string): Node["answer"] | undefined {
    return shown(this.intake)?.nodes.find((one) => one.path === path)?.answer;
  }
}

test("whoever is new is asked about danger first, and everything can be left out", () => {
  // Q13
  const page = new Page().does({ type: "open", at: "start" });
  expect(page.asked).toEqual({ ask: "resume" });
  page.hears({ reply: "refused", refusal: { reason: "no_intake" } });
  expect(page.intake.screen.at).toBe("danger");
  page.hears({ reply: "outline", outline: view() });
  expect(page.does({ type: "danger", is: "yes" }).intake.screen.at).toBe("help");
  page.does({ type: "danger", is: "skipped" }, { type: "continue" });
  expect(page.asked).toEqual({ ask: "profile", answers: { Q: null }, drop: 0 });
  page.sees({ at: "001001" });
  expect(page.intake.screen).toEqual({ at: "page", module: "001" });
  expect(page.said("remember")).toHaveLength(1);
});

test("without profile questions the first screen is the first module", () => {
  // Q2
  for (const fast of [true, false]) {
    const page = new Page().does({ type: "open", at: "start" });
    page.hears({ reply: "refused", refusal: { reason: "no_intake" } });
    const outline = { reply: "outline" as const, outline: { title: "T", questions: [] } };
    if (fast) page.does({ type: "danger", is: "no" }).hears(outline);
    else page.hears(outline).does({ type: "danger", is: "no" });
    expect(page.asked).toEqual({ ask: "profile", answers: {}, drop: 0 });
    page.sees({ questions: [] });
    expect(page.intake.screen).toEqual({ at: "page", module: "001" });
    expect(page.does({ type: "back" }).intake.screen.at).toBe("danger");
  }
});

test("a module a screen, there and back; going on without an answer postpones", () => {
  // Q6, Q7
  const page = Page.with();
  expect(pages(view()).map(({ module }) => module.path)).toEqual(["001", "002", "003"]);
  page.does({ type: "next" });
  expect(page.intake.screen).toEqual({ at: "page", module: "002" });
  expect(page.asked).toEqual({ ask: "at", path: "002" });
  page.does({ type: "next" });
  expect(page.intake.asks.waiting[0]).toEqual({ ask: "node", path: "002", change: { decision: "later" } });
  expect(page.intake.screen).toEqual({ at: "page", module: "003" });
  expect(page.does({ type: "back" }, { type: "back" }).intake.screen).toEqual({ at: "page", module: "001" });
  expect(page.does({ type: "back" }).intake.screen.at).toBe("profile");
  page.does({ type: "go", to: { page: "003" } }, { type: "next" });
  expect(page.intake.screen.at).toBe("plan");
});

test("of several answers to one question the last is sent, one at a time and in order", () => {
  const page = Page.with();
  const answers: Input[] = (["yes", "no", "later"] as const).map((answer) => ({
    type: "answer",
    path: "001001",
    answer,
  }));
  page.does(...answers, { type: "answer", path: "001002", answer: "no" });
  expect(page.asked).toEqual({ ask: "node", path: "001001", change: { answer: "yes" } });
  expect(page.intake.asks.waiting).toEqual([
    { ask: "node", path: "001001", change: { answer: "later" } },
    { ask: "node", path: "001002", change: { answer: "no" } },
  ]);
  expect([page.answer("001001"), page.answer("001002")]).toEqual(["later", "no"]);
  // The first answer's confirmation does not take back what came after it.
  page.sees({ nodes: view().nodes.map((one) => (one.path === "001001" ? { ...one, answer: "yes" as const } : one)) });
  expect([page.answer("001001"), page.answer("001002")]).toEqual(["later", "no"]);
  page.sees();
  expect(page.asked).toEqual({ ask: "node", path: "001002", change: { answer: "no" } });
});

test("without a connection it is tried again, less and less often, until it is saved", () => {
  const page = Page.with().does({ type: "answer", path: "001001", answer: "no" });
  const waits: number[] = [];
  for (let tries = 0; tries < 6; tries++) {
    page.hears({ reply: "unreachable" });
    const last = page.said("again").at(-1);
    if (last?.do !== "again") throw new Error("not tried again");
    waits.push(last.ms);
    page.does({ type: "again", nth: last.nth });
  }
  expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 15_000, 15_000]);
  expect([page.intake.asks.troubled, page.answer("001001")]).toEqual([true, "no"]);
  // An alarm of a request that is over sends nothing.
  const before = page.said("ask").length;
  page.sees().does({ type: "again", nth: 1 });
  expect([page.intake.asks.troubled, page.intake.saved, page.said("ask").length]).toEqual([false, true, before]);
});

test("what would go with a changed profile is agreed to before", () => {
  // Q5
  const page = Page.with().does({ type: "go", to: "profile" }, { type: "draft", question: "Q", given: true });
  page.does({ type: "continue" }).hears({ reply: "refused", refusal: { reason: "answers_go", count: 3 } });
  expect(page.intake.screen).toMatchObject({ at: "profile", agree: 3 });
  page.does({ type: "continue" });
  expect(page.asked).toEqual({ ask: "profile", answers: { Q: true }, drop: 3 });
  page.hears({ reply: "refused", refusal: { reason: "answers_go", count: 4 } });
  expect(page.intake.screen).toMatchObject({ agree: 4 });
  page.does({ type: "disagree" });
  expect(page.intake.screen).toMatchObject({ at: "profile", agree: null, drafts: { Q: null } });
});

test("what another tab has changed is looked at, and nothing is sent twice", () => {
  const page = Page.with().does({ type: "answer", path: "001001", answer: "no" });
  page.hears({ reply: "refused", refusal: { reason: "other" } });
  expect(page.asked).toEqual({ ask: "look" });
  expect(page.answer("001001")).toBeNull();
  page.hears({ reply: "refused", refusal: { reason: "no_intake" } });
  expect(page.intake.screen.at).toBe("gone");
  expect(page.intake.asks.waiting).toEqual([]);
});

test("too fast is slower, and nothing is lost", () => {
  const page = Page.with().does({ type: "answer", path: "001001", answer: "no" });
  page.hears({ reply: "refused", refusal: { reason: "too_many", retry_ms: 4_321 } });
  expect(page.said("again").at(-1)).toMatchObject({ ms: 4_321 });
  expect(page.answer("001001")).toBe("no");
});

test("a return code is shown once, and a mistyped one leaves everything as it is", () => {
  // Q12
  const page = Page.with().does({ type: "make_code" }).hears({ reply: "code", code: "six words" });
  expect([page.intake.code, shown(page.intake)?.code]).toEqual(["six words", true]);
  expect(page.does({ type: "code_noted" }).intake.code).toBeNull();
  const fresh = new Page().does({ type: "open", at: "return" }, { type: "type_code", code: "six wrds" });
  fresh.does({ type: "come_back" });
  fresh.hears({ reply: "refused", refusal: { reason: "unknown_word", word: "wrds", nearest: "words" } });
  expect(fresh.intake.screen).toMatchObject({ at: "return", code: "six wrds", refusal: { nearest: "words" } });
  fresh.does({ type: "type_code", code: "six words" }, { type: "come_back" }).sees({ at: "003001" });
  expect(fresh.intake.screen).toEqual({ at: "page", module: "003" });
});

test("the counsellor's page hears of sharing once it is so, and of its end at once", () => {
  // Q12
  const page = Page.with().does({ type: "share" });
  expect(page.said("sharing")).toEqual([]);
  page.hears({ reply: "done" });
  expect(page.said("sharing")).toEqual([{ do: "sharing", is: "on" }]);
  page.does({ type: "stop_sharing" });
  expect(page.said("sharing")).toEqual([
    { do: "sharing", is: "on" },
    { do: "sharing", is: "off" },
  ]);
  expect(shown(page.hears({ reply: "done" }).intake)?.shared).toBe(false);
});

test("deleting comes before whatever else was to be sent", () => {
  const page = Page.with().does(
    { type: "answer", path: "001001", answer: "no" },
    { type: "answer", path: "001002", answer: "no" },
    { type: "deleting", is: "asked" },
  );
  const before = page.intake.asks.nth;
  page.does({ type: "delete" });
  expect([page.asked, page.intake.asks.waiting]).toEqual([{ ask: "delete" }, []]);
  // What the answer to an older request says means nothing any more.
  page.does({ type: "replied", nth: before, reply: { reply: "view", view: view() } });
  page.hears({ reply: "done" });
  expect([page.intake.screen.at, page.intake.confirmed]).toEqual(["deleted", null]);
  expect(page.said("deleted")).toHaveLength(1);
});

test("a concern weighs as the rule says", () => {
  // Q8
  const weighed = (likelihood: 1 | 3 | 5, frequency: 1 | 4 | 7, burden: 1 | 5 | 10) =>
    levelOf(node("001", { weight: { likelihood, frequency, burden } }));
  expect([weighed(3, 1, 5), weighed(5, 4, 1), weighed(5, 1, 10), weighed(3, 4, 5)]).toEqual([
    "low",
    "medium",
    "medium",
    "high",
  ]);
  expect(levelOf(node("001", { weight: { chosen: "high" } }))).toBe("high");
  expect(levelOf(node("001", { priority: { level: "high", why: "fixed" }, weight: { chosen: "low" } }))).toBe("high");
  expect(levelOf(node("001"))).toBeNull();
});

test("what cannot even be looked at is not asked again without a pause", () => {
  const page = Page.with().does({ type: "answer", path: "001001", answer: "no" });
  page.hears({ reply: "refused", refusal: { reason: "other" } });
  const before = page.said("ask").length;
  page.hears({ reply: "refused", refusal: { reason: "other" } });
  expect(page.said("ask")).toHaveLength(before);
  expect(page.said("again").at(-1)).toMatchObject({ ms: 1_000 });
});

test("whoever comes back to it stands where they were, with what they were writing, and sees what is new", () => {
  const page = Page.with().does({ type: "go", to: "plan" }, { type: "begin_step", path: "001001" });
  page.hears({ reply: "done" });
  const draft = { path: "001001", id: "id-1", is: "new" as const, words: { what: "half", by_when: "", who: "" } };
  page.does({ type: "write_step", draft }, { type: "open", at: "start" });
  expect(page.asked).toEqual({ ask: "look" });
  page.sees({ progress: 50 });
  expect(page.intake).toMatchObject({ screen: { at: "plan" }, step: draft, confirmed: { progress: 50 } });
});

test("coming back asks nothing twice while the first answer is awaited, and looks for it after it was gone", () => {
  const page = new Page().does({ type: "open", at: "start" }, { type: "open", at: "start" });
  expect(page.said("ask")).toHaveLength(1);
  page.hears({ reply: "refused", refusal: { reason: "no_intake" } }).hears({ reply: "outline", outline: view() });
  page.does({ type: "danger", is: "no" }, { type: "draft", question: "Q", given: true }, { type: "open", at: "start" });
  expect(page.intake.screen).toMatchObject({ at: "profile", drafts: { Q: true } });
  const gone = Page.with().does({ type: "answer", path: "001001", answer: "no" });
  gone.hears({ reply: "refused", refusal: { reason: "no_intake" } }).does({ type: "open", at: "start" });
  expect(gone.asked).toEqual({ ask: "resume" });
});

test("one press too many sends nothing twice", () => {
  const profile = Page.with().does({ type: "go", to: "profile" }, { type: "continue" }, { type: "continue" });
  expect(profile.intake.asks.waiting).toEqual([]);
  const code = new Page().does({ type: "open", at: "return" }, { type: "type_code", code: "a b c d e f" });
  code.does({ type: "come_back" }, { type: "come_back" });
  expect(code.intake.asks.waiting).toEqual([]);
});

test("what was refused is said, and the words of a step are given back", () => {
  const page = Page.with().does({ type: "go", to: "plan" }).hears({ reply: "done" });
  const draft = { path: "001001", id: "id-1", is: "new" as const, words: { what: "ask", by_when: "", who: "" } };
  page.does({ type: "write_step", draft }, { type: "keep_step" });
  page.hears({ reply: "refused", refusal: { reason: "too_many_steps" } });
  expect(page.intake).toMatchObject({ step: draft, refused: { reason: "too_many_steps" } });
  page.sees();
  expect(page.intake.refused).toEqual({ reason: "too_many_steps" });
  expect(page.does({ type: "write_step", draft: null }).intake.refused).toBeNull();
  page.does({ type: "share" }).hears({ reply: "refused", refusal: { reason: "no_room" } });
  expect(page.intake.refused).toEqual({ reason: "no_room" });
});

test("after a reload that swallowed it, the room is told of sharing once more", () => {
  // Q12
  expect(Page.with({ shared: true }).said("sharing")).toEqual([{ do: "sharing", is: "on" }]);
  expect(Page.with().said("sharing")).toEqual([]);
});
