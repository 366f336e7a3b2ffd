// What an administrator's presses ask for.

import { expect, test } from "vitest";
import { LOOK, NOTHING, step } from "../src/accounts";
import type { Account } from "../src/office.gen";
import { ASHA } from "./worked";

test("an account is disabled once somebody is sure, and not twice", () => {
  const account: Account = {
    id: ASHA,
    login: "asha",
    nickname: "Asha",
    role: "counsellor",
    access: "enabled",
  };
  const [asked, none] = step(NOTHING, { type: "wonder", deed: "disable", account });
  expect(none).toEqual([]);
  expect(step(asked, { type: "not_now" })).toEqual([NOTHING, []]);
  const [busy, effects] = step(asked, { type: "sure" });
  expect(effects).toEqual([{ do: "disable", account }]);
  expect(step(busy, { type: "sure" })[1]).toEqual([]);
  expect(step(busy, { type: "add", login: "x", nickname: "X", role: "counsellor" })[1]).toEqual([]);
  expect(step(busy, { type: "done" })[1]).toEqual(LOOK);
  const [refused, look] = step(busy, { type: "refused", why: "last_administrator" });
  expect([refused.busy, refused.refused, look]).toEqual([false, "last_administrator", LOOK]);
  const [shown] = step(busy, { type: "link", nickname: "Asha", address: "https://talk.example/desk#welcome=x" });
  expect(shown.link?.nickname).toBe("Asha");
  expect(step(shown, { type: "put_away" })[0].link).toBeNull();
});

test("a role is changed once somebody is sure", () => {
  const account: Account = { id: ASHA, login: "asha", nickname: "Asha", role: "counsellor", access: "enabled" };
  const [asked, none] = step(NOTHING, { type: "role", account, role: "supervisor" });
  expect(none).toEqual([]);
  expect(step(asked, { type: "sure" })[1]).toEqual([{ do: "role", account, role: "supervisor" }]);
  expect(step(asked, { type: "not_now" })).toEqual([NOTHING, []]);
  expect(step(NOTHING, { type: "role", account, role: "counsellor" })).toEqual([NOTHING, []]);
});

test("a deed without an answer is said to be unsure, and only looking is tried again", () => {
  const busy = { ...NOTHING, busy: true };
  const [unsure, look] = step(busy, { type: "refused", why: "unreachable" });
  expect([unsure.refused, look]).toEqual(["unsure", LOOK]);
  const [lost, later] = step(unsure, { type: "unseen" });
  expect(later).toEqual([{ do: "later", ms: 5_000, input: { type: "again" } }]);
  expect(step(lost, { type: "unseen" })[1]).toEqual([]);
  const [trying, again] = step(lost, { type: "again" });
  expect(again).toEqual(LOOK);
  const [seen, log] = step(trying, { type: "accounts", all: [] });
  expect([seen.sight, seen.refused, log]).toEqual(["had", "unsure", [{ do: "read_log", before: null }]]);
});
