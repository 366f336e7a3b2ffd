// Bytes as sealing needs them: numbers, labels, rooms and base64url, written in exactly one way (server/PROTOCOL.md).
// Knows no key. Whatever is not as it should be is `Unopened`, which says nothing of what it was about.

/** WebCrypto takes no view of shared memory. */
export type Bytes = Uint8Array<ArrayBuffer>;

/** Where fresh bytes come from; tests give their own. */
export type Chance = (length: number) => Bytes;

export const chance: Chance = (length) => crypto.getRandomValues(new Uint8Array(length));

/** Something sealed that cannot be opened, or a key that does not fit. It carries no reason: reasons quote secrets. */
export class Unopened extends Error {
  constructor() {
    super("This cannot be opened.");
  }
}

const PIECE = 8_192;

export function joined(...parts: Uint8Array[]): Bytes {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

export function u32(number: number): Bytes {
  const four = new Uint8Array(4);
  new DataView(four.buffer).setUint32(0, number);
  return four;
}

export function readU32(bytes: Bytes, at: number): number {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(at);
}

export function utf8(text: string): Bytes {
  return new TextEncoder().encode(text) as Bytes;
}

/** "quietline 1 " is the version; the zero byte ends the label, so that none is the beginning of another. */
export function label(name: string): Bytes {
  return utf8(`quietline 1 ${name}\0`);
}

export function about(name: string, room: string, keyEpoch: number): Bytes {
  return joined(label(name), uuidBytes(room), u32(keyEpoch));
}

export function uuidBytes(uuid: string): Bytes {
  const hex = uuid.replaceAll("-", "");
  if (!/^[0-9a-f]{32}$/i.test(hex)) throw new Unopened();
  return Uint8Array.from({ length: 16 }, (_, at) => Number.parseInt(hex.slice(at * 2, at * 2 + 2), 16));
}

/** base64url without padding. */
export function encoded(bytes: Uint8Array): string {
  let text = "";
  // In pieces, because a call takes only so many arguments.
  for (let at = 0; at < bytes.length; at += PIECE) text += String.fromCharCode(...bytes.subarray(at, at + PIECE));
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** Only what `encoded` would have written, so that the same bytes are never said in two ways. */
export function decoded(text: string): Bytes {
  if (!/^[A-Za-z0-9_-]*$/.test(text) || text.length % 4 === 1) throw new Unopened();
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  const bytes = new Uint8Array(plain.length);
  for (let at = 0; at < plain.length; at += 1) bytes[at] = plain.charCodeAt(at);
  // Only the end can be said in more than one way: bits that are left over.
  const rest = bytes.length % 3;
  if (rest > 0 && encoded(bytes.subarray(-rest)) !== text.slice(-rest - 1)) throw new Unopened();
  return bytes;
}

export function sized(bytes: Bytes, length: number): Bytes {
  if (bytes.length !== length) throw new Unopened();
  return bytes;
}

export function same(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, at) => byte === other[at]);
}
