// Every sentence that a person reads, in English. This object is the catalogue: other languages must match its type.
// Short sentences, second person, nothing that is not already true. Knows nothing of where a sentence stands.

import type { Answer } from "../state";
import type { Trouble } from "../desk-state";
import type { Ended, EndedBy, Notice, Refusal, Role } from "../protocol.gen";
import type { Unfit } from "../talk";

const number = new Intl.NumberFormat("en");
const plural = (count: number, one: string, many: string) => (count === 1 ? one : `${number.format(count)} ${many}`);
const clock = (at: number) => new Date(at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
const minutes = (ms: number) => Math.max(1, Math.round(ms / 60_000));

export const en = {
  name: "Quietline",
  leave: "Leave this page now",
  leaving: (count: number) => `Leaving: press Shift ${3 - count} more ${3 - count === 1 ? "time" : "times"}`,

  door: {
    title(available: number | null) {
      if (available === null) return "Talk to someone.";
      return available > 0 ? "Someone is here to listen." : "We are away just now.";
    },
    available(available: number | null, troubled: boolean) {
      if (available === null) return troubled ? "We cannot be reached just now. Trying again." : "Looking who is here…";
      if (available === 0) return "No counsellor is free at the moment";
      return plural(available, "One counsellor is free now", "counsellors are free now");
    },
    welcome: "You do not need a reason, an account or a name. Spelling does not matter.",
    away: "Leave this page open if you like: it will say when someone is here. Until then, the people below may be there for you.",
    nickname: "What may we call you?",
    nicknameHint: "If you like. Not your real name.",
    talk: "Talk to a counsellor",
    joining: "One moment…",
    kept: "Closing the chat erases it.",
    exit: "“Leave this page now” hides this page at once, closes your chat and opens another page. So does pressing Shift three times. Without a connection the chat closes by itself later. It does not clear your browser’s history.",
    answers: {
      nobody: "Nobody is available right now",
      nickname: "Please choose another name: up to 50 characters, and not one that begins like our guests’ names.",
      signed_in: "You are signed in as a counsellor in this browser. Sign out at the desk to talk as a visitor.",
      too_many: "Many people are asking at once. You need not press again: we will ask for you in a moment.",
      elsewhere: "This conversation is open in another tab.",
    } satisfies Record<Answer, string>,
  },

  returning: { title: "Coming back to your conversation…", hint: "One moment." },

  room: {
    ahead(ahead: number) {
      if (ahead === 0) return "You are next.";
      return plural(ahead, "One person is before you.", "people are before you.");
    },
    waiting: "You have a place.",
    attended: "Your place is kept. You can start writing now.",
    unattended:
      "Nobody is available just now. Your place is kept, and what you write waits here too. Below are other people who may be there for you.",
    breathe: "Breathe with the line if it helps.",
    here: (name: string | null) => `${name ?? "Your counsellor"} is here`,
    keep: "Close the chat before you leave. Closing erases this conversation.",
    forgetful: "This browser keeps nothing for this page: a reload would lose the conversation.",
    superseded: "This conversation is open in another tab.",
    continueHere: "Continue here",
    somebody: "Your counsellor",
  },

  talk: {
    conversation: "Conversation",
    message: "Your message",
    send: "Send",
    hint: "Enter sends, Shift and Enter begin a new line.",
    you: "You:",
    says: (name: string) => `${name}:`,
    marks: { sending: "sending", sent: "sent" },
    typing: (name: string) => `${name} is typing`,
    more: "New messages",
    troubled: "Your connection is interrupted. Keep writing; it is sent when you are back.",
    close: "Close chat",
    question: "Close this conversation?",
    consequence: "The messages cannot be brought back.",
    erase: "Erase and close",
    keepTalking: "Keep talking",
    erasing: "Erasing…",
    warning: (at: number) => `It has been quiet here. At ${clock(at)} this conversation closes and is erased.`,
    stay: "I'm still here",
    unfit(unfit: Unfit) {
      if (unfit.fit === "heavy")
        return "This is too much for one message. Please send it in parts. Nothing you wrote is lost.";
      const over = plural(unfit.over, "one character", "characters");
      return `This is ${over} too long for one message. Please send it in parts. Nothing you wrote is lost.`;
    },
    notices: {
      student: {
        say_hi: () => "Say hi to start. Your counsellor reads it when they have come and said hello.",
        wait_for_counsellor: () => "It is kept here. Please wait for your counsellor.",
        counsellor_came: (name: string | null) => `${name ?? "Your counsellor"} has come. Take your time.`,
      },
      counsellor: {
        say_hi: () => "Say hello first: you read their lines once you have written one.",
        wait_for_counsellor: () => "They are waiting for you.",
        counsellor_came: () => "You have come into the room.",
      },
    } satisfies Record<Role, Record<Notice, (name: string | null) => string>>,
  },

  ended: {
    title: "Erased.",
    what(ended: Ended | null, by: string) {
      if (ended === null) return "This conversation has ended and was erased.";
      const lines = ended.lines === 0 ? "No messages" : plural(ended.lines, "One message", "messages");
      return `${lines} and this room, at ${clock(ended.at)}, ${by}`;
    },
    by: {
      student: { student: "by you.", counsellor: "by your counsellor.", silence: "after a long silence." },
      counsellor: { student: "by the student.", counsellor: "by you.", silence: "after a long silence." },
    } satisfies Record<Role, Record<EndedBy, string>>,
    again: "If it gets heavy again, come back.",
  },

  desk: {
    title: (waiting: number) => (waiting > 0 ? `(${waiting}) Desk` : "Desk"),
    heading: "Desk",
    looking: "One moment…",
    signIn: "Sign in",
    signInHint: "For counsellors.",
    login: "Login",
    nickname: "Nickname",
    nicknameHint: "What students will call you. Never your login.",
    password: "Password",
    passwordHint: "At least 12 characters.",
    first: "Make the first account",
    firstHint: "This link works once. The account may do everything here.",
    makeAccount: "Make the account",
    available: "Available",
    availableHint: (available: boolean) =>
      available ? "Students see that someone is here." : "Students do not see you as free.",
    waiting: "waiting",
    longest: (ms: number) => `longest ${number.format(minutes(ms))} min`,
    nobodyWaits: "Nobody waits just now.",
    give: "Give me a student",
    holding: (held: number, limit: number | null) =>
      limit === null ? `You hold ${held}.` : `You hold ${held} of ${limit}.`,
    signOut: "Sign out",
    rooms: "Your rooms",
    empty: "No rooms yet.",
    emptyHint: "When you are ready, ask for a student. You will meet whoever has waited longest.",
    unread: (count: number) => `${number.format(count)} new`,
    typing: "typing",
    erased: (nickname: string) => `Erased. ${nickname}`,
    putAway: "Put away",
    superseded: "Your desk is open in another tab. It goes on there.",
    troubled: "The connection is interrupted. Keep writing; it is sent when you are back.",
    refusals: {
      nobody_waiting: "Nobody is waiting",
      limit: "You hold your limit",
      answered_before: "That student has left since. Ask again for the next one.",
      too_many: "Too many at once. Wait a moment and try again.",
    } satisfies Partial<Record<Refusal, string>> as Partial<Record<Refusal, string>>,
    refused: "That did not work. Try again.",
    trouble(trouble: Trouble) {
      switch (trouble.why) {
        case "wrong":
          return "The login or the password is wrong.";
        case "gone":
          return "This link was used before. Sign in instead.";
        case "login":
          return "Please choose another login.";
        case "nickname":
          return "Please choose another nickname, up to 50 characters.";
        case "password":
          return "The password needs at least 12 characters.";
        case "unreachable":
          return "Quietline cannot be reached just now. Try again in a moment.";
        case "signed_out":
          return "You were signed out. Sign in to go on.";
        case "too_many":
          return `Too many tries. Wait ${plural(Math.max(1, Math.ceil(trouble.ms / 1000)), "one second", "seconds")} and try again.`;
        default:
          return trouble satisfies never;
      }
    },
  },
};

export type Words = typeof en;
