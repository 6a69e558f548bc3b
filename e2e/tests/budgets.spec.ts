import { type APIRequestContext, expect, type Locator, type Page, test } from "@playwright/test";
import { base, exact, expectAccessible, expectFits } from "./support";

interface Budget {
  id: string;
  name: string;
  now: { amount: string; actual: string | null; from: string; state: string };
}

async function all(request: APIRequestContext): Promise<Budget[]> {
  const answer = await request.get(`${base()}/api/v1/budgets`);
  expect(answer.ok()).toBe(true);
  return ((await answer.json()) as { budgets: Budget[] }).budgets;
}

test.afterEach(async ({ request }) => {
  for (const one of await all(request)) {
    await request.delete(`${base()}/api/v1/budgets/${one.id}`);
  }
});

async function make(request: APIRequestContext, budget: object): Promise<Budget> {
  const answer = await request.post(`${base()}/api/v1/budgets`, { data: budget });
  expect(answer.status(), await answer.text()).toBe(201);
  return (await answer.json()) as Budget;
}

const card = (page: Page, name: string) => page.getByRole("article", { name, exact: true });

async function choose(page: Page, dialog: Locator, field: string, option: string): Promise<void> {
  await dialog.getByRole("combobox", { name: field }).click();
  await page.getByRole("option", { name: option, exact: true }).click();
}

