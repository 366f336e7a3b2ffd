// What stands around every page below /desk: its heading, the way to the others that one's role may see, and back to the
// desk; and the pages on which there is nothing else to show. Stateless; it does not know what is in between.

import type { ComponentChildren } from "preact";
import { type Page, pagesOf } from "../office-address";
import type { Me } from "../office.gen";
import { en } from "../words/en";
import { office } from "../words/en-office";
import { Heading } from "./frame";

type OfficeProps = {
  me: Me;
  page: Page;
  /** The pages that lead anywhere. */
  pages: readonly Page[];
  children: ComponentChildren;
};

export function Office({ me, page, pages, children }: OfficeProps) {
  return (
    <div class="office">
      <header>
        <p class="brand">{en.name}</p>
        <nav aria-label={office.pages}>
          {/* A second desk in this tab would take over from the first, so the desk has a tab by name. */}
          <a href="/desk" target="quietline-desk">
            {office.desk} <span class="soft small">{office.ownTab}</span>
          </a>
          {pages.map((one) => (
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

/** Somebody followed a link to a page that their role does not show. */
export function Denied({ me, page }: { me: Me; page: Page }) {
  return (
    <Office me={me} page={page} pages={pagesOf(me).filter((one) => one !== page)}>
      <p class="trouble" role="status">
        {office.refused("role")}
      </p>
      <p>
        <a href="/desk/duty">{office.toOwn}</a>
      </p>
    </Office>
  );
}

/** Nothing is known yet, not even who asks. */
export function NotYet({ why }: { why: "looking" | "unreachable" }) {
  return (
    <main class="entry">
      <p class="brand">{en.name}</p>
      <p class={why === "unreachable" ? "trouble" : "soft"} role="status">
        {why === "unreachable" ? office.refused("unreachable") : office.loading}
      </p>
    </main>
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
