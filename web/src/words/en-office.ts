// Every sentence of the pages below /desk, in English: one's own duty, the service, the accounts.
// Plain figures, no praise and no blame; nothing that is not already true.

import { clockOf, type DayLine } from "../duty-days";
import type { Looked } from "../office";
import type { By, Page, Show } from "../office-address";
import type { Coarse, Deed } from "../office.gen";
import type { Refusal } from "../office-wire";
import type { StaffRole } from "../protocol.gen";

const number = new Intl.NumberFormat("en");
const date = new Intl.DateTimeFormat("en", { weekday: "short", day: "numeric", month: "short", timeZone: "UTC" });
const brief = new Intl.DateTimeFormat("en", { day: "numeric", month: "short", timeZone: "UTC" });
const whole = new Intl.DateTimeFormat("en", { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });
const stamp = new Intl.DateTimeFormat("en", { dateStyle: "medium", timeStyle: "short" });
const plural = (count: number, one: string, many: string) => `${number.format(count)} ${count === 1 ? one : many}`;
const length = (minutes: number) => {
  const [hours, rest] = [`${number.format(Math.floor(minutes / 60))} h`, `${minutes % 60} min`];
  if (minutes < 60) return rest;
  return minutes % 60 === 0 ? hours : `${hours} ${rest}`;
};
const replied = (count: number) => (count === 0 ? "no replies" : plural(count, "reply", "replies"));

