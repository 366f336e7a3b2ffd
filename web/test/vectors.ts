// Makes tests/vectors/sealing.json from the page's own code and fixed bytes: what another client must compute, open and
// refuse. Signatures differ at every signing, so those that were made once are kept; they are only ever verified.
// Knows the code under test and nothing of files.

import { about, type Bytes, type Chance, encoded, joined, u32, utf8, uuidBytes } from "../src/bytes";
import { answered, fourWords, type Identity, offerKey } from "../src/handing";
import { contentBits, contentKey, type Direction, type Place, seal, sealBytes, sealLone } from "../src/keys";
import { order } from "../src/order";
import type { KeyAnswer, Envelope, KeyOffer } from "../src/protocol.gen";
import { kept, spelled } from "../src/recovery";
import { WORDS } from "../src/words-256";
import { cid, OTHER_ROOM, ROOM } from "./given";
import { fixed } from "./sealed";

export type Signed = { certificate: string; signature: string };

const K = 3;
const SHARE = fixed(100);
const SECRETS = new Map([1, 2, K].map((keyEpoch) => [keyEpoch, fixed(180 + keyEpoch)]));
const CODE = fixed(5, 16);
const COUNSELLOR = "Asha 🌿";
const ECDSA = { name: "ECDSA", namedCurve: "P-256" };
const ECDH = { name: "ECDH", namedCurve: "P-256" };

/** As good as any keys, and known to everybody. */
const KEYS = {
  staff: {
    x: "4NyRRrJsYALwbZ8kb6nFLQFH0dfTONZySsij4qcCyNE",
    y: "LUPbdejQkE0Q6e9vaeq5u5rwcOOGYsbVm6b_e6pPMJU",
    d: "HY62AvlVW3ncE9l_Pcex4r8Qz-hnF0Z7cIjPpOSZYcY",
  },
  identity: {
    x: "qAN_hexfqD0L0hGLW1kn0XVzKQZVbcGogQVQsgqdWBU",
    y: "LniPTidalAgXdWVAili4164N7T8Xh5WKWqVN_vEkd4g",
    d: "U-bVuIbhxFVsFPnH0GJLRZ6RPRQ9AM3yp9L4Vss48yE",
  },
  counsellor: {
    x: "Ialq9djQLaC3Mknx01ckJqZwDQ6yt8_cTJlQaNRCylA",
    y: "L-zUx_sEdx-QYFikhryjj35lKzR2qTA0XwliFJ_R0IA",
    d: "876nAFZS8BAkAXS3XNa26UbzYTi8cPfMqkUrdDJ5phw",
  },
  student: {
    x: "h_nb8rsVf3HBBhAQKm37wPUrwFgbzZrlzMBOzGdNwkk",
    y: "7a3lAexOn5_W5TmhAgTaitXVDbEDcnrEq4AQdwLRS0E",
    d: "G1Mj8QyBR2xXcX5zNH17XcZj0izGTs2UxLkpgQVR4sY",
  },
} as const;

const at = (direction: Direction, keyEpoch = K, room = ROOM): Place => ({ room, direction, keyEpoch });
const secret = (keyEpoch: number) => SECRETS.get(keyEpoch) ?? fixed(0);
const iv =
  (first: number): Chance =>
  (length) =>
    fixed(first, length);

export async function vectors(signed: Signed | null) {
  return {
    about:
      "Sealing as server/PROTOCOL.md has it. Everything binary is base64url without padding. Made by web/test/vectors.ts.",
    given: {
      room: ROOM,
      other_room: OTHER_ROOM,
      share: encoded(SHARE),
      secrets: [...SECRETS].map(([key_epoch, bytes]) => ({ key_epoch, secret: encoded(bytes) })),
    },
    keys: await keys(),
    envelopes: await envelopes(),
    refused_envelopes: await refused(),
    refused_orders: orders(),
    handing: await handing(signed),
    recovery: await recovery(),
    words: WORDS,
  };
}

async function keys() {
  const list = [];
  for (const keyEpoch of SECRETS.keys()) {
    for (const direction of ["student", "counsellor", "nickname"] as const) {
      const key = encoded(await contentBits(secret(keyEpoch), SHARE, at(direction, keyEpoch)));
      list.push({ direction, key_epoch: keyEpoch, key });
    }
  }
  return list;
}

