// The desk: who waits on the left, and the rooms one holds side by side, as columns and not as tabs.
// Stateless views of `Desk`; what is done goes out as inputs.

import { useLayoutEffect, useRef } from "preact/hooks";
import { type Desk as DeskAt, type DeskInput, type Held, isHeld, type Past } from "../desk-state";
import type { TalkInput } from "../talk";
import { en } from "../words/en";
import { QuietLine } from "./frame";
import { Close, Composer, Log, Warning } from "./talk";

export type DeskProps = { desk: DeskAt; act: (input: DeskInput) => void };

export function Desk({ desk, act }: DeskProps) {
  return (
    <div class="desk">
      <Side desk={desk} act={act} />
      <main class="rooms" aria-label={en.desk.rooms}>
        {desk.rooms.length === 0 && !desk.superseded && (
          <div class="empty">
            <QuietLine moving="still" />
            <p class="headline">{en.desk.empty}</p>
            <p class="soft">{en.desk.emptyHint}</p>
          </div>
        )}
        {/* Where another tab has the desk, nothing may be read or written here that is not true any more. */}
        {(desk.superseded ? [] : desk.rooms).map((room) =>
          isHeld(room) ? (
            <Room key={room.room} held={room} desk={desk} act={act} />
          ) : (
            <Ended key={room.room} past={room} act={act} />
          ),
        )}
      </main>
    </div>
  );
}

function Side({ desk, act }: DeskProps) {
  const on = desk.wanted ?? desk.available;
  const held = desk.rooms.filter(isHeld).length;
  return (
    <aside class="side">
      <div class="head">
        <h1>{en.desk.heading}</h1>
        <span class="soft">{desk.nickname}</span>
      </div>
      <div>
        <button
          type="button"
          class="switch"
          role="switch"
          aria-checked={on}
          aria-describedby="available-hint"
          onClick={() => act({ type: "switch" })}
        >
          <span>{en.desk.available}</span>
          <i aria-hidden="true" />
        </button>
        <p class="soft small" id="available-hint">
          {en.desk.availableHint(on)}
        </p>
      </div>
      <Queue desk={desk} />
      <div class="give">
        <button type="button" class="primary wide" id="give" onClick={() => act({ type: "take" })}>
          {en.desk.give}
        </button>
        <p class="answer" role="status">
          {desk.answer ? (en.desk.refusals[desk.answer] ?? en.desk.refused) : ""}
        </p>
        <p class="soft small">{en.desk.holding(held, desk.limit)}</p>
      </div>
      <p class="trouble" role="status">
        {desk.superseded ? en.desk.superseded : desk.troubled ? en.desk.troubled : ""}
      </p>
      {desk.superseded && (
        <button type="button" onClick={() => act({ type: "continue_here" })}>
          {en.room.continueHere}
        </button>
      )}
      <Jumps desk={desk} />
      <button type="button" class="sign-out" onClick={() => act({ type: "sign_out" })}>
        {en.desk.signOut}
      </button>
    </aside>
  );
}

function Queue({ desk: { queue, now } }: { desk: DeskAt }) {
  const waiting = queue?.waiting ?? 0;
  return (
    <div class={waiting > 0 ? "queue" : "queue calm"}>
      <p role="status">
        <span class="count">{queue ? waiting : "–"}</span> <span>{en.desk.waiting}</span>
      </p>
      <p class="soft small">
        {queue && waiting > 0 ? en.desk.longest(now - queue.longestSince) : queue ? en.desk.nobodyWaits : ""}
      </p>
    </div>
  );
}

/** On a narrow screen the rooms stand below each other; these lead to them and say where something is new. */
function Jumps({ desk }: { desk: DeskAt }) {
  if (desk.rooms.length < 2) return null;
  return (
    <nav class="jumps" aria-label={en.desk.rooms}>
      {desk.rooms.map((room) => (
        <a key={room.room} href={`#room-${room.room}`} onClick={(event) => jump(event, room.room)}>
          <bdi>{isHeld(room) ? room.talk.conversation.nickname : room.nickname}</bdi>
          {isHeld(room) && room.unread > 0 && <span class="unread">{en.desk.unread(room.unread)}</span>}
        </a>
      ))}
    </nav>
  );
}

/** Goes there without writing into the address or the history. */
function jump(event: Event, room: string) {
  event.preventDefault();
  const section = document.getElementById(`room-${room}`);
  section?.scrollIntoView?.({ block: "start" });
  section?.querySelector<HTMLElement>("textarea, h2")?.focus();
}

function Room({ held, desk, act }: { held: Held } & DeskProps) {
  const section = useRef<HTMLElement>(null);
  const { room, talk, unread } = held;
  const { nickname } = talk.conversation;
  const inRoom = (input: TalkInput) => act({ type: "room", room, input });
  const fresh = desk.fresh === room;
  useLayoutEffect(() => {
    if (!fresh) return;
    // The focus follows a new room only from the button that asked for it, never out of another conversation.
    const from = document.activeElement;
    if (from === document.body || from?.id === "give") section.current?.querySelector("textarea")?.focus();
    act({ type: "shown" });
  }, [fresh]);

  return (
    <section
      id={`room-${room}`}
      class={desk.within === room ? "room now" : "room"}
      aria-label={nickname}
      ref={section}
      onFocusIn={() => desk.within !== room && act({ type: "within", room })}
      onFocusOut={(event) =>
        !section.current?.contains(event.relatedTarget as Node) && act({ type: "within", room: null })
      }
    >
      <header>
        <h2 tabIndex={-1} dir="auto">
          {nickname}
        </h2>
        {unread > 0 && <span class="unread">{en.desk.unread(unread)}</span>}
      </header>
      <Log talk={talk} name={nickname} />
      <Warning talk={talk} act={inRoom} />
      {!talk.erasing && <Composer talk={talk} act={inRoom} id={room} />}
      <div class="actions">
        <Close talk={talk} act={inRoom} id={room} />
      </div>
    </section>
  );
}

function Ended({ past, act }: { past: Past; act: DeskProps["act"] }) {
  const { room, nickname, ended } = past;
  const heading = useRef<HTMLHeadingElement>(null);
  useLayoutEffect(() => {
    // The room that held the focus is gone; the focus stays in its place rather than falling to the page.
    if (document.activeElement === document.body) heading.current?.focus();
  }, []);
  const putAway = () => {
    act({ type: "put_away", room });
    document.getElementById("give")?.focus();
  };
  return (
    <section id={`room-${room}`} class="room past" aria-label={nickname}>
      <h2 tabIndex={-1} ref={heading}>
        {en.desk.erased(nickname)}
      </h2>
      <p>{en.ended.what(ended, ended ? en.ended.by.counsellor[ended.by] : "")}</p>
      <QuietLine moving="still" />
      <button type="button" onClick={putAway}>
        {en.desk.putAway}
      </button>
    </section>
  );
}
