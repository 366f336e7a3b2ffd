// What a student has shared, beside the conversation: what weighs on them first, then all answers, to read. A counsellor
// adds steps to concerns and nothing else. Stateless.

import { concerns, type Concern } from "../intake-pages";
import type { Node, View } from "../intake-wire";
import type { Shared, SharedInput } from "../shared-intake";
import { en } from "../words/en-intake";
import { Steps } from "./intake-plan";

type Props = { shared: Shared; act: (input: SharedInput) => void; id: string };

export function SharedIntake({ shared, act, id }: Props) {
  const { view } = shared;
  return (
    <details class="shared" open>
      <summary id={`shared-${id}`}>{en.shared.title}</summary>
      <section aria-labelledby={`shared-${id}`}>
        <p class="soft small" role="status">
          {shared.at === "gone" ? en.shared.gone : shared.asks.troubled ? en.shared.unreachable : ""}
        </p>
        {view && <Answers view={view} shared={shared} act={act} id={id} />}
        {shared.at !== "gone" && (
          <button type="button" class="close" onClick={() => act({ type: "look" })}>
            {en.shared.again}
          </button>
        )}
      </section>
    </details>
  );
}

function Answers({ view, shared, act, id }: Props & { view: View }) {
  const all = concerns(view);
  return (
    <>
      <p class="soft small">{en.shared.hint}</p>
      <h3>{en.shared.concerns}</h3>
      {all.length === 0 && <p>{en.shared.none}</p>}
      <ul class="concerns">
        {all.map((concern) => (
          <li key={concern.node.path}>
            <Weight concern={concern} />
            <Steps
              concern={concern}
              draft={shared.step}
              mine="counsellor"
              beside={id}
              begin={() => act({ type: "begin_step", path: concern.node.path })}
              write={(draft) => act({ type: "write_step", draft })}
              keep={() => act({ type: "keep_step" })}
              drop={(step) => act({ type: "drop_step", id: step })}
            />
          </li>
        ))}
      </ul>
      <details>
        <summary>
          {en.shared.all} <span class="soft small">{en.progress(view.progress)}</span>
        </summary>
        <ol class="tree">
          {view.nodes
            .filter(({ hidden }) => !hidden)
            .map((node) => (
              <li key={node.path} class={`deep-${Math.min(node.depth, 4)}`}>
                <span class="number">{node.number}</span> <span dir="auto">{node.statement ?? node.title}</span>{" "}
                <strong>{said(node)}</strong>
              </li>
            ))}
        </ol>
      </details>
    </>
  );
}

function Weight({ concern: { node, within } }: { concern: Concern }) {
  return (
    <>
      <p>
        <strong>{node.statement ?? node.title}</strong>
      </p>
      <p class="soft small" dir="auto">
        {within}
        {node.priority && ` · ${en.plan.levels[node.priority.level]}`}
      </p>
    </>
  );
}

function said(node: Node): string {
  if (node.kind === "item") return node.answer ? en.answers[node.answer] : en.shared.open;
  return node.asks !== null && node.decision !== "yes" ? en.shared.skipped : "";
}
