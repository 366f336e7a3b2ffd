// What a student's intake shows and does: a pure `step` over its screens. What is sent, and when again, is in
// intake-asks.ts; which screens a tree has is in intake-pages.ts. Knows no request, no storage and no conversation.

import {
  added,
  again,
  type Asks,
  type AsksEffect,
  givenUp,
  isBusy,
  isRepeated,
  nothingAsked,
  overlaid,
  settled,
  unanswered,
} from "./intake-asks";
import { anchor, beside, pageOf, pages } from "./intake-pages";
import type { Answer, Ask, Decision, Given, Outline, Refusal, Reply, View, Weight, Words } from "./intake-wire";

export type Screen =
  | { readonly at: "opening" }
  | { readonly at: "danger" }
  /** They are in danger: the other help, and the way to a counsellor. */
  | { readonly at: "help" }
  | { readonly at: "profile"; readonly drafts: Drafts; readonly agree: number | null; readonly refusal: Refusal | null }
  | { readonly at: "page"; readonly module: string }
  | { readonly at: "plan" }
  | { readonly at: "return"; readonly code: string; readonly refusal: Refusal | null }
  /** Not here any more: deleted elsewhere, or another tab has it. */
  | { readonly at: "gone" }
  | { readonly at: "deleted" };

export type Drafts = Readonly<Record<string, Given>>;

/** A step that is being written; of a new one nothing is kept before it is done. */
export type StepDraft = {
  readonly path: string;
  readonly id: string;
  readonly is: "new" | "kept";
  readonly words: Words;
};

export type Intake = {
  readonly screen: Screen;
  readonly outline: Outline | null;
  /** As the server has confirmed it. */
  readonly confirmed: View | null;
  readonly asks: Asks;
  /** Something of this sitting has been saved. */
  readonly saved: boolean;
  readonly step: StepDraft | null;
  /** The return code, while it is shown. */
  readonly code: string | null;
  readonly deleting: "no" | "asked";
  /** Why the last wish was not carried out; stands until something else is done. */
  readonly refused: Refusal | null;
};

export type Input =
  /** Also when it is opened again: it is as it was left. */
  | { type: "open"; at: "start" | "return" }
  | { type: "replied"; nth: number; reply: Reply }
  | { type: "again"; nth: number }
  | { type: "danger"; is: "yes" | "no" | "skipped" }
  | { type: "go"; to: { page: string } | "plan" | "profile" | "danger" | "return" }
  | { type: "next" }
  | { type: "back" }
  | { type: "draft"; question: string; given: Given }
  | { type: "continue" }
  | { type: "disagree" }
  | { type: "answer"; path: string; answer: Answer }
  | { type: "decide"; path: string; decision: Decision }
  | { type: "weigh"; path: string; weight: Weight | null }
  | { type: "begin_step"; path: string }
  | { type: "write_step"; draft: StepDraft | null }
  | { type: "keep_step" }
  | { type: "drop_step"; id: string }
  | { type: "make_code" }
  | { type: "code_noted" }
  | { type: "type_code"; code: string }
  | { type: "come_back" }
  | { type: "share" }
  | { type: "stop_sharing" }
  | { type: "deleting"; is: Intake["deleting"] }
  | { type: "delete" }
  /** What the service asks by now, although something goes with what it asks no more. */
  | { type: "renew" };

export type Effect =
  | AsksEffect
  /** The tab has an intake: a reload must lead back to it. */
  | { do: "remember" }
  | { do: "sharing"; is: "on" | "off" }
  | { do: "deleted" };

type Step = [Intake, Effect[]];

export function start(): Intake {
  const nothing = { outline: null, confirmed: null, saved: false, step: null, code: null, refused: null };
  return { screen: { at: "opening" }, asks: nothingAsked, deleting: "no", ...nothing };
}

/** As it is shown: with what has been answered and is not confirmed yet. */
export function shown({ confirmed, asks }: Intake): View | null {
  return confirmed && overlaid(confirmed, asks);
}

export const NO_WORDS: Words = { what: "", by_when: "", who: "" };

