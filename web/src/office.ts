// What the pages below /desk show of duty: which days, whose, and how a day's sessions lie beside each other. Pure; it asks
// nothing and knows nothing of how anything looks. Times of day are read off what the server has written, because its
// clocks count and not this browser's.

import type { Session } from "./office-wire";

export type Page = "duty" | "service" | "accounts";
export type Show = "today" | "week" | "month";
export type By = "session" | "day" | "week";

/** What stands in the address, so that a view can be shared. Null is what the server takes by itself. */
export type Filters = {
  readonly from: string | null;
  readonly until: string | null;
  readonly who: string | null;
  readonly by: By;
};

export const NO_FILTERS: Filters = { from: null, until: null, who: null, by: "session" };

/** Minutes since midnight; `beyond` says that it went on into the next day. */
export type Bar = { readonly from: number; readonly to: number; readonly beyond: boolean; readonly session: Session };
/** `breaks` are the minutes before each bar but the first. */
export type DayLine = { readonly day: string; readonly bars: readonly Bar[]; readonly breaks: readonly number[] };

const MIDNIGHT = 24 * 60;
const DAY = /^\d{4}-\d{2}-\d{2}$/;
const ID = /^[0-9a-f-]{36}$/;

export function pageOf(path: string): Page {
  if (path.startsWith("/desk/service")) return "service";
  return path.startsWith("/desk/accounts") ? "accounts" : "duty";
}

export function shownIn(search: string): Show {
  const show = new URLSearchParams(search).get("show");
  return show === "today" || show === "month" ? show : "week";
}

/** What is no filter is passed over, so that a link that was cut still shows something. */
export function filtersIn(search: string): Filters {
  const asked = new URLSearchParams(search);
  const matching = (name: string, form: RegExp) => {
    const value = asked.get(name);
    return value !== null && form.test(value) ? value : null;
  };
  const by = asked.get("by");
  return {
    from: matching("from", DAY),
    until: matching("until", DAY),
    who: matching("who", ID),
    by: by === "day" || by === "week" ? by : "session",
  };
}

/** For an address and for the server alike; empty when nothing is filtered. */
export function searchOf(filters: Filters): string {
  const search = new URLSearchParams();
  for (const name of ["from", "until", "who"] as const) {
    const value = filters[name];
    if (value !== null) search.set(name, value);
  }
  if (filters.by !== "session") search.set("by", filters.by);
  const text = search.toString();
  return text === "" ? "" : `?${text}`;
}

/** The days of one's own that are asked for, once it is known which day it is there. */
export function daysOf(show: Show, today: string): string {
  const from = show === "today" ? today : show === "week" ? mondayOf(today) : `${today.slice(0, 8)}01`;
  return `?from=${from}&until=${today}`;
}

export function mondayOf(day: string): string {
  const date = new Date(`${day}T00:00:00Z`);
  date.setUTCDate(date.getUTCDate() - ((date.getUTCDay() + 6) % 7));
  return date.toISOString().slice(0, 10);
}

/** Day by day, in order, each with its bars and what lies between them. */
export function timeline(sessions: readonly Session[]): readonly DayLine[] {
  const days = new Map<string, Bar[]>();
  for (const session of sessions) {
    const beyond = session.end.slice(0, 10) > session.day;
    const bar = { from: minuteOf(session.start), to: beyond ? MIDNIGHT : minuteOf(session.end), beyond, session };
    days.set(session.day, [...(days.get(session.day) ?? []), bar]);
  }
  const lines = [...days].map(([day, bars]) => {
    const inOrder = bars.toSorted((a, b) => a.from - b.from);
    const breaks = inOrder.slice(1).map((bar, n) => Math.max(0, bar.from - (inOrder[n]?.to ?? bar.from)));
    return { day, bars: inOrder, breaks };
  });
  return lines.toSorted((a, b) => (a.day < b.day ? -1 : 1));
}

/** "09:40" of a moment as the server has written it. */
export function clockOf(moment: string): string {
  return moment.slice(11, 16);
}

/** How high a chart's axis goes, in whole hours, with a line at every `every`. */
export function axis(most: number): { readonly hours: number; readonly every: number } {
  const needed = Math.max(1, Math.ceil(most / 60));
  const every = needed <= 6 ? 1 : needed <= 12 ? 2 : needed <= 30 ? 5 : needed <= 60 ? 10 : Math.ceil(needed / 60) * 10;
  return { hours: Math.ceil(needed / every) * every, every };
}

function minuteOf(moment: string): number {
  return Number(moment.slice(11, 13)) * 60 + Number(moment.slice(14, 16));
}
