// Stories of what may be one line. Time and chance are given; nothing here waits.

import { expect, test } from "vitest";
import { HEAVIEST, LONGEST, measured, shown } from "../src/lines";

const family = "👨‍👩‍👧‍👦";

test("W17: a thousand characters as a person counts them fit, one more does not", () => {
  expect(measured("ä".repeat(LONGEST)).fit).toBe("yes");
  expect(measured("a".repeat(LONGEST + 1))).toEqual({ fit: "long", over: 1 });
  expect(measured("👍🏽".repeat(LONGEST)).fit).toBe("yes");
  expect(measured("👍🏽".repeat(LONGEST + 1))).toEqual({ fit: "long", over: 1 });
});

test("W17: an emoji of a family is one character, and heavy", () => {
  expect(measured(family.repeat(640))).toEqual({ fit: "yes", text: family.repeat(640) });
  expect(new TextEncoder().encode(family.repeat(640)).length).toBe(HEAVIEST);
  expect(measured(family.repeat(641)).fit).toBe("heavy");
});

test("only spaces are nothing, and the ends are trimmed", () => {
  expect(measured(" \n\t ").fit).toBe("empty");
  expect(measured("")).toEqual({ fit: "empty" });
  expect(measured("  two\nlines ")).toEqual({ fit: "yes", text: "two\nlines" });
});

test("control characters other than a new line and a tab are taken out", () => {
  expect(measured("a\u0000b\u0007\tc\r\nd")).toEqual({ fit: "yes", text: "ab\tc\nd" });
  expect(measured("\u0000\u0001").fit).toBe("empty");
});

test("W17: no more is shown than an honest page would have sent", () => {
  expect(shown("a".repeat(LONGEST))).toHaveLength(LONGEST);
  expect(shown("a".repeat(5_000))).toHaveLength(LONGEST);
  expect(shown("👍🏽".repeat(1_200))).toBe("👍🏽".repeat(LONGEST));
});
