import { expect, type Locator, type Page, test } from "@playwright/test";
import { serve } from "../server";
import { setUp } from "./people";
import { hourly, makeReports, removeReports } from "./reports";
import { base, connectBill, download, expectAccessible, expectFits, parseCsv } from "./support";

const tabs = ["Compute overview", "Containers", "Elastic applications", "Reservations", "Waste"] as const;

/** Nothing on the page is still on its way. */
async function settled(page: Page): Promise<void> {
  await expect(page.getByRole("heading", { level: 1, name: "Optimization" })).toBeVisible();
  await expect(page.locator("main [aria-busy=true]")).toHaveCount(0, { timeout: 90_000 });
}

async function openTab(page: Page, search: string): Promise<void> {
  await page.goto(`${base()}/optimization${search}`);
  await settled(page);
}

const rows = (table: Locator) => table.locator("tbody tr");

test("every tab opens from the navigation, by keyboard too, and its figures explain themselves", async ({
  page,
}) => {
  await page.goto(base());
  await page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name: "Optimization" }).click();
  await settled(page);
  const list = page.getByRole("tablist", { name: "Optimization" });
  await list.getByRole("tab", { selected: true }).focus();
  for (const name of tabs.slice(1)) {
    await page.keyboard.press("ArrowRight");
    await expect(list.getByRole("tab", { name })).toHaveAttribute("aria-selected", "true");
    await settled(page);
    await expectAccessible(page);
  }
  // How a figure is known, and the rows behind it.
  await page.getByRole("button", { name: "How this is known: Waste a month" }).click();
  await expect(page.getByText("The sum of all findings that stand")).toBeVisible();
  await page.keyboard.press("Escape");
  await list.getByRole("tab", { name: "Reservations" }).click();
  await settled(page);
  await page.getByRole("button", { name: "How this is known: All-time waste" }).click();
  await page.getByRole("link", { name: "Show the rows in Cost Analysis" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Cost Analysis" })).toBeVisible();
  await expect(page).toHaveURL(/charge_type/);
});

test("the commitment is dragged by keyboard: the curve answers at once, a replay where it rests", async ({
  page,
}) => {
  await openTab(page, "?tab=reservations&offer=compute&term=3yr");
  const live = page.getByTestId("live-figures");
  const slider = page.getByRole("slider", { name: "Commitment by the hour" });
  await expect(live).toHaveAttribute("data-rough", "false");
  const saved = async () => (await live.getByRole("definition").first().textContent()) ?? "";
  const best = await saved();
  await slider.focus();
  await page.keyboard.press("Home");
  await expect(live).toHaveAttribute("data-rough", "false");
  await expect(page).toHaveURL(/commitment=0/);
  await expect.poll(saved).not.toBe(best);
  await expect(page.locator("[data-mark=chosen]").first()).toBeVisible();
  for (let press = 0; press < 5; press++) await page.keyboard.press("ArrowRight");
  await expect(page).toHaveURL(/commitment=\d+(\.\d+)?(&|$)/);
  await expect(live).toHaveAttribute("data-rough", "false");
  await page.getByRole("button", { name: "Back to recommended" }).click();
  await expect(page).not.toHaveURL(/commitment=/);
  await expect.poll(saved).toBe(best);
  await expect(page.getByRole("button", { name: "Back to recommended" })).toBeDisabled();
});

test("offers, terms and look-backs are chosen, and the answer says what it rests on", async ({ page }) => {
  await openTab(page, "?tab=reservations&offer=compute&term=3yr");
  const answer = page.getByRole("article", { name: "Recommendation" });
  await expect(answer).toBeVisible();
  await page.getByRole("tab", { name: "If usage falls" }).click();
  const risk = page.getByRole("region", { name: "If usage falls, table" });
  for (const step of ["As in the look-back", "−10 %", "−20 %", "−30 %"]) {
    await expect(risk.getByRole("rowheader", { name: step, exact: true })).toBeVisible();
  }
  await page.getByRole("tab", { name: /^Not known/ }).click();
  await page.getByRole("tab", { name: "Prices" }).click();
  await expect(
    page.getByRole("region", { name: "Prices, table" }).or(page.getByText(/No price was found/)),
  ).toBeVisible();
  await page.getByRole("radiogroup", { name: "Look-back" }).getByText("7 days", { exact: true }).click();
  await settled(page);
  await expect(page).toHaveURL(/days=7/);
  await page.getByRole("radio", { name: /^Compute together/ }).check();
  await settled(page);
  await page.getByRole("tab", { name: "How good it is" }).click();
  await expect(
    page.getByText("Nothing can cost less than").or(page.getByText(/no bound is known/)),
  ).toBeVisible();
  const link = page.getByRole("link", { name: "Purchase plan as CSV" });
  const csv = parseCsv((await download(page, () => link.click())).toString("utf8"));
  expect(csv[0]).toContain("commitment_per_hour");
});

test("commitments are searched, sorted, kept as a file, and each shows its hours", async ({ page }) => {
  await openTab(page, "?tab=reservations&show=all");
  const table = page.getByRole("region", { name: "Commitments, table" });
  const all = await rows(table).count();
  expect(all).toBeGreaterThan(0);
  const file = await download(page, () =>
    page
      .getByRole("region", { name: "Every commitment" })
      .getByRole("button", { name: "Export CSV" })
      .click(),
  );
  expect(parseCsv(file.toString("utf8"))[0]?.[0]).toBe("commitment_id");
  await page.getByRole("textbox", { name: "Search commitments" }).fill("no such commitment");
  await expect(page.getByText("No commitment matches this search.")).toBeVisible();
  await page.getByRole("textbox", { name: "Search commitments" }).fill("");
  await table.getByRole("button", { name: "Net savings" }).click();
  await expect(page).toHaveURL(/sort=-savings/);
  await expect(rows(table)).toHaveCount(Math.min(all, 25));
});

