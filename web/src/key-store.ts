// Where a counsellor's keys stay in this browser: one small database of this origin, a row for each account's nickname.
// It is the only thing that Quietline keeps in a browser beyond a tab. The keys in it cannot be read out, only used.
// Where there is no such database, what is put here stays in memory and is gone with the page.

import type { Bytes } from "./bytes";

/** The desk key is needed before it is settled which identity there will be. */
export type Keepsake = {
  readonly deskKey: CryptoKey;
  readonly identity: { readonly private: CryptoKey; readonly public: Bytes } | null;
};

/** Both reject where nothing can be kept. */
export type KeyStore = {
  get(nickname: string): Promise<Keepsake | null>;
  put(nickname: string, keepsake: Keepsake): Promise<void>;
};

const NAME = "quietline";
const SHELF = "keys";

export function memoryOnly(): KeyStore {
  const rows = new Map<string, Keepsake>();
  return {
    get: async (nickname) => rows.get(nickname) ?? null,
    put: async (nickname, keepsake) => void rows.set(nickname, keepsake),
  };
}

export function browserStore(): KeyStore {
  return {
    async get(nickname) {
      const shelf = await opened("readonly");
      return (await finished<Keepsake | undefined>(shelf.get(nickname))) ?? null;
    },
    async put(nickname, keepsake) {
      const shelf = await opened("readwrite");
      await finished(shelf.put(keepsake, nickname));
    },
  };
}

async function opened(mode: IDBTransactionMode): Promise<IDBObjectStore> {
  const asked = indexedDB.open(NAME, 1);
  asked.onupgradeneeded = () => asked.result.createObjectStore(SHELF);
  const database = await finished(asked);
  const transaction = database.transaction(SHELF, mode);
  // Nothing holds the database open: another tab may have to change it.
  transaction.oncomplete = () => database.close();
  return transaction.objectStore(SHELF);
}

function finished<Result>(asked: IDBRequest<Result>): Promise<Result> {
  return new Promise((done, failed) => {
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => failed(asked.error);
  });
}
