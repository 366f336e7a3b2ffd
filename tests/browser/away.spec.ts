// The database goes away for half a minute in the middle of a conversation. Both people are told whose trouble it is,
// go on writing, and everything arrives once and in order when it is back, without anybody doing anything.

import { expect, test as people } from "./people";
import { Portal } from "./portal";
import { postgresForTests, WayToPostgres } from "./postgres";

const server = postgresForTests();

const test = people.extend<{ way: WayToPostgres }>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads what a fixture needs from this pattern.
  way: async ({}, use) => {
    const way = await WayToPostgres.toANewDatabase(server as URL);
    await use(way);
    way.close();
  },
  portal: async ({ way }, use) => {
    const portal = new Portal(["--database", way.url]);
    await portal.start();
    await use(portal);
    await portal.close();
  },
});

test.use({ mayComplain: true });
test.skip(server === undefined, "There is no Postgres for tests: ./dev test starts one.");

test("words are kept while the database is away for 30 s, and arrive when it is back", async ({
  student,
  counsellor,
  portal,
  way,
}) => {
  test.setTimeout(120_000);
  const asha = await counsellor("Asha");
  const visitor = await student();
  await visitor.asks("Night owl");
  await visitor.says("before");
  const room = await asha.takes("Night owl");
  await room.says("I am here");
  await expect(visitor.lines).toHaveText(["before", "I am here"]);

  way.cut();
  await visitor.says("while it is away");
  await expect(visitor.page.getByText("We cannot keep messages just now")).toBeVisible();
  await expect(visitor.log.getByText("sending", { exact: true })).toHaveCount(1);
  await expect(asha.page.getByText("The portal cannot keep messages just now")).toBeVisible();
  await room.says("so is mine");
  await visitor.says("and more");
  const door = await student();
  await expect(door.page.getByText("We cannot be reached just now")).toBeVisible();
  expect((await fetch(`${portal.origin}/readyz`)).status).toBe(503);
  expect((await fetch(`${portal.origin}/healthz`)).status).toBe(200);
  // Longer than a counsellor may be gone before the student is told, and than any wait between two tries.
  await visitor.page.waitForTimeout(30_000);
  await expect(visitor.page.getByText("We cannot keep messages just now")).toBeVisible();
  await expect(visitor.lines).toHaveText(["before", "I am here", "while it is away", "and more"]);

  way.mend();
  await visitor.allSent(20_000);
  await room.allSent(20_000);
  await expect(visitor.lines).toHaveCount(5);
  const both = await visitor.lines.allTextContents();
  await expect(room.lines).toHaveText(both);
  expect(both.filter((line) => line !== "so is mine")).toEqual(["before", "I am here", "while it is away", "and more"]);
  await expect(visitor.page.getByText("We cannot keep messages just now")).toHaveCount(0);
  await expect(visitor.page.getByText("Asha is away")).toHaveCount(0);
  await expect(door.page.getByText("One counsellor is free now")).toBeVisible();
});
