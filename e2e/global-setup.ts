import type { FullConfig } from "@playwright/test";
import { overview, type Server, serve } from "./server";

/** A demo server for each worker: what one test defines, none beside it sees. */
export default async function globalSetup(config: FullConfig): Promise<() => Promise<void>> {
  if (process.env["E2E_URL"]) return async () => {}; // a server that runs already
  const started = await Promise.allSettled(Array.from({ length: config.workers }, demo));
  const servers = started.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
  const stop = async () => {
    await Promise.all(servers.map((server) => server.stop()));
  };
  const failed = started.find((one) => one.status === "rejected");
  if (failed) {
    await stop();
    throw failed.reason;
  }
  process.env["E2E_URLS"] = servers.map((server) => server.url).join(" ");
  return stop;
}

/** Ready when every month has its line items. */
async function demo(): Promise<Server> {
  const server = await serve(["--demo", "--demo-rows", process.env["DEMO_ROWS"] ?? "60000"]);
  for (const start = Date.now(); ; await new Promise((resolve) => setTimeout(resolve, 500))) {
    const now = await overview(server.url);
    if (now.has_data && !now.ingest && now.periods.every((period) => period.stage === "complete"))
      return server;
    if (Date.now() - start > 180_000) {
      await server.stop();
      throw new Error(`the demo was not ready after 180 s: ${JSON.stringify(now)}`);
    }
  }
}
