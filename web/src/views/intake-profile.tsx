// The questions from which an intake grows: yes or no, and lists of names. What would go with a change is said before.
// Stateless; names that are being typed are in the state, so that nothing is lost on the way.

import type { Intake as State } from "../intake";
import { isBusy } from "../intake-asks";
import type { Entry, Question } from "../intake-wire";
import { en } from "../words/en-intake";
import { useRows } from "./arrival";
import { Choice } from "./choice";
import { Heading } from "./frame";
import type { IntakeProps } from "./intake";

type Screen = Extract<State["screen"], { at: "profile" }>;

export function Profile({ screen, intake, act }: IntakeProps & { screen: Screen }) {
  const questions = intake.outline?.questions ?? [];
  const submitted = (event: Event) => {
    event.preventDefault();
    act({ type: "continue" });
  };
  const { refusal, agree } = screen;
  const busy = isBusy(intake.asks, "profile") || isBusy(intake.asks, "outline");
  return (
    <>
      <Heading>{en.profile.title}</Heading>
      <p>{en.profile.hint}</p>
      <form class="stack" onSubmit={submitted}>
        {questions.map((question) =>
          question.kind === "optional" ? (
            <Choice
              key={question.id}
              legend={question.question}
              name={question.id}
              hint={question.description}
              options={[
                [true, en.answers.yes],
                [false, en.answers.no],
                [null, en.profile.later],
              ]}
              value={screen.drafts[question.id] ?? null}
              choose={(given) => act({ type: "draft", question: question.id, given: given as boolean | null })}
            />
          ) : (
            <Names key={question.id} question={question} names={named(screen.drafts[question.id])} act={act} />
          ),
        )}
        <div role="status" class="stack">
          {busy && <p>{en.opening}</p>}
          {agree !== null && !busy && <p class="answer">{en.profile.go(agree)}</p>}
          {refusal && refusal.reason !== "answers_go" && !busy && <p class="answer">{en.refusal(refusal)}</p>}
        </div>
        <div class="ways">
          {agree !== null && (
            <button type="button" onClick={() => act({ type: "disagree" })}>
              {en.profile.disagree}
            </button>
          )}
          <button type="submit" class="primary">
            {agree === null ? en.go : en.profile.agree}
          </button>
        </div>
      </form>
    </>
  );
}

function named(given: unknown): readonly Entry[] {
  return Array.isArray(given) && given.length > 0 ? given : [{ name: "" }];
}

/** A list of names. An empty one is no name, and goes by itself. */
function Names({ question, names, act }: { question: Question; names: readonly Entry[]; act: IntakeProps["act"] }) {
  const { here, moves } = useRows<HTMLFieldSetElement>(names.length);
  const put = (given: readonly Entry[]) => act({ type: "draft", question: question.id, given });
  const changed = (at: number, name: string) => put(names.map((one, nth) => (nth === at ? { ...one, name } : one)));
  const up = (at: number) => {
    const [one, other] = [names[at - 1], names[at]];
    if (!one || !other) return;
    moves(at - 1);
    put([...names.slice(0, at - 1), other, one, ...names.slice(at + 1)]);
  };
  const spoken = ({ name }: Entry) => (name.trim() === "" ? en.profile.nameless : name);
  return (
    <fieldset class="names" ref={here}>
      <legend>
        {question.question} {question.description && <span class="soft">{question.description}</span>}
      </legend>
      <ol>
        {names.map((one, nth) => (
          <li key={nth}>
            <input
              aria-label={en.profile.name(nth + 1)}
              maxLength={100}
              dir="auto"
              autocomplete="off"
              value={one.name}
              onInput={(event) => changed(nth, event.currentTarget.value)}
            />
            {nth > 0 && (
              <button type="button" class="tool up" aria-label={en.profile.up(spoken(one))} onClick={() => up(nth)}>
                ↑
              </button>
            )}
            {names.length > 1 && (
              <button
                type="button"
                class="tool"
                aria-label={en.profile.remove(spoken(one))}
                onClick={() => put(names.filter((other) => other !== one))}
              >
                ×
              </button>
            )}
          </li>
        ))}
      </ol>
      <button type="button" class="close" onClick={() => put([...names, { name: "" }])}>
        {en.profile.add}
      </button>
    </fieldset>
  );
}
