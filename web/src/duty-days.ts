// How a day's sessions lie beside each other, and how high a chart of days is. Pure; it knows nothing of colours or words.
// Times of day are read off what the server has written, because its clocks count and not this browser's; how long
// something took is reckoned from the moments themselves, so that it is true on the days on which clocks are moved.

import { mondayOf } from "./office-address";
import type { Duty, Session } from "./office.gen";

/** In minutes since midnight. */
export type Bar = {
  readonly from: number;
  readonly to: number;
  /** The end on the clock, if it went on into the next day; the bar runs to the edge. */
  readonly beyond: string | null;
  readonly session: Session;
};

/** `minutes` is how long it was; the rest is where it lies, as of a bar. */
export type Break = { readonly from: number; readonly to: number; readonly minutes: number };

/** `breaks` are what lies before each bar but the first. */
export type DayLine = { readonly day: string; readonly bars: readonly Bar[]; readonly breaks: readonly Break[] };

export const MIDNIGHT = 24 * 60;

/** Every one of these days in order, with one person's sessions on it; a session belongs to the day it began. */
export function timeline(days: readonly string[], sessions: readonly Session[]): readonly DayLine[] {
  const bars = new Map<string, Bar[]>(days.map((day) => [day, []]));
  for (const session of sessions) bars.set(session.day, [...(bars.get(session.day) ?? []), barOf(session)]);
  return [...bars].map(([day, some]) => lineOf(day, some)).toSorted((a, b) => (a.day < b.day ? -1 : 1));
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

/** Of everybody, or of those who were asked for. Rows are rounded down one by one and never added up here. */
export function summed({ totals }: Pick<Duty, "totals">) {
  const sum = (of: "sessions" | "minutes" | "reply_count") => totals.reduce((all, one) => all + one[of], 0);
  return { sessions: sum("sessions"), minutes: sum("minutes"), reply_count: sum("reply_count") };
}

/** Whether the first or the last week has days that are not shown, and so do not count. */
export function cutsWeeks({ from, until }: Pick<Duty, "from" | "until">): boolean {
  return mondayOf(from) !== from || new Date(`${until}T00:00:00Z`).getUTCDay() !== 0;
}

function barOf(session: Session): Bar {
  const isBeyond = session.end.slice(0, 10) > session.day;
  const from = minuteOf(session.start);
  // In the hour that comes twice a session can end at an earlier time of day than it began.
  const to = isBeyond ? MIDNIGHT : Math.max(from, minuteOf(session.end));
  return { from, to, beyond: isBeyond ? clockOf(session.end) : null, session };
}

function lineOf(day: string, some: readonly Bar[]): DayLine {
  const bars = some.toSorted((a, b) => Date.parse(a.session.start) - Date.parse(b.session.start));
  const breaks = bars.slice(1).map((bar, n) => {
    const before = bars[n] ?? bar;
    const minutes = Math.floor((Date.parse(bar.session.start) - Date.parse(before.session.end)) / 60_000);
    return { from: before.to, to: Math.max(before.to, bar.from), minutes };
  });
  return { day, bars, breaks };
}

function minuteOf(moment: string): number {
  return Number(moment.slice(11, 13)) * 60 + Number(moment.slice(14, 16));
}
