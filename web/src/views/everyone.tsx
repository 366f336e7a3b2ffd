// Everybody's duty as whoever supervises it sees it: which days and whose, the hours by day, the sessions, and a file of them.
// Stateless: what is chosen in the form is the form's until it is sent. Knows no address and asks nothing.

import { useLayoutEffect, useRef } from "preact/hooks";
import { cutsWeeks } from "../duty-days";
import type { Looked } from "../office";
import { BYS, type Filters, searchOf } from "../office-address";
import type { Duty } from "../office.gen";
import { office } from "../words/en-office";
import { DayChart } from "./duty-pictures";
import { ByCounsellor, DayFigures, Rows, Sessions, Standing } from "./duty-tables";

const words = office.service;

type EveryoneProps = {
  filters: Filters;
  staff: Duty["staff"];
  everyone: Looked<Duty>;
  apply: (filters: Filters) => void;
};

export function Everyone({ filters, staff, everyone, apply }: EveryoneProps) {
  const duty = everyone.shown;
  // Where nothing is chosen, the form shows what the server has taken.
  const spelt = duty !== null && everyone.is === "here" ? { ...filters, from: duty.from, until: duty.until } : filters;
  return (
    <section aria-labelledby="which">
      <h2 id="which">{words.filters}</h2>
      <FilterForm filters={spelt} staff={staff} apply={apply} />
      <Standing duty={everyone} />
      {duty !== null && duty.sessions.length > 0 && <Worked duty={duty} filters={spelt} is={everyone.is} />}
      {duty !== null && <p class="soft small">{office.duty.zone(duty.zone)}</p>}
    </section>
  );
}

function Worked({ duty, filters, is }: { duty: Duty; filters: Filters; is: Looked<Duty>["is"] }) {
  const names = new Map(duty.staff.map(({ id, nickname }) => [id, nickname]));
  const name = (id: string) => names.get(id) ?? words.somebody;
  return (
    <div class="worked" aria-busy={is === "looking"}>
      <h3>{words.chart}</h3>
      <DayChart duty={duty} />
      <details>
        <summary>{words.asTable}</summary>
        <DayFigures duty={duty} />
      </details>
      <h3>{office.duty.figures}</h3>
      <p>
        <a class="download" href={`/api/duty/everyone.csv${searchOf(filters)}`} download>
          {words.csv}
        </a>
      </p>
      <div class="tables">
        {filters.by === "session" && <Sessions sessions={duty.sessions} name={name} />}
        {filters.by === "day" && <Rows caption={office.duty.byDay} rows={duty.days} of="day" name={name} />}
        {filters.by === "week" && <Rows caption={office.duty.byWeek} rows={duty.weeks} of="week" name={name} />}
        {filters.by === "week" && cutsWeeks(duty) && <p class="soft small">{office.duty.cutWeeks}</p>}
        <ByCounsellor duty={duty} name={name} />
      </div>
    </div>
  );
}

function FilterForm({ filters, staff, apply }: Pick<EveryoneProps, "filters" | "staff" | "apply">) {
  const form = useRef<HTMLFormElement>(null);
  const { from, until, who, by } = filters;
  // Shows what is in the address whenever that changes, and leaves alone what is being chosen until then.
  useLayoutEffect(() => {
    for (const [name, value] of Object.entries({ from, until, who, by })) {
      const field = form.current?.elements.namedItem(name);
      if (field instanceof HTMLInputElement || field instanceof HTMLSelectElement) field.value = value ?? "";
    }
  }, [from, until, who, by, staff]);
  const submitted = (event: SubmitEvent) => {
    event.preventDefault();
    const chosen = new FormData(event.currentTarget as HTMLFormElement);
    const field = (name: string) => String(chosen.get(name) ?? "") || null;
    const rows = BYS.find((one) => one === field("by")) ?? "session";
    apply({ from: field("from"), until: field("until"), who: field("who"), by: rows });
  };
  return (
    <form ref={form} class="filters" onSubmit={submitted}>
      <div>
        <label for="from">{words.from}</label>
        <input id="from" type="date" name="from" />
      </div>
      <div>
        <label for="until">{words.until}</label>
        <input id="until" type="date" name="until" />
      </div>
      <div>
        <label for="who">{words.who}</label>
        <select id="who" name="who">
          <option value="">{words.everyone}</option>
          {staff.map(({ id, nickname }) => (
            <option key={id} value={id}>
              {nickname}
            </option>
          ))}
          {/* Somebody else's link can name who is not here any more. */}
          {who !== null && !staff.some(({ id }) => id === who) && <option value={who}>{words.somebody}</option>}
        </select>
      </div>
      <div>
        <label for="by">{words.by}</label>
        <select id="by" name="by">
          {BYS.map((one) => (
            <option key={one} value={one}>
              {words.bys[one]}
            </option>
          ))}
        </select>
      </div>
      <button type="submit">{words.apply}</button>
    </form>
  );
}
