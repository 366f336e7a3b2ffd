// The state of the one connection that a page has: whether it is up, whether its loss is worth a word, and which of its
// timers still counts. Pure; both pages use it. It knows neither the socket nor what is said over it.

import { CloseCode } from "./protocol.gen";

/** A gap in the connection shorter than this is not worth anybody's worry. */
export const TROUBLE_AFTER = 3_000;

/** What browsers say of a connection that ended without a word. */
export const WITHOUT_A_WORD = 1006;

/** What keeps the page from the portal: something on the way, or the portal itself, which asks to try again. */
export type Cause = "way" | "portal";

export type Connection = {
  readonly up: boolean;
  /** Whether the server has been heard over this connection. Before, it may be one that is let go of again at once. */
  readonly answered: boolean;
  /** Counts the losses, so that a late alarm is recognised as one. */
  readonly losses: number;
  readonly troubled: boolean;
  readonly cause: Cause;
  /** Counts the timers of the beats, so that only the newest one beats (U6). */
  readonly beats: number;
  /** Whether the server has been heard since the last beat. A connection that only looks open hears nothing. */
  readonly echo: "heard" | "awaited";
};

export type ConnectionInput = { type: "still_down"; loss: number } | { type: "beat_due"; beat: number };

export type Alarm = { do: "later"; ms: number; input: ConnectionInput };

/** From the first moment, a connection that does not come is a connection that is down. */
export function connecting(): [Connection, Alarm] {
  const fresh = { up: false, answered: false, losses: 0, troubled: false, beats: 0 };
  return [{ ...fresh, cause: "way", echo: "heard" }, trouble(0)];
}

export function opened(connection: Connection): Connection {
  return { ...connection, up: true, echo: "heard" };
}

/** The server has said something, so whatever the trouble was, it is over. */
export function answered(connection: Connection): Connection {
  return { ...connection, answered: true, troubled: false, echo: "heard" };
}

/** A beat is answered before the next one is due, or the connection is none. */
export function beaten(connection: Connection): Connection {
  return { ...connection, echo: "awaited" };
}

/**
 * Failing again is still the same loss, also after a connection over which nothing was heard. Nothing beats until the
 * page is let in again; a superseded one never is.
 */
export function lost(connection: Connection, code: number): [Connection, Alarm[]] {
  const cause = code === CloseCode.TryAgain ? "portal" : "way";
  const down: Connection = { ...connection, up: false, answered: false, cause };
  if (!connection.answered) return [down, []];
  const losses = connection.losses + 1;
  return [{ ...down, losses, beats: connection.beats + 1 }, [trouble(losses)]];
}

export function stillDown(connection: Connection, loss: number): Connection {
  return loss === connection.losses && !connection.answered ? { ...connection, troubled: true } : connection;
}

/** Sets the alarm of the next beat, in place of the one that was set before. */
export function beating(connection: Connection, every: number): [Connection, Alarm] {
  const beat = connection.beats + 1;
  return [
    { ...connection, beats: beat },
    { do: "later", ms: every, input: { type: "beat_due", beat } },
  ];
}

function trouble(loss: number): Alarm {
  return { do: "later", ms: TROUBLE_AFTER, input: { type: "still_down", loss } };
}
