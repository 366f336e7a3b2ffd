// How a day's sessions lie beside each other.

import { expect, test } from "vitest";
import { axis, cutsWeeks, MIDNIGHT, summed, timeline } from "../src/duty-days";
import { BEN, duty, MORNING, session } from "./worked";

const bars = (...sessions: Parameters<typeof timeline>[1]) => timeline([], sessions)[0];

test("D-T1: what lies between two sessions is a break", () => {
  const [first, second] = [session("2026-11-23 09:00 09:40"), session("2026-11-23 10:15 10:40")];
  for (const all of [
    [first, second],
    [second, first],
  ]) {
    const line = bars(...all);
    expect(line?.bars.map(({ from, to }) => [from, to])).toEqual([
      [540, 580],
      [615, 640],
    ]);
    expect(line?.breaks).toEqual([{ from: 580, to: 615, minutes: 35 }]);
  }
});

test("D-T5: one bar, and days without any have a row of their own", () => {
  const lines = timeline(["2026-11-22", "2026-11-23"], [MORNING]);
  expect(lines.map(({ day, bars }) => [day, bars.length])).toEqual([
    ["2026-11-22", 0],
    ["2026-11-23", 1],
  ]);
  expect(lines[1]?.bars[0]).toMatchObject({ from: 600, to: 627, beyond: null });
});

test("a session past midnight runs to the edge of the day it began", () => {
  const line = bars(session("2026-11-23 23:20 00:40 2026-11-24"));
  expect(line).toMatchObject({ day: "2026-11-23", bars: [{ from: 1400, to: MIDNIGHT, beyond: "00:40" }], breaks: [] });
});

test("D-T2: sessions of no length have a break between them that is whole minutes long", () => {
  const second = { ...session("2026-11-23 09:20 09:20"), start: "2026-11-23T09:20:01+01:00" };
  expect(bars(session("2026-11-23 09:00 09:00"), second)?.breaks).toEqual([{ from: 540, to: 560, minutes: 20 }]);
});

test("on the days on which clocks are moved a break is as long as it was", () => {
  const spring = [
    session("2026-03-29 01:00 01:30"),
    session("2026-03-29 03:30 04:00", { start: "2026-03-29T03:30:00+02:00", end: "2026-03-29T04:00:00+02:00" }),
  ];
  expect(bars(...spring)?.breaks).toEqual([{ from: 90, to: 210, minutes: 60 }]);
  const autumn = [
    session("2026-10-25 02:10 02:20"),
    session("2026-10-25 02:40 02:50", { start: "2026-10-25T02:40:00+02:00", end: "2026-10-25T02:50:00+02:00" }),
  ];
  const line = bars(...autumn);
  expect(line?.bars.map(({ from }) => from)).toEqual([160, 130]);
  expect(line?.breaks.map(({ minutes }) => minutes)).toEqual([20]);
  const twice = session("2026-10-25 02:50 02:20", { start: "2026-10-25T02:50:00+02:00" });
  expect(bars(twice)?.bars[0]).toMatchObject({ from: 170, to: 170, beyond: null });
});

test("an axis goes in whole steps and holds the longest day", () => {
  for (const most of [0, 1, 60, 61, 359, 361, 13 * 60, 31 * 60, 61 * 60, 500 * 60]) {
    const { hours, every } = axis(most);
    expect(hours % every).toBe(0);
    expect(hours * 60).toBeGreaterThanOrEqual(most);
    expect(hours / every).toBeLessThanOrEqual(9);
  }
});

test("a sum is that of what each came to", () => {
  const rounded = [MORNING, { ...MORNING, who: BEN, minutes: 5, reply_count: 3 }];
  expect(summed(duty("2026-11-23", "2026-11-23", rounded))).toEqual({ sessions: 2, minutes: 32, reply_count: 3 });
});

test("weeks are whole from a Monday to a Sunday", () => {
  expect(cutsWeeks({ from: "2026-11-02", until: "2026-11-29" })).toBe(false);
  expect(cutsWeeks({ from: "2026-11-01", until: "2026-11-29" })).toBe(true);
  expect(cutsWeeks({ from: "2026-11-02", until: "2026-11-23" })).toBe(true);
});
