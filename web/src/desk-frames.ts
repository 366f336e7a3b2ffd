// What each frame of the server means for the desk: who waits, who is available, which rooms are here, what was refused.
// Pure. What a person does at the desk is in desk-state.ts, what happens inside a room in desk-rooms.ts.

import { answered, beaten, beating } from "./connection";
import { inRoom as inHeld, isHeld, passed, past, type RoomInput, sat } from "./desk-rooms";
import type { Desk, DeskEffect } from "./desk-state";
import type { Moment } from "./moment";
import type { PlainToDesk, PlainView } from "./plain";
import type { Refused } from "./protocol.gen";
import type { TalkInput } from "./talk";

type DeskStep = [Desk, DeskEffect[]];

export function told(before: Desk, frame: PlainToDesk, moment: Moment): DeskStep {
  const desk = { ...before, connection: answered(before.connection) };
  const talk = (room: string, input: TalkInput) => inRoom(desk, room, { type: "talk", input }, moment);
  switch (frame.type) {
    case "welcome":
      return welcomed(desk, frame);
    case "switched": {
      const wanted = frame.available === desk.wanted ? null : desk.wanted;
      return [{ ...desk, available: frame.available, wanted }, []];
    }
    case "queue":
      return [queued(desk, frame, moment), []];
    case "heard":
      return [desk, []];
    case "colleagues":
      return [{ ...desk, colleagues: frame.available }, []];
    case "offered":
      return offered(desk, frame, moment);
    case "offer_ended":
      return [withoutOffer(desk, frame.room), []];
    case "intake": {
      const rooms = desk.rooms.map((room) =>
        room.room === frame.room && isHeld(room) ? { ...room, intake: frame.share } : room,
      );
      return [{ ...desk, rooms }, []];
    }
    case "moved": {
      const rooms = desk.rooms.map((room) => (room.room === frame.room ? passed(room, frame.why) : room));
      return [roomier({ ...desk, rooms }), []];
    }
    case "taken":
      return frame.claim === desk.claim ? [{ ...desk, claim: null, fresh: frame.room }, []] : [desk, []];
    case "room":
      return entered(desk, frame, moment);
    case "lines": {
      const [next, effects] = talk(frame.room, { type: "lines", lines: frame.lines });
      const [beaten, beats] = beat(next);
      return [beaten, [...beats, ...effects]];
    }
    case "unlocked":
      return talk(frame.room, { type: "unlocked", lines: frame.lines });
    case "sealing":
      return talk(frame.room, { type: "sealing", sealing: frame.sealing });
    case "line":
      return talk(frame.room, { type: "line", line: frame });
    case "notice":
      return talk(frame.room, { type: "notice", placed: frame });
    case "typing":
      return talk(frame.room, { type: "typing" });
    case "presence":
      return talk(frame.room, { type: "presence", whereabouts: frame.whereabouts });
    case "seen":
      return talk(frame.room, { type: "seen", seq: frame.seq });
    case "handing":
      return talk(frame.room, { type: "handing", to: frame.to });
    case "older":
      return talk(frame.room, { type: "older", older: frame.older });
    case "named":
    case "renamed":
      return talk(frame.room, { type: frame.type, nickname: frame.nickname });
    case "warning":
      return talk(frame.room, { type: "warning", closesIn: frame.closes_in_ms });
    case "stayed":
      return talk(frame.room, { type: "stayed" });
    case "ended": {
      const rooms = desk.rooms.map((room) => (room.room === frame.room ? past(room, frame) : room));
      return [roomier({ ...desk, rooms }), []];
    }
    case "refused":
      return refused(desk, frame, moment);
    default:
      return frame satisfies never;
  }
}

/** A sign of life that names the rooms on the page, and the alarm of the next (U6). */
export function beat(desk: Desk): DeskStep {
  const rooms = desk.rooms.filter(isHeld).map(({ room }) => room);
  const [next, effects] = wound({ ...desk, connection: beaten(desk.connection) });
  return [next, [{ do: "tell", frame: { type: "beat", rooms } }, ...effects]];
}

export function inRoom(desk: Desk, room: string, input: RoomInput, moment: Moment): DeskStep {
  const held = desk.rooms.find((one) => one.room === room);
  if (!held || !isHeld(held)) return [desk, []];
  const [next, effects] = inHeld(held, input, desk.within, moment);
  return [{ ...desk, rooms: desk.rooms.map((one) => (one === held ? next : one)) }, effects];
}

/** As often as the room that wants it most often, or as a desk without rooms should. */
function wound(desk: Desk): DeskStep {
  const wanted = desk.rooms.filter(isHeld).map(({ talk }) => talk.beatEvery);
  const every = wanted.length > 0 ? Math.min(...wanted) : desk.beatEvery;
  if (every === null) return [desk, []];
  const [connection, alarm] = beating(desk.connection, every);
  return [{ ...desk, connection }, [alarm]];
}

