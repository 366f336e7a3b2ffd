// One module of an intake with its questions, and the table of contents that leads to all others.
// Stateless; which screens there are is in intake-pages.ts.

import type { Input } from "../intake";
import { answeredOn, beside, pageOf, pages } from "../intake-pages";
import type { Answer, Decision, View } from "../intake-wire";
import { en } from "../words/en-intake";
import { Choice } from "./choice";
import { Heading } from "./frame";

const ANSWERS = Object.entries(en.answers) as [Answer, string][];
const DECISIONS = Object.entries(en.decisions) as [Decision, string][];

type Props = { view: View; act: (input: Input) => void };

export function ModulePage({ view, module: path, act }: Props & { module: string }) {
  const all = pages(view);
  const page = pageOf(all, path);
  if (page === null) return null;
  const { module, items } = page;
  return (
    <>
      <Contents view={view} now={module.path} act={act} />
      <Newer view={view} act={act} />
      <Heading>
        <span class="number">{module.number}</span> <span dir="auto">{module.title}</span>
      </Heading>
      {module.description && <p>{module.description}</p>}
      {module.asks && (
        <Choice
          legend={module.asks}
          name={`decision-${module.path}`}
          options={DECISIONS}
          value={module.decision ?? undefined}
          choose={(decision) => act({ type: "decide", path: module.path, decision })}
        />
      )}
      {items.map((item) => (
        <Choice
          key={item.path}
          legend={item.statement ?? item.title}
          name={`answer-${item.path}`}
          options={ANSWERS}
          value={item.answer ?? undefined}
          choose={(answer) => act({ type: "answer", path: item.path, answer })}
        />
      ))}
      <div class="ways">
        <button type="button" onClick={() => act({ type: "back" })}>
          {en.back}
        </button>
        <button type="button" class="primary" onClick={() => act({ type: "next" })}>
          {beside(all, page, 1) ? en.next : en.go}
        </button>
      </div>
    </>
  );
}

export function Contents({ view, now, act }: Props & { now: string | "plan" }) {
  const link = (key: string, words: string, to: Extract<Input, { type: "go" }>["to"], depth: number, more = "") => (
    <li key={key} class={`deep-${Math.min(depth, 4)}`}>
      <button
        type="button"
        class="plain-link"
        aria-current={key === now ? "step" : undefined}
        onClick={(event) => {
          // The choice closes the list, also when it leads to where one stands.
          event.currentTarget.closest("details")?.removeAttribute("open");
          event.currentTarget.closest(".intake")?.querySelector("h1")?.focus();
          act({ type: "go", to });
        }}
      >
        <span dir="auto">{words}</span> {more && <span class="soft small">{more}</span>}
      </button>
    </li>
  );
  return (
    <div class="contents">
      <progress max={100} value={view.progress} aria-label={en.progress(view.progress)} />
      <details>
        <summary>
          {en.contents} <span class="soft small">{en.progress(view.progress)}</span>
        </summary>
        <nav aria-label={en.contents}>
          <ol>
            {view.questions.length > 0 && link("profile", en.first, "profile", 1)}
            {pages(view).map((page) => {
              const { module, items } = page;
              const count = items.length > 0 ? en.answered(answeredOn(page), items.length) : "";
              return link(module.path, `${module.number} ${module.title}`, { page: module.path }, module.depth, count);
            })}
            {link("plan", en.plan.title, "plan", 1)}
          </ol>
        </nav>
      </details>
      <p class="small">
        <button type="button" class="plain-link" onClick={() => act({ type: "go", to: "danger" })}>
          {en.danger.question}
        </button>
      </p>
    </div>
  );
}

/** The operator has changed what is asked, and something would go with it: nothing changes before the student says so. */
function Newer({ view, act }: Props) {
  if (view.newer === null) return null;
  return (
    <div class="older">
      <p>{en.newer(view.newer)}</p>
      <button type="button" onClick={() => act({ type: "renew" })}>
        {en.renew}
      </button>
    </div>
  );
}
