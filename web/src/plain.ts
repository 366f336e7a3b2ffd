// The wire as the pages' states know it: the same frames, with words in place of envelopes and no keys in them.
// Sealing stands between the two (student-sealing.ts, desk-sealing.ts); these are types and knows no key itself.

import type { FourWords } from "./handing";
import type { FromDesk, FromRoom, FromStudent, Line, RoomView, Said, ToDesk, ToStudent } from "./protocol.gen";

/** `locked` is what the page has no key for yet; `unreadable` is what no key of this page opens. */
export type Body = { readonly kind: "text"; readonly text: string } | { readonly kind: "locked" | "unreadable" };

export type PlainSaid = Omit<Said, "body"> & { body: Body };
export type PlainLine = Omit<Line, "body"> & { body: Body };

/**
 * Without the keys. The nickname is null while the student's page has not sealed one that this page can open; `intake`
 * is what opens the student's intake, on the desk, while they share it.
 */
export type PlainView = Omit<RoomView, "nickname" | "renamed" | "share" | "staff" | "key_epoch" | "intake"> & {
  nickname: string | null;
  intake: string | null;
};

/** What is known of the secret of a conversation. `words` is null while there is nothing to compare. */
export type Sealing =
  /** Only the student's page has it: nobody is there, or has asked for it. */
  | { readonly at: "alone" }
  /** The desk has asked for it; `again` since an answer could not be read. */
  | { readonly at: "awaited"; readonly again: "first" | "again" }
  /** The desk's own key cannot be certified just now, or two answers could not be read. */
  | { readonly at: "unavailable" }
  /** `also` are others who were given the key to what is said now, as the student's page knows. */
  | { readonly at: "shared"; readonly words: FourWords | null; readonly also: readonly string[] }
  /** The student's page has handed nothing over. */
  | { readonly at: "uncertified"; readonly counsellor: string }
  /** Another tab of the student's has gone on and made the secret: this page can neither read nor write. */
  | { readonly at: "elsewhere" }
  /** The counsellor's page has not kept to what it had committed to. */
  | { readonly at: "doubtful" };

export type PlainFromRoom =
  | ({ type: "room" } & PlainView)
  | { type: "lines"; room: string; lines: PlainSaid[] }
  | ({ type: "line" } & PlainLine)
  /** Lines that are on the page already and can be read now. */
  | { type: "unlocked"; room: string; lines: PlainSaid[] }
  | { type: "sealing"; room: string; sealing: Sealing }
  /** The student's name has become known. */
  | { type: "named"; room: string; nickname: string }
  /** Somebody registered has the name; this is what the student is called from now on. */
  | { type: "renamed"; room: string; nickname: string }
  | Exclude<FromRoom, { type: "room" | "lines" | "line" | "renamed" | "key_epoch" }>;

type Keys = "key_offered" | "revealed_nonce" | "called" | "key_handed" | "nickname" | "intake";

export type PlainToStudent = Exclude<ToStudent, FromRoom | { type: Keys }> | PlainFromRoom;
export type PlainToDesk =
  | Exclude<ToDesk, FromRoom | { type: Keys }>
  | PlainFromRoom
  | { type: "intake"; room: string; share: string | null };

export type PlainFromStudent =
  | Exclude<FromStudent, { type: "say" | "hand_key" | "nickname" | "share_intake" }>
  | { type: "share_intake" }
  | { type: "say"; cid: string; text: string };

export type PlainFromDesk =
  | Exclude<FromDesk, { type: "say" | "offer_key" | "reveal" | "accept" }>
  | { type: "say"; room: string; cid: string; text: string }
  | { type: "accept"; room: string };
