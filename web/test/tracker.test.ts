// Stories of the desk's keyboard tracker (D4): the tables that the server is held to as well (tests/vectors/duty.json), and
// what holds for every day at a desk. Time is given; nothing here waits.

import { expect, test } from "vitest";
import { type Ages, ages, type Happened, NOTHING, type Sent, type Tracker, tracked } from "../src/tracker";
import { listen } from "../src/tracker-ears";
import file from "../../tests/vectors/duty.json";

const MINUTE = 60_000;
const RULES = { pause: file.seconds.pause * 1_000, interval: file.seconds.interval * 1_000, keys: file.keys };

function played(events: readonly Happened[]): { sent: Sent[]; tracker: Tracker } {
  let tracker = NOTHING;
  const sent: Sent[] = [];
  for (const event of events) {
    const next = tracked(tracker, event, RULES);
    tracker = next.tracker;
    sent.push(...next.send);
  }
  return { sent, tracker };
}

type Run = { type: string; from: string; until: string; every: number };

function unrolled(runs: readonly Run[]): Happened[] {
  const events = runs.flatMap(({ type, from, until, every }) => {
    const all: Happened[] = [];
    for (let at = Date.parse(from); at <= Date.parse(until); at += every * 1_000) all.push({ type, at } as Happened);
    return all;
  });
  return events.sort((one, other) => one.at - other.at);
}

// D-T4, D-T5, D-T6
const rows = file.rows.filter((row) => "page" in row).map((row) => ({ ...row, page: row.page ?? [] }));

test("the table has rows for the page", () =>
  expect(rows.map(({ id }) => id)).toEqual(["D-T4", "D-T5", "D-T6", "D-T6"]));

for (const { id, page, log } of rows) {
  test(`${id}: ${log.length} entries`, () => {
    const expected = log
      .filter(({ kind }) => kind.startsWith("key"))
      .map(({ at, kind }) => ({ kind, at: Date.parse(at) }));
    expect(played(unrolled(page)).sent).toEqual(expected);
  });
}

const open = (at: number): Happened => ({ type: "open", at });
const key = (at: number): Happened => ({ type: "key", at });
const click = (at: number): Happened => ({ type: "click", at });
const move = (at: number): Happened => ({ type: "move", at });

// D4, its rows one by one and their edges
test("nothing is sent before a room was opened, nor of the first key after it", () => {
  expect(played([key(0), move(1), key(30 * MINUTE)])).toEqual({ sent: [], tracker: NOTHING });
  expect(played([open(0), key(40 * MINUTE)]).sent).toEqual([]);
});

test("a pause is more than fifteen minutes", () => {
  expect(played([open(0), key(0), key(15 * MINUTE)]).sent).toEqual([]);
  const late = 15 * MINUTE + 1;
  expect(played([open(0), key(0), key(late)]).sent).toEqual([
    { kind: "key_cached", at: 0 },
    { kind: "key", at: late },
  ]);
  expect(played([open(0), key(0), key(late), click(2 * late)]).sent.slice(2)).toEqual([{ kind: "key", at: 2 * late }]);
});

test("after five minutes a key is sent if the mouse has moved since, and a move alone never", () => {
  const five = 5 * MINUTE;
  expect(played([open(0), key(0), move(1), key(five)]).sent).toEqual([{ kind: "key", at: five }]);
  expect(played([open(0), key(0), move(1), key(five - 1)]).sent).toEqual([]);
  expect(played([open(0), key(0), key(five)]).sent).toEqual([]);
  expect(played([open(0), move(0), key(0), key(five)]).sent).toEqual([]);
  expect(played([open(0), key(0), move(1), click(five), key(2 * five)]).sent).toEqual([{ kind: "key", at: five }]);
  expect(played([open(0), key(0), ...Array.from({ length: 99 }, (_, n) => move(n * MINUTE))]).sent).toEqual([]);
});

test("keys count for five minutes and only since the last send, clicks never", () => {
  const fast = (count: number, from: number, every = 100) =>
    Array.from({ length: count }, (_, n) => key(from + n * every));
  expect(played([open(0), ...fast(301, 0)]).sent).toEqual([{ kind: "key", at: 30_000 }]);
  expect(played([open(0), ...fast(601, 0)]).sent).toHaveLength(1);
  expect(played([open(0), ...fast(602, 0)]).sent).toHaveLength(2);
  expect(played([open(0), ...fast(301, 0, 1_000)]).sent).toHaveLength(1);
  expect(played([open(0), ...fast(2_000, 0, 1_001)]).sent).toHaveLength(0);
  expect(played([open(0), ...fast(300, 0), click(30_000)]).sent).toEqual([]);
});

test("another room begins anew, and so does a clock that was set back", () => {
  expect(played([open(0), key(0), open(MINUTE), key(30 * MINUTE)]).sent).toEqual([]);
  expect(played([open(0), key(60 * MINUTE), key(1), key(2)]).sent).toEqual([]);
});

