// One open room as its page holds it: the conversation, the draft, the warning, the closing question.
// Both entrances share it; `step` is pure and answers with what is to be done. Knows no socket and no other room.
// At most one line is unanswered at a time, so a refusal can never change the order in which lines were written.

import * as company from "./company";
import {
  called,
  caughtUp,
  type Conversation,
  entered,
  heard,
  noticed,
  seenByThem,
  theirs,
  unlocked,
  written,
} from "./conversation";
import { measured } from "./lines";
import type { Moment } from "./moment";
import type { PlainSaid, PlainView, Sealing } from "./plain";
import type { Older, PlacedNotice, Refused, Role, Whereabouts } from "./protocol.gen";
import { looked, nothingShown, type Shown } from "./shown";

/** How long "is typing" stands after the last sign of it, and how often it is told (W24). */
export const TYPING_SHOWN = 4_000;
export const TYPING_TOLD = 3_000;
/** A line that is not answered for so long says that the connection only looks alive. */
export const ANSWER_AWAITED = 10_000;

/** A server that went on refusing must not be asked without a pause. */
export const NEW_KEY = 300;

export type Unfit = { fit: "long"; over: number } | { fit: "heavy" };

export type Talk = {
  readonly mine: Role;
  readonly conversation: Conversation;
  readonly company: company.Company;
  readonly shown: Shown;
  /** Who has the secret, as far as this page knows. */
  readonly sealing: Sealing;
  /** How often this room wants a beat (U6). */
  readonly beatEvery: number;
  readonly draft: string;
  /** Why the draft was not sent. */
  readonly unfit: Unfit | null;
  /** The room's lines have arrived on the present socket, so it may be spoken into. */
  readonly live: boolean;
  /** The cid of the one line that is under way. */
  readonly unanswered: string | null;
  /** Too many lines: nothing is sent until the wait is over. */
  readonly held: boolean;
  readonly typing: boolean;
  /** Counts the signs of typing and never starts anew, so that an old sign's end cannot end a new one. */
  readonly signs: number;
  readonly toldTyping: number;
  readonly closesAt: number | null;
  /** "Close this conversation?" is being asked. */
  readonly asked: boolean;
  readonly erasing: boolean;
};

export type TalkInput =
  | { type: "drafted"; text: string }
  | { type: "sent" }
  | { type: "stay" }
  | { type: "ask" }
  | { type: "keep" }
  | { type: "erase" }
  /** The student lets a newcomer read what was said before, or keeps it (W13). */
  | { type: "let_read" }
  | { type: "keep_older" }
  /** How far the log is scrolled. */
  | { type: "reading"; at: Shown["reading"] }
  | { type: "view"; view: PlainView }
  | { type: "lines"; lines: readonly PlainSaid[] }
  | { type: "unlocked"; lines: readonly PlainSaid[] }
  | { type: "line"; line: PlainSaid }
  | { type: "sealing"; sealing: Sealing }
  | { type: "notice"; placed: PlacedNotice }
  | { type: "typing" }
  | { type: "presence"; whereabouts: Whereabouts }
  | { type: "seen"; seq: number }
  | { type: "handing"; to: string | null }
  | { type: "older"; older: Older }
  | { type: "named"; nickname: string }
  | { type: "renamed"; nickname: string }
  | { type: "warning"; closesIn: number }
  | { type: "stayed" }
  | { type: "refused"; refused: Refused }
  | { type: "down" }
  | { type: "released" }
  | { type: "typed_out"; sign: number }
  | { type: "unheard"; cid: string }
  /** Something may be in sight that was not. */
  | { type: "look" };

export type TalkEffect =
  | { do: "say"; cid: string; text: string }
  | { do: "typing" }
  | { do: "stay" }
  | { do: "close" }
  | { do: "seen"; seq: number }
  /** Only a student is ever asked. */
  | { do: "older"; answer: company.OlderAnswer }
  | { do: "come_back" }
  | { do: "later"; ms: number; input: TalkInput };

type Step = [Talk, TalkEffect[]];

export function talk(view: PlainView, mine: Role, moment: Moment): Talk {
  return {
    mine,
    conversation: entered(view, null),
    company: company.met(view, null),
    shown: nothingShown,
    sealing: mine === "student" ? { at: "alone" } : { at: "awaited", again: "first" },
    beatEvery: view.beat_ms,
    draft: "",
    unfit: null,
    live: false,
    unanswered: null,
    held: false,
    typing: false,
    signs: 0,
    toldTyping: 0,
    closesAt: closesAt(view, moment),
    asked: false,
    erasing: false,
  };
}

