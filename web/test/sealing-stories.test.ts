// Stories of one room's key: made by the student, handed to a counsellor, through reloads on either side, and refused to
// whoever is not certified. Both pages' sealing, with the test as the server between them.

import { beforeAll, expect, test } from "vitest";
import { encoded } from "../src/bytes";
import type { FromDesk, ToStudent, ToDesk } from "../src/protocol.gen";
import { OTHER_ROOM, ROOM } from "./given";
import { SHARED, browserOf, type DeskSeat, Lines, readBy, type StudentSeat, studentSeat, tab } from "./seat";
import { type Installation, installation, wireView } from "./sealed";

let house: Installation;
beforeAll(async () => {
  house = await installation();
});

const view = (changes: Parameters<typeof wireView>[0] = {}) => wireView({ staff: encoded(house.staff), ...changes });
const allLines = (lines: Lines) => ({ type: "lines" as const, room: ROOM, lines: lines.all });
const handle = (frame: Extract<FromDesk, { type: "offer_key" }>, counsellor = "Asha", keyEpoch = 1): ToStudent => ({
  type: "key_offered",
  room: frame.room,
  counsellor,
  key_epoch: keyEpoch,
  offer: frame.offer,
});

/** From the offer to the four words. */
async function handed(student: StudentSeat, desk: DeskSeat, counsellor = "Asha", keyEpoch = 1) {
  await student.hears(handle(await desk.tells("offer_key"), counsellor, keyEpoch));
  const { answer, for: open } = await student.tells("hand_key");
  const plain = await desk.hears({ type: "key_handed", room: ROOM, key_epoch: keyEpoch, for: open, answer });
  const { nonce, for: offer } = await desk.tells("reveal");
  await student.hears({ type: "revealed_nonce", room: ROOM, for: offer, nonce });
  return plain;
}

async function arrived(kept = tab()) {
  const student = studentSeat(kept);
  student.between.outward({ type: "join", key: "key", nickname: "moss" });
  await student.hears(view());
  await student.hears({ type: "called", room: ROOM, nickname: "moss" });
  const { body: nickname } = await student.tells("nickname");
  return { student, kept, nickname, lines: new Lines() };
}

/** A student who has said something, and a counsellor who has the key. */
async function talking() {
  const story = await arrived();
  const browser = browserOf("Asha", house);
  const desk = browser.sits();
  await story.lines.from(story.student, "student", ROOM, "hi");
  await desk.hears(view({ nickname: story.nickname }));
  await handed(story.student, desk);
  return { ...story, browser, desk };
}

test("what a student said while waiting is read by the counsellor who comes, and answered", async () => {
  const { student, nickname, lines } = await arrived();
  await lines.from(student, "student", ROOM, "hi");
  await lines.from(student, "student", ROOM, "is anybody there?");
  const desk = browserOf("Asha", house).sits();
  expect(await desk.hears(view({ nickname }))).toMatchObject([{ nickname: null }, { sealing: { at: "awaited" } }]);
  expect(readBy(await desk.hears(allLines(lines)))).toEqual(["(locked)", "(locked)"]);
  const opened = await handed(student, desk);
  expect(opened).toContainEqual({ type: "named", room: ROOM, nickname: "moss" });
  expect(readBy(opened)).toEqual(["hi", "is anybody there?"]);
  const answer = await lines.from(desk, "counsellor", ROOM, "I am here 🌿");
  expect(readBy(await student.hears({ type: "line", room: ROOM, ...answer }))).toEqual(["I am here 🌿"]);
  expect(readBy(await desk.hears({ type: "line", room: ROOM, ...answer }))).toEqual(["I am here 🌿"]);
});

