// The student's page: builds the parts, feeds every event to `step`, and does what it answers.
// The only file of this page that touches the browser's edges together; it decides nothing itself.

import { signal } from "@preact/signals";
import { render } from "preact";
import { leave } from "./api";
import { cover, exitAddress, watchShift } from "./exit";
import { canSeal } from "./can-seal";
import { lateSealing } from "./late-sealing";
import { moment } from "./moment";
import { passage } from "./passage";
import { address, browser } from "./socket";
import { type Effect, type Input, start, step } from "./state";
import { forget, forgetRoom, remember, rememberedKey, rememberedKeys, rememberKeys } from "./tab";
import { theirs } from "./conversation";
import { lateIntake } from "./late-intake";
import { Student } from "./views/student";
import { en } from "./words/en";

const [first, opening] = start(rememberedKey(), canSeal() ? "able" : "unable");
const state = signal(first);
const presses = signal(0);
const help = setting("help") ?? "";
const exitTo = exitAddress(setting("exit-url"));

const sealing = lateSealing(async () => {
  const { studentSealing } = await import("./student-sealing");
  const keep = (keys: string) => void (rememberKeys(keys) || act({ type: "not_kept" }));
  const { shareOf } = await import("./intake-share");
  return studentSealing({ tab: { keys: rememberedKeys, keep }, guest: en.room.guest, share: () => myKey(shareOf) });
});

const socket = passage(
  address("/ws/student"),
  {
    opened: () => act({ type: "opened" }),
    heard: (frame) => act({ type: "heard", frame }),
    closed: (code) => act({ type: "closed", code }),
    misunderstood: () => act({ type: "misunderstood" }),
  },
  browser,
  sealing,
);

const intake = lateIntake({
  room() {
    const { screen } = state.value;
    return screen.at === "room" ? { key: screen.key, theirs: theirs(screen.talk.conversation, "student") } : null;
  },
  notKept: () => act({ type: "not_kept" }),
  outdated: () => act({ type: "misunderstood" }),
  sharing(is) {
    if (state.value.screen.at !== "room") return;
    socket.tell(is === "on" ? { type: "share_intake" } : { type: "stop_sharing" });
  },
  deleted() {
    // Of a room its own socket says when it is gone.
    if (state.value.screen.at === "door") forget();
  },
});

function act(input: Input) {
  const [next, effects] = step(state.value, input, { ...moment(), key: intake.key() });
  if (input.type === "exit" && next.screen.at === "left") intake.leave();
  if (next.screen.at !== "door" && next.screen.at !== "room") intake.close();
  if (next.screen.at === "room") addEventListener("beforeunload", ask);
  else removeEventListener("beforeunload", ask);
  state.value = next;
  for (const effect of effects) carryOut(effect);
}

/** Of the room that this page is in; the tab may not be allowed to keep it. */
async function myKey<T>(use: (key: string) => Promise<T>): Promise<T | null> {
  const { screen } = state.value;
  return screen.at === "room" || screen.at === "returning" ? use(screen.key) : null;
}

function carryOut(effect: Effect) {
  switch (effect.do) {
    case "tell":
      return socket.tell(effect.frame);
    case "connect":
      return socket.connect();
    case "hang_up":
      return socket.hangUp();
    case "keep":
      sealing.prepare();
      return remember(effect.key) || act({ type: "not_kept" });
    case "forget":
      // An intake outlives a room that never was, and no conversation that has ended.
      if (state.value.screen.at === "door") return forgetRoom();
      intake.forget();
      return forget();
    case "cover":
      return cover();
    case "leave":
      return leave(effect.key);
    case "go":
      return location.replace(exitTo);
    case "later":
      return setTimeout(() => act(effect.input), effect.ms);
    default:
      return effect satisfies never;
  }
}

function openIntake(at: "start" | "return") {
  // What is said meanwhile is not seen.
  act({ type: "room", input: { type: "reading", at: "further_up" } });
  intake.open(at);
}

function setting(name: string): string | null {
  return document.querySelector<HTMLMetaElement>(`meta[name="${name}"]`)?.content ?? null;
}

function ask(event: BeforeUnloadEvent) {
  event.preventDefault();
}

function Page() {
  const open = intake.now.value;
  const now = open && { View: open.part?.View ?? null, since: open.since };
  const door = { open: openIntake, close: intake.close, now };
  return <Student state={state.value} act={act} help={help} exitTo={exitTo} presses={presses.value} intake={door} />;
}

addEventListener("beforeunload", (event) => {
  // In a room it is asked anyway.
  if (intake.isSaving()) event.preventDefault();
});
addEventListener("online", socket.nudge);
document.addEventListener("visibilitychange", () => act({ type: "looked" }));
addEventListener("pagehide", socket.hangUp);
addEventListener("pageshow", (event) => event.persisted && act({ type: "shown_again" }));
watchShift(
  (count) => {
    presses.value = count;
  },
  () => act({ type: "exit" }),
);
if (first.screen.at === "returning") sealing.prepare();
for (const effect of opening) carryOut(effect);

const root = document.getElementById("page");
if (root) render(<Page />, root);
