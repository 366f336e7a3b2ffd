// The pages below /desk as a pure `step`: who is signed in, which page is asked for, and how far what it shows has come. They
// have no socket: what is shown was asked for, and the service's numbers are asked again every few seconds while somebody looks.
// Every asking has a number, so that an answer that comes too late changes nothing.

import type { Trouble } from "./desk-state";
import type { Moment } from "./moment";
import {
  daysOf,
  type Filters,
  filtersIn,
  type Page,
  pagesOf,
  searchOf,
  type Show,
  shownIn,
  spanQuery,
} from "./office-address";
import type { Duty, Me, Service } from "./office.gen";
import type { Asked, Refusal } from "./office-wire";

/** In milliseconds. */
export const AGAIN = 5_000;

/** How far one asking has come. Until it is answered, `shown` is what was shown before. */
export type Looked<T> = {
  readonly is: "looking" | "here" | "unreachable" | "no_days";
  readonly shown: T | null;
  readonly nth: number;
};

export type State =
  | { readonly at: "asking"; readonly page: Page; readonly search: string; readonly me: Looked<Me> }
  | {
      readonly at: "sign_in";
      readonly page: Page;
      readonly search: string;
      readonly busy: boolean;
      readonly trouble: Trouble | null;
    }
  /** This account may not see this page. */
  | { readonly at: "denied"; readonly page: Page; readonly me: Me }
  /** `today` is the service's, once it has said so. */
  | {
      readonly at: "duty";
      readonly me: Me;
      readonly show: Show;
      readonly today: string | null;
      readonly own: Looked<Duty>;
    }
  | {
      readonly at: "service";
      readonly me: Me;
      readonly filters: Filters;
      /** Whom one can filter by, also while nothing else is shown. */
      readonly staff: Duty["staff"];
      readonly everyone: Looked<Duty>;
      readonly service: Looked<Service>;
    }
  /** What it shows is in accounts.ts. */
  | { readonly at: "accounts"; readonly me: Me };

export type Part = "me" | "own" | "everyone" | "service";

export type Input =
  | { type: "trying" }
  | { type: "failed"; trouble: Trouble }
  | { type: "signed_in" }
  | { type: "answered"; part: "me"; nth: number; asked: Asked<Me> }
  | { type: "answered"; part: "own" | "everyone"; nth: number; asked: Asked<Duty> }
  | { type: "answered"; part: "service"; nth: number; asked: Asked<Service> }
  | { type: "again"; part: Part; nth: number }
  /** The page has come into sight, or has gone out of it. */
  | { type: "looked" }
  | { type: "filter"; filters: Filters }
  /** Back or forward. */
  | { type: "went"; search: string }
  /** What the accounts asked for was refused for this reason. */
  | { type: "lost"; why: Refusal };

export type Effect =
  | { do: "ask"; part: Part; query: string; nth: number }
  | { do: "later"; ms: number; input: Input }
  | { do: "push"; search: string };

type Step = [State, readonly Effect[]];

/** Also again, after somebody has signed in. */
export function begin(page: Page, search: string): Step {
  return [{ at: "asking", page, search, me: looking(null, 1) }, [{ do: "ask", part: "me", query: "", nth: 1 }]];
}

export function step(state: State, input: Input, eyes: Moment["eyes"]): Step {
  switch (input.type) {
    case "trying":
      return state.at === "sign_in" ? [{ ...state, busy: true, trouble: null }, []] : [state, []];
    case "failed":
      return state.at === "sign_in" ? [{ ...state, busy: false, trouble: input.trouble }, []] : [state, []];
    case "signed_in":
      return state.at === "sign_in" ? begin(state.page, state.search) : [state, []];
    case "answered":
      return answered(state, input);
    case "again":
      return again(state, input, eyes);
    case "looked":
      return eyes === "here" ? looked(state) : [state, []];
    case "filter":
      return filter(state, input.filters, "push");
    case "went":
      return filter(state, filtersIn(input.search), "went");
    case "lost":
      return refused(state, input.why) ?? [state, []];
    default:
      return input satisfies never;
  }
}

/** The page that was asked for, once it is known who asks. */
function enter(page: Page, search: string, me: Me): Step {
  if (!pagesOf(me).includes(page)) return [{ at: "denied", page, me }, []];
  switch (page) {
    case "accounts":
      return [{ at: "accounts", me }, []];
    case "duty": {
      const own = looking<Duty>(null, 1);
      // Which day it is there, the server says first.
      return [
        { at: "duty", me, show: shownIn(search), today: null, own },
        [{ do: "ask", part: "own", query: "", nth: 1 }],
      ];
    }
    case "service": {
      const filters = filtersIn(search);
      const [everyone, service] = [looking<Duty>(null, 1), looking<Service>(null, 1)];
      return [
        { at: "service", me, filters, staff: [], everyone, service },
        [
          { do: "ask", part: "service", query: "", nth: 1 },
          { do: "ask", part: "everyone", query: spanQuery(filters), nth: 1 },
        ],
      ];
    }
    default:
      return page satisfies never;
  }
}

