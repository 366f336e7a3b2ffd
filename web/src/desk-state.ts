// What the desk shows and does: a pure `step` from signing in to several rooms side by side.
// It knows the wire and the rooms' rules; it does not know sockets, cookies, the clock or how anything looks.
// Passwords never enter this state: they go from the form to the request.

import {
  type Connection,
  type ConnectionInput,
  connecting,
  lost,
  opened,
  stillDown,
  WITHOUT_A_WORD,
} from "./connection";
import { beat, inRoom, told, withoutOffer } from "./desk-frames";
import { type DeskRoom, isHeld, known, type RoomEffect } from "./desk-rooms";
import type { News } from "./identity";
import type { Moment } from "./moment";
import type { PartingInput } from "./parting";
import type { PlainToDesk } from "./plain";
import { CloseCode, type Colleague, type Expected, type Refusal, type StaffRole } from "./protocol.gen";
import type { TalkInput } from "./talk";
import type { Rules } from "./tracker";

/** How often the longest wait is counted on between two frames of the server. */
export const TICK = 10_000;

export type Trouble =
  | { why: "wrong" | "gone" | "login" | "nickname" | "password" | "unreachable" | "signed_out" }
  | { why: "too_many"; ms: number };

export type Offer = {
  readonly room: string;
  readonly from: string;
  readonly endsAt: number;
  /** It was accepted, and the room is not here yet. */
  readonly answer: "accept" | null;
};

export type Desk = {
  readonly at: "desk";
  readonly nickname: string;
  /** What this account may do, once that has been said. */
  readonly role: StaffRole | null;
  readonly limit: number | null;
  readonly available: boolean;
  /** What the switch was set to and the server has not confirmed. */
  readonly wanted: boolean | null;
  readonly queue: {
    readonly waiting: number;
    readonly reconnecting: number;
    readonly longestSince: number;
    /** How long somebody who comes now may wait; null while nobody can say. */
    readonly wait: Expected | null;
  } | null;
  /** Everyone who is available, oneself included. */
  readonly colleagues: readonly Colleague[];
  /** Rooms that colleagues ask this desk to take over. */
  readonly offers: readonly Offer[];
  readonly now: number;
  /** The claim of a press that was not answered. */
  readonly claim: string | null;
  readonly answer: Refusal | "insecure" | null;
  readonly rooms: readonly DeskRoom[];
  /** The room with the keyboard's focus. */
  readonly within: string | null;
  /** The room that was taken last, until it has been shown. */
  readonly fresh: string | null;
  readonly connection: Connection;
  /** Whether the server has been told that somebody opened this desk. */
  readonly entrance: "opening" | "open";
  /** How often a desk without rooms should beat, once that has been said. */
  readonly beatEvery: number | null;
  readonly superseded: boolean;
  /** What there is to say about this counsellor's own key. */
  readonly key: KeyNews | null;
  /** Whether this browser lets this page seal what is said. */
  readonly sealing: "able" | "unable";
  /** The server speaks another version: only loading the page again helps. */
  readonly outdated: boolean;
};

export type KeyNews = Exclude<News, { at: "settled" }> | { readonly at: "trying" };

/** By which link somebody comes who has no password yet. */
export type Arrival = { readonly by: "first" | "welcome"; readonly token: string };

export type DeskState =
  | { readonly at: "asking" }
  /** `first` makes the first account, `welcome` chooses the password of one that an administrator has added. */
  | { readonly at: Arrival["by"]; readonly token: string; readonly busy: boolean; readonly trouble: Trouble | null }
  | {
      readonly at: "sign_in";
      readonly busy: boolean;
      readonly trouble: Trouble | null;
      /** The desk of a session that ended by itself: what was written there comes back with the same person. */
      readonly kept?: Desk;
    }
  | Desk;

export type DeskInput =
  | { type: "signed_in"; nickname: string; sealing?: "unable" }
  | { type: "not_signed_in" }
  | { type: "trying" }
  | { type: "failed"; trouble: Trouble }
  | { type: "to_sign_in" }
  | { type: "sign_out" }
  | { type: "opened" }
  | { type: "closed"; code: number; everOpen: boolean }
  | { type: "heard"; frame: PlainToDesk }
  | ConnectionInput
  /** The page has come into sight, or has gone out of it. */
  | { type: "looked" }
  | { type: "tick" }
  | { type: "switch" }
  | { type: "take" }
  | { type: "continue_here" }
  /** Out of the browser's memory of pages that were left. */
  | { type: "shown_again" }
  | { type: "within"; room: string | null }
  | { type: "shown" }
  | { type: "put_away"; room: string }
  | { type: "misunderstood" }
  | { type: "key"; news: News }
  /** The recovery code has been noted. */
  | { type: "noted" }
  | { type: "recover"; code: string }
  | { type: "new_key" }
  | { type: "accept"; room: string }
  | { type: "decline"; room: string }
  | { type: "offer_over"; room: string; endsAt: number }
  | { type: "parting"; room: string; input: PartingInput }
  | { type: "room"; room: string; input: TalkInput };

