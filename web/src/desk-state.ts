// What the desk shows and does: a pure `step` from signing in to several rooms side by side.
// It knows the wire and the rooms' rules; it does not know sockets, cookies, the clock or how anything looks.
// Passwords never enter this state: they go from the form to the request.

import { since, theirs } from "./conversation";
import type { Moment } from "./moment";
import { CloseCode, type Ended, type FromDesk, type Refusal, type ToDesk } from "./protocol.gen";
import { TROUBLE_AFTER } from "./state";
import { type Talk, type TalkEffect, type TalkInput, step as stepTalk, talk } from "./talk";

/** How often the longest wait is counted on between two frames of the server. */
export const TICK = 10_000;

export type Trouble =
  | { why: "wrong" | "gone" | "login" | "nickname" | "password" | "unreachable" | "signed_out" }
  | { why: "too_many"; ms: number };

export type Held = {
  readonly room: string;
  readonly talk: Talk;
  /** Lines that arrived while the counsellor was not in this room. */
  readonly unread: number;
};

/** A room that has ended and is still shown. `ended` is null when it was found gone, without being told how. */
export type Past = { readonly room: string; readonly nickname: string; readonly ended: Ended | null };

export type Desk = {
  readonly at: "desk";
  readonly nickname: string;
  readonly limit: number | null;
  readonly available: boolean;
  /** What the switch was set to and the server has not confirmed. */
  readonly wanted: boolean | null;
  readonly queue: { readonly waiting: number; readonly longestSince: number } | null;
  readonly now: number;
  /** The claim of a press that was not answered. */
  readonly claim: string | null;
  readonly answer: Refusal | null;
  readonly rooms: readonly (Held | Past)[];
  /** The room with the keyboard's focus. */
  readonly within: string | null;
  /** The room that was taken last, until it has been shown. */
  readonly fresh: string | null;
  readonly up: boolean;
  readonly losses: number;
  readonly troubled: boolean;
  readonly superseded: boolean;
};

export type DeskState =
  | { readonly at: "asking" }
  | { readonly at: "first"; readonly token: string; readonly busy: boolean; readonly trouble: Trouble | null }
  | { readonly at: "sign_in"; readonly busy: boolean; readonly trouble: Trouble | null }
  | Desk;

export type DeskInput =
  | { type: "signed_in"; nickname: string }
  | { type: "not_signed_in" }
  | { type: "trying" }
  | { type: "failed"; trouble: Trouble }
  | { type: "to_sign_in" }
  | { type: "sign_out" }
  | { type: "opened" }
  | { type: "closed"; code: number; everOpen: boolean }
  | { type: "heard"; frame: ToDesk }
  | { type: "still_down"; loss: number }
  | { type: "tick" }
  | { type: "switch" }
  | { type: "take" }
  | { type: "continue_here" }
  | { type: "within"; room: string | null }
  | { type: "shown" }
  | { type: "put_away"; room: string }
  | { type: "room"; room: string; input: TalkInput };

export type DeskEffect =
  | { do: "tell"; frame: FromDesk }
  | { do: "connect" }
  | { do: "hang_up" }
  | { do: "who_am_i" }
  | { do: "sign_out" }
  | { do: "later"; ms: number; input: DeskInput };

type Step = [DeskState, DeskEffect[]];

export function start(firstToken: string | null): Step {
  return firstToken === null
    ? [{ at: "asking" }, [{ do: "who_am_i" }]]
    : [{ at: "first", token: firstToken, busy: false, trouble: null }, []];
}

export function isHeld(room: Held | Past): room is Held {
  return "talk" in room;
}

export function step(state: DeskState, input: DeskInput, moment: Moment): Step {
  switch (input.type) {
    case "signed_in":
      return state.at === "desk" ? [state, []] : [sitDown(input.nickname, moment), [{ do: "connect" }]];
    case "not_signed_in":
      return [
        { at: "sign_in", busy: false, trouble: state.at === "desk" ? { why: "signed_out" } : null },
        hungUp(state),
      ];
    case "trying":
      return state.at === "desk" || state.at === "asking" ? [state, []] : [{ ...state, busy: true, trouble: null }, []];
    case "failed":
      if (state.at === "asking") {
        return [{ at: "sign_in", busy: false, trouble: input.trouble }, []];
      }
      return state.at === "desk" ? [state, []] : [{ ...state, busy: false, trouble: input.trouble }, []];
    case "to_sign_in":
      return state.at === "first" ? [{ at: "sign_in", busy: false, trouble: null }, []] : [state, []];
    default:
      return state.at === "desk" ? atDesk(state, input, moment) : [state, []];
  }
}

