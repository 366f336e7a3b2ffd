// What the desk tells of its keyboard, on its way: never too often, never lost with a connection, never as a time.

import { expect, test } from "vitest";
import { keyboard, REPORT_EVERY } from "../src/keyboard-reports";
import type { Ages, Rules } from "../src/tracker";

const MINUTE = 60_000;
const RULES: Rules = { pause: 15 * MINUTE, interval: 5 * MINUTE, keys: 300 };

/** A page whose clock, alarms and connection the test has in its hand. */
function page() {
  const ears = new Map<string, (event: Event) => void>();
  const on = {
    addEventListener: (type: string, ear: (event: Event) => void) => ears.set(type, ear),
    removeEventListener: (type: string) => ears.delete(type),
  } as unknown as EventTarget;
  const it = { now: 0, up: true, said: [] as Ages[], alarms: [] as { at: number; then: () => void }[], ears };
  const at = keyboard(on, {
    isUp: () => it.up,
    say: (ages) => it.said.push(ages),
    now: () => it.now,
    after(ms, then) {
      const alarm = { at: it.now + ms, then };
      it.alarms.push(alarm);
      return () => {
        it.alarms = it.alarms.filter((one) => one !== alarm);
      };
    },
  });
  const real = (type: string) =>
    new Proxy(new Event(type), { get: (event, name) => (name === "isTrusted" ? true : Reflect.get(event, name)) });
  return {
    ...at,
    it,
    after(ms: number, type?: string) {
      const then = it.now + ms;
      for (const alarm of it.alarms.filter(({ at }) => at <= then).toSorted((a, b) => a.at - b.at)) {
        it.now = alarm.at;
        alarm.then();
      }
      it.now = then;
      if (type) ears.get(type)?.(real(type));
    },
  };
}

test("D4: a pair after a pause, in ages", () => {
  const desk = page();
  desk.welcome(RULES);
  desk.roomOpened();
  desk.after(MINUTE, "click");
  desk.after(16 * MINUTE, "click");
  expect(desk.it.said).toEqual([{ key: 0, cached: 16 * MINUTE }]);
});

test("what is told without a connection is told when it is back, as old as it is by then, one in ten seconds", () => {
  const desk = page();
  desk.welcome(RULES);
  desk.roomOpened();
  desk.after(0, "click");
  desk.it.up = false;
  for (let n = 0; n < 3; n += 1) desk.after(16 * MINUTE, "click");
  expect(desk.it.said).toEqual([]);
  desk.after(MINUTE);
  desk.it.up = true;
  desk.welcome(RULES);
  expect(desk.it.said).toEqual([{ key: 33 * MINUTE, cached: 49 * MINUTE }]);
  desk.after(REPORT_EVERY - 1);
  expect(desk.it.said).toHaveLength(1);
  desk.after(1);
  desk.after(REPORT_EVERY);
  expect(desk.it.said.map(({ key }) => key)).toEqual([
    33 * MINUTE,
    17 * MINUTE + REPORT_EVERY,
    MINUTE + 2 * REPORT_EVERY,
  ]);
  desk.after(MINUTE);
  expect(desk.it.said).toHaveLength(3);
});

test("a tab that is signed out hears nothing and tells nothing", () => {
  const desk = page();
  desk.welcome(RULES);
  desk.roomOpened();
  desk.after(0, "click");
  desk.it.up = false;
  desk.after(16 * MINUTE, "click");
  desk.stop();
  desk.it.up = true;
  expect(desk.it.ears.size).toBe(0);
  desk.welcome(RULES);
  desk.after(16 * MINUTE, "click");
  expect(desk.it.said).toEqual([]);
});

test("a clock that is set back silences nobody", () => {
  const desk = page();
  desk.it.now = 10 * 60 * MINUTE;
  desk.welcome(RULES);
  desk.roomOpened();
  desk.after(0, "click");
  desk.after(16 * MINUTE, "click");
  desk.it.now -= 5 * 60 * MINUTE;
  desk.roomOpened();
  desk.after(0, "click");
  desk.after(16 * MINUTE, "click");
  expect(desk.it.said).toHaveLength(2);
});
