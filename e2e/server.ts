import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";

/** The binary under test: the real one, with its embedded page and its real pipeline. */
export function binary(): string {
  const built = join(homedir(), ".cache/cloud-analyzer/target/release/cloud-analyzer");
  return process.env["CLOUD_ANALYZER_BIN"] ?? built;
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() =>
        typeof address === "object" && address ? resolve(address.port) : reject(new Error("no port")),
      );
    });
  });
}

interface SessionCookie {
  name: string;
  value: string;
  url: string;
}

export interface Server {
  url: string;
  /** The first administrator's session; none where the demo is open. */
  cookies: SessionCookie[];
  stop: () => Promise<void>;
}

interface Overview {
  has_data: boolean;
  ingest: unknown;
  periods: { stage: string }[];
}

export async function overview(url: string): Promise<Overview> {
  const response = await fetch(`${url}/api/v1/overview`);
  if (!response.ok) throw new Error(`overview answered ${response.status}`);
  return (await response.json()) as Overview;
}

/** Follows the console's one-time link: the first administrator, signed in. */
async function setUp(url: string, console: string): Promise<SessionCookie[]> {
  const token = /\/setup\?token=(\S+)/.exec(console)?.[1];
  const administrator = { name: "Ada", email: "ada@example.com", password: "correct horse battery" };
  const response = await fetch(`${url}/api/v1/setup`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ token, organization: "My organization", ...administrator }),
  });
  if (!response.ok) throw new Error(`set-up answered ${response.status}: ${await response.text()}`);
  return response.headers.getSetCookie().map((cookie) => {
    const [name = "", value = ""] = (cookie.split(";")[0] ?? "").split("=");
    return { name, value, url };
  });
}

/** Starts `serve` on a free port with a data folder of its own, which goes with it. */
export async function serve(flags: readonly string[]): Promise<Server> {
  const data = mkdtempSync(join(tmpdir(), "cloud-analyzer-e2e-"));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const child: ChildProcess = spawn(
    binary(),
    ["--data", data, "serve", "--listen", `127.0.0.1:${port}`, ...flags],
    { stdio: ["ignore", "pipe", process.env["E2E_SERVER_LOG"] ? "inherit" : "ignore"] },
  );
  let console = "";
  child.stdout?.on("data", (text: Buffer) => (console += text.toString()));
  let ended: string | undefined;
  child.once("error", (error) => (ended = error.message));
  child.once("exit", (code) => (ended = `exit code ${code}`));
  const stop = async () => {
    if (ended === undefined) {
      const gone = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGTERM");
      const late = setTimeout(() => child.kill("SIGKILL"), 5_000);
      await gone;
      clearTimeout(late);
    }
    rmSync(data, { recursive: true, force: true });
  };
  for (const start = Date.now(); Date.now() - start < 30_000; ) {
    if (ended !== undefined) break;
    if (flags.includes("--demo")) {
      if (await overview(url).catch(() => undefined)) return { url, cookies: [], stop };
    } else if (console.includes("/setup?token=")) {
      return { url, cookies: await setUp(url, console), stop };
    }
    await new Promise((resolve) => setTimeout(resolve, 150));
  }
  await stop();
  throw new Error(`${binary()} serve did not answer: ${ended ?? "30 s passed"}`);
}
