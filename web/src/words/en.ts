// Every sentence that a person reads, in English. This object is the catalogue: other languages must match its type.
// Short sentences, second person, nothing that is not already true. Knows nothing of where a sentence stands.

import type { Cause } from "../connection";
import type { Mark } from "../conversation";
import type { KeyNews, Trouble } from "../desk-state";
import type { Answer } from "../state";
import type { News } from "../company";
import type { Body } from "../plain";
import type { Ended, EndedBy, Erased, Moved, Notice, Refusal, Role, Whereabouts } from "../protocol.gen";
import type { Unfit } from "../talk";

const number = new Intl.NumberFormat("en");
const plural = (count: number, one: string, many: string) => (count === 1 ? one : `${number.format(count)} ${many}`);
const clock = (at: number) => new Date(at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
const list = new Intl.ListFormat("en", { type: "conjunction" });
const minutes = (ms: number) => Math.max(1, Math.round(ms / 60_000));

const THINGS: Record<Erased, string> = {
  room: "the room",
  lines: "its messages",
  nickname: "the nickname",
  key: "the key",
  intake: "what you wrote in the questionnaire",
};

export const en = {
  name: "Quietline",
  leave: "Leave this page now",
  privacy: "What this service knows",
  leaving: (count: number) => `Leaving: press Shift ${3 - count} more ${3 - count === 1 ? "time" : "times"}`,

  outdated: (comesBack: "comes back" | "is lost") =>
    comesBack === "comes back"
      ? "This page is older than the service behind it. Please load it again; you come back to your conversation."
      : "This page is older than the service behind it. It goes on once you load it again.",

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
      insecure:
        "This page did not come over a secure connection (https). What you write could not be sealed, so no chat starts here.",
      nickname: "Please choose another name: up to 50 characters, and not one that begins like our guests’ names.",
      nickname_taken: "This name is not available. Please choose another, or leave the box empty.",
      signed_in: "You are signed in as a counsellor in this browser. Sign out at the desk to talk as a visitor.",
      too_many: "Many people are asking at once. You need not press again: we will ask for you in a moment.",
      elsewhere: "This conversation is open in another tab.",
    } satisfies Record<Answer, string>,
  },

  intake: {
    first: "Sort your thoughts first",
    open: "Sort your thoughts",
    code: "Come back with a return code",
  },

  returning: { title: "Coming back to your conversation…", hint: "One moment." },

  room: {
    ahead(ahead: number) {
      if (ahead === 0) return "You are next.";
      return plural(ahead, "One person is before you.", "people are before you.");
    },
    waiting: "You have a place.",
    attended: "Your place is kept. You can start writing now.",
    again: "Your place is kept. You can go on writing; it is kept here.",
    unattended:
      "Nobody is available just now. Your place is kept, and what you write waits here too. Below are other people who may be there for you.",
    breathe: "Breathe with the line if it helps.",
    here: (name: string | null) => `${name ?? "Your counsellor"} is here`,
    keep: "Close the chat before you leave. Closing erases this conversation.",
    forgetful: "This browser keeps nothing for this page: a reload would lose the conversation.",
    superseded: "This conversation is open in another tab.",
    continueHere: "Continue here",
    somebody: "Your counsellor",
    /** What a student is called whose name is lost. */
    guest: "guest",
    /** Where the counsellor is, when they are not here. */
    whereabouts: {
      here: () => "",
      on_site: (name: string) =>
        `${name} is not in this room just now. If they are not back soon, you go back to your place in the queue.`,
      reconnecting: (name: string) =>
        `${name}’s connection is interrupted. If it does not come back soon, you go back to your place in the queue.`,
      away: (name: string) => `${name} is away. You go back to your place in the queue.`,
    } satisfies Record<Whereabouts, (name: string) => string>,
    handing: (name: string, to: string) =>
      `${name} would like ${to} to go on with you. ${name} stays until ${to} comes.`,
    older: {
      question: (name: string) => `May ${name} read what was said before they came? Until you say yes, they cannot.`,
      share: "Let them read it",
      keep: "Keep it to myself",
    },
    news(news: News, name: string) {
      switch (news.about) {
        case "stays":
          return `${name} stays with you.`;
        case "name":
          return `Somebody who is registered has this name. From now on you are called ${news.nickname}.`;
        case "older":
          return news.older === "shared"
            ? `${name} can read what was said before.`
            : `What was said before stays with you. ${name} cannot read it.`;
        default:
          return news satisfies never;
      }
    },
  },

  sealed: {
    compare: "Compare four words",
    student: {
      meaning:
        "Your counsellor sees the same four words. If you want to be sure that nobody is in between, compare them in another way.",
      also: (names: string) =>
        `What is said now can also be read with another key, which came with the name: ${names}. That is so when a counsellor has changed browsers, or another was here before. If yours knows nothing of it, somebody may be in between, whatever the words say.`,
      uncertified: (name: string) =>
        `The key that came with the name ${name} is not certified by this service. It was not given the key to your words, so nothing here can be read with it.`,
      elsewhere:
        "Another tab of yours has gone on with this conversation, and only there it can be read and answered. Please go on there. If that tab is closed, close this chat and ask again.",
      doubtful:
        "The four words cannot be compared: what came from the other side does not fit together. Please do not go on here. Nothing you write now is sent. You can close this chat and ask again.",
    },
    counsellor: {
      meaning:
        "The student sees the same four words. If they want to be sure that nobody is in between, they can compare them with you in another way.",
      awaited: "Waiting for the student’s key. You can write already; it is sent when the key is here.",
      again: "The student’s key could not be read. Asking for it once more.",
      unavailable:
        "The key to this conversation could not be had. What you write waits here. Loading this page again asks anew.",
    },
  },

  talk: {
    conversation: "Conversation",
    message: "Your message",
    send: "Send",
    hint: "Enter sends, Shift and Enter begin a new line.",
    you: "You:",
    says: (name: string) => `${name}:`,
    earlier: "A counsellor before you:",
    bodies: {
      locked: "This message waits for its key.",
      unreadable: "A message could not be opened.",
    } satisfies Record<Exclude<Body["kind"], "text">, string>,
    marks: { sending: "sending", sent: "sent", seen: "seen" } satisfies Record<Mark, string>,
    older: "What was said before you came is the student’s to share.",
    typing: (name: string) => `${name} is typing`,
    more: "New messages",
    troubled: {
      way: "Your connection is interrupted. Keep writing; it is sent when you are back.",
      portal: "We cannot keep messages just now. Keep writing: your words stay here and are sent as soon as we can.",
    } satisfies Record<Cause, string>,
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
        back_to_queue: (name: string | null) =>
          `${name ?? "Your counsellor"} had to go. Your place in the queue is kept, and somebody else will come.`,
        handed_over: (name: string | null) => `${name ?? "Your counsellor"} has handed you over.`,
      },
      counsellor: {
        say_hi: () => "Say hello first: you read their lines once you have written one.",
        wait_for_counsellor: () => "They are waiting for you.",
        counsellor_came: () => "You have come into the room.",
        back_to_queue: () => "The student went back to the queue.",
        handed_over: () => "The student was handed over.",
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
    erased: (ended: Ended) => `Gone for good: ${list.format(ended.erased.map((one) => THINGS[one]))}.`,
    receipt: "Receipt",
    by: {
      student: {
        student: "by you.",
        counsellor: "by your counsellor.",
        silence: "after a long silence.",
        absence: "after you had been away for long.",
      },
      counsellor: {
        student: "by the student.",
        counsellor: "by you.",
        silence: "after a long silence.",
        absence: "after the student had been away for long.",
      },
    } satisfies Record<Role, Record<EndedBy, string>>,
    kept: "What you wrote in the questionnaire is kept under your return code, and nobody can read it without that. It is erased when you have not changed it for a month, unless this service has set another time.",
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
    choose: "Choose your password",
    chooseHint: "This link works once. Nobody else knows the password you choose.",
    chooseIt: "Choose it and go to the desk",
    available: "Available",
    availableHint: (available: boolean) =>
      available ? "Students see that someone is here." : "Students do not see you as free.",
    waiting: "waiting",
    reconnecting: (count: number) => `, ${count === 1 ? "one" : number.format(count)} of them reconnecting`,
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
    /** What a room is called while the student's name is still sealed. */
    student: "Student",
    key: {
      heading: "Your key",
      code: "Your key was made in this browser. In another browser, this recovery code brings it there. It is shown only now: copy it and keep it where only you find it.",
      copy: "Copy the code",
      copied: "Copied.",
      notCopied: "It could not be copied. Select it and copy it yourself.",
      noted: "I have it",
      elsewhere:
        "Your key is in another browser. Your recovery code brings it here, or you go on with a new key. You can work either way.",
      label: "Recovery code",
      recover: "Bring my key here",
      renew: "Go on with a new key",
      trouble: {
        code: "",
        elsewhere: "",
        wrong_code: "This code does not fit. Look at it again, or go on with a new key.",
        trying: "One moment…",
      } satisfies Record<KeyNews["at"], string>,
    },
    insecure:
      "This page did not come over a secure connection (https). What is written could not be sealed, so no student is given to you here.",
    superseded: "Your desk is open in another tab. It goes on there.",
    troubled: {
      way: "The connection is interrupted. Keep writing; it is sent when you are back.",
      portal:
        "The portal cannot keep messages just now. Keep writing: your words stay here and are sent as soon as it can.",
    } satisfies Record<Cause, string>,
    /** Where the student is, when they are not here. */
    whereabouts: {
      here: "",
      on_site: "on the site, but not in this room",
      reconnecting: "reconnecting",
      away: "away",
    } satisfies Record<Whereabouts, string>,
    handOver: {
      button: "Hand over",
      question: "Who goes on with them?",
      hint: "They are told whom you ask. You stay until your colleague has accepted.",
      nobody: "Nobody else is available just now.",
      refused: (name: string) => `${name} cannot take it now.`,
      asking: (name: string) => `Asking ${name}…`,
      declined: (name: string) => `${name} is not taking over. The student stays with you.`,
      back: "Go on myself",
    },
    giveBack: {
      button: "Back to the queue",
      question: "Give this conversation back to the queue?",
      hint: "It is not erased. They are told, and go back to their place.",
      yes: "Give it back",
      no: "Stay",
      returning: "Giving it back…",
    },
    offers: {
      asks: (name: string) => `${name} asks you to go on with a student.`,
      accept: "Accept",
      decline: "Not now",
    },
    passed: {
      heading: (why: Moved | null, nickname: string) =>
        `${why === null ? "Not at your desk any more." : why === "handed_over" ? "Handed over." : "Back in the queue."} ${nickname}`,
      what(why: Moved | null) {
        switch (why) {
          case "given_back":
            return "They keep their place, and somebody else can go on with them.";
          case "handed_over":
            return "Your colleague goes on with them.";
          case "no_key":
            return "Their page did not answer with its key, so nothing could have been read. They wait again at their place.";
          case "away":
            return "You were away for too long, so this conversation went back to the queue.";
          case null:
            return "It went on without you while you were away: back to the queue, or with a colleague. It is not erased.";
          default:
            return why satisfies never;
        }
      },
      unsent: "Not sent:",
    },
    refusals: {
      nobody_waiting: "Nobody is waiting",
      nobody_here: "Nobody is here right now",
      colleague: "That colleague cannot take it now.",
      offer_ended: "That offer no longer stands.",
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
