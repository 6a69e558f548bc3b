import { expect, test } from "@playwright/test";
import {
  base,
  everyRow,
  exact,
  exported,
  open,
  parseCsv,
  plain,
  ready,
  table,
  tableFigures,
  units,
} from "./support";

const tabs = [
  "Account",
  "Tag",
  "Service",
  "Lifecycle",
  "Region",
  "Operating system",
  "Charge type",
  "Usage type group",
  "Instance type",
];

test("shows the month so far, the chart, the table and the proof", async ({ page }) => {
  const problems: string[] = [];
  page.on("console", (message) => message.type() === "error" && problems.push(message.text()));
  page.on("pageerror", (error) => problems.push(error.message));
  await open(page);
  await expect(page.getByRole("heading", { level: 1, name: "Cost Analysis" })).toBeVisible();
  const summary = page.getByRole("region", { name: "Summary" });
  await expect(summary.getByText("Month to date")).toBeVisible();
  await expect(summary.getByText(/through .* UTC/)).toBeVisible();
  await expect(summary.getByRole("heading", { name: "Last week’s missed savings" })).toBeVisible();
  await page.getByRole("button", { name: "Proven to the bill" }).click();
  const proof = page.getByRole("dialog", { name: "Proven to the bill" });
  await expect(proof.getByRole("row")).toHaveCount(14);
  await expect(proof.getByRole("row").nth(2).getByRole("cell").last()).toHaveText("$0");
  expect(problems).toEqual([]);
});

test("the nine tabs break the same total down", async ({ page }) => {
  await open(page, "?time=last-month");
  const totals = new Set<string>();
  for (const name of tabs) {
    await page.getByRole("tab", { name, exact: true }).click();
    await expect(page.getByRole("tabpanel", { name: new RegExp(`Spend by ${name}`, "i") })).toBeVisible();
    await ready(page);
    const figures = (await tableFigures(page)).at(-1)?.figures ?? [];
    totals.add(figures.at(-1) ?? "none");
  }
  expect([...totals]).toHaveLength(1);
  expect([...totals][0]).toMatch(/^\d+\.\d+$/);
});

test("the tag tab has keys, a column of values each, and money without a tag is untagged", async ({
  page,
}) => {
  await open(page, "?tab=tag&time=last-month");
  const head = table(page).getByRole("columnheader").first();
  const one = (await head.textContent())?.replace(/^Tag /, "") ?? "";
  const total = (await tableFigures(page)).at(-1);
  await expect(table(page).getByRole("rowheader", { name: "Untagged" })).toBeVisible();
  const keys = page.getByRole("combobox", { name: "Tag keys" });
  await keys.click();
  const option = page.getByRole("option").first();
  const other = (await option.textContent()) ?? "";
  await option.click();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("tabpanel").getByText(other, { exact: true })).toBeVisible();
  await ready(page);
  await expect(head).toHaveText(`Tags ${one} / ${other}`);
  const tags = new URL(page.url()).searchParams.getAll("tag");
  expect(tags).toEqual([one, other]);
  expect((await tableFigures(page)).at(-1)).toEqual(total);
  await keys.press("Backspace");
  await expect(head).toHaveText(`Tag ${one}`);
});

test("a filter by accounts narrows the page, and the back button widens it", async ({ page }) => {
  await open(page);
  const before = await tableFigures(page);
  await page.getByRole("button", { name: /^Accounts/ }).click();
  const panel = page.getByRole("dialog", { name: /^Accounts/ });
  const boxes = panel.getByRole("checkbox");
  await boxes.nth(0).check();
  await boxes.nth(1).check();
  await panel.getByRole("button", { name: "Apply" }).click();
  await expect(page.getByRole("button", { name: /^Accounts 2 of \d+/ })).toBeVisible();
  await ready(page);
  await expect(table(page).locator("tbody tr")).toHaveCount(2);
  await expect(page).toHaveURL(/filter=account_id/);
  await page.goBack();
  await ready(page);
  expect(await tableFigures(page)).toEqual(before);
  await page.goForward();
  await expect(table(page).locator("tbody tr")).toHaveCount(2);
  await page.getByRole("button", { name: "Reset filters" }).click();
  await ready(page);
  expect(await tableFigures(page)).toEqual(before);
});

