// What stands between the desk and its socket: asks each room's student for the secret, opens and seals lines, and keeps
// what it was given through a reload, sealed (server/PROTOCOL.md, Sealing). Asking never keeps other frames waiting.
// Knows no screen; what one room's secret takes is in desk-secret.ts.

import type { Chance } from "./bytes";
import { ephemeral, type Pairs } from "./handing";
import type { Identities } from "./identity";
import { cut } from "./lines";
import type { Between, Way } from "./passage";
import type { PlainFromDesk, PlainSaid, PlainToDesk } from "./plain";
import type { FromDesk, RoomView, Said, ToDesk } from "./protocol.gen";
import {
  type Asking,
  asking,
  asksFor,
  begun,
  type DeskRoomKeys,
  offerOf,
  restored,
  sealing,
  unwrapped,
} from "./desk-secret";
import type { Shelf } from "./desk-shelf";

export type DeskWay = Way<FromDesk, PlainToDesk>;

export type Parts = {
  readonly identities: Pick<Identities, "identity" | "deskKey">;
  readonly shelf: Shelf;
  readonly random?: Chance;
  readonly pairs?: Pairs;
};

export type DeskSealing = Between<FromDesk, ToDesk, PlainFromDesk, PlainToDesk> & {
  /** Whoever was here has signed out, or somebody else has come. */
  forget(): void;
};

