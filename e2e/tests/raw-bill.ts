import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { test as plain } from "@playwright/test";
import { binary } from "../server";
import { base } from "./support";

// What jobs must find, summed a second time: over the demo company's raw report files, by nothing of the product's.

/** A row of the raw files; amounts in units of the eighteenth decimal. */
export interface RawRow {
  start: string;
  hours: number;
  account: string;
  type: string;
  product: string;
  service: string;
  usageType: string;
  resource: string;
  team: string;
  unblended: bigint;
  amortized: bigint;
}

export interface Bill {
  rows: RawRow[];
  /** Names of accounts, by number. */
  names: Record<string, string>;
}

const columns = {
  start: "lineItem/UsageStartDate",
  end: "lineItem/UsageEndDate",
  account: "lineItem/UsageAccountId",
  type: "lineItem/LineItemType",
  product: "lineItem/ProductCode",
  service: "product/ProductName",
  usageType: "lineItem/UsageType",
  operation: "lineItem/Operation",
  resource: "lineItem/ResourceId",
  words: "lineItem/LineItemDescription",
  team: "resourceTags/user:Team",
  unblended: "lineItem/UnblendedCost",
  reservation: "reservation/ReservationARN",
  effective: "reservation/EffectiveCost",
  unusedUpfront: "reservation/UnusedAmortizedUpfrontFeeForBillingPeriod",
  unusedRecurring: "reservation/UnusedRecurringFee",
  plan: "savingsPlan/SavingsPlanEffectiveCost",
  committed: "savingsPlan/TotalCommitmentToDate",
  used: "savingsPlan/UsedCommitment",
} as const;
type Cells = Record<keyof typeof columns, string>;

/** A decimal of the files as whole units of its eighteenth place. */
function units(text: string): bigint {
  const found = /^(-?)(\d+)(?:\.(\d{1,18}))?$/.exec(text || "0");
  if (!found) throw new Error(`no decimal: ${text}`);
  const size = BigInt(`${found[2]}${(found[3] ?? "").padEnd(18, "0")}`);
  return found[1] ? -size : size;
}

/** What a row costs where commitments are spread over what they cover. */
function amortized(row: Cells): bigint {
  const bought = row.reservation !== "" || row.usageType.includes("HeavyUsage");
  switch (row.type) {
    case "DiscountedUsage":
      return units(row.effective || row.unblended);
    case "RIFee":
      return units(row.unusedUpfront) + units(row.unusedRecurring);
    case "Fee":
      return bought ? 0n : units(row.unblended);
    case "SavingsPlanCoveredUsage":
      return units(row.plan);
    case "SavingsPlanNegation":
    case "SavingsPlanUpfrontFee":
      return 0n;
    case "SavingsPlanRecurringFee":
      return units(row.committed) - units(row.used);
    case "Refund": {
      const returned = /one-time fee|up-?front fee|true-up|sign up charge/i.test(row.words);
      return returned && (bought || row.product.endsWith("SavingsPlans")) ? 0n : units(row.unblended);
    }
    default:
      return units(row.unblended);
  }
}

/** The fields of a line that are wanted, by place. Quoted fields of these files hold no line breaks. */
function* fields(text: string): Generator<string[]> {
  let row: string[] = [];
  for (let at = 0; at < text.length; ) {
    let end: number;
    if (text[at] === '"') {
      end = text.indexOf('"', at + 1);
      while (text[end + 1] === '"') end = text.indexOf('"', end + 2);
      row.push(text.slice(at + 1, end).replaceAll('""', '"'));
      end++;
    } else {
      const [comma, line] = [text.indexOf(",", at), text.indexOf("\n", at)];
      end = comma < 0 || (line >= 0 && line < comma) ? line : comma;
      if (end < 0) end = text.length;
      row.push(text.slice(at, end));
    }
    if (text[end] === "\r") end++;
    if (text[end] !== ",") {
      yield row;
      row = [];
    }
    at = end + 1;
  }
}

