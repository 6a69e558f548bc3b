import { expect, test } from "@playwright/test";
import { expectAccessible, expectFits, open, ready, table } from "./support";

for (const scheme of ["light", "dark"] as const) {
  test(`axe finds nothing in ${scheme} colours`, async ({ page }) => {
    await page.emulateMedia({ colorScheme: scheme });
    await open(page, "?time=last-7-days&filter=region%3Dus-east-1");
    await expectAccessible(page);
    await page.getByRole("button", { name: "Proven to the bill" }).click();
    await expect(page.getByRole("dialog", { name: "Proven to the bill" })).toBeVisible();
    await expectAccessible(page);
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: /^Time/ }).click();
    await expectAccessible(page);
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: /^Accounts/ }).click();
    await expect(
      page
        .getByRole("dialog", { name: /^Accounts/ })
        .getByRole("checkbox")
        .first(),
    ).toBeVisible();
    await expectAccessible(page);
    await page.keyboard.press("Escape");
    await table(page).locator("tbody [data-explain]").first().click();
    await expect(page.getByTestId("explained-figure")).toBeVisible();
    await expectAccessible(page);
  });
}

test("the toggle switches colours and is remembered", async ({ page }) => {
  await open(page);
  await page.getByRole("button", { name: "Switch to dark colours" }).click();
  await expect(page.locator("html")).toHaveAttribute("data-mantine-color-scheme", "dark");
  await page.reload();
  await expect(page.locator("html")).toHaveAttribute("data-mantine-color-scheme", "dark");
});

test("everything works from the keyboard", async ({ page }) => {
  await open(page, "?time=last-7-days");
  await page.keyboard.press("Tab");
  await expect(page.getByRole("link", { name: "Skip to content" })).toBeFocused();
  await page.getByRole("tab", { name: "Account", exact: true }).focus();
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowRight");
  await expect(page.getByRole("tab", { name: "Service", exact: true })).toHaveAttribute(
    "aria-selected",
    "true",
  );
  await ready(page);
  const cells = table(page).locator("tbody tr").first().locator("[data-explain]");
  await cells.first().focus();
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowDown");
  const target = table(page).locator("tbody tr").nth(1).locator("[data-explain]").nth(1);
  await expect(target).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.getByTestId("explained-figure")).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(target).toBeFocused();
  const name = table(page).getByRole("rowheader").first().getByRole("button");
  await name.focus();
  await page.keyboard.press("Enter");
  await page.getByRole("menuitem", { name: "Drill down" }).press("Enter");
  await expect(page.getByRole("tab", { name: "Lifecycle" })).toHaveAttribute("aria-selected", "true");
});

for (const width of [390, 1024, 1440]) {
  test(`${width} pixels need no sideways scrolling`, async ({ page }) => {
    await page.setViewportSize({ width, height: 900 });
    await open(page, "?tab=service&filter=region%3Dus-east-1");
    await expectFits(page);
    await page.getByRole("button", { name: /^Time/ }).click();
    await expect(page.getByRole("dialog", { name: /^Time/ })).toBeInViewport();
    await expectFits(page);
    await page.keyboard.press("Escape");
    await table(page).locator("tbody [data-explain]").first().click();
    await expect(page.getByTestId("explained-figure")).toBeVisible();
    await expectFits(page);
  });
}
