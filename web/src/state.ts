// What a student's page shows and does: a pure `step` over the screens that it can be on.
// It knows the wire and the rooms' rules; it does not know sockets, storage, the clock or how anything looks.

import {
  answered,
  beaten,
  beating,
  type Connection,
  type ConnectionInput,
  connecting,
  lost,
  opened,
  stillDown,
  WITHOUT_A_WORD,
} from "./connection";
import { since } from "./conversation";
import type { Moment } from "./moment";
import type { PlainFromStudent, PlainToStudent } from "./plain";
import { CloseCode, type Ended, type Place } from "./protocol.gen";
import { type Talk, type TalkEffect, type TalkInput, step as stepTalk, talk } from "./talk";

export type Answer = "nobody" | "insecure" | "nickname" | "nickname_taken" | "signed_in" | "too_many" | "elsewhere";

export type Screen =
  /** A reload: the key is known, the room not yet. */
  | { at: "returning"; key: string }
  /** `joining` is the key that has been asked with and not answered. */
  | { at: "door"; available: number | null; nickname: string; joining: string | null; answer: Answer | null }
  /** `superseded`: another tab took this seat. */
  | { at: "room"; key: string; talk: Talk; place: Place | null; superseded: boolean }
  /** `ended` is null when the room was found gone, without being told how. */
  | { at: "ended"; ended: Ended | null }
  /** The quick exit was used. */
  | { at: "left" };

export type State = {
  readonly screen: Screen;
  readonly connection: Connection;
  /** This browser keeps nothing for the tab: a reload would lose the room. */
  readonly forgetful: boolean;
  /** Whether this browser lets this page seal what is said. Nothing is ever said unsealed. */
  readonly sealing: "able" | "unable";
  /** The server speaks another version: only loading the page again helps. */
  readonly outdated: boolean;
};

export type Input =
  | { type: "opened" }
  | { type: "closed"; code: number }
  | { type: "heard"; frame: PlainToStudent }
  | ConnectionInput
  /** The page has come into sight, or has gone out of it. */
  | { type: "looked" }
  | { type: "not_kept" }
  | { type: "misunderstood" }
  | { type: "named"; nickname: string }
  | { type: "talk" }
  | { type: "ask_again"; key: string }
  | { type: "continue_here" }
  /** Out of the browser's memory of pages that were left. */
  | { type: "shown_again" }
  | { type: "exit" }
  | { type: "room"; input: TalkInput };

export type Effect =
  | { do: "tell"; frame: PlainFromStudent }
  | { do: "connect" }
  | { do: "hang_up" }
  | { do: "keep"; key: string }
  | { do: "forget" }
  | { do: "cover" }
  | { do: "leave"; key: string }
  | { do: "go" }
  | { do: "later"; ms: number; input: Input };

type Step = [State, Effect[]];

export function start(key: string | null, sealing: State["sealing"] = "able"): Step {
  const screen: Screen = key === null || sealing === "unable" ? door() : { at: "returning", key };
  const [connection, alarm] = connecting();
  return [{ screen, connection, forgetful: false, sealing, outdated: false }, [{ do: "connect" }, alarm]];
}

export function step(state: State, input: Input, moment: Moment): Step {
  const { screen } = state;
  if (screen.at === "left") return [state, []];
  switch (input.type) {
    case "opened":
      return [
        { ...state, connection: opened(state.connection) },
        greeting(screen).map((frame) => ({ do: "tell", frame })),
      ];
    case "closed":
      return closed(state, input.code, moment);
    case "still_down":
      return [{ ...state, connection: stillDown(state.connection, input.loss) }, []];
    case "beat_due":
      return input.beat === state.connection.beats ? beatDue(state, moment) : [state, []];
    case "looked":
      return inRoom(state, { type: "look" }, moment);
    case "not_kept":
      return [{ ...state, forgetful: true }, []];
    case "misunderstood":
      return [{ ...state, outdated: true }, []];
    case "named":
      return screen.at === "door" ? at(state, { ...screen, nickname: input.nickname }) : [state, []];
    case "talk":
      return asked(state, moment);
    case "ask_again":
      return screen.at === "door" && screen.joining === input.key
        ? at(state, screen, [{ do: "tell", frame: join(input.key, screen.nickname) }])
        : [state, []];
    case "continue_here":
      return screen.at === "room" ? at(state, { ...screen, superseded: false }, [{ do: "connect" }]) : [state, []];
    case "shown_again": {
      // A page that another tab superseded does not come back by itself (U10).
      const over = screen.at === "ended" || (screen.at === "room" && screen.superseded);
      return [state, over ? [] : [{ do: "connect" }]];
    }
    case "exit":
      return exit(state);
    case "room":
      return inRoom(state, input.input, moment);
    case "heard":
      return told({ ...state, connection: answered(state.connection) }, input.frame, moment);
    default:
      return input satisfies never;
  }
}