test("what is told are ages, which the server can subtract", () => {
  const send: Sent[] = [
    { kind: "key_cached", at: 10 },
    { kind: "key", at: 30.4 },
  ];
  expect(ages(send, 40)).toEqual({ key: 10, cached: 30 });
  expect(ages(send.slice(1), 20)).toEqual({ key: 0, cached: null });
  expect(ages([], 40)).toBeNull();
});

/** D4 read again for every event from all that happened since the last room, which is kept whole. */
function remembered(events: readonly Happened[]): Sent[] {
  const sent: Sent[] = [];
  let room: { at: number; heard: Happened[]; sends: number[] } | null = null;
  for (const event of events) {
    if (event.type === "open") room = { at: event.at, heard: [], sends: [] };
    else if (room) {
      const { at } = event;
      const { heard, sends } = room;
      heard.push(event);
      const board = heard.filter(({ type }) => type !== "move");
      const begin = sends.at(-1) ?? board[0]?.at;
      if (event.type === "move" || begin === undefined || board.length === 1) continue;
      const last = heard.lastIndexOf(
        board[sends.length ? board.findLastIndex((one) => one.at === begin) : 0] as Happened,
      );
      const since = heard.slice(last + 1);
      const previous = board.at(-2) as Happened;
      const cached = sends.length === 0 || sends.at(-1) !== previous.at;
      const moves = since.some(({ type }) => type === "move");
      const counted = sends.length === 0 ? heard : since;
      const keys = counted.filter((one) => one.type === "key" && at - one.at <= RULES.interval).length;
      const paused = at - previous.at > RULES.pause;
      if (!paused && !(at - begin >= RULES.interval && moves) && keys <= RULES.keys) continue;
      if (paused && cached) sent.push({ kind: "key_cached", at: previous.at });
      sent.push({ kind: "key", at });
      sends.push(at);
    }
  }
  return sent;
}

function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Typing, pausing and looking away in turns; no two events at one moment. */
function day(random: () => number): Happened[] {
  const events: Happened[] = [open(0)];
  let at = 0;
  while (events.length < 900) {
    const [burst, calm] = [random() < 0.1, random() < 0.3];
    for (let n = burst ? 150 + random() * 300 : 1 + random() * 6; n > 0; n--) {
      at += 1 + Math.floor(random() * (burst ? 1_500 : calm ? 18 * MINUTE : 2 * MINUTE));
      const which = random();
      const type = burst || which < 0.5 ? "key" : which < 0.7 ? "click" : which < 0.99 ? "move" : "open";
      events.push({ type, at });
    }
  }
  return events;
}

test("D4: what is sent is what the table says of all that happened, and little is kept", () => {
  let pairs = 0;
  for (let seed = 1; seed <= 150; seed++) {
    const events = day(chance(seed));
    const { sent, tracker } = played(events);
    expect(sent, `seed ${seed}`).toEqual(remembered(events));
    const board = new Set(events.filter(({ type }) => type === "key" || type === "click").map(({ at }) => at));
    expect(
      sent.every(({ at }) => board.has(at)),
      `seed ${seed}`,
    ).toBe(true);
    expect(
      sent.every(({ at }, n) => n === 0 || (sent[n - 1]?.at ?? 0) < at),
      `seed ${seed}`,
    ).toBe(true);
    if (tracker.tracking === "keyboard") expect(tracker.keys.length, `seed ${seed}`).toBeLessThanOrEqual(RULES.keys);
    pairs += sent.filter(({ kind }) => kind === "key_cached").length;
  }
  expect(pairs).toBeGreaterThan(100);
});

/** An event as the browser would make it: scripts cannot set `isTrusted`, and neither can a test. */
function real(type: string, more: object = {}): Event {
  return new Proxy(new Event(type), {
    get: (event, name) => (name === "isTrusted" ? true : name in more ? more[name as never] : Reflect.get(event, name)),
  });
}

test("D4: only what a person does is heard, and which key it was is not asked", () => {
  const ears = new Map<string, (event: Event) => void>();
  const on = {
    addEventListener: (type: string, ear: (event: Event) => void) => ears.set(type, ear),
    removeEventListener: (type: string) => ears.delete(type),
  } as unknown as EventTarget;
  const told: Ages[] = [];
  let now = 0;
  const { opened, close } = listen(
    on,
    RULES,
    () => now,
    (sent) => told.push(ages(sent, now) as Ages),
  );
  const after = (minutes: number, event: Event) => {
    now += minutes * MINUTE;
    ears.get(event.type)?.(event);
  };
  const unread = {
    get key(): string {
      throw new Error("which key it was has been read");
    },
    repeat: false,
  };
  opened();
  after(1, real("keydown", unread));
  after(1, real("mousemove"));
  after(5, new Event("keydown"));
  after(0, new Event("click"));
  after(0, real("keydown", { repeat: true }));
  expect(told).toEqual([]);
  after(0, real("click"));
  expect(told).toEqual([{ key: 0, cached: null }]);
  after(3, real("keydown", unread));
  after(16, real("keydown", unread));
  expect(told.slice(1)).toEqual([{ key: 0, cached: 16 * MINUTE }]);
  expect([...ears.keys()]).toEqual(["keydown", "click", "mousemove"]);
  close();
  expect(ears.size).toBe(0);
});
