// How long it may still take, in words: a range that is true, or that nobody can say. Short, never a promise, and in whole
// minutes, as nobody in need should have to read tenths.
// Both pages say it, and the supervisor's; where it comes from is the server's to know.

import type { Expected } from "../protocol.gen";

const number = new Intl.NumberFormat("en");
const MINUTE = 60_000;
const HALF_HOUR = 30 * MINUTE;
const HOUR = 2 * HALF_HOUR;

/** "2 to 5 minutes", never narrower than it is; null stands for what has no end. */
export function range({ from_ms, to_ms }: Expected): string {
  const unit = from_ms < HOUR ? MINUTE : HALF_HOUR;
  const from = Math.floor(from_ms / unit);
  if (to_ms === null) return from === 0 ? "some time" : `more than ${length(from, unit)}`;
  if (to_ms < MINUTE) return "less than a minute";
  const to = Math.ceil(to_ms / unit);
  if (from === 0) return `up to ${length(to, unit)}`;
  return from === to ? `about ${length(to, unit)}` : `${inUnits(from, unit)} to ${length(to, unit)}`;
}

export const wait = {
  student: (expected: Expected | null) =>
    expected === null
      ? "We do not know yet how long it will take."
      : `It may still take ${range(expected)}. We reckon from how long others waited just now and who is here.`,
  desk: (expected: Expected | null) =>
    expected === null ? "Expected wait: we do not know yet." : `Expected wait: ${range(expected)}.`,
};

function length(count: number, unit: number): string {
  const [said, name] = [inUnits(count, unit), unit === MINUTE ? "minute" : "hour"];
  return `${said} ${said === "1" ? name : `${name}s`}`;
}

/** Half hours are said as hours. */
function inUnits(count: number, unit: number): string {
  return number.format(unit === MINUTE ? count : count / 2);
}
