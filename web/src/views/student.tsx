// The screens a student sees: door, room (waiting in it included) and the end. One thing to do on each.
// Stateless views of `State`; what is done goes out as inputs.

import type { ComponentType } from "preact";
import type { Beside } from "../intake-main";
import { theirs } from "../conversation";
import type { Input, Screen, State } from "../state";
import type { Talk, TalkInput } from "../talk";
import { en } from "../words/en";
import { wait } from "../words/en-wait";
import { Company, OlderLines } from "./company";
import { Frame, Heading, QuietLine } from "./frame";
import { Receipt } from "./receipt";
import { Sealed } from "./sealed";
import { Close, Composer, Log, Warning } from "./talk";

export type StudentProps = {
  state: State;
  act: (input: Input) => void;
  help: string;
  exitTo: string;
  presses: number;
  intake: IntakeDoor;
};

/** The way into the intake, and the intake itself while it is open. */
export type IntakeDoor = {
  open: (at: "start" | "return") => void;
  close: () => void;
  /** `View` is null while it is being loaded; `since` is how many lines of the counsellor's had come before. */
  now: { View: ComponentType<{ beside: Beside }> | null; since: number } | null;
};

type On<At extends Screen["at"]> = { screen: Extract<Screen, { at: At }>; state: State; act: StudentProps["act"] };
type Opens = { intake: IntakeDoor };

export function Student({ state, act, help, exitTo, presses, intake }: StudentProps) {
  const { screen } = state;
  if (screen.at === "left") return null;
  const alone =
    screen.at === "door" ? screen.answer === "nobody" : screen.at === "room" && screen.place?.attended === false;
  const tone = alone ? "other help" : "ordinary";
  const exit = () => act({ type: "exit" });
  const beside = (screen.at === "door" || screen.at === "room") && intake.now !== null;
  return (
    <Frame at={beside ? "intake" : screen.at} help={help} exitTo={exitTo} presses={presses} tone={tone} exit={exit}>
      <p class="trouble outdated" role="status">
        {state.outdated ? en.outdated(state.forgetful ? "is lost" : "comes back") : ""}
      </p>
      {screen.at === "returning" && <Returning state={state} />}
      {beside && <BesideTalk state={state} act={act} help={help} intake={intake} />}
      {screen.at === "door" && !beside && <Door screen={screen} state={state} act={act} intake={intake} />}
      {screen.at === "room" && !beside && <Room screen={screen} state={state} act={act} intake={intake} />}
      {screen.at === "ended" && <End screen={screen} state={state} act={act} />}
    </Frame>
  );
}

function Returning({ state }: { state: State }) {
  return (
    <>
      <Heading>{en.returning.title}</Heading>
      <p role="status">{state.connection.troubled ? en.door.available(null, true) : en.returning.hint}</p>
    </>
  );
}

/** The intake takes the place of the conversation, and says meanwhile what happens there. */
function BesideTalk({ state, act, help, intake }: Pick<StudentProps, "state" | "act" | "help" | "intake">) {
  const { screen } = state;
  const { now } = intake;
  if (now === null || (screen.at !== "door" && screen.at !== "room")) return null;
  if (now.View === null) return <Heading>{en.intake.open}</Heading>;
  const talk = () => {
    intake.close();
    if (screen.at === "door") act({ type: "talk" });
  };
  const meanwhile = screen.at === "room" && <Meanwhile screen={screen} since={now.since} act={act} state={state} />;
  return <now.View beside={{ help, where: screen.at, talk, leave: intake.close, meanwhile }} />;
}

function Meanwhile({ screen, since, act, state }: On<"room"> & { since: number }) {
  const { talk, place } = screen;
  const { counsellor } = talk.conversation;
  const waits = counsellor === null;
  const unread = theirs(talk.conversation, "student") - since;
  return (
    <>
      <p class="news" role="status">
        {state.connection.troubled
          ? en.talk.troubled[state.connection.cause]
          : waits
            ? heading(place ?? { ahead: null, attended: true })
            : here(talk)}{" "}
        {unread > 0 && <strong>{en.desk.unread(unread)}</strong>}
      </p>
      <Warning talk={talk} act={(input) => act({ type: "room", input })} />
    </>
  );
}

