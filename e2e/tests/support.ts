import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { expect, type Locator, type Page } from "@playwright/test";

/** The demo server of this worker. */
export const base = () =>
  process.env["E2E_URL"] ??
  process.env["E2E_URLS"]?.split(" ")[Number(process.env["TEST_PARALLEL_INDEX"])] ??
  "";

/** Opens an address of the page and waits until its figures and its chart are there. */
export async function open(page: Page, search = ""): Promise<void> {
  await page.goto(`${base()}/${search}`);
  await ready(page);
}

export async function ready(page: Page): Promise<void> {
  await expect(table(page).locator("tfoot")).toBeVisible();
  await expect(page.getByTestId("spend-chart").locator("canvas")).toBeVisible();
  await expect(page.locator("[data-stale=true]")).toHaveCount(0);
}

/** Reads the reports of a connection that is verified: however fast that is, the page turns into the dashboards. */
export async function readReports(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Read the reports" }).click();
  const dashboards = page.getByRole("heading", { level: 1, name: "Cost Analysis" });
  await expect(dashboards).toBeVisible({ timeout: 90_000 });
  await ready(page);
  await expect(page.getByRole("button", { name: "Proven to the bill" })).toBeVisible();
}

/** Connects a folder of report files, from the page of an organization that has nothing yet, and reads them. */
export async function connectBill(page: Page, folder: string): Promise<void> {
  await page.getByRole("link", { name: "Add permissions" }).click();
  await page.getByRole("button", { name: /Folder on the server/ }).click();
  await page.getByLabel("Name of this connection").fill("Bill");
  await page.getByLabel("Folder").fill(folder);
  await page.getByRole("button", { name: "Save and verify" }).click();
  await readReports(page);
}

export function table(page: Page): Locator {
  return page.getByRole("region", { name: "Costs, table" }).getByRole("table");
}

/** Full precision of a figure, from its tooltip: "$1,234.5678 · explain" → "1234.5678". */
export function exact(title: string | null): string {
  return (title ?? "")
    .replace(/ · explain$/, "")
    .replace("−", "-")
    .replace(/[^0-9.-]/g, "");
}

/** Nothing sticks out sideways. */
export async function expectFits(page: Page): Promise<void> {
  const fits = () => page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth);
  await expect.poll(fits).toBe(true);
}

interface Figures {
  label: string;
  figures: string[];
}

/** The table as it stands: every row with the exact figures of its periods and its total. */
export async function tableFigures(page: Page): Promise<Figures[]> {
  const rows = await table(page)
    .locator("tbody tr, tfoot tr")
    .evaluateAll((found) =>
      found.map((row) => ({
        label: row.querySelector("th span, th")?.textContent ?? "",
        titles: [...row.querySelectorAll("[data-explain]")].map((cell) => cell.getAttribute("title")),
      })),
    );
  return rows.map((row) => ({ label: row.label, figures: row.titles.map(exact) }));
}

/** The table with all its pages: figures by label. */
export async function everyRow(page: Page): Promise<Map<string, string[]>> {
  const rows = new Map<string, string[]>();
  for (;;) {
    for (const row of await tableFigures(page)) rows.set(row.label, row.figures);
    const next = page.getByRole("button", { name: "next page" });
    if (!(await next.isVisible()) || (await next.isDisabled())) return rows;
    await next.click();
  }
}

/** A decimal as a whole number of its last digit, for sums without rounding. */
export function units(text: string): bigint {
  const [whole = "0", fraction = ""] = text.split(".");
  return BigInt(whole + fraction.padEnd(18, "0"));
}

/** The same figure, written one way: "1.50" → "1.5". */
export const plain = (text: string) => (text.includes(".") ? text.replace(/\.?0+$/, "") : text);

/** The file that a click brings. */
export async function download(page: Page, click: () => Promise<void>): Promise<Buffer> {
  const started = page.waitForEvent("download");
  await click();
  return readFileSync(await (await started).path());
}

/** The table as a file. */
export function exported(page: Page, format: "CSV" | "XLSX" | "Parquet"): Promise<Buffer> {
  return download(page, async () => {
    await page.getByRole("button", { name: "Export", exact: true }).click();
    await page.getByRole("menuitem", { name: format }).click();
  });
}

const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** No violation of WCAG 2.2 A and AA anywhere on the page as it is now. */
export async function expectAccessible(page: Page): Promise<void> {
  await page.waitForTimeout(400); // transitions: half-faded text has half its contrast
  await page.evaluate(axeSource);
  const violations = await page.evaluate(async () => {
    const { axe } = window as unknown as {
      axe: {
        run: (
          root: Document,
          options: unknown,
        ) => Promise<{ violations: { id: string; nodes: { html: string; failureSummary: string }[] }[] }>;
      };
    };
    const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
    const result = await axe.run(document, { runOnly: { type: "tag", values: tags } });
    return result.violations.map((one) => ({
      id: one.id,
      nodes: one.nodes.slice(0, 4).map((node) => `${node.html.slice(0, 160)} — ${node.failureSummary}`),
    }));
  });
  expect(violations).toEqual([]);
}

/** Parses CSV with quotes. */
export function parseCsv(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let cell = "";
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const character = text[i] ?? "";
    if (quoted) {
      if (character !== '"') cell += character;
      else if (text[i + 1] === '"') cell += text[++i];
      else quoted = false;
    } else if (character === '"') quoted = true;
    else if (character === ",") {
      row.push(cell);
      cell = "";
    } else if (character === "\n") {
      rows.push([...row, cell.replace(/\r$/, "")]);
      row = [];
      cell = "";
    } else cell += character;
  }
  return cell || row.length ? [...rows, [...row, cell]] : rows;
}

/** The newest day of the data; `data_to` is the day after it, which a month's last day has in the next month. */
export async function newest(page: Page): Promise<string> {
  const answer = await page.request.get(`${base()}/api/v1/overview`);
  expect(answer.ok()).toBe(true);
  const { data_to } = (await answer.json()) as { data_to: string };
  return new Date(Date.parse(`${data_to}T00:00:00Z`) - 86_400_000).toISOString().slice(0, 10);
}
