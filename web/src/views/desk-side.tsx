// The desk's left column: who waits, the switch, the one filled button, what colleagues ask, and the way to each room.
// Stateless views of `Desk`; what is done goes out as inputs. Knows rooms only by name and by what is new in them.

import type { Desk, DeskInput, Offer } from "../desk-state";
import { isHeld } from "../desk-rooms";
import { en } from "../words/en";
import { office } from "../words/en-office";
import { wait } from "../words/en-wait";
import { pagesOf } from "../office-address";
import { OwnKey } from "./own-key";

export type DeskProps = { desk: Desk; act: (input: DeskInput) => void };

export function Side({ desk, act }: DeskProps) {
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
          {desk.sealing === "unable" ? en.desk.insecure : desk.answer ? answered(desk.answer) : ""}
        </p>
        <p class="soft small">{en.desk.holding(held, desk.limit)}</p>
      </div>
      <Offers desk={desk} act={act} />
      <OwnKey news={desk.superseded ? null : desk.key} act={act} />
      <p class="trouble" role="status">
        {desk.outdated ? en.outdated("comes back") : ""}
      </p>
      <p class="trouble" role="status">
        {desk.superseded ? en.desk.superseded : desk.connection.troubled ? en.desk.troubled[desk.connection.cause] : ""}
      </p>
      {desk.superseded && (
        <button type="button" onClick={() => act({ type: "continue_here" })}>
          {en.room.continueHere}
        </button>
      )}
      <Jumps desk={desk} />
      <p class="elsewhere-links">
        {pagesOf({ role: desk.role ?? "counsellor" }).map((page) => (
          <a key={page} href={`/desk/${page}`} target="_blank" rel="noreferrer">
            {office.titles[page]}
            <span class="unseen"> {office.newTab}</span>
          </a>
        ))}
      </p>
      <button type="button" class="sign-out" onClick={() => act({ type: "sign_out" })}>
        {en.desk.signOut}
      </button>
    </aside>
  );
}

function answered(answer: Exclude<Desk["answer"], null>): string {
  return answer === "insecure" ? en.desk.insecure : (en.desk.refusals[answer] ?? en.desk.refused);
}

function Queue({ desk: { queue, now, colleagues } }: Pick<DeskProps, "desk">) {
  const waiting = queue?.waiting ?? 0;
  const attended = colleagues.length > 0;
  return (
    <div class={waiting > 0 ? "queue" : "queue calm"}>
      <p role="status">
        <span class="count">{queue ? waiting : "–"}</span>{" "}
        <span>
          {en.desk.waiting}
          {queue && queue.reconnecting > 0 ? en.desk.reconnecting(queue.reconnecting) : ""}
        </span>
      </p>
      <p class="soft small">
        {queue && waiting > 0 ? en.desk.longest(now - queue.longestSince) : queue ? en.desk.nobodyWaits : ""}
      </p>
      {queue && attended && <p class="soft small">{wait.desk(queue.wait)}</p>}
    </div>
  );
}

/** A card for every room that a colleague would like to hand over. It is announced and takes nobody's focus. */
function Offers({ desk, act }: DeskProps) {
  const open = desk.superseded ? [] : desk.offers;
  return (
    <div class="offers" role="status">
      {open.map((offer) => (
        <OfferCard key={offer.room} offer={offer} act={act} />
      ))}
    </div>
  );
}

function OfferCard({ offer: { room, from, answer }, act }: { offer: Offer; act: DeskProps["act"] }) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for forms; this tells one offer's buttons from another's
    <div class="offer" role="group" aria-label={from}>
      <p>{en.desk.offers.asks(from)}</p>
      <div class="choices">
        <button type="button" aria-disabled={answer !== null} onClick={() => act({ type: "accept", room })}>
          {en.desk.offers.accept}
        </button>
        <button type="button" onClick={() => decline(act, room)}>
          {en.desk.offers.decline}
        </button>
      </div>
    </div>
  );
}

/** The card goes; the focus stays in the column rather than falling to the page. */
function decline(act: DeskProps["act"], room: string) {
  act({ type: "decline", room });
  document.getElementById("give")?.focus();
}

/** On a narrow screen the rooms stand below each other; these lead to them and say where something is new. */
function Jumps({ desk }: Pick<DeskProps, "desk">) {
  if (desk.rooms.length < 2) return null;
  return (
    <nav class="jumps" aria-label={en.desk.rooms}>
      {desk.rooms.map((room) => (
        <a key={room.room} href={`#room-${room.room}`} onClick={(event) => jump(event, room.room)}>
          <bdi>{(isHeld(room) ? room.talk.conversation.nickname : room.nickname) ?? en.desk.student}</bdi>
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
