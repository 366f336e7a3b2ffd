// Asking what the pages below /desk show. Answers are values: nothing here throws, and nothing is retried.

import type { Account, Duty, Entry, Invited, Me, Service } from "./office.gen";
import type { Asked, Refusal } from "./office-wire";
import type { StaffRole } from "./protocol.gen";

export const me = () => ask<Me>("GET", "/api/me");
export const ownDuty = (query: string) => ask<Duty>("GET", `/api/duty/own${query}`);
export const everyonesDuty = (query: string) => ask<Duty>("GET", `/api/duty/everyone${query}`);
export const service = () => ask<Service>("GET", "/api/service");
export const accounts = () => ask<readonly Account[]>("GET", "/api/accounts");
export const audit = (before: number | null) =>
  ask<readonly Entry[]>("GET", before === null ? "/api/audit" : `/api/audit?before=${before}`);
export const addAccount = (login: string, nickname: string, role: StaffRole) =>
  ask<Invited>("POST", "/api/accounts", { login, nickname, role });
export const disable = (id: string) => ask<null>("POST", `/api/accounts/${id}/disable`, {});
export const reset = (id: string) => ask<Invited>("POST", `/api/accounts/${id}/reset`, {});
export const setRole = (id: string, role: StaffRole) => ask<null>("PUT", `/api/accounts/${id}/role`, { role });

const REFUSALS: readonly Refusal[] = [
  "signed_out",
  "role",
  "dates",
  "login",
  "nickname",
  "taken",
  "last_administrator",
  "no_such_account",
];

async function ask<T>(method: string, path: string, body?: object): Promise<Asked<T>> {
  try {
    const sent = body && { body: JSON.stringify(body), headers: { "content-type": "application/json" } };
    const response = await fetch(path, { method, ...sent });
    const answer = response.status === 204 ? null : await response.json();
    if (response.ok) return { got: answer };
    return { refused: REFUSALS.find((reason) => reason === answer.reason) ?? "unreachable" };
  } catch {
    return { refused: "unreachable" };
  }
}