function told(state: State, frame: PlainToStudent, moment: Moment): Step {
  const { screen } = state;
  switch (frame.type) {
    case "door":
      if (screen.at !== "door") return [state, []];
      // Somebody has come: the word that nobody is there no longer holds.
      return at(state, {
        ...screen,
        available: frame.available,
        answer: screen.answer === "nobody" && frame.available > 0 ? null : screen.answer,
      });
    case "heard":
      return [state, []];
    case "gone":
      return gone(state);
    case "room": {
      if (screen.at === "room" && screen.talk.conversation.room === frame.room) {
        return inRoom(at(state, { ...screen, place: placed(frame) })[0], { type: "view", view: frame }, moment);
      }
      const key = screen.at === "door" ? screen.joining : screen.at === "returning" ? screen.key : null;
      if (key === null) return [state, []];
      const room = talk(frame, "student", moment);
      return at(state, { at: "room", key, talk: room, place: placed(frame), superseded: false });
    }
    case "lines": {
      const [next, effects] = about(state, frame.room, { type: "lines", lines: frame.lines }, moment);
      const [beaten, beats] = beat(next);
      return [beaten, [...beats, ...effects]];
    }
    case "unlocked":
      return about(state, frame.room, { type: "unlocked", lines: frame.lines }, moment);
    case "sealing":
      return about(state, frame.room, { type: "sealing", sealing: frame.sealing }, moment);
    case "line":
      return about(state, frame.room, { type: "line", line: frame }, moment);
    case "place":
      if (screen.at !== "room") return [state, []];
      return at(state, { ...screen, place: { ahead: frame.ahead, attended: frame.attended, wait: frame.wait } });
    case "notice": {
      const came = frame.notice === "counsellor_came" && screen.at === "room";
      const next = came ? at(state, { ...screen, place: null })[0] : state;
      return about(next, frame.room, { type: "notice", placed: frame }, moment);
    }
    case "typing":
      return about(state, frame.room, { type: "typing" }, moment);
    case "presence":
      return about(state, frame.room, { type: "presence", whereabouts: frame.whereabouts }, moment);
    case "seen":
      return about(state, frame.room, { type: "seen", seq: frame.seq }, moment);
    case "handing":
      return about(state, frame.room, { type: "handing", to: frame.to }, moment);
    case "older":
      return about(state, frame.room, { type: "older", older: frame.older }, moment);
    case "named":
    case "renamed":
      return about(state, frame.room, { type: frame.type, nickname: frame.nickname }, moment);
    case "warning":
      return about(state, frame.room, { type: "warning", closesIn: frame.closes_in_ms }, moment);
    case "stayed":
      return about(state, frame.room, { type: "stayed" }, moment);
    case "ended":
      if (screen.at !== "room" || screen.talk.conversation.room !== frame.room) return [state, []];
      return at(state, { at: "ended", ended: frame }, [{ do: "forget" }, { do: "hang_up" }]);
    case "refused": {
      if (screen.at === "door") return refusedAtDoor(state, frame);
      // That a room has ended is said by `ended` or `gone` alone, never by a refusal.
      if (frame.reason === "no_such_room") return [state, []];
      const outdated = state.outdated || frame.reason === "suite";
      return inRoom({ ...state, outdated }, { type: "refused", refused: frame }, moment);
    }
    default:
      return frame satisfies never;
  }
}

/** What the page says first on a new socket, and again if an answer was lost. */
function greeting(screen: Screen): PlainFromStudent[] {
  switch (screen.at) {
    case "returning":
      return [{ type: "hello", key: screen.key }];
    case "room": {
      const { conversation } = screen.talk;
      const shown = since(conversation);
      if (shown === undefined) return [{ type: "hello", key: screen.key }];
      return [{ type: "hello", key: screen.key, epoch: conversation.epoch, since: shown }];
    }
    case "door":
      return screen.joining === null ? [{ type: "hello" }] : [{ type: "hello" }, join(screen.joining, screen.nickname)];
    case "ended":
    case "left":
      return [];
    default:
      return screen satisfies never;
  }
}

function join(key: string, nickname: string): PlainFromStudent {
  const name = nickname.trim();
  return name === "" ? { type: "join", key } : { type: "join", key, nickname: name };
}

function asked(state: State, { key }: Moment): Step {
  const { screen } = state;
  if (state.sealing === "unable")
    return screen.at === "door" ? at(state, { ...screen, answer: "insecure" }) : [state, []];
  if (screen.at === "ended") {
    return at(state, { ...door(), joining: key }, [{ do: "keep", key }, { do: "connect" }]);
  }
  if (screen.at !== "door" || screen.joining !== null) return [state, []];
  const effects: Effect[] = [{ do: "keep", key }];
  if (state.connection.up) effects.push({ do: "tell", frame: join(key, screen.nickname) });
  return at(state, { ...screen, joining: key, answer: null }, effects);
}

