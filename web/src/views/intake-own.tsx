// What a student's answers are kept by and who reads them: the return code, sharing, deleting everything.
// Stateless; a code is shown once and is nowhere else afterwards.

import type { Input, Intake as State } from "../intake";
import { isBusy } from "../intake-asks";
import type { View } from "../intake-wire";
import { en } from "../words/en-intake";
import { Asked } from "./asked";
import { useArrival } from "./arrival";
import type { Around } from "./intake";

type Props = { view: View; intake: State; act: (input: Input) => void; around: Around };

export function Own(props: Props) {
  return (
    <section class="own" aria-labelledby="own">
      <h2 id="own">{en.own.title}</h2>
      <p class="small">{en.own.kept}</p>
      <Share {...props} />
      <Code {...props} />
      <Delete {...props} />
    </section>
  );
}

function Share({ view, intake, act, around }: Props) {
  if (around.where === "door") return <p class="soft small">{en.own.nobody}</p>;
  const busy = isBusy(intake.asks, "share") || isBusy(intake.asks, "stop_sharing");
  return (
    <div class="stack">
      <p class="small" role="status">
        {view.shared ? en.own.sharing : en.own.shareHint}
      </p>
      <button
        type="button"
        class={view.shared ? "" : "primary"}
        disabled={busy}
        onClick={() => act({ type: view.shared ? "stop_sharing" : "share" })}
      >
        {view.shared ? en.own.stop : en.own.share}
      </button>
    </div>
  );
}

function Code({ view, intake, act, around }: Props) {
  const { code } = intake;
  if (code !== null) return <Told code={code} act={act} around={around} />;
  return (
    <div class="stack">
      <p class="small">
        {en.own.codeHint} {view.code && en.own.codeThere}
      </p>
      <button
        type="button"
        id="make-code"
        disabled={isBusy(intake.asks, "code")}
        onClick={() => act({ type: "make_code" })}
      >
        {view.code ? en.own.codeAgain : en.own.code}
      </button>
    </div>
  );
}

/** Shown once. */
function Told({ code, act, around }: { code: string; act: Props["act"]; around: Around }) {
  const here = useArrival<HTMLDivElement>("p", "make-code");
  return (
    <div class="older return-code" ref={here}>
      <p tabIndex={-1}>{en.own.shown}</p>
      <p class="code">{code}</p>
      <div class="choices">
        <button type="button" onClick={() => around.copy(code)}>
          {en.own.copy}
        </button>
        <button type="button" onClick={around.print}>
          {en.own.print}
        </button>
        <button type="button" class="back" onClick={() => act({ type: "code_noted" })}>
          {en.own.noted}
        </button>
      </div>
      <p class="small" role="status">
        {around.copied === "copied" ? en.own.copied : around.copied === "not copied" ? en.own.notCopied : ""}
      </p>
    </div>
  );
}

function Delete({ intake, act }: Props) {
  if (isBusy(intake.asks, "delete")) return <p role="status">{en.opening}</p>;
  return (
    <Asked
      button={en.own.delete}
      question={en.own.deleteQuestion}
      cost={en.own.deleteCost}
      id="delete"
      now={intake.deleting === "asked" ? "asking" : "not asking"}
      ask={() => act({ type: "deleting", is: "asked" })}
      dismiss={() => act({ type: "deleting", is: "no" })}
    >
      <div class="choices">
        <button type="button" class="erase" onClick={() => act({ type: "delete" })}>
          {en.own.deleteYes}
        </button>
        <button type="button" onClick={() => act({ type: "deleting", is: "no" })}>
          {en.own.deleteNo}
        </button>
      </div>
    </Asked>
  );
}