export function deskSealing({ identities, shelf, random, pairs = ephemeral }: Parts): DeskSealing {
  const rooms = new Map<string, DeskRoomKeys>();
  /** The key epoch that a room would have here, for the rooms that colleagues ask to take over. */
  const offers = new Map<string, number>();
  const asks: Asking = asking(identities, pairs, random);

  async function inward(frame: ToDesk, way: DeskWay): Promise<PlainToDesk[]> {
    switch (frame.type) {
      case "room":
        return entered(frame, way);
      case "welcome": {
        for (const room of rooms.keys()) if (!frame.rooms.includes(room) && !offers.has(room)) drop(room);
        shelf.keepOnly(frame.rooms);
        return [frame];
      }
      case "offered":
        offers.set(frame.room, frame.key_epoch);
        return [frame];
      case "offer_ended":
        offers.delete(frame.room);
        if (rooms.get(frame.room)?.view === null) drop(frame.room);
        return [frame];
      case "moved":
      case "ended":
        drop(frame.room);
        return [frame];
      case "key_handed": {
        const room = rooms.get(frame.room);
        return room ? handed(room, frame, way) : [];
      }
      case "lines":
      case "line":
      case "key_epoch":
      case "nickname":
      case "intake":
      case "renamed": {
        const room = rooms.get(frame.room);
        return room ? aboutRoom(room, frame, way) : [];
      }
      case "refused":
        if (frame.room !== undefined && frame.cid !== undefined && frame.reason !== "too_many") {
          rooms.get(frame.room)?.keys.forgetLine(frame.cid);
        }
        return [frame];
      default:
        return [frame];
    }
  }

  async function aboutRoom(room: DeskRoomKeys, frame: AboutKeys, way: DeskWay): Promise<PlainToDesk[]> {
    switch (frame.type) {
      case "lines": {
        const lines: PlainSaid[] = [];
        for (const line of inOrder(frame.lines)) lines.push(await opened(room, line));
        if (room.locked.size > 0 && asksFor(room)) ask(room, way);
        return [{ ...frame, lines }];
      }
      case "line":
        return [{ ...frame, body: (await opened(room, frame)).body }];
      case "key_epoch":
        if (!room.keys.moveTo(frame.key_epoch)) return [];
        room.words = null;
        ask(room, way);
        return [sealing(room)];
      case "nickname":
        room.envelope = frame.nickname;
        return named(room);
      case "intake":
        room.intake = frame.body;
        return [await shared(room)];
      case "renamed": {
        room.prefix = frame.prefix;
        const nickname = await calledIn(room);
        return nickname === null ? [] : [{ type: "renamed", room: room.room, nickname }];
      }
      default:
        return frame satisfies never;
    }
  }

  async function entered(view: { type: "room" } & RoomView, way: DeskWay): Promise<PlainToDesk[]> {
    const room = rooms.get(view.room) ?? begun(view.room, await restored(shelf, identities, view.room), random);
    rooms.set(view.room, room);
    offers.delete(view.room);
    room.view = view;
    room.keys.described(view);
    [room.envelope, room.prefix, room.older] = [view.nickname, view.renamed ?? "", "may ask"];
    room.intake = view.intake;
    if (!room.keys.secrets.has(room.keys.current)) ask(room, way);
    else if (room.reveal !== null) reveal(room, way);
    await keep(room);
    const { share: _share, staff: _staff, key_epoch: _epoch, renamed: _renamed, ...rest } = view;
    const { share: intake } = await shared(room);
    return [{ ...rest, nickname: await calledIn(room), intake }, sealing(room)];
  }

  /** In the background: it may take a request, and what is said in other rooms does not wait for it. */
  function ask(room: DeskRoomKeys, way: DeskWay) {
    const { room: id, keys } = room;
    room.asked = "yes";
    offerOf(asks, room, keys.current).then((offered) => {
      if (rooms.get(id) !== room) return;
      if (offered === null) {
        room.asked = "in vain";
        return way.hear(sealing(room));
      }
      way.tell({ type: "offer_key", room: id, offer: offered.offer });
    });
  }

  async function handed(
    room: DeskRoomKeys,
    frame: Extract<ToDesk, { type: "key_handed" }>,
    way: DeskWay,
  ): Promise<PlainToDesk[]> {
    const outcome = await unwrapped(room, frame);
    if (outcome === "not asked") return [];
    if (outcome === "misread") {
      room.misread += 1;
      room.asking = null;
      room.asked = "in vain";
      if (room.misread === 1) ask(room, way);
      return room.view === null ? [] : [sealing(room)];
    }
    reveal(room, way);
    await keep(room);
    if (room.view === null) return [];
    return [sealing(room), ...(await named(room)), await shared(room), ...(await unlocked(room))];
  }

  function reveal(room: DeskRoomKeys, way: DeskWay) {
    if (room.reveal !== null && way.tell({ type: "reveal", room: room.room, ...room.reveal })) room.reveal = null;
  }

  /** Whatever still opens with none of the keys that were handed over will not open at all. */
  async function unlocked(room: DeskRoomKeys): Promise<PlainToDesk[]> {
    const lines: PlainSaid[] = [];
    for (const line of inOrder([...room.locked.values()])) {
      const plain = await room.keys.opened(line);
      lines.push(plain.body.kind === "locked" ? { ...plain, body: { kind: "unreadable" } } : plain);
    }
    room.locked.clear();
    return lines.length > 0 ? [{ type: "unlocked", room: room.room, lines }] : [];
  }

  async function opened(room: DeskRoomKeys, line: Said): Promise<PlainSaid> {
    const plain = await room.keys.opened(line);
    if (plain.body.kind !== "locked") return plain;
    room.locked.set(line.seq, line);
    return plain;
  }

  async function keep(room: DeskRoomKeys) {
    const { room: id, keys, words } = room;
    await shelf.put(id, { secrets: keys.secrets, words }, await identities.deskKey()).catch(() => {});
  }

  function drop(room: string) {
    rooms.delete(room);
    offers.delete(room);
    shelf.drop(room);
  }

  function outward(frame: PlainFromDesk): FromDesk | Promise<FromDesk | null> {
    if (frame.type === "accept") return accepted(frame.room);
    if (frame.type === "decline") offers.delete(frame.room);
    return frame.type === "say" ? said(frame) : frame;
  }

  async function said({ room, cid, text }: { room: string; cid: string; text: string }): Promise<FromDesk | null> {
    const body = await rooms.get(room)?.keys.sealed(cid, text);
    return body ? { type: "say", room, cid, body } : null;
  }

  async function accepted(room: string): Promise<FromDesk | null> {
    const keyEpoch = offers.get(room);
    if (keyEpoch === undefined) return null;
    const held = rooms.get(room) ?? begun(room, null, random);
    rooms.set(room, held);
    held.keys.moveTo(keyEpoch);
    const offered = await offerOf(asks, held, keyEpoch);
    return offered && { type: "accept", room, offer: offered.offer };
  }

  return {
    inward,
    outward,
    forget() {
      rooms.clear();
      offers.clear();
      shelf.keepOnly([]);
    },
  };
}

type AboutKeys = Extract<ToDesk, { type: "lines" | "line" | "key_epoch" | "nickname" | "intake" | "renamed" }>;

async function calledIn({ keys, envelope, prefix }: DeskRoomKeys): Promise<string | null> {
  const name = envelope && (await keys.lone("nickname", envelope));
  return name === null ? null : cut(prefix + name, 50);
}

/** What opens the student's intake, as far as this desk can read it. */
async function shared({ room, keys, intake }: DeskRoomKeys): Promise<Extract<PlainToDesk, { type: "intake" }>> {
  const share = intake && (await keys.lone("intake", intake));
  // A student's page seals what it likes; what opens nothing is not asked with.
  return { type: "intake", room, share: share !== null && /^[\w-]{43}$/.test(share) ? share : null };
}

async function named(room: DeskRoomKeys): Promise<PlainToDesk[]> {
  const nickname = await calledIn(room);
  return nickname === null ? [] : [{ type: "named", room: room.room, nickname }];
}

function inOrder(lines: readonly Said[]): Said[] {
  return [...lines].sort((one, other) => one.seq - other.seq);
}
