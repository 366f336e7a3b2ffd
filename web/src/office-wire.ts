// How asking goes for the pages below /desk (server/PROTOCOL.md, Requests of staff); what is answered is in office.gen.ts.
// Types alone; nothing here asks anything.

export type Refusal =
  | "signed_out"
  | "role"
  | "dates"
  | "login"
  | "nickname"
  | "taken"
  | "last_administrator"
  | "no_such_account"
  | "unreachable";

export type Asked<T> = { readonly got: T } | { readonly refused: Refusal };
