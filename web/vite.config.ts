// How the two pages are built: nothing is inlined, because the content security policy allows no inline code, style or
// data: image, and names carry a hash, because the server lets browsers keep what lies under /assets/ for ever.
// `vite` alone serves both entrances and passes the wire on to a server on its default port.

import { defineConfig } from "vitest/config";

const server = "http://127.0.0.1:8080";

export default defineConfig({
  appType: "mpa",
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: { input: ["index.html", "desk.html", "office.html", "privacy.html"] },
  },
  server: {
    proxy: { "/api": server, "/ws": { target: server, ws: true } },
  },
  // A thousand forgeries take two seconds on a machine that does nothing else.
  test: { include: ["test/**/*.test.{ts,tsx}"], environment: "happy-dom", testTimeout: 30_000 },
});
