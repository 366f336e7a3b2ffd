// An intake as screens: a module with its own questions on each, in the order of its tree; the table of contents; the
// concerns. Pure. What is hidden was decided by the server; nothing here knows a definition.

import type { Level, Node, Step, View } from "./intake-wire";

/** A module and the items right below it. One that is skipped shows its question alone. */
export type Page = { readonly module: Node; readonly items: readonly Node[] };

export function pages({ nodes }: View): Page[] {
  const items = new Map<string, Node[]>();
  for (const node of nodes) {
    if (node.kind === "item" && !node.hidden) {
      const above = parent(node.path);
      items.set(above, [...(items.get(above) ?? []), node]);
    }
  }
  return nodes
    .filter((node) => node.kind === "module" && !node.hidden)
    .map((module) => ({ module, items: items.get(module.path) ?? [] }))
    .filter(({ module, items }) => module.shows || items.length > 0);
}

/** The page on which this node is; the first one if there is none such any more. */
export function pageOf(all: readonly Page[], path: string | null): Page | null {
  const found = all.find(({ module, items }) => module.path === path || items.some((item) => item.path === path));
  return found ?? all[0] ?? null;
}

/** What a page is remembered by: a node at which one can stand. */
export function anchor({ module, items }: Page): string {
  return module.shows ? module.path : (items[0]?.path ?? module.path);
}

export function beside(all: readonly Page[], page: Page, by: 1 | -1): Page | null {
  const at = all.findIndex(({ module }) => module.path === page.module.path);
  return all[at + by] ?? null;
}

/** How many of a page's questions have been answered; later is no answer. */
export function answeredOn({ items }: Page): number {
  return items.filter(({ answer }) => answer !== null && answer !== "later").length;
}

/** A concern that is not hidden, where it belongs, and what is to be done about it. */
export type Concern = { readonly node: Node; readonly within: string; readonly steps: readonly Step[] };

export function concerns({ nodes, steps }: View): Concern[] {
  const titles = new Map(nodes.map((node) => [node.path, node.title]));
  const within = (path: string) => {
    const above = Array.from({ length: path.length / 3 - 1 }, (_, at) => titles.get(path.slice(0, 3 * (at + 1))));
    return above.filter((title) => title !== undefined).join(" › ");
  };
  return nodes
    .filter((node) => node.kind === "item" && node.answer === "no" && !node.hidden)
    .map((node) => ({ node, within: within(node.path), steps: steps.filter(({ path }) => path === node.path) }));
}

/** How much a concern weighs (Q8), also while the server has not confirmed it. Null: nobody has said. */
export function levelOf({ priority, weight }: Node): Level | null {
  if (priority?.why === "fixed") return priority.level;
  if (weight === null) return null;
  if ("chosen" in weight) return weight.chosen;
  const product = weight.likelihood * weight.frequency * weight.burden;
  if (product <= 15) return "low";
  return product <= 50 ? "medium" : "high";
}

function parent(path: string): string {
  return path.slice(0, -3);
}
