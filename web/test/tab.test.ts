// What a student's tab keeps, and that nothing comes back into it once it has been emptied.

import { beforeEach, expect, test } from "vitest";
import { forget, remember, rememberedKey, rememberedKeys, rememberKeys } from "../src/tab";

beforeEach(() => sessionStorage.clear());

test("keys are kept beside the room's key, and go with it", () => {
  expect(remember("the room's key")).toBe(true);
  rememberKeys("its secrets");
  expect([rememberedKey(), rememberedKeys()]).toEqual(["the room's key", "its secrets"]);
  forget();
  expect(sessionStorage.length).toBe(0);
});

test("what was still under way when the tab was emptied is not kept", () => {
  remember("the room's key");
  forget();
  rememberKeys("its secrets");
  expect(sessionStorage.length).toBe(0);
});
