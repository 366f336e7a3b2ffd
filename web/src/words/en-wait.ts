// How long it may still take, in words: a range that is true, or that nobody can say. Short, and never a promise.
// Both pages say it, and the supervisor's; where it comes from is the server's to know.

import type { Expected } from "../protocol.gen";

const number = new Intl.NumberFormat("en");
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** "2 to 5 minutes"; null stands for what has no end. */
export function range({ from_ms, to_ms }: Expected): string {
  if (to_ms === null) return `more than ${length(from_ms)}`;
  if (from_ms === 0) return `up to ${length(to_ms)}`;
  const [from, to] = [inUnits(from_ms, unit(to_ms)), inUnits(to_ms, unit(to_ms))];
  return from === to ? `about ${length(to_ms)}` : `${from} to ${length(to_ms)}`;
}

export const wait = {
  student: (expected: Expected | null) =>
    expected === null
      ? "We do not know yet how long it will take."
      : `It may still take ${range(expected)}. We reckon from how long others waited just now and who is here.`,
  desk: (expected: Expected | null) =>
    expected === null ? "Expected wait: we do not know yet." : `Expected wait: ${range(expected)}.`,
};

function unit(ms: number): number {
  if (ms < MINUTE) return 1_000;
  return ms <= 90 * MINUTE ? MINUTE : HOUR;
}

function inUnits(ms: number, size: number): string {
  return number.format(Math.round((10 * ms) / size) / 10);
}

function length(ms: number): string {
  const size = unit(ms);
  const name = size === HOUR ? "hour" : size === MINUTE ? "minute" : "second";
  const count = inUnits(ms, size);
  return `${count} ${count === "1" ? name : `${name}s`}`;
}