test("what opens the intake is sealed for whoever is there, and anew for whoever comes", async () => {
  // Q12
  const { student, desk, kept, nickname } = await talking();
  const share = async (seat: StudentSeat) => {
    const told = await seat.between.outward({ type: "share_intake" });
    if (told?.type !== "share_intake") throw new Error("not shared");
    return told.body;
  };
  const body = await share(student);
  expect(JSON.stringify(body)).not.toContain(SHARED);
  const opens = { type: "intake" as const, room: ROOM, share: SHARED };
  expect(await desk.hears({ type: "intake", room: ROOM, body })).toEqual([opens]);
  expect(await desk.hears({ type: "intake", room: ROOM, body: null })).toEqual([{ ...opens, share: null }]);
  // A page that has no key for it shows nothing; one that gets the key later does.
  const other = browserOf("Bo", house).sits();
  expect(await other.hears(view({ nickname, intake: body }))).toMatchObject([{ intake: null }, {}]);
  await student.hears({ type: "key_epoch", room: ROOM, key_epoch: 4 });
  expect((await student.tells("share_intake")).body.key_epoch).toBe(4);
  // After a reload it is sealed anew where that is due, and not where nothing is shared any more.
  const [again, quiet] = [studentSeat(kept), studentSeat(kept)];
  await again.hears(view({ nickname, intake: body, key_epoch: 4 }));
  expect((await again.tells("share_intake")).body.key_epoch).toBe(4);
  await quiet.hears(view({ nickname, key_epoch: 4 }));
  await quiet.hears({ type: "key_epoch", room: ROOM, key_epoch: 5 });
  expect(quiet.told.some(({ type }) => type === "share_intake")).toBe(false);
});

test("what was wanted of sharing while the connection was down is said when it is back", async () => {
  // Q12
  const { student, nickname } = await talking();
  const wants = async (type: "share_intake" | "stop_sharing") => {
    const lost = await student.between.outward({ type });
    if (lost?.type === "share_intake") return lost.body;
    return null;
  };
  const body = await wants("share_intake");
  await student.hears(view({ nickname, counsellor: "Asha" }));
  expect((await student.tells("share_intake")).body.key_epoch).toBe(1);
  await student.hears(view({ nickname, counsellor: "Asha", intake: body }));
  expect(student.told.some(({ type }) => type === "share_intake")).toBe(false);
  await wants("stop_sharing");
  await student.hears(view({ nickname, counsellor: "Asha", intake: body }));
  expect(await student.tells("stop_sharing")).toEqual({ type: "stop_sharing" });
});

test("both see the same four words, and after a reload the same still", async () => {
  const { student, desk, kept, browser, nickname } = await talking();
  const shared = student.sealing();
  expect(shared).toMatchObject({ at: "shared", words: Array(4).fill(expect.any(String)) });
  expect(desk.sealing()).toEqual(shared);
  const [again, desk2] = [studentSeat(kept), browser.sits()];
  await again.hears(view({ nickname, counsellor: "Asha" }));
  await desk2.hears(view({ nickname }));
  expect([again.sealing(), desk2.sealing()]).toEqual([shared, shared]);
});

test("a reload of either page goes on without the other, and counts on from where it was", async () => {
  const { student, desk, kept, browser, nickname, lines } = await talking();
  await lines.from(student, "student", ROOM, "one");
  await lines.from(desk, "counsellor", ROOM, "two");
  const [again, desk2] = [studentSeat(kept), browser.sits()];
  again.between.outward({ type: "hello", key: "key" });
  expect(await again.hears(view({ nickname }))).toMatchObject([{ nickname: "moss" }, {}]);
  expect(await desk2.hears(view({ nickname }))).toMatchObject([{ nickname: "moss" }, { sealing: { at: "shared" } }]);
  for (const seat of [again, desk2]) {
    expect(readBy(await (seat as StudentSeat).hears(allLines(lines)))).toEqual(["hi", "one", "two"]);
  }
  const three = await lines.from(again, "student", ROOM, "three");
  expect(readBy(await desk2.hears({ type: "line", room: ROOM, ...three }))).toEqual(["three"]);
  expect([again.told, desk2.told]).toEqual([[], []]);
});

