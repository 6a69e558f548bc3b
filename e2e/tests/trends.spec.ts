import { expect, type Page } from "@playwright/test";
import { test } from "./own-server";
import { setUp } from "./people";
import { base, connectBill, expectAccessible, expectFits } from "./support";

const events = (page: Page) => page.getByRole("region", { name: "Events, table" });
const all = (page: Page) => page.getByRole("region", { name: "All events, table" });

/** Opens the top trends and waits until the chart and the events of the last look are there. */
async function openTrends(page: Page, url: string, search = "?time=last-13-months"): Promise<void> {
  await page.goto(`${url}/trends${search}`);
  await expect(page.getByRole("heading", { level: 1, name: "Trends" })).toBeVisible();
  await expect(page.getByTestId("trends-chart").locator("canvas")).toBeVisible();
  await expect(events(page)).toBeVisible({ timeout: 90_000 });
  await expect(page.locator("main [aria-busy=true]")).toHaveCount(0);
}

/** Opens the event that stands first. */
async function openFirst(page: Page): Promise<string> {
  const link = events(page).getByRole("rowheader").first().getByRole("link");
  const title = (await link.textContent()) ?? "";
  await link.click();
  await expect(page.getByRole("heading", { level: 1, name: title })).toBeVisible();
  await expect(page.getByTestId("event-chart").locator("canvas")).toBeVisible();
  await expect(page.locator("main [aria-busy=true]")).toHaveCount(0);
  return title;
}

