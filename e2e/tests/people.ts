import { type Browser, expect, type Page } from "@playwright/test";
import type { Server } from "../server";
import { expectAccessible } from "./support";

export const password = "correct horse battery staple";
export const administrator = { name: "Ada Lovelace", email: "ada@example.com" };

/** Makes the first administrator through the console's link, by way of the page, and lands on the dashboards. */
export async function setUp(page: Page, server: Server, organization = "Harborline"): Promise<void> {
  if (!server.setupLink) throw new Error("the console shows no set-up link");
  await page.goto(server.setupLink);
  await page.getByLabel("Organization").fill(organization);
  await page.getByLabel("Your name").fill(administrator.name);
  await page.getByLabel("E-mail address").fill(administrator.email);
  await page.getByLabel(/^Password/).fill(password);
  await page.getByRole("button", { name: "Create the organization" }).click();
  await expect(page.getByRole("button", { name: `Account of ${administrator.name}` })).toBeVisible();
}

/** Invites somebody and accepts in a browser of their own; gives back their page. */
export async function invite(
  page: Page,
  browser: Browser,
  server: Server,
  role: "Viewer" | "Editor" | "Administrator",
): Promise<Page> {
  const link = await makeInvitation(page, server, `${role.toLowerCase()}@example.com`, role);
  const context = await browser.newContext({ viewport: { width: 1440, height: 1000 } });
  const theirs = await context.newPage();
  await theirs.goto(link);
  await theirs.getByLabel("Your name").fill(`${role} Example`);
  await theirs.getByLabel(/^Password/).fill(password);
  await theirs.getByRole("button", { name: /^Join / }).click();
  await expect(theirs.getByRole("button", { name: `Account of ${role} Example` })).toBeVisible();
  return theirs;
}

/** Makes an invitation on the page and reads its link, which is shown because no mail server is configured. */
export async function makeInvitation(
  page: Page,
  server: Server,
  email: string,
  role: string,
): Promise<string> {
  await page.goto(`${server.url}/organization`);
  await page.getByRole("button", { name: "Invite somebody" }).click();
  const dialog = page.getByRole("dialog", { name: "Invite somebody" });
  await expect(dialog).toBeVisible();
  await expectAccessible(page);
  await dialog.getByLabel("E-mail address").fill(email);
  await dialog.getByRole("combobox", { name: "Role" }).click();
  await page.getByRole("option", { name: role }).click();
  await dialog.getByRole("button", { name: "Make the invitation" }).click();
  const link = await dialog.getByRole("region", { name: "Link of the invitation" }).textContent();
  await dialog.getByRole("button", { name: "Done" }).click();
  return link?.trim() ?? "";
}
