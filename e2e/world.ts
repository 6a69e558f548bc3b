import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

const root = join(import.meta.dirname, "..");

export interface Mail {
  to: string;
  subject: string;
  plain: string;
  html: string;
}

/** The fake AWS, an SMTP server and a second S3 server: tests/world/story.py, asked line by line. */
export class World {
  readonly environment: Record<string, string>;
  readonly smtp: string;
  readonly s3: { endpoint: string; access_key_id: string; secret_access_key: string };

  private constructor(
    private readonly child: ChildProcessWithoutNullStreams,
    private readonly lines: AsyncIterator<string>,
    ready: Pick<World, "environment" | "smtp" | "s3">,
  ) {
    this.environment = ready.environment;
    this.smtp = ready.smtp;
    this.s3 = ready.s3;
  }

  static async start(): Promise<World> {
    const cache = process.env["CLOUD_ANALYZER_CACHE"] ?? join(homes(), "cloud-analyzer");
    const python = join(cache, "venv-ministack/bin/python");
    if (!existsSync(python)) throw new Error("the test world is not installed: run scripts/setup.sh test");
    const child = spawn(python, [join(root, "tests/world/story.py")], { stdio: "pipe" });
    child.stderr.pipe(process.stderr);
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const first = await lines.next();
    if (first.done) throw new Error("the test world did not start");
    return new World(child, lines, JSON.parse(first.value));
  }

  private async ask<T>(question: object): Promise<T> {
    this.child.stdin.write(`${JSON.stringify(question)}\n`);
    const line = await this.lines.next();
    if (line.done) throw new Error("the test world ended");
    const answer = JSON.parse(line.value) as T & { error?: string };
    if (answer.error) throw new Error(`${JSON.stringify(question).slice(0, 200)}: ${answer.error}`);
    return answer;
  }

  bucket(bucket: string, second = false): Promise<object> {
    return this.ask({ do: "bucket", bucket, second });
  }

  deliver(bucket: string, prefix: string, folder: string, second = false): Promise<{ files: number }> {
    return this.ask({ do: "deliver", bucket, prefix, folder, second });
  }

  stack(name: string, template: string): Promise<{ RoleArn: string }> {
    return this.ask({ do: "stack", name, template });
  }

  async mails(): Promise<Mail[]> {
    return (await this.ask<{ mails: Mail[] }>({ do: "mails" })).mails;
  }

  async stop(): Promise<void> {
    const gone = once(this.child, "exit");
    this.child.stdin.end();
    await gone;
  }
}

function homes(): string {
  return process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache");
}

/** An OpenID Connect provider at which anybody may sign in as anybody: tests/world/openid. */
export async function openIdProvider(port: number, product: string): Promise<{ stop: () => void }> {
  const script = join(root, "tests/world/openid/provider.mjs");
  const child = spawn("node", [script, String(port), `${product}/api/v1/oidc/callback`], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  await once(child.stdout, "data");
  return { stop: () => child.kill() };
}
