// What the tests of the pages below /desk begin with: people, sessions and answers as the server writes them. What days, weeks
// and people come to is reckoned from the sessions here, so that a story gives its sessions alone.

import { mondayOf } from "../src/office-address";
import type { Duty, Row, Service, Session } from "../src/office.gen";

export const ASHA = "aaaaaaaa-0000-4000-8000-000000000001";
export const BEN = "bbbbbbbb-0000-4000-8000-000000000002";

/** "2026-11-23 10:00 10:27": of Asha, without replies, unless something else is said. */
export function session(text: string, changes: Partial<Session> = {}): Session {
  const [day = "", start, end, until = day] = text.split(" ");
  const [from, to] = [`${day}T${start}:00+01:00`, `${until}T${end}:00+01:00`];
  const minutes = Math.floor((Date.parse(to) - Date.parse(from)) / 60_000);
  return { who: ASHA, day, start: from, end: to, minutes, reply_count: 0, ...changes };
}

/** D-T5: one session from 10:00 to 10:27. */
export const MORNING = session("2026-11-23 10:00 10:27");

export function duty(from: string, until: string, sessions: readonly Session[]): Duty {
  const totals = totalled(sessions, () => "").map(({ day, ...total }) => total);
  const worked = (day: string) =>
    sessions.filter((one) => one.day === day).reduce((sum, { minutes }) => sum + minutes, 0);
  return {
    zone: "Europe/Berlin",
    today: "2026-11-23",
    from,
    until,
    staff: [
      { id: ASHA, nickname: "Asha" },
      { id: BEN, nickname: "Ben" },
    ],
    sessions: [...sessions],
    days: totalled(sessions, ({ day }) => day),
    weeks: totalled(sessions, ({ day }) => mondayOf(day)),
    totals,
    chart: span(from, until).map((day) => ({ day, minutes: worked(day) })),
  };
}

export function service(changes: Partial<Service> = {}): Service {
  const blocks = Array.from({ length: 56 }, (_, n) => ({ weekday: Math.floor(n / 8), hour: (n % 8) * 3 }));
  return {
    waiting: 2,
    reconnecting: 1,
    longest_ms: 430_000,
    available: 3,
    wait: { from_ms: 120_000, to_ms: 540_000 },
    zone: "Europe/Berlin",
    hours: blocks.map((block) => ({ ...block, waits: null, lengths: null })),
    ...changes,
  };
}

function totalled(sessions: readonly Session[], day: (session: Session) => string): Row[] {
  const rows = new Map<string, Row>();
  for (const one of sessions) {
    const key = `${one.who} ${day(one)}`;
    const before = rows.get(key) ?? { who: one.who, day: day(one), sessions: 0, minutes: 0, reply_count: 0 };
    const { minutes, reply_count } = one;
    rows.set(key, {
      ...before,
      sessions: before.sessions + 1,
      minutes: before.minutes + minutes,
      reply_count: before.reply_count + reply_count,
    });
  }
  return [...rows.values()];
}

function span(from: string, until: string): string[] {
  const count = (Date.parse(until) - Date.parse(from)) / 86_400_000 + 1;
  return Array.from({ length: count }, (_, n) =>
    new Date(Date.parse(from) + n * 86_400_000).toISOString().slice(0, 10),
  );
}
