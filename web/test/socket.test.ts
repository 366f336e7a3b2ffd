// Stories of the connection that comes back by itself. Time and chance are given; nothing here waits.

import { beforeEach, expect, test } from "vitest";
import { CloseCode } from "../src/protocol.gen";
import { type World, wire } from "../src/socket";

class FakeSocket {
  static all: FakeSocket[] = [];
  readyState = 0;
  sent: string[] = [];
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  constructor(readonly url: string) {
    FakeSocket.all.push(this);
  }
  send(text: string) {
    this.sent.push(text);
  }
  close() {
    this.readyState = 3;
  }
  open() {
    this.readyState = 1;
    this.onopen?.();
  }
  drop(code: number) {
    this.readyState = 3;
    this.onclose?.({ code });
  }
}

/** A clock that only moves when it is told to. */
class Clock {
  due: { ms: number; then: () => void }[] = [];
  after = (ms: number, then: () => void) => {
    const entry = { ms, then };
    this.due.push(entry);
    return () => {
      this.due = this.due.filter((one) => one !== entry);
    };
  };
  ring() {
    const [next] = this.due.splice(0, 1);
    next?.then();
    return next?.ms;
  }
}

let clock: Clock;
let heard: unknown[];
beforeEach(() => {
  FakeSocket.all = [];
  clock = new Clock();
  heard = [];
});

function made(random = 0.999) {
  const world: World = {
    WebSocket: FakeSocket as unknown as World["WebSocket"],
    after: clock.after,
    random: () => random,
  };
  const ears = {
    opened: () => heard.push("opened"),
    heard: (frame: unknown) => heard.push(frame),
    closed: (code: number, everOpen: boolean) => heard.push([code, everOpen]),
  };
  const made = wire<unknown, unknown>("ws://here", ears, world);
  made.connect();
  return made;
}

const last = () => FakeSocket.all.at(-1) as FakeSocket;

test("it comes back by itself, later each time, up to 5 s, and quickly again once it was heard", () => {
  made();
  const waits: number[] = [];
  for (let loss = 0; loss < 6; loss += 1) {
    last().drop(1006);
    waits.push(Math.round(clock.ring() ?? -1));
  }
  expect(waits).toEqual([500, 999, 1998, 3996, 4995, 4995]);
  last().open();
  last().drop(1013);
  expect(clock.ring()).toBe(4995);
  last().open();
  last().onmessage?.({ data: "{}" });
  last().drop(1006);
  expect(clock.ring()).toBeLessThan(500);
  expect(heard[0]).toEqual([1006, false]);
  expect(heard.at(-1)).toEqual([1006, true]);
});

test("the wait has full jitter", () => {
  made(0.1);
  last().drop(CloseCode.Restarting);
  expect(clock.ring()).toBeCloseTo(50);
});

test("U10: superseded or signed out, it does not come back by itself", () => {
  for (const code of [CloseCode.Superseded, CloseCode.SignedOut]) {
    const wire = made();
    last().open();
    const before = FakeSocket.all.length;
    last().drop(code);
    wire.nudge();
    expect(clock.due).toEqual([]);
    expect(FakeSocket.all).toHaveLength(before);
  }
});

test("it tries at once when the browser says it is online, and only if it was waiting", () => {
  const wire = made();
  last().open();
  wire.nudge();
  expect(FakeSocket.all).toHaveLength(1);
  last().drop(1006);
  wire.nudge();
  expect(FakeSocket.all).toHaveLength(2);
  expect(clock.due).toHaveLength(1);
});

test("a socket that was let go of is neither heard nor mourned", () => {
  const wire = made();
  const old = last();
  old.open();
  wire.connect();
  old.onmessage?.({ data: '{"type":"late"}' });
  old.drop(1006);
  expect(heard).toEqual(["opened"]);
});

test("a connection that never opens is given up and tried again", () => {
  made();
  expect(clock.ring()).toBe(10_000);
  expect(heard).toEqual([[1006, false]]);
  clock.ring();
  expect(FakeSocket.all).toHaveLength(2);
});

test("frames are said only on an open socket, and heard as they come", () => {
  const wire = made();
  wire.tell({ type: "early" });
  last().open();
  wire.tell({ type: "hello" });
  last().onmessage?.({ data: '{"type":"door","available":2}' });
  expect(last().sent).toEqual(['{"type":"hello"}']);
  expect(heard).toEqual(["opened", { type: "door", available: 2 }]);
});
