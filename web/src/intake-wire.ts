// The intake between page and server: what is asked, what is answered, what is refused (server/PROTOCOL.md, The intake).
// Types alone; nothing here asks anything.

export type Answer = "yes" | "no" | "n/a" | "later";
export type Decision = "yes" | "no" | "later";
export type Level = "low" | "medium" | "high";

export type Weight =
  | { readonly chosen: Level }
  | { readonly likelihood: 1 | 3 | 5; readonly frequency: 1 | 4 | 7; readonly burden: 1 | 5 | 10 };

export type Entry = { readonly id?: string; readonly name: string };

/** Null: not answered. */
export type Given = boolean | readonly Entry[] | null;

export type Question = {
  readonly id: string;
  readonly kind: "optional" | "repeatable";
  readonly question: string;
  readonly title: string;
  readonly description: string | null;
  readonly answer?: Given;
};

export type Node = {
  readonly path: string;
  readonly number: string;
  readonly depth: number;
  readonly kind: "item" | "module";
  readonly title: string;
  readonly statement: string | null;
  readonly description: string | null;
  readonly asks: string | null;
  readonly hidden: boolean;
  readonly shows: boolean;
  readonly answer: Answer | null;
  readonly decision: Decision | null;
  readonly priority: { readonly level: Level; readonly why: "fixed" | "chosen" | "calculated" } | null;
  readonly weight: Weight | null;
};

export type Words = { readonly what: string; readonly by_when: string; readonly who: string };

export type Step = Words & {
  readonly id: string;
  readonly path: string;
  readonly from: "student" | "counsellor";
};

export type Outline = { readonly title: string; readonly questions: readonly Question[] };

export type View = Outline & {
  readonly nodes: readonly Node[];
  readonly at: string | null;
  readonly progress: number;
  readonly steps: readonly Step[];
  readonly code: boolean;
  readonly shared: boolean;
  /** How much would go with what is no longer asked. */
  readonly newer: number | null;
};

export type NodeChange = { answer: Answer } | { decision: Decision } | { weight: Weight | null };

/** A request, in the words of what it is for. */
export type Ask =
  | { ask: "outline" }
  | { ask: "resume" }
  | { ask: "profile"; answers: Record<string, Given>; drop: number }
  | { ask: "node"; path: string; change: NodeChange }
  | { ask: "at"; path: string }
  | { ask: "add_step"; id: string; path: string; words: Words }
  | { ask: "change_step"; id: string; words: Words }
  | { ask: "drop_step"; id: string }
  | { ask: "code" }
  | { ask: "return"; code: string }
  | { ask: "share" }
  | { ask: "stop_sharing" }
  | { ask: "delete" }
  | { ask: "look" };

/** Why something was not done. Whatever is not in the list is `other`: the page looks again. */
export type Refusal =
  | { reason: "no_intake" | "no_such_code" | "has_one" | "no_room" | "not_shared" | "too_much" | "too_long" }
  | { reason: "no_such_node" | "not_asked" | "no_such_step" | "not_a_concern" | "too_many_steps" }
  | { reason: "answers_go"; count: number }
  | { reason: "unknown_word"; word: string; nearest: string }
  | { reason: "words"; count: number }
  | { reason: "profile"; question: string; why: "unknown" | "kind" | "too_long" | "too_many" }
  | { reason: "too_many"; retry_ms: number | null }
  | { reason: "other" };

export type Reply =
  | { reply: "outline"; outline: Outline }
  | { reply: "view"; view: View }
  | { reply: "code"; code: string }
  | { reply: "done" }
  | { reply: "refused"; refusal: Refusal }
  /** Nobody has said whether it was done. */
  | { reply: "unreachable" };