export function step(talk: Talk, input: TalkInput, moment: Moment): Step {
  const [next, effects] = stepped(talk, input, moment);
  // Whatever happened, a line may be in sight now that was not before.
  if (!next.live) return [next, effects];
  const [shown, more] = looked(next.shown, next.conversation, next.mine, moment);
  return shown === next.shown ? [next, effects] : [{ ...next, shown }, [...effects, ...more]];
}

function stepped(talk: Talk, input: TalkInput, moment: Moment): Step {
  switch (input.type) {
    case "drafted":
      return drafted(talk, input.text, moment);
    case "sent":
      return sent(talk, moment);
    case "stay":
      return [talk, [{ do: "stay" }]];
    case "ask":
      return [{ ...talk, asked: true }, []];
    case "keep":
      return [{ ...talk, asked: false }, []];
    case "erase":
      return [{ ...talk, asked: false, erasing: true }, talk.live ? [{ do: "close" }] : []];
    case "let_read":
      return olderAnswered(talk, "share");
    case "keep_older":
      return olderAnswered(talk, "keep");
    case "reading":
      return [{ ...talk, shown: { ...talk.shown, reading: input.at } }, []];
    case "look":
      return [{ ...talk, shown: { ...talk.shown, look: "none" } }, []];
    case "view":
      return [described(talk, input.view, moment), []];
    case "lines": {
      const conversation = caughtUp(talk.conversation, input.lines, talk.mine);
      const next = { ...afterHearing(talk, conversation), live: true };
      if (next.erasing) return [next, [{ do: "close" }]];
      const [after, effects] = pumped(next);
      const { olderAnswer } = next.company;
      return [after, olderAnswer === null ? effects : [{ do: "older", answer: olderAnswer }, ...effects]];
    }
    case "line": {
      const conversation = heard(talk.conversation, input.line, talk.mine);
      if (conversation === "gap") return [{ ...talk, live: false, unanswered: null }, [{ do: "come_back" }]];
      return pumped(afterHearing(talk, conversation));
    }
    case "unlocked": {
      const conversation = unlocked(talk.conversation, input.lines);
      return [{ ...talk, conversation }, []];
    }
    case "sealing":
      return pumped({ ...talk, sealing: input.sealing });
    case "notice": {
      const conversation = noticed(talk.conversation, input.placed);
      if (conversation === talk.conversation) return [talk, []];
      return [{ ...talk, conversation, company: company.turned(talk.company, input.placed.notice) }, []];
    }
    case "presence":
      // A word about somebody who has gone since means nobody any more.
      if (talk.mine === "student" && talk.conversation.counsellor === null) return [talk, []];
      return [{ ...talk, company: { ...talk.company, whereabouts: input.whereabouts } }, []];
    case "seen":
      return [{ ...talk, conversation: seenByThem(talk.conversation, input.seq) }, []];
    case "handing":
      return [{ ...talk, company: company.handing(talk.company, input.to) }, []];
    case "older":
      return [{ ...talk, company: company.olderIs(talk.company, input.older) }, []];
    case "named":
      return [{ ...talk, conversation: called(talk.conversation, input.nickname) }, []];
    case "renamed": {
      const conversation = called(talk.conversation, input.nickname);
      return [{ ...talk, conversation, company: company.renamed(talk.company, input.nickname) }, []];
    }
    case "typing": {
      const sign = talk.signs + 1;
      return [
        { ...talk, typing: true, signs: sign },
        [{ do: "later", ms: TYPING_SHOWN, input: { type: "typed_out", sign } }],
      ];
    }
    case "typed_out":
      return [talk.signs === input.sign ? { ...talk, typing: false } : talk, []];
    case "warning":
      return [{ ...talk, closesAt: moment.now + input.closesIn }, []];
    case "stayed":
      return [{ ...talk, closesAt: null }, []];
    case "refused":
      return refused(talk, input.refused, moment);
    case "down":
      return [{ ...talk, live: false, unanswered: null, typing: false }, []];
    case "released":
      return pumped({ ...talk, held: false });
    case "unheard":
      return talk.live && talk.unanswered === input.cid
        ? [{ ...talk, live: false, unanswered: null }, [{ do: "come_back" }]]
        : [talk, []];
    default:
      return input satisfies never;
  }
}