test("a budget is made from what is suggested, changed and deleted", async ({ page, request }) => {
  await page.goto(`${base()}/`);
  await page.getByRole("link", { name: "Budgets" }).click();
  await expect(page.getByRole("heading", { name: "No budget exists yet" })).toBeVisible();
  await expectAccessible(page);
  await page.getByRole("button", { name: "New budget" }).click();
  const dialog = page.getByRole("dialog", { name: "New budget" });
  await dialog.getByLabel("Name").fill("Quarter of the cloud");
  await choose(page, dialog, "Period", "Quarter");
  await choose(page, dialog, "Fiscal year begins in", "February");
  await expect(dialog.getByRole("status")).toContainText("complete quarters cost at most, rounded up");
  await expect(dialog.getByRole("figure", { name: "What the periods before cost" })).toBeVisible();
  await dialog.getByRole("button", { name: /^Take \$/ }).click();
  await dialog.getByRole("button", { name: "Add a threshold" }).click();
  await dialog.getByLabel("Percent of threshold 4").fill("50");
  await expectAccessible(page);
  await page.screenshot({ path: "test-results/budgets-form.png", fullPage: true });
  await dialog.getByRole("button", { name: "Make the budget" }).click();

  const found = card(page, "Quarter of the cloud");
  await expect(found).toBeVisible();
  const [kept] = await all(request);
  if (!kept?.now.actual) throw new Error("the demo company has costs");
  // The figure of the card is the interface's, to the last digit, and Cost Analysis says the same.
  expect(exact(await found.locator("strong [title]").getAttribute("title"))).toBe(kept.now.actual);
  const query = new URLSearchParams({
    metric: "amortized",
    group_by: "",
    view: "total",
    from: kept.now.from,
  });
  const costs = await request.get(`${base()}/api/v1/costs?${query}`);
  expect(((await costs.json()) as { total: string }).total).toBe(kept.now.actual);
  await expect(found.getByRole("list", { name: /Thresholds/ }).getByRole("listitem")).toHaveCount(4);
  await expect(found.getByRole("img")).toHaveAccessibleName(
    /Quarter of the cloud: \$.+ of \$.+ spent, .+ %; forecast/,
  );

  // Beyond a small amount; the figure stays.
  await found.getByRole("button", { name: "Edit Quarter of the cloud" }).click();
  const editing = page.getByRole("dialog", { name: "Edit Quarter of the cloud" });
  const amount = editing.getByLabel(/^Amount a quarter/);
  await amount.fill("ten");
  await expect(editing.getByText("Write it as 1250 or 1250.50")).toBeVisible();
  await amount.fill("10");
  await editing.getByRole("button", { name: "Save" }).click();
  await expect(found.getByText("Beyond", { exact: true })).toBeVisible();
  await expect(found.getByText(/ over/)).toBeVisible();

  await found.getByRole("button", { name: "Delete Quarter of the cloud" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Delete", exact: true }).click();
  await expect(page.getByRole("heading", { name: "No budget exists yet" })).toBeVisible();
  expect(await all(request)).toEqual([]);
});

test("every state is told, in both schemes and on a phone", async ({ page, request }) => {
  const costs = (await (
    await request.get(`${base()}/api/v1/costs?metric=amortized&group_by=service&view=total&time=last-month`)
  ).json()) as { total: string; rows: { keys: string[] }[] };
  const service = costs.rows[0]?.keys[0] ?? "";
  const lastMonth = Math.ceil(Number(costs.total));
  const thresholds = [
    { basis: "actual", percent: 1 },
    { basis: "actual", percent: 80 },
    { basis: "forecast", percent: 100 },
  ];
  const usual = { period: "month", thresholds };
  await make(request, { ...usual, name: "Everything", amount: String(lastMonth * 3) });
  await make(request, { ...usual, name: "Too little", amount: "1" });
  await make(request, {
    ...usual,
    name: `Only ${service}`,
    filters: [`service=${service}`],
    amount: String(lastMonth),
    thresholds: [],
  });
  await make(request, { ...usual, name: "A year in euros", period: "year", amount: "5", currency: "EUR" });
  await page.goto(`${base()}/budgets`);
  await expect(page.getByRole("article")).toHaveCount(4);
  const unknown = card(page, "A year in euros");
  await expect(unknown.getByText("Not known", { exact: true })).toBeVisible();
  await expect(unknown.getByText(/Nothing can be told: none of the bills .* is in EUR/)).toBeVisible();
  await expect(card(page, `Only ${service}`)).toContainText("It tells nothing by itself");
  // The first hours of a month may have no data: then that is said, too.
  const [little] = (await all(request)).filter((one) => one.name === "Too little");
  const label = little?.now.actual ? "Beyond" : "Not known";
  await expect(card(page, "Too little").getByText(label, { exact: true })).toBeVisible();
  await expect(card(page, "Everything").getByRole("row", { name: /20\d\d/ })).toHaveCount(12);
  await expectAccessible(page);
  await page.screenshot({ path: "test-results/budgets-light.png", fullPage: true });
  await page.emulateMedia({ colorScheme: "dark" });
  await page.reload();
  await expect(page.getByRole("article")).toHaveCount(4);
  await expectAccessible(page);
  await page.screenshot({ path: "test-results/budgets-dark.png", fullPage: true });
  await page.setViewportSize({ width: 390, height: 844 });
  await expectFits(page);
  await page.screenshot({ path: "test-results/budgets-phone.png", fullPage: true });
  await page.getByRole("button", { name: "New budget" }).click();
  await expect(page.getByRole("dialog", { name: "New budget" }).getByRole("status")).toBeVisible();
  await expectFits(page);
  await expectAccessible(page);
  await page.screenshot({ path: "test-results/budgets-phone-form.png" });
});

test("a page that cannot be loaded says so, and a link marks its budget", async ({ page, request }) => {
  const made = await make(request, { name: "Marked", period: "month", amount: "1000000" });
  await page.route("**/api/v1/budgets", (route) =>
    route.fulfill({
      status: 503,
      contentType: "application/problem+json",
      body: JSON.stringify({ title: "Not now", status: 503, detail: "it is busy", advice: "Come again." }),
    }),
  );
  await page.goto(`${base()}/budgets?budget=${made.id}`);
  const problem = page.getByRole("alert").filter({ hasText: "it is busy" });
  await expect(problem).toBeVisible();
  await page.unroute("**/api/v1/budgets");
  await problem.getByRole("button", { name: "Try again" }).click();
  await expect(card(page, "Marked")).toHaveAttribute("data-marked", "true");
});
