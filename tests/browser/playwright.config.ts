// How the browser tests run: the built program, Debian's Chromium, nothing downloaded and nothing tried twice.
// `npm --prefix web run test:browser` runs them; tsconfig.json beside this file finds their packages in web/.
// The pictures for the README are a project of their own: `npm --prefix web run screens`.

import { defineConfig } from "@playwright/test";

export default defineConfig({
  testDir: ".",
  outputDir: "results",
  reporter: [["list"]],
  fullyParallel: true,
  workers: 2,
  retries: 0,
  forbidOnly: Boolean(process.env.CI),
  timeout: 60_000,
  expect: { timeout: 10_000 },
  use: {
    browserName: "chromium",
    locale: "en-GB",
    screenshot: "only-on-failure",
    contextOptions: { reducedMotion: "reduce" },
    launchOptions: {
      executablePath: process.env.QUIETLINE_TEST_CHROMIUM || "/usr/bin/chromium",
      args: [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    },
  },
  projects: [
    { name: "tests", testMatch: "*.spec.ts" },
    { name: "screens", testMatch: "screens.ts" },
  ],
});
