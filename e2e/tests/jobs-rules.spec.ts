import { expect, type Locator, type Page } from "@playwright/test";
import { counting } from "./clicks";
import { type Definitions, definitions, putSharedCosts, restore } from "./definitions";
import { decimal, type RawRow, sumOf, sums, test } from "./raw-bill";
import { base, newest, plain, ready, table, tableFigures } from "./support";

// The jobs that need rules of one's own: business units and environments, made as people make them, against sums over the raw
// report files.

let before: Definitions;
test.beforeEach(async ({ request }) => {
  before = await definitions(request);
});
test.afterEach(({ request }) => restore(request, before));

const amortized = (rows: readonly RawRow[]) => Number(sumOf(rows));

/** The last whole month of the data. */
async function lastMonth(page: Page): Promise<string> {
  const last = new Date(await newest(page));
  return new Date(Date.UTC(last.getUTCFullYear(), last.getUTCMonth() - 1, 1)).toISOString().slice(0, 7);
}

/** Chooses from a field that searches as one types. */
async function choose(within: Page | Locator, page: Page, field: string, option: string): Promise<void> {
  const box = within.getByRole("combobox", { name: field });
  await box.click();
  if (await box.isEditable()) await box.fill(option);
  await page.getByRole("option", { name: option, exact: true }).click();
}

test("11: three business units as subsets, with support split in proportion", async ({
  page,
  request,
  bill,
}) => {
  await putSharedCosts(request, []);
  const { accounts } = (await (await request.get(`${base()}/api/v1/accounts`)).json()) as {
    accounts: { account_id: string; subset_id: string | null }[];
  };
  const free = accounts.filter((one) => one.subset_id === null).map((one) => one.account_id);
  const [one = "", two = "", three = "", four = ""] = free;
  const units = { "Unit north": [one, four], "Unit south": [two], "Unit west": [three] };
  const clicks = await counting(page);
  await page.goto(`${base()}/subsets`);
  for (const [name, own] of Object.entries(units)) {
    await page.getByRole("button", { name: "New subset" }).click();
    const dialog = page.getByRole("dialog", { name: "New subset" });
    await dialog.getByRole("textbox", { name: "Name" }).fill(name);
    for (const account of own) {
      await dialog.getByRole("textbox", { name: "Search accounts" }).fill(account);
      await dialog.getByRole("list", { name: "Other accounts (1)" }).getByRole("button").click();
    }
    await dialog.getByRole("button", { name: "Make the subset" }).click();
    await expect(page.getByRole("heading", { level: 1, name })).toBeVisible();
    await page.getByRole("link", { name: "Subsets", exact: true }).first().click();
  }
  await page.getByRole("link", { name: "Shared costs" }).click();
  await page.getByRole("button", { name: "Add rule" }).click();
  const rule = page.getByRole("list", { name: "Rules, in order" }).locator("> li").last();
  await rule.getByRole("textbox", { name: "Name", exact: true }).fill("Support");
  await choose(rule, page, "Add a filter", "Charge type");
  const values = page.getByRole("dialog", { name: /^Charge type/ });
  await values.getByRole("checkbox", { name: /^Support/ }).check();
  await values.getByRole("button", { name: "Apply" }).click();
  await rule.getByRole("radio", { name: "In proportion" }).check();
  await page.getByRole("button", { name: "Save rules" }).click();
  await expect(page.getByText("Saved.")).toBeVisible();
  await page.getByRole("link", { name: "Cost Analysis" }).click();
  await ready(page);
  await page.getByRole("button", { name: "More breakdowns" }).click();
  await page.getByRole("menuitemradio", { name: "Subset", exact: true }).click();
  await page.getByRole("button", { name: /^Time/ }).click();
  await page.getByRole("button", { name: "Last month", exact: true }).click();
  await expect(page).toHaveURL(/time=last-month/);
  await ready(page);
  await page.getByRole("switch", { name: "Split shared costs" }).click();
  await expect(page).toHaveURL(/shared=split/);
  await ready(page);
  await clicks.atMost(45);

  const month = await lastMonth(page);
  const rows = bill.rows.filter((row) => row.start.startsWith(month));
  const isSupport = ({ product, type }: RawRow) =>
    product.startsWith("AWSSupport") && /^(Usage|Fee)$/.test(type);
  const support = rows.filter(isSupport);
  const rest = rows.filter((row) => !isSupport(row));
  // Who costs nothing bears nothing.
  const bearing = sums(rest, (row) => row.account).filter(([, cost]) => cost > 0n);
  const whole = Number(decimal(bearing.reduce((sum, [, cost]) => sum + cost, 0n)));
  expect(amortized(support)).toBeGreaterThan(0);
  const shown = await tableFigures(page);
  const figure = (label: string) => Number(shown.find((row) => row.label === label)?.figures.at(-1));
  for (const [name, own] of Object.entries(units)) {
    const cost = amortized(rest.filter((row) => own.includes(row.account)));
    const expected = cost + (amortized(support) * cost) / whole;
    // Shares are counted in billionths.
    expect(Math.abs(figure(name) - expected), name).toBeLessThan(0.0001);
  }
  expect(plain(shown.at(-1)?.figures.at(-1) ?? "")).toBe(sumOf(rows));
});

test("12: an environment from account names, as a virtual tag", async ({ page, bill }) => {
  const month = await lastMonth(page);
  const clicks = await counting(page);
  await page.goto(`${base()}/virtual-tags/new`);
  await page.getByRole("textbox", { name: "Name" }).fill("Environment by name");
  await page.getByRole("textbox", { name: "Value", exact: true }).fill("production");
  await choose(page, page, "What condition 1 of rule 1 looks at", "Account name");
  await choose(page, page, "How condition 1 of rule 1 compares", "ends with");
  const values = page.getByRole("combobox", { name: "Values of condition 1 of rule 1" });
  await values.fill("-prod");
  await values.press("Enter");
  await page.getByRole("button", { name: "Save virtual tag" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Environment by name" })).toBeVisible();
  await page.getByRole("link", { name: "Show costs" }).click();
  await ready(page);
  await page.getByRole("button", { name: /^Time/ }).click();
  await page.getByRole("button", { name: "Last month", exact: true }).click();
  await expect(page).toHaveURL(/time=last-month/);
  await ready(page);
  await clicks.atMost(16);
  const rows = bill.rows.filter((row) => row.start.startsWith(month));
  const own = rows.filter((row) => bill.names[row.account]?.endsWith("-prod"));
  expect(own.length).toBeGreaterThan(0);
  const shown = await tableFigures(page);
  const production = shown.find((row) => row.label === "production");
  expect(plain(production?.figures.at(-1) ?? "")).toBe(sumOf(own));
  expect(plain(shown.at(-1)?.figures.at(-1) ?? "")).toBe(sumOf(rows));
  await expect(table(page).getByRole("rowheader", { name: "No match" })).toBeVisible();
});
