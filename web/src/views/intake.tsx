// The student's intake, one thing at a time: the first question, the profile, a module a screen, the plan, the return
// code. Stateless views; what is done goes out as inputs. Loaded when somebody asks for it.

import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { type Input, type Intake as State, shown } from "../intake";
import { isBusy, isUnsaved } from "../intake-asks";
import { en } from "../words/en-intake";
import { Heading, Help } from "./frame";
import { ModulePage } from "./intake-page";
import { Plan } from "./intake-plan";
import { Profile } from "./intake-profile";

export type IntakeProps = { intake: State; act: (input: Input) => void };

/** What stands around it: whether there is a conversation, and the way to it. */
export type Around = {
  readonly help: string;
  readonly where: "door" | "room";
  talk: () => void;
  leave: () => void;
  print: () => void;
  copy: (text: string) => void;
  /** What came of copying, or nothing yet. */
  readonly copied: "" | "copied" | "not copied";
  /** What is told of the conversation meanwhile. */
  readonly meanwhile: ComponentChildren;
};

export function Intake({ intake, act, around }: IntakeProps & { around: Around }) {
  const { screen } = intake;
  const top = useRef<HTMLDivElement>(null);
  const before = useRef("");
  const here = screen.at === "page" ? `page ${screen.module}` : screen.at;
  useLayoutEffect(() => {
    // A new screen is read from its heading on, wherever the last one had been scrolled to.
    if (before.current !== "") {
      scrollTo(0, 0);
      top.current?.querySelector("h1")?.focus({ preventScroll: true });
    }
    before.current = here;
  }, [here]);
  return (
    <div class="intake" ref={top}>
      <div class="meanwhile">
        {around.meanwhile}
        <button type="button" class="close" onClick={around.leave}>
          {around.where === "room" ? en.leave : en.leaveDoor}
        </button>
      </div>
      <Now intake={intake} act={act} around={around} />
      <p class="answer" role="status">
        {intake.refused ? en.refusal(intake.refused) : ""}
      </p>
      <p class="soft small saving" role="status">
        {intake.asks.troubled ? en.troubled : isUnsaved(intake.asks) ? en.saving : intake.saved ? en.saved : ""}
      </p>
    </div>
  );
}

function Now({ intake, act, around }: IntakeProps & { around: Around }) {
  const { screen } = intake;
  switch (screen.at) {
    case "opening":
      return (
        <>
          <Heading>{en.title}</Heading>
          <p role="status">{en.opening}</p>
        </>
      );
    case "danger":
      return <Danger act={act} />;
    case "help":
      return <InDanger act={act} around={around} />;
    case "profile":
      return <Profile screen={screen} intake={intake} act={act} />;
    case "page": {
      const view = shown(intake);
      return view && <ModulePage view={view} module={screen.module} act={act} />;
    }
    case "plan": {
      const view = shown(intake);
      return view && <Plan view={view} intake={intake} act={act} around={around} />;
    }
    case "return":
      return <Return screen={screen} intake={intake} act={act} />;
    case "gone":
      return (
        <>
          <Heading>{en.title}</Heading>
          <p>{en.gone}</p>
          <button type="button" class="primary wide" onClick={() => act({ type: "open", at: "start" })}>
            {en.anew}
          </button>
        </>
      );
    case "deleted":
      return (
        <>
          <Heading>{en.own.deleted}</Heading>
          <p>{en.own.deletedHint}</p>
        </>
      );
    default:
      return screen satisfies never;
  }
}

function Danger({ act }: { act: IntakeProps["act"] }) {
  return (
    <>
      <Heading>{en.danger.question}</Heading>
      <p>{en.danger.hint}</p>
      <div class="choices tall">
        <button type="button" onClick={() => act({ type: "danger", is: "yes" })}>
          {en.danger.yes}
        </button>
        <button type="button" onClick={() => act({ type: "danger", is: "no" })}>
          {en.danger.no}
        </button>
        <button type="button" class="back" onClick={() => act({ type: "danger", is: "skipped" })}>
          {en.danger.skip}
        </button>
      </div>
      <p class="small">
        <button type="button" class="plain-link" onClick={() => act({ type: "go", to: "return" })}>
          {en.return.title}
        </button>
      </p>
    </>
  );
}

function InDanger({ act, around }: { act: IntakeProps["act"]; around: Around }) {
  return (
    <>
      <Heading>{en.danger.help}</Heading>
      <div class="urgent">
        <p>{en.danger.helpHint}</p>
        <Help text={around.help} />
      </div>
      <button type="button" class="primary wide" onClick={around.talk}>
        {around.where === "room" ? en.danger.conversation : en.danger.talk}
      </button>
      <button type="button" class="wide" onClick={() => act({ type: "danger", is: "skipped" })}>
        {en.danger.continue}
      </button>
    </>
  );
}

function Return({ screen, intake, act }: IntakeProps & { screen: Extract<State["screen"], { at: "return" }> }) {
  const submitted = (event: Event) => {
    event.preventDefault();
    act({ type: "come_back" });
  };
  return (
    <>
      <Heading>{en.return.title}</Heading>
      <form class="ask-in" onSubmit={submitted}>
        <label for="code">
          {en.return.label} <span class="soft">{en.return.hint}</span>
        </label>
        <input
          id="code"
          autocomplete="off"
          autocapitalize="off"
          spellcheck={false}
          aria-describedby="code-answer"
          aria-invalid={screen.refusal !== null}
          value={screen.code}
          onInput={(event) => act({ type: "type_code", code: event.currentTarget.value })}
        />
        <button type="submit" class="primary wide">
          {en.return.go}
        </button>
        <p class="answer" id="code-answer" role="status">
          {isBusy(intake.asks, "return") ? en.opening : screen.refusal ? en.return.refusal(screen.refusal) : ""}
        </p>
      </form>
    </>
  );
}
