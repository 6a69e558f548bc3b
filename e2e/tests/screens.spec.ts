import { fileURLToPath } from "node:url";
import { expect, type Page, test } from "@playwright/test";
import { serve } from "../server";
import { invite, makeInvitation, setUp } from "./people";
import { makeReports, removeReports } from "./reports";
import { base, open, ready } from "./support";

// Pictures for the documentation: taken when asked for, never compared.
test.skip(!process.env["UPDATE_SCREENS"], "pictures are taken with UPDATE_SCREENS=1");

const folder = fileURLToPath(new URL("../../docs/screens/", import.meta.url));
const screens = [
  { name: "light", search: "?tab=service", scheme: "light", width: 1440, height: 1000 },
  { name: "dark", search: "?tab=service", scheme: "dark", width: 1440, height: 1000 },
  {
    name: "months",
    search: "?tab=lifecycle&time=last-13-months",
    scheme: "light",
    width: 1440,
    height: 1000,
  },
  { name: "tablet", search: "?tab=service", scheme: "light", width: 1024, height: 900 },
  { name: "tablet-dark", search: "?tab=service", scheme: "dark", width: 1024, height: 900 },
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

test("compared", async ({ page }) => {
  await open(page, "?tab=tag&time=last-month&line=compared");
  const spend = page.getByRole("region", { name: "Spend analysis" });
  for (const scheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme: scheme });
    await spend.evaluate((part) => part.scrollIntoView({ block: "start" }));
    await page.waitForTimeout(600);
    await page.screenshot({ path: `${folder}compared-${scheme}.png` });
  }
});

test("explain", async ({ page }) => {
  await open(page, "?tab=service&time=last-month");
  await page.getByRole("region", { name: "Costs, table" }).locator("tbody [data-explain]").first().click();
  await expect(page.getByTestId("explained-figure")).toBeVisible();
  await page.waitForTimeout(600);
  await page.screenshot({ path: `${folder}explain.png` });
});

test("allocation", async ({ page }) => {
  const settled = async (heading: string) => {
    await expect(page.getByRole("heading", { level: 1, name: heading })).toBeVisible();
    await expect(page.locator("main [aria-busy=true]")).toHaveCount(0);
  };
  const at = async (path: string, heading: string) => {
    await page.goto(`${base()}/${path}`);
    await settled(heading);
  };
  await at("subsets", "Subsets");
  await picture(page, "subsets", true);
  await page.emulateMedia({ colorScheme: "dark" });
  await picture(page, "subsets-dark");
  await page.emulateMedia({ colorScheme: "light" });
  // The one of the demo company's that has billing rules.
  await page.getByRole("link", { name: "Platform", exact: true }).click();
  await settled("Platform");
  await picture(page, "subset");
  await at("accounts", "Accounts");
  await picture(page, "accounts");
  await at("virtual-tags", "Virtual tags");
  await page.getByRole("link", { name: "Environment", exact: true }).click();
  await settled("Environment");
  await expect(page.getByRole("region", { name: "Preview, table" })).toBeVisible();
  await picture(page, "virtual-tag");
  await at("shared-costs", "Shared costs");
  await picture(page, "shared-costs");
  await open(page, "?tab=service");
  await page.getByRole("button", { name: /^Report / }).click();
  await expect(page.getByRole("list", { name: "Reports" })).toBeVisible();
  await picture(page, "saved-reports");
});

test("trends", async ({ page }) => {
  const settled = async () => {
    await expect(page.locator("canvas")).toBeVisible();
    await expect(page.locator("main [aria-busy=true]")).toHaveCount(0);
  };
  await page.goto(`${base()}/trends?time=last-90-days&sort=-severity`);
  await expect(page.getByRole("region", { name: "Events, table" })).toBeVisible();
  await settled();
  await picture(page, "trends", true);
  await page.emulateMedia({ colorScheme: "dark" });
  await picture(page, "trends-dark");
  await page.emulateMedia({ colorScheme: "light" });
  // One whose regular range is drawn, and read for a day.
  await page.goto(`${base()}/trends?time=last-13-months`);
  await page
    .getByRole("link", { name: /CloudWatch.*spike/ })
    .first()
    .click();
  await expect(page.getByTestId("event-chart")).toBeVisible();
  await settled();
  await picture(page, "event", true);
  await page.goto(`${base()}/trends/definitions/new`);
  await expect(page.getByTestId("backtest-chart")).toBeVisible();
  await picture(page, "definition");
});

test("optimization", async ({ page }) => {
  const at = async (search: string) => {
    await page.goto(`${base()}/optimization${search}`);
    await expect(page.getByRole("heading", { level: 1, name: "Optimization" })).toBeVisible();
    await expect(page.locator("main [aria-busy=true]")).toHaveCount(0, { timeout: 90_000 });
  };
  await at("?tab=overview");
  await picture(page, "optimization");
  await at("?tab=containers");
  await picture(page, "optimization-containers");
  await at("?tab=reservations&offer=compute&term=3yr");
  await picture(page, "optimization-reservations", true);
  await page.emulateMedia({ colorScheme: "dark" });
  await picture(page, "optimization-reservations-dark");
  await page.emulateMedia({ colorScheme: "light" });
  await at("?tab=waste");
  await picture(page, "optimization-waste", true);
});

