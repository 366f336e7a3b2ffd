// What a counsellor reads about their own key, in the desk's left column: the recovery code, once, and the way to bring
// a key into a new browser. It takes nobody's focus and never stands in the way of the desk.
// Stateless; the code that is typed goes straight from the form to whoever asks for it.

import { useRef } from "preact/hooks";
import type { KeyNews } from "../desk-state";
import { en } from "../words/en";
import type { DeskProps } from "./desk-side";

export function OwnKey({ news, act }: { news: KeyNews | null; act: DeskProps["act"] }) {
  return (
    <div class="own-key" role="status">
      {news?.at === "code" && <Code code={news.code} act={act} />}
      {news !== null && news.at !== "code" && <Elsewhere news={news} act={act} />}
    </div>
  );
}

function Code({ code, act }: { code: string; act: DeskProps["act"] }) {
  const outcome = useRef<HTMLParagraphElement>(null);
  const say = (words: string) => {
    if (outcome.current) outcome.current.textContent = words;
  };
  const copy = () => {
    const written = navigator.clipboard?.writeText(code) ?? Promise.reject();
    written.then(
      () => say(en.desk.key.copied),
      () => say(en.desk.key.notCopied),
    );
  };
  return (
    <div class="card">
      <h2>{en.desk.key.heading}</h2>
      <p>{en.desk.key.code}</p>
      <p class="code">{code}</p>
      <div class="choices">
        <button type="button" onClick={copy}>
          {en.desk.key.copy}
        </button>
        <button type="button" onClick={() => act({ type: "noted" })}>
          {en.desk.key.noted}
        </button>
      </div>
      <p class="soft small" ref={outcome} />
    </div>
  );
}

function Elsewhere({ news, act }: { news: Exclude<KeyNews, { at: "code" }>; act: DeskProps["act"] }) {
  const submitted = (event: SubmitEvent) => {
    event.preventDefault();
    const filled = new FormData(event.currentTarget as HTMLFormElement);
    act({ type: "recover", code: String(filled.get("recovery") ?? "") });
  };
  return (
    <form class="card" onSubmit={submitted}>
      <h2>{en.desk.key.heading}</h2>
      <p id="recovery-hint">{en.desk.key.elsewhere}</p>
      <label for="recovery">{en.desk.key.label}</label>
      <input
        id="recovery"
        name="recovery"
        autocomplete="off"
        autocapitalize="characters"
        spellcheck={false}
        aria-describedby="recovery-hint recovery-why"
        aria-invalid={news.at === "wrong_code"}
      />
      <p class="why" id="recovery-why">
        {en.desk.key.trouble[news.at]}
      </p>
      <div class="choices">
        <button type="submit">{en.desk.key.recover}</button>
        <button type="button" onClick={() => act({ type: "new_key" })}>
          {en.desk.key.renew}
        </button>
      </div>
    </form>
  );
}