const TEXTS: readonly [string, string][] = [
  ["short", "hi"],
  ["nothing", ""],
  ["fills 256 bytes exactly", "x".repeat(248)],
  ["one more than fills 256 bytes", "x".repeat(249)],
  ["1,000 characters", "Quiet water. ".repeat(77).slice(0, 1_000)],
  ["16,000 bytes", "é".repeat(8_000)],
  ["emoji", "👩🏽‍🚀 and 🫶 and 👨‍👩‍👧‍👦"],
  ["looks like zeros", "\u0000\u0000"],
];

async function envelopes() {
  const list = [];
  for (const [nth, [name, text]] of TEXTS.entries()) {
    const direction = nth % 2 === 0 ? ("student" as const) : ("counsellor" as const);
    const said = { counter: nth + 1, text };
    const key = await contentKey(secret(K), SHARE, at(direction));
    const envelope = await seal(key, at(direction), cid(nth + 1), said, iv(nth * 12));
    list.push({ name, direction, cid: cid(nth + 1), ...said, envelope });
  }
  for (const [nth, name] of ["moss", "木".repeat(50)].entries()) {
    const key = await contentKey(secret(K), SHARE, at("nickname"));
    const envelope = await sealLone(key, { ...at("nickname"), direction: "nickname" }, name, iv(240 + nth));
    const where = { direction: "nickname" as const, cid: "00000000-0000-0000-0000-000000000000" };
    list.push({ name: "nickname", ...where, counter: 0, text: name, envelope });
  }
  return list;
}

/** Where somebody thinks it belongs, and why it does not open there. */
async function refused() {
  const key = await contentKey(secret(K), SHARE, at("student"));
  const good = await seal(key, at("student"), cid(1), { counter: 1, text: "hi" }, iv(0));
  const here = { room: ROOM, direction: "student" as Direction, key_epoch: K, cid: cid(1), envelope: good };
  const flipped = (index: number): Envelope => {
    const bytes = unpacked(good.sealed);
    const from = index < 0 ? bytes.length + index : index;
    bytes[from] = (bytes[from] ?? 0) ^ 1;
    return { ...good, sealed: encoded(bytes) };
  };
  const plain = async (bytes: Bytes, direction: Direction = "student", id = cid(1)): Promise<Envelope> => {
    const other = await contentKey(secret(K), SHARE, at(direction));
    const bound = joined(about(direction, ROOM, K), uuidBytes(id));
    return { suite: 1, key_epoch: K, sealed: encoded(await sealBytes(other, bytes, bound, iv(9))) };
  };
  const shaped = (size: number, length: number, ...parts: Bytes[]) => {
    const filled = joined(u32(1), u32(length), ...parts);
    return joined(filled, new Uint8Array(Math.max(0, size - filled.length)));
  };
  const hi = utf8("hi");
  const none = cid(0).replace(/[1-9]/g, "0");
  return [
    { why: "a bit of the iv is flipped", ...here, envelope: flipped(0) },
    { why: "a bit of the ciphertext is flipped", ...here, envelope: flipped(12) },
    { why: "a bit of the tag is flipped", ...here, envelope: flipped(-1) },
    { why: "another room", ...here, room: OTHER_ROOM },
    { why: "another direction", ...here, direction: "counsellor" as Direction },
    { why: "another cid", ...here, cid: cid(2) },
    { why: "an older key epoch", ...here, key_epoch: K - 1 },
    { why: "an older key epoch in the envelope too", ...here, key_epoch: 2, envelope: { ...good, key_epoch: 2 } },
    { why: "an unknown suite", ...here, envelope: { ...good, suite: 2 } },
    { why: "not sealed at all", ...here, envelope: { ...good, suite: 0 } },
    { why: "cut short", ...here, envelope: { ...good, sealed: encoded(unpacked(good.sealed).slice(0, -1)) } },
    { why: "nothing", ...here, envelope: { ...good, sealed: "" } },
    { why: "with padding in its base64", ...here, envelope: { ...good, sealed: `${good.sealed}=` } },
    { why: "padding that is not zero", ...here, envelope: await plain(shaped(256, 2, hi, utf8("\0x"))) },
    { why: "larger than it needs to be", ...here, envelope: await plain(shaped(512, 2, hi)) },
    { why: "a size that there is not", ...here, envelope: await plain(shaped(300, 2, hi)) },
    { why: "too small", ...here, envelope: await plain(shaped(10, 2, hi)) },
    { why: "larger than any line", ...here, envelope: await plain(shaped(32_768, 2, hi)) },
    { why: "a length beyond the end", ...here, envelope: await plain(shaped(256, 249, hi)) },
    { why: "a length beyond any line", ...here, envelope: await plain(shaped(16_384, 16_001, hi)) },
    { why: "the highest length", ...here, envelope: await plain(shaped(256, 0xffffffff, hi)) },
    { why: "a length that stops before the text does", ...here, envelope: await plain(shaped(256, 1, hi)) },
    { why: "not UTF-8", ...here, envelope: await plain(shaped(256, 2, Uint8Array.of(0xc3, 0x28))) },
    {
      why: "a nickname with a counter",
      ...here,
      direction: "nickname" as Direction,
      cid: none,
      envelope: await plain(shaped(512, 2, hi), "nickname", none),
    },
    {
      why: "a nickname of another size",
      ...here,
      direction: "nickname" as Direction,
      cid: none,
      envelope: await plain(shaped(256, 2, hi), "nickname", none),
    },
  ];
}

