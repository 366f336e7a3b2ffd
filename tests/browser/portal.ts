// The program under test: one server of its own for every test, on a free port, with its data in a new folder.
// It can be killed and started again on the same port and data. Knows processes; it does not know browsers.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";

export const PASSWORD = "correct horse battery";

const root = resolve(__dirname, "../..");

function binary(): string {
  const given = process.env.QUIETLINE_TEST_BINARY;
  const found = given ? [given] : ["release", "debug"].map((profile) => join(root, "target", profile, "quietline"));
  const path = found.find(existsSync);
  if (!path) throw new Error(`There is no program at ${found.join(" or ")}: run ./dev build.`);
  return path;
}

/** The caller's own settings of the program must not decide a test. */
function environment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("QUIETLINE_")));
}

export class Portal {
  /** Without a slash at its end. */
  origin = "";
  /** Only on a start without any account. */
  firstLink: string | null = null;
  readonly #folder = mkdtempSync(join(tmpdir(), "quietline-"));
  readonly #settings: string[];
  #server: ChildProcess | null = null;
  #errors = "";

  constructor(settings: string[]) {
    this.#settings = settings;
  }

  /** Starts, or starts again where it was before. */
  async start(): Promise<void> {
    const listen = this.origin === "" ? "127.0.0.1:0" : new URL(this.origin).host;
    const words = ["serve", "--data", join(this.#folder, "data"), "--listen", listen, ...this.#settings];
    const server = spawn(binary(), words, {
      cwd: this.#folder,
      env: environment(),
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#server = server;
    server.stderr.on("data", (words) => {
      this.#errors += words;
    });
    const said = createInterface({ input: server.stdout });
    await new Promise<void>((started, failed) => {
      server.once("error", failed);
      server.once("exit", () => failed(new Error(`The server ended: ${this.#errors}`)));
      said.on("line", (line) => {
        const [, what, address] = /^(Students|First account): +(\S+)$/.exec(line) ?? [];
        if (what === "Students" && address) this.origin = new URL(address).origin;
        if (what === "First account" && address) this.firstLink = address;
      });
      // What it prints comes at once and together; that it answers says that all of it has been printed.
      const ask = () =>
        fetch(`${this.origin}/readyz`).then(
          (answer) => (answer.ok ? started() : setTimeout(ask, 20)),
          () => setTimeout(ask, 20),
        );
      said.once("line", () => setTimeout(ask, 0));
    });
  }

  /** As a power cut would end it: nothing is said and nothing is tidied up. */
  async kill(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    if (!server || server.exitCode !== null || server.signalCode !== null) return;
    const ended = once(server, "exit");
    server.kill("SIGKILL");
    await ended;
  }

  async addAccount(login: string, nickname: string): Promise<void> {
    const words = ["account", "add", login, "--nickname", nickname, "--password-stdin"];
    const adding = spawn(binary(), [...words, "--data", join(this.#folder, "data"), ...this.#settings], {
      cwd: this.#folder,
      env: environment(),
      stdio: ["pipe", "ignore", "inherit"],
    });
    adding.stdin.end(`${PASSWORD}\n`);
    const [status] = await once(adding, "exit");
    if (status !== 0) throw new Error(`account add ended with ${status}`);
  }

  async close(): Promise<void> {
    await this.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
