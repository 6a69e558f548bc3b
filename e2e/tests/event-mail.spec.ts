import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, type Page, test } from "@playwright/test";
import { type Server, serve } from "../server";
import { World } from "../world";
import { administrator, setUp } from "./people";
import { connectBill, expectAccessible } from "./support";

const columns =
  "BilledCost,EffectiveCost,ListCost,ContractedCost,BillingAccountId,BillingCurrency,BillingPeriodStart,BillingPeriodEnd,ChargePeriodStart,ChargePeriodEnd,ChargeCategory,ChargeFrequency,ConsumedQuantity,ConsumedUnit,ProviderName,PublisherName,InvoiceIssuerName,ServiceName,ServiceCategory,SubAccountId,RegionId,ResourceId,Tags";

const iso = (time: number) => new Date(time).toISOString().slice(0, 10);
const aDay = 86_400_000;

/** A month of one service of one account: as usual, and three times that from a day on. */
function writeMonth(folder: string, month: number, last: string, from?: string): void {
  const [first, after] = [Date.UTC(2026, month - 1, 1), Date.UTC(2026, month, 1)];
  const rows = [columns];
  for (let at = first; at < after && iso(at) <= last; at += aDay) {
    const cost = (from !== undefined && iso(at) >= from ? 1200 : 400) + (new Date(at).getUTCDate() % 5);
    const span = `${iso(first)}T00:00:00Z,${iso(after)}T00:00:00Z,${iso(at)}T00:00:00Z,${iso(at + aDay)}T00:00:00Z`;
    rows.push(
      `${cost},${cost},${cost},${cost},payer,USD,${span},Usage,Usage-Based,${cost},Hours,AWS,AWS,AWS,Compute,Compute,111111111111,eu,,{}`,
    );
  }
  writeFileSync(join(folder, `2026-${String(month).padStart(2, "0")}.csv`), `${rows.join("\n")}\n`);
}

let world: World;
let server: Server;
let folder: string;
test.beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "cloud-analyzer-bill-"));
  world = await World.start();
  const mail = ["--smtp-url", world.smtp, "--mail-from", "Costs <costs@example.com>"];
  server = await serve([...mail, "--allow-folder", folder], { environment: world.environment });
});
test.afterEach(async () => {
  await server.stop();
  await world.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function addMail(page: Page): Promise<void> {
  await page.goto(`${server.url}/organization?tab=notifications`);
  await page.getByRole("button", { name: "Add a channel" }).click();
  const dialog = page.getByRole("dialog", { name: "Add a channel" });
  await dialog.getByRole("combobox", { name: "Kind" }).click();
  await page.getByRole("option", { name: "Mail", exact: true }).click();
  await dialog.getByLabel("Name").fill("Owners");
  await dialog.getByLabel("Mail addresses").fill(administrator.email);
  await dialog.getByLabel("Mail addresses").press("Enter");
  await dialog.getByRole("button", { name: "Add", exact: true }).click();
  await page.getByRole("button", { name: "Send everything to Owners" }).click();
  await expect(page.getByText("Nothing goes to this channel yet")).toHaveCount(0);
}

test("a new day is told by mail, whose link leads to the event", async ({ page, browser }) => {
  test.setTimeout(240_000);
  for (let month = 1; month <= 7; month++) writeMonth(folder, month, "2026-07-31");
  await setUp(page, server);
  await connectBill(page, folder);
  await addMail(page);
  const told = async () => (await world.mails()).filter((mail) => mail.html.includes("/trends/events/"));
  expect(await told()).toEqual([]);

  // A delivery comes while the server runs.
  writeMonth(folder, 8, "2026-08-20", "2026-08-19");
  await page.goto(`${server.url}/connections`);
  await page.getByRole("link", { name: "Bill", exact: true }).click();
  await page.getByRole("button", { name: "Look for new deliveries" }).click();
  await expect.poll(async () => (await told()).length, { timeout: 90_000 }).toBe(1);
  const [mail] = await told();
  expect(mail?.to).toBe(administrator.email);
  expect(mail?.subject).toContain("Compute");
  const reading = await (await browser.newContext({ viewport: { width: 700, height: 1000 } })).newPage();
  await reading.setContent(mail?.html ?? "");
  await expectAccessible(reading);

  // In the browser in which somebody is signed in.
  await page.setContent(mail?.html ?? "");
  await page.locator('a[href*="/trends/events/"]').first().click();
  await expect(page).toHaveURL(new RegExp(`^${server.url}/trends/events/`));
  await expect(page.getByRole("heading", { level: 1 })).toContainText("Compute");
  await expect(page.getByTestId("event-chart").locator("canvas")).toBeVisible();
  await expect(page.getByRole("list", { name: "Colours of the chart" })).toContainText("Regular range");
});
