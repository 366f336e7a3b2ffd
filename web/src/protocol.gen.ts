// The wire, written by `cargo test` from server/protocol.rs. Do not edit it here.

export type FromStudent = { "type": "hello", key?: Credential, epoch?: string, since?: number, } | { "type": "join", key: Credential, nickname?: string, } | { "type": "say", cid: string, body: Body, } | { "type": "typing", } | { "type": "stay", } | { "type": "close", };

export type FromDesk = { "type": "hello", rooms: Array<Known>, } | { "type": "switch", available: boolean, } | { "type": "take", claim: string, } | { "type": "say", room: string, cid: string, body: Body, } | { "type": "typing", room: string, } | { "type": "stay", room: string, } | { "type": "close", room: string, };

export type Known = { room: string, epoch: string, since: number, };

export type Body = { suite: number, text: SealedText, };

export type ToStudent = { "type": "door", available: number, } | { "type": "gone", } | { "type": "place" } & Place | FromRoom;

export type ToDesk = { "type": "welcome", nickname: Nickname, limit: number, 
/**
 * The rooms this counsellor holds. A room the page knows and that is not here has ended.
 */
rooms: Array<string>, } | { "type": "switched", available: boolean, } | { "type": "queue", waiting: number, longest_ms: number, } | { "type": "taken", claim: string, room: string, } | FromRoom;

export type FromRoom = { "type": "room" } & RoomView | { "type": "lines" } & Lines | { "type": "line" } & Line | { "type": "notice" } & PlacedNotice | { "type": "typing", room: string, } | { "type": "warning" } & Warning | { "type": "stayed", room: string, } | { "type": "ended" } & Ended | { "type": "refused" } & Refused;

export type RoomView = { room: string, epoch: string, 
/**
 * The student's.
 */
nickname: Nickname, 
/**
 * The counsellor's, once there is one.
 */
counsellor: Nickname | null, 
/**
 * Whether both have spoken, so that each receives the other's lines (W12).
 */
revealed: boolean, 
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
place: Place | null, };

export type Place = { ahead: number, attended: boolean, };

export type Resume = "full" | "delta";

export type Lines = { room: string, lines: Array<Said>, };

export type Line = { room: string, seq: number, cid: string, from: Role, 
/**
 * Unix milliseconds.
 */
at: number, body: Body, };

export type Said = { seq: number, cid: string, from: Role, 
/**
 * Unix milliseconds.
 */
at: number, body: Body, };

export type Role = "student" | "counsellor";

export type PlacedNotice = { room: string, after: number, notice: Notice, 
/**
 * Who came, with [`Notice::CounsellorCame`].
 */
counsellor?: Nickname, };

export type Notice = "say_hi" | "wait_for_counsellor" | "counsellor_came";

export type Warning = { room: string, closes_in_ms: number, };

export type Ended = { room: string, 
/**
 * Unix milliseconds.
 */
at: number, 
/**
 * How many lines were erased, of both sides together.
 */
lines: number, by: EndedBy, };

export type EndedBy = "student" | "counsellor" | "silence";

export type Refused = { reason: Refusal, room?: string, cid?: string, claim?: string, 
/**
 * When to try again.
 */
retry_ms?: number, };

export type Refusal = "no_such_room" | "nobody_available" | "signed_in" | "nickname" | "nobody_waiting" | "limit" | "answered_before" | "too_many" | "cid_taken";

export enum CloseCode { "NotText" = 1003, "NotUtf8" = 1007, "TooLarge" = 1009, "TryAgain" = 1013, "NotUnderstood" = 4000, "Superseded" = 4001, "SignedOut" = 4003, "NoHello" = 4004 }

export type Credential = string;

export type Nickname = string;

export type SealedText = string;