function read(file: string): RawRow[] {
  const lines = fields(gunzipSync(readFileSync(file)).toString("utf8"));
  const head: string[] = lines.next().value ?? [];
  const places = Object.entries(columns).map(([name, column]) => [name, head.indexOf(column)] as const);
  const rows: RawRow[] = [];
  for (const line of lines) {
    const cell = Object.fromEntries(places.map(([name, at]) => [name, line[at] ?? ""])) as Cells;
    // What is split among containers is counted already.
    if (/^(EKSPod|ECSTask)-EC2$/.test(cell.operation)) continue;
    rows.push({
      ...{ start: cell.start, account: cell.account, type: cell.type, product: cell.product },
      ...{ service: cell.service, usageType: cell.usageType, resource: cell.resource, team: cell.team },
      hours: (Date.parse(cell.end) - Date.parse(cell.start)) / 3_600_000,
      unblended: units(cell.unblended),
      amortized: amortized(cell),
    });
  }
  return rows;
}

/** The bill that the server of all tests shows, as files of another format. */
async function load(): Promise<Bill> {
  const overview = (await (await fetch(`${base()}/api/v1/overview`)).json()) as { data_through: string };
  // Those of a server that runs already may be there already, too.
  const made = process.env["E2E_RAW_BILL"];
  const folder = made ?? mkdtempSync(join(tmpdir(), "cloud-analyzer-raw-"));
  try {
    const what = ["--rows", process.env["DEMO_ROWS"] ?? "60000", "--format", "csv", "--seed", "2026"];
    const flags = ["demo", "generate", ...what, "--end", overview.data_through, "--out", folder];
    if (made === undefined) execFileSync(binary(), flags, { stdio: "ignore" });
    const files = readdirSync(folder, { recursive: true, encoding: "utf8" });
    const reports = files.filter((name) => name.endsWith(".csv.gz"));
    const truth = JSON.parse(readFileSync(join(folder, "truth.json"), "utf8")) as {
      accounts: Record<string, string>;
    };
    return { rows: reports.flatMap((name) => read(join(folder, name))), names: truth.accounts };
  } finally {
    if (made === undefined) rmSync(folder, { recursive: true, force: true });
  }
}

/** The exact sum of some rows, as the page writes figures in its tooltips. */
export function sumOf(
  rows: readonly RawRow[],
  amount: (row: RawRow) => bigint = (row) => row.amortized,
): string {
  return decimal(rows.reduce((sum, row) => sum + amount(row), 0n));
}

export function decimal(sum: bigint): string {
  const size = sum < 0n ? -sum : sum;
  const fraction = (size % 10n ** 18n).toString().padStart(18, "0").replace(/0+$/, "");
  return `${sum < 0n ? "-" : ""}${size / 10n ** 18n}${fraction ? `.${fraction}` : ""}`;
}

/** Sums by a value of the rows, the largest first. */
export function sums(rows: readonly RawRow[], by: (row: RawRow) => string): [string, bigint][] {
  const found = new Map<string, bigint>();
  for (const row of rows) found.set(by(row), (found.get(by(row)) ?? 0n) + row.amortized);
  return [...found].sort(([, a], [, b]) => (a < b ? 1 : a > b ? -1 : 0));
}

/** What nobody can tag, by the provider's own types. */
export function cannotCarryTags({ type, product }: RawRow): boolean {
  const support = /^AWSSupport|^AWSDeveloperSupport$|^AWSEnterpriseOnRamp$|PremiumSupport$/.test(product);
  return !/^(Usage|DiscountedUsage|SavingsPlanCoveredUsage)$/.test(type) || support;
}

export const test = plain.extend<object, { bill: Bill }>({
  bill: [
    // biome-ignore lint/correctness/noEmptyPattern: the form that the test runner reads
    async ({}, use) => await use(await load()),
    { scope: "worker", timeout: 120_000 },
  ],
});
