// The recovery code: 128 bits that a counsellor writes down, so that their key can follow them into a new browser.
// 26 characters of Crockford's base32, the last two bits a check against slips of the pen. The server keeps what is
// sealed under it and never sees it. Knows no storage and no request.

import { type Bytes, type Chance, chance, decoded, encoded, joined, label, Unopened } from "./bytes";
import { aesKey, openBytes, sealBytes } from "./keys";

const LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const LENGTH = 26;
const BITS = 128;

const NOTHING: Bytes = new Uint8Array(0);

/** In groups, to be read aloud and written down: XXXXX-XXXXX-XXXXX-XXXXX-XXXXXX. */
export async function recoveryCode(random: Chance = chance): Promise<string> {
  return spelled(random(BITS / 8));
}

export async function spelled(bytes: Bytes): Promise<string> {
  let number = (numbered(bytes) << 2n) | BigInt(await check(bytes));
  let text = "";
  for (let at = 0; at < LENGTH; at += 1) {
    text = LETTERS.charAt(Number(number & 31n)) + text;
    number >>= 5n;
  }
  return text.replace(/^(.{5})(.{5})(.{5})(.{5})/, "$1-$2-$3-$4-");
}

/** The code's bytes, however it was typed: small letters, other groups, and the letters that look like digits. */
export async function read(typed: string): Promise<Bytes> {
  const text = typed.toUpperCase().replace(/[\s-]/g, "").replaceAll("O", "0").replace(/[IL]/g, "1");
  if (text.length !== LENGTH) throw new Unopened();
  let number = 0n;
  for (const letter of text) {
    const value = LETTERS.indexOf(letter);
    if (value < 0) throw new Unopened();
    number = (number << 5n) | BigInt(value);
  }
  const bits = number >> 2n;
  const bytes = Uint8Array.from({ length: BITS / 8 }, (_, at) => Number((bits >> BigInt(BITS - 8 - at * 8)) & 255n));
  if (BigInt(await check(bytes)) !== (number & 3n)) throw new Unopened();
  return bytes;
}

/** What the server may keep: the private key, sealed under the code. */
export async function kept(code: Bytes, open: Bytes, pkcs8: Bytes, random: Chance = chance): Promise<string> {
  return encoded(await sealBytes(await recoveryKey(code, open), pkcs8, NOTHING, random));
}

export async function restored(code: Bytes, open: Bytes, sealed: string): Promise<Bytes> {
  return openBytes(await recoveryKey(code, open), decoded(sealed), NOTHING);
}

async function recoveryKey(code: Bytes, open: Bytes): Promise<CryptoKey> {
  const material = await crypto.subtle.importKey("raw", code, "HKDF", false, ["deriveBits"]);
  const how = { name: "HKDF", hash: "SHA-256", salt: label("recovery"), info: open };
  return aesKey(new Uint8Array(await crypto.subtle.deriveBits(how, material, 256)));
}

/** The first two bits of a digest. */
async function check(bytes: Bytes): Promise<number> {
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", joined(label("code"), bytes)));
  return (hash[0] ?? 0) >> 6;
}

function numbered(bytes: Bytes): bigint {
  return bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
}
