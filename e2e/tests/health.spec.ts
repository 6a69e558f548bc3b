import { cpSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { expect } from "@playwright/test";
import { test } from "./own-server";
import { administrator, invite, setUp } from "./people";
import { connectBill, expectAccessible, expectFits } from "./support";

test("a failure appears and clears without a reload, and proves nothing less", async ({
  page,
  context,
  server,
  reports,
}) => {
  const home = mkdtempSync(join(reports, "health-"));
  const [bill, away] = [join(home, "bill"), join(home, "away")];
  mkdirSync(bill);
  for (const name of readdirSync(reports).filter((one) => !one.startsWith("health-"))) {
    cpSync(join(reports, name), join(bill, name), { recursive: true });
  }
  await setUp(page, server);
  await connectBill(page, bill);

  // Somebody else looks for new deliveries; this page stays as it is.
  const other = await context.newPage();
  await other.goto(`${server.url}/connections`);
  await other.getByRole("link", { name: "Bill", exact: true }).click();
  const look = other.getByRole("button", { name: "Look for new deliveries" });
  renameSync(bill, away);
  await look.click();
  const told = page.getByRole("alert").filter({ hasText: "One source could not be read" });
  await expect(told).toBeVisible({ timeout: 40_000 });
  await expect(told.getByRole("listitem")).toHaveCount(1);
  await expect(told.getByText(/^Since /)).toBeVisible();
  await expect(page.getByRole("button", { name: "Proven to the bill" })).toBeVisible();
  await expectAccessible(page);
  await expect(other.getByRole("heading", { name: "The last reading failed" })).toBeVisible();
  await expect(other.getByText("Needs attention").first()).toBeVisible({ timeout: 40_000 });
  await page.screenshot({ path: "test-results/health-failure.png" });
  await other.screenshot({ path: "test-results/health-connection.png", fullPage: true });
  await other.setViewportSize({ width: 390, height: 844 });
  await expectFits(other);

  renameSync(away, bill);
  await look.click();
  await expect(told).toHaveCount(0, { timeout: 40_000 });
  await expect(other.getByRole("heading", { name: "The last reading failed" })).toHaveCount(0);
  const history = other.getByRole("region", { name: "Failed and empty looks at the source" });
  await expect(history.getByRole("row")).toHaveCount(2);
  await expect(history.getByText("not yet")).toHaveCount(0, { timeout: 40_000 });
  rmSync(home, { recursive: true, force: true });
});

test("a connection is paused and goes on, at any time", async ({ page, server, reports }) => {
  await setUp(page, server);
  await connectBill(page, reports);
  await page.getByRole("link", { name: "Connections", exact: true }).click();
  await page.getByRole("link", { name: "Bill", exact: true }).click();
  await page.getByRole("button", { name: "Pause" }).click();
  await expect(page.getByText("This connection is paused")).toBeVisible();
  await expect(page.getByRole("button", { name: "Look for new deliveries" })).toHaveCount(0);
  await expectAccessible(page);
  await page.getByRole("button", { name: "Go on" }).click();
  await expect(page.getByText("This connection is paused")).toHaveCount(0);
  await page.getByRole("button", { name: "Read everything again" }).click();
  const dialog = page.getByRole("dialog", { name: "Read everything again?" });
  await expectAccessible(page);
  await dialog.getByRole("button", { name: "Read everything again" }).click();
  await expect(dialog).toHaveCount(0);
  await expect(page.getByRole("button", { name: "Look for new deliveries" })).toBeVisible({
    timeout: 90_000,
  });
});

test("two people edit one thing, and the second is told", async ({ page, browser, server }) => {
  await setUp(page, server);
  const theirs = await invite(page, browser, server, "Administrator");
  await theirs.goto(`${server.url}/organization`);
  await page.goto(`${server.url}/organization`);
  const rename = async (who: typeof page, to: string) => {
    await who.getByRole("dialog").getByRole("textbox", { name: "Name" }).fill(to);
    await who.getByRole("dialog").getByRole("button", { name: "Rename" }).click();
  };
  await page.getByRole("button", { name: "Rename" }).click();
  await theirs.getByRole("button", { name: "Rename" }).click();
  await rename(page, "Harborline Freight");
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await rename(theirs, "Harbor Line");
  const told = theirs.getByRole("dialog").getByRole("alert");
  await expect(told).toContainText(`${administrator.name} changed the organization's name`);
  await expect(told).toContainText("after you opened it");
  await expectAccessible(theirs);
  await theirs.screenshot({ path: "test-results/health-two-people.png" });
  // Both are shown, nothing that was typed is lost, and either is taken.
  const differs = told.getByRole("row", { name: "Name Harbor Line Harborline Freight" });
  await expect(differs).toBeVisible();
  await expect(theirs.getByRole("dialog").getByRole("textbox", { name: "Name" })).toHaveValue("Harbor Line");
  await expectAccessible(theirs);
  await theirs.setViewportSize({ width: 390, height: 844 });
  await theirs.screenshot({ path: "test-results/health-two-people-phone.png" });
  await told.getByRole("button", { name: "Keep mine, on top of it" }).click();
  await expect(told).toHaveCount(0);
  await theirs.getByRole("dialog").getByRole("button", { name: "Rename" }).click();
  await expect(theirs.getByRole("dialog")).toHaveCount(0);
  // The first one's page has it by now; the next one to be told takes what there is.
  await page.getByRole("button", { name: "Rename" }).click();
  await theirs.getByRole("button", { name: "Rename" }).click();
  await rename(theirs, "Harbor Line Sea");
  await expect(theirs.getByRole("dialog")).toHaveCount(0);
  await rename(page, "Harbor Line Air");
  const again = page.getByRole("dialog").getByRole("alert");
  await again.getByRole("button", { name: "Take the newer version" }).click();
  await expect(page.getByRole("dialog").getByRole("textbox", { name: "Name" })).toHaveValue(
    "Harbor Line Sea",
  );
});

test("what somebody else changes is seen without asking for it, until one is signed out", async ({
  page,
  browser,
  server,
  reports,
}) => {
  const home = mkdtempSync(join(reports, "told-"));
  const [bill, away] = [join(home, "bill"), join(home, "away")];
  mkdirSync(bill);
  for (const name of readdirSync(reports).filter((one) => !/^(health|told)-/.test(one))) {
    cpSync(join(reports, name), join(bill, name), { recursive: true });
  }
  await setUp(page, server);
  await connectBill(page, bill);
  const theirs = await invite(page, browser, server, "Editor");
  const asked: string[] = [];
  theirs.on("request", (request) => asked.push(new URL(request.url()).pathname));
  await theirs.goto(server.url);
  await expect(theirs.getByRole("button", { name: "Proven to the bill" })).toBeVisible({ timeout: 40_000 });
  // Nothing happens, and nothing is asked for.
  await theirs.waitForTimeout(3_000);
  const before = asked.length;
  await theirs.waitForTimeout(25_000);
  expect(asked.slice(before)).toEqual([]);
  renameSync(bill, away);
  await page.goto(`${server.url}/connections`);
  await page.getByRole("link", { name: "Bill", exact: true }).click();
  await page.getByRole("button", { name: "Look for new deliveries" }).click();
  const told = theirs.getByRole("alert").filter({ hasText: "One source could not be read" });
  await expect(told).toBeVisible({ timeout: 15_000 });
  renameSync(away, bill);
  await page.getByRole("button", { name: "Look for new deliveries" }).click();
  await expect(told).toHaveCount(0, { timeout: 15_000 });
  rmSync(home, { recursive: true, force: true });
});
