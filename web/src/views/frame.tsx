// What stands around every student screen, always at the same place: the way out at the top, other help at the bottom.
// Knows nothing of the screen in between.

import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { en } from "../words/en";

export type FrameProps = {
  /** Which screen this is: it styles the page, and a change of it moves the focus to the heading. */
  at: string;
  help: string;
  exitTo: string;
  presses: number;
  /** The other help is what this screen has to offer. */
  tone: "ordinary" | "other help";
  exit: () => void;
  children: ComponentChildren;
};

export function Frame({ at, help, exitTo, presses, tone, exit, children }: FrameProps) {
  const main = useRef<HTMLElement>(null);
  const before = useRef<string | null>(null);
  useLayoutEffect(() => {
    // A change of screen takes the focus to its heading, so that a screen reader starts where the eyes do. After a load
    // or a reload the focus stays at the top, where the first stop is the way out.
    if (before.current !== null && before.current !== "returning") main.current?.querySelector("h1")?.focus();
    before.current = at;
  }, [at]);
  const left = (event: Event) => {
    event.preventDefault();
    exit();
  };
  return (
    <div class={tone === "other help" ? `page ${at} elsewhere` : `page ${at}`}>
      <header class="top">
        <a class="first-link" href={exitTo} onClick={left}>
          {en.leave}
        </a>
        <p class="brand">{en.name}</p>
        <button type="button" class="exit" onClick={exit}>
          {en.leave}
        </button>
        <p class="presses" role="status">
          {presses > 0 && (
            <>
              <span class="unseen">{en.leaving(presses)}</span>
              {[1, 2, 3].map((press) => (
                <i key={press} class={press <= presses ? "done" : ""} />
              ))}
            </>
          )}
        </p>
      </header>
      <main ref={main}>{children}</main>
      <footer class="help">
        <Help text={help} />
        <p>
          <a href="/privacy" target="_blank" rel="noreferrer">
            {en.privacy}
          </a>
        </p>
      </footer>
    </div>
  );
}

export function Heading({ children }: { children: ComponentChildren }) {
  return <h1 tabIndex={-1}>{children}</h1>;
}

/** The quiet line: it rises and falls while one waits, and lies still at the end. */
export function QuietLine({ moving }: { moving: "breathing" | "still" }) {
  return (
    <svg class={`quiet-line ${moving}`} viewBox="0 0 336 72" preserveAspectRatio="none" aria-hidden="true">
      {moving === "still" ? (
        <path d="M0 36 H336" />
      ) : (
        <path d="M0 36 C 70 36, 90 36, 118 24 S 168 8, 196 24 S 250 36, 336 36" />
      )}
    </svg>
  );
}

/** The house's own text, line by line; telephone numbers and addresses in it can be pressed. */
export function Help({ text }: { text: string }) {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  return (
    <>
      {lines.map((line) => (
        <p key={line}>
          {line.split(/(https:\/\/[^\s]*[^\s.,;)]|(?<![\w:./-])\+?\d[\d ]+\d(?![\w:/-]|\.\d))/).map(pressable)}
        </p>
      ))}
    </>
  );
}

function pressable(part: string, index: number) {
  if (index % 2 === 0) return part;
  if (part.startsWith("https:")) {
    return (
      <a key={part} href={part} target="_blank" rel="noreferrer">
        {part.slice("https://".length)}
      </a>
    );
  }
  return (
    <a key={part} href={`tel:${part.replaceAll(" ", "")}`}>
      {part}
    </a>
  );
}
