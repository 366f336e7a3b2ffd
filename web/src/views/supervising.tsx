// The service as whoever supervises it sees it: how things stand now, who was at work when, and how long people wait and
// talk by the hour of the week. Stateless; of students it shows numbers alone.

import type { Looked } from "../office";
import type { Coarse, Service } from "../office.gen";
import { office } from "../words/en-office";
import { range } from "../words/en-wait";
import { Scrolls } from "./office";

const words = office.service;

export function Glance({ service: { is, shown } }: { service: Looked<Service> }) {
  return (
    <section aria-labelledby="now">
      <h2 id="now">{words.now}</h2>
      {/* Figures that are not of now are not shown as if they were. */}
      <p class={is === "here" ? "unseen" : is === "looking" ? "soft" : "trouble"} role="status">
        {is === "here" && shown ? words.standing(shown.waiting, shown.available) : office.comes(is)}
      </p>
      {is === "here" && shown && <Figures service={shown} />}
    </section>
  );
}

function Figures({ service: { waiting, reconnecting, longest_ms, available, wait } }: { service: Service }) {
  return (
    <dl class="glance">
      <Figure
        label={words.waiting + (reconnecting > 0 ? words.reconnecting(reconnecting) : "")}
        value={String(waiting)}
      />
      <Figure label={words.longest} value={waiting > 0 ? words.minutes(longest_ms) : words.nobodyWaits} />
      <Figure label={words.available} value={String(available)} />
      <Figure
        label={words.expected}
        value={available === 0 ? words.nobody : wait === null ? words.unknown : range(wait)}
      />
    </dl>
  );
}

function Figure({ label, value }: { label: string; value: string }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{value}</dd>
    </div>
  );
}

export function HoursOfWeek({ service }: { service: Service }) {
  return (
    <section aria-labelledby="hours">
      <h2 id="hours">{words.hours}</h2>
      <p class="soft">
        {words.middle} {words.few}
      </p>
      <div class="tables">
        <Week caption={words.waits} service={service} of="waits" steps={WAITS} />
        <Week caption={words.lengths} service={service} of="lengths" steps={LENGTHS} />
      </div>
    </section>
  );
}

/** In minutes, from where on a cell is darker. */
const WAITS = [2, 5, 10, 30];
const LENGTHS = [10, 20, 45, 90];

const BLOCKS = [0, 3, 6, 9, 12, 15, 18, 21];

type WeekProps = { caption: string; service: Service; of: "waits" | "lengths"; steps: readonly number[] };

function Week({ caption, service, of, steps }: WeekProps) {
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
                  <td key={hour} class={coarse ? `tint-${tint(coarse, steps)}` : undefined}>
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

/** 0 to 4: the longer, the darker. The cell says it in words as well. */
function tint({ from_min }: Coarse, steps: readonly number[]): number {
  return steps.filter((minutes) => minutes <= from_min).length;
}
