import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "@playwright/test";
import { binary, serve } from "../server";
import { setUp } from "./people";
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
  writeFileSync(join(folder, "costs.csv"), [header, ...rows, ""].join("\n"));
}

function run(command: string, ...args: string[]) {
  const { status, stderr } = spawnSync(command, args, { encoding: "utf8" });
  expect(status, stderr).toBe(0);
}

const DAY = 86_400_000;
const day = (ago: number) => new Date(Date.now() - ago * DAY).toISOString().slice(0, 10);

/** What was read just now was read three days ago, and restated yesterday. */
const earlier = `
import sqlite3, sys
store = sqlite3.connect(sys.argv[1])
store.execute("UPDATE publications SET published_at_ms = published_at_ms - 3 * ${DAY}, superseded_at_ms = superseded_at_ms - ${DAY} WHERE superseded_at_ms IS NOT NULL")
store.execute("UPDATE publications SET published_at_ms = published_at_ms - ${DAY} WHERE superseded_at_ms IS NULL")
store.commit()
`;

test("a restated bill is looked at as it stood, and the way back is there", async ({ page }) => {
  const folder = mkdtempSync(join(tmpdir(), "cloud-analyzer-as-of-"));
  writeBill(folder, "3.5");
  const server = await serve(["--allow-folder", folder]);
  const total = table(page).locator("tfoot");
  const banner = page.getByRole("status").filter({ hasText: "as the bill stood on" });
  try {
    await setUp(page, server);
    await connectBill(page, folder);
    writeBill(folder, "4.25");
    run(binary(), "--data", server.data, "ingest", "Bill");
    run("python3", "-c", earlier, join(server.data, "meta.sqlite"));

    await page.goto(`${server.url}/`);
    await ready(page);
    await expect(total).toContainText("$42.50");
    await page.getByRole("button", { name: "As of now" }).click();
    await page.getByLabel("As the bill stood on").fill(day(2));
    await expectAccessible(page);
    await page.getByRole("button", { name: "Show", exact: true }).click();
    await expect(banner).toContainText(day(2));
    await expect(total).toContainText("$35.00");
    expect(new URL(page.url()).searchParams.get("as_of")).toBe(day(2));
    await expectAccessible(page);
    await page.screenshot({ path: "test-results/as-of.png" });
    await page.emulateMedia({ colorScheme: "dark" });
    await expectAccessible(page);
    await page.screenshot({ path: "test-results/as-of-dark.png" });
    await page.emulateMedia({ colorScheme: "light" });
    await page.setViewportSize({ width: 390, height: 844 });
    await expectFits(page);
    await page.screenshot({ path: "test-results/as-of-phone.png" });
    await page.setViewportSize({ width: 1280, height: 800 });

    // The address is enough, and what is behind a figure is of that day, too.
    await page.reload();
    await expect(total).toContainText("$35.00");
    await total.getByRole("button").last().click();
    const drawer = page.getByRole("dialog");
    await expect(drawer).toContainText("$35");
    const file = await drawer.getByRole("link", { name: "Export CSV" }).getAttribute("href");
    expect(file).toContain(`as_of=${day(2)}`);
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Show it as it stands now" }).click();
    await expect(total).toContainText("$42.50");
    await expect(banner).toHaveCount(0);

    await page.goto(`${server.url}/?as_of=${day(9)}`);
    await expect(page.getByRole("alert")).toContainText("nothing was published yet");
    await expectAccessible(page);
    await page.screenshot({ path: "test-results/as-of-refused.png" });
    await page.getByRole("button", { name: "Show it as it stands now" }).click();
    await expect(total).toContainText("$42.50");
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
});
