// What a room consists of on either page: the log, the box, the warning, the closing question.
// Stateless: what is shown comes from a Talk, what is done goes out as its inputs. The only thing read from the page
// itself is how far the log is scrolled, which belongs to the reader.

import { useLayoutEffect, useRef } from "preact/hooks";
import { type Item, items } from "../conversation";
import type { Talk, TalkInput } from "../talk";
import { en } from "../words/en";
import { Asked } from "./asked";

export type TalkProps = { talk: Talk; act: (input: TalkInput) => void };

/** `name` is the other side's. */
export function Log({ talk, name, act }: TalkProps & { name: string }) {
  const log = useRef<HTMLDivElement>(null);
  const more = useRef<HTMLButtonElement>(null);
  const follows = useRef(true);
  const measured = useRef("");
  const end = useRef<HTMLDivElement>(null);
  // A log below the fold is at its end and seen by nobody. Where it cannot be known, being at the end has to do.
  const inSight = useRef(typeof IntersectionObserver === "undefined");
  const told = useRef(talk.shown.reading);
  told.current = talk.shown.reading;
  const list = items(talk.conversation, talk.mine);
  const last = list.at(-1);

  useLayoutEffect(() => {
    // Someone who reads further up is not pulled down, except by what they have written themselves.
    if (follows.current || (last?.kind === "said" && last.mark === "sending")) toEnd(log.current);
    else if (more.current && last?.kind === "said") more.current.hidden = false;
  }, [last?.key, list.length]);

  const tellReading = () => {
    const reading = follows.current && inSight.current ? "end" : "further_up";
    if (reading !== told.current) act({ type: "reading", at: reading });
  };
  const scrolled = () => {
    // A log that has grown, or got less room, has scrolled by itself: whoever read its end goes on doing so.
    const size = `${log.current?.scrollHeight} ${log.current?.clientHeight}`;
    const isOwn = size === measured.current;
    measured.current = size;
    if (!isOwn && follows.current) toEnd(log.current);
    follows.current = atEnd(log.current);
    tellReading();
    if (follows.current && more.current) more.current.hidden = true;
  };
  useLayoutEffect(() => {
    if (!end.current || typeof IntersectionObserver === "undefined") return;
    const watch = new IntersectionObserver((looks) => {
      inSight.current = looks.at(-1)?.isIntersecting ?? false;
      tellReading();
    });
    watch.observe(end.current);
    return () => watch.disconnect();
  }, []);
  // A log that is drawn anew stands at its end, and says so.
  useLayoutEffect(scrolled, []);
  useLayoutEffect(() => {
    // The room gets smaller when a keyboard or a warning appears; the newest line stays in sight.
    if (!log.current || typeof ResizeObserver === "undefined") return;
    const watch = new ResizeObserver(() => follows.current && toEnd(log.current));
    watch.observe(log.current);
    if (log.current.firstElementChild) watch.observe(log.current.firstElementChild);
    return () => watch.disconnect();
  }, []);

  return (
    <div class="log-frame">
      <div
        class="log"
        role="log"
        aria-live="polite"
        aria-label={en.talk.conversation}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a log that scrolls must be scrollable by keyboard
        tabIndex={0}
        ref={log}
        onScroll={scrolled}
      >
        <div class="lines">
          {list.map((item) => (
            <One key={item.key} item={item} talk={talk} name={name} />
          ))}
        </div>
        <div class="end" aria-hidden="true" ref={end} />
      </div>
      <button type="button" class="more" hidden ref={more} onClick={() => toEnd(log.current)}>
        {en.talk.more}
      </button>
      <p class="typing" role="status">
        {talk.typing ? en.talk.typing(name) : ""}
      </p>
    </div>
  );
}

function One({ item, talk, name }: { item: Item; talk: Talk; name: string }) {
  if (item.kind === "older") return <p class="notice">{en.talk.older}</p>;
  if (item.kind === "notice") return <p class="notice">{en.talk.notices[talk.mine][item.notice](item.counsellor)}</p>;
  return (
    <div class={`said ${item.voice}`}>
      <span class={item.voice === "earlier" ? "mark" : "unseen"}>{speaker(item, name)}</span>
      {item.body.kind === "text" ? (
        <p class="words" dir="auto">
          {item.body.text}
        </p>
      ) : (
        <p class="words unread-words">{en.talk.bodies[item.body.kind]}</p>
      )}
      {item.mark && <span class="mark">{en.talk.marks[item.mark]}</span>}
    </div>
  );
}

function speaker({ voice, by }: Extract<Item, { kind: "said" }>, name: string): string {
  if (voice === "mine") return en.talk.you;
  return voice === "earlier" ? en.talk.earlier : en.talk.says(by ?? name);
}

function toEnd(log: HTMLElement | null) {
  if (log) log.scrollTop = log.scrollHeight;
}

function atEnd(log: HTMLElement | null): boolean {
  return !log || log.scrollHeight - log.scrollTop - log.clientHeight < 40;
}

/** `id` tells the boxes of several rooms apart. */
export function Composer({ talk, act, id }: TalkProps & { id: string }) {
  const box = useRef<HTMLTextAreaElement>(null);
  useLayoutEffect(() => {
    // Grows with what is written, up to what the style allows.
    if (!box.current) return;
    box.current.style.height = "auto";
    box.current.style.height = `${box.current.scrollHeight + 2}px`;
  }, [talk.draft]);

  const keyed = (event: KeyboardEvent) => {
    const composing = event.isComposing || event.keyCode === 229;
    if (event.key !== "Enter" || event.shiftKey || composing) return;
    event.preventDefault();
    act({ type: "sent" });
  };
  const submitted = (event: Event) => {
    event.preventDefault();
    act({ type: "sent" });
    box.current?.focus();
  };
  return (
    <form class="composer" onSubmit={submitted}>
      <textarea
        ref={box}
        rows={1}
        dir="auto"
        aria-label={en.talk.message}
        aria-describedby={`why-${id}`}
        aria-invalid={talk.unfit !== null}
        placeholder={en.talk.message}
        title={en.talk.hint}
        autocomplete="off"
        value={talk.draft}
        onInput={(event) => act({ type: "drafted", text: event.currentTarget.value })}
        onKeyDown={keyed}
      />
      <button type="submit" class="primary">
        {en.talk.send}
      </button>
      <p class="why" id={`why-${id}`} role="alert">
        {talk.unfit ? en.talk.unfit(talk.unfit) : ""}
      </p>
    </form>
  );
}

export function Warning({ talk, act }: TalkProps) {
  return (
    <div class="warning" role="status">
      {talk.closesAt !== null && (
        <>
          <p>{en.talk.warning(talk.closesAt)}</p>
          <button type="button" onClick={() => act({ type: "stay" })}>
            {en.talk.stay}
          </button>
        </>
      )}
    </div>
  );
}

export function Close({ talk, act, id }: TalkProps & { id: string }) {
  if (talk.erasing) {
    return (
      <p class="erasing" role="status">
        {en.talk.erasing}
      </p>
    );
  }
  return (
    <Asked
      button={en.talk.close}
      question={en.talk.question}
      cost={en.talk.consequence}
      id={id}
      now={talk.asked ? "asking" : "not asking"}
      ask={() => act({ type: "ask" })}
      dismiss={() => act({ type: "keep" })}
    >
      <div class="choices">
        <button type="button" class="erase" onClick={() => act({ type: "erase" })}>
          {en.talk.erase}
        </button>
        <button type="button" onClick={() => act({ type: "keep" })}>
          {en.talk.keepTalking}
        </button>
      </div>
    </Asked>
  );
}
