import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, type Page, test } from "@playwright/test";
import { serve } from "../server";
import { setUp } from "./people";
import { expectAccessible, expectFits } from "./support";

const columns = [
  "BilledCost,EffectiveCost,ListCost,BillingAccountId,SubAccountId,BillingCurrency,BillingPeriodStart,BillingPeriodEnd",
  "ChargePeriodStart,ChargePeriodEnd,ChargeCategory,ServiceName,CommitmentDiscountId,CommitmentDiscountStatus",
].join(",");

/** A row of last September. */
function row(day: string, billed: string, effective: string, rest = "Usage,Compute,,"): string {
  const period = "USD,2026-09-01T00:00:00Z,2026-10-01T00:00:00Z";
  return `${billed},${effective},${billed},1,1,${period},2026-09-${day}T00:00:00Z,2026-09-${day}T01:00:00Z,${rest}`;
}

const bill = (...rows: string[]) => [columns, ...rows, ""].join("\n");

/** Reads a folder of such files and opens the dashboards. */
async function withBill(page: Page, files: Record<string, string>, then: () => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "cloud-analyzer-proof-"));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(folder, name, ".."), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  const server = await serve(["--allow-folder", folder]);
  try {
    await setUp(page, server);
    await page.getByRole("link", { name: "Add permissions" }).click();
    await page.getByRole("button", { name: /Folder on the server/ }).click();
    await page.getByLabel("Name of this connection").fill("Bill");
    await page.getByLabel("Folder").fill(folder);
    await page.getByRole("button", { name: "Save and verify" }).click();
    await page.getByRole("button", { name: "Read the reports" }).click();
    await then();
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true });
  }
}

test("the badge is green where the bill is copied, complete and amortized", async ({ page }) => {
  await withBill(page, { "september.csv": bill(row("01", "2", "2")) }, async () => {
    await page.getByRole("button", { name: "Proven to the bill" }).click();
    const parts = page.getByRole("list", { name: "Parts of the proof" }).getByRole("listitem");
    await expect(parts).toHaveCount(3);
    await expect(page.locator("li[data-state=holds]")).toHaveCount(3);
  });
});

test("amortized cost that does not hold is said by the badge, which leads to the month", async ({ page }) => {
  const twice = bill(
    row("01", "100", "100", "Purchase,Compute,plan-1,"),
    row("02", "0", "100", "Usage,Compute,plan-1,Used"),
  );
  await withBill(page, { "september.csv": twice }, async () => {
    const badge = page.getByRole("button", { name: "Amortized cost is off" });
    await badge.click();
    const panel = page.getByRole("dialog", { name: "Amortized cost is off" });
    await expect(panel.locator("li[data-state=holds]")).toHaveCount(2);
    await expect(panel.locator("li[data-state=broken]")).toContainText("plan-1 twice");
    await expectAccessible(page);
    await panel.getByRole("link", { name: "Months of Bill" }).click();
    const month = page.getByRole("region", { name: "Months of this connection" });
    await expect(month.getByText("Amortized cost is off")).toBeVisible();
    await expect(month.getByText("Proven to the last digit")).toHaveCount(0);
    await page.setViewportSize({ width: 390, height: 844 });
    await expectFits(page);
  });
});

test("a month that cannot be read leaves no green badge", async ({ page }) => {
  const files = {
    "billing_period=2026-08/august.csv": bill(row("01", "2", "2"))
      .replaceAll("2026-09-01", "2026-08-01")
      .replaceAll("2026-10-01", "2026-09-01"),
    "billing_period=2026-09/september.csv": bill(row("01", "no amount", "2")),
  };
  await withBill(page, files, async () => {
    await expect(page.getByRole("button", { name: "Reports not read" })).toBeVisible();
    await expect(page.getByRole("button", { name: "Proven to the bill" })).toHaveCount(0);
  });
});

