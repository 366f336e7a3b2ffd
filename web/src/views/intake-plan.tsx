// What weighs on somebody, how much, and what is to be done about it; and what their answers are kept by.
// Stateless. The same concerns are shown to a counsellor by shared-intake.tsx, which may write steps alone.

import type { Input, Intake as State, StepDraft } from "../intake";
import { type Concern, concerns, levelOf } from "../intake-pages";
import type { Level, Step, View, Weight, Words } from "../intake-wire";
import { en } from "../words/en-intake";
import { Choice } from "./choice";
import { Heading } from "./frame";
import type { Around } from "./intake";
import { useArrival } from "./arrival";
import { Own } from "./intake-own";
import { Contents } from "./intake-page";

type Act = (input: Input) => void;
type Props = { view: View; intake: State; act: Act; around: Around };

const LEVELS = Object.entries(en.plan.levels) as [Level, string][];

export function Plan({ view, intake, act, around }: Props) {
  const all = concerns(view);
  return (
    <>
      <Contents view={view} now="plan" act={act} />
      <Heading>{en.plan.title}</Heading>
      {all.length === 0 && <p>{en.plan.none}</p>}
      <ul class="concerns">
        {all.map((concern) => (
          <li key={concern.node.path}>
            <h2>{concern.node.statement ?? concern.node.title}</h2>
            <p class="soft small" dir="auto">
              {concern.within}
            </p>
            <Weighing concern={concern} act={act} />
            <Steps
              concern={concern}
              draft={intake.step}
              mine="student"
              beside="mine"
              begin={() => act({ type: "begin_step", path: concern.node.path })}
              write={(draft) => act({ type: "write_step", draft })}
              keep={() => act({ type: "keep_step" })}
              drop={(id) => act({ type: "drop_step", id })}
            />
          </li>
        ))}
      </ul>
      <div class="ways">
        <button type="button" onClick={() => act({ type: "back" })}>
          {en.back}
        </button>
      </div>
      <Own view={view} intake={intake} act={act} around={around} />
    </>
  );
}

function Weighing({ concern: { node }, act }: { concern: Concern; act: Act }) {
  if (node.priority?.why === "fixed") {
    return (
      <p>
        {en.plan.levels[node.priority.level]}. {en.plan.fixed}
      </p>
    );
  }
  const weigh = (weight: Weight) => act({ type: "weigh", path: node.path, weight });
  return (
    <>
      <Choice
        legend={en.plan.level}
        name={`level-${node.path}`}
        options={LEVELS}
        value={levelOf(node) ?? undefined}
        choose={(chosen) => weigh({ chosen })}
      />
      <details class="weigh">
        <summary>{en.plan.weigh}</summary>
        <Calculated node={node} weigh={weigh} />
      </details>
    </>
  );
}

/** Three questions of three answers each, from which the rule makes one level (Q8). */
function Calculated({ node, weigh }: { node: Concern["node"]; weigh: (weight: Weight) => void }) {
  const { weight } = node;
  const now = weight && "burden" in weight ? weight : ({ likelihood: 3, frequency: 4, burden: 5 } as const);
  const asked = weight !== null && "burden" in weight;
  const three = <T,>([first, second, third]: readonly [T, T, T], [, low, middle, high]: readonly string[]) =>
    [
      [first, low ?? ""],
      [second, middle ?? ""],
      [third, high ?? ""],
    ] as const;
  return (
    <>
      <Choice
        legend={en.plan.likelihood[0] ?? ""}
        name={`likelihood-${node.path}`}
        options={three([1, 3, 5] as const, en.plan.likelihood)}
        value={asked ? now.likelihood : undefined}
        choose={(likelihood) => weigh({ ...now, likelihood })}
      />
      <Choice
        legend={en.plan.frequency[0] ?? ""}
        name={`frequency-${node.path}`}
        options={three([1, 4, 7] as const, en.plan.frequency)}
        value={asked ? now.frequency : undefined}
        choose={(frequency) => weigh({ ...now, frequency })}
      />
      <Choice
        legend={en.plan.burden[0] ?? ""}
        name={`burden-${node.path}`}
        options={three([1, 5, 10] as const, en.plan.burden)}
        value={asked ? now.burden : undefined}
        choose={(burden) => weigh({ ...now, burden })}
      />
    </>
  );
}

export type StepsProps = {
  concern: Concern;
  draft: StepDraft | null;
  mine: Step["from"];
  /** Tells the same concern of two students apart, where both are on one page. */
  beside: string;
  begin: () => void;
  write: (draft: StepDraft | null) => void;
  keep: () => void;
  drop: (id: string) => void;
};

export function Steps({ concern: { node, steps }, draft, mine, beside, begin, write, keep, drop }: StepsProps) {
  const after = `add-${beside}-${node.path}`;
  const from = mine === "student" ? en.plan.from : en.shared.from;
  return (
    <div class="steps">
      {steps.length > 0 && <h3>{en.plan.steps}</h3>}
      <ul>
        {steps.map((one) =>
          draft?.id === one.id ? (
            <li key={one.id}>
              <Form draft={draft} after={after} write={write} keep={keep} />
            </li>
          ) : (
            <li key={one.id}>
              <p dir="auto">
                <strong>{one.what}</strong>
                {one.by_when && ` · ${one.by_when}`}
                {one.who && ` · ${one.who}`}
              </p>
              {from[one.from] && <p class="soft small">{from[one.from]}</p>}
              <div class="choices">
                <button
                  type="button"
                  class="back"
                  aria-label={en.plan.change + en.plan.about(one.what)}
                  onClick={() => write({ path: node.path, id: one.id, is: "kept", words: one })}
                >
                  {en.plan.change}
                </button>
                <button
                  type="button"
                  class="back"
                  aria-label={en.plan.drop + en.plan.about(one.what)}
                  onClick={() => drop(one.id)}
                >
                  {en.plan.drop}
                </button>
              </div>
            </li>
          ),
        )}
      </ul>
      {draft?.path === node.path && draft.is === "new" ? (
        <Form draft={draft} after={after} write={write} keep={keep} />
      ) : (
        <button
          type="button"
          class="close"
          id={after}
          aria-label={en.plan.add + en.plan.about(node.title)}
          onClick={begin}
        >
          {en.plan.add}
        </button>
      )}
    </div>
  );
}

type FormProps = Pick<StepsProps, "write" | "keep"> & { draft: StepDraft; after: string };

/** `after` is the id of what has the focus when the step is written. */
function Form({ draft, after, write, keep }: FormProps) {
  const { words } = draft;
  const here = useArrival<HTMLFormElement>("input", after);
  const field = (name: keyof Words, label: string, hint = "") => (
    <label>
      <span>
        {label} {hint && <span class="soft">{hint}</span>}
      </span>
      <input
        maxLength={500}
        dir="auto"
        autocomplete="off"
        required={name === "what"}
        value={words[name]}
        onInput={(event) => write({ ...draft, words: { ...words, [name]: event.currentTarget.value } })}
      />
    </label>
  );
  return (
    <form
      class="step"
      ref={here}
      onSubmit={(event) => {
        event.preventDefault();
        keep();
      }}
    >
      {field("what", en.plan.what)}
      {field("by_when", en.plan.byWhen, en.plan.optional)}
      {field("who", en.plan.who, en.plan.optional)}
      <div class="choices">
        <button type="submit">{en.plan.keep}</button>
        <button type="button" class="back" onClick={() => write(null)}>
          {en.plan.dismiss}
        </button>
      </div>
    </form>
  );
}