test("leaving accounts out is the complement of keeping them", async ({ page }) => {
  const answer = await page.request.get(`${base()}/api/v1/dimensions/account_id/values?limit=1`);
  const { values } = (await answer.json()) as { values: { value: string }[] };
  const one = values[0]?.value ?? "";
  const total = async (search: string) => {
    await open(page, `?time=last-month&tab=service${search}`);
    return (await tableFigures(page)).at(-1)?.figures.at(-1) ?? "";
  };
  const [all, kept, rest] = [
    await total(""),
    await total(`&filter=account_id%3D${one}`),
    await total(`&filter=account_id!%3D${one}`),
  ];
  expect(units(kept) + units(rest)).toBe(units(all));
  expect(units(kept)).toBeGreaterThan(0n);
});

test("the amortized switch changes the figures and the address", async ({ page }) => {
  await open(page, "?time=last-13-months&tab=charge-type");
  const amortized = await tableFigures(page);
  await page.getByRole("switch", { name: "Amortized" }).click();
  await expect(page).toHaveURL(/metric=unblended/);
  await ready(page);
  await expect.poll(() => tableFigures(page)).not.toEqual(amortized);
  await page.reload();
  await ready(page);
  await expect(page.getByRole("switch", { name: "Amortized" })).not.toBeChecked();
});

test("time presets and views change the columns", async ({ page }) => {
  await open(page);
  await expect(table(page).locator("thead th")).toHaveCount(34);
  await page.getByRole("button", { name: /^Time/ }).click();
  await page.getByRole("button", { name: "Last 7 days" }).click();
  await ready(page);
  await expect(table(page).locator("thead th")).toHaveCount(11);
  await page.locator("label", { hasText: /^Hour$/ }).click();
  await ready(page);
  await expect(table(page).locator("thead th").nth(2)).toHaveText(/01:00$/);
  await page.getByRole("button", { name: /^Time/ }).click();
  await page.getByRole("button", { name: "Last 13 months" }).click();
  await ready(page);
  await expect(table(page).locator("thead th")).toHaveCount(17);
});

test("a click on a bar drills down with that value as a filter", async ({ page }) => {
  await open(page, "?time=last-month&view=month&tab=service");
  const top = (await tableFigures(page))[0]?.label ?? "";
  const chart = page.getByTestId("spend-chart");
  await chart.scrollIntoViewIfNeeded();
  const box = await chart.boundingBox();
  if (!box) throw new Error("the chart has no size");
  // One bar in the middle; the largest value lies at its foot.
  await page.mouse.click(box.x + box.width / 2 + 12, box.y + box.height - 44);
  await expect(page.getByRole("tab", { name: "Lifecycle" })).toHaveAttribute("aria-selected", "true");
  await ready(page);
  await expect(page.getByRole("button", { name: `Services ${top}` })).toBeVisible();
  await page.goBack();
  await expect(page.getByRole("tab", { name: "Service", exact: true })).toHaveAttribute(
    "aria-selected",
    "true",
  );
});

test("a bar that dwarfs the others is cut, says its figure, and can be seen whole", async ({ page }) => {
  await open(page, "?time=last-month&view=day");
  // Fees and credits that are booked on the first of the month.
  const first = (await tableFigures(page)).slice(0, -1).map((row) => Number(row.figures[0]));
  const up = first.reduce((sum, figure) => sum + Math.max(0, figure), 0);
  const cut = page.getByTestId("cut-bar");
  await expect(cut.first()).toHaveText(`↑ $${Number((up / 1000).toFixed(2))}k`);
  await expect(page.getByText(/One bar is cut at \$[\d.]+k?( and −\$[\d.]+k?)?,/)).toBeVisible();
  await page.getByRole("button", { name: "Show whole bars" }).click();
  await expect(cut).toHaveCount(0);
  await expect(page).toHaveURL(/bars=whole/);
  await page.reload();
  await ready(page);
  await page.getByRole("button", { name: /^Cut long bars at/ }).click();
  await expect(cut).not.toHaveCount(0);
});

