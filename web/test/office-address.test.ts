// What stands in the address of the pages below /desk, there and back.

import { expect, test } from "vitest";
import {
  BYS,
  daysOf,
  type Filters,
  filtersIn,
  mondayOf,
  NO_FILTERS,
  pageOf,
  pagesOf,
  searchOf,
  shownIn,
  spanQuery,
} from "../src/office-address";
import { ASHA } from "./worked";

test("filters come back from the address they were written into", () => {
  const days = [null, "2026-11-01", "2026-11-30"];
  for (const from of days)
    for (const until of days)
      for (const who of [null, ASHA])
        for (const by of BYS) {
          const filters: Filters = { from, until, who, by };
          expect(filtersIn(searchOf(filters))).toEqual(filters);
        }
});

test("an address of somebody else reads the same, and what is no filter is passed over", () => {
  expect(filtersIn(`?from=2026-11-01&until=2026-11-30&who=${ASHA}&by=session`)).toEqual({
    from: "2026-11-01",
    until: "2026-11-30",
    who: ASHA,
    by: "session",
  });
  const torn = [
    "?from=yesterday",
    "?until=2026-11-3",
    `?who=${ASHA.slice(1)}`,
    `?who=${"-".repeat(36)}`,
    "?by=month",
    "",
  ];
  for (const search of torn) expect(filtersIn(search)).toEqual(NO_FILTERS);
  expect(searchOf(NO_FILTERS)).toBe("");
});

test("in which rows it is shown is in the address and the file, and makes no difference to what is asked for", () => {
  const filters: Filters = { ...NO_FILTERS, from: "2026-11-01", by: "week" };
  expect(searchOf(filters)).toBe("?from=2026-11-01&by=week");
  expect(spanQuery(filters)).toBe("?from=2026-11-01");
});

test("today, this week and this month begin where the service's own day says", () => {
  expect(daysOf("today", "2026-11-23")).toBe("?from=2026-11-23&until=2026-11-23");
  expect(daysOf("week", "2026-11-25")).toBe("?from=2026-11-23&until=2026-11-25");
  expect(daysOf("week", "2026-11-01")).toBe("?from=2026-10-26&until=2026-11-01");
  expect(daysOf("month", "2026-11-25")).toBe("?from=2026-11-01&until=2026-11-25");
  expect(mondayOf("2027-01-03")).toBe("2026-12-28");
  expect(["?show=today", "?show=month", "?show=year", ""].map(shownIn)).toEqual(["today", "month", "week", "week"]);
});

test("an address is one of three pages, and each role has its own", () => {
  expect(["/desk/duty", "/desk/service", "/desk/accounts"].map(pageOf)).toEqual(["duty", "service", "accounts"]);
  expect(pagesOf({ role: "counsellor" })).toEqual(["duty"]);
  expect(pagesOf({ role: "supervisor" })).toEqual(["duty", "service"]);
  expect(pagesOf({ role: "administrator" })).toEqual(["duty", "service", "accounts"]);
});
