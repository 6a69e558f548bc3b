import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { binary } from "../server";

/** The demo company's report files, in a folder as a customer may have them. */
export function makeReports(): string {
  const folder = mkdtempSync(join(tmpdir(), "cloud-analyzer-reports-"));
  const what = ["--rows", "6000", "--format", "cur2", "--seed", "7"];
  execFileSync(binary(), ["demo", "generate", ...what, "--out", folder]);
  return folder;
}

export function removeReports(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}
