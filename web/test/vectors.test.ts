// The vectors that another client is held to (tests/vectors/sealing.json) are what this page computes, opens and refuses;
// tests/vectors.rs holds other people's code to the same file. `vitest run -u test/vectors.test.ts` writes it.

import { expect, test } from "vitest";
import { decoded } from "../src/bytes";
import { certified, examined, fourWords, kept as keptTo, received } from "../src/handing";
import { contentKey, type Direction, open, openLone } from "../src/keys";
import { read, restored } from "../src/recovery";
import { lastIsRefused, type Signed, vectors } from "./vectors";

const FILE = "../../tests/vectors/sealing.json";
/** Nothing on the first run, when there is no file yet. */
const files = import.meta.glob<{ handing: { offer: Signed } }>("../../tests/vectors/sealing.json", {
  import: "default",
  eager: true,
});
const signed = files[FILE]?.handing.offer ?? null;
const file: Awaited<ReturnType<typeof vectors>> = await vectors(signed);

test("the file is what this page computes", async () => {
  await expect(`${JSON.stringify(file, null, 2)}\n`).toMatchFileSnapshot(FILE);
});

const key = async (direction: Direction, keyEpoch: number, room = file.given.room) => {
  const secret = file.given.secrets.find(({ key_epoch }) => key_epoch === keyEpoch)?.secret ?? "";
  return contentKey(decoded(secret), decoded(file.given.share), { room, direction, keyEpoch });
};

test("every envelope opens, and says what was sealed", async () => {
  for (const { direction, cid, counter, text, envelope } of file.envelopes) {
    const place = { room: file.given.room, direction, keyEpoch: envelope.key_epoch };
    expect(await open(await key(direction, place.keyEpoch), place, cid, envelope)).toEqual({ counter, text });
  }
});

test("whatever was tampered with, moved or misshapen is refused", async () => {
  for (const { why, room, direction, key_epoch, cid, envelope } of file.refused_envelopes) {
    const place = { room, direction, keyEpoch: key_epoch };
    const opens = key(direction, key_epoch, room).then(async (found) =>
      direction === "nickname" ? openLone(found, { ...place, direction }, envelope) : open(found, place, cid, envelope),
    );
    await expect(opens, why).rejects.toThrow("This cannot be opened.");
  }
  for (const { why, lines } of file.refused_orders) expect(lastIsRefused(lines), why).toBe(true);
});

test("the offer is certified and signed, the answer unwraps, and both sides see the same words", async () => {
  const { room, key_epoch: keyEpoch, counsellor, offer, answer } = file.handing;
  const [staff, nonce] = [decoded(file.handing.staff), decoded(file.handing.nonce_c)];
  await examined({ room, keyEpoch }, offer, { staff, counsellor });
  expect(await certified(staff, decoded(offer.identity), decoded(offer.certificate), "Ben")).toBe(false);
  const jwk = { kty: "EC", crv: "P-256", d: file.handing.private.counsellor, ...coordinates(offer.public) };
  const own = await crypto.subtle.importKey("jwk", jwk, { name: "ECDH", namedCurve: "P-256" }, false, ["deriveBits"]);
  const { secrets, agreed } = await received({ room, keyEpoch }, { offer, private: own, nonce }, answer);
  expect([...secrets.keys()]).toEqual(file.given.secrets.map(({ key_epoch }) => key_epoch));
  await keptTo({ room, keyEpoch }, agreed, nonce);
  expect(await fourWords(agreed.transcript, nonce)).toEqual(file.handing.four_words);
  for (const { why, answer: other, ...occasion } of file.handing.refused_answers) {
    const where = { room: occasion.room, keyEpoch: occasion.key_epoch };
    await expect(received(where, { offer, private: own, nonce }, other), why).rejects.toThrow("cannot be opened");
  }
  const other = decoded(file.handing.refused_nonce);
  await expect(keptTo({ room, keyEpoch }, agreed, other)).rejects.toThrow("cannot be opened");
});

test("a key that is not certified, or an offer that is not its owner's, is refused", async () => {
  for (const { why, room, key_epoch: keyEpoch, staff, counsellor, offer } of file.handing.refused_offers) {
    const examination = examined({ room, keyEpoch }, offer, { staff: decoded(staff), counsellor });
    await expect(examination, why).rejects.toThrow("This cannot be opened.");
  }
});

test("the recovery code is read however it is typed, and brings the key back", async () => {
  const { bytes, code, also_typed, refused_codes, pkcs8, kept } = file.recovery;
  for (const typed of [code, ...also_typed]) expect(await read(typed)).toEqual(decoded(bytes));
  for (const typed of refused_codes) await expect(read(typed), typed).rejects.toThrow();
  expect(await restored(decoded(bytes), decoded(file.recovery.public), kept)).toEqual(decoded(pkcs8));
  await expect(restored(decoded(bytes), decoded(file.handing.offer.public), kept)).rejects.toThrow();
});

test("there are 256 different words, none long", () => {
  expect(new Set(file.words).size).toBe(256);
  expect(file.words.filter((word) => !/^[a-z]{3,9}$/.test(word))).toEqual([]);
});

function coordinates(open: string) {
  const bytes = decoded(open);
  const text = (part: Uint8Array) =>
    btoa(String.fromCharCode(...part))
      .replaceAll("+", "-")
      .replaceAll("/", "_")
      .replaceAll("=", "");
  return { x: text(bytes.slice(1, 33)), y: text(bytes.slice(33)) };
}
