// The order of one room's lines as their senders counted them. The server numbers lines; what each sender has counted,
// inside the envelope, must rise with those numbers, or a line was repeated or moved. Knows no key and no text.

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
  const numbers = new Set<number>();
  /** By sender and key epoch, in the order of their numbers. */
  const counts = new Map<string, Counted[]>();
  const of = (from: Role, keyEpoch: number) => counts.get(`${from} ${keyEpoch}`) ?? [];
  return {
    takes(line) {
      const own = of(line.from, line.keyEpoch);
      const at = own.findLastIndex(({ seq }) => seq < line.seq) + 1;
      const after = own[at - 1]?.counter ?? 0;
      const before = own[at]?.counter ?? Number.POSITIVE_INFINITY;
      if (numbers.has(line.seq) || line.counter <= after || line.counter >= before) return false;
      numbers.add(line.seq);
      own.splice(at, 0, line);
      counts.set(`${line.from} ${line.keyEpoch}`, own);
      return true;
    },
    countedTo: (from, keyEpoch) => of(from, keyEpoch).at(-1)?.counter ?? 0,
  };
}
