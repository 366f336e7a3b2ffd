// The pages below /desk as stories: what is asked when, what is shown of it, and where a refusal leads.

import { expect, test } from "vitest";
import { AGAIN, begin, type Effect, type Input, type State, step } from "../src/office";
import { NO_FILTERS, type Page } from "../src/office-address";
import type { Me } from "../src/office.gen";
import type { Refusal } from "../src/office-wire";
import { ASHA, BEN, duty, MORNING, service } from "./worked";

const ADA: Me = { nickname: "Ada", role: "administrator" };
const MIA: Me = { nickname: "Mia", role: "supervisor" };
const ASHA_HERSELF: Me = { nickname: "Asha", role: "counsellor" };
const NOVEMBER = duty("2026-11-01", "2026-11-23", [MORNING]);

class Story {
  state: State;
  effects: readonly Effect[];

  constructor(page: Page, search = "") {
    [this.state, this.effects] = begin(page, search);
  }

  hears(input: Input, eyes: "here" | "elsewhere" = "here"): this {
    [this.state, this.effects] = step(this.state, input, eyes);
    return this;
  }

  /** The answer to what was asked last of this part. */
  got(part: "me" | "own" | "everyone" | "service", got: unknown): this {
    return this.answered(part, { got });
  }

  refused(part: "me" | "own" | "everyone" | "service", refused: Refusal): this {
    return this.answered(part, { refused });
  }

  get asked(): string[] {
    return this.effects.flatMap((effect) => (effect.do === "ask" ? [effect.part + effect.query] : []));
  }

  get later(): Input[] {
    return this.effects.flatMap((effect) => (effect.do === "later" ? [effect.input] : []));
  }

  private answered(part: string, asked: unknown): this {
    const nth = (this.state as unknown as Record<string, { nth: number }>)[part]?.nth;
    return this.hears({ type: "answered", part, nth, asked } as Input);
  }
}

const serving = () => new Story("service").got("me", MIA).got("everyone", NOVEMBER).got("service", service());

test("one's own days are asked for once it is known which day it is there", () => {
  const story = new Story("duty", "?show=month").got("me", ASHA_HERSELF);
  expect(story.asked).toEqual(["own"]);
  story.got("own", { ...NOVEMBER, today: "2026-12-02" });
  expect(story.asked).toEqual(["own?from=2026-12-01&until=2026-12-02"]);
  expect(story.state).toMatchObject({ at: "duty", own: { is: "looking", shown: null } });
  story.got("own", NOVEMBER);
  expect(story.state).toMatchObject({ at: "duty", own: { is: "here", shown: NOVEMBER } });
  expect(story.effects).toEqual([]);
});

test("somebody who is not signed in signs in, and then sees what they asked for", () => {
  const story = new Story("service", "?by=week").refused("me", "signed_out");
  expect(story.state).toMatchObject({ at: "sign_in", trouble: null });
  story.hears({ type: "trying" }).hears({ type: "failed", trouble: { why: "wrong" } });
  expect(story.state).toMatchObject({ at: "sign_in", busy: false, trouble: { why: "wrong" } });
  story.hears({ type: "trying" }).hears({ type: "signed_in" }).got("me", MIA);
  expect(story.state).toMatchObject({ at: "service", filters: { by: "week" } });
  expect(story.asked).toEqual(["service", "everyone"]);
});

test("a session that ends leads to signing in, and back to the same days", () => {
  const story = serving().hears({ type: "filter", filters: { ...NO_FILTERS, who: BEN, by: "day" } });
  story.refused("everyone", "signed_out");
  expect(story.state).toMatchObject({ at: "sign_in", trouble: { why: "signed_out" } });
  story.hears({ type: "signed_in" }).got("me", MIA);
  expect(story.state).toMatchObject({ at: "service", filters: { who: BEN, by: "day" } });
  expect(story.asked).toContain(`everyone?who=${BEN}`);
  const own = new Story("duty", "?show=today").got("me", MIA).refused("own", "signed_out");
  expect(own.hears({ type: "signed_in" }).got("me", MIA).state).toMatchObject({ at: "duty", show: "today" });
  const accounts = new Story("accounts").got("me", ADA).hears({ type: "lost", why: "signed_out" });
  expect(accounts.state).toMatchObject({ at: "sign_in", page: "accounts" });
});

test("a role that may not see a page is told so, and nothing is asked", () => {
  const story = new Story("service").got("me", ASHA_HERSELF);
  expect(story.state).toMatchObject({ at: "denied", page: "service" });
  expect(story.effects).toEqual([]);
  expect(new Story("accounts").got("me", MIA).state.at).toBe("denied");
  expect(new Story("accounts").got("me", ADA).state.at).toBe("accounts");
  // One that was changed meanwhile as well.
  const changed = serving().refused("service", "role");
  expect(changed.state).toMatchObject({ at: "denied", page: "service" });
  expect(changed.effects).toEqual([]);
});

