// What stands between a student's page and its socket: makes the secrets, opens and seals lines, and hands a secret to
// a counsellor whose key this service has certified, and to nobody else (server/PROTOCOL.md, Sealing).
// It keeps secrets in the tab's session storage; the server's share only in memory. Knows no screen.

import { type Bytes, type Chance, chance, decoded, sized } from "./bytes";
import { type Agreed, answered, ephemeral, examined, fourWords, kept, type Pairs } from "./handing";
import { cut } from "./lines";
import type { Between, Way } from "./passage";
import type { PlainFromStudent, PlainSaid, PlainToStudent, Sealing } from "./plain";
import type { Envelope, KeyAnswer, FromStudent, RoomView, Said, ToStudent } from "./protocol.gen";
import { type RoomKeys, roomKeys } from "./room-keys";
import {
  compared,
  entrusted,
  handed,
  nothingYet,
  type Possession,
  read,
  type Recipient,
  type Tab,
  written,
} from "./student-keepsakes";

type StudentWay = Way<FromStudent, PlainToStudent>;
type Answered = { readonly keyEpoch: number; readonly answer: KeyAnswer; readonly agreed: Agreed };

type Held = {
  readonly room: string;
  readonly keys: RoomKeys;
  readonly possession: Possession;
  staff: Bytes;
  name: string | null;
  prefix: string;
  /** What the student wants; null until they have said so since this page was loaded, and then the room knows. */
  sharing: boolean | null;
  /** By the public half of the offer: asked again, the same is answered. */
  readonly answers: Map<string, Answered>;
  /** The counsellor whose key was not certified. */
  refused: string | null;
};

export type Parts = {
  readonly tab: Tab;
  /** What somebody is called whose name is lost. */
  readonly guest: string;
  /** What opens this tab's intake for a counsellor; the same whenever it is asked for. */
  readonly share: () => Promise<string | null>;
  readonly random?: Chance;
  readonly pairs?: Pairs;
};

