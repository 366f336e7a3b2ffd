// The rooms on a desk: those it holds, those that have ended, and those that go on without it. Pure; what is said in a
// room is decided in talk.ts and how one parts from it in parting.ts. Knows no queue, no colleague and no socket.

import { since, theirs } from "./conversation";
import type { Moment } from "./moment";
import { type Parting, type PartingEffect, type PartingInput, staying, step as stepParting } from "./parting";
import type { PlainFromDesk, PlainView } from "./plain";
import type { Ended, Known, Moved } from "./protocol.gen";
import { type Talk, type TalkEffect, type TalkInput, step as stepTalk, talk } from "./talk";

export type Held = {
  readonly room: string;
  readonly talk: Talk;
  readonly parting: Parting;
  /** Lines that arrived while the counsellor was not in this room. */
  readonly unread: number;
  /** What opens the student's intake, while they share it. */
  readonly intake: string | null;
};

/** A room that has ended and is still shown. `ended` is null when it was found gone, without being told how. */
export type Past = { readonly room: string; readonly nickname: string | null; readonly ended: Ended | null };

/** A room that goes on elsewhere. `why` is null when it was found moved, without being told how. */
export type Passed = {
  readonly room: string;
  readonly nickname: string | null;
  readonly why: Moved | null;
  /** What was written here and never sent. */
  readonly unsent: readonly string[];
};

export type DeskRoom = Held | Past | Passed;

export type RoomInput = { type: "talk"; input: TalkInput } | { type: "parting"; input: PartingInput };

export type RoomEffect =
  | { do: "tell"; frame: PlainFromDesk }
  | { do: "connect" }
  | { do: "later"; ms: number; input: { type: "room"; room: string; input: TalkInput } };

export function isHeld(room: DeskRoom): room is Held {
  return "talk" in room;
}

export function isPassed(room: DeskRoom): room is Passed {
  return "unsent" in room;
}

/** A room that was given to this desk. What was left unsent in it when it was here before stands in its box again. */
export function sat(view: PlainView, before: DeskRoom | undefined, moment: Moment): Held {
  const draft = before && isPassed(before) ? before.unsent.join("\n") : "";
  const fresh = talk(view, "counsellor", moment);
  return { room: view.room, talk: { ...fresh, draft }, parting: staying, unread: 0, intake: view.intake };
}

export function past(room: DeskRoom, ended: Ended | null): DeskRoom {
  return isHeld(room) ? { room: room.room, nickname: room.talk.conversation.nickname, ended } : room;
}

export function passed(room: DeskRoom, why: Moved | null): DeskRoom {
  if (isPassed(room)) return { ...room, why: room.why ?? why };
  if (!isHeld(room)) return room;
  return { room: room.room, nickname: room.talk.conversation.nickname, why, unsent: unsent(room) };
}

/** What stands on the desk and has not reached the server. */
export function unsent(room: DeskRoom): readonly string[] {
  if (isPassed(room)) return room.unsent;
  if (!isHeld(room)) return [];
  const { conversation, draft } = room.talk;
  return [...conversation.pending.map(({ text }) => text), draft.trim()].filter((text) => text !== "");
}

/** Every room that is shown, so that the server can say of each what became of it; 0 asks for all of its lines. */
export function known(rooms: readonly DeskRoom[]): Known[] {
  return rooms.filter(isHeld).map(({ room, talk: { conversation } }) => {
    return { room, epoch: conversation.epoch, since: since(conversation) ?? 0 };
  });
}

/** One step in one room. `within` is the room that has the keyboard's focus. */
export function inRoom(held: Held, input: RoomInput, within: string | null, moment: Moment): [Held, RoomEffect[]] {
  if (input.type === "parting") return parted(held, input.input);
  const [next, effects] = stepTalk(held.talk, input.input, moment);
  // What a reload brings back is not new; what comes after it is.
  const loaded = held.talk.live || held.talk.conversation.lines.length > 0;
  const more = theirs(next.conversation, "counsellor") - theirs(held.talk.conversation, "counsellor");
  const unread = loaded && within !== held.room && more > 0 ? held.unread + more : held.unread;
  const [after, parting] = parted({ ...held, talk: next, unread }, following(input.input));
  return [after, [...parting, ...effects.flatMap((effect) => outward(held.room, effect))]];
}

function parted(held: Held, input: PartingInput | null): [Held, RoomEffect[]] {
  if (input === null) return [held, []];
  const [parting, effects] = stepParting(held.parting, input);
  return [{ ...held, parting }, effects.map((effect) => ({ do: "tell", frame: wish(held.room, effect) }))];
}

/** What happens in a room's talk and means something to parting from it. */
function following(input: TalkInput): PartingInput | null {
  switch (input.type) {
    case "handing":
      return { type: "told" };
    case "lines":
      return { type: "back" };
    case "down":
      return { type: "down" };
    default:
      return null;
  }
}

function wish(room: string, effect: PartingEffect): PlainFromDesk {
  return effect.do === "hand_over" ? { type: "hand_over", room, to: effect.to } : { type: "give_back", room };
}

function outward(room: string, effect: TalkEffect): RoomEffect[] {
  switch (effect.do) {
    case "say":
      return [{ do: "tell", frame: { type: "say", room, cid: effect.cid, text: effect.text } }];
    case "typing":
    case "stay":
    case "close":
      return [{ do: "tell", frame: { type: effect.do, room } }];
    case "seen":
      return [{ do: "tell", frame: { type: "seen", room, seq: effect.seq } }];
    case "older":
      return [];
    case "come_back":
      return [{ do: "connect" }];
    case "later":
      return [{ do: "later", ms: effect.ms, input: { type: "room", room, input: effect.input } }];
    default:
      return effect satisfies never;
  }
}