test("files that were left out are said by the badge, which leads to them", async ({ page }) => {
  const files = {
    "billing_period=2026-09/september.csv": bill(row("01", "2", "2")),
    "table/_delta_log/00000000000000000003.json": "no JSON",
    "table/part-1.csv": bill(row("02", "3", "3")),
  };
  await withBill(page, files, async () => {
    const label = "Files left out";
    await page.getByRole("button", { name: label }).click();
    const panel = page.getByRole("dialog", { name: label });
    await expect(panel.locator("li[data-state=holds]")).toHaveCount(2);
    await panel.getByRole("link", { name: /^Files of Bill: / }).click();
    const list = page.getByRole("region", { name: "Files that are not read" });
    await expect(list.getByText("table/part-1.csv")).toBeInViewport();
    await expect(list.getByText("Refused").first()).toBeVisible();
    await expect(
      page.getByRole("region", { name: "Months of this connection" }).getByText(label),
    ).toBeVisible();
    await expectAccessible(page);
  });
});

test("columns that are not whole are named where amortized cost is shown, by the badge and by the month", async ({
  page,
}) => {
  // Savings plans without what was committed in all: what was not used cannot be known.
  const report = [
    "bill/BillingPeriodStartDate,bill/PayerAccountId,lineItem/UsageAccountId,lineItem/LineItemType,lineItem/UsageStartDate,lineItem/ProductCode,lineItem/UnblendedCost,savingsPlan/SavingsPlanARN,savingsPlan/SavingsPlanEffectiveCost,savingsPlan/UsedCommitment",
    "2026-09-01T00:00:00Z,1,1,SavingsPlanCoveredUsage,2026-09-01T00:00:00Z,AmazonEC2,12.5,plan-1,9,",
    "2026-09-01T00:00:00Z,1,1,SavingsPlanNegation,2026-09-01T00:00:00Z,AmazonEC2,-12.5,plan-1,,",
    "2026-09-01T00:00:00Z,1,1,SavingsPlanRecurringFee,2026-09-01T00:00:00Z,ComputeSavingsPlans,10,plan-1,,9",
    "",
  ].join("\n");
  await withBill(page, { "september.csv": report }, async () => {
    const lack =
      "amortized cost of savings plans is not available, the report lacks savingsPlan/TotalCommitmentToDate";
    await expect(page.getByText(`Amortized cost is not whole. 2026-09: ${lack}`)).toBeVisible();
    await page.getByRole("button", { name: "Amortized not available" }).click();
    const panel = page.getByRole("dialog", { name: "Amortized not available" });
    await expect(panel.locator("li[data-state=holds]")).toHaveCount(2);
    const part = panel.locator("li[data-state=unavailable]");
    await expect(part).toContainText(`${lack}: 3 rows (10 USD) count as billed`);
    await expectAccessible(page);
    await panel.getByRole("link", { name: "Months of Bill" }).click();
    const month = page.getByRole("region", { name: "Months of this connection" });
    await expect(month.getByText("Amortized not available")).toBeVisible();
    await expect(month.getByText("without resources, list cost, net cost, tags")).toBeVisible();
    await expect(month.getByText("Proven to the last digit")).toHaveCount(0);
  });
});

test("a copy of the bill beside it is not added up, and named", async ({ page }) => {
  const text = bill(row("01", "2", "2"), row("02", "3", "3"));
  await withBill(page, { "bills/september.csv": text, "bills (copy)/sept.csv": text }, async () => {
    await page.getByRole("button", { name: "Proven to the bill" }).click();
    await expect(page.locator("li[data-state=holds]")).toHaveCount(3);
    await page.keyboard.press("Escape");
    await page.getByRole("link", { name: "Connections", exact: true }).click();
    await page.getByRole("link", { name: "Bill", exact: true }).click();
    const list = page.getByRole("region", { name: "Files that are not read" });
    await expect(list.getByText("bills (copy)/sept.csv")).toBeVisible();
    await expect(list.getByText("byte by byte")).toBeVisible();
    const month = page.getByRole("region", { name: "Months of this connection" });
    await expect(month.getByText("Proven to the last digit")).toBeVisible();
    await expect(month.getByText("5.00")).toBeVisible();
  });
});
