import { expect, test } from "@playwright/test";
import { type Server, serve } from "../server";
import { administrator, invite, makeInvitation, password, setUp } from "./people";
import { expectAccessible, expectFits } from "./support";

let server: Server;
test.beforeEach(async () => {
  server = await serve([]);
});
test.afterEach(() => server.stop());

test("the set-up link makes the first administrator, once", async ({ page, browser }) => {
  await page.goto(server.url);
  await expect(page.getByRole("heading", { name: "Set up Cloud Analyzer" })).toBeVisible();
  await page.goto(server.setupLink ?? "");
  const create = page.getByRole("button", { name: "Create the organization" });
  await page.getByLabel(/^Password/).fill("short");
  await expect(page.getByText("At least 12 characters: 7 to go")).toBeVisible();
  await expect(create).toBeDisabled();
  await expectAccessible(page);
  await setUp(page, server);
  await expect(page.getByRole("heading", { name: /can't read your/ })).toBeVisible();
  await page.reload();
  await expect(page.getByRole("button", { name: `Account of ${administrator.name}` })).toBeVisible();

  const other = await (await browser.newContext()).newPage();
  await other.goto(server.setupLink ?? "");
  await other.getByLabel("Organization").fill("Elsewhere");
  await other.getByLabel("Your name").fill("Mallory");
  await other.getByLabel("E-mail address").fill("mallory@example.com");
  await other.getByLabel(/^Password/).fill(password);
  await other.getByRole("button", { name: "Create the organization" }).click();
  await expect(other.getByRole("alert")).toBeVisible();
  await expect(other).toHaveURL(/\/setup/);
});

test("who is not signed in is asked to, and comes to where they wanted", async ({ page }) => {
  await setUp(page, server);
  await page.getByRole("button", { name: /account of/ }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
  await page.goto(`${server.url}/organization?tab=tokens`);
  await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
  await expectAccessible(page);
  await page.getByLabel("E-mail address").fill(administrator.email);
  const secret = page.getByLabel(/^Password/);
  await secret.fill("not the password at all");
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("alert")).toContainText(/password/i);
  await secret.fill(password);
  await secret.press("Enter");
  await expect(page.getByRole("tab", { name: "API tokens" })).toHaveAttribute("aria-selected", "true");
});

test("an invited viewer joins, and is told which role is needed for more", async ({ page, browser }) => {
  await setUp(page, server);
  const theirs = await invite(page, browser, server, "Viewer");
  await expect(
    theirs.getByRole("heading", { name: "Adding permissions needs an administrator" }),
  ).toBeVisible();
  await expect(theirs.getByRole("link", { name: "Add permissions" })).toHaveCount(0);
  await theirs.getByRole("link", { name: "Organization" }).click();
  await expect(theirs.getByRole("row", { name: /Ada Lovelace/ })).toContainText("Administrator");
  await expect(theirs.getByRole("button", { name: "Invite somebody" })).toHaveCount(0);
  await theirs.getByRole("tab", { name: "API tokens" }).click();
  await expect(theirs.getByRole("heading", { name: "An API token needs an administrator" })).toBeVisible();
  await theirs.getByRole("tab", { name: "Audit log" }).click();
  await expect(theirs.getByRole("heading", { name: "The audit log needs an administrator" })).toBeVisible();
  await expectAccessible(theirs);
  await theirs.goto(`${server.url}/connections/new`);
  await expect(
    theirs.getByRole("heading", { name: "Adding a connection needs an administrator" }),
  ).toBeVisible();

  await page.reload();
  await page.getByRole("combobox", { name: "Role of Viewer Example" }).click();
  await page.getByRole("option", { name: "Administrator" }).click();
  await theirs.goto(`${server.url}/connections/new`);
  await expect(theirs.getByRole("button", { name: /AWS management account/ })).toBeVisible();
  await page.getByRole("button", { name: "Remove Viewer Example" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Remove" }).click();
  await expect(page.getByRole("row", { name: /Viewer Example/ })).toHaveCount(0);
  await theirs.reload();
  await expect(theirs.getByRole("heading", { name: "Sign in" })).toBeVisible();
});

test("an invitation is used once, and a withdrawn one not at all", async ({ page, browser }) => {
  await setUp(page, server);
  const link = await makeInvitation(page, server, "eve@example.com", "Editor");
  await page.getByRole("button", { name: "Withdraw the invitation of eve@example.com" }).click();
  await expect(page.getByText("No invitation is open.")).toBeVisible();
  const theirs = await (await browser.newContext()).newPage();
  await theirs.goto(link);
  await expect(theirs.getByRole("heading", { name: "This invitation does not work" })).toBeVisible();
  await expectAccessible(theirs);
});

test("the last administrator keeps the role, and the page says why", async ({ page }) => {
  await setUp(page, server);
  await page.getByRole("link", { name: "Organization" }).click();
  await page.getByRole("combobox", { name: `Role of ${administrator.name}` }).click();
  await page.getByRole("option", { name: "Viewer" }).click();
  await expect(page.getByRole("alert")).toContainText(/administrator/i);
  await expect(page.getByRole("combobox", { name: `Role of ${administrator.name}` })).toHaveValue(
    "Administrator",
  );
});

test("a token's secret is shown once and works until it is revoked", async ({ page }) => {
  await setUp(page, server);
  await page.goto(`${server.url}/organization?tab=tokens`);
  await page.getByRole("button", { name: "Create a token" }).click();
  const dialog = page.getByRole("dialog", { name: "Create a token" });
  await expect(dialog).toBeVisible();
  await expectAccessible(page);
  await dialog.getByLabel("Name").fill("nightly export");
  await dialog.getByRole("button", { name: "Create", exact: true }).click();
  const secret =
    (await dialog.getByRole("region", { name: "Secret of the token" }).textContent())?.trim() ?? "";
  expect(secret.length).toBeGreaterThan(20);
  await expectAccessible(page);
  await dialog.getByRole("button", { name: "Done" }).click();
  await expect(page.getByText(secret)).toHaveCount(0);
  const ask = () =>
    fetch(`${server.url}/api/v1/overview`, { headers: { Authorization: `Bearer ${secret}` } }).then(
      (response) => response.status,
    );
  expect(await ask()).toBe(200);
  await page.getByRole("button", { name: "Revoke nightly export" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Revoke" }).click();
  await expect(page.getByText(/No token exists/)).toBeVisible();
  expect(await ask()).toBe(401);
  await page.getByRole("tab", { name: "Audit log" }).click();
  const log = page.getByRole("region", { name: "Audit log" });
  await expect(log.getByRole("row", { name: /nightly export/ })).toHaveCount(2);
  await expect(log).not.toContainText(secret);
  await expectAccessible(page);
});

for (const scheme of ["light", "dark"] as const) {
  test(`the organization in ${scheme} colours, down to a phone`, async ({ page }) => {
    await page.emulateMedia({ colorScheme: scheme });
    await setUp(page, server);
    await makeInvitation(page, server, "grace@example.com", "Editor");
    await expectAccessible(page);
    await page.setViewportSize({ width: 390, height: 844 });
    await expectFits(page);
    await page.getByRole("button", { name: "Invite somebody" }).click();
    await expectFits(page);
    await expectAccessible(page);
  });
}
