// A thousand ways in which whoever carries the lines may touch, move, repeat or exchange them: each is refused, the line
// at its place says so, and the conversation goes on. The seed is printed; QUIETLINE_TEST_SEED plays it again.

import { expect, test } from "vitest";
import { decoded, encoded } from "../src/bytes";
import type { Role, Said } from "../src/protocol.gen";
import { type RoomKeys, roomKeys } from "../src/room-keys";
import { cid, OTHER_ROOM, ROOM } from "./given";
import { fixed, seeded, wireLine, wireView } from "./sealed";

const TRIES = 1_000;
const seed = Number(import.meta.env.QUIETLINE_TEST_SEED ?? Date.now() % 2 ** 31);
const chance = seeded(seed);
const below = (most: number) => Math.floor(chance() * most);
const one = <Item>(items: readonly Item[]): Item => items[below(items.length)] as Item;

/** Both sides have the same secrets: nothing is refused for want of a key. */
const SECRETS = new Map([1, 2, 3].map((keyEpoch) => [keyEpoch, fixed(60 + keyEpoch)]));

function keys(role: Role, room = ROOM, current = 3): RoomKeys {
  const one = roomKeys(room, role, { current, secrets: SECRETS });
  one.described(wireView({ room, key_epoch: current }));
  return one;
}

/** Some lines of both, over two key epochs. */
async function conversation(): Promise<Said[]> {
  const lines: Said[] = [];
  for (const keyEpoch of [2, 3]) {
    const sides = { student: keys("student", ROOM, keyEpoch), counsellor: keys("counsellor", ROOM, keyEpoch) };
    for (let nth = 0; nth < 4; nth += 1) {
      const from = one(["student", "counsellor"] as const);
      const seq = lines.length + 1;
      const body = await sides[from].sealed(cid(seq), "x".repeat(below(600)));
      if (body === null) throw new Error("no key");
      lines.push(wireLine(seq, from, body));
    }
  }
  return lines;
}

type Touch = (line: Said, lines: readonly Said[]) => Said | Promise<Said>;

const touches: Record<string, Touch> = {
  "a flipped bit": (line) => {
    const bytes = decoded(line.body.sealed);
    const at = below(bytes.length);
    bytes[at] = (bytes[at] ?? 0) ^ (1 << below(8));
    return { ...line, body: { ...line.body, sealed: encoded(bytes) } };
  },
  "the replay of another line": (line, lines) => {
    const other = one(lines.filter(({ seq }) => seq !== line.seq));
    return { ...other, seq: line.seq };
  },
  "another room": async (line) => {
    const body = await keys(line.from, OTHER_ROOM, line.body.key_epoch).sealed(line.cid, "hi");
    return { ...line, body: body ?? line.body };
  },
  "the other direction": (line) => ({ ...line, from: line.from === "student" ? "counsellor" : "student" }),
  "another cid": (line) => ({ ...line, cid: cid(100 + below(1_000)) }),
  "an older key epoch": (line) => ({ ...line, body: { ...line.body, key_epoch: line.body.key_epoch - 1 } }),
  "a counter that goes back": async (line, lines) => {
    const own = lines.filter(({ from, body }) => from === line.from && body.key_epoch === line.body.key_epoch);
    // A page that begins to count anew, behind a line of its own.
    const body = await keys(line.from, ROOM, line.body.key_epoch).sealed(cid(77), "again");
    return { ...line, seq: Math.max(...own.map(({ seq }) => seq)) + 0.5, cid: cid(77), body: body ?? line.body };
  },
  "another suite": (line) => ({ ...line, body: { ...line.body, suite: one([0, 2, 255]) } }),
  "another length": (line) => ({ ...line, body: { ...line.body, sealed: line.body.sealed.slice(0, -4) } }),
};

test(`${TRIES} of ${TRIES} manipulations are refused, and the conversation goes on (seed ${seed})`, async () => {
  console.log(`tampering: seed ${seed}`);
  const refused = new Map<string, number>();
  for (let nth = 0; nth < TRIES; nth += 1) {
    const lines = await conversation();
    const name = Object.keys(touches)[nth % Object.keys(touches).length] as string;
    const victim = one(lines);
    const touched = await (touches[name] as Touch)(victim, lines);
    const reader = keys(one(["student", "counsellor"] as const));
    const shown =
      name === "a counter that goes back"
        ? [...lines, touched]
        : lines.map((line) => (line === victim ? touched : line));
    const read: string[] = [];
    for (const line of shown.sort((first, second) => first.seq - second.seq)) {
      read.push((await reader.opened(line)).body.kind);
    }
    const where = shown.indexOf(touched);
    // A replayed line may come first and be taken for the true one; then the true one is what repeats it.
    const unreadable = read.flatMap((kind, at) => (kind === "unreadable" ? [at] : []));
    if (name === "the replay of another line") expect(unreadable.length, `${name}, try ${nth}`).toBeGreaterThan(0);
    else expect(unreadable, `${name}, try ${nth}`).toEqual([where]);
    refused.set(name, (refused.get(name) ?? 0) + 1);
  }
  expect([...refused.values()].reduce((sum, count) => sum + count, 0)).toBe(TRIES);
});
