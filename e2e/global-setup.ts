import { overview, serve } from "./server";

/** One demo server for all tests that only read; ready when every month has its line items. */
export default async function globalSetup(): Promise<() => Promise<void>> {
  if (process.env["E2E_URL"]) return async () => {}; // a server that runs already
  const server = await serve(["--demo", "--demo-rows", process.env["DEMO_ROWS"] ?? "60000"]);
  process.env["E2E_URL"] = server.url;
  for (const start = Date.now(); ; await new Promise((resolve) => setTimeout(resolve, 500))) {
    const now = await overview(server.url);
    if (now.has_data && !now.ingest && now.periods.every((period) => period.stage === "complete")) break;
    if (Date.now() - start > 180_000) {
      await server.stop();
      throw new Error(`the demo was not ready after 180 s: ${JSON.stringify(now)}`);
    }
  }
  return () => server.stop();
}
