import { test as plain } from "@playwright/test";
import { type Server, serve } from "../server";
import { makeReports, removeReports } from "./reports";

/** Tests with a server of their own, on which nothing is set up, and with a folder of report files. */
export const test = plain.extend<{ server: Server }, { reports: string }>({
  server: async ({ reports }, use) => {
    const server = await serve(["--allow-folder", reports]);
    await use(server);
    await server.stop();
  },
  reports: [
    // biome-ignore lint/correctness/noEmptyPattern: the form that the test runner reads
    async ({}, use) => {
      const folder = makeReports();
      await use(folder);
      removeReports(folder);
    },
    { scope: "worker" },
  ],
});
