// One conversation as one seat sees it: the server's lines by number, its notices, and the lines not yet answered.
// Pure and idempotent: hearing anything twice changes nothing. Knows no socket and no screen.
// Before the reveal a seat hears only its own lines, so numbers may be missing; after it, a missing number is a gap.

import { shown } from "./lines";
import type { Body, PlainSaid, PlainView } from "./plain";
import type { Notice, PlacedNotice, Resume, Role } from "./protocol.gen";

export type Pending = { readonly cid: string; readonly text: string };

export type Conversation = {
  readonly room: string;
  readonly epoch: string;
  /** The student's; null until it is known. */
  readonly nickname: string | null;
  readonly counsellor: string | null;
  readonly revealed: boolean;
  /** This seat reads the lines behind this one: more than 0 for a counsellor who came later (W13). */
  readonly readsAfter: number;
  /** How far the other side has been shown the lines. */
  readonly seen: number;
  /** In order of their numbers. */
  readonly lines: readonly PlainSaid[];
  readonly notices: readonly PlacedNotice[];
  /** In the order in which they were written. */
  readonly pending: readonly Pending[];
  /** Set between a `room` frame and the `lines` frame that belongs to it. */
  readonly awaiting: Resume | null;
};

/** Whose a line is, to whoever reads it. `earlier` is a counsellor who was here before the one at this desk. */
export type Voice = "mine" | "theirs" | "earlier";
export type Mark = "sending" | "sent" | "seen";

export type Item =
  /** `by` is the counsellor who said it, on the student's page. */
  | { kind: "said"; key: string; voice: Voice; by: string | null; body: Body; mark: Mark | null }
  | { kind: "notice"; key: string; notice: Notice; counsellor: string | null }
  /** Older lines exist, and this seat does not read them. */
  | { kind: "older"; key: "older" };

/** The room as the server describes it. What is shown stays until its lines arrive, so that nothing flickers. */
export function entered(view: PlainView, before: Conversation | null): Conversation {
  const same = before !== null && before.room === view.room && before.epoch === view.epoch;
  return {
    room: view.room,
    epoch: view.epoch,
    nickname: view.nickname,
    counsellor: view.counsellor,
    revealed: view.revealed,
    readsAfter: view.reads_after,
    seen: view.seen,
    lines: same ? before.lines.filter(({ seq }) => seq > view.reads_after) : [],
    notices: view.notices,
    pending: before?.pending ?? [],
    awaiting: view.resume,
  };
}

/** Older or newly revealed lines. */
export function caughtUp(conversation: Conversation, lines: readonly PlainSaid[], mine: Role): Conversation {
  const known = conversation.awaiting === "full" ? [] : conversation.lines;
  return { ...merged(conversation, known, lines, mine), awaiting: null };
}

/** One live line, or the finding that lines before it are missing. */
export function heard(conversation: Conversation, line: PlainSaid, mine: Role): Conversation | "gap" {
  const mustFollow = conversation.revealed || line.from !== mine;
  if (mustFollow && line.seq > Math.max(highest(conversation), conversation.readsAfter) + 1) return "gap";
  return merged(conversation, conversation.lines, [line], mine);
}

export function noticed(conversation: Conversation, placed: PlacedNotice): Conversation {
  // By all of it, and not by its number alone: a notice that was told and is not in the history shifts the others.
  const known = conversation.notices.some(
    ({ nth, notice, counsellor }) => nth === placed.nth && notice === placed.notice && counsellor === placed.counsellor,
  );
  if (known) return conversation;
  return { ...conversation, counsellor: present(conversation, placed), notices: [...conversation.notices, placed] };
}

function present({ counsellor }: Conversation, { notice, counsellor: named }: PlacedNotice): string | null {
  if (notice === "counsellor_came") return named ?? counsellor;
  return notice === "back_to_queue" ? null : counsellor;
}

/** Told live; after a reconnect the `room` frame has the say, so the mark is never ahead of the truth. */
export function seenByThem(conversation: Conversation, seq: number): Conversation {
  return seq > conversation.seen ? { ...conversation, seen: seq } : conversation;
}

