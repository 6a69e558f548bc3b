import { expect, type Page, test } from "@playwright/test";
import {
  base,
  exact,
  expectAccessible,
  expectFits,
  exported,
  newest,
  open,
  parseCsv,
  ready,
  table,
  units,
} from "./support";

interface Change {
  kind: string;
  compared_total: string;
  amount: string | null;
  percent: number | null;
}
interface Costs {
  total: string;
  previous: {
    from: string;
    to: string;
    compared_from: string;
    compared_to: string;
    total: string;
    change: Change;
  };
  rows: { keys: string[]; other: boolean; total: string; change: Change }[];
}

async function ask<T>(page: Page, path: string): Promise<T> {
  return (await (await page.request.get(`${base()}/api/v1/${path}`)).json()) as T;
}

const percent = (change: Change) => {
  const size = Math.abs(change.percent ?? 0).toFixed(1);
  return `${size === "0.0" ? "" : (change.percent ?? 0) > 0 ? "+" : "−"}${size} %`;
};

test("card, selection, table and file say the same change of the same days", async ({ page }) => {
  await open(page, "?time=this-month&tab=service&view=day");
  const overview = await ask<{ data_to: string }>(page, "overview");
  const month = `${(await newest(page)).slice(0, 8)}01`;
  const costs = await ask<Costs>(
    page,
    `costs?group_by=service&view=day&from=${month}&to=${overview.data_to}&compare=previous&top=20`,
  );
  test.skip(!costs.previous, "no day of the newest month is complete");
  const said = percent(costs.previous.change);
  await expect(page.getByRole("region", { name: "Summary" }).locator("article").first()).toContainText(said);
  await expect(page.getByTestId("compared")).toContainText(said);
  await expect(table(page).locator("tfoot")).toContainText(said);
  for (const view of ["Week", "Month"]) {
    await page.getByRole("radiogroup", { name: "View by" }).getByText(view).click();
    await ready(page);
    await expect(table(page).locator("tfoot")).toContainText(said);
  }
  const [head = [], ...rows] = parseCsv((await exported(page, "CSV")).toString("utf8"));
  expect(head.slice(-2)).toEqual(["change", "change_percent"]);
  expect(head.at(-3)).toContain(costs.previous.from);
  const changes = rows.filter((row) => row.length === head.length).map((row) => row.at(-2) ?? "0");
  const sum = changes.reduce((total, text) => total + signed(text), 0n);
  expect(sum).toBe(signed(costs.previous.change.amount ?? ""));
});

/** A decimal with a sign as a whole number of its last digit. */
function signed(text: string): bigint {
  return text.startsWith("-") ? -units(text.slice(1)) : units(text || "0");
}

test("days that are not complete are marked and left out of growth", async ({ page }) => {
  const overview = await ask<{ data_to: string; complete_to: string }>(page, "overview");
  test.skip(overview.complete_to >= overview.data_to, "the newest day is complete");
  await open(page, "?time=last-7-days&tab=service&view=day");
  const heads = table(page).getByRole("columnheader");
  await expect(heads.filter({ hasText: "part" })).toHaveCount(1);
  await expect(page.getByTestId("compared")).toContainText("is not complete");
  await open(page, "?time=last-7-days&tab=service&view=month");
  await expect(heads.filter({ hasText: "part" }).first()).toBeVisible();
});

test("the user chooses what figures are compared with; links and reloads keep it", async ({ page }) => {
  await open(page, "?time=last-month&tab=service");
  await page.getByRole("button", { name: /^Against Span before/ }).click();
  await page.getByRole("button", { name: "Same days a year ago" }).click();
  await expect(page).toHaveURL(/compare=year/);
  await ready(page);
  const year = Number(new Date().getUTCFullYear()) - 1;
  await expect(page.getByTestId("compared")).toContainText(new RegExp(`${year}|${year - 1}`));
  const overview = await ask<{ data_from: string }>(page, "overview");
  const from = overview.data_from;
  const to = `${from.slice(0, 8)}${String(Number(from.slice(8)) + 9).padStart(2, "0")}`;
  await open(page, `?time=last-month&tab=service&compare=${from}..${to}`);
  const costs = await ask<{ total: string; currency: string }>(page, `costs?from=${from}&to=${to}`);
  const told = page.getByTestId("compared").locator("span[title]").last();
  expect(exact(await told.getAttribute("title"))).toBe(costs.total);
  await page.reload();
  await ready(page);
  await expect(page.getByRole("button", { name: /^Against 1 / })).toBeVisible();
  await page.getByRole("button", { name: /^Against 1 / }).click();
  await expectAccessible(page);
  await page.setViewportSize({ width: 390, height: 800 });
  await expectFits(page);
});

