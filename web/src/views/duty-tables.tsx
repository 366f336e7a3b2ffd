// Duty as tables: sessions with the breaks between them, what days, weeks and people come to; and how far the asking has come.
// Stateless. `name` says whose a row is, where several people's stand below each other.

import { clockOf, summed, timeline } from "../duty-days";
import type { Looked } from "../office";
import type { Duty, Row, Session, Totals } from "../office.gen";
import { office } from "../words/en-office";
import { Scrolls } from "./office";

const words = office.duty;

/** Says by itself what has come of it, whenever that changes. */
export function Standing({ duty: { is, shown } }: { duty: Looked<Duty> }) {
  return (
    <p class={is === "here" ? "sum" : is === "looking" ? "soft" : "trouble"} role="status">
      {standing(is, shown)}
    </p>
  );
}

function standing(is: Looked<Duty>["is"], shown: Duty | null): string {
  if (is === "looking") return office.loading;
  if (is === "no_days") return office.refused("dates");
  if (is === "unreachable" || shown === null) return office.refused("unreachable");
  const { sessions, minutes, reply_count } = summed(shown);
  return sessions === 0 ? words.none : words.totals(sessions, minutes, reply_count);
}

/** What each session was, with the break before it. */
export function Sessions({ sessions, name }: { sessions: readonly Session[]; name: ((id: string) => string) | null }) {
  const { columns } = words;
  return (
    <Scrolls label={words.sessions}>
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
          timeline([], sessions).map((line) => (
            <tbody key={line.day}>
              {line.bars.flatMap(({ session }, n) => [
                n > 0 && (
                  <tr key={`before ${session.start}`} class="rest">
                    <td />
                    <td colSpan={4}>{words.rest(line.breaks[n - 1]?.minutes ?? 0)}</td>
                  </tr>
                ),
                <SessionRow key={session.start} session={session} name={null} />,
              ])}
            </tbody>
          ))
        )}
      </table>
    </Scrolls>
  );
}

function SessionRow({ session, name }: { session: Session; name: ((id: string) => string) | null }) {
  const { who, day, start, end, minutes, reply_count } = session;
  const beyond = end.slice(0, 10) > day;
  return (
    <tr>
      {name && <th scope="row">{name(who)}</th>}
      <When scope={name ? "cell" : "row"}>{office.day(day)}</When>
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
    <Scrolls label={caption}>
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
              <When scope={name ? "cell" : "row"}>{of === "day" ? office.day(row.day) : office.week(row.day)}</When>
              <TotalCells totals={row} />
            </tr>
          ))}
        </tbody>
      </table>
    </Scrolls>
  );
}

/** What each counsellor's sessions come to. */
export function ByCounsellor({ duty, name }: { duty: Duty; name: (id: string) => string }) {
  return (
    <Scrolls label={words.byCounsellor}>
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
    </Scrolls>
  );
}

/** What a chart of days shows, in figures. */
export function DayFigures({ duty }: { duty: Duty }) {
  return (
    <Scrolls label={words.byDayInAll}>
      <table>
        <caption>{words.byDayInAll}</caption>
        <thead>
          <tr>
            <th scope="col">{words.columns.day}</th>
            <th scope="col">{words.columns.length}</th>
          </tr>
        </thead>
        <tbody>
          {duty.chart.map(({ day, minutes }) => (
            <tr key={day}>
              <th scope="row">{office.day(day)}</th>
              <td>{office.length(minutes)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scrolls>
  );
}

/** A day or a week. It heads its row, where no name does. */
function When({ scope, children }: { scope: "row" | "cell"; children: string }) {
  return scope === "row" ? <th scope="row">{children}</th> : <td>{children}</td>;
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
