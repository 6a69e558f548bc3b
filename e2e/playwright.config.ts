import { defineConfig } from "@playwright/test";

/** Chromium of the system: no browser is downloaded. */
const args = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export default defineConfig({
  testDir: "tests",
  outputDir: "test-results",
  globalSetup: "./global-setup.ts",
  fullyParallel: true,
  workers: Number(process.env["E2E_WORKERS"] ?? 2),
  // A second try where the machine is shared; both tries are in the report.
  retries: process.env.CI ? 1 : 0,
  timeout: 180_000,
  expect: { timeout: 45_000 },
  reporter: [["list"]],
  use: {
    viewport: { width: 1440, height: 1000 },
    colorScheme: "light",
    timezoneId: "America/Los_Angeles", // far from UTC: a date that slips by a day shows
    trace: "on-first-retry", // of every test they would cost a third of the time
    launchOptions: { executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium", args },
  },
});
