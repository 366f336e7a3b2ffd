// Stories of several counsellors in one room: each turn has its own secret, older ones are the student's to share (W13),
// and who has gone reads nothing new. Both pages' sealing, with the test as the server between them.

import { beforeAll, expect, test } from "vitest";
import { encoded } from "../src/bytes";
import type { Envelope, FromDesk, KeyOffer, Older } from "../src/protocol.gen";
import { cid, notice, ROOM } from "./given";
import { browserOf, type DeskSeat, Lines, readBy, type StudentSeat, studentSeat, tab } from "./seat";
import { type Installation, installation, wireView } from "./sealed";

let house: Installation;
beforeAll(async () => {
  house = await installation();
});

const came = (name: string, nth: number) => notice(nth, 0, "counsellor_came", name);

type Story = { student: StudentSeat; lines: Lines; nickname: Envelope; kept: ReturnType<typeof tab> };

const view = (keyEpoch: number, changes: Parameters<typeof wireView>[0] = {}) =>
  wireView({ staff: encoded(house.staff), key_epoch: keyEpoch, ...changes });

async function waiting(): Promise<Story> {
  const kept = tab();
  const student = studentSeat(kept);
  student.between.outward({ type: "join", key: "key", nickname: "moss" });
  await student.hears(view(1));
  await student.hears({ type: "called", room: ROOM, nickname: "moss" });
  const { body: nickname } = await student.tells("nickname");
  return { student, lines: new Lines(), nickname, kept };
}

const linesOf = ({ lines }: Story, ...seqs: number[]) => ({
  type: "lines" as const,
  room: ROOM,
  lines: lines.all.filter(({ seq }) => seqs.includes(seq)),
});

/** The student's page answers an offer, and the desk reads it. */
async function answers({ student }: Story, desk: DeskSeat, name: string, keyEpoch: number, offer: KeyOffer) {
  await student.hears({ type: "key_offered", room: ROOM, counsellor: name, key_epoch: keyEpoch, offer });
  const { answer, for: open } = await student.tells("hand_key");
  return desk.hears({ type: "key_handed", room: ROOM, key_epoch: keyEpoch, for: open, answer });
}

/** Takes the room out of the queue. */
async function takes(story: Story, name: string, keyEpoch: number, changes = {}) {
  const browser = browserOf(name, house);
  const desk = browser.sits();
  await desk.hears(view(keyEpoch, { nickname: story.nickname, ...changes }));
  const { offer } = await desk.tells("offer_key");
  await answers(story, desk, name, keyEpoch, offer);
  await story.student.hears({ type: "notice", ...came(name, keyEpoch) });
  return { desk, browser };
}

/** Asha has the room and said something; Ben has been asked to take over, accepts, and has the secret. */
async function handedOver() {
  const story = await waiting();
  await story.lines.from(story.student, "student", ROOM, "hi");
  const { desk: asha } = await takes(story, "Asha", 1);
  await story.lines.from(asha, "counsellor", ROOM, "I am Asha");
  const browser = browserOf("Ben", house);
  const ben = browser.sits();
  await ben.hears({ type: "offered", room: ROOM, from: "Asha", key_epoch: 2, expires_in_ms: 60_000 });
  const accept = (await ben.between.outward({ type: "accept", room: ROOM })) as Extract<FromDesk, { type: "accept" }>;
  await answers(story, ben, "Ben", 2, accept.offer);
  // Until it is done the first counsellor reads what is said.
  await story.lines.from(story.student, "student", ROOM, "goodbye, Asha");
  await story.student.hears({ type: "key_epoch", room: ROOM, key_epoch: 2 });
  const { body: nickname } = await story.student.tells("nickname");
  await story.student.hears({ type: "notice", ...came("Ben", 2) });
  await ben.hears(view(2, { nickname, reads_after: 3 }));
  // What was handed over before the room came is enough: a student who is gone by now is not asked again.
  expect(ben.told.filter(({ type }) => type === "offer_key")).toEqual([]);
  return { ...story, nickname, asha, ben, browser };
}

test("W13: a hand-over without leave gives the newcomer the new secret and no older one", async () => {
  const story = await handedOver();
  const { ben, student } = story;
  expect(ben.sealing()).toMatchObject({ at: "shared" });
  await student.hears({ type: "older", room: ROOM, older: "asked" });
  await story.lines.from(student, "student", ROOM, "hello, Ben");
  expect(readBy(await ben.hears(linesOf(story, 4)))).toEqual(["hello, Ben"]);
  // A server that shows older lines all the same shows nothing; asking for their key is answered without it.
  expect(readBy(await ben.hears(linesOf(story, 1, 2, 3)))).toEqual(["(locked)", "(locked)", "(locked)"]);
  const { offer } = await ben.tells("offer_key");
  expect(readBy(await answers(story, ben, "Ben", 2, offer))).toEqual(["(unreadable)", "(unreadable)", "(unreadable)"]);
});