/** The server has the say over which rooms are ours. What was not answered before the loss is asked again. */
function welcomed(desk: Desk, welcome: Extract<PlainToDesk, { type: "welcome" }>): DeskStep {
  const { nickname, role, limit, beat_ms, keyboard } = welcome;
  const rooms = desk.rooms.map((room) => {
    if (welcome.rooms.includes(room.room)) return room;
    return welcome.moved.includes(room.room) ? passed(room, null) : past(room, null);
  });
  const [next, effects] = wound({ ...desk, nickname, role, limit, rooms, entrance: "open", beatEvery: beat_ms });
  const rules = { pause: keyboard.pause_ms, interval: keyboard.interval_ms, keys: keyboard.keys };
  effects.push({ do: "listen", rules });
  if (desk.wanted !== null) effects.push({ do: "tell", frame: { type: "switch", available: desk.wanted } });
  if (desk.claim !== null) effects.push({ do: "tell", frame: { type: "take", claim: desk.claim } });
  for (const { room, answer } of desk.offers) {
    if (answer !== null) effects.push({ do: "tell", frame: { type: answer, room } });
  }
  return [next, effects];
}

function queued(desk: Desk, frame: Extract<PlainToDesk, { type: "queue" }>, { now }: Moment): Desk {
  const { waiting, reconnecting, wait } = frame;
  // What was said of an empty queue stands until it is not true any more.
  const grew = waiting > (desk.queue?.waiting ?? 0);
  const someoneHere = waiting > reconnecting;
  const over =
    (desk.answer === "nobody_waiting" && grew) || (desk.answer === "nobody_here" && (someoneHere || waiting === 0));
  const queue = { waiting, reconnecting, longestSince: now - frame.longest_ms, wait };
  return { ...desk, now, queue, answer: over ? null : desk.answer };
}

function offered(desk: Desk, frame: Extract<PlainToDesk, { type: "offered" }>, { now }: Moment): DeskStep {
  const { room, from, expires_in_ms } = frame;
  const endsAt = now + expires_in_ms;
  const known = desk.offers.find((offer) => offer.room === room);
  const offer = { room, from, endsAt, answer: known?.answer ?? null };
  const offers = [...desk.offers.filter((one) => one !== known), offer];
  return [{ ...desk, offers }, [{ do: "later", ms: expires_in_ms, input: { type: "offer_over", room, endsAt } }]];
}

export function withoutOffer(desk: Desk, room: string): Desk {
  return { ...desk, offers: desk.offers.filter((offer) => offer.room !== room) };
}

function entered(desk: Desk, view: PlainView, moment: Moment): DeskStep {
  const before = desk.rooms.find(({ room }) => room === view.room);
  if (before && isHeld(before)) {
    const rooms = desk.rooms.map((room) => (room === before ? { ...before, intake: view.intake } : room));
    return inRoom({ ...desk, rooms }, view.room, { type: "talk", input: { type: "view", view } }, moment);
  }
  const accepted = desk.offers.some(({ room, answer }) => room === view.room && answer === "accept");
  const rooms = [...desk.rooms.filter((room) => room !== before), sat(view, before, moment)];
  const next = withoutOffer({ ...desk, rooms, fresh: accepted ? view.room : desk.fresh }, view.room);
  return [next, [{ do: "room_opened" }]];
}

/** A room less is held. */
function roomier(desk: Desk): Desk {
  return desk.answer === "limit" ? { ...desk, answer: null } : desk;
}

function refused(desk: Desk, frame: Refused, moment: Moment): DeskStep {
  const { reason, room, claim } = frame;
  if (claim !== undefined) return claim === desk.claim ? [{ ...desk, claim: null, answer: reason }, []] : [desk, []];
  if (reason === "nobody_waiting" || reason === "nobody_here") return [{ ...desk, claim: null, answer: reason }, []];
  if (room === undefined) return reason === "limit" ? [{ ...desk, claim: null, answer: reason }, []] : [desk, []];
  // That a room has ended is said by `ended` or `welcome` alone, never by a refusal.
  if (reason === "no_such_room") return [desk, []];
  if (reason === "offer_ended") return [{ ...withoutOffer(desk, room), answer: reason }, []];
  if (desk.offers.some((offer) => offer.room === room)) {
    const offers = desk.offers.map((offer) => (offer.room === room ? { ...offer, answer: null } : offer));
    return [{ ...desk, offers, answer: reason }, []];
  }
  if (reason === "colleague") return inRoom(desk, room, { type: "parting", input: { type: "refused" } }, moment);
  const outdated = desk.outdated || reason === "suite";
  return inRoom({ ...desk, outdated }, room, { type: "talk", input: { type: "refused", refused: frame } }, moment);
}