/** Lines in the order of their numbers; the last of each is refused. */
function orders() {
  const line = (seq: number, from: "student" | "counsellor", keyEpoch: number, counter: number) => ({
    seq,
    from,
    key_epoch: keyEpoch,
    counter,
  });
  const one = [line(1, "student", 1, 1), line(2, "counsellor", 1, 1), line(3, "student", 1, 4)];
  return [
    { why: "a counter that is said again", lines: [...one, line(4, "student", 1, 4)] },
    { why: "a counter that goes back", lines: [...one, line(4, "student", 1, 2)] },
    { why: "no counter", lines: [line(1, "student", 1, 0)] },
    {
      why: "another key epoch does not begin an old one anew",
      lines: [...one, line(4, "student", 2, 1), line(5, "student", 1, 3)],
    },
  ];
}

export function lastIsRefused(lines: ReturnType<typeof orders>[number]["lines"]): boolean {
  const before = order();
  for (const [nth, { key_epoch: keyEpoch, ...line }] of lines.entries()) {
    if (!before.takes({ ...line, keyEpoch })) return nth === lines.length - 1;
  }
  return false;
}

async function handing(before: Signed | null) {
  const occasion = { room: ROOM, keyEpoch: K };
  const signing = await imported("identity", ECDSA, ["sign"]);
  const identity: Identity = {
    private: signing,
    public: open("identity"),
    certificate: before ? unpacked(before.certificate) : await certificate(),
  };
  const { offer, nonce } = await offerKey(occasion, identity, iv(61), pair("counsellor"));
  const kept: KeyOffer = before ? { ...offer, signature: before.signature } : offer;
  let drawn = 0;
  const random: Chance = (length) => fixed(drawn++ === 0 ? 62 : 63, length);
  const { answer, agreed } = await answered(occasion, kept, SECRETS, random, pair("student"));
  return {
    room: ROOM,
    key_epoch: K,
    counsellor: COUNSELLOR,
    staff: encoded(open("staff")),
    private: { staff: KEYS.staff.d, identity: KEYS.identity.d, counsellor: KEYS.counsellor.d, student: KEYS.student.d },
    nonce_c: encoded(nonce),
    nonce_s: answer.nonce,
    offer: kept,
    transcript: encoded(agreed.transcript),
    wrapping_key: encoded(await wrapping(agreed.transcript)),
    answer,
    four_words: await fourWords(agreed.transcript, nonce),
    ...refusedHanding(kept, answer),
  };
}

