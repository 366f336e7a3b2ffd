// Who is on the other side of a room besides their lines: where they are, whether they are about to hand over, and what
// the student was asked about older lines. Pure. It knows no line and no socket; only what a `room` frame and news say.

import type { PlainView } from "./plain";
import type { Notice, Older, PlacedNotice, Whereabouts } from "./protocol.gen";

/** Something that has just changed. It is said until it has been answered by a line, and not again after a reload. */
export type News =
  /** The counsellor had asked `asked` to take over and stays after all. */
  | { about: "stays"; asked: string }
  | { about: "name"; nickname: string }
  | { about: "older"; older: Exclude<Older, "asked"> };

/** `nth` is the notice of the counsellor whom it is about: leave given to one is not given to another. */
export type OlderAnswer = { readonly answer: "share" | "keep"; readonly nth: number };

export type Company = {
  /** Null while nobody has come. */
  readonly whereabouts: Whereabouts | null;
  /** Whom the counsellor has asked to take over. */
  readonly handingTo: string | null;
  readonly older: Older | null;
  /** What the student has answered and the server has not confirmed. */
  readonly olderAnswer: OlderAnswer | null;
  readonly news: readonly News[];
};

/** What the page knew of a room before it was described anew. */
export type Acquaintance = { company: Company; nickname: string | null; counsellor: string | null };

export function met(view: PlainView, before: Acquaintance | null): Company {
  const described: Company = {
    whereabouts: view.whereabouts,
    handingTo: view.handing_to,
    older: view.older,
    olderAnswer: stillAbout(view, before?.company.olderAnswer ?? null),
    news: before?.company.news ?? [],
  };
  if (before === null) return described;
  const news = before.nickname !== null && view.nickname !== null && view.nickname !== before.nickname;
  const named = news ? renamed(described, view.nickname ?? "") : described;
  // That somebody stays can only be said of the one who was asked about.
  if (view.counsellor !== before.counsellor) return named;
  return handing({ ...named, handingTo: before.company.handingTo }, view.handing_to);
}

/** The notice that told the student of the counsellor who is there now. */
export function arrival(notices: readonly PlacedNotice[]): number | null {
  return notices.findLast(({ notice }) => notice === "counsellor_came")?.nth ?? null;
}

function stillAbout({ older, notices }: PlainView, answer: OlderAnswer | null): OlderAnswer | null {
  return older === "asked" && answer?.nth === arrival(notices) ? answer : null;
}

export function handing(company: Company, to: string | null): Company {
  const { handingTo } = company;
  if (to === null && handingTo === null) return company;
  const news = without(company, "stays");
  if (to !== null || handingTo === null) return { ...company, handingTo: to, news };
  return { ...company, handingTo: null, news: [...news, { about: "stays", asked: handingTo }] };
}

export function olderIs(company: Company, older: Older): Company {
  const before = without(company, "older");
  const news: readonly News[] = older === "asked" ? before : [...before, { about: "older", older }];
  return { ...company, older, olderAnswer: null, news };
}

export function renamed(company: Company, nickname: string): Company {
  return { ...company, news: [...without(company, "name"), { about: "name", nickname }] };
}

/** Somebody comes or goes: what was said of the one before holds no longer. */
export function turned(company: Company, notice: Notice): Company {
  switch (notice) {
    case "back_to_queue":
    case "handed_over": {
      const news = company.news.filter(({ about }) => about === "name");
      return { whereabouts: null, handingTo: null, older: null, olderAnswer: null, news };
    }
    case "counsellor_came":
      return {
        ...company,
        whereabouts: company.whereabouts ?? "here",
        handingTo: null,
        news: without(company, "stays"),
      };
    case "say_hi":
    case "wait_for_counsellor":
      return company;
    default:
      return notice satisfies never;
  }
}

/** A line of the other side says more plainly than the house that they have stayed. */
export function spokenTo(company: Company): Company {
  return { ...company, news: without(company, "stays") };
}

/** Whoever writes on has read what stood above the box. */
export function spoken(company: Company): Company {
  return { ...company, news: [] };
}

function without({ news }: Company, subject: News["about"]): readonly News[] {
  return news.filter(({ about }) => about !== subject);
}
