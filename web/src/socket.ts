// A WebSocket that comes back by itself: full jitter from 0.5 s up to 5 s, at once when the browser says it is online.
// It keeps no frames: what must survive a loss is kept, in order, by the conversation. What it needs of the world is
// given to it, so that tests own the clock and the chance. It does not know what the frames mean.

import { WITHOUT_A_WORD } from "./connection";
import { CloseCode } from "./protocol.gen";

export type World = {
  readonly WebSocket: new (url: string) => WebSocket;
  readonly after: (ms: number, then: () => void) => () => void;
  readonly random: () => number;
};

export type Ears<Frame> = {
  opened(): void;
  heard(frame: Frame): void;
  /** `everOpen` is false when the connection was refused before it opened. */
  closed(code: number, everOpen: boolean): void;
};

export type Wire<Frame> = {
  /** Opens, or lets go of what is open and opens anew. */
  connect(): void;
  /** Tries at once if it is waiting to try again. */
  nudge(): void;
  hangUp(): void;
  /** Says it if it can be said now. */
  tell(frame: Frame): void;
};

const FIRST = 500;
const LONGEST = 5_000;
/** A connection that has not opened by then never will. */
const PATIENCE = 10_000;
const FINAL: readonly number[] = [CloseCode.Superseded, CloseCode.SignedOut];

export function wire<To, From>(url: string, ears: Ears<From>, world: World): Wire<To> {
  let socket: WebSocket | null = null;
  let failures = 0;
  let cancel = () => {};
  let waiting = false;

  function connect() {
    letGo();
    const mine = new world.WebSocket(url);
    socket = mine;
    let everOpen = false;
    cancel = world.after(PATIENCE, () => lost(WITHOUT_A_WORD));
    mine.onopen = () => {
      if (mine !== socket) return;
      cancel();
      everOpen = true;
      ears.opened();
    };
    mine.onmessage = ({ data }) => {
      // Whatever still arrives on a socket that was let go of is not heard: its place is asked for again.
      if (mine !== socket) return;
      // Not before: one that opens and closes without a word is a failure like any other.
      failures = 0;
      ears.heard(JSON.parse(data));
    };
    mine.onclose = ({ code }) => {
      if (mine === socket) lost(code);
    };
    function lost(code: number) {
      letGo();
      if (!FINAL.includes(code)) tryLater();
      ears.closed(code, everOpen);
    }
  }

  function tryLater() {
    const ceiling = Math.min(LONGEST, FIRST * 2 ** failures);
    failures += 1;
    waiting = true;
    cancel = world.after(world.random() * ceiling, connect);
  }

  function letGo() {
    cancel();
    waiting = false;
    const old = socket;
    socket = null;
    old?.close();
  }

  return {
    connect,
    nudge() {
      if (waiting) connect();
    },
    hangUp: letGo,
    tell(frame) {
      if (socket?.readyState === 1) socket.send(JSON.stringify(frame));
    },
  };
}

/** The address of a socket on the page's own origin. */
export function address(path: string): string {
  return `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}${path}`;
}

export const browser: World = {
  // Looked up at every use, so that whoever replaces it later is heard.
  get WebSocket() {
    return globalThis.WebSocket;
  },
  after(ms, then) {
    const id = setTimeout(then, ms);
    return () => clearTimeout(id);
  },
  random: Math.random,
};
