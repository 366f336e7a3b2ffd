// What either side reads about the key of their conversation: four words to compare, and why nothing can be read where
// that is so. Quiet, between the log and the box. Stateless views of a Talk; nothing here keeps anybody from writing.

import type { FourWords } from "../handing";
import type { Talk } from "../talk";
import { en } from "../words/en";

/** Where somebody has to decide whether to go on. */
const STOPS: ReadonlySet<Talk["sealing"]["at"]> = new Set(["uncertified", "doubtful", "unavailable"]);

export function Sealed({ talk: { mine, sealing } }: { talk: Talk }) {
  const words = sealing.at === "shared" ? sealing.words : null;
  return (
    <div class="sealed">
      <p class={STOPS.has(sealing.at) ? "trouble" : "soft small"} role="status">
        {mine === "student" ? saidToStudent(sealing) : saidToCounsellor(sealing)}
      </p>
      {words && <Compare words={words} meaning={en.sealed[mine].meaning} />}
    </div>
  );
}

function Compare({ words, meaning }: { words: FourWords; meaning: string }) {
  return (
    <details class="compare">
      <summary>{en.sealed.compare}</summary>
      <p class="four">{words.join(" · ")}</p>
      <p class="soft small">{meaning}</p>
    </details>
  );
}

function saidToStudent(sealing: Talk["sealing"]): string {
  if (sealing.at === "uncertified") return en.sealed.student.uncertified(sealing.counsellor);
  return sealing.at === "doubtful" ? en.sealed.student.doubtful : "";
}

function saidToCounsellor(sealing: Talk["sealing"]): string {
  if (sealing.at === "unavailable") return en.sealed.counsellor.unavailable;
  if (sealing.at !== "awaited") return "";
  return sealing.again === "again" ? en.sealed.counsellor.again : en.sealed.counsellor.awaited;
}
