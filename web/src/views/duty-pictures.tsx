// Duty as pictures: a timeline of days, and hours by day as bars. Plain SVG, with positions as attributes and colours by class.
// Stateless. Whatever a picture shows stands in a table beside it too, for whoever sees no pictures.

import { axis, type DayLine, MIDNIGHT, summed, timeline } from "../duty-days";
import type { Duty } from "../office.gen";
import { office } from "../words/en-office";
import { Scrolls } from "./office";

const words = office.duty;

/** One row a day from midnight to midnight. */
export function Timeline({ duty }: { duty: Duty }) {
  return (
    <>
      <div class="timeline">
        <div class="hours" aria-hidden="true">
          {[0, 6, 12, 18, 24].map((hour) => (
            <span key={hour}>{hour}</span>
          ))}
        </div>
        <ol>
          {timeline(
            duty.chart.map(({ day }) => day),
            duty.sessions,
          ).map((line) => (
            <DayRow key={line.day} line={line} />
          ))}
        </ol>
      </div>
      <Legend />
    </>
  );
}

function DayRow({ line }: { line: DayLine }) {
  const beyond = line.bars.findLast((bar) => bar.beyond !== null)?.beyond;
  return (
    <li>
      <span class="soft small">{office.day(line.day)}</span>
      <svg viewBox={`0 0 ${MIDNIGHT} 24`} preserveAspectRatio="none" role="img" aria-label={words.lineIs(line)}>
        {[6, 12, 18].map((hour) => (
          <line key={hour} class="grid" x1={hour * 60} x2={hour * 60} y1="0" y2="24" />
        ))}
        {line.breaks.map(({ from, to }) => (
          <line key={from} class="break" x1={from} x2={to} y1="12" y2="12" />
        ))}
        {line.bars.map(({ from, to, session }) => (
          <rect
            key={session.start}
            class={session.reply_count === 0 ? "bar idle" : "bar"}
            // A session of no length was there all the same.
            x={Math.min(from, MIDNIGHT - SHORTEST)}
            width={Math.max(to - from, SHORTEST)}
            y="4"
            height="16"
          />
        ))}
      </svg>
      {beyond && <span class="soft small beyond">{words.beyondIs(beyond)}</span>}
    </li>
  );
}

/** In minutes of the timeline: still to be seen on a narrow screen. */
const SHORTEST = 6;

/** What the drawing means; whoever hears it has heard that already. */
function Legend() {
  return (
    <p class="legend soft small" aria-hidden="true">
      <span>
        <svg viewBox="0 0 28 16" width="28" height="16" aria-hidden="true">
          <rect class="bar" x="1" y="2" width="26" height="12" />
        </svg>{" "}
        {words.legend.worked}
      </span>
      <span>
        <svg viewBox="0 0 28 16" width="28" height="16" aria-hidden="true">
          <rect class="bar idle" x="1" y="2" width="26" height="12" />
        </svg>{" "}
        {words.legend.idle}
      </span>
      <span>
        <svg viewBox="0 0 28 16" width="28" height="16" aria-hidden="true">
          <line class="break" x1="1" x2="27" y1="8" y2="8" />
        </svg>{" "}
        {words.legend.rest}
      </span>
    </p>
  );
}

const COLUMN = 26;
const HEIGHT = 180;
const LEFT = 34;

/** Hours by day. Wide spans are scrolled in a box of their own. */
export function DayChart({ duty }: { duty: Duty }) {
  const { hours, every } = axis(Math.max(0, ...duty.chart.map(({ minutes }) => minutes)));
  const width = LEFT + duty.chart.length * COLUMN + LEFT;
  const y = (minutes: number) => HEIGHT - (minutes / 60 / hours) * HEIGHT;
  const lines = Array.from({ length: hours / every + 1 }, (_, n) => n * every);
  // As many labels as fit beside each other.
  const step = duty.chart.length <= 3 ? 1 : duty.chart.length <= 10 ? 2 : 7;
  return (
    <Scrolls label={office.service.chart}>
      <svg
        role="img"
        aria-label={office.service.chartIs(duty.from, duty.until, summed(duty).minutes)}
        width={width}
        height={HEIGHT + 40}
        viewBox={`0 -10 ${width} ${HEIGHT + 40}`}
      >
        {lines.map((hour) => (
          <g key={hour}>
            <line class="grid" x1={LEFT} x2={width} y1={y(hour * 60)} y2={y(hour * 60)} />
            <text x={LEFT - 6} y={y(hour * 60) + 4} text-anchor="end">
              {office.service.hour(hour)}
            </text>
          </g>
        ))}
        {duty.chart.map(({ day, minutes }, n) => (
          <g key={day}>
            {minutes > 0 && (
              <rect
                class="bar"
                x={LEFT + n * COLUMN + 4}
                width={COLUMN - 8}
                y={y(minutes)}
                height={HEIGHT - y(minutes)}
              />
            )}
            {n % step === 0 && (
              <text x={LEFT + n * COLUMN + 4} y={HEIGHT + 18}>
                {office.dayOfMonth(day)}
              </text>
            )}
          </g>
        ))}
      </svg>
    </Scrolls>
  );
}
