// What stands between a student's page and its socket: makes the secrets, opens and seals lines, and hands a secret to
// a counsellor whose key this service has certified, and to nobody else (server/PROTOCOL.md, Sealing).
// It keeps secrets in the tab's session storage; the server's share only in memory. Knows no screen.

import { type Bytes, type Chance, chance, decoded, sized } from "./bytes";
import { type Agreed, answered, ephemeral, examined, fourWords, kept, type Pairs } from "./handing";
import { cut } from "./lines";
import type { Between, Way } from "./passage";
import type { PlainFromStudent, PlainSaid, PlainToStudent, Sealing } from "./plain";
import type { KeyAnswer, FromStudent, Older, RoomView, Said, ToStudent } from "./protocol.gen";
import { type RoomKeys, roomKeys } from "./room-keys";
import { type Possession, read, type Tab, written } from "./student-keepsakes";

type StudentWay = Way<FromStudent, PlainToStudent>;
type Handed = { readonly keyEpoch: number; readonly answer: KeyAnswer; readonly agreed: Agreed };

type Held = {
  readonly room: string;
  readonly keys: RoomKeys;
  readonly possession: Possession;
  staff: Bytes;
  name: string | null;
  prefix: string;
  older: Older | null;
  /** Everybody who has come, as the notices name them. */
  readonly came: Set<string>;
  /** By the public half of the offer: asked again, the same is answered. */
  readonly handed: Map<string, Handed>;
  refused: { keyEpoch: number; counsellor: string } | null;
  doubtful: boolean;
};

export type Parts = {
  readonly tab: Tab;
  /** What somebody is called whose name is lost. */
  readonly guest: string;
  readonly random?: Chance;
  readonly pairs?: Pairs;
};

export function studentSealing({
  tab,
  guest,
  random = chance,
  pairs = ephemeral,
}: Parts): Between<FromStudent, ToStudent, PlainFromStudent, PlainToStudent> {
  let held: Held | null = null;
  let asked: "hello" | "join" = "hello";
  let wished: string | null = null;

  async function inward(frame: ToStudent, way: StudentWay): Promise<PlainToStudent[]> {
    switch (frame.type) {
      case "room":
        return entered(frame, way);
      case "gone":
      case "ended":
        held = null;
        return [frame];
      case "door":
      case "heard":
      case "place":
        return [frame];
    }
    if (frame.type === "refused") {
      if (frame.cid !== undefined && frame.reason !== "too_many") held?.keys.forgetLine(frame.cid);
      return [frame];
    }
    if (held === null || frame.room !== held.room) return [];
    return aboutRoom(held, frame, way);
  }

  async function aboutRoom(room: Held, frame: AboutRoom, way: StudentWay): Promise<PlainToStudent[]> {
    switch (frame.type) {
      case "lines":
        return [{ ...frame, lines: await inOrder(room, frame.lines) }];
      case "line":
        return [{ ...frame, body: (await opened(room, frame)).body }];
      case "key_epoch":
        if (!room.keys.moveTo(frame.key_epoch)) return [];
        [room.refused, room.doubtful] = [null, false];
        ensureSecret(room);
        await sayName(room, way);
        return [sealing(room)];
      case "key_offered":
        return offered(room, frame, way);
      case "revealed_nonce":
        return revealed(room, decoded(frame.nonce));
      case "called":
        room.name = frame.nickname;
        await sayName(room, way);
        return [{ type: "named", room: room.room, nickname: called(room) ?? frame.nickname }];
      case "renamed":
        room.prefix = frame.prefix;
        return [{ type: "renamed", room: room.room, nickname: called(room) ?? guest }];
      case "older":
        room.older = frame.older;
        return [frame];
      case "notice":
        if (frame.notice === "counsellor_came" && frame.counsellor) room.came.add(frame.counsellor);
        return [frame];
      case "handing":
        if (frame.to !== null || room.refused === null) return [frame];
        room.refused = null;
        return [frame, sealing(room)];
      default:
        return [frame];
    }
  }

  async function entered(view: { type: "room" } & RoomView, way: StudentWay): Promise<PlainToStudent[]> {
    const room = held?.room === view.room ? held : begun(view);
    held = room;
    room.keys.described(view);
    room.prefix = view.renamed ?? "";
    room.older = view.older;
    for (const { notice, counsellor } of view.notices)
      if (notice === "counsellor_came" && counsellor) room.came.add(counsellor);
    ensureSecret(room);
    const kept = view.nickname && (await room.keys.nickname(view.nickname));
    room.name ??= kept ?? null;
    // The server says the name once, in answer to being asked for a room. After that nobody but this page knows it.
    if (room.name === null && asked === "hello") room.name = wished ?? guest;
    if (kept === null || view.nickname?.key_epoch !== room.keys.current) await sayName(room, way);
    const { share: _share, staff: _staff, key_epoch: _epoch, renamed: _renamed, ...rest } = view;
    return [{ ...rest, nickname: called(room) }, sealing(room)];
  }

  function begun(view: RoomView): Held {
    const possession = read(tab.keys(), view.room) ?? { secrets: new Map(), current: 0, staff: null, words: new Map() };
    const staff = possession.staff ?? sized(decoded(view.staff), 65);
    possession.staff = staff;
    const secrets = new Map([...possession.secrets].map(([keyEpoch, { secret }]) => [keyEpoch, secret]));
    return {
      room: view.room,
      keys: roomKeys(view.room, "student", { current: possession.current, secrets }, random),
      possession,
      staff,
      name: null,
      prefix: "",
      older: null,
      came: new Set(),
      handed: new Map(),
      refused: null,
      doubtful: false,
    };
  }

  /** Made as soon as the key epoch is heard of, so that a line never waits for anybody. */
  function ensureSecret(room: Held) {
    const { keys, possession } = room;
    if (!keys.secrets.has(keys.current)) addSecret(room, keys.current);
    possession.current = keys.current;
    tab.keep(written(room.room, possession));
  }

  function addSecret({ keys, possession }: Held, keyEpoch: number) {
    const secret = sized(random(32), 32);
    keys.add(keyEpoch, secret);
    possession.secrets.set(keyEpoch, { secret, handedAt: null });
  }

  async function offered(
    room: Held,
    frame: Extract<ToStudent, { type: "key_offered" }>,
    way: StudentWay,
  ): Promise<PlainToStudent[]> {
    const { offer, key_epoch: keyEpoch, counsellor } = frame;
    if (keyEpoch < room.keys.current) return [];
    const occasion = { room: room.room, keyEpoch };
    let handed = room.handed.get(offer.public);
    if (handed?.keyEpoch !== keyEpoch) {
      try {
        await examined(occasion, offer, { staff: room.staff, counsellor });
        // Whoever was to come and did not knows the secret that this one would have got.
        if (keyEpoch > room.keys.current) addSecret(room, keyEpoch);
        const secrets = entrusted(room, keyEpoch, counsellor);
        handed = { keyEpoch, ...(await answered(occasion, offer, secrets, random, pairs)) };
        for (const one of secrets.keys()) markHanded(room, one, keyEpoch);
      } catch {
        room.refused = { keyEpoch, counsellor };
        return [sealing(room)];
      }
      room.handed.set(offer.public, handed);
      [room.refused, room.doubtful] = [null, false];
      room.possession.words.delete(keyEpoch);
      tab.keep(written(room.room, room.possession));
    }
    way.tell({ type: "hand_key", key_epoch: keyEpoch, for: offer.public, answer: handed.answer });
    return [sealing(room)];
  }

  function markHanded({ possession }: Held, one: number, keyEpoch: number) {
    const entry = possession.secrets.get(one);
    if (entry) possession.secrets.set(one, { ...entry, handedAt: entry.handedAt ?? keyEpoch });
  }

  async function revealed(room: Held, nonce: Bytes): Promise<PlainToStudent[]> {
    // After a reload nothing is left to hold it against; then there are no words until the next secret.
    if (room.handed.size === 0) return [];
    for (const { keyEpoch, agreed } of room.handed.values()) {
      const fits = await kept({ room: room.room, keyEpoch }, agreed, nonce).then(
        () => true,
        () => false,
      );
      if (!fits) continue;
      const words = await fourWords(agreed.transcript, nonce);
      room.possession.words.set(keyEpoch, words);
      tab.keep(written(room.room, room.possession));
      return [sealing(room)];
    }
    room.doubtful = true;
    return [sealing(room)];
  }

  function outward(frame: PlainFromStudent): FromStudent | Promise<FromStudent | null> {
    if (frame.type === "hello" || frame.type === "join") asked = frame.type;
    if (frame.type === "join") wished = frame.nickname ?? null;
    return frame.type === "say" ? said(frame) : frame;
  }

  async function said({ cid, text }: { cid: string; text: string }): Promise<FromStudent | null> {
    const body = await held?.keys.sealed(cid, text);
    return body ? { type: "say", cid, body } : null;
  }

  return { inward, outward };
}

