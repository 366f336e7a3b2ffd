// What a student's tab keeps of one room's keys through a reload, as one text in session storage: the secrets, to whom
// which of them went, the student's own leave, and the installation's key as it was first seen. Never the server's
// share, and never a line. Knows the form of that text and nothing of where it is put.

import { type Bytes, decoded, encoded, sized } from "./bytes";
import type { FourWords } from "./handing";

/** A counsellor's key that secrets went to, and what came of comparing. */
export type Recipient = {
  /** Of their offer. */
  readonly keyEpoch: number;
  readonly identity: string;
  readonly nickname: string;
  /** The public half of their offer, which their page reveals its part of later. */
  readonly offer: string;
  /** The key epochs of the secrets that went. */
  readonly given: readonly number[];
  readonly compared: Compared;
};

export type Compared =
  | { readonly at: "answered" }
  | { readonly at: "agreed"; readonly words: FourWords }
  /** Their page has not kept to what it had committed to. */
  | { readonly at: "doubtful" };

export type Possession = {
  readonly secrets: Map<number, Bytes>;
  current: number;
  staff: Bytes | null;
  /** In the order in which they came. */
  recipients: readonly Recipient[];
  /** Who may read what is older, as the student has said: a key, or whoever comes in this key epoch. */
  leave: { readonly keyEpoch: number; readonly identity: string | null } | null;
};

/** Neither throws: where nothing can be kept, a reload loses the conversation, which the page says. */
export type Tab = { keys(): string | null; keep(keys: string): void };

export function nothingYet(): Possession {
  return { secrets: new Map(), current: 0, staff: null, recipients: [], leave: null };
}

export function written(room: string, { secrets, staff, ...rest }: Possession): string {
  const list = [...secrets].map(([keyEpoch, secret]) => [keyEpoch, encoded(secret)]);
  return JSON.stringify({ room, secrets: list, staff: staff && encoded(staff), ...rest });
}

/** Null if it is another room's, or not what `written` writes. */
export function read(text: string | null, room: string): Possession | null {
  if (text === null) return null;
  try {
    const { secrets, staff, current, recipients, leave, ...found } = JSON.parse(text);
    if (found.room !== room) return null;
    const list = secrets.map(([keyEpoch, secret]: [number, string]) => [keyEpoch, sized(decoded(secret), 32)]);
    const known = staff === null ? null : sized(decoded(staff), 65);
    return { secrets: new Map<number, Bytes>(list), staff: known, current, recipients, leave };
  } catch {
    return null;
  }
}

/**
 * Which secrets this key gets. Whoever is asked to take over gets the one that is made for them. Whoever has the room gets
 * all of them if nobody else was ever given any, or if the student has let them; otherwise those that nobody before had,
 * which are of the lines since. None of it is the server's to say.
 */
export function entrusted(
  { secrets, current, recipients, leave }: Possession,
  keyEpoch: number,
  identity: string,
): number[] {
  if (keyEpoch > current) return [keyEpoch];
  const known = [...secrets.keys()].filter((one) => one <= current);
  const others = recipients.filter((other) => other.identity !== identity || other.keyEpoch !== keyEpoch);
  const allowed = leave?.keyEpoch === keyEpoch && (leave.identity ?? identity) === identity;
  if (allowed || others.every((other) => other.identity === identity)) return known;
  return known.filter((one) => one === keyEpoch || !others.some(({ given }) => given.includes(one)));
}

/** In the place of what the same key was given for the same key epoch. What a colleague was given in vain is nobody's. */
export function handed(possession: Possession, to: Omit<Recipient, "compared">): void {
  const { recipients, current } = possession;
  const isSame = (one: Recipient) =>
    one.keyEpoch === to.keyEpoch && (one.identity === to.identity || to.keyEpoch > current);
  const given = new Set([...recipients.filter(isSame).flatMap((one) => one.given), ...to.given]);
  const others = recipients.filter((one) => !isSame(one));
  possession.recipients = [...others, { ...to, given: [...given], compared: { at: "answered" } }];
}

export function compared(possession: Possession, offer: string, outcome: Compared): void {
  possession.recipients = possession.recipients.map((one) =>
    one.offer === offer ? { ...one, compared: outcome } : one,
  );
}
