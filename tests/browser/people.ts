// The people of a test, each in a browser context of their own, and what they do and see by the names of the contract
// (design.md, "The page"). Everybody is watched: a page that reports an error, runs what somebody wrote, or asks
// anything of another origin fails its test, whatever the test was about.

import { test as base, type Browser, type BrowserContext, expect, type Locator, type Page } from "@playwright/test";
import { PASSWORD, Portal } from "./portal";

/** Where the quick exit leads in tests that say so; nothing of it is ever asked over a network. */
export const ELSEWHERE = "https://weather.example/";

type ContextOptions = Parameters<Browser["newContext"]>[0];

/** What a page has done besides showing things. */
class Watch {
  readonly complaints: string[] = [];
  readonly foreign: string[] = [];
  readonly dialogs: string[] = [];
  readonly received: string[] = [];
  readonly sent: string[] = [];

  constructor(page: Page, origin: string) {
    const own = (url: string) =>
      url.startsWith(`${origin}/`) || url.startsWith(`${origin.replace("http", "ws")}/`) || url === "about:blank";
    page.on("request", (request) => {
      const leaving = request.isNavigationRequest() && request.url() === ELSEWHERE;
      if (!own(request.url()) && !leaving) this.foreign.push(request.url());
    });
    page.on("websocket", (socket) => {
      if (!own(socket.url())) this.foreign.push(socket.url());
      socket.on("framereceived", ({ payload }) => this.received.push(String(payload)));
      socket.on("framesent", ({ payload }) => this.sent.push(String(payload)));
    });
    page.on("pageerror", (error) => this.complaints.push(String(error)));
    page.on("console", (message) => {
      // A request that is answered with a refusal is no mistake of the page; the browser reports it all the same.
      const refusal = message.text().startsWith("Failed to load resource") && message.location().url.includes("/api/");
      if (["error", "warning"].includes(message.type()) && !refusal) this.complaints.push(message.text());
    });
    page.on("dialog", (dialog) => {
      this.dialogs.push(dialog.type());
      return dialog.accept();
    });
  }
}

/** A log, a box and the closing question: what both sides have of a room. `part` is the page or one of its regions. */
export class Room {
  readonly log: Locator;
  readonly box: Locator;

  constructor(
    readonly page: Page,
    readonly part: Page | Locator,
  ) {
    this.log = part.getByRole("log", { name: "Conversation", exact: true });
    this.box = part.getByRole("textbox", { name: "Your message", exact: true });
  }

  /** What was said, in the order in which it is read; notices are not lines. */
  get lines(): Locator {
    return this.log.locator(".words");
  }

  button(name: string): Locator {
    return this.part.getByRole("button", { name, exact: true });
  }

  async says(...lines: string[]): Promise<void> {
    for (const line of lines) {
      await this.box.fill(line);
      await this.box.press("Enter");
    }
  }

  /** Nothing that was written here is still on its way. */
  async allSent(timeout = 10_000): Promise<void> {
    await expect(this.log.getByText("sending", { exact: true })).toHaveCount(0, { timeout });
    await expect(this.box).toHaveValue("");
  }

  async closes(): Promise<void> {
    await this.button("Close chat").click();
    await this.button("Erase and close").click();
  }
}

export class Student extends Room {
  constructor(
    readonly context: BrowserContext,
    page: Page,
    readonly watch: Watch,
  ) {
    super(page, page);
  }

  get talk(): Locator {
    return this.button("Talk to a counsellor");
  }

  async asks(nickname?: string): Promise<void> {
    if (nickname) await this.page.getByLabel("What may we call you?").fill(nickname);
    await this.talk.click();
    await expect(this.log).toBeVisible();
  }

  /** Everything this browser has kept of the visit. */
  async kept(): Promise<object> {
    const page = await this.page.evaluate(async () => ({
      localStorage: Object.keys(localStorage),
      indexedDB: (await indexedDB.databases()).length,
      caches: await caches.keys(),
      workers: (await navigator.serviceWorker.getRegistrations()).length,
      documentCookie: document.cookie,
    }));
    return { ...page, cookies: await this.context.cookies() };
  }

  session(): Promise<string[]> {
    return this.page.evaluate(() => Object.values({ ...sessionStorage }).map(String));
  }
}