test("the legend hides values without touching the table", async ({ page }) => {
  await open(page, "?tab=service");
  const before = await tableFigures(page);
  const legend = page.getByRole("region", { name: "Legend" });
  await legend.getByRole("button", { name: "Unselect all" }).click();
  await expect(legend.locator("[aria-pressed=true]")).toHaveCount(0);
  await legend.locator("[aria-pressed=false]").first().click();
  await expect(legend.locator("[aria-pressed=true]")).toHaveCount(1);
  await page.reload();
  await ready(page);
  await expect(legend.locator("[aria-pressed=true]")).toHaveCount(1);
  await legend.getByRole("button", { name: "Select all" }).click();
  await expect(legend.locator("[aria-pressed=false]")).toHaveCount(0);
  expect(await tableFigures(page)).toEqual(before);
});

test("explain shows the definition and the rows, with file and row, that make up the figure", async ({
  page,
}) => {
  await open(page, "?time=last-7-days&tab=lifecycle");
  const cell = table(page).locator("tbody tr").first().locator("[data-explain]").nth(2);
  const figure = exact(await cell.getAttribute("title"));
  await cell.click();
  const drawer = page.getByRole("dialog", { name: "Explain" });
  await expect(drawer.getByTestId("explained-figure")).toHaveAttribute("data-figure", figure);
  await expect(drawer.getByRole("region", { name: "SQL" })).toContainText(/select/i);
  await expect(drawer.getByRole("region", { name: "Formula" })).not.toBeEmpty();
  const rows = drawer.getByRole("region", { name: "Line items" }).locator("tbody tr");
  await expect(rows.first()).toContainText(/\.(csv\.gz|parquet)row [\d,]+/);
  await expect(drawer.getByText("Proven to the bill")).toBeVisible();
  const count = Number((await drawer.getByText(/rows, largest first/).textContent())?.replace(/\D/g, ""));
  if (count > 25) {
    const first = await rows.first().textContent();
    await drawer.getByRole("button", { name: "next page" }).click();
    await expect(page).toHaveURL(/page=2/);
    await expect(rows.first()).not.toHaveText(first ?? "");
  }
  await page.keyboard.press("Escape");
  await expect(drawer).toBeHidden();
  await expect(page).not.toHaveURL(/explain=/);
});

test("the rest explains to its own figure", async ({ page }) => {
  await open(page, "?time=last-month&view=month&tab=usage-type-group");
  const row = table(page).locator("tbody tr").last();
  await expect(row.getByRole("rowheader")).toHaveText("Other");
  const cell = row.locator("[data-explain]").last();
  const figure = exact(await cell.getAttribute("title"));
  await cell.click();
  await expect(page.getByTestId("explained-figure")).toHaveAttribute("data-figure", figure);
});

test("the CSV file equals the table to the last digit", async ({ page }) => {
  await open(page, "?time=last-6-months&view=month&tab=usage-type-group&rows=all");
  const shown = await everyRow(page);
  // The last four columns are the comparison.
  const file = parseCsv((await exported(page, "CSV")).toString("utf8")).map((row) => row.slice(0, -4));
  const [head = [], ...rows] = file;
  const width = 7; // six months and their total
  expect(head.length).toBeGreaterThan(width);
  const values = rows.filter((row) => row[0] !== "Total" && row[0] !== "");
  expect(values.length).toBeGreaterThan(20);
  for (const row of values) {
    const label = row[head.length - width - 1] ?? "";
    expect(shown.get(label)?.map(plain), label).toEqual(row.slice(-width).map(plain));
  }
});

test("search finds values beyond the top twenty", async ({ page }) => {
  await open(page, "?time=last-month&view=month&tab=usage-type-group&rows=all");
  const names = (await tableFigures(page)).map((row) => row.label);
  const beyond = names.at(-2) ?? "";
  await page.getByRole("button", { name: "Show the top 20" }).click();
  await page.getByRole("textbox", { name: "Search usage type groups" }).fill(beyond);
  await expect(table(page).getByRole("rowheader", { name: beyond, exact: true })).toBeVisible();
  await expect(page).toHaveURL(/q=/);
});
