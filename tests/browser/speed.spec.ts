// What sealing costs the person who writes: measured on the pages' own code in the real browser, past no server.
// Half of the lines must take less than a millisecond each way; the rest is printed, because machines differ.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { expect, test } from "./people";

const WEB = path.join(__dirname, "../../web");

/** The pages' sources as a developer sees them, each module by itself. */
async function sources(): Promise<{ origin: string; server: ChildProcess }> {
  const vite = path.join(WEB, "node_modules/vite/bin/vite.js");
  const server = spawn(process.execPath, [vite, "--port", "0"], { cwd: WEB, env: { ...process.env, NO_COLOR: "1" } });
  let said = "";
  for (;;) {
    const [part] = await once(server.stdout, "data");
    said += String(part);
    const [origin] = /http:\/\/localhost:\d+\//.exec(said) ?? [];
    if (origin) return { origin, server };
  }
}

const TEXTS = {
  "a short line": "I feel bad",
  "1,000 characters": "é".repeat(1_000),
  "16,000 bytes": "x".repeat(16_000),
};

let served: ChildProcess | null = null;
test.afterEach(() => served?.kill());

test("a line is sealed and opened within a millisecond", async ({ browser }) => {
  const { origin, server } = await sources();
  served = server;
  const page = await browser.newPage();
  await page.goto(`${origin}src/icon.svg`);
  for (const [name, text] of Object.entries(TEXTS)) {
    const took = await page.evaluate(
      async ({ origin, text }) => {
        const { roomKeys } = await import(/* @vite-ignore */ `${origin}src/room-keys.ts`);
        const room = crypto.randomUUID();
        const secret = () => crypto.getRandomValues(new Uint8Array(32));
        const known = { current: 1, secrets: new Map([[1, secret()]]) };
        const [one, other] = [roomKeys(room, "student", known), roomKeys(room, "counsellor", known)];
        const share = btoa(String.fromCharCode(...secret()))
          .replaceAll("+", "-")
          .replaceAll("/", "_")
          .replace("=", "");
        for (const keys of [one, other]) keys.described({ room, epoch: room, share, key_epoch: 1 });
        const times = { seal: [] as number[], open: [] as number[] };
        for (let seq = 1; seq <= 300; seq += 1) {
          const cid = crypto.randomUUID();
          const begun = performance.now();
          const body = await one.sealed(cid, text);
          const sealed = performance.now();
          const opened = await other.opened({ seq, cid, from: "student", at: 0, body });
          times.open.push(performance.now() - sealed);
          times.seal.push(sealed - begun);
          if (opened.body.kind !== "text" || opened.body.text !== text) throw new Error("it was not opened");
        }
        return times;
      },
      { origin, text },
    );
    for (const [deed, times] of Object.entries(took)) {
      times.sort((a, b) => a - b);
      const [p50, p99] = [times[150] ?? Number.NaN, times[297] ?? Number.NaN];
      console.log(`${deed} ${name}: p50 ${p50.toFixed(2)} ms, p99 ${p99.toFixed(2)} ms`);
      expect(p50).toBeLessThanOrEqual(1);
    }
  }
  await page.close();
});
