// Both pages' sealing without pages: a seat hears frames of the wire and remembers what it told. The tests are the server
// between them, so that each can lose, repeat, hold back and exchange whatever it likes.

import { expect } from "vitest";
import { deskSealing } from "../src/desk-sealing";
import { shelf } from "../src/desk-shelf";
import { identities } from "../src/identity";
import { memoryOnly } from "../src/key-store";
import type { Between } from "../src/passage";
import type { PlainFromDesk, PlainFromStudent, PlainToDesk, PlainToStudent, Sealing } from "../src/plain";
import type { FromDesk, FromStudent, Role, Said, ToDesk, ToStudent } from "../src/protocol.gen";
import { studentSealing } from "../src/student-sealing";
import { encoded, decoded } from "../src/bytes";
import { cid } from "./given";
import { type Installation, wireLine } from "./sealed";

/** What the student's page gives to open the intake with. */
export const SHARED = "what-opens-the-intake-has-43-characters-000";

type Typed = { type: string };

export class Seat<Out extends Typed, In extends Typed, PlainOut extends Typed, PlainIn extends Typed> {
  readonly told: Out[] = [];
  readonly heard: PlainIn[] = [];
  readonly between: Between<Out, In, PlainOut, PlainIn>;
  #waiting: (() => void)[] = [];

  constructor(between: Between<Out, In, PlainOut, PlainIn>) {
    this.between = between;
  }

  async hears(frame: In): Promise<PlainIn[]> {
    const plain = await this.between.inward(frame, {
      tell: (own) => {
        this.told.push(own);
        for (const wake of this.#waiting.splice(0)) wake();
        return true;
      },
      hear: (later) => {
        this.heard.push(later);
        for (const wake of this.#waiting.splice(0)) wake();
      },
    });
    this.heard.push(...plain);
    return plain;
  }

  /** The next frame of a kind that it tells by itself, taken out of what was told. */
  async tells<Kind extends Out["type"]>(kind: Kind): Promise<Extract<Out, { type: Kind }>> {
    for (;;) {
      const found = this.told.findIndex(({ type }) => type === kind);
      if (found >= 0) return this.told.splice(found, 1)[0] as Extract<Out, { type: Kind }>;
      await new Promise<void>((wake) => this.#waiting.push(wake));
    }
  }

  async hearsOf<Kind extends PlainIn["type"]>(kind: Kind): Promise<Extract<PlainIn, { type: Kind }>> {
    for (;;) {
      const found = this.heard.findLast(({ type }) => type === kind);
      if (found) return found as Extract<PlainIn, { type: Kind }>;
      await new Promise<void>((wake) => this.#waiting.push(wake));
    }
  }

  /** What is known of the key, as it was said last. */
  sealing(): Sealing {
    const found = this.heard.findLast(({ type }) => type === "sealing");
    return (found as unknown as { sealing: Sealing }).sealing;
  }
}

export type StudentSeat = Seat<FromStudent, ToStudent, PlainFromStudent, PlainToStudent>;
export type DeskSeat = Seat<FromDesk, ToDesk, PlainFromDesk, PlainToDesk>;

/** What a tab keeps; a seat over the same tab is the page after a reload. */
export function tab(): { kept: string | null; keys: () => string | null; keep: (keys: string) => void } {
  const one = {
    kept: null as string | null,
    keys: () => one.kept,
    keep: (keys: string) => {
      one.kept = keys;
    },
  };
  return one;
}

export function studentSeat(kept: ReturnType<typeof tab>): StudentSeat {
  return new Seat(studentSealing({ tab: kept, guest: "guest", share: async () => SHARED }));
}

/** A browser with session storage and a key store; a seat in the same browser is the page after a reload. */
export function browserOf(nickname: string, { certify }: Installation) {
  const session = new Map<string, string>();
  const storage = {
    getItem: (name: string) => session.get(name) ?? null,
    setItem: (name: string, text: string) => void session.set(name, text),
    removeItem: (name: string) => void session.delete(name),
    key: (at: number) => [...session.keys()][at] ?? null,
    get length() {
      return session.size;
    },
  } as Storage;
  const store = memoryOnly();
  const server = { public: null as string | null, kept: null as string | null };
  const registry = {
    registered: async () => ({ ...server }),
    certify: async (open: string, kept: string | null) => {
      // A kept key stays unless it is another's.
      if (open !== server.public || kept !== null) Object.assign(server, { public: open, kept });
      return encoded(await certify(decoded(open), nickname));
    },
  };
  return {
    session,
    sits(): DeskSeat {
      const own = identities({ registry, store, tell: () => {} });
      own.begin(nickname);
      return new Seat(deskSealing({ identities: own, shelf: shelf(() => storage) }));
    },
  };
}

/** One side says something; the server gives it a number. */
export class Lines {
  readonly all: Said[] = [];

  async from(seat: StudentSeat | DeskSeat, from: Role, room: string, text: string): Promise<Said> {
    const id = cid(this.all.length + 1);
    const frame = { type: "say", room, cid: id, text };
    const sealed = await (seat.between.outward as (frame: unknown) => Promise<FromStudent | null>)(frame);
    expect(sealed, "it could be sealed").toMatchObject({ type: "say", cid: id });
    if (sealed?.type !== "say") throw new Error("not said");
    const line = wireLine(this.all.length + 1, from, sealed.body, id);
    this.all.push(line);
    return line;
  }
}

export function readBy(plain: (PlainToStudent | PlainToDesk)[]): string[] {
  return plain.flatMap((frame) => {
    const lines =
      frame.type === "lines" || frame.type === "unlocked" ? frame.lines : frame.type === "line" ? [frame] : [];
    return lines.map(({ body }) => (body.kind === "text" ? body.text : `(${body.kind})`));
  });
}
