// The accounts: who there is, adding, disabling, resetting, roles, and the log of what was done. Stateless.

import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Accounts, Input } from "../accounts";
import type { Account } from "../office.gen";
import type { StaffRole } from "../protocol.gen";
import { office } from "../words/en-office";
import { Scrolls } from "./office";

const words = office.accounts;
const ROLES: readonly StaffRole[] = ["counsellor", "supervisor", "administrator"];

type Props = { state: Accounts; act: (input: Input) => void };

export function AccountsPage({ state, act }: Props) {
  return (
    <>
      <p class="why" role="alert">
        {state.refused === null ? "" : state.refused === "unsure" ? words.unsure : office.refused(state.refused)}
      </p>
      <Asking state={state} act={act} />
      <Link state={state} act={act} />
      <p role="status">{state.sight !== "had" ? office.comes("unreachable") : state.all ? "" : office.loading}</p>
      {state.all && <All all={state.all} act={act} />}
      <Add busy={state.busy} act={act} />
      <Log state={state} act={act} />
    </>
  );
}

function Asking({ state: { asking, busy }, act }: Props) {
  const box = useRef<HTMLDivElement>(null);
  // Where somebody pressed is far from where the question stands.
  useLayoutEffect(() => box.current?.querySelector("button")?.focus(), [asking]);
  if (asking === null) return null;
  const { nickname, access } = asking.account;
  const [label, question] =
    asking.do === "role"
      ? [words.roleOf(nickname), words.sureOfRole(nickname, words.roles[asking.role])]
      : [words[asking.do](nickname), words.sure[access === "disabled" ? "enable" : asking.do](nickname)];
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for forms; this is one question with two buttons
    <div ref={box} class="card" role="group" aria-label={label}>
      <p>{question}</p>
      <div class="choices">
        <button type="button" aria-disabled={busy} onClick={() => act({ type: "sure" })}>
          {words.yes[asking.do]}
        </button>
        <button type="button" onClick={() => act({ type: "not_now" })}>
          {words.no}
        </button>
      </div>
    </div>
  );
}

function Link({ state: { link }, act }: Props) {
  const box = useRef<HTMLElement>(null);
  const [copied, setCopied] = useState<string | null>(null);
  useLayoutEffect(() => box.current?.querySelector("input")?.select(), [link]);
  if (link === null) return null;
  const copy = () =>
    navigator.clipboard?.writeText(link.address).then(
      () => setCopied(link.address),
      () => {},
    );
  return (
    <section ref={box} class="card" aria-labelledby="link">
      <h2 id="link">{words.link(link.nickname)}</h2>
      <p id="link-hint">{words.linkHint}</p>
      <input readOnly value={link.address} aria-labelledby="link" aria-describedby="link-hint" />
      <div class="choices">
        <button type="button" onClick={copy}>
          {words.copy}
        </button>
        <button type="button" onClick={() => act({ type: "put_away" })}>
          {words.done}
        </button>
      </div>
      <p role="status">{copied === link.address ? words.copied : ""}</p>
    </section>
  );
}

function All({ all, act }: { all: readonly Account[]; act: Props["act"] }) {
  return (
    <Scrolls label={words.all}>
      <table>
        <caption>{words.all}</caption>
        <thead>
          <tr>
            {[words.login, words.nickname, words.role, words.state, words.actions].map((head) => (
              <th key={head} scope="col">
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {all.map((account) => (
            <AccountRow key={account.id} account={account} act={act} />
          ))}
        </tbody>
      </table>
    </Scrolls>
  );
}

function AccountRow({ account, act }: { account: Account; act: Props["act"] }) {
  const { login, nickname, role, access } = account;
  const chosen = (event: Event) => {
    const wanted = ROLES.find((one) => one === (event.currentTarget as HTMLSelectElement).value);
    if (wanted) act({ type: "role", account, role: wanted });
  };
  return (
    <tr>
      <th scope="row">{login}</th>
      <td>{nickname}</td>
      <td>
        <select aria-label={words.roleOf(nickname)} value={role} onChange={chosen}>
          <Roles />
        </select>
      </td>
      <td>{words.states[access]}</td>
      <td>
        <div class="choices">
          {access !== "disabled" && (
            <button
              type="button"
              aria-label={words.disable(nickname)}
              onClick={() => act({ type: "wonder", deed: "disable", account })}
            >
              {words.yes.disable}
            </button>
          )}
          <button
            type="button"
            aria-label={words.reset(nickname)}
            onClick={() => act({ type: "wonder", deed: "reset", account })}
          >
            {words.yes.reset}
          </button>
        </div>
      </td>
    </tr>
  );
}

function Roles() {
  return ROLES.map((role) => (
    <option key={role} value={role}>
      {words.roles[role]}
    </option>
  ));
}

function Add({ busy, act }: { busy: boolean; act: Props["act"] }) {
  const submitted = (event: SubmitEvent) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const field = (name: string) => String(form.get(name) ?? "").trim();
    const role = ROLES.find((one) => one === field("role")) ?? "counsellor";
    act({ type: "add", login: field("login"), nickname: field("nickname"), role });
  };
  return (
    <section aria-labelledby="add">
      <h2 id="add">{words.add}</h2>
      <p class="soft">{words.addHint}</p>
      <form class="filters" onSubmit={submitted}>
        <div>
          <label for="login">{words.login}</label>
          <input id="login" name="login" autocomplete="off" autocapitalize="off" spellcheck={false} required />
        </div>
        <div>
          <label for="nickname">{words.nickname}</label>
          <input id="nickname" name="nickname" autocomplete="off" dir="auto" required />
        </div>
        <div>
          <label for="role">{words.role}</label>
          <select id="role" name="role">
            <Roles />
          </select>
        </div>
        <button type="submit" aria-disabled={busy}>
          {words.addIt}
        </button>
      </form>
    </section>
  );
}

function Log({ state: { log, more }, act }: Props) {
  return (
    <div class="log">
      <h2>{words.log}</h2>
      <p class="soft">{words.logHint}</p>
      <Scrolls label={words.log}>
        <table>
          <thead>
            <tr>
              {[words.when, words.by, words.action, words.about].map((head) => (
                <th key={head} scope="col">
                  {head}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {log.map(({ nth, at, by, action, about }) => (
              <tr key={nth}>
                <td>{office.stamp(at)}</td>
                <td>{by ?? words.terminal}</td>
                <td>{words.deeds[action]}</td>
                <td>{about ?? ""}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scrolls>
      {more && (
        <button type="button" onClick={() => act({ type: "older" })}>
          {words.older}
        </button>
      )}
    </div>
  );
}
