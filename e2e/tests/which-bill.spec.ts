import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "@playwright/test";
import { binary, serve } from "../server";
import { administrator, setUp } from "./people";
import { connectBill, expectAccessible, expectFits, ready, table } from "./support";

const header =
  "BilledCost,EffectiveCost,ListCost,BillingAccountId,SubAccountId,BillingCurrency,BillingPeriodStart,BillingPeriodEnd," +
  "ChargePeriodStart,ChargePeriodEnd,ChargeCategory,ServiceName";

/** Ten days of August of one account. */
function writeBill(folder: string, daily: string) {
  const rows = Array.from({ length: 10 }, (_, at) => {
    const day = (date: number) => `2026-08-${String(date).padStart(2, "0")}T00:00:00Z`;
    return `${daily},${daily},${daily},p-1,a-1,USD,2026-08-01T00:00:00Z,2026-09-01T00:00:00Z,${day(at + 1)},${day(at + 2)},Usage,Compute`;
  });
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "costs.csv"), [header, ...rows, ""].join("\n"));
}

test("of one bill in two connections somebody chooses the one that counts, and the figures follow", async ({
  page,
}) => {
  const root = mkdtempSync(join(tmpdir(), "cloud-analyzer-which-"));
  const [hourly, daily] = [join(root, "hourly"), join(root, "daily")];
  writeBill(hourly, "3.5");
  writeBill(daily, "4.25");
  const server = await serve(["--allow-folder", root]);
  try {
    await setUp(page, server);
    await connectBill(page, hourly);
    const read = ["--data", server.data, "ingest", daily, "--connection", "Daily"];
    const { status, stderr } = spawnSync(binary(), read, { encoding: "utf8" });
    expect(status).toBe(1);
    expect(stderr).toContain("cloud-analyzer choose 'Daily' --month 2026-08 --count 'Daily'");

    await page.goto(`${server.url}/`);
    await ready(page);
    await expect(table(page).locator("tfoot")).toContainText("$35.00");
    const told = page.getByRole("listitem").filter({ hasText: "is read by the connection 'Bill' already" });
    await told.getByRole("link", { name: "See the connection" }).click();
    const bills = page.getByRole("region", { name: "Which bill counts?" });
    const question = bills.getByRole("article", { name: "Aug 2026, bill of p-1" });
    await expect(question).toContainText("Until one is chosen, 'Bill' counts and 'Daily' does not.");
    await expect(question.getByText("$42.50")).toBeVisible();
    await expect(question.getByText("$35.00")).toBeVisible();
    await expect(question).toContainText("Difference in Aug 2026: $7.50");
    await expectAccessible(page);
    await page.screenshot({ path: "test-results/which-bill.png", fullPage: true });
    await page.emulateMedia({ colorScheme: "dark" });
    await expectAccessible(page);
    await bills.screenshot({ path: "test-results/which-bill-dark.png" });
    await page.emulateMedia({ colorScheme: "light" });
    await page.setViewportSize({ width: 390, height: 844 });
    await expectFits(page);
    await page.setViewportSize({ width: 1280, height: 800 });

    await question.getByRole("button", { name: "Count Daily" }).click();
    const answered = page.getByRole("region", { name: "Which bill counts", exact: true });
    await expect(answered).toContainText("'Daily' counts; 'Bill' is not added up.", { timeout: 40_000 });
    await expect(answered).toContainText(`Chosen by ${administrator.name}`);
    await expectAccessible(page);
    const changes = page.getByRole("region", { name: "What restated months changed", exact: true });
    await expect(changes).toContainText("Another source: the connection 'Daily' counts in place of 'Bill'", {
      timeout: 40_000,
    });
    await page.goto(`${server.url}/`);
    await ready(page);
    await expect(table(page).locator("tfoot")).toContainText("$42.50");
    await expect(page.getByText("is read by the connection")).toHaveCount(0);
    await page.goto(`${server.url}/organization`);
    await page.getByRole("tab", { name: "Audit log" }).click();
    await expect(page.getByRole("row", { name: /Bill: chosen Daily/ })).toHaveCount(1);
  } finally {
    await server.stop();
    rmSync(root, { recursive: true, force: true });
  }
});
