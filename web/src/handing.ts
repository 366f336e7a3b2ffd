// How a student's page hands the secret of a room to a counsellor's page, and the four words that both can compare
// (server/PROTOCOL.md, Sealing). The counsellor's page commits to its part before it has seen the student's.
// Knows no socket and no storage. Whatever does not fit is `Unopened`.

import {
  about,
  type Bytes,
  type Chance,
  chance,
  decoded,
  encoded,
  joined,
  label,
  readU32,
  same,
  sized,
  Unopened,
  u32,
  utf8,
  uuidBytes,
} from "./bytes";
import { aesKey, openBytes, sealBytes } from "./keys";
import type { KeyAnswer, KeyOffer } from "./protocol.gen";
import { WORDS } from "./words-256";

/** A room and the key epoch that a secret is handed over for. */
export type Occasion = { readonly room: string; readonly keyEpoch: number };

/** A counsellor's lasting key, with what the installation has signed about it. */
export type Identity = { readonly private: CryptoKey; readonly public: Bytes; readonly certificate: Bytes };

/** What only the counsellor's page knows of its own offer. */
export type Offered = { readonly offer: KeyOffer; readonly private: CryptoKey; readonly nonce: Bytes };

/** What both sides know once the student's page has answered. */
export type Agreed = { readonly transcript: Bytes; readonly commitment: Bytes; readonly public: Bytes };

export type Secrets = ReadonlyMap<number, Bytes>;
export type FourWords = readonly [string, string, string, string];
export type Pairs = () => Promise<CryptoKeyPair>;

const P256 = { name: "ECDH", namedCurve: "P-256" };
const ECDSA = { name: "ECDSA", namedCurve: "P-256" };
const SIGNED = { name: "ECDSA", hash: "SHA-256" };
const SECRET = 36;

export const ephemeral: Pairs = () => crypto.subtle.generateKey(P256, false, ["deriveBits"]);

export async function offerKey(
  { room, keyEpoch }: Occasion,
  identity: Identity,
  random: Chance = chance,
  pairs: Pairs = ephemeral,
): Promise<Offered> {
  const pair = await pairs();
  const open = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
  const nonce = sized(random(32), 32);
  const commitment = await committed({ room, keyEpoch }, open, nonce);
  const said = joined(label("offer"), uuidBytes(room), u32(keyEpoch), open, commitment);
  const signature = new Uint8Array(await crypto.subtle.sign(SIGNED, identity.private, said));
  const offer = {
    public: encoded(open),
    identity: encoded(identity.public),
    certificate: encoded(identity.certificate),
    commitment: encoded(commitment),
    signature: encoded(signature),
  };
  return { offer, private: pair.privateKey, nonce };
}

/** Whether the installation has signed this key for a counsellor of this name. */
export async function certified(staff: Bytes, identity: Bytes, certificate: Bytes, nickname: string): Promise<boolean> {
  return verified(staff, certificate, joined(label("staff"), identity, utf8(nickname)));
}

/** Throws for a key that this installation has not certified for this counsellor, and for a signature that is not theirs. */
export async function examined(
  { room, keyEpoch }: Occasion,
  offer: KeyOffer,
  { staff, counsellor }: { staff: Bytes; counsellor: string },
): Promise<void> {
  const identity = sized(decoded(offer.identity), 65);
  if (!(await certified(staff, identity, decoded(offer.certificate), counsellor))) throw new Unopened();
  const commitment = sized(decoded(offer.commitment), 32);
  const open = sized(decoded(offer.public), 65);
  const said = joined(label("offer"), uuidBytes(room), u32(keyEpoch), open, commitment);
  if (!(await verified(identity, decoded(offer.signature), said))) throw new Unopened();
}

