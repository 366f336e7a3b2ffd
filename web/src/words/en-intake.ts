// What a person reads in the intake, in English: plain, short, never pushing. Every question may be left out.

import type { Answer, Decision, Level, Refusal } from "../intake-wire";

const answers = (count: number) => (count === 1 ? "One answer" : `${count} answers`);
const minutes = (ms: number) => Math.max(1, Math.ceil(ms / 60_000));

export const en = {
  title: "Sort your thoughts",
  opening: "One moment…",
  back: "Back",
  next: "Next",
  go: "Continue",
  leave: "Back to your conversation",
  leaveDoor: "Back to the first page",
  unread: (count: number) => (count === 1 ? "One new message." : `${count} new messages.`),

  danger: {
    question: "Are you in danger now?",
    hint: "If you are, you need not answer anything here.",
    yes: "Yes",
    no: "No",
    skip: "Skip this question",
    help: "You do not have to be alone with this.",
    helpHint: "These people can be reached now.",
    talk: "Talk to a counsellor",
    conversation: "Go to the conversation",
    continue: "Go on with the questions",
  },

  profile: {
    title: "First, a little about you",
    hint: "What you answer here decides what you are asked. You may leave everything out.",
    later: "Leave it open",
    name: (nth: number) => `Name ${nth}`,
    add: "Add another",
    remove: (name: string) => `Remove ${name}`,
    up: (name: string) => `Move ${name} up`,
    nameless: "the empty one",
    go: (count: number) => `${answers(count)} would go with what is no longer asked. They cannot be brought back.`,
    agree: "Continue without them",
    disagree: "Leave everything as it was",
  },

  answers: { yes: "Yes", no: "No", "n/a": "Does not apply", later: "Later" } satisfies Record<Answer, string>,
  decisions: { yes: "Yes", no: "No", later: "Later" } satisfies Record<Decision, string>,
  progress: (percent: number) => `${percent} % answered`,
  contents: "Contents",
  first: "About you",
  answered: (count: number, of: number) => `${count} of ${of}`,

  saving: "Saving…",
  saved: "Saved.",
  troubled: "Not saved yet. Trying again.",
  gone: "Your answers are not here any more. They were deleted, or another tab has gone on with them.",
  anew: "Begin anew",
  newer: (count: number) =>
    `This service asks other questions by now. With them, ${answers(count).toLowerCase()} of yours would go.`,
  renew: "Use the new questions",

  plan: {
    title: "What weighs on you",
    none: "You have answered nothing with No so far. Whatever you answer so is gathered here.",
    level: "How much does it weigh?",
    levels: { low: "A little", medium: "Somewhat", high: "A lot" } satisfies Record<Level, string>,
    fixed: "This service always takes it seriously.",
    weigh: "Help me weigh it",
    likelihood: ["How likely is it to get worse?", "Unlikely", "Possible", "Likely"],
    frequency: ["How often is it there?", "Rarely", "Now and then", "Often"],
    burden: ["How heavy is it when it is there?", "Light", "In between", "Heavy"],
    steps: "Steps",
    from: { student: "", counsellor: "from your counsellor" },
    add: "Add a step",
    change: "Change",
    drop: "Remove",
    what: "What",
    byWhen: "By when",
    who: "Who",
    optional: "if you like",
    keep: "Keep this step",
    dismiss: "Do not keep it",
    about: (what: string) => `: ${what}`,
  },

  own: {
    title: "Your answers are yours",
    kept: "They are sealed: nobody can read them without your tab, your return code, or your leave. Closing the chat erases them, unless you have a return code.",
    code: "Make a return code",
    codeAgain: "Make a new return code",
    codeHint: "Six words with which you can come back here from anywhere. Whoever has them can read your answers.",
    codeThere: "You have a return code. A new one replaces it.",
    shown: "This is your return code. It is shown only now.",
    copy: "Copy the code",
    copied: "Copied.",
    notCopied: "It could not be copied. Select it and copy it yourself.",
    print: "Print it",
    noted: "I have it",
    share: "Share with my counsellor",
    shareHint: "Your counsellor then reads your answers and can add steps. You can stop at any time.",
    stop: "Stop sharing",
    sharing: "Your counsellor can read your answers.",
    nobody: "Once you are in the queue, you can share your answers with your counsellor.",
    delete: "Delete everything about me",
    deleteQuestion: "Delete everything?",
    deleteCost:
      "Your answers and your conversation are erased now. They cannot be brought back, not with a code either.",
    deleteYes: "Yes, delete it",
    deleteNo: "Keep it",
    deleted: "Everything is deleted.",
    deletedHint: "Nothing you wrote here is left.",
  },

  return: {
    title: "Come back with your return code",
    label: "Your six words",
    hint: "In their order, in small or large letters.",
    go: "Come back",
    refusal(refusal: Refusal) {
      switch (refusal.reason) {
        case "unknown_word":
          return `“${refusal.word}” is in no code. Is it “${refusal.nearest}”?`;
        case "words":
          return `A code has six words, and here ${refusal.count === 1 ? "is one" : `are ${refusal.count}`}.`;
        case "no_such_code":
          return "These words lead nowhere. Is each one as you wrote it down, and in the same order? Answers that nobody changes for long are erased, after a month in most places.";
        case "has_one":
          return "There are other answers in this tab, which would be lost. Open a new tab for the code, or delete these first.";
        case "too_many":
          return `That was wrong a few times. Please wait ${minutes(refusal.retry_ms ?? 60_000)} min and try again. Nothing is lost.`;
        default:
          return "That did not work. Please try again.";
      }
    },
  },

  refusal(refusal: Refusal) {
    switch (refusal.reason) {
      case "profile":
        return refusal.why === "too_long"
          ? "A name is too long: 100 characters are the most."
          : "This question is not asked in that way any more. Load the page again.";
      case "too_much":
        return "This would become too many questions. Please leave some names out.";
      case "no_such_node":
      case "not_asked":
        return "This is not asked any more, so it was not kept. What is asked now is here.";
      case "not_a_concern":
        return "You have answered this in another way meanwhile, so no step was kept.";
      case "too_many_steps":
        return "There are as many steps for this as can be kept. Please remove one first.";
      case "no_such_step":
        return "This step was removed meanwhile. Your words are still here.";
      case "too_long":
        return "This is too long to be kept: 500 characters are the most.";
      case "no_room":
        return "There is no conversation in which it could be shared.";
      default:
        return "That did not work. Please try again.";
    }
  },

  shared: {
    title: "What they have shared",
    hint: "Their answers, to read. You can add steps to what weighs on them.",
    again: "Look again",
    gone: "They do not share it any more.",
    unreachable: "It cannot be had just now. Trying again.",
    concerns: "What weighs on them",
    none: "Nothing so far.",
    all: "All answers",
    open: "no answer",
    skipped: "left out",
    from: { student: "from them", counsellor: "from you or a colleague" },
  },
};