test("a desk that lost its keys asks the student's page, which answers the same offer alike", async () => {
  const { student, browser, nickname, lines } = await talking();
  browser.session.clear();
  const desk = browser.sits();
  await desk.hears(view({ nickname }));
  await desk.hears(allLines(lines));
  const offer = handle(await desk.tells("offer_key"));
  await student.hears(offer);
  const first = await student.tells("hand_key");
  await student.hears(offer);
  expect(await student.tells("hand_key")).toEqual(first);
  const opened = await desk.hears({ ...first, type: "key_handed", room: ROOM });
  expect(readBy(opened)).toEqual(["hi"]);
  // A desk that comes back unanswered offers what it had offered.
  const other = browserOf("Ben", house).sits();
  await other.hears(view());
  const once = await other.tells("offer_key");
  await other.hears(view());
  expect(await other.tells("offer_key")).toEqual(once);
});

test("session storage holds no share and no line, and the desk's part of it is sealed", async () => {
  const { kept, browser, lines, student } = await talking();
  await lines.from(student, "student", ROOM, "a line of mine");
  const texts = [kept.kept ?? "", ...browser.session.values()].join("\n");
  expect(texts).not.toContain(view().share);
  expect(texts).not.toContain("a line of mine");
  // The desk's part is sealed: it says nothing even of the words.
  expect([...browser.session.values()].join("\n")).toMatch(/^[\w-]+$/);
});

test("what a desk kept of a room goes with it, however it goes", async () => {
  const ways: ToDesk[] = [
    { type: "ended", room: ROOM, by: "student", erased: ["room"], lines: 1, at: 1, receipt: "ABCD-EFGH" },
    { type: "moved", room: ROOM, why: "given_back" },
  ];
  for (const going of ways) {
    const { desk, browser } = await talking();
    expect([...browser.session.keys()].filter((name) => name.includes(ROOM))).toHaveLength(1);
    await desk.hears(going);
    expect([...browser.session.keys()].filter((name) => name.includes(ROOM))).toEqual([]);
  }
});

test("a student's page without storage works; loaded again it says that it cannot read", async () => {
  const nowhere = { kept: null, keys: () => null, keep: () => {} };
  const { student, lines } = await arrived(nowhere);
  await lines.from(student, "student", ROOM, "hi");
  expect(readBy(await student.hears(allLines(lines)))).toEqual(["hi"]);
  const again = studentSeat(nowhere);
  again.between.outward({ type: "hello", key: "key" });
  await again.hears(view());
  expect(readBy(await again.hears(allLines(lines)))).toEqual(["(unreadable)"]);
  // Nobody knows the name any more, so it is a guest's.
  const { body: nickname } = await again.tells("nickname");
  expect(await again.hears(view({ nickname }))).toMatchObject([{ nickname: "guest" }, {}]);
});

test("a key that this service has not certified gets nothing", async () => {
  const { student, nickname } = await arrived();
  const elsewhere = browserOf("Asha", await installation()).sits();
  await elsewhere.hears(view({ nickname }));
  const offer = await elsewhere.tells("offer_key");
  await student.hears(handle(offer));
  expect(student.sealing()).toEqual({ at: "uncertified", counsellor: "Asha" });
  // Certified, and for another name.
  const desk = browserOf("Asha", house).sits();
  await desk.hears(view({ nickname }));
  const good = await desk.tells("offer_key");
  await student.hears(handle(good, "Ben"));
  expect(student.sealing()).toEqual({ at: "uncertified", counsellor: "Ben" });
  expect(student.told).toEqual([]);
  await student.hears(handle(good));
  expect(student.sealing()).toEqual({ at: "shared", words: null, also: [] });
});

test("the installation's key is pinned: another one later certifies nobody", async () => {
  const { kept, nickname } = await arrived();
  const other = await installation();
  const again = studentSeat(kept);
  await again.hears(view({ nickname, staff: encoded(other.staff) }));
  const desk = browserOf("Asha", other).sits();
  await desk.hears(view({ nickname, staff: encoded(other.staff) }));
  await again.hears(handle(await desk.tells("offer_key")));
  expect(again.sealing()).toEqual({ at: "uncertified", counsellor: "Asha" });
  expect(again.told).toEqual([]);
});