test("a definition is tried, saved, and its events are judged and put away", async ({
  page,
  server,
  reports,
}) => {
  test.setTimeout(300_000);
  await setUp(page, server);
  // Before there is a bill there is nothing to look at, and the page says how to begin.
  await page.goto(`${server.url}/trends`);
  await expect(page.getByRole("link", { name: "Add permissions" })).toBeVisible();
  await page.goto(`${server.url}/`);
  await connectBill(page, reports);

  await openTrends(page, server.url);
  await page.getByRole("link", { name: "Event definitions" }).click();
  await expect(page.getByRole("row", { name: /^Irregular spend/ })).toBeVisible();
  await expect(page.getByRole("switch", { name: "Daily range notifies" })).not.toBeChecked();
  await expectAccessible(page);
  await page.getByRole("link", { name: "New definition" }).click();

  // The past answers while the threshold is dragged: more than twice as much is seen less often than a quarter more.
  await page.getByRole("textbox", { name: "Name" }).fill("Whole accounts");
  await page.getByRole("combobox", { name: "Object" }).click();
  await page.getByRole("option", { name: "Each account", exact: true }).click();
  await page.getByRole("combobox", { name: "Method" }).click();
  // By months: of a bill of so few rows any day is many times the one before.
  await page.getByRole("option", { name: "Monthly range" }).click();
  const backtest = page.getByRole("region", { name: "The last twelve months by this definition" });
  const count = async () => {
    await expect(backtest.locator("[data-stale=false]")).toBeVisible();
    return Number(/^([\d,]+) event/.exec((await backtest.getByRole("status").textContent()) ?? "")?.[1]);
  };
  await expect(backtest.getByTestId("backtest-chart")).toBeVisible();
  await expect.poll(count).toBeGreaterThan(0);
  const few = await count();
  const thumb = page.getByRole("slider", { name: "Threshold in percent" });
  await thumb.focus();
  await thumb.press("End");
  await expect.poll(count).toBeLessThan(few);
  await thumb.press("Home");
  await expect.poll(count).toBeGreaterThanOrEqual(few);
  await expectAccessible(page);
  await page.getByRole("button", { name: "Create definition" }).click();
  const made = page.getByRole("row", { name: /^Whole accounts/ });
  await expect(made).toContainText("5 % and $100");
  await made.getByRole("switch", { name: "Whole accounts is on" }).press("Space");
  await expect(made.getByRole("switch", { name: "Whole accounts is on" })).not.toBeChecked();

  // From the newest event to its cause, to the day, and to the rows.
  await page.getByRole("link", { name: "Back to Trends" }).click();
  await openTrends(page, server.url, "?time=last-13-months&sort=-excess");
  const title = await openFirst(page);
  await expect(
    page.getByRole("region", { name: "What explains it" }).getByRole("listitem").first(),
  ).toBeVisible();
  await expect(
    page.getByRole("region", { name: "How the cost changed" }).getByText("Quantity"),
  ).toBeVisible();
  await page.getByTestId("event-chart").click({ position: { x: 400, y: 150 } });
  await expect(page.getByRole("region", { name: "Why, or why no event" })).toContainText("Cost of the day");
  await expect(page).toHaveURL(/day=\d{4}-\d{2}-\d{2}/);
  const days = page.getByRole("slider", { name: "Days of the trend" });
  const before = await days.getAttribute("aria-valuetext");
  await days.press("ArrowRight");
  await expect(days).not.toHaveAttribute("aria-valuetext", before ?? "");
  await page.getByRole("radiogroup", { name: "Break down by" }).getByText("Region", { exact: true }).click();
  await expect(page.getByRole("region", { name: "Cost breakdown, table" })).toContainText("Total, of all");
  await expect(page).toHaveURL(/by=region/);

  // What people say of it. What looks like markup is text.
  const text = "<b>Load test</b> of Ada’s team";
  await page.getByRole("textbox", { name: "New comment" }).fill(text);
  await page.getByRole("button", { name: "Add comment" }).click();
  await expect(page.getByText(text)).toBeVisible();
  await page.getByRole("button", { name: /^Edit your comment/ }).click();
  await page.getByRole("textbox", { name: "Your comment" }).fill(`${text}, planned`);
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await expect(page.getByText(`${text}, planned`)).toBeVisible();
  await page.getByRole("button", { name: "Planned" }).click();
  await expect(page.getByRole("button", { name: "Planned", pressed: true })).toBeVisible();
  await page.getByRole("button", { name: "Expected until…" }).click();
  const dialog = page.getByRole("dialog", { name: "Until when is it expected?" });
  await dialog.getByLabel(/^Up to/).fill("a lot");
  await expect(dialog.getByText("Enter an amount, such as 500")).toBeVisible();
  await dialog.getByLabel(/^Up to/).fill("1,500");
  await expectAccessible(page);
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText(/up to \$1,500\.00 beyond, by Ada Lovelace/)).toBeVisible();
  await page.getByRole("button", { name: /^Delete the comment/ }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
  await expect(page.getByText("Nobody has written anything yet.")).toBeVisible();
  await expectAccessible(page);

  // Put away, and taken back from the list of all.
  await page.getByRole("button", { name: "Archive", exact: true }).click();
  await expect(page.getByRole("button", { name: "Reactivate" })).toBeVisible();
  const id = /events\/([^?]+)/.exec(page.url())?.[1] ?? "";
  await page.goto(`${server.url}/trends/events?status=archived`);
  const row = all(page).getByRole("row").filter({ hasText: id });
  await expect(row).toContainText("Planned");
  await expect(row).toContainText("Archived");
  await row.getByRole("checkbox").check();
  await page.getByRole("button", { name: "Reactivate" }).click();
  await expect(row).toHaveCount(0);
  await page.getByRole("radiogroup", { name: "Which events" }).getByText("Active", { exact: true }).click();
  await page.getByRole("textbox", { name: "Search events" }).fill(id);
  await expect(all(page).getByRole("row")).toHaveCount(2);
  await expect(all(page).getByRole("rowheader")).toContainText(title);
  await expectAccessible(page);
});