type AtDesk = Exclude<DeskInput, { type: "signed_in" | "not_signed_in" | "trying" | "failed" | "to_sign_in" }>;

function sitDown(nickname: string, { now }: Moment): Desk {
  return {
    at: "desk",
    nickname,
    limit: null,
    available: false,
    wanted: null,
    queue: null,
    now,
    claim: null,
    answer: null,
    rooms: [],
    within: null,
    fresh: null,
    up: false,
    losses: 0,
    troubled: false,
    superseded: false,
  };
}

function atDesk(desk: Desk, input: AtDesk, moment: Moment): Step {
  switch (input.type) {
    case "sign_out":
      return [{ at: "sign_in", busy: false, trouble: null }, [{ do: "sign_out" }, { do: "hang_up" }]];
    case "opened":
      return [{ ...desk, up: true }, [{ do: "tell", frame: { type: "hello", rooms: known(desk) } }]];
    case "closed":
      return closed(desk, input.code, input.everOpen, moment);
    case "still_down":
      return [input.loss === desk.losses && !desk.up ? { ...desk, troubled: true } : desk, []];
    case "tick":
      return [{ ...desk, now: moment.now }, []];
    case "switch": {
      if (desk.superseded) return [desk, []];
      const wanted = !(desk.wanted ?? desk.available);
      return [{ ...desk, wanted }, [{ do: "tell", frame: { type: "switch", available: wanted } }]];
    }
    case "take": {
      if (desk.superseded) return [desk, []];
      // A press whose answer is still missing is the same press: it keeps its claim and gets the same student.
      const claim = desk.claim ?? moment.id;
      return [{ ...desk, claim, answer: null }, [{ do: "tell", frame: { type: "take", claim } }]];
    }
    case "continue_here":
      return [{ ...desk, superseded: false }, [{ do: "connect" }]];
    case "within": {
      const rooms = desk.rooms.map((room) =>
        room.room === input.room && isHeld(room) ? { ...room, unread: 0 } : room,
      );
      return [{ ...desk, rooms, within: input.room }, []];
    }
    case "shown":
      return [{ ...desk, fresh: null }, []];
    case "put_away":
      return [{ ...desk, rooms: desk.rooms.filter((room) => isHeld(room) || room.room !== input.room) }, []];
    case "room":
      return inRoom(desk, input.room, input.input, moment);
    case "heard":
      return told(desk, input.frame, moment);
    default:
      return input satisfies never;
  }
}

function told(desk: Desk, frame: ToDesk, moment: Moment): Step {
  switch (frame.type) {
    case "welcome":
      return welcomed(desk, frame);
    case "switched": {
      const wanted = frame.available === desk.wanted ? null : desk.wanted;
      return [{ ...desk, available: frame.available, wanted }, []];
    }
    case "queue": {
      const longestSince = moment.now - frame.longest_ms;
      // "Nobody is waiting" stands until somebody comes.
      const grew = frame.waiting > (desk.queue?.waiting ?? 0);
      const answer = grew && desk.answer === "nobody_waiting" ? null : desk.answer;
      return [{ ...desk, now: moment.now, queue: { waiting: frame.waiting, longestSince }, answer }, []];
    }
    case "taken":
      return frame.claim === desk.claim ? [{ ...desk, claim: null, fresh: frame.room }, []] : [desk, []];
    case "room": {
      if (desk.rooms.some((room) => isHeld(room) && room.room === frame.room)) {
        return inRoom(desk, frame.room, { type: "view", view: frame }, moment);
      }
      const held: Held = { room: frame.room, talk: talk(frame, "counsellor", moment), unread: 0 };
      const others = desk.rooms.filter(({ room }) => room !== frame.room);
      return [{ ...desk, rooms: [...others, held] }, []];
    }
    case "lines":
      return inRoom(desk, frame.room, { type: "lines", lines: frame.lines }, moment);
    case "line":
      return inRoom(desk, frame.room, { type: "line", line: frame }, moment);
    case "notice":
      return inRoom(desk, frame.room, { type: "notice", placed: frame }, moment);
    case "typing":
      return inRoom(desk, frame.room, { type: "typing" }, moment);
    case "warning":
      return inRoom(desk, frame.room, { type: "warning", closesIn: frame.closes_in_ms }, moment);
    case "stayed":
      return inRoom(desk, frame.room, { type: "stayed" }, moment);
    case "ended": {
      const rooms = desk.rooms.map((room) => (room.room === frame.room ? past(room, frame) : room));
      return [{ ...desk, rooms, answer: desk.answer === "limit" ? null : desk.answer }, []];
    }
    case "refused": {
      const { reason, room, claim } = frame;
      if (claim !== undefined || reason === "nobody_waiting" || reason === "limit") {
        return claim === undefined || claim === desk.claim
          ? [{ ...desk, claim: null, answer: reason }, []]
          : [desk, []];
      }
      if (room === undefined) return [desk, []];
      // That a room has ended is said by `ended` or `welcome` alone, never by a refusal.
      if (reason === "no_such_room") return [desk, []];
      return inRoom(desk, room, { type: "refused", refused: frame }, moment);
    }
    default:
      return frame satisfies never;
  }
}