/** `id` is fresh: a new step has it from the start, so that one whose answer was lost is not written twice. */
export function step(before: Intake, input: Input, id: string): Step {
  const isNews = input.type === "replied" || input.type === "again";
  const intake = isNews || before.refused === null ? before : { ...before, refused: null };
  const { screen } = intake;
  switch (input.type) {
    case "open":
      return input.at === "return" ? went(intake, "return") : opened(intake);
    case "replied":
      return input.nth === intake.asks.nth ? replied(intake, input.reply, id) : [intake, []];
    case "again":
      return asking(intake, again(intake.asks, input.nth));
    case "danger":
      return input.is === "yes" ? [at(intake, { at: "help" }), []] : begun(intake);
    case "go":
      return went(intake, input.to);
    case "next":
      return moved(intake, 1);
    case "back":
      return moved(intake, -1);
    case "draft":
      if (screen.at !== "profile") return [intake, []];
      return [at(intake, { ...screen, drafts: { ...screen.drafts, [input.question]: input.given }, agree: null }), []];
    case "continue":
      if (screen.at !== "profile" || isRepeated(intake.asks, screen.drafts)) return [intake, []];
      return ask(intake, { ask: "profile", answers: { ...screen.drafts }, drop: screen.agree ?? 0 });
    case "disagree":
      return screen.at === "profile" ? [at(intake, profile(intake)), []] : [intake, []];
    case "answer":
      return ask(intake, { ask: "node", path: input.path, change: { answer: input.answer } });
    case "decide":
      return ask(intake, { ask: "node", path: input.path, change: { decision: input.decision } });
    case "weigh":
      return ask(intake, { ask: "node", path: input.path, change: { weight: input.weight } });
    case "begin_step":
      return [{ ...intake, step: { path: input.path, id, is: "new", words: NO_WORDS } }, []];
    case "write_step":
      return [{ ...intake, step: input.draft }, []];
    case "keep_step":
      return keptStep(intake);
    case "drop_step":
      return ask({ ...intake, step: null }, { ask: "drop_step", id: input.id });
    case "make_code":
      return ask(intake, { ask: "code" });
    case "code_noted":
      return [{ ...intake, code: null }, []];
    case "type_code":
      return screen.at === "return" ? [at(intake, { ...screen, code: input.code, refusal: null }), []] : [intake, []];
    case "come_back":
      if (screen.at !== "return" || isBusy(intake.asks, "return")) return [intake, []];
      return ask(intake, { ask: "return", code: screen.code });
    case "share":
      return ask(intake, { ask: "share" });
    case "stop_sharing": {
      // The counsellor's page hears it at once; that nothing opens any more follows.
      const [next, effects] = ask(intake, { ask: "stop_sharing" });
      return [next, [{ do: "sharing", is: "off" }, ...effects]];
    }
    case "deleting":
      return [{ ...intake, deleting: input.is }, []];
    case "delete":
      return ask({ ...intake, asks: givenUp(intake.asks), deleting: "no" }, { ask: "delete" });
    case "renew": {
      const { drafts } = profile(intake);
      return ask(intake, { ask: "profile", answers: { ...drafts }, drop: intake.confirmed?.newer ?? 0 });
    }
    default:
      return input satisfies never;
  }
}

/** Somebody who was here before stands where they stood, and sees what has changed meanwhile. */
function opened(intake: Intake): Step {
  const { screen, asks, confirmed } = intake;
  if (isBusy(asks, "resume")) return [intake, []];
  if (["opening", "return", "gone", "deleted"].includes(screen.at)) {
    return ask({ ...intake, screen: { at: "opening" } }, { ask: "resume" });
  }
  return confirmed === null ? [intake, []] : ask(intake, { ask: "look" });
}

function replied(intake: Intake, reply: Reply, id: string): Step {
  const { flying } = intake.asks;
  if (flying === null) return [intake, []];
  if (reply.reply === "unreachable") return asking(intake, unanswered(intake.asks, null));
  if (reply.reply === "refused") return refused(intake, flying.ask, reply.refusal, id);
  const [next, effects] = asking(intake, settled(intake.asks));
  const [after, more] = done(next, flying.ask, reply, intake.confirmed);
  return [after, [...more, ...effects]];
}

