// The way from a student's page to their intake: it is loaded when it is first opened, and stays what it is while it is
// closed, so that nothing that is being saved is lost. It has the tab's key also where the browser may not keep one.
// Knows no screen and no socket.

import { signal } from "@preact/signals";
import { leave } from "./api";
import type { IntakePart } from "./intake-main";
import { moment } from "./moment";
import { remember, rememberedKey, rememberIntake } from "./tab";

/** What of the page around it is needed. */
export type Page = {
  /** The room, if there is one: its key, and how many lines of the counsellor's it has. */
  room: () => { key: string; theirs: number } | null;
  /** This browser keeps nothing for the tab. */
  notKept: () => void;
  /** It cannot be loaded: the page is probably of an older version. */
  outdated: () => void;
  sharing: (is: "on" | "off") => void;
  deleted: () => void;
};

export function lateIntake(page: Page) {
  /** While it is open. `part` is null while it is being loaded; `since` is how many lines there were before. */
  const now = signal<{ part: IntakePart | null; since: number } | null>(null);
  let made: string | null = null;
  let known: { key: string; part: IntakePart } | null = null;

  function key(): string {
    return rememberedKey() ?? made ?? moment().key;
  }

  function deleted() {
    // What comes next begins with another key.
    [made, known] = [null, null];
    page.deleted();
  }

  async function open(at: "start" | "return") {
    const room = page.room();
    const mine = room?.key ?? key();
    made = mine;
    if (!remember(mine)) page.notKept();
    const since = room?.theirs ?? 0;
    now.value = { part: null, since };
    try {
      const { intakePart } = await import("./intake-main");
      const { sharing } = page;
      if (known?.key !== mine)
        known = { key: mine, part: intakePart({ key: mine, remember: rememberIntake, sharing, deleted }) };
      if (now.value === null) return;
      now.value = { part: known.part, since };
      known.part.act({ type: "open", at });
    } catch {
      now.value = null;
      page.outdated();
    }
  }

  return {
    now,
    /** One for a room and an intake of this tab. */
    key,
    open,
    close() {
      now.value = null;
    },
    /** The tab has another key from now on. */
    forget() {
      known?.part.stop();
      [made, known, now.value] = [null, null, null];
    },
    /** The quick exit leaves an intake that has no room, too. */
    leave() {
      const mine = rememberedKey() ?? made;
      if (mine !== null) leave(mine);
    },
    isSaving: () => known?.part.isSaving() ?? false,
  };
}
