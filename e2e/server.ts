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

export interface Server {
  url: string;
  /** The one-time link of the console, where nobody has an account yet. */
  setupLink: string | undefined;
  /** Its data folder. */
  data: string;
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

/** Whether it answers: the one question that everybody may ask. */
async function answers(url: string): Promise<boolean> {
  return await fetch(`${url}/api/v1/session`).then(
    (response) => response.ok,
    () => false,
  );
}

/** Starts `serve` on a free port with a data folder of its own, which goes with it. */
export async function serve(
  flags: readonly string[],
  more: { port?: number; environment?: Readonly<Record<string, string>> } = {},
): Promise<Server> {
  const data = mkdtempSync(join(tmpdir(), "cloud-analyzer-e2e-"));
  const port = more.port ?? (await freePort());
  const url = `http://127.0.0.1:${port}`;
  const child: ChildProcess = spawn(
    binary(),
    ["--data", data, "serve", "--listen", `127.0.0.1:${port}`, ...flags],
    {
      env: { ...process.env, ...more.environment },
      stdio: ["ignore", "pipe", process.env["E2E_SERVER_LOG"] ? "inherit" : "ignore"],
    },
  );
  let printed = "";
  child.stdout?.on("data", (text: Buffer) => (printed += text.toString()));
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
    if (await answers(url)) return { url, data, setupLink: /http\S+\/setup\?\S+/.exec(printed)?.[0], stop };
    await new Promise((resolve) => setTimeout(resolve, 150));
  }
  await stop();
  throw new Error(`${binary()} serve did not answer: ${ended ?? "30 s passed"}`);
}
