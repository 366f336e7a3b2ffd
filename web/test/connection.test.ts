// Stories of the one connection of a page: what is a loss, what is worth a word, which alarm still counts.
// Time and chance are given; nothing here waits.

import { expect, test } from "vitest";
import { answered, beating, connecting, lost, opened, stillDown, TROUBLE_AFTER } from "../src/connection";

test("a first connection that does not come is trouble after a while, and not before", () => {
  const [connection, alarm] = connecting();
  expect(alarm).toEqual({ do: "later", ms: TROUBLE_AFTER, input: { type: "still_down", loss: 0 } });
  expect(connection.troubled).toBe(false);
  expect(stillDown(connection, 0).troubled).toBe(true);
  expect(stillDown(answered(opened(connection)), 0).troubled).toBe(false);
});

const letIn = () => answered(opened(connecting()[0]));

test("failing again is still the same loss, and a late alarm of another loss says nothing", () => {
  const [down, alarms] = lost(letIn(), 1006);
  expect(alarms.map(({ input }) => input)).toEqual([{ type: "still_down", loss: 1 }]);
  expect(lost(down, 1006)).toEqual([down, []]);
  const [again] = lost(answered(opened(down)), 1006);
  expect(stillDown(again, 1).troubled).toBe(false);
  expect(stillDown(again, 2).troubled).toBe(true);
  expect(answered(stillDown(again, 2)).troubled).toBe(false);
});

test("a portal that opens and closes again without a word is one loss, and said to be the portal's", () => {
  const [down] = lost(letIn(), 1013);
  const [refused, alarms] = lost(opened(down), 1013);
  expect(alarms).toEqual([]);
  expect(stillDown(opened(refused), 1)).toMatchObject({ troubled: true, cause: "portal" });
  expect(lost(opened(refused), 1006)[0].cause).toBe("way");
});

test("U6: only the newest alarm beats, and none after a loss", () => {
  const [first, alarm] = beating(letIn(), 5_000);
  expect(alarm).toEqual({ do: "later", ms: 5_000, input: { type: "beat_due", beat: first.beats } });
  expect(beating(first, 5_000)[0].beats).not.toBe(first.beats);
  expect(lost(answered(first), 1006)[0].beats).not.toBe(first.beats);
});
