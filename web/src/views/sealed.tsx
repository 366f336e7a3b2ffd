// What either side reads about the key of their conversation: four words to compare, and why nothing can be read where
// that is so. Quiet, between the log and the box. Stateless views of a Talk; nothing here keeps anybody from writing.

import type { FourWords } from "../handing";
import type { Talk } from "../talk";
import { en } from "../words/en";

export function Sealed({ talk: { mine, sealing } }: { talk: Talk }) {
  const words = sealing.at === "shared" ? sealing.words : null;
  return (
    <div class="sealed">
      <p class={warns(sealing) ? "trouble" : "soft small"} role="status">
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

/** Where somebody has to decide whether to go on. */
function warns(sealing: Talk["sealing"]): boolean {
  if (sealing.at === "shared") return sealing.also.length > 0;
  return sealing.at !== "alone" && sealing.at !== "awaited";
}

function saidToStudent(sealing: Talk["sealing"]): string {
  if (sealing.at === "uncertified") return en.sealed.student.uncertified(sealing.counsellor);
  if (sealing.at === "shared" && sealing.also.length > 0) return en.sealed.student.also(sealing.also.join(", "));
  if (sealing.at === "elsewhere") return en.sealed.student.elsewhere;
  return sealing.at === "doubtful" ? en.sealed.student.doubtful : "";
}

function saidToCounsellor(sealing: Talk["sealing"]): string {
  if (sealing.at === "unavailable") return en.sealed.counsellor.unavailable;
  if (sealing.at !== "awaited") return "";
  return sealing.again === "again" ? en.sealed.counsellor.again : en.sealed.counsellor.awaited;
}
