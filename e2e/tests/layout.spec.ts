import { expect, test } from "@playwright/test";
import { base, expectAccessible, expectFits, exported, open, table } from "./support";
import { entry } from "./workbook";

test("a chosen tag key shows its values where it was chosen", async ({ page }) => {
  await page.setViewportSize({ width: 1440, height: 900 });
  await open(page, "?tab=service");
  await page.getByRole("button", { name: /^Tags/ }).click();
  const panel = page.getByRole("dialog", { name: /^Tags/ });
  const key = panel.getByRole("list", { name: "Tag keys" }).getByRole("button").first();
  const name = (await key.textContent()) ?? "";
  await key.click();
  await expect(panel.getByRole("checkbox").first()).toBeVisible();
  await expect(panel).toBeInViewport({ ratio: 1 });
  await expectFits(page);
  await panel.getByRole("checkbox").first().check();
  await panel.getByRole("button", { name: "Apply" }).click();
  await expect(page.getByRole("button", { name: new RegExp(`^Tag ${name} `) })).toBeVisible();
  expect(new URL(page.url()).searchParams.get("filter")).toContain(`tag:${name}=`);
});

test("the first figure of the table is ten keys away", async ({ page }) => {
  await open(page, "?time=last-7-days");
  const onFigure = () => page.evaluate(() => document.activeElement?.matches("td [data-explain]") ?? false);
  const keys = ["Tab", "Enter", "Tab", "Enter", "Tab"];
  for (const key of keys) await page.keyboard.press(key);
  expect(await onFigure()).toBe(true);
  expect(keys.length).toBeLessThanOrEqual(10);
  // The heads are one arrow further up, and sort.
  await page.keyboard.press("ArrowUp");
  const head = page.locator("th button:focus");
  await expect(head).toHaveCount(1);
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Enter");
  await expect(table(page).locator("th[aria-sort]")).toHaveCount(1);
  await expect(page.locator("th[aria-sort] button:focus")).toHaveCount(1);
});

/** What opens above a page: where, by which button, as what. */
const above: [path: string, button: string | RegExp, role: "menu" | "dialog"][] = [
  ["?tab=service", /^Cost/, "menu"],
  ["?tab=service", "Export", "menu"],
  ["?tab=service", "Filter", "menu"],
  ["?tab=service", "View all accounts", "dialog"],
  ["?tab=service", /^Tags/, "dialog"],
  ["subsets", "New subset", "dialog"],
];

for (const scheme of ["light", "dark"] as const) {
  test(`axe finds nothing in menus and dialogs in ${scheme} colours`, async ({ page }) => {
    await page.emulateMedia({ colorScheme: scheme });
    for (const [path, button, role] of above) {
      await page.goto(`${base()}/${path}`);
      await page.getByRole("button", { name: button, exact: true }).first().click();
      await expect(page.getByRole(role).first()).toBeVisible();
      await expect(page.locator("[role=dialog] [aria-busy=true]")).toHaveCount(0);
      await expectAccessible(page);
      await page.keyboard.press("Escape");
      await expect(page.getByRole(role)).toHaveCount(0);
    }
  });
}

test("a workbook says what it is, and its name the days that are in it", async ({ page }) => {
  await open(page, "?tab=service&from=2026-10-01&to=2026-10-08");
  const started = page.waitForEvent("download");
  const bytes = await exported(page, "XLSX");
  expect((await started).suggestedFilename()).toBe("amortized-by-service-2026-10-01-to-2026-10-07.xlsx");
  const about = entry(bytes, "xl/worksheets/sheet2.xml");
  for (const words of ["Organization", "Amortized", "2026-10-01", "2026-10-07", "Proof: complete"]) {
    expect(about).toContain(words);
  }
  expect(about).not.toContain(">2026-10-08<");
  expect(entry(bytes, "xl/worksheets/sheet1.xml")).toContain("<cols>");
});
