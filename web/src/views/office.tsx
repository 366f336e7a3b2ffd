// What stands around every page below /desk: its heading, the way to the others that one's role may see, and back.
// Stateless; it does not know what is in between.

import type { ComponentChildren } from "preact";
import type { Page } from "../office";
import type { Me } from "../office-wire";
import { en } from "../words/en";
import { office } from "../words/en-office";
import { Heading } from "./frame";

export function Office({ me, page, children }: { me: Me; page: Page; children: ComponentChildren }) {
  return (
    <div class="office">
      <header>
        <p class="brand">{en.name}</p>
        <nav aria-label={office.pages}>
          <a href="/desk">{office.desk}</a>
          {pagesOf(me).map((one) => (
            <a key={one} href={`/desk/${one}`} aria-current={one === page ? "page" : undefined}>
              {office.titles[one]}
            </a>
          ))}
        </nav>
        <span class="soft">{me.nickname}</span>
      </header>
      <main>
        <Heading>{office.titles[page]}</Heading>
        {children}
      </main>
    </div>
  );
}

/** What may be wider than the page scrolls in a box of its own, with the keyboard too. */
export function Scrolls({ label, children }: { label: string; children: ComponentChildren }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached with the keyboard
    <section class="scrolls" tabIndex={0} aria-label={label}>
      {children}
    </section>
  );
}

export function pagesOf({ role }: Pick<Me, "role">): readonly Page[] {
  switch (role) {
    case "counsellor":
      return ["duty"];
    case "supervisor":
      return ["duty", "service"];
    case "administrator":
      return ["duty", "service", "accounts"];
    default:
      return role satisfies never;
  }
}