test("each commitment shows its hours, and the replay stands beside the bill", async ({ page }) => {
  test.setTimeout(400_000);
  const reports = makeReports(hourly);
  const server = await serve(["--allow-folder", reports]);
  try {
    await setUp(page, server);
    // Before there is a bill there is nothing to look at, and the page says how to begin.
    await page.goto(`${server.url}/optimization`);
    await expect(page.getByRole("link", { name: "Add permissions" })).toBeVisible();
    await page.goto(`${server.url}/`);
    await connectBill(page, reports);
    await expect
      .poll(async () => (await page.request.get(`${server.url}/api/v1/optimization/replay`)).status(), {
        timeout: 120_000,
      })
      .toBe(200);
    await page.goto(`${server.url}/optimization?tab=reservations&show=all&sort=-cost`);
    await settled(page);
    const table = page.getByRole("region", { name: "Commitments, table" });
    await table
      .getByRole("button", { name: /show its hours/ })
      .first()
      .click();
    const dialog = page.getByRole("dialog");
    await expect(dialog.getByRole("status")).toContainText("unused, in");
    await expect(dialog.getByTestId("hours-chart").locator("canvas")).toBeVisible();
    await expectAccessible(page);
    await page.keyboard.press("Escape");
    const proof = page.getByRole("region", { name: "The replay against the bill" });
    await expect(proof.getByText("Used by the replay")).toBeVisible();
    await proof.getByRole("button", { name: /^Show \d+ commitment/ }).click();
    const replayed = page.getByRole("region", { name: "Replay by commitment, table" });
    expect(await rows(replayed).count()).toBeGreaterThan(0);
  } finally {
    await server.stop();
    removeReports(reports);
  }
});

test("a workload leaves spot with a reason, and comes back", async ({ page }) => {
  await openTab(page, "?tab=containers");
  const table = page.getByRole("region", { name: "Workloads, table" });
  const row = rows(table).first();
  const name = (await row.getByRole("rowheader").textContent()) ?? "";
  const figure = page.getByRole("article").filter({ hasText: "Of it on demand" }).locator("p").first();
  const before = await figure.textContent();
  await row.getByRole("checkbox").check();
  await page.getByRole("button", { name: "Exclude from spot" }).click();
  const dialog = page.getByRole("dialog", { name: "Exclude from spot" });
  await expect(dialog.getByRole("button", { name: "Exclude 1 workload" })).toBeDisabled();
  await dialog.getByRole("textbox", { name: "Reason" }).fill("Stateful");
  await expectAccessible(page);
  await dialog.getByRole("button", { name: "Exclude 1 workload" }).click();
  await expect(dialog).toBeHidden();
  const out = rows(table).filter({ hasText: "Stateful" });
  await expect(out).toContainText(name);
  await expect(out).toHaveAttribute("data-out", "true");
  await expect.poll(() => figure.textContent()).not.toBe(before);
  await out.getByRole("checkbox").check();
  await page.getByRole("button", { name: "Include in spot" }).click();
  await expect(out).toHaveCount(0);
  await expect.poll(() => figure.textContent()).toBe(before);
});

test("a finding is put away with a reason until a day, and taken back", async ({ page }) => {
  await openTab(page, "?tab=waste");
  const table = page.getByRole("region", { name: "Findings, table" });
  const standing = Number(
    /(\d+) finding/.exec((await page.getByRole("status").last().textContent()) ?? "")?.[1],
  );
  expect(standing).toBeGreaterThan(0);
  await rows(table)
    .first()
    .getByRole("button", { name: /^Dismiss/ })
    .click();
  const dialog = page.getByRole("dialog", { name: "Dismiss this finding" });
  await dialog.getByRole("textbox", { name: "Reason" }).fill("Kept for the drill");
  await dialog.getByText("30 days", { exact: true }).click();
  await dialog.getByRole("button", { name: "Dismiss" }).click();
  await expect(dialog).toBeHidden();
  await expect(rows(table).filter({ hasText: "Kept for the drill" })).toHaveCount(0);
  await page.getByRole("radiogroup", { name: "Which findings" }).getByText("Also dismissed").click();
  const gone = rows(table).filter({ hasText: "Kept for the drill" });
  await expect(gone).toHaveCount(1);
  await gone.getByRole("button", { name: /^Take back/ }).click();
  await expect(gone).toHaveCount(0);
});

test("dark and at a phone's width nothing sticks out, and all of it can be read", async ({ page }) => {
  test.setTimeout(300_000);
  await page.emulateMedia({ colorScheme: "dark" });
  for (const tab of ["overview", "containers", "elastic", "reservations", "waste"]) {
    await page.setViewportSize({ width: 1440, height: 1000 });
    await openTab(page, `?tab=${tab}`);
    await expectAccessible(page);
    await page.setViewportSize({ width: 390, height: 844 });
    await expectFits(page);
    await expectAccessible(page);
  }
});

test("what fails says so, and is tried again", async ({ page }) => {
  let failing = true;
  await page.route("**/api/v1/optimization/waste*", (route) =>
    failing
      ? route.fulfill({
          status: 503,
          contentType: "application/problem+json",
          json: {
            title: "Busy",
            detail: "too many questions at once",
            advice: "Try again in a minute.",
            status: 503,
          },
        })
      : route.continue(),
  );
  await page.goto(`${base()}/optimization?tab=waste`);
  await expect(page.getByRole("alert")).toContainText("too many questions at once");
  failing = false;
  await page.getByRole("button", { name: "Try again" }).click();
  await settled(page);
  await expect(page.getByRole("article").first()).toBeVisible();
});
