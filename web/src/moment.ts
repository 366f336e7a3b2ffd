// The only place that asks for the time, for chance, or whether the page can be seen. Every step of a page gets one
// moment, so that the steps themselves can be repeated exactly. Does not use crypto.randomUUID, which plain-http addresses do not have.

export type Moment = {
  /** Unix milliseconds. */
  readonly now: number;
  /** A fresh v4 uuid: a line's cid, or a claim. */
  readonly id: string;
  /** 256 fresh random bits in 43 characters of base64url: a room's key, if one is needed. */
  readonly key: string;
  /** Whether somebody can see the page: it is not behind another tab or window. */
  readonly eyes: "here" | "elsewhere";
};

export function moment(): Moment {
  const eyes = document.visibilityState === "visible" ? "here" : "elsewhere";
  return { now: Date.now(), id: uuid(), key: key(), eyes };
}

function uuid(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

function key(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(32));
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
}
