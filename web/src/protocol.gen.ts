// The wire, written by `cargo test` from server/protocol.rs. Do not edit it here.

export type FromStudent = { "type": "hello", key?: Credential, epoch?: string, since?: number, } | { "type": "join", key: Credential, nickname?: string, } | { "type": "say", cid: string, body: Envelope, } | { "type": "typing", } | { "type": "stay", } | { "type": "beat", room?: string, } | { "type": "seen", seq: number, } | { "type": "older", share: boolean, nth: number, } | { "type": "nickname", body: Envelope, } | { "type": "share_intake", body: Envelope, } | { "type": "stop_sharing", } | { "type": "hand_key", key_epoch: number, for: string, answer: KeyAnswer, } | { "type": "close", };

export type FromDesk = { "type": "hello", rooms: Array<Known>, 
/**
 * Whether somebody has just opened this page, and it does not come back by itself: then it is noted that they
 * have (D1).
 */
opened: boolean, } | { "type": "keyboard", key_ms: number, cached_ms?: number, } | { "type": "switch", available: boolean, } | { "type": "take", claim: string, } | { "type": "say", room: string, cid: string, body: Envelope, } | { "type": "typing", room: string, } | { "type": "stay", room: string, } | { "type": "beat", rooms: Array<string>, } | { "type": "seen", room: string, seq: number, } | { "type": "leave", room: string, } | { "type": "give_back", room: string, } | { "type": "hand_over", room: string, to: string, } | { "type": "accept", room: string, offer: KeyOffer, } | { "type": "offer_key", room: string, offer: KeyOffer, } | { "type": "reveal", room: string, for: string, nonce: string, } | { "type": "decline", room: string, } | { "type": "close", room: string, };

export type Known = { room: string, epoch: string, since: number, };

export type Envelope = { suite: number, 
/**
 * Which of the room's secrets it is sealed with.
 */
key_epoch: number, 
/**
 * base64url: 12 bytes, then the ciphertext of 256·2^n bytes, then 16.
 */
sealed: SealedText, };

export type KeyOffer = { 
/**
 * Made for this one hand-over.
 */
public: string, 
/**
 * The counsellor's own, and the staff key's signature of it.
 */
identity: string, certificate: string, 
/**
 * To a number that is shown later.
 */
commitment: string, 
/**
 * By the counsellor's own key, of all this.
 */
signature: string, };

export type KeyAnswer = { public: string, nonce: string, wrapped: SealedText, };

export type ToStudent = { "type": "door", available: number, } | { "type": "heard", } | { "type": "gone", } | { "type": "place" } & Place | { "type": "called", room: string, nickname: Nickname, } | { "type": "key_offered", room: string, counsellor: Nickname, key_epoch: number, offer: KeyOffer, } | { "type": "revealed_nonce", room: string, for: string, nonce: string, } | FromRoom;

export type ToDesk = { "type": "welcome", nickname: Nickname, 
/**
 * What this account may do; when it changes, the page is told to come back.
 */
role: StaffRole, limit: number, 
/**
 * The rooms this counsellor holds. A room the page shows and that is in neither list has ended.
 */
rooms: Array<string>, 
/**
 * Rooms this page shows that are open and with somebody else now, or waiting again (W25, W26).
 */
moved: Array<string>, 
/**
 * How often to beat while no room is held; a `room` frame says how often in a room (U6).
 */
beat_ms: number, keyboard: KeyboardRules, } | { "type": "heard", } | { "type": "switched", available: boolean, } | { "type": "queue", waiting: number, reconnecting: number, longest_ms: number, 
/**
 * How long somebody who comes now may wait; `null` while that is not known, and whenever nobody is available.
 */
wait: Expected | null, } | { "type": "colleagues", available: Array<Colleague>, } | { "type": "offered", room: string, from: Nickname, expires_in_ms: number, key_epoch: number, } | { "type": "offer_ended", room: string, } | { "type": "moved", room: string, why: Moved, } | { "type": "taken", claim: string, room: string, } | { "type": "nickname", room: string, nickname: Envelope, } | { "type": "intake", room: string, body: Envelope | null, } | { "type": "key_handed", room: string, key_epoch: number, for: string, answer: KeyAnswer, } | FromRoom;

export type Colleague = { id: string, nickname: Nickname, };

export type Moved = "given_back" | "handed_over" | "away" | "no_key";

export type FromRoom = { "type": "room" } & RoomView | { "type": "lines" } & Lines | { "type": "line" } & Line | { "type": "notice" } & PlacedNotice | { "type": "typing", room: string, } | { "type": "presence", room: string, whereabouts: Whereabouts, } | { "type": "seen", room: string, seq: number, } | { "type": "handing", room: string, to: Nickname | null, } | { "type": "older", room: string, older: Older, } | { "type": "key_epoch", room: string, key_epoch: number, } | { "type": "renamed", room: string, prefix: string, } | { "type": "warning" } & Warning | { "type": "stayed", room: string, } | { "type": "ended" } & Ended | { "type": "refused" } & Refused;

