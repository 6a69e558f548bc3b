import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, type Page, test } from "@playwright/test";
import { freePort, type Server, serve } from "../server";
import { openIdProvider, World } from "../world";
import { administrator, setUp } from "./people";
import { makeReports, removeReports } from "./reports";
import { expectAccessible, readReports, ready } from "./support";

let reports: string;
test.beforeAll(() => {
  reports = makeReports();
});
test.afterAll(() => removeReports(reports));

const step = (page: Page, name: string) => page.getByRole("heading", { level: 2, name, exact: true });
const button = (page: Page, name: string) => page.getByRole("button", { name });

test.describe("with a fake AWS that enforces policies, and a mail server", () => {
  let world: World;
  let server: Server;
  test.beforeEach(async () => {
    world = await World.start();
    const mail = ["--smtp-url", world.smtp, "--mail-from", "Costs <costs@example.com>"];
    server = await serve([...mail, "--allow-private-range", "127.0.0.0/8"], {
      environment: world.environment,
    });
  });
  test.afterEach(async () => {
    await server.stop();
    await world.stop();
  });

  test("a stranger sets up, makes the stack of the template that is served, and gets dashboards and a mail", async ({
    page,
    browser,
  }) => {
    await setUp(page, server);
    await page.getByRole("link", { name: "Add permissions" }).click();
    await page.getByRole("button", { name: /AWS management account/ }).click();
    await page.getByLabel("Name of this connection").fill("Harborline");
    await button(page, "I am logged in").click();
    await button(page, "It is activated").click();
    await expect(step(page, "Cost and Usage Report")).toBeVisible();
    await button(page, "The report exists").click();
    await page.getByLabel("S3 bucket").fill("harborline-billing");
    await page.getByRole("textbox", { name: "Prefix" }).fill("cost");
    await button(page, "Save and go on").click();

    // The stack is made of the very file that the page gives.
    await world.bucket("harborline-billing");
    await world.deliver("harborline-billing", "cost", join(reports, "exports"));
    await expect(step(page, "CloudFormation template")).toBeVisible();
    const started = page.waitForEvent("download");
    await page.getByRole("link", { name: "Download" }).click();
    const template = readFileSync(await (await started).path(), "utf8");
    const { RoleArn } = await world.stack("cloud-analyzer", template);
    await button(page, "The template is open").click();
    await button(page, "The stack is created").click();
    await page.getByRole("textbox", { name: "Role ARN" }).fill(RoleArn);
    await button(page, "Save and verify").click();

    await expect(step(page, "Verification")).toBeVisible();
    await expect(button(page, "Read the reports")).toBeVisible();
    await expect(page.locator("[data-check][data-state=failed]")).toHaveCount(0);
    await expect(
      page.locator("[data-check][data-state=passed]").filter({ hasText: "external ID" }),
    ).not.toHaveCount(0);
    await expectAccessible(page);
    await readReports(page);

    // The administrator is told, and the link of the mail leads to what the page shows.
    await expect.poll(async () => (await world.mails()).length, { timeout: 60_000 }).toBe(1);
    const [mail] = await world.mails();
    expect(mail?.to).toBe(administrator.email);
    expect(mail?.subject).toContain("your dashboards are ready");
    const reading = await (await browser.newContext({ viewport: { width: 700, height: 1000 } })).newPage();
    await reading.setContent(mail?.html ?? "");
    await expectAccessible(reading);
    const link = await reading.getByRole("link").first().getAttribute("href");
    expect(link).toMatch(new RegExp(`^${server.url}/`));
    await page.goto(link ?? "");
    await expect(page.getByRole("heading", { level: 1, name: "Cost Analysis" })).toBeVisible();
    await ready(page);
  });

  test("an S3-compatible bucket is read with keys that are never shown again", async ({ page }) => {
    await world.bucket("bills", true);
    await world.deliver("bills", "cost", join(reports, "exports"), true);
    await setUp(page, server);
    await page.getByRole("link", { name: "Add permissions" }).click();
    await page.getByRole("button", { name: /S3-compatible/ }).click();
    await expect(step(page, "Where the reports are")).toBeVisible();
    await page.getByLabel("Name of this connection").fill("Store");
    await page.getByLabel("Endpoint").fill(world.s3.endpoint);
    await page.getByLabel("Bucket").fill("bills");
    await page.getByLabel("Prefix").fill("cost");
    await page.getByLabel("Access key ID").fill(world.s3.access_key_id);
    await page.getByLabel("Secret access key").fill(world.s3.secret_access_key);
    await expectAccessible(page);
    await button(page, "Save and verify").click();
    await expect(button(page, "Read the reports")).toBeVisible();
    await button(page, "Back to Where the reports are").click();
    await expect(page.getByLabel("Secret access key")).toHaveValue("");
    await expect(page.getByText("One is kept, encrypted.")).toBeVisible();
    expect(await page.content()).not.toContain(world.s3.secret_access_key);
    await button(page, "Save and verify").click();
    await readReports(page);
  });
});

test("a member signs in through the organization's identity provider", async ({ page }) => {
  const [port, own] = [await freePort(), await freePort()];
  const provider = await openIdProvider(port, `http://127.0.0.1:${own}`);
  const server = await serve(
    ["--oidc-issuer", `http://127.0.0.1:${port}`, "--oidc-client-id", "cloud-analyzer"],
    {
      port: own,
      environment: {
        CLOUD_ANALYZER_OIDC_CLIENT_SECRET: "of-the-tests",
        CLOUD_ANALYZER_OIDC_NAME: "Harborline identities",
      },
    },
  );
  try {
    await setUp(page, server);
    await page.getByRole("button", { name: /account of/i }).click();
    await page.getByRole("menuitem", { name: "Sign out" }).click();
    await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
    await expectAccessible(page);
    for (const [login, welcome] of [
      ["stranger@example.com", page.getByText("You are not signed in")],
      [administrator.email, page.getByRole("button", { name: `Account of ${administrator.name}` })],
    ] as const) {
      await page.context().clearCookies();
      await page.goto(server.url);
      await page.getByRole("link", { name: "Continue with Harborline identities" }).click();
      await page.locator("input[name=login]").fill(login);
      await page.locator("input[name=password]").fill("any");
      await page.getByRole("button", { name: "Sign-in" }).click();
      await page.getByRole("button", { name: "Continue" }).click();
      if (login === administrator.email) {
        // The provider is the first to prove the address: what was set before it takes consent.
        await page.getByRole("button", { name: "Accept and join Harborline" }).click();
      }
      await expect(welcome).toBeVisible();
    }
  } finally {
    await server.stop();
    provider.stop();
  }
});