/** The room as it stands, after a reconnect or when what may be read has changed. */
function described(talk: Talk, view: PlainView, moment: Moment): Talk {
  const { nickname, counsellor } = talk.conversation;
  return {
    ...talk,
    conversation: entered(view, talk.conversation),
    company: company.met(view, { company: talk.company, nickname, counsellor }),
    // Whether the server still knows what was told before is not certain; telling it again does no harm.
    shown: { ...talk.shown, told: 0 },
    beatEvery: view.beat_ms,
    live: false,
    unanswered: null,
    closesAt: closesAt(view, moment),
  };
}

function olderAnswered(talk: Talk, answer: "share" | "keep"): Step {
  const nth = company.arrival(talk.conversation.notices);
  if (talk.company.older !== "asked" || nth === null) return [talk, []];
  const olderAnswer = { answer, nth };
  const next = { ...talk, company: { ...talk.company, olderAnswer } };
  return [next, talk.live ? [{ do: "older", answer: olderAnswer }] : []];
}

function drafted(talk: Talk, text: string, { now }: Moment): Step {
  const due = talk.live && text.trim() !== "" && now - talk.toldTyping >= TYPING_TOLD;
  const next = { ...talk, draft: text, unfit: null, toldTyping: due ? now : talk.toldTyping };
  return [next, due ? [{ do: "typing" }] : []];
}

function sent(talk: Talk, { id }: Moment): Step {
  const fitted = measured(talk.draft);
  if (fitted.fit === "empty") return [{ ...talk, unfit: null }, []];
  if (fitted.fit !== "yes") return [{ ...talk, unfit: fitted }, []];
  const conversation = written(talk.conversation, { cid: id, text: fitted.text });
  return pumped({ ...talk, conversation, company: company.spoken(talk.company), draft: "", unfit: null });
}

function refused(talk: Talk, { reason, cid, retry_ms }: Refused, { id }: Moment): Step {
  if (cid === undefined || cid !== talk.unanswered) return [talk, []];
  const waiting = { ...talk, unanswered: null };
  if (reason === "cid_taken" || reason === "key_epoch") {
    // Somebody's chance failed, or the key was of before: the same words go again under another name.
    const pending = talk.conversation.pending.map((line) => (line.cid === cid ? { ...line, cid: id } : line));
    const again = { ...waiting, conversation: { ...talk.conversation, pending } };
    if (reason === "cid_taken") return pumped(again);
    return [{ ...again, held: true }, [{ do: "later", ms: NEW_KEY, input: { type: "released" } }]];
  }
  // A page of another version would only be refused again.
  if (reason === "suite") return [{ ...waiting, held: true }, []];
  return [{ ...waiting, held: true }, [{ do: "later", ms: retry_ms ?? 1_000, input: { type: "released" } }]];
}

function afterHearing(talk: Talk, conversation: Conversation): Talk {
  const spoke = theirs(conversation, talk.mine) > theirs(talk.conversation, talk.mine);
  const answered = !conversation.pending.some(({ cid }) => cid === talk.unanswered);
  return {
    ...talk,
    conversation,
    company: spoke ? company.spokenTo(talk.company) : talk.company,
    typing: spoke ? false : talk.typing,
    unanswered: answered ? null : talk.unanswered,
  };
}

/** Sends the next waiting line, if one may be sent now. */
function pumped(talk: Talk): Step {
  const [next] = talk.conversation.pending;
  if (!next || !talk.live || talk.held || !mayBeRead(talk) || talk.erasing || talk.unanswered !== null)
    return [talk, []];
  const { cid, text } = next;
  return [
    { ...talk, unanswered: cid },
    [
      { do: "say", cid, text },
      { do: "later", ms: ANSWER_AWAITED, input: { type: "unheard", cid } },
    ],
  ];
}

/** The student's page makes the key; the desk's is given to it. To whom words were handed must not be in doubt. */
function mayBeRead({ mine, sealing }: Talk): boolean {
  return mine === "student" ? sealing.at !== "doubtful" && sealing.at !== "elsewhere" : sealing.at === "shared";
}

function closesAt({ closes_in_ms }: PlainView, { now }: Moment): number | null {
  return closes_in_ms === null ? null : now + closes_in_ms;
}
