// A shared intake on the desk as stories: looked at again and again, and never faster than that.

import { expect, test } from "vitest";
import { type Shared, type SharedInput, start, step } from "../src/shared-intake";
import type { AsksEffect } from "../src/intake-asks";
import type { Reply, View } from "../src/intake-wire";

const VIEW: View = {
  title: "T",
  questions: [],
  nodes: [],
  at: null,
  progress: 0,
  steps: [],
  code: false,
  shared: true,
  newer: null,
};

function panel() {
  let shared: Shared = start();
  const effects: AsksEffect[] = [];
  const does = (input: SharedInput) => {
    const [next, more] = step(shared, input, "id-1");
    shared = next;
    effects.push(...more);
    return shared;
  };
  const hears = (reply: Reply) => does({ type: "replied", nth: shared.asks.nth, reply });
  const asked = () =>
    effects.filter((effect) => effect.do === "ask").map((effect) => effect.do === "ask" && effect.ask);
  return { does, hears, asked, now: () => shared };
}

test("what is not shared any more leaves nothing on the page, and may be shared again", () => {
  const { does, hears, asked, now } = panel();
  does({ type: "look" });
  hears({ reply: "view", view: VIEW });
  does({ type: "look" });
  hears({ reply: "refused", refusal: { reason: "not_shared" } });
  expect([now().at, now().view, asked().length]).toEqual(["gone", null, 2]);
  does({ type: "look" });
  expect(hears({ reply: "view", view: VIEW }).at).toBe("here");
});

test("a look that is refused for another reason is tried again later and not at once", () => {
  const { does, hears, asked, now } = panel();
  does({ type: "look" });
  hears({ reply: "view", view: VIEW });
  does({ type: "look" });
  hears({ reply: "refused", refusal: { reason: "other" } });
  expect([now().asks.troubled, asked().length]).toEqual([true, 2]);
});

test("a step is asked for once, and one that is refused is looked at anew", () => {
  const { does, hears, asked, now } = panel();
  does({ type: "look" });
  hears({ reply: "view", view: VIEW });
  does({ type: "begin_step", path: "001001" });
  const draft = now().step;
  does({ type: "keep_step" });
  expect(asked()).toHaveLength(1);
  does({ type: "write_step", draft: draft && { ...draft, words: { what: "a walk", by_when: "", who: "" } } });
  does({ type: "keep_step" });
  expect(asked().at(-1)).toMatchObject({ ask: "add_step", id: "id-1", path: "001001", words: { what: "a walk" } });
  hears({ reply: "refused", refusal: { reason: "other" } });
  expect(asked().at(-1)).toEqual({ ask: "look" });
});

test("without a connection it waits, and keeps what it shows", () => {
  const { does, hears, now } = panel();
  does({ type: "look" });
  hears({ reply: "view", view: VIEW });
  does({ type: "look" });
  hears({ reply: "unreachable" });
  expect([now().at, now().asks.troubled, now().view]).toEqual(["here", true, VIEW]);
});
