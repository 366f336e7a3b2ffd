// Asks the server about the intake, with the key of the tab or with what a student has shared. Answers are values; nothing
// here throws, and nothing is retried: that is decided in intake-asks.ts.

import type { Ask, Refusal, Reply } from "./intake-wire";

type Request = { method: "GET" | "POST" | "PUT" | "DELETE"; path: string; body?: object };

/** Whose page asks: a student's with the key of its tab, or a counsellor's with a share. */
export type Asker = { readonly key: string; readonly share: () => Promise<string> } | { readonly shared: string };

export async function asked(ask: Ask, asker: Asker): Promise<Reply> {
  try {
    const { method, path, body } = await request(ask, asker);
    const headers: Record<string, string> = { authorization: `Bearer ${"key" in asker ? asker.key : asker.shared}` };
    if (body) headers["content-type"] = "application/json";
    const response = await fetch(`/api/intake${path}`, { method, headers, body: body ? JSON.stringify(body) : null });
    if (response.status === 204) return { reply: "done" };
    const told = await response.json();
    if (response.ok) return replied(told);
    return response.status >= 500 ? { reply: "unreachable" } : { reply: "refused", refusal: refusal(told) };
  } catch {
    return { reply: "unreachable" };
  }
}

async function request(ask: Ask, asker: Asker): Promise<Request> {
  const at = "key" in asker ? "" : "/shared";
  switch (ask.ask) {
    case "outline":
      return { method: "GET", path: "/definition" };
    case "look":
      return { method: "GET", path: at };
    case "resume":
      return { method: "POST", path: "/resume", body: {} };
    case "profile":
      return { method: "PUT", path: "/profile", body: { answers: ask.answers, drop: ask.drop } };
    case "node":
      return { method: "PUT", path: `/nodes/${ask.path}`, body: ask.change };
    case "at":
      return { method: "PUT", path: "/at", body: { path: ask.path } };
    case "add_step":
      return { method: "POST", path: `${at}/steps`, body: { id: ask.id, path: ask.path, ...ask.words } };
    case "change_step":
      return { method: "PUT", path: `${at}/steps/${ask.id}`, body: ask.words };
    case "drop_step":
      return { method: "DELETE", path: `${at}/steps/${ask.id}` };
    case "code":
      return { method: "POST", path: "/code", body: {} };
    case "return":
      return { method: "POST", path: "/return", body: { code: ask.code } };
    case "share":
      return { method: "POST", path: "/share", body: { share: "share" in asker ? await asker.share() : null } };
    case "stop_sharing":
      return { method: "DELETE", path: "/share" };
    case "delete":
      return { method: "DELETE", path: "" };
    default:
      return ask satisfies never;
  }
}

// The server is of the same version as the page, or the page is told that it is not.
// biome-ignore lint/suspicious/noExplicitAny: what comes over the wire has no type yet
function replied(told: any): Reply {
  if (typeof told.code === "string") return { reply: "code", code: told.code };
  return Array.isArray(told.nodes) ? { reply: "view", view: told } : { reply: "outline", outline: told };
}

const PLAIN = [
  ...(["no_intake", "no_such_code", "has_one", "no_room", "not_shared", "too_much", "too_long"] as const),
  ...(["no_such_node", "not_asked", "no_such_step", "not_a_concern", "too_many_steps"] as const),
];

// biome-ignore lint/suspicious/noExplicitAny: what comes over the wire has no type yet
function refusal(told: any): Refusal {
  const plain = PLAIN.find((reason) => reason === told.reason);
  if (plain) return { reason: plain };
  switch (told.reason) {
    case "answers_go":
    case "unknown_word":
    case "words":
    case "profile":
      return told;
    case "too_many":
      return { reason: "too_many", retry_ms: told.retry_ms ?? null };
    default:
      return { reason: "other" };
  }
}
