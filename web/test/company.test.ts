// Stories of who is on the other side of a room: where they are, who may take over, what may be read.
// Time and chance are given; nothing here waits.

import { expect, test } from "vitest";
import { step, type Talk, type TalkEffect, type TalkInput, talk } from "../src/talk";
import { cid, moment, notice, said, view } from "./given";

function fed(begin: Talk, ...inputs: TalkInput[]): [Talk, TalkEffect[]] {
  return inputs.reduce<[Talk, TalkEffect[]]>(
    ([state, effects], input) => {
      const [next, more] = step(state, input, moment());
      return [next, [...effects, ...more]];
    },
    [begin, []],
  );
}

const here = { counsellor: "Asha", revealed: true, whereabouts: "here" } as const;
const live = (changes = {}) =>
  fed(talk(view({ ...here, ...changes }), "student", moment()), { type: "lines", lines: [] })[0];
const line: TalkInput = { type: "line", line: said(1, "counsellor") };
const written: TalkInput[] = [{ type: "drafted", text: "hm" }, { type: "sent" }];

test("W25, U9: where the other side is follows what is pushed, and a reconnect's own word", () => {
  const [away] = fed(live(), { type: "presence", whereabouts: "reconnecting" });
  expect(away.company.whereabouts).toBe("reconnecting");
  expect(fed(away, { type: "presence", whereabouts: "here" })[0].company.whereabouts).toBe("here");
  const described: TalkInput = { type: "view", view: view({ ...here, whereabouts: "away" }) };
  expect(fed(away, described)[0].company.whereabouts).toBe("away");
});

test("W26: the student reads who is asked, and that the counsellor stays until the next line", () => {
  const [asked] = fed(live(), { type: "handing", to: "Ben" });
  expect(asked.company).toMatchObject({ handingTo: "Ben", news: [] });
  const [stays] = fed(asked, { type: "handing", to: null });
  expect(stays.company).toMatchObject({ handingTo: null, news: [{ about: "stays", asked: "Ben" }] });
  expect(fed(stays, line)[0].company.news).toEqual([]);
  expect(fed(stays, ...written)[0].company.news).toEqual([]);
  expect(fed(stays, { type: "handing", to: "Cleo" })[0].company.news).toEqual([]);
  expect(fed(live(), { type: "handing", to: null })[0].company.news).toEqual([]);
});

test("W26: nobody is said to stay who has handed over, in whatever order it is told", () => {
  const gone: TalkInput = { type: "notice", placed: notice(2, 0, "handed_over", "Asha") };
  const came: TalkInput = { type: "notice", placed: notice(3, 0, "counsellor_came", "Ben") };
  const nobody: TalkInput = { type: "handing", to: null };
  for (const order of [
    [gone, came, nobody],
    [nobody, gone, came],
    [gone, nobody, came],
  ]) {
    const [after] = fed(live(), { type: "handing", to: "Ben" }, ...order);
    expect(after.company).toMatchObject({ handingTo: null, news: [], whereabouts: "here" });
    expect(after.conversation.counsellor).toBe("Ben");
  }
  // Told while the page was away: the new name says that the old one has not stayed.
  const elsewhere: TalkInput = { type: "view", view: view({ ...here, counsellor: "Ben" }) };
  expect(fed(live(), { type: "handing", to: "Ben" }, elsewhere)[0].company.news).toEqual([]);
  const stayed: TalkInput = { type: "view", view: view(here) };
  expect(fed(live(), { type: "handing", to: "Ben" }, stayed)[0].company.news).toHaveLength(1);
});

test("W13: the question about older lines is answered once, and again if the answer was cut off", () => {
  const notices = [notice(4, 0, "counsellor_came", "Asha")];
  const asked = live({ older: "asked", notices });
  const [kept, keeps] = fed(asked, { type: "keep_older" });
  expect(keeps).toEqual([{ do: "older", answer: { answer: "keep", nth: 4 } }]);
  expect(fed(kept, { type: "older", older: "kept" })[0].company).toMatchObject({ older: "kept", olderAnswer: null });
  expect(fed(live(), { type: "let_read" })[1]).toEqual([]);

  const [away, none] = fed(asked, { type: "down" }, { type: "let_read" });
  expect(none).toEqual([]);
  const back: TalkInput = { type: "view", view: view({ ...here, older: "asked", notices }) };
  expect(fed(away, back, { type: "lines", lines: [] })[1]).toEqual([
    { do: "older", answer: { answer: "share", nth: 4 } },
  ]);
  // Leave that was given to one counsellor is not given to the next.
  const cara = [...notices, notice(5, 0, "handed_over", "Asha"), notice(6, 0, "counsellor_came", "Cara")];
  const other: TalkInput = { type: "view", view: view({ ...here, counsellor: "Cara", older: "asked", notices: cara }) };
  const [met, effects] = fed(away, other, { type: "lines", lines: [] });
  expect([met.company.older, met.company.olderAnswer, effects]).toEqual(["asked", null, []]);
  const heard: TalkInput = { type: "view", view: view({ ...here, older: "shared" }) };
  expect(fed(away, heard, { type: "lines", lines: [] })[1]).toEqual([]);
});

test("W13: no answer keeps nobody from writing", () => {
  const [, effects] = fed(live({ older: "asked" }), ...written);
  expect(effects).toContainEqual({ do: "say", cid: cid(1), text: "hm" });
});

test("U4: a visitor whose name was taken is told once, live or by the room", () => {
  const [told] = fed(live(), { type: "renamed", nickname: "guest_moss" });
  expect(told.conversation.nickname).toBe("guest_moss");
  expect(told.company.news).toEqual([{ about: "name", nickname: "guest_moss" }]);
  const described: TalkInput = { type: "view", view: view({ ...here, nickname: "guest_moss" }) };
  expect(fed(told, described)[0].company.news).toHaveLength(1);
  expect(fed(live(), described)[0].company.news).toEqual([{ about: "name", nickname: "guest_moss" }]);
  // Somebody else's line does not take it away; writing on does.
  expect(fed(told, line)[0].company.news).toHaveLength(1);
  expect(fed(told, ...written)[0].company.news).toEqual([]);
});

test("W25: back in the queue, what was said of the counsellor holds no longer", () => {
  const asked = live({ older: "asked", handing_to: "Ben", whereabouts: "away" });
  const [gone] = fed(asked, { type: "notice", placed: notice(2, 0, "back_to_queue", "Asha") });
  expect(gone.company).toEqual({ whereabouts: null, handingTo: null, older: null, olderAnswer: null, news: [] });
  expect(fed(gone, { type: "presence", whereabouts: "away" })[0].company.whereabouts).toBeNull();
});