type AboutRoom = Exclude<ToStudent, { type: "room" | "gone" | "ended" | "door" | "heard" | "place" | "refused" }>;

/**
 * Which secrets a counsellor gets. Without leave to read what is older: those that no counsellor before has had, which
 * are of the lines since. It is not left to the order of the server's frames whether somebody has been there before.
 */
function entrusted({ keys, possession, older, came }: Held, keyEpoch: number, counsellor: string): Map<number, Bytes> {
  const others = [...came].some((name) => name !== counsellor);
  const all = older === "shared" || (older === null && !others);
  const some = [...possession.secrets].filter(([one, { handedAt }]) => {
    if (keyEpoch > keys.current) return one === keyEpoch;
    return one <= keys.current && (all || one === keyEpoch || handedAt === null || handedAt === keyEpoch);
  });
  return new Map(some.map(([one, { secret }]) => [one, secret]));
}

function sealing({ room, keys, possession, refused, doubtful }: Held): {
  type: "sealing";
  room: string;
  sealing: Sealing;
} {
  const says = (sealing: Sealing) => ({ type: "sealing" as const, room, sealing });
  if (doubtful) return says({ at: "doubtful" });
  if (refused) return says({ at: "uncertified", counsellor: refused.counsellor });
  if (possession.secrets.get(keys.current)?.handedAt == null) return says({ at: "alone" });
  return says({ at: "shared", words: possession.words.get(keys.current) ?? null });
}

async function sayName({ keys, name }: Held, way: StudentWay) {
  const body = name === null ? null : await keys.sealedNickname(name);
  if (body) way.tell({ type: "nickname", body });
}

function called({ name, prefix }: Held): string | null {
  return name === null ? null : cut(prefix + name, 50);
}

async function inOrder(room: Held, lines: readonly Said[]): Promise<PlainSaid[]> {
  const plain: PlainSaid[] = [];
  for (const line of [...lines].sort((one, other) => one.seq - other.seq)) plain.push(await opened(room, line));
  return plain;
}

/** What this page has no key for it never will: it makes every key itself. */
async function opened({ keys }: Held, line: Said): Promise<PlainSaid> {
  const plain = await keys.opened(line);
  return plain.body.kind === "locked" ? { ...plain, body: { kind: "unreadable" } } : plain;
}
