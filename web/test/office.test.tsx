// The pages below the desk: what stands in an address, how a day's sessions lie beside each other, what tables say, and
// what an administrator's presses ask for.

import { render, screen, within } from "@testing-library/preact";
import { expect, test } from "vitest";
import { LOOK, NOTHING, step } from "../src/accounts";
import { axis, daysOf, filtersIn, mondayOf, NO_FILTERS, pageOf, searchOf, shownIn, timeline } from "../src/office";
import type { Account, Duty, Session } from "../src/office-wire";
import { DayChart, Sessions } from "../src/views/duty-parts";
import { pagesOf } from "../src/views/office";
import { OwnDuty } from "../src/views/own-duty";

const ASHA = "11111111-1111-4111-8111-111111111111";

/** As D-T1 has it: a morning, a break, and an evening that passes midnight. */
const MORNING: Session[] = [
  session("2026-01-05T09:00:00+01:00", "2026-01-05T09:40:00+01:00", 40, 2),
  session("2026-01-05T10:15:00+01:00", "2026-01-05T10:40:00+01:00", 25, 0),
  session("2026-01-05T23:50:00+01:00", "2026-01-06T00:20:00+01:00", 30, 1),
];

function session(start: string, end: string, minutes: number, reply_count: number): Session {
  return { who: ASHA, day: start.slice(0, 10), start, end, minutes, reply_count };
}

function duty(sessions: readonly Session[]): Duty {
  const total = { who: ASHA, sessions: sessions.length, minutes: 95, reply_count: 3 };
  return {
    zone: "Europe/Berlin",
    today: "2026-01-05",
    from: "2026-01-05",
    until: "2026-01-06",
    staff: [{ id: ASHA, nickname: "Asha" }],
    sessions,
    days: [{ ...total, day: "2026-01-05" }],
    weeks: [{ ...total, day: "2026-01-05" }],
    totals: sessions.length > 0 ? [total] : [],
    chart: [
      { day: "2026-01-05", minutes: 95 },
      { day: "2026-01-06", minutes: 0 },
    ],
  };
}

test("D7: a view stands in the address and is read from it again", () => {
  const filters = { from: "2026-11-01", until: "2026-11-30", who: ASHA, by: "week" as const };
  expect(filtersIn(searchOf(filters))).toEqual(filters);
  expect(searchOf(NO_FILTERS)).toBe("");
  expect(filtersIn("")).toEqual(NO_FILTERS);
  expect(filtersIn("?from=yesterday&who=' or 1=1&by=year&until=2026-11-3")).toEqual(NO_FILTERS);
  expect([pageOf("/desk/duty"), pageOf("/desk/service"), pageOf("/desk/accounts")]).toEqual([
    "duty",
    "service",
    "accounts",
  ]);
  expect([shownIn("?show=month"), shownIn("?show=year"), shownIn("")]).toEqual(["month", "week", "week"]);
});

test("a week begins on Monday, a month on its first day", () => {
  expect(mondayOf("2026-01-04")).toBe("2025-12-29");
  expect(mondayOf("2026-01-05")).toBe("2026-01-05");
  expect(daysOf("today", "2026-01-08")).toBe("?from=2026-01-08&until=2026-01-08");
  expect(daysOf("week", "2026-01-08")).toBe("?from=2026-01-05&until=2026-01-08");
  expect(daysOf("month", "2026-01-08")).toBe("?from=2026-01-01&until=2026-01-08");
});

test("a break is what lies between two sessions of a day, and midnight ends a row and no session", () => {
  const [line, ...more] = timeline([...MORNING].reverse());
  expect(more).toEqual([]);
  expect(line?.bars.map(({ from, to, beyond }) => [from, to, beyond])).toEqual([
    [540, 580, false],
    [615, 640, false],
    [1430, 1440, true],
  ]);
  expect(line?.breaks).toEqual([35, 790]);
});

test("an axis has few lines and reaches the longest day", () => {
  expect(axis(0)).toEqual({ hours: 1, every: 1 });
  expect(axis(95)).toEqual({ hours: 2, every: 1 });
  expect(axis(7 * 60 + 1)).toEqual({ hours: 8, every: 2 });
  expect(axis(200 * 60).hours / axis(200 * 60).every).toBeLessThanOrEqual(6);
});

test("D3, D7: one's own table says breaks, replies, none of them, and the next day", () => {
  const { container, rerender } = render(<OwnDuty duty={duty(MORNING)} show="week" />);
  screen.getByText("3 sessions, 1 h 35 min, 3 replies");
  const table = within(screen.getByRole("table", { name: "Sessions" }));
  expect(table.getByText("Break of 35 min")).toBeTruthy();
  expect(table.getByText("no replies")).toBeTruthy();
  expect(table.getByText("00:20 the next day")).toBeTruthy();
  expect(container.querySelectorAll(".timeline rect")).toHaveLength(3);
  expect(screen.getByRole("link", { name: "This week" }).getAttribute("aria-current")).toBe("page");
  rerender(<OwnDuty duty={duty([])} show="today" />);
  screen.getByText("No sessions in these days.");
});

test("the chart has a bar for each day and says in words what it shows", () => {
  const { container } = render(<DayChart duty={duty(MORNING)} />);
  expect(container.querySelectorAll("rect")).toHaveLength(2);
  expect(screen.getByRole("img").getAttribute("aria-label")).toContain("1 h 35 min in all");
});

test("everybody's table names whose session it is", () => {
  render(<Sessions sessions={MORNING} name={() => "Asha"} />);
  expect(screen.getAllByRole("rowheader", { name: "Asha" })).toHaveLength(3);
});

test("each role sees the way to its own pages and to no other", () => {
  expect(pagesOf({ role: "counsellor" })).toEqual(["duty"]);
  expect(pagesOf({ role: "supervisor" })).toEqual(["duty", "service"]);
  expect(pagesOf({ role: "administrator" })).toEqual(["duty", "service", "accounts"]);
});

test("an account is disabled once somebody is sure, and not twice", () => {
  const account: Account = {
    id: ASHA,
    login: "asha",
    nickname: "Asha",
    role: "counsellor",
    disabled: false,
    invited: false,
  };
  const [asked, none] = step(NOTHING, { type: "wonder", deed: "disable", account });
  expect(none).toEqual([]);
  expect(step(asked, { type: "not_now" })).toEqual([NOTHING, []]);
  const [busy, effects] = step(asked, { type: "sure" });
  expect(effects).toEqual([{ do: "disable", account }]);
  expect(step(busy, { type: "sure" })[1]).toEqual([]);
  expect(step(busy, { type: "add", login: "x", nickname: "X", role: "counsellor" })[1]).toEqual([]);
  expect(step(busy, { type: "done" })[1]).toEqual(LOOK);
  const [refused, look] = step(busy, { type: "refused", why: "last_administrator" });
  expect([refused.busy, refused.refused, look]).toEqual([false, "last_administrator", [{ do: "look" }]]);
  const [shown] = step(busy, { type: "link", nickname: "Asha", address: "https://talk.example/desk#welcome=x" });
  expect(shown.link?.nickname).toBe("Asha");
  expect(step(shown, { type: "put_away" })[0].link).toBeNull();
});
