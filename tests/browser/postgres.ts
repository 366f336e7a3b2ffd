// A database on the Postgres that ./dev test starts, and a way to it that a test can cut for as long as it likes.
// Knows connections and no people.

import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { existsSync, readdirSync } from "node:fs";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { delimiter, join } from "node:path";

/** Undefined where no Postgres is there for tests; in continuous integration that is a mistake. */
export function postgresForTests(): URL | undefined {
  const given = process.env.QUIETLINE_TEST_POSTGRES;
  if (!given && process.env.CI && process.env.CI !== "false") throw new Error("QUIETLINE_TEST_POSTGRES is not set.");
  return given ? new URL(given) : undefined;
}

export class WayToPostgres {
  /** As `--database` takes it. */
  url = "";
  #open = true;
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;

  private constructor(readonly to: URL) {
    this.#server = createServer((near) => {
      if (!this.#open) return near.destroy();
      const far = connect(Number(to.port), to.hostname);
      for (const [one, other] of [
        [near, far],
        [far, near],
      ] as const) {
        this.#sockets.add(one);
        one.pipe(other);
        one.on("error", () => other.destroy());
        one.on("close", () => {
          this.#sockets.delete(one);
          other.destroy();
        });
      }
    });
  }

  static async toANewDatabase(server: URL): Promise<WayToPostgres> {
    const name = `test_${randomUUID().replaceAll("-", "")}`;
    execFileSync(createdb(), ["-h", server.hostname, "-p", server.port, "-U", server.username, name]);
    const way = new WayToPostgres(server);
    await new Promise<void>((listening) => {
      way.#server.listen(0, "127.0.0.1", listening);
    });
    const { port } = way.#server.address() as AddressInfo;
    way.url = `postgres://${server.username}@127.0.0.1:${port}/${name}`;
    return way;
  }

  cut(): void {
    this.#open = false;
    for (const socket of this.#sockets) socket.destroy();
  }

  mend(): void {
    this.#open = true;
  }

  close(): void {
    this.cut();
    this.#server.close();
  }
}

/** Debian keeps Postgres's programs off the path. */
function createdb(): string {
  const debian = "/usr/lib/postgresql";
  const versions = existsSync(debian) ? readdirSync(debian).map((version) => join(debian, version, "bin")) : [];
  const folders = [...(process.env.PATH ?? "").split(delimiter), ...versions];
  const found = folders.map((folder) => join(folder, "createdb")).find(existsSync);
  if (!found) throw new Error("createdb was not found: install Debian's postgresql.");
  return found;
}
