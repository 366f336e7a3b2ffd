// A small intake as the server tells of it, for the tests of its pages: three modules, the second of them optional and
// skipped. Knows the wire and nothing of any page.

import type { Node, View } from "../src/intake-wire";

export function node(path: string, changes: Partial<Node> = {}): Node {
  const nothing = { statement: null, description: null, asks: null, answer: null, decision: null };
  const number = path.match(/.../g)?.map(Number).join(".") ?? "";
  const base = { path, number, depth: path.length / 3, title: path, hidden: false, shows: true, priority: null };
  return { ...base, ...nothing, kind: "item", weight: null, ...changes };
}

export function module(path: string, changes: Partial<Node> = {}): Node {
  return node(path, { kind: "module", shows: false, ...changes });
}

function item(path: string, statement: string, changes: Partial<Node> = {}): Node {
  return node(path, { statement, title: statement, ...changes });
}

export function tree(changes: Partial<View> = {}): View {
  const nodes = [
    module("001", { title: "Sleep" }),
    item("001001", "I sleep well."),
    item("001002", "I wake up rested."),
    module("002", { title: "Money", shows: true, asks: "Shall we ask about money?" }),
    item("002001", "I can pay my rent.", { hidden: true }),
    module("003", { title: "Company" }),
    item("003001", "I have somebody to talk to."),
  ];
  const question = { id: "Q", kind: "optional" as const, question: "Q?", title: "Q", description: null, answer: null };
  const rest = { at: null, progress: 0, steps: [], code: false, shared: false, newer: null };
  return { title: "T", questions: [question], nodes, ...rest, ...changes };
}
