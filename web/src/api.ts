// The few questions that are asked over plain requests: who is signed in, signing in and out, the first account, and the
// last word of a page that is being left, and a counsellor's key. Answers are values; nothing here throws and nothing is retried.

import type { Trouble } from "./desk-state";
import type { Registered } from "./identity";

export type Answered = { nickname: string } | { trouble: Trouble };

/** The nickname of whoever is signed in, null for nobody, undefined if that could not be found out. */
export async function whoAmI(): Promise<string | null | undefined> {
  try {
    const response = await fetch("/api/me");
    if (response.status === 401) return null;
    return response.ok ? (await response.json()).nickname : undefined;
  } catch {
    return undefined;
  }
}

export function signIn(login: string, password: string): Promise<Answered> {
  return ask("/api/sign-in", { login, password });
}

export function firstAccount(token: string, login: string, nickname: string, password: string): Promise<Answered> {
  return ask("/api/first-account", { token, login, nickname, password });
}

/** The password of an account that an administrator has added or reset. */
export function choosePassword(token: string, password: string): Promise<Answered> {
  return ask("/api/own-password", { token, password });
}

export async function signOut(): Promise<void> {
  try {
    await fetch("/api/sign-out", { method: "POST" });
  } catch {
    // The server ends the session by itself when its time is over.
  }
}

/** Erases the room of this key. Sent so that it outlives the page. */
export function leave(key: string): void {
  const headers = { "content-type": "text/plain" };
  fetch("/api/leave", { method: "POST", body: key, headers, keepalive: true }).catch(() => {});
}

/** What the server knows of this account's key; null if that could not be found out. */
export async function registered(): Promise<Registered | null> {
  try {
    const response = await fetch("/api/identity");
    return response.ok ? await response.json() : null;
  } catch {
    return null;
  }
}

/** The installation's signature under this key; null if it could not be had. */
export async function certify(open: string, kept: string | null): Promise<string | null> {
  try {
    const headers = { "content-type": "application/json" };
    const body = JSON.stringify({ public: open, kept });
    const response = await fetch("/api/identity", { method: "PUT", headers, body });
    return response.ok ? (await response.json()).certificate : null;
  } catch {
    return null;
  }
}

const REASONS = ["wrong", "gone", "login", "nickname", "password"] as const;

async function ask(path: string, question: object): Promise<Answered> {
  try {
    const headers = { "content-type": "application/json" };
    const response = await fetch(path, { method: "POST", headers, body: JSON.stringify(question) });
    const answer = await response.json();
    if (response.ok) return { nickname: answer.nickname };
    if (answer.reason === "too_many") return { trouble: { why: "too_many", ms: answer.retry_ms } };
    const why = REASONS.find((reason) => reason === answer.reason);
    return { trouble: { why: why ?? "unreachable" } };
  } catch {
    return { trouble: { why: "unreachable" } };
  }
}
