// The way in for counsellors: signing in, and making the first account from the link of the first start.
// Stateless; what is typed goes straight from the form to whoever submits it.

import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import type { DeskState } from "../desk-state";
import { en } from "../words/en";
import { Heading } from "./frame";

export type EntryProps = {
  state: Exclude<DeskState, { at: "desk" }>;
  /** Why nothing could be done after signing in, if that is so. */
  warning: string;
  signIn: (login: string, password: string) => void;
  makeFirst: (login: string, nickname: string, password: string) => void;
  choose: (password: string) => void;
  toSignIn: () => void;
};

export function Entry({ state, warning, signIn, makeFirst, choose, toSignIn }: EntryProps) {
  const form = useRef<HTMLFormElement>(null);
  useLayoutEffect(() => form.current?.querySelector("input")?.focus(), [state.at]);
  if (state.at === "asking") {
    return (
      <main class="entry">
        <p class="soft" role="status">
          {en.desk.looking}
        </p>
      </main>
    );
  }
  const { busy, trouble } = state;
  const { at } = state;
  const first = at === "first";
  const words = WORDS[at];
  const submitted = (event: SubmitEvent) => {
    event.preventDefault();
    const filled = new FormData(event.currentTarget as HTMLFormElement);
    const field = (name: string) => String(filled.get(name) ?? "");
    if (first) makeFirst(field("login").trim(), field("nickname").trim(), field("password"));
    else if (at === "welcome") choose(field("password"));
    else signIn(field("login").trim(), field("password"));
  };
  return (
    <main class="entry" key={state.at}>
      <p class="brand">{en.name}</p>
      <Heading>{words.heading}</Heading>
      <p class="soft">{words.hint}</p>
      <p class="trouble" role="status">
        {warning}
      </p>
      <form ref={form} onSubmit={submitted}>
        {at !== "welcome" && (
          <Field name="login" label={en.desk.login}>
            <input id="login" name="login" autocomplete="username" autocapitalize="off" spellcheck={false} required />
          </Field>
        )}
        {first && (
          <Field name="nickname" label={en.desk.nickname} hint={en.desk.nicknameHint}>
            <input
              id="nickname"
              name="nickname"
              dir="auto"
              autocomplete="off"
              aria-describedby="nickname-hint"
              required
            />
          </Field>
        )}
        <Field name="password" label={en.desk.password} {...(at === "sign_in" ? {} : { hint: en.desk.passwordHint })}>
          <input
            id="password"
            name="password"
            type="password"
            autocomplete={at === "sign_in" ? "current-password" : "new-password"}
            aria-describedby={at === "sign_in" ? undefined : "password-hint"}
            required
          />
        </Field>
        <p class="why" role="alert">
          {trouble ? en.desk.trouble(trouble) : ""}
        </p>
        <button type="submit" class="primary wide" aria-disabled={busy}>
          {words.submit}
        </button>
        {at !== "sign_in" && trouble?.why === "gone" && (
          <button type="button" class="wide" onClick={toSignIn}>
            {en.desk.signIn}
          </button>
        )}
      </form>
    </main>
  );
}

const WORDS = {
  sign_in: { heading: en.desk.signIn, hint: en.desk.signInHint, submit: en.desk.signIn },
  first: { heading: en.desk.first, hint: en.desk.firstHint, submit: en.desk.makeAccount },
  welcome: { heading: en.desk.choose, hint: en.desk.chooseHint, submit: en.desk.chooseIt },
};

type FieldProps = { name: string; label: string; hint?: string; children: ComponentChildren };

function Field({ name, label, hint, children }: FieldProps) {
  return (
    <div class="field">
      <label for={name}>{label}</label>
      {children}
      {hint && (
        <p class="soft small" id={`${name}-hint`}>
          {hint}
        </p>
      )}
    </div>
  );
}