function answered(state: State, input: Extract<Input, { type: "answered" }>): Step {
  const { part, nth, asked } = input;
  if (part !== "me" && "refused" in asked) {
    const elsewhere = isOf(state, part, nth) ? refused(state, asked.refused) : null;
    if (elsewhere) return elsewhere;
  }
  if (state.at === "asking" && part === "me" && state.me.nth === nth) {
    if ("got" in asked) return enter(state.page, state.search, asked.got);
    const { page, search } = state;
    if (asked.refused === "signed_out") return [{ at: "sign_in", page, search, busy: false, trouble: null }, []];
    return [{ ...state, me: settled(state.me, asked, "dropped") }, [soon("me", nth)]];
  }
  if (state.at === "duty" && part === "own" && state.own.nth === nth) {
    if ("got" in asked && state.today === null) return askOwn({ ...state, today: asked.got.today });
    const own = settled(state.own, asked, "dropped");
    return [{ ...state, own }, own.is === "unreachable" ? [soon("own", nth)] : []];
  }
  if (state.at === "service" && part === "everyone" && state.everyone.nth === nth) {
    const everyone = settled(state.everyone, asked, "dropped");
    const staff = "got" in asked ? asked.got.staff : state.staff;
    return [{ ...state, everyone, staff }, everyone.is === "unreachable" ? [soon("everyone", nth)] : []];
  }
  if (state.at === "service" && part === "service" && state.service.nth === nth)
    return [{ ...state, service: settled(state.service, asked, "kept") }, [soon("service", nth)]];
  return [state, []];
}

/** Whether this is the answer that is waited for. */
function isOf(state: State, part: Part, nth: number): boolean {
  if (state.at === "duty") return part === "own" && state.own.nth === nth;
  return state.at === "service" && (part === "everyone" || part === "service") && state[part].nth === nth;
}

/** Where a refusal leads, if it leads elsewhere: to signing in, or to asking who one is by now. */
function refused(state: State, why: Refusal): Step | null {
  if (state.at === "asking" || state.at === "sign_in" || state.at === "denied") return null;
  const [page, search] = [state.at, searchNow(state)];
  if (why === "signed_out") return [{ at: "sign_in", page, search, busy: false, trouble: { why: "signed_out" } }, []];
  if (why !== "role") return null;
  // The role has changed since. Which it is now, is asked when somebody goes to another page.
  return [{ at: "denied", page, me: state.me }, []];
}

function searchNow(state: Extract<State, { at: "duty" | "service" | "accounts" }>): string {
  if (state.at === "service") return searchOf(state.filters);
  return state.at === "duty" ? `?show=${state.show}` : "";
}

function again(state: State, { part, nth }: { part: Part; nth: number }, eyes: Moment["eyes"]): Step {
  // Nobody looks: it is asked as soon as somebody does.
  if (eyes === "elsewhere") return [state, []];
  if (state.at === "asking" && part === "me" && state.me.nth === nth) {
    return [{ ...state, me: looking(state.me, nth + 1) }, [{ do: "ask", part, query: "", nth: nth + 1 }]];
  }
  if (state.at === "duty" && part === "own" && state.own.nth === nth) return askOwn(state);
  if (state.at !== "service") return [state, []];
  if (part === "everyone" && state.everyone.nth === nth) return askEveryone(state);
  return part === "service" && state.service.nth === nth ? askService(state) : [state, []];
}

function looked(state: State): Step {
  if (state.at === "asking" && state.me.is === "unreachable") return begin(state.page, state.search);
  if (state.at === "duty" && state.own.is === "unreachable") return askOwn(state);
  if (state.at !== "service") return [state, []];
  const [next, effects] = askService(state);
  if (state.everyone.is !== "unreachable") return [next, effects];
  const [last, more] = askEveryone(next);
  return [last, [...effects, ...more]];
}

function filter(state: State, filters: Filters, how: "push" | "went"): Step {
  if (state.at !== "service") return [state, []];
  const search = searchOf(filters);
  const pushed: Effect[] = how === "push" && search !== searchOf(state.filters) ? [{ do: "push", search }] : [];
  // Every look at everybody's duty is written down, so none is asked for that would show the same.
  const isSame = spanQuery(filters) === spanQuery(state.filters) && state.everyone.is !== "unreachable";
  if (isSame) return [{ ...state, filters }, pushed];
  const [next, effects] = askEveryone({ ...state, filters });
  return [next, [...pushed, ...effects]];
}

type At<K extends State["at"]> = Extract<State, { at: K }>;

function askOwn(state: At<"duty">): Step {
  const own = looking(state.own, state.own.nth + 1);
  const query = state.today === null ? "" : daysOf(state.show, state.today);
  return [{ ...state, own }, [{ do: "ask", part: "own", query, nth: own.nth }]];
}

function askEveryone(state: At<"service">): [At<"service">, Effect[]] {
  const everyone = looking(state.everyone, state.everyone.nth + 1);
  const query = spanQuery(state.filters);
  return [{ ...state, everyone }, [{ do: "ask", part: "everyone", query, nth: everyone.nth }]];
}

function askService(state: At<"service">): [At<"service">, Effect[]] {
  // What is asked every few seconds is not said to be looked for every few seconds.
  const service = { ...state.service, nth: state.service.nth + 1 };
  return [{ ...state, service }, [{ do: "ask", part: "service", query: "", nth: service.nth }]];
}

/** Trying again is not said anew. */
function looking<T>(before: Looked<T> | null, nth: number): Looked<T> {
  return { is: before?.is === "unreachable" ? "unreachable" : "looking", shown: before?.shown ?? null, nth };
}

function settled<T>(looked: Looked<T>, asked: Asked<T>, before: "kept" | "dropped"): Looked<T> {
  if ("got" in asked) return { ...looked, is: "here", shown: asked.got };
  const is = asked.refused === "dates" ? "no_days" : "unreachable";
  return { ...looked, is, shown: before === "kept" ? looked.shown : null };
}

function soon(part: Part, nth: number): Effect {
  return { do: "later", ms: AGAIN, input: { type: "again", part, nth } };
}
