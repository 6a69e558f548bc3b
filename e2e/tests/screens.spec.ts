import { fileURLToPath } from "node:url";
import { expect, test } from "@playwright/test";
import { open } from "./support";

// Pictures for the documentation: taken when asked for, never compared.
test.skip(!process.env["UPDATE_SCREENS"], "pictures are taken with UPDATE_SCREENS=1");

const folder = fileURLToPath(new URL("../../docs/screens/", import.meta.url));
const screens = [
  { name: "light", search: "?tab=service", scheme: "light", width: 1440, height: 1000 },
  { name: "dark", search: "?tab=service", scheme: "dark", width: 1440, height: 1000 },
  { name: "months", search: "?tab=lifecycle&time=last-13-months", scheme: "light", width: 1440, height: 1000 },
  { name: "phone", search: "?tab=service", scheme: "light", width: 390, height: 844 },
  { name: "phone-dark", search: "?tab=service", scheme: "dark", width: 390, height: 844 },
] as const;

for (const { name, search, scheme, width, height } of screens) {
  test(`cost-analysis-${name}`, async ({ page }) => {
    await page.setViewportSize({ width, height });
    await page.emulateMedia({ colorScheme: scheme });
    await open(page, search);
    await page.waitForTimeout(600);
    await page.screenshot({ path: `${folder}cost-analysis-${name}.png`, fullPage: width < 640 });
  });
}

test("explain", async ({ page }) => {
  await open(page, "?tab=service&time=last-month");
  await page.getByRole("region", { name: "Costs, table" }).locator("tbody [data-explain]").first().click();
  await expect(page.getByTestId("explained-figure")).toBeVisible();
  await page.waitForTimeout(600);
  await page.screenshot({ path: `${folder}explain.png` });
});
