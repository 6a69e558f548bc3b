import { expect } from "@playwright/test";
import { test } from "./own-server";
import { setUp } from "./people";
import { connectBill, expectAccessible, expectFits, ready, table } from "./support";

test("a provider splits the bill, and each customer sees its own accounts alone", async ({
  page,
  server,
  reports,
}) => {
  await setUp(page, server, "Provider");
  await connectBill(page, reports);
  const values = await page.request.get(`${server.url}/api/v1/dimensions/account_id/values`);
  const accounts = ((await values.json()) as { values: { value: string }[] }).values.map((one) => one.value);
  const [first, second] = accounts;

  await page.goto(`${server.url}/connections`);
  await page.getByRole("link", { name: "Bill" }).click();
  // Line items follow the dashboards; a bill is split between two readings of it.
  await expect(page.getByRole("button", { name: "Look for new deliveries" })).toBeEnabled({
    timeout: 90_000,
  });
  await page.getByRole("button", { name: "Split this bill" }).click();
  const dialog = page.getByRole("dialog", { name: "Account list" });
  const text = dialog.getByLabel("Accounts and their organizations");
  await text.fill(`${first}`);
  await expect(dialog.getByText("Line 1 is not")).toBeVisible();
  await expect(dialog.getByRole("button", { name: "Split the bill" })).toBeDisabled();
  await text.fill(`${first}, Acme\n${second}, Acme`);
  await expectAccessible(page);
  await dialog.getByRole("button", { name: "Split the bill" }).click();
  const customers = page.getByRole("region", { name: "Customers of this bill" });
  await expect(customers.getByRole("row", { name: /Acme/ })).toContainText(`${first}`);
  await expectAccessible(page);
  await page.setViewportSize({ width: 390, height: 844 });
  await expectFits(page);
  await page.setViewportSize({ width: 1440, height: 1000 });

  await page.getByRole("button", { name: /account of/i }).click();
  await page.getByRole("menuitem", { name: "Acme" }).click();
  await page.goto(`${server.url}/?tab=account`);
  await expect(page.getByRole("button", { name: "Proven to the bill" })).toBeVisible({ timeout: 90_000 });
  await ready(page);
  const theirs = await page.request.get(`${server.url}/api/v1/dimensions/account_id/values`);
  const seen = ((await theirs.json()) as { values: { value: string }[] }).values.map((one) => one.value);
  expect([...seen].sort()).toEqual([first, second].sort());
  await expect(table(page)).toBeVisible();
  await page.getByRole("link", { name: "Connections", exact: true }).click();
  await page.getByRole("link", { name: "Accounts billed by Provider" }).click();
  await expect(page.getByRole("button", { name: "Verify again" })).toHaveCount(0);
  await expect(page.getByText(`${first}`).first()).toBeVisible();
  await expectAccessible(page);
});