export const office = {
  titles: { duty: "My duty sessions", service: "The service", accounts: "Accounts" } satisfies Record<Page, string>,
  pages: "Pages",
  desk: "Desk",
  ownTab: "(opens the desk’s own tab)",
  newTab: "(opens in a new tab)",
  toOwn: "Your own duty sessions",
  day: (day: string) => date.format(new Date(`${day}T00:00:00Z`)),
  wholeDay: (day: string) => whole.format(new Date(`${day}T00:00:00Z`)),
  /** Short, under a bar. */
  dayOfMonth: (day: string) => brief.format(new Date(`${day}T00:00:00Z`)),
  week: (monday: string) => `Week of ${date.format(new Date(`${monday}T00:00:00Z`))}`,
  stamp: (at: number) => stamp.format(new Date(at)),
  length,
  loading: "One moment…",
  refused(why: Refusal): string {
    switch (why) {
      case "role":
        return "Your account may not see this. Somebody who administers this service can change that.";
      case "dates":
        return "These days cannot be shown: the first must not be after the last, and no more than 366 days at once.";
      case "signed_out":
        return "You are signed out. Sign in to go on.";
      case "login":
        return "This login does not fit: letters a to z, digits, and . _ @ - alone.";
      case "nickname":
        return "This nickname does not fit: up to 50 characters, and not one that begins like our guests’ names.";
      case "taken":
        return "This login or this nickname is somebody’s already. Choose another.";
      case "last_administrator":
        return "This is the last administrator. Make another first, so that somebody can still add, disable and reset.";
      case "no_such_account":
        return "There is no such account any more. Load this page again.";
      case "unreachable":
        return "The service cannot be reached just now. Trying again.";
      default:
        return why satisfies never;
    }
  },
  comes: (is: Looked<unknown>["is"]) =>
    is === "looking" ? "One moment…" : "The service cannot be reached just now. Trying again.",

  duty: {
    about:
      "This shows when you were at work, as your own actions tell it: that the desk was used, never what was typed, nor with whom.",
    privacy: "What is kept, and for how long",
    show: "Show",
    shows: { today: "Today", week: "This week", month: "This month" } satisfies Record<Show, string>,
    none: "No sessions in these days.",
    totals: (sessions: number, minutes: number, replies: number) =>
      `${plural(sessions, "session", "sessions")}, ${length(minutes)}, ${plural(replies, "reply", "replies")}`,
    zone: (zone: string) => `Times are those of ${zone}.`,
    timeline: "Timeline",
    figures: "In figures",
    lineIs: ({ day, bars, breaks }: DayLine) => {
      const said = bars.flatMap(({ session, beyond }, n) => [
        ...(n > 0 ? [`break of ${length(breaks[n - 1]?.minutes ?? 0)}`] : []),
        `${clockOf(session.start)} to ${clockOf(session.end)}${beyond ? " the next day" : ""}, ${replied(session.reply_count)}`,
      ]);
      return `${date.format(new Date(`${day}T00:00:00Z`))}: ${bars.length === 0 ? "no sessions" : said.join("; ")}`;
    },
    beyondIs: (clock: string) => `Goes on until ${clock} the next day.`,
    legend: { worked: "at work", idle: "at work, no replies", rest: "break" },
    cutWeeks: "Of a week that lies only partly within these days, only these days count.",
    byDayInAll: "Everyone’s hours by day",
    sessions: "Sessions",
    byDay: "By day",
    byWeek: "By week",
    byCounsellor: "By counsellor",
    rest: (minutes: number) => `Break of ${length(minutes)}`,
    replies: replied,
    beyond: (clock: string) => `${clock} the next day`,
    columns: {
      who: "Counsellor",
      day: "Day",
      week: "Week",
      start: "Start",
      end: "End",
      sessions: "Sessions",
      length: "Length",
      replies: "Replies",
    },
  },

  service: {
    now: "Now",
    waiting: "waiting",
    reconnecting: (count: number) => `, ${count === 1 ? "one" : number.format(count)} of them reconnecting`,
    longest: "longest wait",
    available: "counsellors available",
    expected: "expected wait",
    unknown: "We do not know yet",
    nobody: "Nobody is available",
    nobodyWaits: "Nobody waits",
    minutes: (ms: number) => (ms < 60_000 ? "under 1 min" : `${number.format(Math.floor(ms / 60_000))} min`),
    filters: "Which sessions",
    from: "From",
    until: "Until",
    who: "Counsellor",
    everyone: "Everyone",
    by: "Rows",
    bys: { session: "Sessions", day: "Days", week: "Weeks" } satisfies Record<By, string>,
    somebody: "Somebody without an account",
    standing: (waiting: number, available: number) =>
      `${number.format(waiting)} waiting, ${plural(available, "counsellor", "counsellors")} available.`,
    asTable: "Hours by day as a table",
    hour: (hour: number) => `${hour} h`,
    apply: "Show",
    csv: "Download as CSV",
    chart: "Hours by day",
    chartIs: (from: string, until: string, minutes: number) =>
      `Hours of duty by day, ${whole.format(new Date(`${from}T00:00:00Z`))} to ${whole.format(new Date(`${until}T00:00:00Z`))}: ${length(minutes)} in all. The table below has the figures.`,
    hours: "By hour of the week",
    few: "Of fewer than five conversations nothing is shown: their cells are empty.",
    middle:
      "Each cell says between which times the middle one of all lies, and is tinted the more, the longer that is.",
    waits: "Waits",
    lengths: "Lengths of conversations",
    weekdays: ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
    block: (hour: number) => `${hour}–${hour + 3} h`,
    coarse: ({ from_min, to_min }: Coarse) =>
      to_min === null
        ? `${from_min} min or more`
        : from_min === 0
          ? `under ${to_min} min`
          : `${from_min} to ${to_min} min`,
    weekday: "Day",
  },

  accounts: {
    all: "All accounts",
    login: "Login",
    nickname: "Nickname",
    role: "Role",
    state: "State",
    actions: "Change",
    roles: {
      counsellor: "Counsellor",
      supervisor: "Supervisor",
      administrator: "Administrator",
    } satisfies Record<StaffRole, string>,
    states: { enabled: "Enabled", disabled: "Disabled", invited: "Has not chosen a password yet" },
    add: "Add an account",
    addHint: "The nickname is what students see. Nobody but the person themselves ever knows the password.",
    addIt: "Add",
    disable: (nickname: string) => `Disable ${nickname}`,
    reset: (nickname: string) => `Reset ${nickname}`,
    roleOf: (nickname: string) => `Role of ${nickname}`,
    sure: {
      disable: (nickname: string) =>
        `Disable ${nickname}? They are signed out everywhere at once, and their conversations go back to the queue.`,
      reset: (nickname: string) =>
        `Reset ${nickname}? They are signed out everywhere at once, their password opens nothing any more, and they choose another by a link.`,
      enable: (nickname: string) =>
        `Reset ${nickname}? This account is disabled: it is enabled again, and they choose a new password by a link.`,
    },
    sureOfRole: (nickname: string, role: string) => `Role of ${nickname}: ${role}? It counts at once.`,
    yes: { disable: "Disable", reset: "Reset", role: "Change" },
    no: "Not now",
    link: (nickname: string) => `A link for ${nickname}`,
    linkHint:
      "Give it to them yourself: with it they choose their password. It is good once, for 7 days, and is not shown again.",
    unsure:
      "The service did not answer, so nobody knows whether this was done. See below how it is now, and repeat it if it was not. If a link was to come, reset the account: that makes another.",
    copy: "Copy the link",
    copied: "Copied",
    done: "Done",
    log: "What was done",
    logHint:
      "Who did what to which account, and who looked at everybody’s duty. Nothing that was said, and no address.",
    when: "When",
    by: "By",
    action: "What",
    about: "Whose account",
    terminal: "at a terminal",
    older: "Older ones",
    deeds: {
      signed_in: "Signed in",
      signed_out: "Signed out",
      added: "Added",
      disabled: "Disabled",
      reset: "Reset",
      made_counsellor: "Made counsellor",
      made_supervisor: "Made supervisor",
      made_administrator: "Made administrator",
      chose_password: "Chose a password",
      changed_key: "Changed their key",
      saw_everyones_duty: "Looked at everybody’s duty",
      downloaded_duty: "Downloaded duty",
    } satisfies Record<Deed, string>,
  },
};