/** The student's part: the secrets, wrapped so that only who made the offer can unwrap them. To be examined before. */
export async function answered(
  occasion: Occasion,
  offer: KeyOffer,
  secrets: Secrets,
  random: Chance = chance,
  pairs: Pairs = ephemeral,
): Promise<{ answer: KeyAnswer; agreed: Agreed }> {
  const pair = await pairs();
  const open = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
  const nonce = sized(random(32), 32);
  const agreed = await agreement(occasion, offer, open, nonce);
  const key = await wrappingKey(occasion, pair.privateKey, agreed.public, agreed.transcript);
  const plain = joined(...[...secrets].flatMap(([keyEpoch, secret]) => [u32(keyEpoch), sized(secret, 32)]));
  const wrapped = await sealBytes(key, plain, about("wrap", occasion.room, occasion.keyEpoch), random);
  return { answer: { public: encoded(open), nonce: encoded(nonce), wrapped: encoded(wrapped) }, agreed };
}

/** The counsellor's part: unwraps. The secret of the occasion's key epoch must be among them. */
export async function received(
  occasion: Occasion,
  { offer, private: own }: Offered,
  answer: KeyAnswer,
): Promise<{ secrets: Secrets; agreed: Agreed }> {
  const open = sized(decoded(answer.public), 65);
  const agreed = await agreement(occasion, offer, open, sized(decoded(answer.nonce), 32));
  const key = await wrappingKey(occasion, own, open, agreed.transcript);
  const plain = await openBytes(key, decoded(answer.wrapped), about("wrap", occasion.room, occasion.keyEpoch));
  if (plain.length === 0 || plain.length % SECRET !== 0) throw new Unopened();
  const secrets = new Map<number, Bytes>();
  for (let at = 0; at < plain.length; at += SECRET) secrets.set(readU32(plain, at), plain.slice(at + 4, at + SECRET));
  if (secrets.size !== plain.length / SECRET || !secrets.has(occasion.keyEpoch)) throw new Unopened();
  return { secrets, agreed };
}

/** Throws if this is not what the counsellor's page had committed to. */
export async function kept(occasion: Occasion, agreed: Agreed, nonce: Bytes): Promise<void> {
  if (!same(await committed(occasion, agreed.public, sized(nonce, 32)), agreed.commitment)) throw new Unopened();
}

export async function fourWords(transcript: Bytes, nonce: Bytes): Promise<FourWords> {
  const hash = await digest(joined(label("words"), transcript, nonce));
  const word = (at: number) => WORDS[hash[at] ?? 0] ?? "";
  return [word(0), word(1), word(2), word(3)];
}

async function agreement(occasion: Occasion, offer: KeyOffer, student: Bytes, nonce: Bytes): Promise<Agreed> {
  const open = sized(decoded(offer.public), 65);
  const commitment = sized(decoded(offer.commitment), 32);
  const identity = sized(decoded(offer.identity), 65);
  const where = joined(label("transcript"), uuidBytes(occasion.room), u32(occasion.keyEpoch));
  const transcript = await digest(joined(where, identity, open, commitment, student, nonce));
  return { transcript, commitment, public: open };
}

async function committed({ room, keyEpoch }: Occasion, open: Bytes, nonce: Bytes): Promise<Bytes> {
  return digest(joined(label("commit"), uuidBytes(room), u32(keyEpoch), open, nonce));
}

async function wrappingKey(occasion: Occasion, own: CryptoKey, other: Bytes, salt: Bytes): Promise<CryptoKey> {
  try {
    const theirs = await crypto.subtle.importKey("raw", other, P256, false, []);
    const shared = await crypto.subtle.deriveBits({ name: "ECDH", public: theirs }, own, 256);
    const material = await crypto.subtle.importKey("raw", shared, "HKDF", false, ["deriveBits"]);
    const info = about("wrap", occasion.room, occasion.keyEpoch);
    return aesKey(
      new Uint8Array(await crypto.subtle.deriveBits({ name: "HKDF", hash: "SHA-256", salt, info }, material, 256)),
    );
  } catch {
    // A public key that is no point of the curve.
    throw new Unopened();
  }
}

async function verified(by: Bytes, signature: Bytes, said: Bytes): Promise<boolean> {
  try {
    const key = await crypto.subtle.importKey("raw", by, ECDSA, false, ["verify"]);
    return await crypto.subtle.verify(SIGNED, key, signature, said);
  } catch {
    return false;
  }
}

async function digest(bytes: Bytes): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
}
