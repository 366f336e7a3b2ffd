// One conversation as one seat sees it: the server's lines by number, its notices, and the lines not yet answered.
// Pure and idempotent: hearing anything twice changes nothing. Knows no socket and no screen.
// Before the reveal a seat hears only its own lines, so numbers may be missing; after it, a missing number is a gap.

import { shown } from "./lines";
import type { Notice, PlacedNotice, Resume, Role, RoomView, Said } from "./protocol.gen";

export type Pending = { readonly cid: string; readonly text: string };

export type Conversation = {
  readonly room: string;
  readonly epoch: string;
  readonly nickname: string;
  readonly counsellor: string | null;
  readonly revealed: boolean;
  /** In order of their numbers. */
  readonly lines: readonly Said[];
  readonly notices: readonly PlacedNotice[];
  /** In the order in which they were written. */
  readonly pending: readonly Pending[];
  /** Set between a `room` frame and the `lines` frame that belongs to it. */
  readonly awaiting: Resume | null;
};

export type Item =
  | { kind: "said"; key: string; mine: boolean; text: string; mark: "sending" | "sent" | null }
  | { kind: "notice"; key: string; notice: Notice; counsellor: string | null };

/** The room as the server describes it. What is shown stays until its lines arrive, so that nothing flickers. */
export function entered(view: RoomView, before: Conversation | null): Conversation {
  const same = before !== null && before.room === view.room && before.epoch === view.epoch;
  return {
    room: view.room,
    epoch: view.epoch,
    nickname: view.nickname,
    counsellor: view.counsellor,
    revealed: view.revealed,
    lines: same ? before.lines : [],
    notices: view.notices,
    pending: before?.pending ?? [],
    awaiting: view.resume,
  };
}

/** Older or newly revealed lines. */
export function caughtUp(conversation: Conversation, lines: readonly Said[], mine: Role): Conversation {
  const known = conversation.awaiting === "full" ? [] : conversation.lines;
  return { ...merged(conversation, known, lines, mine), awaiting: null };
}

/** One live line, or the finding that lines before it are missing. */
export function heard(conversation: Conversation, line: Said, mine: Role): Conversation | "gap" {
  const mustFollow = conversation.revealed || line.from !== mine;
  if (mustFollow && line.seq > highest(conversation) + 1) return "gap";
  return merged(conversation, conversation.lines, [line], mine);
}

export function noticed(conversation: Conversation, placed: PlacedNotice): Conversation {
  const known = conversation.notices.some(({ after, notice }) => after === placed.after && notice === placed.notice);
  if (known) return conversation;
  const counsellor = placed.counsellor ?? conversation.counsellor;
  return { ...conversation, counsellor, notices: [...conversation.notices, placed] };
}

export function written(conversation: Conversation, pending: Pending): Conversation {
  return { ...conversation, pending: [...conversation.pending, pending] };
}

/** Up to where nothing is missing. Undefined asks for everything, which is right whenever there is any doubt. */
export function since(conversation: Conversation): number | undefined {
  const { lines } = conversation;
  return lines.length > 0 && lines.length === highest(conversation) ? lines.length : undefined;
}

export function theirs(conversation: Conversation, mine: Role): number {
  return conversation.lines.filter((line) => line.from !== mine).length;
}

/** Everything in the order in which it is read. */
export function items(conversation: Conversation, mine: Role): Item[] {
  const { lines, pending } = conversation;
  const notices = [...conversation.notices].sort((one, other) => one.after - other.after);
  const lastMine = lines.findLast((line) => line.from === mine)?.cid;
  const list: Item[] = [];
  const placeNotices = (before: number) => {
    for (let next = notices[0]; next && next.after < before; next = notices[0]) {
      list.push({
        kind: "notice",
        key: `${next.notice} ${next.after}`,
        notice: next.notice,
        counsellor: next.counsellor ?? null,
      });
      notices.shift();
    }
  };
  for (const { seq, cid, from, body } of lines) {
    placeNotices(seq);
    const mark = cid === lastMine ? "sent" : null;
    list.push({ kind: "said", key: cid, mine: from === mine, text: shown(body.text), mark });
  }
  placeNotices(Number.POSITIVE_INFINITY);
  // The key is the cid before and after the answer, so the same element stays and nothing is read out twice.
  for (const { cid, text } of pending) list.push({ kind: "said", key: cid, mine: true, text, mark: "sending" });
  return list;
}

function merged(conversation: Conversation, known: readonly Said[], more: readonly Said[], mine: Role): Conversation {
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
