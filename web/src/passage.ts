// A wire whose frames are opened before they are heard and sealed before they are said. Both take time, so it keeps
// what the wire kept: frames are heard in the order in which they came, and none of a socket that is gone.
// It does not know what is in a frame, nor how anything is sealed.

import { type Ears, type Wire, type World, wire } from "./socket";

export type Way<Out, PlainIn> = {
  /** Says a frame of the sealing's own; false if the socket is gone. */
  tell(frame: Out): boolean;
  /** Lets something be heard that was found out later, in its turn. */
  hear(frame: PlainIn): void;
};

export type Between<Out, In, PlainOut, PlainIn> = {
  /** What a frame means to whoever cannot see keys. Throws if it is none of this version. */
  inward(frame: In, way: Way<Out, PlainIn>): Promise<PlainIn[]>;
  /** What needs no sealing is answered at once, so that a page that is being left still says it. */
  outward(frame: PlainOut): Out | Promise<Out | null>;
};

export type PlainEars<PlainIn> = Ears<PlainIn> & {
  /** The server speaks another version than this page. */
  misunderstood(): void;
};

export function passage<Out, In, PlainOut, PlainIn>(
  url: string,
  ears: PlainEars<PlainIn>,
  world: World,
  between: Between<Out, In, PlainOut, PlainIn>,
): Wire<PlainOut> {
  /** Counts the sockets, and what lies between them. */
  let present = 0;
  let open = false;
  /** One for all sockets: a new one's first frame does not meet an old one's last, still being opened. */
  let turn: Promise<void> = Promise.resolve();

  const socket = wire<Out, In>(
    url,
    {
      opened() {
        present += 1;
        open = true;
        ears.opened();
      },
      heard(frame) {
        const mine = present;
        inTurn(mine, async () => {
          const plain = await between.inward(frame, wayOf(mine));
          for (const one of plain) if (mine === present) ears.heard(one);
        });
      },
      closed(code, everOpen) {
        gone();
        ears.closed(code, everOpen);
      },
    },
    world,
  );

  function inTurn(mine: number, work: () => Promise<void>) {
    turn = turn
      .then(() => (mine === present ? work() : undefined))
      .catch(() => {
        if (mine === present) ears.misunderstood();
      });
  }

  function wayOf(mine: number): Way<Out, PlainIn> {
    return {
      tell(frame) {
        const can = mine === present && open;
        if (can) socket.tell(frame);
        return can;
      },
      hear: (frame) => inTurn(mine, async () => ears.heard(frame)),
    };
  }

  function gone() {
    present += 1;
    open = false;
  }

  return {
    connect() {
      gone();
      socket.connect();
    },
    nudge: socket.nudge,
    hangUp() {
      gone();
      socket.hangUp();
    },
    tell(frame) {
      const mine = present;
      const sealed = between.outward(frame);
      if (!(sealed instanceof Promise)) return socket.tell(sealed);
      sealed.then(
        (ready) => ready !== null && mine === present && socket.tell(ready),
        () => mine === present && ears.misunderstood(),
      );
    },
  };
}
