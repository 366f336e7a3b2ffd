// One room on the desk, as a column: while it is held, when it has ended, and when it goes on without this desk.
// Stateless views; what is done goes out as inputs. A conversation that goes on elsewhere never looks erased.

import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import type { Held, Passed, Past } from "../desk-rooms";
import { late } from "../late";
import type { PartingInput } from "../parting";
import type { Colleague } from "../protocol.gen";
import type { TalkInput } from "../talk";
import { en } from "../words/en";
import { Asked } from "./asked";
import type { DeskProps } from "./desk-side";
import { QuietLine } from "./frame";
import { Receipt } from "./receipt";
import { Sealed } from "./sealed";
import { Close, Composer, Log, Warning } from "./talk";

const sharedPanel = late(() => import("../shared-intake-main").then(({ SharedPanel }) => SharedPanel));

export function Room({ held, desk, act }: { held: Held } & DeskProps) {
  const section = useRef<HTMLElement>(null);
  const { room, talk, unread, parting } = held;
  const nickname = talk.conversation.nickname ?? en.desk.student;
  const { whereabouts } = talk.company;
  const inRoom = (input: TalkInput) => act({ type: "room", room, input });
  const fresh = desk.fresh === room;
  useLayoutEffect(() => {
    if (!fresh) return;
    // The focus follows a new room only from the button that asked for it, never out of another conversation.
    const from = document.activeElement;
    if (from === document.body || from?.id === "give") section.current?.querySelector("textarea")?.focus();
    act({ type: "shown" });
  }, [fresh]);
  const going = talk.erasing || parting.at === "returning";

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
        <p class="whereabouts" role="status">
          {whereabouts === null ? "" : en.desk.whereabouts[whereabouts]}
        </p>
      </header>
      <Log talk={talk} name={nickname} act={inRoom} />
      {held.intake && <SharedBeside share={held.intake} room={room} />}
      <Sealed talk={talk} />
      <Warning talk={talk} act={inRoom} />
      {!going && <Composer talk={talk} act={inRoom} id={room} />}
      <div class="actions">
        {!talk.erasing && <HandOver held={held} desk={desk} act={act} />}
        {!talk.erasing && <GiveBack held={held} act={act} />}
        {parting.at !== "returning" && <Close talk={talk} act={inRoom} id={room} />}
      </div>
    </section>
  );
}

/** What the student shares of their intake. */
function SharedBeside({ share, room }: { share: string; room: string }) {
  const Panel = sharedPanel();
  return Panel && <Panel share={share} id={room} />;
}

/** The button; who could go on; who is being asked; and that they have declined. */
function HandOver({ held: { room, talk, parting }, desk, act }: { held: Held } & DeskProps) {
  const { handingTo, news } = talk.company;
  const inParting = (input: PartingInput) => act({ type: "parting", room, input });
  const asked = handingTo ?? (parting.at === "asking" ? parting.to.nickname : null);
  const declined = news.find((one) => one.about === "stays");
  const others = desk.colleagues.filter(({ nickname }) => nickname !== desk.nickname);
  const refused = parting.at === "choosing" ? parting.refused : null;
  const ask = (to: Colleague) => {
    inParting({ type: "ask", to });
    // The choice goes; the conversation goes on, and so does the focus.
    document.getElementById(`room-${room}`)?.querySelector("textarea")?.focus();
  };
  return (
    <>
      <p class="handing" role="status">
        {asked !== null ? en.desk.handOver.asking(asked) : declined ? en.desk.handOver.declined(declined.asked) : ""}
      </p>
      {asked === null && parting.at !== "returning" && (
        <Asked
          button={en.desk.handOver.button}
          question={en.desk.handOver.question}
          cost={en.desk.handOver.hint}
          id={`hand-${room}`}
          now={parting.at === "choosing" ? "asking" : "not asking"}
          ask={() => inParting({ type: "choose" })}
          dismiss={() => inParting({ type: "stay" })}
        >
          <p class="answer" role="status">
            {refused ? en.desk.handOver.refused(refused.nickname) : others.length === 0 ? en.desk.handOver.nobody : ""}
          </p>
          <div class="choices">
            {others.map((to) => (
              <button key={to.id} type="button" dir="auto" onClick={() => ask(to)}>
                {to.nickname}
              </button>
            ))}
            <button type="button" class="back" onClick={() => inParting({ type: "stay" })}>
              {en.desk.handOver.back}
            </button>
          </div>
        </Asked>
      )}
    </>
  );
}

function GiveBack({ held: { room, parting }, act }: { held: Held; act: DeskProps["act"] }) {
  const inParting = (input: PartingInput) => act({ type: "parting", room, input });
  if (parting.at === "returning") {
    return (
      <p class="erasing" role="status">
        {en.desk.giveBack.returning}
      </p>
    );
  }
  return (
    <Asked
      button={en.desk.giveBack.button}
      question={en.desk.giveBack.question}
      cost={en.desk.giveBack.hint}
      id={`back-${room}`}
      now={parting.at === "wondering" ? "asking" : "not asking"}
      ask={() => inParting({ type: "wonder" })}
      dismiss={() => inParting({ type: "stay" })}
    >
      <div class="choices">
        <button type="button" onClick={() => inParting({ type: "give_back" })}>
          {en.desk.giveBack.yes}
        </button>
        <button type="button" onClick={() => inParting({ type: "stay" })}>
          {en.desk.giveBack.no}
        </button>
      </div>
    </Asked>
  );
}

export function Ended({ past: { room, nickname: name, ended }, act }: { past: Past; act: DeskProps["act"] }) {
  const nickname = name ?? en.desk.student;
  return (
    <Over room={room} nickname={nickname} heading={en.desk.erased(nickname)} act={act}>
      <p>{en.ended.what(ended, ended ? en.ended.by.counsellor[ended.by] : "")}</p>
      <Receipt ended={ended} />
      <QuietLine moving="still" />
    </Over>
  );
}

export function GoneOn({ passed, act }: { passed: Passed; act: DeskProps["act"] }) {
  const { room, why, unsent } = passed;
  const nickname = passed.nickname ?? en.desk.student;
  return (
    <Over room={room} nickname={nickname} heading={en.desk.passed.heading(why, nickname)} act={act}>
      <p>{en.desk.passed.what(why)}</p>
      {unsent.length > 0 && (
        <div class="unsent">
          <p class="soft">{en.desk.passed.unsent}</p>
          {unsent.map((text) => (
            <p key={text} class="words" dir="auto">
              {text}
            </p>
          ))}
        </div>
      )}
    </Over>
  );
}

type OverProps = {
  room: string;
  nickname: string;
  heading: string;
  act: DeskProps["act"];
  children: ComponentChildren;
};

/** A room that is not this desk's any more, until it is put away. */
function Over({ room, nickname, heading, act, children }: OverProps) {
  const title = useRef<HTMLHeadingElement>(null);
  useLayoutEffect(() => {
    // The room that held the focus is gone; the focus stays in its place rather than falling to the page.
    if (document.activeElement === document.body) title.current?.focus();
  }, []);
  const putAway = () => {
    act({ type: "put_away", room });
    document.getElementById("give")?.focus();
  };
  return (
    <section id={`room-${room}`} class="room past" aria-label={nickname}>
      <h2 tabIndex={-1} ref={title}>
        {heading}
      </h2>
      {children}
      <button type="button" onClick={putAway}>
        {en.desk.putAway}
      </button>
    </section>
  );
}
