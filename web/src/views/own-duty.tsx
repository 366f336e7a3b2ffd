// A counsellor's own duty: when they were at work today, this week or this month. Stateless.

import { cutsWeeks } from "../duty-days";
import type { Looked } from "../office";
import { SHOWS, type Show } from "../office-address";
import type { Duty } from "../office.gen";
import { office } from "../words/en-office";
import { Timeline } from "./duty-pictures";
import { Rows, Sessions, Standing } from "./duty-tables";

const words = office.duty;

export function OwnDuty({ own, show }: { own: Looked<Duty>; show: Show }) {
  const duty = own.shown;
  return (
    <>
      <p>
        {words.about}{" "}
        <a href="/privacy" target="_blank" rel="noreferrer">
          {words.privacy} <span class="soft small">{office.newTab}</span>
        </a>
      </p>
      <nav class="tabs" aria-label={words.show}>
        {SHOWS.map((one) => (
          <a key={one} href={`?show=${one}`} aria-current={one === show ? "page" : undefined}>
            {words.shows[one]}
          </a>
        ))}
      </nav>
      <Standing duty={own} />
      {duty !== null && duty.sessions.length > 0 && <Worked duty={duty} show={show} />}
      {duty !== null && <p class="soft small">{words.zone(duty.zone)}</p>}
    </>
  );
}

function Worked({ duty, show }: { duty: Duty; show: Show }) {
  return (
    <>
      <h2>{words.timeline}</h2>
      <Timeline duty={duty} />
      <h2>{words.figures}</h2>
      <div class="tables">
        <Sessions sessions={duty.sessions} name={null} />
        <Rows caption={words.byDay} rows={duty.days} of="day" name={null} />
        {show !== "today" && <Rows caption={words.byWeek} rows={duty.weeks} of="week" name={null} />}
      </div>
      {show !== "today" && cutsWeeks(duty) && <p class="soft small">{words.cutWeeks}</p>}
    </>
  );
}
