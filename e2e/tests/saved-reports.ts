import { expect, type Locator, type Page } from "@playwright/test";
import { expectAccessible } from "./support";

/** The button that says which report is opened, and the list behind it. */
export const reportChip = (page: Page): Locator => page.getByRole("button", { name: /^Report / });
export const reportList = (page: Page): Locator => page.getByRole("dialog", { name: /^Report / });

/** Saves the page as it is under a name. */
export async function saveReport(page: Page, name: string): Promise<void> {
  await page.getByRole("button", { name: "Save report" }).click();
  const dialog = page.getByRole("dialog", { name: "Save report" });
  await expect(dialog).toBeVisible();
  await expectAccessible(page);
  await dialog.getByRole("textbox", { name: "Name" }).fill(name);
  await dialog.getByRole("button", { name: "Save", exact: true }).click();
  await expect(reportChip(page)).toHaveAccessibleName(`Report ${name}`);
}
