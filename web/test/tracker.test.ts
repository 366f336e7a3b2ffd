// The keyboard's tracker against the tables D-T, the same file that the server's tests read, and what holds for any day.

import { expect, test } from "vitest";
import vectors from "../../tests/vectors/duty.json";
import { type Happened, RULES, type Sent, tracked, untracked } from "../src/tracker";

const MINUTE = 60_000;

function clock(time: string): number {
  const [hours = 0, minutes = 0, seconds = 0] = time.split(":").map(Number);
  return ((hours * 60 + minutes) * 60 + seconds) * 1_000;
}

function reports(events: readonly Happened[]): Sent[] {
  let tracker = untracked;
  return events.flatMap((event) => {
    const [next, sent] = tracked(tracker, event);
    tracker = next;
    return sent;
  });
}

// D-T4, D-T5
test.each(vectors.page)("$id", ({ events, sent }) => {
  const happened = events.map(([time, what]) => ({ what, at: clock(time ?? "") }) as Happened);
  expect(reports(happened)).toEqual(sent.map(([time, kind]) => ({ kind, at: clock(time ?? "") })));
});

test("D-T6: three hundred characters are nothing, one more is told at once", () => {
  const keys = (count: number): Happened[] =>
    Array.from({ length: count }, (_, nth) => ({ what: "key", at: nth * 500 }));
  expect(reports(keys(300))).toEqual([]);
  expect(reports(keys(301))).toEqual([{ kind: "key", at: 150_000 }]);
  // After it they count anew; and clicks are no characters.
  expect(reports(keys(601)).length).toBe(1);
  expect(reports(keys(602)).length).toBe(2);
  const clicks: Happened[] = keys(400).map(({ at }) => ({ what: "click", at }));
  expect(reports(clicks)).toEqual([]);
});

test("a mouse by itself is nothing, and without it nothing is due", () => {
  // D4
  const moves: Happened[] = Array.from({ length: 60 }, (_, nth) => ({ what: "move", at: nth * MINUTE }));
  expect(reports(moves)).toEqual([]);
  const keys: Happened[] = Array.from({ length: 60 }, (_, nth) => ({ what: "click", at: nth * MINUTE }));
  expect(reports(keys)).toEqual([]);
});

test("exactly fifteen minutes are no break, and exactly five are due", () => {
  // D4
  const at = (what: Happened["what"], minutes: number): Happened => ({ what, at: minutes * MINUTE });
  expect(reports([at("key", 0), at("key", 15)])).toEqual([]);
  expect(reports([at("key", 0), { what: "key", at: 15 * MINUTE + 1 }])).toEqual([
    { kind: "key_cached", at: 0 },
    { kind: "key", at: 15 * MINUTE + 1 },
  ]);
  expect(reports([at("key", 0), at("move", 1), at("key", 5)])).toEqual([{ kind: "key", at: 5 * MINUTE }]);
  // After a report there is no older time to tell.
  const twice = [at("key", 0), at("move", 1), at("key", 5), at("key", 25)];
  expect(reports(twice)).toEqual([
    { kind: "key", at: 5 * MINUTE },
    { kind: "key", at: 25 * MINUTE },
  ]);
});

test("another room begins anew, and a report does not", () => {
  // D4
  const at = (what: Happened["what"], minutes: number): Happened => ({ what, at: minutes * MINUTE });
  expect(reports([at("key", 0), at("open", 10), at("key", 20), at("key", 34)])).toEqual([]);
});

test("whatever happens, a report tells only of times that were", () => {
  const seed = Date.now() % 1_000_000;
  let state = seed + 1;
  const random = (below: number) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % below;
  };
  for (let day = 0; day < 200; day++) {
    let now = 0;
    const events: Happened[] = Array.from({ length: 200 }, () => {
      now += random(random(10) === 0 ? 30 * MINUTE : MINUTE);
      return {
        what: (["key", "key", "click", "move", "open"] as const)[random(20) === 0 ? 4 : random(4)] ?? "key",
        at: now,
      };
    });
    const pressed = new Set(events.filter(({ what }) => what === "key" || what === "click").map(({ at }) => at));
    let last = -1;
    for (const { at } of reports(events)) {
      expect(pressed.has(at), `seed ${seed}`).toBe(true);
      expect(at >= last, `seed ${seed}`).toBe(true);
      last = at;
    }
  }
  expect(RULES).toEqual({ pause: 900_000, interval: 300_000, keys: 300 });
});
