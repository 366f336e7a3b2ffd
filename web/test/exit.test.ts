// Stories of the ways out. Time and chance are given; nothing here waits.

import { expect, test } from "vitest";
import { exitAddress, type Key, NO_PRESSES, pressed } from "../src/exit";

const plain = { repeat: false, altKey: false, ctrlKey: false, metaKey: false };
const down = (key: string): Key => ({ ...plain, type: "keydown", key });
const up = (key: string): Key => ({ ...plain, type: "keyup", key });

function count(...events: [Key, number][]): number {
  return events.reduce((presses, [key, now]) => pressed(presses, key, now), NO_PRESSES).count;
}

const shift = (now: number): [Key, number][] => [
  [down("Shift"), now],
  [up("Shift"), now + 50],
];

test("three presses of Shift alone within 5 s are enough", () => {
  expect(count(...shift(0), ...shift(1_000))).toBe(2);
  expect(count(...shift(0), ...shift(1_000), ...shift(4_900))).toBe(3);
});

test("too slow begins anew", () => {
  expect(count(...shift(0), ...shift(1_000), ...shift(5_100))).toBe(1);
});

test("any other key in between begins anew, and so do capital letters", () => {
  expect(count(...shift(0), ...shift(100), [down("a"), 200], ...shift(300))).toBe(1);
  expect(count([down("Shift"), 0], [down("A"), 10], [up("A"), 20], [up("Shift"), 30])).toBe(0);
});

test("holding Shift is one press, and Shift with another modifier is none", () => {
  const held: Key = { ...down("Shift"), repeat: true };
  expect(count([down("Shift"), 0], [held, 500], [held, 530], [up("Shift"), 600])).toBe(1);
  expect(
    count([down("Control"), 0], [{ ...down("Shift"), ctrlKey: true }, 10], [{ ...up("Shift"), ctrlKey: true }, 20]),
  ).toBe(0);
});

test("the way out is an ordinary address or an empty page", () => {
  expect(exitAddress("https://weather.example/")).toBe("https://weather.example/");
  for (const odd of [null, "", "{{exit_url}}", "about:blank", "javascript:alert(1)"]) {
    expect(exitAddress(odd)).toBe("about:blank");
  }
});
