// What the intake still has to ask the server: one request at a time, in order, so that nothing overtakes anything. Of
// several answers to one question the last one is sent. What nobody has confirmed is tried again, less and less often.
// Pure. It knows when something is asked and not what it means.

import type { Ask, Given, Node, View } from "./intake-wire";

export type Asks = {
  /** Under way, and how often it has been tried. */
  readonly flying: { readonly ask: Ask; readonly tries: number } | null;
  readonly waiting: readonly Ask[];
  /** Counts the requests, so that an alarm that was set for one does not send another. */
  readonly nth: number;
  readonly troubled: boolean;
};

export type AsksEffect =
  | { do: "ask"; ask: Ask; nth: number }
  /** Send what is under way once more, after so long. */
  | { do: "again"; nth: number; ms: number };

type Step = [Asks, AsksEffect[]];

export const nothingAsked: Asks = { flying: null, waiting: [], nth: 0, troubled: false };

const SHORTEST = 1_000;
const LONGEST = 15_000;

export function added(asks: Asks, ask: Ask): Step {
  const others = asks.waiting.filter((one) => !replaces(ask, one));
  return next({ ...asks, waiting: [...others, ask] });
}

/** What was under way has been answered, one way or the other. */
export function settled(asks: Asks): Step {
  return next({ ...asks, flying: null, troubled: false });
}

/** Nobody knows whether it was done: every request may be repeated. */
export function unanswered(asks: Asks, after: number | null): Step {
  if (asks.flying === null) return [asks, []];
  const tries = asks.flying.tries + 1;
  const ms = after ?? Math.min(LONGEST, SHORTEST * 2 ** (tries - 1));
  return [{ ...asks, flying: { ...asks.flying, tries }, troubled: true }, [{ do: "again", nth: asks.nth, ms }]];
}

export function again(asks: Asks, nth: number): Step {
  return asks.flying && asks.nth === nth ? [asks, [{ do: "ask", ask: asks.flying.ask, nth }]] : [asks, []];
}

/** Nothing more is to be sent; an answer that is still under way means nothing. */
export function givenUp(asks: Asks): Asks {
  return { ...nothingAsked, nth: asks.nth + 1 };
}

export function isBusy(asks: Asks, ask: Ask["ask"]): boolean {
  return asks.flying?.ask.ask === ask || asks.waiting.some((one) => one.ask === ask);
}

const SAVES: readonly Ask["ask"][] = ["profile", "node", "add_step", "change_step", "drop_step"];

/** Whether anything that somebody has written is not confirmed. */
export function isUnsaved(asks: Asks): boolean {
  return SAVES.some((ask) => isBusy(asks, ask));
}

/** The very same answers are under way already: somebody has pressed twice. */
export function isRepeated({ flying }: Asks, answers: Record<string, Given>): boolean {
  if (flying?.ask.ask !== "profile") return false;
  const sent = flying.ask.answers;
  return Object.keys(answers).every((id) => answers[id] === sent[id]);
}

/** The intake as it will be once everything is confirmed, as far as that is plain. */
export function overlaid(view: View, { flying, waiting }: Asks): View {
  const changes = [...(flying ? [flying.ask] : []), ...waiting];
  const mine = changes.filter((one) => one.ask === "node");
  if (mine.length === 0) return view;
  const changed = (node: Node) => {
    const own = mine.filter(({ path }) => path === node.path).map(({ change }) => change);
    return own.length > 0 ? Object.assign({}, node, ...own) : node;
  };
  return { ...view, nodes: view.nodes.map(changed) };
}

function next(asks: Asks): Step {
  const [ask, ...waiting] = asks.waiting;
  if (asks.flying !== null || ask === undefined) return [asks, []];
  const nth = asks.nth + 1;
  return [{ ...asks, flying: { ask, tries: 0 }, waiting, nth }, [{ do: "ask", ask, nth }]];
}

function replaces(ask: Ask, earlier: Ask): boolean {
  if (ask.ask === "node" && earlier.ask === "node") {
    return ask.path === earlier.path && Object.keys(ask.change)[0] === Object.keys(earlier.change)[0];
  }
  if (ask.ask === "profile" && earlier.ask === "profile") return true;
  if (ask.ask === "change_step" && earlier.ask === "change_step") return ask.id === earlier.id;
  return ask.ask === earlier.ask && (ask.ask === "at" || ask.ask === "look");
}
