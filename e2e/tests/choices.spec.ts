import { expect, type Page, test } from "@playwright/test";
import { base, expectAccessible, newest, open, ready, table, tableFigures, units } from "./support";

// Jobs that people come with: what a page offers to choose leads to an answer, never to a dead end.

/** The last figure of the table: the total of everything. */
const total = async (page: Page) => (await tableFigures(page)).at(-1)?.figures.at(-1) ?? "";

async function ask<T>(page: Page, path: string): Promise<T> {
  const answer = await page.request.get(`${base()}/api/v1/${path}`);
  expect(answer.ok()).toBe(true);
  return (await answer.json()) as T;
}

test("what to budget for: the next three months, with interval and back-test, one click away", async ({
  page,
}) => {
  await open(page);
  await page.getByRole("button", { name: "Next 3 months" }).click();
  const rows = page.getByRole("table", { name: "Forecast of the next months" }).locator("tbody tr");
  await expect(rows).toHaveCount(4);
  type Month = { total: string; low: string; error_percent: number };
  const found = await ask<{ projection: { next: Month[] } }>(page, "projection?metric=amortized");
  for (const [at, month] of found.projection.next.entries()) {
    expect(Number(month.total)).toBeGreaterThan(Number(month.low));
    await expect(rows.nth(at + 1)).toContainText(`${month.error_percent.toFixed(1)} %`);
    await expect(rows.nth(at + 1)).toContainText("–");
  }
  await expectAccessible(page);
});

test("Support can be chosen on a day that has none, and what no list has can be typed", async ({ page }) => {
  // Of the last whole month: on a month's first day the newest one has no second.
  const last = new Date(await newest(page));
  const month = new Date(Date.UTC(last.getUTCFullYear(), last.getUTCMonth() - 1, 1))
    .toISOString()
    .slice(0, 7);
  await open(page, `?tab=service&from=${month}-02&to=${month}-03`);
  await page.getByRole("button", { name: /^Charge types/ }).click();
  const panel = page.getByRole("dialog", { name: /^Charge types/ });
  await expect(panel.getByRole("checkbox", { name: /^Support/ })).toBeVisible();
  await panel.getByRole("textbox").fill("Some later charge");
  await panel.getByRole("button", { name: "Use “Some later charge” as typed" }).click();
  await panel.getByRole("checkbox", { name: /^Support/ }).check();
  await panel.getByRole("button", { name: "Apply" }).click();
  await expect(page).toHaveURL(/filter=charge_type(=|%3D)Some(\+|%20)later(\+|%20)charge/);
  await expect(page.getByRole("button", { name: /^Charge types 2 of/ })).toBeVisible();
});

test("net costs are offered where the report has their columns", async ({ page }) => {
  await open(page, "?tab=charge-type&time=last-month");
  await page.getByRole("button", { name: /^Cost/ }).click();
  const net = page.getByRole("menuitemradio", { name: /^Net amortized/ });
  await expect(net).toBeEnabled();
  await net.click();
  await expect(page).toHaveURL(/metric=net_amortized/);
  await ready(page);
  const answer = await ask<{ total: string }>(page, "costs?metric=net_amortized&view=total");
  expect(units(answer.total)).toBeGreaterThan(0n);
});

test("the hours of a day say what is billed by day or month, and leave it out when asked", async ({
  page,
}) => {
  const from = `${(await newest(page)).slice(0, 8)}01`;
  const span = `from=${from}&to=${from.slice(0, 8)}02`;
  await open(page, `?tab=service&view=hour&${span}`);
  const all = await total(page);
  type Rows = { rows: { keys: string[]; total: string }[] };
  const { rows } = await ask<Rows>(page, `costs?metric=amortized&view=total&group_by=billed_by&${span}`);
  const by = new Map(rows.map((row) => [row.keys[0], row.total]));
  await expect(page.getByText(/Billed by the day .* by the month or longer/)).toBeVisible();
  await page.getByRole("button", { name: "Show what is billed by the hour alone" }).click();
  await expect(page.getByRole("button", { name: "Billed by Hour" })).toBeVisible();
  await ready(page);
  expect(units(await total(page))).toBe(units(by.get("Hour") ?? "0"));
  const sum = rows.reduce((part, row) => part + units(row.total), 0n);
  expect(sum).toBe(units(all));
  await page.getByRole("button", { name: "Show all" }).click();
  await ready(page);
  expect(await total(page)).toBe(all);
});

test("what is tagged, what is not, and what cannot be add up to everything", async ({ page }) => {
  await open(page, "?tab=tag&tag=team&time=last-month");
  const line = page.getByText(/^Untagged: /).locator("..");
  await expect(line).toContainText("of what can be tagged)");
  const whole = await total(page);
  const parts: string[] = [];
  for (const at of [0, 1]) {
    await line.getByRole("button").nth(at).click();
    await expect(page).toHaveURL(/filter=tag(:|%3A)team(=|%3D)/);
    await ready(page);
    parts.push(await total(page));
    await page.goBack();
    await ready(page);
  }
  await page.goto(`${page.url()}&filter=tag%3Ateam!%3D`);
  await ready(page);
  parts.push(await total(page));
  expect(parts.map(units).reduce((sum, part) => sum + part)).toBe(units(whole));
});

test("what commitments leave unused is called so, and can be filtered by that name", async ({ page }) => {
  await open(page, "?tab=charge-type&time=last-13-months");
  await expect(table(page).getByRole("rowheader", { name: "SP unused" })).toBeVisible();
  const row = (await tableFigures(page)).find((one) => one.label.startsWith("SP unused"));
  await open(page, "?tab=service&time=last-13-months&filter=charge_type%3DSP%20unused");
  expect(await total(page)).toBe(row?.figures.at(-1));
  await open(page, "?tab=charge-type&time=last-13-months&metric=unblended");
  await expect(table(page).getByRole("rowheader", { name: "SP unused" })).toHaveCount(0);
  await expect(table(page).getByRole("rowheader", { name: "SP recurring fee" })).toBeVisible();
});

test("View opens what an account is made of, and one account alone leads to the next breakdown", async ({
  page,
}) => {
  await open(page);
  await page
    .getByRole("region", { name: "Top account spend efficiency" })
    .getByRole("button", { name: /^View (?!all)/ })
    .first()
    .click();
  await expect(page.getByRole("tab", { name: "Service", exact: true })).toHaveAttribute(
    "aria-selected",
    "true",
  );
  await open(page);
  await page.getByRole("button", { name: /^Accounts/ }).click();
  const panel = page.getByRole("dialog", { name: /^Accounts/ });
  await panel.getByRole("checkbox").first().check();
  await panel.getByRole("button", { name: "Apply" }).click();
  await expect(page.getByRole("tab", { name: "Account", exact: true })).toHaveAttribute(
    "aria-selected",
    "false",
  );
  await ready(page);
  await page.getByRole("tab", { name: "Account", exact: true }).click();
  await ready(page);
  await expect(table(page).locator("tbody tr")).toHaveCount(1);
});
