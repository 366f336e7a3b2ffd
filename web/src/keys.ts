// Sealing and opening what is said in one room (server/PROTOCOL.md, Sealing): a key for each direction and key epoch,
// made of the student's secret and the server's share, and the padded envelope. WebCrypto only.
// Knows no socket, no storage and no screen; the order of counters is held in order.ts.

import {
  about,
  type Bytes,
  type Chance,
  chance,
  decoded,
  encoded,
  joined,
  readU32,
  sized,
  Unopened,
  u32,
  utf8,
  uuidBytes,
} from "./bytes";
import type { Envelope } from "./protocol.gen";

export const SUITE = 1;
/** What is no line has none that it belongs to, and one size whatever it holds. */
const NO_CID = "00000000-0000-0000-0000-000000000000";
const LONE_SIZE = 512;

const IV = 12;
const TAG = 16;
const HEAD = 8;
const HEAVIEST = 16_000;
const SIZES = [256, 512, 1_024, 2_048, 4_096, 8_192, 16_384];

export type Direction = "student" | "counsellor" | Lone;

/** What is sealed once for a key epoch and is no line: what somebody is called, and what opens their intake. */
export type Lone = "nickname" | "intake";

/** Where something is sealed: the same bytes open nowhere else. */
export type Place = { readonly room: string; readonly keyEpoch: number; readonly direction: Direction };

export type Opened = { readonly counter: number; readonly text: string };

/** `secret` is the key epoch's, `share` the server's: neither alone opens anything. */
export async function contentBits(secret: Bytes, share: Bytes, place: Place): Promise<Bytes> {
  const material = await crypto.subtle.importKey("raw", sized(secret, 32), "HKDF", false, ["deriveBits"]);
  const info = about(place.direction, place.room, place.keyEpoch);
  const how = { name: "HKDF", hash: "SHA-256", salt: sized(share, 32), info };
  return new Uint8Array(await crypto.subtle.deriveBits(how, material, 256));
}

export async function contentKey(secret: Bytes, share: Bytes, place: Place): Promise<CryptoKey> {
  return aesKey(await contentBits(secret, share, place));
}

/** Not extractable; the bytes are wiped. */
export async function aesKey(bits: Bytes): Promise<CryptoKey> {
  const key = await crypto.subtle.importKey("raw", bits, "AES-GCM", false, ["encrypt", "decrypt"]);
  bits.fill(0);
  return key;
}

export async function seal(
  key: CryptoKey,
  place: Place,
  cid: string,
  { counter, text }: Opened,
  random: Chance = chance,
): Promise<Envelope> {
  const sealed = await sealBytes(key, padded(place.direction, counter, utf8(text)), bound(place, cid), random);
  return { suite: SUITE, key_epoch: place.keyEpoch, sealed: encoded(sealed) };
}

/** Throws `Unopened` for whatever is not exactly what `seal` has made at this place. */
export async function open(key: CryptoKey, place: Place, cid: string, envelope: Envelope): Promise<Opened> {
  if (envelope.suite !== SUITE || envelope.key_epoch !== place.keyEpoch) throw new Unopened();
  const sealed = decoded(envelope.sealed);
  if (!SIZES.includes(sealed.length - IV - TAG)) throw new Unopened();
  return unpadded(place.direction, await openBytes(key, sealed, bound(place, cid)));
}

export type LonePlace = Place & { readonly direction: Lone };

export async function sealLone(
  key: CryptoKey,
  place: LonePlace,
  text: string,
  random: Chance = chance,
): Promise<Envelope> {
  return seal(key, place, NO_CID, { counter: 0, text }, random);
}

export async function openLone(key: CryptoKey, place: LonePlace, envelope: Envelope): Promise<string> {
  const { counter, text } = await open(key, place, NO_CID, envelope);
  if (counter !== 0) throw new Unopened();
  return text;
}

/** iv ‖ ciphertext ‖ tag. */
export async function sealBytes(
  key: CryptoKey,
  plain: Bytes,
  additionalData: Bytes,
  random: Chance = chance,
): Promise<Bytes> {
  const iv = sized(random(IV), IV);
  const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData }, key, plain);
  return joined(iv, new Uint8Array(sealed));
}

export async function openBytes(key: CryptoKey, sealed: Bytes, additionalData: Bytes): Promise<Bytes> {
  if (sealed.length < IV + TAG) throw new Unopened();
  const iv = sealed.slice(0, IV);
  try {
    const plain = await crypto.subtle.decrypt({ name: "AES-GCM", iv, additionalData }, key, sealed.slice(IV));
    return new Uint8Array(plain);
  } catch {
    throw new Unopened();
  }
}

function bound({ direction, room, keyEpoch }: Place, cid: string): Bytes {
  return joined(about(direction, room, keyEpoch), uuidBytes(cid));
}

/** How long the plaintext is that holds so much text: a line tells its size only roughly, what is no line not at all. */
function padding(direction: Direction, text: number): number {
  const lone = direction === "nickname" || direction === "intake";
  const size = lone ? LONE_SIZE : SIZES.find((one) => one >= HEAD + text);
  if (size === undefined || HEAD + text > size || text > HEAVIEST) throw new Unopened();
  return size;
}

function padded(direction: Direction, counter: number, text: Bytes): Bytes {
  const zeros = padding(direction, text.length) - HEAD - text.length;
  return joined(u32(counter), u32(text.length), text, new Uint8Array(zeros));
}

function unpadded(direction: Direction, plain: Bytes): Opened {
  const counter = readU32(plain, 0);
  const length = readU32(plain, 4);
  // Whatever is larger than it needs to be was not sealed by this rule.
  if (plain.length !== padding(direction, length)) throw new Unopened();
  if (plain.subarray(HEAD + length).some((byte) => byte !== 0)) throw new Unopened();
  const text = plain.subarray(HEAD, HEAD + length);
  try {
    return { counter, text: new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(text) };
  } catch {
    throw new Unopened();
  }
}
