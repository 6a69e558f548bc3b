import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "@playwright/test";
import { binary, serve } from "../server";
import { setUp } from "./people";
import { connectBill, expectAccessible, expectFits, ready, table } from "./support";

/** A FOCUS file of one account and service, with a cost for each of ten days of August. */
function writeBill(
  folder: string,
  bill: { currency: string; account: string; provider: string; daily: string },
) {
  const { currency, account, provider, daily } = bill;
  const header =
    "BilledCost,EffectiveCost,ListCost,ContractedCost,BillingAccountId,BillingCurrency,BillingPeriodStart,BillingPeriodEnd," +
    "ChargePeriodStart,ChargePeriodEnd,ChargeCategory,ChargeFrequency,ConsumedQuantity,ConsumedUnit,ProviderName,PublisherName," +
    "InvoiceIssuerName,ServiceName,ServiceCategory,SubAccountId,RegionId,Tags";
  const rows = Array.from({ length: 10 }, (_, at) => {
    const day = (date: number) => `2026-08-${String(date).padStart(2, "0")}T00:00:00Z`;
    return (
      `${daily},${daily},${daily},${daily},${account},${currency},2026-08-01T00:00:00Z,2026-09-01T00:00:00Z,` +
      `${day(at + 1)},${day(at + 2)},Usage,Usage-Based,1,Hours,${provider},${provider},${provider},Compute,Compute,${account},eu,{}`
    );
  });
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "costs.csv"), [header, ...rows, ""].join("\n"));
}

test("an organization with two currencies sees one at a time, and what the other sums to", async ({
  page,
}) => {
  const root = mkdtempSync(join(tmpdir(), "cloud-analyzer-currencies-"));
  const [dollars, euros] = [join(root, "dollars"), join(root, "euros")];
  writeBill(dollars, { currency: "USD", account: "us-1", provider: "AWS", daily: "3.5" });
  writeBill(euros, { currency: "EUR", account: "eu-1", provider: "Microsoft", daily: "2.25" });
  const server = await serve(["--allow-folder", root]);
  try {
    await setUp(page, server);
    await connectBill(page, dollars);
    const currency = page.getByRole("radiogroup", { name: "Currency" });
    await expect(currency).toHaveCount(0);
    execFileSync(binary(), ["--data", server.data, "ingest", euros]);

    await page.goto(`${server.url}/`);
    await ready(page);
    await expect(currency).toBeVisible();
    await expect(currency.getByRole("radio", { name: "USD" })).toBeChecked();
    await expect(table(page).locator("tfoot")).toContainText("$35.00");
    await expect(table(page)).not.toContainText("57.50");
    await expect(table(page)).not.toContainText("eu-1");
    const other = page.getByRole("button", { name: "€22.50 in EUR" });
    await expect(other).toBeVisible();
    await expectFits(page);

    await other.click();
    await expect(page).toHaveURL(/filter=currency%3DEUR/);
    await ready(page);
    await expect(table(page).locator("tfoot")).toContainText("€22.50");
    await expect(table(page)).not.toContainText("us-1");
    await expect(page.getByRole("button", { name: "$35.00 in USD" })).toBeVisible();
    // The cards follow.
    await expect(page.getByRole("region", { name: "Top accounts" })).toContainText("€22.50");

    // Connections go by their names.
    await page.goto(`${server.url}/?tab=connection&view=month`);
    await ready(page);
    await expect(table(page)).toContainText("Bill");
    await expectAccessible(page);
    await currency.getByText("EUR").click();
    await ready(page);
    await expect(table(page)).toContainText("euros");
    await page.goto(`${server.url}/?tab=provider&filter=provider%3DMicrosoft&filter=currency%3DEUR`);
    await ready(page);
    await expect(table(page)).toContainText("Microsoft");
    await expect(table(page).locator("tfoot")).toContainText("€22.50");

    // A filter that only bills of the other currency pass decides.
    const overview = (await (await page.request.get(`${server.url}/api/v1/overview`)).json()) as {
      periods: { connection: string; currency: string }[];
    };
    const id = overview.periods.find((one) => one.currency === "EUR")?.connection ?? "";
    await page.goto(`${server.url}/?filter=${encodeURIComponent(`connection=${id}`)}`);
    await ready(page);
    await expect(currency.getByRole("radio", { name: "EUR" })).toBeChecked();
    await expect(table(page).locator("tfoot")).toContainText("€22.50");

    await page.goto(`${server.url}/accounts`);
    await expect(page.getByRole("row", { name: /us-1/ })).toContainText("$35.00");
    await currency.getByText("EUR").click();
    await expect(page.getByRole("row", { name: /eu-1/ })).toContainText("€22.50");
  } finally {
    await server.stop();
    rmSync(root, { recursive: true, force: true });
  }
});
