// Whether this page may seal at all: browsers keep WebCrypto from pages that came over an open line. Nothing is ever said
// unsealed, so without it no chat begins. On its own because the first screen asks, and loads nothing of sealing.

export function canSeal(): boolean {
  return typeof crypto !== "undefined" && crypto.subtle !== undefined;
}