test("W13: with the student's leave, older lines are read, also when the leave comes later", async () => {
  const story = await handedOver();
  const { ben, student } = story;
  student.between.outward({ type: "older", share: false, nth: 2 });
  await student.hears({ type: "older", room: ROOM, older: "kept" });
  student.between.outward({ type: "older", share: true, nth: 2 });
  await student.hears({ type: "older", room: ROOM, older: "shared" });
  await ben.hears(view(2, { nickname: story.nickname, reads_after: 0 }));
  await ben.hears(linesOf(story, 1, 2, 3));
  const { offer } = await ben.tells("offer_key");
  expect(readBy(await answers(story, ben, "Ben", 2, offer))).toEqual(["hi", "I am Asha", "goodbye, Asha"]);
});

test("W13: that the student lets somebody read is heard from the student, and nobody else can say it", async () => {
  const { student, ben, ...story } = await handedOver();
  await student.hears({ type: "older", room: ROOM, older: "shared" });
  await student.hears(view(2, { older: "shared", nickname: story.nickname }));
  await ben.hears(linesOf({ student, ...story }, 1, 2, 3));
  const { offer } = await ben.tells("offer_key");
  const read = readBy(await answers({ student, ...story }, ben, "Ben", 2, offer));
  expect(read).toEqual(["(unreadable)", "(unreadable)", "(unreadable)"]);
  // Also on a page that was loaded again, which has heard of no notice.
  const again = studentSeat(story.kept);
  await again.hears(view(2, { nickname: story.nickname, notices: [] }));
  const other = browserOf("Ben", house).sits();
  await other.hears(view(2, { nickname: story.nickname }));
  await other.hears(linesOf({ student, ...story }, 1));
  const asked = await other.tells("offer_key");
  expect(readBy(await answers({ ...story, student: again }, other, "Ben", 2, asked.offer))).toEqual(["(unreadable)"]);
});

test("a counsellor who has gone cannot speak as the one who is there, not even with the server's help", async () => {
  const story = await handedOver();
  const { student, ben } = story;
  await story.lines.from(ben, "counsellor", ROOM, "I am Ben");
  expect(readBy(await student.hears(linesOf(story, 4)))).toEqual(["I am Ben"]);
  // Sealed as it must be, with the key of her turn; the server has given it a later number.
  await story.lines.from(story.asha, "counsellor", ROOM, "I am Ben too");
  expect(readBy(await student.hears(linesOf(story, 5)))).toEqual(["(unreadable)"]);
});

test("the old counsellor opens nothing of the next key epoch, whatever the server shows them", async () => {
  const story = await handedOver();
  const { asha, ben, student } = story;
  await story.lines.from(student, "student", ROOM, "only for Ben");
  await story.lines.from(ben, "counsellor", ROOM, "I am Ben");
  expect(readBy(await asha.hears(linesOf(story, 1, 2, 3)))).toEqual(["hi", "I am Asha", "goodbye, Asha"]);
  expect(readBy(await asha.hears(linesOf(story, 4, 5)))).toEqual(["(locked)", "(locked)"]);
  // Gone from her desk, the keys are gone too.
  await asha.hears({ type: "moved", room: ROOM, why: "handed_over" });
  expect(await asha.between.outward({ type: "say", room: ROOM, cid: cid(9), text: "still me" })).toBeNull();
});

test("what was said between two counsellors is the next one's to read, and what was said to the first is not", async () => {
  const story = await waiting();
  await story.lines.from(story.student, "student", ROOM, "to Asha");
  await takes(story, "Asha", 1);
  await story.student.hears({ type: "key_epoch", room: ROOM, key_epoch: 2 });
  await story.lines.from(story.student, "student", ROOM, "to whoever comes");
  await story.student.hears({ type: "key_epoch", room: ROOM, key_epoch: 3 });
  await story.student.hears({ type: "older", room: ROOM, older: "asked" });
  const { desk: ben } = await takes(story, "Ben", 3);
  await story.lines.from(story.student, "student", ROOM, "to Ben");
  expect(readBy(await ben.hears(linesOf(story, 2, 3)))).toEqual(["to whoever comes", "to Ben"]);
  expect(readBy(await ben.hears(linesOf(story, 1)))).toEqual(["(locked)"]);
});