export type DeskEffect =
  | RoomEffect
  | { do: "hang_up" }
  | { do: "who_am_i" }
  | { do: "sign_out" }
  /** Somebody sits down: their keys are looked for. */
  | { do: "begin"; nickname: string }
  | { do: "recover"; code: string }
  | { do: "new_key" }
  /** Whether somebody is at the keyboard is listened for, and told by these rules. */
  | { do: "listen"; rules: Rules }
  /** The server has opened a room for this desk. */
  | { do: "room_opened" }
  | { do: "stop_listening" }
  | { do: "later"; ms: number; input: DeskInput };

type Step = [DeskState, DeskEffect[]];

export function start(arrival: Arrival | null): Step {
  return arrival === null
    ? [{ at: "asking" }, [{ do: "who_am_i" }]]
    : [{ at: arrival.by, token: arrival.token, busy: false, trouble: null }, []];
}

export function step(state: DeskState, input: DeskInput, moment: Moment): Step {
  switch (input.type) {
    case "signed_in":
      return state.at === "desk" ? [state, []] : sitDown(state, input, moment);
    case "not_signed_in":
      return state.at === "desk"
        ? [signedOut(state, moment), [{ do: "hang_up" }, { do: "stop_listening" }]]
        : [{ at: "sign_in", busy: false, trouble: null }, []];
    case "trying":
      return state.at === "desk" || state.at === "asking" ? [state, []] : [{ ...state, busy: true, trouble: null }, []];
    case "failed":
      if (state.at === "asking") {
        return [{ at: "sign_in", busy: false, trouble: input.trouble }, []];
      }
      return state.at === "desk" ? [state, []] : [{ ...state, busy: false, trouble: input.trouble }, []];
    case "to_sign_in":
      return state.at === "first" || state.at === "welcome"
        ? [{ at: "sign_in", busy: false, trouble: null }, []]
        : [state, []];
    default:
      return state.at === "desk" ? comingBack(atDesk(state, input, moment), moment) : [state, []];
  }
}

/** One room that asks to come back takes the one connection from all of them. */
function comingBack([state, effects]: Step, moment: Moment): Step {
  const asked = state.at === "desk" && state.connection.up && effects.some((effect) => effect.do === "connect");
  if (!asked) return [state, effects];
  const [down, more] = closed(state, WITHOUT_A_WORD, true, moment);
  return [down, [...effects, ...more]];
}

type SignedIn = Extract<DeskInput, { type: "signed_in" }>;
type AtDesk = Exclude<DeskInput, { type: "signed_in" | "not_signed_in" | "trying" | "failed" | "to_sign_in" }>;

/** Not by the person's own press: nothing that they have written is given up. */
function signedOut(desk: Desk, moment: Moment): DeskState {
  const [kept] = everywhere(desk, { type: "down" }, moment);
  return { at: "sign_in", busy: false, trouble: { why: "signed_out" }, kept };
}

function sitDown(before: DeskState, { nickname, sealing }: SignedIn, { now }: Moment): Step {
  const [connection, alarm] = connecting();
  const begin: DeskEffect = { do: "begin", nickname };
  if (before.at === "sign_in" && before.kept?.nickname === nickname) {
    return [{ ...before.kept, connection, entrance: "opening", superseded: false }, [begin, { do: "connect" }, alarm]];
  }
  const desk: Desk = {
    at: "desk",
    nickname,
    role: null,
    limit: null,
    available: false,
    wanted: null,
    queue: null,
    colleagues: [],
    offers: [],
    now,
    claim: null,
    answer: null,
    rooms: [],
    within: null,
    fresh: null,
    connection,
    entrance: "opening",
    beatEvery: null,
    superseded: false,
    key: null,
    sealing: sealing ?? "able",
    outdated: false,
  };
  return [desk, [begin, { do: "connect" }, alarm]];
}