for (const scheme of ["light", "dark"] as const) {
  test(`axe finds nothing on the pages of trends in ${scheme} colours`, async ({ page }) => {
    await page.emulateMedia({ colorScheme: scheme });
    await openTrends(page, base());
    await expectAccessible(page);
    await openFirst(page);
    await expectAccessible(page);
    await page.goto(`${base()}/trends/definitions/predefined_robust`);
    await expect(page.getByTestId("backtest-chart")).toBeVisible();
    await expectAccessible(page);
  });
}

test("a phone needs no sideways scrolling", async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await openTrends(page, base());
  await expectFits(page);
  await openFirst(page);
  await expectFits(page);
  await page.goto(`${base()}/trends/definitions`);
  await expect(page.getByRole("row", { name: /^Irregular spend/ })).toBeVisible();
  await expectFits(page);
  await page.goto(`${base()}/trends/definitions/new`);
  await expect(page.getByTestId("backtest-chart")).toBeVisible();
  await expectFits(page);
});

test("a mark in the chart leads to its event", async ({ page }) => {
  await openTrends(page, base(), "?time=last-90-days");
  const chart = page.getByRole("region", { name: "Top trends" });
  const mark = chart
    .getByRole("link", { name: /^Event: / })
    .or(chart.getByRole("button", { name: /^\d+ events/ }));
  await mark.first().press("Enter");
  const entry = page.getByRole("menuitem").first();
  await expect(entry.or(page.getByTestId("event-chart"))).toBeVisible();
  if (await entry.isVisible()) await entry.click();
  await expect(page.getByTestId("event-chart").locator("canvas")).toBeVisible();
  await expect(page).toHaveURL(/\/trends\/events\/[^/?]+/);
});

test("the first look, silence and a failed look are said", async ({ page }) => {
  let change: Record<string, unknown> = {};
  const real = await (await page.request.get(`${base()}/api/v1/trends`)).json();
  await page.route(/\/api\/v1\/trends(\?|$)/, (route) => route.fulfill({ json: { ...real, ...change } }));
  const list = await (await page.request.get(`${base()}/api/v1/trend-events`)).json();
  await page.route(/\/api\/v1\/trend-events\?/, (route) =>
    route.fulfill({ json: { ...list, events: [], total: 0 } }),
  );
  change = { state: "looking", looked_at: null, series: 0, through: null };
  await page.goto(`${base()}/trends`);
  await expect(page.getByText("Looking at your bills for the first time")).toBeVisible();
  // It appears by itself.
  change = { state: "ready", series: 6012, through: "2026-11-24", open: 0 };
  await expect(page.getByText("6,012 series looked at, through 2026-11-24; nothing irregular")).toBeVisible();
  await expectAccessible(page);
  change = { state: "failed", message: "The disk is full." };
  await page.reload();
  await expect(page.getByRole("alert")).toContainText("The disk is full.");
});

test("the address holds filters and order", async ({ page }) => {
  await page.goto(`${base()}/trends/events?status=all`);
  await expect(all(page)).toBeVisible();
  await all(page).getByRole("button", { name: "Cost" }).click();
  await expect(all(page).getByRole("columnheader", { name: "Cost" })).toHaveAttribute(
    "aria-sort",
    "descending",
  );
  // One that there is: what the demo company has of them follows from its bill.
  const severity =
    (await all(page)
      .getByText(/^(Low|Medium|High)$/)
      .first()
      .textContent()) ?? "";
  await page
    .getByRole("button", { name: /^Severity/ })
    .first()
    .click();
  await page.getByRole("checkbox", { name: severity, exact: true }).check();
  await page.keyboard.press("Escape");
  await expect(page).toHaveURL(new RegExp(`severity=${severity.toLowerCase()}`));
  await expect(page).toHaveURL(/sort=-cost/);
  await page.reload();
  await expect(all(page).getByRole("columnheader", { name: "Cost" })).toHaveAttribute(
    "aria-sort",
    "descending",
  );
  await page.getByRole("button", { name: "Reset filters" }).click();
  await expect(page).not.toHaveURL(/severity/);
});