test("it does not depend on the order of the server's frames who reads older lines", async () => {
  const story = await waiting();
  await story.lines.from(story.student, "student", ROOM, "to Asha");
  await takes(story, "Asha", 1);
  await story.student.hears({ type: "key_epoch", room: ROOM, key_epoch: 2 });
  // The question about older lines has not been heard yet when Ben's desk asks.
  const { desk: ben } = await takes(story, "Ben", 2);
  expect(readBy(await ben.hears(linesOf(story, 1)))).toEqual(["(locked)"]);
  // The first counsellor alone, on coming back, reads everything (W13).
  const other = await waiting();
  await other.lines.from(other.student, "student", ROOM, "to Asha");
  const { browser } = await takes(other, "Asha", 1);
  await other.student.hears({ type: "key_epoch", room: ROOM, key_epoch: 2 });
  const asha = browser.sits();
  await asha.hears({ type: "moved", room: ROOM, why: "given_back" });
  await asha.hears(view(2, { nickname: other.nickname }));
  const { offer } = await asha.tells("offer_key");
  await answers(other, asha, "Asha", 2, offer);
  expect(readBy(await asha.hears(linesOf(other, 1)))).toEqual(["to Asha"]);
});

test("whoever was to come and did not has another secret than whoever comes", async () => {
  const story = await waiting();
  await takes(story, "Asha", 1);
  const offerOf = async (name: string): Promise<[DeskSeat, KeyOffer]> => {
    const desk = browserOf(name, house).sits();
    await desk.hears({ type: "offered", room: ROOM, from: "Asha", key_epoch: 2, expires_in_ms: 60_000 });
    const accept = await desk.between.outward({ type: "accept", room: ROOM });
    return [desk, (accept as Extract<FromDesk, { type: "accept" }>).offer];
  };
  const [ben, first] = await offerOf("Ben");
  await answers(story, ben, "Ben", 2, first);
  const [cleo, second] = await offerOf("Cleo");
  await answers(story, cleo, "Cleo", 2, second);
  await story.student.hears({ type: "key_epoch", room: ROOM, key_epoch: 2 });
  await story.lines.from(story.student, "student", ROOM, "to Cleo");
  for (const desk of [ben, cleo]) await desk.hears(view(2));
  expect(readBy(await cleo.hears(linesOf(story, 1)))).toEqual(["to Cleo"]);
  expect(readBy(await ben.hears(linesOf(story, 1)))).toEqual(["(unreadable)"]);
});

test("a key epoch never goes back, not even on a page that was loaded again", async () => {
  const story = await handedOver();
  for (const student of [story.student, studentSeat(story.kept)]) {
    await student.hears(view(1, { nickname: story.nickname }));
    await student.hears({ type: "key_epoch", room: ROOM, key_epoch: 1 });
    const line = await story.lines.from(student, "student", ROOM, "not for Asha");
    expect(line.body.key_epoch).toBe(2);
  }
});

test("the nickname is sealed anew for every key epoch, and the newcomer opens it", async () => {
  const { ben, nickname } = await handedOver();
  expect(nickname.key_epoch).toBe(2);
  expect((await ben.hears(view(2, { nickname })))[0]).toMatchObject({ nickname: "moss" });
});

test("asking for older lines ends: each time the room is described, once", async () => {
  const story = await handedOver();
  const older: Older = "kept";
  await story.student.hears({ type: "older", room: ROOM, older });
  await story.ben.hears(linesOf(story, 1));
  const { offer } = await story.ben.tells("offer_key");
  await answers(story, story.ben, "Ben", 2, offer);
  await story.ben.hears(linesOf(story, 1, 2));
  await story.ben.hears(linesOf(story, 3));
  expect(story.ben.told.filter(({ type }) => type === "offer_key")).toEqual([]);
});

test("a line that was not answered keeps its envelope; refused for its key epoch, its words go under another cid", async () => {
  const story = await waiting();
  const { student } = story;
  const say = (id: string) => student.between.outward({ type: "say", cid: id, text: "hi" });
  const first = await say(cid(1));
  expect(await say(cid(1))).toEqual(first);
  await student.hears({ type: "key_epoch", room: ROOM, key_epoch: 2 });
  // The server may have kept it: the same again, and not the same words under another key.
  expect(await say(cid(1))).toEqual(first);
  await student.hears({ type: "refused", reason: "key_epoch", room: ROOM, cid: cid(1) });
  expect(await say(cid(2))).toMatchObject({ type: "say", cid: cid(2), body: { key_epoch: 2 } });
});

test("W15: a copied tab that stayed behind makes no second secret, and says where the conversation went on", async () => {
  const story = await waiting();
  await takes(story, "Asha", 1);
  const behind = { ...story.kept, kept: story.kept.kept };
  await story.student.hears({ type: "key_epoch", room: ROOM, key_epoch: 2 });
  const { body: nickname } = await story.student.tells("nickname");
  const copy = studentSeat({ ...behind, keys: () => behind.kept });
  await copy.hears(view(2, { nickname }));
  expect(copy.sealing()).toEqual({ at: "elsewhere" });
  expect(copy.told).toEqual([]);
  expect(await copy.between.outward({ type: "say", cid: cid(9), text: "from behind" })).toBeNull();
  // At the next counsellor it makes the secret like any page that is there.
  await copy.hears({ type: "key_epoch", room: ROOM, key_epoch: 3 });
  expect(copy.sealing()).toEqual({ at: "alone" });
});
