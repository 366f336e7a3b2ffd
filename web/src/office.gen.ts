// What the pages below /desk are answered, written by `cargo test` from server/duty/shown.rs and server/staff.rs. Do not
// edit it here.

import type { Expected, Nickname, StaffRole } from "./protocol.gen";

export type Me = { nickname: Nickname, role: StaffRole, };

export type Duty = { zone: string, today: string, from: string, until: string, staff: Array<Counsellor>, sessions: Array<Session>, days: Array<Row>, weeks: Array<Row>, totals: Array<Totals>, chart: Array<Chart>, };

export type Counsellor = { id: string, nickname: Nickname, };

export type Session = { who: string, day: string, start: string, end: string, minutes: number, reply_count: number, };

export type Row = { day: string, who: string, sessions: number, minutes: number, reply_count: number, };

export type Totals = { who: string, sessions: number, minutes: number, reply_count: number, };

export type Chart = { day: string, minutes: number, };

export type Service = { waiting: number, reconnecting: number, longest_ms: number, available: number, wait: Expected | null, zone: string, hours: Array<Hours>, };

export type Hours = { weekday: number, hour: number, waits: Coarse | null, lengths: Coarse | null, };

export type Coarse = { from_min: number, to_min: number | null, };

export type Account = { id: string, login: string, nickname: Nickname, role: StaffRole, access: Access, };

export type Access = "enabled" | "invited" | "disabled";

export type Invited = { link: string, };

export type Entry = { nth: number, at: number, by: Nickname | null, action: Deed, about: Nickname | null, };

export type Deed = "signed_in" | "signed_out" | "added" | "disabled" | "reset" | "made_counsellor" | "made_supervisor" | "made_administrator" | "chose_password" | "changed_key" | "saw_everyones_duty" | "downloaded_duty";