/** As the student's page would be told, and as the counsellor's page would be answered. */
function refusedHanding(offer: KeyOffer, answer: KeyAnswer) {
  const told = { room: ROOM, key_epoch: K, counsellor: COUNSELLOR, staff: encoded(open("staff")), offer };
  const given = { room: ROOM, key_epoch: K, answer };
  return {
    refused_offers: [
      { why: "certified for another name", ...told, counsellor: "Asha" },
      { why: "certified by somebody else", ...told, staff: encoded(open("student")) },
      { why: "a certificate that was touched", ...told, offer: { ...offer, certificate: touched(offer.certificate) } },
      { why: "signed for another room", ...told, room: OTHER_ROOM },
      { why: "signed for another key epoch", ...told, key_epoch: K + 1 },
      { why: "another public half", ...told, offer: { ...offer, public: encoded(open("student")) } },
      { why: "another commitment", ...told, offer: { ...offer, commitment: touched(offer.commitment) } },
      { why: "a signature that was touched", ...told, offer: { ...offer, signature: touched(offer.signature) } },
      { why: "another identity", ...told, offer: { ...offer, identity: encoded(open("student")) } },
    ],
    refused_answers: [
      { why: "wrapped for another room", ...given, room: OTHER_ROOM },
      { why: "wrapped for another key epoch", ...given, key_epoch: K - 1 },
      { why: "touched", ...given, answer: { ...answer, wrapped: touched(answer.wrapped) } },
      { why: "another nonce", ...given, answer: { ...answer, nonce: touched(answer.nonce) } },
      { why: "another public half", ...given, answer: { ...answer, public: encoded(open("staff")) } },
      { why: "no point of the curve", ...given, answer: { ...answer, public: touched(answer.public) } },
    ],
    refused_nonce: touched(encoded(fixed(61))),
  };
}

function touched(text: string): string {
  const bytes = unpacked(text);
  const last = bytes.length - 1;
  bytes[last] = (bytes[last] ?? 0) ^ 1;
  return encoded(bytes);
}

async function certificate(): Promise<Bytes> {
  const staff = await imported("staff", ECDSA, ["sign"]);
  const said = joined(utf8("quietline 1 staff\0"), open("identity"), utf8(COUNSELLOR));
  return new Uint8Array(await crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, staff, said));
}

async function wrapping(salt: Bytes): Promise<Bytes> {
  const own = await imported("counsellor", ECDH, ["deriveBits"]);
  const theirs = await crypto.subtle.importKey("raw", open("student"), ECDH, false, []);
  const shared = await crypto.subtle.deriveBits({ name: "ECDH", public: theirs }, own, 256);
  const material = await crypto.subtle.importKey("raw", shared, "HKDF", false, ["deriveBits"]);
  const how = { name: "HKDF", hash: "SHA-256", salt, info: about("wrap", ROOM, K) };
  return new Uint8Array(await crypto.subtle.deriveBits(how, material, 256));
}

async function recovery() {
  const key = await imported("identity", ECDSA, ["sign"], "readable");
  const pkcs8 = new Uint8Array(await crypto.subtle.exportKey("pkcs8", key));
  const code = await spelled(CODE);
  return {
    bytes: encoded(CODE),
    code,
    also_typed: [code.toLowerCase(), code.replaceAll("-", " "), code.replaceAll("0", "o").replaceAll("1", "l")],
    refused_codes: [code.slice(0, -1), `${code}0`, code.replace(/.$/, (last) => (last === "U" ? "V" : "U")), ""],
    public: encoded(open("identity")),
    pkcs8: encoded(pkcs8),
    kept: await kept(CODE, open("identity"), pkcs8, iv(64)),
  };
}

function imported(
  name: keyof typeof KEYS,
  how: typeof ECDSA,
  uses: KeyUsage[],
  hold: "held" | "readable" = "held",
): Promise<CryptoKey> {
  return crypto.subtle.importKey("jwk", { kty: "EC", crv: "P-256", ...KEYS[name] }, how, hold === "readable", uses);
}

function pair(name: keyof typeof KEYS): () => Promise<CryptoKeyPair> {
  return async () => ({
    privateKey: await imported(name, ECDH, ["deriveBits"]),
    publicKey: await crypto.subtle.importKey("raw", open(name), ECDH, true, []),
  });
}

function open(name: keyof typeof KEYS): Bytes {
  return joined(Uint8Array.of(4), unpacked(KEYS[name].x), unpacked(KEYS[name].y));
}

function unpacked(text: string): Bytes {
  return Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (one) => one.charCodeAt(0));
}