/** The server has the say over which rooms are ours. What was not answered before the loss is asked again. */
function welcomed(desk: Desk, welcome: { nickname: string; limit: number; rooms: string[] }): Step {
  const { nickname, limit } = welcome;
  const rooms = desk.rooms.map((room) => (welcome.rooms.includes(room.room) ? room : past(room, null)));
  const effects: DeskEffect[] = [];
  if (desk.wanted !== null) effects.push({ do: "tell", frame: { type: "switch", available: desk.wanted } });
  if (desk.claim !== null) effects.push({ do: "tell", frame: { type: "take", claim: desk.claim } });
  return [{ ...desk, nickname, limit, rooms, troubled: false }, effects];
}

function past(room: Held | Past, ended: Ended | null): Past {
  return isHeld(room) ? { room: room.room, nickname: room.talk.conversation.nickname, ended } : room;
}

function closed(desk: Desk, code: number, everOpen: boolean, moment: Moment): Step {
  if (code === CloseCode.SignedOut) {
    return [{ at: "sign_in", busy: false, trouble: { why: "signed_out" } }, []];
  }
  let next: Desk = { ...desk, up: false, losses: desk.losses + 1 };
  for (const { room } of desk.rooms) {
    const [after] = inRoom(next, room, { type: "down" }, moment);
    if (after.at === "desk") next = after;
  }
  if (code === CloseCode.Superseded) return [{ ...next, superseded: true }, []];
  // A handshake that is refused says no reason to a page, so it asks whether it is still signed in.
  const asking: DeskEffect[] = everOpen ? [] : [{ do: "who_am_i" }];
  if (!desk.up && desk.losses > 0) return [{ ...next, losses: desk.losses }, asking];
  return [next, [...asking, { do: "later", ms: TROUBLE_AFTER, input: { type: "still_down", loss: next.losses } }]];
}

function known(desk: Desk) {
  return desk.rooms.filter(isHeld).flatMap(({ room, talk: { conversation } }) => {
    const shown = since(conversation);
    return shown === undefined ? [] : [{ room, epoch: conversation.epoch, since: shown }];
  });
}

function inRoom(desk: Desk, room: string, input: TalkInput, moment: Moment): Step {
  const held = desk.rooms.find((one): one is Held => one.room === room && isHeld(one));
  if (!held) return [desk, []];
  const [next, effects] = stepTalk(held.talk, input, moment);
  // What a reload brings back is not new; what comes after it is.
  const loaded = held.talk.live || held.talk.conversation.lines.length > 0;
  const more = theirs(next.conversation, "counsellor") - theirs(held.talk.conversation, "counsellor");
  const unread = loaded && desk.within !== room && more > 0 ? held.unread + more : held.unread;
  const rooms = desk.rooms.map((one) => (one === held ? { ...held, talk: next, unread } : one));
  return [{ ...desk, rooms }, effects.map((effect) => outward(room, effect))];
}

function outward(room: string, effect: TalkEffect): DeskEffect {
  switch (effect.do) {
    case "say":
      return { do: "tell", frame: { type: "say", room, cid: effect.cid, body: { suite: 0, text: effect.text } } };
    case "typing":
    case "stay":
    case "close":
      return { do: "tell", frame: { type: effect.do, room } };
    case "come_back":
      return { do: "connect" };
    case "later":
      return { do: "later", ms: effect.ms, input: { type: "room", room, input: effect.input } };
    default:
      return effect satisfies never;
  }
}

function hungUp(state: DeskState): DeskEffect[] {
  return state.at === "desk" ? [{ do: "hang_up" }] : [];
}