function Door({ screen, state, act, intake }: On<"door"> & Opens) {
  const { available, answer, joining } = screen;
  const free = available !== null && available > 0;
  const submitted = (event: Event) => {
    event.preventDefault();
    act({ type: "talk" });
  };
  return (
    <>
      <Heading>{en.door.title(available)}</Heading>
      <p class={free ? "free" : "free none"} role="status">
        {en.door.available(available, state.connection.troubled)}
      </p>
      <p>{available === 0 ? en.door.away : en.door.welcome}</p>
      <form class="ask-in" onSubmit={submitted}>
        <label for="nickname">
          {en.door.nickname} <span class="soft">{en.door.nicknameHint}</span>
        </label>
        <input
          id="nickname"
          maxLength={50}
          dir="auto"
          autocomplete="off"
          autocapitalize="off"
          spellcheck={false}
          aria-describedby="answer"
          aria-invalid={answer === "nickname" || answer === "nickname_taken"}
          value={screen.nickname}
          onInput={(event) => act({ type: "named", nickname: event.currentTarget.value })}
        />
        <button type="submit" class="primary wide">
          {en.door.talk}
        </button>
        <p class="answer" id="answer" role="status">
          {state.sealing === "unable"
            ? en.door.answers.insecure
            : answer
              ? en.door.answers[answer]
              : joining
                ? en.door.joining
                : ""}
        </p>
      </form>
      <div class="choices">
        <button type="button" class="back" onClick={() => intake.open("start")}>
          {en.intake.first}
        </button>
        <button type="button" class="back" onClick={() => intake.open("return")}>
          {en.intake.code}
        </button>
      </div>
      <div class="soft small">
        <p>{en.door.kept}</p>
        <p>{en.door.exit}</p>
      </div>
    </>
  );
}

/** With nobody available, being next would promise what nobody can keep. */
function heading({ ahead, attended }: { ahead: number | null; attended: boolean }): string {
  return ahead === null || !attended ? en.room.waiting : en.room.ahead(ahead);
}

function Room({ screen, state, act, intake }: On<"room"> & Opens) {
  const { talk } = screen;
  const place =
    talk.conversation.counsellor === null ? (screen.place ?? { ahead: null, attended: true, wait: null }) : null;
  const inRoom = (input: TalkInput) => act({ type: "room", input });
  const again = talk.conversation.notices.some(({ notice }) => notice === "back_to_queue");
  const troubled = state.connection.troubled && !talk.erasing;
  const name = talk.conversation.counsellor ?? en.room.somebody;
  // Another tab may close the chat; then nothing of it may be left standing here.
  if (screen.superseded) return <Elsewhere act={act} />;
  return (
    <>
      <div class={place ? "place" : "place here"} role={place ? "status" : undefined}>
        <Heading>{place ? heading(place) : troubled ? name : here(talk)}</Heading>
        {place && <p>{!place.attended ? en.room.unattended : again ? en.room.again : en.room.attended}</p>}
      </div>
      {place?.attended && place.ahead !== null && (
        <p class="wait" role="status">
          {wait.student(place.wait)}
        </p>
      )}
      {place && (
        <figure class="breath">
          <QuietLine moving="breathing" />
          <figcaption class="soft small">{en.room.breathe}</figcaption>
        </figure>
      )}
      <Log talk={talk} name={name} act={inRoom} />
      <p class="trouble" role="status">
        {troubled ? en.talk.troubled[state.connection.cause] : state.forgetful ? en.room.forgetful : ""}
      </p>
      {/* Without a connection nothing of this is known to be so. */}
      {!troubled && <Company talk={talk} name={name} />}
      <OlderLines talk={talk} act={inRoom} name={name} />
      <Sealed talk={talk} />
      <Warning talk={talk} act={inRoom} />
      {!talk.erasing && <Composer talk={talk} act={inRoom} id="mine" />}
      <div class="leave">
        <p class="soft small">{en.room.keep}</p>
        {!talk.erasing && (
          <button type="button" class="close" onClick={() => intake.open("start")}>
            {en.intake.open}
          </button>
        )}
        <Close talk={talk} act={inRoom} id="mine" />
      </div>
    </>
  );
}

/** The conversation goes on in another tab (U10). */
function Elsewhere({ act }: { act: StudentProps["act"] }) {
  return (
    <>
      <Heading>{en.room.superseded}</Heading>
      <div class="aside">
        <button type="button" class="primary" onClick={() => act({ type: "continue_here" })}>
          {en.room.continueHere}
        </button>
      </div>
    </>
  );
}

/** Nobody is said to be here who is not. */
function here({ conversation: { counsellor }, company: { whereabouts } }: Talk): string {
  const away = whereabouts !== null && whereabouts !== "here";
  return away ? (counsellor ?? en.room.somebody) : en.room.here(counsellor);
}

function End({ screen, act }: On<"ended">) {
  const { ended } = screen;
  return (
    <>
      <Heading>{en.ended.title}</Heading>
      <p>{en.ended.what(ended, ended ? en.ended.by.student[ended.by] : "")}</p>
      <Receipt ended={ended} />
      {ended?.kept?.includes("intake") && <p>{en.ended.kept}</p>}
      <QuietLine moving="still" />
      <p>{en.ended.again}</p>
      <button type="button" class="wide" onClick={() => act({ type: "talk" })}>
        {en.door.talk}
      </button>
    </>
  );
}