test("a secret that was wrapped for another room is not read: the desk says so, and asks once more", async () => {
  const { student, desk } = await talking();
  await desk.hears(view({ room: OTHER_ROOM }));
  const offer = await desk.tells("offer_key");
  // The server gives the offer for one room to the student of another, and the answer back.
  await student.hears({ ...handle(offer), room: ROOM } as ToStudent);
  expect(student.sealing()).toEqual({ at: "uncertified", counsellor: "Asha" });
  const own = studentSeat(tab());
  await own.hears(view({ room: OTHER_ROOM }));
  await own.hears(handle(offer));
  const { answer } = await own.tells("hand_key");
  const wrong = { ...answer, wrapped: `${answer.wrapped.slice(0, -4)}AAAA` };
  const given = (one: typeof answer, open: string) =>
    desk.hears({ type: "key_handed", room: OTHER_ROOM, key_epoch: 1, for: open, answer: one });
  await given(wrong, offer.offer.public);
  expect(desk.sealing()).toEqual({ at: "awaited", again: "again" });
  const second = await desk.tells("offer_key");
  expect(second.offer.public).not.toBe(offer.offer.public);
  await given(answer, second.offer.public);
  expect(desk.sealing()).toEqual({ at: "unavailable" });
  expect(desk.told).toEqual([]);
});

test("a counsellor's page that does not keep to its commitment is in doubt, until another key is handed over", async () => {
  const { student, nickname } = await arrived();
  const desk = browserOf("Asha", house).sits();
  await desk.hears(view({ nickname }));
  await student.hears(handle(await desk.tells("offer_key"), "Asha", 1));
  const { for: offer } = await student.tells("hand_key");
  await student.hears({ type: "revealed_nonce", room: ROOM, for: offer, nonce: encoded(house.staff.slice(0, 32)) });
  expect(student.sealing()).toEqual({ at: "doubtful" });
  // What another offer had committed to says nothing of this one.
  await student.hears({ type: "revealed_nonce", room: ROOM, for: "another", nonce: encoded(house.staff.slice(0, 32)) });
  expect(student.sealing()).toEqual({ at: "doubtful" });
  const other = browserOf("Asha", house).sits();
  await other.hears(view({ nickname }));
  await handed(student, other);
  expect(student.sealing()).toEqual({ ...other.sealing(), also: ["Asha"] });
});

test("a part that belongs to an offer from before a reload casts no doubt on anybody", async () => {
  const { kept, nickname } = await talking();
  const again = studentSeat(kept);
  await again.hears(view({ nickname }));
  const old = {
    type: "revealed_nonce",
    room: ROOM,
    for: "of before",
    nonce: encoded(house.staff.slice(0, 32)),
  } as const;
  await again.hears(old);
  expect(again.sealing()).toMatchObject({ at: "shared" });
});

test("a key that the server has certified for itself is counted beside the words", async () => {
  // Whoever holds the installation's key can certify any key for any name, ask first, and let the counsellor ask after.
  const { student, nickname } = await arrived();
  const between = browserOf("Asha", house).sits();
  await between.hears(view({ nickname }));
  await handed(student, between);
  expect(student.sealing()).toMatchObject({ at: "shared", also: [] });
  const asha = browserOf("Asha", house).sits();
  await asha.hears(view({ nickname }));
  await handed(student, asha);
  // The words agree, for they are of the last that was handed over.
  expect(student.sealing()).toEqual({ ...asha.sealing(), also: ["Asha"] });
});

test("the name that somebody registered has taken is shown with what stands before it", async () => {
  const { student, desk, nickname } = await talking();
  for (const seat of [student, desk] as StudentSeat[]) {
    const renamed = await seat.hears({ type: "renamed", room: ROOM, prefix: "guest_" });
    expect(renamed).toEqual([{ type: "renamed", room: ROOM, nickname: "guest_moss" }]);
  }
  expect(await desk.hears(view({ nickname, renamed: "guest_" }))).toMatchObject([{ nickname: "guest_moss" }, {}]);
});

test("a name that was asked for and never confirmed is still this page's to say", async () => {
  const student = studentSeat(tab());
  student.between.outward({ type: "join", key: "key", nickname: "fern" });
  await student.hears(view());
  expect(student.told).toEqual([]);
  student.between.outward({ type: "hello", key: "key" });
  expect((await student.hears(view()))[0]).toMatchObject({ nickname: "fern" });
  expect(await student.tells("nickname")).toBeTruthy();
});
