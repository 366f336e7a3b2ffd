// Which page below /desk is asked for, and which days of whom: what stands in the address, so that a view can be shared and
// gone back from. Pure; it touches no address itself, and knows neither what is shown nor who may see it but by role.

import type { StaffRole } from "./protocol.gen";

export type Page = "duty" | "service" | "accounts";
export type Show = "today" | "week" | "month";
export type By = "session" | "day" | "week";

/** Null is what the server takes by itself. */
export type Filters = {
  readonly from: string | null;
  readonly until: string | null;
  readonly who: string | null;
  readonly by: By;
};

export const SHOWS: readonly Show[] = ["today", "week", "month"];
export const BYS: readonly By[] = ["session", "day", "week"];
export const NO_FILTERS: Filters = { from: null, until: null, who: null, by: "session" };

const DAY = /^\d{4}-\d{2}-\d{2}$/;
const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export function pageOf(path: string): Page {
  if (path.startsWith("/desk/service")) return "service";
  return path.startsWith("/desk/accounts") ? "accounts" : "duty";
}

/** What a role may see. It only spares a press in vain: the server asks again. */
export function pagesOf({ role }: { role: StaffRole }): readonly Page[] {
  switch (role) {
    case "counsellor":
      return ["duty"];
    case "supervisor":
      return ["duty", "service"];
    case "administrator":
      return ["duty", "service", "accounts"];
    default:
      return role satisfies never;
  }
}

export function shownIn(search: string): Show {
  const show = new URLSearchParams(search).get("show");
  return SHOWS.find((one) => one === show) ?? "week";
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
    by: BYS.find((one) => one === by) ?? "session",
  };
}

/** For an address, and for the file to download; empty when nothing is filtered. */
export function searchOf(filters: Filters): string {
  return query({ ...spanOf(filters), by: filters.by === "session" ? null : filters.by });
}

/** What the server is asked for: in which rows it is shown makes no difference to that. */
export function spanQuery(filters: Filters): string {
  return query(spanOf(filters));
}

/** The days of one's own that are asked for, once it is known which day it is there. */
export function daysOf(show: Show, today: string): string {
  const from = show === "today" ? today : show === "week" ? mondayOf(today) : `${today.slice(0, 8)}01`;
  return query({ from, until: today });
}

export function mondayOf(day: string): string {
  const date = new Date(`${day}T00:00:00Z`);
  date.setUTCDate(date.getUTCDate() - ((date.getUTCDay() + 6) % 7));
  return date.toISOString().slice(0, 10);
}

function spanOf({ from, until, who }: Filters) {
  return { from, until, who };
}

function query(parts: Record<string, string | null>): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(parts)) if (value !== null) search.set(name, value);
  const text = search.toString();
  return text === "" ? "" : `?${text}`;
}