export const NOTHING_KEPT = {
  localStorage: [],
  indexedDB: 0,
  caches: [],
  workers: 0,
  documentCookie: "",
  cookies: [],
};

export class Counsellor {
  constructor(
    readonly context: BrowserContext,
    readonly page: Page,
    readonly watch: Watch,
    readonly login: string,
  ) {}

  async signsIn(password = PASSWORD): Promise<void> {
    await this.page.getByRole("textbox").first().fill(this.login);
    await this.page.getByLabel("Password", { exact: true }).fill(password);
    await this.page.getByRole("button", { name: "Sign in", exact: true }).click();
  }

  get available(): Locator {
    return this.page.getByRole("switch", { name: "Available", exact: true });
  }

  get give(): Locator {
    return this.page.getByRole("button", { name: "Give me a student", exact: true });
  }

  /** "Nobody is waiting" and its like. */
  told(sentence: string): Locator {
    return this.page.getByRole("status").filter({ hasText: new RegExp(`^${sentence}$`) });
  }

  async sees(waiting: number): Promise<void> {
    await expect(this.page.getByRole("status").filter({ hasText: "waiting" }).first()).toHaveText(
      new RegExp(`^${waiting} waiting`),
    );
  }

  region(nickname: string): Locator {
    return this.page.getByRole("region", { name: nickname, exact: true });
  }

  room(nickname: string): Room {
    return new Room(this.page, this.region(nickname));
  }

  /** For somebody who has given no name. */
  async takesAny(): Promise<Room> {
    await this.give.click();
    const region = this.page.getByRole("region");
    await expect(region.getByRole("textbox", { name: "Your message", exact: true })).toBeVisible();
    return new Room(this.page, region);
  }

  async takes(nickname: string): Promise<Room> {
    await this.give.click();
    const room = this.room(nickname);
    await expect(room.box).toBeVisible();
    return room;
  }
}

type People = {
  settings: string[];
  /** Off where the connection is broken on purpose: the browser reports every failed handshake. */
  mayComplain: boolean;
  portal: Portal;
  /** A visitor at the door. */
  student: (options?: ContextOptions) => Promise<Student>;
  /** Somebody with an account, signed in and, unless said otherwise, available. */
  counsellor: (nickname: string, options?: ContextOptions & { available?: boolean }) => Promise<Counsellor>;
  opens: (path: string, options?: ContextOptions) => Promise<{ context: BrowserContext; page: Page; watch: Watch }>;
};

export const test = base.extend<People>({
  settings: [[], { option: true }],
  mayComplain: [false, { option: true }],

  portal: async ({ settings }, use) => {
    const portal = new Portal(settings);
    await portal.start();
    await use(portal);
    await portal.close();
  },

  opens: async ({ browser, portal, contextOptions, mayComplain }, use) => {
    const watches: Watch[] = [];
    const contexts: BrowserContext[] = [];
    await use(async (path, options) => {
      const context = await browser.newContext({ ...contextOptions, ...options });
      contexts.push(context);
      const page = await context.newPage();
      const watch = new Watch(page, portal.origin);
      watches.push(watch);
      await page.goto(path.startsWith("http") ? path : `${portal.origin}${path}`);
      return { context, page, watch };
    });
    for (const context of contexts) await context.close();
    for (const { complaints, foreign, dialogs } of watches) {
      if (!mayComplain) expect(complaints, "what the pages complained about").toEqual([]);
      expect(foreign, "what was asked of other origins").toEqual([]);
      expect(
        dialogs.filter((type) => type !== "beforeunload"),
        "dialogs that somebody's text has opened",
      ).toEqual([]);
    }
  },

  student: async ({ opens }, use) => {
    await use(async (options) => {
      const { context, page, watch } = await opens("/", options);
      return new Student(context, page, watch);
    });
  },

  counsellor: async ({ opens, portal }, use) => {
    await use(async (nickname, { available = true, ...options } = {}) => {
      const login = nickname.toLowerCase();
      await portal.addAccount(login, nickname);
      const { context, page, watch } = await opens("/desk", options);
      const counsellor = new Counsellor(context, page, watch, login);
      await counsellor.signsIn();
      await expect(counsellor.give).toBeVisible();
      if (available) {
        await counsellor.available.click();
        await expect(counsellor.page.getByText("Students see that someone is here.")).toBeVisible();
      }
      return counsellor;
    });
  },
});

export { expect };
