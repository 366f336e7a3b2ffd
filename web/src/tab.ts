// What this tab remembers through a reload: one key, for a room and an intake, and what words are sealed with, in session
// storage.
// Storage may be forbidden; then every function still returns, and the page says what that means.

const NAME = "room";
const KEYS = "keys";
const INTAKE = "intake";

export function rememberedKey(): string | null {
  return remembered(NAME);
}

export function rememberedKeys(): string | null {
  return remembered(KEYS);
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

/**
 * Only beside a room's key: what is still under way when the tab is emptied comes too late. False when there is no room
 * for it, and then nothing is kept: half of it would lead back to a room whose words cannot be read.
 */
export function rememberKeys(keys: string): boolean {
  if (rememberedKey() === null) return true;
  try {
    sessionStorage.setItem(KEYS, keys);
    return true;
  } catch {
    forget();
    return false;
  }
}

/** The same key opens an intake, also where there is no room: that stays when the room does not. */
export function rememberIntake(): void {
  try {
    sessionStorage.setItem(INTAKE, "yes");
  } catch {
    // Then a reload begins anew; the server still has it for the return code.
  }
}

/** The room is gone or never was; what else the key opens stays. */
export function forgetRoom(): void {
  const key = rememberedKey();
  const hasIntake = remembered(INTAKE) !== null;
  forget();
  if (hasIntake && key !== null && remember(key)) rememberIntake();
}

export function forget(): void {
  try {
    sessionStorage.clear();
  } catch {
    // Nothing was kept, so nothing is left.
  }
}

function remembered(name: string): string | null {
  try {
    return sessionStorage.getItem(name);
  } catch {
    return null;
  }
}