/** Light on a desk and, where it matters, on a phone. */
async function picture(page: Page, name: string, phone = false): Promise<void> {
  await page.waitForTimeout(500);
  await page.screenshot({ path: `${folder}${name}.png` });
  if (!phone) return;
  await page.setViewportSize({ width: 390, height: 844 });
  await page.waitForTimeout(300);
  await page.screenshot({ path: `${folder}${name}-phone.png` });
  await page.setViewportSize({ width: 1440, height: 1000 });
}

test("states", async ({ page, browser }) => {
  // Loading: the figures are held back.
  await page.route(/\/api\/v1\/(costs|summary|projection|savings)/, () => {});
  await page.goto(base());
  await expect(page.locator("[aria-busy=true]").first()).toBeVisible();
  await picture(page, "state-loading", true);
  await page.unrouteAll({ behavior: "ignoreErrors" });
  await page.goto(`${base()}/?filter=no_such_dimension%3Dx`);
  await expect(page.getByRole("alert")).toBeVisible();
  await picture(page, "state-refused");
  await page.goto(`${base()}/?from=2015-01-01&to=2015-01-08`);
  await expect(page.getByText("No cost in this selection", { exact: true })).toBeVisible();
  await picture(page, "state-nothing");
  // Partial: months are still being read.
  const reading = await serve(["--demo", "--demo-rows", "3000000"]);
  try {
    await page.goto(reading.url);
    await ready(page);
    await expect(page.getByRole("region", { name: "Reading reports" })).toBeVisible();
    await picture(page, "state-partial");
  } finally {
    await reading.stop();
  }
  const server = await serve([]);
  try {
    await setUp(page, server);
    const viewer = await invite(page, browser, server, "Viewer");
    await viewer.goto(`${server.url}/connections/new`);
    await expect(viewer.getByRole("heading", { level: 1 })).toBeVisible();
    await picture(viewer, "state-no-access");
    await viewer.context().close();
  } finally {
    await server.stop();
  }
});

test("connecting", async ({ page }) => {
  const reports = makeReports();
  const server = await serve(["--allow-folder", reports, "--allow-own-credentials"]);
  try {
    await page.goto(server.setupLink ?? "");
    await picture(page, "set-up");
    await setUp(page, server);
    await picture(page, "missing-permissions", true);
    await page.getByRole("link", { name: "Add permissions" }).click();
    await picture(page, "ways-in");
    await page.getByRole("button", { name: /AWS management account/ }).click();
    await page.getByRole("button", { name: "I am logged in" }).click();
    await page.getByRole("button", { name: "It is activated" }).click();
    await picture(page, "wizard-report", true);
    await page.getByRole("button", { name: "The report exists" }).click();
    await page.getByLabel("S3 bucket").fill("harborline-billing");
    await page.getByRole("button", { name: "Save and go on" }).click();
    await expect(page.getByRole("region", { name: "Permissions" })).toBeVisible();
    await picture(page, "wizard-template", true);
    await page.getByRole("button", { name: "The template is open" }).click();
    await page.getByRole("button", { name: "The stack is created" }).click();
    await page
      .getByRole("textbox", { name: "Role ARN" })
      .fill("arn:aws:iam::123456789012:role/CloudAnalyzer");
    await page.getByRole("button", { name: "Save and verify" }).click();
    await expect(page.locator("[data-check][data-state=failed]").first()).toBeVisible();
    await picture(page, "verification-failed", true);
    await page.goto(`${server.url}/connections/new`);
    await page.getByRole("button", { name: /Folder on the server/ }).click();
    await page.getByLabel("Folder").fill(reports);
    await page.getByRole("button", { name: "Save and verify" }).click();
    await page.getByRole("button", { name: "Read the reports" }).click();
    await expect(page.getByRole("heading", { level: 1, name: "Cost Analysis" })).toBeVisible();
    await ready(page);
    await page.getByRole("link", { name: "Connections", exact: true }).click();
    await picture(page, "connections");
    await page.getByRole("link", { name: "Folder", exact: true }).click();
    await picture(page, "connection", true);
    await page.emulateMedia({ colorScheme: "dark" });
    await picture(page, "connection-dark");
    await page.emulateMedia({ colorScheme: "light" });
    await makeInvitation(page, server, "grace@example.com", "Editor");
    await picture(page, "organization", true);
    await page.emulateMedia({ colorScheme: "dark" });
    await picture(page, "organization-dark");
    await page.getByRole("tab", { name: "Audit log" }).click();
    await picture(page, "audit-log");
  } finally {
    removeReports(reports);
    await server.stop();
  }
});