export function studentSealing({
  tab,
  guest,
  share,
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
        room.refused = null;
        ensureSecret(room);
        await sayName(room, way);
        if (room.sharing === true) await sayShare(room, way);
        return [sealing(room)];
      case "key_offered":
        return offered(room, frame, way);
      case "revealed_nonce":
        return revealed(room, frame);
      case "called":
        room.name = frame.nickname;
        await sayName(room, way);
        return [{ type: "named", room: room.room, nickname: called(room) ?? frame.nickname }];
      case "renamed":
        room.prefix = frame.prefix;
        return [{ type: "renamed", room: room.room, nickname: called(room) ?? guest }];
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
    // Of a secret that another tab has made and sealed the name with there cannot be a second one.
    if (room.keys.secrets.has(view.key_epoch) || view.nickname?.key_epoch !== view.key_epoch) ensureSecret(room);
    const kept = view.nickname && (await room.keys.lone("nickname", view.nickname));
    room.name ??= kept ?? null;
    // The server says the name once, in answer to being asked for a room. After that nobody but this page knows it.
    if (room.name === null && asked === "hello") room.name = wished ?? guest;
    if (kept === null || view.nickname?.key_epoch !== room.keys.current) await sayName(room, way);
    // What was wanted while there was no connection is said now.
    room.sharing ??= view.intake !== null ? true : null;
    if (room.sharing === false && view.intake !== null) way.tell({ type: "stop_sharing" });
    if (room.sharing === true && view.intake?.key_epoch !== room.keys.current) await sayShare(room, way);
    const { share: _share, staff: _staff, key_epoch: _epoch, renamed: _renamed, ...rest } = view;
    return [{ ...rest, nickname: called(room), intake: null }, sealing(room)];
  }

  function begun(view: RoomView): Held {
    const possession = read(tab.keys(), view.room) ?? nothingYet();
    const staff = possession.staff ?? sized(decoded(view.staff), 65);
    possession.staff = staff;
    const keys = roomKeys(view.room, "student", possession, random);
    const nothing = { name: null, prefix: "", sharing: null, refused: null };
    return { room: view.room, keys, possession, staff, answers: new Map(), ...nothing };
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
    possession.secrets.set(keyEpoch, secret);
  }

  async function offered(room: Held, frame: Offered, way: StudentWay): Promise<PlainToStudent[]> {
    const { offer, key_epoch: keyEpoch, counsellor } = frame;
    const { current, secrets } = room.keys;
    if (keyEpoch < current || (keyEpoch === current && !secrets.has(current))) return [];
    const occasion = { room: room.room, keyEpoch };
    const isCertified = await examined(occasion, offer, { staff: room.staff, counsellor }).then(
      () => true,
      () => false,
    );
    if (!isCertified) {
      room.refused = counsellor;
      return [sealing(room)];
    }
    room.refused = null;
    const before = room.answers.get(offer.public);
    const { answer } = before?.keyEpoch === keyEpoch ? before : await answeredAnew(room, frame);
    way.tell({ type: "hand_key", key_epoch: keyEpoch, for: offer.public, answer });
    return [sealing(room)];
  }

  async function answeredAnew(room: Held, { offer, key_epoch: keyEpoch, counsellor }: Offered): Promise<Answered> {
    const { keys, possession } = room;
    // Whoever was to come and did not knows the secret that this one would have got.
    if (keyEpoch > keys.current) addSecret(room, keyEpoch);
    const given = entrusted(possession, keyEpoch, offer.identity);
    const secrets = new Map([...possession.secrets].filter(([one]) => given.includes(one)));
    const occasion = { room: room.room, keyEpoch };
    const answer = { keyEpoch, ...(await answered(occasion, offer, secrets, random, pairs)) };
    room.answers.set(offer.public, answer);
    handed(possession, { keyEpoch, identity: offer.identity, nickname: counsellor, offer: offer.public, given });
    tab.keep(written(room.room, possession));
    return answer;
  }

  /** After a reload nothing is left to hold it against; then there are no words until the next secret. */
  async function revealed(room: Held, { for: offer, nonce }: Revealed): Promise<PlainToStudent[]> {
    const answer = room.answers.get(offer);
    if (answer === undefined) return [];
    const { keyEpoch, agreed } = answer;
    const part = decoded(nonce);
    const fits = await kept({ room: room.room, keyEpoch }, agreed, part).then(
      () => true,
      () => false,
    );
    compared(
      room.possession,
      offer,
      fits ? { at: "agreed", words: await fourWords(agreed.transcript, part) } : { at: "doubtful" },
    );
    tab.keep(written(room.room, room.possession));
    return [sealing(room)];
  }

  function outward(frame: PlainFromStudent): FromStudent | Promise<FromStudent | null> {
    if (frame.type === "hello" || frame.type === "join") asked = frame.type;
    if (frame.type === "join") wished = frame.nickname ?? null;
    if (frame.type === "older" && held !== null) letRead(held, frame.share);
    if (frame.type === "stop_sharing" && held !== null) held.sharing = false;
    if (frame.type === "share_intake") return shared();
    return frame.type === "say" ? said(frame) : frame;
  }

  async function shared(): Promise<FromStudent | null> {
    if (held === null) return null;
    held.sharing = true;
    const body = await sealedShare(held);
    return body && { type: "share_intake", body };
  }

  /** Again with each new secret: whoever comes next reads it too. */
  async function sayShare(room: Held, way: StudentWay) {
    const body = await sealedShare(room);
    if (body) way.tell({ type: "share_intake", body });
  }

  async function sealedShare({ keys }: Held): Promise<Envelope | null> {
    const opens = await share();
    return opens === null ? null : keys.sealedLone("intake", opens);
  }

  /** What the student lets be read is heard here, from the page itself. */
  function letRead({ room, keys, possession }: Held, share: boolean) {
    const identity = here(possession, keys.current).at(-1)?.identity ?? null;
    possession.leave = share ? { keyEpoch: keys.current, identity } : null;
    tab.keep(written(room, possession));
  }

  async function said({ cid, text }: { cid: string; text: string }): Promise<FromStudent | null> {
    const body = await held?.keys.sealed(cid, text);
    return body ? { type: "say", cid, body } : null;
  }

  return { inward, outward };
}

type AboutRoom = Exclude<ToStudent, { type: "room" | "gone" | "ended" | "door" | "heard" | "place" | "refused" }>;

type Offered = Extract<ToStudent, { type: "key_offered" }>;
type Revealed = Extract<ToStudent, { type: "revealed_nonce" }>;

function sealing({ room, keys, possession, refused }: Held): { type: "sealing"; room: string; sealing: Sealing } {
  const says = (sealing: Sealing) => ({ type: "sealing" as const, room, sealing });
  const [last, ...others] = here(possession, keys.current).reverse();
  if (!keys.secrets.has(keys.current)) return says({ at: "elsewhere" });
  if (last?.compared.at === "doubtful") return says({ at: "doubtful" });
  if (refused !== null) return says({ at: "uncertified", counsellor: refused });
  if (last === undefined) return says({ at: "alone" });
  const words = last.compared.at === "agreed" ? last.compared.words : null;
  return says({ at: "shared", words, also: others.map(({ nickname }) => nickname) });
}

/** Whose keys open what is said now, in the order in which they came. */
function here({ recipients }: Possession, current: number): Recipient[] {
  return recipients.filter(({ keyEpoch }) => keyEpoch === current);
}

async function sayName({ keys, name }: Held, way: StudentWay) {
  const body = name === null ? null : await keys.sealedLone("nickname", name);
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
