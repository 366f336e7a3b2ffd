// How a range of time reads.

import { expect, test } from "vitest";
import { range, wait } from "../src/words/en-wait";

const MINUTE = 60_000;

test("a waiting time is a range in words, or not known", () => {
  const read = (from_ms: number, to_ms: number | null) => range({ from_ms, to_ms });
  expect(read(0, 30_000)).toBe("less than a minute");
  expect(read(10_000, 45_000)).toBe("less than a minute");
  expect(read(6_000, 3 * MINUTE)).toBe("up to 3 minutes");
  expect(read(30_000, 90_000)).toBe("up to 2 minutes");
  expect(read(0, MINUTE)).toBe("up to 1 minute");
  expect(read(MINUTE, 1.5 * MINUTE)).toBe("1 to 2 minutes");
  expect(read(1.5 * MINUTE, 4 * MINUTE)).toBe("1 to 4 minutes");
  expect(read(20 * MINUTE, 90 * MINUTE)).toBe("20 to 90 minutes");
  expect(read(50 * MINUTE, 120 * MINUTE)).toBe("50 to 120 minutes");
  expect(read(75 * MINUTE, 150 * MINUTE)).toBe("1 to 2.5 hours");
  expect(read(60 * MINUTE, 120 * MINUTE)).toBe("1 to 2 hours");
  expect(read(60 * MINUTE, 60 * MINUTE)).toBe("about 1 hour");
  expect(read(10 * MINUTE, null)).toBe("more than 10 minutes");
  expect(read(1_000, null)).toBe("some time");
  expect(read(5 * MINUTE, 5 * MINUTE)).toBe("about 5 minutes");
  expect(wait.student(null)).toContain("do not know yet");
});
