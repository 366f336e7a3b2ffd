// One open room as its page holds it: the conversation, the draft, the warning, the closing question.
// Both entrances share it; `step` is pure and answers with what is to be done. Knows no socket and no other room.
// At most one line is unanswered at a time, so a refusal can never change the order in which lines were written.

import { caughtUp, type Conversation, entered, heard, noticed, theirs, written } from "./conversation";
import { measured } from "./lines";
import type { Moment } from "./moment";
import type { PlacedNotice, Refused, Role, RoomView, Said } from "./protocol.gen";

/** How long "is typing" stands after the last sign of it, and how often it is told (W24). */
export const TYPING_SHOWN = 4_000;
export const TYPING_TOLD = 3_000;
/** A line that is not answered for so long says that the connection only looks alive. */
export const ANSWER_AWAITED = 10_000;

export type Unfit = { fit: "long"; over: number } | { fit: "heavy" };

export type Talk = {
  readonly mine: Role;
  readonly conversation: Conversation;
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
  | { type: "view"; view: RoomView }
  | { type: "lines"; lines: readonly Said[] }
  | { type: "line"; line: Said }
  | { type: "notice"; placed: PlacedNotice }
  | { type: "typing" }
  | { type: "warning"; closesIn: number }
  | { type: "stayed" }
  | { type: "refused"; refused: Refused }
  | { type: "down" }
  | { type: "released" }
  | { type: "typed_out"; sign: number }
  | { type: "unheard"; cid: string };

export type TalkEffect =
  | { do: "say"; cid: string; text: string }
  | { do: "typing" }
  | { do: "stay" }
  | { do: "close" }
  | { do: "come_back" }
  | { do: "later"; ms: number; input: TalkInput };

type Step = [Talk, TalkEffect[]];

export function talk(view: RoomView, mine: Role, moment: Moment): Talk {
  return {
    mine,
    conversation: entered(view, null),
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
    case "view": {
      const conversation = entered(input.view, talk.conversation);
      return [{ ...talk, conversation, live: false, unanswered: null, closesAt: closesAt(input.view, moment) }, []];
    }
    case "lines": {
      const conversation = caughtUp(talk.conversation, input.lines, talk.mine);
      const next = { ...afterHearing(talk, conversation), live: true };
      return next.erasing ? [next, [{ do: "close" }]] : pumped(next);
    }
    case "line": {
      const conversation = heard(talk.conversation, input.line, talk.mine);
      if (conversation === "gap") return [{ ...talk, live: false, unanswered: null }, [{ do: "come_back" }]];
      return pumped(afterHearing(talk, conversation));
    }
    case "notice":
      return [{ ...talk, conversation: noticed(talk.conversation, input.placed) }, []];
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
  return pumped({ ...talk, conversation, draft: "", unfit: null });
}

function refused(talk: Talk, { reason, cid, retry_ms }: Refused, { id }: Moment): Step {
  if (cid === undefined || cid !== talk.unanswered) return [talk, []];
  const waiting = { ...talk, unanswered: null };
  if (reason === "cid_taken") {
    // Somebody's chance failed: the same words go again under another name.
    const pending = talk.conversation.pending.map((line) => (line.cid === cid ? { ...line, cid: id } : line));
    return pumped({ ...waiting, conversation: { ...talk.conversation, pending } });
  }
  return [{ ...waiting, held: true }, [{ do: "later", ms: retry_ms ?? 1_000, input: { type: "released" } }]];
}

function afterHearing(talk: Talk, conversation: Conversation): Talk {
  const spoke = theirs(conversation, talk.mine) > theirs(talk.conversation, talk.mine);
  const answered = !conversation.pending.some(({ cid }) => cid === talk.unanswered);
  return {
    ...talk,
    conversation,
    typing: spoke ? false : talk.typing,
    unanswered: answered ? null : talk.unanswered,
  };
}

/** Sends the next waiting line, if one may be sent now. */
function pumped(talk: Talk): Step {
  const [next] = talk.conversation.pending;
  if (!next || !talk.live || talk.held || talk.erasing || talk.unanswered !== null) return [talk, []];
  const { cid, text } = next;
  return [
    { ...talk, unanswered: cid },
    [
      { do: "say", cid, text },
      { do: "later", ms: ANSWER_AWAITED, input: { type: "unheard", cid } },
    ],
  ];
}

function closesAt({ closes_in_ms }: RoomView, { now }: Moment): number | null {
  return closes_in_ms === null ? null : now + closes_in_ms;
}
