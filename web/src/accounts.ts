// The accounts as an administrator sees and changes them: a pure `step`, with what is asked of the server as effects.
// A link that lets somebody choose a password is shown until it is put away, and kept nowhere else.

import type { Account, Entry } from "./office.gen";
import type { Refusal } from "./office-wire";
import type { StaffRole } from "./protocol.gen";

export type Deed = "disable" | "reset";

/** What somebody has to be sure of: a role too, as an arrow key is enough to choose another. */
export type Asking =
  | { readonly do: Deed; readonly account: Account }
  | { readonly do: "role"; readonly account: Account; readonly role: StaffRole };

export type Accounts = {
  /** Null until they have come. */
  readonly all: readonly Account[] | null;
  readonly log: readonly Entry[];
  /** Whether the log has older entries than those. */
  readonly more: boolean;
  readonly asking: Asking | null;
  readonly link: { readonly nickname: string; readonly address: string } | null;
  /** `unsure`: nobody knows whether what was asked has been done, as no answer came. */
  readonly refused: Refusal | "unsure" | null;
  readonly busy: boolean;
  /** While it is `lost`, what is shown is asked for again in a while; `again`, it is being asked for again. */
  readonly sight: "had" | "lost" | "again";
};

export type Input =
  | { type: "accounts"; all: readonly Account[] }
  | { type: "log"; entries: readonly Entry[]; older: boolean }
  | { type: "add"; login: string; nickname: string; role: StaffRole }
  | { type: "wonder"; deed: Deed; account: Account }
  | { type: "not_now" }
  | { type: "sure" }
  | { type: "role"; account: Account; role: StaffRole }
  | { type: "link"; nickname: string; address: string }
  | { type: "put_away" }
  | { type: "done" }
  | { type: "refused"; why: Refusal }
  /** The accounts or the log could not be asked for. */
  | { type: "unseen" }
  | { type: "again" }
  | { type: "older" };

export type Effect =
  | { do: "look" }
  | { do: "read_log"; before: number | null }
  | { do: "add"; login: string; nickname: string; role: StaffRole }
  | { do: "disable" | "reset"; account: Account }
  | { do: "role"; account: Account; role: StaffRole }
  | { do: "later"; ms: number; input: Input };

/** In milliseconds. */
const AGAIN = 5_000;

/** As many entries as the server gives at once. */
const PAGE = 100;

export const NOTHING: Accounts = {
  all: null,
  log: [],
  more: false,
  asking: null,
  link: null,
  refused: null,
  busy: false,
  sight: "had",
};

/** The log follows when the accounts have come. */
export const LOOK: readonly Effect[] = [{ do: "look" }];

export function step(state: Accounts, input: Input): [Accounts, readonly Effect[]] {
  switch (input.type) {
    case "accounts":
      return [{ ...state, all: input.all, sight: "had" }, [{ do: "read_log", before: null }]];
    case "log": {
      const log = input.older ? [...state.log, ...input.entries] : input.entries;
      return [{ ...state, log, more: input.entries.length === PAGE }, []];
    }
    case "add": {
      const { login, nickname, role } = input;
      return state.busy ? [state, []] : [busy(state), [{ do: "add", login, nickname, role }]];
    }
    case "wonder":
      return [{ ...state, asking: { do: input.deed, account: input.account }, refused: null }, []];
    case "not_now":
      return [{ ...state, asking: null }, []];
    case "sure": {
      const { asking } = state;
      if (asking === null || state.busy) return [state, []];
      return [{ ...busy(state), asking: null }, [asking]];
    }
    case "role":
      if (state.busy || input.role === input.account.role) return [state, []];
      return [{ ...state, asking: { do: "role", account: input.account, role: input.role }, refused: null }, []];
    case "link":
      return [{ ...state, busy: false, link: { nickname: input.nickname, address: input.address } }, LOOK];
    case "put_away":
      return [{ ...state, link: null }, []];
    case "done":
      return [{ ...state, busy: false }, LOOK];
    case "refused":
      // What was changed in a form and not on the server is shown as it is there.
      return [{ ...state, busy: false, refused: input.why === "unreachable" ? "unsure" : input.why }, LOOK];
    case "unseen":
      if (state.sight === "lost") return [state, []];
      return [{ ...state, sight: "lost" }, [{ do: "later", ms: AGAIN, input: { type: "again" } }]];
    case "again":
      return [{ ...state, sight: "again" }, LOOK];
    case "older":
      return [state, [{ do: "read_log", before: state.log.at(-1)?.nth ?? null }]];
    default:
      return input satisfies never;
  }
}

function busy(state: Accounts): Accounts {
  return { ...state, busy: true, refused: null };
}
