// A counsellor's own duty: when they were at work today, this week or this month. Stateless.

import type { Show } from "../office";
import type { Duty } from "../office-wire";
import { office } from "../words/en-office";
import { Rows, Sessions, Timeline } from "./duty-parts";

const words = office.duty;
const SHOWS: readonly Show[] = ["today", "week", "month"];

export function OwnDuty({ duty, show }: { duty: Duty; show: Show }) {
  const totals = duty.totals[0] ?? { sessions: 0, minutes: 0, reply_count: 0 };
  return (
    <>
      <p>
        {words.about}{" "}
        <a href="/privacy" target="_blank" rel="noreferrer">
          {words.privacy}
        </a>
      </p>
      <nav class="tabs" aria-label={words.show}>
        {SHOWS.map((one) => (
          <a key={one} href={`?show=${one}`} aria-current={one === show ? "page" : undefined}>
            {words.shows[one]}
          </a>
        ))}
      </nav>
      <p class="sum">{words.totals(totals.sessions, totals.minutes, totals.reply_count)}</p>
      {duty.sessions.length === 0 ? (
        <p class="soft">{words.none}</p>
      ) : (
        <>
          <h2>{words.timeline}</h2>
          <Timeline sessions={duty.sessions} />
          <div class="tables">
            <Sessions sessions={duty.sessions} name={null} />
            {show !== "today" && <Rows caption={words.byDay} rows={duty.days} of="day" name={null} />}
            {show === "month" && <Rows caption={words.byWeek} rows={duty.weeks} of="week" name={null} />}
          </div>
        </>
      )}
      <p class="soft small">{words.zone(duty.zone)}</p>
    </>
  );
}
