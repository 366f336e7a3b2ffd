// The pages below /desk, drawn and judged by axe; names and roles are those that people and tests rely on.
// Without a layout nothing can be said about contrast: that is judged in a real browser.

import { cleanup, fireEvent, render, screen, within } from "@testing-library/preact";
import { afterEach, expect, test } from "vitest";
import type { Looked } from "../src/office";
import { type Filters, NO_FILTERS } from "../src/office-address";
import type { Duty, Me, Service } from "../src/office.gen";
import { Everyone } from "../src/views/everyone";
import { Denied, NotYet, Office } from "../src/views/office";
import { OwnDuty } from "../src/views/own-duty";
import { Glance, HoursOfWeek } from "../src/views/supervising";
import { judged } from "./drawn";
import { ASHA, BEN, duty, MORNING, service, session } from "./worked";

afterEach(cleanup);

const ASHA_HERSELF: Me = { nickname: "Asha", role: "counsellor" };
const here = <T,>(shown: T): Looked<T> => ({ is: "here", shown, nth: 1 });
const textOf = (rows: readonly Element[]) => rows.map((row) => [...row.children].map((cell) => cell.textContent));
const rowsOf = (name: string) => textOf(within(screen.getByRole("table", { name })).getAllByRole("row")).slice(1);

function own(looked: Looked<Duty>, show: "today" | "week" | "month" = "week") {
  return render(
    <Office me={ASHA_HERSELF} page="duty" pages={["duty"]}>
      <OwnDuty own={looked} show={show} />
    </Office>,
  );
}

function everyone(looked: Looked<Duty>, filters: Filters = NO_FILTERS) {
  const applied: Filters[] = [];
  const staff = duty("2026-11-01", "2026-11-01", []).staff;
  const drawn = (filters: Filters) => (
    <Office me={{ nickname: "Mia", role: "supervisor" }} page="service" pages={["duty", "service"]}>
      <Everyone filters={filters} staff={staff} everyone={looked} apply={(wanted) => applied.push(wanted)} />
    </Office>
  );
  const { container, rerender } = render(drawn(filters));
  return { container, applied, goes: (to: Filters) => rerender(drawn(to)) };
}

const D_T5 = duty("2026-11-22", "2026-11-23", [MORNING]);

test("D-T5: one's own morning is a bar, a row and a total", async () => {
  const { container } = own(here(D_T5));
  expect(screen.getByRole("heading", { level: 1, name: "My duty sessions" })).toBeTruthy();
  expect(screen.getByText("1 session, 27 min, 0 replies").getAttribute("role")).toBe("status");
  expect(screen.getByRole("img", { name: "Mon, Nov 23: 10:00 to 10:27, no replies" })).toBeTruthy();
  expect(screen.getByRole("img", { name: "Sun, Nov 22: no sessions" })).toBeTruthy();
  const bars = container.querySelectorAll(".timeline rect");
  expect([...bars].map((bar) => [bar.getAttribute("x"), bar.getAttribute("width")])).toEqual([["600", "27"]]);
  expect(rowsOf("Sessions")).toEqual([["Mon, Nov 23", "10:00", "10:27", "27 min", "no replies"]]);
  expect(rowsOf("By day")).toEqual([["Mon, Nov 23", "1", "27 min", "no replies"]]);
  expect(rowsOf("By week")).toEqual([["Week of Mon, Nov 23", "1", "27 min", "no replies"]]);
  expect(screen.getByRole("link", { name: /What is kept/ }).getAttribute("href")).toBe("/privacy");
  await judged(container);
});

test("D3: a session without replies is drawn and said as such; with one it is not", () => {
  const { container } = own(here(duty("2026-11-23", "2026-11-23", [MORNING])));
  expect(container.querySelectorAll("li .bar.idle")).toHaveLength(1);
  cleanup();
  const replied = own(here(duty("2026-11-23", "2026-11-23", [{ ...MORNING, reply_count: 1 }])));
  expect(replied.container.querySelectorAll("li .bar.idle")).toHaveLength(0);
  expect(rowsOf("Sessions")[0]?.at(-1)).toBe("1 reply");
});

