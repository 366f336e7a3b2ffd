// Stories of a counsellor's own key: made once, found again, brought into a new browser or left behind, and never in
// anybody's way. The server is a few lines; what it is given is what a real one would keep.

import { beforeAll, beforeEach, expect, test } from "vitest";
import { decoded, encoded } from "../src/bytes";
import { certified } from "../src/handing";
import { type Identities, identities, type News, type Registered } from "../src/identity";
import { type KeyStore, memoryOnly } from "../src/key-store";
import { type Installation, installation } from "./sealed";

let house: Installation;
beforeAll(async () => {
  house = await installation();
});

let server: Registered & { asked: number; reachable: "yes" | "no" };
beforeEach(() => {
  server = { public: null, kept: null, asked: 0, reachable: "yes" };
});

const registry = {
  registered: async () => (server.reachable === "yes" ? { public: server.public, kept: server.kept } : null),
  certify: async (open: string, kept: string | null) => {
    server.asked += 1;
    if (server.reachable === "no") return null;
    // As the contract has it: nothing given leaves what is kept, unless the key is another.
    server = { ...server, public: open, kept: kept ?? (open === server.public ? server.kept : null) };
    return encoded(await house.certify(decoded(open), "Asha"));
  },
};

async function sitsDown(store: KeyStore): Promise<{ own: Identities; news: News[] }> {
  const news: News[] = [];
  const own = identities({ registry, store, tell: (one) => news.push(one) });
  await own.begin("Asha");
  return { own, news };
}

const staff = () => encoded(house.staff);
const publicOf = async (own: Identities) => {
  const identity = await own.identity(staff());
  if (identity === null) throw new Error("no identity");
  expect(await certified(house.staff, identity.public, identity.certificate, "Asha")).toBe(true);
  return encoded(identity.public);
};
const codeIn = (news: News[]) => news.flatMap((one) => (one.at === "code" ? [one.code] : []))[0] ?? "";

test("the first sign-in makes a key, certifies it, and shows its code once", async () => {
  const store = memoryOnly();
  const first = await sitsDown(store);
  expect(codeIn(first.news)).toMatch(/^[0-9A-HJKMNP-TV-Z]{5}(-[0-9A-HJKMNP-TV-Z]{5}){3}-[0-9A-HJKMNP-TV-Z]{6}$/);
  expect(server.public).toBe(await publicOf(first.own));
  const again = await sitsDown(store);
  expect(again.news).toEqual([]);
  expect(await publicOf(again.own)).toBe(server.public);
  // What is in the browser can be used and not read.
  const kept = await store.get("Asha");
  expect([kept?.deskKey.extractable, kept?.identity?.private.extractable]).toEqual([false, false]);
  expect(await again.own.deskKey()).toBe(await first.own.deskKey());
});

test("in a new browser the code brings the key along, and the server keeps what it kept", async () => {
  const first = await sitsDown(memoryOnly());
  const [open, kept] = [server.public, server.kept];
  const store = memoryOnly();
  const { own, news } = await sitsDown(store);
  expect(news).toEqual([{ at: "elsewhere" }]);
  // Unanswered, a key for the time being does: the desk is never blocked.
  expect(await publicOf(own)).not.toBe(open);
  await own.recover("not the code");
  expect(news.at(-1)).toEqual({ at: "wrong_code" });
  await own.recover(codeIn(first.news).toLowerCase());
  expect(news.at(-1)).toEqual({ at: "settled" });
  expect(await publicOf(own)).toBe(open);
  expect(server).toMatchObject({ public: open, kept });
  expect((await sitsDown(store)).news).toEqual([]);
});

test("going on with a new key gives a new code, and the old one brings nothing any more", async () => {
  const first = await sitsDown(memoryOnly());
  const { own, news } = await sitsDown(memoryOnly());
  await own.goOnWithNew();
  expect(news.map(({ at }) => at)).toEqual(["elsewhere", "settled", "code"]);
  expect(codeIn(news)).not.toBe(codeIn(first.news));
  const third = await sitsDown(memoryOnly());
  await third.own.recover(codeIn(first.news));
  expect(third.news.at(-1)).toEqual({ at: "wrong_code" });
  await third.own.recover(codeIn(news));
  expect(await publicOf(third.own)).toBe(await publicOf(own));
});

test("while the server cannot be asked nobody is kept waiting, and the code comes when the key is certified", async () => {
  server.reachable = "no";
  const store = memoryOnly();
  const { own, news } = await sitsDown(store);
  expect(await own.identity(staff())).toBeNull();
  expect(news).toEqual([]);
  server.reachable = "yes";
  await publicOf(own);
  expect(news.map(({ at }) => at)).toEqual(["code"]);
  expect((await sitsDown(store)).news).toEqual([]);
});

test("where nothing can be kept the key is in memory, and the next page asks for the code", async () => {
  const refuses: KeyStore = { get: () => Promise.reject(), put: () => Promise.reject() };
  const { own, news } = await sitsDown(refuses);
  expect(await publicOf(own)).toBe(server.public);
  expect(news.map(({ at }) => at)).toEqual(["code"]);
  const next = await sitsDown(refuses);
  expect(next.news).toEqual([{ at: "elsewhere" }]);
  await next.own.recover(codeIn(news));
  expect(await publicOf(next.own)).toBe(server.public);
});

test("a certificate is asked for once, and anew when students see another installation's key", async () => {
  const { own } = await sitsDown(memoryOnly());
  await publicOf(own);
  await publicOf(own);
  expect(server.asked).toBe(1);
  house = await installation();
  await publicOf(own);
  expect(server.asked).toBe(2);
});

test("what the server says of one counsellor's key is not taken for the next one's", async () => {
  const asked: ((answer: Registered) => void)[] = [];
  const slow = { ...registry, registered: () => new Promise<Registered>((answer) => asked.push(answer)) };
  const news: News[] = [];
  const own = identities({ registry: slow, store: memoryOnly(), tell: (one) => news.push(one) });
  const until = async (count: number) => {
    while (asked.length < count) await new Promise((wait) => setTimeout(wait));
  };
  const asha = own.begin("Asha");
  await until(1);
  const ben = own.begin("Ben");
  await until(2);
  asked[0]?.({ public: "asha's", kept: "sealed under her code" });
  await asha;
  asked[1]?.({ public: null, kept: null });
  await ben;
  expect(news.map(({ at }) => at)).toEqual(["code"]);
});
