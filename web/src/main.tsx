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
import { forget, forgetRoom, remember, rememberIntake, rememberedKey, rememberedKeys, rememberKeys } from "./tab";
import { theirs } from "./conversation";
import type { IntakePart } from "./intake-main";
import { Student } from "./views/student";
import { en } from "./words/en";

const [first, opening] = start(rememberedKey(), canSeal() ? "able" : "unable");
const state = signal(first);
const presses = signal(0);
const intake = signal<{ part: IntakePart | null; since: number } | null>(null);
/** Made for an intake, where the tab may not be allowed to keep one. */
let made: string | null = null;
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

function act(input: Input) {
  const [next, effects] = step(state.value, input, { ...moment(), key: tabKey() });
  if (input.type === "exit" && next.screen.at === "left") leaveIntake();
  if (next.screen.at !== "door" && next.screen.at !== "room") intake.value = null;
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
      made = null;
      // An intake outlives a room that never was, and no conversation that has ended.
      return state.value.screen.at === "door" ? forgetRoom() : forget();
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

/** One key for a room and an intake of this tab. */
function tabKey(): string {
  return rememberedKey() ?? made ?? moment().key;
}

async function openIntake(at: "start" | "return") {
  const { screen } = state.value;
  const inRoom = screen.at === "room";
  made = inRoom ? screen.key : tabKey();
  const key = made;
  if (!remember(key)) act({ type: "not_kept" });
  // What is said meanwhile is not seen.
  if (inRoom) act({ type: "room", input: { type: "reading", at: "further_up" } });
  const since = inRoom ? theirs(screen.talk.conversation, "student") : 0;
  intake.value = { part: null, since };
  try {
    const { intakePart } = await import("./intake-main");
    const sharing = (is: "on" | "off") => {
      if (state.value.screen.at !== "room") return;
      socket.tell(is === "on" ? { type: "share_intake" } : { type: "stop_sharing" });
    };
    const part = intakePart({ key, remember: rememberIntake, sharing, deleted });
    if (intake.value === null) return;
    intake.value = { part, since };
    part.act({ type: "open", at });
  } catch {
    intake.value = null;
    act({ type: "misunderstood" });
  }
}

/** Of a room its own socket says when it is gone. */
function deleted() {
  if (state.value.screen.at !== "door") return;
  made = null;
  forget();
}

/** The quick exit leaves an intake that has no room, too. */
function leaveIntake() {
  const key = rememberedKey() ?? made;
  if (key !== null) leave(key);
}

function setting(name: string): string | null {
  return document.querySelector<HTMLMetaElement>(`meta[name="${name}"]`)?.content ?? null;
}

function ask(event: BeforeUnloadEvent) {
  event.preventDefault();
}

function Page() {
  const now = intake.value && { View: intake.value.part?.View ?? null, since: intake.value.since };
  const close = () => {
    intake.value = null;
  };
  const door = { open: openIntake, close, now };
  return <Student state={state.value} act={act} help={help} exitTo={exitTo} presses={presses.value} intake={door} />;
}

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