export type RoomView = { room: string, epoch: string, 
/**
 * The server's half of every key of this room. For the page's memory alone.
 */
share: string, 
/**
 * Which secret lines are sealed with now.
 */
key_epoch: number, 
/**
 * What counsellors' own keys are certified with.
 */
staff: string, 
/**
 * The student's, as their page has sealed it; absent until then.
 */
nickname: Envelope | null, 
/**
 * What stands before that nickname since a registered person has taken it (U4).
 */
renamed: string | null, 
/**
 * What opens the student's intake for their counsellor, as the student's page has sealed it, while they share it.
 */
intake: Envelope | null, 
/**
 * The counsellor's, once there is one.
 */
counsellor: Nickname | null, 
/**
 * Whether this seat has spoken, so that it receives the other's lines (W12).
 */
revealed: boolean, 
/**
 * This seat reads the lines behind this one; more than 0 for a counsellor who came later (W13).
 */
reads_after: number, 
/**
 * Whether the lines that follow are everything, or what came after `since`.
 */
resume: Resume, 
/**
 * Every notice this seat has been given, with its place among the lines.
 */
notices: Array<PlacedNotice>, 
/**
 * Present only while the room is about to close.
 */
closes_in_ms: number | null, 
/**
 * Present only while waiting.
 */
place: Place | null, 
/**
 * Where the other side is. Absent for a student while nobody has come.
 */
whereabouts: Whereabouts | null, 
/**
 * How far the other side's page has shown the lines.
 */
seen: number, 
/**
 * Whom the counsellor has asked to take over, while that is open.
 */
handing_to: Nickname | null, 
/**
 * For the student, once somebody has come who has not read what was said before.
 */
older: Older | null, 
/**
 * How often to beat in this room (U6).
 */
beat_ms: number, };

export type Whereabouts = "here" | "on_site" | "reconnecting" | "away";

export type Older = "asked" | "shared" | "kept";

export type Place = { ahead: number, attended: boolean, 
/**
 * How long it may still take; `null` while that is not known, and whenever nobody is available.
 */
wait: Expected | null, };

export type Expected = { from_ms: number, to_ms: number | null, };

export type KeyboardRules = { 
/**
 * After more than this without a keyboard event, of the time before it too.
 */
pause_ms: number, 
/**
 * At most once in this time, when the mouse has moved.
 */
interval_ms: number, 
/**
 * Sooner, after more than so many characters.
 */
keys: number, };

export type StaffRole = "counsellor" | "supervisor" | "administrator";

export type Resume = "full" | "delta";

export type Lines = { room: string, lines: Array<Said>, };

export type Line = { room: string, seq: number, cid: string, from: Role, 
/**
 * Unix milliseconds.
 */
at: number, body: Envelope, };

export type Said = { seq: number, cid: string, from: Role, 
/**
 * Unix milliseconds.
 */
at: number, body: Envelope, };

export type Role = "student" | "counsellor";

export type PlacedNotice = { room: string, 
/**
 * Its number among this seat's notices, so that the same one is recognised.
 */
nth: number, after: number, notice: Notice, 
/**
 * Who came, with [`Notice::CounsellorCame`]; who went, with the two that say so.
 */
counsellor?: Nickname, };

export type Notice = "say_hi" | "wait_for_counsellor" | "counsellor_came" | "back_to_queue" | "handed_over";

export type Warning = { room: string, closes_in_ms: number, };

export type Ended = { room: string, 
/**
 * Unix milliseconds.
 */
at: number, 
/**
 * How many lines were erased, of both sides together.
 */
lines: number, 
/**
 * What else is gone.
 */
erased: Array<Erased>, 
/**
 * What stays although the room is gone; told to the student alone.
 */
kept?: Array<Remaining>, 
/**
 * Names this erasure and nothing else: four characters, a hyphen, four more.
 */
receipt: string, by: EndedBy, };

export type Erased = "room" | "lines" | "nickname" | "key" | "intake";

export type Remaining = "intake";

export type EndedBy = "student" | "counsellor" | "silence" | "absence";

export type Refused = { reason: Refusal, room?: string, cid?: string, claim?: string, 
/**
 * When to try again.
 */
retry_ms?: number, };

export type Refusal = "no_such_room" | "nobody_available" | "signed_in" | "nickname" | "nickname_taken" | "nobody_waiting" | "nobody_here" | "limit" | "colleague" | "offer_ended" | "answered_before" | "too_many" | "cid_taken" | "implausible" | "role" | "key_epoch" | "suite";

export enum CloseCode { "NotText" = 1003, "NotUtf8" = 1007, "TooLarge" = 1009, "Restarting" = 1012, "TryAgain" = 1013, "NotUnderstood" = 4000, "Superseded" = 4001, "SignedOut" = 4003, "NoHello" = 4004 }

export type Credential = string;

export type Nickname = string;

export type SealedText = string;
