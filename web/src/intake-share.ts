// What a student's page gives their counsellor to open the intake with. It follows from the key in the tab, so that it is
// the same after a reload and for every counsellor; nothing leads back from it to the key. It knows no server.

import { encoded, utf8 } from "./bytes";

/** 43 characters of base64url. */
export async function shareOf(key: string): Promise<string> {
  return encoded(new Uint8Array(await crypto.subtle.digest("SHA-256", utf8(`quietline intake share ${key}`))));
}
