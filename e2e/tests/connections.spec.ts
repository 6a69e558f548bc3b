import { join } from "node:path";
import { expect, type Page } from "@playwright/test";
import type { Server } from "../server";
import { test } from "./own-server";
import { invite, setUp } from "./people";
import { expectAccessible, expectFits, readReports } from "./support";

const step = (page: Page, name: string) => page.getByRole("heading", { level: 2, name, exact: true });

async function connectFolder(page: Page, server: Server, reports: string): Promise<void> {
  await page.goto(server.url);
  await page.getByRole("link", { name: "Add permissions" }).click();
  await page.getByRole("button", { name: /Folder on the server/ }).click();
  await expect(step(page, "Where the reports are")).toBeVisible();
  await page.getByLabel("Name of this connection").fill("Harborline files");
  const folder = page.getByLabel("Folder");
  const save = page.getByRole("button", { name: "Save and verify" });
  await folder.fill("reports");
  await expect(page.getByText("beginning with /")).toBeVisible();
  await expect(save).toBeDisabled();
  await folder.fill(reports);
  await save.click();
  await expect(step(page, "Verification")).toBeVisible();
}

test("a folder is connected, verified and read, and the page turns into the dashboards", async ({
  page,
  server,
  reports,
}) => {
  await setUp(page, server);
  await connectFolder(page, server, reports);
  const checks = page.getByRole("list", { name: "Checks" }).getByRole("listitem");
  await expect(page.getByText("Everything is in order.")).toBeVisible();
  await expect(checks.first()).toHaveAttribute("data-state", "passed");
  await expect(page.locator("[data-check][data-state=failed]")).toHaveCount(0);
  await expectAccessible(page);
  await readReports(page);

  await page.getByRole("link", { name: "Connections", exact: true }).click();
  await page.getByRole("link", { name: "Harborline files" }).click();
  const months = page.getByRole("region", { name: "Months of this connection" });
  await expect(months.getByRole("row")).toHaveCount(14);
  await expect(months.getByText("Proven to the last digit")).toHaveCount(13);
  await expectAccessible(page);
  await page.setViewportSize({ width: 390, height: 844 });
  await expectFits(page);
  await page.getByRole("button", { name: "Remove" }).click();
  const dialog = page.getByRole("dialog", { name: "Remove Harborline files?" });
  const remove = dialog.getByRole("button", { name: "Remove it and its data" });
  await dialog.getByRole("textbox").fill("Harborline");
  await expect(remove).toBeDisabled();
  await dialog.getByRole("textbox").fill("Harborline files");
  await remove.click();
  await expect(page.getByRole("heading", { name: /can't read your/ })).toBeVisible();
});

test("a folder without reports fails with what was tried, the answer and the fix", async ({
  page,
  server,
  reports,
}) => {
  await setUp(page, server);
  await connectFolder(page, server, reports);
  await page.getByRole("button", { name: /^Back to/ }).click();
  await page.getByLabel("Folder").fill(join(reports, "no-such-folder"));
  await page.getByRole("button", { name: "Save and verify" }).click();
  const failed = page.locator("[data-check][data-state=failed]").first();
  await expect(failed).toContainText("Tried");
  await expect(failed).toContainText("Answer");
  await expect(failed).toContainText("Fix");
  await expect(page.getByRole("button", { name: "Read the reports" })).toHaveCount(0);
  await expectAccessible(page);
});

test("the seven steps for AWS check as one types, and nothing is lost by leaving", async ({
  page,
  server,
}) => {
  await setUp(page, server);
  await page.getByRole("link", { name: "Add permissions" }).click();
  await page.getByRole("button", { name: /AWS management account/ }).click();
  await expect(step(page, "Log in to AWS")).toBeVisible();
  await expect(page.getByRole("link", { name: "Log in to the AWS console" })).toHaveAttribute(
    "href",
    /aws\.amazon\.com/,
  );
  await page.locator("label", { hasText: "China" }).click();
  await expect(page.getByRole("link", { name: "Log in to the AWS console" })).toHaveAttribute(
    "href",
    /amazonaws\.cn/,
  );
  await page.locator("label", { hasText: "Commercial" }).click();
  await page.getByLabel("Name of this connection").fill("Harborline");
  await page.getByRole("button", { name: "I am logged in" }).click();

  await expect(step(page, "Allow access to billing")).toBeFocused();
  await page.getByRole("button", { name: "It is activated" }).click();
  await expect(step(page, "Cost and Usage Report")).toBeVisible();
  await page.getByRole("radio", { name: /Create CUR 2\.0/ }).check();
  await page.getByRole("button", { name: "Create it with the template" }).click();

  const bucket = page.getByLabel("S3 bucket");
  const save = page.getByRole("button", { name: "Save and go on" });
  await bucket.fill("Harborline");
  await expect(page.getByText("Names of buckets have no capital letters")).toBeVisible();
  await expect(save).toBeDisabled();
  await bucket.fill("harborline-billing");
  await page.getByRole("textbox", { name: "Prefix" }).fill("cost//reports");
  await expect(page.getByText(/double slash/)).toBeVisible();
  await page.getByRole("textbox", { name: "Prefix" }).fill("cost");
  await page.getByRole("textbox", { name: "Region" }).fill("af-south-1");
  await save.click();
  await expect(page.getByRole("alert")).toContainText("opted in");
  await page.getByRole("textbox", { name: "Region" }).fill("us-east-1");
  await save.click();

  await expect(step(page, "CloudFormation template")).toBeVisible();
  await page.goto(server.url);
  await page.getByRole("link", { name: "Continue with Harborline" }).click();
  await expect(step(page, "CloudFormation template")).toBeVisible();
  const template = page.getByRole("region", { name: "Text of the CloudFormation template" });
  await expect(template).toContainText("CostAndUsageBucket");
  await expect(template).toContainText("sts:ExternalId");
  await page.getByRole("tab", { name: "Terraform" }).click();
  await expect(page.getByRole("region", { name: "Text of the Terraform template" })).toContainText(
    "aws_iam_role",
  );
  const permissions = page.getByRole("region", { name: "Permissions" });
  await expect(permissions.getByRole("row", { name: /s3:GetObject/ })).toContainText(
    "arn:aws:s3:::harborline-billing",
  );
  await expect(permissions.getByRole("row", { name: /s3:GetObject/ })).toContainText(/Nothing can be read/);
  const started = page.waitForEvent("download");
  await page.getByRole("link", { name: "Download" }).click();
  expect((await started).suggestedFilename()).toBe("cloud-analyzer.tf");
  await expectAccessible(page);
  await page.getByRole("button", { name: "The template is open" }).click();

  await expect(step(page, "Create the stack")).toBeVisible();
  await expect(
    page.getByText(/I acknowledge that AWS CloudFormation might create IAM resources/),
  ).toBeVisible();
  await expect(page.getByRole("region", { name: "Command that creates the stack" })).toContainText(
    "CAPABILITY_IAM",
  );
  await page.getByRole("button", { name: "The stack is created" }).click();
  const arn = page.getByRole("textbox", { name: "Role ARN" });
  await arn.fill("arn:aws-cn:iam::123456789012:role/CloudAnalyzer");
  await expect(page.getByText(/This role is in China/)).toBeVisible();
  await arn.fill("arn:aws:iam::123456789012:role/CloudAnalyzer");
  await page.setViewportSize({ width: 390, height: 844 });
  await expectFits(page);
  await expect(page.getByText("Step 7 of 9")).toBeVisible();
  await expectAccessible(page);
  await page.getByRole("button", { name: "Save and verify" }).click();
  await expect(step(page, "Verification")).toBeVisible();
});

test("a viewer sees connections and their health, and nothing to change", async ({
  page,
  browser,
  server,
  reports,
}) => {
  await setUp(page, server);
  await connectFolder(page, server, reports);
  await expect(page.getByText("Everything is in order.")).toBeVisible();
  const theirs = await invite(page, browser, server, "Viewer");
  await theirs.getByRole("link", { name: "Connections", exact: true }).click();
  await theirs.getByRole("link", { name: "Harborline files" }).click();
  await expect(theirs.getByRole("list", { name: "Checks" })).toBeVisible();
  await expect(theirs.getByRole("button", { name: /Remove|Verify again|Look for/ })).toHaveCount(0);
  const id = /connections\/([^/?]+)/.exec(theirs.url())?.[1] ?? "";
  await theirs.goto(`${server.url}/connections/${id}/set-up`);
  await expect(
    theirs.getByRole("heading", { name: "Setting up a connection needs an administrator" }),
  ).toBeVisible();
  await expectAccessible(theirs);
});

test("the wizard in dark colours", async ({ page, server }) => {
  await page.emulateMedia({ colorScheme: "dark" });
  await setUp(page, server);
  await page.getByRole("link", { name: "Add permissions" }).click();
  await expectAccessible(page);
  await page.getByRole("button", { name: /AWS management account/ }).click();
  await expect(step(page, "Log in to AWS")).toBeVisible();
  await expectAccessible(page);
});