test("D-T1: a break lies visibly between two bars, and is said as one", () => {
  const morning = [
    session("2026-11-23 09:00 09:40", { reply_count: 2 }),
    session("2026-11-23 10:15 10:40", { reply_count: 1 }),
  ];
  const { container } = own(here(duty("2026-11-23", "2026-11-23", morning)), "today");
  const [pause] = container.querySelectorAll("li .break");
  expect([pause?.getAttribute("x1"), pause?.getAttribute("x2")]).toEqual(["580", "615"]);
  expect(rowsOf("Sessions").map((row) => row.at(1))).toEqual(["09:00", "Break of 35 min", "10:15"]);
  const said = "Mon, Nov 23: 09:00 to 09:40, 2 replies; break of 35 min; 10:15 to 10:40, 1 reply";
  expect(screen.getByRole("img", { name: said })).toBeTruthy();
});

test("a session past midnight runs to the edge and says so", () => {
  const { container } = own(here(duty("2026-11-23", "2026-11-23", [session("2026-11-23 23:20 00:40 2026-11-24")])));
  const bar = container.querySelector("li rect");
  expect(Number(bar?.getAttribute("x")) + Number(bar?.getAttribute("width"))).toBe(24 * 60);
  expect(screen.getByText("Goes on until 00:40 the next day.")).toBeTruthy();
  expect(rowsOf("Sessions")[0]?.[2]).toBe("00:40 the next day");
});

test("looking, empty and out of reach are three different sentences, and nothing else is shown", () => {
  const said = (looked: Looked<Duty>) => {
    cleanup();
    own(looked);
    expect(screen.queryByRole("table")).toBeNull();
    return screen.getByRole("status").textContent;
  };
  expect(said({ is: "looking", shown: null, nth: 1 })).toBe("One moment…");
  expect(said(here(duty("2026-11-23", "2026-11-23", [])))).toBe("No sessions in these days.");
  expect(said({ is: "unreachable", shown: null, nth: 1 })).toContain("Trying again");
});

test("what is shown is a choice in the address; other pages are those of one's role", async () => {
  own(here(D_T5), "month");
  const tabs = within(screen.getByRole("navigation", { name: "Show" })).getAllByRole("link");
  expect(tabs.map((tab) => [tab.getAttribute("href"), tab.getAttribute("aria-current")])).toEqual([
    ["?show=today", null],
    ["?show=week", null],
    ["?show=month", "page"],
  ]);
  const pages = within(screen.getByRole("navigation", { name: "Pages" })).getAllByRole("link");
  expect(pages.map((page) => page.getAttribute("href"))).toEqual(["/desk", "/desk/duty"]);
  expect(pages[0]?.textContent).toContain("opens the desk’s own tab");
});

test("D-T5, D7: a supervisor sees the morning as a chart, as a table and as a file", async () => {
  const { container } = everyone(here(D_T5));
  const label = "Hours of duty by day, November 22, 2026 to November 23, 2026: 27 min in all.";
  expect(screen.getByRole("img", { name: new RegExp(`^${label}`) })).toBeTruthy();
  expect(container.querySelectorAll("svg .bar")).toHaveLength(1);
  fireEvent.click(screen.getByText("Hours by day as a table"));
  expect(rowsOf("Everyone’s hours by day")).toEqual([
    ["Sun, Nov 22", "0 min"],
    ["Mon, Nov 23", "27 min"],
  ]);
  expect(rowsOf("Sessions")).toEqual([["Asha", "Mon, Nov 23", "10:00", "10:27", "27 min", "no replies"]]);
  expect(rowsOf("By counsellor")).toEqual([["Asha", "1", "27 min", "no replies"]]);
  const file = screen.getByRole("link", { name: "Download as CSV" }).getAttribute("href");
  expect(file).toBe("/api/duty/everyone.csv?from=2026-11-22&until=2026-11-23");
  await judged(container);
});

test("the form shows what is in the address, hands out what was chosen, and keeps the focus", () => {
  const { applied, goes } = everyone(here(D_T5), { ...NO_FILTERS, who: BEN });
  const field = (label: string) => screen.getByLabelText(label) as HTMLInputElement;
  expect([field("From").value, field("Until").value]).toEqual(["2026-11-22", "2026-11-23"]);
  expect([field("Counsellor").value, field("Rows").value]).toEqual([BEN, "session"]);
  field("From").value = "2026-11-01";
  field("Counsellor").value = "";
  field("Rows").value = "week";
  const show = screen.getByRole("button", { name: "Show" });
  show.focus();
  fireEvent.submit(show.closest("form") as Element);
  expect(applied).toEqual([{ from: "2026-11-01", until: "2026-11-23", who: null, by: "week" }]);
  goes({ ...NO_FILTERS, who: ASHA, by: "day" });
  expect([field("Counsellor").value, field("Rows").value]).toEqual([ASHA, "day"]);
  expect(document.activeElement).toBe(show);
  expect(rowsOf("By day")).toHaveLength(1);
});

