import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { binary } from "../server";

const few = ["--rows", "6000", "--format", "cur2", "--seed", "7"];
/** Two months of a company so large that its report tells hours. */
export const hourly = ["--rows", "640000", "--months", "2", "--format", "parquet", "--seed", "7"];

/** The demo company's report files, in a folder as a customer may have them. */
export function makeReports(what: readonly string[] = few): string {
  const folder = mkdtempSync(join(tmpdir(), "cloud-analyzer-reports-"));
  execFileSync(binary(), ["demo", "generate", ...what, "--out", folder]);
  return folder;
}

export function removeReports(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}
