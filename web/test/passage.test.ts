// Stories of frames that take time to be opened or sealed: none overtakes another, and none outlives its socket.
// Time and chance are given: what takes long is finished by the test.

import { beforeEach, expect, test } from "vitest";
import { type LateSealing, lateSealing, type StudentBetween } from "../src/late-sealing";
import { type Between, passage, type Way } from "../src/passage";
import { CloseCode } from "../src/protocol.gen";
import type { World } from "../src/socket";

type Frame = { n: number };

class FakeSocket {
  static all: FakeSocket[] = [];
  readyState = 1;
  sent: Frame[] = [];
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  constructor() {
    FakeSocket.all.push(this);
  }
  send(text: string) {
    this.sent.push(JSON.parse(text));
  }
  close() {
    this.readyState = 3;
  }
  brings(n: number) {
    this.onmessage?.({ data: JSON.stringify({ n }) });
  }
}

/** Work that is finished when the test says so. */
function work() {
  const open = new Map<number, () => void>();
  return {
    open,
    on: (n: number) => new Promise<void>((done) => open.set(n, done)),
    async finish(n: number) {
      await turns();
      open.get(n)?.();
      await turns();
    },
  };
}

/** Lets everything run that waits for nothing else. */
async function turns() {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}

let told: unknown[];
let later: Way<Frame, Frame> | null;
beforeEach(() => {
  FakeSocket.all = [];
  told = [];
  later = null;
});

const world: World = {
  WebSocket: FakeSocket as unknown as World["WebSocket"],
  after: () => () => {},
  random: () => 0,
};

function made(between: Partial<Between<Frame, Frame, Frame, Frame>>) {
  const wire = passage<Frame, Frame, Frame, Frame>(
    "ws://here/ws",
    {
      opened: () => told.push("opened"),
      heard: ({ n }) => told.push(n),
      closed: (code) => told.push(`closed ${code}`),
      misunderstood: () => told.push("misunderstood"),
    },
    world,
    { inward: async (frame) => [frame], outward: (frame) => frame, ...between },
  );
  wire.connect();
  FakeSocket.all[0]?.onopen?.();
  return wire;
}

const socket = () => FakeSocket.all.at(-1) as FakeSocket;

test("a frame that is opened quickly does not overtake one that takes long", async () => {
  const slow = work();
  made({
    async inward(frame) {
      if (frame.n === 1) await slow.on(1);
      return [frame];
    },
  });
  for (const n of [1, 2, 3]) socket().brings(n);
  await turns();
  expect(told).toEqual(["opened"]);
  await slow.finish(1);
  expect(told).toEqual(["opened", 1, 2, 3]);
});

test("what is still being opened when its socket goes is not heard, nor what waited behind it", async () => {
  const slow = work();
  const wire = made({
    async inward(frame) {
      if (frame.n === 1) await slow.on(1);
      return [frame];
    },
  });
  for (const n of [1, 2]) socket().brings(n);
  await turns();
  socket().onclose?.({ code: 1006 });
  wire.connect();
  socket().onopen?.();
  socket().brings(3);
  await slow.finish(1);
  expect(told).toEqual(["opened", "closed 1006", "opened", 3]);
});

test("a loss is told at once, and not behind what is being opened", async () => {
  const slow = work();
  made({ inward: () => slow.on(1).then(() => []) });
  socket().brings(1);
  socket().onclose?.({ code: CloseCode.TryAgain });
  expect(told).toEqual(["opened", "closed 1013"]);
});

test("what needs no sealing is said in the same turn; what was sealed for a socket that has gone is not said", async () => {
  const slow = work();
  const wire = made({ outward: (frame) => (frame.n === 1 ? slow.on(1).then(() => frame) : frame) });
  const first = socket();
  wire.tell({ n: 1 });
  wire.tell({ n: 2 });
  expect(first.sent).toEqual([{ n: 2 }]);
  first.onclose?.({ code: 1006 });
  wire.connect();
  socket().onopen?.();
  await slow.finish(1);
  expect([...first.sent, ...socket().sent]).toEqual([{ n: 2 }]);
  wire.tell({ n: 1 });
  await slow.finish(1);
  expect(socket().sent).toEqual([{ n: 1 }]);
});

test("what sealing says by itself, or finds out later, is for the socket it began on", async () => {
  const wire = made({
    async inward(frame, way) {
      later ??= way;
      return [frame];
    },
  });
  socket().brings(1);
  await turns();
  expect(later?.tell({ n: 7 })).toBe(true);
  later?.hear({ n: 8 });
  await turns();
  wire.hangUp();
  expect(later?.tell({ n: 9 })).toBe(false);
  later?.hear({ n: 10 });
  await turns();
  expect(socket().sent).toEqual([{ n: 7 }]);
  expect(told).toEqual(["opened", 1, 8]);
});

test("a frame of another version is said to be one, and the next is heard", async () => {
  made({
    async inward(frame) {
      if (frame.n === 1) throw new Error("not of this version");
      return [frame];
    },
  });
  for (const n of [1, 2]) socket().brings(n);
  await turns();
  expect(told).toEqual(["opened", "misunderstood", 2]);
});

function late(loads: () => Promise<StudentBetween>): {
  sealing: LateSealing;
  way: Parameters<LateSealing["inward"]>[1];
} {
  return { sealing: lateSealing(loads), way: { tell: () => true, hear: () => {} } };
}

test("the first screen loads no sealing; the room does, and it knows how the page came there", async () => {
  const outward: string[] = [];
  let loads = 0;
  const { sealing, way } = late(async () => {
    loads += 1;
    return {
      inward: async () => [{ type: "heard" }],
      outward: (frame) => {
        outward.push(frame.type);
        return frame as never;
      },
    };
  });
  expect(await sealing.inward({ type: "door", available: 1 }, way)).toEqual([{ type: "door", available: 1 }]);
  expect(sealing.outward({ type: "join", key: "key" })).toEqual({ type: "join", key: "key" });
  expect(loads).toBe(0);
  expect(await sealing.inward({ type: "lines", room: "", lines: [] }, way)).toEqual([{ type: "heard" }]);
  await sealing.inward({ type: "door", available: 1 }, way);
  expect([loads, outward]).toEqual([1, ["join"]]);
});

test("a download that broke off is tried again once, and later anew", async () => {
  let loads = 0;
  const { sealing, way } = late(async () => {
    loads += 1;
    if (loads < 4) throw new Error("not there");
    return { inward: async () => [], outward: (frame) => frame as never };
  });
  const lines = () => sealing.inward({ type: "lines", room: "", lines: [] }, way);
  await expect(lines()).rejects.toThrow();
  expect(loads).toBe(2);
  expect(await lines()).toEqual([]);
});