test("days that cannot be shown leave the form, so that others can be chosen", () => {
  const wrong = { ...NO_FILTERS, from: "2026-11-30", until: "2026-11-01", who: "cccccccc-0000-4000-8000-000000000003" };
  everyone({ is: "no_days", shown: null, nth: 1 }, wrong);
  expect(screen.getByRole("status").textContent).toContain("the first must not be after the last");
  expect((screen.getByLabelText("From") as HTMLInputElement).value).toBe("2026-11-30");
  expect((screen.getByLabelText("Counsellor") as HTMLSelectElement).value).toBe(wrong.who);
});

const figures = () =>
  Object.fromEntries(
    screen.getAllByRole("definition").map((figure) => [figure.previousElementSibling?.textContent, figure.textContent]),
  );

test("at a glance: who waits, who is here, and an expected wait that is true", async () => {
  const glance = (looked: Looked<Service>) => {
    cleanup();
    return render(<Glance service={looked} />).container;
  };
  const container = glance(here(service()));
  expect(figures()).toEqual({
    "waiting, one of them reconnecting": "2",
    "longest wait": "7 min",
    "counsellors available": "3",
    "expected wait": "2 to 9 minutes",
  });
  expect(screen.getByRole("status").textContent).toBe("2 waiting, 3 counsellors available.");
  await judged(container);
  glance(here(service({ wait: null, waiting: 0, reconnecting: 0 })));
  expect(figures()).toMatchObject({ "expected wait": "We do not know yet", "longest wait": "Nobody waits" });
  glance(here(service({ available: 0 })));
  expect(figures()["expected wait"]).toBe("Nobody is available");
  // Figures that are not of now are not shown.
  glance({ is: "unreachable", shown: service(), nth: 1 });
  expect(screen.queryAllByRole("definition")).toEqual([]);
  expect(screen.getByRole("status").textContent).toContain("Trying again");
});

test("by hour of the week: two tables of 7 by 8, in coarse words, and empty under five", async () => {
  const all = service();
  const hours = all.hours.map((one) =>
    one.weekday === 1 && one.hour === 21
      ? { ...one, waits: { from_min: 2, to_min: 5 }, lengths: { from_min: 90, to_min: null } }
      : one,
  );
  const { container } = render(<HoursOfWeek service={{ ...all, hours }} />);
  for (const [name, cell] of [
    ["Waits", "2 to 5 min"],
    ["Lengths of conversations", "90 min or more"],
  ] as const) {
    const rows = rowsOf(name);
    expect(rows.map((row) => row.length)).toEqual([9, 9, 9, 9, 9, 9, 9]);
    expect(rows[1]).toEqual(["Tuesday", "", "", "", "", "", "", "", cell]);
    expect(rows.flat().filter((text) => text === cell)).toHaveLength(1);
  }
  expect([...container.querySelectorAll("[class^=tint]")].map((cell) => cell.className)).toEqual(["tint-1", "tint-4"]);
  expect(screen.getAllByText(/fewer than five/)).toHaveLength(1);
  await judged(container);
});

test("a page that one may not see says so, and leads to one's own", async () => {
  const { container } = render(<Denied me={ASHA_HERSELF} page="service" />);
  expect(screen.getByRole("status").textContent).toContain("may not see this");
  expect(screen.getByRole("link", { name: "Your own duty sessions" }).getAttribute("href")).toBe("/desk/duty");
  expect(screen.queryByRole("link", { name: "The service" })).toBeNull();
  await judged(container);
});

test("before it is known who asks, that is said", () => {
  render(<NotYet why="looking" />);
  expect(screen.getByRole("status").textContent).toBe("One moment…");
  cleanup();
  render(<NotYet why="unreachable" />);
  expect(screen.getByRole("status").textContent).toContain("Trying again");
});