function atDesk(desk: Desk, input: AtDesk, moment: Moment): Step {
  switch (input.type) {
    case "sign_out":
      return [
        { at: "sign_in", busy: false, trouble: null },
        [{ do: "stop_listening" }, { do: "sign_out" }, { do: "hang_up" }],
      ];
    case "opened":
      return [
        { ...desk, connection: opened(desk.connection) },
        [{ do: "tell", frame: { type: "hello", rooms: known(desk.rooms), opened: desk.entrance === "opening" } }],
      ];
    case "closed":
      return closed(desk, input.code, input.everOpen, moment);
    case "still_down":
      return [{ ...desk, connection: stillDown(desk.connection, input.loss) }, []];
    case "beat_due":
      return input.beat === desk.connection.beats ? beatDue(desk, moment) : [desk, []];
    case "looked":
      return everywhere(desk, { type: "look" }, moment);
    case "tick":
      return [{ ...desk, now: moment.now }, []];
    case "switch": {
      if (desk.superseded) return [desk, []];
      const wanted = !(desk.wanted ?? desk.available);
      return [{ ...desk, wanted }, [{ do: "tell", frame: { type: "switch", available: wanted } }]];
    }
    case "take": {
      if (desk.superseded) return [desk, []];
      if (desk.sealing === "unable") return [{ ...desk, answer: "insecure" }, []];
      // A press whose answer is still missing is the same press: it keeps its claim and gets the same student.
      const claim = desk.claim ?? moment.id;
      return [{ ...desk, claim, answer: null }, [{ do: "tell", frame: { type: "take", claim } }]];
    }
    case "continue_here":
      return [{ ...desk, superseded: false }, [{ do: "connect" }]];
    case "shown_again":
      // A desk that another tab superseded does not come back by itself (U10).
      return [desk, desk.superseded ? [] : [{ do: "connect" }]];
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
    case "accept": {
      if (desk.superseded) return [desk, []];
      const offers = desk.offers.map((offer) => (offer.room === input.room ? { ...offer, answer: input.type } : offer));
      return [{ ...desk, offers, answer: null }, [{ do: "tell", frame: { type: "accept", room: input.room } }]];
    }
    case "decline":
      return [withoutOffer(desk, input.room), [{ do: "tell", frame: { type: "decline", room: input.room } }]];
    case "offer_over": {
      const over = desk.offers.some(({ room, endsAt }) => room === input.room && endsAt === input.endsAt);
      return [over ? withoutOffer(desk, input.room) : desk, []];
    }
    case "misunderstood":
      return [{ ...desk, outdated: true }, []];
    case "key":
      return [{ ...desk, key: input.news.at === "settled" ? null : input.news }, []];
    case "noted":
      return [desk.key?.at === "code" ? { ...desk, key: null } : desk, []];
    case "recover":
      return [{ ...desk, key: { at: "trying" } }, [{ do: "recover", code: input.code }]];
    case "new_key":
      return [{ ...desk, key: { at: "trying" } }, [{ do: "new_key" }]];
    case "parting":
      return inRoom(desk, input.room, input, moment);
    case "room":
      return inRoom(desk, input.room, { type: "talk", input: input.input }, moment);
    case "heard":
      return told(desk, input.frame, moment);
    default:
      return input satisfies never;
  }
}

/** The same for every room that is held. */
function everywhere(desk: Desk, input: TalkInput, moment: Moment): [Desk, DeskEffect[]] {
  return desk.rooms.reduce<[Desk, DeskEffect[]]>(
    ([before, effects], { room }) => {
      const [after, more] = inRoom(before, room, { type: "talk", input }, moment);
      return [after, [...effects, ...more]];
    },
    [desk, []],
  );
}

/** A beat that nobody has answered says that the connection only looks open: the page comes back on another. */
function beatDue(desk: Desk, moment: Moment): Step {
  if (desk.connection.echo === "heard") return beat(desk);
  const [next, effects] = closed(desk, WITHOUT_A_WORD, true, moment);
  return [next, [...effects, { do: "connect" }]];
}

function closed(desk: Desk, code: number, everOpen: boolean, moment: Moment): Step {
  if (code === CloseCode.SignedOut) {
    return [signedOut(desk, moment), [{ do: "stop_listening" }]];
  }
  const [connection, alarm] = lost(desk.connection, code);
  const [next, effects] = everywhere({ ...desk, connection }, { type: "down" }, moment);
  if (code === CloseCode.Superseded) return [{ ...next, superseded: true }, [...effects, { do: "stop_listening" }]];
  // A handshake that is refused says no reason to a page, so it asks whether it is still signed in.
  const asking: DeskEffect[] = everOpen ? [] : [{ do: "who_am_i" }];
  return [next, [...effects, ...asking, ...alarm]];
}