export function called(conversation: Conversation, nickname: string): Conversation {
  return { ...conversation, nickname };
}

/** Lines that are known already, now that they can be read. */
export function unlocked(conversation: Conversation, lines: readonly PlainSaid[]): Conversation {
  const bySeq = new Map(lines.map((line) => [line.seq, line]));
  return { ...conversation, lines: conversation.lines.map((line) => bySeq.get(line.seq) ?? line) };
}

export function written(conversation: Conversation, pending: Pending): Conversation {
  return { ...conversation, pending: [...conversation.pending, pending] };
}

/** Up to where nothing is missing. Undefined asks for everything, which is right whenever there is any doubt. */
export function since(conversation: Conversation): number | undefined {
  const { lines, readsAfter } = conversation;
  const unbroken = lines.length > 0 && lines.length === highest(conversation) - readsAfter;
  return unbroken ? highest(conversation) : undefined;
}

export function theirs(conversation: Conversation, mine: Role): number {
  return conversation.lines.filter((line) => line.from !== mine).length;
}

/** Everything in the order in which it is read. */
export function items(conversation: Conversation, mine: Role): Item[] {
  const { lines, pending } = conversation;
  const notices = [...conversation.notices].sort((one, other) => one.after - other.after || one.nth - other.nth);
  const own = lines.filter((line) => voice(conversation, line, mine) === "mine");
  const lastSent = own.at(-1)?.seq;
  const lastSeen = own.findLast(({ seq }) => seq <= conversation.seen)?.seq;
  const list: Item[] = conversation.readsAfter > 0 ? [{ kind: "older", key: "older" }] : [];
  // Lines say only "counsellor"; which one it was follows from who had come before.
  let speaker: string | null = null;
  const placeNotices = (before: number) => {
    for (let next = notices[0]; next && next.after < before; next = notices[0]) {
      const counsellor = next.counsellor ?? null;
      if (next.notice === "counsellor_came") speaker = counsellor;
      list.push({ kind: "notice", key: `notice ${next.nth}`, notice: next.notice, counsellor });
      notices.shift();
    }
  };
  for (const line of lines) {
    const { seq, cid, from, body } = line;
    placeNotices(seq);
    const mark = seq === lastSeen ? "seen" : seq === lastSent ? "sent" : null;
    const by = from === "counsellor" ? speaker : null;
    list.push({ kind: "said", key: cid, voice: voice(conversation, line, mine), by, body: readable(body), mark });
  }
  placeNotices(Number.POSITIVE_INFINITY);
  // The key is the cid before and after the answer, so the same element stays and nothing is read out twice.
  for (const { cid, text } of pending) {
    list.push({ kind: "said", key: cid, voice: "mine", by: null, body: { kind: "text", text }, mark: "sending" });
  }
  return list;
}

function readable(body: Body): Body {
  return body.kind === "text" ? { kind: "text", text: shown(body.text) } : body;
}

/** A counsellor is asked to say hi behind the line after which they came; what a counsellor said before was another's. */
function voice({ notices }: Conversation, { from, seq }: PlainSaid, mine: Role): Voice {
  if (from !== mine) return "theirs";
  const before = mine === "counsellor" && notices.some(({ notice, after }) => notice === "say_hi" && seq <= after);
  return before ? "earlier" : "mine";
}

function merged(
  conversation: Conversation,
  known: readonly PlainSaid[],
  more: readonly PlainSaid[],
  mine: Role,
): Conversation {
  const bySeq = new Map([...known, ...more].map((line) => [line.seq, line]));
  const lines = [...bySeq.values()].sort((one, other) => one.seq - other.seq);
  const answered = new Set(more.filter((line) => line.from === mine).map((line) => line.cid));
  return {
    ...conversation,
    lines,
    pending: conversation.pending.filter(({ cid }) => !answered.has(cid)),
    // A line of the other side is only ever sent after the reveal, so it tells of it too.
    revealed: conversation.revealed || more.some((line) => line.from !== mine),
  };
}

function highest(conversation: Conversation): number {
  return conversation.lines.at(-1)?.seq ?? 0;
}
