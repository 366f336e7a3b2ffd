// Only the two can read: what each page can open and what it cannot, in two real browsers and past a real server.
// What is cut, bent or repeated on the way is bent in the frames themselves; nothing of the pages is replaced.

import { expect, test } from "./people";

test("both sides show the same four words, also after a reload", async ({ student, counsellor }) => {
  const asha = await counsellor("Asha");
  const visitor = await student();
  await visitor.asks("Heron");
  const room = await asha.takes("Heron");
  await visitor.says("hi");
  await room.says("hello");
  const words = async () => {
    const shown = [];
    for (const part of [visitor.page, room.part]) {
      await part.getByText("Compare four words").click();
      shown.push(await part.locator(".four").innerText());
    }
    return shown;
  };
  const [mine, theirs] = await words();
  expect(mine?.split(" · ")).toHaveLength(4);
  expect(theirs).toBe(mine);
  await visitor.page.reload();
  await asha.page.reload();
  expect(await words()).toEqual([mine, mine]);
});

test("a line that was changed on its way is never shown as text, and talk goes on", async ({ student, counsellor }) => {
  const asha = await counsellor("Asha");
  let bend = false;
  await asha.page.routeWebSocket(/\/ws\/desk/, (socket) => {
    const server = socket.connectToServer();
    socket.onMessage((frame) => server.send(frame));
    server.onMessage((frame) => {
      const line = String(frame);
      const bends = bend && line.includes('"type":"line"') && line.includes('"from":"student"');
      socket.send(
        bends
          ? line.replace(/"sealed":"(.{40})(.)/, (_, head, one) => `"sealed":"${head}${one === "A" ? "B" : "A"}`)
          : frame,
      );
    });
  });
  await asha.page.reload();
  const visitor = await student();
  await visitor.asks("Heron");
  const room = await asha.takes("Heron");
  await room.says("hello");
  await visitor.says("one");
  await expect(room.lines).toHaveText(["hello", "one"]);
  bend = true;
  await visitor.says("two");
  await visitor.allSent();
  await expect(room.log).toContainText("could not be opened");
  await expect(room.log).not.toContainText("two");
  bend = false;
  await visitor.says("three");
  await room.says("four");
  await expect(room.log).toContainText("three");
  await expect(visitor.lines).toHaveText(["hello", "one", "two", "three", "four"]);
});

test("a colleague reads from the hand-over on, and older lines once they are shared", async ({
  student,
  counsellor,
}) => {
  // W13, W26
  const asha = await counsellor("Asha");
  const bela = await counsellor("Bela");
  const visitor = await student();
  await visitor.asks("Heron");
  const room = await asha.takes("Heron");
  await visitor.says("before");
  await room.says("hello");
  await expect(visitor.lines).toHaveText(["before", "hello"]);
  await room.button("Hand over").click();
  await room.button("Bela").click();
  await bela.page.getByRole("button", { name: "Accept", exact: true }).click();
  const taken = bela.room("Heron");
  await taken.says("it is Bela now");
  await visitor.says("after");
  await expect(taken.lines).toHaveText(["it is Bela now", "after"]);
  const reached = bela.watch.received.filter((frame) => frame.includes('"type":"line'));
  expect(reached.join()).not.toContain('"key_epoch":1,');
  await visitor.button("Let them read it").click();
  await expect(taken.lines).toHaveText(["before", "hello", "it is Bela now", "after"]);
  await expect(asha.page.getByRole("log")).toHaveCount(0);
});

test("a student whose tab is gone before the key was handed over waits again at their place", async ({
  student,
  counsellor,
}) => {
  // W25
  const asha = await counsellor("Asha");
  const visitor = await student();
  // Whatever asks for the key is lost on its way.
  await visitor.page.routeWebSocket(/\/ws\/student/, (socket) => {
    const server = socket.connectToServer();
    socket.onMessage((frame) => server.send(frame));
    server.onMessage((frame) => String(frame).includes('"key_offered"') || socket.send(frame));
  });
  await visitor.page.reload();
  await visitor.asks("Heron");
  await asha.give.click();
  await expect(asha.page.getByText(/key/i).first()).toBeVisible();
  await expect(asha.page.getByRole("log")).toHaveCount(0, { timeout: 20_000 });
  await asha.sees(1);
});
