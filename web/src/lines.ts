// What may be one line (W17): 1 to 1,000 characters as a person counts them, and at most 16,000 bytes of UTF-8.
// The server will not be able to read lines, so these limits are kept here, for what is sent and for what is shown.
// Knows nothing of rooms, and does not say why: the sentences are in words/.

export const LONGEST = 1_000;
export const HEAVIEST = 16_000;

export type Fit = { fit: "yes"; text: string } | { fit: "empty" } | { fit: "long"; over: number } | { fit: "heavy" };

/** Judges what stands in the box. Whatever does not fit stays in the box. */
export function measured(raw: string): Fit {
  const text = wellFormed(withoutControls(raw)).trim();
  if (text === "") return { fit: "empty" };
  const count = graphemes(text);
  if (count > LONGEST) return { fit: "long", over: count - LONGEST };
  if (new TextEncoder().encode(text).length > HEAVIEST) return { fit: "heavy" };
  return { fit: "yes", text };
}

/** A received line, no longer than an honest page would have sent it. */
export function shown(text: string): string {
  // A string is never longer in graphemes than in code units, so ordinary lines are not segmented at all.
  if (text.length <= LONGEST) return text;
  let end = 0;
  let count = 0;
  for (const { index, segment } of segments(text)) {
    if (count === LONGEST) break;
    count += 1;
    end = index + segment.length;
    if (end > HEAVIEST) return text.slice(0, HEAVIEST);
  }
  return text.slice(0, end);
}

/** So many characters as a person counts them, at most. */
export function cut(text: string, most: number): string {
  if (text.length <= most) return text;
  return [...segments(text)]
    .slice(0, most)
    .map(({ segment }) => segment)
    .join("");
}

function graphemes(text: string): number {
  if (text.length <= LONGEST) return text.length;
  let count = 0;
  for (const _ of segments(text)) count += 1;
  return count;
}

function segments(text: string): Iterable<{ index: number; segment: string }> {
  return new Intl.Segmenter(undefined, { granularity: "grapheme" }).segment(text);
}

/** Half a surrogate pair is no character and cannot be sent. */
export function wellFormed(text: string): string {
  return text.replace(/\p{Cs}/gu, "\ufffd");
}

function withoutControls(text: string): string {
  return text.replace(/\p{Cc}/gu, (control) => (control === "\n" || control === "\t" ? control : ""));
}
