// The pages below /desk: who is signed in, which page is asked for, and what it shows. They have no socket: they ask, and the
// service's numbers are asked again every few seconds while somebody looks.
// The only file of these pages that touches the browser's edges; what follows from an answer is in office.ts and accounts.ts.

import { effect as follow, signal } from "@preact/signals";
import { render } from "preact";
import { type Accounts, type Effect, type Input, LOOK, NOTHING, step } from "./accounts";
import { type Answered, signIn } from "./api";
import type { Trouble } from "./desk-state";
import { daysOf, type Filters, filtersIn, pageOf, searchOf, shownIn } from "./office";
import * as api from "./office-api";
import type { Asked, Duty, Me, Refusal, Service } from "./office-wire";
import { AccountsPage } from "./views/accounts";
import { Office } from "./views/office";
import { OwnDuty } from "./views/own-duty";
import { Everyone, Glance, HoursOfWeek } from "./views/supervising";
import { Entry } from "./views/sign-in";
import { en } from "./words/en";
import { office } from "./words/en-office";

const AGAIN = 5_000;

type Who = { at: "asking" } | { at: "sign_in"; busy: boolean; trouble: Trouble | null } | { at: "signed_in"; me: Me };

const page = pageOf(location.pathname);
const who = signal<Who>({ at: "asking" });
const duty = signal<Duty | null>(null);
const service = signal<Service | null>(null);
const refused = signal<Refusal | null>(null);
const filters = signal<Filters>(filtersIn(location.search));
const accounts = signal<Accounts>(NOTHING);

async function begin() {
  const asked = await api.me();
  if ("got" in asked) {
    who.value = { at: "signed_in", me: asked.got };
    return look();
  }
  const trouble: Trouble | null = asked.refused === "unreachable" ? { why: "unreachable" } : null;
  who.value = { at: "sign_in", busy: false, trouble };
}

async function enter(asked: Promise<Answered>) {
  who.value = { at: "sign_in", busy: true, trouble: null };
  const answer = await asked;
  if ("trouble" in answer) who.value = { at: "sign_in", busy: false, trouble: answer.trouble };
  else await begin();
}

async function look() {
  if (page === "accounts") for (const effect of LOOK) await carryOut(effect);
  else if (page === "service") await Promise.all([lookAtService(), lookAtEveryone()]);
  else await lookAtOwn();
}

async function lookAtOwn() {
  // Which day it is there, the server says first.
  const today = await api.ownDuty("");
  if (!("got" in today)) return tryAgain(today.refused, lookAtOwn);
  take(duty, await api.ownDuty(daysOf(shownIn(location.search), today.got.today)), lookAtOwn);
}

async function lookAtEveryone() {
  take(duty, await api.everyonesDuty(searchOf(filters.value)), lookAtEveryone);
}

async function lookAtService() {
  const asked = await api.service();
  if ("got" in asked) {
    service.value = asked.got;
    if (refused.value === "unreachable") refused.value = null;
  } else {
    // What stood there a while ago is not now.
    service.value = null;
    refused.value = asked.refused;
    if (asked.refused !== "unreachable") return;
  }
  setTimeout(() => {
    if (document.visibilityState === "visible") lookAtService();
    else document.addEventListener("visibilitychange", () => lookAtService(), { once: true });
  }, AGAIN);
}

function take<T>(into: { value: T | null }, asked: Asked<T>, again: () => void) {
  if (!("got" in asked)) return tryAgain(asked.refused, again);
  refused.value = null;
  into.value = asked.got;
}

function tryAgain(why: Refusal, again: () => void) {
  refused.value = why;
  if (why === "unreachable") setTimeout(again, AGAIN);
}

/** The view is in the address, so that it can be shared and gone back from. */
function apply(wanted: Filters) {
  history.pushState(null, "", location.pathname + searchOf(wanted));
  filters.value = wanted;
  lookAtEveryone();
}

function act(input: Input) {
  const [next, effects] = step(accounts.value, input);
  accounts.value = next;
  for (const effect of effects) carryOut(effect);
}

async function carryOut(effect: Effect) {
  switch (effect.do) {
    case "look":
      return told(await api.accounts(), (all) => act({ type: "accounts", all }));
    case "read_log": {
      const older = effect.before !== null;
      return told(await api.audit(effect.before), (entries) => act({ type: "log", entries, older }));
    }
    case "add": {
      const { login, nickname, role } = effect;
      return told(await api.addAccount(login, nickname, role), ({ link }) =>
        act({ type: "link", nickname, address: link }),
      );
    }
    case "disable":
      return told(await api.disable(effect.account.id), () => act({ type: "done" }));
    case "reset":
      return told(await api.reset(effect.account.id), ({ link }) =>
        act({ type: "link", nickname: effect.account.nickname, address: link }),
      );
    case "role":
      return told(await api.setRole(effect.account.id, effect.role), () => act({ type: "done" }));
    default:
      return effect satisfies never;
  }
}

function told<T>(asked: Asked<T>, then: (got: T) => void) {
  if ("got" in asked) return then(asked.got);
  if (accounts.value.refused !== asked.refused) act({ type: "refused", why: asked.refused });
}

function Page() {
  const now = who.value;
  if (now.at !== "signed_in") {
    return (
      <Entry
        state={now}
        warning=""
        signIn={(login, password) => enter(signIn(login, password))}
        makeFirst={() => {}}
        choose={() => {}}
        toSignIn={() => {}}
      />
    );
  }
  return (
    <Office me={now.me} page={page}>
      <p class="trouble" role="status">
        {refused.value === null ? "" : office.refused(refused.value)}
      </p>
      <Inside />
    </Office>
  );
}

function Inside() {
  if (page === "accounts") return <AccountsPage state={accounts.value} act={act} />;
  if (refused.value === "role") return null;
  const loading = <p role="status">{office.loading}</p>;
  if (page === "duty") return duty.value ? <OwnDuty duty={duty.value} show={shownIn(location.search)} /> : loading;
  return (
    <>
      {service.value ? <Glance service={service.value} /> : loading}
      {duty.value && <Everyone key={searchOf(filters.value)} duty={duty.value} filters={filters.value} apply={apply} />}
      {service.value && <HoursOfWeek service={service.value} />}
    </>
  );
}

follow(() => {
  document.title = who.value.at === "signed_in" ? office.titles[page] : en.desk.signIn;
});
addEventListener("popstate", () => {
  filters.value = filtersIn(location.search);
  if (who.value.at === "signed_in" && page === "service") lookAtEveryone();
});
begin();

const root = document.getElementById("page");
if (root) render(<Page />, root);
