// How far the other side's lines have been shown, and when that is said: only of what is in an unbroken log, only while
// the page can be seen and its end is in sight, at most once a second, and only when it grew. Pure; knows no socket.

import { type Conversation, since } from "./conversation";
import type { Moment } from "./moment";
import type { Role } from "./protocol.gen";

export const SEEN_TOLD = 1_000;

export type Shown = {
  /** Whoever reads further up has not been shown what came below. */
  readonly reading: "end" | "further_up";
  /** The number that was told on the present socket, and when one was told last. */
  readonly told: number;
  readonly toldAt: number;
  readonly look: "none" | "due";
};

export type ShownEffect = { do: "seen"; seq: number } | { do: "later"; ms: number; input: { type: "look" } };

export const nothingShown: Shown = { reading: "end", told: 0, toldAt: Number.NEGATIVE_INFINITY, look: "none" };

/** To be asked after everything that may have shown a line, in a room that may be spoken into. */
export function looked(
  before: Shown,
  conversation: Conversation,
  mine: Role,
  { now, eyes }: Moment,
): [Shown, ShownEffect[]] {
  const seq = theirLast(conversation, mine);
  if (seq <= before.told || eyes === "elsewhere" || before.reading === "further_up") return [before, []];
  const wait = before.toldAt + SEEN_TOLD - now;
  if (wait <= 0) return [{ ...before, told: seq, toldAt: now }, [{ do: "seen", seq }]];
  if (before.look === "due") return [before, []];
  return [{ ...before, look: "due" }, [{ do: "later", ms: wait, input: { type: "look" } }]];
}

/** Nobody needs to be told that their reader has seen the reader's own lines. */
function theirLast(conversation: Conversation, mine: Role): number {
  if (since(conversation) === undefined) return 0;
  return conversation.lines.findLast(({ from, body }) => from !== mine && body.kind !== "locked")?.seq ?? 0;
}