function refusedAtDoor(state: State, { reason, retry_ms }: { reason: string; retry_ms?: number }): Step {
  const { screen } = state;
  if (screen.at !== "door" || screen.joining === null) return [state, []];
  if (reason === "too_many") {
    const again: Input = { type: "ask_again", key: screen.joining };
    return at(state, { ...screen, answer: "too_many" }, [{ do: "later", ms: retry_ms ?? 5_000, input: again }]);
  }
  const named = reason === "nickname" || reason === "nickname_taken" || reason === "signed_in";
  const answer = named ? reason : "nobody";
  return at(state, { ...screen, joining: null, answer }, [{ do: "forget" }]);
}

/** The key opens nothing. A room that was on the screen has ended; without one the page is simply at the door. */
function gone(state: State): Step {
  const { screen } = state;
  if (screen.at === "room") return at(state, { at: "ended", ended: null }, [{ do: "forget" }, { do: "hang_up" }]);
  if (screen.at === "returning") return at(state, door(), [{ do: "forget" }, { do: "connect" }]);
  return [state, []];
}

function closed(state: State, code: number, moment: Moment): Step {
  const { screen } = state;
  const [connection, alarm] = lost(state.connection, code);
  const down: State = { ...state, connection };
  if (screen.at !== "room") {
    // A tab that was copied while it asked: the copy has the room.
    const elsewhere = code === CloseCode.Superseded && screen.at === "door";
    if (elsewhere) return at(down, { ...screen, joining: null, answer: "elsewhere" }, [{ do: "connect" }, ...alarm]);
    return [down, alarm];
  }
  const [next, effects] = inRoom(down, { type: "down" }, moment);
  if (code === CloseCode.Superseded && next.screen.at === "room") {
    return at(next, { ...next.screen, superseded: true }, effects);
  }
  return [next, [...effects, ...alarm]];
}

/** A beat that nobody has answered says that the connection only looks open: the page comes back on another. */
function beatDue(state: State, moment: Moment): Step {
  if (state.connection.echo === "heard") return beat(state);
  const [next, effects] = closed(state, WITHOUT_A_WORD, moment);
  return [next, [...effects, { do: "connect" }]];
}

/** A sign of life from the room, and the alarm of the next (U6). */
function beat(state: State): Step {
  const { screen } = state;
  if (screen.at !== "room") return [state, []];
  const { conversation, beatEvery } = screen.talk;
  const [connection, alarm] = beating(beaten(state.connection), beatEvery);
  return [{ ...state, connection }, [{ do: "tell", frame: { type: "beat", room: conversation.room } }, alarm]];
}

/** Covered first and gone last; nothing in between waits for an answer. */
function exit(state: State): Step {
  const { screen } = state;
  const key =
    screen.at === "room" || screen.at === "returning" ? screen.key : screen.at === "door" ? screen.joining : null;
  const effects: Effect[] = [{ do: "cover" }];
  if (key !== null) effects.push({ do: "tell", frame: { type: "close" } }, { do: "leave", key });
  return at(state, { at: "left" }, [...effects, { do: "forget" }, { do: "go" }]);
}

function about(state: State, room: string, input: TalkInput, moment: Moment): Step {
  const mine = state.screen.at === "room" && state.screen.talk.conversation.room === room;
  return mine ? inRoom(state, input, moment) : [state, []];
}

function inRoom(state: State, input: TalkInput, moment: Moment): Step {
  const { screen } = state;
  if (screen.at !== "room") return [state, []];
  const [next, effects] = stepTalk(screen.talk, input, moment);
  return at(state, { ...screen, talk: next }, effects.map(outward));
}

function outward(effect: TalkEffect): Effect {
  switch (effect.do) {
    case "say":
      return { do: "tell", frame: { type: "say", cid: effect.cid, text: effect.text } };
    case "typing":
    case "stay":
    case "close":
      return { do: "tell", frame: { type: effect.do } };
    case "seen":
      return { do: "tell", frame: { type: "seen", seq: effect.seq } };
    case "older": {
      const { answer, nth } = effect.answer;
      return { do: "tell", frame: { type: "older", share: answer === "share", nth } };
    }
    case "come_back":
      return { do: "connect" };
    case "later":
      return { do: "later", ms: effect.ms, input: { type: "room", input: effect.input } };
    default:
      return effect satisfies never;
  }
}

function placed({ counsellor, place }: { counsellor: string | null; place: Place | null }): Place | null {
  return counsellor === null ? place : null;
}

function door(): Extract<Screen, { at: "door" }> {
  return { at: "door", available: null, nickname: "", joining: null, answer: null };
}

function at(state: State, screen: Screen, effects: Effect[] = []): Step {
  return [{ ...state, screen }, effects];
}