test("changes sort in money and in percent", async ({ page }) => {
  await open(page, "?time=last-month&tab=service&rows=all");
  const column = async (at: number) =>
    await table(page)
      .locator("tbody tr")
      .evaluateAll(
        (rows, back) => rows.map((row) => [...row.querySelectorAll("td")].at(back)?.textContent ?? ""),
        at,
      );
  const money = (text: string) => Number(text.replace("−", "-").replace(/[^0-9.-]/g, "") || "0");
  await table(page).getByRole("button", { name: "Change", exact: true }).click();
  await ready(page);
  const amounts = (await column(-3)).map(money);
  expect(amounts).toEqual([...amounts].sort((a, b) => b - a));
  expect(amounts[0]).toBeGreaterThan(0);
  await table(page).getByRole("button", { name: "Change %" }).click();
  await ready(page);
  const rates = (await column(-2)).filter((text) => text.endsWith("%")).map(money);
  expect(rates).toEqual([...rates].sort((a, b) => b - a));
});

test("a link is copied with one click, and one to these very days with two", async ({ page, context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await open(page, "?time=this-month&tab=service");
  const copied = () => page.evaluate(() => navigator.clipboard.readText());
  await page.getByRole("button", { name: "Copy link" }).click();
  await expect.poll(copied).toBe(page.url());
  await page.getByRole("button", { name: "More links" }).click();
  await page.getByRole("menuitem", { name: /^Copy link to 1 / }).click();
  await expect.poll(copied).toMatch(/from=\d{4}-\d{2}-01&to=\d{4}-\d{2}-\d{2}/);
  expect(await copied()).not.toContain("time=");
});

test("quarters and years are presets", async ({ page }) => {
  await open(page, "?time=last-quarter&tab=service");
  await expect(page.getByRole("button", { name: /^Time Last quarter/ })).toBeVisible();
  await page.getByRole("button", { name: /^Time/ }).click();
  await page.getByRole("button", { name: "This year", exact: true }).click();
  await expect(page).toHaveURL(/time=this-year/);
});

test("the rest has a menu that leads to the discounts and credits in it", async ({ page }) => {
  await open(page, "?time=last-month&tab=service");
  const rest = table(page).locator("tbody tr").last();
  const figure = exact(await rest.locator("[data-explain]").last().getAttribute("title"));
  await rest.getByRole("rowheader").getByRole("button").click();
  await page.getByRole("menuitem", { name: /Discounts, credits/ }).click();
  await expect(page).toHaveURL(/tab=charge-type/);
  await ready(page);
  const total = table(page).locator("tfoot [data-explain]").last();
  expect(exact(await total.getAttribute("title"))).toBe(figure);
});

test("an explanation says what takes money off, and how amortized differs from billed", async ({ page }) => {
  await open(page, "?time=last-month&tab=service");
  await table(page).locator("tfoot [data-explain]").last().click();
  const drawer = page.getByRole("dialog", { name: "Explain" });
  const off = drawer.getByRole("region", { name: "What takes money off" });
  await expect(off.getByText("Discount (EDP)")).toBeVisible();
  await expect(off).toContainText("enterprise agreement");
  await drawer.getByRole("button", { name: "Amortized against unblended" }).click();
  const difference = drawer.getByTestId("difference");
  await expect(difference).toBeVisible();
  const span = new URL(page.url());
  expect(span.searchParams.get("explain")).toBe("total");
  const last = new Date(await newest(page));
  const day = (months: number) =>
    new Date(Date.UTC(last.getUTCFullYear(), last.getUTCMonth() + months, 1)).toISOString().slice(0, 10);
  const total = async (metric: string) =>
    (await ask<Costs>(page, `costs?metric=${metric}&from=${day(-1)}&to=${day(0)}`)).total;
  const found = signed((await difference.getAttribute("data-figure")) ?? "");
  expect(found).toBe(signed(await total("amortized")) - signed(await total("unblended")));
  await expect(drawer.getByRole("table").first().locator("tbody")).not.toHaveCount(0);
  await expectAccessible(page);
});
