// A button, and in its place the question that it leads to. Not a modal dialog: nothing may cover the way out.
// Stateless: whether it is being asked comes from outside. It only moves the focus along, and knows no question.

import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";

export type AskedProps = {
  button: string;
  question: string;
  /** What follows from it; what tells it apart from the questions of other rooms. */
  cost: string;
  id: string;
  now: "asking" | "not asking";
  ask: () => void;
  dismiss: () => void;
  /** The choices. */
  children: ComponentChildren;
};

export function Asked({ button, question, cost, id, now, ask, dismiss, children }: AskedProps) {
  const opener = useRef<HTMLButtonElement>(null);
  const panel = useRef<HTMLDivElement>(null);
  const before = useRef(now);
  useLayoutEffect(() => {
    if (before.current === now) return;
    before.current = now;
    (now === "asking" ? panel : opener).current?.focus();
  }, [now]);

  if (now === "not asking") {
    return (
      <button type="button" class="close" ref={opener} onClick={ask}>
        {button}
      </button>
    );
  }
  return (
    <div
      class="question"
      role="alertdialog"
      aria-labelledby={`ask-${id}`}
      aria-describedby={`cost-${id}`}
      tabIndex={-1}
      ref={panel}
      onKeyDown={(event) => event.key === "Escape" && dismiss()}
    >
      <p class="ask" id={`ask-${id}`}>
        {question}
      </p>
      <p id={`cost-${id}`}>{cost}</p>
      {children}
    </div>
  );
}
