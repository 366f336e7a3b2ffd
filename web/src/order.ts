// The order of one room's lines as their senders counted them. The server numbers lines; what each sender has counted,
// inside the envelope, must rise with those numbers, and so must key epochs, or a line was repeated or moved, or said by
// somebody who has gone. Knows no key and no text.

import type { Role } from "./protocol.gen";

export type Counted = {
  readonly seq: number;
  readonly from: Role;
  readonly keyEpoch: number;
  readonly counter: number;
};

export type Order = {
  /**
   * Whether this line fits, and then it has its place. Gaps are allowed, a line may have been given up. Lines may become
   * known late, between others (W13), so it is held against both sides of its place.
   */
  takes(line: Counted): boolean;
  /** The highest that a sender has counted to, so that a page that was loaded again goes on from there. */
  countedTo(from: Role, keyEpoch: number): number;
};

export function order(): Order {
  /** By sender, in the order of their numbers. */
  const said: Record<Role, Counted[]> = { student: [], counsellor: [] };
  return {
    takes(line) {
      const own = said[line.from];
      const at = own.findLastIndex(({ seq }) => seq < line.seq) + 1;
      const [before, after] = [own[at - 1], own[at]];
      const isLate = (before && !isBehind(line, before)) || (after && !isBehind(after, line));
      if (line.counter < 1 || after?.seq === line.seq || isLate) return false;
      own.splice(at, 0, line);
      return true;
    },
    countedTo: (from, keyEpoch) => said[from].findLast((line) => line.keyEpoch === keyEpoch)?.counter ?? 0,
  };
}

function isBehind(one: Counted, other: Counted): boolean {
  return one.keyEpoch === other.keyEpoch ? one.counter > other.counter : one.keyEpoch > other.keyEpoch;
}
