// Every sentence of the pages below /desk, in English: one's own duty, the service, the accounts.
// Plain figures, no praise and no blame; nothing that is not already true.

import type { Page, Show } from "../office";
import type { Coarse, Refusal } from "../office-wire";
import type { StaffRole } from "../protocol.gen";

const number = new Intl.NumberFormat("en");
const date = new Intl.DateTimeFormat("en", { weekday: "short", day: "numeric", month: "short", timeZone: "UTC" });
const brief = new Intl.DateTimeFormat("en", { day: "numeric", month: "short", timeZone: "UTC" });
const whole = new Intl.DateTimeFormat("en", { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });
const stamp = new Intl.DateTimeFormat("en", { dateStyle: "medium", timeStyle: "short" });
const plural = (count: number, one: string, many: string) => `${number.format(count)} ${count === 1 ? one : many}`;
const length = (minutes: number) =>
  minutes < 60 ? `${minutes} min` : `${number.format(Math.floor(minutes / 60))} h ${minutes % 60} min`;

export const office = {
  titles: { duty: "My duty sessions", service: "The service", accounts: "Accounts" } satisfies Record<Page, string>,
  pages: "Pages",
  desk: "Desk",
  newTab: "(opens in a new tab)",
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
        return "You are signed out. Load this page again to sign in.";
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
    sessions: "Sessions",
    byDay: "By day",
    byWeek: "By week",
    byCounsellor: "By counsellor",
    rest: (minutes: number) => `Break of ${length(minutes)}`,
    replies: (count: number) => (count === 0 ? "no replies" : plural(count, "reply", "replies")),
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
    reconnecting: (count: number) => `${number.format(count)} of them reconnecting`,
    longest: "longest wait",
    available: "available",
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
    bys: { session: "Sessions", day: "Days", week: "Weeks" },
    apply: "Show",
    csv: "Download as CSV",
    chart: "Hours by day",
    chartIs: (from: string, until: string, minutes: number) =>
      `Hours of duty by day, ${whole.format(new Date(`${from}T00:00:00Z`))} to ${whole.format(new Date(`${until}T00:00:00Z`))}: ${length(minutes)} in all. The table below has the figures.`,
    hours: "By hour of the week",
    few: "An empty cell had fewer than five conversations; those are not shown.",
    waits: "Waits: the middle one, in minutes",
    lengths: "Conversations: the length of the middle one, in minutes",
    weekdays: ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
    block: (hour: number) => `${hour}–${hour + 3} h`,
    coarse: ({ from_min, to_min }: Coarse) =>
      to_min === null ? `${from_min} or more` : from_min === 0 ? `under ${to_min}` : `${from_min} to ${to_min}`,
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
    },
    yes: { disable: "Disable", reset: "Reset" },
    no: "Not now",
    link: (nickname: string) => `A link for ${nickname}`,
    linkHint:
      "Give it to them yourself: with it they choose their password. It is good once, for 7 days, and is not shown again.",
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
    } as Record<string, string>,
  },
};
