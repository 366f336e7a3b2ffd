// A counsellor's lasting key on this desk: found in the browser's key store, made at the first sign-in, brought along
// with the recovery code, and certified by the installation. None of it ever keeps a counsellor from the desk: until a
// question is answered, or where nothing can be stored, a key in memory does. Knows no room and no screen.

import { type Bytes, type Chance, chance, decoded, encoded, sized, Unopened } from "./bytes";
import { certified, type Identity } from "./handing";
import { type Keepsake, type KeyStore, memoryOnly } from "./key-store";
import { kept, read, recoveryCode, restored } from "./recovery";

/** What the server knows of an account's key. */
export type Registered = { readonly public: string | null; readonly kept: string | null };

export type Registry = {
  /** Null if that could not be found out. */
  registered(): Promise<Registered | null>;
  /** The certificate, or null if it could not be had. */
  certify(open: string, kept: string | null): Promise<string | null>;
};

export type News =
  /** Shown once, and never kept by this page. */
  | { at: "code"; code: string }
  /** This account has a key in another browser, and the code would bring it here. */
  | { at: "elsewhere" }
  | { at: "wrong_code" }
  | { at: "settled" };

/** A key pair whose certificate may still be missing. `kept` is for the server, and known only while it is new. */
type Pair = {
  readonly private: CryptoKey;
  readonly public: Bytes;
  readonly kept: string | null;
  readonly code: string | null;
};

export type Identities = {
  /** To be called when somebody has signed in. */
  begin(nickname: string): Promise<void>;
  /** The key to offer with. Null while it cannot be certified. `staff` is what a room says must have certified it. */
  identity(staff: string | null): Promise<Identity | null>;
  /** What is put away in session storage is sealed with this. It does not wait for the server. */
  deskKey(): Promise<CryptoKey>;
  recover(typed: string): Promise<void>;
  goOnWithNew(): Promise<void>;
};

const ECDSA = { name: "ECDSA", namedCurve: "P-256" };

export type Parts = {
  readonly registry: Registry;
  readonly store: KeyStore;
  readonly tell: (news: News) => void;
  readonly random?: Chance;
};

export function identities({ registry, store, tell, random = chance }: Parts): Identities {
  let nickname = "";
  /** Counts who has signed in: what was asked for somebody before is not the next one's. */
  let sitting = 0;
  let shelf = store;
  let known: Registered | null = null;
  let pair: Pair | null = null;
  let certificate: Bytes | null = null;
  /** Whether this pair is the one to stay with. */
  let settled = false;
  /** What this browser has, and then what the server says of it. */
  let found = new Promise<Keepsake>(() => {});
  let begun: Promise<void> = Promise.resolve();

  async function lookUp(name: string): Promise<Keepsake> {
    const kept = await shelf.get(name).catch(() => {
      shelf = memoryOnly();
      return null;
    });
    return kept ?? { deskKey: await newDeskKey(), identity: null };
  }

  async function started(name: string): Promise<void> {
    const mine = sitting;
    const keepsake = await found;
    const first = keepsake.identity ? { ...keepsake.identity, kept: null, code: null } : await newPair(random);
    if (mine !== sitting) return;
    pair = first;
    await shelf.put(name, keepsake).catch(() => {});
    if (mine === sitting) await learn();
  }

  /** Asks the server, until it has answered once. Without an answer this pair serves for the time being. */
  async function learn(): Promise<void> {
    if (known !== null || pair === null) return;
    const mine = sitting;
    const answer = await registry.registered();
    if (answer === null || mine !== sitting) return;
    known = answer;
    // Where nothing is kept, no code could bring anything.
    settled = known.kept === null || known.public === encoded(pair.public);
    if (!settled) tell({ at: "elsewhere" });
    else if (known.public !== encoded(pair.public)) await certify();
  }

  async function certify(): Promise<void> {
    const now = pair;
    if (now === null) return;
    const answer = await registry.certify(encoded(now.public), settled ? now.kept : null);
    if (answer === null || now !== pair) return;
    certificate = sized(decoded(answer), 64);
    if (settled) await stay(now);
  }

  /** The pair is put away, and if it is new the person gets its code, once. */
  async function stay(now: Pair): Promise<void> {
    pair = { ...now, kept: null, code: null };
    const keepsake = { ...(await found), identity: { private: now.private, public: now.public } };
    await shelf.put(nickname, keepsake).catch(() => {});
    if (now.code !== null) tell({ at: "code", code: now.code });
  }

  async function settle(now: Pair): Promise<void> {
    [pair, settled, certificate] = [now, true, null];
    tell({ at: "settled" });
    await certify();
  }

  return {
    begin(name) {
      sitting += 1;
      [nickname, shelf, known] = [name, store, null];
      [pair, certificate, settled] = [null, null, false];
      found = lookUp(name);
      begun = started(name).catch(() => {});
      return begun;
    },
    async identity(staff) {
      await begun;
      await learn();
      if (pair === null) return null;
      const { private: own, public: open } = pair;
      const trusted =
        certificate !== null && (staff === null || (await certified(decoded(staff), open, certificate, nickname)));
      if (!trusted) await certify();
      return certificate && { private: own, public: open, certificate };
    },
    deskKey: async () => (await found).deskKey,
    async recover(typed) {
      await begun;
      try {
        if (!known?.public || known.kept === null) throw new Unopened();
        const open = sized(decoded(known.public), 65);
        const pkcs8 = await restored(await read(typed), open, known.kept);
        await settle({ private: await signingKey(pkcs8), public: open, kept: known.kept, code: null });
      } catch {
        tell({ at: "wrong_code" });
      }
    },
    async goOnWithNew() {
      await begun;
      // Only a new pair has something that the server can keep for the next browser.
      await settle(pair?.kept ? pair : await newPair(random));
    },
  };
}

function newDeskKey(): Promise<CryptoKey> {
  return crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
}

/** Extractable only until it has been sealed under its code. */
async function newPair(random: Chance): Promise<Pair> {
  const fresh = await crypto.subtle.generateKey(ECDSA, true, ["sign", "verify"]);
  const open = new Uint8Array(await crypto.subtle.exportKey("raw", fresh.publicKey));
  const pkcs8 = new Uint8Array(await crypto.subtle.exportKey("pkcs8", fresh.privateKey));
  const code = await recoveryCode(random);
  const sealed = await kept(await read(code), open, pkcs8, random);
  const pair = { private: await signingKey(pkcs8), public: open, kept: sealed, code };
  pkcs8.fill(0);
  return pair;
}

function signingKey(pkcs8: Bytes): Promise<CryptoKey> {
  return crypto.subtle.importKey("pkcs8", pkcs8, ECDSA, false, ["sign"]);
}