test("whoever cannot be reached is tried again, and it is said until it worked", () => {
  const story = new Story("duty").refused("me", "unreachable");
  expect(story.state).toMatchObject({ at: "asking", me: { is: "unreachable" } });
  expect(story.effects).toMatchObject([{ do: "later", ms: AGAIN }]);
  const [again] = story.later;
  story.hears(again as Input);
  expect(story.asked).toEqual(["me"]);
  expect(story.state).toMatchObject({ at: "asking", me: { is: "unreachable" } });
  story.got("me", ASHA_HERSELF).refused("own", "unreachable");
  expect(story.state).toMatchObject({ own: { is: "unreachable" } });
  story.hears(story.later[0] as Input);
  expect(story.state).toMatchObject({ own: { is: "unreachable" } });
  expect(story.got("own", NOVEMBER).got("own", NOVEMBER).state).toMatchObject({ own: { is: "here" } });
});

test("the service's numbers are asked again while somebody looks, and once somebody looks again", () => {
  const story = serving();
  const [again] = story.later;
  expect(story.hears(again as Input, "elsewhere").effects).toEqual([]);
  expect(story.hears({ type: "looked" }, "elsewhere").effects).toEqual([]);
  expect(story.hears({ type: "looked" }).asked).toEqual(["service"]);
  expect(story.state).toMatchObject({ service: { is: "here" } });
  // The hand that was set before counts no more.
  expect(story.hears(again as Input).effects).toEqual([]);
  story.got("service", service({ waiting: 9 }));
  expect(story.state).toMatchObject({ service: { shown: { waiting: 9 } } });
  expect(story.hears(story.later[0] as Input).asked).toEqual(["service"]);
  story.refused("service", "unreachable");
  expect(story.state).toMatchObject({
    service: { is: "unreachable", shown: { waiting: 9 } },
    everyone: { is: "here" },
  });
  expect(story.later).toHaveLength(1);
});

test("a filter goes into the address, and back takes it out again", () => {
  const filters = { ...NO_FILTERS, from: "2026-11-01", until: "2026-11-30", who: ASHA };
  const story = serving().hears({ type: "filter", filters });
  const search = `?from=2026-11-01&until=2026-11-30&who=${ASHA}`;
  expect(story.effects).toMatchObject([
    { do: "push", search },
    { do: "ask", part: "everyone", query: search },
  ]);
  // What was shown stays until there is something else.
  expect(story.state).toMatchObject({ everyone: { is: "looking", shown: NOVEMBER } });
  story.got("everyone", NOVEMBER).hears({ type: "went", search: "" });
  expect(story.state).toMatchObject({ filters: NO_FILTERS });
  expect(story.asked).toEqual(["everyone"]);
  expect(story.effects).toHaveLength(1);
});

test("other rows of the same days are not asked for, because every look is written down", () => {
  const story = serving().hears({ type: "filter", filters: { ...NO_FILTERS, by: "week" } });
  expect(story.effects).toEqual([{ do: "push", search: "?by=week" }]);
  expect(story.state).toMatchObject({ filters: { by: "week" }, everyone: { is: "here" } });
  expect(story.hears({ type: "filter", filters: { ...NO_FILTERS, by: "week" } }).effects).toEqual([]);
});

test("an answer to an earlier question changes nothing", () => {
  const story = serving().hears({ type: "filter", filters: { ...NO_FILTERS, who: BEN } });
  const late = { type: "answered", part: "everyone", nth: 1 } as const;
  expect(story.hears({ ...late, asked: { got: NOVEMBER } }).state).toMatchObject({ everyone: { is: "looking" } });
  expect(story.hears({ ...late, asked: { refused: "signed_out" } }).state.at).toBe("service");
  expect(story.hears({ type: "again", part: "everyone", nth: 1 }).effects).toEqual([]);
});

test("days that cannot be shown are said to be so, and others can be chosen", () => {
  const story = serving().hears({
    type: "filter",
    filters: { ...NO_FILTERS, from: "2026-11-30", until: "2026-11-01" },
  });
  story.refused("everyone", "dates");
  expect(story.state).toMatchObject({ everyone: { is: "no_days", shown: null }, staff: NOVEMBER.staff });
  expect(story.effects).toEqual([]);
  expect(story.hears({ type: "filter", filters: NO_FILTERS }).asked).toEqual(["everyone"]);
});
