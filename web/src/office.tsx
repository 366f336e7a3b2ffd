// The pages below /desk: builds the parts, feeds every event to `step`, and does what it answers.
// The only file of these pages that touches the browser's edges together; it decides nothing itself.

import { effect as follow, signal } from "@preact/signals";
import { render } from "preact";
import { type Answered, signIn } from "./api";
import { late } from "./late";
import { moment } from "./moment";
import { begin, type Effect, type Input, type State, step } from "./office";
import { pageOf, pagesOf } from "./office-address";
import * as api from "./office-api";
import { Everyone } from "./views/everyone";
import { Denied, NotYet, Office } from "./views/office";
import { OwnDuty } from "./views/own-duty";
import { Glance, HoursOfWeek } from "./views/supervising";
import { Entry } from "./views/sign-in";
import { en } from "./words/en";
import { office } from "./words/en-office";

const accountsPart = late(() => import("./accounts-main").then(({ AccountsPart }) => AccountsPart));
const [first, opening] = begin(pageOf(location.pathname), location.search);
const state = signal(first);

function act(input: Input) {
  const [next, effects] = step(state.value, input, moment().eyes);
  state.value = next;
  for (const effect of effects) carryOut(effect);
}

function carryOut(effect: Effect) {
  switch (effect.do) {
    case "ask":
      return ask(effect);
    case "later":
      return setTimeout(() => act(effect.input), effect.ms);
    case "push":
      return history.pushState(null, "", location.pathname + effect.search);
    default:
      return effect satisfies never;
  }
}

async function ask({ part, query, nth }: Extract<Effect, { do: "ask" }>) {
  switch (part) {
    case "me":
      return act({ type: "answered", part, nth, asked: await api.me() });
    case "own":
      return act({ type: "answered", part, nth, asked: await api.ownDuty(query) });
    case "everyone":
      return act({ type: "answered", part, nth, asked: await api.everyonesDuty(query) });
    case "service":
      return act({ type: "answered", part, nth, asked: await api.service() });
    default:
      return part satisfies never;
  }
}

async function enter(asked: Promise<Answered>) {
  act({ type: "trying" });
  const answer = await asked;
  act("trouble" in answer ? { type: "failed", trouble: answer.trouble } : { type: "signed_in" });
}

function Page() {
  const now = state.value;
  if (now.at === "asking") return <NotYet why={now.me.is === "unreachable" ? "unreachable" : "looking"} />;
  if (now.at === "denied") return <Denied me={now.me} page={now.page} />;
  if (now.at === "sign_in") {
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
    <Office me={now.me} page={now.at} pages={pagesOf(now.me)}>
      <Inside now={now} />
    </Office>
  );
}

function Inside({ now }: { now: Extract<State, { at: "duty" | "service" | "accounts" }> }) {
  switch (now.at) {
    case "duty":
      return <OwnDuty own={now.own} show={now.show} />;
    case "service": {
      const { filters, staff, everyone, service } = now;
      return (
        <>
          <Glance service={service} />
          <Everyone
            filters={filters}
            staff={staff}
            everyone={everyone}
            apply={(wanted) => act({ type: "filter", filters: wanted })}
          />
          {service.shown && <HoursOfWeek service={service.shown} />}
        </>
      );
    }
    case "accounts": {
      const Accounts = accountsPart();
      return Accounts ? <Accounts lost={(why) => act({ type: "lost", why })} /> : <p role="status">{office.loading}</p>;
    }
    default:
      return now satisfies never;
  }
}

function titleOf(now: State): string {
  if (now.at === "asking") return en.name;
  if (now.at === "sign_in") return en.desk.signIn;
  return office.titles[now.at === "denied" ? now.page : now.at];
}

follow(() => {
  document.title = titleOf(state.value);
});
addEventListener("popstate", () => act({ type: "went", search: location.search }));
document.addEventListener("visibilitychange", () => act({ type: "looked" }));
for (const effect of opening) carryOut(effect);

const root = document.getElementById("page");
if (root) render(<Page />, root);
