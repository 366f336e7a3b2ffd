// What this tab remembers through a reload: one room's key, in session storage, and nothing else.
// Storage may be forbidden; then every function still returns, and the page says what that means.

const NAME = "room";

export function rememberedKey(): string | null {
  try {
    return sessionStorage.getItem(NAME);
  } catch {
    return null;
  }
}

/** Whether a reload would lead back to the room. */
export function remember(key: string): boolean {
  try {
    sessionStorage.setItem(NAME, key);
    return true;
  } catch {
    return false;
  }
}

export function forget(): void {
  try {
    sessionStorage.clear();
  } catch {
    // Nothing was kept, so nothing is left.
  }
}
