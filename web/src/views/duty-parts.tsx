// Duty as pictures and tables: a timeline of days, hours by day as bars, and the tables that say the same in words.
// Stateless. Whatever a picture shows stands in a table beside it, for whoever sees no pictures.

import { axis, clockOf, type DayLine, timeline } from "../office";
import type { Duty, Row, Session, Totals } from "../office-wire";
import { office } from "../words/en-office";
import { Scrolls } from "./office";

const DAY = 24 * 60;
const words = office.duty;

/** One row a day from midnight to midnight. */
export function Timeline({ sessions }: { sessions: readonly Session[] }) {
  return (
    <div class="timeline" aria-hidden="true">
      <div class="hours">
        {[0, 6, 12, 18, 24].map((hour) => (
          <span key={hour}>{hour}</span>
        ))}
      </div>
      {timeline(sessions).map((line) => (
        <div class="day" key={line.day}>
          <span class="soft small">{office.day(line.day)}</span>
          <DayBars line={line} />
        </div>
      ))}
    </div>
  );
}

function DayBars({ line }: { line: DayLine }) {
  return (
    <svg viewBox={`0 0 ${DAY} 24`} preserveAspectRatio="none" aria-hidden="true">
      {[6, 12, 18].map((hour) => (
        <line key={hour} class="grid" x1={hour * 60} x2={hour * 60} y1="0" y2="24" />
      ))}
      {line.bars.map(({ from, to, beyond, session }) => (
        <rect
          key={session.start}
          class={session.reply_count === 0 ? "bar idle" : "bar"}
          x={from}
          // A session of no length was there all the same.
          width={Math.max(to - from, 4)}
          y="4"
          height="16"
          data-beyond={beyond || undefined}
        />
      ))}
    </svg>
  );
}

/** What each session was, with the break before it. */
export function Sessions({ sessions, name }: { sessions: readonly Session[]; name: ((id: string) => string) | null }) {
  const { columns } = words;
  return (
    <table>
      <caption>{words.sessions}</caption>
      <thead>
        <tr>
          {name && <th scope="col">{columns.who}</th>}
          <th scope="col">{columns.day}</th>
          <th scope="col">{columns.start}</th>
          <th scope="col">{columns.end}</th>
          <th scope="col">{columns.length}</th>
          <th scope="col">{columns.replies}</th>
        </tr>
      </thead>
      {name ? (
        <tbody>
          {sessions.map((session) => (
            <SessionRow key={session.who + session.start} session={session} name={name} />
          ))}
        </tbody>
      ) : (
        timeline(sessions).map((line) => (
          <tbody key={line.day}>
            {line.bars.flatMap(({ session }, n) => [
              n > 0 && (
                <tr key={`before ${session.start}`} class="rest">
                  <td />
                  <td colSpan={4}>{words.rest(line.breaks[n - 1] ?? 0)}</td>
                </tr>
              ),
              <SessionRow key={session.start} session={session} name={null} />,
            ])}
          </tbody>
        ))
      )}
    </table>
  );
}

function SessionRow({ session, name }: { session: Session; name: ((id: string) => string) | null }) {
  const { who, day, start, end, minutes, reply_count } = session;
  const beyond = end.slice(0, 10) > day;
  return (
    <tr>
      {name && <th scope="row">{name(who)}</th>}
      <td>{office.day(day)}</td>
      <td>{clockOf(start)}</td>
      <td>{beyond ? words.beyond(clockOf(end)) : clockOf(end)}</td>
      <td>{office.length(minutes)}</td>
      <td>{words.replies(reply_count)}</td>
    </tr>
  );
}

type RowsProps = {
  caption: string;
  rows: readonly Row[];
  of: "day" | "week";
  name: ((id: string) => string) | null;
};

/** What days or weeks come to. */
export function Rows({ caption, rows, of, name }: RowsProps) {
  return (
    <table>
      <caption>{caption}</caption>
      <thead>
        <tr>
          {name && <th scope="col">{words.columns.who}</th>}
          <th scope="col">{words.columns[of]}</th>
          <TotalHeads />
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.who + row.day}>
            {name && <th scope="row">{name(row.who)}</th>}
            <td>{of === "day" ? office.day(row.day) : office.week(row.day)}</td>
            <TotalCells totals={row} />
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** What each counsellor's sessions come to. */
export function ByCounsellor({ duty, name }: { duty: Duty; name: (id: string) => string }) {
  return (
    <table>
      <caption>{words.byCounsellor}</caption>
      <thead>
        <tr>
          <th scope="col">{words.columns.who}</th>
          <TotalHeads />
        </tr>
      </thead>
      <tbody>
        {duty.totals.map((totals) => (
          <tr key={totals.who}>
            <th scope="row">{name(totals.who)}</th>
            <TotalCells totals={totals} />
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function TotalHeads() {
  return (
    <>
      <th scope="col">{words.columns.sessions}</th>
      <th scope="col">{words.columns.length}</th>
      <th scope="col">{words.columns.replies}</th>
    </>
  );
}

function TotalCells({ totals }: { totals: Totals }) {
  return (
    <>
      <td>{totals.sessions}</td>
      <td>{office.length(totals.minutes)}</td>
      <td>{words.replies(totals.reply_count)}</td>
    </>
  );
}

const COLUMN = 26;
const HEIGHT = 180;
const LEFT = 34;

/** Hours by day. Wide spans are scrolled in a box of their own. */
export function DayChart({ duty }: { duty: Duty }) {
  const { hours, every } = axis(Math.max(...duty.chart.map(({ minutes }) => minutes)));
  const width = LEFT + duty.chart.length * COLUMN;
  const y = (minutes: number) => HEIGHT - (minutes / 60 / hours) * HEIGHT;
  const lines = Array.from({ length: hours / every + 1 }, (_, n) => n * every);
  const minutes = duty.totals.reduce((sum, totals) => sum + totals.minutes, 0);
  // As many labels as fit beside each other.
  const step = duty.chart.length <= 10 ? 1 : 7;
  return (
    <Scrolls label={office.service.chart}>
      <svg
        role="img"
        aria-label={office.service.chartIs(duty.from, duty.until, minutes)}
        width={width}
        height={HEIGHT + 40}
        viewBox={`0 -10 ${width} ${HEIGHT + 40}`}
      >
        {lines.map((hour) => (
          <g key={hour}>
            <line class="grid" x1={LEFT} x2={width} y1={y(hour * 60)} y2={y(hour * 60)} />
            <text x={LEFT - 6} y={y(hour * 60) + 4} text-anchor="end">{`${hour} h`}</text>
          </g>
        ))}
        {duty.chart.map(({ day, minutes }, n) => (
          <g key={day}>
            <rect
              class="bar"
              x={LEFT + n * COLUMN + 4}
              width={COLUMN - 8}
              y={y(minutes)}
              height={HEIGHT - y(minutes)}
            />
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
