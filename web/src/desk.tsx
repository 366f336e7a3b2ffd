// The desk's page: builds the parts, feeds every event to `step`, and does what it answers.
// The only file of this page that touches the browser's edges together; it decides nothing itself.

import { effect as follow, signal } from "@preact/signals";
import { render } from "preact";
import { type Answered, certify, choosePassword, firstAccount, registered, signIn, signOut, whoAmI } from "./api";
import { canSeal } from "./can-seal";
import { unsent } from "./desk-rooms";
import { deskSealing } from "./desk-sealing";
import { shelf } from "./desk-shelf";
import { type Arrival, type DeskEffect, type DeskInput, start, step, TICK } from "./desk-state";
import { identities } from "./identity";
import { browserStore } from "./key-store";
import { keyboard } from "./keyboard-reports";
import { moment } from "./moment";
import { passage } from "./passage";
import { address, browser } from "./socket";
import { Desk } from "./views/desk";
import { Entry } from "./views/sign-in";
import { en } from "./words/en";

const [first, opening] = start(arrival());
const state = signal(first);

const own = identities({
  registry: { registered, certify },
  store: browserStore(),
  tell: (news) => act({ type: "key", news }),
});
const sealing = deskSealing({ identities: own, shelf: shelf(() => sessionStorage) });
let seated: string | null = null;

const socket = passage(
  address("/ws/desk"),
  {
    opened: () => act({ type: "opened" }),
    heard: (frame) => act({ type: "heard", frame }),
    closed: (code, everOpen) => act({ type: "closed", code, everOpen }),
    misunderstood: () => act({ type: "misunderstood" }),
  },
  browser,
  sealing,
);

const atKeyboard = keyboard(document, {
  isUp: () => state.value.at === "desk" && state.value.connection.up,
  say: ({ key, cached }) =>
    socket.tell({ type: "keyboard", key_ms: key, ...(cached === null ? {} : { cached_ms: cached }) }),
  now: Date.now,
  after: browser.after,
});

function act(input: DeskInput) {
  const [next, effects] = step(state.value, input, moment());
  state.value = next;
  for (const effect of effects) carryOut(effect);
}

function carryOut(effect: DeskEffect) {
  switch (effect.do) {
    case "tell":
      return socket.tell(effect.frame);
    case "connect":
      return socket.connect();
    case "hang_up":
      return socket.hangUp();
    case "who_am_i":
      return whoAmI().then((nickname) => {
        if (nickname === undefined) act({ type: "failed", trouble: { why: "unreachable" } });
        else act(nickname === null ? { type: "not_signed_in" } : signedIn(nickname));
      });
    case "sign_out":
      sealing.forget();
      return signOut();
    case "begin":
      return begin(effect.nickname);
    case "recover":
      return own.recover(effect.code);
    case "new_key":
      return own.goOnWithNew();
    case "listen":
      return atKeyboard.welcome(effect.rules);
    case "room_opened":
      return atKeyboard.roomOpened();
    case "stop_listening":
      return atKeyboard.stop();
    case "later":
      return setTimeout(() => act(effect.input), effect.ms);
    default:
      return effect satisfies never;
  }
}

async function enter(asked: Promise<Answered>) {
  act({ type: "trying" });
  const answer = await asked;
  act("trouble" in answer ? { type: "failed", trouble: answer.trouble } : signedIn(answer.nickname));
}

function signedIn(nickname: string): DeskInput {
  return canSeal() ? { type: "signed_in", nickname } : { type: "signed_in", nickname, sealing: "unable" };
}

/** What one counsellor was given is not the next one's. */
function begin(nickname: string) {
  if (seated !== null && seated !== nickname) sealing.forget();
  seated = nickname;
  if (canSeal()) own.begin(nickname);
}

/** The link by which somebody comes. It is taken out of the address, so that it stays in no history. */
function arrival(): Arrival | null {
  const sign = new URLSearchParams(location.hash.slice(1));
  const by = (["first", "welcome"] as const).find((one) => sign.has(one));
  if (by === undefined) return null;
  history.replaceState(null, "", location.pathname);
  return { by, token: sign.get(by) ?? "" };
}

function Page() {
  const now = state.value;
  if (now.at === "desk") return <Desk desk={now} act={act} />;
  const token = "token" in now ? now.token : "";
  return (
    <Entry
      state={now}
      warning={canSeal() ? "" : en.desk.insecure}
      signIn={(login, password) => enter(signIn(login, password))}
      makeFirst={(login, nickname, password) => enter(firstAccount(token, login, nickname, password))}
      choose={(password) => enter(choosePassword(token, password))}
      toSignIn={() => act({ type: "to_sign_in" })}
    />
  );
}

follow(() => {
  document.title = en.desk.title(state.value.at === "desk" ? (state.value.queue?.waiting ?? 0) : 0);
});
addEventListener("online", socket.nudge);
document.addEventListener("visibilitychange", () => act({ type: "looked" }));
addEventListener("pagehide", socket.hangUp);
addEventListener("pageshow", (event) => event.persisted && act({ type: "shown_again" }));
addEventListener("beforeunload", (event) => {
  // Only words that would be lost are worth a question: the rooms come back by themselves.
  const now = state.value;
  if (now.at === "desk" && now.rooms.some((room) => unsent(room).length > 0)) event.preventDefault();
});
setInterval(() => act({ type: "tick" }), TICK);
for (const effect of opening) carryOut(effect);

const root = document.getElementById("page");
if (root) render(<Page />, root);