function done(intake: Intake, ask: Ask, reply: Reply, before: View | null): Step {
  switch (reply.reply) {
    case "outline":
      // Whoever was faster than the answer stands at the profile, which may turn out to ask nothing.
      return intake.screen.at === "profile"
        ? begun({ ...intake, outline: reply.outline })
        : [{ ...intake, outline: reply.outline }, []];
    case "view":
      return viewed({ ...intake, confirmed: reply.view, outline: reply.view }, ask, before);
    case "code":
      return [{ ...intake, code: reply.code, confirmed: intake.confirmed && { ...intake.confirmed, code: true } }, []];
    default:
      break;
  }
  const shared = (is: boolean) => ({ ...intake, confirmed: intake.confirmed && { ...intake.confirmed, shared: is } });
  if (ask.ask === "share") return [shared(true), [{ do: "sharing", is: "on" }]];
  if (ask.ask === "stop_sharing") return [shared(false), []];
  if (ask.ask === "delete") return [{ ...start(), screen: { at: "deleted" } }, [{ do: "deleted" }]];
  return [intake, []];
}

function viewed(intake: Intake, ask: Ask, before: View | null): Step {
  const { confirmed } = intake;
  switch (ask.ask) {
    case "resume":
    case "return":
    case "profile": {
      // A new one begins at its beginning, which may only say what is coming.
      const isNew = ask.ask === "profile" && before === null;
      const page = confirmed && pageOf(pages(confirmed), isNew ? null : confirmed.at);
      const screen: Screen = page ? { at: "page", module: page.module.path } : { at: "plan" };
      // The room may never have heard of it, if the page was loaded again in that moment.
      const sharing: Effect[] = ask.ask === "resume" && confirmed?.shared ? [{ do: "sharing", is: "on" }] : [];
      return [at(intake, screen), [{ do: "remember" }, ...sharing]];
    }
    case "look":
    case "at":
      return [intake, []];
    default:
      return [{ ...intake, saved: true }, []];
  }
}

function refused(intake: Intake, failed: Ask, refusal: Refusal, id: string): Step {
  const { screen } = intake;
  if (refusal.reason === "too_many" && failed.ask !== "return") {
    return asking(intake, unanswered(intake.asks, refusal.retry_ms ?? 10_000));
  }
  const [next, effects] = asking(intake, settled(intake.asks));
  if (failed.ask === "resume" && refusal.reason === "no_intake") {
    // What this page may still hold of an older one is not of the new one.
    const nothing = { ...next, confirmed: null, code: null, saved: false };
    const [beginning, asks] = ask(at(nothing, { at: "danger" }), { ask: "outline" });
    return [beginning, [...effects, ...asks]];
  }
  if (failed.ask === "return" && screen.at === "return") return [at(next, { ...screen, refusal }), effects];
  if (failed.ask === "profile" && screen.at === "profile") {
    const agree = refusal.reason === "answers_go" ? refusal.count : null;
    return [at(next, { ...screen, agree, refusal }), effects];
  }
  if (refusal.reason === "no_intake") return [{ ...at(next, { at: "gone" }), asks: givenUp(next.asks) }, []];
  // Whoever may not even look just now tries again, and not at once.
  if (failed.ask === "look") return asking(intake, unanswered(intake.asks, null));
  // Another tab may have changed what is asked: what is there now is looked at, and nothing is sent twice.
  const [looking, asks] = ask(notTaken(next, failed, refusal, id), { ask: "look" });
  return [looking, [...effects, ...asks]];
}

