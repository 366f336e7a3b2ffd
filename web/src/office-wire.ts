// What the pages below /desk ask of the server, and what it answers (server/PROTOCOL.md, Requests of staff).
// Types alone; nothing here asks anything.

import type { Expected, StaffRole } from "./protocol.gen";

export type Me = { readonly nickname: string; readonly role: StaffRole };

export type Totals = { readonly sessions: number; readonly minutes: number; readonly reply_count: number };

/** `start` and `end` are written as the service's own clocks show them. */
export type Session = {
  readonly who: string;
  readonly day: string;
  readonly start: string;
  readonly end: string;
  readonly minutes: number;
  readonly reply_count: number;
};

/** `day` is a day, or the Monday of a week. */
export type Row = Totals & { readonly who: string; readonly day: string };

export type Duty = {
  readonly zone: string;
  readonly today: string;
  readonly from: string;
  readonly until: string;
  readonly staff: readonly { readonly id: string; readonly nickname: string }[];
  readonly sessions: readonly Session[];
  readonly days: readonly Row[];
  readonly weeks: readonly Row[];
  readonly totals: readonly (Totals & { readonly who: string })[];
  readonly chart: readonly { readonly day: string; readonly minutes: number }[];
};

export type Coarse = { readonly from_min: number; readonly to_min: number | null };

export type Service = {
  readonly waiting: number;
  readonly reconnecting: number;
  readonly longest_ms: number;
  readonly available: number;
  readonly wait: Expected | null;
  readonly zone: string;
  readonly hours: readonly {
    readonly weekday: number;
    readonly hour: number;
    readonly waits: Coarse | null;
    readonly lengths: Coarse | null;
  }[];
};

export type Account = {
  readonly id: string;
  readonly login: string;
  readonly nickname: string;
  readonly role: StaffRole;
  readonly access: "enabled" | "invited" | "disabled";
};

export type Entry = {
  readonly nth: number;
  readonly at: number;
  readonly by: string | null;
  readonly action: string;
  readonly about: string | null;
};

export type Refusal =
  | "signed_out"
  | "role"
  | "dates"
  | "login"
  | "nickname"
  | "taken"
  | "last_administrator"
  | "no_such_account"
  | "unreachable";

export type Asked<T> = { readonly got: T } | { readonly refused: Refusal };
