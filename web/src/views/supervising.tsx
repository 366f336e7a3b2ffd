// The service as whoever supervises it sees it: how things stand now, who was at work when, and how long people wait and
// talk by the hour of the week. Stateless; of students it shows numbers alone.

import { type By, type Filters, searchOf } from "../office";
import type { Coarse, Duty, Service } from "../office-wire";
import { office } from "../words/en-office";
import { range } from "../words/en-wait";
import { Scrolls } from "./office";
import { ByCounsellor, DayChart, Rows, Sessions } from "./duty-parts";

const words = office.service;
const BYS: readonly By[] = ["session", "day", "week"];

export function Glance({ service }: { service: Service }) {
  const { waiting, reconnecting, longest_ms, available, wait } = service;
  return (
    <section aria-labelledby="now">
      <h2 id="now">{words.now}</h2>
      <dl class="glance">
        <Figure
          label={words.waiting}
          value={String(waiting)}
          more={reconnecting > 0 ? words.reconnecting(reconnecting) : ""}
        />
        <Figure label={words.longest} value={waiting > 0 ? words.minutes(longest_ms) : words.nobodyWaits} more="" />
        <Figure label={words.available} value={String(available)} more="" />
        <Figure
          label={words.expected}
          value={available === 0 ? words.nobody : wait === null ? words.unknown : range(wait)}
          more=""
        />
      </dl>
    </section>
  );
}

function Figure({ label, value, more }: { label: string; value: string; more: string }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>
        {value}
        {more !== "" && <span class="soft small"> {more}</span>}
      </dd>
    </div>
  );
}

export function Everyone({
  duty,
  filters,
  apply,
}: {
  duty: Duty;
  filters: Filters;
  apply: (filters: Filters) => void;
}) {
  const names = new Map(duty.staff.map(({ id, nickname }) => [id, nickname]));
  const name = (id: string) => names.get(id) ?? "";
  const spelt = { ...filters, from: duty.from, until: duty.until };
  return (
    <>
      <h2>{words.filters}</h2>
      <FilterForm duty={duty} filters={spelt} apply={apply} />
      {duty.sessions.length === 0 ? (
        <p class="soft">{office.duty.none}</p>
      ) : (
        <>
          <h3>{words.chart}</h3>
          <DayChart duty={duty} />
          <p>
            <a class="download" href={`/api/duty/everyone.csv${searchOf(spelt)}`} download>
              {words.csv}
            </a>
          </p>
          <div class="tables">
            {filters.by === "session" && <Sessions sessions={duty.sessions} name={name} />}
            {filters.by === "day" && <Rows caption={office.duty.byDay} rows={duty.days} of="day" name={name} />}
            {filters.by === "week" && <Rows caption={office.duty.byWeek} rows={duty.weeks} of="week" name={name} />}
            <ByCounsellor duty={duty} name={name} />
          </div>
        </>
      )}
      <p class="soft small">{office.duty.zone(duty.zone)}</p>
    </>
  );
}

function FilterForm({ duty, filters, apply }: { duty: Duty; filters: Filters; apply: (filters: Filters) => void }) {
  const submitted = (event: SubmitEvent) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const field = (name: string) => String(form.get(name) ?? "") || null;
    const by = BYS.find((one) => one === field("by")) ?? "session";
    apply({ from: field("from"), until: field("until"), who: field("who"), by });
  };
  return (
    <form class="filters" onSubmit={submitted}>
      <div>
        <label for="from">{words.from}</label>
        <input id="from" type="date" name="from" defaultValue={filters.from ?? ""} />
      </div>
      <div>
        <label for="until">{words.until}</label>
        <input id="until" type="date" name="until" defaultValue={filters.until ?? ""} />
      </div>
      <div>
        <label for="who">{words.who}</label>
        <select id="who" name="who" defaultValue={filters.who ?? ""}>
          <option value="">{words.everyone}</option>
          {duty.staff.map(({ id, nickname }) => (
            <option key={id} value={id} selected={id === filters.who}>
              {nickname}
            </option>
          ))}
        </select>
      </div>
      <div>
        <label for="by">{words.by}</label>
        <select id="by" name="by" defaultValue={filters.by}>
          {BYS.map((by) => (
            <option key={by} value={by} selected={by === filters.by}>
              {words.bys[by]}
            </option>
          ))}
        </select>
      </div>
      <button type="submit">{words.apply}</button>
    </form>
  );
}

export function HoursOfWeek({ service }: { service: Service }) {
  return (
    <section aria-labelledby="hours">
      <h2 id="hours">{words.hours}</h2>
      <p class="soft">{words.few}</p>
      <div class="tables">
        <Week caption={words.waits} service={service} of="waits" />
        <Week caption={words.lengths} service={service} of="lengths" />
      </div>
    </section>
  );
}

const BLOCKS = [0, 3, 6, 9, 12, 15, 18, 21];

function Week({ caption, service, of }: { caption: string; service: Service; of: "waits" | "lengths" }) {
  const cell = (weekday: number, hour: number): Coarse | null =>
    service.hours.find((one) => one.weekday === weekday && one.hour === hour)?.[of] ?? null;
  return (
    <Scrolls label={caption}>
      <table class="week">
        <caption>{caption}</caption>
        <thead>
          <tr>
            <th scope="col">{words.weekday}</th>
            {BLOCKS.map((hour) => (
              <th key={hour} scope="col">
                {words.block(hour)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {words.weekdays.map((name, weekday) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              {BLOCKS.map((hour) => {
                const coarse = cell(weekday, hour);
                return (
                  <td key={hour} class={coarse ? `tint-${tint(coarse)}` : undefined}>
                    {coarse ? words.coarse(coarse) : ""}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </Scrolls>
  );
}

/** 0 to 4: the longer, the darker. */
function tint({ from_min }: Coarse): number {
  return [2, 5, 10, 30].filter((minutes) => minutes <= from_min).length;
}