/** It is said, and what somebody has written themselves is given back to them. */
function notTaken(intake: Intake, failed: Ask, refusal: Refusal, id: string): Intake {
  switch (failed.ask) {
    case "add_step":
      return { ...intake, refused: refusal, step: intake.step ?? { ...failed, is: "new" } };
    case "change_step": {
      const path = intake.confirmed?.steps.find((one) => one.id === failed.id)?.path;
      // A step that somebody has removed meanwhile is a new one.
      const draft =
        refusal.reason === "no_such_step" ? { id, is: "new" as const } : { id: failed.id, is: "kept" as const };
      const step = path === undefined ? null : { ...draft, path, words: failed.words };
      return { ...intake, refused: refusal, step: intake.step ?? step };
    }
    // That somebody does not stand where they stood, or that a step was gone already, is seen.
    case "at":
    case "drop_step":
    case "profile":
      return intake;
    default:
      return { ...intake, refused: refusal };
  }
}

function went(intake: Intake, to: Extract<Input, { type: "go" }>["to"]): Step {
  if (to === "plan") return [at(intake, { at: "plan" }), []];
  if (to === "danger") return [at(intake, { at: "danger" }), []];
  if (to === "return") return [at(intake, { at: "return", code: "", refusal: null }), []];
  if (to === "profile") {
    const none = intake.outline?.questions.length === 0;
    return [at(intake, none ? { at: "danger" } : profile(intake)), []];
  }
  return stood(intake, to.page);
}

/** On a page, which is remembered as the one to come back to. */
function stood(intake: Intake, module: string): Step {
  const view = shown(intake);
  const page = view && pageOf(pages(view), module);
  if (!page) return [at(intake, { at: "plan" }), []];
  return ask(at(intake, { at: "page", module: page.module.path }), { ask: "at", path: anchor(page) });
}

function moved(intake: Intake, by: 1 | -1): Step {
  const { screen } = intake;
  const view = shown(intake);
  if (view === null) return [intake, []];
  const all = pages(view);
  if (screen.at === "plan") {
    const last = all.at(-1);
    return by === -1 && last ? stood(intake, last.module.path) : went(intake, "profile");
  }
  if (screen.at !== "page") return [intake, []];
  const page = pageOf(all, screen.module);
  if (page === null) return [at(intake, { at: "plan" }), []];
  // Going on without an answer postpones it (Q6).
  const open = by === 1 && page.module.asks !== null && page.module.decision === null;
  const postponed: Step = open
    ? ask(intake, { ask: "node", path: page.module.path, change: { decision: "later" } })
    : [intake, []];
  const other = beside(all, page, by);
  const [next, effects] = other
    ? stood(postponed[0], other.module.path)
    : went(postponed[0], by === 1 ? "plan" : "profile");
  return [next, [...postponed[1], ...effects]];
}

function keptStep(intake: Intake): Step {
  const { step: draft } = intake;
  if (draft === null || draft.words.what.trim() === "") return [intake, []];
  const { id, path, words } = draft;
  const closed = { ...intake, step: null };
  return ask(closed, draft.is === "new" ? { ask: "add_step", id, path, words } : { ask: "change_step", id, words });
}

/** From the question that comes before all others to where one was, or to the profile; without questions there is none. */
function begun(intake: Intake): Step {
  const { confirmed, outline } = intake;
  const page = confirmed && pageOf(pages(confirmed), confirmed.at);
  if (page) return [at(intake, { at: "page", module: page.module.path }), []];
  if (outline?.questions.length === 0) {
    return ask(at(intake, { at: "opening" }), { ask: "profile", answers: {}, drop: 0 });
  }
  return [at(intake, profile(intake)), []];
}

function profile({ outline }: Intake): Extract<Screen, { at: "profile" }> {
  const drafts = Object.fromEntries((outline?.questions ?? []).map(({ id, answer }) => [id, answer ?? null]));
  return { at: "profile", drafts, agree: null, refusal: null };
}

function ask(intake: Intake, what: Ask): Step {
  return asking(intake, added(intake.asks, what));
}

function asking(intake: Intake, [asks, effects]: [Asks, AsksEffect[]]): Step {
  return [{ ...intake, asks }, effects];
}

function at(intake: Intake, screen: Screen): Intake {
  return { ...intake, screen, step: null, deleting: "no" };
}
